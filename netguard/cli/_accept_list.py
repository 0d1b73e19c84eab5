"""What is accepted, listed: how each decision stands in the latest scan of the place that it is about."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from netguard.cli import _back, _overlays, _reading
from netguard.cli._accepting import newest_of_each, sites
from netguard.cli._known import called
from netguard.cli.history import _table
from netguard.compare import labels
from netguard.compare.acceptances import Covering, holds, last_open, place_of
from netguard.compare.series import Place
from netguard.history.database import default_url
from netguard.history.store import History
from netguard.model import codec
from netguard.model.acceptance import Acceptance
from netguard.model.known import KnownDevice
from netguard.model.observation import clean
from netguard.model.overlay import Decisions
from netguard.model.scan import Scan
from netguard.model.timeline import Entry
from netguard.model.vocabulary import Status
from netguard.report.accepted import place
from netguard.report.subjects import worded


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One decision as the latest scan of its place shows it."""

    acceptance: Acceptance
    what: str
    state: str
    titles: tuple[str, ...]
    """What it is about and what stands open."""
    problem: str | None
    """Why a person should look at it; null where all is as decided."""


def listed(site: str | None, database: str | None) -> tuple[Listed, ...]:
    """Every decision of `site`, or of all sites, in the order they were made. Raises `HistoryError`."""
    now = datetime.now(UTC)
    found: list[Listed] = []
    with _reading.opened(database or default_url()) as history:
        for each in sites(history, site):
            said = history.acceptances(each)
            series = _back.everywhere(history, each) if said else ()
            if series:
                found += _of_site(history, said, series, now)
            else:
                found += [_unscanned(a, _overlays.today(now)) for a in said]
    return tuple(found)


def table(said: tuple[Listed, ...]) -> str:
    """A line a decision."""
    several = len({each.acceptance.site for each in said}) > 1
    rows: list[tuple[str, ...]] = [("ID", *(("SITE",) if several else ()), "UNTIL", "BY", "WHAT", "STATE", "REASON")]
    for each in said:
        a = each.acceptance
        site = (clean(a.site),) if several else ()
        rows.append((a.id, *site, str(a.until), clean(a.owner), each.what, each.state, clean(a.reason)))
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


def _of_site(
    history: History, said: tuple[Acceptance, ...], series: tuple[Entry, ...], now: datetime
) -> Iterator[Listed]:
    """Each decision by the latest scan of the place where what it is about stands open, or stood open last."""
    site = said[0].site
    known, newest = history.known(site), tuple(newest_of_each(series))
    seen: dict[str, tuple[Scan, Decisions, Covering]] = {}

    def as_seen(entry: Entry) -> tuple[Scan, Decisions, Covering]:
        if entry.line.id not in seen:
            scan = labels.laid_over(history.scan(entry.line.id, site), known)
            seen[entry.line.id] = scan, _overlays.decisions(history, scan, now), Covering(scan, said, known)
        return seen[entry.line.id]

    for each in said:
        last = last_open(each, as_seen(newest[0])[2], series) or newest[0]
        seen_last = next(e for e in newest if Place.of(e).is_same(Place.of(last)))
        yield _listed(each, *as_seen(seen_last), place_of(each, series), known)


def _listed(
    said: Acceptance,
    scan: Scan,
    decided: Decisions,
    covering: Covering,
    last: tuple[str, str] | None,
    known: tuple[KnownDevice, ...],
) -> Listed:
    about = [f for f in scan.findings if f.status is Status.FAIL and said in covering.about(f)]
    titles = tuple(worded(f.title) for f in about)
    lapsed = next((each for each in decided.lapsed if each.acceptance == said), None)
    unused = next((each for each in decided.unused if each.acceptance == said), None)
    what = _what(scan, (about[0].check, about[0].target) if about else last, said, known)
    remove_it = f"`netguard accept remove {said.id}`"
    state, problem = f"accepted, {len(titles)} open", None
    if lapsed is not None:
        state = "ended, counts again" if lapsed.open else "ended"
        problem = (
            f"it ended on {said.until}, and what it was about counts again; to hold on to it:"
            f" `netguard accept renew {said.id} --until DATE`, to remove it: {remove_it}"
            if lapsed.open
            else f"it ended on {said.until}, and nothing of it counts; to remove it: {remove_it}"
        )
    elif unused is not None:
        state, problem = "no longer needed", f"what it is about {unused.why}; to remove it: {remove_it}"
    elif not titles:
        state = "not seen last time"
    return Listed(acceptance=said, what=what, state=state, titles=titles, problem=problem)


def _what(scan: Scan, about: tuple[str, str] | None, said: Acceptance, known: tuple[KnownDevice, ...]) -> str:
    """What a decision is about. A device is called as it is today: in the scan it may be one with another still."""
    bearer = next((k for k in known if about is not None and k.key == about[1] and (k.said_name or k.name)), None)
    return place(scan, about, said) if about is None or bearer is None else f"{clean(about[0])} on {called(bearer)}"


def _unscanned(said: Acceptance, day: date) -> Listed:
    """Of a site that has no scan any more."""
    state = "no saved scan" if holds(said, day) else "ended"
    what = (
        f"{said.check} on {clean(said.device or '')}" if said.check else f"finding {clean(said.fingerprint or '')[:12]}"
    )
    return Listed(acceptance=said, what=what, state=state, titles=(), problem=None)
