"""NetBIOS node status (RFC 1002, 4.2.17): asks every IPv4 address found for the names it holds. Windows, NAS and printers answer."""

import secrets
import struct
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from netaddr import EUI, IPAddress

from netguard.discover._contract import Ask
from netguard.model import address as addresses
from netguard.model.observation import Fact, Sighting, clean
from netguard.model.vocabulary import Transport
from netguard.net.access import Net
from netguard.net.datagram import Datagrams
from netguard.net.failures import NoAnswer, RefusedByUs

AFTER = frozenset({"arp", "ndp", "ping"})
LISTENS = False

PORT = 137
"""RFC 1002, 4.2: NetBIOS name service."""

PAUSE_SECONDS = 0.004
"""Between two questions, which also listens: 250 a second, each to somebody else, is nothing to anybody's network."""

QUIET_SECONDS = 0.25
"""Listening is over when nobody has answered for so long: answers come at once, or after a Wi-Fi beacon or two."""

LONGEST_SECONDS = 0.6
"""Longest listening after the last question."""

STEP_SECONDS = 0.05
"""Listening between two looks whether anybody answered."""

MAX_ASKED = 512
"""Addresses asked; stops somebody who answers for a whole network from making it long."""

MAX_NAMES = 32
"""Names read of one answer; a domain controller holds about a dozen."""

_HEADER = struct.Struct("!6H")
_TAIL = struct.Struct("!HHIH")
_NAME = struct.Struct("!15sBH")
_NBSTAT, _INTERNET = 0x21, 1
_RESPONSE, _GROUP = 0x8000, 0x8000
_CODE = 0x000F
_WILDCARD = b"\x20CK" + b"A" * 30 + b"\0"
"""The name `*` and fifteen zeroes, two letters a byte (RFC 1001, 14.1; RFC 1002, 4.2.17)."""
_WORKSTATION, _FILE_SERVER = 0x00, 0x20
"""Suffixes of the names that a computer holds for itself alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """An answer: (name, suffix 0-255, whether a group's) in the order said, and the MAC it states; null when zero."""

    names: tuple[tuple[str, int, bool], ...]
    mac: EUI | None = None


def skip(ask: Ask) -> str | None:
    """Why it cannot run here; None when it can."""
    return None if any(a.version == 4 for a in ask.own_addresses) else "this interface has no IPv4 address"


def discover(ask: Ask, net: Net) -> Iterator[Sighting]:
    """One sighting for each address that answered. Locks and hubs are not asked; they speak no NetBIOS."""
    asked: dict[IPAddress, int] = {}
    with net.datagrams(family=4) as datagrams:
        for address in _worth_asking(ask, net):
            asked[address] = secrets.randbelow(1 << 16)
            # One that cannot be reached just now costs nobody else's answers.
            with suppress(NoAnswer, RefusedByUs):
                datagrams.send(query(asked[address]), address, PORT)
            yield from _heard(datagrams, asked, PAUSE_SECONDS)
        quiet, end = 0, time.monotonic() + LONGEST_SECONDS
        for _ in range(round(LONGEST_SECONDS / STEP_SECONDS) if asked else 0):
            answers = list(_heard(datagrams, asked, STEP_SECONDS))
            yield from answers
            quiet = 0 if answers else quiet + 1
            if quiet * STEP_SECONDS >= QUIET_SECONDS or time.monotonic() > end:
                return


def query(number: int) -> bytes:
    """A node status request with transaction id `number` (0-65535), 50 bytes (RFC 1002, 4.2.17)."""
    return _HEADER.pack(number, 0, 1, 0, 0, 0) + _WILDCARD + struct.pack("!HH", _NBSTAT, _INTERNET)


def parse(data: bytes, number: int) -> Status | None:
    """The answer to the question `number`; None for anything else (RFC 1002, 4.2.18)."""
    start = _HEADER.size + len(_WILDCARD)
    if len(data) <= start + _TAIL.size:
        return None
    said, flags, questions, answers, _, _ = _HEADER.unpack_from(data)
    kind, group, _, length = _TAIL.unpack_from(data, start)
    if said != number or not flags & _RESPONSE or flags & _CODE or questions or answers != 1:
        return None
    if data[_HEADER.size : start].upper() != _WILDCARD or (kind, group) != (_NBSTAT, _INTERNET):
        return None
    body = data[start + _TAIL.size :][:length]
    count, names = body[0] if body else 0, []
    for index in range(min(count, MAX_NAMES)):
        if len(body) < 1 + (index + 1) * _NAME.size:
            break
        raw, suffix, flags = _NAME.unpack_from(body, 1 + index * _NAME.size)
        if name := clean(_text(raw)):
            names.append((name, suffix, bool(flags & _GROUP)))
    unit = body[1 + count * _NAME.size :][:6]
    mac = addresses.mac(unit.hex(":")) if len(unit) == 6 and any(unit) else None
    return Status(names=tuple(names), mac=mac) if names else None


def _text(raw: bytes) -> str:
    """Fifteen bytes filled up with blanks. Newer systems write UTF-8, older Windows the DOS letters of Western Europe."""
    try:
        return raw.decode("utf-8").rstrip(" \0")
    except UnicodeDecodeError:
        return raw.decode("cp850").rstrip(" \0")


def _worth_asking(ask: Ask, net: Net) -> list[IPAddress]:
    gateway = ask.surroundings.vantage.gateway
    spared = set(ask.hubs()) - ({gateway.address} if gateway is not None else set())
    own = {net.source, *ask.own_addresses}
    return [
        a
        for a in ask.found()
        if a.version == 4 and a not in spared and a not in own and ask.is_target(a) and net.may_touch(a)
    ][:MAX_ASKED]


def _heard(datagrams: Datagrams, asked: dict[IPAddress, int], seconds: float) -> Iterator[Sighting]:
    """What is heard in `seconds`; who has answered is taken out of `asked`."""
    for data, source in datagrams.hear(seconds):
        status = parse(data, asked[source]) if source in asked else None
        if status is not None:
            del asked[source]
            yield _sighting(source, status)


def _sighting(address: IPAddress, status: Status) -> Sighting:
    own = [
        name for suffix in (_WORKSTATION, _FILE_SERVER) for name, s, group in status.names if s == suffix and not group
    ]
    facts = [
        Fact(
            kind="netbios.group" if group else "netbios.name",
            value=f"{name}<{suffix:02X}>",
            transport=Transport.UDP,
            port=PORT,
        )
        for name, suffix, group in status.names
    ]
    # Whatever it says of its MAC is its word alone: it is told, and nothing is joined by it.
    states = f"; states the MAC {status.mac}" if status.mac is not None else ""
    return Sighting(
        source="netbios",
        detail=f"holds {', '.join(dict.fromkeys(str(f.value) for f in facts))}{states}",
        address=address,
        hostnames=tuple(own[:1]),
        facts=tuple(dict.fromkeys(facts)),
    )
