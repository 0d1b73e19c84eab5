"""The floor for branch coverage, in percent: what this system's tests can reach. A drop below it fails `make coverage`."""

import shutil
import subprocess

WITH_THE_LAB = 92
"""Root with network namespaces: everything but the other systems' own calls runs."""

ELSEWHERE = 80
"""Without root the opener is left out, and without namespaces the lab."""


def may_make_namespaces() -> bool:
    """Whether this is a root that may make network namespaces, found by trying."""
    unshare = shutil.which("unshare")
    return (
        unshare is not None
        and subprocess.run([unshare, "--net", "true"], capture_output=True, check=False).returncode == 0
    )


if __name__ == "__main__":
    print(WITH_THE_LAB if may_make_namespaces() else ELSEWHERE)
