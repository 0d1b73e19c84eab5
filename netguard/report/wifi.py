"""The Wi-Fi in words: own networks by access point, what protects each, and what could not be seen. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping

from netaddr import mac_unix_expanded

from netguard.model.access_points import akin, together
from netguard.model.observation import clean
from netguard.model.scan import Scan
from netguard.model.vocabulary import DOOR_ROLES, INFRASTRUCTURE_ROLES, Outcome, Security
from netguard.model.wifi import BasicServiceSet, Wps
from netguard.report import words
from netguard.report.shape import AccessPointView, AirView, FindingView, Gap, NetworkView, Said, WifiView
from netguard.report.subjects import WIFI, name_of, prose

MOST_STRANGERS = 200
"""Neighbours' networks listed; a block of flats has some dozens. Stops a radio that invents names from filling the page."""

BANDS = frozenset({"2.4", "5", "6"})
"""Words of the scan document for bands, GHz; anything else in a document is not repeated."""

LOOK = (
    "Scan from a computer that has Wi-Fi, or stand near the router with one and run netguard wifi --live; netguard doctor "
    "says what it may see."
)
NEARER = (
    "Stand near the access point and run netguard wifi --live, which hears what it announces itself; netguard doctor says "
    "what keeps this computer from it."
)
NAME_THEM = "If one of them is yours, say so: netguard wifi --ssid NAME."
_ADDRESS = re.compile(r"\(((?:[0-9a-f]{2}:){5}[0-9a-f]{2})\)")
_BARE = frozenset({Security.OPEN, Security.OWE_TRANSITION, Security.WEP})
"""What has no cipher to choose and no protected management frames."""


def wifi(scan: Scan, problems: Mapping[str, FindingView]) -> WifiView:
    """Own networks, the ones in use first; neighbours as context. `problems` is what stands open, by fingerprint."""
    own = [b for b in scan.wifi if b.own]
    home, locks = _locks(scan, own)
    by_target: dict[str, list[FindingView]] = {}
    for finding in scan.findings:
        if finding.target.startswith(WIFI) and finding.fingerprint in problems:
            by_target.setdefault(clean(finding.target), []).append(problems[finding.fingerprint])
    groups = sorted(together(own), key=lambda g: (not any(b.associated for b in g), _name(g[0]), _address(g[0])))
    points = tuple(
        AccessPointView(
            name=_point(scan, group),
            networks=tuple(
                _network(b, by_target, home) for b in sorted(group, key=lambda b: (b.ssid != home, _rank(b)))
            ),
        )
        for group in groups
    )
    strangers = sorted((b for b in scan.wifi if b.own is False), key=_rank)
    return WifiView(
        points=points,
        locks=locks if points else None,
        unsure=tuple(_air(b) for b in sorted((b for b in scan.wifi if b.own is None), key=_rank)[:MOST_STRANGERS]),
        strangers=tuple(_air(b) for b in strangers[:MOST_STRANGERS]),
        strangers_counted=words.count(len(strangers), "network"),
        more_strangers=max(0, len(strangers) - MOST_STRANGERS),
        unseen=tuple(_unseen(scan, own)),
    )


def wps_said(wps: Wps | None) -> str:
    """What is announced of WPS, and no more than that."""
    if wps is None or wps.present is None:
        return "not visible from here"
    if not wps.present:
        return "not announced, so off as far as can be seen"
    parts = ["on" if wps.version is None else f"on (version {clean(wps.version)})"]
    if wps.methods is None:
        parts.append("whether its PIN is offered is not visible from here")
    else:
        pin = "announces a PIN" if words.PIN_METHODS.intersection(wps.methods) else "announces no PIN"
        ways = words.listed(tuple(words.WPS_METHODS[m] for m in wps.methods))
        parts.append(f"{pin}; ways in: {ways}" if ways else pin)
    if wps.locked:
        parts.append("locked just now")
    if wps.configured is False:
        parts.append("never set up")
    if wps.active:
        parts.append("letting somebody in just now")
    return ", ".join(parts)


def _network(bss: BasicServiceSet, problems: Mapping[str, list[FindingView]], home: str | None) -> NetworkView:
    name, address = _name(bss), _address(bss)
    here = problems.get(clean(f"{WIFI}{clean(bss.ssid or '') or address or 'without a name'}"), [])
    return NetworkView(
        name=name,
        place=_place(bss),
        security=words.ENCRYPTIONS[bss.security],
        connected=bool(bss.associated),
        locks=home is not None and bss.ssid == home,
        wps=bss.wps is not None and bool(bss.wps.present),
        problems=tuple(p for p in here if _about(p.title, address, _place(bss))),
        details=tuple(_details(bss)),
        notes=tuple(f"{text[:1].upper()}{text[1:]}." for note in bss.notes if (text := prose(note).rstrip("."))),
    )


def _about(title: str, address: str, place: str) -> bool:
    """Whether a finding about a network of this name is about this band of this access point, as its title tells."""
    if exact := _ADDRESS.search(title):
        return exact[1] == address
    return not place or f"at {place} " in title


def _details(bss: BasicServiceSet) -> Iterator[Said]:
    yield Said(label="Encryption", text=words.ENCRYPTIONS[bss.security])
    if bss.security not in _BARE:
        yield Said(label="Ciphers", text=_ciphers(bss))
    yield Said(label="Older devices", text=words.TRANSITIONS[bss.transition])
    if bss.security not in _BARE:
        yield Said(label="Management frames", text=words.MANAGEMENT_FRAMES[bss.pmf])
    yield Said(label="WPS", text=wps_said(bss.wps))
    if bss.hidden:
        yield Said(label="Name", text="not sent to everybody (hidden), which protects nothing")
    if address := _address(bss):
        yield Said(label="Hardware address", text=address)
    if bss.signal_dbm is not None:
        yield Said(label="Signal", text=f"{bss.signal_dbm:.0f} dBm")
    if bss.sources:
        yield Said(label="Heard by", text=", ".join(clean(s) for s in bss.sources))


def _ciphers(bss: BasicServiceSet) -> str:
    if not bss.pairwise and bss.group is None:
        return "not visible from here"
    single = ", ".join(_cipher(c) for c in bss.pairwise or ()) or "not visible from here"
    return f"{single}; for broadcasts {_cipher(bss.group) if bss.group else 'not visible from here'}"


def _cipher(word: str) -> str:
    return words.CIPHERS.get(word, f"number {clean(word)}")


def _air(bss: BasicServiceSet) -> AirView:
    return AirView(name=_name(bss), place=_place(bss), security=words.ENCRYPTIONS[bss.security])


def _name(bss: BasicServiceSet) -> str:
    return clean(bss.ssid or "") or _address(bss) or "Network without a name"


def _address(bss: BasicServiceSet) -> str:
    return bss.bssid.format(mac_unix_expanded) if bss.bssid is not None else ""


def _place(bss: BasicServiceSet) -> str:
    parts = (
        f"{bss.band} GHz" if bss.band in BANDS else "",
        f"channel {bss.channel}" if bss.channel is not None else "",
    )
    return ", ".join(filter(None, parts))


def _rank(bss: BasicServiceSet) -> tuple[str, str, str, str]:
    return _name(bss).casefold(), bss.band or "", _address(bss), repr(bss)


def _point(scan: Scan, group: Iterable[BasicServiceSet]) -> str:
    """What to call an access point: the device of this home that it is, or the first of its addresses."""
    addresses = [b.bssid for b in group if b.bssid is not None]
    for device in scan.devices:
        mac = device.mac
        if device.role in INFRASTRUCTURE_ROLES and mac is not None and any(akin(mac, a) for a in addresses):
            return name_of(device)
    return f"Access point {addresses[0].format(mac_unix_expanded)}" if addresses else "An access point"


def _locks(scan: Scan, own: list[BasicServiceSet]) -> tuple[str | None, str | None]:
    """The name of the network that locks seem to be on, and how that is said; null where there is nothing to say.

    It is the one that the scan was made on, when locks answered there by IP. It errs where one network has several names,
    and where locks are connected by cable.
    """
    here = scan.vantage.segment
    doors = tuple(
        name_of(d)
        for d in scan.devices
        if d.seen and d.role in DOOR_ROLES and any(a in here.prefix for a in d.addresses)
    )
    if not doors:
        return None, None
    names = [b.ssid for b in own if b.associated and b.ssid] or [b.ssid for b in own if b.ssid and b.ssid == here.ssid]
    who, have = words.listed(doors), "seem" if len(doors) > 1 else "seems"
    if not names:
        return None, (
            f"Which of these networks {who} {'are' if len(doors) > 1 else 'is'} on is not known, because this scan was not "
            "made through one of them. Scan while connected to your Wi-Fi."
        )
    return names[0], (
        f"{who} {have} to be on “{clean(names[0])}”: there {'they' if len(doors) > 1 else 'it'} answered this scan, which "
        "was made through it. Another name of the same network, or a cable, would look the same from here."
    )


def _unseen(scan: Scan, own: list[BasicServiceSet]) -> Iterator[Gap]:
    """What could not be seen, and how to change that."""
    if not scan.wifi:
        tried = [a for a in scan.attempts if a.stage.split(".")[0] == "wifi" and a.outcome is not Outcome.DONE]
        reason = next((prose(a.reason).rstrip(".") for a in reversed(tried) if a.reason), None)
        said = f"No Wi-Fi could be looked at: {reason}" if reason else "No Wi-Fi was looked at"
        yield Gap(what=(said,), how=LOOK)
        return
    if not own:
        yield Gap(what=("Which of the networks heard is yours",), how=NAME_THEM)
    lacking = tuple(
        f"{' '.join(filter(None, (f'“{_name(bss)}”', _place(bss) and f'at {_place(bss)}')))}: {words.listed(what)}"
        for bss in sorted(own, key=_rank)
        if (what := tuple(_lacks(bss)))
    )
    if lacking:
        yield Gap(what=lacking, how=NEARER)


def _lacks(bss: BasicServiceSet) -> Iterator[str]:
    if bss.security is Security.UNKNOWN:
        yield "its encryption"
    elif bss.security not in _BARE:
        if not bss.pairwise or bss.group is None:
            yield "its ciphers"
        if bss.pmf is None:
            yield "whether management frames are protected"
    if bss.wps is None or bss.wps.present is None:
        yield "whether WPS is on"
    elif bss.wps.present and bss.wps.methods is None:
        yield "whether WPS offers a PIN"
