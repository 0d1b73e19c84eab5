"""The table of `netguard/advise/policy.py` row by row; `tests/property/test_policy.py` has what holds for every plan."""

import pytest
from netaddr import EUI, IPAddress

from netguard.advise.policy import (
    ICMP6_ERRORS,
    ICMP6_LINK,
    ROUTER,
    WAN,
    Packet,
    Policy,
    State,
    Verdict,
    decides,
    verdict,
)
from tests.property.homes import home

ALLOW, DENY = Verdict.ALLOW, Verdict.DENY

LAPTOP, HUB, CAMERA, SPEAKER = (EUI(f"02:77:{n}") for n in ("01:00:00:10", "02:00:00:20", "02:00:00:30", "02:00:00:40"))
CLOUD = frozenset({"lock-cloud.example"})


def packet(came_in, to, what, **more):
    """`what` is `tcp 443`, `icmp 8` or `other`."""
    protocol, _, number = what.partition(" ")
    four = more.pop("six", False) is False
    fields = {
        "source": IPAddress("10.77.99.9" if four else "2001:db8:99::9"),
        "destination": IPAddress("203.0.113.10" if four else "2001:db8:cafe::10"),
        "port": int(number) if protocol in {"tcp", "udp"} else None,
        "icmp_type": int(number) if protocol.startswith("icmp") else None,
    }
    fields |= {k: IPAddress(v) if k in {"source", "destination"} else v for k, v in more.items()}
    return Packet(came_in=came_in, to=to, protocol=protocol, **fields)


HUB4 = {"mac": HUB, "source": "10.77.2.20"}
HUB6 = {"mac": HUB, "six": True}
PLAN = Policy.of(home())

ROWS = [
    # trusted -> internet, the router: everything
    ("trusted", WAN, "tcp 443", ALLOW, {}),
    ("trusted", WAN, "other", ALLOW, {"six": True}),
    ("trusted", WAN, "tcp 80", ALLOW, {"destination": "192.168.0.1"}),  # the modem's pages
    ("trusted", ROUTER, "tcp 443", ALLOW, {}),
    ("trusted", ROUTER, "tcp 22", ALLOW, {"six": True}),
    ("trusted", ROUTER, "icmpv6 200", ALLOW, {"six": True}),
    # trusted, iot -> another segment: what a member listens on for it
    ("trusted", "iot", "tcp 8443", ALLOW, {"destination": "10.77.2.20"}),
    ("trusted", "iot", "tcp 8443", ALLOW, {"destination": "2001:db8:2::20"}),
    ("trusted", "iot", "udp 8443", DENY, {"destination": "10.77.2.20"}),
    ("trusted", "iot", "tcp 80", DENY, {"destination": "10.77.2.20"}),
    ("trusted", "iot", "tcp 8443", DENY, {"destination": "10.77.2.30"}),
    ("trusted", "iot", "icmp 8", DENY, {"destination": "10.77.2.20"}),
    ("iot", "trusted", "tcp 445", ALLOW, {"destination": "10.77.1.10"}),
    ("iot", "trusted", "tcp 445", ALLOW, {"destination": "2001:db8:1::10"}),
    ("iot", "trusted", "tcp 445", ALLOW, {"destination": "fd00:7:7:7::10"}),  # the provider's next prefix
    ("iot", "trusted", "tcp 445", DENY, {"destination": "2001:db8:1::11"}),
    ("iot", "trusted", "tcp 22", DENY, {"destination": "10.77.1.10"}),
    ("iot", "guest", "tcp 445", DENY, {"destination": "10.77.3.10"}),
    ("trusted", "guest", "tcp 445", DENY, {"destination": "10.77.3.10"}),
    ("iot", "guest", "tcp 445", DENY, {"destination": "2001:db8:3::10"}),  # ends like the laptop's
    # guest -> internet: everything; another segment: nothing
    ("guest", WAN, "tcp 443", ALLOW, {}),
    ("guest", WAN, "icmpv6 128", ALLOW, {"six": True}),
    ("guest", "trusted", "tcp 445", DENY, {"destination": "10.77.1.10"}),
    ("guest", "iot", "tcp 8443", DENY, {"destination": "10.77.2.20"}),
    # guest, iot -> the router: DNS, DHCP, ICMP echo; iot: multicast DNS as well
    *[
        (segment, ROUTER, what, ALLOW, {"six": six})
        for segment in ("guest", "iot")
        for what, six in (
            ("udp 53", False), ("tcp 53", True), ("udp 67", False), ("udp 547", True), ("icmp 8", False), ("icmpv6 128", True),
        )
    ],
    *[
        (segment, ROUTER, what, DENY, {"six": six})
        for segment in ("guest", "iot")
        for what, six in (
            ("tcp 80", False), ("tcp 443", True), ("tcp 22", False), ("udp 1900", False), ("tcp 5000", False), ("udp 123", False),
            ("udp 547", False), ("udp 67", True), ("udp 68", False), ("tcp 67", False), ("udp 5353", False), ("tcp 853", False),
            ("icmp 5", False), ("icmp 13", False), ("icmpv6 137", True), ("icmpv6 139", True), ("other", False),
        )
    ],
    ("iot", ROUTER, "udp 5353", ALLOW, {"destination": "224.0.0.251"}),
    ("iot", ROUTER, "udp 5353", ALLOW, {"destination": "ff02::fb"}),
    ("iot", ROUTER, "tcp 5353", DENY, {"destination": "224.0.0.251"}),
    ("iot", ROUTER, "udp 1900", DENY, {"destination": "239.255.255.250"}),
    ("guest", ROUTER, "udp 5353", DENY, {"destination": "224.0.0.251"}),
    ("iot", ROUTER, "tcp 80", DENY, {"destination": "198.51.100.2", **HUB4}),
    # iot -> internet: what the member with this MAC, and this IPv4 address where it keeps one, may
    ("iot", WAN, "tcp 443", ALLOW, {**HUB4, "names": CLOUD}),
    ("iot", WAN, "tcp 8883", ALLOW, {**HUB4, "names": frozenset({"eu.lock-cloud.example"})}),
    ("iot", WAN, "tcp 443", ALLOW, {**HUB6, "names": CLOUD}),
    ("iot", WAN, "tcp 22", DENY, {**HUB4, "names": CLOUD}),
    ("iot", WAN, "udp 443", DENY, {**HUB4, "names": CLOUD}),
    ("iot", WAN, "tcp 443", DENY, HUB4),
    ("iot", WAN, "tcp 443", DENY, {**HUB4, "names": frozenset({"evil-lock-cloud.example", "example"})}),
    ("iot", WAN, "tcp 443", DENY, {"mac": HUB, "source": "10.77.2.21", "names": CLOUD}),
    ("iot", WAN, "tcp 443", DENY, {"mac": CAMERA, "source": "10.77.2.20", "names": CLOUD}),
    ("iot", WAN, "tcp 443", DENY, {"source": "10.77.2.20", "names": CLOUD}),
    ("iot", WAN, "udp 123", ALLOW, HUB4),
    ("iot", WAN, "udp 123", ALLOW, HUB6),
    ("iot", WAN, "tcp 123", DENY, HUB4),
    ("iot", WAN, "udp 123", DENY, {"mac": CAMERA, "source": "10.77.2.30"}),
    ("iot", WAN, "udp 53", DENY, {**HUB4, "destination": "203.0.113.53"}),
    ("iot", WAN, "tcp 853", DENY, {**HUB4, "destination": "203.0.113.53"}),
    ("iot", WAN, "icmp 8", DENY, HUB4),
    ("iot", WAN, "tcp 443", DENY, {**HUB4, "names": CLOUD, "destination": "10.9.9.9"}),
    ("iot", WAN, "tcp 443", DENY, {**HUB6, "names": CLOUD, "destination": "fd00::9"}),
    ("iot", WAN, "udp 4500", ALLOW, {"mac": SPEAKER, "source": "10.77.2.99"}),
    ("iot", WAN, "icmpv6 128", ALLOW, {"mac": SPEAKER, "six": True}),
    ("iot", WAN, "udp 4500", DENY, {"mac": SPEAKER, "destination": "192.168.1.1"}),
    ("iot", WAN, "tcp 443", DENY, {"mac": LAPTOP, "source": "10.77.1.10"}),
    # internet -> trusted: what the owner forwards; iot and guest: nothing
    ("wan", "trusted", "tcp 443", ALLOW, {"destination": "10.77.1.10", "dnat": True}),
    ("wan", "trusted", "tcp 443", DENY, {"destination": "10.77.1.10"}),
    ("wan", "trusted", "tcp 22", DENY, {"destination": "2001:db8:1::10"}),
    ("wan", "iot", "tcp 8443", DENY, {"destination": "10.77.2.20", "dnat": True}),
    ("wan", "iot", "tcp 8443", DENY, {"destination": "2001:db8:2::20"}),
    ("wan", "iot", "icmpv6 128", DENY, {"destination": "2001:db8:2::20"}),
    ("wan", "guest", "tcp 80", DENY, {"destination": "10.77.3.10", "dnat": True}),
    # internet -> the router: DHCP's answers, ICMP echo
    ("wan", ROUTER, "udp 68", ALLOW, {}),
    ("wan", ROUTER, "udp 546", ALLOW, {"six": True}),
    ("wan", ROUTER, "icmp 8", ALLOW, {}),
    ("wan", ROUTER, "icmpv6 128", ALLOW, {"six": True}),
    ("wan", ROUTER, "udp 546", DENY, {}),
    ("wan", ROUTER, "udp 68", DENY, {"six": True}),
    ("wan", ROUTER, "udp 53", DENY, {}),
    ("wan", ROUTER, "tcp 443", DENY, {}),
    ("wan", ROUTER, "udp 5353", DENY, {"destination": "224.0.0.251"}),
    # anywhere -> the router: the ICMPv6 without which IPv6 is dead
    *[
        (place, ROUTER, f"icmpv6 {kind}", ALLOW, {"six": True})
        for place in ("trusted", "iot", "guest", "wan")
        for kind in (*ICMP6_ERRORS, *ICMP6_LINK)
    ],
]  # fmt: skip


@pytest.mark.parametrize(("came_in", "to", "what", "wanted", "more"), ROWS)
def test_the_table(came_in, to, what, wanted, more):
    if ":" in more.get("destination", ""):
        more = {**more, "six": True}

    assert verdict(PLAN, packet(came_in, to, what, **more)) is wanted


@pytest.mark.parametrize(("came_in", "to"), [("attic", WAN), ("iot", "attic"), (ROUTER, "iot"), (ROUTER, ROUTER)])
@pytest.mark.parametrize("state", State)
def test_segments_that_are_not_there_have_no_verdict_and_neither_has_the_router_as_a_sender(came_in, to, state):
    with pytest.raises(KeyError):
        verdict(PLAN, packet(came_in, to, "tcp 443", state=state))


@pytest.mark.parametrize(
    ("came_in", "to", "decided"),
    [
        ("trusted", WAN, False),
        ("trusted", ROUTER, False),
        (WAN, "trusted", False),
        (WAN, ROUTER, False),
        (WAN, "iot", True),
        (WAN, "guest", True),
        ("guest", WAN, True),
        ("iot", ROUTER, True),
        ("trusted", "iot", True),
        ("guest", "trusted", True),
    ],
)
def test_what_a_router_keeps_as_it_has_it(came_in, to, decided):
    assert decides(PLAN, packet(came_in, to, "tcp 443")) is decided
