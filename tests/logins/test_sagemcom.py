"""Sagemcom's challenge: both digests, and all that keeps it from sending a login that could only be a wrong one."""

import json
from contextlib import suppress
from dataclasses import replace
from urllib.parse import parse_qs

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.model.login import Secret
from netguard.net.failures import NoAnswer
from netguard.probe._login import trying
from netguard.probe._login._contract import Told
from netguard.probe._login.schemes import sagemcom
from tests.logins import trial
from tests.logins.fakes.sagemcom import Fake
from tests.logins.server import Mood
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


class OfTelia(WithMd5):
    SCRIPT = "/0.1/gui/js/gui-core.js"


class Salted(Fake):
    SALT = "Salt123"


def scripted(kind, change):
    """Such a one, whose script is what `change` makes of it."""
    return type("Scripted", (kind,), {"_script": lambda self: change(kind._script(self))})


def minified(script):
    return script.replace("GUI_PASSWORD_SALT:", '"GUI_PASSWORD_SALT":').replace(" ", "").replace("\n", "")


ASKS = (
    "var o = jQuery.gui.opt; h = o.GUI_ACTIVATE_SHA512ENCODE_OPT == 1 ? sha : md5; s = o.GUI_PASSWORD_SALT !== '' ? "
    "o.GUI_PASSWORD_SALT : '';\n"
)
"""Its script asks for the options as well, which is no place where it sets one."""


class Lost(Fake):
    """Its script is there, and is said not to be."""

    def page(self, asked):
        said = super().page(asked)
        return replace(said, status=404) if asked.path == self.SCRIPT else said


class Elsewhere(Fake):
    SCRIPT = "/9.9/gui/js/gui-core.js"


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


@pytest.mark.parametrize("kind", [Fake, WithMd5, OfGui, OfTelia, scripted(Fake, lambda script: script + ASKS)])
@pytest.mark.parametrize(("mood", "right"), [(Mood.FACTORY, "FACTORY"), (Mood.CHANGED, "NOTHING")])
def test_either_digest_is_the_one_that_its_own_script_names(net, kind, mood, right):
    with kind(mood) as router:
        seen = run(net, router)
    assert seen.verdict is trial.Verdict[right]
    assert seen.value("login.tried") == ("accepted" if mood is Mood.FACTORY else "refused")
    assert router.wrong == (1 if mood is Mood.FACTORY else 2)


def test_nothing_is_asked_without_a_session_and_the_session_is_ended(net):
    with Fake(Mood.FACTORY) as router:
        run(net, router)
    assert actions(router) == ["logIn", "logIn", "getValue", "logOut"]
    assert not router.sessions


def test_its_number_is_another_one_each_time(net):
    with Fake(Mood.FACTORY) as router:
        run(net, router)
    sent = [json.loads(asked.form["req"])["request"]["cnonce"] for asked in router.asked if asked.form.get("req")]
    assert len(set(sent)) > 1
    assert all(0 <= number < sagemcom.OWN_NUMBERS for number in sent)


def test_a_script_that_is_not_answered_for_is_looked_for_elsewhere(net):
    class Dropping(OfTelia):
        def answer(self, asked):
            if asked.path.endswith(".js") and asked.path != self.SCRIPT:
                raise ConnectionAbortedError
            return super().answer(asked)

    with Dropping(Mood.FACTORY) as router:
        assert run(net, router).verdict is trial.Verdict.FACTORY


SALTED, UNPLAIN, UNKNOWN = "add something", "plainly by which digest", "does not know"
NO_LOGIN = {
    "salted": (SALTED, Salted),
    "minified": (SALTED, scripted(Salted, minified)),
    "nested": (SALTED, scripted(Salted, lambda script: script.replace("gui.opt = {", "gui.opt = { SKIN: {name: 1},"))),
    "empty first": (SALTED, scripted(Salted, lambda script: f"jQuery.gui.opt = {{}};\n{script}")),
    "glued": (SALTED, scripted(Fake, lambda script: script.replace('SALT: ""', 'SALT: "" + "Salt123"'))),
    "salt from elsewhere": (SALTED, scripted(WithMd5, lambda script: script + ASKS)),
    "salted later": (UNPLAIN, scripted(Fake, lambda script: f"{script}gui.opt.GUI_PASSWORD_SALT = 'Salt123';")),
    "appended": (UNPLAIN, scripted(Fake, lambda script: f"{script}gui.opt[ 'GUI_PASSWORD_SALT' ] += 'Salt123';")),
    "twice": (UNPLAIN, scripted(Fake, lambda script: f"old = {{GUI_ACTIVATE_SHA512ENCODE_OPT: 0}};\n{script}")),
    # As the 5688S: it names neither, and has a way of its own.
    "no digest": (UNPLAIN, scripted(WithMd5, lambda script: script.replace("SHA512ENCODE_OPT: 0", "OTHER_OPT: 0"))),
    "too long": (UNPLAIN, scripted(Fake, lambda script: script + "//" * sagemcom.MOST_SCRIPT)),
    "elsewhere": (UNPLAIN, Elsewhere),
    "said not to be there": (UNPLAIN, Lost),
    "other digest": (UNKNOWN, scripted(Fake, lambda script: script.replace("ENCODE_OPT: 1", "ENCODE_OPT: 2"))),
    "over two lines": (UNKNOWN, scripted(Fake, lambda script: script.replace("ENCODE_OPT: 1", "ENCODE_OPT: 1\n - 1"))),
}


@pytest.mark.parametrize(("why", "kind"), NO_LOGIN.values(), ids=NO_LOGIN)
def test_where_no_login_could_be_right_none_is_sent(net, why, kind):
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


def test_that_its_model_is_no_secret_is_not_taken_for_no_password(net):
    class Open(Fake):
        @property
        def is_open(self):
            return True

    with Open(Mood.CHANGED) as router:
        seen = run(net, router)
    assert (seen.verdict, seen.value("login.tried"), router.wrong) == (NOTHING, "refused", 2)


@pytest.mark.parametrize("kind", [Fake, OfGui])
def test_its_own_script_is_mark_enough_where_no_upnp_names_its_maker(net, monkeypatch, kind):
    monkeypatch.setattr(Fake, "FACTS", ())
    monkeypatch.setattr(Fake, "PROFILE", "sagemcom-router", raising=False)
    with kind(Mood.FACTORY) as router:
        assert run(net, router).verdict is trial.Verdict.FACTORY


# What no router should say -------------------------------------------------------------------------------------------

ATTEMPTS = rules().logins["sagemcom"].attempts

KNOWN = {
    # Account and password admin, by python-sagemcom-api 1.5.0: the login with the number 123456, and the request after it in the
    # session with the nonce below.
    "md5": ("e032837c3ea6e3070fe439c269878d6f", "39afd669734470a04074211a7b1c5d1a"),
    "sha512": (
        "6137befd5c62c9a2176ede8727572049c4d57207978d5c1a147c957a32b0a44489c4568260f4f8b713e4f6b2d01df19de6e55416454a9386c21dc66f577417a6",
        "416981258b27a764832c907d242ac061de1e69ea37395fef104288a18e2de73c35d0f23afec69403486f0ff3c77556ceb309e5877b5bd29ae66233a4e1257950",
    ),
}


def script(digest):
    return answer(body=f"jQuery.gui.opt = {{ GUI_ACTIVATE_SHA512ENCODE_OPT: {int(digest == 'sha512')} }};")


def yes(session=12345, nonce="abcdef1234567890"):
    """As the library's own fixture of a right login."""
    callback = {"uid": 1, "xpath": "Device", "parameters": {"id": session, "nonce": nonce}}
    action = {"uid": 1, "id": 0, "error": {"code": 16777238, "description": "XMO_NO_ERR"}, "callbacks": [callback]}
    error = {"code": 16777216, "description": "XMO_REQUEST_NO_ERR"}
    return answer(body=json.dumps({"reply": {"uid": 0, "id": 0, "error": error, "actions": [action], "events": []}}))


@pytest.mark.parametrize("digest", KNOWN)
def test_its_answers_are_those_of_the_library_that_speaks_with_real_ones(monkeypatch, digest):
    monkeypatch.setattr("secrets.randbelow", lambda below: 123456)
    talk, wire = talking(monkeypatch, script(digest), yes())
    assert sagemcom.log_in(talk, ATTEMPTS, "admin", Secret("admin")) is Told.ACCEPTED
    talk.ask(ATTEMPTS.protected.request)
    login, value = (json.loads(parse_qs(wire.body(number))["req"][0])["request"] for number in (1, 2))
    assert (login["auth-key"], value["auth-key"]) == KNOWN[digest]
    assert (login["session-id"], value["session-id"]) == (0, 12345)
    assert value["actions"] == [{"id": 0, "method": "getValue", "xpath": sagemcom.VALUE, "options": {}}]


PIECES = st.lists(
    st.tuples(
        st.sampled_from([sagemcom.DIGEST, sagemcom.SALT, "GUI_OTHER"]),
        st.sampled_from(["0", "1", "2", "01", '""', '"x"', "''", "null", "nullx", "true", '""+"x"', " 1 "]),
    ),
    max_size=5,
)


@given(PIECES, st.sampled_from([",", ", ", ",\n  "]), st.sampled_from(["", '"', "'"]))
def test_a_login_is_sent_by_the_digest_that_its_script_names_or_not_at_all(pieces, comma, quote):
    names = [name for name, _ in pieces]
    options = {name: value.strip() for name, value in pieces}
    plain = names.count(sagemcom.DIGEST) == 1 and names.count(sagemcom.SALT) <= 1
    unsalted = options.get(sagemcom.SALT, "null") in {'""', "''", "null"}
    right = {"0": "md5", "1": "sha512"}.get(options.get(sagemcom.DIGEST, "")) if plain and unsalted else None
    body = comma.join(f"{quote}{name}{quote}: {value}" for name, value in pieces)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("secrets.randbelow", lambda below: 123456)
        talk, wire = talking(patch, answer(body=f"jQuery.gui.opt = {{{body}}};"))
        if right is None:
            with pytest.raises(NoAnswer):
                sagemcom.log_in(talk, ATTEMPTS, "admin", Secret("admin"))
            assert not talk.tried
        else:
            sagemcom.log_in(talk, ATTEMPTS, "admin", Secret("admin"))
            key = json.loads(parse_qs(wire.body())["req"][0])["request"]["auth-key"]
            assert key == KNOWN[right][0]


@given(TEXT)
def test_whatever_stands_in_its_script_is_read(body):
    with pytest.MonkeyPatch.context() as patch:
        talk, _ = talking(patch, answer(body=b"jQuery.gui.opt = {GUI_ACTIVATE_SHA512ENCODE_OPT" + body))
        with suppress(NoAnswer):
            sagemcom.log_in(talk, ATTEMPTS, "admin", Secret("admin"))


@given(TEXT | st.builds(lambda session, nonce: yes(session, nonce).body, st.text() | st.integers(), st.text()))
def test_whatever_it_answers_to_a_login_is_told_apart(body):
    with pytest.MonkeyPatch.context() as patch:
        talk, _ = talking(patch, script("md5"), answer(body=body))
        assert sagemcom.log_in(talk, ATTEMPTS, "admin", Secret("admin")) in set(Told)
        assert talk.tried


@pytest.mark.parametrize("nonce", ["", "a\nb", "ä", "x" * 129])
def test_a_session_that_no_real_one_gives_is_no_yes(monkeypatch, nonce):
    talk, _ = talking(monkeypatch, script("md5"), yes(nonce=nonce))
    assert sagemcom.log_in(talk, ATTEMPTS, "admin", Secret("admin")) is Told.UNCLEAR
    assert "noteread" not in talk.notes


@pytest.mark.parametrize("field", ["request", "logout"])
def test_a_record_that_says_no_request_to_log_in_or_out_asks_nothing(monkeypatch, field):
    talk, wire = talking(monkeypatch, script("md5"))
    with pytest.raises(NoAnswer, match="its record"):
        sagemcom.log_in(talk, msgspec.structs.replace(ATTEMPTS, **{field: None}), "admin", Secret("admin"))
    assert not wire.sent
