"""The report in a real browser: it shows, it folds, it fits, it can be read, and it asks nobody for anything."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from netguard.model.scan import Scan
from tests.browser.conftest import Browser
from tests.golden.report.sample import sample_scan
from tests.hostile.corpus import MARK, NASTY, infected

MODES = pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])

OPEN_ALL = "document.querySelectorAll('details').forEach(d => { d.open = true; });"

CONTRASTS = """
const numbers = text => text.match(/[\\d.]+/g).map(Number);
const channel = v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
const light = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
const behind = e => {
  for (; e; e = e.parentElement) {
    const c = numbers(getComputedStyle(e).backgroundColor);
    if (c.length === 3 || c[3] === 1) return c;
    if (c[3] !== 0) throw new Error('half transparent background on ' + e.outerHTML);
  }
  return [255, 255, 255];
};
const found = [];
for (const e of document.querySelectorAll('body *')) {
  if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || !e.checkVisibility()) continue;
  const [a, b] = [light(numbers(getComputedStyle(e).color)), light(behind(e))];
  found.push([(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.textContent.trim().slice(0, 40)]);
}
return found;
"""
"""The contrast of every visible text with what is behind it (WCAG 2.2, relative luminance and contrast ratio)."""

ENOUGH = 4.5
"""WCAG 2.2, 1.4.3, level AA, for text of normal size."""

HARMFUL = [text for text in NASTY.values() if MARK in text]


def test_what_was_found_and_what_to_do_are_on_the_page(browser: Browser, sample: Path) -> None:
    browser.open(sample)
    said = browser.run("return document.body.innerText")
    assert "Telnet is open on Hallway lock bridge" in said
    for heading in (
        "Do this first",
        "What was found",
        "Not checked",
        "What the router lets in",
        "Who is here",
        "Your Wi-Fi",
        "What netguard cannot tell you",
    ):
        assert heading in said
    assert "Make Home server ask for a login" in said
    assert "because it was not seen" in said
    assert "seem to be on “Sample Wi-Fi”" in said
    assert "At least 3 ports lead in from the internet, one of them to Hallway lock bridge." in said
    assert "netguard upnp remove tcp/8443" in said, "a port that leads to a lock is unfolded"
    browser.run(OPEN_ALL)
    unfolded = browser.run("return document.body.innerText")
    for folded in (
        "The lock bridge shares its network with everything else",
        "Give locks and things a network of their own",
        "netguard explain telnet-open",
        "what that interface asks for: nothing, it answers anybody",
        "it shows its stream without a login",
        "on (version 2.0), announces a PIN; ways in: the PIN on its label and its button",
        "netguard upnp remove udp/51413",
        "kept out, says the router; whatever is in the home can ask for exceptions",
        "They belong to others, so nothing about them is judged.",
    ):
        assert folded not in said
        assert folded in unfolded
    assert browser.run("return getComputedStyle(document.querySelector('.badge-letter')).fontSize") != "16px"


def test_a_port_that_leads_in_leads_to_what_was_found_about_it(browser: Browser, sample: Path) -> None:
    browser.open(sample)
    rows = browser.run("return [...document.querySelectorAll('.mapping > summary')].map(e => e.innerText)")
    assert [row.split()[:2] for row in rows] == [["TCP", "8443"], ["TCP", "21"], ["UDP", "51413"], ["TCP", "7000"]]
    links = browser.run(
        "return [...document.querySelectorAll('.mapping .found-here a')]"
        ".map(a => [a.textContent, document.querySelector(a.hash).textContent])"
    )
    assert len(links) == len(rows)
    assert all(link == heading for link, heading in links)
    tally = browser.driver.find_element("css selector", ".tally-doors a")
    tally.click()
    assert browser.run("return location.hash") == "#doors"


def test_the_page_asks_for_nothing_but_itself_and_the_console_stays_empty(browser: Browser, sample: Path) -> None:
    browser.open(sample)
    browser.run(OPEN_ALL)
    assert browser.requests() == [sample.resolve().as_uri()]
    assert browser.complaints() == []


@pytest.mark.parametrize("nasty", HARMFUL, ids=[name for name, text in NASTY.items() if MARK in text])
def test_nothing_a_device_says_is_run(browser: Browser, write: Callable[[Scan], Path], nasty: str) -> None:
    page = write(infected(sample_scan(), lambda old: nasty + old))
    browser.open(page)
    browser.run(OPEN_ALL)
    assert browser.driver.title.startswith("netguard: ")
    assert browser.run("return document.querySelectorAll('script, img, svg, iframe, [onload], [onfocus]').length") == 0
    assert MARK in browser.run("return document.querySelector('h1').textContent")
    assert browser.requests() == [page.resolve().as_uri()]
    assert browser.complaints() == []


def test_the_policy_stops_what_would_slip_through(browser: Browser, sample: Path) -> None:
    stranger = "http://127.0.0.1:9/"
    slipped = (
        f"<script>document.title='{MARK}'</script><img src='{stranger}a' onerror=\"document.title='{MARK}'\">"
        f"<style>h1{{background:rgb(1,2,3)}}</style><p style='background:rgb(1,2,3)' id=slipped>x</p>"
        f"<iframe src='{stranger}b'></iframe><base href='{stranger}'>"
        f"<form action='{stranger}c'><button id=send>x</button></form>"
    )
    page = sample.read_text(encoding="utf-8")
    sample.write_text(page.replace("<h1>", slipped + "<h1>", 1), encoding="utf-8")
    browser.open(sample)
    browser.run("document.getElementById('send').click()")
    assert browser.driver.title == "netguard: Sample home"
    for what in ("h1", "#slipped"):
        colour = browser.run("return getComputedStyle(document.querySelector(arguments[0])).backgroundColor", what)
        assert colour == "rgba(0, 0, 0, 0)"
    assert browser.run("return document.baseURI") == sample.resolve().as_uri()
    complaints = browser.complaints()
    assert len([c for c in complaints if "Content Security Policy" in c]) >= 7
    assert not [c for c in complaints if "ERR_CONNECTION" in c]


def test_every_fold_opens_and_closes_by_keyboard(browser: Browser, sample: Path) -> None:
    browser.open(sample)
    folds = browser.driver.find_elements("tag name", "details")
    assert len(folds) > 10
    for fold in folds:
        summary = fold.find_element("css selector", ":scope > summary")
        before = fold.get_property("open")
        for key in ("\ue007", " "):  # Enter and the space bar, as WebDriver writes them
            summary.send_keys(key)
            assert fold.get_property("open") is not before, summary.text
            before = fold.get_property("open")
        if not before:
            summary.send_keys("\ue007")


def test_the_tab_key_reaches_every_fold_and_link_and_shows_where_it_is(browser: Browser, sample: Path) -> None:
    browser.open(sample)
    stops = browser.run(
        "return [...document.querySelectorAll('a, summary, [tabindex]')].filter(e => e.checkVisibility()).length"
    )
    body, reached = browser.driver.find_element("tag name", "body"), []
    for _ in range(stops):
        (browser.driver.switch_to.active_element or body).send_keys("\ue004")
        outline = browser.run(
            "const e = document.activeElement; return [e.tagName, getComputedStyle(e).outlineStyle, e.textContent.trim()]"
        )
        assert outline[1] == "solid", outline
        reached.append(outline[2])
    assert reached[0] == "Skip to the report"
    assert any("Device without a name" in text for text in reached)
    assert "About this scan" in reached[-1]


def test_a_link_to_what_is_folded_unfolds_it(browser: Browser, sample: Path) -> None:
    browser.open(sample)
    anchor = browser.run(
        "const links = [...document.querySelectorAll('.found-here a')];"
        "const link = links.find(a => !document.querySelector(a.hash).checkVisibility());"
        "location.hash = link.hash; return link.hash.slice(1)"
    )
    assert browser.run("return document.getElementById(arguments[0]).checkVisibility()", anchor)


def test_dark_mode_changes_the_background(browser: Browser, sample: Path) -> None:
    browser.open(sample)
    colour = "return getComputedStyle(document.body).backgroundColor"
    light = browser.run(colour)
    browser.dark(on=True)
    assert browser.run(colour) != light


@MODES
@pytest.mark.parametrize("letter", ["A", "B", "D", "F", None])
def test_every_text_stands_out_from_what_is_behind_it(
    browser: Browser, write: Callable[[Scan], Path], letter: str | None, dark: bool
) -> None:
    scan = sample_scan()
    assert scan.grade is not None
    grade = replace(scan.grade, letter=letter)  # type: ignore[arg-type]
    severe = tuple(replace(f, severity=s) for f, s in zip(scan.findings, ("critical", "info"), strict=False))
    browser.open(write(replace(scan, grade=grade, findings=(*severe, *scan.findings[2:]))), dark=dark)
    browser.run(OPEN_ALL)
    contrasts = browser.run(CONTRASTS)
    assert len(contrasts) > 100
    assert [c for c in contrasts if c[0] < ENOUGH] == []


@pytest.mark.parametrize("width", [320, 360, 768])
def test_a_narrow_screen_needs_no_scrolling_sideways(browser: Browser, sample: Path, width: int) -> None:
    browser.open(sample, width=width)
    browser.run(OPEN_ALL)
    assert browser.run("return document.documentElement.scrollWidth") <= width


def test_not_even_a_name_without_end_makes_a_narrow_screen_scroll(
    browser: Browser, write: Callable[[Scan], Path]
) -> None:
    browser.open(write(infected(sample_scan(), lambda old: old + "A" * 600)), width=360)
    browser.run(OPEN_ALL)
    assert browser.run("return document.documentElement.scrollWidth") <= 360


def test_the_page_is_built_for_those_who_cannot_see_it(browser: Browser, sample: Path) -> None:
    browser.open(sample)
    levels = browser.run("return [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => Number(h.tagName[1]))")
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert browser.run("return document.documentElement.lang") == "en"
    assert browser.run("return ['header', 'main', 'footer'].map(t => document.querySelectorAll(t).length)") == [1, 1, 1]
    assert browser.run("return document.querySelectorAll('th:not([scope])').length") == 0
    identifiers = browser.run("return [...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(identifiers) == len(set(identifiers))
    assert (
        browser.run(
            "return [...document.querySelectorAll('[aria-labelledby]')]"
            ".filter(e => !document.getElementById(e.getAttribute('aria-labelledby'))).length"
        )
        == 0
    )
    assert (
        browser.run(
            "return [...document.querySelectorAll('a[href^=\"#\"]')].filter(a => !document.querySelector(a.hash)).length"
        )
        == 0
    )
    assert (
        browser.run("return [...document.querySelectorAll('a, summary')].filter(e => !e.textContent.trim()).length")
        == 0
    )


def test_paper_is_given_what_the_folds_hold(browser: Browser, sample: Path) -> None:
    browser.open(sample, dark=True)
    browser.command("Emulation.setEmulatedMedia", media="print")
    shown = "return [...document.querySelectorAll('.evidence')].every(e => e.checkVisibility())"
    assert browser.run(shown)
    assert browser.run("return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    browser.command("Emulation.setEmulatedMedia", media="")
