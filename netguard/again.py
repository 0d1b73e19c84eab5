"""What the last scan of this place saw and this one did not is asked once more, before anybody is told that it is gone.

One lost packet must not read as a change. So a port that was open and seems silent, and a device that is always on and
seems away, are asked a second time, after everything else and by every rule that held the first time: one connection at a
time to locks and hubs, nothing but a connection to what prints, nothing to devices never to touch, nothing to those that
would have to wake on a battery. What is there after all is looked at like everything else. A port that is not stands in
the document with the state it was seen in, so that its absence is a fact and no gap.

Where there is no earlier scan of this place, or it shows nothing that this one lacks, nothing is done and nothing is sent.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from netaddr import IPAddress, mac_unix_expanded

from netguard.compare import labels
from netguard.compare.presence import ALWAYS_ON, expectation
from netguard.compare.sameness import Sameness
from netguard.compare.series import Place
from netguard.discovery import Discovery
from netguard.identify import personal
from netguard.model import ports as port_text
from netguard.model.device import Coverage, Device, Service
from netguard.model.known import KnownDevice
from netguard.model.observation import Fact
from netguard.model.past import Past
from netguard.model.surroundings import Surroundings
from netguard.model.timeline import DeviceLine
from netguard.model.vantage import Vantage
from netguard.model.vocabulary import DOOR_ROLES, HUB_ROLES, Depth, Outcome, PortState, Transport
from netguard.net.access import Network
from netguard.net.control import Deadline
from netguard.net.failures import Cancelled, Gone, NoAnswer
from netguard.net.swept import Swept
from netguard.notebook import Notebook, own_mistake
from netguard.probe._contract import Learnt, Target
from netguard.rounds import Rounds, manners_of
from netguard.task import Options, Progress, stage

MAX_DEVICES = 16
"""Devices asked for again: a power cut or a pulled switch takes a room's worth. Where more are missing it is no lost packet."""

DEVICES_SECONDS = 12.0
"""Longest for asking all of them: ARP takes two seconds; without it the kernel may take nine to make up its mind
(discover/neighbours.py), after two connection attempts of a second each."""

MAX_PORTS_OF_DEVICE = 64
"""Ports of one device asked again: an honest one has a dozen open; stops one that showed thousands from being asked for hours."""

MAX_PORTS = 256
"""Ports asked again in one scan, doors and hubs first: bounds what a document that somebody filled makes us send."""

PORTS_SECONDS = 20.0
"""Longest for one device's ports, and so for all of them, which are asked beside each other: 64 that drop everything, one
at a time and twice each, take some fifteen seconds (`limits.OVERDUE_SECONDS`)."""

WITNESSES = 3
"""Other ports of the device asked beside them: whether it answers at all just now, or was asleep or out of reach again."""

DEVICES_AT_ONCE = 64
"""Devices asked beside each other; a thread each, mostly waiting. As in the rounds."""

ENGINE = "builtin"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lost:
    """What one device had open and does not show any more, though it was asked."""

    device: Device
    tcp: tuple[int, ...] = ()
    udp: tuple[int, ...] = ()
    left: int = 0
    """Ports more than may be asked."""


class Again:
    """One scan's second look. What it learns goes into `book`."""

    def __init__(
        self,
        options: Options,
        surroundings: Surroundings,
        network: Network,
        book: Notebook,
        rounds: Rounds,
        discovery: Discovery,
        *,
        past: Past,
        progress: Progress,
    ) -> None:
        self._options, self._surroundings, self._network, self._book = options, surroundings, network, book
        self._rounds, self._discovery, self._past, self._progress = rounds, discovery, past, progress

    def ask(self) -> None:
        """Ask once more, and look at what turns up. Raises `Cancelled`."""
        earlier, now = self._past.here, place_of(self._surroundings.vantage)
        if earlier is None or not place_of(earlier.vantage).is_same(now) or self._network.deadline:
            return
        try:
            before = tuple(d for d in labels.on_devices(earlier.devices, self._past.known) if d.seen)
            present = self._ask_for_devices(before)
            if self._options.depth.at_least(Depth.QUICK):
                self._ask_for_ports(before, present)
        except Cancelled:
            raise
        except Exception as error:  # noqa: BLE001 - as in `Notebook.attempt`
            self._book.attempted("again", self._surroundings.vantage.interface, Outcome.FAILED, own_mistake(error))
        self._network.cancel.check()

    def _ask_for_devices(self, before: tuple[Device, ...]) -> tuple[Device, ...]:
        """Who is here, whoever answered the second time included, and looked at as everybody was."""
        present = self._rounds.devices(said=True)
        missing = self._missing(before, present)
        if not missing:
            return present
        addresses = tuple(dict.fromkeys(address for _, found in missing for address in found))
        with stage(self._progress, "again", 1) as tick:
            with self._book.attempt("again.devices", ", ".join(map(str, addresses))):
                self._discovery.ask_again(addresses, DEVICES_SECONDS)
            tick()
        self._network.cancel.check()
        found = self._rounds.devices(said=True)
        same = self._sameness(found, before)
        wanted = {same.of(device.key) for device, _ in missing}
        back = frozenset(d.key for d in found if d.seen and same.of(d.key) in wanted)
        if not back or not self._options.depth.at_least(Depth.QUICK):
            return found
        self._rounds.probe("light", back)
        self._rounds.probe("deep", back)
        return self._rounds.devices(said=True)

    def _missing(
        self, before: tuple[Device, ...], present: tuple[Device, ...]
    ) -> list[tuple[Device, tuple[IPAddress, ...]]]:
        """Who should be here and was not seen, each with the IPv4 addresses that it may be asked for at."""
        here = tuple(d for d in present if d.seen)
        same = self._sameness(present, before)
        names = {same.of(device.key) for device in here}
        taken = {address for device in here for address in device.addresses}
        found = []
        for device in before:
            name = same.of(device.key)
            if name in names or not is_always_on(device, same.known(name)) or self._is_others(device):
                continue
            free = (a for a in device.addresses if a.version == 4 and a not in taken)
            if addresses := tuple(a for a in free if self._may_touch(a, device)):
                found.append((device, addresses))
        if len(found) > MAX_DEVICES:
            reason = f"{len(found)} devices are missing at once, and {MAX_DEVICES} of them are asked for again"
            self._book.attempted("again.devices", f"{len(found) - MAX_DEVICES} more", Outcome.SKIPPED, reason)
        return sorted(found, key=lambda each: _weight(each[0]))[:MAX_DEVICES]

    def _ask_for_ports(self, before: tuple[Device, ...], present: tuple[Device, ...]) -> None:
        lost = self._lost(before, present)
        if not lost:
            return
        with stage(self._progress, "again", len(lost)) as tick, ThreadPoolExecutor(DEVICES_AT_ONCE) as pool:
            reopened: set[str] = set()
            for each, open_again in zip(lost, pool.map(self._ask_device, lost), strict=True):
                if open_again:
                    reopened.add(each.device.key)
                tick()
        self._network.cancel.check()
        if reopened:
            self._rounds.probe("deep", reopened)

    def _lost(self, before: tuple[Device, ...], present: tuple[Device, ...]) -> list[_Lost]:
        """The devices that lack ports they had, doors and hubs first, with what of these is asked again."""
        found, room = [], MAX_PORTS
        same = self._sameness(present, before)
        earlier_ones = {same.of(device.key): device for device in before}
        for device in sorted(present, key=_weight):
            earlier = earlier_ones.get(same.of(device.key))
            if earlier is None or not self._rounds.may_ask(device):
                continue
            known = self._book.as_known(device)
            gone = _open(earlier) - _open(known)
            if not gone:
                continue
            asked = _asked(known) | _asked_in_vain(self._book.facts_about(device.addresses))
            tcp = sorted(port for transport, port in gone if transport is Transport.TCP and port in asked)
            udp = sorted(port for transport, port in gone if transport is Transport.UDP)
            if not (tcp or udp):
                continue
            if self._rounds.spares(device):
                reason = "it runs on a battery, and is not woken a second time"
                self._book.attempted("again.ports", _where(device), Outcome.SKIPPED, reason)
                continue
            most = min(room, MAX_PORTS_OF_DEVICE)
            kept = (tuple(tcp[:most]), tuple(udp[: max(0, most - len(tcp))]))
            room -= sum(map(len, kept))
            found.append(_Lost(device=known, tcp=kept[0], udp=kept[1], left=len(tcp) + len(udp) - sum(map(len, kept))))
        return found

    def _ask_device(self, lost: _Lost) -> bool:
        """Ask one device for what it lost. Whether any of it is open after all."""
        device = lost.device
        net = self._network.net_for(
            device.addresses, manners_of(device), Deadline(PORTS_SECONDS), "what was open in the last scan"
        )
        try:
            if lost.tcp:
                address = _asked_at(device, lost.tcp)
                with self._book.attempt("again.ports", str(address)):
                    self._learn(
                        address, lost.tcp, net.sweep(address, (*_witnesses(device, address, lost.tcp), *lost.tcp))
                    )
            for name, module, target in self._rounds.asking_by_udp(device, lost.udp) if lost.udp else ():
                with self._book.attempt("again.ports", str(target)):
                    self._take(name, target, tuple(module.probe(target, net)))
        except Gone:
            self._rounds.leave_alone(device)
        if lost.left:
            reason = (
                f"{lost.left} more ports that were open were not asked again: that many at once are no lost packets"
            )
            self._book.attempted("again.ports", _where(device), Outcome.SKIPPED, reason)
        wanted = {*((Transport.TCP, port) for port in lost.tcp), *((Transport.UDP, port) for port in lost.udp)}
        return not wanted.isdisjoint(_open(self._book.as_known(device)))

    def _take(self, probe: str, target: Target, said: tuple[Learnt, ...]) -> None:
        """Write down what one UDP port said; where it was looked at and nothing listens, it is closed."""
        for what in said:
            self._book.learnt(probe, target.address, what)
        looked = any(isinstance(what, Coverage) for what in said)
        if looked and not any(isinstance(what, Service) for what in said) and target.port is not None:
            closed = _service(target.address, Transport.UDP, target.port, PortState.CLOSED)
            self._book.learnt("again", target.address, closed)

    def _learn(self, address: IPAddress, ports: tuple[int, ...], swept: Swept) -> None:
        """Write down what TCP `ports` said. Raises `Gone` or `NoAnswer` for what is left open.

        Silence counts only where the device answered at something else just then.
        """
        states = swept.at(address)
        answered = any(state is not PortState.FILTERED for state in states.values())
        for port in ports if answered else ():
            if port in states:
                self._book.learnt("again", address, _service(address, Transport.TCP, port, states[port]))
        if answered:
            covered = Coverage(address=address, transport=Transport.TCP, ports=port_text.render(states), engine=ENGINE)
            self._book.learnt("again", address, covered)
        if swept.stopped:
            said = f"{len(states)} ports were asked again: {swept.stopped}"
            raise Gone(said) if swept.gone else NoAnswer(said)
        if not answered:
            raise NoAnswer("it answered at no port when it was asked again, so nothing is known about what was open")

    def _sameness(self, present: tuple[Device, ...], before: tuple[Device, ...]) -> Sameness:
        """Which devices of the two scans are one, whatever key they had, by what the history knows."""
        return Sameness(self._past.known, (present, before))

    def _is_others(self, device: Device) -> bool:
        """Whether it is somebody's own, and these are none of the person's business."""
        return self._options.infrastructure_only and (
            personal.is_personal(device, self._surroundings) or personal.may_be_personal(device, self._surroundings)
        )

    def _may_touch(self, address: IPAddress, device: Device) -> bool:
        guard = self._network.guard
        return self._network.net("again").may_touch(address) and not guard.is_untouchable(address, device.mac)


def place_of(vantage: Vantage) -> Place:
    """The network that is looked at from `vantage`."""
    mac = None if vantage.gateway is None else vantage.gateway.mac
    return Place(prefix=vantage.segment.prefix, gateway=None if mac is None else str(mac.format(mac_unix_expanded)))


def is_always_on(device: Device, known: KnownDevice | None) -> bool:
    """Whether `device` is expected to answer at any time, by what a comparison of scans expects of it."""
    return expectation(DeviceLine(key=device.key, role=device.role, power=device.power), known) is ALWAYS_ON


def _weight(device: Device) -> tuple[bool, str]:
    """What opens the door first, then the others in an order that is always the same."""
    return (device.role not in DOOR_ROLES | HUB_ROLES, device.key)


def _where(device: Device) -> str:
    return str(device.addresses[0])


def _open(device: Device) -> frozenset[tuple[Transport, int]]:
    return frozenset((s.transport, s.port) for s in device.open_services)


def _asked(device: Device) -> frozenset[int]:
    """The TCP ports that were asked and answered for, at any of its addresses."""
    return frozenset(p for c in device.coverage if c.transport is Transport.TCP for p in port_text.parse(c.ports))


def _asked_in_vain(facts: Iterable[Fact]) -> frozenset[int]:
    """The TCP ports asked of a device that answered on none of them."""
    values = (fact.value for fact in facts if fact.kind == "tcp.silent")
    texts = (text for value in values if isinstance(value, tuple) for text in value)
    return frozenset(port for text in texts for port in port_text.parse(str(text)))


def _asked_at(device: Device, ports: tuple[int, ...]) -> IPAddress:
    """The address where most of `ports` were asked; the device's first where none answered anything."""

    def known(address: IPAddress) -> int:
        return sum(
            len(port_text.parse(c.ports).intersection(ports))
            for c in device.coverage
            if c.address == address and c.transport is Transport.TCP
        )

    return max(device.addresses, key=known)


def _witnesses(device: Device, address: IPAddress, lost: tuple[int, ...]) -> tuple[int, ...]:
    """Ports of this address that answered in this scan, open ones first."""
    mine = [s.port for s in device.open_services if (s.address, s.transport) == (address, Transport.TCP)]
    rest: Iterator[int] = (
        port
        for c in device.coverage
        if (c.address, c.transport) == (address, Transport.TCP)
        for run in port_text.ranges(c.ports)
        for port in run
        if port not in lost and port not in mine
    )
    return (*sorted(mine)[:WITNESSES], *(port for _, port in zip(range(WITNESSES - len(mine)), rest, strict=False)))


def _service(address: IPAddress, transport: Transport, port: int, state: PortState) -> Service:
    return Service(address=address, transport=transport, port=port, state=state)
