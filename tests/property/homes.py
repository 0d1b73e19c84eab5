"""Plans as `planfile.read` gives them: `plans()` draws some that nobody thought of, `home()` is one with everything in it."""

from hypothesis import strategies as st
from netaddr import EUI, IPAddress, IPNetwork, mac_unix_expanded

from netguard.advise import planfile
from netguard.model.plan import (
    Domain,
    InterfaceName,
    Listen,
    Member,
    Name,
    Plan,
    Segment,
    SegmentRole,
    Talk,
)
from netguard.model.vocabulary import Transport

NAMES = (
    "lock-cloud.example", "eu.lock-cloud.example", "a.eu.lock-cloud.example", "xlock-cloud.example", "cam.example",
    "_api.cam.example", "0.pool.example", "firmware.vendor.test",
)  # fmt: skip
"""Some are below others, and one only ends like another."""

PORTS = (22, 53, 80, 123, 443, 853, 1883, 5353, 8443, 8883, 65535)


HOME = b"""
schema: netguard.plan/1
wan: {interface: wan0}
segments:
  - {name: trusted, role: trusted, interface: br-lan, prefix: 10.77.1.0/24, prefix6: "2001:db8:1::/64", router: [10.77.1.1, "2001:db8:1::1"]}
  - {name: iot, role: iot, interface: br-iot, prefix: 10.77.2.0/24, prefix6: "2001:db8:2::/64", router: [10.77.2.1, "2001:db8:2::1"]}
  - {name: guest, role: guest, interface: br-guest, prefix: 10.77.3.0/24, prefix6: "2001:db8:3::/64", router: [10.77.3.1, "2001:db8:3::1"]}
members:
  - {name: laptop, mac: "02:77:01:00:00:10", segment: trusted, addresses: [10.77.1.10, "::10"], listens: [{transport: tcp, ports: [445], from: iot}]}
  - name: hub
    mac: "02:77:02:00:00:20"
    segment: iot
    addresses: [10.77.2.20, "2001:db8:2::20"]
    listens: [{transport: tcp, ports: [8443], from: trusted}]
    talks: [{names: [lock-cloud.example], transport: tcp, ports: [443, 8883]}, {service: ntp}]
  - {name: camera, mac: "02:77:02:00:00:30", segment: iot, addresses: [10.77.2.30], talks: []}
  - {name: speaker, mac: "02:77:02:00:00:40", segment: iot, addresses: ["::40"], talks: any}
"""


def home() -> Plan:
    """A home with everything in it."""
    return planfile.read(HOME)


@st.composite
def plans(draw, versions=None, members=6, segments=1) -> Plan:
    """Plans as `planfile.read` gives them.

    `versions` keeps every segment to these IP versions, `members` is the most, `segments` the least, of at most four.
    """
    roles = draw(st.lists(st.sampled_from(SegmentRole), min_size=segments, max_size=4))
    octets = draw(st.lists(st.integers(0, 120), min_size=len(roles), max_size=len(roles), unique=True))
    names = draw(st.lists(_names, min_size=len(roles), max_size=len(roles), unique=True))
    vlans = draw(st.lists(st.integers(1, 4094), min_size=len(roles), max_size=len(roles), unique=True))
    networks = tuple(
        draw(_segments(role, name, f"{draw(st.sampled_from(('br-', 'eth0.', 'lan_')))}{n}", octet, vlan, versions))
        for n, (role, name, octet, vlan) in enumerate(zip(roles, names, octets, vlans, strict=True))
    )
    called = draw(st.lists(_names, max_size=members, unique=True))
    hosts = draw(st.permutations(range(2, 2 + len(called))))
    return Plan(
        wan=InterfaceName.of(draw(st.sampled_from(("wan0", "eth1", "pppoe-wan")))),
        segments=networks,
        members=tuple(
            draw(_members(name, number, host, networks, versions))
            for number, (name, host) in enumerate(zip(called, hosts, strict=True))
        ),
    )


_names = (
    st.builds(
        lambda first, rest: f"{first}{rest}".rstrip("-"), st.sampled_from("abiz"), st.text("abcz09-", max_size=19)
    )
    | st.sampled_from(("iot", "guest", "lan", "hub", "lock", "camera", "no", "null", "true"))
).map(Name.of)


@st.composite
def _segments(draw, role, name, interface, octet, vlan, versions) -> Segment:
    both = draw(st.sampled_from(((4,), (6,), (4, 6)))) if versions is None else versions
    low = draw(st.integers(0, 255))
    prefix = draw(
        st.sampled_from(
            (f"10.{octet}.{low}.0/24", f"10.{octet}.{low}.16/28", f"10.{octet}.0.0/16", f"192.168.{octet}.0/24")
        )
    )
    prefix6 = draw(
        st.sampled_from(
            (f"2001:db8:{octet:x}::/64", f"2001:db8:{octet:x}:{low:x}00::/56", f"fd00:0:{octet:x}:{low:x}::/64")
        )
    )
    known = {version: IPNetwork(text) for version, text in ((4, prefix), (6, prefix6)) if version in both}
    served = draw(st.sets(st.sampled_from(sorted(known))))
    return Segment(
        name=name,
        role=role,
        interface=InterfaceName.of(interface),
        vlan=draw(st.sampled_from((None, vlan))),
        prefix=known.get(4),
        prefix6=known.get(6),
        router=tuple(known[version][1] for version in sorted(served)),
    )


@st.composite
def _members(draw, name, number, host, segments, versions) -> Member:
    segment = draw(st.sampled_from(segments))
    longer = draw(st.sampled_from((0, 0x02005EFFFE000000)))  # an interface identifier made of a MAC, RFC 4291 2.5.1
    own = []
    if segment.prefix is not None:
        own.append(segment.prefix[host])
    if segment.prefix6 is not None:
        own.append(IPAddress(segment.prefix6.first + longer + host, 6))
    if versions is None or 6 in versions:
        own.append(IPAddress(longer + host, 6))
    sources = [s.name for s in segments if s.name != segment.name and s.role is not SegmentRole.GUEST]
    listens = st.builds(Listen, transport=_transports, ports=_port_lists, source=st.sampled_from(sources or [None]))
    return Member(
        name=name,
        mac=EUI(0x027700000000 + (number << 16) + draw(st.integers(0, 0xFFFF)), version=48, dialect=mac_unix_expanded),
        segment=segment.name,
        addresses=tuple(draw(st.lists(st.sampled_from(own), unique=True))) if own else (),
        listens=tuple(draw(st.lists(listens, max_size=2))) if sources else (),
        talks=draw(st.just("any") | st.lists(_talks, max_size=3).map(tuple)),
    )


_transports = st.sampled_from(Transport)
_port_lists = st.sets(st.sampled_from(PORTS), min_size=1, max_size=3).map(lambda ports: tuple(sorted(ports)))
_talks = st.builds(
    Talk,
    transport=_transports,
    ports=_port_lists,
    names=st.sets(st.sampled_from(NAMES).map(Domain.of), min_size=1, max_size=3).map(lambda n: tuple(sorted(n))),
) | st.just(Talk(transport=Transport.UDP, ports=(123,), service="ntp"))
