"""Accepted risks and the last scans in a real browser: told apart from what counts, readable, and it fits."""

from itertools import pairwise
from pathlib import Path

import pytest

from netguard.report.formats import html
from tests.browser.conftest import Browser
from tests.browser.test_report_page import CONTRASTS, ENOUGH, HARMFUL, MODES, OPEN_ALL
from tests.golden.report.over_time import OVERLAY
from tests.golden.report.sample import NOW, sample_scan
from tests.unit.report.test_hostile_overlay import laid_over


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """The sample's page with what its history knows."""
    path = tmp_path / "over-time.html"
    path.write_text(html.render(sample_scan(), NOW, overlay=OVERLAY), encoding="utf-8")
    return path


def test_who_accepted_what_until_when_and_why_is_on_the_page(browser: Browser, page: Path) -> None:
    browser.open(page)
    said = browser.run("return document.body.innerText")
    for text in (
        "Grade D, with 3 accepted risks",
        "Accepted by Ada until 1 March 2026: It shows the compost heap; a new one comes in spring.",
        "netguard accept remove 00000001",
        "was accepted until 1 November 2025 and counts again",
        "needs it no more: what it is about stands open no more",
        "Over time",
        "2 things changed since 14 November 2025, 18:04 UTC (scan sample-7).",
        "since 3 September 2025, in 7 scans",
    ):
        assert text in said
    browser.run(OPEN_ALL)
    unfolded = browser.run("return document.body.innerText")
    assert "Open since 3 October 2025, in 6 scans." in unfolded
    assert unfolded.count("--reason WHY --until DATE") == 22


def test_what_is_accepted_does_not_look_like_what_counts(browser: Browser, page: Path) -> None:
    browser.open(page)
    border = "return getComputedStyle(document.querySelector(arguments[0])).borderLeftColor"
    accepted = browser.run(border, "section[aria-labelledby=accepted] .problem-critical")
    assert accepted != browser.run(border, "section[aria-labelledby=problems] .problem-high")
    problems = browser.run("return document.querySelector('section[aria-labelledby=problems]').innerText")
    assert "Garden camera shows" not in problems
    tally = browser.driver.find_element("css selector", ".tally-accepted a")
    assert tally.text == "3 accepted"
    tally.click()
    assert browser.run("return location.hash") == "#accepted"


def test_the_scans_stand_in_a_table_and_in_a_row_of_letters(browser: Browser, page: Path) -> None:
    browser.open(page)
    rows = browser.run(
        "return [...document.querySelectorAll('.over-time tbody tr')].map(r => [...r.cells].map(c => c.innerText))"
    )
    assert rows[0] == ["21 Nov 2025\nthis scan", "D", "22", "1", "0", "3"]
    assert rows[-1] == ["3 Sep 2025", "C", "17", "–", "–", "–"]
    letters = browser.run("return [...document.querySelectorAll('.moment')].map(e => e.innerText)")
    assert letters == ["C", "C", "–", "D", "B", "D", "D", "D"]
    assert browser.run("return document.querySelector('.moments').getAttribute('aria-hidden')") == "true"


def test_every_link_leads_somewhere_and_headings_follow_each_other(browser: Browser, page: Path) -> None:
    browser.open(page)
    links = (
        "return [...document.querySelectorAll('a[href^=\"#\"]')].filter(a => !document.querySelector(a.hash)).length"
    )
    assert browser.run(links) == 0
    levels = browser.run("return [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => Number(h.tagName[1]))")
    assert all(after - before <= 1 for before, after in pairwise(levels))
    identifiers = browser.run("return [...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(identifiers) == len(set(identifiers))
    assert browser.run("return document.querySelectorAll('th:not([scope])').length") == 0


def test_the_page_asks_nobody_and_the_console_stays_empty(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.run(OPEN_ALL)
    assert browser.requests() == [page.resolve().as_uri()]
    assert browser.complaints() == []


@MODES
def test_every_text_stands_out_from_what_is_behind_it(browser: Browser, page: Path, dark: bool) -> None:
    browser.open(page, dark=dark)
    browser.run(OPEN_ALL)
    assert [c for c in browser.run(CONTRASTS) if c[0] < ENOUGH] == []


@pytest.mark.parametrize("width", [320, 360, 768])
def test_a_narrow_screen_needs_no_scrolling_sideways(browser: Browser, page: Path, width: int) -> None:
    browser.open(page, width=width)
    browser.run(OPEN_ALL)
    assert browser.run("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("nasty", HARMFUL)
def test_nothing_that_somebody_wrote_is_run(browser: Browser, page: Path, nasty: str) -> None:
    page.write_text(html.render(sample_scan(), NOW, overlay=laid_over(nasty)), encoding="utf-8")
    browser.open(page)
    browser.run(OPEN_ALL)
    assert browser.driver.title == "netguard: Sample home"
    assert browser.run("return document.querySelectorAll('script, img, svg, iframe, [onload], [onfocus]').length") == 0
    assert browser.complaints() == []


def test_a_reason_without_end_makes_no_narrow_screen_scroll(browser: Browser, page: Path) -> None:
    page.write_text(html.render(sample_scan(), NOW, overlay=laid_over("A" * 600)), encoding="utf-8")
    browser.open(page, width=360)
    browser.run(OPEN_ALL)
    assert browser.run("return document.documentElement.scrollWidth") <= 360


def test_paper_is_given_the_letters_and_the_decisions(browser: Browser, page: Path) -> None:
    browser.open(page, dark=True)
    browser.command("Emulation.setEmulatedMedia", media="print")
    try:
        assert browser.run("return document.querySelector('.moment').checkVisibility()")
        assert (
            browser.run("return getComputedStyle(document.querySelector('.moment-letter')).printColorAdjust") == "exact"
        )
        assert "Accepted by Ben until" in browser.run("return document.body.innerText")
    finally:
        browser.command("Emulation.setEmulatedMedia", media="")
