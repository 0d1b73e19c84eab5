"""Lists that other programs printed: lines of bounded length, and the addresses in them."""

import re
from collections.abc import Callable, Iterator
from typing import Protocol

from netaddr import EUI

from netguard.model import address

LONGEST = 4096
"""Bytes of a line; what follows is dropped. The longest that any of these programs prints of one access point has some
hundreds (a WPS text has at most 247), and a file without line ends must not fill the memory."""

MOST_LINES = 5_000_000
"""Lines of a file: a list of ten thousand access points has a million. What follows is not read, and that is said."""

BOM = b"\xef\xbb\xbf"

_MAC = re.compile(rb"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}")


class Readable(Protocol):
    """What lines are read from."""

    def readline(self, limit: int, /) -> bytes:
        """Give the next line with its end, or the first `limit` bytes of it; nothing at the end of the file."""


def lines(file: Readable, remark: Callable[[str], None], longest: int = LONGEST) -> Iterator[bytes]:
    """The lines of `file` without their ends, and without the mark that some editors put before UTF-8.

    `remark` gets what a person should know of the file as a whole.
    """
    for number in range(MOST_LINES):
        line = file.readline(longest + 1)
        if not line:
            return
        if len(line) > longest and not line.endswith(b"\n"):
            remark(f"a line has more than {longest} characters; the rest of it was left out")
            line = line[:longest]
            while (more := file.readline(1 << 16)) and not more.endswith(b"\n"):
                pass
        yield (line.removeprefix(BOM) if number == 0 else line).rstrip(b"\r\n")
    remark(f"it has more than {MOST_LINES} lines; the rest was not read")


def bssid(text: bytes) -> EUI | None:
    """The address of an access point, `00:00:5e:00:53:01`; null where it is no address, nobody's or a group's."""
    if not _MAC.fullmatch(text):
        return None
    octets = bytes.fromhex(text.replace(b":", b"").decode("ascii"))
    return address.mac(octets.hex()) if any(octets) and not octets[0] & 1 else None
