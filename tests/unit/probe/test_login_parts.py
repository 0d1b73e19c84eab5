"""What logins are made of: texts with places, answers of strangers, and cookies."""

import base64
import hashlib
import json
import string
import time
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from netaddr import IPAddress

from netguard.net.failures import NoAnswer
from netguard.probe import _http
from netguard.probe._contract import Target
from netguard.probe._login import answers, steps, talk
from netguard.probe._login.talk import Talk
from netguard.rules.logins import PLACES, STEPS, Answer, Request
from tests.servers import LOOPBACK
from tests.unit.probe.conftest import TEXT
from tests.unit.probe.logins import answer, talking

WORDS = st.text(string.ascii_letters + string.digits + "{}|:&=%\"'\\\n äß", max_size=40)

# Texts with places ------------------------------------------------------------------------------------------------


def test_the_steps_that_records_may_use_are_those_there_are():
    assert set(steps.STEPS) == STEPS


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("{account}/{password}", "admin/Gürtel 7"),
        ("{password|md5}", hashlib.md5("Gürtel 7".encode(), usedforsecurity=False).hexdigest()),
        ("{password|sha1|upper}", hashlib.sha1("Gürtel 7".encode(), usedforsecurity=False).hexdigest().upper()),
        ("{password|sha256}", hashlib.sha256("Gürtel 7".encode()).hexdigest()),
        ("{password|sha512}", hashlib.sha512("Gürtel 7".encode()).hexdigest()),
        ("{account:password|base64}", base64.b64encode("admin:Gürtel 7".encode()).decode()),
        ("{password|quote}", "G%C3%BCrtel%207"),
        ('{"jsonrpc":"2.0","params":[{}]}', '{"jsonrpc":"2.0","params":[{}]}'),
        ("{notenone}|{note:account}", "|:admin"),
        ("no place", "no place"),
    ],
)
def test_what_is_put_in(text, made):
    assert steps.filled(text, {"account": "admin", "password": "Gürtel 7"}) == made


@given(WORDS, WORDS)
def test_what_is_put_in_is_not_read_again(account, password):
    things = {"account": account, "password": password}
    assert steps.filled("<{account}|{password}>", things) == f"<{account}|{password}>"
    assert unquote(steps.filled("{password|quote}", things)) == password
    in_json = json.loads(steps.filled('{"u":"{account|json}","p":["{password|json}"]}', things))
    assert in_json == {"u": account, "p": [password]}


@pytest.mark.parametrize("text", ["{secret}", "{password|rot13}", "{account:nobody}"])
def test_a_place_or_step_that_there_is_not_is_named_and_nothing_else(text):
    with pytest.raises(KeyError) as error:
        steps.filled(text, {"account": "admin", "password": "hush-hush"})
    assert "hush" not in str(error.value)


def test_the_places_of_a_text():
    assert steps.places("{account:password|base64} {token}") == {"account", "password", "token", "|base64"}
    assert steps.places('{"a":1}') == frozenset()
    assert steps.places(" ".join(f"{{{name}}}" for name in PLACES)) == PLACES


# Answers of strangers -----------------------------------------------------------------------------------------------


def values(body, reads):
    return dict(answers.read(answer(body=body), reads))


def test_json_is_read_by_paths():
    body = json.dumps({"result": {"default": True, "n": 3, "none": None, "list": [{"code": "x"}, 1.5]}, "s": "text"})
    assert values(body, "json") == {
        "result.default": "true", "result.n": "3", "result.none": "null",
        "result.list.0.code": "x", "result.list.1": "1.5", "s": "text",
    }  # fmt: skip


def test_xml_is_read_by_the_names_of_elements_and_the_first_of_each_counts():
    body = (
        "<?xml version='1.0'?><a xmlns='urn:x'><SID> 0000 </SID><Users><User>one</User><User>two</User></Users><e/></a>"
    )
    assert values(body, "xml") == {"SID": "0000", "User": "one", "e": ""}


def test_lines_are_read_one_by_one():
    body = "Model = R7000 \r\nempty=\nnext=2\n\n  Login.Method=2.0\nno line\n=nothing\nsp ace=1\nurl=a=b"
    assert values(body, "lines") == {"Model": "R7000", "empty": "", "next": "2", "Login.Method": "2.0", "url": "a=b"}
    assert values(f"long={'x' * 513}\nfits={'x' * 512}", "lines") == {"fits": "x" * 512}
    assert values("a=1", "text") == {}


HOSTILE = {
    "deep lists": b"[" * 30_000 + b"]" * 30_000,
    "deep objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "many values": b"{" + b",".join(b'"k%d":1' % n for n in range(6_000)) + b"}",
    "a number without end": b'{"a":' + b"9" * 60_000 + b"}",
    "no number": b'{"a":NaN,"b":1e999}',
    "half a pair": b'{"a":"\\ud800"}',
    "deep elements": b"<a>" * 9_000 + b"</a>" * 9_000,
    "many elements": b"<a>" + b"".join(b"<b%d/>" % n for n in range(6_000)) + b"</a>",
    "entities": b'<!DOCTYPE a [<!ENTITY x "yyyy"><!ENTITY z "&x;&x;&x;">]><a><b>&z;</b></a>',
    "a DTD elsewhere": b'<!DOCTYPE a SYSTEM "http://192.0.2.1/a.dtd"><a><b>1</b></a>',
    "a strange encoding": b'<?xml version="1.0" encoding="rot13"?><n>x</n>',
    "no encoding at all": b'<?xml version="1.0" encoding="nowhere"?><n>x</n>',
    "a zero": b"<a>\0</a>",
    "line ends": b"\n" * 65_536,
    "blanks": b"a" + b" " * 65_000,
    "a line with a gap": b"a=" + b"x " * 32_000,
    "many lines": b"".join(b"k%d=1\n" % n for n in range(7_000)),
}


@pytest.mark.parametrize("reads", ["json", "xml", "lines"])
@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_what_is_made_to_keep_netguard_busy_does_not(body, reads):
    heard = answer(body=body)
    began = time.monotonic()
    found = answers.read(heard, reads)
    assert time.monotonic() - began < 2
    assert len(found) <= answers.MAX_VALUES
    assert b"!DOCTYPE" not in body or reads != "xml" or not found


@given(TEXT, st.sampled_from(["json", "xml", "lines", "text"]))
def test_whatever_is_said_is_read_or_is_nothing(body, reads):
    found = answers.read(_http.Answer(status=200, headers={}, body=body), reads)
    assert all(isinstance(name, str) and isinstance(value, str) for name, value in found.items())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=30,
)


@given(JSON)
def test_json_of_any_shape_is_bounded(document):
    assert len(values(json.dumps(document), "json")) <= answers.MAX_VALUES


@pytest.mark.parametrize(
    ("wanted", "does"),
    [
        (Answer(status=(200, 302)), True),
        (Answer(status=(401,)), False),
        (Answer(header={"server": "LIGHTTPD*"}), True),
        (Answer(header={"server": ("nginx*", "lighttpd/1.4")}), True),
        (Answer(header={"x-other": "*"}), False),
        (Answer(body=("log IN", "password")), True),
        (Answer(body=("Log in", "Log out")), False),
        (Answer(body=("Log in",), without=("Log out",)), True),
        (Answer(without=("PASSWORD",)), False),
        (Answer(values={"code": "0"}), False),
        (Answer(), True),
    ],
)
def test_an_answer_is_like_the_record_says_in_everything_or_not_at_all(wanted, does):
    heard = answer(body="<b>Log in</b> password", Server="lighttpd/1.4")
    assert answers.fits(wanted, heard, "text") is does


def test_values_that_are_not_there_fit_nothing_not_even_anything():
    heard = answer(body='{"code": 0, "set": false, "who": null}')
    assert answers.fits(Answer(values={"code": "0", "set": "false", "who": "null"}), heard, "json")
    assert not answers.fits(Answer(values={"missing": "*"}), heard, "json")
    assert not answers.fits(Answer(values={"code": "0"}), heard, "xml")


# Cookies, and what is sent ------------------------------------------------------------------------------------------


def kept(*cookies):
    one = Talk(Target(address=LOOPBACK, port=80), None)
    one._keep(cookies)
    return one.cookies


@pytest.mark.parametrize(
    ("cookies", "left"),
    [
        (["sid=abc; path=/; HttpOnly"], {"sid": "abc"}),
        (["sid=abc", "sid=def"], {"sid": "def"}),
        (['a="quoted, with=signs"; path=/'], {"a": '"quoted, with=signs"'}),
        (["sid=abc", "sid=x; Max-Age=0"], {}),
        (["sid=abc", "sid=x; max-age = -1; path=/"], {}),
        (["sid=abc", "sid=; path=/"], {}),
        (["sid=abc", "sid=deleted; expires=Thu, 01-Jan-1970 00:00:01 GMT; path=/"], {}),
        (["sid=abc", "sid=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT"], {}),
        (["sid=abc; expires=Sun, 06-Nov-70 08:49:37 GMT"], {}),
        (["sid=abc; expires=Fri, 27 Nov 2026 18:00:00 GMT"], {"sid": "abc"}),
        (["sid=abc; expires=Fri, 27-Nov-26 18:00:00 GMT"], {"sid": "abc"}),
        (["sid=abc; expires=some day"], {"sid": "abc"}),
        (["sid=max-age=0"], {"sid": "max-age=0"}),
        (["sid=abc; Max-Age=01"], {"sid": "abc"}),
        (["no equals sign"], {}),
        (["flag; other=1"], {}),
        (["=nameless"], {}),
        (["sid=a\r\nX-Evil: 1"], {}),
        (["si\x00d=a", "sid=\x7f"], {}),
        (["sid=s\u00e9ance"], {}),
        ([f"sid={'a' * 5000}"], {}),
    ],
)
def test_cookies_are_kept_as_a_browser_keeps_them_or_not_at_all(cookies, left):
    assert kept(*cookies) == left


def test_ten_thousand_cookies_are_sixteen():
    left = kept(*(f"c{n}=x" for n in range(10_000)), "c3=new")
    assert len(left) == talk.MAX_COOKIES
    assert left["c3"] == "new"


def test_an_answer_with_ten_thousand_cookies_is_broken():
    with pytest.raises(NoAnswer):
        answer(cookies=[f"c{n}=x" for n in range(10_000)])


@given(st.lists(st.text(max_size=60), max_size=20))
def test_whatever_cookies_it_sets_the_next_request_can_be_sent(cookies):
    header = "; ".join(f"{name}={value}" for name, value in kept(*cookies).items())
    _http.request(Target(address=LOOPBACK, port=80), headers=[("Cookie", header)])


@given(st.text(st.sampled_from("0123456789-:,+; JanTGMhu"), max_size=40) | st.text(max_size=40))
def test_whatever_day_a_cookie_ends_on_it_is_kept_or_not(day):
    assert kept(f"sid=a; expires={day}") in ({}, {"sid": "a"})


def test_cookies_go_back_and_stay_where_they_were_set(monkeypatch):
    one, wire = talking(monkeypatch, answer(cookies=["a=1; path=/", "b=2"]), answer())
    one.ask(Request(path="/"))
    one.ask(Request(path="/x", headers={"Cookie": "lang=en"}))
    assert wire.header("Cookie", 0) is None
    assert wire.header("Cookie") == "lang=en; a=1; b=2"
    one.anew().ask(Request(path="/"))
    assert wire.header("Cookie") is None


def test_a_form_is_written_as_forms_are(monkeypatch):
    one, wire = talking(monkeypatch, answer())
    fields = {"user name": "{account}", "pw": "{password}"}
    one.ask(Request(path="/login", method="POST", fields=fields), {"account": "a&b=c", "password": "p w+ä"})
    assert wire.body() == "user%20name=a%26b%3Dc&pw=p%20w%2B%C3%A4"
    assert wire.header("Content-Type") == talk.FORM
    assert wire.header("Content-Length") == str(len(wire.body()))


def test_its_own_address_and_what_a_scheme_noted_have_places(monkeypatch):
    request = Request(path="/{notekey}", headers={"Referer": "{origin}/", "X-Host": "{host}"})
    one, wire = talking(monkeypatch, answer(), target=Target(address=IPAddress("2001:db8::1"), port=8443, secure=True))
    one.notes["notekey"] = "KEY"
    one.ask(request)
    assert wire.sent[-1].startswith("GET /KEY HTTP/1.1\r\n")
    assert wire.header("Referer") == "https://[2001:db8::1]:8443/"
    assert wire.header("X-Host") == "[2001:db8::1]"


def test_a_header_that_a_scheme_gives_goes_with_every_request(monkeypatch):
    one, wire = talking(monkeypatch, answer())
    one.credentials = lambda method, path: f"Basic {method}{path}" if path != "/open" else None
    one.ask(Request(path="/x"))
    assert wire.header("Authorization") == "Basic GET/x"
    one.ask(Request(path="/open"))
    assert wire.header("Authorization") is None
    assert one.last is not None


@pytest.mark.parametrize("token", ["a\r\nX-Evil: 1", "a\nb", "\u00e9", "\x00", "\u2028"])
def test_no_token_writes_a_header_of_its_own_and_none_is_told(monkeypatch, token):
    one, wire = talking(monkeypatch, answer())
    with pytest.raises(NoAnswer) as error:
        one.ask(Request(path="/", headers={"X-Token": "{token}{password}"}), {"token": token, "password": "hush-hush"})
    assert not wire.sent
    assert "hush" not in str(error.value)
    assert error.value.__cause__ is None
    assert error.value.__suppress_context__


@given(WORDS)
def test_no_token_ends_the_line_of_its_path(token):
    with pytest.MonkeyPatch.context() as patch:
        one, wire = talking(patch, answer())
        try:
            one.ask(Request(path="/a/{token}"), {"token": token})
        except NoAnswer:
            assert not wire.sent
        else:
            assert wire.sent[0].splitlines()[0] == f"GET /a/{token} HTTP/1.1"
