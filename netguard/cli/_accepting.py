"""Risks that a person accepts: which finding is meant, for how long, and what becomes of each decision."""

import difflib
import getpass
import os
import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from netguard import registry
from netguard.cli import _overlays
from netguard.cli._known import Book
from netguard.cli.history import _table
from netguard.compare import labels
from netguard.compare.acceptances import Covering, holds
from netguard.errors import HistoryError, UsageError
from netguard.history.database import default_url
from netguard.history.store import History
from netguard.model import codec
from netguard.model.acceptance import Acceptance
from netguard.model.observation import clean
from netguard.model.overlay import Decisions
from netguard.model.scan import Scan
from netguard.model.timeline import Entry, OpenLine
from netguard.model.vocabulary import Status
from netguard.report.accepted import place
from netguard.report.subjects import worded

SHORTEST = 8
"""Hexadecimal digits of a fingerprint that are enough to name it; fewer could be a typing error that fits another."""

MAX_REASON = 300
"""Characters of a reason: a sentence or three; a report's card has no room for more."""

MAX_OWNER = 64
"""Characters of an owner's name."""

NAMED = 5
"""Findings or decisions that a message names, so that it stays readable."""

_HEX = re.compile(r"[0-9a-f]{8,32}")
_TARGETS = ("wifi:", "segment:")
"""How targets begin that are no device; `network` is one, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One decision as the latest scan of its site shows it."""

    acceptance: Acceptance
    what: str
    state: str
    titles: tuple[str, ...]
    """What it is about and what stands open."""
    problem: str | None
    """Why a person should look at it; null where all is as decided."""


def accept(
    target: str, *, reason: str, until: date, owner: str | None, site: str | None, database: str | None
) -> Iterator[str]:
    """Accept `target` and say what that does. Raises `UsageError` where it is not clear what is meant, `HistoryError`."""
    now = datetime.now(UTC)
    said = _said(reason, "a reason", MAX_REASON)
    by = _said(owner if owner is not None else _login(), "an owner (--owner)", MAX_OWNER)
    _check_day(until, _overlays.today(now))
    with History.open(database or default_url()) as history:
        scan, series = _latest(history, site)
        draft = Acceptance(
            id=uuid.uuid4().hex[:8],
            site=scan.site,
            reason=said,
            owner=by,
            accepted_at=now,
            until=until,
            **_meant(target, scan, series, Book(database, scan.site)),
        )
        known = history.known(scan.site)
        open_ones = _open_in(scan, Covering(scan, (draft,), known))
        earlier = None if open_ones else _open_before(series, scan, Covering(scan, (draft,), known))
        if not open_ones and earlier is None:
            raise UsageError(_nothing_open(target, draft, scan, series))
        same = next((a for a in history.acceptances(scan.site) if _is_about_the_same(a, draft)), None)
        kept = draft if same is None else replace(draft, id=same.id)
        history.accept(kept)
        decided = _overlays.decisions(history, scan, now)
    yield f"{'Accepted' if same is None else 'Accepted anew'} until {until} by {clean(by)} ({kept.id}):"
    yield from _some(worded(t) for t in open_ones)
    if earlier is not None:
        yield f"  {earlier[1]}: not open in the latest scan, but in the one of {earlier[0]}"
    yield from _effect(scan, decided)
    yield f"To take it back: netguard accept remove {kept.id}"


def renew(id_: str, *, until: date, reason: str | None, site: str | None, database: str | None) -> Iterator[str]:
    """Let a decision hold until another day. Raises `UsageError` where there is none of that id, `HistoryError`."""
    _check_day(until, _overlays.today(datetime.now(UTC)))
    with History.open(database or default_url()) as history:
        found = _found(history, id_, site)
        changed = replace(found, until=until)
        if reason is not None:
            changed = replace(changed, reason=_said(reason, "a reason", MAX_REASON))
        history.accept(changed)
    yield f"{found.id} holds until {until}; it held until {found.until}."


def remove(id_: str, site: str | None, database: str | None) -> str:
    """Take a decision back and say what counts again; a damaged one goes by its whole id. Raises `UsageError`."""
    with History.open(database or default_url()) as history:
        try:
            found = _found(history, id_, site)
        except HistoryError:
            # A damaged row stands in the way of all others until it is out, and it can be named by its id only.
            if any(history.take_back(each, id_) for each in _sites(history, site)):
                return f"{clean(id_)} is taken out."
            raise
        history.take_back(found.site, found.id)
    return f"{found.id} is taken back: what it was about counts again, at once."


def listed(site: str | None, database: str | None) -> tuple[Listed, ...]:
    """Every decision of `site`, or of all sites, in the order they were made. Raises `HistoryError`."""
    now = datetime.now(UTC)
    found: list[Listed] = []
    with History.open(database or default_url()) as history:
        for each in _sites(history, site):
            said = history.acceptances(each)
            scan = history.latest(each) if said else None
            if scan is None:
                found += [_unscanned(a, _overlays.today(now)) for a in said]
            else:
                scan = labels.laid_over(scan, history.known(each))
                decided = _overlays.decisions(history, scan, now)
                covering = Covering(scan, said, history.known(each))
                found += [_listed(a, scan, decided, covering) for a in said]
    return tuple(found)


def table(said: tuple[Listed, ...]) -> str:
    """A line a decision."""
    rows: list[tuple[str, ...]] = [("ID", "UNTIL", "BY", "WHAT", "STATE", "REASON")]
    rows += [
        (a.id, str(a.until), clean(a.owner), each.what, each.state, clean(a.reason))
        for each in said
        for a in (each.acceptance,)
    ]
    return _table(rows)


def warnings(each: Listed) -> Iterator[str]:
    """What a person should do about it."""
    if each.problem is not None:
        yield f"{each.acceptance.id} ({each.what}): {each.problem}"


def as_json(each: Listed) -> dict[str, Any]:
    """The decision under the names of its fields, and how it stands."""
    import json

    plain: dict[str, Any] = json.loads(codec.dumps_value(each.acceptance))
    return plain | {"state": each.state, "open": list(each.titles), "problem": each.problem}


def _latest(history: History, site: str | None) -> tuple[Scan, tuple[Entry, ...]]:
    scan = history.latest(site)
    if scan is None:
        whose = "" if site is None else f" of site {clean(site)!r}"
        raise UsageError(f"there are no saved scans{whose} yet, so there is nothing to accept: run netguard scan")
    return labels.laid_over(scan, history.known(scan.site)), history.timeline(scan.site, _overlays.SERIES)


def _meant(target: str, scan: Scan, series: tuple[Entry, ...], book: Book) -> dict[str, str]:
    """What an acceptance of `target` says it is about. Raises `UsageError`."""
    if "@" not in target:
        return {"fingerprint": _fingerprint(target, scan, series)}
    check, _, device = target.partition("@")
    if check not in registry.names("netguard.checks"):
        near = difflib.get_close_matches(check, registry.names("netguard.checks"), 3)
        meant = f": did you mean {' or '.join(near)}?" if near else "; `netguard explain CHECK` knows them"
        raise UsageError(f"there is no check {clean(check)!r}{meant}")
    if device == "network" or device.startswith(_TARGETS):
        return {"check": check, "device": device}
    there = scan.device(device)
    return {"check": check, "device": there.key if there is not None else book.find(device).key}


def _fingerprint(target: str, scan: Scan, series: tuple[Entry, ...]) -> str:
    """The whole fingerprint that `target` is or begins: of the latest scan, else of an earlier one."""
    if not _HEX.fullmatch(target):
        raise UsageError(
            f"{clean(target)!r} is neither a fingerprint (at least {SHORTEST} of its digits, as a report shows it) "
            "nor CHECK@DEVICE"
        )
    now = {f.fingerprint: f.title for f in scan.findings if f.status is Status.FAIL}
    before = {line.fingerprint: f"{line.check} on {line.target}" for e in series for line in e.summary.open}
    for known in (now, before):
        found = sorted(name for name in known if name.startswith(target))
        if len(found) == 1:
            return found[0]
        if found:
            named = "; ".join(f"{name} ({clean(known[name])})" for name in found[:NAMED])
            raise UsageError(f"several findings begin with {target}: {named}; give more of it")
    raise UsageError(
        f"nothing that stands open in the saved scans of site {clean(scan.site)!r} has the fingerprint {target}: "
        "`netguard report` shows it beneath what was found"
    )


def _open_in(scan: Scan, covering: Covering) -> list[str]:
    return [f.title for f in scan.findings if f.status is Status.FAIL and covering.about(f)]


def _open_before(series: tuple[Entry, ...], scan: Scan, covering: Covering) -> tuple[date, str] | None:
    """When what is meant stood open last, and what that is; null where it never did."""
    for entry in reversed(series):
        line: OpenLine | None = next((o for o in entry.summary.open if covering.about(o)), None)
        if line is not None:
            about = place(scan, (line.check, line.target), covering.acceptances[0])
            return entry.line.started_at.astimezone().date(), about
    return None


def _nothing_open(target: str, draft: Acceptance, scan: Scan, series: tuple[Entry, ...]) -> str:
    targets = Covering(scan, ()).keys.of(draft.device or "")
    there = sorted({f.check for f in scan.findings if f.status is Status.FAIL and f.target in targets})
    also = f"; what does: {', '.join(map(clean, there[:NAMED]))}" if there else ""
    return f"{clean(target)} stands open in none of the last {len(series)} scans, so there is nothing to accept{also}"


def _is_about_the_same(one: Acceptance, other: Acceptance) -> bool:
    return (one.fingerprint, one.check, one.device) == (other.fingerprint, other.check, other.device)


def _effect(scan: Scan, decided: Decisions) -> Iterator[str]:
    """What has become of the latest scan's grade."""
    was = scan.grade.letter if scan.grade else None
    now = decided.grade.letter if decided.grade else was
    number = len(decided.accepted)
    risks = f"with {number} accepted {'risk' if number == 1 else 'risks'}"
    told = f"grade {now}, {risks}" if now else f"no grade, as before, {risks}"
    also = f" ({was} if {'it' if number == 1 else 'they'} counted)" if now != was else ""
    yield f"It is open as before, and counts no more: {told}{also}."


def _listed(said: Acceptance, scan: Scan, decided: Decisions, covering: Covering) -> Listed:
    about = [f for f in scan.findings if f.status is Status.FAIL and said in covering.about(f)]
    titles = tuple(worded(f.title) for f in about)
    lapsed = next((each for each in decided.lapsed if each.acceptance == said), None)
    unused = next((each for each in decided.unused if each.acceptance == said), None)
    known = lapsed.about if lapsed else unused.about if unused else None
    what = place(scan, (about[0].check, about[0].target) if about else known or _place(said), said)
    remove_it = f"netguard accept remove {said.id}"
    state, problem = f"accepted, {len(titles)} open", None
    if lapsed is not None:
        state = "ended, counts again" if lapsed.open else "ended"
        problem = (
            f"it ended on {said.until}, and what it was about counts again: netguard accept renew {said.id} --until DATE,"
            f" or {remove_it}"
            if lapsed.open
            else f"it ended on {said.until}, and nothing of it counts: {remove_it}"
        )
    elif unused is not None:
        state, problem = "of no use", f"{unused.why}: {remove_it}"
    elif not titles:
        state = "not seen last time"
    return Listed(acceptance=said, what=what, state=state, titles=titles, problem=problem)


def _unscanned(said: Acceptance, day: date) -> Listed:
    """Of a site that has no scan any more."""
    state = "not seen last time" if holds(said, day) else "ended"
    what = (
        f"{said.check} on {clean(said.device or '')}" if said.check else f"finding {clean(said.fingerprint or '')[:12]}"
    )
    return Listed(acceptance=said, what=what, state=state, titles=(), problem=None)


def _place(said: Acceptance) -> tuple[str, str] | None:
    return (said.check, said.device) if said.check is not None and said.device is not None else None


def _sites(history: History, site: str | None) -> tuple[str, ...]:
    return (site,) if site is not None else history.sites()


def _found(history: History, id_: str, site: str | None) -> Acceptance:
    """The one decision that `id_` is or begins. Raises `UsageError`."""
    every = [a for each in _sites(history, site) for a in history.acceptances(each)]
    found = [a for a in every if a.id == id_] or [a for a in every if len(id_) >= 4 and a.id.startswith(id_)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"several decisions begin with {clean(id_)!r}: {', '.join(a.id for a in found[:NAMED])}")
    raise UsageError(f"there is no decision {clean(id_)!r}; `netguard accept list` shows them")


def _said(text: str, what: str, most: int) -> str:
    said = " ".join(clean(text, most + 1).split())
    if not said:
        raise UsageError(f"{what} needs a letter or digit that can be seen")
    if len(said) > most:
        raise UsageError(f"{what} has at most {most} characters")
    return said


def _check_day(until: date, today: date) -> None:
    """Raises `UsageError` for a day that is over, or more than a year away: what is accepted for ever is forgotten."""
    last = _a_year_after(today)
    if until < today:
        raise UsageError(f"--until {until} is over; today is {today}")
    if until > last:
        raise UsageError(f"--until {until} is more than a year away; the latest day is {last}, and it can be renewed")


def _a_year_after(day: date) -> date:
    leap = (day.month, day.day) == (2, 29)
    return date(day.year + 1, day.month, 28 if leap else day.day)


def _login() -> str:
    """Who sits at this computer: the name they logged in by, also behind sudo. Raises `UsageError` where nobody knows."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError, ImportError) as error:
        raise UsageError("this computer does not say who you are: add --owner NAME") from error


def _some(titles: Iterable[str]) -> Iterator[str]:
    every = tuple(titles)
    yield from (f"  {title}" for title in every[:NAMED])
    if len(every) > NAMED:
        yield f"  and {len(every) - NAMED} more"
