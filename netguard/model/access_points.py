"""Which networks come out of the same box, by how makers number the radios and the names of one access point.

Nothing in a beacon says it outright, so this is a likeness and no proof. It errs both ways: two boxes of one batch,
bought by neighbours, may have numbers that follow each other; and some makers number the names of one box in ways that
nobody can tell from another box's, which are then shown apart.
"""

from collections.abc import Iterable

from netaddr import EUI

from netguard.model.vocabulary import Security
from netguard.model.wifi import BasicServiceSet

NEAR = 15
"""How far apart the hardware addresses of one box are at most: 16 names a radio is what drivers offer (cfg80211's and the
vendors' limit of virtual interfaces), and makers give the radios of one box numbers that follow each other. A larger
distance would take boxes of one batch for one."""

LOCAL = 0b10 << 40
"""The bit of a MAC that says that it was made up (IEEE 802-2014, 8.2): access points set it for their further names."""

LOW_AND_HIGH = 64
"""Last channel of the lower half of 5 GHz (5.25-5.35 GHz): boxes with two 5 GHz radios have one in each half."""

FAMILIES: dict[Security, str | None] = {
    Security.OPEN: "open",
    Security.OWE: "open",
    Security.OWE_TRANSITION: "open",
    Security.WEP: "wep",
    Security.WPA_PERSONAL: "password",
    Security.WPA_WPA2_PERSONAL: "password",
    Security.WPA2_PERSONAL: "password",
    Security.WPA2_WPA3_PERSONAL: "password",
    Security.WPA3_PERSONAL: "password",
    Security.WPA3_COMPATIBILITY: "password",
    Security.WPA_ENTERPRISE: "enterprise",
    Security.WPA_WPA2_ENTERPRISE: "enterprise",
    Security.WPA2_ENTERPRISE: "enterprise",
    Security.WPA2_WPA3_ENTERPRISE: "enterprise",
    Security.WPA3_ENTERPRISE: "enterprise",
    Security.WPA3_ENTERPRISE_192: "enterprise",
    Security.UNKNOWN: None,
}
"""What a person needs to be let in: nothing, a WEP key, a password, or a login. The radios of one network often differ
within a family (WPA2 at 2.4 GHz, WPA3 at 6 GHz) and never across families. Null where it was not told."""

DIRECT = "DIRECT-"
"""How the name of every Wi-Fi Direct group begins (Wi-Fi Peer-to-Peer specification, 3.2.1): a television, a printer or a
phone opens it for itself, and it leads into nobody's home network."""

_FIRST = 40
_REST = (1 << _FIRST) - 1


def akin(first: EUI, second: EUI) -> bool:
    """Whether two hardware addresses look like those of one box.

    All but the first octet lie within `NEAR` of each other, and the first octets are the same, or one of the two
    addresses is made up: drivers flip the local bit, or count in the first octet (02, 06, 0A, ...).
    """
    return abs(number(first) - number(second)) <= NEAR and _same_start(int(first), int(second))


def number(bssid: EUI) -> int:
    """All but the first octet of `bssid`, in which the radios and names of one box are counted."""
    return int(bssid) & _REST


def maker_address(bssid: EUI) -> EUI:
    """`bssid` without the local bit: most access points make further names of their own address by setting it."""
    return EUI(int(bssid) & ~LOCAL, version=48, dialect=bssid.dialect)


def together(networks: Iterable[BasicServiceSet]) -> tuple[tuple[BasicServiceSet, ...], ...]:
    """`networks` by access point, each once, the same for every order in which they come.

    Together are those whose BSSIDs are `akin` and whose radios can be in one box: the same channel, or another band.
    Two channels of one band are two boxes, but for 5 GHz, of whose halves a box may use both. What has no BSSID stands
    alone. Groups and what is in them come in the order of their BSSIDs, those without one last.
    """
    ordered = sorted(networks, key=_order)
    groups: list[list[BasicServiceSet]] = []
    recent: list[list[BasicServiceSet]] = []
    for network in ordered:
        if network.bssid is None:
            groups.append([network])
            continue
        recent = [g for g in recent if _distance(g[0], network) <= NEAR]
        home = next((g for g in recent if not any(_apart(one, network) for one in g)), None)
        if home is None:
            groups.append(home := [])
            recent.append(home)
        home.append(network)
    return tuple(tuple(group) for group in groups)


def is_direct(network: BasicServiceSet) -> bool:
    """Whether it is a Wi-Fi Direct group, told by its name."""
    return (network.ssid or "").startswith(DIRECT)


def one_box(first: BasicServiceSet, second: BasicServiceSet) -> bool:
    """Whether the two look like names or radios of one access point."""
    if first.bssid is None or second.bssid is None:
        return False
    return _distance(first, second) <= NEAR and not _apart(first, second)


def _apart(first: BasicServiceSet, second: BasicServiceSet) -> bool:
    if first.bssid is None or second.bssid is None or not _same_start(int(first.bssid), int(second.bssid)):
        return True
    if first.band != second.band or first.channel is None or second.channel is None:
        return False
    if first.band == "5" and (first.channel <= LOW_AND_HIGH) != (second.channel <= LOW_AND_HIGH):
        return False
    return first.channel != second.channel


def _same_start(first: int, second: int) -> bool:
    return first >> _FIRST == second >> _FIRST or bool((first | second) & LOCAL)


def _distance(first: BasicServiceSet, second: BasicServiceSet) -> int:
    return abs(_rest(first) - _rest(second))


def _rest(network: BasicServiceSet) -> int:
    return -1 if network.bssid is None else number(network.bssid)


def _order(network: BasicServiceSet) -> tuple[bool, int, int, str, str, int, str]:
    return (
        network.bssid is None,
        _rest(network),
        -1 if network.bssid is None else int(network.bssid) >> _FIRST,
        network.band or "",
        network.ssid or "",
        network.channel or 0,
        repr(network),
    )
