"""What makes a family known: which are asked, two marks of different parts, and which statement of it is believed."""

import pytest
from hypothesis import given

from netguard.model.address import mac
from netguard.model.device import Device, Service
from netguard.model.observation import Fact
from netguard.model.vocabulary import Confidence, Depth, PortState, Role, Transport
from netguard.net.failures import NoAnswer
from netguard.probe import _http
from netguard.probe._contract import Ask
from netguard.probe._login import recognise
from netguard.rules.logins import Answer, LoginFamily, Look, Mark, Menus, Statement
from netguard.rules.schema import Verified
from tests.servers import LOOPBACK
from tests.unit.probe.conftest import TEXT, rules
from tests.unit.probe.logins import answer, talking

SERVICE = Service(
    address=LOOPBACK, port=80, transport=Transport.TCP, state=PortState.OPEN, name="http", product=None
)  # fmt: skip
DEVICE = Device(
    key="mac:00:00:5e:00:53:01", role=Role.ROUTER, confidence=Confidence.CONFIRMED, mac=mac("00:00:5e:00:53:01"),
    addresses=(LOOPBACK,), services=(SERVICE,), profile="made-up-router",
)  # fmt: skip
TITLE, SERVER, MODEL = (
    Fact(kind="http.title", value="Made up 7", transport=Transport.TCP, port=80),
    Fact(kind="http.server", value="made/1", transport=Transport.TCP, port=80),
    Fact(kind="upnp.model", value="Made up", transport=Transport.UDP, port=1900),
)
PAGE = Look(id="page", path="/login")


def family(*marks, known_as="made-up", hints=(), says=(), looks=(PAGE,)):
    return LoginFamily(
        schema=1, id=known_as, name="Made up", confidence="memory", verified=Verified(how="memory", when="2026-11-27"),
        sources=(), factory="It has one.", menus=Menus(password="Menu"), hints=hints, marks=marks, looks=looks, says=says,
        reason="Nobody knows.",
    )  # fmt: skip


BODY = Mark(look="page", answer=Answer(body=("made-up-login",)))
OTHER_BODY = Mark(look="page", answer=Answer(body=("sign in",)))
HEADER = Mark(look="page", answer=Answer(header={"x-made": "up"}))
BY_TITLE = Mark(fact="http.title", value="Made up*")
BY_SERVER = Mark(fact="http.server", value="made/*")
HEARD = {"page": answer(body="made-up-login sign in", X_Made="up")}


@pytest.mark.parametrize(
    ("marks", "facts", "known"),
    [
        ([BODY, BY_TITLE], [TITLE], True),
        ([BODY, HEADER], [], True),
        ([BY_TITLE, BY_SERVER], [TITLE, SERVER], True),
        ([Mark(look="page", answer=Answer(header={"x-made": "up"}, body=("made-up",)))], [], True),
        ([BODY, OTHER_BODY], [], False),
        ([BODY, BY_TITLE], [], False),
        ([BY_TITLE, Mark(fact="http.title", value="*7")], [TITLE], False),
        ([BODY, Mark(look="other", answer=Answer(header={"x-made": "up"}))], [], False),
    ],
)
def test_two_marks_of_different_parts_make_a_family(marks, facts, known):
    assert recognise.is_of(family(*marks), HEARD, DEVICE, SERVICE, facts) is known


def test_one_text_at_two_paths_is_one_mark():
    alike, other = Mark(look="second", answer=BODY.answer), Mark(look="second", answer=OTHER_BODY.answer)
    heard = HEARD | {"second": HEARD["page"]}
    looks = (PAGE, Look(id="second", path="/2.0/login"))
    assert not recognise.is_of(family(BODY, alike, looks=looks), heard, DEVICE, SERVICE, [])
    assert recognise.is_of(family(BODY, other, looks=looks), heard, DEVICE, SERVICE, [])
    assert recognise.is_of(family(BODY, alike, BY_TITLE, looks=looks), heard, DEVICE, SERVICE, [TITLE])


def hinted(hint, facts, device=DEVICE, times=1):
    records = {f"made-up-{n}": family(hints=(hint,)) for n in range(times)}
    own = type("Rules", (), {"logins": records})()
    return len(
        recognise.hinted(device, SERVICE, Ask(depth=Depth.STANDARD, round="deep", rules=own, facts=tuple(facts)))
    )


def test_facts_of_a_page_count_at_its_port_and_those_of_a_device_everywhere():
    elsewhere = Fact(kind="http.title", value="Made up 7", transport=Transport.TCP, port=8080)
    assert hinted(BY_TITLE, [TITLE]) == 1
    assert hinted(BY_TITLE, [elsewhere]) == 0
    assert hinted(Mark(fact="upnp.model", value="made*"), [MODEL]) == 1
    assert hinted(Mark(fact="profile", value="made-up-router"), []) == 1
    assert hinted(Mark(fact="profile", value="other"), []) == 0
    assert hinted(BY_TITLE, [TITLE], times=9) == recognise.MOST_FAMILIES


def test_those_that_most_points_to_are_asked():
    by_model = Mark(fact="upnp.model", value="made*")
    records = {f"made-up-{n}": family(known_as=f"made-up-{n}", hints=(BY_TITLE,)) for n in range(9)}
    records["zz"] = family(known_as="zz", hints=(BY_TITLE, by_model))
    ask = Ask(depth=Depth.STANDARD, round="deep", rules=type("Rules", (), {"logins": records})(), facts=(TITLE, MODEL))
    assert recognise.hinted(DEVICE, SERVICE, ask)[0].id == "zz"


def test_every_question_is_asked_once(monkeypatch):
    one, wire = talking(monkeypatch, answer(body="x"))
    looks = (PAGE, Look(id="two", path="/two"))
    heard, trouble = recognise.looked(family(looks=looks), one)
    assert (set(heard), trouble) == ({"page", "two"}, None)
    assert [sent.split()[1] for sent in wire.sent] == ["/login", "/two"]


OPEN = Statement(look="page", answer=Answer(body=("no password set",)), means="none")
SET = Statement(look="page", answer=Answer(body=("sign in",)), means="set")


@pytest.mark.parametrize(
    ("body", "said", "asked"),
    [("No password set! Sign in", "none", 1), ("Sign in", "set", 1), ("Something else", None, 0)],
)
def test_the_first_statement_that_fits_is_believed(monkeypatch, body, said, asked):
    one, wire = talking(monkeypatch, answer(404, "Not Found"))
    assert recognise.says(family(says=(OPEN, SET)), {"page": answer(body=body)}, one) == said
    assert len(wire.sent) == asked, "what it says is asked for once more, where there is nothing"


def test_who_says_so_wherever_it_is_asked_has_said_nothing(monkeypatch):
    one, wire = talking(monkeypatch, answer(body="No password set!"))
    one.cookies["sid"] = "kept"
    with pytest.raises(NoAnswer):
        recognise.says(family(says=(OPEN,)), {"page": answer(body="No password set!")}, one)
    assert wire.header("Cookie") is None
    assert wire.sent[0].split()[1] != "/login"


@given(TEXT)
def test_whatever_a_page_says_it_is_judged(body):
    heard = _http.Answer(status=200, headers={}, body=body)
    for record in rules().logins.values():
        recognise.is_of(record, {look.id: heard for look in record.looks}, DEVICE, SERVICE, [])
