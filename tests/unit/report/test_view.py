"""What the view says of a scan, and in which order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from netaddr import IPAddress

from netguard.model.action import Grade
from netguard.model.device import Coverage, Device
from netguard.model.scan import Authorisation, Scan
from netguard.model.vocabulary import (
    DOOR_ROLES,
    Confidence,
    Depth,
    Ended,
    Link,
    Needs,
    Outcome,
    Pmf,
    PortState,
    Power,
    Role,
    Security,
    Severity,
    Status,
    Transport,
    WpsMethod,
)
from netguard.model.wifi import Wps
from netguard.report import words
from netguard.report.findings import SHOWN, URGENT
from netguard.report.view import FIRST, view
from tests.golden.report.facts import FINISHED, STARTED
from tests.golden.report.residents import BRIDGE, CAMERA
from tests.golden.report.sample import NOW, sample_scan


@pytest.fixture
def scan() -> Scan:
    return sample_scan()


def test_every_word_of_the_closed_lists_has_words_for_people() -> None:
    for kind, said in (
        (Role, words.ROLES),
        (Severity, words.SEVERITIES),
        (Confidence, words.CONFIDENCES),
        (Confidence, words.RECOGNISED),
        (PortState, words.STATES),
        (Needs, words.NEEDS),
        (Power, words.POWERS),
        (Link, words.LINKS),
        (Security, words.SECURITIES),
        (Pmf, words.PMFS),
        (Security, words.ENCRYPTIONS),
        (WpsMethod, words.WPS_METHODS),
        (Depth, words.DEPTHS),
        (Outcome, words.OUTCOMES),
    ):
        assert set(said) == set(kind)
    assert set(words.MANAGEMENT_FRAMES) == {*Pmf, None}
    assert set(words.TRANSITIONS) == {True, False, None}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (None, "not told"),
        (Wps(), "not told"),
        (Wps(present=False), "not seen"),
        (Wps(present=True), "on, methods not told"),
        (Wps(present=True, methods=()), "on, no PIN"),
        (Wps(present=True, methods=(WpsMethod.PUSH_BUTTON,)), "on, button only"),
        (Wps(present=True, methods=(WpsMethod.LABEL, WpsMethod.PUSH_BUTTON), locked=True), "on, PIN, locked"),
        (Wps(present=True, configured=False, locked=False), "on, methods not told, not set up"),
    ],
)
def test_wps_is_said_in_a_word_or_two(said: Wps | None, expected: str) -> None:
    assert words.wps(said) == expected


def test_a_reader_never_meets_the_documents_own_words(scan: Scan) -> None:
    said = repr(view(replace(scan, findings=tuple(replace(f, check="a-check") for f in scan.findings)), NOW)).casefold()
    assert "segment" not in said
    assert "unobserved" not in said


def test_the_headline_names_what_decides_the_grade(scan: Scan) -> None:
    headline = view(scan, NOW).headline
    assert headline.sentence.startswith("Grade F: Zigbee2MQTT on Home server obeys anybody on the network; ")
    assert (headline.letter, headline.tone, headline.no_lock, headline.best_possible) == ("F", "bad", None, "A")


def test_more_than_two_reasons_are_counted(scan: Scan) -> None:
    because = tuple(f.fingerprint for f in scan.findings if f.status is Status.FAIL)
    grade = Grade(letter="D", best_possible=None, evaluated=1.0, because=because)
    assert "and 24 more problems as serious" in view(replace(scan, grade=grade), NOW).headline.sentence


def test_without_a_letter_it_says_incomplete_and_how_much_was_looked_at(scan: Scan) -> None:
    headline = view(replace(scan, grade=Grade(letter=None, best_possible=None, evaluated=0.41)), NOW).headline
    assert headline.badge == "incomplete"
    assert headline.tone == "unclear"
    assert headline.sentence == (
        "Incomplete: only 41% of what should be judged could be looked at, too little for a grade."
    )


def test_without_a_grade_it_says_that_nobody_judged(scan: Scan) -> None:
    assert view(replace(scan, grade=None), NOW).headline.badge == "not judged"


@pytest.mark.parametrize("letter", ["A+", "A", "B", "C", "D", "F"])
def test_every_letter_is_explained(scan: Scan, letter: str) -> None:
    grade = Grade(letter=letter, best_possible=letter, evaluated=0.95)  # type: ignore[arg-type]
    headline = view(replace(scan, grade=grade), NOW).headline
    assert headline.sentence == f"Grade {letter}: {words.GRADES[letter]}."
    assert headline.best_possible is None


def test_without_a_lock_even_an_a_is_no_clean_result_and_has_no_good_colour(scan: Scan) -> None:
    devices = tuple(d for d in scan.devices if d.role not in DOOR_ROLES)
    grade = Grade(letter="A", best_possible="A", evaluated=0.95)
    headline = view(replace(scan, devices=devices, grade=grade), NOW).headline
    assert headline.no_lock is not None
    assert headline.no_lock.startswith("No lock was recognised on this network. That is no clean result: ")
    assert headline.tone == "unclear"


def test_a_declared_lock_that_was_not_seen_is_no_clean_result_either(scan: Scan) -> None:
    devices = tuple(d for d in scan.devices if d.role not in DOOR_ROLES or not d.seen)
    no_lock = view(replace(scan, devices=devices), NOW).headline.no_lock
    assert no_lock is not None
    assert no_lock.startswith("No lock was seen: Back door and Garden gate did not show up")


def test_locks_that_no_network_shows_are_said_to_be_out_of_sight_and_not_asleep(scan: Scan) -> None:
    gate = next(d for d in scan.devices if d.name == "Garden gate")
    others = tuple(d for d in scan.devices if d.role not in DOOR_ROLES)
    no_lock = view(replace(scan, devices=(*others, gate)), NOW).headline.no_lock
    assert no_lock == (
        "No lock can be seen on this network: Garden gate has no IP address of its own. Nothing in here speaks about "
        "it; what can be looked at is the hub or bridge."
    )
    two = view(replace(scan, devices=(*others, gate, replace(gate, key="x", name="Shed"))), NOW).headline.no_lock
    assert two is not None
    assert "Garden gate and Shed have no IP address of their own" in two


def test_a_good_grade_has_no_good_colour_while_a_lock_that_could_be_seen_is_missing(scan: Scan) -> None:
    grade = Grade(letter="A", best_possible="A", evaluated=0.95)
    assert view(replace(scan, grade=grade), NOW).headline.tone == "unclear"
    without = tuple(d for d in scan.devices if d.name != "Back door")
    assert view(replace(scan, grade=grade, devices=without), NOW).headline.tone == "good", "the gate is never seen"


def test_what_was_declared_and_not_seen_is_told_with_how_to_wake_it(scan: Scan) -> None:
    said = view(scan, NOW)
    assert [(u.label, u.text.split(".")[0]) for u in said.unseen] == [
        ("Back door", "Not seen: asleep, elsewhere or switched off"),
        ("Garden gate", "It has no IP address of its own (Zigbee): its hub is what can be looked at"),
    ]
    assert said.notices == ("Back door and Garden gate were not seen, so nothing in here speaks about them.",)
    assert [(t.number, t.kind) for t in said.tallies][-2:] == [(17, "devices"), (2, "unseen")]
    bare = replace(scan, devices=tuple(replace(d, unseen=None) for d in scan.devices))
    assert view(bare, NOW).unseen[0].text.startswith("Not seen in this scan: asleep")
    seen = replace(scan, devices=tuple(d for d in scan.devices if d.seen))
    assert view(seen, NOW).unseen == ()
    assert view(seen, NOW).notices == ()


def test_personal_devices_that_were_only_counted_are_said(scan: Scan) -> None:
    said = view(replace(scan, personal_devices=7), NOW)
    assert "7 personal devices were counted and left alone, as asked." in said.notices
    assert (said.tallies[-1].number, said.tallies[-1].kind) == (7, "personal")
    none = view(replace(scan, personal_devices=0), NOW)
    assert "0 personal devices were counted and left alone, as asked." in none.notices
    assert none.tallies[-1].kind == "unseen"
    assert "1 personal device was counted" in view(replace(scan, personal_devices=1), NOW).notices[-1]


def test_how_a_device_is_connected_is_said_in_words(scan: Scan) -> None:
    said = {d.name: {s.label: s.text for s in d.details} for d in view(scan, NOW).devices}
    assert said["Front door"]["Connected"] == "by Wi-Fi"
    assert said["Garden gate"]["Connected"] == "by Zigbee, which the scan cannot see"
    assert "Connected" not in said["Router"]


@pytest.mark.parametrize(
    ("ended", "words_of_it"),
    [(Ended.INTERRUPTED, "This scan was interrupted."), (Ended.DEADLINE, "The time allowed ran out")],
)
def test_a_scan_that_did_not_finish_says_so_first(scan: Scan, ended: Ended, words_of_it: str) -> None:
    assert view(replace(scan, ended=ended), NOW).notices[0].startswith(words_of_it)


def test_a_demo_an_old_scan_and_missing_rights_are_said(scan: Scan) -> None:
    other = replace(
        scan,
        authorisation=Authorisation(how="demo", at=STARTED),
        vantage=replace(scan.vantage, privileged=False),
    )
    said = view(other, FINISHED + timedelta(days=45)).notices
    assert [n.split(",")[0] for n in said] == [
        "This is a simulated home",
        "Back door and Garden gate were not seen",
        "This scan was made 45 days ago. Much may have changed: scan again.",
        "netguard ran without administrator rights",
    ]
    assert len(view(scan, NOW).notices) == 1


def test_problems_are_told_by_severity_and_then_doors_first(scan: Scan) -> None:
    telnet = next(f for f in scan.findings if f.check == "telnet-open" and f.status is Status.FAIL)
    camera = replace(telnet, fingerprint="0" * 32, target=CAMERA.key, title="On the camera")
    said = view(replace(scan, findings=(camera, *scan.findings)), NOW).problems
    assert [(p.severity_word, p.door) for p in said][:7] == [
        ("Critical", False),
        ("Critical", False),
        ("High", True),
        ("High", True),
        ("High", True),
        ("High", False),
        ("High", False),
    ]
    assert [p.anchor for p in said] == [f"problem-{n}" for n in range(1, 27)]
    assert {p.disposition for p in said} == {"open"}


def test_what_closes_the_worst_is_done_first_and_the_rest_comes_after_three(scan: Scan) -> None:
    small = tuple(replace(scan.actions[0], id=f"a{n}", title=f"Small {n}", closes=()) for n in range(4))
    said = view(replace(scan, actions=(*small, *scan.actions)), NOW)
    assert [a.title for a in said.first] == [
        "Make Home server ask for a login",
        "Close what Hallway lock bridge has no reason to open",
        "Make Garden camera ask for a login",
    ]
    assert len(said.first) == FIRST
    assert [a.title for a in said.later[-4:]] == ["Small 0", "Small 1", "Small 2", "Small 3"]
    assert said.first[0].severity is Severity.CRITICAL
    assert said.later[-1].severity is None


def test_an_action_names_what_it_closes_and_says_each_way_once(scan: Scan) -> None:
    same = tuple(replace(f, fix="Turn it off.") for f in scan.findings)
    action = view(replace(scan, findings=same), NOW).first[0]
    assert action.how == ("Turn it off.",)
    assert [c.anchor for c in action.closes] == ["problem-1", "problem-2"]


def test_findings_that_one_text_tells_are_one_card(scan: Scan) -> None:
    said = view(scan, NOW)
    cameras = next(c for c in said.cards if c.findings[0].check == "rtsp-open")
    assert [f.who for f in cameras.findings] == ["Garden camera", "Porch camera"]
    assert [f for c in (*said.cards, *said.more_cards) for f in c.findings] == list(said.problems)
    other = tuple(replace(f, fix=f"{f.fix} {f.target}") for f in scan.findings)
    assert all(len(c.findings) == 1 for c in view(replace(scan, findings=other), NOW).cards)


def test_what_is_urgent_never_folds_and_no_fold_hides_one_card_only(scan: Scan) -> None:
    said = view(scan, NOW)
    assert len(said.cards) == sum(c.severity in URGENT for c in said.cards) > SHOWN
    assert not {c.severity for c in said.more_cards} & URGENT
    urgent = tuple(replace(f, severity=Severity.HIGH) for f in scan.findings)
    assert view(replace(scan, findings=urgent), NOW).more_cards == ()
    fails = [f for f in scan.findings if f.status is Status.FAIL]
    few = view(replace(scan, findings=tuple(fails[: SHOWN + 1])), NOW)
    assert (len(few.cards), few.more_cards) == (SHOWN + 1, ())
    more = view(replace(scan, findings=tuple(fails[: SHOWN + 2])), NOW)
    assert (len(more.cards), len(more.more_cards)) == (SHOWN, 2)


def test_a_finding_says_which_command_explains_it_and_never_one_that_is_no_id(scan: Scan) -> None:
    assert view(scan, NOW).problems[0].explain == "netguard explain hub-no-login"
    evil = tuple(replace(f, check="x; reboot") for f in scan.findings)
    assert {p.explain for p in view(replace(scan, findings=evil), NOW).problems} == {None}


def test_no_problem_is_told_apart_from_nothing_looked_at(scan: Scan) -> None:
    passed = tuple(f for f in scan.findings if f.status is Status.PASS)
    assert view(replace(scan, findings=passed), NOW).no_problem == "Nothing stands open in what could be looked at."
    assert "no clean result" in (view(replace(scan, findings=()), NOW).no_problem or "")
    assert view(scan, NOW).no_problem is None


def test_locks_come_first_then_hubs_then_the_router(scan: Scan) -> None:
    assert [d.role for d in view(scan, NOW).devices][:7] == [
        Role.LOCK,
        Role.LOCK,
        Role.LOCK,
        Role.LOCK_HUB,
        Role.SMART_HOME_HUB,
        Role.SMART_HOME_HUB,
        Role.ROUTER,
    ]
    assert [d.name for d in view(scan, NOW).devices][-1] == "Device without a name"


def test_an_unexpected_service_is_told_before_expected_ones_and_counted(scan: Scan) -> None:
    bridge = next(d for d in view(scan, NOW).devices if d.role is Role.LOCK_HUB)
    (group,) = bridge.services
    assert group.where is None
    assert [(s.port, s.expected) for s in group.services] == [("TCP 23", "not expected"), ("TCP 8080", "expected")]
    assert (bridge.unexpected, bridge.open) == (1, 2)
    assert [p.title for p in bridge.problems] == [
        "Telnet is open on Hallway lock bridge",
        "Hallway lock bridge listens on TCP port 23, and has no reason to",
        "The internet can reach Hallway lock bridge by TCP port 8443 of your router",
        "Hallway lock bridge is commanded in the clear on TCP port 8080",
    ]


def test_coverage_is_said_in_words(scan: Scan) -> None:
    asked = {d.name: d.asked for d in view(scan, NOW).devices}
    assert asked["Router"] == ("Asked 65,535 TCP ports (1-65535), 3 open.",)
    assert asked["Study printer"] == ("Asked 27 TCP ports, 1 open.", "Asked 1 UDP port (161), 1 open.")
    assert asked["Device without a name"] == ("Asked 27 TCP ports, none open.",)
    assert asked["Unnamed phone"] == ("No port of it was asked.",)
    assert asked["Back door"] == ("Nothing was asked of it, so nothing in here speaks about it.",)


def test_coverage_by_two_engines_is_counted_once_and_each_address_for_itself(scan: Scan) -> None:
    first, second = BRIDGE.addresses[0], IPAddress("2001:db8::21")
    parts = tuple(
        Coverage(address=a, transport=t, ports=p, engine=e)
        for a, t, p, e in (
            (first, Transport.TCP, "1-100", "connect"),
            (first, Transport.TCP, "50-200", "nmap"),
            (first, Transport.UDP, "161", "nmap"),
            (second, Transport.TCP, "23", "connect"),
        )
    )
    asked = view(replace(scan, devices=(replace(BRIDGE, coverage=parts),)), NOW).devices[0].asked
    assert asked == (
        "Asked 200 TCP ports (1-200) at 192.168.20.21, 1 open.",
        "Asked 1 UDP port (161) at 192.168.20.21, none open.",
        "Asked 1 TCP port (23) at 2001:db8::21, none open.",
    )


def test_only_what_was_left_out_or_failed_is_told_of_the_attempts(scan: Scan) -> None:
    said = view(scan, NOW)
    assert [a.outcome for a in said.attempts] == ["did not work", "left out"]
    assert said.origin[-1].text == "2 went well, 2 were left out or did not work"


def test_every_report_says_what_no_scan_can_tell(scan: Scan) -> None:
    assert [limit.label for limit in view(scan, NOW).limits] == [
        "Radio",
        "The maker's cloud",
        "The app's account",
        "Mechanics and keys",
    ]


def test_an_empty_scan_is_told_without_a_crash(scan: Scan) -> None:
    empty = replace(
        scan, devices=(), gateways=(), findings=(), actions=(), attempts=(), observations=(), grade=None, site="\x00"
    )
    said = view(empty, NOW)
    assert said.site == "home"
    assert [t.kind for t in said.tallies] == ["unchecked", "passed", "devices"]


def test_a_device_without_anything_still_has_a_name() -> None:
    bare = Device(key="address:192.168.20.9")
    said = view(replace(sample_scan(), devices=(bare, replace(bare, key="x", vendor="Maker"))), NOW).devices
    assert [d.name for d in said] == ["Device without a name", "Device by Maker"]


def test_times_follow_the_readers_time_zone() -> None:
    zone = timezone(timedelta(hours=1), "CET")
    assert words.moment(STARTED, NOW.astimezone(zone)) == "21 November 2025, 19:04 CET"
    assert words.moment(STARTED.replace(tzinfo=None), NOW.replace(tzinfo=None)) == "21 November 2025, 18:04 UTC"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "less than a second"),
        (1, "1 second"),
        (134, "2 minutes 14 seconds"),
        (7265, "2 hours 1 minute"),
        (-5, "an unknown time"),
    ],
)
def test_lengths_are_said_in_words(seconds: int, said: str) -> None:
    assert words.duration(timedelta(seconds=seconds)) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-9, "just now"), (59, "just now"), (60, "1 minute ago"), (7200, "2 hours ago"), (200000, "2 days ago")],
)
def test_ages_are_said_in_words(seconds: int, said: str) -> None:
    when = datetime(2025, 1, 1, tzinfo=UTC)
    assert words.ago(when, when + timedelta(seconds=seconds)) == said
