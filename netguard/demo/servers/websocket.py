"""A web server that also talks over a WebSocket (RFC 6455) at one path: it says what it has to say to whoever comes.

Options: `path`, `say` (a text message, as often as there are messages), and `close`, the code with which it then ends.
"""

import base64
import hashlib

from netguard.demo.servers._contract import Context
from netguard.demo.servers.web import Http

_ACCEPT = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""Appended to the key before it is hashed (RFC 6455, 1.3)."""

_TEXT, _CLOSE = 0x81, 0x88
"""Whole frames of these kinds (RFC 6455, 5.2)."""


class WebSocket(Http):
    """One connection: HTTP, until it is asked for the WebSocket."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._path = context.server.option("path", "/")
        self._says = [value.encode() for name, value in context.server.options if name == "say"]
        self._code = context.server.option("close")
        self._note = context.note
        self._upgraded = False

    def received(self, data: bytes) -> bytes:
        """Answers as HTTP does; after the upgrade whatever comes, goodbye or command, is counted and ends it."""
        if self._upgraded:
            self._note("goodbye" if data[:1] == bytes((_CLOSE,)) else "command")
            self.over = True
            return b""
        return super().received(data)

    def _answer(self, head: bytes) -> bytes:
        lines = head.decode("latin-1").split("\r\n")
        headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:])}
        asked = lines[0].split(" ")[1:2] == [self._path]
        if not asked or headers.get("upgrade", "").lower() != "websocket":
            return super()._answer(head)
        self._upgraded = True
        self.over = bool(self._code)
        accept = base64.b64encode(hashlib.sha1(headers.get("sec-websocket-key", "").encode() + _ACCEPT).digest())  # noqa: S324 - the protocol's
        said = b"".join(_frame(_TEXT, text) for text in self._says)
        end = _frame(_CLOSE, int(self._code).to_bytes(2)) if self._code else b""
        switch = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        return switch + b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n" + said + end


def _frame(kind: int, data: bytes) -> bytes:
    length = bytes((len(data),)) if len(data) < 126 else b"\x7e" + len(data).to_bytes(2)
    return bytes((kind,)) + length + data


def conversation(context: Context) -> WebSocket:
    """A fresh connection."""
    return WebSocket(context)
