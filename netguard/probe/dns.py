"""DNS: which name server is it, and does it offer to ask others? One question for version.bind, class CHAOS, type TXT.

The server answers that by itself (RFC 4892, 1 tells of the convention), and nothing leaves the home for it: the question
says that nobody else is to be asked (RD is 0; RFC 1035, 4.1.1), and a name in class CHAOS belongs to the server that is
asked. The answer's RA bit says whether it would ask others for us.

Who is asked: the router, and whatever has TCP 53 open (who serves names over UDP does so over TCP, too: RFC 7766, 5).
"""

import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from netguard.model.device import Device
from netguard.model.observation import Fact, clean
from netguard.model.vocabulary import Role, Transport
from netguard.net.access import Net
from netguard.net.failures import NoAnswer
from netguard.probe import _udp
from netguard.probe._contract import Ask, Learnt, Target, open_tcp

NEEDS = frozenset({"ports"})
PROVIDES = frozenset({"dns"})

PORT = 53
"""RFC 1035, 4.2."""

MAX_ADDRESSES = 2
"""Addresses of one device that are asked, its first and another one with TCP 53 open; stops one that claims many."""

MAX_RECORDS = 8
"""Records of an answer that are looked through for the text; version.bind has one."""

MAX_LABELS = 128
"""Labels of one name that are stepped over: a name has at most 127 (RFC 1035, 2.3.4: 255 bytes)."""

MAX_PRODUCT, MAX_VERSION = 80, 40
"""Characters kept of the two halves of a version text, as in HTTP."""

QUESTION = b"\x07version\x04bind\x00" + b"\x00\x10" + b"\x00\x03"
"""Name, type TXT (16) and class CHAOS (3): RFC 1035, 3.2.2, 3.2.4 and 4.1.2."""

_HEADER = 12
_ANSWER, _AVAILABLE = 0x8000, 0x0080
_OPCODE = 0x7800
_TXT, _CHAOS = 16, 3

_PRODUCT = re.compile(r"(?P<product>[A-Za-z][A-Za-z .-]{0,40}?)[ -]v?(?P<version>\d[\w.+-]{0,60})")
"""`dnsmasq-2.90`, `unbound 1.17.1`, `PowerDNS Recursor 4.8.0 (built ...)`."""
_BARE = re.compile(r"\d+\.\d+\.\d+[\w.+-]{0,60}")
"""BIND gives its number alone (its reference manual, option `version`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Whether it offers recursion, and what it says of its version; null where it declines."""

    recursion: bool
    version: str | None


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """UDP 53, by the rule above, at the first address of a router and wherever TCP 53 is open."""
    if not _udp.is_due(device, ask):
        return
    at = dict.fromkeys(device.addresses[:1] if device.role is Role.ROUTER else ())
    at |= dict.fromkeys(s.address for s in open_tcp(device) if s.port == PORT)
    for address in tuple(at)[:MAX_ADDRESSES]:
        yield from _udp.target(device, PORT, address)


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """`dns.recursion`, and `dns.version` where it tells. Raises `NoAnswer` when it is silent or no name server."""
    number = secrets.token_bytes(2)
    said = _udp.ask_once(target, net, query(number))
    yield _udp.asked(target)
    if said is None:
        return
    yield _udp.opened(target)
    answer = read(said, number)
    yield _udp.opened(target, "dns", *product(answer.version or ""))
    yield Fact(kind="dns.recursion", value=answer.recursion, transport=Transport.UDP, port=target.port)
    if answer.version:
        yield Fact(kind="dns.version", value=answer.version, transport=Transport.UDP, port=target.port)


def query(number: bytes) -> bytes:
    """The question; `number`, two bytes, comes back in the answer. No flag is set, RD neither."""
    return number + b"\0\0" + b"\0\x01" + bytes(6) + QUESTION


def read(said: bytes, number: bytes) -> Answer:
    """What the answer to our question says. Raises `NoAnswer` for anything else."""
    flags = int.from_bytes(said[2:4])
    if len(said) < _HEADER or said[:2] != number or not flags & _ANSWER or flags & _OPCODE:
        raise NoAnswer("it answered something that is not DNS")
    try:
        version = _text(said)
    except (ValueError, IndexError):
        version = None
    return Answer(recursion=bool(flags & _AVAILABLE), version=version)


def product(version: str) -> tuple[str | None, str | None]:
    """Product and version of a version text, null where it has none: people put jokes there, too."""
    if found := _PRODUCT.match(version):
        return clean(found["product"], MAX_PRODUCT), clean(found["version"], MAX_VERSION)
    if found := _BARE.match(version):
        return "BIND", clean(found[0], MAX_VERSION)
    return None, None


def _text(said: bytes) -> str | None:
    """The first TXT record of class CHAOS, its strings joined. Raises ValueError or IndexError when it is broken."""
    questions, records = int.from_bytes(said[4:6]), int.from_bytes(said[6:8])
    if questions > 1:
        raise ValueError("more questions than were asked")
    at = _HEADER
    if questions:
        at = _after_name(said, at) + 4
    for _ in range(min(records, MAX_RECORDS)):
        at = _after_name(said, at)
        kind, family, length = (int.from_bytes(said[at + i : at + i + 2]) for i in (0, 2, 8))
        data = said[at + 10 : at + 10 + length]
        if len(data) < length:
            raise ValueError("a record that ends too early")
        if (kind, family) == (_TXT, _CHAOS):
            return _strings(data)
        at += 10 + length
    return None


def _after_name(said: bytes, at: int) -> int:
    """Where the name that begins at `at` ends. Compression (RFC 1035, 4.1.4) ends it; nothing is followed."""
    for _ in range(MAX_LABELS):
        length = said[at]
        if length & 0xC0 == 0xC0:
            return at + 2
        if length == 0:
            return at + 1
        if length & 0xC0:
            raise ValueError("a label of a kind that there is not")
        at += 1 + length
    raise ValueError("a name that does not end")


def _strings(data: bytes) -> str:
    """The character strings of a TXT record (RFC 1035, 3.3.14), one after the other."""
    text, at = b"", 0
    while at < len(data):
        text += data[at + 1 : at + 1 + data[at]]
        at += 1 + data[at]
    return clean(text.decode("utf-8", "replace"))
