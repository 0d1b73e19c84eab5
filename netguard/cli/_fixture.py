"""What a device announces, made anonymous, in the shape of the staged sightings that device records are tested with.

It is to be given away, so it goes the other way round than usual: what is not known to be harmless is taken out. A word
stays when it is a word of the trade (device records, the maker's and the model's own names); every other one is
replaced by as many x. Ids, keys, serial numbers and addresses keep their form and lose their digits.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import yaml
from netaddr import EUI, mac_unix_expanded

from netguard import __version__
from netguard.model.address import is_randomised
from netguard.model.device import Device
from netguard.model.known import KnownDevice
from netguard.model.observation import KINDS, Observation, Scalar
from netguard.model.scan import Scan
from netguard.rules import loader

ADDRESS = "192.0.2.77"
"""Stands for every address; one of those that are nobody's (RFC 5737)."""

KINDS_LEFT_OUT = frozenset(
    {
        "link.reply",
        "link.via",
        "link.router",
        "host.alive",
        "netbios.group",
        "tls.expires",
        "wifi.element",
        "igd.answer",
    }
)
"""What says something about the home or the hour and nothing about what the device is."""

_MAKERS_WORDS = ("upnp.manufacturer", "upnp.model", "dnssd.type", "upnp.device-type", "ssdp.type", "ssdp.server")
"""Kinds whose words the maker chose and not the owner; they may stay wherever they are found."""

_HARMLESS_TXT = frozenset(
    {"ci", "sf", "ff", "pv", "md", "ty", "model", "modelid", "am", "rpmd", "vendor", "manufacturer", "mfg", "mdl", "fv"}
    | {
        "version",
        "sv",
        "ver",
        "swversion",
        "fw_ver",
        "fw",
        "gen",
        "app",
        "arch",
        "usb_mfg",
        "usb_mdl",
        "ve",
        "vp",
        "vn",
    }
    | {"txtvers", "qtotal", "pdl", "priority", "product", "srcvers", "os", "platform", "dt", "cm", "ph", "apiversion"}
)
"""TXT keys (HomeKit R2 6.4, Matter 4.3.1, Bonjour Printing 1.2, AirPlay, Shelly) that say what a device is, not whose."""

_PERSONAL = re.compile(
    r"(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<uuid>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    r"|(?P<mac>(?<![0-9a-f])(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}(?![0-9a-f]))"
    r"|(?P<ipv4>(?<![0-9.])(?:\d{1,3}\.){3}\d{1,3}(?![0-9.]))"
    r"|(?P<ipv6>(?<![0-9a-z:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![0-9a-z:]))"
    r"|(?P<serial>(?<![^\W_])(?=[a-z]*\d)[0-9a-z]{6,}(?![^\W_]))",
    re.IGNORECASE,
)
"""What names one person, device or place. `serial` is six or more letters and digits, at least one of them a digit:
serial numbers, halves of MACs, tokens."""

_STAND_INS = {"mail": "x@example.org", "ipv4": ADDRESS, "ipv6": "2001:db8::77"}
"""What takes the place of each; of the others the form stays."""

_TAKEN = {
    "mail": "mail addresses",
    "uuid": "ids",
    "mac": "MACs",
    "ipv4": "addresses",
    "ipv6": "addresses",
    "serial": "serial numbers and the like",
}

_WORD = re.compile(r"[^\W\d_]+|\d+")
_TOKEN = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"\d{6}|[0-9a-f]{12}")
"""What a maker puts into a model's name for one unit alone: six digits in a row, or a whole MAC."""
_RELATIVE_NAME = re.compile(r"(?P<title>.*?)(?P<type>\._[a-z0-9-]+\._(?:tcp|udp).*)?", re.IGNORECASE | re.DOTALL)
_OWN_WORDS = frozenset(
    {"local", "lan", "home", "uuid", "http", "https", "rootdevice", "upnp", "desc", "xml", "cn", "ou"}
)

_HARMLESS_GROUPS = frozenset({"c", "o", "ou"})
"""Parts of a certificate's subject that name the maker: country, organisation and its unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixture:
    """The file's text (YAML), and what was taken out of it, in words."""

    text: str
    taken_out: tuple[str, ...]


def of(scan: Scan, known: KnownDevice) -> Fixture:
    """What `scan` learnt of `known`, which is in it, made anonymous."""
    device = next(d for key in (known.key, *known.former_keys) if (d := scan.device(key)) is not None)
    facts = [o for o in scan.observations if o.device == device.key and o.kind not in KINDS_LEFT_OUT]
    return anonymous(device, facts, _vocabulary(device, facts), gateway=_is_gateway(scan, device))


def anonymous(device: Device, facts: Iterable[Observation], words: frozenset[str], *, gateway: bool = False) -> Fixture:
    """`device` and its `facts` as a staged sighting in which only `words` (in lower case) and harmless values remain."""
    work = _Anonymous(words)
    told: dict[str, object] = {"record": device.profile, "confidence": device.confidence.value}
    if gateway:
        told["gateway"] = True
    if device.mac is not None:
        told["mac"] = work.mac(device.mac)
    names = sorted({work.name(name) for name in device.hostnames})
    if names:
        told["hostnames"] = names
    listed = sorted({(o.kind, work.value(o.kind, v), o.port) for o in facts for v in _values(o)}, key=repr)
    told["facts"] = [
        {"kind": kind, "value": value} | ({"port": port} if port is not None else {}) for kind, value, port in listed
    ]
    head = f"# Recorded by netguard {__version__} and made anonymous\n"
    text = head + yaml.safe_dump(told, sort_keys=False, allow_unicode=True, width=1000)
    counted = (f"{what} ({times})" if times > 1 else what for what, times in sorted(work.taken.items()))
    return Fixture(text=text, taken_out=tuple(counted))


class _Anonymous:
    """Takes out what may be personal, and counts what it took."""

    def __init__(self, words: frozenset[str]) -> None:
        self.words = words
        self.taken: Counter[str] = Counter()

    def mac(self, mac: EUI) -> str:
        """The maker's half; of a randomised one nothing but that it is one."""
        self.taken["the MAC's own half" if not is_randomised(mac) else "the private MAC"] += 1
        if is_randomised(mac):
            return "02:00:00:00:00:00"
        return ":".join([*mac.format(mac_unix_expanded).split(":")[:3], "00", "00", "00"])

    def name(self, name: str) -> str:
        """A host name with only words of the trade."""
        return self._worded(self._scrubbed(name), "words in names")

    def value(self, kind: str, value: Scalar) -> Scalar:
        """One fact's value without anything personal; numbers and truth values tell nobody's."""
        if not isinstance(value, str):
            return value
        known = KINDS.get(kind)
        if known is not None and not known.sensitive and kind != "http.title":
            return self._scrubbed(value)
        by_kind: dict[str, Callable[[str], str]] = {
            "dnssd.txt": self._dnssd_txt,
            "dnssd.instance": self._dnssd_instance,
            "ssdp.usn": self._ssdp_usn,
            "upnp.udn": self._upnp_udn,
            "ssdp.location": self._page,
            "http.redirect": self._page,
            "http.title": self._title,
            "tls.subject": self._subject,
            "host.name": self.name,
            "netbios.name": self._netbios,
        }
        return by_kind.get(kind, self._unknown)(value)

    def _dnssd_txt(self, text: str) -> str:
        kind, space, entry = text.partition(" ")
        name, mark, value = entry.partition("=")
        if not space or not mark:
            return self._worded(self._scrubbed(text), "words in announcements")
        clear = self._scrubbed(value)
        if name.lower() not in _HARMLESS_TXT:
            clear = self._worded(clear, "values in announcements", digits=True)
        return f"{kind} {name}={clear}"

    def _dnssd_instance(self, text: str) -> str:
        parts = _RELATIVE_NAME.fullmatch(text)
        title, kind = (parts["title"], parts["type"] or "") if parts is not None else (text, "")
        return self._worded(self._scrubbed(title), "words in names") + kind

    def _ssdp_usn(self, text: str) -> str:
        udn, mark, kind = text.partition("::")
        return self._upnp_udn(udn) + mark + self._scrubbed(kind)

    def _upnp_udn(self, text: str) -> str:
        self.taken["ids"] += 1
        return _shape(text) if not text.lower().startswith("uuid:") else text[:5] + _shape(text[5:])

    def _page(self, text: str) -> str:
        return self._worded(self._scrubbed(text), "words in addresses of pages")

    def _subject(self, text: str) -> str:
        parts = []
        for part in re.split(r"(?<!\\),", text):
            name, mark, value = part.partition("=")
            clear = self._scrubbed(value)
            keep = name.strip().lower() in _HARMLESS_GROUPS
            parts.append(name + mark + (clear if keep else self._worded(clear, "words in certificates")))
        return ",".join(parts)

    def _title(self, text: str) -> str:
        return self._worded(self._scrubbed(text), "words in titles")

    def _netbios(self, text: str) -> str:
        name, mark, suffix = text.partition("<")
        return self.name(name) + mark + suffix

    def _unknown(self, text: str) -> str:
        """Whatever else is marked sensitive, keys for example: its form alone."""
        self.taken["keys and other sensitive values"] += 1
        return _shape(text)

    def _scrubbed(self, text: str) -> str:
        """`text` without addresses, MACs, UUIDs, mail addresses and whatever looks like a number of its own."""
        return _PERSONAL.sub(self._stand_in, text)

    def _stand_in(self, found: re.Match[str]) -> str:
        kind = found.lastgroup or "serial"
        if found[0].lower() in self.words:
            return found[0]
        self.taken[_TAKEN[kind]] += 1
        return _STAND_INS.get(kind) or _shape(found[0])

    def _worded(self, text: str, what: str, *, digits: bool = False) -> str:
        """`text` with every word replaced that is not one of the trade; with `digits`, numbers too."""

        def word(match: re.Match[str]) -> str:
            if match[0].lower() in self.words or set(match[0].lower()) <= {"x", "0"}:
                return match[0]
            if match[0].isdigit() and not digits:
                return match[0]
            self.taken[what] += 1
            return _shape(match[0])

        return ADDRESS.join(_WORD.sub(word, part) for part in text.split(ADDRESS))


def _shape(text: str) -> str:
    """`text` with every digit and hexadecimal id a row of zeros, and every other letter an x."""
    as_id = bool(re.fullmatch(r"[0-9a-f:.+/=_-]*", text, re.IGNORECASE)) and any(c.isdigit() for c in text)
    return "".join("0" if c.isdigit() or (as_id and c.isalpha()) else "x" if c.isalnum() else c for c in text)


def _values(observation: Observation) -> tuple[Scalar, ...]:
    value = observation.value
    return value if isinstance(value, tuple) else () if value is None else (value,)


def _vocabulary(device: Device, facts: Iterable[Observation]) -> frozenset[str]:
    """Words of the trade: of the shipped records, and those by which this device's maker names it."""
    texts = [device.vendor or "", device.model or ""]
    texts += [str(v) for o in facts if o.kind in _MAKERS_WORDS for v in _values(o)]
    for record in loader.load().devices.values():
        texts += [record.id, record.name, record.vendor or "", *record.also_called]
        texts += [text for line in record.evidence for text in _texts(line.match)]
    words = {word.lower() for text in texts for word in (*_WORD.findall(text), *_TOKEN.findall(text))}
    return frozenset(_OWN_WORDS | {word for word in words if not _NUMBER.search(word)})


def _texts(match: Mapping[str, str | tuple[str, ...]]) -> Iterable[str]:
    for texts in match.values():
        yield from (texts,) if isinstance(texts, str) else texts


def _is_gateway(scan: Scan, device: Device) -> bool:
    gateway = scan.vantage.gateway
    return gateway is not None and gateway.address in device.addresses
