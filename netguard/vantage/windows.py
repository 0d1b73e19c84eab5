"""Where am I, on Windows: from one PowerShell call that answers in JSON. Reads only; nothing is sent.

The call converts every enumeration to a string or a number itself, so the answer is the same in every display
language and in Windows PowerShell 5.1 as in 7. Properties: Microsoft Learn, modules NetAdapter, NetTCPIP, DnsClient.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from netaddr import IPAddress, IPNetwork

from netguard.errors import VantageError
from netguard.model.address import ip, network
from netguard.model.surroundings import Neighbour, Surroundings
from netguard.vantage._assemble import TOOLS, Read, surroundings
from netguard.vantage._choose import carrier_of, choose
from netguard.vantage._parsed import Assigned, Link, Route, Situation, clean_ssid, tidy, usable_mac
from netguard.vantage.system import HERE, Machine, Runner

_NEIGHBOURS = (
    "@(Get-NetNeighbor|Select-Object InterfaceIndex,InterfaceAlias,IPAddress,LinkLayerAddress,"
    "@{n='State';e={[string]$_.State}})"
)

_LOOK = (
    "adapters=@(Get-NetAdapter -IncludeHidden|Select-Object Name,InterfaceIndex,MacAddress,InterfaceDescription,"
    "InterfaceGuid,Virtual,HardwareInterface,@{n='Type';e={[int]$_.InterfaceType}},"
    "@{n='Medium';e={[int]$_.NdisPhysicalMedium}},@{n='Up';e={[int]$_.InterfaceOperationalStatus -eq 1}});"
    "addresses=@(Get-NetIPAddress|Select-Object InterfaceIndex,InterfaceAlias,IPAddress,PrefixLength,SkipAsSource,"
    "@{n='State';e={[string]$_.AddressState}},@{n='Suffix';e={[string]$_.SuffixOrigin}});"
    "routes=@(Get-NetRoute|Select-Object InterfaceIndex,InterfaceAlias,DestinationPrefix,NextHop,RouteMetric,"
    "InterfaceMetric);"
    f"neighbours={_NEIGHBOURS};"
    "dns=@(Get-DnsClientServerAddress|Select-Object InterfaceIndex,ServerAddresses);"
    "admin=([Security.Principal.WindowsPrincipal][Security.Principal.WindowsIdentity]::GetCurrent())"
    ".IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)"
)


def _powershell(members: str) -> tuple[str, ...]:
    """The command line that prints a hash table with `members` as JSON in UTF-8."""
    script = (
        "$ErrorActionPreference='SilentlyContinue';$ProgressPreference='SilentlyContinue';"
        "[Console]::OutputEncoding=New-Object Text.UTF8Encoding $false;"
        f"ConvertTo-Json -InputObject @{{{members}}} -Depth 4 -Compress"
    )
    return ("powershell", "-NoLogo", "-NoProfile", "-NonInteractive", "-Command", script)


LOOK = _powershell(_LOOK)
NEIGHBOURS = _powershell(f"neighbours={_NEIGHBOURS}")
WLAN = ("netsh", "wlan", "show", "interfaces")

IF_TUNNELS = frozenset({23, 53, 131})
"""ifType of ppp, propVirtual (WireGuard's and Tailscale's Wintun) and tunnel (IANA ifType-MIB)."""
IF_WIFI = 71
IF_LOOPBACK = 24
MEDIUM_WIFI = frozenset({1, 9})
"""NDIS_PHYSICAL_MEDIUM: WirelessLan and Native802_11 (ntddndis.h)."""

VPN_WORDS = re.compile(
    r"\b(tap-windows|tap|wintun|wireguard|tailscale|openvpn|vpn|anyconnect|zerotier)\b", re.IGNORECASE
)
VIRTUAL_WORDS = re.compile(r"\b(hyper-v|virtualbox|vmware|npcap loopback|wi-fi direct|bluetooth)\b", re.IGNORECASE)
"""In `InterfaceDescription`, which the driver sets and Windows does not translate."""

PLACEHOLDER_DNS = IPNetwork("fec0:0:0:ffff::/64")
"""What Windows lists where IPv6 has no name server (site-local, deprecated by RFC 3879)."""

STATES = {
    "0": "Unreachable",
    "1": "Incomplete",
    "2": "Probe",
    "3": "Delay",
    "4": "Stale",
    "5": "Reachable",
    "6": "Permanent",
}
"""MSFT_NetNeighbor.State, for a PowerShell that gives the number all the same."""

PASSING = frozenset({"Deprecated", "Tentative", "1", "3"})
UNUSABLE = frozenset({"Invalid", "Duplicate", "0", "2"})
"""MSFT_NetIPAddress.AddressState: Invalid 0, Tentative 1, Duplicate 2, Deprecated 3, Preferred 4."""
RANDOM_SUFFIX = frozenset({"Random", "5"})
"""MSFT_NetIPAddress.SuffixOrigin of a temporary address, and of Windows' own stable ones."""

Rows = list[Mapping[str, Any]]


def look(run: Runner, interface: str | None = None, *, machine: Machine = HERE) -> Surroundings:
    """What surrounds this computer, seen from `interface` or from the one that `_choose` takes.

    Raises `UsageError` for an unknown interface and `VantageError` when none can be used or nothing can be read.
    """
    said = _ask(run, LOOK)
    adapters, addresses = _rows(said, "adapters"), _rows(said, "addresses")
    routes = tuple(_routes(_rows(said, "routes")))
    situation = Situation(links=tuple(_links(adapters, addresses)), routes=routes, carrier=carrier_of(routes))
    choice = choose(situation, interface)
    index = {str(a.get("InterfaceAlias")): a.get("InterfaceIndex") for a in addresses}.get(choice.link.name)
    read = Read(
        os="windows",
        neighbours=tuple(_neighbours(_rows(said, "neighbours"), choice.link.name)),
        dns=tuple(_dns(_rows(said, "dns"), index)),
        tools=tuple(tool for tool in TOOLS if machine.find(tool)),
        rights=frozenset(),  # not even an administrator gets Ethernet frames out of Windows' own sockets
        can_scan_wifi=any(link.kind == "wifi" for link in situation.links),
        ssid=_ssid(run, choice.link, adapters),
    )
    return surroundings(situation, choice, read)


def neighbours(run: Runner, interface: str) -> tuple[Neighbour, ...]:
    """The kernel's neighbours on `interface`, both families. Raises `VantageError` when they cannot be read."""
    # All are fetched and sorted out here: the interface's name never gets into a PowerShell command.
    return tidy(_neighbours(_rows(_ask(run, NEIGHBOURS), "neighbours"), interface))


def _ask(run: Runner, argv: tuple[str, ...]) -> Mapping[str, Any]:
    try:
        said = json.loads(run(argv).lstrip("\ufeff").strip() or "{}")
    except OSError as error:
        raise VantageError("The network situation cannot be read: PowerShell is not on this computer.") from error
    except ValueError as error:
        raise VantageError("The network situation cannot be read: PowerShell gave no JSON.") from error
    if not isinstance(said, dict) or not said:
        raise VantageError("The network situation cannot be read: PowerShell gave an empty answer.")
    return said


def _rows(said: Mapping[str, Any], name: str) -> Rows:
    """The list under `name`. ConvertTo-Json makes an object of a single item, or `{value, Count}` of some lists."""
    found = said.get(name)
    if isinstance(found, dict) and set(found) == {"value", "Count"}:
        found = found["value"]
    rows = found if isinstance(found, list) else [found]
    return [row for row in rows if isinstance(row, dict)]


def _links(adapters: Rows, addresses: Rows) -> Iterator[Link]:
    """By index; loopback has addresses but is no adapter, and an adapter without an address still has a name."""
    by_index = {a.get("InterfaceIndex"): a for a in adapters}
    names = {a.get("InterfaceIndex"): str(a.get("InterfaceAlias", "")) for a in addresses}
    names |= {a.get("InterfaceIndex"): str(a.get("Name", "")) for a in adapters}
    for index, name in names.items():
        own = tuple(_assigned(a for a in addresses if a.get("InterfaceIndex") == index))
        adapter = by_index.get(index, {})
        loopback = any(a.address.is_loopback() for a in own)
        if name and (own or adapter.get("HardwareInterface")):
            yield Link(
                name=name,
                kind="loopback" if loopback else _kind(adapter),
                mac=usable_mac(str(adapter.get("MacAddress") or "")),
                up=loopback or bool(adapter.get("Up")),
                addresses=own,
            )


def _kind(adapter: Mapping[str, Any]) -> str:
    kind, medium, text = adapter.get("Type"), adapter.get("Medium"), str(adapter.get("InterfaceDescription") or "")
    if kind == IF_LOOPBACK:
        return "loopback"
    if kind in IF_TUNNELS or VPN_WORDS.search(text):
        return "tunnel"
    if VIRTUAL_WORDS.search(text) or (adapter.get("Virtual") and not adapter.get("HardwareInterface")):
        return "virtual"
    return "wifi" if kind == IF_WIFI or medium in MEDIUM_WIFI else "wired"


def _assigned(rows: Iterator[Mapping[str, Any]]) -> Iterator[Assigned]:
    for row in rows:
        state = str(row.get("State", ""))
        with suppress(ValueError):
            if state not in UNUSABLE:
                address = ip(str(row.get("IPAddress", "")))
                single = int(row.get("PrefixLength") or 0) == 128
                yield Assigned(
                    address=address,
                    prefix=network(f"{address}/{row.get('PrefixLength')}"),
                    passing=state in PASSING
                    or bool(row.get("SkipAsSource"))
                    or (single and str(row.get("Suffix")) in RANDOM_SUFFIX),
                )


def _routes(rows: Rows) -> Iterator[Route]:
    for row in rows:
        with suppress(ValueError, TypeError):
            destination = network(str(row.get("DestinationPrefix", "")))
            gateway = ip(str(row.get("NextHop", "")))
            if destination.ip.is_multicast() or destination.prefixlen == (32 if destination.version == 4 else 128):
                continue
            yield Route(
                interface=str(row["InterfaceAlias"]) if row.get("InterfaceAlias") else "",
                destination=destination,
                gateway=gateway if int(gateway) else None,
                metric=int(row.get("RouteMetric") or 0) + int(row.get("InterfaceMetric") or 0),
            )


def _neighbours(rows: Rows, interface: str) -> Iterator[Neighbour]:
    for row in rows:
        state = str(row.get("State", ""))
        state = STATES.get(state, state)
        mac = usable_mac(str(row.get("LinkLayerAddress") or ""))
        if row.get("InterfaceAlias") == interface and mac is not None and state not in ("Unreachable", "Incomplete"):
            with suppress(ValueError):
                yield Neighbour(
                    address=ip(str(row.get("IPAddress", ""))), mac=mac, reachable=state in ("Reachable", "Permanent")
                )


def _dns(rows: Rows, index: object) -> Iterator[IPAddress]:
    for row in rows:
        if row.get("InterfaceIndex") == index:
            servers = row.get("ServerAddresses") or ()
            for text in (servers,) if isinstance(servers, str) else servers:
                with suppress(ValueError):
                    address = ip(str(text))
                    if address not in PLACEHOLDER_DNS:
                        yield address


def _ssid(run: Runner, link: Link, adapters: Rows) -> str | None:
    """From netsh, whose words are translated: the interface is found by its GUID, the name by the word SSID."""
    guid = next((str(a.get("InterfaceGuid") or "").strip("{}") for a in adapters if a.get("Name") == link.name), "")
    if link.kind != "wifi" or not guid:
        return None
    with suppress(OSError, VantageError):
        for block in re.split(r"\n\s*\n", run(WLAN)):
            said = re.search(r"(?m)^\s*SSID\s*: (.+?)\s*$", block)
            # netsh prints in the console's code page; a name that did not survive is better not told.
            if guid.casefold() in block.casefold() and said and "\ufffd" not in said.group(1):
                return clean_ssid(said.group(1))
    return None
