"""What a message says: one for all that a scan found different, one a month that nothing was, one when never at home. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from netguard.config import Notify
from netguard.model.difference import Cause, Change, Difference, Fate, FindingChange, Kind, Turn
from netguard.model.message import Text
from netguard.model.timeline import ScanLine
from netguard.notify.discretion import Discretion

MAX_LINES = 15
"""Lines about what changed; more is for the screen, and messengers cut what is long (ntfy at 4,096 bytes)."""

TOLD = (Fate.NEW, Fate.REGRESSED, Fate.WORSENED, Fate.ACCEPTANCE_EXPIRED, Fate.RESOLVED)
"""Fates of findings that are worth a message, in its order. What got better without being resolved waits for the report."""

_SINCE = {
    Cause.NETWORK: "",
    Cause.RULES: " (nothing changed at home: netguard's rules are newer)",
    Cause.VANTAGE: " (it may have been so before: this scan saw more)",
}

_BETWEEN = " (seen by a scan between the two, not by this one)"
"""What is said of a change that the newer scan does not show itself."""

_WHAT = {
    Kind.DEVICE: "device",
    Kind.SERVICE: "open port",
    Kind.ACCESS_POINT: "access point",
    Kind.MAPPING: "forwarded port",
    Kind.FIRMWARE: "firmware",
}
_TURNED = {Turn.NEW: "new", Turn.GONE: "gone", Turn.BACK: "back", Turn.CHANGED: "changed"}

_ATTRIBUTES = {
    "mac": "MAC address",
    "address": "IP address",
    "security": "encryption",
    "wps": "WPS",
    "pmf": "protection of management frames",
    "ssid": "name",
    "version": "version",
    "product": "product",
    "firmware": "firmware",
}
_VALUES = frozenset({"security", "wps", "pmf", "version", "product", "firmware"})
"""Attributes whose values say nothing of where a device is or what it is called."""


def digest(
    difference: Difference,
    allowed: Notify,
    *,
    roles: Mapping[str, str] | None = None,
    macs: Iterable[str] = (),
) -> Text | None:
    """The one message about `difference`; null where nothing in it is worth one.

    `roles` are what devices are, by key, to call them by where their names may not be told; `macs` those of the home,
    so that they are recognised inside names. It says of when the two scans are, in this computer's time: a message may
    arrive long after.
    """
    speaker = _Speaker(Discretion(allowed, macs), roles or {})
    worth = sorted((f for f in difference.findings if f.fate in TOLD), key=lambda f: TOLD.index(f.fate))
    told = {f.fingerprint for f in worth}
    findings = [f for f in worth if not f.accepted]  # and neither is the port told that an accepted one is about
    changes = [c for c in difference.changes if c.cause is Cause.NETWORK and not _said_by_finding(c, told)]
    if not findings and not changes:
        return None
    lines = [*map(speaker.finding, findings), *map(speaker.change, changes)]
    if len(lines) > MAX_LINES:
        lines = [*lines[: MAX_LINES - 1], f"And {len(lines) - MAX_LINES + 1} more."]
    grades = difference.new.grade or "incomplete", difference.old.grade or "incomplete"
    grade = f"Grade: {grades[0]}" + (f", was {grades[1]}" if grades[0] != grades[1] else ", as before")
    body = [
        *lines,
        "",
        f"{grade}.",
        f"Scanned on {_moment(difference.new.started_at)}, compared with the scan of {_moment(difference.old.started_at)}.",
        "All of it: netguard diff, and netguard report, on the computer that scanned.",
    ]
    return Text(title=f"netguard{speaker.at(difference.site)}: {_counted(findings, changes)}", body="\n".join(body))


def quiet(scans: Sequence[ScanLine], since: datetime, allowed: Notify) -> Text:
    """The monthly line about `scans`, the newest first and at least one: so many since then, and nothing new."""
    speaker, newest, number = _Speaker(Discretion(allowed), {}), scans[0], len(scans)
    made = f"{number} {'scan' if number == 1 else 'scans'}"
    last = f"on {_moment(newest.started_at)}" if number == 1 else f"the last on {_moment(newest.started_at)}"
    return Text(
        title=f"netguard{speaker.at(newest.site)}: {made}, nothing new",
        body=f"Since {since.astimezone():%Y-%m-%d} there {'was' if number == 1 else 'were'} {made} ({last}), and nothing to"
        f" tell. Grade: {newest.grade or 'incomplete'}, {_open_ones(newest)}.",
    )


def uncompared(scan: ScanLine, since: datetime, allowed: Notify) -> Text:
    """That `scan` could be compared with none before it, the last of which began at `since`."""
    speaker = _Speaker(Discretion(allowed), {})
    return Text(
        title=f"netguard{speaker.at(scan.site)}: a scan could not be compared",
        body=f"Scanned on {_moment(scan.started_at)}. What the history keeps of this scan, or of those before it, cannot be"
        f" read, so that nobody can say what changed since {_moment(since)}. The next scan is compared with this one."
        f"\nGrade: {scan.grade or 'incomplete'}, {_open_ones(scan)}."
        "\nWhat stands open now: netguard report, on the computer that scanned. An older copy of the history: netguard"
        " history restore.",
    )


def away(site: str, last: date, days: int, allowed: Notify) -> Text:
    """The question after a fortnight without home."""
    speaker = _Speaker(Discretion(allowed), {})
    return Text(
        title=f"netguard: not{speaker.at(site) or ' at home'} for {days} days",
        body=f"This computer has not recognised its home network since {last:%Y-%m-%d}, so nothing was looked at."
        " Was the router replaced? Then run once, at home: netguard home moved."
        " If you are merely away, there is nothing to do: scans go on when the computer is back."
        " This is said once.",
    )


class _Speaker:
    """Finds the words, and lets `Discretion` see every one that comes from elsewhere."""

    def __init__(self, discretion: Discretion, roles: Mapping[str, str]) -> None:
        self._say = discretion
        self._roles = roles

    def at(self, site: str) -> str:
        name = self._say.name(site, "")
        return f" at {name}" if name else ""

    def finding(self, found: FindingChange) -> str:
        what = self._say.sentence(found.title) if self._say.allowed.names else ""
        if not what:
            what = f"{self._say.sentence(found.check)} on {self._thing(found.target, found.name)}"
        severity, was = found.severity.value, (found.was or found.severity).value
        begins = {
            Fate.NEW: f"New, {severity}",
            Fate.REGRESSED: f"Back again, {severity}",
            Fate.WORSENED: f"Worse, {severity} (was {was})",
            Fate.ACCEPTANCE_EXPIRED: f"No longer accepted, {severity}",
            Fate.RESOLVED: f"Resolved, was {was}",
        }[found.fate]
        return f"{begins}: {what}{_SINCE.get(found.cause or Cause.NETWORK, '')}{_BETWEEN if found.why else ''}"

    def change(self, change: Change) -> str:
        return self._change(change) + (_BETWEEN if any(a.what == "seen" for a in change.attributes) else "")

    def _change(self, change: Change) -> str:
        thing = self._thing(change.subject, change.name)
        match change.kind:
            case Kind.SERVICE:
                return self._service(change, thing)
            case Kind.MAPPING:
                return self._mapping(change, thing)
            case Kind.FIRMWARE:
                return f"Firmware of {thing} changed{self._values(change)}"
            case _:
                what = "Access point" if change.kind is Kind.ACCESS_POINT else "Device"
                if change.turn is Turn.CHANGED:
                    return f"{what} changed: {thing}{self._values(change)}"
                return f"{what} {_TURNED[change.turn]}: {thing}"

    def _service(self, change: Change, thing: str) -> str:
        port = self._say.sentence(change.what or "a port", 24)
        said = {Turn.NEW: "is open now", Turn.GONE: "is no longer open", Turn.BACK: "is open again"}
        if change.turn in said:
            return f"{port} of {thing} {said[change.turn]}"
        return f"What answers on {port} of {thing} changed{self._values(change)}"

    def _mapping(self, change: Change, gateway: str) -> str:
        said = {Turn.NEW: "forwards", Turn.GONE: "no longer forwards", Turn.BACK: "forwards again"}
        verb = said.get(change.turn, "forwards otherwise")
        return f"{gateway} {verb} {self._mapped(change.what or '')}"

    def _mapped(self, what: str) -> str:
        """A mapping's name in words; its address, the last but one of at least four parts, only where that is allowed."""
        parts = what.split("/")
        if len(parts) < 4 or not parts[1].isdigit():
            return "a port"
        outside, inside = parts[1], parts[-1] if parts[-1].isdigit() else None
        told = f"{self._say.sentence(parts[0].upper(), 8)} port {outside} from the internet"
        if self._say.allowed.addresses:
            return f"{told} to {self._say.sentence(' '.join(parts[2:-1]), 64)}" + (f" port {inside}" if inside else "")
        return told + (f" to port {inside} of a device" if inside else "")

    def _values(self, change: Change) -> str:
        told = [self._value(a.what, a.before, a.after) for a in change.attributes]
        return f" ({', '.join(told)})" if told else ""

    def _value(self, what: str, before: str | None, after: str | None) -> str:
        name = _ATTRIBUTES.get(what) or self._say.sentence(what, 24)
        allowed = self._say.allowed
        visible = what in _VALUES or {"mac": allowed.macs, "address": allowed.addresses, "ssid": allowed.names}.get(
            what, False
        )
        if not visible:
            return f"another {name}"
        was, now = (self._value_text(what, v) for v in (before, after))
        return f"{name} {was} before, {now} now"

    def _value_text(self, what: str, value: str | None) -> str:
        if value is None:
            return "unknown"
        # An address that may be told is told as it is: the words' rules would take its dots and colons for a link.
        exact = what in {"mac", "address"} and all(c in "0123456789abcdefABCDEF:.-, " for c in value)
        return value[:64] if exact else self._say.sentence(value, 48) or "unknown"

    def _thing(self, subject: str, name: str) -> str:
        return self._say.name(name, self._unnamed(subject))

    def _unnamed(self, subject: str) -> str:
        kind = subject.partition(":")[0]
        if kind == "wifi":
            return "a Wi-Fi network of yours"
        if kind in {"segment", "network"}:
            return "the home network"
        role = self._roles.get(subject, "unknown")
        return "a device" if role == "unknown" else f"{'an' if role[0] in 'aeiou' else 'a'} {role.replace('-', ' ')}"


def _moment(time: datetime) -> str:
    """A time as a person's clock shows it."""
    return f"{time.astimezone():%Y-%m-%d at %H:%M}"


def _open_ones(scan: ScanLine) -> str:
    if not scan.failing:
        return "nothing open"
    return f"{scan.failing} {'finding stands' if scan.failing == 1 else 'findings stand'} open"


def _said_by_finding(change: Change, told: set[str]) -> bool:
    """Whether a finding of the same message says it: nobody wants to read of one port twice. A device's coming is its own."""
    return change.kind is not Kind.DEVICE and any(f in told for f in change.findings)


def _counted(findings: list[FindingChange], changes: list[Change]) -> str:
    """`2 new, 1 resolved, 1 new device`: how many of what, without saying which."""
    words = {
        Fate.NEW: "new",
        Fate.REGRESSED: "back again",
        Fate.WORSENED: "worse",
        Fate.ACCEPTANCE_EXPIRED: "no longer accepted",
        Fate.RESOLVED: "resolved",
    }
    fates = Counter(f.fate for f in findings)
    turns = Counter((c.kind, c.turn) for c in changes)
    said = [f"{fates[fate]} {word}" for fate, word in words.items() if fates[fate]]
    kinds, ways = tuple(_WHAT), tuple(_TURNED)
    for (kind, turn), number in sorted(
        turns.items(), key=lambda each: (kinds.index(each[0][0]), ways.index(each[0][1]))
    ):
        plural = "" if number == 1 or kind is Kind.FIRMWARE else "s"
        said.append(f"{number} {_WHAT[kind]}{plural} {_TURNED[turn]}")
    return ", ".join(said)
