"""Networks that are the person's own: moved as one step, forgotten without what was learnt in them."""

from datetime import UTC, datetime

import pytest
from netaddr import EUI, IPNetwork

from netguard.errors import HistoryError
from netguard.history.store import History
from netguard.model.home import Enrolment

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
OLD, NEW = EUI("02-00-5E-10-00-01"), EUI("02-00-5E-10-00-02")


def enrolment(mac=OLD, site="home", prefix="192.0.2.0/24", ssid=None):
    return Enrolment(site=site, gateway_mac=mac, prefixes=(IPNetwork(prefix),), ssid=ssid, enrolled_at=NOW)


@pytest.fixture
def history(path):
    """A history with one home and one scan."""
    with History.open(f"sqlite:///{path}") as opened:
        opened.remember(enrolment())
        yield opened


def test_a_moved_home_keeps_its_scans(history, make_scan):
    history.save(make_scan("aaaa1111"))
    history.move_home(enrolment(NEW), instead_of=OLD)
    assert history.homes() == (enrolment(NEW),)
    assert [line.site for line in history.list()] == ["home"]


def test_without_a_router_to_replace_both_stay_and_again_is_no_change(history):
    for ssid in (None, "Home"):
        history.move_home(enrolment(NEW, ssid=ssid))
    assert history.homes() == (enrolment(), enrolment(NEW, ssid="Home"))


def test_somebody_elses_network_is_not_taken_and_nothing_is_lost(history):
    history.remember(enrolment(NEW, site="flat"))
    with pytest.raises(HistoryError, match="belongs to site 'flat' already"):
        history.move_home(enrolment(NEW), instead_of=OLD)
    assert history.homes() == (enrolment(), enrolment(NEW, site="flat"))


def test_forgetting_counts_and_touches_one_site_only(history):
    history.remember(enrolment(NEW))
    history.remember(enrolment(NEW, site="flat", prefix="198.51.100.0/24"))
    assert history.forget_homes("home", NEW) == 1
    assert history.forget_homes("home", NEW) == 0
    assert history.forget_homes("home") == 1
    assert history.homes() == (enrolment(NEW, site="flat", prefix="198.51.100.0/24"),)
