"""Where am I, on Linux: from iproute2, or from /proc where that is missing. Reads only; nothing is sent."""

import re
from contextlib import suppress

from netaddr import IPAddress

from netguard.errors import VantageError
from netguard.model.address import ip
from netguard.model.surroundings import Neighbour, Surroundings
from netguard.vantage import _capabilities as words
from netguard.vantage import _iproute, _proc
from netguard.vantage._assemble import TOOLS, Read, surroundings
from netguard.vantage._choose import choose
from netguard.vantage._parsed import Link, Situation, clean_ssid, tidy
from netguard.vantage.system import HERE, Machine, Runner

CAP_NET_ADMIN, CAP_NET_RAW = 12, 13
"""Bit numbers in `CapEff` (include/uapi/linux/capability.h)."""

RESOLV_CONF = "/etc/resolv.conf"
RESOLVED_CONF = "/run/systemd/resolve/resolv.conf"
"""The servers that systemd-resolved itself asks (systemd-resolved.service(8), "/etc/resolv.conf")."""

WPA_SUPPLICANT = "/run/wpa_supplicant"
"""Its control sockets, one an interface; Debian lets only root and the group netdev look into the folder."""

STUBS = frozenset({IPAddress("127.0.0.53"), IPAddress("127.0.0.54")})
"""systemd-resolved's own listeners: they say nothing about the network."""

MAX_DNS = 16
"""Name servers kept; libc itself uses three."""


def look(run: Runner, interface: str | None = None, *, machine: Machine = HERE) -> Surroundings:
    """What surrounds this computer, seen from `interface` or from the one that `_choose` takes.

    Raises `UsageError` for an unknown interface and `VantageError` when none can be used or nothing can be read.
    """
    situation = _situation(run, machine)
    choice = choose(situation, interface)
    tools = tuple(tool for tool in TOOLS if machine.find(tool))
    rights = _rights(machine)
    read = Read(
        os="linux",
        neighbours=_neighbours(run, choice.link.name, machine),
        dns=_dns(machine),
        tools=tools,
        rights=rights,
        can_scan_wifi=_can_scan(situation, tools, rights, machine),
        ssid=_ssid(run, choice.link, tools),
    )
    return surroundings(situation, choice, read)


def neighbours(run: Runner, interface: str, *, machine: Machine = HERE) -> tuple[Neighbour, ...]:
    """The kernel's neighbours on `interface`, both families. Raises `VantageError` when they cannot be read."""
    try:
        found = _iproute.neighbours(run, interface)
    except (OSError, VantageError):
        found = _proc.neighbours(machine, interface)
    return tidy(found)


def _situation(run: Runner, machine: Machine) -> Situation:
    try:
        return _iproute.situation(run, machine)
    except (OSError, VantageError):
        return _proc.situation(machine)


def _neighbours(run: Runner, interface: str, machine: Machine) -> tuple[Neighbour, ...] | None:
    with suppress(VantageError):
        return neighbours(run, interface, machine=machine)
    return None


def _rights(machine: Machine) -> frozenset[str]:
    """From the effective capabilities. In a container they can be less use than they look; the opener finds out."""
    line = re.search(r"^CapEff:\s*([0-9a-fA-F]+)$", machine.text("/proc/self/status"), re.MULTILINE)
    held = int(line.group(1), 16) if line else 0
    bits = {words.RAW_SOCKETS: CAP_NET_RAW, words.NETWORK_ADMIN: CAP_NET_ADMIN}
    return frozenset(word for word, bit in bits.items() if held >> bit & 1)


def _can_scan(situation: Situation, tools: tuple[str, ...], rights: frozenset[str], machine: Machine) -> bool:
    """NetworkManager scans for an ordinary user, wpa_supplicant for its group; the kernel itself asks for CAP_NET_ADMIN."""
    radios = {link.name for link in situation.links if link.kind == "wifi"}
    may = "nmcli" in tools or words.NETWORK_ADMIN in rights
    return bool(radios) and (may or not radios.isdisjoint(machine.listing(WPA_SUPPLICANT)))


def _dns(machine: Machine) -> tuple[IPAddress, ...]:
    servers = _servers(machine.text(RESOLV_CONF))
    if servers and STUBS.issuperset(servers):
        return _servers(machine.text(RESOLVED_CONF)) or servers
    return servers


def _servers(text: str) -> tuple[IPAddress, ...]:
    found = []
    for word in re.findall(r"^\s*nameserver\s+(\S+)", text, re.MULTILINE)[:MAX_DNS]:
        with suppress(ValueError):
            found.append(ip(word))
    return tuple(found)


def _ssid(run: Runner, link: Link, tools: tuple[str, ...]) -> str | None:
    """The name of the joined Wi-Fi network, from what the driver knows; None when nobody can tell."""
    if link.kind != "wifi":
        return None
    with suppress(OSError, VantageError):
        if "iw" in tools and (name := _ssid_of_iw(run(("iw", "dev", link.name, "link")))):
            return name
    with suppress(OSError, VantageError):
        if "nmcli" in tools:
            fields = ("-t", "-e", "yes", "-f", "IN-USE,SSID-HEX")
            # `--rescan no`, because listing alone would make the radio send probe requests.
            return _ssid_of_nmcli(
                run(("nmcli", *fields, "device", "wifi", "list", "ifname", link.name, "--rescan", "no"))
            )
    return None


def _ssid_of_iw(text: str) -> str | None:
    r"""`SSID: name`, with every byte that is not printable ASCII as `\xNN` (iw, util.c, print_ssid_escaped)."""
    line = re.search(r"^\s+SSID: (.*)$", text, re.MULTILINE)
    if line is None:
        return None
    raw = re.sub(
        rb"\\x([0-9a-fA-F]{2})", lambda m: bytes.fromhex(m.group(1).decode()), line.group(1).encode(errors="replace")
    )
    return clean_ssid(raw)


def _ssid_of_nmcli(text: str) -> str | None:
    """`*:686F6D65` marks the joined network (nmcli(1), SSID-HEX)."""
    line = re.search(r"^\*:((?:[0-9A-Fa-f]{2})+)$", text, re.MULTILINE)
    return clean_ssid(bytes.fromhex(line.group(1))) if line else None
