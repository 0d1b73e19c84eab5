"""YAML as rule files need it, with the C parser and without."""

import pytest
import yaml

from netguard.rules import literal


@pytest.fixture(params=["as installed", "pure Python"], autouse=True)
def parser(request, monkeypatch):
    if request.param == "pure Python":
        monkeypatch.setattr(literal, "_Loader", yaml.SafeLoader)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("00:17:88", "00:17:88"),
        ("12:30", "12:30"),
        ("2026-11-20", "2026-11-20"),
        ("0o7", "0o7"),
        ("0x1f", "0x1f"),
        ("1_000", "1_000"),
        ("007", "007"),
        ("=", "="),
        ("<<", "<<"),
        (".inf", ".inf"),
        ("1e999", "1e999"),
        ("9" * 400, "9" * 400),
        ("7", 7),
        ("-7", -7),
        ("1.5", 1.5),
        ("true", True),
        ("True", "True"),
        ("null", None),
        ("~", None),
        ("", None),
        ("'7'", "7"),
    ],
)
def test_plain_scalars_are_what_they_look_like(text, value):
    assert literal.parse(f"a: {text}\n".encode()) == {"a": value}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a: [\n", "line 2: it is not YAML"),
        (b"a: 1\nb: 2\na: 3\n", "line 3: a is there twice"),
        (b"a: {b: 1, b: 2}\n", "line 1: b is there twice"),
        (b"a: &x 1\nb: *x\n", "line 2: aliases are not allowed"),
        (b"a:\n" + b" [" * 9000 + b"]" * 9000, "line 2: it is nested deeper"),
        (b"a: !!timestamp 2026-11-20\n", "line 1: types such as tag:yaml.org,2002:timestamp are not allowed"),
        (b"a: !!str 1\n", "line 1: types such as tag:yaml.org,2002:str are not allowed"),
        (b"a: !!map {}\n", "line 1: types such as tag:yaml.org,2002:map are not allowed"),
        (b"{a: [1]}: 1\n", "line 1: a field's name has to be text"),
        (b"a: &x [*x]\n", "line 1: aliases are not allowed"),
        (b"# nothing\n", "line 1: the file is empty"),
        (b"a: !mine 1\n", "line 1: types such as !... are not allowed; a text that begins with ! needs quotes"),
        (b"a: 1\n---\nb: 1\n", "line 2: it is not YAML"),
        (b"[a]: 1\n", "line 1: a field's name has to be text"),
        (b"a: \x00\n", "line 1: it is not YAML"),
        (b"x\n\xff", "line 2: it is not UTF-8"),
        (b"x" * (literal.MAX_FILE + 1), "line 1: the file is larger than 64 KiB"),
    ],
)
def test_what_no_rule_file_may_hold_is_refused_with_its_line(data, message):
    with pytest.raises(literal.UnusableError) as caught:
        literal.parse(data)

    assert str(caught.value).startswith(message)


PLACES = b"""\
# a comment
name: hub
ports: [1,
  2, {from: x}]

rest:
  - a: "two
      lines"
  -
    - 7
  - {}
7: |
  text
  goes on
empty:
"""


def test_every_value_has_the_line_it_begins_on():
    lines: dict[literal.Path, int] = {}

    value = literal.parse(PLACES, lines=lines)

    assert value == {
        "name": "hub",
        "ports": [1, 2, {"from": "x"}],
        "rest": [{"a": "two lines"}, [7], {}],
        7: "text\ngoes on\n",
        "empty": None,
    }
    assert lines == {
        ("name",): 2,
        ("ports",): 3,
        ("ports", 0): 3,
        ("ports", 1): 4,
        ("ports", 2): 4,
        ("ports", 2, "from"): 4,
        ("rest",): 7,
        ("rest", 0): 7,
        ("rest", 0, "a"): 7,
        ("rest", 1): 10,
        ("rest", 1, 0): 10,
        ("rest", 2): 11,
        ("7",): 12,
        ("empty",): 15,
    }


@pytest.mark.parametrize("data", [b"just a text\n", b"[]\n", b"{}\n"])
def test_the_document_itself_has_no_place_of_its_own(data):
    lines: dict[literal.Path, int] = {}
    literal.parse(data, lines=lines)

    assert all(path in {(), (0,)} for path in lines)


def test_places_after_an_end_are_those_of_the_outer_list():
    lines: dict[literal.Path, int] = {}
    literal.parse(b"- [a, [b]]\n- c\n- {d: [e]}\n- f\n", lines=lines)

    assert lines == {
        (0,): 1, (0, 0): 1, (0, 1): 1, (0, 1, 0): 1, (1,): 2, (2,): 3, (2, "d"): 3, (2, "d", 0): 3, (3,): 4,
    }  # fmt: skip


def test_a_file_may_be_as_large_as_its_reader_says():
    data = b"a: " + b"x" * literal.MAX_FILE

    assert literal.parse(data, most=2 * literal.MAX_FILE) == {"a": "x" * literal.MAX_FILE}
    with pytest.raises(literal.UnusableError, match=r"line 1: the file is larger than 1 KiB"):
        literal.parse(data, most=1024)
