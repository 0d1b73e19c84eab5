"""How logins are sent: Digest by the examples of its RFCs, Basic, forms; and what is never taken for a yes or a no."""

import hashlib
import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.model.login import Lock, Secret
from netguard.net.failures import NoAnswer
from netguard.probe._login._contract import TOO_MANY, Told, told
from netguard.probe._login.schemes import basic, digest, form
from netguard.rules.logins import Answer, Attempts, Pair, Protected, Request, Token
from tests.logins.server import Asked, digest_is_right
from tests.unit.probe.conftest import TEXT
from tests.unit.probe.logins import answer, talking

SOURCE = "https://example.org/manual"
PASSWORD = "Circle Of Life"


def attempts(scheme="digest", path="/dir/index.html", **given):
    return msgspec.structs.replace(
        Attempts(
            scheme=scheme,
            pairs=(Pair(account="Mufasa", password=Secret(PASSWORD), source=SOURCE),),
            lock=Lock(after=None, source=SOURCE),
            protected=Protected(request=Request(path=path), opens=Answer(body=("Uptime",))),
        ),
        **given,
    )


def challenged(header):
    return answer(401, WWW_Authenticate=header)


def parts(header):
    return {name: quoted or plain for name, quoted, plain in re.findall(r'(\w+)=(?:"([^"]*)"|([^, ]+))', header)}


# Digest -------------------------------------------------------------------------------------------------------------

OF_2617 = (
    'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
    'opaque="5ccc069c403ebaf9f0171e9517f40e41"'
)
OF_7616 = (
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={}, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)
OWN_7616 = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"


@pytest.mark.parametrize(
    ("challenge", "password", "own", "response"),
    [
        (OF_2617, "Circle Of Life", "0a4f113b", "6629fae49393a05397450978507c4ef1"),
        (OF_7616.format("MD5"), "Circle of Life", OWN_7616, "8ca523f5e9506fed4657c9700eebdbec"),
        (
            OF_7616.format("SHA-256"), "Circle of Life", OWN_7616,
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
        ),
        # RFC 2069, 2.4, with the response of its erratum 749: no quality is asked for.
        (OF_2617.replace('qop="auth,auth-int", ', ""), "CircleOfLife", "", "1949323746fe6a43ef61f9606e7febea"),
    ],
    ids=["RFC 2617", "RFC 7616 MD5", "RFC 7616 SHA-256", "RFC 2069"],
)  # fmt: skip
def test_the_examples_of_the_rfcs(monkeypatch, challenge, password, own, response):
    monkeypatch.setattr(digest.secrets, "token_hex", lambda size: own)
    one, wire = talking(monkeypatch, challenged(challenge), answer(body="Uptime"))
    assert digest.log_in(one, attempts(), "Mufasa", Secret(password)) is Told.ACCEPTED
    assert len(wire.sent) == 2
    assert wire.header("Authorization", 0) is None, "the question is asked without a login"
    said = parts(wire.header("Authorization"))
    assert said["response"] == response
    assert (said["username"], said["uri"]) == ("Mufasa", "/dir/index.html")
    asked = parts(challenge)
    assert (said["realm"], said["nonce"], said["opaque"]) == (asked["realm"], asked["nonce"], asked["opaque"])
    assert said.get("algorithm") == asked.get("algorithm")
    assert (said.get("qop"), said.get("nc")) == (("auth", "00000001") if "qop" in asked else (None, None))


def test_every_answer_counts_on_and_is_right_for_its_own_page(monkeypatch):
    one, wire = talking(monkeypatch, challenged(OF_2617), answer(body="Uptime"))
    digest.log_in(one, attempts(), "Mufasa", Secret(PASSWORD))
    one.ask(Request(path="/logout?x=1", method="POST"))
    header = wire.header("Authorization")
    assert parts(header)["nc"] == "00000002"
    asked = Asked(method="POST", path="/logout", query={}, headers={"authorization": header}, body=b"")
    assert digest_is_right(asked, "Mufasa", PASSWORD)
    assert not digest_is_right(asked, "Mufasa", "another")
    assert PASSWORD not in "".join(wire.sent)


@pytest.mark.parametrize(
    ("header", "read"),
    [
        ('Digest realm="a, b", nonce="n=1", stale=FALSE', {"realm": "a, b", "nonce": "n=1", "stale": "FALSE"}),
        ('digest\tnonce="n"', {}),
        ('  DIGEST  nonce = "n" , qop=auth', {"nonce": "n", "qop": "auth"}),
        (r'Digest realm="the \"box\"", nonce="n"', {"realm": r"the \"box\"", "nonce": "n"}),
        ('Digest realm="nonce=evil", nonce="n"', {"realm": "nonce=evil", "nonce": "n"}),
        ('Basic realm="x"', {}),
        ("", {}),
    ],
)
def test_a_challenge_is_read_in_its_parts(header, read):
    assert digest.parts(header) == read


@given(st.text(max_size=300))
def test_whatever_stands_there_is_read(header):
    assert all(len(value) <= 1024 for value in digest.parts(f"Digest {header}").values())


@pytest.mark.parametrize(
    "first",
    [
        answer(200, "Uptime"),
        answer(401),
        challenged('Basic realm="x"'),
        challenged('Digest realm="x"'),
        challenged('Digest realm="x", nonce="n", algorithm=MD5-sess'),
        challenged('Digest realm="x", nonce="n", algorithm=SHA-512-256'),
        challenged('Digest realm="x", nonce="n", qop="auth-int"'),
    ],
    ids=["open", "no challenge", "Basic", "no nonce", "MD5-sess", "SHA-512-256", "auth-int"],
)
def test_what_cannot_be_answered_rightly_is_not_answered(monkeypatch, first):
    one, wire = talking(monkeypatch, first)
    with pytest.raises(NoAnswer):
        digest.log_in(one, attempts(), "Mufasa", Secret(PASSWORD))
    assert len(wire.sent) == 1, "no login was sent"
    assert one.credentials is None


def test_a_number_that_was_too_old_says_nothing_of_the_password(monkeypatch):
    one, _ = talking(monkeypatch, challenged(OF_2617), challenged(OF_2617 + ", stale=TRUE"))
    assert digest.log_in(one, attempts(), "Mufasa", Secret(PASSWORD)) is Told.UNCLEAR
    one, _ = talking(monkeypatch, challenged(OF_2617), challenged(OF_2617 + ", stale=false"))
    assert digest.log_in(one, attempts(), "Mufasa", Secret(PASSWORD)) is Told.REFUSED


def test_it_counts_when_the_answer_to_its_challenge_leaves(monkeypatch):
    one, wire = talking(monkeypatch, challenged(OF_2617), answer(429))
    assert digest.log_in(one, attempts(), "Mufasa", Secret(PASSWORD)) is Told.LOCKED
    assert (one.tried, len(wire.sent)) == (True, 2)
    one, wire = talking(monkeypatch, answer(200))
    with pytest.raises(NoAnswer):
        digest.log_in(one, attempts(), "Mufasa", Secret(PASSWORD))
    assert (one.tried, len(wire.sent)) == (False, 1)


def test_a_challenge_over_two_lines_is_no_header_of_ours(monkeypatch):
    one, wire = talking(monkeypatch, challenged('Digest realm="a\r\n X-Evil: b", nonce="n"'), answer())
    with pytest.raises(NoAnswer):
        digest.log_in(one, attempts(), "Mufasa", Secret(PASSWORD))
    assert len(wire.sent) == 1


@given(st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=80))
def test_no_challenge_makes_a_header_of_its_own(text):
    with pytest.MonkeyPatch.context() as patch:
        one, wire = talking(patch, challenged(f'Digest realm="{text}", nonce="n"'), answer())
        try:
            digest.log_in(one, attempts(), "Mufasa", Secret(PASSWORD))
        except NoAnswer:
            assert len(wire.sent) == 1
        else:
            lines = wire.sent[1].split("\r\n")
            assert sum(line.startswith("Authorization: Digest ") for line in lines) == 1
            assert {line.partition(":")[0] for line in lines[1:] if line} == {
                "Host", "User-Agent", "Accept", "Accept-Encoding", "Connection", "Authorization",
            }  # fmt: skip


# Basic --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body", "given", "said"),
    [
        (401, "", {}, Told.REFUSED),
        (200, "Uptime", {}, Told.ACCEPTED),
        (401, "locked for 5 minutes", {"locked": Answer(body=("locked for",))}, Told.LOCKED),
        (401, "wrong", {"locked": Answer(body=("locked for",))}, Told.REFUSED),
        (200, "somebody else", {"busy": Answer(body=("somebody else",))}, Told.BUSY),
        (429, "", {}, Told.LOCKED),
        (503, "", {}, Told.LOCKED),
    ],
)
def test_basic_is_one_request_and_its_answer(monkeypatch, status, body, given, said):
    one, wire = talking(monkeypatch, answer(status, body))
    assert basic.log_in(one, attempts("basic", **given), "Aladdin", Secret("open sesame")) is said
    assert len(wire.sent) == 1
    # RFC 7617, 2.
    assert wire.header("Authorization") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="


def test_basic_is_utf8(monkeypatch):
    one, wire = talking(monkeypatch, answer())
    basic.log_in(one, attempts("basic"), "test", Secret("123\u00a3"))
    # RFC 7617, 2.1.
    assert wire.header("Authorization") == "Basic dGVzdDoxMjPCow=="


# Forms --------------------------------------------------------------------------------------------------------------

TOKEN = Token(request=Request(path="/login"), after='name="csrf" value="', before='"')
FORM = Request(
    path="/do_login", method="POST", headers={"X-CSRF": "{token}"},
    fields={"user": "{account}", "pw": "{password|md5}", "csrf": "{token}"},
)  # fmt: skip


def forms(**given):
    return attempts(
        "form", request=FORM, token=TOKEN, accepted=Answer(status=(302,)), refused=Answer(body=("wrong",)), **given
    )


def test_a_form_is_sent_with_the_token_and_the_cookie_of_its_page(monkeypatch):
    page = answer(body='<input name="csrf" value="T-0k3n"><input value="other">', cookies=["sid=1"])
    one, wire = talking(monkeypatch, page, answer(302))
    assert form.log_in(one, forms(), "admin", Secret("p&w")) is Told.ACCEPTED
    assert len(wire.sent) == 2
    hashed = hashlib.md5(b"p&w", usedforsecurity=False).hexdigest()
    assert wire.body() == f"user=admin&pw={hashed}&csrf=T-0k3n"
    assert (wire.header("X-CSRF"), wire.header("Cookie")) == ("T-0k3n", "sid=1")


def test_a_login_in_json_is_sent_and_answered_in_json(monkeypatch):
    given = attempts(
        "form",
        request=Request(
            path="/rpc", method="POST", headers={"Content-Type": "application/json"}, reads="json",
            body='{"method":"login","params":{"user":"{account|json}","password":"{password|json}"}}',
        ),
        accepted=Answer(status=(200,), values={"result.sid": "?*"}),
        refused=Answer(status=(200,), values={"error.code": "-32000"}),
    )  # fmt: skip
    for said, expected in (('{"result":{"sid":"a7"}}', Told.ACCEPTED), ('{"error":{"code":-32000}}', Told.REFUSED)):
        one, wire = talking(monkeypatch, answer(body=said))
        assert form.log_in(one, given, "admin", Secret('say "hush"\\')) is expected
        assert wire.header("Content-Type") == "application/json"
        params = {"user": "admin", "password": 'say "hush"\\'}
        assert msgspec.json.decode(wire.body()) == {"method": "login", "params": params}


@pytest.mark.parametrize(
    "page",
    [
        "",
        "no token here",
        'name="csrf" value="never ends',
        'name="csrf" value=""',
        'name="csrf" value="a\r\nX-Evil: 1"',
        'name="csrf" value="t\u00e4"',
        f'name="csrf" value="{"a" * 513}"',
    ],
    ids=["nothing", "none", "open", "empty", "two lines", "not ASCII", "long"],
)
def test_without_its_token_no_login_is_sent(monkeypatch, page):
    one, wire = talking(monkeypatch, answer(body=page), answer(302))
    with pytest.raises(NoAnswer):
        form.log_in(one, forms(), "admin", Secret(PASSWORD))
    assert len(wire.sent) == 1


@given(TEXT)
def test_whatever_its_page_says_a_token_is_one_line_or_none(body):
    with pytest.MonkeyPatch.context() as patch:
        one, wire = talking(patch, answer(body=b'name="csrf" value="' + body + b'"'), answer(302))
        try:
            form.log_in(one, forms(), "admin", Secret(PASSWORD))
        except NoAnswer:
            assert len(wire.sent) == 1
        else:
            assert wire.header("X-CSRF").isprintable()
            assert "X-Evil" not in [line.partition(":")[0] for line in wire.sent[1].split("\r\n")]


def test_a_record_that_says_no_request_sends_none(monkeypatch):
    one, wire = talking(monkeypatch, answer())
    with pytest.raises(NoAnswer):
        form.log_in(one, attempts("form"), "admin", Secret(PASSWORD))
    assert not wire.sent


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, "locked wrong busy", Told.LOCKED),
        (302, "busy wrong", Told.BUSY),
        (302, "wrong", Told.ACCEPTED),
        (200, "wrong", Told.REFUSED),
        (200, "", Told.UNCLEAR),
        (500, "", Told.UNCLEAR),
        *((status, "", Told.LOCKED) for status in sorted(TOO_MANY)),
    ],
)
def test_a_lock_counts_before_everything_and_what_is_neither_is_unclear(monkeypatch, status, body, said):
    one, _ = talking(monkeypatch, answer(status, body))
    record = forms(locked=Answer(body=("locked",)), busy=Answer(body=("busy",)))
    assert told(record, one.ask(Request(path="/"))) is said
