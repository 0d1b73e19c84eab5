"""What a person reads first: the grade in a sentence, what it means, and what must be known before believing it."""

from datetime import datetime, timedelta

from netguard.model.declared import without_address
from netguard.model.device import Device
from netguard.model.finding import Finding
from netguard.model.observation import clean
from netguard.model.overlay import NOTHING, Decisions
from netguard.model.scan import Scan
from netguard.model.vocabulary import DOOR_ROLES, Depth, Ended, Severity, Status
from netguard.report import words
from netguard.report.mappings import let_in
from netguard.report.shape import Headline, Said, Tally, Tone
from netguard.report.subjects import name_of, worded
from netguard.rules.advisories import MAX_AGE, is_old

TONES: dict[str, Tone] = {"A+": "good", "A": "good", "B": "fair", "C": "warn", "D": "warn", "F": "bad"}

STALE = timedelta(days=30)
"""Age from which a report says that it is old: homes change by the month, and an old pass is no pass."""

NAMED = 2
"""How many problems the headline names; a sentence with more is not read."""

NO_LOCK = (
    "No lock was recognised on this network. That is no clean result: a lock may be asleep, on another network, "
    "reached by Bluetooth, Zigbee, Z-Wave or Thread only, or of a kind that netguard does not know yet. "
    "See in the lock's app how it connects, wake it, and scan again."
)


def headline(scan: Scan, decisions: Decisions = NOTHING.decisions) -> Headline:
    """Say the grade in one sentence and what it rests on. A missing lock takes the colour out of a good grade.

    So does a declared lock that could have been seen and was not: a good grade would seem to speak about it. What is
    accepted does not count in the grade, and the last sentence says so.
    """
    grade, no_lock = decisions.grade or scan.grade, _no_lock(scan)
    accepted = _not_counted(len(decisions.accepted))
    missing = no_lock or any(not without_address(d) for d in _unseen_doors(scan))
    if grade is None:
        return Headline(
            letter=None,
            badge="not judged",
            tone="unclear",
            sentence="This scan holds facts only: nobody has judged them yet.",
            meaning="There is no grade in the document.",
            no_lock=no_lock,
            best_possible=None,
        )
    reasons = _reasons(scan, grade.because)
    share = f"{grade.evaluated:.0%} of what should be judged could be looked at"
    if grade.letter is None:
        return Headline(
            letter=None,
            badge="incomplete",
            tone="unclear",
            sentence=f"Incomplete: only {share}, too little for a grade.{accepted}",
            meaning=f"Found so far: {reasons}." if reasons else "See below what was found, and what was not checked.",
            no_lock=no_lock,
            best_possible=grade.best_possible,
        )
    meaning = words.GRADES[grade.letter]
    return Headline(
        letter=grade.letter,
        badge=grade.letter,
        tone="unclear" if missing and TONES[grade.letter] == "good" else TONES[grade.letter],
        sentence=f"Grade {grade.letter}: {reasons or meaning}.{accepted}",
        meaning=f"{grade.letter} means: {meaning}. {share}." if reasons else f"{share}.",
        no_lock=no_lock,
        best_possible=grade.best_possible if grade.best_possible != grade.letter else None,
    )


def notices(scan: Scan, now: datetime) -> tuple[str, ...]:
    """Say what a reader must know before believing the rest, in the order of its weight."""
    said = []
    if scan.authorisation.how == "demo":
        said.append("This is a simulated home, made to show netguard at work. It is nobody's network.")
    if scan.ended is Ended.INTERRUPTED:
        said.append("This scan was interrupted. What it had not reached by then is listed as not checked.")
    if scan.ended is Ended.DEADLINE:
        said.append("The time allowed ran out before this scan was through. What it missed is listed as not checked.")
    if (absent := _unseen_doors(scan)) and not _no_lock(scan):
        names, were = words.listed(tuple(name_of(d) for d in absent)), "was" if len(absent) == 1 else "were"
        said.append(f"{names} {were} not seen, so nothing in here speaks about {'it' if were == 'was' else 'them'}.")
    if scan.personal_devices is not None:
        counted = words.count(scan.personal_devices, "personal device was", "personal devices were")
        said.append(f"{counted} counted and left alone, as asked.")
    if words.aware(now) - words.aware(scan.finished_at) >= STALE:
        said.append(f"This scan was made {words.ago(scan.finished_at, now)}. Much may have changed: scan again.")
    if (day := scan.ruleset.catalogue) is not None and is_old(day, scan.started_at.date()):
        said.append(
            f"netguard's list of faults that attackers use is of {day}, more than {MAX_AGE.days} days before this scan, so no "
            "router is said to be free of them. netguard advisories says how to bring a newer one."
        )
    if not scan.vantage.privileged and scan.depth.at_least(Depth.QUICK):
        said.append(
            "netguard ran without administrator rights, so devices that keep silent may be missing. "
            "It sees more with them; netguard doctor says what."
        )
    return tuple(said)


def tallies(scan: Scan, decisions: Decisions = NOTHING.decisions) -> tuple[Tally, ...]:
    """Give the overview in numbers; severities that nothing has are left out, and what is accepted is a number of its own."""
    found = [f for f in scan.findings if f.status is Status.FAIL and f.fingerprint not in decisions.accepted]
    said = [
        Tally(number=number, what=words.SEVERITIES[severity].lower(), kind=severity, anchor="problems")
        for severity in Severity
        if (number := sum(f.severity is severity for f in found))
    ]
    if number := len(decisions.accepted):
        said.append(Tally(number=number, what="accepted", kind="accepted", anchor="accepted"))
    if number := len(let_in(scan)):
        said.append(Tally(number=number, what="open to the internet", kind="doors", anchor="doors"))
    for status, what, kind in ((Status.UNKNOWN, "not checked", "unchecked"), (Status.PASS, "all right", "passed")):
        number = sum(f.status is status for f in scan.findings)
        said.append(Tally(number=number, what=what, kind=kind, anchor=kind if number else None))
    number = sum(d.seen for d in scan.devices)
    said.append(Tally(number=number, what="device" if number == 1 else "devices", kind="devices", anchor="devices"))
    if absent := len(scan.devices) - number:
        said.append(Tally(number=absent, what="declared and not seen", kind="unseen", anchor="unseen"))
    if counted := scan.personal_devices:
        said.append(Tally(number=counted, what="personal, only counted", kind="personal", anchor=None))
    return tuple(said)


def subtitle(scan: Scan, now: datetime) -> str:
    """Say when and where in one line."""
    return f"{words.moment(scan.started_at, now)} ({words.ago(scan.started_at, now)}), {_network(scan)}"


def circumstances(scan: Scan, now: datetime) -> tuple[Said, ...]:
    """When, where and how the scan was made."""
    here, length = scan.vantage, words.duration(scan.finished_at - scan.started_at)
    rights = "with administrator rights" if here.privileged else "without administrator rights"
    system = words.SYSTEMS.get(here.os.casefold(), clean(here.os))
    ends = {Ended.FINISHED: "finished", Ended.INTERRUPTED: "interrupted", Ended.DEADLINE: "out of time"}
    said = [
        Said(label="When", text=f"{words.moment(scan.started_at, now)} ({words.ago(scan.finished_at, now)})"),
        Said(label="Took", text=f"{length}, {ends[scan.ended]}"),
        Said(label="Network", text=_network(scan)),
        Said(label="Seen from", text=f"a {system} computer at {here.address} ({clean(here.interface)}), {rights}"),
    ]
    if here.gateway:
        said.append(Said(label="Router", text=str(here.gateway.address)))
    said.append(Said(label="Depth", text=words.DEPTHS[scan.depth]))
    how = words.AUTHORISATIONS.get(scan.authorisation.how, clean(scan.authorisation.how))
    said.append(Said(label="Permission", text=how))
    return tuple(said)


def origin(scan: Scan) -> tuple[Said, ...]:
    """Which document this is, what wrote it, and by which rules it was judged."""
    rules = f"{clean(scan.ruleset.digest)[:16]}, {words.count(scan.ruleset.records, 'record')}"
    if scan.ruleset.overlays:
        rules += f", {scan.ruleset.overlays} of them your own"
    return (
        Said(label="Scan", text=clean(scan.id)),
        Said(label="Written by", text=f"{clean(scan.tool.name)} {clean(scan.tool.version)}"),
        Said(label="Rules", text=rules),
        Said(label="Could use", text=", ".join(clean(c) for c in scan.vantage.capabilities) or "nothing special"),
    )


def _network(scan: Scan) -> str:
    here = scan.vantage.segment
    named = f"{clean(here.ssid)}, {here.prefix}" if here.ssid else str(here.prefix)
    return named if here.vlan is None else f"{named}, VLAN {here.vlan}"


def _not_counted(number: int) -> str:
    if not number:
        return ""
    return f" {words.count(number, 'accepted risk is', 'accepted risks are')} not counted."


def _reasons(scan: Scan, because: tuple[str, ...]) -> str:
    by_name: dict[str, Finding] = {f.fingerprint: f for f in scan.findings}
    named = [worded(by_name[f].title).rstrip(".") for f in dict.fromkeys(because) if f in by_name]
    if len(named) <= NAMED:
        return "; ".join(named)
    return f"{named[0]}, and {words.count(len(named) - 1, 'more problem')} as serious"


def _no_lock(scan: Scan) -> str | None:
    doors = [d for d in scan.devices if d.role in DOOR_ROLES]
    if not doors:
        return NO_LOCK
    if any(d.seen for d in doors):
        return None
    names = words.listed(tuple(name_of(d) for d in doors))
    if all(without_address(d) for d in doors):
        several = len(doors) > 1
        return (
            f"No lock can be seen on this network: {names} {'have' if several else 'has'} no IP address of "
            f"{'their' if several else 'its'} own. Nothing in here speaks about {'them' if several else 'it'}; "
            "what can be looked at is the hub or bridge."
        )
    return (
        f"No lock was seen: {names} did not show up, being asleep, elsewhere, or without an IP address of its own. "
        "That is no clean result; nothing here says anything about the lock itself."
    )


def _unseen_doors(scan: Scan) -> tuple[Device, ...]:
    """Locks and bridges that the person declared and the scan did not see."""
    return tuple(d for d in scan.devices if d.role in DOOR_ROLES and not d.seen)
