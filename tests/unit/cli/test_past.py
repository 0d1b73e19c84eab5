"""By which earlier scan a new one looks a second time: that of the same network that saw most, whatever was scanned since."""

from dataclasses import replace
from datetime import timedelta

import pytest
from netaddr import IPNetwork

from netguard.cli import _run
from netguard.history.store import History
from netguard.model import address
from netguard.model.vocabulary import Depth, Ended
from tests import builders
from tests.builders import NOW, attempt

HERE = builders.scan().vantage
CABLE = replace(HERE, segment=replace(HERE.segment, prefix=IPNetwork("198.51.100.0/24")))
ROUTER = replace(HERE, gateway=replace(HERE.gateway, mac=address.mac("00:00:5e:00:53:99")))
UNMET = replace(HERE, gateway=replace(HERE.gateway, mac=None))


@pytest.fixture
def history(tmp_path):
    """Saves scans one after the other, and gives what is known from before when one more is made."""

    class Kept:
        url = f"sqlite:///{tmp_path}/h.sqlite"
        number = 0

        def save(self, vantage=HERE, **given):
            self.number += 1
            at = NOW + timedelta(days=self.number)
            whole = attempt("discover.arp", target=str(vantage.segment.prefix))
            made = builders.scan(
                **{"id": f"{self.number:012x}", "started_at": at, "finished_at": at, "vantage": vantage}
                | {"attempts": (whole,)}
                | given
            )
            with History.open(self.url) as history:
                history.save(made)
            return made

        def past(self, vantage=HERE, **given):
            return _run._past(_run.Request(database=self.url, **given), "home", vantage)

    return Kept()


@pytest.mark.parametrize(
    "since",
    [
        {"vantage": CABLE},
        {"vantage": ROUTER},
        {"attempts": (attempt("discover.arp", target="192.0.2.20/32"),)},
        {"ended": Ended.DEADLINE},
        {"ended": Ended.INTERRUPTED},
        {"depth": Depth.QUICK},
        {"depth": Depth.DISCOVER},
    ],
    ids=["another network", "another router", "a part", "too little time", "interrupted", "quick", "only who is here"],
)
def test_what_was_scanned_since_and_saw_less_does_not_hide_it(history, since):
    whole = history.save()
    history.save(**since)
    past = history.past()
    assert past.here == whole
    assert (past.previous == whole) == (since.get("ended") is not None)


def test_the_newest_counts_and_the_router_may_have_been_unknown(history):
    history.save()
    newer = history.save(UNMET)
    assert history.past().here == newer
    newest = history.save(depth=Depth.DEEP)
    assert history.past(UNMET).here == newest


def test_where_none_looked_as_far_the_newest_does(history):
    history.save(depth=Depth.DISCOVER)
    quick = history.save(depth=Depth.QUICK)
    assert history.past(depth=Depth.STANDARD).here == quick


def test_there_may_be_none(history):
    assert history.past().here is None
    history.save(CABLE)
    assert history.past().here is None
    history.save()
    assert history.past(no_save=True).here is None


def test_a_damaged_one_is_passed_over(history):
    import sqlite3
    from contextlib import closing

    first, second = history.save(), history.save()
    history.save(CABLE)
    with closing(sqlite3.connect(history.url.removeprefix("sqlite:///"))) as connection:
        connection.execute("UPDATE scans SET document = x'00' WHERE id = ?", (second.id,))
        connection.commit()
    assert history.past().here == first
