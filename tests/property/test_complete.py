"""Plans of which parts were left out, in whatever style a person writes YAML: what is written stays, and twice is once."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netguard.advise import complete as completing
from netguard.advise import planedit, planfile, planwriter
from netguard.advise.planedit import Additions, ImpossibleError, Item
from netguard.advise.propose import propose, text
from netguard.errors import PlanError, UsageError
from netguard.model.observation import clean
from netguard.rules import literal, loader
from tests import builders
from tests.hostile.corpus import NASTY
from tests.property.test_propose import egresses, scans

RULES, SCAN = loader.load(), builders.scan()


# ---------------------------------------------------------------- a file as somebody writes it


@st.composite
def gaps(draw, plan):
    """The plan without some of its fields, networks and members."""
    less = {name: value for name, value in plan.items() if name != "schema" or draw(st.booleans())}
    if draw(st.integers(0, 4)) == 0:
        less.pop(draw(st.sampled_from(["wan", "segments", "members"])), None)
    for name in ("segments", "members"):
        if name in less:
            chosen = [each for each in less[name] if draw(st.integers(0, 3))]
            less[name] = [{k: v for k, v in each.items() if draw(st.integers(0, 3))} for each in chosen]
    return less


@st.composite
def written(draw, value, indent=0):
    """Text of a value, on one line or in a block, with comments and empty lines."""
    if isinstance(value, dict | list) and value and draw(st.booleans()):
        lines = []
        for each in value.items() if isinstance(value, dict) else value:
            if draw(st.integers(0, 4)) == 0:
                lines.append(draw(st.sampled_from(["# mine: [", "  # {é", ""])))
            key, inside = each if isinstance(value, dict) else (None, each)
            more = draw(written(inside, indent + 2))
            start = " " * indent + ("-" if key is None else f"{key}:")
            remark = draw(st.sampled_from(["", "", " # why }"]))
            if more.startswith("\n"):
                lines.append(f"{start}{remark}{more}")
            else:
                lines.append(f"{start} {more}{remark}")
        return "\n" + "\n".join(lines)
    return planwriter.value(value) if draw(st.booleans()) else json.dumps(value, ensure_ascii=False)


def kept(before, after):
    if isinstance(before, dict):
        assert all(kept(each, after[name]) is None for name, each in before.items())
    elif isinstance(before, list):
        assert len(before) <= len(after)
        for one, other in zip(before, after, strict=False):
            kept(one, other)
    else:
        assert before == after


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data(), scans())
def test_what_is_written_stays_and_twice_is_once(data, scan):
    proposed = text(propose(scan, RULES))
    less = data.draw(gaps(literal.parse(proposed.encode())))
    begun = data.draw(written(less)).lstrip("\n") + data.draw(st.sampled_from(["", "\n", "\n# end\n"]))
    egress = data.draw(st.none() | egresses(scan))
    if data.draw(st.booleans()):
        begun = begun.replace("\n", "\r\n")
    try:
        made = completing.complete(begun.encode(), "plan.yaml", scan, RULES, egress=egress)
    except PlanError as error:
        said = str(error)
    else:
        said = "plan.yaml: line "
    assert said.startswith("plan.yaml: line ")
    if said != "plan.yaml: line ":
        return
    assert planfile.read(made.text.encode()) == made.plan
    kept(less, literal.parse(made.text.encode()))
    assert not made.rewritten
    rest = iter(made.text)
    assert all(c in rest for c in begun.replace("[]", "")), "a character of the file is gone"  # `members: []` is filled
    again = completing.complete(made.text.encode(), "plan.yaml", scan, RULES, egress=egress)
    assert (again.text, again.fields, again.added) == (made.text, 0, ())


@given(scans())
def test_what_was_proposed_lacks_nothing(scan):
    proposed = text(propose(scan, RULES))
    made = completing.complete(proposed.encode(), "plan.yaml", scan, RULES)
    assert (made.text, made.fields, made.added) == (proposed, 0, ())


@given(scans())
def test_nothing_written_is_everything_proposed(scan):
    assert completing.complete(b"schema: netguard.plan/1\n", "plan.yaml", scan, RULES).plan == propose(scan, RULES).plan


# ---------------------------------------------------------------- hostile files


RAW = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 70_000) | st.sampled_from([*(text for text in NASTY.values() if len(text) < 200), "iot", "trusted", "192.0.2.0/24", "any", "02:77:00:00:00:01"]),
    lambda inside: st.lists(inside, max_size=3)
    | st.dictionaries(
        st.sampled_from(["schema", "wan", "segments", "members", "name", "mac", "segment", "role", "prefix", "router", "addresses", "listens", "talks", "names", "from", "interface"]),
        inside, max_size=5,
    ),
    max_leaves=10,
)  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    scans(),
    st.fixed_dictionaries(
        {},
        optional={"wan": RAW, "segments": st.lists(RAW, max_size=3) | RAW, "members": st.lists(RAW, max_size=3) | RAW},
    ),
)
def test_whatever_is_written_is_completed_or_refused_with_its_line(scan, raw):
    begun = json.dumps({"schema": "netguard.plan/1", **raw})
    try:
        made = completing.complete(begun.encode("utf-8", "surrogatepass"), "plan.yaml", scan, RULES)
    except (PlanError, UsageError) as error:
        said = str(error)
    else:
        said = ""
    assert said == clean(said, 4096)
    if said:
        return
    assert planfile.read(made.text.encode()) == made.plan
    assert all(line == clean(line, 4096) for line in made.remarks)


@given(st.binary(max_size=50))
def test_whatever_the_bytes_are_they_are_completed_or_refused(data):
    try:
        made = completing.complete(data, "plan.yaml", SCAN, RULES)
    except (PlanError, UsageError):
        return
    assert planfile.read(made.text.encode()) == made.plan


# ---------------------------------------------------------------- the text alone


ITEM = Item(line="{a: 1}", lines=("  # said", "  - a: 1", "    b: 2"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x: 1\n", "x: 1\nl:\n  # said\n  - a: 1\n    b: 2\n"),
        ("l:\n", "l:\n  # said\n  - a: 1\n    b: 2\n"),
        ("l: [] # c\nx: 1\n", "l:  # c\n  # said\n  - a: 1\n    b: 2\nx: 1\n"),
        ("l: ~\n", "l: \n  # said\n  - a: 1\n    b: 2\n"),
        ("l: [5]\n", "l: [5, {a: 1}]\n"),
        ("l:\n- 5 # c\n# d\nx: 1\n", "l:\n- 5 # c\n# said\n- a: 1\n  b: 2\n# d\nx: 1\n"),
        ("l:\n     - b: {c: d}", "l:\n     - b: {c: d}\n     # said\n     - a: 1\n       b: 2"),
        ("{x: 1}", "{x: 1, l: [{a: 1}]}"),
        ("{x: 1, l: []}", "{x: 1, l: [{a: 1}]}"),
    ],
)
def test_items_go_behind_the_last_one(before, after):
    assert planedit.add(before, Additions(fields={}, items={"l": [ITEM]})) == after


@pytest.mark.parametrize(
    ("before", "path", "after"),
    [
        ("x:\n  y: 1 # c\n", ("x",), "x:\n  y: 1 # c\n  n: [2]\n"),
        ("x: {y: 1,}\n", ("x",), "x: {y: 1, n: [2],}\n"),
        ("x: {}\n", ("x",), "x: {n: [2]}\n"),
        ("x: {n: , y: 1}\n", ("x",), "x: {n:  [2], y: 1}\n"),
        ("x:\n  n:\n  y: 1\n", ("x",), "x:\n  n: [2]\n  y: 1\n"),
        ("x:\n  n: null # c\n", ("x",), "x:\n  n: [2] # c\n"),
        ("x:\n  - y:\n      - z\n    # c\n", ("x", 0), "x:\n  - y:\n      - z\n    n: [2]\n    # c\n"),
        ("schema: s\nx: 1\n", (), "schema: s\nn: [2]\nx: 1\n"),
        ("# c\n x: 1\n", (), "# c\n n: [2]\n x: 1\n"),
    ],
)
def test_fields_go_behind_the_last_one_or_to_the_head(before, path, after):
    assert planedit.add(before, Additions(fields={path: [("n", "[2]")]}, items={})) == after


@pytest.mark.parametrize(
    ("before", "path"),
    [
        ("x: 1\n", ("x",)),
        ("x:\n  y: |\n    text\n", ("x",)),
        ("x: {n: 5}\n", ("x",)),
        ("[]", ()),
        ("x: [1]\n", ("x", 0, "y")),
        ("{}", ()),
    ],
)
def test_where_nothing_can_be_added_nothing_is(before, path):
    with pytest.raises(ImpossibleError):
        planedit.add(before, Additions(fields={path: [("n", "[2]")]}, items={}))
