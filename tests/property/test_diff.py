"""What holds for the comparison of any two scans, whatever happened between them."""

import dataclasses
import itertools
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from netguard.model import codec
from netguard.model.difference import QUIET, Cause, Fate, Kind, Turn
from netguard.model.finding import fingerprint
from netguard.model.scan import Scan
from netguard.model.vocabulary import PortState, Power, Role, Security, Severity, Status
from tests import builders
from tests.unit.compare.over_time import (
    camera,
    compared,
    dated,
    elsewhere,
    entry,
    finding,
    gateway,
    known,
    mapping,
    not_whole,
    own,
    privileged,
    router,
    scan,
)

NUMBERS = st.sampled_from((20, 21, 22))
ROLES = {20: Role.CAMERA, 21: Role.LOCK, 22: Role.PHONE}
PORTS = (23, 443, 8080)
STATUSES = st.sampled_from((Status.FAIL, Status.FAIL, Status.PASS, Status.UNKNOWN, None))
MANY = settings(max_examples=50, deadline=None)


@st.composite
def devices(draw, number):
    """One of three devices, with some ports open, some shut, and not always asked."""
    at = f"192.0.2.{number}"
    states = {port: draw(st.sampled_from((PortState.OPEN, PortState.OPEN, PortState.CLOSED, None))) for port in PORTS}
    return builders.device(
        number,
        ROLES[number],
        power=draw(st.sampled_from((None, Power.MAINS))),
        firmware=draw(st.sampled_from((None, "1.0", "2.0"))),
        services=tuple(builders.service(p, at=at, state=s) for p, s in states.items() if s is not None),
        coverage=(builders.coverage(draw(st.sampled_from(("1-1024", "1-65535"))), at),),
    )


@st.composite
def scans(draw):
    """One scan of a home with up to three devices beside its router."""
    there = [draw(devices(number)) for number in sorted(draw(st.sets(NUMBERS)))]
    found = []
    for each in there:
        ports = sorted(s.port for s in each.open_services)
        status = draw(STATUSES)
        if status is Status.FAIL and ports:
            found += [finding("port-open", each, mark=f"tcp/{port}") for port in ports if port != 443]
        elif status in {Status.PASS, Status.UNKNOWN}:
            found.append(finding("port-open", each, status))
        if (status := draw(STATUSES)) is not None:
            severity = draw(st.sampled_from((Severity.HIGH, Severity.LOW)))
            found.append(finding("no-login", each, status, severity))
    doors = tuple(mapping(port) for port in sorted(draw(st.sets(st.sampled_from((1, 2))))))
    air = tuple(
        own(f"00:00:5e:00:53:0{n}", security=draw(st.sampled_from((Security.WPA3_PERSONAL, Security.WPA2_PERSONAL))))
        for n in sorted(draw(st.sets(st.sampled_from((1, 2)))))
    )
    made = scan(
        router(),
        *there,
        findings=tuple(found),
        wifi=air,
        gateways=(gateway(*doors, listed=draw(st.sampled_from(("all", "all", "part")))),),
    )
    made = privileged(made, privileged=draw(st.booleans()))
    return draw(st.sampled_from((made, made, made, not_whole(made))))


CHAINS = st.lists(scans(), min_size=2, max_size=7)


def told_of(chain, **background):
    """Every comparison of a scan with the one before it, from homes that are scanned every ten days."""
    made = dated(chain, timedelta(days=10))
    entries = [entry(s) for s in made]
    return made, [
        compared(old, new, series=entries[: n + 2], **background)
        for n, (old, new) in enumerate(itertools.pairwise(made))
    ]


@MANY
@given(scans())
def test_a_scan_and_the_same_scan_again_have_no_difference(one):
    assert compared(one, one).is_empty
    assert told_of([one, one])[1][0].is_empty


@MANY
@given(CHAINS, st.randoms(use_true_random=False))
def test_the_order_of_anything_in_a_document_does_not_matter(chain, random):
    def shuffled(one):
        def mixed(items):
            items = list(items)
            random.shuffle(items)
            return tuple(items)

        return dataclasses.replace(
            one,
            devices=mixed(dataclasses.replace(d, services=mixed(d.services)) for d in one.devices),
            findings=mixed(one.findings),
            wifi=mixed(one.wifi),
            gateways=mixed(dataclasses.replace(g, mappings=mixed(g.mappings)) for g in one.gateways),
        )

    assert told_of(chain)[1] == told_of([shuffled(each) for each in chain])[1]


@MANY
@given(CHAINS)
def test_each_thing_is_told_once_over_consecutive_comparisons(chain):
    """Of one thing no two turns follow each other that cannot: it does not go twice, nor come twice without going."""
    made, told = told_of(chain)
    last = {}
    for difference in told:
        for change in difference.changes:
            if change.turn is Turn.CHANGED:
                continue
            thing = (change.kind, change.subject, change.what)
            if change.turn is Turn.GONE:
                assert last.get(thing) is not Turn.GONE
            elif change.turn is Turn.NEW:
                assert thing not in last
            else:
                assert last.get(thing) is Turn.GONE or change.kind is Kind.SERVICE
            last[thing] = change.turn
    # What was there at the beginning was never told as new.
    first = {("device", d.key) for d in made[0].devices}
    assert not [c for d in told for c in d.changes if c.turn is Turn.NEW and (str(c.kind), c.subject) in first]


@MANY
@given(CHAINS)
def test_each_finding_is_told_once_over_consecutive_comparisons(chain):
    made, told = told_of(chain)
    stands = {f.fingerprint: f.status is Status.FAIL for f in made[0].findings if f.status is Status.FAIL}
    for difference in told:
        for found in difference.findings:
            name = found.fingerprint
            match found.fate:
                case Fate.NEW:
                    assert name not in stands
                case Fate.REGRESSED:
                    assert stands[name] is False
                case Fate.RESOLVED | Fate.UNOBSERVED | Fate.PERSISTING | Fate.WORSENED | Fate.IMPROVED:
                    assert stands[name] is True
            stands[name] = found.fate is not Fate.RESOLVED


@MANY
@given(CHAINS)
def test_nothing_is_resolved_that_the_newer_scan_did_not_look_at(chain):
    made, told = told_of(chain)
    for new, difference in zip(made[1:], told, strict=True):
        good = {(f.check, f.target) for f in new.findings if f.status in {Status.PASS, Status.NOT_APPLICABLE}}
        gone = {(c.subject, c.what) for c in difference.changes if c.turn is Turn.GONE}
        open_now = {f.fingerprint for f in new.findings if f.status is Status.FAIL}
        for found in difference.findings:
            if found.fate is not Fate.RESOLVED:
                continue
            assert found.fingerprint not in open_now
            parts = {(found.target, f"tcp/{port}") for port in PORTS}
            parts = {part for part in parts if fingerprint(found.check, *part) == found.fingerprint}
            earlier = {
                (c.subject, c.what) for d in told[: told.index(difference)] for c in d.changes if c.turn is Turn.GONE
            }
            assert (found.check, found.target) in good or (found.target, None) in gone or parts & (gone | earlier)


@MANY
@given(CHAINS)
def test_nothing_is_gone_that_the_newer_scan_could_not_see(chain):
    made, told = told_of(chain)
    for new, difference in zip(made[1:], told, strict=True):
        there = {d.key: d for d in new.devices}
        for change in difference.changes:
            if change.turn is not Turn.GONE:
                continue
            if change.kind is Kind.DEVICE:
                assert entry(new).summary.whole
                assert change.subject not in there
            elif change.kind is Kind.SERVICE:
                assert change.what not in {f"tcp/{s.port}" for s in there[change.subject].open_services}
            elif change.kind is Kind.ACCESS_POINT:
                assert new.wifi
            else:
                assert new.gateways[0].services.igd.listed == "all"


@MANY
@given(CHAINS)
def test_keys_that_the_registry_renamed_change_nothing(chain):
    """The registry knows the camera by its old and its new key: from the middle on it is seen by the new one."""
    old_key, new_key = camera().key, "hue:0017880102030405"
    registered = [known("a", new_key, old_key)]

    def renamed(one):
        return dataclasses.replace(
            one,
            devices=tuple(dataclasses.replace(d, key=new_key) if d.key == old_key else d for d in one.devices),
            findings=tuple(_renamed(one, f, old_key, new_key) for f in one.findings),
        )

    plain = told_of(chain, known=registered)[1]
    half = len(chain) // 2
    moved = told_of([*chain[:half], *map(renamed, chain[half:])], known=registered)[1]
    assert [_shape(d) for d in plain] == [_shape(d) for d in moved]


def _renamed(one: Scan, found, old_key, new_key):
    if found.target != old_key:
        return found
    marks = ("", *(f"tcp/{port}" for port in PORTS))
    mark = next(m for m in marks if fingerprint(found.check, old_key, m) == found.fingerprint)
    return dataclasses.replace(found, target=new_key, fingerprint=fingerprint(found.check, new_key, mark))


def _shape(difference):
    """What a difference says, without keys."""
    return (
        sorted(
            (c.kind, c.turn, c.cause, c.name, c.what or "", c.attributes, len(c.findings)) for c in difference.changes
        ),
        sorted((f.check, f.fate, f.cause or "", f.name, f.title) for f in difference.findings),
        sorted((u.kind, u.name, u.what or "", u.why) for u in difference.unobserved),
        difference.remarks,
    )


@MANY
@given(scans(), scans())
def test_from_another_place_nothing_is_gone_or_resolved_and_what_is_new_may_have_been_there(old, new):
    told = told_of([old, elsewhere(new)])[1][0]
    assert not [c for c in told.changes if c.turn in {Turn.GONE, Turn.BACK}]
    assert {c.cause for c in told.changes if c.turn is Turn.NEW} <= {Cause.VANTAGE}
    assert {f.fate for f in told.findings} <= {Fate.NEW, Fate.WORSENED, Fate.IMPROVED, *QUIET}
    assert {f.cause for f in told.told} <= {Cause.VANTAGE}


@MANY
@given(CHAINS)
def test_every_difference_is_told_whole(chain):
    """Findings of changes are findings of the difference, each of at most one; what is quiet has no cause; JSON holds it."""
    for difference in told_of(chain)[1]:
        names = [name for change in difference.changes for name in change.findings]
        assert len(names) == len(set(names))
        assert set(names) <= {f.fingerprint for f in difference.told}
        assert len({f.fingerprint for f in difference.findings}) == len(difference.findings)
        assert all((f.cause is None) == (f.fate in QUIET) for f in difference.findings)
        assert all((f.why is None) == (f.fate is not Fate.UNOBSERVED) for f in difference.findings)
        things = [(c.kind, c.subject, c.what) for c in difference.changes]
        assert len(things) == len(set(things))
        gone = {(c.kind, c.subject, c.what) for c in difference.changes if c.turn is Turn.GONE}
        assert not gone & {(u.kind, u.subject, u.what) for u in difference.unobserved}
        assert codec.dumps_value(difference)
