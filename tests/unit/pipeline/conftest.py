"""A whole scan on loopback, with stages of the test's own where it wants them."""

from types import SimpleNamespace

import pytest

from netguard import pipeline, registry
from netguard.model import address
from netguard.model.observation import Fact, Sighting
from netguard.model.past import Past
from netguard.model.scan import Authorisation
from netguard.model.surroundings import Surroundings
from netguard.model.vantage import Segment, Vantage
from netguard.model.vocabulary import Depth
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
    from netguard.model.vocabulary import Transport

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
