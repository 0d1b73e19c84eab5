"""One conversation over a WebSocket in which the other side does the talking (RFC 6455). Nothing is said but goodbye."""

import base64
import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from netguard.net.access import Net
from netguard.net.connection import tls_context
from netguard.net.failures import NoAnswer
from netguard.probe import _http
from netguard.probe._contract import Target

MAX_HEAD = 16 * 1024
"""Bytes of the answer to the handshake that are read in vain of its end: stops headers for ever."""

MAX_TALK = 128 * 1024
"""Bytes read of one conversation: a hub that tells all its devices' states to whoever comes is cut short."""

MAX_FRAMES = 256
"""Frames taken apart in one conversation: stops a peer that sends thousands of empty ones."""

SWITCHING = 101
"""Switching Protocols: the handshake is agreed to (RFC 6455, 4.2.2)."""

NO_CODE = 1005
"""What a close frame without a code means (RFC 6455, 7.1.5)."""

_GOING = 1000
"""Normal closure (RFC 6455, 7.4.1)."""

_ACCEPT = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""Appended to the key before it is hashed (RFC 6455, 1.3)."""

_CONTINUED, _TEXT, _CLOSE = 0x0, 0x1, 0x8
"""Opcodes (RFC 6455, 5.2)."""

_FINAL, _RESERVED, _OPCODE, _MASKED, _LENGTH = 0x80, 0x70, 0x0F, 0x80, 0x7F
"""Bits of a frame's first two bytes (RFC 6455, 5.2)."""


class NotWebSocket(NoAnswer):
    """It agreed to switch protocols, and to another one than it was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """What came of it: the HTTP status, the whole text messages in their order, and the close code where it closed."""

    status: int
    messages: tuple[bytes, ...] = ()
    closed: int | None = None


def listen(target: Target, net: Net, path: str, *, enough: Callable[[Talk], bool]) -> Talk:
    """Open a WebSocket at `path` and listen until `enough` is true, the peer closes or says no more.

    Raises `NotHttp`, `NotWebSocket`, and what `Net.connect` raises.
    """
    assert target.port is not None  # noqa: S101 - whoever wants a conversation names a port
    key = base64.b64encode(os.urandom(16))
    with net.connect(target.address, target.port) as connection:
        if target.secure:
            connection.start_tls(tls_context())
        connection.send(handshake(target, path, key))
        talk = read(connection.receive(enough=lambda said: _is_enough(said, key, enough)), key)
        if talk.status == SWITCHING and talk.closed is None:
            with suppress(NoAnswer):  # it has gone already
                connection.send(goodbye(os.urandom(4)))
    return talk


def handshake(target: Target, path: str, key: bytes) -> bytes:
    """The opening handshake (RFC 6455, 4.1), without an origin, as programs send it. Raises `ValueError` as `_http.request`."""
    asked = _http.request(target, path)
    head, _, _ = asked.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith((b"connection:", b"accept"))]
    return b"\r\n".join(
        (
            *lines,
            b"Connection: Upgrade",
            b"Upgrade: websocket",
            b"Sec-WebSocket-Version: 13",
            b"Sec-WebSocket-Key: " + key,
            b"",
            b"",
        )
    )


def goodbye(mask: bytes) -> bytes:
    """A close frame, masked with the four bytes of `mask` as every client's frame is (RFC 6455, 5.3 and 5.5.1)."""
    code = _GOING.to_bytes(2)
    return bytes((_FINAL | _CLOSE, _MASKED | len(code))) + mask + bytes(a ^ b for a, b in zip(code, mask, strict=False))


def accept(key: bytes) -> bytes:
    """What a server that understood `key` answers (RFC 6455, 4.2.2)."""
    return base64.b64encode(hashlib.sha1(key + _ACCEPT, usedforsecurity=False).digest())


def read(said: bytes, key: bytes) -> Talk:
    """What the bytes of the whole conversation say so far. Raises `NotHttp` and `NotWebSocket`."""
    head, separator, frames = said.partition(b"\r\n\r\n")
    answer = _http.read(said if not separator or not _agrees(head) else head + separator)
    if answer.status != SWITCHING:
        return Talk(status=answer.status)
    shown = answer.headers.get("sec-websocket-accept", "").encode("ascii", "replace")
    if answer.headers.get("upgrade", "").lower() != "websocket" or shown != accept(key):
        raise NotWebSocket("it agreed to something that is not the WebSocket it was asked for")
    messages, closed = take_apart(frames)
    return Talk(status=SWITCHING, messages=messages, closed=closed)


def take_apart(frames: bytes) -> tuple[tuple[bytes, ...], int | None]:
    """The whole text messages in `frames`, and the close code if there is one.

    Reading ends at the first frame that is not whole, that is masked or uses an extension nobody agreed to (a server may
    do neither: RFC 6455, 5.1 and 5.2), or after `MAX_FRAMES`.
    """
    messages: list[bytes] = []
    parts: bytes | None = None
    position = 0
    for _ in range(MAX_FRAMES):
        frame = _frame(frames, position)
        if frame is None:
            break
        first, payload, position = frame
        opcode = first & _OPCODE
        if opcode == _CLOSE:
            return tuple(messages), int.from_bytes(payload[:2]) if len(payload) >= 2 else NO_CODE
        if opcode == _TEXT:
            parts = payload
        elif opcode == _CONTINUED and parts is not None:
            parts += payload
        elif opcode < _CLOSE:
            parts = None  # binary, or its continuation
        if first & _FINAL and opcode in {_TEXT, _CONTINUED} and parts is not None:
            messages.append(parts)
            parts = None
    return tuple(messages), None


def _frame(data: bytes, at: int) -> tuple[int, bytes, int] | None:
    """The first byte, the payload and the end of the frame that begins at `at`; None where it is not whole, or no server's."""
    if len(data) < at + 2 or data[at] & _RESERVED or data[at + 1] & _MASKED:
        return None
    length = data[at + 1] & _LENGTH
    begins = at + 2
    wide = {126: 2, 127: 8}.get(length, 0)
    if wide:
        if len(data) < begins + wide:
            return None
        length = int.from_bytes(data[begins : begins + wide])
        begins += wide
    if len(data) < begins + length:
        return None
    return data[at], data[begins : begins + length], begins + length


def _agrees(head: bytes) -> bool:
    return head.split(b"\r\n", 1)[0].split(b" ")[1:2] == [b"101"]


def _is_enough(said: bytes, key: bytes, enough: Callable[[Talk], bool]) -> bool:
    head, separator, _ = said.partition(b"\r\n\r\n")
    if len(said) >= MAX_TALK or (not separator and len(said) > MAX_HEAD):
        return True
    if not said.startswith(b"HTTP/"[: len(said)]):
        return True
    if not separator:
        return False
    if not _agrees(head):
        return _http.is_complete(said)
    try:
        talk = read(said, key)
    except NoAnswer:
        return True
    return talk.closed is not None or enough(talk)
