"""Run every measure of this folder, each in a process of its own so that none warms another up."""

import subprocess
import sys
from pathlib import Path


def main() -> int:
    """Print each measure's title and figures; the exit code says whether all of them ran."""
    failed = 0
    for path in sorted(Path(__file__).parent.glob("bench_*.py")):
        print(f"\n== {path.stem.removeprefix('bench_')}", flush=True)
        failed += subprocess.run([sys.executable, "-m", f"tests.bench.{path.stem}"], check=False).returncode != 0
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
