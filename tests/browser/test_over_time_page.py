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
        "Grade D: Telnet is open on Hallway lock bridge, and 3 more problems as serious. 3 accepted risks are not counted.",
        "Accepted by Ada until 1 March 2026: It shows the compost heap; a new one comes in spring.",
        "netguard accept remove 00000001",
        "was accepted until 1 November 2025 and counts again",
        "telnet-open on Study printer is closed now, so this acceptance (until 1 June 2026) is no longer needed.",
        "Over time",
        "2 things changed since 14 November 2025, 18:04 UTC (scan sample-7).",
        "since before 3 September 2025, in 7 scans",
        "1 scan of another network is left out; netguard history lists them.",
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
    assert letters == ["C", "C", "–", "D", "D", "D", "D"]
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


@pytest.mark.parametrize("width", [320, 360, 479, 481, 640, 641, 768])
def test_the_table_of_scans_is_cut_on_no_screen(browser: Browser, page: Path, width: int) -> None:
    """Of itself, and not of the page: its frame would let it be moved, and who does that on a telephone misses half."""
    browser.open(page, width=width)
    cut = browser.run(
        "const frame = document.querySelector('.over-time').parentElement, edge = frame.getBoundingClientRect();"
        "const inside = [...frame.querySelectorAll('tbody th, tbody td')].map(c => c.getBoundingClientRect());"
        "return [frame.scrollWidth - frame.clientWidth,"
        " inside.filter(c => c.right > edge.right + 1 || c.left < edge.left - 1 || !c.width).length]"
    )
    assert cut == [0, 0]
    first = browser.run("return document.querySelector('.over-time tbody tr').innerText").split()
    assert [word for word in first if word.isdigit()][-4:] == ["22", "1", "0", "3"]


def test_each_number_on_a_telephone_says_what_it_is(browser: Browser, page: Path) -> None:
    browser.open(page, width=360)
    said = browser.run(
        "return [...document.querySelector('.over-time tbody tr').querySelectorAll('td')]"
        ".map(c => getComputedStyle(c, '::before').content)"
    )
    assert [text.strip('" ') for text in said] == ["Grade", "Open", "New", "Resolved", "Accepted"]
    roles = browser.run("return [...document.querySelectorAll('.over-time [role]')].map(e => e.getAttribute('role'))")
    assert {"row", "rowheader", "columnheader", "cell"} <= set(roles)


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
