"""What routers say of their logins without being tried: how long they refuse everybody, and sessions that they give to anybody."""

import pytest

from netguard.probe._login import trying
from tests.logins import trial
from tests.logins.fakes import freebox, fritzbox, huawei_hilink, huawei_ont, keenetic, speedport, verizon
from tests.logins.server import Mood
from tests.servers import network
from tests.unit.probe.conftest import rules

__all__ = ["network"]


@pytest.fixture
def net(network, monkeypatch):
    monkeypatch.setattr(trying, "PAUSE", 0.0)
    return network.net("test")


def heard(of, family, net, mood=Mood.CHANGED, **changes):
    with type("Changed", (of,), changes)(mood) as router:
        seen = trial.run(family, router, net, rules())
    assert seen.value("login.family") == family, seen
    return seen.value("login.says")


@pytest.mark.parametrize("seconds", [1, 8, 128])
@pytest.mark.parametrize(("of", "family"), [(fritzbox.Fake, "fritzbox"), (huawei_ont.Fake, "huawei-ont")])
def test_seconds_until_logins_are_taken_again(net, of, family, seconds):
    assert heard(of, family, net, SECONDS=seconds) == "locked"


@pytest.mark.parametrize(("of", "family", "says"), [
    (fritzbox.Fake, "fritzbox", "asks"), (huawei_ont.Fake, "huawei-ont", None), (speedport.Fake, "speedport", "asks"),
    (verizon.Fake, "verizon", "asks"),
])  # fmt: skip
def test_one_that_asks_for_the_password_of_its_own_label(net, of, family, says):
    assert heard(of, family, net) == says
    assert heard(of, family, net, Mood.FACTORY) == says


@pytest.mark.parametrize(("locked", "wait", "says"), [(0, 0, None), (1, 0, "locked"), (0, 4, "locked")])
def test_a_mobile_router_tells_that_it_refuses_everybody(net, locked, wait, says):
    assert heard(huawei_hilink.Fake, "huawei-hilink", net, LOCKED=locked, WAIT=wait) == says


def test_an_older_mobile_router_is_known_by_the_little_it_says(net):
    assert heard(huawei_hilink.Older, "huawei-hilink", net) is None


def test_a_session_without_the_right_to_change_anything_is_no_missing_password(net, monkeypatch):
    monkeypatch.setattr(fritzbox, "RIGHTS", "<Name>Phone</Name><Access>2</Access>")
    assert heard(fritzbox.Fake, "fritzbox", net, Mood.NONE) is None


@pytest.mark.parametrize("mood", [Mood.CHANGED, Mood.NONE])
def test_a_keenetic_is_known_without_upnp(net, monkeypatch, mood):
    monkeypatch.delattr(keenetic.Fake, "FACTS")
    monkeypatch.setattr(keenetic.Fake, "PROFILE", "keenetic", raising=False)
    assert heard(keenetic.Fake, "keenetic", net, mood) == ("none" if mood is Mood.NONE else None)


def test_a_speedport_that_encrypts_is_known_by_its_page(net):
    assert heard(speedport.Newest, "speedport", net) is None


@pytest.mark.parametrize(("of", "mood", "says"), [
    (freebox.Fake, Mood.CHANGED, "set"), (freebox.Fake, Mood.FACTORY, None), (freebox.Older, Mood.CHANGED, None),
])  # fmt: skip
def test_a_freebox_says_only_that_a_password_was_set(net, of, mood, says):
    assert heard(of, "freebox", net, mood) == says
