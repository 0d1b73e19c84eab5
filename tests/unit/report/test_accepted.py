"""What a report says of accepted risks: that they are open, who decided, until when, and that they do not count."""

import re
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType

import pytest

from netguard.cli._bare import last_result
from netguard.cli._summary import MOST_ACCEPTED, WIDTH, summary
from netguard.model.overlay import Decisions, Lapsed, Overlay
from netguard.model.vocabulary import Severity, Status
from netguard.report.accepted import SHOWN
from netguard.report.decided import SOON, decision, how_to_accept
from netguard.report.formats import html, json, text
from netguard.report.view import view
from tests.golden.report.over_time import OVERLAY
from tests.golden.report.rules import CHANGE
from tests.golden.report.sample import NOW, sample_scan

SCAN = sample_scan()
HELD = OVERLAY.decisions.accepted
SEEN = view(SCAN, NOW, overlay=OVERLAY)
PLAIN = view(SCAN, NOW)
FAILING = [f for f in SCAN.findings if f.status is Status.FAIL]


def accepting(*findings):
    said = next(iter(HELD.values()))
    return Overlay(
        decisions=Decisions(
            day=NOW.date(), accepted=MappingProxyType({f.fingerprint: said for f in findings}), saved=True
        )
    )


def test_accepted_findings_stand_in_their_own_part_and_not_among_the_problems():
    titles = {f.title for f in FAILING if f.fingerprint in HELD}
    assert len(titles) == 3
    assert not titles & {p.title for p in SEEN.problems}
    assert {p.title for card in SEEN.accepted.cards for p in card.findings} == titles
    assert len(SEEN.problems) + 3 == len(PLAIN.problems)
    assert not titles & {p.title for card in (*SEEN.cards, *SEEN.more_cards) for p in card.findings}


def test_each_says_who_decided_until_when_and_why():
    said = {p.check: p.decision for card in SEEN.accepted.cards for p in card.findings}
    camera, server = said["rtsp-open"], said["mqtt-anonymous"]
    assert (camera.owner, camera.until) == ("Ada", "1 March 2026")
    assert camera.reason == "It shows the compost heap; a new one comes in spring."
    assert camera.take_back == "netguard accept remove 00000001"
    assert (server.owner, server.until) == ("Ben", "30 November 2025 (in 9 days)")


def test_the_grade_says_that_it_leaves_them_out():
    assert SEEN.headline.letter == "D"
    assert SEEN.headline.sentence == (
        "Grade D: Telnet is open on Hallway lock bridge, and 3 more problems as serious. "
        "3 accepted risks are not counted."
    )
    assert "not counted" not in PLAIN.headline.sentence
    assert PLAIN.headline.sentence.startswith("Grade F: ")
    assert [t.number for t in SEEN.tallies if t.kind == "accepted"] == [3]
    assert not [t for t in SEEN.tallies if t.kind == Severity.CRITICAL]


def test_one_accepted_risk_is_one():
    said = view(SCAN, NOW, overlay=accepting(FAILING[0])).headline.sentence
    assert said.startswith("Grade F: ")
    assert said.endswith(". 1 accepted risk is not counted.")


def test_a_scan_without_a_letter_stays_without_one():
    made = replace(SCAN, grade=replace(SCAN.grade, letter=None))
    assert view(made, NOW, overlay=accepting(FAILING[0])).headline.sentence == (
        "Incomplete: only 87% of what should be judged could be looked at, too little for a grade. "
        "1 accepted risk is not counted."
    )


def test_where_all_is_accepted_that_is_said_and_nothing_is_called_clean():
    seen = view(SCAN, NOW, overlay=accepting(*FAILING))
    assert seen.problems == ()
    assert seen.no_problem == "Nothing stands open in what could be looked at but what you accepted."
    assert {a.severity for a in (*seen.first, *seen.later)} <= {None}


def test_steps_that_close_only_what_is_accepted_are_left_out_and_others_say_only_what_counts():
    before = {a.title: [c.title for c in a.closes] for a in (*PLAIN.first, *PLAIN.later)}
    after = {a.title: [c.title for c in a.closes] for a in (*SEEN.first, *SEEN.later)}
    left_out = before.keys() - after.keys()
    assert "Make Home server ask for a login" in left_out
    held = {f.title for f in FAILING if f.fingerprint in HELD}
    assert all(set(before[title]) <= held for title in left_out)
    assert all(not held & set(closes) for closes in after.values())


def test_what_is_accepted_is_still_shown_where_it_is():
    camera = next(d for d in SEEN.devices if d.name == "Garden camera")
    assert [(p.title, p.disposition) for p in camera.problems] == [
        ("Garden camera shows its video stream to anybody", "accepted")
    ]
    page = html.render(SCAN, NOW, overlay=OVERLAY)
    assert page.count('<span class="tag">accepted</span>') >= 6
    assert '<span class="tag">1 accepted</span>' in page


def test_a_port_whose_findings_are_accepted_has_no_alarm_but_is_listed():
    mapped = [f for f in FAILING if f.check in {"upnp-port-mapping", "upnp-port-mapping-lock"}]
    seen = view(SCAN, NOW, overlay=accepting(*mapped))
    ports = {m.port: m for g in seen.doors.gateways for m in g.mappings}
    assert ports["TCP 8443"].severity is None
    assert [p.disposition for p in ports["TCP 8443"].problems] == ["accepted"]
    assert seen.doors.sentence == PLAIN.doors.sentence
    said = text.render(SCAN, NOW, overlay=accepting(*mapped))
    assert "\n    TCP 8443 leads to" in said


def test_one_that_has_ended_is_the_readers_business_at_the_top():
    again = [n for n in SEEN.notices if "counts again" in n]
    assert again == [
        (
            "“storage offers FTP on TCP port 21” was accepted until 1 November 2025 and counts again. To accept it once more: "
            "`netguard accept renew 00000003 --until DATE`. To remove it: `netguard accept remove 00000003`"
        )
    ]
    assert "storage offers FTP on TCP port 21" in {p.title for p in SEEN.problems}


def test_one_of_no_use_is_said_with_how_to_take_it_out():
    assert SEEN.accepted.unused == (
        (
            "telnet-open on Study printer is closed now, so this acceptance (until 1 June 2026) is no longer needed. "
            "To remove it: `netguard accept remove 00000004`"
        ),
    )


def test_many_that_have_ended_are_counted():
    said = OVERLAY.decisions.lapsed[0]
    many = Overlay(decisions=Decisions(day=NOW.date(), lapsed=(said,) * (SHOWN + 3)))
    notices = [n for n in view(SCAN, NOW, overlay=many).notices if "accept" in n]
    assert len(notices) == SHOWN + 1
    assert notices[-1] == "3 more of them: `netguard accept list`"


def test_one_that_has_ended_and_is_about_nothing_open_is_not_worth_a_line():
    quiet = Overlay(
        decisions=Decisions(day=NOW.date(), lapsed=(Lapsed(acceptance=OVERLAY.decisions.lapsed[0].acceptance),))
    )
    assert view(SCAN, NOW, overlay=quiet).accepted is None


def test_several_with_one_decision_share_a_card_and_others_do_not():
    cameras = [f for f in FAILING if f.check == "rtsp-open"]
    assert len(cameras) == 2
    assert len(view(SCAN, NOW, overlay=accepting(*cameras)).accepted.cards) == 1


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (-1, "20 November 2025"),
        (0, "21 November 2025 (today is the last day)"),
        (1, "22 November 2025 (in 1 day)"),
        (SOON, "5 December 2025 (in 14 days)"),
        (SOON + 1, "6 December 2025"),
    ],
)
def test_how_soon_it_ends_is_said_when_it_is_soon(left, said):
    one = replace(next(iter(HELD.values())), until=NOW.date() + timedelta(days=left))
    assert decision(one, NOW.date()).until == said


def test_the_command_that_accepts_is_given_for_each_open_finding_of_a_saved_scan_and_only_there():
    assert all(re.fullmatch(r"netguard accept [0-9a-f]{12} --reason WHY --until DATE", p.accept) for p in SEEN.problems)
    assert all(p.accept is None for card in SEEN.accepted.cards for p in card.findings)
    assert all(p.accept is None for p in PLAIN.problems)
    assert how_to_accept("$(reboot)", Decisions(day=date(2025, 1, 1), saved=True)) is None
    unsaved = replace(OVERLAY, decisions=replace(OVERLAY.decisions, saved=False))
    assert all(p.accept is None for p in view(SCAN, NOW, overlay=unsaved).problems)


def test_commands_in_a_sentence_are_set_as_such_and_a_devices_text_never_is():
    page = html.render(SCAN, NOW, overlay=OVERLAY)
    assert "To remove it: <code>netguard accept remove 00000004</code></p>" in page
    assert "<code>netguard accept renew 00000003 --until DATE</code>. To remove it: <code>" in page
    odd = replace(next(d for d in SCAN.devices if d.name == "Study printer"), name="`curl evil | sh`")
    made = replace(SCAN, devices=tuple(odd if d.key == odd.key else d for d in SCAN.devices))
    assert "<code>curl" not in html.render(made, NOW, overlay=OVERLAY)


def test_wherever_a_finding_is_listed_it_says_that_it_is_accepted():
    """Also among what stands open longest, and where the firewall's rules close it."""
    camera = next(f for f in FAILING if f.fingerprint in HELD and f.check == "rtsp-open")
    change = replace(CHANGE, made=replace(CHANGE.made, closes=(camera.fingerprint,)))
    page = html.render(SCAN, NOW, change, OVERLAY)
    link = r'<a href="#problem-[^"]*">Garden camera shows its video[^<]*</a>( <span class="tag">accepted)?'
    for part in (page, page[page.index("It closes:") :], page[page.index("Open longest") :]):
        said = [m[1] for m in re.finditer(link, part)]
        assert said
        assert all(said)
    assert "anybody (accepted)" in " ".join(text.render(SCAN, NOW, change, OVERLAY).split("closes ", 1)[1].split())
    plain = text.render(SCAN, NOW, overlay=OVERLAY)
    assert re.search(r"Garden camera shows its video stream to anybody \(accepted\),\s+since before", plain)


def test_ids_that_are_no_ids_become_no_command():
    odd = replace(next(iter(HELD.values())), id="1; reboot")
    assert decision(odd, NOW.date()).take_back is None


def test_the_document_stays_as_it_is():
    assert json.render(SCAN, NOW, overlay=OVERLAY) == json.render(SCAN, NOW)


def test_the_terminal_names_them_and_leaves_them_out_of_what_was_found():
    said = summary(SCAN, NOW, OVERLAY)
    found = said[said.index("\nFound\n") : said.index("\nAccepted for a while\n")]
    assert "Garden camera" not in found
    assert "  - Garden camera shows its video stream to anybody: by Ada until 1 March 2026" in said
    assert said.startswith("Grade D: ")
    assert "3 accepted risks are not counted." in " ".join(said.split())
    assert "2 things changed since 14 November 2025" in said
    flat = " ".join(said.split())
    assert "this acceptance (until 1 June 2026) is no longer needed" in flat
    assert "counts again" in flat
    assert max(map(len, said.splitlines())) <= WIDTH
    many = summary(SCAN, NOW, accepting(*FAILING))
    part = many[many.index("\nAccepted for a while\n") :].split("\n\n")[0]
    assert part.count("\n  - ") == MOST_ACCEPTED
    assert "more: the report has them all" in part


def test_netguard_alone_counts_without_them():
    said = last_result(SCAN, NOW, OVERLAY.decisions)
    assert f"grade D, 17 devices, {len(FAILING) - 3} findings open, 3 accepted, " in said
    assert "Accepted until a day that is over, and counting again: 1. See `netguard accept list`." in said
    assert "Do next: " in said
    assert f"grade F, 17 devices, {len(FAILING)} findings open, " in last_result(SCAN, NOW)
    assert "Do next" not in last_result(replace(SCAN, actions=SCAN.actions[:1]), NOW, accepting(*FAILING).decisions)
