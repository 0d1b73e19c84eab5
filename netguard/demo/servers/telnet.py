"""A telnet login such as busybox's telnetd offers. No login ever succeeds; every one is counted as an attempt.

With the option `login` = `none` it is a shell that asks for nothing, and knows no command.
"""

import re

from netguard.demo.servers._contract import Context

_NEGOTIATION = bytes.fromhex("fffd01 fffd1f fffb01 fffb03")
"""IAC DO ECHO, DO NAWS, WILL ECHO, WILL SUPPRESS-GO-AHEAD (RFC 854, 857, 858, 1073): busybox's opening."""

_OPTIONS = re.compile(rb"\xff\xfa.*?\xff\xf0|\xff[\xfb-\xfe].|\xff.", re.DOTALL)
MOST_LINE_BYTES = 1_024
"""Longest unfinished line kept from a client."""
MOST_ATTEMPTS = 3
"""Failed logins after which the connection ends, as login(1) does."""


class Login:
    """One connection: asks for a name, then for a password, then says no."""

    def __init__(self, context: Context) -> None:
        self.over = False
        self._shell = context.server.option("login") == "none"
        self._prompt = context.server.option("prompt", "\r\n# " if self._shell else "\r\nlogin: ").encode()
        self._note = context.note
        self._line = b""
        self._named = False
        self._failed = 0

    def opened(self) -> bytes:
        """Options and the prompt come without being asked."""
        return _NEGOTIATION + self._prompt

    def received(self, data: bytes) -> bytes:
        """`Password: ` after a name, `Login incorrect` after a password."""
        self._line = (self._line + _OPTIONS.sub(b"", data))[-MOST_LINE_BYTES:]
        out = b""
        while not self.over and (end := re.search(rb"[\r\n]\n?\0?", self._line)):
            self._line = self._line[end.end() :]
            if self._shell:
                self._note("command")
                out += b"\r\nsh: not found" + self._prompt
                continue
            if self._named:
                self._note("login-attempt")
                self._failed += 1
                self.over = self._failed >= MOST_ATTEMPTS
                out += b"\r\nLogin incorrect\r\n" + (b"" if self.over else self._prompt)
            else:
                out += b"\r\nPassword: "
            self._named = not self._named
        return out


def conversation(context: Context) -> Login:
    """A fresh connection. Options: `prompt` and `login`."""
    return Login(context)
