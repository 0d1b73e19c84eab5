"""A server that answers everything with bytes that mean nothing: control characters, escapes, broken UTF-8."""

import hashlib

from netguard.demo.servers._contract import Context

_PIECES = 64
"""Pieces of 32 bytes in one burst: 2 KiB, more than any banner a reader expects."""


class Garbage:
    """One connection; the same MAC and port always give the same bytes, so that a failure can be repeated."""

    def __init__(self, context: Context) -> None:
        self.over = False
        self._seed = f"{context.device.mac} {context.server.port}"
        self._bursts = 0

    def opened(self) -> bytes:
        """A burst, unasked."""
        return self._burst()

    def received(self, data: bytes) -> bytes:
        """Another burst whatever was said, three at most."""
        self.over = self._bursts >= 3
        return self._burst() if data else b""

    def _burst(self) -> bytes:
        self._bursts += 1
        pieces = (hashlib.sha256(f"{self._seed} {self._bursts} {n}".encode()).digest() for n in range(_PIECES))
        return b"\x1b]0;\x07\x00\xff\xfe<script>" + b"".join(pieces)


def conversation(context: Context) -> Garbage:
    """A fresh connection."""
    return Garbage(context)
