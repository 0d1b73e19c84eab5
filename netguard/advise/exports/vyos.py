"""VyOS 1.3 to 1.5, and EdgeOS, which it shares its words with: what `show configuration commands` prints. Pure.

A line is `set` and the path to a value, `set interfaces ethernet eth1 vif 20 address '10.77.2.1/24'`
(https://docs.vyos.io/en/latest/cli.html). A part that is switched off has a line that ends in `disable`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from netguard.advise.exports._contract import MAX_CANDIDATES, Candidate, Export, export

WHAT = "VyOS or EdgeOS: `show configuration commands`"

KINDS = frozenset({"ethernet", "bridge", "bonding", "switch", "wireless"})
"""Kinds of interface that devices live behind."""

OUTSIDE = ("wan", "outside", "internet", "untrust")
"""How zones that lead to the internet are called."""

MAX_LINES = 200_000
"""Lines that are looked at. Stops a file made to fill memory."""

MAX_ADDRESSES = 32
"""Addresses of one interface that are kept."""

PARENT = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,9}")
"""What a VLAN's number can be put behind without the name becoming longer than 15 characters (IFNAMSIZ in linux/if.h)."""

_WORD = re.compile(r"'([^']*)'|([^\s']+)")
_RECOGNISED = re.compile(r"^[ \t]*set interfaces [a-z]", re.MULTILINE)


@dataclass(slots=True)
class _Interface:
    name: str
    parent: str
    vlan: str | None
    addresses: list[str] = field(default_factory=list)
    description: str = ""
    disabled: bool = False


@dataclass(slots=True)
class _Found:
    interfaces: dict[str, _Interface] = field(default_factory=dict)
    zones: dict[str, str] = field(default_factory=dict)
    """Zone by interface."""
    dialling: list[str] = field(default_factory=list)
    masquerading: list[str] = field(default_factory=list)
    leases: dict[str, dict[str, str]] = field(default_factory=dict)

    def interface(self, name: str, vlan: str | None) -> _Interface:
        whole = name if vlan is None else f"{name}.{vlan}"
        return self.interfaces.setdefault(whole, _Interface(whole, name, vlan))


def recognises(text: str) -> bool:
    """Whether this is VyOS's."""
    return _RECOGNISED.search(text) is not None


def read(text: str) -> Export:
    """What the configuration says of the router's networks."""
    found = _Found()
    for words in _lines(text):
        _line(found, words)
    inside = [i for i in found.interfaces.values() if not i.disabled]
    asking = [i.name for i in inside if {"dhcp", "dhcpv6"} & set(i.addresses)]
    zoned = [name for name, zone in found.zones.items() if zone.lower().startswith(OUTSIDE)]
    outside = list(dict.fromkeys([*found.dialling, *zoned, *found.masquerading, *asking]))
    living = [i for i in inside if i.name not in outside and i.addresses]
    parent = next((i.parent for i in living if PARENT.fullmatch(i.parent)), "eth1")
    return export(
        "vyos",
        wan=outside,
        candidates=[
            Candidate(
                label=found.zones.get(i.name) or i.description or i.name,
                interface=i.name,
                vlan=i.vlan,
                addresses=tuple(i.addresses),
                hints=(i.description,),
            )
            for i in inside
        ],
        reservations=[
            (lease["mac"], lease["ip-address"])
            for lease in found.leases.values()
            if "mac" in lease and "ip-address" in lease and "disable" not in lease
        ],
        new_interface=f"{parent}.{{vlan}}",
    )


def _line(found: _Found, words: list[str]) -> None:
    match words:
        case ["interfaces", "pppoe", name, *_]:
            if name not in found.dialling:
                found.dialling.append(name)
        case ["interfaces", kind, name, "pppoe", number, *_] if kind in KINDS:
            found.dialling.append(f"pppoe{number}")
        case ["interfaces", kind, name, "vif", vlan, "pppoe", number, *_] if kind in KINDS:
            found.dialling.append(f"pppoe{number}")
        case ["interfaces", kind, name, "vif", vlan, *rest] if kind in KINDS and len(found.interfaces) < MAX_CANDIDATES:
            _interface(found.interface(name, vlan), rest)
        case ["interfaces", kind, name, *rest] if kind in KINDS and len(found.interfaces) < MAX_CANDIDATES:
            _interface(found.interface(name, None), rest)
        case ["firewall", "zone", zone, "interface", name] | ["firewall", "zone", zone, "member", "interface", name]:
            found.zones.setdefault(name, zone)
        case ["zone-policy", "zone", zone, "interface", name]:
            found.zones.setdefault(name, zone)
        case ["nat", "source", "rule", _, "outbound-interface", *rest] if rest and rest[0] != "group":
            found.masquerading.append(rest[-1].lstrip("!"))
        case ["service", "nat", "rule", _, "outbound-interface", name]:
            found.masquerading.append(name)
        case [
            "service", "dhcp-server", "shared-network-name", _, "subnet", subnet, "static-mapping", name, *rest,
        ] if rest:  # fmt: skip
            key = "mac" if rest[0] in {"mac", "mac-address"} else rest[0]
            found.leases.setdefault(f"{subnet} {name}", {})[key] = rest[-1]
        case _:
            pass


def _interface(interface: _Interface, rest: list[str]) -> None:
    match rest:
        case ["address", text] if len(interface.addresses) < MAX_ADDRESSES:
            interface.addresses.append(text)
        case ["description", text]:
            interface.description = text
        case ["disable"]:
            interface.disabled = True
        case _:
            pass


def _lines(text: str) -> Iterator[list[str]]:
    """The words of each `set` line, without quotes and the `set`."""
    for number, line in enumerate(text.split("\n")):
        if number >= MAX_LINES:
            return
        words = [quoted or plain for quoted, plain in _WORD.findall(line.strip())]
        if words[:1] == ["set"]:
            yield words[1:]
