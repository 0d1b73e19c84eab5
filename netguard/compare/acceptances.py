"""Which findings of a scan a person has decided to live with, and which decisions deserve a word. Pure.

A decision matches exactly: the fingerprint itself, or the check and the device, both whole. A device counts as the same
under every key it has or had, and as the person merged it. Where several decisions cover one finding, the one that names the
finding comes before the one that names check and device, then the one that holds longest, then the newest; one that has
ended takes nothing away from another that holds.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date

from netguard.compare.fingerprints import Keys, Names
from netguard.model.acceptance import Acceptance
from netguard.model.finding import Finding
from netguard.model.known import KnownDevice
from netguard.model.overlay import Decisions, Lapsed, Unused
from netguard.model.scan import Scan
from netguard.model.timeline import Entry, OpenLine
from netguard.model.vocabulary import Status

FORGOTTEN_AFTER = 5
"""A decision about something that is in the latest scan neither open nor closed (its device was not there) is called unused
once so many scans since it was made did not show it either: a phone may be away for a month of weekly scans."""

CLOSED = "what it is about stands open no more"
NEVER = f"nothing in the last {FORGOTTEN_AFTER} scans is what it is about"


def holds(acceptance: Acceptance, day: date) -> bool:
    """Whether `acceptance` holds on `day`: its last day is the whole of that day."""
    return day <= acceptance.until


class Covering:
    """Which decisions are about what, in one scan of one site."""

    def __init__(self, scan: Scan, acceptances: Iterable[Acceptance], known: Iterable[KnownDevice] = ()) -> None:
        self.acceptances = tuple(a for a in acceptances if a.site == scan.site)
        self.keys = Keys(scan.devices, (k for k in known if k.site == scan.site))
        self._by_name: defaultdict[str, list[Acceptance]] = defaultdict(list)
        self._by_place: defaultdict[tuple[str, str], list[Acceptance]] = defaultdict(list)
        for each in self.acceptances:
            if each.fingerprint is not None:
                self._by_name[each.fingerprint].append(each)
            elif each.check is not None and each.device is not None:
                for key in self.keys.of(each.device):
                    self._by_place[each.check, key].append(each)
        if self._by_name:
            self._follow(scan)

    def about(self, finding: Finding | OpenLine) -> tuple[Acceptance, ...]:
        """Every decision about `finding`, whether it holds or not, in the order in which they count.

        It may be one of this scan, or what stood open in another one of the site.
        """
        exact = self._by_name.get(finding.fingerprint, ())
        placed = self._by_place.get((finding.check, finding.target), ())
        return (*sorted(exact, key=_last_first, reverse=True), *sorted(placed, key=_last_first, reverse=True))

    def _follow(self, scan: Scan) -> None:
        """Let decisions about a name count for every name that this finding had while its device was known by another key."""
        names = Names(scan, self.keys)
        named = dict(self._by_name)
        for finding in scan.findings:
            if finding.status is Status.FAIL:
                all_names = names.of(finding)
                about = [a for name in sorted(all_names) for a in named.get(name, ())]
                if about:
                    self._by_name |= dict.fromkeys(all_names, about)


def decisions(
    scan: Scan,
    acceptances: Iterable[Acceptance],
    day: date,
    known: Iterable[KnownDevice] = (),
    series: Sequence[Entry] = (),
) -> Decisions:
    """What `acceptances` mean for `scan` on `day`; those of other sites are left out.

    `series` are the site's scans up to this one, oldest first: with them a decision about something that is gone is told
    from one about something that was not looked at. The document's grade is no matter of this.
    """
    return decided(Covering(scan, acceptances, known), scan, day, series)


def decided(covering: Covering, scan: Scan, day: date, series: Sequence[Entry] = ()) -> Decisions:
    """The same with the decisions that `covering` holds of this scan."""
    about = {f.fingerprint: covering.about(f) for f in scan.findings if f.status is Status.FAIL}
    accepted = {
        fingerprint: deciding
        for fingerprint, those in about.items()
        if (deciding := next((a for a in those if holds(a, day)), None)) is not None
    }
    lapsed, unused = [], []
    for each in covering.acceptances:
        open_ones = tuple(sorted(f for f, those in about.items() if each in those))
        if not holds(each, day):
            still = tuple(f for f in open_ones if f not in accepted)
            lapsed.append(Lapsed(acceptance=each, about=place_of(each, series), open=still))
        elif not open_ones and (why := _why_unused(each, scan, covering, series)):
            unused.append(Unused(acceptance=each, about=place_of(each, series), why=why))
    return Decisions(day=day, accepted=accepted, lapsed=tuple(lapsed), unused=tuple(unused))


def accepts(covering: Covering, day: date) -> Callable[[OpenLine], bool]:
    """Whether what stood open in some scan of the site is accepted on `day`."""
    return lambda line: any(holds(a, day) for a in covering.about(line))


def place_of(acceptance: Acceptance, series: Sequence[Entry]) -> tuple[str, str] | None:
    """The check and the target that `acceptance` is about; null of a fingerprint that no scan of `series` shows open."""
    if acceptance.check is not None and acceptance.device is not None:
        return acceptance.check, acceptance.device
    lines = (line for entry in reversed(series) for line in entry.summary.open)
    return next(((line.check, line.target) for line in lines if line.fingerprint == acceptance.fingerprint), None)


def _why_unused(acceptance: Acceptance, scan: Scan, covering: Covering, series: Sequence[Entry]) -> str | None:
    """Why a decision that is about nothing open has nothing to hold for; null where that cannot be told from this scan."""
    place = place_of(acceptance, series)
    if place is not None:
        targets = covering.keys.of(place[1])
        judged = {f.status for f in scan.findings if f.check == place[0] and f.target in targets}
        if judged:
            return None if Status.UNKNOWN in judged else CLOSED
    later = [entry for entry in series if entry.line.started_at >= acceptance.accepted_at]
    if len(later) < FORGOTTEN_AFTER:
        return None
    seen = (line for entry in later[-FORGOTTEN_AFTER:] for line in entry.summary.open)
    return None if any(acceptance in covering.about(line) for line in seen) else NEVER


def _last_first(acceptance: Acceptance) -> tuple[object, ...]:
    return acceptance.until, acceptance.accepted_at, acceptance.id
