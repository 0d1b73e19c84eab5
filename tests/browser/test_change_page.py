"""Rules for the router in a real browser: they can be copied to the letter, nothing else runs, and it fits."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from netguard.report.change import Change
from netguard.report.formats import html
from tests.browser.conftest import Browser
from tests.browser.test_report_page import CONTRASTS, ENOUGH, HARMFUL, MODES, OPEN_ALL
from tests.golden.report.rules import CHANGE, RULES
from tests.golden.report.sample import NOW, sample_scan
from tests.hostile.corpus import MARK, NASTY, infected

ENTER = "\ue007"
"""As WebDriver writes it."""

UNTIL_SAID = """
const [button, done] = arguments;
const look = () => (button.nextElementSibling.textContent ? done() : setTimeout(look, 10));
look();
"""


@pytest.fixture
def page(tmp_path: Path) -> Callable[..., Path]:
    """Writes a page with rules for the router."""

    def write(change: Change = CHANGE, say: Callable[[str], str] = lambda old: old) -> Path:
        path = tmp_path / "firewall.html"
        path.write_text(html.render(infected(sample_scan(), say), NOW, change), encoding="utf-8")
        return path

    return write


def test_plan_proof_and_way_back_are_on_the_page(browser: Browser, page: Callable[..., Path]) -> None:
    browser.open(page())
    said = browser.run("return document.body.innerText")
    for text in (
        "What changes on your router",
        "Today and tomorrow",
        "192.168.30.21, ::21",
        "lock-cloud.example (TCP 443 and 8883)",
        "Who reaches whom",
        "Tried with real packets",
        "2 → 1",
        "What to do, in this order",
        "Packet-tested",
        "How to take all of it back",
    ):
        assert text in said
    assert "add table inet netguard" not in said, "files are folded until one looks for them"
    browser.run(OPEN_ALL)
    assert "add table inet netguard" in browser.run("return document.body.innerText")


def test_a_button_copies_its_file_to_the_letter(browser: Browser, page: Callable[..., Path]) -> None:
    browser.open(page())
    browser.run(OPEN_ALL)
    browser.command("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    buttons = browser.driver.find_elements("css selector", "button")
    assert [b.text for b in buttons] == ["Copy rules.nft", "Copy undo.sh"]
    for button, text in zip(buttons, (RULES, CHANGE.made.files[1].text), strict=True):
        button.send_keys(ENTER)
        browser.driver.execute_async_script(UNTIL_SAID, button)
        assert browser.run("return arguments[0].nextElementSibling.textContent", button) == "Copied."
        assert browser.run("return navigator.clipboard.readText()") == text
    assert browser.complaints() == []


def test_where_the_browser_has_no_clipboard_the_text_is_selected(browser: Browser, page: Callable[..., Path]) -> None:
    browser.open(page())
    browser.run(OPEN_ALL)
    browser.run(
        "Object.defineProperty(navigator, 'clipboard', {value: undefined}); document.execCommand = () => false;"
    )
    browser.driver.find_elements("css selector", "button")[0].send_keys(ENTER)
    assert browser.run("return getSelection().toString()").strip() == RULES.strip()
    assert "copy it yourself" in browser.run("return document.querySelector('.copying [role=status]').textContent")


def test_the_page_asks_for_nothing_but_itself_and_the_console_stays_empty(
    browser: Browser, page: Callable[..., Path]
) -> None:
    path = page()
    browser.open(path)
    browser.run(OPEN_ALL)
    assert browser.requests() == [path.resolve().as_uri()]
    assert browser.complaints() == []
    assert browser.run("return document.querySelectorAll('script').length") == 1
    assert not browser.run("return document.querySelector('button').hidden"), "the script that is ours runs"


@pytest.mark.parametrize("nasty", HARMFUL, ids=[name for name, text in NASTY.items() if MARK in text])
def test_nothing_a_device_says_is_run(browser: Browser, page: Callable[..., Path], nasty: str) -> None:
    browser.open(page(say=lambda old: nasty + old))
    browser.run(OPEN_ALL)
    assert browser.driver.title.startswith("netguard: ")
    assert browser.run("return document.querySelectorAll('img, svg, iframe, [onload], [onfocus]').length") == 0
    assert browser.run("return document.querySelectorAll('script').length") == 1
    assert browser.complaints() == []


def test_the_policy_stops_a_script_beside_the_one_that_copies(browser: Browser, page: Callable[..., Path]) -> None:
    path = page()
    text = path.read_text(encoding="utf-8")
    slipped = (
        f"<script>document.title='{MARK}'</script><button onclick=\"document.title='{MARK}'\" id=slipped>x</button>"
    )
    path.write_text(text.replace("<h1>", slipped + "<h1>", 1), encoding="utf-8")
    browser.open(path)
    browser.run("document.getElementById('slipped').click()")
    assert browser.driver.title == "netguard: Sample home"
    assert len([c for c in browser.complaints() if "Content Security Policy" in c]) >= 2


@MODES
def test_every_text_stands_out_from_what_is_behind_it(browser: Browser, page: Callable[..., Path], dark: bool) -> None:
    assert CHANGE.proof is not None
    rows = tuple(replace(r, after=True) if r.id == "Q2" else r for r in CHANGE.proof.rows)
    browser.open(page(replace(CHANGE, proof=replace(CHANGE.proof, rows=rows))), dark=dark)
    browser.run(OPEN_ALL)
    assert [c for c in browser.run(CONTRASTS) if c[0] < ENOUGH] == []


@pytest.mark.parametrize("width", [320, 360, 768])
def test_a_narrow_screen_needs_no_scrolling_sideways(browser: Browser, page: Callable[..., Path], width: int) -> None:
    browser.open(page(), width=width)
    browser.run(OPEN_ALL)
    assert browser.run("return document.documentElement.scrollWidth") <= width


def test_the_page_is_built_for_those_who_cannot_see_it(browser: Browser, page: Callable[..., Path]) -> None:
    browser.open(page())
    levels = browser.run("return [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => Number(h.tagName[1]))")
    assert all(after - before <= 1 for before, after in pairwise(levels))
    identifiers = browser.run("return [...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(identifiers) == len(set(identifiers))
    assert browser.run("return document.querySelectorAll('th:not([scope])').length") == 0
    small = browser.run(
        OPEN_ALL + "return [...document.querySelectorAll('button')].map(b => b.getBoundingClientRect().height)"
    )
    assert all(height >= 44 for height in small)


def test_paper_is_given_the_files_and_no_buttons(browser: Browser, page: Callable[..., Path]) -> None:
    browser.open(page())
    browser.command("Emulation.setEmulatedMedia", media="print")
    assert browser.run("return [...document.querySelectorAll('pre')].every(e => e.checkVisibility())")
    assert not browser.run("return document.querySelector('button').checkVisibility()")
    browser.command("Emulation.setEmulatedMedia", media="")
