"""Judgements that need no card of their own, gathered: what is all right, what could not be looked at, what does not apply.

A home has a dozen checks times dozens of devices; a line for each would drown what matters.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from netguard.model.finding import Finding
from netguard.model.scan import Scan
from netguard.model.vocabulary import Status
from netguard.report import words
from netguard.report.shape import Gathered, Reason, Said, Unchecked
from netguard.report.subjects import WIFI, Subject, subject, worded

NAMED = 3
"""Devices named in a sentence; more of them are counted, and named where one unfolds it."""

SHOWN = 4
"""Groups of what was not checked that are shown at once, the rest folds."""

_ASIDE = re.compile(r" \([^()]*\)$")
"""What a check adds to a reason, a number mostly: with it no two reasons would be the same."""

_NOT_CHECKED = ": not checked on "
_NOT_APPLICABLE = ": does not apply"
_BECAUSE = ", because "
"""How a check words a judgement that it cannot make, or that is not its own (`netguard/checks/_contract.py`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unmade:
    """A judgement without a verdict, taken apart."""

    wish: str
    """What the check wishes: `No device offers telnet`."""
    because: str
    target: str
    who: Subject


def passed(scan: Scan) -> tuple[Gathered, ...]:
    """What was looked at and is all right, by check, in the document's order."""
    wishes = _wishes(scan)
    gathered: dict[str, list[Finding]] = {}
    for finding in scan.findings:
        if finding.status is Status.PASS:
            gathered.setdefault(finding.check, []).append(finding)
    failed = Counter(check for check, _ in {(f.check, f.target) for f in scan.findings if f.status is Status.FAIL})
    return tuple(
        line for check, found in gathered.items() for line in _passed(scan, wishes.get(check), found, failed[check])
    )


def unchecked(scan: Scan) -> tuple[Unchecked, ...]:
    """Say what could not be looked at, by what would let netguard look and by reason: what concerns a door first."""
    gathered: dict[str, dict[str, list[_Unmade]]] = {}
    for finding in scan.findings:
        if finding.status is Status.UNKNOWN:
            unmade = _taken_apart(scan, finding)
            plain = _ASIDE.sub("", unmade.because)
            gathered.setdefault(worded(finding.fix), {}).setdefault(plain, []).append(unmade)
    said = [
        Unchecked(
            how=how,
            door=any(u.who.door for unmade in reasons.values() for u in unmade),
            reasons=tuple(_reason(because, unmade) for because, unmade in reasons.items()),
        )
        for how, reasons in gathered.items()
    ]
    return tuple(sorted(said, key=lambda u: (not u.door, -sum(r.count for r in u.reasons))))


def not_applicable(scan: Scan) -> tuple[Said, ...]:
    """Say which checks have nothing to judge, and why, in the document's order."""
    gathered: dict[str, dict[str, list[_Unmade]]] = {}
    for finding in scan.findings:
        if finding.status is Status.NOT_APPLICABLE:
            unmade = _taken_apart(scan, finding)
            bare = unmade.because.removeprefix(f"{unmade.who.name} ")
            gathered.setdefault(unmade.wish, {}).setdefault(bare, []).append(unmade)
    return tuple(
        Said(label=wish, text="; ".join(_why_not(bare, unmade) for bare, unmade in reasons.items()))
        for wish, reasons in gathered.items()
    )


def _why_not(bare: str, unmade: list[_Unmade]) -> str:
    if len(unmade) == 1:
        return f"because {unmade[0].because}"
    it = "" if bare == unmade[0].because else "it "
    return f"because {it}{bare} ({_counted(tuple(one.who.name for one in unmade), _kind(u.target for u in unmade))})"


def _passed(scan: Scan, wish: str | None, found: list[Finding], failed: int) -> Iterator[Gathered]:
    """One line of what the check wishes; where the document does not say that, one for each wording of a pass."""
    who = _names({f.target: subject(scan, f.target) for f in found})
    kind = _kind(who)
    if wish is None:
        alike: dict[str, list[Finding]] = {}
        for finding in found:
            alike.setdefault(_without(worded(finding.title), subject(scan, finding.target).name), []).append(finding)
        for bare, several in alike.items():
            names = tuple(dict.fromkeys(who[f.target] for f in several))
            if len(several) == 1:
                yield Gathered(what=worded(several[0].title), counted="", who=())
            else:
                yield Gathered(what=bare, counted=_counted(names, kind), who=names if len(names) > NAMED else ())
        return
    names = tuple(who.values())
    if failed:
        # "No device offers telnet" alone would deny what stands above it.
        counted = f"{len(names)} of {words.count(len(names) + failed, kind)}"
        yield Gathered(what=wish, counted=counted, who=names)
    else:
        yield Gathered(what=wish, counted=_counted(names, kind), who=names if len(names) > NAMED else ())


def _without(title: str, name: str) -> str:
    """A title without whom it is about."""
    bare = title.replace(name, "…").strip("… ")
    return bare[:1].upper() + bare[1:]


def _reason(because: str, unmade: list[_Unmade]) -> Reason:
    if len({one.because for one in unmade}) == 1:
        because = unmade[0].because
    names = _names({one.target: one.who for one in unmade})
    wanting: dict[str, list[str]] = {}
    for one in unmade:
        wanting.setdefault(names[one.target], []).append(one.wish)
    alike: dict[tuple[str, ...], list[str]] = {}
    for name, wishes in wanting.items():
        alike.setdefault(tuple(dict.fromkeys(wishes)), []).append(name)
    return Reason(
        because=because,
        who=_counted(tuple(wanting), _kind(one.target for one in unmade)),
        count=len(unmade),
        counted=words.count(len(unmade), "check"),
        missing=tuple(
            Said(label=", ".join(who) if len(alike) > 1 or len(who) > NAMED else "", text="; ".join(wishes))
            for wishes, who in alike.items()
        ),
    )


def _names(who: dict[str, Subject]) -> dict[str, str]:
    """What to call each target; those of one name are told apart by their addresses."""
    often = Counter(s.name for s in who.values())
    return {t: f"{s.name} ({s.where})" if often[s.name] > 1 and s.where else s.name for t, s in who.items()}


def _counted(names: tuple[str, ...], kind: str) -> str:
    """`Router and Kitchen hub`, or `8 devices` where they are many."""
    return words.listed(names) if len(names) <= NAMED else words.count(len(names), kind)


def _kind(targets: Iterable[str]) -> str:
    """What to count these targets as."""
    return "Wi-Fi network" if all(t.startswith(WIFI) for t in targets) else "device"


def _wishes(scan: Scan) -> dict[str, str]:
    """What each check wishes, by id, as far as the document says: a pass words its outcome and not the wish."""
    return {
        f.check: _taken_apart(scan, f).wish
        for f in scan.findings
        if f.status in (Status.UNKNOWN, Status.NOT_APPLICABLE)
        and any(sign in f.title for sign in (_NOT_CHECKED, _NOT_APPLICABLE))
    }


def _taken_apart(scan: Scan, finding: Finding) -> _Unmade:
    """Wish and reason out of a title, `WISH: not checked on NAME, because REASON`; NAME may have any letters in it."""
    title, who = worded(finding.title), subject(scan, finding.target)
    wish, sign, rest = title.partition(_NOT_CHECKED)
    if not sign:
        wish, sign, rest = title.partition(_NOT_APPLICABLE)
    bare = rest.removeprefix(who.name)
    named, _, because = bare.partition(_BECAUSE)
    if finding.target == "network" and named and bare == rest:
        # One judgement about several devices names them itself.
        who = replace(who, name=named)
    return _Unmade(wish=wish, because=because or "no reason was noted", target=f"{finding.target} {who.name}", who=who)
