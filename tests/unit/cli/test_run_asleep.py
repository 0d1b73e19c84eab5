"""A computer that falls asleep while `netguard scan` runs: the watch is set, the scan ends, and the person is told why."""

import pytest

from netguard import exitcodes, pipeline
from netguard.cli import _run, _session
from netguard.history.store import History
from netguard.model.scan import Scan
from netguard.model.surroundings import Surroundings
from netguard.model.vocabulary import Ended
from netguard.net import sleep
from netguard.net.failures import Cancelled
from netguard.vantage import home
from tests import builders
from tests.builders import NOW

AROUND = Surroundings(vantage=builders.scan().vantage, prefixes=(builders.scan().vantage.segment.prefix,))
WAIT_SECONDS = 20


@pytest.fixture
def computer(monkeypatch):
    """Its clocks; that it sleeps is seen in one of them only."""

    class Computer:
        slept = 0.0

    monkeypatch.setattr(sleep, "clocks", lambda: sleep.Clocks(awake=lambda: 0.0, always=lambda: Computer.slept))
    return Computer


def test_a_scan_that_sleeps_ends_with_what_it_knew_and_says_so(computer, monkeypatch, tmp_path, capsys):
    database = f"sqlite:///{tmp_path}/h.sqlite"
    with History.open(database) as history:
        history.remember(home.enrol(AROUND, "home", NOW))

    def asleep(options, around, rules, network, **_) -> Scan:
        computer.slept = 2520.0
        with pytest.raises(Cancelled, match="slept for 42 minutes"):
            network.cancel.pause(WAIT_SECONDS)
        return builders.scan(ended=Ended.INTERRUPTED)

    monkeypatch.setattr(_session, "give_up_root", lambda user: _session.Rights(opener=None))
    monkeypatch.setattr(_session, "look", lambda interface, rights: (AROUND, tuple))
    monkeypatch.setattr(pipeline, "scan", asleep)
    code = _run.run(_run.Request(database=database, wifi="off", no_html=True, quiet=True))
    assert code == exitcodes.INTERRUPTED
    assert f"netguard: {sleep.why(2520)}" in capsys.readouterr().err.splitlines()
    with History.open(database) as history:
        assert history.latest("home").ended is Ended.INTERRUPTED
