"""What only some of their generations do: first steps, pictures, older names, and pages that are another firmware's."""

import pytest

from netguard.probe import _http
from netguard.probe._contract import Target
from netguard.probe._login import trying
from tests.logins import trial
from tests.logins.fakes import asus, linksys, linksys_jnap
from tests.logins.server import Mood
from tests.servers import LOOPBACK, network
from tests.unit.probe.conftest import rules

__all__ = ["network"]


@pytest.fixture
def net(network, monkeypatch):
    monkeypatch.setattr(trying, "PAUSE", 0.0)
    return network.net("test")


class FirstSteps(asus.Fake):
    IS_SET_UP = False


class WithPicture(asus.Fake):
    PICTURE_AFTER = 1


class Older(linksys_jnap.Fake):
    NODES = False


class OfAProvider(linksys_jnap.Fake):
    LABEL = True


class Wrt54g(linksys.Fake):
    REALM = "WRT54G"
    HNAP = False


class Renamed(Wrt54g):
    """FreshTomato whose owner calls it by the name on its case."""

    def page(self, asked):
        said = super().page(asked)
        body = "<html><head><title>Error</title></head><body><h2>401 Unauthorized</h2></body></html>"
        return type(said)(status=said.status, headers=said.headers, body=body)


def test_an_asus_router_that_nobody_has_set_up_says_so_and_is_not_tried(net):
    with FirstSteps(Mood.FACTORY) as router:
        seen = trial.run("asus", router, net, rules())
    assert seen.value("login.says") == "setup"
    assert seen.verdict is trial.Verdict.FACTORY
    assert (router.wrong, router.sessions) == (0, set())


def test_an_asus_router_that_asks_for_a_picture_is_left_alone(net):
    with WithPicture(Mood.FACTORY) as router:
        seen = trial.run("asus", router, net, rules())
    assert seen.verdict is trial.Verdict.NOTHING
    assert router.wrong == 1
    assert "locks" in seen.reasons[-1]


def test_who_was_let_into_an_asus_router_is_logged_out_again(net):
    with asus.Fake(Mood.FACTORY) as router:
        assert trial.run("asus", router, net, rules()).verdict is trial.Verdict.FACTORY
    assert not router.sessions
    assert router.wrong == 1
    assert router.asked[-1].path == "/Logout.asp"


def test_the_name_of_its_app_is_the_only_one_that_an_asus_router_gets(net):
    with asus.Fake(Mood.CHANGED) as router:
        trial.run("asus", router, net, rules())
    logins = [asked for asked in router.asked if asked.path in {"/login.cgi", "/appGet.cgi"}]
    assert {asked.headers["user-agent"] for asked in logins} == {"asusrouter--DUTUtil-"}
    assert not any("asus_token" in asked.cookies for asked in logins)
    sent = _http.request(Target(address=LOOPBACK, port=80), headers=[("User-Agent", "asusrouter--DUTUtil-")])
    assert sent.lower().count(b"user-agent:") == 1


@pytest.mark.parametrize(
    ("page", "mood", "verdict"),
    [
        (linksys_jnap.Fake, Mood.FACTORY, trial.Verdict.FACTORY),
        (linksys_jnap.Fake, Mood.CHANGED, trial.Verdict.FINE),
        (Older, Mood.FACTORY, trial.Verdict.FACTORY),
        (Older, Mood.CHANGED, trial.Verdict.NOTHING),
        (OfAProvider, Mood.FACTORY, trial.Verdict.NOTHING),
        (OfAProvider, Mood.CHANGED, trial.Verdict.FINE),
    ],
)
def test_linksys_routers_of_all_generations_say_how_their_password_stands(net, page, mood, verdict):
    with page(mood) as router:
        seen = trial.run("linksys-jnap", router, net, rules())
    assert seen.value("login.family") == "linksys-jnap"
    assert seen.verdict is verdict
    assert router.wrong == 0


def test_a_wrt54g_without_hnap_is_known_and_other_firmware_with_its_name_is_not(net):
    with Wrt54g(Mood.CHANGED) as router:
        assert trial.run("linksys", router, net, rules()).value("login.family") == "linksys"
    with Renamed(Mood.CHANGED) as router:
        assert trial.run("linksys", router, net, rules()).value("login.family") is None
