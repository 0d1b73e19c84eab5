"""What a scan looks at: the whole own network with its IPv6 side, or what was named and nothing else."""

import pytest
from netaddr import IPNetwork

from netguard.cli import _rehearsal, _session
from netguard.errors import UsageError
from netguard.model import address
from netguard.model.surroundings import Interface, Surroundings
from netguard.model.vantage import Segment, Vantage
from netguard.model.vocabulary import Depth
from netguard.rules import loader


def around(*own, prefixes, mac="00:00:5e:00:53:10"):
    first = address.ip(own[0])
    return Surroundings(
        vantage=Vantage(
            os="linux",
            interface="eth0",
            address=first,
            mac=address.mac(mac) if mac else None,
            segment=Segment(prefix=next(p for p in map(IPNetwork, prefixes) if first in p)),
        ),
        interfaces=(
            Interface(name="eth0", kind="wired", addresses=tuple(map(address.ip, own))),
            Interface(name="eth1", kind="wired", addresses=(address.ip("fe80::99"), address.ip("fd99::1"))),
        ),
        prefixes=tuple(map(IPNetwork, prefixes)),
    )


BOTH = around(
    "192.168.1.5",
    "fd00:1::5",
    "2001:db8:1::5",
    "fe80::5",
    prefixes=("192.168.1.0/24", "2001:db8:1::/64", "fd00:1::/64"),
)
ONLY4 = around("192.168.1.5", prefixes=("192.168.1.0/24",))
ONLY6 = around("fd00:1::5", "fe80::5", prefixes=("fd00:1::/64", "2001:db8::5/128"))


def targets(where, *named, large=False):
    return [str(network) for network in _session.targets(named, where, large=large)]


@pytest.mark.parametrize(
    ("where", "named", "expected"),
    [
        (BOTH, (), ["192.168.1.0/24", "2001:db8:1::/64", "fd00:1::/64", "fe80::/10"]),
        (BOTH, ("192.168.1.0/24",), ["192.168.1.0/24", "2001:db8:1::/64", "fd00:1::/64", "fe80::/10"]),
        (BOTH, ("192.168.1.0/28",), ["192.168.1.0/28"]),
        (BOTH, ("192.168.1.7", "fd00:1::7"), ["192.168.1.7/32", "fd00:1::7/128"]),
        (BOTH, ("fe80::7%eth0",), ["fe80::7/128"]),
        (BOTH, ("fe80::7%12", "fe80::8"), ["fe80::7/128", "fe80::8/128"]),
        (ONLY4, (), ["192.168.1.0/24"]),
        (ONLY6, (), ["fd00:1::/64", "fe80::/10"]),
        (around("127.0.0.1", "::1", prefixes=("127.0.0.0/24", "::1/128")), (), ["127.0.0.0/24"]),
    ],
)
def test_the_whole_network_has_an_ipv6_side_and_what_is_named_has_not(where, named, expected):
    assert targets(where, *named) == expected


@pytest.mark.parametrize("named", ["fd00:2::7", "10.0.0.1", "fd99::1", "fe80::7%eth1"])
def test_what_is_not_on_this_link_is_refused(named):
    with pytest.raises(UsageError, match="not on the network of eth0"):
        targets(BOTH, named)
    with pytest.raises(UsageError, match="not on the network"):
        targets(ONLY4, "fe80::7")


def rehearsed(where, *, raw):
    return _rehearsal.text(
        where, _session.targets((), where, large=False), Depth.DISCOVER, loader.load(), raw=raw, air="not looked at."
    )


def test_a_rehearsal_names_the_groups_of_both_ip_versions_and_no_impossible_number_of_addresses():
    text = rehearsed(BOTH, raw=True)
    assert "(192.168.1.0/24, 2001:db8:1::/64, fd00:1::/64, fe80::/10, 253 addresses)" in text
    assert "groups 224.0.0.251, 239.255.255.250, ff02::1, ff02::c, ff02::fb." in text
    assert "not tried one by one" in text
    assert "ndp            IPv6 neighbours" in text


def test_a_rehearsal_names_what_this_interface_and_these_rights_can_do():
    text = rehearsed(ONLY4, raw=True)
    assert "groups 224.0.0.251, 239.255.255.250." in text
    assert "one by one" not in text
    assert "ndp            not done, because this interface has no IPv6 address" in text
    text = rehearsed(ONLY6, raw=False)
    assert "groups ff02::c, ff02::fb." in text
    assert "dhcp           not done, because raw packets need root" in text
