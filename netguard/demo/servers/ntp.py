"""A time server (RFC 5905) that says that it is ten steps from a clock."""

from netguard.demo.servers._contract import Answer, Context

_HEAD_BYTES = 48
_CLIENT, _SERVER = 3, 4
"""Modes (RFC 5905, 7.3)."""


class Clock:
    """The server of one device. Its time stands still; nobody sets a clock by it."""

    group: str | None = None

    def announcements(self) -> tuple[bytes, ...]:
        """Nothing."""
        return ()

    def answers(self, data: bytes, sender: tuple[str, int]) -> tuple[Answer, ...]:  # noqa: ARG002 - the contract
        """An answer in the version of the question."""
        if len(data) < _HEAD_BYTES or data[0] & 7 != _CLIENT:
            return ()
        head = bytes((data[0] & 0x38 | _SERVER, 10, data[2], 0xE8)) + bytes(8) + b"LOCL"
        then = b"\xe8\x00\x00\x00\x00\x00\x00\x00"
        return (Answer(data=head + then + data[40:48] + then + then),)


def responder(context: Context) -> Clock:
    """The server."""
    return Clock()
