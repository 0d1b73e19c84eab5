"""Sagemcom's challenge: both digests, and all that keeps it from sending a login that could only be a wrong one."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.model.login import Secret
from netguard.net.failures import NoAnswer
from netguard.probe._login import trying
from netguard.probe._login._contract import Told
from netguard.probe._login.schemes import sagemcom
from netguard.rules.logins import Request
from tests.logins import trial
from tests.logins.fakes.sagemcom import Fake
from tests.logins.server import Mood, Said
from tests.servers import network
from tests.unit.probe.conftest import TEXT, rules
from tests.unit.probe.logins import answer, talking

__all__ = ["network"]

NOTHING = trial.Verdict.NOTHING


@pytest.fixture
def net(network, monkeypatch):
    monkeypatch.setattr(trying, "PAUSE", 0.0)
    return network.net("test")


def run(net, router):
    return trial.run("sagemcom", router, net, rules())


def actions(router):
    """What was asked of json-req, in its order."""
    sent = [asked.form.get("req") for asked in router.asked if asked.path == "/cgi/json-req"]
    return [json.loads(each)["request"]["actions"][0]["method"] for each in sent if each]


class WithMd5(Fake):
    DIGEST = "md5"
    SALT = None


class OfGui(WithMd5):
    SCRIPT = "/gui/js/gui-core.js"


class OfSpeedport(Fake):
    SCRIPT = "/js/gui-core.js"


class Salted(Fake):
    SALT = "Salt123"


class Quoted(Salted):
    """Its script as a minifier would write it."""

    def _script(self):
        return (
            super()._script().replace("GUI_PASSWORD_SALT:", '"GUI_PASSWORD_SALT":').replace(" ", "").replace("\n", "")
        )


class Elsewhere(Fake):
    SCRIPT = "/9.9/gui/js/gui-core.js"


class OtherDigest(Fake):
    def _script(self):
        return super()._script().replace("SHA512ENCODE_OPT: 1", "SHA512ENCODE_OPT: 2")


class Taken(Fake):
    TAKEN = True


class Barred(Fake):
    """It refuses this computer, for whatever reason of its own."""

    def log_in(self, asked):
        said = super().log_in(asked)
        return None if said is None else self._acted("XMO_ACCESS_RESTRICTION_ERR")


class WithoutSession(Fake):
    """It says yes to everybody, and gives nothing to be known by."""

    def log_in(self, asked):
        said = super().log_in(asked)
        return None if said is None else self._acted("XMO_NO_ERR", parameters={"id": "1 2", "nonce": "ab"})


@pytest.mark.parametrize("kind", [Fake, WithMd5, OfGui, OfSpeedport])
@pytest.mark.parametrize(("mood", "right"), [(Mood.FACTORY, "FACTORY"), (Mood.CHANGED, "ASKS")])
def test_either_digest_is_the_one_that_its_own_script_names(net, kind, mood, right):
    with kind(mood) as router:
        assert run(net, router).verdict is trial.Verdict[right]
        assert router.wrong == (1 if mood is Mood.FACTORY else 2)


def test_it_is_asked_without_a_login_first_and_logged_out_last(net):
    with Fake(Mood.FACTORY) as router:
        run(net, router)
    assert actions(router) == ["getValue", "logIn", "getValue", "logIn", "getValue", "logOut"]
    assert not router.sessions


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        (Salted, "add something"),
        (Quoted, "add something"),
        (Elsewhere, "by which digest"),
        (OtherDigest, "does not know"),
    ],
)
def test_where_no_login_could_be_right_none_is_sent(net, kind, why):
    ledger = trial.Counted()
    with kind(Mood.FACTORY) as router:
        for _ in range(3):
            seen = trial.run("sagemcom", router, net, rules(), ledger=ledger)
            assert (seen.verdict, router.wrong) == (NOTHING, 0)
            assert why in seen.reasons[-1], "what was not sent does not count"
    assert "logIn" not in actions(router)


@pytest.mark.parametrize(
    ("kind", "why"),
    [(Taken, "somebody else"), (Barred, "neither yes nor no"), (WithoutSession, "neither yes nor no")],
)
def test_after_the_first_login_that_is_neither_right_nor_wrong_none_follows(net, kind, why):
    with kind(Mood.FACTORY) as router:
        seen = run(net, router)
    assert (seen.verdict, actions(router).count("logIn")) == (NOTHING, 1)
    assert why in seen.reasons[-1]


def test_one_that_has_locked_before_is_left_alone(net):
    with Fake(Mood.LOCKS) as router:
        router.locked = True
        seen = run(net, router)
    assert (seen.verdict, actions(router).count("logIn")) == (NOTHING, 1)
    assert "locked" in seen.reasons[-1]


def test_one_that_shows_its_values_to_everybody_has_no_password(net):
    class Open(Fake):
        @property
        def is_open(self):
            return True

    with Open(Mood.CHANGED) as router:
        seen = run(net, router)
    assert (seen.verdict, router.wrong) == (trial.Verdict.NONE, 0)


@pytest.mark.parametrize("kind", [Fake, OfGui])
def test_its_own_script_is_mark_enough_where_no_upnp_names_its_maker(net, monkeypatch, kind):
    monkeypatch.setattr(Fake, "FACTS", ())
    monkeypatch.setattr(Fake, "PROFILE", "sagemcom-router", raising=False)
    with kind(Mood.FACTORY) as router:
        assert run(net, router).verdict is trial.Verdict.FACTORY


# What no router should say -------------------------------------------------------------------------------------------

SCRIPT = answer(body="jQuery.gui.opt = { GUI_ACTIVATE_SHA512ENCODE_OPT: 0 };")
ATTEMPTS = rules().logins["sagemcom"].attempts


@given(TEXT)
def test_whatever_its_script_says_a_login_is_sent_by_a_known_digest_or_not_at_all(body):
    with pytest.MonkeyPatch.context() as patch:
        talk, wire = talking(patch, answer(body=b"jQuery.gui.opt = {" + body))
        try:
            sagemcom.log_in(talk, ATTEMPTS, "admin", Secret("admin"))
        except NoAnswer:
            assert len(wire.sent) <= len(sagemcom.SCRIPTS)
        else:
            assert len(wire.body()) > 128


@given(TEXT | st.builds(lambda said: said.body.encode(), st.sampled_from([Said(body="{}"), Said(body='{"reply":[]}')])))
def test_whatever_it_answers_to_a_login_is_told_apart(body):
    with pytest.MonkeyPatch.context() as patch:
        talk, _ = talking(patch, SCRIPT, answer(body=body))
        assert sagemcom.log_in(talk, ATTEMPTS, "admin", Secret("admin")) in set(Told)


UNANSWERABLE = [{}, {"req": ""}, {"req": "{}"}, {"req": "[1]"}, {"req": '{"request": {"id": 1}}'}]


def changed(field, request):
    if field != "protected":
        return msgspec.structs.replace(ATTEMPTS, **{field: request})
    return msgspec.structs.replace(ATTEMPTS, protected=msgspec.structs.replace(ATTEMPTS.protected, request=request))


@pytest.mark.parametrize("fields", UNANSWERABLE, ids=str)
@pytest.mark.parametrize("field", ["request", "protected", "logout"])
def test_a_record_without_what_is_to_be_answered_for_asks_nothing(monkeypatch, field, fields):
    talk, wire = talking(monkeypatch, SCRIPT)
    record = changed(field, Request(path="/cgi/json-req", method="POST", fields=fields))
    with pytest.raises(NoAnswer, match="its record"):
        sagemcom.log_in(talk, record, "admin", Secret("admin"))
    assert not wire.sent


@pytest.mark.parametrize("field", ["request", "logout"])
def test_a_record_that_says_no_request_to_log_in_or_out_asks_nothing(monkeypatch, field):
    talk, wire = talking(monkeypatch, SCRIPT)
    with pytest.raises(NoAnswer, match="its record"):
        sagemcom.log_in(talk, changed(field, None), "admin", Secret("admin"))
    assert not wire.sent
