"""Which addresses may stand in a plan, and why others may not. Pure."""

import re

from netaddr import EUI, IPAddress, IPNetwork

from netguard.model import address
from netguard.model.plan import INTERFACE_ID, Member, Segment, is_interface_id

LENGTHS = {4: range(8, 31), 6: range(32, 127)}
"""How long a segment's prefix may be: 10.0.0.0/8 is the largest private network (RFC 1918, 3), in a /31 (RFC 3021) or a /127
(RFC 6164) there is no room for devices, and providers get no more than a /32 of IPv6."""

NO_HOME = tuple(
    map(IPNetwork, ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3", "::/8", "fe80::/10", "ff00::/8"))
)
"""Where no segment of a router can be (RFC 6890, 2.2.2 and 2.2.3; RFC 4291, 2.4)."""

HALF = 64
"""Bits of an IPv6 prefix that leave the lower half to the devices (RFC 4291, 2.5.1)."""

_STATION = re.compile(
    r"[0-9A-Fa-f]{1,2}(?:([:-])[0-9A-Fa-f]{1,2})(?:\1[0-9A-Fa-f]{1,2}){4}|[0-9A-Fa-f]{12}|(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}"
)
"""A whole MAC. netaddr reads `02:77:02`, too, as three halves of 16 bits: in a plan that is one cut off."""


def unfit(network: IPNetwork) -> str | None:
    """Why no segment has this prefix."""
    lengths = LENGTHS[network.version]
    if network.prefixlen not in lengths:
        return f"{network}: a segment is a /{lengths[0]} to a /{lengths[-1]}"
    return f"no router has a segment in {network}" if any(network in other for other in NO_HOME) else None


def whole(text: str) -> IPAddress:
    """An address as it has to stand in a plan. Raises `ValueError` also for `fe80::1%eth0` and `::ffff:10.0.0.1`."""
    own = address.ip(text)
    if "%" in text:
        raise ValueError(f"{text[:40]!r}: leave out what follows the %")
    if own.is_ipv4_mapped():
        raise ValueError(f"{own} is an IPv4 address: write {own.ipv4()}")
    return own


def is_of_all(own: IPAddress, prefix: IPNetwork) -> bool:
    """Whether this is the address of the whole segment: its first, and with IPv4 its last (RFC 919, 7; RFC 4291, 2.6.1)."""
    return int(own) == prefix.first or (own.version == 4 and int(own) == prefix.last)


def misplaced(own: IPAddress, segment: Segment) -> str | None:
    """Why no member of this segment can keep this address."""
    prefix = segment.prefix_of(own.version)
    if is_interface_id(own) and int(own) > 0:
        if prefix is not None and prefix.prefixlen > HALF:
            return f"{own} is the lower half of an address, {prefix} leaves less; write the whole address"
        return f"{own} is the router's" if own in {r & INTERFACE_ID for r in segment.router if r.version == 6} else None
    if prefix is None or own not in prefix:
        where = f"its prefix is {prefix}" if prefix is not None else f"it has no IPv{own.version} prefix"
        return f"{own} is outside segment {segment.name}: {where}"
    if own in segment.router:
        return f"{own} is the router's"
    return f"{own} is the address of the whole segment" if is_of_all(own, prefix) else None


def station(text: str) -> EUI:
    """The MAC of one station. Raises `ValueError` for others, too: a group's address is nobody's (IEEE 802, 8.2)."""
    if not _STATION.fullmatch(text):
        raise ValueError(f"not a MAC address: {text[:40]!r}")
    mac = address.mac(text)
    if address.is_group(mac) or int(mac) == 0:
        raise ValueError(f"{text} is no device's MAC")
    return mac


class Owners:
    """Who keeps which address; asked about one member after the other."""

    def __init__(self) -> None:
        self._whole: dict[tuple[str, IPAddress], str] = {}
        self._ending: dict[tuple[str, IPAddress], set[str]] = {}

    def other(self, member: Member, own: IPAddress) -> str | None:
        """Who keeps `own` before `member`, or an address that ends like it where only the end of one is known."""
        key = (member.segment, own)
        owners = {self._whole.setdefault(key, member.name)}
        if own.version == 6:
            ending = (member.segment, own & INTERFACE_ID)
            if is_interface_id(own):
                owners |= self._ending.get(ending, set())
            else:
                owners |= {self._whole.get(ending, member.name)}
                self._ending.setdefault(ending, set()).add(member.name)
        return min(owners - {member.name}, default=None)
