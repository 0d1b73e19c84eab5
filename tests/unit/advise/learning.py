"""What was learnt of devices, with sensible defaults: a test states only what matters to it."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from netaddr import EUI, IPAddress, mac_unix_expanded

from netguard.model.egress import Learnt, Source, Went
from netguard.model.plan import Domain
from netguard.model.vocabulary import Transport

BEGAN = datetime(2026, 11, 1, tzinfo=UTC)

NAMES = (
    "lock-cloud.example", "eu.lock-cloud.example", "maker.example", "fw.maker.example", "co.uk", "x.co.uk", "d1.cloudfront.net", "cloudfront.net",
    "printer.local", "9.2.0.192.in-addr.arpa", "nas.lan", "a.b.c.example",
)  # fmt: skip
ADDRESSES = (
    "203.0.113.5",
    "198.51.100.7",
    "2001:db8:cafe::5",
    "192.0.2.40",
    "10.1.2.3",
    "fe80::1",
    "fd00::9",
    "224.0.0.251",
    "8.8.8.8",
)


def went(*names, at=(), ports=(443,), transport=Transport.TCP, seen=5, source=Source.CAPTURE) -> Went:
    return Went(
        names=tuple(sorted(map(Domain.of, names))), addresses=tuple(sorted(map(IPAddress, at))), transport=transport if ports else None,
        ports=tuple(ports), seen=seen, first=BEGAN, last=BEGAN, source=source,
    )  # fmt: skip


def asked(*names, **given) -> Went:
    """A question for names, without anything that followed."""
    return went(*names, ports=(), source=Source.DNS_LOG, **given)


def learnt(*flows, days=20.0, mac="00:00:5e:00:53:14", key=None) -> Learnt:
    return Learnt(
        mac=EUI(mac, dialect=mac_unix_expanded) if mac else None, key=key, since=BEGAN, until=BEGAN + timedelta(days=days), flows=flows,
    )  # fmt: skip


@st.composite
def flows(draw) -> Went:
    names = draw(st.sets(st.sampled_from(NAMES), max_size=4))
    addresses = draw(st.sets(st.sampled_from(ADDRESSES), min_size=0 if names else 1, max_size=3))
    ports = draw(st.sets(st.sampled_from((53, 80, 123, 443, 853, 8883, 65535)), min_size=0 if names else 1, max_size=4))
    return went(
        *sorted(names), at=sorted(addresses), ports=sorted(ports), transport=draw(st.sampled_from(Transport)), seen=draw(st.integers(1, 10**6)),
        source=draw(st.sampled_from(Source)),
    )  # fmt: skip


@st.composite
def learnts(draw, mac="00:00:5e:00:53:14") -> Learnt:
    return learnt(*draw(st.lists(flows(), max_size=8)), days=draw(st.sampled_from((0, 0.1, 3, 7, 40))), mac=mac)
