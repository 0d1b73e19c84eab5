"""A lock, its bridge, a hub or an alarm offers on the network to be set up by anybody who has its code.

| circumstance | severity |
|---|---|
| Matter set-up by the code that is printed on it (CM=1), on a lock | high |
| Matter set-up by a code made for the occasion (CM=2), on a lock | medium |
| Matter set-up by the printed code (CM=1), on a bridge, hub or alarm | medium |
| Matter set-up by a code made for the occasion (CM=2), on a bridge, hub or alarm | low |
| paired with no HomeKit home (sf bit 0), on a lock, garage door opener, lock bridge or alarm | medium |
| paired with no HomeKit home (sf bit 0), on any other hub | low |
| a Wi-Fi network named as an August or Yale Connect bridge names its own while it waits to be set up | medium, possible |

HomeKit says it in the TXT record of `_hap._tcp` or, over Thread, `_hap._udp`: bit 0 of `sf` (table 6-8 of its
specification). It is judged on locks, lock bridges, hubs and alarms, and on whatever says that it is a bridge (`ci`
2), garage door opener (4), lock (6) or alarm (11). Matter says it with CM=1 or CM=2 in `_matterc._udp`, for minutes;
DT=10 makes it a lock (device type 0x000A). Each announced instance is judged by itself. What a Thread border router
announces for others is a device of its own.

Passes when mDNS was asked and nothing of the kind is announced. Unknown when mDNS could not be asked, an announcement
lacks the record that would tell, something unrecognised offers Matter set-up without saying what it is, or a declared
lock was not seen. Does not apply where there is no lock, bridge, hub or alarm, and to a declared one without an IP
address of its own. It errs while the owner is just setting it up; on a hub that is used by its own app alone, which
never is paired with HomeKit; where the radio lost an announcement; where a neighbour's bridge, or anybody who copies its
name, opens the Wi-Fi; and it sees neither a lock behind a bridge nor set-up by Bluetooth. Wi-Fi counts where a scan
looked at it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from netguard.checks._contract import Check, Subject
from netguard.checks._looked import NETWORK, absent, not_seen, others
from netguard.model.action import Remedy
from netguard.model.device import Device
from netguard.model.finding import Finding
from netguard.model.observation import Observation, clean
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import DOOR_ROLES, HUB_ROLES, Confidence, Needs, Outcome, Role, Severity
from netguard.rules.globs import matches
from netguard.rules.loader import Rules

ROLES = DOOR_ROLES | HUB_ROLES | {Role.ALARM}

HOMEKIT = ("_hap._tcp", "_hap._udp")
MATTER = "_matterc._udp"
"""Commissionable node discovery (Matter Core Specification, 4.3.1)."""

CATEGORIES = {2: "bridge", 4: "garage door opener", 6: "lock", 11: "alarm"}
"""HomeKit accessory categories (`ci`, HomeKit Accessory Protocol Specification R2, 13) that this check is about."""

DOOR_CATEGORIES = frozenset({4, 6, 11})

NOT_PAIRED = 0x01
"""Bit 0 of `sf` (HomeKit Accessory Protocol Specification R2, table 6-8)."""

DOOR_LOCK = 10
"""Matter device type 0x000A (Matter Device Library, Door Lock)."""

PRINTED_CODE, MADE_UP_CODE = 1, 2
"""CM: the window was opened for the passcode on the device, or for one that an administrator's app made up."""

LARGEST_NUMBER = 8
"""Digits read of a number in a TXT record; discriminators, flags and device types have fewer."""

SETUP_NETWORKS = ("Connect-*-WAC", "August Connect-*-WAC")
"""Names of the Wi-Fi that an August or Yale Connect opens at set-up, its serial number in the middle (seen by users; the
maker names it only by the last part, Apple's Wireless Accessory Configuration)."""

WIFI_FIX = (
    "If it is yours, finish its set-up in the August or Yale app, or pull its plug until you do; if it was set up before, "
    "somebody has reset it: ask who. If you have none, it is a neighbour's, and there is nothing to do."
)

HOMEKIT_FIX = (
    "If you use Apple Home, add it there: once it is in a home, nobody else can add it. If you do not, keep its "
    "eight-digit code (on the device, its box and its leaflet) from visitors' eyes, and switch HomeKit off in the "
    "maker's app if it lets you. If it was in a home before, somebody has reset it: ask who, and look through its users."
)

MATTER_FIX = (
    "Finish the set-up in the app that began it, or cancel it there; a window closes by itself within 15 minutes. Scan "
    "again then. If nobody of yours opened it, it was reset or is new from the factory: set it up in your own home now, "
    "or take its power away until you do, and look through its users."
)

CHECK = Check(
    id="lock-pairing-open",
    title="No lock or hub waits to be set up by anybody",
    why=(
        "Whoever sets a lock or its hub up becomes its owner and can open the door from then on. While it offers that "
        "to the whole network, a photo of the code on its back is all that is missing."
    ),
    remedy=Remedy(
        group="close-pairing",
        title="Finish or close the set-up of {device}",
        needs=Needs.APP,
        intent="disable-feature",
    ),
    references=(
        "HomeKit Accessory Protocol Specification R2, table 6-8 (sf)",
        "Matter Core Specification, 4.3.1 (CM) and 5.4.2 (announcement)",
        "OWASP ISVS 1.0, 4.3.1",
        "ETSI EN 303 645 V3.1.3, 5.6-1",
        "CWE-284",
    ),
)


@dataclass(slots=True)
class _Offer:
    """What one announced instance says of itself."""

    service: str
    port: int | None
    texts: dict[str, list[str]] = field(default_factory=dict)
    """Values by key; keys have no case (RFC 6763, 6.4)."""
    names: list[str] = field(default_factory=list)
    evidence: list[Observation] = field(default_factory=list)

    def numbers(self, key: str) -> frozenset[int]:
        """The whole numbers said under `key`; several when two instances cannot be told apart."""
        said = (v for v in self.texts.get(key, ()) if v.isascii() and v.isdigit() and len(v) <= LARGEST_NUMBER)
        return frozenset(map(int, said))

    @property
    def discriminator(self) -> str:
        """What this instance keeps: HomeKit's own id, since its port changes with every start; else the port."""
        identity = self.texts.get("id", [""])[0].casefold() if self.service in HOMEKIT else ""
        return f"{self.service} {identity or self.port}"


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding per instance that can be set up, and one per device that says why there is none."""
    devices = [(d, _offers(scan, d)) for d in others(scan)]
    networks = tuple(_setup_networks(scan))
    yield from networks
    concerned = [(d, offers) for d, offers in devices if d.role in ROLES or any(_concerns(d, o) for o in offers)]
    if not concerned and not networks and not absent(scan, ROLES):
        yield CHECK.not_applicable(NETWORK, because="no lock, hub or alarm was recognised")
    for device, offers in concerned:
        yield from _judged(scan, device, offers)
    yield from not_seen(CHECK, scan, ROLES, rules)


def _setup_networks(scan: Scan) -> Iterator[Finding]:
    """One finding per Wi-Fi network that a lock's bridge opens for its set-up."""
    names = {b.ssid: b.bssid for b in scan.wifi if b.ssid and any(matches(glob, b.ssid) for glob in SETUP_NETWORKS)}
    for name, bssid in sorted(names.items()):
        yield CHECK.fail(
            Subject(target=NETWORK.target, identity=f"wifi:{bssid or name}", name=clean(name)),
            title=f"A lock's bridge nearby waits to be set up: it opens the Wi-Fi network {clean(name)}",
            severity=Severity.MEDIUM,
            confidence=Confidence.POSSIBLE,
            fix=WIFI_FIX,
        )


def _judged(scan: Scan, device: Device, offers: list[_Offer]) -> Iterator[Finding]:
    subject = Subject.device(device)
    found = {o.discriminator: f for o in offers if (f := _open(device, subject, o, several=len(offers) > 1))}
    yield from found.values()
    if reason := _unclear(scan, device, offers):
        because, how = reason
        yield CHECK.unknown(subject, because=because, how=how)
    elif not found:
        evidence = [o for offer in offers for o in offer.evidence]
        yield CHECK.passed(
            subject, title=f"{subject.name} offers no HomeKit or Matter set-up on the network", evidence=evidence
        )


def _offers(scan: Scan, device: Device) -> list[_Offer]:
    """HomeKit and Matter announcements of `device`, one for each type and port, over all its addresses."""
    offers: dict[tuple[str, int | None], _Offer] = {}
    for fact in scan.observed(device.key, "dnssd.type", "dnssd.instance", "dnssd.txt"):
        if not isinstance(fact.value, str):
            continue
        service, entry = fact.value, ""
        if fact.kind == "dnssd.txt":
            service, _, entry = fact.value.partition(" ")
        elif fact.kind == "dnssd.instance":
            service = ".".join(fact.value.split(".")[-2:])
        if service not in (*HOMEKIT, MATTER):
            continue
        offer = offers.setdefault((service, fact.port), _Offer(service, fact.port))
        key, _, value = entry.partition("=")
        if key:
            offer.texts.setdefault(key.casefold(), []).append(value.strip())
        elif fact.kind == "dnssd.instance":
            offer.names.append(fact.value.removesuffix(f".{service}"))
        if key.casefold() in {"sf", "ci", "cm", "dt"}:
            offer.evidence.append(fact)
    # The same may be heard twice, first without its port: that says nothing that the other does not.
    heard = {name for o in offers.values() if o.port is not None for name in (o.service, *o.names)}
    repeated = [k for k, o in offers.items() if o.port is None and not o.texts and heard >= {o.service, *o.names}]
    return [offers[k] for k in sorted(offers.keys() - repeated, key=lambda k: (k[0], k[1] or 0))]


def _concerns(device: Device, offer: _Offer) -> bool:
    """Whether the announcement makes a device of another role this check's business."""
    if offer.service in HOMEKIT:
        return not offer.numbers("ci").isdisjoint(CATEGORIES)
    return DOOR_LOCK in offer.numbers("dt") or (device.role is Role.UNKNOWN and _nameless(offer))


def _nameless(offer: _Offer) -> bool:
    """Whether it offers Matter set-up and does not say what it is."""
    return offer.service == MATTER and bool(_window(offer)) and not offer.texts.get("dt")


def _window(offer: _Offer) -> frozenset[int]:
    return offer.numbers("cm") & {PRINTED_CODE, MADE_UP_CODE}


def _open(device: Device, subject: Subject, offer: _Offer, *, several: bool) -> Finding | None:
    """The finding about this instance when it can be set up; None when it cannot, or cannot be told."""
    called = f" ({offer.names[0]})" if several and offer.names else ""
    if offer.service in HOMEKIT:
        flags = offer.numbers("sf")
        if not any(flag & NOT_PAIRED for flag in flags):
            return None
        door = device.role in DOOR_ROLES | {Role.ALARM} or not offer.numbers("ci").isdisjoint(DOOR_CATEGORIES)
        title = f"{subject.name}{called} waits to be added to any HomeKit home by whoever has its code"
        severity, fix = Severity.MEDIUM if door else Severity.LOW, HOMEKIT_FIX
    else:
        window = _window(offer)
        lock = device.role is Role.LOCK or DOOR_LOCK in offer.numbers("dt")
        if not window or (device.role is Role.UNKNOWN and not lock):
            return None
        flags, fix = window, MATTER_FIX
        printed = PRINTED_CODE in window
        code = "the code printed on it" if printed else "a code that somebody's app has just made up"
        title = f"{subject.name}{called} is open for Matter set-up now, with {code}"
        severity = _matter_severity(lock=lock, printed=printed)
    return CHECK.fail(
        subject,
        title=title,
        severity=severity,
        # Two instances whose ports were not heard share what they say: then one of the two is meant.
        confidence=Confidence.CONFIRMED if len(flags) == 1 else Confidence.LIKELY,
        fix=fix,
        discriminator=offer.discriminator,
        evidence=offer.evidence,
    )


def _matter_severity(*, lock: bool, printed: bool) -> Severity:
    if lock:
        return Severity.HIGH if printed else Severity.MEDIUM
    return Severity.MEDIUM if printed else Severity.LOW


def _unclear(scan: Scan, device: Device, offers: list[_Offer]) -> tuple[str, str] | None:
    """Why it cannot be told, and what would help; None when everything that was announced speaks for itself."""
    if not offers:
        asked = [a for a in scan.attempts if a.stage == "discover.mdns"]
        if any(a.outcome is Outcome.DONE for a in asked):
            return None
        reason = asked[-1].reason if asked else None
        return (
            f"nobody could be asked by mDNS{f': {reason}' if reason else ''}",
            "Scan from a computer in the same network that may send and hear multicast (netguard doctor), whole network.",
        )
    if any(o.service in HOMEKIT and not o.numbers("sf") for o in offers):
        return "it announces HomeKit, and whether it is paired was not heard", "Scan again, from nearer to it."
    if any(o.service == MATTER and not o.texts for o in offers):
        return "it announces Matter set-up, and whether that is open was not heard", "Scan again, from nearer to it."
    if device.role is Role.UNKNOWN and any(_nameless(o) for o in offers):
        return (
            "it is open for Matter set-up and does not say what it is",
            "Find out what it is: if it is a lock or a hub, finish its set-up in your own app or cancel it there.",
        )
    return None
