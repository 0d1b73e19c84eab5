"""What the person has decided to live with, in words: by whom, until when, why, and which decisions have run out."""

from collections.abc import Iterable

from netguard.model.acceptance import Acceptance
from netguard.model.observation import clean
from netguard.model.overlay import Decisions, Lapsed, Unused
from netguard.model.scan import Scan
from netguard.report import words
from netguard.report.decided import ID, SHORT
from netguard.report.findings import cards
from netguard.report.overlay_shape import AcceptedView
from netguard.report.shape import FindingView
from netguard.report.subjects import prose, subject

SHOWN = 5
"""Decisions of one kind that are warned of, one by one; `netguard accept list` has all of them."""


def accepted(scan: Scan, decisions: Decisions, problems: Iterable[FindingView]) -> AcceptedView | None:
    """What is accepted among `problems`, and what became of the other decisions; null where there is nothing of either."""
    held = tuple(p for p in problems if p.disposition == "accepted")
    lapsed = [said for each in decisions.lapsed if (said := _lapsed(scan, each)) is not None]
    unused = [_unused(scan, each) for each in decisions.unused]
    if not (held or lapsed or unused):
        return None
    shown, more = cards(held)
    return AcceptedView(
        cards=(*shown, *more),
        lead=_lead(len(held)),
        lapsed=_few(lapsed),
        unused=_few(unused),
    )


def _lead(number: int) -> str:
    until = "in the grade until the day that is named, and then again."
    if number == 1:
        return f"You decided to live with this. It is open as before; it only does not count {until}"
    return f"You decided to live with these. They are open as before; they only do not count {until}" if number else ""


def place(scan: Scan, about: tuple[str, str] | None, said: Acceptance) -> str:
    """`telnet-open on Hallway lock bridge`, or the beginning of a fingerprint of which no more is known."""
    if about is None:
        return f"finding {clean(said.fingerprint or said.id)[:SHORT]}"
    return f"{clean(about[0])} on {subject(scan, about[1]).name}"


def _lapsed(scan: Scan, each: Lapsed) -> str | None:
    """Of a decision that has ended: that it counts again; null where nothing of it stands open."""
    if not each.open:
        return None
    said = each.acceptance
    titles = {f.fingerprint: f.title for f in scan.findings}
    first = uncoded(prose(titles.get(each.open[0], ""))).rstrip(".")
    also = f", and {words.count(len(each.open) - 1, 'more like it', 'more like it')}," if len(each.open) > 1 else ""
    how = f" To accept it once more: {again}" if (again := _again(each)) else ""
    return f"“{first}”{also} was accepted until {words.day(said.until)} and counts again.{how}"


def _again(each: Lapsed) -> str | None:
    said = each.acceptance
    if not ID.fullmatch(said.id):
        return None
    return f"`netguard accept renew {said.id} --until DATE`. To remove it: `netguard accept remove {said.id}`"


def _unused(scan: Scan, each: Unused) -> str:
    said = each.acceptance
    out = f" To remove it: `netguard accept remove {said.id}`" if ID.fullmatch(said.id) else ""
    what, until = uncoded(place(scan, each.about, said)), words.day(said.until)
    return f"{what} {clean(each.why)}, so this acceptance (until {until}) is no longer needed.{out}"


def _few(said: list[str]) -> tuple[str, ...]:
    more = len(said) - SHOWN
    return (*said[:SHOWN], *([f"{more} more of them: `netguard accept list`"] if more > 0 else []))


def uncoded(text: str) -> str:
    """`text` of a device or a document without the marks of a command: those are ours alone here."""
    return text.replace("`", "'")
