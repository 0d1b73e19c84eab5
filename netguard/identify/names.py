"""What to call a device, and what it says of its model and firmware. Pure. All of it is the device's own word."""

import re
from collections.abc import Iterator, Mapping, Sequence

from netguard.model.observation import clean
from netguard.model.vocabulary import DOOR_ROLES
from netguard.rules.schema import DeviceRecord

MAX_SHOWN = 64
"""Longest name, model or version in a report's table."""

_TITLES = ("_airplay._tcp", "_ipp._tcp", "_ipps._tcp", "_printer._tcp", "_hue._tcp", "_smb._tcp", "_device-info._tcp")
"""DNS-SD types whose instance names people choose or read on the device; others are ids."""

_HOMEKIT = ("_hap._tcp", "_hap._udp")
"""A lock's instance name is what its owner calls it; a hub's is often its software's."""

_MODELS = (
    "_hap._tcp md=",
    "_hap._udp md=",
    "_hue._tcp modelid=",
    "_googlecast._tcp md=",
    "_ipp._tcp ty=",
    "_ipps._tcp ty=",
    "_airplay._tcp model=",
    "_device-info._tcp model=",
)
_ICONS = frozenset({"macsamba", "xserve", "rackmac", "timecapsule"})
"""What servers put in _device-info to get an icon on a Mac; it is not their model."""

_AUTHORS = frozenset({"justin maggard", "miniupnp", "minidlna"})
"""What servers state as maker when nobody configured one: who wrote the program."""

_PROGRAMS = ("windows media ", "plex media server")
"""How media servers' descriptions begin their model: MiniDLNA's `Windows Media Connect compatible (MiniDLNA)` and others name
the program that serves, not the machine it runs on."""

_FIRMWARE = ("_home-assistant._tcp version=", "_ihsp._tcp sv=", "_shelly._tcp ver=")
_DLINK = re.compile(r"\bD[A-Z]{2}-[0-9]{2,4}[A-Z]{0,3} Ver ([0-9]{1,3}\.[0-9A-Za-z.]{1,12})")
"""`Linux, HTTP/1.1, DIR-868L Ver 2.01`: D-Link's web and UPnP servers."""
_GREETINGS = (
    ("telnet.banner", "", re.compile(r"\bMikroTik v([0-9]{1,3}\.[0-9]{1,4}(?:\.[0-9]{1,4})?)")),
    ("telnet.banner", "DD-WRT ", re.compile(r"\bDD-WRT (v[0-9.]{1,8}-r[0-9]{1,6})")),
    ("http.title", "DD-WRT ", re.compile(r"\bDD-WRT \((build [0-9]{1,6})\)")),
    (
        "ssdp.server",
        "OpenWrt ",
        re.compile(r"\bOpenWRT/((?:1[7-9]|2[0-9])\.[0-9]{2}(?:\.[0-9]{1,2})?)\b", re.IGNORECASE),
    ),
    ("http.server", "", _DLINK),
    ("ssdp.server", "", _DLINK),
)
"""Greetings in which routers say a version beside their name: kind of fact, what the version begins with (free firmware is
named, since it is not the maker's), and form. OpenWrt's first figures tell its version from
the kernel's (`OpenWrt/5.4.171`), which some builds say in that place."""

_TOLD_MODELS = ("host.model", "ubnt.model", "mndp.board")
_ID_LIKE = re.compile(r"[0-9a-f-]{12,}|.*@fe80.*|[0-9a-f:]{17}.*", re.IGNORECASE)


def name(hostnames: Sequence[str], texts: Mapping[str, Sequence[str]], record: DeviceRecord | None) -> str | None:
    """The most telling name: what its owner called it, else its host name, else what it is."""
    door = record is not None and record.role in DOOR_ROLES
    for kind in (*_HOMEKIT, *_TITLES) if door else _TITLES:
        for instance in texts.get("dnssd.instance", ()):
            title, mark, _ = instance.partition("." + kind)
            if mark and title and not _ID_LIKE.fullmatch(title):
                return clean(title, MAX_SHOWN)
    labels = [n.partition(".")[0] for n in hostnames]
    for label in labels:
        if label and label.lower() != "localhost" and not _ID_LIKE.fullmatch(label):
            return clean(label, MAX_SHOWN)
    if record is not None:
        return record.name
    return clean(labels[0], MAX_SHOWN) if labels and labels[0] else None


def model(texts: Mapping[str, Sequence[str]]) -> str | None:
    """The model it states, the UPnP description's first."""
    machines = [text for text in texts.get("upnp.model", ()) if not text.lower().startswith(_PROGRAMS)]
    told = (text for kind in _TOLD_MODELS for text in texts.get(kind, ()))
    return _first(machines) or _stated(texts, _MODELS) or _first(tuple(told))


def manufacturer(texts: Mapping[str, Sequence[str]]) -> str | None:
    """The maker that its UPnP description states."""
    return _first([text for text in texts.get("upnp.manufacturer", ()) if text.lower() not in _AUTHORS])


def firmware(texts: Mapping[str, Sequence[str]]) -> str | None:
    """The firmware version it states without login, in its own place or else beside its name in a greeting."""
    stated = _first(texts.get("firmware.version", ())) or _stated(texts, _FIRMWARE)
    return stated or next(_greeted(texts), None)


def _greeted(texts: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for kind, prefix, form in _GREETINGS:
        for text in texts.get(kind, ()):
            if found := form.search(text):
                yield prefix + found[1]


def _stated(texts: Mapping[str, Sequence[str]], starts: Sequence[str]) -> str | None:
    entries = texts.get("dnssd.txt", ())
    lows = [text.lower() for text in entries]
    for start in starts:
        for text, low in zip(entries, lows, strict=True):
            if low.startswith(start):
                stated = text[len(start) :].strip()
                if stated and stated.lower().partition(",")[0] not in _ICONS:
                    return clean(stated, MAX_SHOWN)
    return None


def _first(texts: Sequence[str]) -> str | None:
    return next((clean(text, MAX_SHOWN) for text in texts if text.strip()), None)
