"""Which of the networks in the air are this home's: pure, from what is known of the computer and its router.

Only these are judged, so a neighbour's network is never a finding and an own one never goes unjudged because its name was
changed. The rules, in their order, with when each errs:

1. A Wi-Fi Direct group is never one: `DIRECT-...`, or whoever says that it owns a group. It errs where somebody names
   a whole network so.
2. What this computer is connected through is. So is a name that the person gives with `--ssid`, but for what rule 6 takes
   for an imitation. It errs where the computer is on a stranger's network, or the person names one.
3. What has the hardware address of the router, or one that is `akin` to it, is. It errs between boxes of one batch.
4. What has the name of one that is by rule 2 or 3, the same family of security and the same maker is: mesh nodes, other
   bands, repeaters of the same make. An open network's name is followed only from rule 2, since providers' hotspots are
   called alike in every home. More than `MOST_OF_A_NAME` such are a tool's invention (null). It errs where two neighbours
   kept the same factory name of the same maker, and where only the name of the connected network is known and several
   makers use it: then nobody can tell (null).
5. What comes out of the same box as one of those is: guest and IoT networks, other bands. Their names are not followed.
   It errs where an imitation copies the hardware address, too, which nothing in a beacon shows.
6. What has such a name and is of another maker and of another family of security is not: a neighbour's, or made to be
   mistaken for it. Where only one of the two differs, or one of them is not known, nobody can tell (null).
7. Where nothing is by the rules before, what has the router's maker prefix is, if all of that prefix have one name or
   come out of one box. It errs where the only such box in reach is a neighbour's.

All others are strangers' as soon as one own network was found; before that nobody can tell (null).
"""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from netaddr import EUI

from netguard.model.access_points import FAMILIES, NEAR, akin, is_direct, maker_address, number, one_box, together
from netguard.model.wifi import BasicServiceSet
from netguard.wifi.join import GROUP_OWNER

__all__ = ["owned", "together"]

Maker = Callable[[EUI], str | None]

CONNECTED = "it is taken as yours: this computer is connected through it"
CONNECTED_NAME = "it is taken as yours: it has the name of the network that this computer is connected to"
NAMED = "it is taken as yours: you named it"
ROUTER = "it is taken as yours: its hardware address is your router's"
SAME_NAME = "it is taken as yours: it has the name, the kind of security and the maker of one that is"
SAME_BOX = "it is taken as yours: it comes out of the same access point as one that is"
SAME_PREFIX = "it is taken as yours: no other network here is by the maker of your router"
NOT_SURE = "it has the name of your network, and whether it is yours cannot be told by its maker and its security"
IMITATION = (
    "it has the name of your network, and is by another maker and of another kind of security: a neighbour's that is "
    "called alike, or one made to be mistaken for yours"
)
REASONS = frozenset({CONNECTED, CONNECTED_NAME, NAMED, ROUTER, SAME_NAME, SAME_BOX, SAME_PREFIX, NOT_SURE, IMITATION})
"""What `owned` notes on a network; whatever it noted before goes when it decides anew."""

MOST_OF_A_NAME = 64
"""Access points and bands that are taken as own by name, kind and maker alone; a home with a mesh has a dozen. Of more, which
only a tool that invents networks sends, none is, so that it cannot bury what was found."""

_PREFIX = 24


def nobody(_: EUI) -> None:
    """No maker is known."""


@dataclass(slots=True)
class _Verdicts:
    """What was decided so far, by place in the list."""

    networks: Sequence[BasicServiceSet]
    makers: tuple[str | None, ...]
    own: dict[int, bool | None] = field(default_factory=dict)
    notes: dict[int, str] = field(default_factory=dict)

    def say(self, place: int, note: str | None = None, *, own: bool | None) -> None:
        """Decide once: what an earlier rule said stands."""
        if place not in self.own:
            self.own[place] = own
            if note:
                self.notes[place] = note

    def yes(self) -> list[int]:
        """Those that are own so far."""
        return [place for place, own in self.own.items() if own]

    def left(self) -> list[int]:
        """Those nobody has decided on."""
        return [place for place in range(len(self.networks)) if place not in self.own]

    def differences(self, place: int, other: int) -> tuple[bool | None, bool | None]:
        """Whether family and maker of two differ; null where that is not known."""
        families = FAMILIES[self.networks[place].security], FAMILIES[self.networks[other].security]
        makers = self.makers[place], self.makers[other]
        family, maker = (None if None in pair else pair[0] != pair[1] for pair in (families, makers))
        return family, maker


def owned(
    networks: Iterable[BasicServiceSet],
    *,
    ssids: Collection[str] = (),
    associated_ssid: str | None = None,
    gateway_mac: EUI | None = None,
    maker: Maker = nobody,
) -> tuple[BasicServiceSet, ...]:
    """`networks` in their order with `own` decided, and a note that says by which rule where that is no matter of course.

    `ssids` are names the person gave, `associated_ssid` is the name of the network this computer is connected to,
    `maker` says who made a hardware address (`VendorTable.name`). What an earlier call decided is forgotten.
    """
    bare = tuple(replace(n, own=None, notes=tuple(t for t in n.notes if t not in REASONS)) for n in networks)
    said = _Verdicts(bare, _makers(bare, maker))
    for place, network in enumerate(bare):
        if is_direct(network) or GROUP_OWNER in network.notes:
            said.say(place, own=False)
    _connected(said, associated_ssid)
    _by_router(said, gateway_mac)
    _by_name(said, frozenset(filter(None, ssids)))
    _by_box(said)
    if not said.yes() and gateway_mac is not None:
        _by_prefix(said, gateway_mac)
    rest = False if said.yes() else None
    for place in said.left():
        said.say(place, own=rest)
    return tuple(
        replace(n, own=said.own[place], notes=(*n.notes, *([said.notes[place]] if place in said.notes else [])))
        for place, n in enumerate(bare)
    )


def _makers(networks: Sequence[BasicServiceSet], maker: Maker) -> tuple[str | None, ...]:
    """Who made each; a made-up address is by whoever made the address it was made of, or another one of the box."""
    known = {n.bssid: maker(n.bssid) or maker(maker_address(n.bssid)) for n in networks if n.bssid is not None}
    for group in together(networks):
        addresses = [n.bssid for n in group if n.bssid is not None]
        first = next(filter(None, map(known.get, addresses)), None)
        known.update({a: first for a in addresses if known[a] is None})
    return tuple(known[n.bssid] if n.bssid is not None else None for n in networks)


def _connected(said: _Verdicts, associated_ssid: str | None) -> None:
    """Rule 2 for this computer's own link; by the name only where that can mean one network alone."""
    for place in said.left():
        if said.networks[place].associated:
            said.say(place, CONNECTED, own=True)
    if said.yes() or not associated_ssid:
        return
    called = [place for place in said.left() if said.networks[place].ssid == associated_ssid]
    families = {FAMILIES[said.networks[place].security] for place in called} - {None}
    makers = {said.makers[place] for place in called} - {None}
    alike = len(families) <= 1 and len(makers) <= 1
    for place in called if alike else ():
        said.say(place, CONNECTED_NAME, own=True)


def _by_router(said: _Verdicts, gateway_mac: EUI | None) -> None:
    for place in said.left():
        bssid = said.networks[place].bssid
        if gateway_mac is not None and bssid is not None and akin(bssid, gateway_mac):
            said.say(place, ROUTER, own=True)


def _by_name(said: _Verdicts, ssids: frozenset[str]) -> None:
    """Rules 2 (for names the person gave), 4 and 6."""
    anchors: dict[str, list[int]] = {}
    for place in said.yes():
        network = said.networks[place]
        linked = said.notes.get(place) in {CONNECTED, CONNECTED_NAME} or network.ssid in ssids
        if network.ssid and (linked or FAMILIES[network.security] == "password"):
            anchors.setdefault(network.ssid, []).append(place)
    matching: dict[str, list[int]] = {}
    for place in said.left():
        name = said.networks[place].ssid or ""
        alike = [said.differences(place, other) for other in anchors.get(name, ())]
        if alike and all(both == (True, True) for both in alike):
            said.say(place, IMITATION, own=False)
        elif name in ssids:
            said.say(place, NAMED, own=True)
        elif (False, False) in alike:
            matching.setdefault(name, []).append(place)
    for places in matching.values():
        for place in places if len(places) <= MOST_OF_A_NAME else ():
            said.say(place, SAME_NAME, own=True)
    boxed = _in_their_boxes(said)
    for place in said.left():
        if said.networks[place].ssid in anchors and place not in boxed:
            said.say(place, NOT_SURE, own=None)


def _by_box(said: _Verdicts) -> None:
    for place in sorted(_in_their_boxes(said)):
        said.say(place, SAME_BOX, own=True)


def _in_their_boxes(said: _Verdicts) -> frozenset[int]:
    """Who is left and comes out of the box of one that is own."""
    own = sorted((number(b), place) for place in said.yes() if (b := said.networks[place].bssid) is not None)
    found = set()
    for place in said.left():
        bssid = said.networks[place].bssid
        if bssid is None:
            continue
        near = own[bisect_left(own, (number(bssid) - NEAR, -1)) : bisect_left(own, (number(bssid) + NEAR + 1, -1))]
        if any(one_box(said.networks[place], said.networks[other]) for _, other in near):
            found.add(place)
    return frozenset(found)


def _by_prefix(said: _Verdicts, gateway_mac: EUI) -> None:
    wanted = int(maker_address(gateway_mac)) >> _PREFIX
    found = [
        place
        for place in said.left()
        if (bssid := said.networks[place].bssid) is not None and int(maker_address(bssid)) >> _PREFIX == wanted
    ]
    networks = [said.networks[place] for place in found]
    if (len({n.ssid for n in networks}) == 1 and networks[0].ssid) or len(together(networks)) == 1:
        for place in found:
            said.say(place, SAME_PREFIX, own=True)
