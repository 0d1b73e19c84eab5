"""Android's debugging bridge as far as its greeting goes (AOSP, packages/modules/adb/protocol.txt).

With the option `login` = `none` it takes whoever connects; otherwise it wants a signature. Debian has no adbd to do it.
"""

import struct

from netguard.demo.servers._contract import Context

MOST_MESSAGE_BYTES = 4_096
"""Longest payload kept; a length of 4 GB costs no memory."""

_VERSION, _MOST_DATA, _TOKEN = 0x01000000, 4_096, 1
_HEAD_BYTES = 24


class Bridge:
    """One connection."""

    def __init__(self, context: Context) -> None:
        self.over = False
        self._kept = b""
        self._open = context.server.option("login") == "none"
        self._banner = context.server.option("banner", "device::ro.product.name=box;ro.product.model=Box;").encode()
        self._note = context.note

    def opened(self) -> bytes:
        """The client speaks first."""
        return b""

    def received(self, data: bytes) -> bytes:
        """CNXN or AUTH to CNXN; anything else ends the connection."""
        self._kept += data
        out = b""
        while not self.over and len(self._kept) >= _HEAD_BYTES:
            length = struct.unpack_from("<I", self._kept, 12)[0]
            if length > MOST_MESSAGE_BYTES:
                self.over = True
                break
            if len(self._kept) < _HEAD_BYTES + length:
                break
            command, self._kept = self._kept[:4], self._kept[_HEAD_BYTES + length :]
            if command != b"CNXN":
                self._note("command")
                self.over = True
            elif self._open:
                self._note("connect")
                out += _message(b"CNXN", _VERSION, _MOST_DATA, self._banner)
            else:
                self._note("connect")
                out += _message(b"AUTH", _TOKEN, 0, bytes(range(20)))
        return out


def _message(command: bytes, first: int, second: int, data: bytes) -> bytes:
    name = int.from_bytes(command, "little")
    return struct.pack("<4s5I", command, first, second, len(data), sum(data), name ^ 0xFFFFFFFF) + data


def conversation(context: Context) -> Bridge:
    """A fresh connection. Options: `login` and `banner`."""
    return Bridge(context)
