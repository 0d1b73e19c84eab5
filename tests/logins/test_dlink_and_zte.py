"""What only some families' pages say: letters out of a picture, somebody who is in, and for how long they refuse everybody."""

import pytest

from netguard.probe._login import trying
from tests.logins import trial
from tests.logins.fakes import dlink, zte
from tests.logins.server import Mood
from tests.servers import network
from tests.unit.probe.conftest import rules

__all__ = ["network"]


@pytest.fixture
def net(network, monkeypatch):
    monkeypatch.setattr(trying, "PAUSE", 0.0)
    return network.net("test")


class WithPicture(dlink.Fake):
    PICTURE = True


@pytest.mark.parametrize("mood", [Mood.FACTORY, Mood.CHANGED])
def test_a_login_that_asks_for_a_picture_is_not_sent(net, mood):
    with WithPicture(mood) as router:
        seen = trial.run("dlink", router, net, rules())
    assert seen.value("login.family") == "dlink"
    assert seen.verdict is trial.Verdict.NOTHING
    assert router.wrong == 0
    assert "picture" in seen.reasons[-1]


def test_who_is_in_on_the_same_computer_is_neither_put_out_nor_taken_for_no_password(net):
    with dlink.Fake(Mood.CHANGED) as router:
        router.sessions.add("the address")
        seen = trial.run("dlink", router, net, rules())
    assert seen.verdict is trial.Verdict.NOTHING
    assert router.wrong == 0
    assert router.sessions == {"the address"}


def test_who_was_let_in_is_logged_out_again(net):
    with dlink.Fake(Mood.FACTORY) as router:
        assert trial.run("dlink", router, net, rules()).verdict is trial.Verdict.NONE
    assert not router.sessions
    assert router.asked[-1].path == "/logout.php"


@pytest.mark.parametrize("page", [zte.Fake, zte.Older])
@pytest.mark.parametrize(("seconds", "says"), [(0, None), (1, "locked"), (57, "locked"), (-1, None)])
def test_it_says_when_it_refuses_everybody(net, page, seconds, says):
    class Refusing(page):
        SECONDS = seconds

    with Refusing(Mood.CHANGED) as router:
        seen = trial.run("zte", router, net, rules())
    assert seen.value("login.family") == "zte"
    assert seen.value("login.says") == says
