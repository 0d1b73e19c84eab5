"""Who may be sent anything, and what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from netaddr import EUI, IPAddress, IPNetwork

from netguard.net import limits
from netguard.net.failures import RefusedByUs
from netguard.net.guard import Guard

HOME = IPNetwork("192.0.2.0/24")
LOCK, LOCK_MAC = IPAddress("192.0.2.20"), EUI("00:00:5e:00:53:20")


@pytest.mark.parametrize(
    "address", ["192.0.2.1", "192.0.2.255", "224.0.0.251", "239.255.255.250", "ff02::1", "ff02::fb", "ff02::c"]
)
def test_the_network_asked_for_and_the_groups_may_be_sent_to(address):
    Guard([HOME]).check(IPAddress(address))


@pytest.mark.parametrize(
    "address",
    [
        "192.0.3.1",
        "8.8.8.8",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "fe80::1",
        "ff02::2",
        "ff02::16",
        "ff05::fb",
        "0.0.0.0",
    ],
)
def test_nobody_else_may(address):
    with pytest.raises(RefusedByUs, match="not on the network"):
        Guard([HOME]).check(IPAddress(address))
    with pytest.raises(RefusedByUs):
        Guard([]).check(IPAddress(address))


@given(st.integers(0, 65535))
def test_everybody_may_be_asked_by_broadcast_at_mikrotik_s_port_and_at_no_other(port):
    everybody = IPAddress("255.255.255.255")
    for guard in (Guard([HOME]), Guard([])):
        if port == 5678:
            guard.check(everybody, port)
        else:
            with pytest.raises(RefusedByUs, match="not on the network"):
                guard.check(everybody, port)
        with pytest.raises(RefusedByUs):
            guard.check(IPAddress("198.51.100.255"), port)


@pytest.mark.parametrize(
    ("asked", "allowed", "refused"),
    [
        (["192.0.2.0/24", "fd00:1::/64", "fe80::/10"], ["fd00:1::9", "fe80::9"], ["fd00:2::9", "2001:db8::1"]),
        (["fe80::9/128"], ["fe80::9"], ["fe80::8", "fd00:1::9", "192.0.2.1"]),
        (["192.0.2.7/32"], ["192.0.2.7"], ["fe80::9"]),
    ],
)
def test_ipv6_is_allowed_where_it_was_asked_for(asked, allowed, refused):
    guard = Guard(map(IPNetwork, asked))
    for address in allowed:
        guard.check(IPAddress(address))
    for address in refused:
        with pytest.raises(RefusedByUs):
            guard.check(IPAddress(address))


def test_a_device_on_the_list_is_left_alone_at_its_ipv6_addresses_too():
    guard = Guard([IPNetwork("fe80::/10"), IPNetwork("fd00::/64")], never_touch_macs=[LOCK_MAC])
    for address in map(IPAddress, ("fe80::20", "fd00::20")):
        guard.check(address)
        guard.learn(address, LOCK_MAC)
        with pytest.raises(RefusedByUs, match="never to touch"):
            guard.check(address)


def test_a_device_on_the_list_may_not_by_address_or_by_mac():
    guard = Guard([HOME], never_touch_addresses=[LOCK])
    with pytest.raises(RefusedByUs, match="never to touch"):
        guard.check(LOCK)
    guard = Guard([HOME], never_touch_macs=[LOCK_MAC])
    guard.check(LOCK)
    assert guard.is_untouchable(LOCK, LOCK_MAC)
    guard.learn(LOCK, EUI("00:00:5e:00:53:21"))
    guard.learn(LOCK, None)
    guard.check(LOCK)
    guard.learn(LOCK, LOCK_MAC)
    with pytest.raises(RefusedByUs, match="never to touch"):
        guard.check(LOCK)
    assert not guard.is_untouchable(None)


def test_a_mac_is_the_same_in_any_notation():
    from netguard.model import address

    guard = Guard([HOME], never_touch_macs=[EUI("00-00-5E-00-53-20")])
    guard.learn(LOCK, address.mac("0:0:5e:0:53:20"))
    assert guard.is_untouchable(LOCK)


@given(st.integers(0, 65535))
def test_payload_is_refused_for_printing_ports_and_no_other(port):
    if port in {515, 631} or 9100 <= port <= 9107:
        with pytest.raises(RefusedByUs, match="printer"):
            Guard.check_payload(port)
    else:
        Guard.check_payload(port)
    assert len(limits.PAYLOAD_BLOCKED_PORTS) == 10
