"""What a scan has learnt so far: the pipeline's only changing thing, filled from many threads, read whole."""

import dataclasses
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from datetime import UTC, datetime

from netaddr import EUI, IPAddress

from netguard.errors import NetguardError
from netguard.model import address as addresses
from netguard.model import ports as port_text
from netguard.model.attempt import Attempt
from netguard.model.device import Coverage, Device, Service
from netguard.model.gateway import GatewayAnswer, Igd
from netguard.model.observation import KINDS, Fact, Observation, Sighting
from netguard.model.vocabulary import Outcome, Transport
from netguard.net.failures import Cancelled, Failure, Gone, NotInstalled

MAX_SIGHTINGS = 20_000
"""Sightings kept of one scan; a peer with forged sources could announce without end."""

MAX_FACTS_PER_ADDRESS = 800
"""Facts kept about one address; a device with every service there is has about 100, a router one more for each of the 512
ports it forwards that are read."""

MAX_FACTS_OF_A_KIND = 520
"""Of these one kind at most: a router that describes itself at several ports, with other mappings each time, must not keep
out what else is learnt about it."""


class Notebook:
    """Everything is kept by address; which device an address belongs to is decided anew at every identification."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sightings: dict[Sighting, datetime] = {}
        self._facts: dict[IPAddress, dict[tuple[str, Fact], datetime]] = {}
        self._services: dict[tuple[IPAddress, Transport, int], Service] = {}
        self._coverage: dict[tuple[IPAddress, Transport, str], Coverage] = {}
        self._gateways: dict[IPAddress, dict[tuple[str, str], GatewayAnswer]] = {}
        """By address; then by kind of answer and, of UPnP, by the description's place."""
        self._heard: dict[IPAddress, dict[Fact, None]] = {}
        """What sightings said, by their address."""
        self._attempts: list[Attempt] = []

    def sighted(self, sighting: Sighting) -> None:
        """Keep a sighting; the same one twice is one."""
        with self._lock:
            if len(self._sightings) >= MAX_SIGHTINGS:
                return
            self._sightings.setdefault(sighting, datetime.now(UTC))
            if sighting.address is not None:
                self._heard.setdefault(sighting.address, {}).update(dict.fromkeys(sighting.facts))

    def learnt(self, probe: str, address: IPAddress, what: Service | Coverage | Fact | GatewayAnswer) -> None:
        """Keep what `probe` learnt about `address`. A service's null fields leave what is known as it is."""
        with self._lock:
            if isinstance(what, Fact):
                facts = self._facts.setdefault(address, {})
                alike = sum(fact.kind == what.kind for _, fact in facts) if len(facts) >= MAX_FACTS_OF_A_KIND else 0
                if len(facts) < MAX_FACTS_PER_ADDRESS and alike < MAX_FACTS_OF_A_KIND:
                    facts.setdefault((probe, what), datetime.now(UTC))
            elif isinstance(what, GatewayAnswer):
                place = what.said.location if isinstance(what.said, Igd) else ""
                self._gateways.setdefault(address, {})[type(what.said).__name__, place] = what
            elif isinstance(what, Coverage):
                key = (what.address, what.transport, what.engine)
                if known := self._coverage.get(key):
                    joined = port_text.parse(known.ports) | port_text.parse(what.ports)
                    what = dataclasses.replace(what, ports=port_text.render(joined))
                self._coverage[key] = what
            else:
                at = (what.address, what.transport, what.port)
                self._services[at] = _updated(self._services.get(at), what)

    def attempted(
        self, stage: str, target: str, outcome: Outcome, reason: str | None = None, seconds: float = 0.0
    ) -> None:
        """Keep whether something could be looked at. A protocol that looks again and fares the same is kept once."""
        attempt = Attempt(stage=stage, target=target, outcome=outcome, reason=reason, seconds=round(seconds, 3))
        with self._lock:
            again = stage.startswith("discover.") and any(
                (a.stage, a.target, a.outcome, a.reason) == (stage, target, outcome, reason) for a in self._attempts
            )
            if not again:
                self._attempts.append(attempt)

    @contextmanager
    def attempt(self, stage: str, target: str) -> Iterator[None]:
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
        except (Skipped, NotInstalled) as skipped:
            outcome, reason = Outcome.SKIPPED, str(skipped)
        except (Failure, NetguardError) as failure:
            outcome, reason = Outcome.FAILED, str(failure)
        except Exception as error:  # noqa: BLE001 - a crash in one probe is an unknown, never the end of the scan
            outcome, reason = Outcome.FAILED, own_mistake(error)
        finally:
            self.attempted(stage, target, outcome, reason, time.monotonic() - began)

    @property
    def sightings(self) -> tuple[Sighting, ...]:
        """All sightings in the order they came."""
        with self._lock:
            return tuple(self._sightings)

    @property
    def facts(self) -> Mapping[IPAddress, tuple[tuple[str, Fact], ...]]:
        """What probes learnt, by address."""
        with self._lock:
            return {address: tuple(facts) for address, facts in self._facts.items()}

    @property
    def services(self) -> tuple[Service, ...]:
        """Services by address and port."""
        with self._lock:
            return tuple(self._services[place] for place in sorted(self._services))

    @property
    def coverage(self) -> tuple[Coverage, ...]:
        """What was asked, joined per address, transport and engine."""
        with self._lock:
            return tuple(self._coverage[place] for place in sorted(self._coverage))

    @property
    def gateways(self) -> Mapping[IPAddress, tuple[GatewayAnswer, ...]]:
        """What devices said in the protocols that open ports, by address, each kind in an order that is always the same."""
        with self._lock:
            return {a: tuple(said[place] for place in sorted(said)) for a, said in sorted(self._gateways.items())}

    def as_known(self, device: Device) -> Device:
        """`device` with the services and coverage of its addresses as they are by now."""
        at = frozenset(device.addresses)
        with self._lock:
            return dataclasses.replace(
                device,
                services=tuple(self._services[place] for place in sorted(p for p in self._services if p[0] in at)),
                coverage=tuple(self._coverage[place] for place in sorted(p for p in self._coverage if p[0] in at)),
            )

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """All attempts by stage and target."""
        with self._lock:
            return tuple(sorted(self._attempts, key=lambda a: (a.stage, a.target, a.outcome)))

    def forget(self, devices: Iterable[Device]) -> None:
        """Leave out everything that was heard from or learnt about these devices, names and addresses included."""
        gone = tuple(devices)
        at = {address for device in gone for address in device.addresses}
        macs = {mac for device in gone for mac in _macs(device)}
        with self._lock:
            self._sightings = {
                s: when for s, when in self._sightings.items() if s.address not in at and s.mac not in macs
            }
            self._facts = {address: facts for address, facts in self._facts.items() if address not in at}
            self._gateways = {
                address: {place: _unnamed(answer, at) for place, answer in said.items()}
                for address, said in self._gateways.items()
                if address not in at
            }
            self._heard = {address: facts for address, facts in self._heard.items() if address not in at}
            self._services = {place: s for place, s in self._services.items() if place[0] not in at}
            self._coverage = {place: c for place, c in self._coverage.items() if place[0] not in at}
            texts = {str(address) for address in at}
            self._attempts = [a for a in self._attempts if a.target.partition(" ")[0] not in texts]

    def facts_about(self, addresses: Iterable[IPAddress]) -> tuple[Fact, ...]:
        """Everything known about a device with these addresses, from probes and sightings."""
        wanted = tuple(dict.fromkeys(addresses))
        with self._lock:
            probed = [fact for address in wanted for _, fact in self._facts.get(address, ())]
            heard = [fact for address in wanted for fact in self._heard.get(address, ())]
        return tuple(dict.fromkeys(probed + heard))

    def observations(self, devices: Iterable[Device]) -> tuple[Observation, ...]:
        """Every fact as an observation of the device it belongs to, in a stable order, numbered `o1`, `o2`, ..."""
        by_address: dict[IPAddress, str] = {}
        by_mac: dict[EUI, str] = {}
        for device in devices:
            by_address.update(dict.fromkeys(device.addresses, device.key))
            by_mac.update(dict.fromkeys(_macs(device), device.key))
        loose: dict[tuple[str | None, IPAddress | None, str, Fact], datetime] = {}
        with self._lock:
            for address, facts in self._facts.items():
                for (probe, fact), at in facts.items():
                    loose.setdefault((by_address.get(address), address, probe, fact), at)
            for sighting, at in self._sightings.items():
                owner = by_mac.get(sighting.mac) if sighting.mac else None
                owner = by_address.get(sighting.address, owner) if sighting.address else owner
                for fact in sighting.facts:
                    loose.setdefault((owner, sighting.address, sighting.source, fact), at)
        ordered = sorted(loose.items(), key=lambda item: _place(*item[0]))
        return tuple(
            Observation(
                id=f"o{number}",
                device=device,
                address=address,
                transport=fact.transport,
                port=fact.port,
                probe=probe,
                kind=fact.kind,
                value=fact.value,
                at=at,
                sensitive=KINDS[fact.kind].sensitive,
            )
            for number, ((device, address, probe, fact), at) in enumerate(ordered, 1)
        )


def _macs(device: Device) -> frozenset[EUI]:
    """All its MACs: a device with two network cards has two, whichever of them it is listed with."""
    shown = {addresses.mac(i.value) for i in device.identities if i.kind in {"mac", "random-mac"}}
    return frozenset(shown if device.mac is None else shown | {device.mac})


class Skipped(Failure):
    """A step says why it is not taken here."""


def own_mistake(error: Exception) -> str:
    """How a crash of our own reads in the document."""
    return f"netguard's own mistake: {type(error).__name__}: {error}"


def _updated(old: Service | None, new: Service) -> Service:
    if old is None:
        return new
    known = {f.name: value for f in dataclasses.fields(new) if (value := getattr(new, f.name)) is not None}
    return dataclasses.replace(old, **known)


def _unnamed(answer: GatewayAnswer, at: AbstractSet[IPAddress]) -> GatewayAnswer:
    """`answer` without what those who have mappings to an address in `at` call themselves. That the ports are open stays."""
    mappings = (dataclasses.replace(m, description=None) if m.client in at else m for m in answer.mappings)
    return dataclasses.replace(answer, mappings=tuple(mappings))


def _place(
    device: str | None, address: IPAddress | None, probe: str, fact: Fact
) -> tuple[str, str, str, str, str, int, str]:
    """An order without ties, so that threads' order of finishing never shows."""
    where = (fact.transport or "", -1 if fact.port is None else fact.port)
    return (device or "", str(address or ""), probe, fact.kind, *where, repr(fact.value))
