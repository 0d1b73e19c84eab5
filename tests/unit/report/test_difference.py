"""What is said of a difference: the first sentence, each change once in its word, and everything in its place."""

from dataclasses import replace
from datetime import timedelta, timezone
from itertools import product

import pytest

from netguard.model.difference import Cause, Difference, Fate, FindingChange, Kind, Turn, Unobserved
from netguard.model.vocabulary import Pmf, Security, Severity
from netguard.report import difference_words
from netguard.report.difference import PORTS_NAMED, finding_line, part_of, sentence, view
from tests.golden.diff.changes import (
    NEW,
    NOW,
    OLD,
    attribute,
    change,
    found,
    quiet_difference,
    sample_difference,
)


def of(*changes, findings=(), **given) -> Difference:
    """A difference in which nothing else is said."""
    return Difference(site="home", old=OLD, new=NEW, changes=changes, findings=findings, **given)


def titles(difference: Difference) -> list[str]:
    return [group.title for group in view(difference, NOW).told]


def test_every_word_of_the_document_has_words_for_a_person():
    assert set(difference_words.KINDS) == set(Kind)
    assert set(difference_words.TURNS) == set(Turn)
    assert set(difference_words.FATES) == set(Fate)
    assert set(difference_words.SENTENCES) == set(product(Kind, Turn))
    assert set(difference_words.VALUES["security"]) == set(map(str, Security))
    assert set(difference_words.VALUES["pmf"]) == set(map(str, Pmf))


def test_the_first_sentence_says_that_nothing_changed_since_when_and_which_scan():
    said = view(quiet_difference(), NOW)
    assert said.sentence == "Nothing changed since 21 November 2025, 18:04 UTC (scan 4f1c20aa91be)."
    assert said.meaning == "Grade D, as before. 1 problem stands open as before."
    assert said.tone == "good"
    assert said.told == ()


def test_the_first_sentence_counts_a_change_and_what_it_brought_once():
    brought = change(Kind.SERVICE, Turn.NEW, "mac:1", "Hub", what="tcp/23", findings=("a" * 16,))
    telnet = found(0, "telnet-open", Fate.NEW, "Telnet is open on Hub", "Hub", fingerprint="a" * 16)
    alone = found(1, "no-login", Fate.NEW, "Hub asks for no login", "Hub")
    assert view(of(brought, findings=(telnet,)), NOW).sentence.startswith("1 thing changed since ")
    assert view(of(brought, findings=(telnet, alone)), NOW).sentence.startswith("2 things changed since ")


def test_only_what_has_the_home_as_its_cause_is_called_a_change():
    rules = found(1, "no-login", Fate.NEW, "Hub asks for no login", "Hub", cause=Cause.RULES)
    seen = change(Kind.SERVICE, Turn.NEW, "mac:1", "Hub", what="tcp/23", cause=Cause.VANTAGE)
    said = view(of(seen, findings=(rules,)), NOW)
    assert said.sentence.startswith("Nothing in the home is known to have changed since ")
    assert said.meaning.startswith(
        "1 is told because other rules judge the same facts. 1 is told because it was looked at otherwise this time. "
    )
    assert [group.title for group in said.told] == ["Judged otherwise", "Looked at otherwise"]
    assert said.badge == "0"
    home = change(Kind.DEVICE, Turn.GONE, "mac:2", "Old printer")
    assert "1 more is told because other rules" in view(of(home, seen, findings=(rules,)), NOW).meaning


def test_what_stands_open_as_before_and_what_was_not_looked_at_change_nothing():
    standing = found(1, "no-login", Fate.PERSISTING, "Hub asks for no login", "Hub", cause=None)
    unseen = found(2, "ftp-open", Fate.UNOBSERVED, "FTP is open on Plug", "Plug", cause=None, why="it was not seen.")
    plug = Unobserved(kind=Kind.DEVICE, subject="mac:3", name="Plug", why="it was not seen")
    said = view(of(findings=(standing, unseen), unobserved=(plug,)), NOW)
    assert said.sentence.startswith("Nothing changed since ")
    assert "1 problem stands open as before. 2 things could not be looked at this time." in said.meaning
    assert [(gap.because, gap.what) for gap in said.unlooked] == [("it was not seen", ("Plug", "FTP is open on Plug"))]


def test_things_of_one_name_that_were_not_looked_at_are_counted_and_not_made_one():
    bulbs = [Unobserved(kind=Kind.DEVICE, subject=f"mac:{n}", name="Hue bulb", why="it was not seen") for n in range(5)]
    plug = Unobserved(kind=Kind.DEVICE, subject="mac:9", name="Plug", why="it was not seen")
    port = replace(plug, kind=Kind.SERVICE, what="tcp/80")
    telnet = [
        found(n, "telnet-open", Fate.UNOBSERVED, "Telnet on Hue bulb", "Hue bulb", cause=None, why="it was not seen")
        for n in range(2)
    ]
    said = view(of(findings=tuple(telnet), unobserved=(*bulbs, plug, plug, port)), NOW)
    (gap,) = said.unlooked
    assert gap.what == ("Hue bulb (5)", "Plug", "TCP port 80 of Plug", "Telnet on Hue bulb (2)")
    assert (gap.beyond(0), gap.beyond(1), gap.beyond(4)) == (9, 4, 0)
    assert "9 things could not be looked at this time." in said.meaning


def test_devices_of_one_name_are_told_apart_by_their_address_or_mac_and_others_are_not():
    first, second = (f"mac:00:00:5e:00:53:0{n}" for n in (1, 2))
    changes = (
        change(Kind.DEVICE, Turn.GONE, first, "Hue bulb", address="192.0.2.1"),
        change(Kind.SERVICE, Turn.NEW, second, "Hue bulb", what="tcp/23"),
        change(Kind.DEVICE, Turn.GONE, "mac:9", "Plug", address="192.0.2.9"),
    )
    same = {"target": first, "cause": Cause.NETWORK}
    finding = found(1, "no-login", Fate.NEW, "Hue bulb asks for no login", "Hue bulb", **same)
    (group,) = view(of(*changes, findings=(finding,)), NOW).told
    assert [line.sentence for line in group.changes] == [
        "Hue bulb (192.0.2.1) is gone",
        "TCP port 23 of Hue bulb (00:00:5e:00:53:02) is open",
        "Plug is gone",
    ]
    assert [line.title for line in group.findings] == ["Hue bulb asks for no login (192.0.2.1)"]
    unseen = Unobserved(kind=Kind.DEVICE, subject=first, name="Hue bulb", why="it was not seen")
    (group,) = view(of(changes[1], unobserved=(unseen,)), NOW).told
    assert "(00:00:5e:00:53:02)" in group.changes[0].sentence


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("D", "F", "Grade F; it was D."),
        ("D", "D", "Grade D, as before."),
        (None, "D", "Grade D; before, too little could be looked at for one."),
        ("D", None, "No grade, before it was D: too little could be looked at for one."),
        (None, None, "No grade, as before: too little could be looked at for one."),
    ],
)
def test_the_grade_is_said_beside_the_one_before(before, after, said):
    difference = replace(of(), old=replace(OLD, grade=before), new=replace(NEW, grade=after))
    assert said in view(difference, NOW).meaning


def test_resolved_and_better_come_after_what_is_new_and_worse():
    bad = found(1, "no-login", Fate.WORSENED, "Hub asks for no login", "Hub", was=Severity.LOW)
    good = found(2, "ftp-open", Fate.RESOLVED, "FTP is open on Plug", "Plug")
    assert titles(of(findings=(good, bad))) == ["What changed", "Resolved, or better"]
    assert view(of(findings=(good,)), NOW).tone == "good"
    assert view(of(findings=(good, bad)), NOW).tone == "warn"


def test_a_finding_that_two_changes_brought_is_said_beneath_the_first():
    one = change(Kind.SERVICE, Turn.NEW, "mac:1", "Hub", what="tcp/23", findings=("a" * 16,))
    two = change(Kind.DEVICE, Turn.NEW, "mac:1", "Hub", findings=("a" * 16,))
    telnet = found(0, "telnet-open", Fate.NEW, "Telnet is open on Hub", "Hub", fingerprint="a" * 16)
    (group,) = view(of(one, two, findings=(telnet,)), NOW).told
    assert [len(line.findings) for line in group.changes] == [1, 0]
    assert group.findings == ()


def test_a_change_that_names_findings_which_make_no_difference_says_nothing_of_them():
    one = change(Kind.SERVICE, Turn.NEW, "mac:1", "Hub", what="tcp/23", findings=("a" * 16, "unknown"))
    standing = found(0, "telnet-open", Fate.PERSISTING, "Telnet", "Hub", fingerprint="a" * 16, cause=None)
    (group,) = view(of(one, findings=(standing,)), NOW).told
    assert group.changes[0].findings == ()


@pytest.mark.parametrize(
    ("kind", "what", "said"),
    [
        (Kind.SERVICE, "tcp/23", "TCP port 23"),
        (Kind.MAPPING, "udp/51820/192.168.1.2/51820", "UDP port 51820 (to 192.168.1.2 port 51820)"),
        (Kind.MAPPING, "tcp/0/a/b/9", "TCP port 0 (to a/b port 9)"),
        (Kind.MAPPING, "odd", "odd"),
        (Kind.SERVICE, "sctp/9\n", "sctp/9"),
        (Kind.DEVICE, None, None),
    ],
)
def test_a_part_is_called_as_people_call_it(kind, what, said):
    assert part_of(change(kind, Turn.NEW, "x", "y", what=what)) == said


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (change(Kind.DEVICE, Turn.NEW, "k", "Plug"), "Plug was never seen here before"),
        (change(Kind.DEVICE, Turn.GONE, "k", " "), "Unnamed is gone"),
        (
            change(Kind.FIRMWARE, Turn.CHANGED, "k", "Hub", attribute("firmware", "2.0", None)),
            "Hub: firmware 2.0, was not told",
        ),
        (
            change(Kind.SERVICE, Turn.CHANGED, "k", "Hub", attribute("version", "2", "1"), what="tcp/22"),
            "TCP port 22 of Hub: version 2, was 1",
        ),
        (
            change(Kind.ACCESS_POINT, Turn.CHANGED, "wifi:x", "Home", attribute("security", "wpa3-personal", "open")),
            "Home: encryption WPA3, was none, open to everybody",
        ),
        (
            change(Kind.DEVICE, Turn.CHANGED, "k", "Hub", attribute("odd word", "b", "a")),
            "Hub: odd word b, was a",
        ),
        (change(Kind.DEVICE, Turn.CHANGED, "k", "Hub"), "Hub is another than before"),
        (
            change(Kind.MAPPING, Turn.GONE, "k", "Router", what="tcp/1/h/2"),
            "Router no longer lets in TCP port 1 (to h port 2)",
        ),
    ],
)
def test_a_change_is_one_sentence(changed, said):
    assert sentence(changed) == said


def test_what_something_new_is_stands_beside_it():
    ports = ", ".join(f"tcp/{n}" for n in range(1, PORTS_NAMED + 3))
    new = change(Kind.DEVICE, Turn.NEW, "k", "Hub", attribute("role", "lock-hub"), attribute("ports", ports))
    (group,) = view(of(new), NOW).told
    assert [(d.label, d.text) for d in group.changes[0].details] == [
        ("kind", "lock bridge"),
        ("open", "TCP 1, TCP 2, TCP 3, TCP 4, TCP 5, TCP 6, TCP 7, TCP 8 and 2 more"),
    ]


def test_a_severity_is_said_twice_only_where_it_is_another():
    same: FindingChange = found(1, "x", Fate.REGRESSED, "T", "N", was=Severity.HIGH)
    assert finding_line(same).was is None
    assert finding_line(replace(same, was=Severity.LOW)).was == "Low"
    assert finding_line(replace(same, fate=Fate.ACCEPTANCE_EXPIRED)).note is not None


def test_times_are_in_the_time_zone_of_the_reader():
    there = NOW.astimezone(timezone(timedelta(hours=2), "EET"))
    assert "21 November 2025, 20:04 EET" in view(quiet_difference(), there).sentence


def test_everything_of_the_sample_is_said_once():
    said = view(sample_difference(), NOW)
    titles = [
        f.title for group in said.told for f in (*group.findings, *(f for c in group.changes for f in c.findings))
    ]
    assert len(titles) == len(set(titles)) == len(sample_difference().told)
    assert sum(len(group.changes) for group in said.told) == len(sample_difference().changes)
    assert said.tone == "bad"
