"""Scans that no comparison begins or ends with, since they were interrupted or made by hand: nothing gets lost in them."""

import itertools
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from netguard.model.difference import Fate, Kind, Turn
from netguard.model.vocabulary import Status
from tests.property.test_diff import CHAINS, MANY
from tests.unit.compare.over_time import compared, dated, entry

SKIPPED = st.lists(st.booleans(), min_size=7, max_size=7)
COMES = {Turn.NEW, Turn.BACK}
MADE = {Fate.NEW, Fate.REGRESSED, Fate.WORSENED, Fate.IMPROVED}


def told_twice_over(chain, skipped):
    """The comparisons of each scan with the one before it, and those of each that is not skipped with the one before of these."""
    made = dated(chain, timedelta(days=10))
    entries = [entry(s) for s in made]
    last = len(made) - 1
    kept = [n for n in range(len(made)) if n in {0, last} or not skipped[n]]

    def along(numbers):
        return [compared(made[a], made[b], series=entries[: b + 1]) for a, b in itertools.pairwise(numbers)]

    return made, along(range(len(made))), along(kept)


def turns(told):
    """What became of each thing, in order."""
    found = {}
    for difference in told:
        for change in difference.changes:
            if change.turn is not Turn.CHANGED:
                found.setdefault((change.kind, change.subject, change.what), []).append(change.turn)
    return found


def values(told):
    """Of each attribute of each thing that stayed what it was at first, and is in the end."""
    found = {}
    for difference in told:
        for change in difference.changes:
            for each in change.attributes if change.turn is Turn.CHANGED else ():
                thing = (change.kind, change.subject, change.what, each.what)
                found[thing] = (found.get(thing, (each.before,))[0], each.after)
    return found


@MANY
@given(CHAINS, SKIPPED)
def test_what_came_and_went_is_told_as_if_no_scan_had_been_skipped(chain, skipped):
    _, each, fewer = told_twice_over(chain, skipped)
    every, some = turns(each), turns(fewer)
    for thing, found in every.items():
        told = some.get(thing, [])
        kind, subject, _ = thing
        comes_with_device = kind is Kind.SERVICE and (Kind.DEVICE, subject, None) in every
        if found[0] is Turn.NEW and found[-1] in COMES:
            # Back, where it came and went once more while nobody compared.
            assert (told and told[0] in COMES and told[-1] in COMES) or comes_with_device, thing
        elif found[0] is Turn.GONE and found[-1] is Turn.GONE:
            assert (told and told[-1] is Turn.GONE) or comes_with_device, thing
    for (kind, *thing), found in some.items():
        assert found.count(Turn.NEW) <= 1
        for one, other in itertools.pairwise(found):
            assert (one in COMES) is not (other in COMES) or kind is Kind.SERVICE, (kind, thing, found)


@MANY
@given(CHAINS, SKIPPED)
def test_what_changed_is_told_as_if_no_scan_had_been_skipped(chain, skipped):
    _, each, fewer = told_twice_over(chain, skipped)
    moved = {subject for _, subject, _ in turns(each)}
    every, some = values(each), values(fewer)
    for thing, (first, last) in every.items():
        if thing[1] not in moved and first != last:
            assert some.get(thing) == (first, last)
    for thing, (first, last) in some.items():
        if thing[1] not in moved:
            assert every[thing] == (first, last)


@MANY
@given(CHAINS, SKIPPED)
def test_findings_are_told_as_if_no_scan_had_been_skipped(chain, skipped):
    made, each, fewer = told_twice_over(chain, skipped)
    ends = []
    for told in (each, fewer):
        stands = {f.fingerprint: f.severity for f in made[0].findings if f.status is Status.FAIL}
        for difference in told:
            for found in difference.told:
                name = found.fingerprint
                before = stands.get(name)
                match found.fate:
                    case Fate.NEW:
                        assert name not in stands
                    case Fate.REGRESSED:
                        assert before is None, "resolved, or found and resolved while nobody compared"
                    case _:
                        assert before is found.was
                        assert before is not None
                stands[name] = found.severity if found.fate in MADE else None
        ends.append({name: severity for name, severity in stands.items() if severity is not None})
    assert ends[0] == ends[1]


@MANY
@given(CHAINS, SKIPPED)
def test_what_only_a_skipped_scan_saw_is_told_as_such(chain, skipped):
    made, _, fewer = told_twice_over(chain, skipped)
    by_id = {scan.id: scan for scan in made}
    for difference in fewer:
        new = by_id[difference.new.id]
        there = {d.key: {f"tcp/{s.port}" for s in d.open_services} for d in new.devices}
        for change in difference.changes:
            if change.turn not in COMES or change.kind not in {Kind.DEVICE, Kind.SERVICE}:
                continue
            seen = change.subject in there and (change.what is None or change.what in there[change.subject])
            assert seen is not any(a.what == "seen" and a.after == "between" for a in change.attributes)
        open_now = {f.fingerprint for f in new.findings if f.status is Status.FAIL}
        for found in difference.told:
            if found.fate in MADE:
                assert (found.why is None) is (found.fingerprint in open_now)
