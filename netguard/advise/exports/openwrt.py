"""OpenWrt: what `uci export` prints, or files from /etc/config. Pure.

A section is `config TYPE ['NAME']`, followed by `option NAME 'VALUE'` and `list NAME 'VALUE'`
(https://openwrt.org/docs/guide-user/base-system/uci, "File syntax"). Interfaces of type bridge and `ifname` are how it was
said before 21.02; `br-lan.20` is VLAN 20 of a bridge that filters VLANs.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from netguard.advise.exports._contract import Candidate, Export, export

WHAT = "OpenWrt: `uci export > router.txt`"

MAX_SECTIONS = 4096
"""Sections that are kept; a router has up to a few hundred. Stops a file made to fill memory."""

MAX_VALUES = 256
"""Values of one option that are kept."""

_TOKEN = re.compile(r"(?:'[^']*'|\"(?:[^\"\\]|\\.)*\"|\\.|[^\s'\"\\#;])+|[\n;]|#[^\n]*", re.DOTALL)
_PIECE = re.compile(r"'([^']*)'|\"((?:[^\"\\]|\\.)*)\"|\\(.)|([^'\"\\]+)", re.DOTALL)
_RECOGNISED = re.compile(r"^[ \t]*config[ \t]+['\"]?(?:interface|device|zone)['\"]?(?:[ \t'\"]|$)", re.MULTILINE)
_VLAN = re.compile(r"\.([0-9]{1,4})$")

_TUNNELS = ("pppoe", "pptp", "l2tp", "pppoa", "3g", "ppp")
"""Protocols whose interface netifd calls by protocol and name: `pppoe-wan`
(https://openwrt.org/docs/guide-user/network/wan/internet.connection)."""


@dataclass(slots=True)
class _Section:
    package: str
    kind: str
    name: str
    options: dict[str, list[str]] = field(default_factory=dict)

    def one(self, option: str) -> str:
        """The option's first value; empty where there is none."""
        return next(iter(self.options.get(option, ())), "")

    def words(self, option: str) -> list[str]:
        """All values of the option; older files write several into one."""
        return [word for value in self.options.get(option, ()) for word in value.split()]


def recognises(text: str) -> bool:
    """Whether this is OpenWrt's."""
    return _RECOGNISED.search(text) is not None


def read(text: str) -> Export:
    """What the configuration says of the router's networks."""
    sections = list(_sections(text))
    interfaces = [
        s for s in sections if s.kind == "interface" and s.package in {"", "network"} and s.name != "loopback"
    ]
    devices = {s.one("name"): s for s in sections if s.kind == "device" and s.package in {"", "network"}}
    zones = [s for s in sections if s.kind == "zone" and s.package in {"", "firewall"}]
    outside = [n for z in zones if z.one("masq") in {"1", "on", "true", "yes"} for n in z.words("network")]
    outside = outside or ["wan", "wan6"]
    zone_of = {network: zone.one("name") for zone in zones for network in zone.words("network")}
    named = {s.name: s for s in interfaces}
    return export(
        "openwrt",
        wan=list(dict.fromkeys(_device(named[n], named) for n in outside if n in named)),
        candidates=[
            _candidate(s, named, devices, zone_of.get(s.name, "")) for s in interfaces if s.name not in outside
        ],
        reservations=[
            (mac, s.one("ip"))
            for s in sections
            if s.kind == "host" and s.package in {"", "dhcp"} and s.one("ip") not in {"", "ignore"}
            for mac in s.words("mac")
        ],
        new_interface="br-{name}",
    )


def _candidate(section: _Section, named: dict[str, _Section], devices: dict[str, _Section], zone: str) -> Candidate:
    device = _device(section, named)
    tagged = _VLAN.search(device)
    described = devices.get(device)
    vlan = described.one("vid") if described is not None and described.one("type").startswith("8021") else ""
    return Candidate(
        label=section.name,
        interface=device,
        vlan=vlan or (tagged[1] if tagged else None),
        addresses=tuple(_addresses(section)) if section.one("proto") == "static" else (),
        hints=(zone,),
    )


def _device(section: _Section, named: dict[str, _Section]) -> str:
    """The Linux interface behind this one."""
    if section.one("proto") in _TUNNELS:
        return f"{section.one('proto')}-{section.name}"
    if section.one("type") == "bridge":
        return f"br-{section.name}"
    device = section.one("device") or next(iter(section.words("ifname")), "")
    other = named.get(device.removeprefix("@")) if device.startswith("@") else None
    return _device(other, named) if other is not None and not other.one("device").startswith("@") else device


def _addresses(section: _Section) -> Iterator[str]:
    mask = section.one("netmask")
    for text in section.words("ipaddr"):
        yield text if "/" in text else f"{text}/{mask or '24'}"
    yield from section.words("ip6addr")


def _sections(text: str) -> Iterator[_Section]:
    package, current, count = "", None, 0
    for line in _lines(text):
        match line:
            case ["package", name]:
                package = name
            case ["config", kind, *rest] if len(rest) <= 1:
                if current is not None:
                    yield current
                count += 1
                if count > MAX_SECTIONS:
                    return
                current = _Section(package, kind, rest[0] if rest else "")
            case ["option", name, value] if current is not None:
                current.options[name] = [value]
            case ["list", name, value] if current is not None:
                kept = current.options.setdefault(name, [])
                if len(kept) < MAX_VALUES:
                    kept.append(value)
            case _:
                pass
    if current is not None:
        yield current


def _lines(text: str) -> Iterator[list[str]]:
    """The words of each line, without quotes; a quoted word may go on over several lines."""
    words: list[str] = []
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token[0] in "\n;":
            yield words
            words = []
        elif token[0] != "#":
            words.append("".join(a or re.sub(r"\\(.)", r"\1", b) or c or d for a, b, c, d in _PIECE.findall(token)))
    yield words
