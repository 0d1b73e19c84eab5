"""Who is here: every protocol of `discover/`, those that ask beside each other, those that listen beside the whole scan."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import replace
from graphlib import TopologicalSorter
from types import ModuleType

from netaddr import IPAddress, IPNetwork

from netguard import registry
from netguard.discover._contract import Ask
from netguard.identify.personal import is_personal, may_be_personal
from netguard.model.device import Device
from netguard.model.observation import Sighting
from netguard.model.past import Past
from netguard.model.surroundings import Neighbour, Surroundings
from netguard.model.vocabulary import DOOR_ROLES, HUB_ROLES, Outcome, Role
from netguard.net.access import Network
from netguard.net.failures import Cancelled
from netguard.notebook import Notebook, Skipped
from netguard.rules.loader import Rules
from netguard.task import Event, Options, Progress, stage

GUARDED_ROLES = DOOR_ROLES | HUB_ROLES | {Role.ALARM}
"""What protocols that ask each device by itself must know of beforehand: some are asked more, some are spared."""

BY_ADDRESS = ("arp", "ping", "neighbours")
"""The protocols that ask one address and nobody else, in the order in which one needs the other."""

WAIT_SECONDS = 300.0
"""Longest wait for a device that the person goes to wake; a door is not further away than that."""

WAIT_SHARE = 0.5
"""Most of the scan's remaining time that is spent on waiting."""

WAIT_PAUSE = 3.0
"""Seconds between two looks for it; each look is a discovery, so at most some ten a minute."""


class Discovery:
    """The protocols at work for one scan. What they see goes into `book`."""

    def __init__(
        self,
        options: Options,
        surroundings: Surroundings,
        rules: Rules,
        network: Network,
        book: Notebook,
        *,
        neighbours: Callable[[], tuple[Neighbour, ...]],
        past: Past,
        devices: Callable[[], tuple[Device, ...]],
        progress: Progress,
    ) -> None:
        """`devices` gives what everything seen so far amounts to, as the person calls it."""
        self._options, self._surroundings, self._rules = options, surroundings, rules
        self._network, self._book, self._progress = network, book, progress
        self._neighbours, self._past, self._devices = neighbours, past, devices
        self._over = threading.Event()
        self._protocols = registry.load_all("netguard.discover", "AFTER", "LISTENS", "skip", "discover")
        for neighbour in surroundings.neighbours:
            network.guard.learn(neighbour.address, neighbour.mac)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Run the protocols that only listen, beside everything that happens inside."""
        modules = {name: module for name, module in self._protocols.items() if module.LISTENS}
        ask = self._ask()
        with ThreadPoolExecutor(max(1, len(modules))) as pool:
            heard = [pool.submit(self._discover, name, module, ask) for name, module in modules.items()]
            try:
                yield
            finally:
                self._over.set()
        for future in heard:
            with suppress(Cancelled):
                future.result()

    def ask_everybody(self) -> None:
        """Run every protocol that asks, those without an `AFTER` beside each other. Raises `Cancelled`."""
        modules = {name: module for name, module in self._protocols.items() if not module.LISTENS}
        with stage(self._progress, "discover", len(modules)) as tick:
            self._run(modules, tick)

    def _run(self, modules: Mapping[str, ModuleType], tick: Callable[[], None]) -> None:
        ask = self._ask()
        order = TopologicalSorter({name: module.AFTER & modules.keys() for name, module in modules.items()})
        order.prepare()
        running: dict[Future[None], str] = {}
        with ThreadPoolExecutor(len(modules)) as pool:
            while order.is_active():
                running.update({pool.submit(self._discover, n, modules[n], ask): n for n in order.get_ready()})
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    future.result()
                    order.done(running.pop(future))
                    tick()
        self._network.cancel.check()

    def _ask(self) -> Ask:
        return Ask(
            surroundings=self._surroundings,
            targets=self._options.targets,
            neighbours=self._neighbours,
            service_types=_service_types(self._rules),
            raw_packets=self._network.raw is not None,
            found=self._found,
            hubs=self._guarded_addresses,
            over=self._over.is_set,
        )

    def _found(self) -> tuple[IPAddress, ...]:
        """Everybody's addresses so far, those included that the kernel is certain of.

        With `infrastructure_only` without those of what is or may be personal.
        """
        if not self._options.infrastructure_only:
            seen = {s.address for s in self._book.sightings if s.address is not None and not s.hearsay}
            return tuple(sorted(seen | {n.address for n in self._neighbours() if n.reachable}))
        around = self._surroundings
        others = (d for d in self._devices() if not (is_personal(d, around) or may_be_personal(d, around)))
        return tuple(sorted(address for device in others for address in device.addresses))

    def _guarded_addresses(self) -> tuple[IPAddress, ...]:
        gateway = self._surroundings.vantage.gateway
        found = {gateway.address} if gateway is not None else set()
        for known in self._past.known:
            if (known.said_role or known.role) in GUARDED_ROLES:
                found.update(known.addresses)
        for device in self._devices():
            if device.role in GUARDED_ROLES:
                found.update(device.addresses)
        return tuple(sorted(found))

    def _discover(self, name: str, module: ModuleType, ask: Ask) -> None:
        with self._book.attempt(f"discover.{name}", ", ".join(map(str, ask.targets))):
            if reason := module.skip(ask):
                raise Skipped(reason)
            for sighting in module.discover(ask, self._network.net(name)):
                self._see(sighting)

    def _see(self, sighting: Sighting) -> None:
        if sighting.address is not None:
            self._network.guard.learn(sighting.address, sighting.mac)
        self._book.sighted(sighting)

    def ask_again(self, addresses: Iterable[IPAddress], seconds: float) -> None:
        """Ask for these addresses once more, for at most `seconds`, and for nobody else's.

        Raises `Cancelled`, and why it failed where it did: a `Failure` or `NetguardError`.
        """
        ask = replace(self._ask(), targets=tuple(IPNetwork(address) for address in addresses))
        end = self._network.deadline.sooner(seconds)
        for name in BY_ADDRESS:
            module = self._protocols.get(name)
            if module is not None and module.skip(ask) is None:
                for sighting in module.discover(ask, self._network.net(f"{name} again", seconds=end.remaining)):
                    self._see(sighting)

    def wait_for_the_named(self) -> None:
        """Look again and again until everybody of `options.wait_for` was seen, or `WAIT_SECONDS` are over.

        Raises `Cancelled`. Where the scan's own time is shorter, half of what is left of it ends the waiting.
        """
        if not (missing := self._missing()):
            return
        # Whoever is here must still be looked at when the waiting was in vain.
        deadline = self._network.deadline.sooner(min(WAIT_SECONDS, self._network.deadline.remaining * WAIT_SHARE))
        began, total = time.monotonic(), len(missing)
        modules = {name: module for name, module in self._protocols.items() if not module.LISTENS}
        while missing and not deadline:
            self._progress(
                Event(
                    stage="wait",
                    done=total - len(missing),
                    total=total,
                    seconds=time.monotonic() - began,
                    note="; ".join(map(self._how_to_wake, missing)),
                )
            )
            self._network.cancel.pause(min(WAIT_PAUSE, deadline.remaining))
            self._run(modules, lambda: None)
            missing = self._missing()
        for name in self._options.wait_for:
            outcome = Outcome.FAILED if name in missing else Outcome.DONE
            reason = f"it did not show itself within {time.monotonic() - began:.0f} s" if name in missing else None
            self._book.attempted("wait-for", name, outcome, reason, time.monotonic() - began)
        if not missing:
            self._progress(Event(stage="wait", done=total, total=total, seconds=time.monotonic() - began))

    def _missing(self) -> tuple[str, ...]:
        seen = {(d.name or "").casefold() for d in self._devices() if d.seen}
        return tuple(name for name in self._options.wait_for if name.casefold() not in seen)

    def _how_to_wake(self, name: str) -> str:
        profiles = [d.profile for d in self._past.declared if d.name == name]
        profiles += [k.profile for k in self._past.known if name in {k.said_name, k.name}]
        records = [self._rules.devices[p] for p in profiles if p is not None and p in self._rules.devices]
        wake = next((record.wake for record in records if record.wake), "wake it up, or use it once")
        return f"{name}: {wake}"


def _service_types(rules: Rules) -> tuple[str, ...]:
    """The DNS-SD types that records know, without those that are patterns."""
    patterns = (
        pattern
        for record in rules.devices.values()
        for evidence in record.evidence
        for kind, value in evidence.match.items()
        if kind in {"dnssd.type", "dnssd.txt"}
        for pattern in ((value,) if isinstance(value, str) else value)
    )
    types = {pattern.split(" ")[0] for pattern in patterns}
    return tuple(sorted(t for t in types if t.startswith("_") and not set(t) & set("*?[")))
