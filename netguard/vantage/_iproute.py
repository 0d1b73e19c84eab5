"""iproute2's JSON: `ip -j -d addr`, `ip -j route`, `ip -j neigh` (iproute2 4.13 of 2017 and later know `-j`)."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from netaddr import IPAddress, IPNetwork

from netguard.errors import VantageError
from netguard.model.address import ip, network
from netguard.model.surroundings import Neighbour
from netguard.vantage._parsed import Assigned, Link, Route, Situation, usable_mac
from netguard.vantage.system import Machine, Runner

TUNNELS = frozenset(
    {"wireguard", "tun", "ppp", "ipip", "sit", "gre", "gretap", "ip6gre", "ip6gretap", "ip6tnl", "vti", "vti6", "xfrm"}
    | {"amneziawg", "ovpn", "l2tp"}
)
"""Kinds (`info_kind`) of links that lead to somewhere else: VPNs and tunnels (ip-link(8))."""

VIRTUAL = frozenset(
    {"bridge", "veth", "dummy", "macvlan", "macvtap", "ipvlan", "ipvtap", "vxlan", "geneve", "bareudp", "ifb", "vrf"}
    | {"netdevsim", "netkit", "vcan", "vxcan", "nlmon"}
)
"""Kinds that end inside this computer. `vlan`, `bond` and `team` are none of them: they are a cable by another name."""

TUNNEL_LINK_TYPES = frozenset({"none", "ppp", "tunnel", "tunnel6", "sit", "ipip", "gre", "ip6gre"})
"""ARP hardware types (`link_type`) of links that have no MAC addresses."""

SOMEWHERE = {4: "192.0.2.1", 6: "2001:db8::1"}
"""Addresses that nobody has (RFC 5737, RFC 3849). The kernel is asked which way they would go; nothing is sent."""

STATES_WITH_MAC = frozenset({"REACHABLE", "PERMANENT", "STALE", "DELAY", "PROBE"})
"""Neighbour states in which the MAC is known (ip-neighbour(8)); FAILED and INCOMPLETE have none, NOARP needs none."""

STATES_CERTAIN = frozenset({"REACHABLE", "PERMANENT"})


def situation(run: Runner, machine: Machine) -> Situation:
    """Interfaces and routes. Raises `OSError` when `ip` is not there, `VantageError` when it knows no JSON."""
    rows = _json(run(("ip", "-j", "-d", "addr", "show")))
    routes = tuple(
        route
        for version in (4, 6)
        for row in _json(run(("ip", "-j", f"-{version}", "route", "show", "table", "main")))
        for route in _routes(row, version)
    )
    with_members = {str(row["master"]) for row in rows if "master" in row and _kind(row, machine) in ("wired", "wifi")}
    return Situation(
        links=tuple(_link(row, machine, with_members) for row in rows if row.get("ifname")),
        routes=routes,
        carrier=_carrier(run),
    )


def neighbours(run: Runner, interface: str) -> tuple[Neighbour, ...]:
    """The neighbour tables of both families. Raises as `situation` does."""
    rows = [r for v in (4, 6) for r in _json(run(("ip", "-j", f"-{v}", "neigh", "show", "dev", interface)))]
    return tuple(n for n in map(_neighbour, rows) if n is not None)


def _json(text: str) -> list[Mapping[str, Any]]:
    """The rows of one answer; old versions print nothing at all for none, and an empty row for one filtered out."""
    if not text.strip():
        return []
    try:
        rows = json.loads(text)
    except ValueError as error:
        raise VantageError("The command `ip` of this computer does not speak JSON.") from error
    if not isinstance(rows, list):
        raise VantageError("The command `ip` of this computer answered something else than a list.")
    return [row for row in rows if isinstance(row, dict) and row]


def _carrier(run: Runner) -> str | None:
    for address in SOMEWHERE.values():
        with suppress(OSError, VantageError):
            for row in _json(run(("ip", "-j", "route", "get", address))):
                if row.get("dev"):
                    return str(row["dev"])
    return None


def _kind(row: Mapping[str, Any], machine: Machine) -> str:
    kind = str((row.get("linkinfo") or {}).get("info_kind", ""))
    link_type = str(row.get("link_type", ""))
    if link_type == "loopback":
        return "loopback"
    if kind in TUNNELS or link_type in TUNNEL_LINK_TYPES:
        return "tunnel"
    if kind in VIRTUAL:
        return "virtual"
    inside = machine.listing(f"/sys/class/net/{row['ifname']}")
    return "wifi" if "wireless" in inside or "phy80211" in inside else "wired"


def _link(row: Mapping[str, Any], machine: Machine, with_members: set[str]) -> Link:
    name, flags = str(row["ifname"]), frozenset(map(str, row.get("flags") or ()))
    kind = _kind(row, machine)
    if kind == "virtual" and name in with_members:
        # A bridge that a real cable or radio is part of is how a router or a host of virtual machines reaches its LAN.
        kind = "wired"
    return Link(
        name=name,
        kind=kind,
        mac=usable_mac(str(row.get("address", ""))),
        up={"UP", "LOWER_UP"} <= flags,
        multicast="MULTICAST" in flags,
        addresses=tuple(_addresses(row.get("addr_info") or ())),
    )


def _addresses(rows: Any) -> Iterator[Assigned]:
    for row in rows:
        if not isinstance(row, dict) or "local" not in row or row.get("dadfailed"):
            continue
        with suppress(ValueError):
            yield Assigned(
                address=ip(str(row["local"])),
                prefix=network(f"{row['local']}/{row.get('prefixlen', '')}"),
                passing=any(row.get(flag) for flag in ("secondary", "temporary", "deprecated", "tentative")),
            )


def _routes(row: Mapping[str, Any], version: int) -> Iterator[Route]:
    if row.get("type", "unicast") != "unicast":
        return
    text = str(row.get("dst", ""))
    try:
        destination = IPNetwork("0.0.0.0/0" if version == 4 else "::/0") if text == "default" else network(text)
        metric = int(row.get("metric") or 0)
    except ValueError:
        return
    hops = row.get("nexthops") or (row,)
    for hop in hops:
        if isinstance(hop, dict) and hop.get("dev"):
            yield Route(interface=str(hop["dev"]), destination=destination, gateway=_gateway(hop), metric=metric)


def _gateway(hop: Mapping[str, Any]) -> IPAddress | None:
    via = hop.get("via")
    text = hop.get("gateway") or (via.get("host") if isinstance(via, dict) else None)
    if text:
        with suppress(ValueError):
            return ip(str(text))
    return None


def _neighbour(row: Mapping[str, Any]) -> Neighbour | None:
    states = frozenset(map(str, row.get("state") or ()))
    mac = usable_mac(str(row.get("lladdr", "")))
    if mac is None or not states & STATES_WITH_MAC:
        return None
    try:
        return Neighbour(address=ip(str(row.get("dst", ""))), mac=mac, reachable=bool(states & STATES_CERTAIN))
    except ValueError:
        return None
