"""Reads OpenWrt's firewall settings with fw4's own meaning, and says what becomes of a packet.

Written from what firewall4 prints for its settings, not from our templates: a rule with a source and no destination is for
the router itself, `*` stands before all zones, a destination zone counts only where the packet leaves by one of its devices, a
zone's own policy comes after its rules and after port forwards, and what fw4 would leave out with a `[!]` is a warning here.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from netaddr import IPAddress, IPNetwork

from netguard.advise.policy import ROUTER, WAN, Packet, State
from netguard.model.plan import Plan
from tests.readers.openwrt_stock import STOCK_FIREWALL
from tests.readers.uci import Section, Uci

ICMP = {
    "echo-request": (8, 128), "echo-reply": (0, 129), "destination-unreachable": (3, 1), "packet-too-big": (None, 2),
    "time-exceeded": (11, 3), "bad-header": (None, 4), "unknown-header-type": (None, 4), "router-solicitation": (10, 133),
    "router-advertisement": (9, 134), "neighbour-solicitation": (None, 135), "neighbour-advertisement": (None, 136),
}  # fmt: skip
"""Names of ICMP and ICMPv6 types (IANA registries); a code, where a name or number has one, is 0 in every packet here."""

OPTIONS = {
    "defaults": {"input", "output", "forward", "syn_flood", "drop_invalid"},
    "zone": {"name", "network", "device", "input", "output", "forward", "masq", "mtu_fix", "auto_helper"},
    "forwarding": {"src", "dest"},
    "ipset": {"name", "family", "match"},
    "rule": {
        "name", "enabled", "family", "src", "dest", "device", "direction", "ipset", "proto", "src_ip", "src_mac", "dest_ip",
        "dest_port", "icmp_type", "limit", "target",
    },
    "redirect": {"name", "src", "dest", "proto", "src_dport", "dest_ip", "dest_port"},
}  # fmt: skip
"""Options that this reader knows the meaning of; any other one is a warning, so that nothing is passed over."""

LISTS = {"network", "device", "proto", "src_ip", "src_mac", "dest_ip", "dest_port", "icmp_type", "match"}
"""Options that may be lists (`device` of a zone only)."""


@dataclass
class Zone:
    """A zone with the devices it covers. `number` tells those of one name apart."""

    name: str
    devices: frozenset[str]
    input: str
    forward: str
    masquerade: bool
    port_forwards: bool = False
    rules: dict[str, list["Rule"]] = field(default_factory=lambda: {"input": [], "forward": []})


@dataclass
class Rule:
    """A rule that was not left out."""

    section: Section
    target: str
    dest: Zone | None
    families: set[int]

    def matches(self, packet: Packet, came: str, leaves: str | None, sets: frozenset[str]) -> bool:
        """Whether it says something about `packet`."""
        s, version = self.section, packet.destination.version
        if version not in self.families or (self.dest and leaves not in self.dest.devices):
            return False
        if (device := s.get("device")) is not None and device != (came if s.get("direction") == "in" else leaves):
            return False
        if not any(self._protocol(packet, protocol) for protocol in s.all("proto") or ["tcp", "udp"]):
            return False
        if s.all("src_mac") and str(packet.mac).lower().replace("-", ":") not in s.all("src_mac"):
            return False
        if not _address(s.all("src_ip"), packet.source) or not _address(s.all("dest_ip"), packet.destination):
            return False
        return s.get("ipset") is None or s.get("ipset").split()[0] in sets

    def _protocol(self, packet: Packet, protocol: str) -> bool:
        s = self.section
        if protocol in {"all", "any"}:
            return True
        if protocol == "icmp":
            v6 = packet.destination.version == 6
            if packet.protocol != ("icmpv6" if v6 else "icmp"):
                return False
            return not s.all("icmp_type") or packet.icmp_type in {_icmp(t)[v6] for t in s.all("icmp_type")}
        if protocol != packet.protocol:
            return False
        return not s.all("dest_port") or any(_port(p, packet.port) for p in s.all("dest_port"))


@dataclass
class Firewall:
    """What fw4 makes of the settings. `warnings` are its `[!]` lines."""

    zones: list[Zone]
    first: dict[str, list[Rule]]
    """Rules before those of all zones, by chain: `input`, `forward`."""
    policies: dict[str, str]
    invalid: list[tuple[str, str | None, str | None]]
    """(chain, came in by, leaves by) of packets that belong to no connection and are dropped."""
    collected: dict[str, frozenset[str]]
    """Sets by DNS name that dnsmasq puts its addresses into."""
    warnings: list[str]

    def passes(self, plan: Plan, packet: Packet) -> bool:
        """Whether `packet` is let through."""
        return self.says(plan, packet) == "ACCEPT"

    def says(self, plan: Plan, packet: Packet, trace: list[Section] | None = None) -> str:
        """`ACCEPT`, `REJECT` (its sender hears of it) or `DROP`. `trace` gets every rule that said something about it."""
        came = _device(plan, packet.came_in)
        leaves = None if packet.to == ROUTER else _device(plan, packet.to)
        chain = "input" if leaves is None else "forward"
        if packet.state is State.INVALID:
            for where, source, target in self.invalid:
                if where == chain and source in {None, came} and target in {None, leaves}:
                    return "DROP"
        if packet.state in {State.ESTABLISHED, State.RELATED}:
            return "ACCEPT"
        sets = self._sets(packet)
        return next(self._verdicts(chain, packet, came, leaves, sets, trace), self.policies[chain])

    def _verdicts(self, chain, packet, came, leaves, sets, trace) -> Iterator[str]:
        """What is said of it, first things first."""
        for rule in self.first[chain]:
            if rule.matches(packet, came, leaves, sets):
                _note(trace, rule)
                yield from self._ended(rule.target, rule.dest, packet)
        for zone in self.zones:
            if came not in zone.devices:
                continue
            for rule in zone.rules[chain]:
                if rule.matches(packet, came, leaves, sets):
                    _note(trace, rule)
                    yield from self._ended(rule.target, rule.dest, packet)
            if zone.port_forwards and packet.dnat:
                yield "ACCEPT"
            if chain == "input":
                yield zone.input
            elif leaves in zone.devices:
                yield from self._ended(zone.forward, zone, packet)

    def _ended(self, target: str, dest: Zone | None, packet: Packet) -> Iterator[str]:
        leaks = dest is not None and dest.masquerade and packet.destination.version == 4
        yield "DROP" if target == "ACCEPT" and leaks and packet.state is State.INVALID else target

    def _sets(self, packet: Packet) -> frozenset[str]:
        """Sets that hold the destination: dnsmasq goes by the longest of its domains that a name is or is below."""
        found: set[str] = set()
        for name in packet.names:
            above = [d for d in self.collected if name == d or name.endswith(f".{d}")]
            if above:
                found |= self.collected[max(above, key=len)]
        return frozenset(s for s in found if s.endswith(str(packet.destination.version)))


def firewall(uci: Uci, networks: Mapping[str, str], nft: str = "") -> Firewall:
    """The firewall of these settings. `networks` are netifd's, with their devices; `nft` a file in /etc/nftables.d."""
    warnings: list[str] = []
    sections = uci.packages["firewall"]
    for section in sections:
        warnings += _unknown(section)
    of = lambda kind: (s for s in sections if s.type == kind)  # noqa: E731
    (defaults,) = of("defaults")
    zones = [z for s in of("zone") if (z := _zone(s, networks, warnings))]
    by_name = {z.name: z for z in reversed(zones)}
    sets = {s.get("name"): s for s in of("ipset")}
    made = Firewall(
        zones=zones, first={"input": [], "forward": []},
        policies={"input": defaults.get("input") or "DROP", "forward": defaults.get("forward") or "DROP"},
        invalid=list(_invalid(nft)), collected=_collected(uci, sets, warnings), warnings=warnings,
    )  # fmt: skip
    for section in of("rule"):
        _rule(made, section, by_name, sets)
    for section in of("forwarding"):
        source, dest = by_name.get(section.get("src")), by_name.get(section.get("dest"))
        if source is None or dest is None:
            warnings.append(f"[!] Section {section.name} names no zone")
        else:
            source.rules["forward"].append(Rule(Section("forwarding", None, {"proto": "all"}), "ACCEPT", dest, {4, 6}))
    for section in of("redirect"):
        source, dest = by_name.get(section.get("src")), by_name.get(section.get("dest"))
        source.port_forwards = True
        if dest is not None and source.masquerade:
            dest.port_forwards = True  # reflection: whoever is inside reaches it by the outer address, too
    return made


def stock(plan: Plan) -> dict[str, str]:
    """The settings of a new router with this plan's first trusted network as `lan` and its `wan`: facts of OpenWrt's defaults."""
    device = _trusted(plan)
    return {
        "firewall": STOCK_FIREWALL,
        "network": (
            f"config interface 'lan'\n\toption device '{device}'\n\toption proto 'static'\n\n"
            f"config interface 'wan'\n\toption device '{plan.wan}'\n\toption proto 'dhcp'\n\n"
            f"config interface 'wan6'\n\toption device '{plan.wan}'\n\toption proto 'dhcpv6'\n"
        ),
        "dhcp": "config dnsmasq\n\toption rebind_protection '1'\n\nconfig dhcp 'lan'\n\toption interface 'lan'\n",
    }


def networks(uci: Uci) -> dict[str, str]:
    """netifd's networks with the device of each."""
    return {s.name: s.get("device") for s in uci.packages["network"] if s.type == "interface" and s.get("device")}


def _device(plan: Plan, place: str) -> str:
    return str(plan.wan if place == WAN else plan.segment(place).interface)


def _trusted(plan: Plan) -> str:
    return next((str(s.interface) for s in plan.segments if s.role.value == "trusted"), "br-lan")


def _unknown(section: Section) -> Iterator[str]:
    for name, value in section.options.items():
        if name not in OPTIONS.get(section.type, {}):
            yield f"[!] Section {section.name} specifies unknown option '{name}'"
        if isinstance(value, list) and (name not in LISTS or (name == "device" and section.type != "zone")):
            yield f"[!] Section {section.name} option '{name}' must not be a list"


def _zone(section: Section, networks: Mapping[str, str], warnings: list[str]) -> Zone | None:
    name = section.get("name")
    if not name or not re.fullmatch(r"[a-zA-Z_.][a-zA-Z0-9/_.-]*", name):
        warnings.append(f"[!] Section {section.name} skipped due to invalid options")
        return None
    devices = [networks[n] for n in section.all("network") if n in networks] + section.all("device")
    return Zone(
        name=name, devices=frozenset(devices), input=section.get("input"), forward=section.get("forward"),
        masquerade=section.get("masq") == "1",
    )  # fmt: skip


def _rule(made: Firewall, section: Section, zones: Mapping[str, Zone], sets: Mapping[str, Section]) -> None:
    """Files the rule where fw4 would, or says why it would leave it out."""
    source, dest = section.get("src"), section.get("dest")
    ipset = section.get("ipset")
    for name in (source, dest):
        if name not in {None, "*"} and name not in zones:
            made.warnings.append(f"[!] Section {section.name} skipped due to invalid options: there is no zone {name}")
            return
    if ipset is not None and ipset.split()[0] not in sets:
        made.warnings.append(f"[!] Section {section.name} references unknown set {ipset}")
        return
    if source is None or section.get("enabled") == "0":
        return  # for what the router itself sends
    families = {"ipv4": {4}, "ipv6": {6}}.get(section.get("family") or "", {4, 6})
    for option in ("src_ip", "dest_ip"):
        if texts := section.all(option):
            families = families & {_network(t.lstrip("!"))[0].version for t in texts}
    if ipset is not None:
        families = families & {{"ipv4": 4, "ipv6": 6}[sets[ipset.split()[0]].get("family") or "ipv4"]}
    if not families:
        made.warnings.append(f"[!] Section {section.name} is restricted to one IP version and references the other")
        return
    rule = Rule(section, section.get("target"), zones[dest] if dest not in {None, "*"} else None, families)
    chain = "input" if dest is None else "forward"
    (made.first if source == "*" else zones[source].rules)[chain].append(rule)


def _note(trace: list[Section] | None, rule: Rule) -> None:
    if trace is not None:
        trace.append(rule.section)


def _icmp(text: str) -> tuple[int | None, int | None]:
    if text in ICMP:
        return ICMP[text]
    number, _, code = text.partition("/")
    return (int(number), int(number)) if code in {"", "0"} else (None, None)


def _port(text: str, port: int | None) -> bool:
    low, _, high = text.replace(":", "-").partition("-")
    return port is not None and int(low) <= port <= int(high or low)


def _network(text: str) -> tuple[IPAddress, IPAddress]:
    """(address, mask); the mask may have its ones at the end."""
    address, _, mask = text.partition("/")
    if not mask:
        network = IPNetwork(address)
        return network.ip, network.netmask
    if mask.isdigit():
        network = IPNetwork(text)
        return network.network, network.netmask
    return IPAddress(address) & IPAddress(mask), IPAddress(mask)


def _address(texts: list[str], address: IPAddress) -> bool:
    """Whether `address` is one of those that are named and none of those that are excluded."""
    wanted = [_network(t) for t in texts if not t.startswith("!")]
    unwanted = [_network(t[1:]) for t in texts if t.startswith("!")]
    within = lambda pair: pair[0].version == address.version and address & pair[1] == pair[0]  # noqa: E731
    return (not wanted or any(map(within, wanted))) and not any(map(within, unwanted))


def _collected(uci: Uci, sets: Mapping[str, Section], warnings: list[str]) -> dict[str, frozenset[str]]:
    """What dnsmasq is told: real lists only, sets that there are, their IP version by the name's end."""
    found: dict[str, frozenset[str]] = {}
    for section in uci.packages["dhcp"]:
        if section.type == "ipset":
            names = section.real_list("name")
            warnings += [f"[!] there is no set {name}" for name in names if name not in sets]
            warnings += [f"[!] no IP version in {name}" for name in names if not re.search(r"[^0-9][46]$", name)]
            for domain in section.real_list("domain"):
                assert domain not in found, f"{domain} twice: dnsmasq would take one of them"
                found[domain] = frozenset(names)
    return found


_CHAIN = re.compile(r"chain (\w+) \{(.*?)\n\}", re.DOTALL)
_HOOK = re.compile(r"type filter hook (input|forward) priority filter - 1; policy accept;")
_DROP = re.compile(r'(?:iifname "([^"]+)" )?(?:oifname "([^"]+)" )?ct state invalid drop')


def _invalid(nft: str) -> Iterator[tuple[str, str | None, str | None]]:
    """Reads a file of /etc/nftables.d that has chains of its own with one kind of rule; anything else is refused."""
    text = "\n".join(line for line in nft.splitlines() if not line.startswith("#"))
    assert not re.sub(_CHAIN, "", text).strip(), "there is more than chains"
    for _, body in _CHAIN.findall(text):
        hook, *lines = (line.strip() for line in body.strip().splitlines())
        (chain,) = _HOOK.fullmatch(hook).groups()
        for line in lines:
            source, target = _DROP.fullmatch(line).groups()
            yield chain, source, target
