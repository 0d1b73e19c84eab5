"""What a protocol is told about whom it may ask: IPv6 neighbours with the whole network only, and no huge lists."""

import pytest
from netaddr import IPAddress

from netguard.model import address

WHOLE, ULA, LOCAL = "192.0.2.0/24", "fd00:1::/64", "fe80::/10"


@pytest.mark.parametrize(
    ("targets", "at", "is_one"),
    [
        ((WHOLE,), "192.0.2.77", True),
        ((WHOLE,), "198.51.100.1", False),
        ((WHOLE,), "fe80::1", True),
        ((WHOLE,), "fd00:1::1", False),
        ((WHOLE, ULA, LOCAL), "fd00:1::1", True),
        ((WHOLE, ULA, LOCAL), "fd00:2::1", False),
        (("192.0.2.7/32",), "fe80::1", False),
        (("192.0.2.0/28",), "fe80::1", False),
        (("fe80::1/128",), "fe80::1", True),
        (("fe80::1/128",), "fe80::2", False),
    ],
)
def test_who_is_a_target(ask, targets, at, is_one):
    assert ask(targets=targets).is_target(IPAddress(at)) is is_one


def test_a_home_s_ipv4_is_listed_and_so_is_a_handful_of_ipv6_but_never_a_whole_prefix(ask):
    asked = ask(targets=("192.0.2.8/30", ULA, LOCAL, "fd00:1::80/126"), own6=("fd00:1::81",))
    assert asked.hosts() == tuple(map(IPAddress, ("192.0.2.9", "fd00:1::82", "fd00:1::83")))
    assert ask(targets=("fd00:1::/119",)).hosts() == ()
    assert len(ask(targets=("fd00:1::/120",)).hosts()) == 255


def test_our_own_addresses_begin_with_the_vantage_s(ask):
    asked = ask(own=address.ip("192.0.2.10"), own6=("fe80::1", "192.0.2.10"))
    assert asked.own_addresses == (IPAddress("192.0.2.10"), IPAddress("fe80::1"))
