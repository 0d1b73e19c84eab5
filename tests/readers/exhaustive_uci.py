"""A packet of every class that OpenWrt's rules can tell apart, of those that one rule is about: the proof that a change changes nothing.

As in `exhaustive.py`, two values that are in the same options of all rules are one value. Of a destination's names one is enough
at a time: a rule with an ipset only ever allows, so that a further name of the same address allows more and never less.
"""

from collections.abc import Iterable, Iterator
from itertools import product

from netaddr import EUI, IPAddress, mac_unix_expanded

from netguard.advise.policy import ROUTER, WAN, Packet, State
from netguard.model.plan import Plan
from tests.readers.openwrt import Firewall, Rule, _address, _icmp, _network, _port

STRANGER = EUI("02:00:5e:00:53:99", dialect=mac_unix_expanded)
NOWHERE = {4: IPAddress("192.0.2.200"), 6: IPAddress("2001:db8:77::c8")}
MOST = 300_000
"""Packets of one question. More would take minutes; then nothing is proven, and the test fails."""


def every_rule(firewall: Firewall) -> list[Rule]:
    """All rules, of all zones and before them."""
    zones = [rule for zone in firewall.zones for rules in zone.rules.values() for rule in rules]
    return [*(rule for rules in firewall.first.values() for rule in rules), *zones]


def packets(plan: Plan, firewalls: Iterable[Firewall], names: set[str]) -> Iterator[Packet]:
    """A packet of every class that these firewalls tell apart, of those that match a rule of one of these names in one of them."""
    firewalls = tuple(firewalls)
    rules = [rule for each in firewalls for rule in every_rule(each)]
    places = [*(s.name for s in plan.segments), WAN]
    for rule in rules:
        if rule.section.name not in names:
            continue
        said = rule.section
        for version in sorted(rule.families):
            sources = _addresses(rules, "src_ip", version, said.all("src_ip"))
            targets = _addresses(rules, "dest_ip", version, said.all("dest_ip"))
            macs = _macs(rules, said.all("src_mac"))
            services = [
                s
                for s in _services(rules, version)
                if any(rule._protocol(_probe(s, version), p) for p in said.all("proto") or ["tcp", "udp"])
            ]
            domains = [frozenset[str](), *(frozenset({d}) for each in firewalls for d in each.collected)]
            if said.get("ipset"):
                wanted = said.get("ipset").split()[0]
                domains = [frozenset({d}) for each in firewalls for d, sets in each.collected.items() if wanted in sets]
            goals = [ROUTER] if said.get("dest") is None else places
            every = (
                places,
                goals,
                sources,
                targets,
                macs,
                services,
                list(dict.fromkeys(domains)),
                (State.NEW, State.INVALID),
                (False, True),
            )
            count = 1
            for values in every:
                count *= len(values)
            assert count <= MOST, f"{count} classes are too many to be asked"
            for came, to, source, target, mac, (protocol, port, icmp), of, state, dnat in product(*every):
                if came != to:
                    yield Packet(
                        came_in=came, to=to, source=source, destination=target, protocol=protocol, port=port, icmp_type=icmp,
                        mac=None if came == WAN else mac, state=state, dnat=dnat and to not in {WAN, ROUTER}, names=of,
                    )  # fmt: skip


def _probe(service, version: int) -> Packet:
    protocol, port, icmp = service
    return Packet(
        came_in=WAN,
        to=ROUTER,
        source=NOWHERE[version],
        destination=NOWHERE[version],
        protocol=protocol,
        port=port,
        icmp_type=icmp,
    )


def _addresses(rules: list[Rule], option: str, version: int, own: list[str]) -> list[IPAddress]:
    """An address of every class, of those that the rule's own option has."""
    listed = {text.lstrip("!") for rule in rules for text in rule.section.all(option)}
    known = [pair for text in sorted(listed) if (pair := _network(text))[0].version == version]
    most = 2 ** (32 if version == 4 else 128) - 1
    values = [NOWHERE[version]]
    for address, mask in known:
        end = int(address) | (most ^ int(mask))
        # The ends of a network and what lies beside them; of the ending of an address, one behind a prefix of nobody's.
        values += [IPAddress(n, version) for n in (int(address), end, int(address) - 1, end + 1) if 0 <= n <= most]
        values.append((NOWHERE[version] & IPAddress(most ^ int(mask), version)) | address)
    found: dict[tuple[bool, ...], IPAddress] = {}
    for value in values:
        if _address(own, value):
            found.setdefault(tuple(value & mask == address for address, mask in known), value)
    return list(found.values())


def _macs(rules: list[Rule], own: list[str]) -> list[EUI]:
    listed = sorted({text for rule in rules for text in rule.section.all("src_mac")})
    macs = [EUI(text, dialect=mac_unix_expanded) for text in listed if not own or text in own]
    return macs if own else [STRANGER, *macs]


def _services(rules: list[Rule], version: int) -> list[tuple[str, int | None, int | None]]:
    """A protocol, port and ICMP type of every class."""
    ports = sorted({text for rule in rules for text in rule.section.all("dest_port")})
    ends = {n for text in ports for n in map(int, text.replace(":", "-").split("-"))}
    kinds: dict[tuple[bool, ...], int] = {}
    for port in sorted({9, *ends, *(n + 1 for n in ends)}):
        kinds.setdefault(tuple(_port(text, port) for text in ports), port)
    types = sorted(
        {t for rule in rules for text in rule.section.all("icmp_type") if (t := _icmp(text)[version == 6]) is not None}
    )
    name = "icmp" if version == 4 else "icmpv6"
    return [
        *((protocol, port, None) for protocol in ("tcp", "udp") for port in kinds.values()),
        *((name, None, kind) for kind in (*types, 255)),
        ("other", None, None),
    ]
