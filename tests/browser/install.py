"""Find a browser for the browser tests, or install Debian's where that is possible. Exits 0 in any case: tests skip by name."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGES = ("chromium", "chromium-driver")
SECONDS = 600


def main() -> int:
    """Say which browser there is."""
    if not all(map(shutil.which, ("chromium", "chromedriver"))) and sys.platform == "linux" and os.geteuid() == 0:
        problem = _install()
        if problem:
            print(f"browser: {problem}")
    found = shutil.which("chromium")
    print(f"browser: {found}" if found else "browser: none, its tests will be skipped by name")
    return 0


def _install() -> str | None:
    """Install without recommended packages and with a policy that starts no service. Returns what went wrong."""
    apt = shutil.which("apt-get")
    if apt is None:
        return "this system has no apt-get; install Chromium and its driver by hand"
    policy = Path("/usr/sbin/policy-rc.d")
    ours = not policy.exists()
    if ours:
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
    try:
        with tempfile.TemporaryFile() as log:
            for argv in (["update"], ["install", "-y", "--no-install-recommends", *PACKAGES]):
                environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
                done = subprocess.run(
                    [apt, "-qq", *argv], env=environment, stdout=log, stderr=log, timeout=SECONDS, check=False
                )
                if done.returncode:
                    log.seek(0)
                    last = log.read().decode(errors="replace").strip().splitlines()[-1:]
                    return f"apt-get {argv[0]} failed: {' '.join(last)}"
    except subprocess.TimeoutExpired:
        return f"apt-get took longer than {SECONDS} s"
    finally:
        if ours:
            policy.unlink()
    return None


if __name__ == "__main__":
    sys.exit(main())
