"""Risks that a person accepts: which finding is meant, in which site, for how long; decisions renewed and taken back."""

import difflib
import getpass
import os
import re
import shlex
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from netguard import registry
from netguard.cli import _back, _overlays, _reading
from netguard.cli._known import Book
from netguard.compare import labels
from netguard.compare.acceptances import Covering, last_open
from netguard.compare.series import Place
from netguard.errors import HistoryError, UsageError
from netguard.history.database import default_url
from netguard.history.store import History
from netguard.model.acceptance import Acceptance
from netguard.model.observation import clean
from netguard.model.overlay import Decisions
from netguard.model.scan import Scan
from netguard.model.timeline import Entry
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
class _Meant:
    """What a person means by a target, in one site."""

    draft: Acceptance
    scan: Scan
    """The latest scan of the place where it stands open, or stood open last."""
    open: tuple[str, ...]
    """Titles of what stands open in it."""
    earlier: tuple[date, str] | None
    """Where that is nothing: when it stood open last, and what that is."""


def accept(
    target: str, *, reason: str, until: date, owner: str | None, site: str | None, database: str | None
) -> Iterator[str]:
    """Accept `target` and say what that does. Raises `UsageError` where it is not clear what is meant, `HistoryError`."""
    now = datetime.now(UTC)
    draft = Acceptance(
        id=uuid.uuid4().hex[:8],
        site=site or "",
        reason=_said(reason, "a reason", MAX_REASON),
        owner=_said(owner if owner is not None else _login(), "an owner (--owner)", MAX_OWNER),
        accepted_at=now,
        until=until,
    )
    _check_day(until, _overlays.today(now))
    with _reading.opened(database or default_url()) as history:
        meant = _meant(history, target, draft, site, database)
        draft, scan = meant.draft, meant.scan
        same = next((a for a in history.acceptances(scan.site) if _is_about_the_same(a, draft)), None)
        kept = draft if same is None else replace(draft, id=same.id)
        history.accept(kept)
        decided = _overlays.decisions(history, scan, now)
    how = "Accepted" if same is None else "Accepted anew"
    yield f"{how} in site {clean(kept.site)} until {until} by {clean(kept.owner)} ({kept.id}):"
    yield from _some(worded(t) for t in meant.open)
    if meant.earlier is not None:
        yield f"  {meant.earlier[1]}: not open in the latest scan, but in the one of {meant.earlier[0]}"
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
            if any(history.take_back(each, id_) for each in sites(history, site)):
                return f"{clean(id_)} is taken out."
            raise
        history.take_back(found.site, found.id)
    return f"{found.id} is taken back: what it was about counts again, at once."


def _meant(history: History, target: str, draft: Acceptance, site: str | None, database: str | None) -> _Meant:
    """What `target` means. Without `site` that is looked for in every one, and must be in one only. Raises `UsageError`."""
    latest = history.latest(site)
    if latest is None:
        whose = "" if site is None else f" of site {clean(site)!r}"
        raise UsageError(f"there are no saved scans{whose} yet, so there is nothing to accept: run netguard scan")
    found: list[_Meant] = []
    problem: UsageError | None = None
    for each in dict.fromkeys((latest.site, *(history.sites() if site is None else ()))):
        try:
            found += _meant_in(history, target, replace(draft, site=each), database)
        except UsageError as error:
            problem = problem or error
    if len(found) > 1:
        sites = " or ".join(f"--site {shlex.quote(clean(each.draft.site))}" for each in found)
        raise UsageError(f"{clean(target)} stands open in several sites: say which is meant with {sites}")
    if not found and problem is not None:
        raise problem
    return found[0]


def _meant_in(history: History, target: str, draft: Acceptance, database: str | None) -> Iterator[_Meant]:
    """What `target` means in the site of `draft`; nothing in one without scans. Raises `UsageError`."""
    scan, known = history.latest(draft.site), history.known(draft.site)
    if scan is None:
        return
    scan, series = labels.laid_over(scan, known), _back.everywhere(history, draft.site)
    fingerprint, check, device = _about(target, scan, series, Book(database, draft.site))
    draft = replace(draft, fingerprint=fingerprint, check=check, device=device)
    covering = Covering(scan, (draft,), known)
    last = last_open(draft, covering, series)
    if last is None:
        raise UsageError(_nothing_open(target, draft, covering, series))
    newest = next(e for e in reversed(series) if Place.of(e).is_same(Place.of(last)))
    if newest.line.id != scan.id:
        scan = labels.laid_over(history.scan(newest.line.id, draft.site), known)
        covering = Covering(scan, (draft,), known)
    line = next(o for o in last.summary.open if covering.about(o))
    day = last.line.started_at.astimezone().date()
    yield _Meant(
        draft=draft,
        scan=scan,
        open=tuple(f.title for f in scan.findings if f.status is Status.FAIL and covering.about(f)),
        earlier=None if newest is last else (day, worded(line.title) or place(scan, (line.check, line.target), draft)),
    )


def _about(target: str, scan: Scan, series: tuple[Entry, ...], book: Book) -> tuple[str | None, str | None, str | None]:
    """The fingerprint, or the check and the device, that an acceptance of `target` names. Raises `UsageError`."""
    if "@" not in target:
        return _fingerprint(target, scan.site, series), None, None
    check, _, device = target.partition("@")
    if check not in registry.names("netguard.checks"):
        near = difflib.get_close_matches(check, registry.names("netguard.checks"), 3)
        meant = f": did you mean {' or '.join(near)}?" if near else "; `netguard explain CHECK` knows them"
        raise UsageError(f"there is no check {clean(check)!r}{meant}")
    if device == "network" or device.startswith(_TARGETS):
        return None, check, device
    # What was said and learnt since the scan comes first: which device a key or a name is may be another by now.
    there = None if book.has(device) else scan.device(device)
    return None, check, there.key if there is not None else book.find(device).key


def _fingerprint(target: str, site: str, series: tuple[Entry, ...]) -> str:
    """The whole fingerprint that `target` is or begins: of the latest scan of some place, else of an earlier one."""
    if not _HEX.fullmatch(target):
        raise UsageError(
            f"{clean(target)!r} is neither a fingerprint (at least {SHORTEST} of its digits, as a report shows it) "
            "nor CHECK@DEVICE"
        )
    for entries in (tuple(newest_of_each(series)), series):
        known = {o.fingerprint: o.title or f"{o.check} on {o.target}" for e in entries for o in e.summary.open}
        found = sorted(name for name in known if name.startswith(target))
        if len(found) == 1:
            return found[0]
        if found:
            named = "; ".join(f"{name} ({clean(known[name])})" for name in found[:NAMED])
            raise UsageError(f"several findings begin with {target}: {named}; give more of it")
    raise UsageError(
        f"nothing that stands open in the saved scans of site {clean(site)!r} has the fingerprint {target}: "
        "`netguard report` shows it beneath what was found"
    )


def newest_of_each(series: Iterable[Entry]) -> Iterator[Entry]:
    """The newest of `series` (oldest first) of each place, the newest first."""
    places: list[Place] = []
    for entry in reversed(tuple(series)):
        if not any(Place.of(entry).is_same(place) for place in places):
            places.append(Place.of(entry))
            yield entry


def _nothing_open(target: str, draft: Acceptance, covering: Covering, series: tuple[Entry, ...]) -> str:
    targets = covering.keys.of(draft.device or "")
    lines = (line for e in newest_of_each(series) for line in e.summary.open)
    there = sorted({line.check for line in lines if line.target in targets})
    also = f"; what does: {', '.join(map(clean, there[:NAMED]))}" if there else ""
    return f"{clean(target)} stands open in none of the last {len(series)} scans, so there is nothing to accept{also}"


def _is_about_the_same(one: Acceptance, other: Acceptance) -> bool:
    return (one.fingerprint, one.check, one.device) == (other.fingerprint, other.check, other.device)


def _effect(scan: Scan, decided: Decisions) -> Iterator[str]:
    """What has become of the grade of the latest scan of that place."""
    number = len(decided.accepted)
    if not number:
        yield "Nothing of it counts now; nor does it when it is found open again until then."
        return
    was = scan.grade.letter if scan.grade else None
    now = decided.grade.letter if decided.grade else was
    risks = f"with {number} accepted {'risk' if number == 1 else 'risks'}"
    told = f"grade {now}, {risks}" if now else f"no grade, as before, {risks}"
    also = f" ({was} if {'it' if number == 1 else 'they'} counted)" if now != was else ""
    yield f"It is open as before, and counts no more: {told}{also}."


def sites(history: History, site: str | None) -> tuple[str, ...]:
    """The sites that are meant: `site`, or all that have scans, homes or decisions."""
    return (site,) if site is not None else tuple(sorted({*history.sites(), *history.accepting()}))


def _found(history: History, id_: str, site: str | None) -> Acceptance:
    """The one decision that `id_` is or begins. Raises `UsageError`."""
    every = [a for each in sites(history, site) for a in history.acceptances(each)]
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
