"""Generic netlink: questions to this computer's own kernel, and its answers. Linux only; nothing leaves the computer.

Layouts and numbers from include/uapi/linux/netlink.h and genetlink.h; numbers are in the computer's own byte order.
The parsers are pure and take any bytes: what does not fit is left out.
"""

import errno
import os
import socket
import struct
import sys
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from netguard.net.connection import reason
from netguard.net.control import Cancel, Deadline
from netguard.net.failures import Failure, NoAnswer, NotInstalled, TooMuch
from netguard.net.receive import datagram

NETLINK_GENERIC = 16
SOL_NETLINK = 270
"""include/linux/socket.h."""
NETLINK_ADD_MEMBERSHIP, NETLINK_EXT_ACK = 1, 11

NLMSG_ERROR, NLMSG_DONE = 2, 3
NLM_F_REQUEST, NLM_F_MULTI, NLM_F_ACK, NLM_F_DUMP_INTR, NLM_F_DUMP = 0x1, 0x2, 0x4, 0x10, 0x300
NLM_F_CAPPED, NLM_F_ACK_TLVS = 0x100, 0x200
NLMSGERR_ATTR_MSG = 1
NLA_TYPE_MASK = 0x3FFF
"""The upper two bits say that it is nested and in which byte order."""

GENL_ID_CTRL = 0x10
CTRL_CMD_GETFAMILY = 3
CTRL_VERSION = 2
CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME, CTRL_ATTR_VERSION, CTRL_ATTR_MCAST_GROUPS = 1, 2, 3, 7
CTRL_ATTR_MCAST_GRP_NAME, CTRL_ATTR_MCAST_GRP_ID = 1, 2

_HEAD = struct.Struct("=IHHII")
"""struct nlmsghdr: length, type, flags, sequence, port."""
_GENERIC = struct.Struct("=BBH")
"""struct genlmsghdr: command, version, reserved."""
_ATTRIBUTE = struct.Struct("=HH")
"""struct nlattr: length, type."""

DATAGRAM_BYTES = 64 * 1024
"""Bytes read at once: twice what the kernel puts into one datagram of a dump (net/netlink/af_netlink.c, netlink_dump)."""

DUMP_BYTES = 16 * 1024 * 1024
"""Bytes read of one dump: the kernel keeps at most 1,000 access points (net/wireless/scan.c, bss_entries_limit) of some 4 KiB
each. An end to a kernel that does not come to one."""

DUMP_TRIES = 3
"""How often a dump is begun anew that the kernel says was changed under its hands (NLM_F_DUMP_INTR)."""

MOST_ANNOUNCED = 256
"""Announcements kept until somebody asks for them; a scan makes two."""

ANSWER_SECONDS = 3.0
"""Longest wait for the kernel's next datagram: it answers at once, unless a driver is stuck."""


class Refused(Failure):
    """The kernel answered with an error; `number` is its errno."""

    def __init__(self, number: int, message: str) -> None:
        super().__init__(message)
        self.number = number


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One netlink message: its type, flags, sequence number, and what follows the header."""

    kind: int
    flags: int
    sequence: int
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Generic:
    """One message of a generic netlink family: its command and its attributes, not yet taken apart."""

    kind: int
    command: int
    attributes: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A generic netlink family as the kernel numbers it until the next start."""

    number: int
    version: int
    groups: dict[str, int] = field(default_factory=dict)
    """Multicast groups by name."""


def messages(data: bytes) -> Iterator[Message]:
    """The messages of one datagram; the first that does not fit ends it."""
    at = 0
    while at + _HEAD.size <= len(data):
        length, kind, flags, sequence, _ = _HEAD.unpack_from(data, at)
        if length < _HEAD.size or at + length > len(data):
            return
        yield Message(kind=kind, flags=flags, sequence=sequence, body=data[at + _HEAD.size : at + length])
        at += _aligned(length)


def attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Attribute types and their values; the first that does not fit ends it."""
    at = 0
    while at + _ATTRIBUTE.size <= len(data):
        length, kind = _ATTRIBUTE.unpack_from(data, at)
        if length < _ATTRIBUTE.size or at + length > len(data):
            return
        yield kind & NLA_TYPE_MASK, data[at + _ATTRIBUTE.size : at + length]
        at += _aligned(length)


def attribute(kind: int, value: bytes) -> bytes:
    """One attribute as it is sent, padded."""
    whole = _ATTRIBUTE.pack(_ATTRIBUTE.size + len(value), kind) + value
    return whole + bytes(_aligned(len(whole)) - len(whole))


def message(kind: int, flags: int, sequence: int, body: bytes) -> bytes:
    """One message as it is sent; the kernel fills in who we are."""
    return _HEAD.pack(_HEAD.size + len(body), kind, flags, sequence, 0) + body


def unsigned(value: bytes | None) -> int | None:
    """The number in an attribute of 1, 2, 4 or 8 bytes, or null."""
    return int.from_bytes(value, sys.byteorder) if value is not None and len(value) in {1, 2, 4, 8} else None


def signed(value: bytes | None) -> int | None:
    """The same, of a number that may be negative."""
    return (
        int.from_bytes(value, sys.byteorder, signed=True) if value is not None and len(value) in {1, 2, 4, 8} else None
    )


def _aligned(length: int) -> int:
    """Messages and attributes begin at multiples of 4 (NLMSG_ALIGN, NLA_ALIGN)."""
    return (length + 3) & ~3


class Channel:
    """A conversation with the kernel's generic netlink; a context manager. Opening it raises `NotInstalled` or `NoAnswer`."""

    def __init__(
        self, *, cancel: Cancel, deadline: Deadline, opened: Callable[[], socket.socket] | None = None
    ) -> None:
        """`opened` gives the socket; by itself it is the kernel's."""
        self._cancel, self._deadline = cancel, deadline
        self._sequence = 0
        self._announced: deque[Generic] = deque(maxlen=MOST_ANNOUNCED)
        self._socket = (opened or _opened)()

    def __enter__(self) -> "Channel":
        return self

    def __exit__(self, kind: object, value: object, trace: object) -> None:
        self._socket.close()

    def family(self, name: str) -> Family:
        """The family of that name. Raises `Refused` with ENOENT where the kernel has none, and what `ask` raises."""
        named = attribute(CTRL_ATTR_FAMILY_NAME, name.encode() + b"\0")
        for answer in self.ask(Family(number=GENL_ID_CTRL, version=CTRL_VERSION), CTRL_CMD_GETFAMILY, named):
            said = dict(attributes(answer.attributes))
            number = unsigned(said.get(CTRL_ATTR_FAMILY_ID))
            if number is not None:
                return Family(
                    number=number,
                    version=unsigned(said.get(CTRL_ATTR_VERSION)) or 0,
                    groups=_groups(said.get(CTRL_ATTR_MCAST_GROUPS, b"")),
                )
        raise NoAnswer(f"the kernel did not say what {name} is")

    def ask(self, family: Family, command: int, data: bytes = b"") -> tuple[Generic, ...]:
        """What the kernel answers until it says that it is done.

        Raises `Refused`, `NoAnswer` (a stuck driver), `TooMuch`, `OutOfTime` or `Cancelled`.
        """
        return self._conversation(family, command, data, NLM_F_REQUEST | NLM_F_ACK)[0]

    def dump(self, family: Family, command: int, data: bytes = b"") -> tuple[Generic, ...]:
        """The whole list behind `command`, begun anew where it changed meanwhile; the last try counts. Raises as `ask`."""
        for _ in range(DUMP_TRIES):
            answers, whole = self._conversation(family, command, data, NLM_F_REQUEST | NLM_F_DUMP)
            if whole:
                break
        return answers

    def join(self, group: int) -> None:
        """Hear what the kernel tells this multicast group. Raises `NoAnswer` where it does not let us."""
        try:
            self._socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)
        except OSError as error:
            raise NoAnswer(f"the kernel's announcements cannot be heard ({reason(error)})") from error

    def announcements(self, seconds: float) -> Iterator[Generic]:
        """What the kernel tells the groups that were joined, for at most that long. Raises `Cancelled`."""
        deadline = self._deadline.sooner(seconds)
        while True:
            while self._announced:
                yield self._announced.popleft()
            if deadline:
                return
            for said in messages(self._datagram(deadline)):
                self._keep(said)

    def _conversation(self, family: Family, command: int, data: bytes, flags: int) -> tuple[tuple[Generic, ...], bool]:
        """The answers, and whether they are of one moment."""
        self._sequence += 1
        asked = _GENERIC.pack(command, family.version, 0) + data
        try:
            self._socket.send(message(family.number, flags, self._sequence, asked))
        except OSError as error:
            raise NoAnswer(f"the kernel does not take the question ({reason(error)})") from error
        answers: list[Generic] = []
        size, whole = 0, True
        while True:
            self._deadline.check()
            datagram = self._datagram(self._deadline.sooner(ANSWER_SECONDS))
            if not datagram:
                self._deadline.check()
                raise NoAnswer("the kernel gave no answer")
            size += len(datagram)
            if size > DUMP_BYTES:
                raise TooMuch("the kernel's answer does not come to an end")
            for said in messages(datagram):
                if said.sequence != self._sequence:
                    self._keep(said)
                    continue
                whole = whole and not said.flags & NLM_F_DUMP_INTR
                if said.kind in {NLMSG_ERROR, NLMSG_DONE}:
                    _raise_for(said)
                    return tuple(answers), whole
                if (generic := _generic(said)) is not None:
                    answers.append(generic)

    def _keep(self, said: Message) -> None:
        """Keep what the kernel says by itself, which may come between a question and its answer."""
        if said.sequence == 0 and (generic := _generic(said)) is not None:
            self._announced.append(generic)

    def _datagram(self, deadline: Deadline) -> bytes:
        """The kernel's next datagram, empty when there is none until `deadline`."""
        while got := datagram(self._socket, DATAGRAM_BYTES, "the kernel", cancel=self._cancel, deadline=deadline):
            data, source = got
            # Port 0 is the kernel; other programs may send to us, too (netlink(7)).
            if not isinstance(source, tuple) or source[0] == 0:
                return data
            if deadline:
                # However much the others say.
                break
        return b""


def _opened() -> socket.socket:
    """A socket to the kernel."""
    family = getattr(socket, "AF_NETLINK", None)
    if family is None:
        raise NotInstalled("only Linux answers this way")
    try:
        opened = socket.socket(family, socket.SOCK_RAW, NETLINK_GENERIC)
    except OSError as error:
        raise NotInstalled(f"this kernel answers no such questions ({reason(error)})") from error
    try:
        opened.bind((0, 0))
        opened.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        opened.setblocking(False)
    except OSError as error:
        opened.close()
        raise NoAnswer(f"the kernel cannot be asked ({reason(error)})") from error
    return opened


def _generic(said: Message) -> Generic | None:
    if said.kind < GENL_ID_CTRL or len(said.body) < _GENERIC.size:
        return None
    command, _, _ = _GENERIC.unpack_from(said.body)
    return Generic(kind=said.kind, command=command, attributes=said.body[_GENERIC.size :])


def _groups(data: bytes) -> dict[str, int]:
    found = {}
    for _, nested in attributes(data):
        said = dict(attributes(nested))
        number = unsigned(said.get(CTRL_ATTR_MCAST_GRP_ID))
        name = said.get(CTRL_ATTR_MCAST_GRP_NAME, b"").rstrip(b"\0").decode("ascii", "replace")
        if number is not None and name:
            found[name] = number
    return found


def _raise_for(said: Message) -> None:
    """Raise `Refused` when an NLMSG_ERROR or NLMSG_DONE carries an error: its errno below zero, and perhaps a sentence."""
    number = -(signed(said.body[:4]) or 0)
    if number <= 0:
        return
    raise Refused(number, _sentence(said) or reason(OSError(number, os.strerror(number))))


def _sentence(said: Message) -> str:
    """What the kernel says besides the number (struct nlmsgerr; Documentation/userspace-api/netlink/intro.rst, "Ext ACKs")."""
    if not said.flags & NLM_F_ACK_TLVS:
        return ""
    at = 4
    if said.kind == NLMSG_ERROR:
        # The question's header follows, and all of the question unless it was capped.
        asked = unsigned(said.body[4:8]) or 0
        at += _HEAD.size if said.flags & NLM_F_CAPPED else _aligned(max(asked, _HEAD.size))
    text = dict(attributes(said.body[at:])).get(NLMSGERR_ATTR_MSG, b"")
    shown = text.rstrip(b"\0").decode("ascii", "replace")
    return "".join(c if c.isprintable() else "?" for c in shown)[:200]


PERMISSION = frozenset({errno.EPERM, errno.EACCES})
"""Error numbers that mean a missing right."""

NO_SUCH = errno.ENOENT
"""What the kernel answers when it has no family of a name."""
