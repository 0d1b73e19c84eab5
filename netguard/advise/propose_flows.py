"""What a device that lives apart may still be asked, and where it may go, from its record and from what was seen. Pure.

Asked (`listens`, from the trusted network): what its record says it listens on, as far as it is open or was not looked at; what
is open beside that, where no record says. Never what is dangerous to reach (Telnet, remote shells), and never
discovery by multicast, which a router does not forward.

May go (`talks`): where its record says, and where it was seen to go (`propose_egress`); everywhere, with a remark, where nobody
has written that down or listened.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from netguard.advise.propose_egress import Recorded, Talks, clock, joined
from netguard.model import ports as port_text
from netguard.model.device import Device
from netguard.model.egress import Learnt
from netguard.model.plan import MAX_ENTRIES, MAX_NAMES, MAX_PORTS, Domain, Listen, Name, Talk
from netguard.model.scan import Scan
from netguard.model.vocabulary import PortState, Severity, Transport
from netguard.rules.loader import Rules
from netguard.rules.schema import DeviceRecord, Outbound, PortRules

DISCOVERY = frozenset({(Transport.UDP, 5353), (Transport.UDP, 1900), (Transport.UDP, 3702)})
"""What is asked by multicast (RFC 6762, 3; UPnP Device Architecture 2.0, 1.3; WS-Discovery 1.1, 2.4): a router forwards none."""

DNS, NTP, MQTT = 53, 123, 1883
"""RFC 1035, 4.2; RFC 5905, 7.2; MQTT 3.1.1, 4.2 (IANA: without TLS, so a broker inside the home)."""

Port = tuple[Transport, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows:
    """What one member listens on and where it talks to; remarks are sentences for its owner."""

    listens: tuple[Listen, ...] = ()
    talks: tuple[Talk, ...] | Literal["any"] = ()
    remarks: tuple[str, ...] = ()


def flows(scan: Scan, rules: Rules, device: Device, sources: tuple[Name, ...], learnt: Sequence[Learnt] = ()) -> Flows:
    """The flows of `device` when it lives apart; it may be asked from `sources`. `learnt` is what it was seen to do."""
    record = rules.devices.get(device.profile or "")
    allowed, left_out = asked(scan, rules, device, record)
    talks, said = goes(scan, record, learnt)
    remarks = list(said)
    if left_out:
        listed = ", ".join(
            f"{transport}/{port_text.render(ports)}" for transport in Transport if (ports := _of(left_out, transport))
        )
        remarks.append(
            f"Open, and not in `listens`: {listed}, which nobody needs or is dangerous to reach. Add it if something stops."
        )
    listens = tuple(
        Listen(transport=transport, ports=_of(allowed, transport)[:MAX_PORTS], source=source)
        for source in sources
        for transport in Transport
        if _of(allowed, transport)
    )
    return Flows(listens=listens, talks=talks, remarks=tuple(remarks))


def _of(ports: frozenset[Port], transport: Transport) -> tuple[int, ...]:
    return tuple(sorted(port for t, port in ports if t is transport))


def asked(
    scan: Scan, rules: Rules, device: Device, record: DeviceRecord | None
) -> tuple[frozenset[Port], frozenset[Port]]:
    """Ports that may be asked, and open ones that may not."""
    opened = frozenset((s.transport, s.port) for s in device.open_services if s.port) - DISCOVERY
    harmful = dangerous(rules.ports)
    if record is None or record.expected_inbound is None:
        return opened - harmful, opened & harmful
    named = frozenset((e.transport, e.port) for e in record.expected_inbound if e.port is not None)
    named |= _announced(scan, device, record)
    unseen = frozenset(port for port in named if not was_asked(device, *port))
    allowed = ((named & opened) | unseen) - harmful - DISCOVERY
    return allowed, opened - allowed


def _announced(scan: Scan, device: Device, record: DeviceRecord) -> frozenset[Port]:
    """Ports that the device announces by DNS-SD for the types that its record names."""
    types = {e.dnssd.lower(): e.transport for e in record.expected_inbound or () if e.dnssd}
    found = set()
    for seen in scan.observed(device.key, "dnssd.type"):
        if isinstance(seen.value, str) and seen.port:
            name = seen.value.lower().rstrip(".").removesuffix(".local")
            if name in types and name.endswith(f"._{types[name]}"):
                found.add((types[name], seen.port))
    return frozenset(found)


def was_asked(device: Device, transport: Transport, port: int) -> bool:
    """Whether the scan knows whether this port is open."""
    if any(
        (s.transport, s.port) == (transport, port) and s.state is not PortState.OPEN_OR_FILTERED
        for s in device.services
    ):
        return True
    return any(
        c.transport is transport and any(port in run for run in port_text.ranges(c.ports)) for c in device.coverage
    )


@lru_cache(maxsize=4)
def dangerous(rules: PortRules) -> frozenset[Port]:
    """Ports that nobody should reach, whoever listens there."""
    return frozenset(
        (rule.transport, port)
        for rule in rules.services
        if rule.risk.at_least(Severity.HIGH)
        for port in port_text.parse(rule.ports)
    )


def goes(scan: Scan, record: DeviceRecord | None, learnt: Sequence[Learnt]) -> tuple[Talks, tuple[str, ...]]:
    """Where a device may go, and what its owner should know of that."""
    return joined(_recorded(record), learnt, [scan.vantage.segment.prefix])


def _recorded(record: DeviceRecord | None) -> Recorded:
    """Where a device of this record may go by what was written down."""
    if record is None or record.expected_outbound is None:
        return Recorded(
            talks="any",
            remarks=(
                "Where it calls is not written down anywhere, so it may go everywhere: narrow `talks` when you know.",
            ),
        )
    talks: set[Talk] = set()
    remarks: list[str] = []
    nowhere: list[str] = []
    for entry in record.expected_outbound:
        made = tuple(_talks(entry))
        unsaid = [p for p in entry.ports if p not in {DNS, NTP}] if not entry.names else []
        if unsaid == [MQTT]:
            remarks.append(
                "If it uses an MQTT broker in the trusted network, that needs an entry under `listens`, from here."
            )
        elif unsaid or made == ("any",):
            nowhere.append(
                f"Its record names {entry.transport}/{port_text.render(entry.ports)} without saying where to, so it may go everywhere."
            )
        talks.update(t for t in made if isinstance(t, Talk))
    named = tuple(sorted(talks, key=lambda t: (t.service is not None, t.transport, t.names, t.ports)))
    if nowhere:
        return Recorded(talks="any", remarks=(nowhere[0],), named=named[: MAX_ENTRIES - 1])
    if not named:
        return Recorded(talks=(), remarks=(*remarks, "It needs nothing of the internet, as far as its record says."))
    if len(named) >= MAX_ENTRIES:
        return Recorded(
            talks="any", remarks=("Its record names more places than a plan can hold, so it may go everywhere.",)
        )
    talks = {*named, clock()}
    return Recorded(
        talks=tuple(sorted(talks, key=lambda t: (t.service is not None, t.transport, t.names, t.ports))),
        remarks=tuple(remarks),
    )


def _talks(entry: Outbound) -> Iterator[Talk | Literal["any"]]:
    """One line of a record as a plan says it. `*.maker.example` means what is below; a plan's names mean that, too."""
    if entry.transport is Transport.UDP and NTP in entry.ports and not entry.names:
        yield clock()
    ports = tuple(sorted(set(entry.ports)))
    if not entry.names or not ports:
        return
    names = []
    for text in entry.names:
        try:
            names.append(Domain.of(text.removeprefix("*.")))
        except ValueError:
            yield "any"
            return
    unique = sorted(set(names))
    for start in range(0, len(unique), MAX_NAMES):
        for first in range(0, len(ports), MAX_PORTS):
            yield Talk(
                transport=entry.transport,
                ports=ports[first : first + MAX_PORTS],
                names=tuple(unique[start : start + MAX_NAMES]),
            )
