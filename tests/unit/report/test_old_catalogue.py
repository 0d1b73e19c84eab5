"""A report warns where its scan was judged by an old list of faults, and never by today's clock."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from netguard.model import codec
from netguard.report.view import view
from tests import builders

LATER = datetime(2030, 1, 1, tzinfo=UTC)


def judged_by(day):
    scan = builders.scan()
    return replace(scan, ruleset=replace(scan.ruleset, catalogue=day))


@pytest.mark.parametrize(("age", "warns"), [(0, False), (180, False), (181, True), (2000, True)])
def test_a_list_older_than_180_days_is_a_notice(age, warns):
    day = builders.NOW.date() - timedelta(days=age)
    said = [n for n in view(judged_by(day), LATER).notices if "faults that attackers use" in n]
    assert bool(said) is warns
    if warns:
        assert f"is of {day}" in said[0]
        assert "netguard advisories" in said[0]


def test_a_scan_of_before_there_was_a_list_says_nothing_of_it():
    assert not any("attackers" in n for n in view(judged_by(None), LATER).notices)


def test_the_day_is_in_the_document():
    scan = judged_by(builders.NOW.date())
    assert codec.loads(codec.dumps(scan)).ruleset.catalogue == builders.NOW.date()
