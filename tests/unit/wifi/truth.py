"""Captures that nobody here made, and what tshark says of them; they lie outside the project (NETGUARD_TEST_DATA)."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from scapy.utils import RawPcapReader

RADIOTAP, RAW, SLL = 127, 105, 113
HAS_FCS = 0x10


def folder():
    """The Wi-Fi part of the test data, or null where it is not there."""
    data = os.environ.get("NETGUARD_TEST_DATA")
    return Path(data) / "wifi" if data else None


def needed():
    """The same; skips where it is not there."""
    found = folder()
    if found is None:
        pytest.skip("NETGUARD_TEST_DATA is not set: the captures are not part of the project")
    return found


def captures(data):
    """Every capture, and the malformed ones."""
    return sorted([*data.glob("*/*.pcap"), *data.glob("*/*.pcapng")])


def lines(data):
    """File, BSSID and the values tshark found, one at a time."""
    for path in sorted(data.glob("*/truth.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            values = json.loads(line)
            yield path.with_name(values["file"]), values["bssid"], values


def frames(path) -> Iterator[tuple[bytes, int | None]]:
    """802.11 frames without radiotap and frame check sequence, each with its frequency in MHz."""
    with RawPcapReader(str(path)) as reader:
        for packet, meta in reader:
            link = (getattr(meta, "linktype", None) or reader.linktype) & 0xFFFF
            data = bytes(packet)[16:] if link == SLL else bytes(packet)
            yield (data, None) if link == RAW else _bare(data)


def _bare(data):
    """Only the fields before the ones that are wanted are stepped over: TSFT, flags, rate, channel."""
    length = int.from_bytes(data[2:4], "little")
    present, at = int.from_bytes(data[4:8], "little"), 8
    word = present
    while word & 0x80000000:
        word = int.from_bytes(data[at : at + 4], "little")
        at += 4
    if present & 1:
        at = (at + 7) // 8 * 8 + 8
    flags = data[at] if present & 2 else 0
    at += bool(present & 2) + bool(present & 4)
    at += at % 2
    frequency = int.from_bytes(data[at : at + 2], "little") if present & 8 else None
    frame = data[length:]
    return (frame[:-4] if flags & HAS_FCS else frame), frequency
