"""A home with a schedule, without a network: what the computer sees around it and what a scan finds are given by the test."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from netguard import exitcodes
from netguard.cli import _run, _schedule_log, _scheduled, _session
from netguard.history.store import History
from netguard.model import address
from netguard.model.surroundings import Surroundings
from netguard.model.vocabulary import Role
from netguard.notify import receivers
from netguard.vantage import home, power
from tests import builders

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
AT_HOME = builders.scan().vantage
OTHER_ROUTER = replace(AT_HOME, gateway=replace(AT_HOME.gateway, mac=address.mac("00:00:5e:00:53:99")))


class Life:
    """A laptop that goes on from run to run. `devices` are what the next scan finds; `scanned` counts scans."""

    def __init__(self, monkeypatch, url):
        self.url = url
        self.now = NOW
        self.vantage = AT_HOME
        self.devices = [builders.device(20, Role.CAMERA, name="Door camera")]
        self.scanned = 0
        self.battery = None
        self.problem = None
        self.code = exitcodes.DONE
        self.meanwhile = lambda: None
        monkeypatch.setattr(_session, "give_up_root", lambda user: _session.Rights(opener=None))
        monkeypatch.setattr(_session, "look", lambda interface, rights: self._look())
        monkeypatch.setattr(_run, "run", self._scan)
        monkeypatch.setattr(power, "on_battery", lambda: self.battery)

    def enrol(self):
        with History.open(self.url) as history:
            history.remember(home.enrol(self._around(), "home", NOW))

    def run(self, **given):
        return _scheduled.run(database=self.url, clock=lambda: self.now, **given)

    def after(self, **time):
        """Let time go by."""
        self.now += timedelta(**time)

    def save(self, **given):
        """A scan is made, by hand or by a run that was ended before it could tell."""
        self.scanned += 1
        whole = builders.attempt("discover.arp", target=str(self.vantage.segment.prefix))
        given = {"attempts": (whole,)} | given
        made = builders.scan(
            *self.devices,
            id=f"{self.scanned:012d}",
            started_at=self.now,
            finished_at=self.now,
            vantage=self.vantage,
            **given,
        )
        with History.open(self.url) as history:
            history.save(made, just_made=True)

    def waiting(self):
        with History.open(self.url) as history:
            return history.waiting()

    def lost(self):
        with History.open(self.url) as history:
            return history.lost()

    @property
    def log(self):
        path = _schedule_log.path()
        return [line.split("] ", 1)[1] for line in path.read_text().splitlines()] if path.exists() else []

    def tell(self, *urls):
        for url in urls:
            receivers.add(url)

    def _around(self):
        return Surroundings(vantage=self.vantage, prefixes=(self.vantage.segment.prefix,))

    def _look(self):
        if isinstance(self.vantage, Exception):
            raise self.vantage
        return self._around(), tuple

    def _scan(self, request):
        self.meanwhile()
        if self.problem is not None:
            raise self.problem
        assert request.site == "home"
        assert not request.my_network
        self.save()
        return self.code


def newcomer(number=30, name="Letter box"):
    return builders.device(number, Role.SENSOR, name=name)
