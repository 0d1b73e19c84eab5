"""ADB: does Android's debugging let in whoever connects? One CNXN, and nothing after it.

The answer tells: CNXN is a session for everybody, AUTH asks for a signature (for which a person has to confirm our key on
the screen, and only if we offered one, which we never do), STLS for TLS with a known key. No stream is opened. A lock or
hub is asked, too: the greeting neither guesses nor writes, and an open session there is the worst that there is.

Source: protocol.txt in Android's packages/modules/adb (messages, CONNECT, AUTH, STLS, the constants).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from netguard.model.device import Device, Service
from netguard.model.observation import Fact
from netguard.model.vocabulary import PortState, Transport
from netguard.net import limits
from netguard.net.access import Net
from netguard.net.failures import NoAnswer
from netguard.probe import _said
from netguard.probe._contract import Ask, Learnt, Target, looked_at, open_tcp

NEEDS = frozenset({"ports", "banners"})
PROVIDES = frozenset({"adb"})

PORT = 5555
"""Where a device listens after `adb tcpip 5555` (Android's adb documentation, "Connect to a device over Wi-Fi"). 5037 is
the port of the server on a developer's own computer, which is something else."""

TYPES = frozenset({"_adb._tcp", "_adb-tls-connect._tcp"})
"""DNS-SD types of wireless debugging (adb_mdns.h in packages/modules/adb), of a port that changes."""

VERSION, MAX_DATA = 0x01000000, 4096
"""The first version of the protocol and the longest payload that every version takes before the other side has said more."""

MAX_PAYLOAD = 4096
"""Bytes read of the answer's payload: none before the session is open may be longer; stops a length of 4 GiB."""

_HEADER = 24
_CNXN, _AUTH, _STLS = 0x4E584E43, 0x48545541, 0x534C5453
_OURSELVES = b"host"
"""The system type of the computer's side: whoever answers with it repeats our words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What it asks for (`key`, `tls` or `none`), and what it said of itself when it asked for nothing."""

    authentication: str
    banner: str | None = None


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """In the deep round 5555, and what the device or its record says is ADB."""
    if ask.round != "deep":
        return
    ports = (_said.ports(device, ask, types=TYPES, word="ADB") | {PORT}) - limits.PAYLOAD_BLOCKED_PORTS
    for service in open_tcp(device):
        other = looked_at(ask, service, "tls.version", "http.status", "ssh.banner", "telnet.banner")
        if service.port in ports and not other and not looked_at(ask, service, "adb.authentication"):
            yield Target(address=service.address, port=service.port)


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """`adb.authentication`, and `adb.banner` where that is `none`. Raises `NoAnswer` when it speaks no ADB."""
    assert target.port is not None  # noqa: S101 - wants() gives one
    with net.connect(target.address, target.port) as connection:
        connection.send(message(_CNXN, VERSION, MAX_DATA, b"host::\0"))
        answer = read(connection.receive(enough=is_complete))
    yield Service(address=target.address, transport=Transport.TCP, port=target.port, state=PortState.OPEN, name="adb")
    yield Fact(kind="adb.authentication", value=answer.authentication, transport=Transport.TCP, port=target.port)
    if answer.banner is not None:
        yield Fact(kind="adb.banner", value=answer.banner, transport=Transport.TCP, port=target.port)


def message(command: int, first: int, second: int, payload: bytes) -> bytes:
    """One message. What the protocol calls a CRC is the sum of the payload's bytes."""
    words = (command, first, second, len(payload), sum(payload), command ^ 0xFFFFFFFF)
    return b"".join(word.to_bytes(4, "little") for word in words) + payload


def _words(said: bytes) -> tuple[int, ...]:
    return tuple(int.from_bytes(said[at : at + 4], "little") for at in range(0, _HEADER, 4))


def is_complete(said: bytes) -> bool:
    """Whether a whole message is there, or something else is."""
    if len(said) < _HEADER:
        return False
    command, _, _, length, _, magic = _words(said)
    return command ^ magic != 0xFFFFFFFF or length > MAX_PAYLOAD or len(said) >= _HEADER + length


def read(said: bytes) -> Answer:
    """What the answer to CNXN says. Raises `NoAnswer` when it is none."""
    if not said:
        raise NoAnswer("it took the connection and said nothing that ADB would")
    if len(said) >= _HEADER:
        command, _, _, length, _, magic = _words(said)
        if command ^ magic == 0xFFFFFFFF and length <= MAX_PAYLOAD:
            banner = said[_HEADER : _HEADER + length]
            if command == _AUTH:
                return Answer(authentication="key")
            if command == _STLS:
                return Answer(authentication="tls")
            if command == _CNXN and not banner.startswith(_OURSELVES):
                return Answer(authentication="none", banner=banner.rstrip(b"\0").decode("utf-8", "replace"))
    raise NoAnswer("it answered something that is not ADB")
