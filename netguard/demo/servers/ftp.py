"""An FTP server (RFC 959) as far as its login goes. Every password is counted as an attempt."""

from netguard.demo.servers._contract import Context

MOST_LINE_BYTES = 1_024
"""Longest command kept; a client that never ends its line costs no memory."""


class Ftp:
    """One connection. With the option `login` = `none` it lets `anonymous` in, otherwise nobody."""

    def __init__(self, context: Context) -> None:
        self.over = False
        self._kept = b""
        self._banner = context.server.option("banner", "FTP server ready").encode()
        self._open = context.server.option("login") == "none"
        self._user = ""
        self._note = context.note

    def opened(self) -> bytes:
        """The greeting."""
        return b"220 " + self._banner + b"\r\n"

    def received(self, data: bytes) -> bytes:
        """The answers to all complete commands."""
        self._kept += data
        out = b""
        while not self.over:
            line, end, rest = self._kept.partition(b"\n")
            if not end:
                self.over = len(self._kept) > MOST_LINE_BYTES
                break
            self._kept = rest
            word, _, argument = line.decode("latin-1").strip().partition(" ")
            out += self._answer(word.upper(), argument)
        return out

    def _answer(self, word: str, argument: str) -> bytes:
        if word == "USER":
            self._user = argument
            return b"331 Please specify the password.\r\n"
        if word == "PASS":
            self._note("login-attempt")
            return (
                b"230 Login successful.\r\n"
                if self._open and self._user == "anonymous"
                else b"530 Login incorrect.\r\n"
            )
        if word == "QUIT":
            self.over = True
            return b"221 Goodbye.\r\n"
        return b"530 Please login with USER and PASS.\r\n"


def conversation(context: Context) -> Ftp:
    """A fresh connection. Options: `banner` and `login`."""
    return Ftp(context)
