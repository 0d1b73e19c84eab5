"""Which TCP ports are open, at the pace the device's manners allow. Likely ports first, so that a cut-off loses little."""

from collections.abc import Iterable, Iterator

from netguard.model import ports as port_text
from netguard.model.device import Coverage, Device, Service
from netguard.model.observation import Fact
from netguard.model.vocabulary import DOOR_ROLES, Depth, PortState, Role, Transport
from netguard.net.access import Net
from netguard.net.failures import Gone, NoAnswer
from netguard.probe._contract import Ask, Learnt, Target, runs_on_battery

NEEDS: frozenset[str] = frozenset()
PROVIDES = frozenset({"ports"})

ENGINE = "builtin"
EVERY_PORT = range(1, 65536)

WORDS = 40
"""Ranges in one text of `tcp.silent`: 40 of at most 12 characters each fit into `MAX_TEXT`."""

MAX_MORE_ADDRESSES = 3
"""IPv4 addresses besides the first that are asked, too; stops one that claims many from multiplying what is sent."""

ALL_PORTS_ROLES = DOOR_ROLES | {Role.SMART_HOME_HUB, Role.ROUTER}
"""Asked about every port at depth standard: what opens the door, what commands it, and what lets the world in."""


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """The ports still to ask of the device's first address, likely ones first.

    Before them come, in the deep round, those that a router forwards to it from the internet; a battery device is spared
    these, too.
    In the light round its next IPv4 addresses, too, are asked about the few ports that tell what a device is: by what
    answers there it shows whether all of them are one machine's.
    """
    if not device.addresses:
        return
    address = device.addresses[0]
    asked = bytearray(EVERY_PORT[-1] + 1)
    for coverage in device.coverage:
        if coverage.address == address and coverage.transport is Transport.TCP:
            for run in port_text.ranges(coverage.ports):
                asked[run.start : run.stop] = b"\1" * len(run)
    for fact in ask.facts:
        # Asked in vain in the round before: asking it all again teaches nothing new.
        if fact.kind == "tcp.silent" and isinstance(fact.value, tuple):
            for run in (run for text in fact.value for run in port_text.ranges(str(text))):
                asked[run.start : run.stop] = b"\1" * len(run)
    ports = _new(_in_order(device, ask), asked)
    if ports:
        yield Target(address=address, ports=ports)
    if ask.round == "light" and not runs_on_battery(device, ask):
        light = tuple(sorted(port_text.parse(ask.rules.ports.light)))
        others = [a for a in device.addresses[1:] if a.version == 4 and all(c.address != a for c in device.coverage)]
        yield from (Target(address=each, ports=light) for each in others[:MAX_MORE_ADDRESSES])


def _new(ports: Iterable[int], asked: bytearray) -> tuple[int, ...]:
    """Those of `ports` that are not marked in `asked`, each once; they are then."""
    found = []
    for port in ports:
        if not asked[port]:
            asked[port] = 1
            found.append(port)
    return tuple(found)


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """Open ports as services, and the coverage of all that were answered for or given up on.

    Raises `NoAnswer` after yielding what there is when its time ended the sweep, `Gone` when the device did.
    """
    swept = net.sweep(target.address, target.ports)
    states = swept.at(target.address)
    for port in sorted(port for port, state in states.items() if state is PortState.OPEN):
        yield Service(address=target.address, transport=target.transport, port=port, state=PortState.OPEN)
    if any(state is not PortState.FILTERED for state in states.values()):
        yield Coverage(
            address=target.address,
            transport=target.transport,
            ports=port_text.render(states),
            engine=ENGINE,
        )
    elif states:
        yield Fact(kind="tcp.silent", value=_in_pieces(port_text.render(states)), transport=target.transport)
        # Silence everywhere is not "closed everywhere": the device may filter, or we may not reach it at all.
        raise NoAnswer(f"none of {len(states)} TCP ports answered, so nothing is known about them")
    if swept.stopped:
        said = f"{len(states)} of {len(target.ports)} ports were asked: {swept.stopped}"
        raise Gone(said) if swept.gone else NoAnswer(said)


def _in_pieces(ranges: str) -> tuple[str, ...]:
    """A list of port ranges in texts that are short enough to be kept as they are."""
    words = ranges.split(",")
    return tuple(",".join(words[at : at + WORDS]) for at in range(0, len(words), WORDS))


def _in_order(device: Device, ask: Ask) -> Iterator[int]:
    """All ports to ask in this round: the listed ones first, then, where the depth wants it, the rest."""
    yield from _listed(device, ask)
    if ask.round == "light" or runs_on_battery(device, ask):
        return
    if ask.depth is Depth.DEEP or (ask.depth is Depth.STANDARD and device.role in ALL_PORTS_ROLES):
        yield from EVERY_PORT


def _listed(device: Device, ask: Ask) -> Iterator[int]:
    rules = ask.rules.ports
    if ask.round == "deep" and not runs_on_battery(device, ask):
        # Gateways are asked for their mappings in the light round; a port that strangers reach is the first to know of.
        yield from (port for transport, port in ask.forwarded if transport is Transport.TCP and port in EVERY_PORT)
    yield from known_ports(device, ask)
    if runs_on_battery(device, ask):
        return
    yield from sorted(port_text.parse(rules.light))
    if ask.round == "light" and ask.depth.at_least(Depth.STANDARD):
        return
    # At depth quick these hundred are all there is: asked at once, they need no second sweep.
    yield from sorted(port_text.parse(rules.quick))
    if ask.depth.at_least(Depth.STANDARD):
        yield from sorted(port_text.parse(rules.common))


def known_ports(device: Device, ask: Ask) -> Iterator[int]:
    """Ports the device announces, then those its record speaks of."""
    yield from sorted({f.port for f in ask.facts if f.kind == "dnssd.type" and f.transport is Transport.TCP and f.port})
    record = ask.rules.devices.get(device.profile or "")
    for inbound in (record.expected_inbound if record else None) or ():
        if inbound.transport is Transport.TCP and inbound.port is not None:
            yield inbound.port
