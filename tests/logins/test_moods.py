"""Every family's fake in every mood: what netguard says is right, or it says nothing, and nothing is ever locked."""

import pytest

from netguard.model.login import MOST_TRIES, SPARE
from netguard.probe._login import trying
from tests.logins import trial
from tests.logins.server import OWNERS, Mood
from tests.servers import network
from tests.unit.probe.conftest import rules

__all__ = ["network"]

ALL = [(family, mood) for family in trial.families() for mood in trial.moods(family)]


@pytest.fixture
def net(network, monkeypatch):
    monkeypatch.setattr(trying, "PAUSE", 0.0)
    return network.net("test")


@pytest.mark.parametrize(("family", "mood"), ALL, ids=str)
def test_what_is_said_of_a_login_is_right(net, family, mood):
    ledger = trial.Counted()
    with trial.fake(family)(mood) as router:
        seen = trial.run(family, router, net, rules(), ledger=ledger)
    assert seen.verdict in trial.expected(family, mood, rules()), seen
    assert router.wrong <= MOST_TRIES
    assert router.wrong <= sum(each.tries for each in ledger.tried), "all that was sent is counted"
    assert not router.locked


@pytest.mark.parametrize(("family", "mood"), ALL, ids=str)
def test_without_being_asked_no_login_is_sent(net, family, mood):
    with trial.fake(family)(mood) as router:
        seen = trial.run(family, router, net, rules(), logins_too=False)
    assert router.wrong == 0
    assert not router.sessions
    assert seen.value("login.tried") is None
    claims = trial.Verdict.NONE, trial.Verdict.FACTORY
    assert seen.verdict not in claims or seen.verdict in trial.expected(family, mood, rules())


@pytest.mark.parametrize("family", [f for f in trial.families() if rules().logins[f].attempts is not None])
def test_a_year_of_weekly_scans_locks_nothing(net, family):
    of = trial.fake(family)
    ledger = trial.Counted()
    with of(Mood.LOCKS if of.LOCKS_AFTER is not None else Mood.CHANGED) as router:
        wrong = []
        for _ in range(8):
            before = router.wrong
            trial.run(family, router, net, rules(), ledger=ledger)
            wrong.append(router.wrong - before)
            again = router.wrong
            trial.run(family, router, net, rules(), ledger=ledger)
            assert router.wrong == again, "twice within a day"
            ledger.a_day_later()
            router.a_day_later()
        assert not router.locked
    lock = rules().logins[family].attempts.lock
    assert max(wrong) <= lock.most_tries
    if lock.after is not None and lock.within is None:
        assert router.wrong <= lock.after - SPARE
    if lock.after is not None and lock.within is not None and lock.within <= 24 * 3600:
        assert all(a <= lock.after - SPARE for a in wrong)


@pytest.mark.parametrize(("family", "mood"), ALL, ids=str)
def test_no_password_is_in_what_is_kept(net, family, mood):
    with trial.fake(family)(mood) as router:
        seen = trial.run(family, router, net, rules())
    kept = " ".join((*(str(f.value) for f in seen.facts if f.kind.startswith("login.")), *seen.reasons))
    attempts = rules().logins[family].attempts
    secrets = {OWNERS, *(p.password.reveal() for p in attempts.pairs)} if attempts is not None else {OWNERS}
    accounts = {p.account for p in attempts.pairs} if attempts is not None else set()
    words = set(kept.replace("'", " ").replace(",", " ").split())
    # Some families' factory password is their own name, `opnsense`, which the fact of the family has to say.
    assert not {s for s in secrets - accounts - {family} if s} & words
    assert "Secret" not in kept


def test_every_family_of_the_rules_has_a_fake():
    assert list(trial.families()) == sorted(rules().logins)


@pytest.mark.parametrize("family", trial.families())
def test_it_is_recognised_as_itself_and_as_nothing_else(net, family):
    with trial.fake(family)(Mood.CHANGED) as router:
        seen = trial.run(family, router, net, rules(), logins_too=False)
    assert {f.value for f in seen.facts if f.kind == "login.family"} == {family}, seen


def test_the_moods_are_all_tried():
    assert {mood for _, mood in ALL} >= set(Mood) - {Mood.LOCKS}
    tried = [f for f in trial.families() if rules().logins[f].attempts is not None]
    assert all(set(trial.moods(f)) >= set(Mood) - {Mood.LOCKS, Mood.NONE} for f in tried)
