"""MikroTik RouterOS 6 and 7: what `/export` prints, with or without `terse`. Pure.

A line is a menu (`/ip address`), or `add` with `name=value` pairs; a line that ends in a backslash goes on in the next
(https://help.mikrotik.com/docs/spaces/ROS/pages/328155/Configuration+Management). What is `disabled=yes` is passed over.
"""

import re
from collections.abc import Iterator

from netguard.advise.exports._contract import Candidate, Export, export

WHAT = "MikroTik RouterOS: `/export file=router`"

MAX_ITEMS = 20_000
"""Entries that are looked at; one with long address lists has thousands. Stops a file made to fill memory."""

MENUS = frozenset(
    {
        "/interface vlan", "/interface list member", "/interface pppoe-client", "/ip address", "/ip dhcp-client",
        "/ip dhcp-server lease", "/ip firewall nat", "/ipv6 address",
    }
)  # fmt: skip
"""Where it says what a plan is made of."""

_RECOGNISED = re.compile(
    r"^# .{0,80}RouterOS|^/(?:ip|interface)(?:[ /][a-z0-9 /-]*)?(?: (?:add|set) .*)?$", re.MULTILINE
)
_CONTINUED = re.compile(r"\\\n[ \t]*")
_PAIR = re.compile(r"(?<![a-z0-9.-])([a-z0-9.-]{1,40})=(?:\"((?:[^\"\\]|\\.)*)\"|([^\s\"]*))")
_VERB = re.compile(r"(?:^|\s)(add|set|remove|unset|print|reset)(?=\s|$)")
_ESCAPED = re.compile(r"\\([0-9A-F]{2}|.)")

Item = dict[str, str]


def recognises(text: str) -> bool:
    """Whether this is RouterOS's."""
    return _RECOGNISED.search(text) is not None


def read(text: str) -> Export:
    """What the configuration says of the router's networks."""
    found: dict[str, list[Item]] = {menu: [] for menu in MENUS}
    for number, (menu, item) in enumerate(_items(text)):
        if number >= MAX_ITEMS:
            break
        if item.get("disabled") != "yes":
            found[menu].append(item)
    vlans = {item.get("name", ""): item for item in found["/interface vlan"]}
    addresses: dict[str, list[Item]] = {}
    for item in (*found["/ip address"], *found["/ipv6 address"]):
        # What follows a pool is no whole address: the provider's prefix comes before it.
        if "from-pool" not in item and "address" in item:
            addresses.setdefault(item.get("interface", ""), []).append(item)
    return export(
        "routeros",
        wan=list(dict.fromkeys(_outside(found))),
        candidates=[
            Candidate(
                label=interface,
                interface=interface,
                vlan=vlans.get(interface, {}).get("vlan-id"),
                addresses=tuple(
                    a if "/" in a else f"{a}/{64 if ':' in a else 32}" for a in (i["address"] for i in items)
                ),
                hints=(vlans.get(interface, {}).get("comment", ""), *(i.get("comment", "") for i in items)),
            )
            for interface, items in addresses.items()
        ],
        reservations=[
            (i["mac-address"], i["address"])
            for i in found["/ip dhcp-server lease"]
            if "mac-address" in i and "address" in i
        ],
        new_interface="vlan-{name}",
    )


def _outside(found: dict[str, list[Item]]) -> Iterator[str]:
    """Interfaces that may lead to the internet. What dials in stands before the port that it dials through."""
    dialling = [item.get("name", "") for item in found["/interface pppoe-client"]]
    yield from filter(None, dialling)
    for menu, said in (
        ("/interface list member", lambda i: i.get("list", "").upper() == "WAN"),
        ("/ip dhcp-client", lambda i: "interface" in i),
    ):
        yield from (i["interface"] for i in found[menu] if said(i) and "interface" in i)
    for item in found["/ip firewall nat"]:
        if item.get("action") == "masquerade" and "out-interface" in item:
            yield item["out-interface"]


def _items(text: str) -> Iterator[tuple[str, Item]]:
    """Menu and pairs of each entry in one of `MENUS`."""
    menu = ""
    for raw in _CONTINUED.sub("", text).split("\n"):
        line = raw.strip()
        verb = _VERB.search(line)
        if line.startswith("/"):
            # `/ip/address` is RouterOS 7's other way to write `/ip address`.
            path = (line[: verb.start()] if verb else line).strip()
            menu = "/" + " ".join(path.replace("/", " ").split())
        elif verb is not None and verb.start() > 0:
            continue  # a verb within a value begins nothing
        if verb is not None and verb[1] == "add" and menu in MENUS:
            pairs = _PAIR.findall(line, verb.end())
            yield menu, {name: _plain(quoted) or bare for name, quoted, bare in pairs}


def _plain(quoted: str) -> str:
    """A quoted value without its escapes (https://help.mikrotik.com/docs/spaces/ROS/pages/47579229/Scripting, 1.7)."""
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)) if len(m[1]) == 2 else " " if m[1] in "nrt_" else m[1], quoted)
