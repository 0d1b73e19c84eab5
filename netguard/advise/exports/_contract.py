"""What of a router's configuration a plan is made of, and how the readers' findings become that. Pure.

The text comes from a person's own router, and devices have put names into it: every value is read as a number, an address
or a checked name, or not at all.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from netaddr import EUI, IPAddress, IPNetwork

from netguard.advise import planaddress, planfile
from netguard.model import address
from netguard.model.observation import clean
from netguard.model.plan import MAX_ENTRIES, MAX_SEGMENTS, InterfaceName, Name, Segment, SegmentRole

MAX_EXPORT = 8 * 1024 * 1024
"""Bytes of an export (8 MiB); one with a block list of thousands of addresses has about one. Stops a file made to fill memory."""

MAX_RESERVATIONS = 1024
"""Reserved addresses that are kept; a plan has at most 256 members. Stops a file made to fill memory."""

MAX_REMARKS = 16
"""Remarks that are kept; a person reads a few."""

MAX_SHOWN = 40
"""Characters of a router's word in a remark."""

MAX_CANDIDATES = 256
"""Networks that are looked at; routers of homes have up to a dozen. Stops a file that makes each be compared with each."""

GUEST_WORDS = ("guest", "gast", "gaest", "gäste", "invit", "ospit", "visitor")
IOT_WORDS = ("iot", "thing", "smart", "gadget", "cam", "cctv", "lock", "domot")
"""What people begin the names of such networks with. A guess, and said to be one where it decides."""

_LABEL = re.compile(r"(?:(?:vlan|vif)[-_. ]*[0-9]*|br|bridge|if|net)[-_. ]+(?=[a-z])")
"""What stands before a network's own name: `vlan-iot`, `VLAN20_iot`, `br-guest`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """An address that the router's DHCP server keeps for one device."""

    mac: EUI
    address: IPAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What a router's configuration says of its networks."""

    platform: str
    """Id of the module that read it."""
    wan: InterfaceName | None
    """The interface that leads to the internet; null where none was recognised."""
    segments: tuple[Segment, ...]
    """As a plan wants them; whether one is trusted, iot or guest is guessed by its name."""
    reservations: tuple[Reservation, ...] = ()
    new_interface: str
    """How the interface of one more network is called there: `br-{name}`, `vlan-{name}`, `eth1.{vlan}`."""
    taken: tuple[IPNetwork, ...] = ()
    """Prefixes that are there, but not in a segment: a second one of it, the internet side's, what was left out."""
    remarks: tuple[str, ...] = ()
    """What was not understood or left out, a sentence each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One network as a router has it, all of it still the router's own words."""

    label: str
    interface: str
    vlan: str | None = None
    addresses: tuple[str, ...] = ()
    """The router's own in it, each with the prefix's length: `192.168.1.1/24`."""
    hints: tuple[str, ...] = ()
    """Further words that tell what it is for: its zone, its description."""


def export(
    platform: str,
    *,
    wan: Sequence[str],
    candidates: Iterable[Candidate],
    reservations: Iterable[tuple[str, str]],
    new_interface: str,
) -> Export:
    """The export that a reader's findings make. `wan` are the interfaces that may lead to the internet, the likeliest first."""
    remarks: list[str] = []
    outside = next((name for name in map(_interface, wan) if name is not None), None)
    if outside is None:
        remarks.append(
            "Which interface leads to the internet could not be told; the plan says a name that you have to check."
        )
    segments: list[Segment] = []
    taken: list[IPNetwork] = []
    for candidate in list(candidates)[:MAX_CANDIDATES]:
        if candidate.interface in wan:
            taken += [network for network, _ in _own(candidate)]
            continue
        made = _segment(candidate, segments)
        if isinstance(made, Segment) and len(segments) < MAX_SEGMENTS:
            segments.append(made)
            taken += [network for network, _ in _own(candidate) if network not in (made.prefix, made.prefix6)]
            continue
        taken += [network for network, _ in _own(candidate)]
        reason = made if isinstance(made, str) else f"a plan has at most {MAX_SEGMENTS} networks"
        if reason:
            remarks.append(f"The network {_shown(candidate.label)} was left out: {reason}.")
    return Export(
        platform=platform,
        wan=outside,
        segments=tuple(segments),
        reservations=tuple(_reservations(reservations)),
        new_interface=new_interface,
        taken=tuple(dict.fromkeys(taken)),
        remarks=tuple(remarks[:MAX_REMARKS]),
    )


def role_of(*words: str) -> SegmentRole | None:
    """What a network with these names is for; null where they do not say."""
    parts = [part for word in words for part in re.split(r"[^a-zä]+", word[:MAX_SHOWN].lower()) if part]
    for role, starts in ((SegmentRole.GUEST, GUEST_WORDS), (SegmentRole.IOT, IOT_WORDS)):
        if any(part.startswith(starts) for part in parts):
            return role
    return None


def name_of(label: str, taken: Iterable[str]) -> Name:
    """A plan's name made of a router's word, another one than those in `taken`."""
    low = label[: MAX_SHOWN * 4].lower()
    short = re.sub(r"[^a-z0-9]+", "-", _LABEL.sub("", low, count=1)).strip("-")[:16].strip("-")
    base = short if re.match(r"[a-z]", short) else f"net-{short}".rstrip("-")
    used = {*taken, *planfile.RESERVED}
    found = next(n for n in (base, *(f"{base}-{number}" for number in range(2, len(used) + 3))) if n not in used)
    return Name.of(found)


def _segment(candidate: Candidate, before: Sequence[Segment]) -> Segment | str:
    """The candidate as a plan has it, else why no plan can; an empty reason where nobody would miss it."""
    interface = _interface(candidate.interface)
    own = _own(candidate)
    fit = [(network, router) for network, router in own if planaddress.unfit(network) is None]
    four, six = (next((n for n, _ in fit if n.version == version), None) for version in (4, 6))
    if four is None and six is None:
        return f"{own[0][0]} is no network of a home" if own else ""
    if not candidate.interface:
        return "its interface has no name in the configuration, as with a network that is on Wi-Fi only; write it in by hand"
    if interface is None:
        return f"its interface is called {_shown(candidate.interface)}, which no plan can say; rename it, or write it in by hand"
    for other in before:
        if interface == other.interface:
            return f"{interface} is {other.name}'s already"
        for mine, theirs in ((four, other.prefix), (six, other.prefix6)):
            if mine is not None and theirs is not None and (mine in theirs or theirs in mine):
                return f"{mine} overlaps with {theirs} of {other.name}"
    vlan = _vlan(candidate.vlan)
    return Segment(
        name=name_of(candidate.label, [s.name for s in before]),
        role=role_of(candidate.label, *candidate.hints) or SegmentRole.TRUSTED,
        interface=interface,
        vlan=None if vlan in {s.vlan for s in before} else vlan,
        prefix=four,
        prefix6=six,
        router=tuple(dict.fromkeys(r for n, r in fit if n in (four, six) and not _is_network(r, n)))[:MAX_ENTRIES],
    )


def _is_network(router: IPAddress, network: IPNetwork) -> bool:
    return planaddress.is_of_all(router, network)


def _own(candidate: Candidate) -> list[tuple[IPNetwork, IPAddress]]:
    """The router's addresses that can be read, each with its network."""
    found = []
    for text in candidate.addresses[:MAX_ENTRIES]:
        if "/" not in text:
            continue
        try:
            found.append((address.network(text), address.ip(text.partition("/")[0])))
        except ValueError:
            continue
    return found


def _interface(text: str) -> InterfaceName | None:
    try:
        return InterfaceName.of(text)
    except ValueError:
        return None


def _vlan(text: str | None) -> int | None:
    """A VLAN's number; null for what is none (IEEE 802.1Q, 9.6)."""
    number = int(text) if text is not None and re.fullmatch(r"[0-9]{1,4}", text) else 0
    return number if 1 <= number <= 4094 else None


def _reservations(found: Iterable[tuple[str, str]]) -> Iterable[Reservation]:
    for number, (mac, own) in enumerate(found):
        if number >= MAX_RESERVATIONS:
            return
        try:
            yield Reservation(mac=planaddress.station(mac), address=planaddress.whole(own))
        except ValueError:
            continue


def _shown(text: str) -> str:
    return f"“{clean(text, MAX_SHOWN)}”"
