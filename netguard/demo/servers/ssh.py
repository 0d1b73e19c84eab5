"""An SSH server that says who it is and no more: the identification string (RFC 4253, 4.2), then the end."""

from netguard.demo.servers._contract import Context


class Identification:
    """One connection."""

    def __init__(self, context: Context) -> None:
        self.over = False
        self._banner = context.server.option("banner", "SSH-2.0-dropbear").encode() + b"\r\n"

    def opened(self) -> bytes:
        """The identification string."""
        return self._banner

    def received(self, data: bytes) -> bytes:
        """No key exchange: the stand-in ends here, as a server out of sessions would."""
        self.over = bool(data)
        return b""


def conversation(context: Context) -> Identification:
    """A fresh connection. Option: `banner`."""
    return Identification(context)
