"""A kernel for the tests of netlink: messages in its exact layout, over a socket pair, from a thread of its own."""

import socket
import struct
import threading
from collections.abc import Callable, Iterable

from netguard.net import netlink
from netguard.net.control import Cancel, Deadline

FAMILY_NUMBER = 0x1C
SCAN_GROUP_NUMBER = 7

MULTI = netlink.NLM_F_MULTI


def attribute(kind: int, value: bytes) -> bytes:
    whole = struct.pack("=HH", 4 + len(value), kind) + value
    return whole + b"\0" * (-len(whole) % 4)


def u32(kind: int, value: int) -> bytes:
    return attribute(kind, struct.pack("=I", value))


def s32(kind: int, value: int) -> bytes:
    return attribute(kind, struct.pack("=i", value))


def u16(kind: int, value: int) -> bytes:
    return attribute(kind, struct.pack("=H", value))


def nested(kind: int, *inner: bytes) -> bytes:
    """With the flag that the kernel sets on nested attributes (NLA_F_NESTED)."""
    return attribute(kind | 0x8000, b"".join(inner))


def message(kind: int, body: bytes, *, sequence: int, flags: int = 0, port: int = 4711) -> bytes:
    whole = struct.pack("=IHHII", 16 + len(body), kind, flags, sequence, port) + body
    return whole + b"\0" * (-len(whole) % 4)


def generic(command: int, *attributes: bytes, sequence: int, flags: int = MULTI, kind: int = FAMILY_NUMBER) -> bytes:
    return message(kind, struct.pack("=BBH", command, 1, 0) + b"".join(attributes), sequence=sequence, flags=flags)


def done(sequence: int, number: int = 0, flags: int = MULTI) -> bytes:
    return message(netlink.NLMSG_DONE, struct.pack("=i", -number), sequence=sequence, flags=flags)


def error(sequence: int, number: int, asked: bytes, text: str = "", *, capped: bool = False) -> bytes:
    """struct nlmsgerr: the number, the question (or only its header), and the sentence of an extended answer."""
    flags = (netlink.NLM_F_CAPPED if capped else 0) | (netlink.NLM_F_ACK_TLVS if text else 0)
    echoed = asked[:16] if capped else asked
    body = struct.pack("=i", -number) + echoed + b"\0" * (-len(echoed) % 4)
    if text:
        body += attribute(netlink.NLMSGERR_ATTR_MSG, text.encode() + b"\0")
    return message(netlink.NLMSG_ERROR, body, sequence=sequence, flags=flags)


def family_answer(sequence: int, asked: bytes) -> list[bytes]:
    """What CTRL_CMD_GETFAMILY gives for nl80211: one message, then the acknowledgement."""
    group = attribute(1, nested_group("scan", SCAN_GROUP_NUMBER)) + attribute(2, nested_group("mlme", 9))
    said = generic(
        1,
        attribute(2, b"nl80211\0"),
        u16(1, FAMILY_NUMBER),
        u32(3, 1),
        u32(4, 0),
        u32(5, 330),
        attribute(7 | 0x8000, group),
        sequence=sequence,
        flags=0,
        kind=netlink.GENL_ID_CTRL,
    )
    return [said, error(sequence, 0, asked, capped=True)]


def nested_group(name: str, number: int) -> bytes:
    return u32(2, number) + attribute(1, name.encode() + b"\0")


Answer = Callable[[netlink.Message, int, int, bytes], Iterable[bytes]]
"""The message, its command, its sequence number, all of its bytes -> the datagrams that answer it."""


class Kernel:
    """Answers every question by `answer`; a context manager. `asked` has the commands, and their attributes, in order."""

    def __init__(self, answer: Answer) -> None:
        self._ours, self._theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._answer = answer
        self.asked: list[tuple[int, int, bytes]] = []
        self.failure: BaseException | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "Kernel":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ours.close()
        self._theirs.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._theirs.close()
        if self.failure is not None:
            raise self.failure

    def tell(self, datagram: bytes) -> None:
        """What the kernel says by itself."""
        self._theirs.send(datagram)

    def opened(self, *_: object) -> socket.socket:
        copy = self._ours.dup()
        copy.setblocking(False)
        return _Joinable(copy)

    def channel(self, seconds: float = 20.0, cancel: Cancel | None = None) -> netlink.Channel:
        return netlink.Channel(
            cancel=Cancel() if cancel is None else cancel, deadline=Deadline(seconds), opened=self.opened
        )

    def _serve(self) -> None:
        try:
            while asked := self._theirs.recv(65536):
                for said in netlink.messages(asked):
                    command = said.body[0]
                    self.asked.append((said.kind, command, said.body[4:]))
                    for datagram in self._answer(said, command, said.sequence, asked):
                        self._theirs.send(datagram)
        except OSError:
            return
        except BaseException as error:  # noqa: BLE001 - raised where the test can see it
            self.failure = error


class _Joinable(socket.socket):
    """A socket of a pair that lets itself be told netlink's options."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock.family, sock.type, sock.proto, fileno=sock.detach())
        self.setblocking(False)
        self.joined: list[int] = []

    def setsockopt(self, level: int, option: int, value: object = None, *more: object) -> None:  # type: ignore[override]
        if level == netlink.SOL_NETLINK:
            self.joined.append(value)  # type: ignore[arg-type]
        else:
            super().setsockopt(level, option, value, *more)  # type: ignore[call-overload]
