"""Every login that leaves is counted, by each scheme, however it ends; and what does not leave is not."""

import pytest

from netguard import registry
from netguard.probe._login import trying
from tests.logins import trial
from tests.logins.server import Mood, Said
from tests.servers import network
from tests.unit.probe.conftest import rules

__all__ = ["network"]

TRIED = [family for family in trial.families() if rules().logins[family].attempts is not None]
SCHEMES = {rules().logins[family].attempts.scheme for family in TRIED}


@pytest.fixture
def net(network, monkeypatch):
    monkeypatch.setattr(trying, "PAUSE", 0.0)
    return network.net("test")


def hung_up(said):
    raise ConnectionAbortedError


def too_many(said):
    return Said(status=429, body="No")


def ending(family, how):
    """Its fake, that answers every login so."""

    class Ending(trial.fake(family)):
        logins = 0

        def log_in(self, asked):
            said = super().log_in(asked)
            if said is None:
                return None
            type(self).logins += 1
            return how(said)

    return Ending


@pytest.mark.parametrize("family", TRIED)
@pytest.mark.parametrize("how", [hung_up, too_many])
def test_a_login_that_comes_to_nothing_counts_once_and_is_the_last(net, family, how):
    ledger, fake = trial.Counted(), ending(family, how)
    with fake(Mood.CHANGED) as router:
        seen = trial.run(family, router, net, rules(), ledger=ledger)
    assert fake.logins == 1
    assert [each.tries for each in ledger.tried] == [1]
    assert seen.verdict is trial.Verdict.NOTHING


def test_every_scheme_is_tried_so():
    # No family of netguard's own asks by Digest; `test_login_schemes` has it.
    assert SCHEMES | {"digest"} == set(registry.names("netguard.probe._login.schemes"))
