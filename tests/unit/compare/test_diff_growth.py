"""The work of a comparison grows with the devices, and no faster: counted in calls, which no other program disturbs."""

import sys

from netguard.compare.diff import difference
from tests.bench.bench_diff import prepared


def calls(arguments):
    """How many calls a comparison makes, those of built-in functions and the steps of generators included."""
    number = 0

    def count(frame, event, argument):
        nonlocal number
        number += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        difference(*arguments)
    finally:
        sys.setprofile(before)
    return number


def test_four_times_the_devices_are_four_times_the_work():
    small, large = prepared(100, series=4), prepared(400, series=4)
    difference(*small), difference(*large)  # what is remembered between comparisons is remembered for both
    assert calls(large) < 4.4 * calls(small)


def test_the_bench_compares_homes_that_differ():
    arguments = prepared(50, series=4)
    told = difference(*arguments)
    assert {str(c.turn) for c in told.changes} == {"new"}
    assert {str(f.fate) for f in told.findings} == {"new", "unobserved"}
