"""What each format promises beside saying what the view says."""

import base64
import hashlib
import re
import subprocess
import sys

import pytest

from netguard.registry import load_all
from netguard.report.formats import html, text
from netguard.report.lines import NARROWEST
from tests.golden.report.sample import NOW, sample_scan

FORMATS = load_all("netguard.report.formats", "EXTENSION", "render")


def test_the_formats_of_the_first_step_are_there() -> None:
    assert {"html", "json", "text"} <= set(FORMATS)
    assert {name: FORMATS[name].EXTENSION for name in ("html", "json", "text")} == {
        "html": "html",
        "json": "json",
        "text": "txt",
    }


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_scan_at_the_same_time_gives_the_same_text(name: str) -> None:
    module = FORMATS[name]
    assert module.render(sample_scan(), NOW) == module.render(sample_scan(), NOW)
    assert module.render(sample_scan(), NOW).endswith("\n")


def test_the_policy_allows_exactly_the_style_of_the_page_and_nothing_else() -> None:
    page = html.render(sample_scan(), NOW)
    style = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert len(style) == 1
    digest = base64.b64encode(hashlib.sha256(style[0].encode()).digest()).decode()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert policy[1].replace("&#39;", "'").replace("&#43;", "+") == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    assert page.index("Content-Security-Policy") < page.index("<style>")


def test_the_page_has_no_script_no_inline_style_and_loads_nothing() -> None:
    page = html.render(sample_scan(), NOW)
    assert not re.search(r"<(script|iframe|object|embed|form|img|audio|video|base)\b|\sstyle=|\son[a-z]+=", page)
    assert re.findall(r"<link [^>]*>", page) == ['<link rel="icon" href="data:,">']
    assert not re.search(r"@import|url\(", page)


@pytest.mark.parametrize("width", [1, 40, 72, 80, 132])
def test_text_keeps_to_the_width_it_is_given_but_not_below_the_narrowest(width: int) -> None:
    lines = text.render(sample_scan(), NOW, width=width).splitlines()
    assert max(map(len, lines)) <= max(width, NARROWEST)


def test_text_is_plain_unless_colour_is_asked_for() -> None:
    assert "\x1b" not in text.render(sample_scan(), NOW)
    assert "\x1b[31m[High] Telnet is open" in text.render(sample_scan(), NOW, colour=True)


def test_the_view_and_the_plain_formats_do_not_load_jinja() -> None:
    code = "import sys, netguard.report.formats.text, netguard.report.formats.json; sys.exit('jinja2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
