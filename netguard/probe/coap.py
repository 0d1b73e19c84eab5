"""CoAP: what does a thing offer to whoever asks? One GET of /.well-known/core (RFC 7252, 7.2; RFC 6690).

The question is not confirmable (RFC 7252, 4.3), so that a device that answers late waits for nothing from us. What it
lists is not asked for, and of a list in several blocks (RFC 7959) only the first is read: one packet. Port 5684 is CoAP within DTLS, which says nothing to a plain question.

Who is asked: at depth standard whoever announces CoAP; at depth deep the things and the hubs that things talk to, too.
"""

import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from netguard.model.device import Device
from netguard.model.observation import MAX_ITEMS, MAX_TEXT, Fact
from netguard.model.vocabulary import HUB_ROLES, Depth, Role, Transport
from netguard.net import limits
from netguard.net.access import Net
from netguard.net.failures import NoAnswer
from netguard.probe import _udp
from netguard.probe._contract import Ask, Learnt, Target

NEEDS = frozenset({"ports"})
PROVIDES = frozenset({"coap"})

PORT, DTLS_PORT = 5683, 5684
"""RFC 7252, 6.1 and 6.2."""

TYPES = frozenset({"_coap._udp"})
"""DNS-SD type by IANA's service name (RFC 7252, 12.6; RFC 6763, 7)."""

ROLES = HUB_ROLES | {
    Role.LIGHT,
    Role.PLUG,
    Role.SENSOR,
    Role.APPLIANCE,
    Role.THERMOSTAT,
    Role.THREAD_BORDER_ROUTER,
}

MAX_ANNOUNCED = 2
"""Announced ports that are asked; stops a device that announces thousands."""

MAX_OPTIONS = 32
"""Options of an answer that are stepped over; one with a list has three."""

_VERSION = 1
_NON, _RST = 1, 3
"""Types of messages (RFC 7252, 3): not confirmable, reset."""
_GET, _CONTENT, _EMPTY = 0x01, 0x45, 0x00
"""Codes 0.01, 2.05 and 0.00 (RFC 7252, 12.1)."""
_RESPONSES = frozenset({2, 4, 5})
"""Classes of codes that are responses (RFC 7252, 12.1.2)."""
_TOKEN_BYTES = 4

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_LINK = re.compile(r"<([^<>]*)>")
"""The target of one link (RFC 6690, 2); what stands in quotes is text, `<` included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What it lists, null where it declines to."""

    resources: tuple[str, ...] | None


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """UDP 5683 or what it announces in its place, by the rule above."""
    if not _udp.is_due(device, ask):
        return
    announced = {
        fact.port
        for fact in ask.facts
        if fact.kind == "dnssd.type" and fact.value in TYPES and fact.port not in {None, DTLS_PORT}
    }
    ports = sorted(port for port in announced if port and port not in limits.PAYLOAD_BLOCKED_PORTS)[:MAX_ANNOUNCED]
    if not ports and ask.depth is Depth.DEEP and device.role in ROLES:
        ports = [PORT]
    for port in ports:
        yield from _udp.target(device, port)


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """`coap.resources` where it lists them. Raises `NoAnswer` when it is silent or speaks no CoAP."""
    number, token = secrets.token_bytes(2), secrets.token_bytes(_TOKEN_BYTES)
    said = _udp.ask_once(target, net, request(number, token))
    yield _udp.asked(target)
    if said is None:
        return
    yield _udp.opened(target)
    answer = read(said, number, token)
    yield _udp.opened(target, "coap")
    if answer.resources is not None:
        yield Fact(kind="coap.resources", value=answer.resources, transport=Transport.UDP, port=target.port)


def request(number: bytes, token: bytes) -> bytes:
    """A GET of /.well-known/core with message id `number` (two bytes) and `token` (RFC 7252, 3 and 5.10.1)."""
    header = bytes((_VERSION << 6 | _NON << 4 | len(token), _GET))
    # Uri-Path is option 11: the first with that delta, the second with none, each with its length.
    return header + number + token + b"\xbb.well-known\x04core"


def read(said: bytes, number: bytes, token: bytes) -> Answer:
    """What the answer to our request says. Raises `NoAnswer` for anything else.

    A reset is one, too: CoAP that has nothing to say to it (RFC 7252, 4.3).
    """
    if len(said) >= 4 and said[0] >> 6 == _VERSION:
        kind, length, code = said[0] >> 4 & 0x03, said[0] & 0x0F, said[1]
        if (kind, code, said[2:]) == (_RST, _EMPTY, number):
            return Answer(resources=None)
        if code >> 5 in _RESPONSES and said[4 : 4 + length] == token:
            return Answer(resources=links(_payload(said, 4 + length)) if code == _CONTENT else None)
    raise NoAnswer("it answered something that is not CoAP")


def links(text: bytes) -> tuple[str, ...]:
    """The targets of a list of links, `</lights>;rt="light"`, at most `MAX_ITEMS`."""
    plain = _QUOTED.sub("", text.decode("utf-8", "replace"))
    found: dict[str, None] = {}
    for link in _LINK.finditer(plain):
        found[link[1][:MAX_TEXT]] = None
        if len(found) == MAX_ITEMS:
            break
    return tuple(found)


def _payload(said: bytes, at: int) -> bytes:
    """What follows the options and their marker (RFC 7252, 3.1); nothing where these are broken."""
    for _ in range(MAX_OPTIONS):
        if at >= len(said):
            return b""
        if said[at] == 0xFF:
            return said[at + 1 :]
        delta, length = said[at] >> 4, said[at] & 0x0F
        at += 1
        sizes = []
        for nibble in (delta, length):
            extra = {13: 1, 14: 2}.get(nibble, 0)
            if nibble == 15:
                return b""
            sizes.append({13: 13, 14: 269}.get(nibble, nibble) + int.from_bytes(said[at : at + extra]))
            at += extra
        at += sizes[1]
    return b""
