"""SMB: does it still take the dialect of version 1, and which is the newest it speaks? Two greetings, a connection each.

The first offers `NT LM 0.12` and nothing else, the second the dialects from 2.0.2 to 3.1.1. Nobody logs in: the session
setup that would follow is never sent. [MS-CIFS] 2.2.4.52 and 3.3.5.42, [MS-SMB2] 2.2.3, 2.2.4 and 3.3.5.4.
"""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto

from netguard.model.device import Device, Service
from netguard.model.observation import Fact, Value
from netguard.model.vocabulary import PortState, Transport
from netguard.net.access import Net
from netguard.net.failures import NoAnswer
from netguard.probe._contract import Ask, Learnt, Target, looked_at, open_tcp

NEEDS = frozenset({"ports"})
PROVIDES = frozenset({"smb"})

DIRECT_PORT, NETBIOS_PORT = 445, 139
"""SMB by itself over TCP ([MS-SMB2] 2.1), and within a NetBIOS session (RFC 1002, 4.3)."""

MAX_MESSAGE = 64 * 1024
"""Bytes of one message that are waited for. Answers to a greeting have some hundred; stops a length of 16 MiB."""

VERSION_1 = "NT LM 0.12"
"""The dialect that is SMB 1 ([MS-CIFS] 1.7)."""

DIALECTS = {0x0202: "2.0.2", 0x0210: "2.1", 0x0300: "3.0", 0x0302: "3.0.2", 0x0311: "3.1.1"}
"""Dialect revisions ([MS-SMB2] 2.2.4)."""

_NEGOTIATE_1, _NEGOTIATE_2 = 0x72, 0x0000
_REPLY_1, _REPLY_2 = 0x80, 0x00000001
"""SMB_FLAGS_REPLY ([MS-CIFS] 2.2.3.1) and SMB2_FLAGS_SERVER_TO_REDIR ([MS-SMB2] 2.2.1): what an echo does not have."""
_WORDS_1 = 17
"""WordCount of the answer that accepts NT LM 0.12 ([MS-CIFS] 2.2.4.52.2)."""
_SIZE_2 = 65
"""StructureSize of the answer ([MS-SMB2] 2.2.4)."""


class How(Enum):
    """How a greeting was received."""

    ACCEPTED = auto()
    REFUSED = auto()
    """It said so."""
    ENDED = auto()
    """It ended the connection without a word, which is how servers without version 1 refuse it ([MS-SMB2] 3.3.5.3)."""
    SILENT = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of one greeting; `dialect` is the one that was accepted, where it is one with a name."""

    how: How
    dialect: str | None = None


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """In the deep round 445, and 139 of an address where 445 is not open."""
    if ask.round != "deep":
        return
    services = open_tcp(device)
    direct = {s.address for s in services if s.port == DIRECT_PORT}
    for service in services:
        if looked_at(ask, service, "smb.v1", "smb.dialect"):
            continue
        if service.port == DIRECT_PORT or (service.port == NETBIOS_PORT and service.address not in direct):
            yield Target(address=service.address, port=service.port)


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """`smb.v1` and `smb.dialect`. Raises `NoAnswer` when it is no SMB, or one of the two could not be learnt."""
    port = target.port or 0
    found = Service(address=target.address, transport=Transport.TCP, port=port, state=PortState.OPEN, name="smb")

    def fact(kind: str, value: Value) -> Fact:
        return Fact(kind=kind, value=value, transport=Transport.TCP, port=port)

    old = _greet(target, net, negotiate_1())
    # An answer in version 2 to the greeting of version 1 refuses that.
    takes_1 = old.dialect == VERSION_1
    if old.how in {How.ACCEPTED, How.REFUSED}:
        yield found
        yield fact("smb.v1", takes_1)
    new = _greet(target, net, negotiate_2())
    if new.how in {How.ACCEPTED, How.REFUSED} and old.how in {How.ENDED, How.SILENT}:
        yield found
        if old.how is How.ENDED:
            yield fact("smb.v1", False)
    if new.dialect in DIALECTS.values():
        yield fact("smb.dialect", new.dialect)
    elif takes_1 and new.how is not How.SILENT:
        yield fact("smb.dialect", VERSION_1)
    if {old.how, new.how} <= {How.ENDED, How.SILENT}:
        raise NoAnswer("it took the connection and spoke no SMB")
    if How.SILENT in {old.how, new.how}:
        raise NoAnswer(f"it said nothing to the greeting of SMB {'1' if old.how is How.SILENT else '2 and 3'}")


def _greet(target: Target, net: Net, message: bytes) -> Answer:
    assert target.port is not None  # noqa: S101 - wants() gives one
    with net.connect(target.address, target.port) as connection:
        if target.port == NETBIOS_PORT:
            connection.send(session_request())
            check_session(connection.receive(enough=is_complete))
        connection.send(framed(message))
        said = connection.receive(enough=is_complete)
        if not said:
            return Answer(how=How.ENDED if connection.at_end else How.SILENT)
        return read(said)


def framed(message: bytes) -> bytes:
    """`message` as both transports carry it: a zero and its length in three bytes ([MS-SMB2] 2.1; RFC 1002, 4.3.1)."""
    return len(message).to_bytes(4) + message


def session_request() -> bytes:
    """A NetBIOS session with whichever server there is (RFC 1002, 4.3.2; `*SMBSERVER` is [MS-SMB] 2.1's name for it)."""
    names = b"".join(_first_level(name) for name in (b"*SMBSERVER".ljust(15) + b"\x20", b"NETGUARD".ljust(15) + b"\0"))
    return b"\x81\0" + len(names).to_bytes(2) + names


def _first_level(name: bytes) -> bytes:
    """A NetBIOS name in its first level encoding: each half of a byte is a letter from A (RFC 1001, 14.1)."""
    letters = bytes(half + 0x41 for byte in name for half in (byte >> 4, byte & 0x0F))
    return bytes((len(letters),)) + letters + b"\0"


def check_session(said: bytes) -> None:
    """Raises `NoAnswer` unless it is a POSITIVE SESSION RESPONSE (RFC 1002, 4.3.3)."""
    if said[:1] != b"\x82":
        raise NoAnswer("it took the connection and gave us no NetBIOS session")


def negotiate_1() -> bytes:
    """SMB_COM_NEGOTIATE with the one dialect ([MS-CIFS] 2.2.3.1 and 2.2.4.52.1)."""
    flags, flags2 = b"\x18", b"\x01\xc0"  # canonical paths without case; long names, NT status codes, Unicode
    header = b"\xffSMB" + bytes((_NEGOTIATE_1,)) + bytes(4) + flags + flags2 + bytes(12) + bytes(8)
    dialects = b"\x02" + VERSION_1.encode() + b"\0"
    return header + b"\0" + len(dialects).to_bytes(2, "little") + dialects


def negotiate_2() -> bytes:
    """SMB2 NEGOTIATE with all dialects ([MS-SMB2] 2.2.1.2 and 2.2.3).

    3.1.1 wants to be told of a hash for its preauthentication integrity (2.2.3.1.1): SHA-512 and 32 bytes of salt.
    """

    def number(value: int, size: int) -> bytes:
        return value.to_bytes(size, "little")

    header = (
        b"\xfeSMB" + number(64, 2) + bytes(6) + number(_NEGOTIATE_2, 2) + number(1, 2) + bytes(8) + bytes(8) + bytes(32)
    )
    dialects = b"".join(number(each, 2) for each in DIALECTS)
    fixed = 36
    start = len(header) + fixed + len(dialects)
    padding = -start % 8  # contexts begin at a multiple of eight
    integrity = number(1, 2) + number(32, 2) + number(1, 2) + secrets.token_bytes(32)
    context = number(1, 2) + number(len(integrity), 2) + bytes(4) + integrity
    body = number(fixed, 2) + number(len(DIALECTS), 2) + number(1, 2) + bytes(2) + bytes(4) + secrets.token_bytes(16)
    body += number(start + padding, 4) + number(1, 2) + bytes(2)
    return header + body + dialects + bytes(padding) + context


def is_complete(said: bytes) -> bool:
    """Whether a whole framed message is there, or one that is too long to wait for."""
    if len(said) < 4:
        return False
    length = int.from_bytes(said[1:4])
    return length > MAX_MESSAGE or len(said) >= 4 + length


def read(said: bytes) -> Answer:
    """What the answer to either greeting says. Raises `NoAnswer` when it is no SMB."""
    message = said[4:]
    if message[:4] == b"\xffSMB" and len(message) >= 35 and message[4] == _NEGOTIATE_1 and message[9] & _REPLY_1:
        failed = any(message[5:9])
        index = int.from_bytes(message[33:35], "little")
        if not failed and message[32] == _WORDS_1 and index == 0:
            return Answer(how=How.ACCEPTED, dialect=VERSION_1)
        return Answer(how=How.REFUSED)
    if message[:4] == b"\xfeSMB" and len(message) >= 64:
        status, command, flags = (
            int.from_bytes(message[at : at + size], "little") for at, size in ((8, 4), (12, 2), (16, 4))
        )
        if command == _NEGOTIATE_2 and flags & _REPLY_2:
            size, revision = (int.from_bytes(message[at : at + 2], "little") for at in (64, 68))
            if status == 0 and size == _SIZE_2 and revision in DIALECTS:
                return Answer(how=How.ACCEPTED, dialect=DIALECTS[revision])
            return Answer(how=How.REFUSED)
    raise NoAnswer("it answered something that is not SMB")
