"""What a finding rests on, in words."""

import re
from dataclasses import replace

import pytest

from netguard.model.observation import KINDS
from netguard.model.scan import Scan
from netguard.report import words
from netguard.report.evidence import meaning, said, value_text
from netguard.report.view import view
from tests.golden.report.sample import NOW, sample_scan


@pytest.fixture
def scan() -> Scan:
    return sample_scan()


def _evidence(scan: Scan, check: str):
    return next(p.evidence for p in view(scan, NOW).problems if p.check == check)


def test_it_says_what_where_and_by_whom(scan: Scan) -> None:
    banner, login = _evidence(scan, "telnet-open")
    assert (banner.what, banner.quoted) == ("text a telnet service showed, options removed", True)
    assert (login.what, login.value, login.quoted) == ("whether it asked for a login", "yes", False)
    assert login.where == ("TCP port 23 of 192.168.20.21",)
    assert login.learnt == "banners, 21 November 2025, 18:05 UTC"


def test_the_same_fact_of_many_devices_is_one_line_that_names_them(scan: Scan) -> None:
    (line,) = _evidence(scan, "iot-shares-segment")
    assert line.what == "answered to ARP, neighbour discovery or a connection attempt"
    assert len(line.where) == 17
    assert line.where[0] == "Router (192.168.20.1)"


def test_a_fact_about_another_device_names_it(scan: Scan) -> None:
    moved = tuple(replace(f, target="network") if f.check == "telnet-open" else f for f in scan.findings)
    assert _evidence(replace(scan, findings=moved), "telnet-open")[0].where == (
        "TCP port 23 of Hallway lock bridge (192.168.20.21)",
    )


def test_what_the_document_does_not_hold_is_said_to_be_missing(scan: Scan) -> None:
    (first, *_) = _evidence(replace(scan, observations=()), "telnet-open")
    assert first.what == "an observation that this document does not hold"
    assert (first.where, first.learnt) == ((), "")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_meaning_without_how_it_is_written_down(kind: str) -> None:
    assert len(meaning(kind)) > 3
    assert meaning("no.such-kind") == "no.such-kind"


@pytest.mark.parametrize("kind", [*words.VALUES, *words.ON_A_PORT])
def test_words_are_for_kinds_that_there_are_and_for_all_of_their_listed_values(kind: str) -> None:
    listed = set(re.findall("`([a-z]+)`", KINDS[kind].meaning))
    if kind in words.VALUES and listed and kind != "rtsp.describe":
        assert listed == set(words.VALUES[kind])


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "yes"), (False, "no"), (None, "nothing"), ("", "nothing"), ((), "nothing"), (("a", 1, True), "a, 1, yes")],
)
def test_values_are_said_in_words(value: object, text: str) -> None:
    assert value_text(value) == text  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("api.login", "none", "nothing, it answers anybody"),
        ("api.login", "a word of tomorrow", "a word of tomorrow"),
        ("rtsp.describe", 200, "200, it shows its stream without a login"),
        ("mqtt.code", 5, "5, not allowed without a login"),
        ("http.title", "none", "none"),
    ],
)
def test_values_of_closed_lists_are_said_in_their_words(kind: str, value: str | int, text: str) -> None:
    assert said(kind, value) == text
