"""Which findings of a scan a person has decided to live with, and which decisions deserve a word. Pure.

A decision matches exactly: the fingerprint itself, or the check and the device, both whole. A device counts as the same
under every key it has or had, and as the person merged it. Where several decisions cover one finding, the one that names the
finding comes before the one that names check and device, then the one that holds longest, then the newest; one that has
ended takes nothing away from another that holds.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta

from netguard.compare.fingerprints import Keys, Names
from netguard.compare.series import Place
from netguard.compare.standing import WIDE
from netguard.model import ports as port_text
from netguard.model.acceptance import Acceptance
from netguard.model.finding import Finding
from netguard.model.known import KnownDevice
from netguard.model.overlay import Decisions, Lapsed, Unused
from netguard.model.scan import Scan
from netguard.model.timeline import Entry, OpenLine, Summary
from netguard.model.vocabulary import Ended, Status

CLOSED_SCANS = 2
CLOSED_DAYS = 1
"""So many scans, over so many days at least, must have found in order what a decision is about before that is called of no use:
a port that kept silent once is not closed (`compare.presence` asks for two, too), nor is one that was switched off to try it."""

FORGOTTEN_SCANS = 5
FORGOTTEN_DAYS = 30
"""The same of what no scan shows any more, neither open nor in order, and of what depends on who is there: a telephone may be
away for a month of weekly scans, and counts as away no sooner (`compare.presence`)."""

CLOSED = "is closed now"
NEVER = f"was not seen in any scan for {FORGOTTEN_DAYS} days"
"""What is said of what such a decision is about."""


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
    """What `acceptances` mean for `scan` on `day`; those of other sites are left out. `series` as for `decided`.

    The document's grade is no matter of this.
    """
    return decided(Covering(scan, acceptances, known), scan, day, series)


def decided(covering: Covering, scan: Scan, day: date, series: Sequence[Entry] = ()) -> Decisions:
    """What the decisions that `covering` holds mean for `scan` on `day`.

    `series` are the scans of the site as they are known today, oldest first, later ones than `scan` included. What has ended
    and what is of no use is told of the latest scan of a place only, and the latter only of decisions about that place:
    another scan says nothing of how things are today.
    """
    about = {f.fingerprint: covering.about(f) for f in scan.findings if f.status is Status.FAIL}
    accepted = {
        fingerprint: deciding
        for fingerprint, those in about.items()
        if (deciding := next((a for a in those if holds(a, day)), None)) is not None
    }
    lapsed, unused = [], []
    if not series or is_latest(scan.id, series):
        here = [Place.of(e) for e in series if e.line.id == scan.id]
        for each in covering.acceptances:
            open_ones = tuple(sorted(f for f, those in about.items() if each in those))
            if not holds(each, day):
                still = tuple(f for f in open_ones if f not in accepted)
                lapsed.append(Lapsed(acceptance=each, about=place_of(each, series), open=still))
            elif (
                not open_ones
                and (last := last_open(each, covering, series)) is not None
                and Place.of(last).is_same(here[0])
                and (why := _why_unused(each, last, covering, series))
            ):
                unused.append(Unused(acceptance=each, about=place_of(each, series), why=why))
    return Decisions(day=day, accepted=accepted, lapsed=tuple(lapsed), unused=tuple(unused))


def is_latest(scan_id: str, series: Sequence[Entry]) -> bool:
    """Whether the scan of this id is in `series` (oldest first), and none of its place is later."""
    at = next((n for n, e in enumerate(series) if e.line.id == scan_id), None)
    return at is not None and not any(Place.of(e).is_same(Place.of(series[at])) for e in series[at + 1 :])


def last_open(acceptance: Acceptance, covering: Covering, series: Sequence[Entry]) -> Entry | None:
    """The newest of `series` (oldest first) in which stands open what `acceptance` is about; null where that is in none."""
    return next((e for e in reversed(series) if any(acceptance in covering.about(o) for o in e.summary.open)), None)


def accepts(covering: Covering, day: date) -> Callable[[OpenLine], bool]:
    """Whether what stood open in some scan of the site is accepted on `day`."""
    return lambda line: any(holds(a, day) for a in covering.about(line))


def place_of(acceptance: Acceptance, series: Sequence[Entry]) -> tuple[str, str] | None:
    """The check and the target that `acceptance` is about; null of a fingerprint that no scan of `series` shows open."""
    if acceptance.check is not None and acceptance.device is not None:
        return acceptance.check, acceptance.device
    lines = (line for entry in reversed(series) for line in entry.summary.open)
    return next(((line.check, line.target) for line in lines if line.fingerprint == acceptance.fingerprint), None)


def _why_unused(acceptance: Acceptance, last: Entry, covering: Covering, series: Sequence[Entry]) -> str | None:
    """Why a decision has nothing to hold for; null where that cannot be told.

    `last` is the scan in which stood open last what it is about. After that, and after it was decided, count those finished
    scans of the same place that could have seen it there.
    """
    place = place_of(acceptance, series)
    if place is None:
        return None
    keys = covering.keys.of(place[1])
    after = series[[e.line.id for e in series].index(last.line.id) + 1 :]
    later = [e for e in after if e.line.started_at >= acceptance.accepted_at and _sees_as_much(e, last)]
    settled = [e for e in later if _is_settled(e.summary, place[0], keys)]
    missing = [e for e in later if e in settled or _is_missing(e.summary, keys)]
    if not later or later[-1] not in missing:
        return None  # the last one could not judge it: what the ones before say may be true no more
    if not place[1].startswith(WIDE) and _are_enough(settled, CLOSED_SCANS, CLOSED_DAYS):
        return CLOSED
    if _are_enough(missing, FORGOTTEN_SCANS, FORGOTTEN_DAYS):
        return CLOSED if later[-1] in settled else NEVER
    return None


def _sees_as_much(entry: Entry, last: Entry) -> bool:
    """Whether `entry`, a scan after `last`, could see what `last` saw: at the same place, as deep, with the same rights."""
    return (
        entry.line.ended is Ended.FINISHED
        and Place.of(entry).is_same(Place.of(last))
        and entry.line.depth.at_least(last.line.depth)
        and entry.summary.privileged >= last.summary.privileged
        and entry.summary.personal >= last.summary.personal
    )


def _is_settled(short: Summary, check: str, keys: frozenset[str]) -> bool:
    """Whether `check` looked at what has these keys, and found nothing but that all is well or that it does not apply."""
    here = [number for number, target in enumerate(short.targets) if target in keys]
    fine = next((each.targets for each in short.settled if each.check == check), "")
    return bool(here) and all(port_text.includes(fine, number) for number in here)


def _is_missing(short: Summary, keys: frozenset[str]) -> bool:
    """Whether everybody was asked for, or the air listened to, and nothing of what has these keys was there."""
    asked = short.heard if any(key.startswith("wifi:") for key in keys) else short.whole
    return asked and not any(line.key in keys for line in short.devices) and not keys & {*short.targets}


def _are_enough(scans: Sequence[Entry], number: int, days: int) -> bool:
    """Whether these (oldest first) are so many, over so many days."""
    return len(scans) >= number and scans[-1].line.started_at - scans[0].line.started_at >= timedelta(days=days)


def _last_first(acceptance: Acceptance) -> tuple[object, ...]:
    return acceptance.until, acceptance.accepted_at, acceptance.id
