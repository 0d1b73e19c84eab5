"""Is this my network? Pure: from what the kernel knows and what was enrolled.

A network is recognised by its router's MAC address together with one of its address ranges, never by its Wi-Fi name:
anybody can give their network any name. A network whose router's MAC the computer does not know is not recognised.
The MAC can be forged by somebody who is already on the network and wants to be scanned; that costs them, not the owner.
"""

from collections.abc import Iterable
from datetime import datetime

from netaddr import EUI, IPNetwork

from netguard.errors import NotAtHomeError
from netguard.model.address import is_group
from netguard.model.home import Enrolment
from netguard.model.surroundings import Surroundings

LEARN = "Open any web page once, so that this computer talks to the router and learns its MAC address; then try again."


def recognise(surroundings: Surroundings, enrolments: Iterable[Enrolment]) -> Enrolment | None:
    """The enrolment this network is, or None. Where two match, the one enrolled last."""
    mac, prefixes = _router_mac(surroundings), _prefixes(surroundings)
    if mac is None:
        return None
    matching = [e for e in enrolments if e.gateway_mac == mac and prefixes & _usable(e.prefixes)]
    return max(matching, key=lambda e: (e.enrolled_at, e.site), default=None)


def router_is_unmet(surroundings: Surroundings) -> bool:
    """Whether there is a router whose MAC this computer does not know: it has not spoken with it lately."""
    return surroundings.vantage.gateway is not None and _router_mac(surroundings) is None


def enrol(surroundings: Surroundings, site: str, now: datetime) -> Enrolment:
    """The enrolment of this network for `site`; `now` is aware of its time zone.

    Raises `NotAtHomeError` when there is nothing reliable to recognise it by.
    """
    if now.tzinfo is None:
        raise ValueError("now has no time zone")
    missing = _missing(surroundings)
    mac = _router_mac(surroundings)
    if missing or mac is None:
        raise NotAtHomeError(f"This network cannot be remembered as yours, because {missing}")
    return Enrolment(
        site=site,
        gateway_mac=mac,
        prefixes=tuple(sorted(_prefixes(surroundings), key=lambda p: (p.version, int(p.ip), p.prefixlen))),
        ssid=surroundings.vantage.segment.ssid,
        enrolled_at=now,
    )


def why_not(surroundings: Surroundings, enrolments: Iterable[Enrolment]) -> str:
    """One plain sentence why `recognise` gives None; empty when it does recognise the network."""
    known = tuple(enrolments)
    if recognise(surroundings, known) is not None:
        return ""
    if missing := _missing(surroundings):
        return f"This network cannot be recognised, because {missing}"
    if not known:
        return "No network has been enrolled as yours yet."
    mac, prefixes = _router_mac(surroundings), _prefixes(surroundings)
    same_router = [e for e in known if e.gateway_mac == mac]
    if same_router:
        was, now = _listed(same_router[0].prefixes), _listed(prefixes)
        return (
            f"The router is that of {same_router[0].site!r}, but the addresses are others: {now} now, {was} when it "
            "was enrolled. If you changed them, enrol the network again."
        )
    same_range = [e for e in known if prefixes & _usable(e.prefixes)]
    if same_range:
        return (
            f"The addresses are like those of {same_range[0].site!r}, but the router is another one ({mac}, not "
            f"{same_range[0].gateway_mac}). If you have a new router, enrol the network again."
        )
    sites = ", ".join(sorted({repr(e.site) for e in known}))
    return f"This is another network than those enrolled ({sites}): other router ({mac}), other addresses."


def _missing(surroundings: Surroundings) -> str:
    """What recognition lacks, completing a sentence that ends in "because"; empty when nothing."""
    vantage = surroundings.vantage
    if vantage.address.is_loopback():
        return f"{vantage.interface} leads nowhere but to this computer itself."
    if vantage.gateway is None:
        return (
            f"it has no router that this computer uses on {vantage.interface}, and addresses alone could be anybody's. "
            "Connect to the network by the interface that leads to its router."
        )
    if _router_mac(surroundings) is None:
        return f"the MAC address of its router ({vantage.gateway.address}) is not known yet. {LEARN}"
    if not _prefixes(surroundings):
        return "it has given this computer no address. Wait until the router has, then try again."
    return ""


def _router_mac(surroundings: Surroundings) -> EUI | None:
    gateway = surroundings.vantage.gateway
    if gateway is None or gateway.mac is None or is_group(gateway.mac) or int(gateway.mac) == 0:
        return None
    return gateway.mac


def _prefixes(surroundings: Surroundings) -> frozenset[IPNetwork]:
    return _usable((*surroundings.prefixes, surroundings.vantage.segment.prefix))


def _usable(prefixes: Iterable[IPNetwork]) -> frozenset[IPNetwork]:
    """Without those that every network has: link-local, loopback, multicast and everything."""
    return frozenset(
        p.cidr
        for p in prefixes
        if p.prefixlen and not (p.ip.is_link_local() or p.ip.is_loopback() or p.ip.is_multicast())
    )


def _listed(prefixes: Iterable[IPNetwork]) -> str:
    return ", ".join(str(p) for p in sorted(prefixes, key=lambda p: (p.version, int(p.ip))))
