"""How fast captures are read, beside full dissection by scapy in the same run, and whether memory grows with the file."""

import random
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BEACONS, ACCESS_POINTS = 300_000, 40
SMALL = 30_000
RUNS = 3
DISSECTED = 3_000
WANTED_RATE, WANTED_RATIO, WANTED_GROWTH = 100_000, 50, 1.1

READ = "from pathlib import Path; import sys; from netguard.wifi import files; n = sum(1 for _ in files.read(Path(sys.argv[1])))"


def element(number: int, data: bytes) -> bytes:
    return bytes([number, len(data)]) + data


def elements(number: int) -> tuple[bytes, bytes]:
    """An access point's elements before and after the two that change from beacon to beacon."""
    before = element(0, b"network %d" % number) + element(1, bytes.fromhex("82848b960c121824"))
    before += element(3, bytes([1 + number % 11]))
    rsn = bytes.fromhex("0100000fac040100000fac040200000fac02000fac088000")
    wps = bytes.fromhex("0050f204104a0001101044000102104700101122334455667788990011223344556610490006 00372a000120")
    after = element(7, b"DE \x01\x0d\x14") + element(48, rsn) + element(45, bytes(26)) + element(61, bytes(22))
    after += element(127, bytes(8)) + element(191, bytes(12)) + element(192, bytes(5)) + element(221, wps)
    return before, after + element(221, bytes.fromhex("0050f2020101800003a4000027a4000042435e0062322f00"))


def beacons(count: int) -> list[bytes]:
    """As a radio in a block of flats hears them: clocks, traffic maps, load and signal change all the time."""
    dice = random.Random(5)  # the same file each time
    made = [elements(n) for n in range(ACCESS_POINTS)]
    out = []
    for index in range(count):
        number = index % ACCESS_POINTS
        before, after = made[number]
        turn = index // ACCESS_POINTS
        bssid = struct.pack(">HI", 0x0200, number)
        traffic = element(5, bytes([turn % 3, 3, 0, dice.choice((0, 0, 0, 2, 4, 6))]))
        load = element(11, struct.pack("<HBH", number % 7, dice.randrange(60, 80), 0))
        frame = (
            b"\x80\0\0\0"
            + b"\xff" * 6
            + bssid
            + bssid
            + struct.pack("<HQHH", turn % 4096 << 4, turn * 102400, 100, 0x411)
        )
        head = struct.pack(
            "<BBHIBBHHb", 0, 0, 15, 0b101110, 0, 2, 2407 + 5 * (1 + number % 11), 0xA0, -dice.randrange(45, 75)
        )
        out.append(head + frame + before + traffic + load + after)
    return out


def saved(path: Path, air: list[bytes]) -> Path:
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 127))
        for packet in air:
            file.write(struct.pack("<IIII", 0, 0, len(packet), len(packet)) + packet)
    return path


def peak(path: Path) -> int:
    """Most memory, in kB, of a process that reads `path`."""
    code = f"{READ}; import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    return int(subprocess.run([sys.executable, "-c", code, path], check=True, capture_output=True).stdout)


def seconds(work) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def answer(good: bool) -> str:
    return "yes" if good else "NO"


def main() -> None:
    from scapy.layers.dot11 import RadioTap

    from netguard.wifi import files
    from netguard.wifi.join import joined

    with tempfile.TemporaryDirectory() as folder:
        air = beacons(BEACONS)
        large, small = saved(Path(folder) / "large.pcap", air), saved(Path(folder) / "small.pcap", air[:SMALL])
        given = sum(1 for _ in files.read(small))
        theirs = (
            statistics.median(seconds(lambda: [RadioTap(p) for p in air[:DISSECTED]]) for _ in range(RUNS)) / DISSECTED
        )
        ours = statistics.median(seconds(lambda: list(files.read(large))) for _ in range(RUNS)) / BEACONS
        whole = seconds(lambda: joined(files.read(large))) / BEACONS
        sizes = large.stat().st_size / small.stat().st_size
        grown = peak(large) / peak(small)
    rate, ratio = 1 / ours, theirs / ours
    print(f"{BEACONS:,} beacons of {ACCESS_POINTS} access points ({given:,} of the first {SMALL:,} say something new)")
    print(f"read       {rate:10,.0f} packets/s   wanted at least {WANTED_RATE:,}: {answer(rate >= WANTED_RATE)}")
    print(f"and judged {1 / whole:10,.0f} packets/s")
    print(
        f"dissected  {1 / theirs:10,.0f} packets/s   by scapy; {ratio:.0f} times slower, wanted at least {WANTED_RATIO}: ",
        end="",
    )
    print(answer(ratio >= WANTED_RATIO))
    print(
        f"memory     {grown:10.2f} times for a file {sizes:.0f} times as large, wanted at most {WANTED_GROWTH}: ",
        end="",
    )
    print(answer(grown <= WANTED_GROWTH))


if __name__ == "__main__":
    main()
