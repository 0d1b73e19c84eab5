"""A mail server (RFC 5321) that greets, and takes no mail."""

from netguard.demo.servers._contract import Context

MOST_LINE_BYTES = 1_024
"""Longest command kept; a client that never ends its line costs no memory."""


class Smtp:
    """One connection."""

    def __init__(self, context: Context) -> None:
        self.over = False
        self._kept = b""
        self._banner = context.server.option(
            "banner", f"{context.device.hostname or context.device.name} ESMTP"
        ).encode()

    def opened(self) -> bytes:
        """The greeting."""
        return b"220 " + self._banner + b"\r\n"

    def received(self, data: bytes) -> bytes:
        """`250` to a greeting, `221` to QUIT, `502` to everything else."""
        self._kept += data
        out = b""
        while not self.over:
            line, end, rest = self._kept.partition(b"\n")
            if not end:
                self.over = len(self._kept) > MOST_LINE_BYTES
                break
            self._kept = rest
            word = line.strip().upper()
            self.over = word == b"QUIT"
            out += (
                b"221 Bye\r\n" if self.over else b"250 Hello\r\n" if word[:4] in {b"HELO", b"EHLO"} else b"502 No\r\n"
            )
        return out


def conversation(context: Context) -> Smtp:
    """A fresh connection. Option: `banner`."""
    return Smtp(context)
