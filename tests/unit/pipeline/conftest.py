"""A whole scan on loopback, with stages of the test's own where it wants them."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from netguard import pipeline, registry
from netguard.model import address
from netguard.model.device import Coverage, Service
from netguard.model.known import KnownDevice, KnownIdentity
from netguard.model.observation import Fact, Sighting
from netguard.model.past import Past
from netguard.model.scan import Authorisation
from netguard.model.surroundings import Surroundings
from netguard.model.vantage import Segment, Vantage
from netguard.model.vocabulary import Depth, PortState, Transport
from netguard.net.access import Net
from netguard.net.swept import Swept
from netguard.probe._contract import Target
from netguard.rules import loader
from tests.builders import NOW
from tests.servers import listener, loopback_network

__all__ = ["listener"]

OWN, HUB, TV = (address.ip(f"127.0.0.{n}") for n in (9, 1, 3))
TARGETS = (address.network("127.0.0.0/28"),)


@pytest.fixture(scope="session")
def rules():
    return loader.load()


def sighting(at=HUB, mac=None, source="fake", facts=(), hostnames=()):
    return Sighting(source=source, detail="is here", address=at, mac=mac, facts=tuple(facts), hostnames=hostnames)


def protocol(discover=lambda ask, net: (), skip=lambda ask: None, after=(), listens=False):
    return SimpleNamespace(AFTER=frozenset(after), LISTENS=listens, skip=skip, discover=discover)


def sees(*sightings):
    return protocol(lambda ask, net: iter(sightings))


def surface(probe=lambda target, net: (), wants=lambda device, ask: (), needs=(), provides=()):
    return SimpleNamespace(NEEDS=frozenset(needs), PROVIDES=frozenset(provides), wants=wants, probe=probe)


def check(judge):
    from netguard.checks import telnet_open

    return SimpleNamespace(CHECK=telnet_open.CHECK, judge=judge)


def fact(kind="tcp.banner", value="x", port=80):
    return Fact(kind=kind, value=value, transport=Transport.TCP, port=port)


SURROUNDINGS = Surroundings(
    vantage=Vantage(
        os="linux",
        interface="lo",
        address=OWN,
        segment=Segment(prefix=TARGETS[0]),
    )
)


@pytest.fixture
def stages(monkeypatch):
    """Puts modules of the test in the place of a folder's own."""
    real, mine = registry.load_all, {}
    monkeypatch.setattr(registry, "load_all", lambda package, *required: mine.get(package) or real(package, *required))

    def use(**folders):
        mine.update({f"netguard.{name}": modules for name, modules in folders.items()})

    return use


@pytest.fixture
def scan(rules):
    """Scans loopback; what `Network` takes can be given."""

    def run(
        *,
        depth=Depth.QUICK,
        neighbours=lambda: (),
        surroundings=SURROUNDINGS,
        progress=lambda _: None,
        past=Past(),  # noqa: B008 - it never changes
        asked=None,
        air="nobody asked for it",
        **given,
    ):
        options = pipeline.Options(
            site="home",
            depth=depth,
            targets=TARGETS,
            authorisation=Authorisation(how="enrolled", at=NOW),
            **(asked or {}),
        )
        with loopback_network(**given) as network:
            return pipeline.scan(
                options, surroundings, rules, network, neighbours=neighbours, past=past, air=air, progress=progress
            )

    return run


def others(found):
    """Every device but this computer, which is always there."""
    return [d for d in found.devices if OWN not in d.addresses]


def attempts(found, stage):
    own = [str(OWN), *(d.key for d in found.devices if OWN in d.addresses)]
    return [(a.target, a.outcome, a.reason) for a in found.attempts if a.stage == stage and a.target not in own]


MAC = address.mac("00:00:5e:00:53:01")
HERE = sighting(mac=MAC)


def exposes(*opened, covered="1-65535", transport=Transport.TCP):
    """A probe that says that these ports are open, and that all of `covered` were asked."""

    def probe(target, net):
        for port in opened:
            yield Service(address=target.address, transport=transport, port=port, state=PortState.OPEN)
        yield Coverage(address=target.address, transport=transport, ports=covered, engine="builtin")

    return surface(wants=lambda device, ask: [Target(address=device.addresses[0], port=1)], probe=probe)


def said(device, role, **given):
    """The history's device that the person said is a `role`."""
    shown = tuple(
        KnownIdentity(kind=i.kind, value=i.value, stability=i.stability, first_seen=NOW, last_seen=NOW)
        for i in device.identities
    )
    remembered = KnownDevice(
        id="0" * 12, site="home", key=device.key, identities=shown, mac=device.mac, first_seen=NOW, last_seen=NOW,
        said_role=role,
    )  # fmt: skip
    return replace(remembered, **given)


@pytest.fixture
def then(scan, stages):
    """An earlier scan that saw one device with these ports open."""

    def make(*opened, seen=HERE, **given):
        stages(discover={"fake": sees(seen)}, probe={"ports": exposes(*opened, **given)})
        return scan()

    return make


@pytest.fixture
def now(scan, stages):
    """Scans after `before`: everybody is there, and every port was asked and seems closed."""

    def make(before, *, probes=None, seen=(HERE,), known=(), **given):
        stages(discover={"fake": sees(*seen)}, probe=probes or {"ports": exposes()})
        return scan(past=Past(here=before, known=known), **given)

    return make


@pytest.fixture
def sweeps(monkeypatch):
    """What was swept, by which manners and with how much time; `states` say what the ports answer, `otherwise` the others.

    Where it `stopped`, those of `states` had answered; `gone` says that the device had stopped to do so.
    """

    class Sweeps:
        def __init__(self):
            self.asked, self.manners, self.seconds = [], [], []
            self.states, self.otherwise = {}, PortState.CLOSED
            self.stopped, self.gone = None, False
            self.then = lambda: None

    noted, real = Sweeps(), Net.sweep

    def sweep(self, at, ports):
        if self._why == "liveness":
            return real(self, at, ports)
        noted.asked.append((at, tuple(ports)))
        noted.manners.append(self._network.turnstile(at).manners)
        noted.seconds.append(self.deadline.remaining)
        swept = Swept(stopped=noted.stopped, gone=noted.gone)
        for port in ports if noted.stopped is None else noted.states:
            swept.book((at, port), noted.states.get(port, noted.otherwise))
        noted.then()
        return swept

    monkeypatch.setattr(Net, "sweep", sweep)
    return noted


def states(found):
    (device,) = others(found)
    return {(s.transport, s.port): s.state for s in device.services}


def quiet_until(asked_again, answers=HERE):
    """ARP that hears nobody when all are asked, and notes who is asked for by name."""

    def discover(ask, net):
        if not ask.is_whole:
            asked_again.append(tuple(map(str, ask.targets)))
            yield answers

    return protocol(discover)


def away(scan, stages, before, asked_again, **given):
    rounds = []
    probe = surface(wants=lambda device, ask: rounds.append((ask.round, device.addresses)) or ())
    stages(discover={"arp": quiet_until(asked_again)}, probe={"p": probe})
    found = scan(past=Past(here=before, known=given.pop("known", ())), **given)
    return found, [r for r in rounds if HUB in r[1]]
