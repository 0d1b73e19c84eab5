"""rules/logins: what a record may say, what is refused and how it is said, and that no complaint has a password."""

from copy import deepcopy
from pathlib import Path

import msgspec
import pytest
import yaml

from netguard import registry
from netguard.errors import RulesError
from netguard.model.login import Lock, Secret
from netguard.probe._login import steps
from netguard.rules import loader, logins
from netguard.rules.location import data_root

PASSWORD = "swordfish-0815"
MANUAL = "https://example.org/manual"
ACME = {
    "schema": 1,
    "id": "acme",
    "name": "Acme",
    "confidence": "documented",
    "verified": {"how": "documents", "when": "2026-11-27"},
    "sources": [{"url": MANUAL, "checked": "2026-11-27"}],
    "factory": "It comes with the account boss.",
    "menus": {"password": "Menu > Password"},
    "hints": [{"fact": "http.title", "value": "Acme*"}, {"fact": "profile", "value": "acme-router"}],
    "looks": [{"id": "page", "path": "/login"}],
    "marks": [
        {"look": "page", "answer": {"header": {"server": "acme*"}}},
        {"look": "page", "answer": {"body": ["Welcome to Acme"]}},
    ],
    "says": [{"look": "page", "answer": {"body": ["No password"]}, "means": "none"}],
    "attempts": {
        "scheme": "form",
        "pairs": [{"account": "boss", "password": PASSWORD, "source": MANUAL}],
        "lock": {"after": 5, "within": 300},
        "protected": {"request": {"path": "/status"}, "opens": {"status": [200], "body": ["Uptime"]}},
        "request": {"path": "/login", "method": "POST", "fields": {"u": "{account}", "p": "{password|md5}"}},
        "accepted": {"status": [302]},
        "refused": {"status": [200]},
    },
}


def changed(path, value):
    """`ACME` with another value at `path`; null takes it out."""
    record = deepcopy(ACME)
    *way, last = path.split(".")
    there = record
    for name in way:
        there = there[int(name)] if name.isdigit() else there[name]
    if value is None:
        del there[last]
    elif isinstance(there, list):
        there[int(last)] = value
    else:
        there[last] = value
    return record


def own(folder, record):
    where = folder / "logins"
    where.mkdir(exist_ok=True)
    (where / "acme.yaml").write_text(yaml.safe_dump(record), encoding="utf-8")
    return loader.load(folder)


def test_a_persons_own_family_is_added(tmp_path):
    rules = own(tmp_path, ACME)
    assert rules.logins["acme"].attempts.pairs[0].password == Secret(PASSWORD)
    assert rules.overlays == 1
    assert rules.digest != loader.load().digest
    assert list(rules.logins) == sorted(rules.logins)
    assert PASSWORD not in repr(rules.logins["acme"])


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("id", "other", "id: it is 'other'"),
        ("factory", "", "factory: it is empty"),
        ("menus", None, "menus: it is missing"),
        ("sources.0.url", "an old book", "sources[0].url: 'an old book' is no web address"),
        ("hints", [], "hints: without one every router"),
        ("hints.0", {"look": "page", "answer": {"body": ["Acme"]}}, "hints[0]: it has to be a fact"),
        ("hints.0.fact", "colour", "hints[0].fact: 'colour' is no kind"),
        ("hints.0.value", "", "hints[0].value: "),
        ("marks.0", {"fact": "profile", "value": "acme"}, "marks[0].fact: 'profile' is no kind"),
        ("marks.0", {"look": "page"}, "marks[0]: give either"),
        ("marks.0.look", "nowhere", "marks[0].look: there is no look 'nowhere'"),
        ("marks.0.answer", {"status": [200]}, "marks[0].answer: a status code alone shows nothing"),
        ("marks.0.answer", {"body": ["Acme"]}, "marks: they have to be of two parts"),
        ("marks.1.answer", {"body": [""]}, "an empty text stands in every body"),
        ("marks.0.answer", {"header": {"Server": "acme"}}, "names are in small letters"),
        ("looks.0.path", "login", "looks[0].path: it has to begin with /"),
        ("looks.0.path", "/l?p={password}", "looks[0]: what anybody may ask has no login"),
        ("looks", [{"id": f"page{n}", "path": "/"} for n in range(4)], "looks: there are more than 3"),
        ("looks", [{"id": "page", "path": f"/{n}"} for n in range(2)], "looks: 'page' is there twice"),
        ("says.0.answer", {}, "says[0].answer: it fits every answer"),
        ("says.0.means", "fine", "says[0].means"),
        ("says.0.means", "asks", "says: that it asks for a password is no good news"),
        ("shared", False, "attempts: there is no login to try where none is shared"),
        ("attempts", None, "attempts: either they are there"),
        ("attempts.pairs", [], "attempts.pairs: there is none"),
        ("confidence", "memory", "attempts: what nobody was found to say is not tried"),
        ("attempts.pairs.0.source", "https://elsewhere.org", "attempts.pairs[0].source: it is none of `sources`"),
        ("attempts.pairs.0.password", 1234, "it has to be a text in quotes"),
        ("attempts.pairs.0.password", [PASSWORD], "it has to be a text in quotes"),
        ("attempts.pairs.0.passwort", PASSWORD, "attempts.pairs[0].passwort: it is no field"),
        ("attempts.lock", {"after": 3}, "attempts.lock: with a control and one login"),
        ("attempts.lock", {"after": None}, "attempts.lock: that it never locks has to have a source"),
        ("attempts.protected.opens", {"status": [200]}, "attempts.protected.opens: a status code alone"),
        ("attempts.request.method", "GET", "attempts.request.method: what has a body is a POST"),
        ("attempts.request.body", "x", "attempts.request: fields and body exclude"),
        ("attempts.request.headers", {"X": "a\r\nb"}, "attempts.request.headers: a header is one line"),
        ("attempts.request.headers", {"X": "grün"}, "attempts.request.headers: a header is one line of ASCII"),
        ("attempts.request.fields.p", "{password|rot13}", "'rot13' is no place for a login, nor a step"),
        ("attempts.request.fields.p", "{secret}", "'secret' is no place for a login"),
        ("attempts.accepted", {"status": [99]}, "attempts.accepted.status: 99 is no status code"),
    ],
)
def test_what_nobody_could_have_meant_is_refused_by_file_and_field(tmp_path, path, value, expected):
    with pytest.raises(RulesError) as caught:
        own(tmp_path, changed(path, value))
    said = str(caught.value)
    assert expected in said
    assert said.startswith((tmp_path / "logins" / "acme.yaml").as_posix())
    assert PASSWORD not in said
    assert PASSWORD not in repr(caught.value.__cause__)


@pytest.mark.parametrize(("after", "room"), [(4, 1), (5, 2), (None, 2)])
def test_no_more_logins_are_listed_than_there_is_room_for(after, room):
    family = loader.load().logins["openwrt"]
    (pair,) = family.attempts.pairs
    lock = Lock(after=after, source=pair.source)

    def said(many):
        attempts = msgspec.structs.replace(family.attempts, pairs=(pair,) * many, lock=lock)
        return list(logins.problems(msgspec.structs.replace(family, attempts=attempts), "openwrt"))

    assert not said(room)
    assert said(room + 1) == [f"attempts.pairs: with the control there is room for {room} of them"]


@pytest.mark.parametrize(
    ("field", "path", "expected"),
    [
        ("request", "/login?t={token}", "attempts.request: there is no token for it"),
        ("logout", "/logout?u={account}", "attempts.logout: there is no account for it"),
        ("protected", "/status/{password|md5}", "attempts.protected.request: there is no password for it"),
    ],
)
def test_a_request_names_nothing_that_is_not_at_hand(field, path, expected):
    family = loader.load().logins["openwrt"]
    request = logins.Request(path=path)
    given = msgspec.structs.replace(family.attempts.protected, request=request) if field == "protected" else request
    attempts = msgspec.structs.replace(family.attempts, **{field: given})
    assert list(logins.problems(msgspec.structs.replace(family, attempts=attempts), "openwrt")) == [expected]


def test_a_reason_stands_in_the_place_of_attempts(tmp_path):
    record = changed("attempts", None) | {"reason": "It locks after three."}
    assert own(tmp_path, record).logins["acme"].attempts is None
    with pytest.raises(RulesError, match="either they are there"):
        own(tmp_path, ACME | {"reason": "It locks after three."})


def test_an_own_family_replaces_a_shipped_one_only_where_it_says_so(tmp_path):
    (tmp_path / "logins").mkdir()
    text = (data_root("rules") / "logins" / "openwrt.yaml").read_text()
    where = tmp_path / "logins" / "openwrt.yaml"
    where.write_text(text)
    with pytest.raises(RulesError, match="replaces: netguard has a record openwrt"):
        loader.load(tmp_path)
    where.write_text(text + "replaces: openwrt\n")
    assert loader.load(tmp_path).logins["openwrt"].replaces == "openwrt"


def test_steps_and_schemes_of_records_are_those_that_there_are():
    assert frozenset(steps.STEPS) == logins.STEPS
    schemes = set(registry.names("netguard.probe._login.schemes"))
    used = {f.attempts.scheme for f in loader.load().logins.values() if f.attempts is not None}
    assert used <= schemes
    for name in schemes:
        assert hasattr(registry.load("netguard.probe._login.schemes", name), "log_in")


@pytest.mark.parametrize("family", loader.load().logins.values(), ids=lambda f: f.id)
def test_what_is_shipped_can_be_relied_on(family):
    # Zyxel's page of that name has a column for the LAN beside the one for the internet.
    assert family.id == "zyxel" or "remote" not in (family.menus.access or "").lower(), "that opens it to the internet"
    assert "by itself" not in (family.reason or ""), "it stands where it did not say so"
    if family.attempts is not None:
        assert family.confidence != "memory", "what nobody was found to say is not tried"
        assert family.verified.how != "memory"
        assert 1 <= len(family.attempts.pairs) <= 2
    assert family.confidence == "memory" or family.sources
    assert family.factory.endswith(".")
    assert family.reason is None or family.reason[0].islower() or family.reason[0].isupper()


SAYS = {
    "none": "no password", "factory": "the factory's", "setup": "not set up", "set": "its owner's", "asks": "asks for one",
    "locked": "locked",
}  # fmt: skip


def test_the_guide_lists_every_family_as_it_is():
    rows = []
    for family in sorted(loader.load().logins.values(), key=lambda f: f.name.lower()):
        said = ", ".join(word for means, word in SAYS.items() if any(s.means == means for s in family.says))
        rows.append(f"| {family.name} | {said or '–'} | {'yes' if family.attempts is not None else 'no'} |")
    text = (Path(__file__).parents[3] / "docs" / "default-logins.md").read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line.endswith((" yes |", " no |"))] == rows
