"""The whole scan, in one function: read `scan` first.

    discover ─▶ identify ─▶ light probe ─▶ identify ─▶ deep probe ─▶ identify ─▶ checks ─▶ advise

What a device is decides how deep and how gently it is probed, and probes say more about what it is, so it goes in
rounds. Until it is identified a device gets a lock's manners. Stages never import each other; they meet here.
"""

import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from graphlib import TopologicalSorter
from types import ModuleType
from typing import Literal

from netaddr import IPAddress, IPNetwork

import netguard
from netguard import registry
from netguard.advise.actions import actions
from netguard.advise.grade import grade
from netguard.checks._contract import Check, Subject
from netguard.discover._contract import Ask as DiscoverAsk
from netguard.errors import NetguardError
from netguard.identify.devices import devices as identified
from netguard.model.attempt import Attempt
from netguard.model.device import Device
from netguard.model.finding import Finding
from netguard.model.gateway import Gateway
from netguard.model.observation import Fact
from netguard.model.past import Past
from netguard.model.scan import Authorisation, Ruleset, Scan, Tool
from netguard.model.surroundings import Neighbour, Surroundings
from netguard.model.vocabulary import Confidence, Depth, Ended, Outcome, PortState, Role
from netguard.net import limits
from netguard.net.access import GENTLE, STURDY, Manners, Net, Network
from netguard.net.control import Deadline
from netguard.net.failures import Cancelled, Failure, Gone
from netguard.notebook import Notebook
from netguard.probe._contract import Ask as ProbeAsk
from netguard.rules.loader import Rules

DEVICES_AT_ONCE = 32
"""Devices probed beside each other; a thread each, mostly waiting."""

STURDY_ROLES = frozenset({Role.ROUTER, Role.COMPUTER, Role.NAS, Role.CONSOLE, Role.TV, Role.SWITCH})
"""What bears several connections at a time. Everything else, and whatever is only possibly one of these, is treated gently."""

Round = Literal["light", "deep"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the person asked for."""

    site: str
    depth: Depth
    targets: tuple[IPNetwork, ...]
    authorisation: Authorisation


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Progress, for whoever shows it: so many of so many things of a stage are done."""

    stage: str
    done: int
    total: int
    seconds: float
    note: str = ""


Progress = Callable[[Event], None]


def scan(
    options: Options,
    surroundings: Surroundings,
    rules: Rules,
    network: Network,
    *,
    neighbours: Callable[[], tuple[Neighbour, ...]],
    past: Past,
    progress: Progress = lambda _: None,
) -> Scan:
    """Look at the network and judge what was seen.

    Never raises for anything the network does: what could not be looked at is an attempt with its reason. When
    `network.cancel` is set or its deadline passes, what was learnt so far is judged and `ended` says so.
    """
    started = datetime.now(UTC)
    run = _Run(options, surroundings, rules, network, Notebook(), progress)
    ended = Ended.FINISHED
    try:
        run.discover(neighbours)
        for kind in ("light", "deep") if options.depth.at_least(Depth.QUICK) else ():
            run.probe(kind, run.identify())
        network.cancel.check()
    except Cancelled:
        ended = Ended.INTERRUPTED
    if ended is Ended.FINISHED and network.deadline:
        ended = Ended.DEADLINE
    found = run.identify()
    draft = Scan(
        id=uuid.uuid4().hex[:12],
        site=options.site,
        started_at=started,
        finished_at=datetime.now(UTC),
        ended=ended,
        tool=Tool(name="netguard", version=netguard.__version__),
        ruleset=Ruleset(digest=rules.digest, records=len(rules.devices), overlays=rules.overlays),
        depth=options.depth,
        authorisation=options.authorisation,
        vantage=surroundings.vantage,
        devices=found,
        gateways=_gateways(found, surroundings),
        observations=run.book.observations(found),
        attempts=run.book.attempts,
    )
    with run.stage("checks", 1) as tick:
        judged = judge(draft, rules, past)
        tick()
    return judged


def judge(draft: Scan, rules: Rules, past: Past) -> Scan:
    """`draft` with the findings, actions and grade that today's checks and rules make of its facts.

    A check that crashes is an `unknown` finding that names it, and a failed attempt.
    """
    modules = registry.load_all("netguard.checks", "CHECK", "judge")
    findings: list[Finding] = []
    attempts = [a for a in draft.attempts if not a.stage.startswith("check.")]
    for name, module in modules.items():
        check: Check = module.CHECK
        began = time.monotonic()
        try:
            findings += module.judge(draft, rules, past)
            outcome, reason = Outcome.DONE, None
        except Exception as error:  # noqa: BLE001 - one broken judgement must not cost the others
            outcome, reason = Outcome.FAILED, _own_mistake(error)
            subject = Subject(target="network", identity="network", name="the network")
            findings.append(
                check.unknown(
                    subject,
                    because="netguard made a mistake while judging",
                    how="Update netguard, or report the mistake.",
                )
            )
        attempts.append(
            Attempt(
                stage=f"check.{name}",
                target="network",
                outcome=outcome,
                reason=reason,
                seconds=round(time.monotonic() - began, 3),
            )
        )
    ordered = tuple(sorted(findings, key=lambda f: (f.check, f.target, f.fingerprint)))
    remedies = {name: module.CHECK.remedy for name, module in modules.items()}
    return replace(
        draft,
        findings=ordered,
        attempts=tuple(attempts),
        actions=actions(ordered, remedies, draft.devices),
        grade=grade(ordered, draft.devices),
    )


class _Run:
    """One scan under way."""

    def __init__(
        self,
        options: Options,
        surroundings: Surroundings,
        rules: Rules,
        network: Network,
        book: Notebook,
        progress: Progress,
    ) -> None:
        self.options, self.surroundings, self.rules = options, surroundings, rules
        self.network, self.book, self.progress = network, book, progress
        self._probes = in_order(registry.load_all("netguard.probe", "NEEDS", "PROVIDES", "wants", "probe"))
        self._seconds_used: dict[IPAddress, float] = {}
        self._gone: set[IPAddress] = set()

    @contextmanager
    def stage(self, name: str, total: int) -> Iterator[Callable[[], None]]:
        """Progress events around a stage; the value is called once for every thing done."""
        began, done = time.monotonic(), 0

        def tick() -> None:
            nonlocal done
            done += 1
            self.progress(Event(stage=name, done=done, total=total, seconds=time.monotonic() - began))

        self.progress(Event(stage=name, done=0, total=total, seconds=0.0))
        yield tick

    def discover(self, neighbours: Callable[[], tuple[Neighbour, ...]]) -> None:
        """Run every protocol, those without an `AFTER` beside each other. Raises `Cancelled`."""
        modules = registry.load_all("netguard.discover", "AFTER", "skip", "discover")
        ask = DiscoverAsk(
            surroundings=self.surroundings,
            targets=self.options.targets,
            neighbours=neighbours,
            service_types=_service_types(self.rules),
            raw_packets=self.network.raw is not None,
        )
        for neighbour in self.surroundings.neighbours:
            self.network.guard.learn(neighbour.address, neighbour.mac)
        order = TopologicalSorter({name: module.AFTER & modules.keys() for name, module in modules.items()})
        order.prepare()
        running: dict[Future[None], str] = {}
        with self.stage("discover", len(modules)) as tick, ThreadPoolExecutor(len(modules)) as pool:
            while order.is_active():
                running.update({pool.submit(self._discover, n, modules[n], ask): n for n in order.get_ready()})
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    future.result()
                    order.done(running.pop(future))
                    tick()
        self.network.cancel.check()

    def _discover(self, name: str, module: ModuleType, ask: DiscoverAsk) -> None:
        with self._attempt(f"discover.{name}", ", ".join(map(str, ask.targets))):
            if reason := module.skip(ask):
                raise _Skipped(reason)
            for sighting in module.discover(ask, self.network.net(name)):
                if sighting.address is not None:
                    self.network.guard.learn(sighting.address, sighting.mac)
                self.book.sighted(sighting)

    def identify(self) -> tuple[Device, ...]:
        """The devices that everything learnt so far amounts to."""
        return identified(
            self.book.sightings, self.book.facts, self.book.services, self.book.coverage, self.surroundings, self.rules
        )

    def probe(self, kind: Round, devices: tuple[Device, ...]) -> None:
        """One round over all devices, several at a time, each with its own manners and time. Raises `Cancelled`."""
        wanted = [device for device in devices if self._may_probe(device, kind)]
        with self.stage(f"{kind} probe", len(wanted)) as tick, ThreadPoolExecutor(DEVICES_AT_ONCE) as pool:
            pending = {pool.submit(self._probe_device, device, kind) for device in wanted}
            while pending:
                finished, pending = wait(pending, return_when=FIRST_COMPLETED)
                for future in finished:
                    future.result()
                    tick()
        self.network.cancel.check()

    def _may_probe(self, device: Device, kind: Round) -> bool:
        reason = None
        if not device.addresses:
            reason = "no address of it is known"
        elif self.surroundings.vantage.address in device.addresses:
            reason = "it is the computer netguard runs on; what others see of it cannot be seen from itself"
        elif any(self.network.guard.is_untouchable(a, device.mac) for a in device.addresses):
            reason = "it is on your list of devices never to touch"
        if reason and kind == "light":
            self.book.attempted("probe", device.key, Outcome.SKIPPED, reason)
        return reason is None and self._gone.isdisjoint(device.addresses)

    def _probe_device(self, device: Device, kind: Round) -> None:
        address, began = device.addresses[0], time.monotonic()
        budget = limits.DEVICE_SECONDS[self.options.depth] - self._seconds_used.get(address, 0.0)
        manners = _manners(device)
        net = self.network.net_for(device.addresses, manners, Deadline(max(0.0, budget)), f"{kind} probe")
        try:
            for name, module in self._probes.items():
                self._ask(name, module, self._as_known(device), kind, net)
            if manners is GENTLE and kind == "deep":
                self._is_still_there(self._as_known(device))
        except Gone:
            # Its attempt says so already; nothing more is sent to it.
            self._gone.update(device.addresses)
        self._seconds_used[address] = self._seconds_used.get(address, 0.0) + time.monotonic() - began

    def _ask(self, name: str, module: ModuleType, device: Device, kind: Round, net: Net) -> None:
        ask = ProbeAsk(
            depth=self.options.depth,
            round=kind,
            rules=self.rules,
            facts=self.book.facts_about(device.addresses),
            named=any(network.size == 1 and network.ip in device.addresses for network in self.options.targets),
        )
        try:
            targets = tuple(module.wants(device, ask))
        except Exception as error:  # noqa: BLE001 - as in `_attempt`
            self.book.attempted(f"probe.{name}", device.key, Outcome.FAILED, _own_mistake(error))
            return
        for target in targets:
            with self._attempt(f"probe.{name}", str(target)):
                for what in module.probe(target, net):
                    self.book.learnt(name, target.address, what)

    def _as_known(self, device: Device) -> Device:
        return replace(
            device,
            services=tuple(s for s in self.book.services if s.address in device.addresses),
            coverage=tuple(c for c in self.book.coverage if c.address in device.addresses),
        )

    def _is_still_there(self, device: Device) -> None:
        """The liveness check after probing: a port that answered before must answer still. Its time is its own."""
        answered = next((s for s in device.services if s.state is PortState.OPEN), None)
        if answered is None:
            return
        net = self.network.net_for(device.addresses, GENTLE, Deadline(limits.LIVENESS_SECONDS), "liveness")
        with self._attempt("probe.liveness", str(answered.address)):
            swept = net.sweep(answered.address, (answered.port,))
            if swept.stopped:
                raise Failure(f"whether it still answers was not seen: {swept.stopped}")
            alive = swept.states.get((answered.address, answered.port)) in {PortState.OPEN, PortState.CLOSED}
            self.book.learnt("liveness", answered.address, Fact(kind="host.alive", value=alive))
            if not alive:
                raise Gone("it stopped answering during the scan; it is left alone from here on")

    @contextmanager
    def _attempt(self, stage: str, target: str) -> Iterator[None]:
        """Write down how it went. `Cancelled` and `Gone` pass; every other failure costs this attempt and nothing else."""
        began = time.monotonic()
        outcome, reason = Outcome.DONE, None
        try:
            yield
        except Cancelled as stopped:
            outcome, reason = Outcome.SKIPPED, str(stopped)
            raise
        except Gone as gone:
            outcome, reason = Outcome.FAILED, str(gone)
            raise
        except _Skipped as skipped:
            outcome, reason = Outcome.SKIPPED, str(skipped)
        except (Failure, NetguardError) as failure:
            outcome, reason = Outcome.FAILED, str(failure)
        except Exception as error:  # noqa: BLE001 - a crash in one probe is an unknown, never the end of the scan
            outcome, reason = Outcome.FAILED, _own_mistake(error)
        finally:
            self.book.attempted(stage, target, outcome, reason, time.monotonic() - began)


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


class _Skipped(Failure):
    """A protocol said why it does not run here."""


def _own_mistake(error: Exception) -> str:
    return f"netguard's own mistake: {type(error).__name__}: {error}"


def _manners(device: Device) -> Manners:
    return STURDY if device.role in STURDY_ROLES and device.confidence is not Confidence.POSSIBLE else GENTLE


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


def _gateways(devices: Iterable[Device], surroundings: Surroundings) -> tuple[Gateway, ...]:
    hop = surroundings.vantage.gateway
    if hop is None:
        return ()
    return (Gateway(device=next((d.key for d in devices if hop.address in d.addresses), None)),)
