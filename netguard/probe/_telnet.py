"""Telnet as far as it is read: its commands within the text, and what the text asks for."""

import re

IAC = 0xFF
WILL, WONT, DO, DONT = 0xFB, 0xFC, 0xFD, 0xFE
"""RFC 854, telnet command structure."""

_OPTIONS = re.compile(
    rb"\xff(?:\xfa(?:[^\xff]|\xff[^\xf0])*(?:\xff\xf0|\xff?\Z)"  # IAC SB … IAC SE
    rb"|[\xfb-\xfe].?"  # WILL, WONT, DO, DONT and their option
    rb"|(\xff)"  # IAC IAC is the byte 255 itself
    rb"|.?)",  # any other command
    re.DOTALL,
)
"""Telnet's commands within the text (RFC 854, telnet command structure)."""

LOGIN_PROMPT = re.compile(r"(login|user ?name|user|account|password)\s*:\s*$", re.IGNORECASE)
SHELL_PROMPT = re.compile(r"[#$>]\s*$")


def without_telnet_options(data: bytes) -> bytes:
    """`data` with telnet's option negotiation taken out (RFC 854: IAC, then a command of one or two bytes; IAC IAC is 255)."""
    return _OPTIONS.sub(lambda option: option[1] or b"", data)


def text(data: bytes) -> str:
    """What a telnet service shows."""
    return without_telnet_options(data).decode("utf-8", "replace").strip("\r\n \0")


def asks_for(shown: str) -> str:
    """What a telnet service that shows this asks for: a login (`prompt`), commands (`shell`), or nothing yet (`silent`)."""
    return "prompt" if LOGIN_PROMPT.search(shown) else "shell" if SHELL_PROMPT.search(shown) else "silent"


def offers(data: bytes) -> tuple[tuple[int, int], ...]:
    """What it offers (WILL) and wants (DO), each with its option, in the order in which it said so."""
    commands = (match[0] for match in _OPTIONS.finditer(data))
    return tuple((each[1], each[2]) for each in commands if len(each) == 3 and each[1] in {WILL, DO})
