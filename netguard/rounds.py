"""What is it, and what does it expose: identification and the rounds of probing, each device with its own manners and time."""

import dataclasses
import time
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from graphlib import TopologicalSorter
from types import ModuleType
from typing import Literal

from netaddr import IPAddress

from netguard import registry
from netguard.compare import declared, labels, match
from netguard.gateways import forwarded_to
from netguard.identify import personal
from netguard.identify.devices import devices as identified
from netguard.model import ports as port_text
from netguard.model.device import Coverage, Device
from netguard.model.login import Ledger
from netguard.model.observation import Fact
from netguard.model.past import Past
from netguard.model.surroundings import Surroundings
from netguard.model.vocabulary import Outcome, PortState, Transport
from netguard.net import limits
from netguard.net.access import GENTLE, STURDY, Manners, Net, Network
from netguard.net.control import Deadline
from netguard.net.failures import Failure, Gone
from netguard.notebook import Notebook, own_mistake
from netguard.probe._contract import Ask as ProbeAsk
from netguard.probe._contract import Declined, Target, is_sturdy, runs_on_battery
from netguard.rules.loader import Rules
from netguard.task import Options, Progress, stage

DEVICES_AT_ONCE = 64
"""Devices probed beside each other; a thread each, mostly waiting."""

Kind = Literal["light", "deep"]
KINDS: tuple[Kind, ...] = ("light", "deep")
"""In this order: a light look at what tells what a device is, then all that its depth asks for."""


class Rounds:
    """One scan's rounds. What the probes learn goes into `book`."""

    def __init__(
        self,
        options: Options,
        surroundings: Surroundings,
        rules: Rules,
        network: Network,
        book: Notebook,
        *,
        past: Past,
        progress: Progress,
        ledger: Ledger | None = None,
    ) -> None:
        self._options, self._surroundings, self._rules = options, surroundings, rules
        self._network, self._book, self._past, self._progress = network, book, past, progress
        self._ledger = ledger
        self._probes = in_order(registry.load_all("netguard.probe", "NEEDS", "PROVIDES", "wants", "probe"))
        self._seconds_used: dict[IPAddress, float] = {}
        self._gone: set[IPAddress] = set()
        hop = surroundings.vantage.gateway
        self._hops = frozenset() if hop is None else frozenset({hop.address, *_gateways_of(surroundings)})

    def identify(self) -> tuple[Device, ...]:
        """The devices that everything learnt so far amounts to, each with the key that earlier scans know it by."""
        found = identified(
            self._book.sightings,
            self._book.facts,
            self._book.services,
            self._book.coverage,
            self._surroundings,
            self._rules,
            apart=labels.apart(self._past.known),
        )
        return tuple(recognised.device for recognised in match.recognise(found, self._past.known))

    def devices(self, *, said: bool = False) -> tuple[Device, ...]:
        """The devices for the document, declared ones included. With `said`, what the person says of them counts."""
        found = declared.with_declared(self.identify(), self._past.declared, self._past.known, self._rules.devices)
        return labels.on_devices(found, self._past.known) if said else found

    def count_personal(self, devices: tuple[Device, ...]) -> tuple[tuple[Device, ...], int | None]:
        """`devices` without the personal ones, about which everything is forgotten, and how many these were.

        All of them and null where personal devices are treated like everything else.
        """
        if not self._options.infrastructure_only:
            return devices, None
        said = labels.on_devices(devices, self._past.known)
        left_out = [d for d, s in zip(devices, said, strict=True) if personal.is_personal(s, self._surroundings)]
        self._book.forget(left_out)
        return tuple(d for d in devices if d not in left_out), len(left_out)

    def probe(self, kind: Kind, only: Collection[str] | None = None) -> None:
        """One round over all devices, several at a time, each with its own manners and time. Raises `Cancelled`.

        With `only`, over the devices with these keys.
        """
        everybody = (d for d in self.devices(said=True) if only is None or d.key in only)
        wanted = [device for device in everybody if self._may_probe(device, kind)]
        with stage(self._progress, f"{kind} probe", len(wanted)) as tick, ThreadPoolExecutor(DEVICES_AT_ONCE) as pool:
            pending = {pool.submit(self._probe_device, device, kind) for device in wanted}
            while pending:
                finished, pending = wait(pending, return_when=FIRST_COMPLETED)
                for future in finished:
                    future.result()
                    tick()
        self._network.cancel.check()

    def may_ask(self, device: Device) -> bool:
        """Whether anything more may be sent to `device`: it is here, is no other person's, and was not lost meanwhile."""
        return self._may_probe(device, "deep")

    def spares(self, device: Device) -> bool:
        """Whether `device` pays for every packet from a battery, and the person did not name it."""
        return runs_on_battery(device, self._ask_about(device, "deep"))

    def leave_alone(self, device: Device) -> None:
        """Send nothing more to `device`: it stopped answering."""
        self._gone.update(device.addresses)

    def asking_by_udp(self, device: Device, ports: Collection[int]) -> Iterator[tuple[str, ModuleType, Target]]:
        """The looks that probes take at these UDP ports of `device`, also where one was taken already: (id, probe, target)."""
        unasked = dataclasses.replace(device, coverage=tuple(_without(c, ports) for c in device.coverage))
        ask = self._ask_about(device, "deep")
        for name, module in self._probes.items():
            try:
                targets = tuple(module.wants(unasked, ask))
            except Exception as error:  # noqa: BLE001 - as in `Notebook.attempt`
                self._book.attempted(f"probe.{name}", device.key, Outcome.FAILED, own_mistake(error))
                continue
            for target in targets:
                if isinstance(target, Target) and target.transport is Transport.UDP and target.port in ports:
                    yield name, module, target

    def _may_probe(self, device: Device, kind: Kind) -> bool:
        if not device.seen:
            return False
        reason = None
        if not device.addresses:
            reason = "no address of it is known"
        elif self._surroundings.vantage.address in device.addresses:
            reason = "it is the computer netguard runs on; what others see of it cannot be seen from itself"
        elif any(self._network.guard.is_untouchable(a, device.mac) for a in device.addresses):
            reason = "it is on your list of devices never to touch"
        elif self._options.infrastructure_only:
            if personal.is_personal(device, self._surroundings):
                return False
            if personal.may_be_personal(device, self._surroundings):
                reason = "it is not known to be part of the home, and personal devices are not looked at, as you asked"
        if reason and kind == "light":
            where = str(device.addresses[0]) if device.addresses else device.key
            self._book.attempted("probe", where, Outcome.SKIPPED, reason)
        return reason is None and self._gone.isdisjoint(device.addresses)

    def _probe_device(self, device: Device, kind: Kind) -> None:
        address, began = device.addresses[0], time.monotonic()
        budget = limits.DEVICE_SECONDS[self._options.depth] - self._seconds_used.get(address, 0.0)
        manners = manners_of(device)
        net = self._network.net_for(device.addresses, manners, Deadline(max(0.0, budget)), f"{kind} probe")
        try:
            for name, module in self._probes.items():
                self._ask(name, module, self._book.as_known(device), kind, net)
            if manners is GENTLE and kind == "deep":
                self._is_still_there(self._book.as_known(device))
        except Gone:
            # Its attempt says so already; nothing more is sent to it.
            self._gone.update(device.addresses)
        self._seconds_used[address] = self._seconds_used.get(address, 0.0) + time.monotonic() - began

    def _ask_about(self, device: Device, kind: Kind) -> ProbeAsk:
        gateways = self._book.gateways
        return ProbeAsk(
            depth=self._options.depth,
            round=kind,
            rules=self._rules,
            facts=self._book.facts_about(device.addresses),
            named=any(network.size == 1 and network.ip in device.addresses for network in self._options.targets),
            gateway=any(address in device.addresses for address in self._hops),
            forwarded=forwarded_to(device, gateways),
            answers=tuple(answer for address in device.addresses for answer in gateways.get(address, ())),
            own_addresses=self._network.way.addresses,
            networks=self._surroundings.prefixes,
            upnp_active=self._options.upnp_active,
            logins=self._options.logins or not {device.mac, *device.addresses}.isdisjoint(self._options.logins_at),
            ledger=self._ledger,
        )

    def _ask(self, name: str, module: ModuleType, device: Device, kind: Kind, net: Net) -> None:
        ask = self._ask_about(device, kind)
        try:
            targets = tuple(module.wants(device, ask))
        except Exception as error:  # noqa: BLE001 - as in `Notebook.attempt`
            self._book.attempted(f"probe.{name}", device.key, Outcome.FAILED, own_mistake(error))
            return
        for target in targets:
            if isinstance(target, Declined):
                self._book.attempted(f"probe.{name}", target.what, Outcome.SKIPPED, target.reason)
                continue
            with self._book.attempt(f"probe.{name}", str(target)):
                for what in module.probe(target, net):
                    self._book.learnt(name, target.address, what)

    def _is_still_there(self, device: Device) -> None:
        """The liveness check after probing: a port that answered before must answer still. Its time is its own."""
        answered = next((s for s in device.services if s.state is PortState.OPEN), None)
        if answered is None:
            return
        net = self._network.net_for(device.addresses, GENTLE, Deadline(limits.LIVENESS_SECONDS), "liveness")
        with self._book.attempt("probe.liveness", str(answered.address)):
            swept = net.sweep(answered.address, (answered.port,))
            if swept.stopped:
                raise Failure(f"whether it still answers was not seen: {swept.stopped}")
            alive = swept.states.get((answered.address, answered.port)) in {PortState.OPEN, PortState.CLOSED}
            self._book.learnt("liveness", answered.address, Fact(kind="host.alive", value=alive))
            if not alive:
                raise Gone("it stopped answering during the scan; it is left alone from here on")


def _gateways_of(surroundings: Surroundings) -> tuple[IPAddress, ...]:
    """The default gateways of the interface that is looked from, IPv6 ones included."""
    name = surroundings.vantage.interface
    return tuple(a for i in surroundings.interfaces if i.name == name for a in i.gateways)


def in_order(probes: Mapping[str, ModuleType]) -> dict[str, ModuleType]:
    """Probes so that each comes after those that provide what it needs, alphabetically where that is open.

    Raises `graphlib.CycleError` for a circle, and `TypeError` for a need that nobody provides.
    """
    providers: dict[str, set[str]] = {}
    for name, module in probes.items():
        for thing in module.PROVIDES:
            providers.setdefault(thing, set()).add(name)
    graph: dict[str, set[str]] = {}
    for name in sorted(probes):
        missing = probes[name].NEEDS - providers.keys()
        if missing:
            raise TypeError(f"probe {name} needs {', '.join(sorted(missing))}, which no probe provides")
        graph[name] = {provider for thing in probes[name].NEEDS for provider in providers[thing]} - {name}
    return {name: probes[name] for name in TopologicalSorter(graph).static_order()}


def _without(coverage: Coverage, ports: Collection[int]) -> Coverage:
    """`coverage` as if these UDP ports had not been asked."""
    if coverage.transport is not Transport.UDP:
        return coverage
    return dataclasses.replace(coverage, ports=port_text.render(port_text.parse(coverage.ports).difference(ports)))


def manners_of(device: Device) -> Manners:
    """How `device` is treated; gently unless it is known to be sturdy."""
    return STURDY if is_sturdy(device) else GENTLE
