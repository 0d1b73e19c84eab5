"""A port that accepts, says nothing, and closes after the first bytes it hears."""

from netguard.demo.servers._contract import Context


class Silence:
    """One connection."""

    def __init__(self) -> None:
        self.over = False

    def opened(self) -> bytes:
        """Nothing."""
        return b""

    def received(self, data: bytes) -> bytes:
        """Nothing, and the end."""
        self.over = bool(data)
        return b""


def conversation(context: Context) -> Silence:
    """A fresh connection."""
    return Silence()
