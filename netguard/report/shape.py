"""The view's types: what a report says, already in words and in order, free of any format's escaping.

Every text in here is one line without control characters (`netguard.model.observation.clean`). It is still
hostile text: a format must escape it in its own way before it writes it.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from netguard.model.vocabulary import Role, Severity

if TYPE_CHECKING:
    from netguard.report.change_shape import ChangeView
    from netguard.report.overlay_shape import AcceptedView, DecisionView, OverTimeView

Tone = Literal["good", "fair", "warn", "bad", "unclear"]
Disposition = Literal["open", "accepted"]
"""What a person has said about a finding since. Overlays of the history will add resolved and verified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A label and what is said under it."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The first thing a person reads."""

    letter: str | None
    """Null where there is no grade; then `badge` says `incomplete` or `not judged`."""
    badge: str
    tone: Tone
    sentence: str
    meaning: str
    """What the letter stands for, or why there is none."""
    no_lock: str | None
    """Said as prominently as the grade when no lock was recognised or seen; null otherwise."""
    best_possible: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One number of the overview: `2 high`."""

    number: int
    what: str
    kind: str
    """A severity, or one of `accepted`, `doors`, `unchecked`, `passed`, `devices`, `unseen`, `personal`."""
    anchor: str | None
    """The section that tells more; null where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A public control, CVE or page. `url` is null for what is not a plain https address."""

    text: str
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One fact that a finding rests on; one that was learnt alike in several places is said once."""

    what: str
    """What kind of fact it is, in the words of `model/observation.py`."""
    value: str
    quoted: bool
    """Whether `value` is in the device's own words and not in ours."""
    where: tuple[str, ...]
    """`TCP port 23 of 192.168.20.21`, and of whom where that is not who the finding is about."""
    learnt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """One judgement. `anchor` is a name made by the view, safe in an attribute."""

    anchor: str
    check: str
    severity: Severity
    severity_word: str
    confidence: str
    who: str
    where: str | None
    door: bool
    title: str
    why: str
    fix: str
    evidence: tuple[Evidence, ...]
    rests: str
    """What it rests on where there is no evidence of its own."""
    references: tuple[Reference, ...]
    explain: str | None
    """The command that says more about the check, safe to be typed; null when the check's id is no id."""
    disposition: Disposition = "open"
    decision: "DecisionView | None" = None
    """Of what is accepted: by whom, until when and why."""
    standing: str | None = None
    """`open since 3 September 2025, in 5 scans`; null where that is not known."""
    accept: str | None = None
    """The command that accepts it, safe to be typed but for the words to fill in; null where nothing can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Findings that one text tells: the same check, as severe, for the same reason, mended in the same way."""

    severity: Severity
    severity_word: str
    door: bool
    """Whether one of them is about what opens a door."""
    why: str
    fix: str
    findings: tuple[FindingView, ...]
    """At least one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Judgements of one check that came out alike."""

    what: str
    """What the check wishes: `No device offers telnet`."""
    counted: str
    """Whom it is true of: `11 devices`, or their names where they are few; empty where `what` says it."""
    who: tuple[str, ...]
    """The names where they are only counted; empty otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why something could not be looked at, and what that was."""

    because: str
    who: str
    """Whom it concerns: `Router and Kitchen hub`, or `8 devices`."""
    count: int
    """How many judgements are missing."""
    counted: str
    """The same in words: `7 checks`."""
    missing: tuple[Said, ...]
    """Devices that lack the same judgements, as label, and what was not judged of them. `who` says it without a label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchecked:
    """What could not be looked at, gathered under what would let netguard look."""

    how: str
    door: bool
    """Whether it concerns what opens a door."""
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionView:
    """One step a person can take, what it closes and what it costs."""

    title: str
    severity: Severity | None
    """The worst that it closes; null when it closes nothing that stands open."""
    severity_word: str | None
    needs: str
    loses: tuple[str, ...]
    how: tuple[str, ...]
    closes: tuple[FindingView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceView:
    """One port of a device."""

    port: str
    """`TCP 8080`."""
    state: str
    open: bool
    what: str
    """Name, product and version of what listens, as far as they are known."""
    said: tuple[str, ...]
    """What was seen there: which interface answered, and whether it asks for a login."""
    expected: str
    verdict: Literal["expected", "unexpected", "unjudged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceGroup:
    """Ports that are alike at the same addresses."""

    where: str | None
    """The addresses; null where the device shows its ports at one only."""
    services: tuple[ServiceView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceView:
    """One thing on the network."""

    name: str
    role: Role
    role_word: str
    door: bool
    maker: str | None
    address: str | None
    unseen: str | None
    """Why a declared device is here although nothing was heard of it, in sentences; null when it was seen."""
    problems: tuple[FindingView, ...]
    """What was found on it."""
    judged: str | None
    """How many judgements about it were good, and how many could not be made; null when there was none of either."""
    unexpected: int
    """How many open ports it has no reason to have."""
    open: int
    """How many ports are open, one that is open at two addresses counted once."""
    from_internet: tuple[str, ...]
    """Ports by which a router lets the internet in to it: `TCP 8443`."""
    details: tuple[Said, ...]
    services: tuple[ServiceGroup, ...]
    asked: tuple[str, ...]
    sightings: tuple[Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkView:
    """One name and band of an own access point."""

    name: str
    place: str
    """`2.4 GHz, channel 6`; empty where it was not told."""
    security: str
    connected: bool
    """Whether this scan was made through it."""
    locks: bool
    """Whether locks seem to be on it."""
    wps: bool
    """Whether it announces that WPS is on."""
    problems: tuple[FindingView, ...]
    details: tuple[Said, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPointView:
    """An own access point, and all that comes out of it."""

    name: str
    networks: tuple[NetworkView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AirView:
    """Somebody's network, as context."""

    name: str
    place: str
    security: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What could not be seen, a line each, and what would help."""

    what: tuple[str, ...]
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WifiView:
    """What the air says about this home."""

    points: tuple[AccessPointView, ...]
    locks: str | None
    """Which network the locks seem to be on, in a sentence; null where no lock was seen."""
    unsure: tuple[AirView, ...]
    """Those of which nobody can tell whether they are own."""
    strangers: tuple[AirView, ...]
    strangers_counted: str
    more_strangers: int
    """How many of them are not listed."""
    unseen: tuple[Gap, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingView:
    """One port that leads in from the internet."""

    port: str
    """On the internet's side: `TCP 8443`, `every TCP port`."""
    leads_to: str
    """`Hallway lock bridge, port 443`."""
    answers: str
    """What answers there now, or why that is not known, as a sentence."""
    door: bool
    """Whether what it leads to opens a door."""
    absent: bool
    """Whether nobody in this scan has the address that it leads to."""
    off: bool
    """Whether the router says that it is switched off."""
    severity: Severity | None
    """The worst of what was found about it; null where that is nothing."""
    severity_word: str | None
    problems: tuple[FindingView, ...]
    details: tuple[Said, ...]
    close: str | None
    """The command that closes it, safe to be typed; null where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayView:
    """One router on the way to the internet, or another device that offers to open ports."""

    name: str
    place: str
    """Where it stands: `your router, the first on the way to the internet`."""
    address: str | None
    details: tuple[Said, ...]
    """What it says in each protocol that opens ports, and of its address on the internet."""
    notes: tuple[str, ...]
    """What must be known before its list is believed."""
    mappings: tuple[MappingView, ...]
    more_mappings: int
    """How many of them are not listed."""
    problems: tuple[FindingView, ...]
    """What was found about the way in by it, and is about none of its mappings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorsView:
    """What the routers let in from the internet."""

    sentence: str
    """The first thing to know: how many ports lead in, and whether to a lock."""
    gateways: tuple[GatewayView, ...]
    problems: tuple[FindingView, ...]
    """What was found about the way in, and is about none of the gateways."""
    unseen: tuple[Gap, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptView:
    """Something that was left out or did not work."""

    stage: str
    target: str
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The whole report, in the order in which it is said."""

    site: str
    subtitle: str
    """When and where in one line."""
    headline: Headline
    notices: tuple[str, ...]
    tallies: tuple[Tally, ...]
    circumstances: tuple[Said, ...]
    first: tuple[ActionView, ...]
    later: tuple[ActionView, ...]
    change: "ChangeView | None"
    """Rules for the router, where the report was made with some."""
    problems: tuple[FindingView, ...]
    """Everything that stands open and is not accepted, the worst first."""
    cards: tuple[Card, ...]
    """The same, gathered: what is shown at once."""
    more_cards: tuple[Card, ...]
    """What is less severe and comes after that."""
    no_problem: str | None
    """What to say instead of an empty list of problems; null when there are some."""
    accepted: "AcceptedView | None"
    """What the person lives with; null where nothing is or was accepted."""
    over_time: "OverTimeView | None"
    """Null of a scan that is not in the history."""
    doors: DoorsView
    devices: tuple[DeviceView, ...]
    wifi: WifiView
    unchecked: tuple[Unchecked, ...]
    more_unchecked: tuple[Unchecked, ...]
    unseen: tuple[Said, ...]
    """What the person declared and the scan did not see: its name, and why that may be and what to do about it."""
    passed: tuple[Gathered, ...]
    not_applicable: tuple[Said, ...]
    """A check, and why it has nothing to judge here."""
    attempts: tuple[AttemptView, ...]
    limits: tuple[Said, ...]
    origin: tuple[Said, ...]
