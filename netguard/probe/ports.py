"""Which TCP ports are open, at the pace the device's manners allow. Likely ports first, so that a cut-off loses little."""

from collections.abc import Iterable, Iterator

from netguard.model import ports as port_text
from netguard.model.device import Coverage, Device, Service
from netguard.model.vocabulary import DOOR_ROLES, Depth, PortState, Power, Role, Transport
from netguard.net.access import Net
from netguard.net.failures import Gone, NoAnswer
from netguard.probe._contract import Ask, Learnt, Target

NEEDS: frozenset[str] = frozenset()
PROVIDES = frozenset({"ports"})

ENGINE = "builtin"
EVERY_PORT = tuple(range(1, 65536))

ALL_PORTS_ROLES = DOOR_ROLES | {Role.SMART_HOME_HUB, Role.ROUTER}
"""Asked about every port at depth standard: what opens the door, what commands it, and what lets the world in."""


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """The ports still to ask of the device's first address, likely ones first."""
    if not device.addresses:
        return
    address = device.addresses[0]
    asked = bytearray(EVERY_PORT[-1] + 1)
    for coverage in device.coverage:
        if coverage.address == address and coverage.transport is Transport.TCP:
            for run in port_text.ranges(coverage.ports):
                asked[run.start : run.stop] = b"\1" * len(run)
    ports = []
    for port in _in_order(device, ask):
        if not asked[port]:
            asked[port] = 1
            ports.append(port)
    if ports:
        yield Target(address=address, ports=tuple(ports))


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
        # Silence everywhere is not "closed everywhere": the device may filter, or we may not reach it at all.
        raise NoAnswer(f"none of {len(states)} TCP ports answered, so nothing is known about them")
    if swept.stopped:
        said = f"{len(states)} of {len(target.ports)} ports were asked: {swept.stopped}"
        raise Gone(said) if swept.gone else NoAnswer(said)


def _in_order(device: Device, ask: Ask) -> Iterator[int]:
    rules = ask.rules.ports
    yield from known_ports(device, ask)
    runs_on_battery = device.power is Power.BATTERY or (device.role is Role.LOCK and device.power is None)
    if runs_on_battery and not ask.named:
        # A battery pays for every packet: its known ports only.
        return
    yield from sorted(port_text.parse(rules.light))
    if ask.round == "light":
        return
    yield from sorted(port_text.parse(rules.quick))
    if ask.depth.at_least(Depth.STANDARD):
        yield from sorted(port_text.parse(rules.common))
    if ask.depth is Depth.DEEP or (ask.depth is Depth.STANDARD and device.role in ALL_PORTS_ROLES):
        yield from EVERY_PORT


def known_ports(device: Device, ask: Ask) -> Iterator[int]:
    """Ports the device announces, then those its record speaks of."""
    yield from sorted({f.port for f in ask.facts if f.kind == "dnssd.type" and f.transport is Transport.TCP and f.port})
    record = ask.rules.devices.get(device.profile or "")
    for inbound in (record.expected_inbound if record else None) or ():
        if inbound.transport is Transport.TCP and inbound.port is not None:
            yield inbound.port
