"""What stands in the history is text as well: reasons, owners, ids and names that a stranger's export could have brought."""

import re
import unicodedata
from dataclasses import replace
from types import MappingProxyType

import pytest

from netguard.cli._bare import last_result
from netguard.cli._summary import WIDTH, summary
from netguard.model.overlay import Decisions, Overlay
from netguard.report.formats import html, text
from tests.golden.report.over_time import DIFFERENCE, OVERLAY
from tests.golden.report.sample import NOW, sample_scan
from tests.hostile.corpus import NASTY
from tests.unit.report.test_hostile_text import CONTROL, Page

SCAN = sample_scan()
EACH = pytest.mark.parametrize("nasty", NASTY.values(), ids=NASTY)


def laid_over(nasty):
    """The sample's overlay with `nasty` in every text of a person's or a device's."""
    decided, time = OVERLAY.decisions, OVERLAY.time

    def said(one):
        return replace(one, id=nasty, reason=nasty, owner=nasty, check=nasty, device=nasty)

    by = {name: said(one) for name, one in decided.accepted.items()}
    decisions = Decisions(
        day=decided.day,
        accepted=MappingProxyType(by),
        lapsed=tuple(replace(e, acceptance=said(e.acceptance), about=(nasty, nasty)) for e in decided.lapsed),
        unused=tuple(replace(e, acceptance=said(e.acceptance), about=(nasty, nasty)) for e in decided.unused),
        grade=decided.grade,
        saved=True,
    )
    changes = tuple(replace(c, name=nasty, what=nasty, subject=nasty, findings=()) for c in DIFFERENCE.changes)
    findings = tuple(replace(f, title=nasty, name=nasty, check=nasty) for f in DIFFERENCE.findings)
    side = replace(DIFFERENCE.old, id=nasty, grade=nasty, interface=nasty)
    difference = replace(DIFFERENCE, changes=changes, findings=findings, old=side)
    moments = tuple(replace(m, id=nasty, letter=nasty) for m in time.moments)
    return Overlay(decisions=decisions, time=replace(time, moments=moments, difference=difference))


def uncompared(nasty):
    """The same where the scan before could not be read, with a reason that has `nasty` in it."""
    overlay = laid_over(nasty)
    return replace(overlay, time=replace(overlay.time, difference=None, problem=nasty))


@EACH
def test_a_page_has_the_same_tags_whatever_was_written(nasty):
    page = html.render(SCAN, NOW, overlay=laid_over(nasty))
    told, harmless = Page(page), Page(html.render(SCAN, NOW, overlay=laid_over("a " * (len(nasty) // 2 + 1))))
    assert told.tags == harmless.tags
    assert told.attributes == harmless.attributes
    assert "<script" not in page.casefold()
    page.encode("utf-8")
    assert "<script" not in html.render(SCAN, NOW, overlay=uncompared(nasty)).casefold()


@EACH
def test_text_and_terminal_have_no_control_character_and_no_long_line(nasty):
    for said, width in (
        (text.render(SCAN, NOW, overlay=laid_over(nasty)), 80),
        (summary(SCAN, NOW, laid_over(nasty)), WIDTH),
        (text.render(SCAN, NOW, overlay=uncompared(nasty)), 80),
    ):
        lines = said.replace("\n", "")
        assert [c for c in lines if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"}] == []
        assert not CONTROL.search(lines)
        assert max(map(len, said.splitlines())) <= width


def test_no_command_to_type_has_anything_of_it_in_it():
    overlay = laid_over("1; reboot #")
    overlay = replace(overlay, decisions=replace(overlay.decisions, site="1; reboot #"))
    page = html.render(SCAN, NOW, overlay=overlay)
    typed = re.findall(r"<code>(netguard [^<]*)</code>", page)
    assert typed
    assert not [each for each in typed if "reboot" in each]


@EACH
def test_netguard_alone_says_no_control_character(nasty):
    """Names of devices, of sites and what steps are called: all of it may come out of somebody's file."""
    made = replace(
        SCAN,
        site=nasty,
        devices=tuple(replace(d, name=nasty) for d in SCAN.devices),
        actions=tuple(replace(a, title=nasty) for a in SCAN.actions),
        findings=tuple(replace(f, title=nasty) for f in SCAN.findings),
    )
    said = last_result(made, NOW, laid_over(nasty).decisions)
    assert [c for c in said.replace("\n", "") if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"}] == []
    assert not CONTROL.search(said.replace("\n", ""))
    assert len(said.splitlines()) == len(last_result(SCAN, NOW, OVERLAY.decisions).splitlines())
