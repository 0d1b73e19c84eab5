"""Homes that are scanned again and again: what stood where, and whom each scan takes it for."""

import dataclasses
import itertools
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from netaddr import IPNetwork

from netguard.compare import labels
from netguard.compare.match import recognise
from netguard.compare.registry import learnt
from netguard.identify.devices import devices
from netguard.model.address import ip, mac
from netguard.model.observation import Fact, Sighting
from netguard.model.surroundings import Interface, Surroundings
from netguard.model.vantage import NextHop, Segment, Vantage
from netguard.rules.loader import load
from tests import builders

RULES = load()
HERE = Surroundings(
    vantage=Vantage(
        os="linux",
        interface="wlan0",
        address=ip("192.0.2.2"),
        mac=mac("02:aa:00:00:00:02"),
        segment=Segment(prefix=IPNetwork("192.0.2.0/24")),
        gateway=NextHop(address=ip("192.0.2.1"), mac=mac("0c:9d:92:00:00:01")),
    ),
    interfaces=(Interface(name="wlan0", kind="wifi", mac=mac("02:aa:00:00:00:02"), addresses=(ip("192.0.2.2"),)),),
)


@dataclass(frozen=True, kw_only=True)
class Thing:
    """Something on the network in one scan. `who` says what it really is; netguard does not know that."""

    who: str
    at: tuple[str, ...]
    mac: str | None = None
    names: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()

    def sightings(self):
        for address in self.at:
            yield Sighting(
                source="staged",
                detail="staged",
                address=ip(address),
                mac=mac(self.mac) if self.mac else None,
                hostnames=self.names,
                facts=tuple(Fact(kind=kind, value=value) for kind, value in self.facts),
            )


def thing(who, at, hardware=None, *facts, names=()):
    at = (at,) if isinstance(at, str) else at
    return Thing(who=who, at=at, mac=hardware, names=(names,) if isinstance(names, str) else names, facts=facts)


@dataclass
class Home:
    """A home over time: its registry, and what really is whom in it."""

    known: tuple = ()
    truth: dict = field(default_factory=dict)
    """The id of a known device to what it really is."""
    at: object = builders.NOW
    scans: list = field(default_factory=list)
    _ids: object = field(default_factory=lambda: itertools.count(1))

    def new_id(self):
        return f"{next(self._ids):012x}"

    def scan(self, *things, days=7):
        """Scan and learn; returns the recognised device of each thing, by what it really is."""
        self.at += timedelta(days=days)
        found = devices(
            tuple(s for t in things for s in t.sightings()), {}, (), (), HERE, RULES, apart=labels.apart(self.known)
        )
        recognised = recognise(found, self.known)
        scan = dataclasses.replace(builders.scan(), started_at=self.at, devices=tuple(r.device for r in recognised))
        self.scans.append(scan)
        answers = {}
        for each in things:
            (answer,) = [r for r in recognised if ip(each.at[0]) in r.device.addresses]
            answers[each.who] = answer
        changed = learnt(scan, self.known, self.new_id)
        kept = {k.id: k for k in self.known} | {k.id: k for k in changed}
        self.known = tuple(k for k in kept.values() if not k.is_empty)
        for each in things:
            answer = answers[each.who]
            for known in self.known:
                if known.key == answer.device.key:
                    self.truth.setdefault(known.id, each.who)
        return answers

    def one(self, who):
        """The known device that really is `who`."""
        (found,) = [k for k in self.known if self.truth.get(k.id) == who]
        return found

    def change(self, *changed):
        kept = {k.id: k for k in self.known} | {k.id: k for k in changed}
        self.known = tuple(k for k in kept.values() if not k.is_empty)


@pytest.fixture
def home():
    return Home()
