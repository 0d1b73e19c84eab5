"""Which interface to look at. Pure: from what the system says about itself to one choice and the reasons.

The rule, when nobody names an interface: one with a proper address before one that gave itself a link-local one; a
real one (cable or Wi-Fi) before a virtual one; with a default route before without; the lowest metric; a private
address before a public one; cable before Wi-Fi. VPNs and loopback are taken only by name.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from netaddr import IPAddress, IPNetwork

from netguard.errors import UsageError, VantageError
from netguard.vantage._parsed import Assigned, Link, Route, Situation

LOOPBACK = "lo"
"""Accepted on every system as the name of the loopback interface (`lo0` on macOS, a long name on Windows)."""

NO_METRIC = 1 << 32
"""Sorts an interface without a default route behind every one that has one."""

_KINDS = {"wired": 0, "wifi": 1, "virtual": 2, "tunnel": 3, "loopback": 4}
_SPOKEN = {"wired": "cable", "wifi": "Wi-Fi", "virtual": "virtual", "tunnel": "VPN", "loopback": "this computer only"}

SHARED = IPNetwork("100.64.0.0/10")
"""Addresses behind a provider's own translation (RFC 6598): not public."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The interface to look at. `gateway` is None on a network without a router."""

    link: Link
    assigned: Assigned
    gateway: IPAddress | None
    prefixes: tuple[IPNetwork, ...]
    """All networks of the interface, link-local left out."""
    remarks: tuple[str, ...] = ()


def choose(situation: Situation, named: str | None = None) -> Choice:
    """The interface called `named`, or the one that a person at home means.

    Raises `UsageError` when there is no interface of that name (listing those there are) and `VantageError` when
    the interface has no address, or when none can be used.
    """
    if named is not None:
        link = _by_name(situation.links, named)
        return _choice(situation, link, _remarks_on(situation, link))
    link = _by_itself(situation)
    return _choice(situation, link, (*_passed_over(situation, link), *_remarks_on(situation, link)))


def carrier_of(routes: Iterable[Route]) -> str | None:
    """The interface that carries what goes to the internet: a half route's before a default route's, lowest metric."""
    leading = [r for r in routes if r.is_half or r.is_default]
    best = min(leading, key=lambda r: (not r.is_half, r.metric, r.destination.version), default=None)
    return best.interface if best else None


def _by_name(links: tuple[Link, ...], named: str) -> Link:
    exact = [link for link in links if link.name == named]
    alike = [link for link in links if link.name.casefold() == named.casefold()]
    loopback = [link for link in links if link.kind == "loopback" and named == LOOPBACK]
    found = exact or alike or loopback
    if not found:
        there = ", ".join(sorted(link.name for link in links)) or "none"
        raise UsageError(f"There is no interface {named!r} on this computer. There are: {there}.")
    link = found[0]
    if not link.addresses:
        state = "" if link.up else ", and it is switched off or not plugged in"
        raise VantageError(f"{link.name} has no IP address{state}. Connect it to your network and look again.")
    if not link.up:
        raise VantageError(f"{link.name} is switched off or not plugged in. Connect it to your network and look again.")
    return link


def _by_itself(situation: Situation) -> Link:
    up = [link for link in situation.links if link.up and link.addresses and link.kind != "loopback"]
    local = [link for link in up if link.kind != "tunnel"]
    if local:
        return min(local, key=lambda link: _rank(link, situation.routes))
    if up:
        one = sorted(link.name for link in up)
        raise VantageError(
            f"The only connection of this computer is a VPN ({', '.join(one)}). Connect to your network by cable or "
            f"Wi-Fi, or name the VPN's interface if that is what you want to look at: --interface {one[0]}"
        )
    down = (link for link in situation.links if link.addresses and not link.up)
    asleep = sorted(link.name for link in down if link.kind not in ("loopback", "tunnel"))
    if asleep:
        raise VantageError(
            f"{', '.join(asleep)} has an address but no connection: is the cable plugged in, is Wi-Fi joined? "
            "Connect it and look again."
        )
    raise VantageError(
        "This computer is not connected to any network: no interface but its own loopback has an address. "
        "Connect to your network by cable or Wi-Fi and look again."
    )


def _rank(link: Link, routes: tuple[Route, ...]) -> tuple[bool, bool, int, bool, int, str]:
    given = [a for a in link.addresses if not a.address.is_link_local()]
    return (
        not given,
        link.kind == "virtual",
        _metric(link, routes),
        not any(is_private(a.address) for a in given),
        _KINDS[link.kind],
        link.name,
    )


def _metric(link: Link, routes: tuple[Route, ...]) -> int:
    """Of the best default route of `link`; IPv4's where it has one, since the two families count differently."""
    own = [r for r in routes if r.is_default and r.interface == link.name]
    best = min(own, key=lambda r: (r.destination.version, r.metric), default=None)
    return best.metric if best else NO_METRIC


def is_private(address: IPAddress) -> bool:
    """Whether it is from the ranges that homes use (RFC 1918, RFC 4193) or a provider shares out (RFC 6598)."""
    return bool(address.is_ipv4_private_use() or address.is_ipv6_unique_local() or address in SHARED)


def _choice(situation: Situation, link: Link, remarks: tuple[str, ...]) -> Choice:
    routes = _default_routes(link, situation.routes)
    assigned = min(link.addresses, key=lambda a: _address_rank(a, routes))
    assigned = replace(assigned, prefix=_around(assigned, link, situation.routes))
    gateway = next((r.gateway for r in routes if r.destination.version == assigned.address.version), None)
    return Choice(
        link=link,
        assigned=assigned,
        gateway=gateway,
        prefixes=prefixes_of(link, situation.routes),
        remarks=(*situation.remarks, *remarks, *_remarks_on_address(assigned, has_gateway=gateway is not None)),
    )


def _around(assigned: Assigned, link: Link, routes: tuple[Route, ...]) -> IPNetwork:
    """The network of an address; for a lone /32 or /128 the narrowest one that is routed to the link around it."""
    if not _is_single(assigned.prefix) or link.kind in ("tunnel", "loopback"):
        return assigned.prefix
    near = [
        r.destination.cidr
        for r in routes
        if r.interface == link.name
        and r.gateway is None
        and assigned.address in r.destination
        and r.destination.prefixlen > 1
    ]
    return max(near, key=lambda p: p.prefixlen, default=assigned.prefix)


def _default_routes(link: Link, routes: tuple[Route, ...]) -> tuple[Route, ...]:
    """Of `link` and with a gateway, IPv4 first, then by metric. IPv4 can have an IPv6 gateway (RFC 5549)."""
    own = (r for r in routes if r.is_default and r.interface == link.name and r.gateway is not None)
    return tuple(sorted(own, key=lambda r: (r.destination.version, r.metric)))


def _address_rank(assigned: Assigned, routes: tuple[Route, ...]) -> tuple[bool, bool, int, bool, bool]:
    """IPv4 before IPv6, unless only IPv6 has a router; then the address that shares a network with the router."""
    address = assigned.address
    return (
        address.is_link_local(),
        bool(routes) and not any(r.destination.version == address.version for r in routes),
        address.version,
        not any(r.gateway is not None and r.gateway in assigned.prefix for r in routes),
        assigned.passing,
    )


def gateways_of(link: Link, routes: tuple[Route, ...]) -> tuple[IPAddress, ...]:
    """The default routes' gateways by `link`, IPv4 first, then by metric."""
    return tuple(dict.fromkeys(r.gateway for r in _default_routes(link, routes) if r.gateway is not None))


def prefixes_of(link: Link, routes: tuple[Route, ...]) -> tuple[IPNetwork, ...]:
    """The networks of `link`: its addresses', and those that are routed to it without a gateway.

    The latter matter where an address was given as a single one (DHCPv6's /128) and the network beside it. A VPN's
    routes are left out: they say what lies behind the VPN, not what is on the link.
    """
    own = {a.prefix.cidr for a in link.addresses}
    if link.kind not in ("tunnel", "loopback"):
        own |= {r.destination.cidr for r in routes if r.interface == link.name and r.gateway is None and not r.is_half}
    kept = {p for p in own if p.prefixlen and not p.ip.is_link_local() and not p.ip.is_multicast()}
    single = {p for p in kept if _is_single(p) and any(p != other and p in other for other in kept)}
    return tuple(sorted(kept - single, key=lambda p: (p.version, int(p.ip), p.prefixlen)))


def _is_single(prefix: IPNetwork) -> bool:
    return int(prefix.prefixlen) == (32 if prefix.version == 4 else 128)


def _remarks_on(situation: Situation, link: Link) -> tuple[str, ...]:
    carrier = situation.carrier or carrier_of(situation.routes)
    by_name = {k.name: k for k in situation.links}
    remarks = []
    if carrier in by_name and carrier != link.name and by_name[carrier].kind == "tunnel":
        remarks.append(
            f"A VPN ({carrier}) carries what this computer sends to the internet; netguard looks at the local network "
            f"on {link.name} instead."
        )
    if link.kind == "tunnel":
        remarks.append(
            f"{link.name} is a VPN: the devices seen there are those at its other end, not those around you."
        )
    return tuple(remarks)


def _remarks_on_address(assigned: Assigned, *, has_gateway: bool) -> tuple[str, ...]:
    address, prefix = assigned.address, assigned.prefix
    remarks = []
    if _is_single(prefix) and not address.is_loopback():
        remarks.append(
            f"{address} stands alone, without a network around it (/{prefix.prefixlen}): only the router and devices "
            "that this computer already knows can be looked at."
        )
    if address.is_link_local():
        remarks.append(
            f"The interface gave itself the address {address}, because no router gave it one: this may be an isolated "
            "network."
        )
    elif not has_gateway and not address.is_loopback():
        remarks.append("No default route leads through this interface, so netguard knows no router here.")
    elif address.version == 4 and address.is_global():
        remarks.append(f"{address} is a public address: this may be a provider's network and not a home's own.")
    return tuple(remarks)


def _passed_over(situation: Situation, chosen: Link) -> tuple[str, ...]:
    others = sorted(
        (k for k in situation.links if k.up and k.addresses and k.kind != "loopback" and k.name != chosen.name),
        key=lambda k: (k.kind == "tunnel", _rank(k, situation.routes)),
    )
    named = [f"{k.name} ({_SPOKEN[k.kind]}, {_first(k)})" for k in others if not _only_link_local(k)]
    if not named:
        return ()
    return (f"{chosen.name} was chosen; passed over: {', '.join(named)}. Name one with --interface to look at it.",)


def _only_link_local(link: Link) -> bool:
    return all(a.address.is_link_local() for a in link.addresses)


def _first(link: Link) -> str:
    assigned = min(link.addresses, key=lambda a: (a.address.is_link_local(), a.address.version, a.passing))
    return f"{assigned.address}/{assigned.prefix.prefixlen}"
