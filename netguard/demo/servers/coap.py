"""A CoAP server (RFC 7252) that lists its resources at `/.well-known/core` (RFC 6690)."""

from netguard.demo.servers._contract import Answer, Context

_GET, _CONTENT, _NOT_FOUND = 0x01, 0x45, 0x84
_CONFIRMABLE, _ACKNOWLEDGEMENT, _RESET = 0x40, 0x60, 0x70
_ASKED = b"\xbb.well-known\x04core"
"""The two Uri-Path options (number 11) of the list's path."""


class Resources:
    """The server of one device."""

    group: str | None = None

    def __init__(self, context: Context) -> None:
        self._list = context.server.option("resources", "</.well-known/core>").encode()

    def announcements(self) -> tuple[bytes, ...]:
        """Nothing."""
        return ()

    def answers(self, data: bytes, sender: tuple[str, int]) -> tuple[Answer, ...]:  # noqa: ARG002 - the contract
        """The list to a GET of it, `4.04` to others, a reset to a ping (RFC 7252, 4.3)."""
        if len(data) < 4 or data[0] & 0xF0 != _CONFIRMABLE or len(data) < 4 + (data[0] & 0x0F):
            return ()
        number, token = data[2:4], data[4 : 4 + (data[0] & 0x0F)]
        if data[1] == 0:
            return (Answer(data=bytes((_RESET, 0)) + number),)
        found = data[1] == _GET and _ASKED in data
        head = bytes((_ACKNOWLEDGEMENT | len(token), _CONTENT if found else _NOT_FOUND)) + number + token
        # Content-Format (12): application/link-format, 40.
        return (Answer(data=head + (b"\xc1\x28\xff" + self._list if found else b"")),)


def responder(context: Context) -> Resources:
    """The server. Option: `resources`, as RFC 6690 writes them."""
    return Resources(context)
