"""Trying a factory login: what ends it, what is never believed, and how few logins are ever sent."""

import json
import time
from contextlib import suppress

import pytest

from netguard.model.login import Leave, Lock
from netguard.net.failures import Cancelled, Failure, NoAnswer, OutOfTime, TooMuch
from netguard.probe._contract import Target
from netguard.probe._login import trying
from netguard.probe._login._contract import Told
from netguard.probe._login.schemes import basic
from netguard.probe._login.talk import Talk
from netguard.probe._login.trying import Outcome, Stopped
from netguard.rules.logins import Answer, Request, Token
from tests.logins.server import Mood, Said
from tests.servers import LOOPBACK
from tests.unit.probe.made_up import PASSWORDS, Made, begun, family, paused

__all__ = ["paused"]


def logins(router):
    return [asked.form["pw"] for asked in router.asked if asked.path == "/login"]


def test_a_factory_login_is_found_after_the_control_and_left_again(net, paused):
    with Made(Mood.FACTORY) as router:
        one = begun(router, net)
        assert one.closed()
        outcome = one.run(Leave(tries=3))
    assert (outcome.what, outcome.pair.account) == ("accepted", "admin")
    control, *pairs = logins(router)
    assert pairs == list(PASSWORDS[:2])
    assert len(control) == 16
    assert control.isalnum()
    assert one.used == 3
    assert router.sessions == set(), "it logged out"
    assert len(paused) == 2
    assert all(trying.PAUSE <= seconds <= 1.5 * trying.PAUSE for seconds in paused)


def test_the_control_is_another_one_each_time(net):
    controls = set()
    for _ in range(5):
        with Made(Mood.CHANGED) as router:
            begun(router, net).run(Leave(tries=3))
        controls.add(logins(router)[0])
    assert len(controls) == 5


@pytest.mark.parametrize("tries", [2, 3])
def test_no_more_than_what_was_allowed_is_sent(net, tries):
    with Made(Mood.CHANGED) as router:
        one = begun(router, net, family(pairs=PASSWORDS[: tries - 1]))
        assert one.run(Leave(tries=tries)) == Outcome(what="refused")
    assert (one.used, router.wrong, len(logins(router))) == (tries, tries, tries)


def test_a_page_that_is_open_without_a_login_is_told_so_and_nothing_is_sent(net):
    with Made(Mood.NONE) as router:
        Made.is_open = property(lambda self: self.mood is Mood.NONE)
        one = begun(router, net)
        assert not one.closed()
    assert (one.used, logins(router)) == (0, [])


def test_what_shows_the_same_everywhere_shows_nothing(net):
    with Made(Mood.CHANGED) as router:
        router.answer = lambda asked: Said(body="Uptime. Log out")
        with pytest.raises(Stopped, match="whatever it is asked for"):
            begun(router, net).closed()


def test_where_the_page_behind_the_login_is_not_there_no_login_is_sent(net):
    with Made(Mood.CHANGED) as router:
        router.answer = lambda asked: Said(status=404)
        one = begun(router, net)
        with pytest.raises(Stopped, match="is not there"):
            one.closed()
    assert (one.used, logins(router)) == (0, [])


def answering(router, to_login, *, opens=False):
    """`router` answers each login so, and shows what is protected, or does not, whatever was sent."""

    def answer(asked):
        if asked.path == "/login":
            router.asked_logins = getattr(router, "asked_logins", 0) + 1
            return to_login
        if asked.path == "/status":
            return Said(body="Uptime. Log out") if opens else Said(status=401, body="Log in")
        return Said(status=404)

    router.answer = answer


YES = Said(status=302, headers={"Location": "/status"})


@pytest.mark.parametrize(
    ("to_login", "opens", "why"),
    [
        (YES, True, "takes a password that nobody has"),
        (YES, False, "said yes to a login, and then did not show"),
        (Said(body="Wrong password"), True, "although it did not say yes"),
        (Said(body="Hello"), False, "neither yes nor no"),
        (Said(status=200, body=""), False, "neither yes nor no"),
        (Said(status=429, body="Wrong password"), False, "locks"),
        (Said(status=503, body="Wrong password"), False, "locks"),
        (Said(body="Wrong password. Too many attempts, account LOCKED."), False, "speaks of a lock"),
        (Said(body="Wrong password <img id=captcha>"), False, "speaks of a lock"),
        (Said(body="Another administrator is here"), False, "somebody else is logged in"),
    ],
)
def test_whatever_is_not_plain_ends_it_at_the_control(net, to_login, opens, why):
    with Made(Mood.CHANGED) as router:
        answering(router, to_login, opens=opens)
        one = begun(router, net)
        with pytest.raises(Stopped, match=why):
            one.run(Leave(tries=3))
    assert (one.used, router.asked_logins) == (1, 1)


def test_words_of_a_lock_that_the_page_always_has_are_none(net):
    script = "<script>if (locked) alert('too many attempts, please wait')</script>"
    with Made(Mood.CHANGED) as router:
        plain = router.answer

        def answer(asked):
            said = plain(asked)
            return Said(status=said.status, headers=said.headers, cookies=said.cookies, body=said.body + script)

        router.answer = answer
        one = begun(router, net)
        assert one.closed()
        assert one.run(Leave(tries=3)).what == "refused"


def test_an_answer_that_comes_much_later_ends_it(net, monkeypatch):
    taken = iter([0.1, 9.0, 9.0, 9.0])
    send = Talk.send

    def slow(self, path, **given):
        reply = send(self, path, **given)
        seconds = next(taken) if path == "/login" else 0.1
        self.last = trying.Reply(heard=reply.heard, seconds=seconds)
        return self.last

    monkeypatch.setattr(Talk, "send", slow)
    with Made(Mood.CHANGED) as router:
        one = begun(router, net)
        with pytest.raises(Stopped, match="much later than before"):
            one.run(Leave(tries=3))
    assert one.used == 2


def test_a_router_that_goes_away_in_between_is_left_alone(net):
    with Made(Mood.CHANGED) as router:
        one = begun(router, net)
        assert one.closed()
    with pytest.raises(NoAnswer):
        one.run(Leave(tries=3))
    assert one.used == 0, "it could not be sent"


def test_a_login_that_nobody_answers_counts(net):
    with Made(Mood.CHANGED) as router:
        router.answer = lambda asked: answerless(asked) if asked.path == "/login" else Said(status=401)
        one = begun(router, net)
        with pytest.raises(NoAnswer):
            one.run(Leave(tries=3))
    assert one.used == 1, "it may have been heard"


def answerless(asked):
    raise ConnectionAbortedError


def test_what_its_page_did_not_let_be_sent_does_not_count(net):
    token = Token(request=Request(path="/"), after="csrf=", before=";")
    with Made(Mood.CHANGED) as router:
        one = begun(router, net, family(token=token))
        with pytest.raises(NoAnswer, match="token"):
            one.run(Leave(tries=3))
    assert (one.used, router.wrong) == (0, 0)


@pytest.mark.parametrize(
    ("said", "counts"),
    [(Told.REFUSED, 1), (Told.UNCLEAR, 1), (Told.ACCEPTED, 1), (Told.LOCKED, 0), (Told.BUSY, 0)],
)
def test_an_answer_to_a_login_counts_whatever_its_scheme_forgot_to_say(net, said, counts):
    class Forgetful:
        @staticmethod
        def log_in(talk, attempts, account, password):
            talk.ask(Request(path="/"))
            return said

    with Made(Mood.CHANGED) as router:
        one = begun(router, net, scheme=Forgetful)
        with suppress(Stopped):
            one.run(Leave(tries=1))
    assert one.used == counts


@pytest.mark.parametrize("failure", [NoAnswer, TooMuch, OutOfTime, Cancelled, ValueError])
@pytest.mark.parametrize("leaves", [True, False])
def test_a_login_counts_from_when_it_leaves_whatever_ends_it(net, monkeypatch, failure, leaves):
    def ask(target, net, path, *, sending=None, **given):
        if sending is not None and leaves:
            sending()
        raise failure("whatever")

    monkeypatch.setattr("netguard.probe._http.ask", ask)
    with Made(Mood.CHANGED) as router:
        one = begun(router, net)
        with pytest.raises(Failure):
            one.run(Leave(tries=3))
    assert one.used == leaves


@pytest.mark.parametrize("tries", [2, 3])
def test_what_there_is_no_room_for_is_neither_sent_nor_taken_for_refused(net, tries):
    with Made(Mood.CHANGED) as router:
        one = begun(router, net, family(pairs=PASSWORDS))
        with pytest.raises(Stopped, match="there are more"):
            one.run(Leave(tries=tries))
    assert (one.used, router.wrong, len(logins(router))) == (tries, tries, tries)


def test_a_person_who_interrupts_ends_it_in_the_pause(net, monkeypatch):
    def pause(self, seconds):
        raise Cancelled("the scan was interrupted")

    monkeypatch.setattr("netguard.net.control.Cancel.pause", pause)
    with Made(Mood.CHANGED) as router:
        one = begun(router, net)
        with pytest.raises(Cancelled):
            one.run(Leave(tries=3))
    assert (one.used, router.wrong) == (1, 1)


class Headers(Made):
    """One that asks for Basic; each request with a wrong login counts, as on real ones."""

    def page(self, asked):
        return Said(status=401, headers={"WWW-Authenticate": 'Basic realm="Made up"'}, body="No")

    def log_in(self, asked):
        if asked.basic is None:
            return None
        return None if self.check(*asked.basic) else self.page(asked)

    def is_in(self, asked):
        return asked.basic == (self.account, self.password)


@pytest.mark.parametrize(("mood", "what"), [(Mood.FACTORY, "accepted"), (Mood.LOCKS, "refused")])
def test_a_login_by_headers_is_one_request_and_never_asked_twice(net, mood, what):
    record = family("basic", lock=Lock(after=5, within=300), accepted=None, refused=None, busy=None, logout=None)
    with Headers(mood) as router:
        one = begun(router, net, record, basic)
        assert one.closed()
        assert one.run(Leave(tries=3)).what == what
    assert router.wrong == (2 if mood is Mood.FACTORY else 3) == one.used - (mood is Mood.FACTORY)
    assert not router.locked


def test_a_login_by_headers_that_was_neither_right_nor_wrong_is_not_sent_again_to_leave(net):
    record = family("basic", accepted=None, refused=Answer(status=(401,), body=("wrong login",)), busy=None)
    with Headers(Mood.CHANGED) as router:
        one = begun(router, net, record, basic)
        with pytest.raises(Stopped, match="neither yes nor no"):
            one.run(Leave(tries=3))
    assert (one.used, router.wrong) == (1, 1)
    assert [asked.path for asked in router.asked if "authorization" in asked.headers] == ["/status"]


def test_a_refused_login_by_headers_that_opens_is_not_sent_again_to_leave(net):
    record = family("basic", accepted=Answer(body=("Welcome",)), refused=Answer(body=("Uptime",)), busy=None)
    with Headers(Mood.FACTORY) as router:
        router.answer = lambda asked: Said(body="Uptime. Log out")
        with pytest.raises(Stopped, match="although it did not say yes"):
            begun(router, net, record, basic).run(Leave(tries=3))
    assert [asked.path for asked in router.asked if "authorization" in asked.headers] == ["/status"]


def test_who_was_let_in_by_headers_by_the_record_s_word_is_logged_out(net):
    record = family("basic", accepted=Answer(body=("Welcome",)), refused=None, busy=None)
    with Headers(Mood.FACTORY) as router:
        router.answer = lambda asked: Said(body="Welcome")
        with pytest.raises(Stopped, match="said yes"):
            begun(router, net, record, basic).run(Leave(tries=3))
    assert [asked.path for asked in router.asked] == ["/status", "/logout"]


def test_what_is_kept_has_no_password(net):
    with Made(Mood.FACTORY) as router:
        outcome = begun(router, net).run(Leave(tries=3))
    kept = list(trying.facts(outcome, Target(address=LOOPBACK, port=80)))
    assert {f.kind: f.value for f in kept} == {
        "login.tried": "accepted", "login.account": "admin", "login.empty": False,
    }  # fmt: skip
    assert not any(p in json.dumps([str(f) for f in kept]) + repr(outcome) for p in PASSWORDS)


class Late(Made):
    """It is slow to let somebody in, as routers are that build a whole page for that."""

    def log_in(self, asked):
        said = super().log_in(asked)
        if said is not None and said.status == 302:
            monotonic.later = 60.0
        return said


class monotonic:  # noqa: N801 - it stands in for a function
    later = 0.0

    @classmethod
    def now(cls):
        return real() + cls.later


real = time.monotonic


def test_who_is_let_in_late_is_let_in_and_leaves_again(net, monkeypatch):
    monkeypatch.setattr(monotonic, "later", 0.0)
    monkeypatch.setattr("netguard.probe._login.talk.time", type("Clock", (), {"monotonic": monotonic.now}))
    with Late(Mood.FACTORY) as router:
        assert begun(router, net).run(Leave(tries=3)).what == "accepted"
        assert not router.sessions


class Cut(Made):
    """It lets somebody in, and its answer is neither yes nor no."""

    def log_in(self, asked):
        said = super().log_in(asked)
        return said if said is None or said.status != 302 else Said(body="<html>Wel", cookies=said.cookies)


def test_what_is_neither_yes_nor_no_may_be_a_session_and_is_left(net):
    with Cut(Mood.FACTORY) as router:
        with pytest.raises(Stopped):
            begun(router, net).run(Leave(tries=3))
        assert not router.sessions


def test_a_401_that_is_not_the_refusal_of_the_record_is_none(net):
    record = family("basic", refused=Answer(status=(401,), body=("wrong login",)))

    class Shut(Headers):
        def page(self, asked):
            return Said(status=401, body="wrong login" if "authorization" not in asked.headers else "shut for today")

    with Shut(Mood.CHANGED) as router, pytest.raises(Stopped, match="neither yes nor no"):
        begun(router, net, record, basic).run(Leave(tries=3))
