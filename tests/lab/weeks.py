"""The same home week after week: what changes by itself, what is lost on the way, and what `netguard diff` says of it."""

import dataclasses
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from netguard.demo import daemons
from netguard.demo.homes import Device, Home
from netguard.demo.running import RunningHome
from netguard.model.scan import Scan
from tests.lab.conftest import namespaces
from tests.lab.scanning import ROOT, scan_of

LOST_OF = 49
"""One of so many frames is lost on its way in, and one on its way out: 2 %. No number that asking in turns could keep step
with, as fifty is with a hundred ports: what is lost by the clock would be lost again each time it is asked."""

LOSS = f"""
table netdev loss {{
  chain in {{ type filter hook ingress device "CARD" priority 0; numgen inc mod {LOST_OF} == 7 drop; }}
  chain out {{ type filter hook egress device "CARD" priority 0; numgen inc mod {LOST_OF} == 31 drop; }}
}}
"""
"""The kernel has no netem; its packet filter drops frames of every kind, ARP included, on a card's own hooks."""


@contextmanager
def lossy(home: Home, rules: str = LOSS) -> Iterator[RunningHome]:
    """`home`, whose laptop loses what `rules` (nftables, `CARD` for its card) drop: 2 % of what it hears and says."""
    nft = daemons.find("nft")
    assert nft is not None, "nft is not there: make lab"
    with namespaces(home) as opened:
        loading = opened.run_as_laptop(
            [nft, "-f", "-"],
            env=os.environ | daemons.environment(nft),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        said, _ = loading.communicate(rules.replace("CARD", opened.laptop_interface), timeout=20)
        assert loading.returncode == 0, said
        yield opened


def rotated(device: Device, week: int) -> Device:
    """`device` with the private MAC of that week, and by it another IPv6 address; DHCP gives it another one of IPv4."""
    digest = hashlib.sha256(f"{device.name} {week}".encode()).digest()
    first = digest[0] & 0b1111_1100 | 0b10  # locally administered, not multicast (IEEE 802, 8.4.2)
    mac = ":".join(f"{part:02x}" for part in (first, *digest[1:6]))
    return dataclasses.replace(device, mac=mac, host=device.host + week * 7)


class History:
    """A history in a folder: scans go into it, and netguard's other commands are run on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "config.toml"
        self.config.touch()

    def scan(self, home: RunningHome, *argv: str) -> Scan:
        """One more scan of `home`."""
        return scan_of(home, self.folder, *argv, NETGUARD_CONFIG=str(self.config))

    def says(self, *argv: str, code: int = 0) -> str:
        """What netguard prints; it sends nothing."""
        done = subprocess.run(
            [sys.executable, "-m", "netguard", *argv, "--database", f"sqlite:///{self.folder}/history.sqlite"],
            env=os.environ
            | {"PYTHONPATH": str(ROOT), "HOME": str(self.folder), "NO_COLOR": "1", "NETGUARD_CONFIG": str(self.config)},
            cwd=self.folder, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def difference(self, old: Scan, new: Scan) -> Any:
        """`netguard diff` of the two, read back from its JSON."""
        return json.loads(self.says("diff", old.id, new.id, "--format", "json"))
