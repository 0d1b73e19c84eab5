"""Whatever has a password in it and is printed, refused, written or mistaken shows none: records, and secrets themselves."""

import copy
import json
import pickle
import traceback
from dataclasses import replace

import msgspec
import pytest

from netguard.errors import RulesError
from netguard.history.tables import login_tries
from netguard.model.login import Secret
from netguard.rules import loader
from tests.hostile.test_secrets import PASSWORD, forms, nothing_of_it_in, person

__all__ = ["person"]


@pytest.mark.parametrize("form", sorted(forms(PASSWORD)))
def test_what_is_searched_for_would_be_found(form):
    with pytest.raises(AssertionError):
        nothing_of_it_in(b"before " + form + b" behind")


BROKEN = {
    "a line that is no YAML": ("account: admin, password:", "account: admin: password: :"),
    "a field that is none": ("password: ", "passwort: "),
    "a password that is a list": ("password: ", "password: [x, "),
    "a scheme that is a number": ("scheme: form", "scheme: 7"),
    "a pair without a source": (', source: "https://example.org/manual"}]', "}]"),
    "a source of no kind": ('{url: "https', '{url: "gopher'),
    "an id of another": ("id: made-up", "id: other"),
    "an answer that shows nothing": ('body: ["Uptime", "Log out"]', "body: []"),
    "cut off": ('source: "https://example.org/manual"}]\n  lock', 'source: "https\n  lock'),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_a_record_that_is_refused_is_not_shown(person, what):
    person.record("form")
    where = person.settings / "rules" / "logins" / "made-up.yaml"
    text = where.read_text(encoding="utf-8")
    assert BROKEN[what][0] in text
    where.write_text(text.replace(*BROKEN[what]), encoding="utf-8")
    with pytest.raises(RulesError) as error:
        loader.load(person.settings / "rules")
    assert "made-up.yaml" in str(error.value)
    nothing_of_it_in(str(error.value), repr(error.value))


def test_what_is_known_by_records_shows_no_password_however_it_is_printed(person):
    person.record("form")
    rules = loader.load(person.settings / "rules")
    nothing_of_it_in(repr(rules.logins["made-up"]), str(rules), repr(replace(rules)))


SECRET = Secret(PASSWORD)


@pytest.mark.parametrize(
    "written",
    [
        lambda: pickle.dumps(SECRET),
        lambda: copy.copy(SECRET),
        lambda: copy.deepcopy([SECRET]),
        lambda: json.dumps({"password": SECRET}),
        lambda: msgspec.json.encode(SECRET),
        lambda: msgspec.msgpack.encode([SECRET]),
    ],
    ids=["pickle", "copy", "deepcopy", "json", "msgspec", "msgpack"],
)
def test_a_secret_refuses_to_be_written(written):
    with pytest.raises((TypeError, pickle.PicklingError)) as error:
        written()
    nothing_of_it_in(str(error.value))


def test_a_secret_prints_as_nothing_in_any_way():
    ways = (str(SECRET), repr(SECRET), f"{SECRET}", f"{SECRET!r}", "%s" % SECRET, ascii([SECRET]), format(SECRET))  # noqa: UP031
    nothing_of_it_in(*ways)
    assert set(ways[:4]) == {"Secret()"}
    assert not hasattr(SECRET, "__dict__")


def test_a_traceback_with_every_local_shows_none():
    def mistaken(password):
        raise ZeroDivisionError

    try:
        mistaken(SECRET)
    except ZeroDivisionError as error:
        shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "Secret()" in shown
    nothing_of_it_in(shown)


def test_the_ledger_has_no_place_for_one():
    assert set(login_tries.c.keys()) == {"number", "mac", "family", "at", "tries"}
