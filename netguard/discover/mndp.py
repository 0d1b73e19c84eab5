"""MikroTik neighbour discovery (MNDP, UDP 5678): asks everybody once, and hears what MikroTik devices say of themselves.

MikroTik documents what it is for (help.mikrotik.com, Neighbor discovery), not its bytes. These are as Wireshark's dissector
`packet-mndp.c` and nmap's `broadcast-mndp-discover` know them: four bytes of header, then type, length and value, the numbers
in network order. The question is a header of zeros. Devices answer it, and announce themselves every minute or so, by
sending to everybody at port 5678.
"""

import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from netaddr import EUI, IPAddress

from netguard.discover._contract import Ask
from netguard.model import address as addresses
from netguard.model.observation import Fact, Sighting, clean
from netguard.model.vocabulary import Transport
from netguard.net.access import Net
from netguard.net.guard import BROADCAST

AFTER: frozenset[str] = frozenset()
LISTENS = False

PORT = 5678
QUESTION = bytes(4)

ASKED = 2
"""Times it is asked, since broadcast gets lost on Wi-Fi; nmap's script asks twice, too."""

LISTEN_SECONDS = 1.5
"""Devices answer at once; a sleeping Wi-Fi station is woken for broadcast after at most a few beacon intervals (0.1 s each)."""

MAX_ELEMENTS = 32
"""Elements read of one announcement; RouterOS 7 sends eleven. Stops thousands of empty ones."""

MAX_ANSWERS = 8
"""Announcements kept of one address: one for each port of a bridge. Stops endless new names."""

MAX_SOURCES = 256
"""Addresses listened to; stops forged sources from filling the memory."""

_ELEMENT = struct.Struct("!HH")
_MAC, _IDENTITY, _VERSION, _PLATFORM, _BOARD = 1, 5, 7, 8, 12
"""Types of elements (packet-mndp.c)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One announcement. What it does not say is empty; `mac` is what it says of itself."""

    mac: EUI
    identity: str = ""
    version: str = ""
    platform: str = ""
    board: str = ""


def skip(ask: Ask) -> str | None:
    """Why it cannot run here; None when it can."""
    return None if any(a.version == 4 for a in ask.own_addresses) else "this interface has no IPv4 address"


def discover(ask: Ask, net: Net) -> Iterator[Sighting]:
    """One sighting for every different announcement.

    Raises `NoAnswer` when everybody cannot be asked, or another program keeps the port to itself.
    """
    own = {net.source, *ask.own_addresses}
    heard: dict[tuple[IPAddress, Heard], None] = {}
    kept: Counter[IPAddress] = Counter()
    loud: set[IPAddress] = set()
    with net.datagrams(family=4, broadcast_port=PORT) as datagrams:
        for _ in range(ASKED):
            datagrams.send(QUESTION, BROADCAST, PORT)
        for data, source in datagrams.hear(LISTEN_SECONDS):
            said = parse(data) if source not in own and ask.is_target(source) else None
            if said is None or (source, said) in heard or (source not in kept and len(kept) >= MAX_SOURCES):
                continue
            if kept[source] >= MAX_ANSWERS:
                loud.add(source)
                continue
            kept[source] += 1
            heard[source, said] = None
        loud |= {source for source in datagrams.flooders if source not in own and ask.is_target(source)}
    known = {(n.address, n.mac) for n in ask.neighbours()} if heard else set()
    for source, said in heard:
        # Anybody can write another one's MAC into it: it is told, and counts only where this computer knows it from the link.
        yield _sighting(source, said, said.mac if (source, said.mac) in known else None)
    for source in sorted(loud):
        yield Sighting(
            source="mndp",
            detail="said more than was read of it",
            address=source,
            facts=(Fact(kind="link.flood", value="mndp", transport=Transport.UDP, port=PORT),),
        )


def parse(data: bytes) -> Heard | None:
    """What an announcement says; None for anything else, questions and malformed ones included.

    Only what says a MAC and at least one of its texts counts as one.
    """
    elements = _elements(data[len(QUESTION) :])
    raw = elements.get(_MAC, b"")
    if len(raw) != 6:
        return None
    heard = Heard(
        mac=addresses.mac(raw.hex(":")),
        identity=_text(elements, _IDENTITY),
        version=_text(elements, _VERSION),
        platform=_text(elements, _PLATFORM),
        board=_text(elements, _BOARD),
    )
    return heard if heard.identity or heard.version or heard.board else None


def _elements(data: bytes) -> dict[int, bytes]:
    """The first value of each type; empty where an element leads beyond the end or there are too many."""
    found: dict[int, bytes] = {}
    at = 0
    for _ in range(MAX_ELEMENTS):
        if at == len(data):
            return found
        if at + _ELEMENT.size > len(data):
            return {}
        kind, length = _ELEMENT.unpack_from(data, at)
        at += _ELEMENT.size
        if at + length > len(data):
            return {}
        found.setdefault(kind, data[at : at + length])
        at += length
    return found if at == len(data) else {}


def _text(elements: dict[int, bytes], kind: int) -> str:
    return clean(elements.get(kind, b"").rstrip(b"\0").decode("utf-8", "replace"))


def _sighting(source: IPAddress, heard: Heard, mac: EUI | None) -> Sighting:
    said = (
        ("mndp.identity", heard.identity),
        ("mndp.version", heard.version),
        ("mndp.board", heard.board),
        # `7.15.3 (stable) 2024-07-24 10:39:01` or `6.10`; other makes that speak MNDP number otherwise.
        ("firmware.version", heard.version.split(" ")[0] if heard.platform == "MikroTik" else ""),
    )
    what = " ".join(text for text in (heard.platform, heard.board, heard.version) if text)
    return Sighting(
        source="mndp",
        detail=f"{heard.identity or 'an unnamed device'} ({what}); states the MAC {heard.mac}",
        address=source,
        mac=mac,
        hostnames=(heard.identity,),
        facts=tuple(Fact(kind=kind, value=text, transport=Transport.UDP, port=PORT) for kind, text in said if text),
    )
