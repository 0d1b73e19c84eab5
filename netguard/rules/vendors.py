"""Who made a network card, by the longest known prefix of its MAC."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import netaddr
from netaddr import EUI

from netguard.errors import RulesError
from netguard.model.address import is_group, is_randomised

BLOCK_SIZES = (36, 28, 24)
"""Bits of the IEEE's MA-S, MA-M and MA-L blocks, longest first (standards.ieee.org, "MAC Address Block")."""

PLACEHOLDERS = frozenset({"IEEE Registration Authority", "Private"})
"""Names in the registry that say nothing: a block that was cut into smaller ones, an owner who stays unnamed."""

MAX_NAME = 80
"""Longest vendor name shown; the registry has postal addresses in some of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorTable:
    """Our own prefixes, and netaddr's copy of the IEEE registry held in memory: a look-up opens no file."""

    blocks: Mapping[tuple[int, int], str]
    """(bits, prefix as a number) to label."""
    registry: bytes = field(default=b"", repr=False)
    """netaddr's `oui.txt` as it is."""
    index: bytes = field(default=b"", repr=False)
    """netaddr's `oui.idx` as it is, a line feed before it: `prefix,offset,length` a line, in decimal. Looked through at
    each question, which takes 50 µs: making a table of its 35,000 lines takes as long as reading all records."""

    def name(self, mac: EUI) -> str | None:
        """The maker of `mac`; null for randomised and group addresses, and for prefixes nobody is known for."""
        if is_randomised(mac) or is_group(mac):
            return None
        number = int(mac)
        for bits in BLOCK_SIZES:
            label = self.blocks.get((bits, number >> (48 - bits)))
            if label is not None:
                return label
        return self._registered(number >> 24)

    def _registered(self, prefix: int) -> str | None:
        start = self.index.find(b"\n%d," % prefix)
        if start < 0:
            return None
        offset, length = map(int, self.index[start + 1 : start + 40].split(b"\n", 1)[0].split(b",")[1:3])
        line = self.registry[offset : offset + length].split(b"\n", 1)[0].decode("utf-8", "replace")
        stated, mark, name = line.partition("(hex)")
        if not mark or stated.strip().replace("-", "") != f"{prefix:06X}":
            return None
        name = " ".join(name.split())[:MAX_NAME]
        return None if not name or name in PLACEHOLDERS else name


def table(own: bytes, name: str = "vendors.csv") -> VendorTable:
    """The table made of our CSV (`prefix,bits,label`, `#` starts a comment line) and netaddr's registry.

    Raises `RulesError` for a line that is no prefix of its stated size, and for one stated twice.
    """
    folder = Path(netaddr.__file__).with_name("eui")
    try:
        data, index = (folder / "oui.txt").read_bytes(), b"\n" + (folder / "oui.idx").read_bytes()
    except OSError:
        data = index = b""
    return VendorTable(blocks=blocks(own, name), registry=data, index=index)


def blocks(own: bytes, name: str = "vendors.csv") -> dict[tuple[int, int], str]:
    """The prefixes in our CSV, as `VendorTable.blocks`. Raises `RulesError`."""
    found: dict[tuple[int, int], str] = {}
    try:
        text = own.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RulesError(f"{name}: byte {error.start}: it is not UTF-8") from error
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    for number, row in enumerate(csv.DictReader(io.StringIO("\n".join(lines))), start=1):
        prefix, bits, label = row.get("prefix") or "", row.get("bits") or "", (row.get("label") or "").strip()
        where = f"{name}: record {number} ({prefix or 'no prefix'})"
        if bits not in {str(size) for size in BLOCK_SIZES}:
            raise RulesError(f"{where}: bits is {bits!r}, it has to be 24, 28 or 36")
        if len(prefix) * 4 != int(bits) or not all(c in "0123456789ABCDEFabcdef" for c in prefix):
            raise RulesError(f"{where}: the prefix is not {int(bits) // 4} hexadecimal digits")
        if not label or len(label) > MAX_NAME:
            raise RulesError(f"{where}: the label is missing or longer than {MAX_NAME} characters")
        key = (int(bits), int(prefix, 16))
        if key in found:
            raise RulesError(f"{where}: the prefix is there twice")
        found[key] = label
    return found
