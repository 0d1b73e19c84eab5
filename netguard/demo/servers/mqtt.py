"""An MQTT broker that lets anybody in, or nobody: CONNECT, PINGREQ and DISCONNECT of MQTT 3.1.1 and 5, no more."""

from netguard.demo.servers._contract import Context

MOST_PACKET_BYTES = 4_096
"""Longest packet kept; a length field of 256 MB costs no memory."""


class Broker:
    """One connection."""

    def __init__(self, context: Context) -> None:
        self.over = False
        self._kept = b""
        self._note = context.note
        self._open = context.server.option("login") != "required"

    def opened(self) -> bytes:
        """The client speaks first."""
        return b""

    def received(self, data: bytes) -> bytes:
        """CONNACK to CONNECT, PINGRESP to PINGREQ; anything else ends the connection."""
        self._kept += data
        out = b""
        while not self.over and (packet := self._packet()) is not None:
            kind, body = packet
            if kind == 0x10:
                self._note("connect")
                five = body[:7] == b"\x00\x04MQTT\x05"
                if self._open:
                    out += b"\x20\x03\x00\x00\x00" if five else b"\x20\x02\x00\x00"
                else:  # not authorized (MQTT 3.1.1, 3.2.2.3; MQTT 5, 3.2.2.2), and the end
                    out += b"\x20\x03\x00\x87\x00" if five else b"\x20\x02\x00\x05"
                    self.over = True
            elif kind == 0xC0:
                out += b"\xd0\x00"
            else:
                self.over = True
        return out

    def _packet(self) -> tuple[int, bytes] | None:
        length, start = 0, 1  # the length field: seven bits a byte, four bytes at most, the top bit says "more"
        for byte in self._kept[1:5]:
            length |= (byte & 0x7F) << 7 * (start - 1)
            start += 1
            if not byte & 0x80:
                break
        else:
            self.over = len(self._kept) >= 5
            return None
        if length > MOST_PACKET_BYTES:
            self.over = True
            return None
        end = start + length
        if len(self._kept) < end:
            return None
        packet = self._kept[0], self._kept[start:end]
        self._kept = self._kept[end:]
        return packet


def conversation(context: Context) -> Broker:
    """A fresh connection. Option: `login`, `required` where nobody is let in."""
    return Broker(context)
