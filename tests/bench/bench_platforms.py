"""How long a plan takes to become a router's text, and how the text grows: python -m tests.bench.bench_platforms."""

import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from netguard.advise.ruleset import ruleset
from netguard.advise.snippet import snippet
from netguard.rules import platforms
from tests.readers.crowds import crowd

SIZES = (10, 50, 250)
PORTS = (2, 16)
ROUNDS = 5


def main():
    begun = time.perf_counter()
    known = platforms.load()
    print(f"platforms: {len(known)} read in {(time.perf_counter() - begun) * 1e3:.0f} ms")
    for name, platform in known.items():
        plan = crowd(50, 4)
        seconds = []
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            snippet(platform, ruleset(plan))
            seconds.append(time.perf_counter() - begun)
        print(
            f"{name}: 50 members in {statistics.median(seconds) * 1e3:.0f} ms, the first time {seconds[0] * 1e3:.0f} ms (budget 1 s)"
        )
        for alike in (True, False):
            for ports in PORTS:
                sizes = {size: _size(platform, crowd(size, ports, alike=alike)) for size in SIZES}
                print(
                    f"{name}: {'of 12 makers' if alike else 'no two alike'}, {ports:2} ports: "
                    + ", ".join(
                        f"{size} members {text:,} B in {lines:,} lines" for size, (text, lines) in sizes.items()
                    )
                    + f"; {sizes[250][0] / sizes[10][0]:.1f} times the text for 25 times the members"
                )


def _size(platform, plan):
    made = snippet(platform, ruleset(plan))
    texts = [file.text for file in made.files if not file.name.endswith(".sh")]
    return sum(map(len, texts)), sum(text.count("\n") for text in texts)


if __name__ == "__main__":
    main()
