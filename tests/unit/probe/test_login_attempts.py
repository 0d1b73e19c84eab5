"""What came of trying a login is told without what was sent, also where netguard itself makes a mistake meanwhile."""

import traceback

import pytest

from netguard.model.login import Secret
from netguard.probe import login_attempts
from netguard.probe._login import trying
from netguard.probe._login.schemes import form
from tests.logins import server, trial
from tests.logins.fakes.openwrt import Fake
from tests.unit.probe.conftest import rules
from tests.unit.probe.fakes.login_attempts import target

SENT = "told-to-nobody-0815"


def test_a_mistake_of_our_own_is_told_by_its_kind_only_and_what_was_sent_counts(net, monkeypatch):
    def crash(talk, attempts, account, password):
        raise ValueError(f"/login?pw={Secret(SENT).reveal()} cannot be asked for")

    monkeypatch.setattr(form, "log_in", crash)
    monkeypatch.setattr(trying, "PAUSE", 0.0)
    with Fake(server.Mood.CHANGED) as router:
        login = target(router.port)
        with pytest.raises(RuntimeError) as caught:
            list(login_attempts.probe(login, net))
    assert str(caught.value) == "ValueError while a login was tried"
    assert SENT not in "".join(traceback.format_exception(caught.value))
    assert [each.tries for each in login.ledger.tried] == [1]


def test_a_router_that_locks_at_four_is_tried_once_and_then_left_alone(net, monkeypatch):
    monkeypatch.setattr(trying, "PAUSE", 0.0)
    ledger = trial.Counted()
    with Fake(server.Mood.LOCKS) as router:
        for _ in range(5):
            trial.run("openwrt", router, net, rules(), ledger=ledger)
            ledger.a_day_later()
    assert (router.wrong, router.locked) == (2, False)
