"""No text of a device, a scan or a plan becomes a line of a router's configuration, in a comment as anywhere.

Each field is made hostile by itself. Of a scan, every file stays what it was to the last character, or nothing is made. Of a
plan's file, the reader refuses it or the files keep their lines; of a plan that no reader checked, the gate refuses it.
"""

import dataclasses
import json
import unicodedata
from collections.abc import Iterator
from enum import Enum
from functools import cache
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from netguard.advise import planfile, planwriter, propose, readme
from netguard.advise.closing import closing
from netguard.advise.ruleset import ruleset
from netguard.advise.snippet import says, snippet
from netguard.errors import DocumentError, NetguardError, PlanError, RulesError
from netguard.model.plan import Plan
from netguard.model.scan import Scan
from netguard.rules import loader, platforms
from tests.golden.report.sample import sample_scan
from tests.hostile.corpus import NASTY

PLATFORMS, RULES = platforms.load(), loader.load()
EACH = pytest.mark.parametrize("platform", PLATFORMS)

PLAN = """\
schema: netguard.plan/1
wan: {interface: wan0}
segments:
  - {name: home, role: trusted, interface: br-lan, vlan: 1, prefix: 192.168.20.0/24, prefix6: "fd00:20::/64", router: [192.168.20.1]}
  - {name: things, role: iot, interface: br-iot, vlan: 20, prefix: 192.168.30.0/24, prefix6: "fd00:30::/64", router: [192.168.30.1]}
  - {name: visitors, role: guest, interface: br-guest, vlan: 30, prefix: 192.168.40.0/24, router: [192.168.40.1]}
members:
  - name: bridge
    mac: "00:00:5e:00:53:15"
    segment: things
    addresses: [192.168.30.21, "::21"]
    listens: [{transport: tcp, ports: [8443], from: home}]
    talks: [{names: [lock-cloud.example], transport: tcp, ports: [443]}, {service: ntp}]
  - {name: camera, mac: "00:00:5e:00:53:1f", segment: things, addresses: [192.168.30.31], talks: any}
  - {name: storage, mac: "00:00:5e:00:53:28", segment: home, addresses: [192.168.20.40]}
"""

HOSTILE = [text for name, text in NASTY.items() if not name.startswith("very long")]

ANY_TEXT = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(max_size=60),
    st.text(alphabet="\n\r\x0b\x0c\x1c\x85\u2028\u2029;\"'`$(){}%#\\| abc", max_size=30),
)


# ---------------------------------------------------------------- every place where a text stands

Path = tuple[str | int, ...]


def texts(value: Any, path: Path = ()) -> Iterator[Path]:
    """Where in a scan or plan a plain text stands, whatever it is for."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from texts(getattr(value, field.name), (*path, field.name))
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from texts(item, (*path, number))
    elif isinstance(value, str) and not isinstance(value, Enum):
        yield path


def put(value: Any, path: Path, text: Any) -> Any:
    """`value` with `text` at `path`."""
    if not path:
        return text if isinstance(value, str) and type(value) is str else type(value).__new__(type(value), text)
    step, *rest = path
    if isinstance(step, int):
        return (*value[:step], put(value[step], tuple(rest), text), *value[step + 1 :])
    return dataclasses.replace(value, **{step: put(getattr(value, step), tuple(rest), text)})


@cache
def scan() -> Scan:
    return sample_scan()


@cache
def plan() -> Plan:
    return planfile.read(PLAN.encode())


def files(name: str, seen: Scan | None, wanted: Plan) -> dict[str, str]:
    """Everything that a person would get."""
    platform, rules = PLATFORMS[name], ruleset(wanted)
    found = None if seen is None else closing(seen, wanted, lambda intent: says(platform, rules, intent))
    made = snippet(
        platform,
        rules,
        wanted=() if found is None else found.wanted,
        closes=() if found is None else (c.fingerprint for c in found.closes),
    )
    about = readme.readme(made, () if found is None else found.closes, None)
    return {file.name: str(file.text) for file in made.files} | {readme.NAME: about}


@cache
def clean_files(name: str, *, with_scan: bool) -> dict[str, str]:
    return files(name, scan() if with_scan else None, plan())


def shape(made: dict[str, str]) -> dict[str, int]:
    """Lines of each file, by everything that any reader takes for a line's end."""
    return {name: len(text.splitlines()) for name, text in made.items()}


SCAN_PATHS = [path for path in texts(scan()) if path[-1] != "ports"]
"""`Coverage.ports` is read as numbers."""
PLAN_PATHS = [path for path in texts(plan()) if path[-1] not in {"schema", "talks", "service"}]


def test_there_is_something_to_try():
    assert len(SCAN_PATHS) > 500
    assert {path[-1] for path in SCAN_PATHS} > {
        "name",
        "title",
        "why",
        "feature",
        "fingerprint",
        "check",
        "value",
        "key",
    }
    assert len(PLAN_PATHS) >= 15
    assert sum(shape(clean_files("nftables", with_scan=True)).values()) > 100


# ---------------------------------------------------------------- a scan


@EACH
@settings(max_examples=150, deadline=None)
@given(path=st.sampled_from(SCAN_PATHS), text=ANY_TEXT)
def test_a_scans_text_changes_no_file_at_all(platform, path, text):
    """What it says decides which findings are closed; no character of it is written."""
    try:
        made = files(platform, put(scan(), path, text), plan())
    except DocumentError:
        return
    before, lines = clean_files(platform, with_scan=True), shape(made)
    # A finding that its action no longer names, or a device that is another one now, is closed no more.
    told = {line for body in before.values() for line in body.splitlines()}
    for name, body in made.items():
        news = [line for line in body.splitlines() if line not in told and not line.startswith(("# closes:", "- `"))]
        assert news == [], (name, path)
        assert lines[name] <= len(before.get(name, body).splitlines())
        # A drawn text may be words that are ours and stand there anyway; a short one is in any text.
        least = text.strip()
        assert len(least) < 12 or least.isalnum() or body.count(least) <= before.get(name, body).count(least)


@EACH
@pytest.mark.parametrize("nasty", HOSTILE, ids=[name for name in NASTY if not name.startswith("very long")])
def test_a_home_that_is_hostile_all_over_changes_no_file(platform, nasty):
    seen = scan()
    for device in seen.devices:
        where = seen.devices.index(device)
        for field in ("name", "profile", "vendor", "model", "firmware"):
            if isinstance(getattr(device, field, None), str):
                seen = put(seen, ("devices", where, field), nasty)
    for number in range(len(seen.findings)):
        for field in ("title", "why", "fix"):
            seen = put(seen, ("findings", number, field), nasty)
    for number in range(len(seen.actions)):
        for field in ("id", "title"):
            seen = put(seen, ("actions", number, field), nasty)
    assert files(platform, seen, plan()) == clean_files(platform, with_scan=True)


# ---------------------------------------------------------------- a plan that is made of a scan


def called(nasty: str) -> Scan:
    """The sample home where every device, service and address of it calls itself `nasty`."""
    seen = scan()
    for path in SCAN_PATHS:
        if path[0] == "devices" and path[-1] in {"name", "vendor", "model", "firmware", "hostname"}:
            seen = put(seen, path, nasty)
    return seen


@pytest.mark.parametrize("nasty", HOSTILE, ids=[name for name in NASTY if not name.startswith("very long")])
def test_a_proposal_knows_devices_by_what_they_are_and_its_file_reads_as_it_was_meant(nasty):
    proposal = propose.propose(called(nasty), RULES)
    assert proposal.plan == propose.propose(scan(), RULES).plan
    text = propose.text(proposal)
    assert planfile.read(text.encode()) == proposal.plan
    assert not any(unicodedata.category(c) in {"Cc", "Zl", "Zp", "Cs"} and c != "\n" for c in text)
    assert len(text.splitlines()) == text.count("\n")
    said = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    assert said == [line for line in planwriter.write(proposal.plan).splitlines() if not line.lstrip().startswith("#")]


@settings(max_examples=60, deadline=None)
@given(path=st.sampled_from(SCAN_PATHS), text=ANY_TEXT)
def test_a_scan_that_is_hostile_anywhere_makes_a_plan_that_reads_as_it_was_meant(path, text):
    try:
        proposal = propose.propose(put(scan(), path, text), RULES)
    except NetguardError:
        return
    written = propose.text(proposal)
    assert planfile.read(written.encode()) == proposal.plan
    assert not any(unicodedata.category(c) in {"Cc", "Zl", "Zp", "Cs"} and c != "\n" for c in written)


# ---------------------------------------------------------------- a plan's file

RAW = yaml.safe_load(PLAN)


def raw_texts(value: Any, path: Path = ()) -> Iterator[Path]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from raw_texts(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from raw_texts(item, (*path, number))
    else:
        yield path


def read(data: bytes) -> tuple[Plan | None, str]:
    """The plan, or the complaint about it."""
    try:
        return planfile.read(data, "plan.yaml"), ""
    except PlanError as error:
        return None, str(error)


def raw_put(path: Path, new: Any) -> Any:
    made = json.loads(json.dumps(RAW))
    place = made
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = new
    return made


@EACH
@settings(max_examples=150, deadline=None)
@given(path=st.sampled_from(list(raw_texts(RAW))), text=ANY_TEXT)
def test_a_plans_file_is_refused_or_keeps_its_lines(platform, path, text):
    data = json.dumps(raw_put(path, text), ensure_ascii=True).encode()
    wanted, complaint = read(data)
    if wanted is None:
        assert complaint.startswith("plan.yaml: ")
        assert not any(unicodedata.category(c) in {"Cc", "Zl", "Zp"} for c in complaint)
        return
    lines = shape(files(platform, None, wanted))
    before = shape(clean_files(platform, with_scan=False))
    assert all(lines[name] <= before.get(name, 0) + 2 for name in lines), path
    rewritten = planwriter.write(wanted)
    assert planfile.read(rewritten.encode()) == wanted


@settings(max_examples=200, deadline=None)
@given(text=ANY_TEXT)
def test_a_comment_of_a_plan_is_one_line(text):
    remark = planwriter.comment(text, "  ")
    assert len(f"{remark}\n".splitlines()) == 1
    assert remark.lstrip().startswith("#")


# ---------------------------------------------------------------- a plan that nobody checked


@EACH
@settings(max_examples=200, deadline=None)
@given(path=st.sampled_from(PLAN_PATHS), text=ANY_TEXT, plain=st.booleans())
def test_what_no_reader_checked_the_gate_refuses(platform, path, text, plain):
    """A `Name` that was built without its check, or a plain text in its place."""
    wanted = put(plan(), path, text)
    if plain:
        wanted = _plainly(plan(), path, text)
    try:
        made = files(platform, None, wanted)
    except (NetguardError, KeyError, ValueError):  # KeyError: a member of a segment that is not there
        return
    before = clean_files(platform, with_scan=False)
    assert all(len(body.splitlines()) <= len(before.get(name, body).splitlines()) + 2 for name, body in made.items())
    for body in made.values():
        assert not any(unicodedata.category(c) in {"Cc", "Zl", "Zp", "Cs"} and c not in "\n\t" for c in body)


def _plainly(value: Any, path: Path, text: str) -> Any:
    if not path:
        return text
    step, *rest = path
    if isinstance(step, int):
        return (*value[:step], _plainly(value[step], tuple(rest), text), *value[step + 1 :])
    return dataclasses.replace(value, **{step: _plainly(getattr(value, step), tuple(rest), text)})


@EACH
def test_a_template_that_puts_a_devices_name_anywhere_fails(platform):
    """The gate does not know where a text comes from: a name that is no `Name` never passes."""
    wanted = _plainly(plan(), ("members", 0, "name"), "bridge")
    text = "# {{ rules.members[0].name }}"
    changed = platforms.FileTemplate(name="x.txt", what="x", text=text)
    with pytest.raises(RulesError, match="str is not typed"):
        snippet(msgspec.structs.replace(PLATFORMS[platform], files=(changed,)), ruleset(wanted))
