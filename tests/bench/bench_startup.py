"""How long `netguard --help` takes, beside the bare interpreter in the same run. Wanted: at most 8 times as long."""

import statistics
import subprocess
import sys
import time

RUNS = 15
WANTED = 8.0


def seconds(*argv: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, *argv], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> None:
    ratios, helps, bares = [], [], []
    for _ in range(RUNS):
        bares.append(seconds("-c", "pass"))
        helps.append(seconds("-m", "netguard", "--help"))
        ratios.append(helps[-1] / bares[-1])
    print(f"bare interpreter   {statistics.median(bares) * 1000:6.1f} ms (median of {RUNS})")
    print(f"netguard --help    {statistics.median(helps) * 1000:6.1f} ms")
    ratio = statistics.median(ratios)
    print(f"ratio              {ratio:6.1f}    wanted at most {WANTED:.0f}: {'yes' if ratio <= WANTED else 'NO'}")


if __name__ == "__main__":
    main()
