"""What a scan says on the terminal."""

from dataclasses import replace

from netguard.cli._bare import last_result
from netguard.cli._summary import MOST_UNSEEN, WIDTH, summary
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


def test_personal_devices_that_were_only_counted_are_said():
    text = summary(replace(sample_scan(), personal_devices=7), NOW)
    assert "7 personal devices were counted and left alone, as asked." in text


def test_the_last_result_counts_who_was_seen_and_names_the_locks_that_were_not():
    text = last_result(sample_scan(), NOW)
    assert "10 devices" in text
    assert "Not seen then: Back door, Garden gate." in text
    assert "netguard setup " in text
    scan = sample_scan()
    assert "Not seen" not in last_result(replace(scan, devices=tuple(d for d in scan.devices if d.seen)), NOW)
