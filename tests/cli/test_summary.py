"""What a scan says on the terminal."""

from dataclasses import replace

from netguard.cli._bare import last_result
from netguard.cli._summary import MOST_FOUND, MOST_UNCHECKED, MOST_UNSEEN, WIDTH, summary
from netguard.model.overlay import NOTHING, Overlay
from netguard.report.view import view
from tests.golden.report.over_time import OVERLAY
from tests.golden.report.sample import NOW, sample_scan


def test_declared_locks_that_were_not_seen_are_named_with_how_to_wake_them():
    text = summary(sample_scan(), NOW)
    assert "Back door and Garden gate were not seen" in text
    assert (
        "\nDeclared, and not seen\n  - Back door: Not seen: asleep, elsewhere or switched off. Touch its keypad" in text
    )
    assert "Garden gate: It has no IP address of its own (Zigbee)" in text
    assert max(map(len, text.splitlines())) <= WIDTH


def test_nothing_is_said_of_unseen_devices_where_there_are_none():
    scan = sample_scan()
    assert "not seen" not in summary(replace(scan, devices=tuple(d for d in scan.devices if d.seen), findings=()), NOW)


def test_many_unseen_devices_do_not_fill_the_screen():
    scan = sample_scan()
    gate = next(d for d in scan.devices if d.name == "Garden gate")
    gates = tuple(replace(gate, key=f"declared:{n}", name=f"Gate {n}") for n in range(9))
    text = summary(replace(scan, devices=gates), NOW)
    assert text.count("- Gate") == MOST_UNSEEN
    assert f"and {9 - MOST_UNSEEN} more: the report has them all" in text


def test_what_was_found_is_named_the_worst_first_and_what_is_alike_once():
    text = summary(sample_scan(), NOW)
    found = text[text.index("\nFound\n") : text.index("\nAt least 3 ports lead in")].strip().splitlines()
    assert found[1].startswith("  Critical ")
    assert "  High     Garden camera shows its video stream to anybody, and 1 more like it" in found
    assert len(found) == MOST_FOUND + 2
    assert found[-1] == "  and 16 more: the report has them all"
    assert "\n  and 13 more: the report has them all\n\nFound" in text, "actions beyond three"


def test_what_the_router_lets_in_is_named_the_worst_first():
    scan = sample_scan()
    text = summary(scan, NOW)
    part = text[text.index("\nAt least 3 ports lead in") : text.index("\nDeclared, and not seen\n")]
    assert part.strip().splitlines() == [
        "At least 3 ports lead in from the internet, one of them to Hallway lock bridge.",
        "  - TCP 8443 leads to Hallway lock bridge (192.168.20.21), port 8080",
        "  - TCP 21 leads to storage (192.168.20.40), port 21",
        "  - UDP 51413 leads to 192.168.20.88, port 51413, where nobody is",
    ]
    router = scan.gateways[0]
    many = tuple(replace(router.mappings[0], external_port=n) for n in range(1, 8))
    assert "  and 4 more: the report has them all" in summary(
        replace(scan, gateways=(replace(router, mappings=many),)), NOW
    )
    assert "lead in from" not in summary(replace(scan, gateways=()), NOW)


def test_what_was_not_checked_is_told_by_reason_with_what_would_help():
    text = summary(sample_scan(), NOW)
    assert (
        "  - Front door (7 checks), because it runs on a battery, so only its known ports were asked. Name it\n"
        "    to have it asked fully: netguard scan 192.168.20.24"
    ) in text
    assert text.count(" checks), because ") + text.count(" check), because ") == MOST_UNCHECKED


def test_the_screen_is_a_screenful_and_names_the_command_that_explains():
    text = summary(sample_scan(), NOW)
    assert len(text.splitlines()) < 50
    assert max(map(len, text.splitlines())) <= WIDTH
    assert "\nMore: netguard explain hub-no-login, " in text
    assert "explain" not in summary(replace(sample_scan(), findings=()), NOW)


def test_personal_devices_that_were_only_counted_are_said():
    text = summary(replace(sample_scan(), personal_devices=7), NOW)
    assert "7 personal devices were counted and left alone, as asked." in text


def test_the_last_result_counts_who_was_seen_and_names_the_locks_that_were_not():
    text = last_result(sample_scan(), NOW)
    assert "17 devices" in text
    assert "Not seen then: Back door, Garden gate." in text
    assert "netguard setup " in text
    scan = sample_scan()
    assert "Not seen" not in last_result(replace(scan, devices=tuple(d for d in scan.devices if d.seen)), NOW)


def test_netguard_alone_names_the_first_step_of_the_report():
    """What closes the worst comes first, in whatever order the document has the steps, and never what closes nothing that counts."""
    scan = sample_scan()
    for order in (scan.actions, scan.actions[::-1]):
        for decisions in (NOTHING.decisions, OVERLAY.decisions):
            made = replace(scan, actions=order)
            first = view(made, NOW, overlay=Overlay(decisions=decisions)).first[0]
            assert f"\nDo next: {first.title.rstrip('.')}.\n" in last_result(made, NOW, decisions)
