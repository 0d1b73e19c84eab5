"""What is seen from another place, with other rights, or by a scan that did not come to its end."""

import dataclasses

import pytest

from netguard.model.vocabulary import Depth, Ended, Role, Severity, Status
from tests import builders
from tests.unit.compare.over_time import (
    camera,
    chain,
    compared,
    dated,
    elsewhere,
    entry,
    fates,
    finding,
    gateway,
    known,
    mapping,
    not_whole,
    of_rules,
    only,
    own,
    phone,
    privileged,
    router,
    scan,
    words,
)

HOME = scan(router(), camera(), wifi=(own(),), gateways=(gateway(mapping(1)),))
EMPTY = scan(router(), gateways=(gateway(),), wifi=(own("00:00:5e:00:53:09", "Guests"),))


def without_gateway(scanned):
    return dataclasses.replace(scanned, vantage=dataclasses.replace(scanned.vantage, gateway=None))


def test_from_another_place_nothing_is_gone_and_every_reason_is_told():
    told = chain(HOME, elsewhere(EMPTY), elsewhere(EMPTY), elsewhere(EMPTY))
    assert not [c for d in told for c in d.changes if c.turn == "gone"]
    assert {u.why for u in told[0].unobserved} == {"the newer scan looked at another network"}
    assert {str(u.kind) for u in told[0].unobserved} == {"device", "access-point", "mapping"}
    assert told[0].remarks == (
        (
            "The older scan looked at 192.0.2.0/24 behind the router 192.0.2.1, the newer at 198.51.100.0/24 behind the "
            "router 198.51.100.1. What is not seen from there is not told as gone."
        ),
    )


def test_what_is_new_at_another_place_may_have_been_there():
    told = chain(scan(router()), elsewhere(scan(router(), camera(services=(443, 23)))))
    assert [(str(c.kind), str(c.turn), str(c.cause)) for c in told[0].changes] == [("device", "new", "vantage")]


def test_a_port_that_only_another_place_reaches_may_have_been_open():
    told = chain(scan(router(), camera()), elsewhere(scan(router(), camera(services=(443, 23)))))
    assert [(c.what, c.cause) for c in told[0].changes] == [("tcp/23", "vantage")]
    told = chain(scan(router(), camera(services=(443, 23))), elsewhere(scan(router(), camera())))
    assert told[0].is_empty
    assert [(u.what, u.why) for u in told[0].unobserved] == [("tcp/23", "the newer scan looked at another network")]


def test_a_visit_elsewhere_interrupts_nothing():
    alone = scan(router())
    told = chain(scan(router(), camera()), alone, elsewhere(alone), alone, elsewhere(alone), alone)
    assert [words(d) for d in told] == [[], [], ["device gone"], [], []]


def test_what_is_only_seen_elsewhere_is_not_missing_here():
    guest = builders.device(40, Role.TV)
    home, guests = scan(router()), elsewhere(scan(router(), guest))
    told = chain(home, guests, home, home, home, guests)
    assert [words(d) for d in told] == [["device new"], [], [], [], []]


def test_a_finding_from_another_place_is_neither_new_nor_resolved():
    bad, fine = finding("x", camera()), finding("x", camera(), Status.PASS)
    home, guests = scan(router(), camera(), findings=(bad,)), elsewhere(scan(router(), camera(), findings=(bad,)))
    assert only(chain(home, guests)[0]).fate == "persisting"
    passed = elsewhere(scan(router(), camera(), findings=(fine,)))
    found = only(chain(home, passed)[0])
    assert (found.fate, found.why) == ("unobserved", "the newer scan looked at another network")


def test_a_finding_that_only_another_place_shows_may_have_been_there():
    bad = finding("x", camera())
    found = only(chain(scan(router(), camera()), elsewhere(scan(router(), camera(), findings=(bad,))))[0])
    assert (found.fate, found.cause) == ("new", "vantage")


def test_severity_that_another_place_sees_otherwise():
    bad, worse = finding("x", camera(), severity=Severity.MEDIUM), finding("x", camera(), severity=Severity.HIGH)
    home, guests = scan(router(), camera(), findings=(bad,)), elsewhere(scan(router(), camera(), findings=(worse,)))
    found = only(chain(home, guests)[0])
    assert (found.fate, found.cause) == ("worsened", "vantage")


def test_other_rules_at_another_place():
    bad = finding("x", camera())
    old, new = dated(
        [of_rules(scan(router(), camera()), "a"), of_rules(elsewhere(scan(router(), camera(), findings=(bad,))), "b")]
    )
    again = dataclasses.replace(old, findings=(bad,))
    assert fates(compared(old, new, rejudged=again)) == {("x", "new")}
    assert only(compared(old, new, rejudged=again)).cause == "rules"
    old, new = dated(
        [of_rules(scan(router(), camera(), findings=(bad,)), "a"), of_rules(elsewhere(scan(router(), camera())), "b")]
    )
    found = only(compared(old, new, rejudged=dataclasses.replace(old, findings=())))
    assert (found.fate, found.cause) == ("resolved", "rules")


def test_a_router_whose_mac_nobody_saw_contradicts_nothing():
    told = chain(scan(router(), camera()), without_gateway(scan(router())), scan(router()))
    assert [words(d) for d in told] == [[], ["device gone"]]


def test_another_router_with_the_same_prefix_is_another_place():
    moved = scan(router(), camera())
    vantage = elsewhere(moved).vantage
    other = dataclasses.replace(scan(router()), vantage=dataclasses.replace(moved.vantage, gateway=vantage.gateway))
    assert all(d.is_empty for d in chain(moved, other, other, other))


@pytest.mark.parametrize(
    ("less", "why"),
    [
        (not_whole, "the newer scan did not ask everybody on this network"),
        (
            lambda s: dataclasses.replace(s, ended=Ended.INTERRUPTED),
            "the newer scan did not ask everybody on this network",
        ),
        (
            lambda s: privileged(s, privileged=False),
            "the newer scan looked with fewer rights or less depth than the one that saw it",
        ),
        (
            lambda s: dataclasses.replace(s, depth=Depth.DISCOVER),
            "the newer scan looked with fewer rights or less depth than the one that saw it",
        ),
    ],
)
def test_a_scan_that_sees_less_misses_nobody_however_often(less, why):
    full, poor = privileged(scan(router(), camera())), less(privileged(scan(router())))
    told = chain(full, poor, poor, poor, full, poor)
    assert all(d.is_empty for d in told)
    assert told[0].unobserved[0].why == why
    assert told[0].remarks
    # It counts as little as if it had not been made.
    alone = privileged(scan(router()))
    assert [words(d) for d in chain(full, alone, poor, alone)] == [[], [], ["device gone"]]


@pytest.mark.parametrize(
    ("less", "cause"),
    [
        (not_whole, "vantage"),
        (lambda s: privileged(s, privileged=False), "vantage"),
        (lambda s: dataclasses.replace(s, depth=Depth.DISCOVER), "vantage"),
        (lambda s: dataclasses.replace(s, depth=Depth.QUICK), "network"),
        (lambda s: s, "network"),
    ],
)
def test_a_device_that_the_older_scan_could_not_see_may_have_been_there(less, cause):
    poor, full = less(privileged(scan(router()))), privileged(scan(router(), camera()))
    assert [c.cause for c in chain(poor, full)[0].changes] == [cause]
    # Somebody could have seen it before, and did not.
    assert [c.cause for c in chain(privileged(scan(router())), poor, full)[1].changes] == ["network"]


def test_personal_devices_that_were_left_out_are_neither_gone_nor_new():
    anna = phone(40, "02:11:22:33:44:55")
    with_all, without = scan(router(), anna, camera()), scan(router(), camera(), personal_devices=1)
    told = chain(with_all, *[without] * 8, with_all)
    assert all(d.is_empty for d in told)
    assert told[0].unobserved[0].why == "the newer scan left out personal devices, as asked"
    assert told[0].remarks == ("The newer scan left out phones, computers and other personal devices, as asked.",)
    assert [c.cause for c in chain(without, with_all)[0].changes] == ["vantage"]
    assert [c.cause for c in chain(without, scan(router(), camera(), builders.device(60, Role.TV)))[0].changes] == [
        "network"
    ]
    gone = scan(router(), personal_devices=1)
    assert [words(d) for d in chain(without, gone, gone)] == [[], ["device gone"]]


def test_scans_that_leave_out_personal_devices_alike_are_alike():
    """What nobody recognised and has a MAC of its maker's is listed by both."""
    without, with_box = (
        scan(router(), personal_devices=1),
        scan(router(), camera(), builders.device(50), personal_devices=1),
    )
    told = chain(without, with_box, *[without] * 5)
    assert [c.cause for c in told[0].changes] == ["network", "network"]
    assert [words(d) for d in told[1:]] == [[], ["device gone"], [], [], ["device gone"]]


def test_a_newer_scan_that_is_not_in_the_series_is_placed_by_the_clock():
    made = dated([scan(router(), camera()), scan(router()), scan(router()), scan(router())])
    series = [entry(s) for n, s in enumerate(made) if n != 1]
    assert compared(made[0], made[1], series=series).is_empty
    assert compared(made[0], made[1], series=[entry(s) for s in made[2:]]).is_empty


def test_the_newer_scan_was_made_before_the_older():
    made = dated([scan(router(), camera()), scan(router())])
    told = compared(made[1], made[0], series=[entry(s) for s in made])
    assert words(told) == ["device new"]


def test_what_is_later_than_the_newer_scan_counts_for_nothing():
    made = dated([scan(router(), camera()), scan(router()), scan(router()), scan(router())])
    series = [entry(s) for s in made]
    assert compared(made[0], made[1], series=series).is_empty
    assert words(compared(made[1], made[2], series=series)) == ["device gone"]


def test_known_devices_of_another_site_are_nobodys():
    other = dataclasses.replace(known("a", "mac:00:00:5e:00:53:14"), site="elsewhere")
    assert words(chain(scan(router()), scan(router(), camera()), known=[other])[0]) == ["device new"]


def test_both_sides_are_described():
    told = chain(privileged(scan(router())), dataclasses.replace(scan(router()), depth=Depth.DEEP))[0]
    assert (told.schema, told.site) == ("netguard.diff/1", "home")
    assert (told.old.id, told.new.id) == ("000000000000", "000000000001")
    assert (told.old.privileged, told.new.privileged) == (True, False)
    assert (told.old.depth, told.new.depth) == ("standard", "deep")
    assert str(told.new.prefix) == "192.0.2.0/24"
    assert told.remarks == (
        "The newer scan had fewer rights than the older one: what it does not show may have been there.",
        "The older scan looked with depth standard, the newer with depth deep.",
    )
