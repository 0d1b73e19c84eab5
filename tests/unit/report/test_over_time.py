"""What a report says of how things went: since the scan before, over the last ones, and since when problems stand."""

from dataclasses import replace
from datetime import timedelta

from netguard.model.overlay import Overlay, OverTime
from netguard.report.decided import since
from netguard.report.diffs import text as diff_text
from netguard.report.formats import html, text
from netguard.report.over_time import CHANGES, LONGEST
from netguard.report.view import view
from tests.golden.report.over_time import DIFFERENCE, OVERLAY
from tests.golden.report.sample import NOW, sample_scan

SCAN = sample_scan()
TIME = OVERLAY.time
SEEN = view(SCAN, NOW, overlay=OVERLAY)


def over(**time):
    return view(SCAN, NOW, overlay=Overlay(time=replace(TIME, **time))).over_time


def test_a_document_that_is_not_in_the_history_says_nothing_of_it():
    assert view(SCAN, NOW).over_time is None
    assert "Over time" not in html.render(SCAN, NOW)
    assert "OVER TIME" not in text.render(SCAN, NOW)


def test_the_first_scan_says_that_the_next_one_compares():
    first = over(moments=TIME.moments[-1:], difference=None, standing={})
    assert first.sentence == "This is the first scan of this network. The next one says what changed."
    assert (first.moments, first.standing, first.changes, first.compare) == ((), (), (), None)


def test_why_nothing_is_compared_is_said_as_it_is():
    unfinished = (replace(TIME.moments[0], finished=False), TIME.moments[-1])
    assert over(moments=unfinished, difference=None, earlier=None).sentence == (
        "There is no earlier finished scan of this network to compare this one with."
    )
    broken = over(difference=None, problem="rules/bad.yaml: line 1 is no YAML.")
    assert broken.sentence == (
        "It could not be compared with the scan of 14 November 2025: rules/bad.yaml: line 1 is no YAML."
    )
    assert broken.compare is None


def test_scans_of_other_networks_are_counted():
    note = "1 scan of another network is left out; `netguard history` lists them."
    assert note in SEEN.over_time.notes
    assert "<code>netguard history</code> lists them." in html.render(SCAN, NOW, overlay=OVERLAY)
    assert over(elsewhere=0).notes == SEEN.over_time.notes[:1]


def test_what_changed_is_said_in_a_sentence_and_a_few_lines():
    assert SEEN.over_time.sentence == "2 things changed since 14 November 2025, 18:04 UTC (scan sample-7)."
    assert SEEN.over_time.changes[0] == "TCP port 23 of Hallway lock bridge is open (new)"
    assert SEEN.over_time.compare == "netguard diff sample-7 sample-0"
    many = over(difference=replace(DIFFERENCE, changes=DIFFERENCE.changes * 5))
    assert (len(many.changes), many.more_changes) == (CHANGES, 10 - CHANGES)
    nothing = over(difference=replace(DIFFERENCE, changes=(), findings=()))
    assert nothing.sentence.startswith("Nothing changed since 14 November 2025")
    assert (nothing.changes, nothing.compare) == ((), None)


def test_a_scan_that_is_not_saved_names_no_command_that_would_look_for_it():
    unsaved = replace(OVERLAY, decisions=replace(OVERLAY.decisions, saved=False))
    seen = view(SCAN, NOW, overlay=unsaved).over_time
    assert (seen.changes, seen.compare) == (SEEN.over_time.changes, None)


def test_what_is_accepted_is_told_as_accepted():
    held = replace(DIFFERENCE, changes=(), findings=(replace(DIFFERENCE.findings[0], accepted=True),))
    assert over(difference=held).changes == (f"{DIFFERENCE.findings[0].title} (new, accepted)",)
    said = diff_text.render(held, NOW)
    assert "(accepted)" in said
    assert "(accepted)" not in diff_text.render(DIFFERENCE, NOW)


def test_where_not_all_scans_were_read_their_number_is_the_least():
    one = replace(next(iter(TIME.standing.values())), least=True)
    assert since(one, NOW) == "since before 3 September 2025, in 7 scans or more"


def test_an_id_that_is_none_becomes_no_command():
    odd = replace(DIFFERENCE, old=replace(DIFFERENCE.old, id="$(reboot)"))
    assert over(difference=odd).compare is None


def test_each_scan_has_its_grade_and_numbers_and_what_is_odd_about_it():
    said = SEEN.over_time.moments
    assert [m.badge for m in said] == ["C", "C", "–", "D", "D", "D", "D"]
    assert [m.tone for m in said] == ["warn", "warn", "unclear", "warn", "warn", "warn", "warn"]
    assert said[2].letter == "incomplete"
    assert [m.remark for m in said if m.remark] == ["ended early", "this scan"]
    assert [m.current for m in said] == [False] * 6 + [True]
    assert (said[0].new, said[0].accepted, said[1].new) == ("–", "", "1")


def test_a_letter_that_is_none_is_not_shown_as_one():
    odd = over(moments=(replace(TIME.moments[0], letter="<b>A</b>"), TIME.moments[-1]))
    assert (odd.moments[0].badge, odd.moments[0].letter) == ("–", "incomplete")


def test_what_stands_longest_comes_first_and_what_is_new_today_is_not_among_it():
    said = SEEN.over_time.standing
    assert [s.since for s in said] == [
        "since before 3 September 2025, in 7 scans",
        "since 3 October 2025, in 6 scans",
        "since 24 October 2025, in 4 scans",
    ]
    everything = {
        f: replace(next(iter(TIME.standing.values())), scans=9) for f in (f.fingerprint for f in SCAN.findings)
    }
    many = over(standing=everything)
    assert len(many.standing) == LONGEST
    assert many.more_standing == sum(f.status == "fail" for f in SCAN.findings) - LONGEST


def test_each_finding_says_since_when_it_stands():
    standing = {p.title: p.standing for p in SEEN.problems}
    assert standing["storage offers FTP on TCP port 21"] == "since 3 October 2025, in 6 scans"
    assert standing["storage accepts SMB 1"] is None


def test_days_are_those_of_the_readers_time_zone():
    late = over(
        moments=(replace(TIME.moments[0], started_at=NOW.replace(hour=23) - timedelta(days=9)), TIME.moments[-1])
    )
    assert late.moments[0].when == "12 Nov 2025"


def test_text_leaves_out_numbers_that_are_not_known():
    said = text.render(SCAN, NOW, overlay=OVERLAY)
    assert "\n    3 Sep 2025: grade C, 17 open\n" in said
    assert "\n    7 Nov 2025: grade D, 21 open, 0 new, 1 resolved, 3 accepted\n" in said


def test_nothing_over_time_is_nothing():
    assert view(SCAN, NOW, overlay=Overlay(time=OverTime())).over_time is None
