"""A printer's raw port: it says nothing, takes everything, and each byte would have been ink on paper."""

from netguard.demo.servers._contract import Context


class Paper:
    """One connection."""

    def __init__(self, context: Context) -> None:
        self.over = False
        self._note = context.note

    def opened(self) -> bytes:
        """Printers wait for a job."""
        return b""

    def received(self, data: bytes) -> bytes:
        """A job has no answer. The loop counts the bytes; the event makes the mistake easy to see."""
        self._note("printed" if data else "empty")
        return b""


def conversation(context: Context) -> Paper:
    """A fresh connection."""
    return Paper(context)
