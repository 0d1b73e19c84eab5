"""A television that lets anybody debug it, and a phone that wants a key (protocol.txt of Android's adb)."""

from tests.unit.probe.moods import Mood, speaks

BANNER = b"device::ro.product.name=blueline;ro.product.model=TV Stick;ro.product.device=stick;features=cmd,shell_v2\0"


def packet(command: bytes, first: int, second: int, payload: bytes = b"") -> bytes:
    word = int.from_bytes(command, "little")
    words = (word, first, second, len(payload), sum(payload), word ^ 0xFFFFFFFF)
    return b"".join(each.to_bytes(4, "little") for each in words) + payload


RIGHT = Mood(
    tcp=speaks(lambda _: packet(b"CNXN", 0x01000001, 1024 * 1024, BANNER)),
    learns={"adb.authentication": "none", "adb.banner": BANNER.decode().rstrip("\0")},
    service="adb",
)
REFUSING = Mood(
    tcp=speaks(lambda _: packet(b"AUTH", 1, 0, bytes(range(20)))),
    learns={"adb.authentication": "key"},
    not_learns=("adb.banner",),
    service="adb",
)
