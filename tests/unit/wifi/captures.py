"""Captures made for the tests: 802.11 frames, what stands before them, and the files they are in."""

import struct
import zlib

from netguard.wifi.formats._contract import Where

BSSID = bytes.fromhex("02005e000001")
RSN_PSK = bytes.fromhex("3014 0100 000fac04 0100 000fac04 0100 000fac02 0000")


def element(number, data):
    return bytes([number, len(data)]) + data


def frame(kind=0x80, *, bssid=BSSID, ssid=b"home", sequence=0, stamp=0, elements=RSN_PSK, capability=0x0411, fcs=False):
    """A beacon (0x80) or probe response (0x50), or any other frame with its body."""
    mac = bytes([kind, 0, 0, 0]) + b"\xff" * 6 + bssid + bssid + struct.pack("<H", (sequence & 0xFFF) << 4)
    body = struct.pack("<QHH", stamp, 100, capability) + element(0, ssid) + elements
    whole = mac + body
    return whole + struct.pack("<I", zlib.crc32(whole)) if fcs else whole


def radiotap(data, *, flags=0, frequency=2437, signal=-50):
    """Radiotap with flags, rate, channel and signal."""
    head = struct.pack("<BBHI", 0, 0, 15, 0b101110) + struct.pack("<BBHHb", flags, 2, frequency, 0x00A0, signal)
    return head + data


def pcap(packets, *, link=127, order="<", magic=0xA1B2C3D4, originals=None, snaplen=262144):
    """A classic capture; `originals` are the lengths on the air, as many as packets."""
    out = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snaplen, link)
    for index, packet in enumerate(packets):
        original = originals[index] if originals else len(packet)
        out += struct.pack(order + "IIII", 1, index, len(packet), original) + packet
    return out


def block(kind, body, order="<", length=None, again=None):
    body += b"\0" * (-len(body) % 4)
    length = len(body) + 12 if length is None else length
    return struct.pack(order + "II", kind, length) + body + struct.pack(order + "I", length if again is None else again)


def section(order="<"):
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)


def interface(link=127, *, order="<", snaplen=0, options=b""):
    return block(1, struct.pack(order + "HHI", link, 0, snaplen) + options, order)


def packet(data, *, number=0, order="<", original=None, options=b"", captured=None):
    sizes = struct.pack(
        order + "IIIII", number, 0, 0, len(data) if captured is None else captured, original or len(data)
    )
    return block(6, sizes + data + b"\0" * (-len(data) % 4) + options, order)


def simple(data, *, order="<", original=None):
    return block(3, struct.pack(order + "I", original or len(data)) + data, order)


def old(data, *, number=0, order="<"):
    return block(2, struct.pack(order + "HHIIII", number, 0, 0, 0, len(data), len(data)) + data, order)


def pcapng(packets, *, link=127, order="<"):
    return section(order) + interface(link, order=order) + b"".join(packet(p, order=order) for p in packets)


def somewhere(path=None):
    return Where(name="air.cap", path=path)
