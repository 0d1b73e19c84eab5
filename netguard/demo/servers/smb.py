"""A file server as far as agreeing on a dialect goes ([MS-CIFS] 2.2.4.52, [MS-SMB2] 2.2.3 and 2.2.4).

The option `oldest` is the oldest dialect it takes: with `NT1` it takes SMB 1.
"""

import struct

from netguard.demo.servers._contract import Context

MOST_MESSAGE_BYTES = 65_536
"""Longest message kept; a length of 16 MB costs no memory."""

_NT1 = b"\x02NT LM 0.12\x00"
_SMB2 = b"\x02SMB 2."
_NONE = 0xFFFF
"""The answer to dialects of which none is taken."""


class Negotiation:
    """One connection."""

    def __init__(self, context: Context) -> None:
        self.over = False
        self._kept = b""
        self._old = context.server.option("oldest") == "NT1"
        self._note = context.note

    def opened(self) -> bytes:
        """The client speaks first."""
        return b""

    def received(self, data: bytes) -> bytes:
        """The dialect to a negotiation; anything else ends the connection."""
        self._kept += data
        out = b""
        while not self.over and len(self._kept) >= 4:
            length = int.from_bytes(self._kept[1:4])
            if self._kept[0] != 0 or length > MOST_MESSAGE_BYTES:
                self.over = True
                break
            if len(self._kept) < 4 + length:
                break
            message, self._kept = self._kept[4 : 4 + length], self._kept[4 + length :]
            out += self._answer(message)
        return out

    def _answer(self, message: bytes) -> bytes:
        if message[:5] == b"\xffSMBr" and _SMB2 not in message and len(message) >= 35:
            dialects = [part for part in message[35:].split(b"\x02") if part]
            index = dialects.index(_NT1[1:]) if self._old and _NT1[1:] in dialects else _NONE
            self._note("smb1" if index != _NONE else "refused")
            return _framed(_smb1(message, index))
        if message[:5] == b"\xffSMBr" or (message[:4] == b"\xfeSMB" and message[12:14] == b"\x00\x00"):
            self._note("smb2")
            return _framed(_smb2())
        self.over = True
        return b""


def _framed(message: bytes) -> bytes:
    return len(message).to_bytes(4) + message


def _smb1(asked: bytes, index: int) -> bytes:
    head = asked[:5] + bytes(4) + b"\x88" + struct.pack("<H", 0xC001) + asked[12:32]
    if index == _NONE:
        return head + b"\x01" + struct.pack("<H", _NONE) + b"\x00\x00"
    words = struct.pack("<HBHHIIIIQHB", index, 3, 50, 1, 16_644, 65_536, 0, 0x54, 0, 0, 8)
    return head + bytes((len(words) // 2,)) + words + struct.pack("<H", 8) + bytes(8)


def _smb2() -> bytes:
    head = b"\xfeSMB" + struct.pack("<HHIHHIIQIIQ", 64, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0) + bytes(16)
    return head + struct.pack(
        "<HHHH16sIIIIQQHHI", 65, 1, 0x0302, 0, bytes(16), 1, 1 << 20, 1 << 20, 1 << 20, 0, 0, 128, 0, 0
    )


def conversation(context: Context) -> Negotiation:
    """A fresh connection. Option: `oldest`."""
    return Negotiation(context)
