"""When something that is not seen any more is gone: by what it is, how often it was missing, and for how long. Pure.

Once missing says little: a device sleeps, is carried away, or a packet was lost on the air. Tools that tell each miss drown
their users in it, and those that count misses alike for all of them tell of every iPad that sleeps (NetAlertX #1567, #886
and #451 ask for a number of misses, and a grace of each device's own; Pi.Alert #124 for door sensors that sleep for days).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from netguard.compare.series import Moment, Sight
from netguard.model.known import KnownDevice, kind_of
from netguard.model.timeline import DeviceLine
from netguard.model.vocabulary import PERSONAL_ROLES, Power, Role

CARRIED_ROLES = frozenset({Role.PHONE, Role.TABLET, Role.COMPUTER, Role.CONSOLE})
"""What goes with people, or is switched off for weeks."""

SLEEPY_ROLES = frozenset({Role.LOCK, Role.SENSOR, Role.DOORBELL, Role.THERMOSTAT, Role.LIGHT, Role.APPLIANCE})
"""What runs on a battery unless it is known not to, or is cut from the mains at a switch on the wall: many locks keep off
the network but for a nightly call (Allegion: ENGAGE locks, between midnight and four), and bulbs go with their lamp."""

PASSING_KINDS = frozenset({"random-mac", "address"})
"""Identities that may be another device's tomorrow (RFC 9724 and RFC 9797: MACs are made up per network, and change)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """How soon something missing is gone."""

    misses: int
    """Scans in a row that asked everybody and did not see it."""
    days: timedelta
    """And at least so long since it was seen."""
    never: bool = False
    """Whether nobody could tell that it is gone: it would be there under another name."""
    says: str
    """Why its being missing says nothing yet."""


ALWAYS_ON = Expectation(
    misses=2,
    days=timedelta(0),
    says="not seen this time; it is told as gone when it is missing again",
)
"""Routers, hubs, cameras, plugs, televisions and whatever else is plugged in. One miss is the air's or a restart's: nmap and
ARP sweeps over Wi-Fi lose single devices (NetAlertX, docs/FIX_OFFLINE_DETECTION.md), two weekly ones in a row seldom."""

SLEEPY = Expectation(
    misses=5,
    days=timedelta(days=14),
    says="not seen this time; it may sleep or be switched off, and is told as gone after 5 scans and 14 days without it",
)
"""On a battery, or behind a switch. Two weeks are a holiday; five misses keep a daily schedule from deciding in a few days of
bad luck."""

CARRIED = Expectation(
    misses=5,
    days=timedelta(days=30),
    says="not seen this time; such devices come and go, and it is told as gone after 5 scans and 30 days without it",
)
"""With people. A month, so that whoever travels or has been ill is no news; five weekly scans are a month, too."""

PASSING = Expectation(
    misses=0,
    days=timedelta(0),
    never=True,
    says="only a private MAC or an address of it is known, and those change: it may be here under another one",
)
"""What shows nothing lasting is never gone, and never new: a phone that took another private MAC would be both."""


def role_of(line: DeviceLine, known: KnownDevice | None) -> Role:
    """What the device of `line` is: as the person says, else as that scan saw it, else as the registry has it."""
    if known is not None and known.said_role is not None:
        return known.said_role
    return known.role if line.role is Role.UNKNOWN and known is not None else line.role


def expectation(line: DeviceLine, known: KnownDevice | None) -> Expectation:
    """What can be expected of the device that a scan saw as `line`."""
    role = role_of(line, known)
    spoken_of = known is not None and bool(known.said_name or known.said_role or known.joined)
    if role in CARRIED_ROLES | {Role.UNKNOWN} and kind_of(line.key) in PASSING_KINDS and not spoken_of:
        return PASSING
    if role in CARRIED_ROLES or (role is Role.SPEAKER and line.power is Power.BATTERY):
        return CARRIED
    if line.power is Power.MAINS:
        return ALWAYS_ON
    if line.power is Power.BATTERY or role in SLEEPY_ROLES:
        return SLEEPY
    # What nobody recognised may be somebody's laptop as well as a plug.
    return CARRIED if role is Role.UNKNOWN else ALWAYS_ON


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """What a place's scans so far say of one device."""

    line: DeviceLine
    """As it was seen last."""
    sights: frozenset[Sight]
    """Of every scan that ever saw it: whoever sees no less than one of them would have seen it. There are a dozen at most."""
    at: datetime
    """When it was seen last, by the place of that scan in the order."""
    passed: timedelta
    """And by `Moment.passed`."""
    here: bool = True
    """Whether the last scan saw it."""
    misses: int = 0
    gone: bool = False


def seen(before: Presence | None, line: DeviceLine, now: Moment) -> Presence:
    """The presence of a device that `now` sees as `line`."""
    sights = frozenset({now.sight}) if before is None else before.sights
    return Presence(
        line=line,
        sights=sights if now.sight in sights else sights | {now.sight},
        at=now.ordered_at,
        passed=now.passed,
    )


def missed(before: Presence, known: KnownDevice | None, now: Moment) -> Presence:
    """The presence of a device that `now` does not see."""
    if before.gone or why_not_missed(before, known, now.sight) is not None:
        return replace(before, here=False) if before.here else before
    expected = expectation(before.line, known)
    misses = before.misses + 1
    gone = not expected.never and misses >= expected.misses and now.passed - before.passed >= expected.days
    return replace(before, here=False, misses=misses, gone=gone)


def why_not_missed(before: Presence, known: KnownDevice | None, sight: Sight) -> str | None:
    """Why it says nothing that a scan with this `sight` does not see the device; null where it does."""
    if not sight.whole:
        return "the newer scan did not ask everybody on this network"
    reached = [each for each in before.sights if sight.reaches(each)]
    if not reached:
        return "the newer scan looked with fewer rights or less depth than the one that saw it"
    if not sight.personal and all(each.personal for each in reached) and may_be_left_out(before.line, known):
        return "the newer scan left out personal devices, as asked"
    return None


def would_see(sight: Sight, presence: Presence, known: KnownDevice | None) -> bool:
    """Whether a scan with this `sight` would have seen the device, had it been there."""
    return why_not_missed(presence, known, sight) is None


def may_be_left_out(line: DeviceLine, known: KnownDevice | None) -> bool:
    """Whether a scan of the infrastructure only leaves the device of `line` out (`identify.personal`), or may do so."""
    return role_of(line, known) in PERSONAL_ROLES | {Role.UNKNOWN}
