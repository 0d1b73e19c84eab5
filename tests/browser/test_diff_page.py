"""What changed, in a real browser: it shows, it fits, it can be read, and it asks nobody for anything."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from netguard.model.difference import Difference
from netguard.report.diffs import html
from tests.browser.conftest import Browser
from tests.browser.test_report_page import CONTRASTS, ENOUGH, HARMFUL, MODES, OPEN_ALL
from tests.golden.diff.changes import NOW, quiet_difference, sample_difference
from tests.hostile.corpus import MARK, NASTY, infected


@pytest.fixture
def page(tmp_path: Path) -> Callable[..., Path]:
    """Writes a page of what changed."""

    def write(difference: Difference, say: Callable[[str], str] = lambda old: old) -> Path:
        path = tmp_path / "changes.html"
        path.write_text(html.render(infected(difference, say), NOW), encoding="utf-8")  # type: ignore[arg-type]
        return path

    return write


@pytest.fixture
def much(page: Callable[..., Path]) -> Path:
    """The page of the sample home, with more that was not looked at than is shown at once."""
    sample = sample_difference()
    plug = sample.unobserved[0]
    many = tuple(replace(plug, name=f"Plug {n}") for n in range(html.NAMED + 3))
    return page(replace(sample, unobserved=(*sample.unobserved, *many)))


def test_what_changed_and_what_came_of_it_is_on_the_page(browser: Browser, much: Path) -> None:
    browser.open(much)
    said = browser.run("return document.body.innerText")
    for text in (
        "13 things changed since 21 November 2025",
        "Kitchen camera was never seen here before",
        "TCP port 445 of Storage is open no more",
        "Resolved, or better",
        "Judged otherwise",
        "Looked at otherwise",
        "Not looked at this time",
        "The rules are others than",
        "The two scans",
    ):
        assert text in said
    beneath = browser.run(
        "return [...document.querySelectorAll('.turned')].filter(e => e.innerText.includes('TCP port 23 of'))"
        ".map(e => e.querySelector('.brought').innerText)"
    )
    assert len(beneath) == 1
    assert "Telnet is open on Hallway lock bridge" in beneath[0]
    assert f"Plug {html.NAMED + 2}" not in said
    browser.run(OPEN_ALL)
    assert f"Plug {html.NAMED + 2}" in browser.run("return document.body.innerText")


def test_a_week_without_a_change_says_so_first(browser: Browser, page: Callable[..., Path]) -> None:
    browser.open(page(quiet_difference()))
    assert browser.run("return document.querySelector('.sentence').innerText").startswith("Nothing changed since")
    assert browser.run("return document.querySelector('.badge-letter').innerText") == "0"
    assert browser.run("return document.querySelectorAll('.turned').length") == 0


def test_the_page_asks_for_nothing_but_itself_and_the_console_stays_empty(browser: Browser, much: Path) -> None:
    browser.open(much)
    browser.run(OPEN_ALL)
    assert browser.requests() == [much.resolve().as_uri()]
    assert browser.complaints() == []
    assert browser.run("return document.querySelectorAll('script').length") == 0


@pytest.mark.parametrize("nasty", HARMFUL, ids=[name for name, text in NASTY.items() if MARK in text])
def test_nothing_a_device_says_is_run(browser: Browser, page: Callable[..., Path], nasty: str) -> None:
    path = page(sample_difference(), lambda old: nasty + old)
    browser.open(path)
    browser.run(OPEN_ALL)
    assert browser.driver.title.startswith("netguard: what changed in ")
    assert browser.run("return document.querySelectorAll('script, img, svg, iframe, [onload], [onfocus]').length") == 0
    assert MARK in browser.run("return document.querySelector('h1').textContent")
    assert browser.requests() == [path.resolve().as_uri()]
    assert browser.complaints() == []


def test_the_policy_stops_what_would_slip_through(browser: Browser, much: Path) -> None:
    slipped = (
        f"<script>document.title='{MARK}'</script><img src='http://127.0.0.1:9/a'>"
        "<p style='background:rgb(1,2,3)' id=slipped>x</p>"
    )
    text = much.read_text(encoding="utf-8")
    much.write_text(text.replace("<h1>", slipped + "<h1>", 1), encoding="utf-8")
    browser.open(much)
    assert browser.driver.title == "netguard: what changed in Sample home"
    colour = browser.run("return getComputedStyle(document.querySelector('#slipped')).backgroundColor")
    assert colour == "rgba(0, 0, 0, 0)"
    assert len([c for c in browser.complaints() if "Content Security Policy" in c]) >= 3


@MODES
@pytest.mark.parametrize("name", ["much", "resolved", "nothing"])
def test_every_text_stands_out_from_what_is_behind_it(
    browser: Browser, page: Callable[..., Path], name: str, dark: bool
) -> None:
    sample = sample_difference()
    good = tuple(f for f in sample.findings if f.fate == "resolved")
    shown = {"much": sample, "resolved": replace(sample, changes=(), findings=good), "nothing": quiet_difference()}
    browser.open(page(shown[name]), dark=dark)
    browser.run(OPEN_ALL)
    contrasts = browser.run(CONTRASTS)
    assert len(contrasts) > 20
    assert [c for c in contrasts if c[0] < ENOUGH] == []


@pytest.mark.parametrize("width", [320, 360, 768])
def test_a_narrow_screen_needs_no_scrolling_sideways(browser: Browser, much: Path, width: int) -> None:
    browser.open(much, width=width)
    browser.run(OPEN_ALL)
    assert browser.run("return document.documentElement.scrollWidth") <= width


def test_not_even_a_name_without_end_makes_a_narrow_screen_scroll(browser: Browser, page: Callable[..., Path]) -> None:
    browser.open(page(sample_difference(), lambda old: old + "A" * 600), width=360)
    browser.run(OPEN_ALL)
    assert browser.run("return document.documentElement.scrollWidth") <= 360


def test_the_page_is_built_for_those_who_cannot_see_it(browser: Browser, much: Path) -> None:
    browser.open(much)
    levels = browser.run("return [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => Number(h.tagName[1]))")
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert browser.run("return document.documentElement.lang") == "en"
    identifiers = browser.run("return [...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(identifiers) == len(set(identifiers))
    missing = "[...document.querySelectorAll('[aria-labelledby]')].filter(e => !document.getElementById(e.getAttribute('aria-labelledby')))"
    assert browser.run(f"return {missing}.length") == 0


def test_paper_is_given_what_the_folds_hold(browser: Browser, much: Path) -> None:
    browser.open(much, dark=True)
    browser.command("Emulation.setEmulatedMedia", media="print")
    assert browser.run("return [...document.querySelectorAll('.unchecked li')].every(e => e.checkVisibility())")
    assert browser.run("return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    browser.command("Emulation.setEmulatedMedia", media="")
