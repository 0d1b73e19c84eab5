"""A Zigbee2MQTT that tells everything to anybody, and one with its token set."""

import re
import socket
from collections.abc import Callable

from netguard.probe import _websocket
from tests.unit.probe.moods import Mood

TOLD = (
    b'{"payload":{"state":"online"},"topic":"bridge/state"}',
    b'{"payload":{"commit":"a1b2c3d","log_level":"info","version":"2.1.3"},"topic":"bridge/info"}',
    b'{"payload":{"state":"LOCK"},"topic":"Front door"}',
)


def frame(payload: bytes, opcode: int = 1, *, final: bool = True) -> bytes:
    """A frame as a server sends it (RFC 6455, 5.2)."""
    first = bytes(((0x80 if final else 0) | opcode,))
    if len(payload) < 126:
        return first + bytes((len(payload),)) + payload
    if len(payload) < 65536:
        return first + b"\x7e" + len(payload).to_bytes(2) + payload
    return first + b"\x7f" + len(payload).to_bytes(8) + payload


def agreed(said: bytes) -> bytes:
    """The server's half of the opening handshake for the client's `said`."""
    key = re.search(rb"sec-websocket-key: (\S+)", said, re.IGNORECASE)
    assert key
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
        + _websocket.accept(key[1])
        + b"\r\n\r\n"
    )


def websocket(*frames: bytes, path: bytes = b"/api") -> Callable[[socket.socket], None]:
    """Agrees to a conversation at `path`, says `frames`, and listens until the other side says goodbye or leaves."""

    def behave(peer: socket.socket) -> None:
        said = b""
        while b"\r\n\r\n" not in said:
            more = peer.recv(65536)
            if not more:
                return
            said += more
        if said.split(b" ")[1] != path:
            peer.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            return
        peer.sendall(agreed(said) + b"".join(frames))
        while peer.recv(65536):
            pass

    return behave


RIGHT = Mood(
    tcp=websocket(*map(frame, TOLD)),
    learns={"api.name": "Zigbee2MQTT", "api.login": "none", "api.encrypted": False, "firmware.version": "2.1.3"},
    service="http",
)
REFUSING = Mood(
    tcp=websocket(frame((4401).to_bytes(2) + b"Unauthorized", 8)),
    learns={"api.name": "Zigbee2MQTT", "api.login": "required"},
    not_learns=("firmware.version",),
    service="http",
)
