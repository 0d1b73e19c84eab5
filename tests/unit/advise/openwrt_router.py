"""A router in a folder: its files, a small uci of our own, and services that only take notes."""

import os
import subprocess
import sys
from pathlib import Path

from netguard.advise.ruleset import ruleset
from netguard.advise.snippet import snippet
from netguard.model.action import Intent
from netguard.model.plan import Plan
from netguard.rules import platforms
from tests.readers import openwrt, uci

WANTED = (Intent(kind="disable-feature", feature="upnp"), Intent(kind="disable-feature", feature="wps"))

TOOLS = {
    "uci": 'exec "{python}" "{uci}" "$@"',
    "fw4": 'cat "$NETGUARD_ROOT/fw4.says" >&2 2>/dev/null; cat "$NETGUARD_ROOT/fw4.prints" 2>/dev/null; exit 0',
    "nft": 'echo "nft $*" >>"$NETGUARD_ROOT/notes"; if [ "$1" = -t ]; then cat "$NETGUARD_ROOT/kernel" 2>/dev/null; fi; exit 0',
    "service": 'echo "service $*" >>"$NETGUARD_ROOT/notes"',
    "wifi": 'echo "wifi $*" >>"$NETGUARD_ROOT/notes"',
    "dnsmasq": 'cat "$NETGUARD_ROOT/dnsmasq.says"',
    "sync": "exit 0",
    "conntrack": 'echo "conntrack $*" >>"$NETGUARD_ROOT/notes"',
}

WIRELESS = """\
config wifi-device 'radio0'
	option type 'mac80211'

config wifi-device 'radio1'
	option type 'mac80211'

# mine
config wifi-iface 'default_radio0'
	option device 'radio0'
	option wps_pushbutton '1'
	option ssid 'home'
"""

UPNPD = "config upnpd 'config'\n\toption enabled '1'\n"


class Router:
    """A router's files and programs in a folder, and the files of a plan on it."""

    def __init__(self, root: Path, plan: Plan) -> None:
        self.root, self.config = root, root / "etc" / "config"
        for folder in ("etc/config", "etc/nftables.d", "tmp", "bin"):
            (root / folder).mkdir(parents=True)
        for name, text in {**openwrt.stock(plan), "wireless": WIRELESS, "upnpd": UPNPD}.items():
            (self.config / name).write_text(text)
        for name, text in TOOLS.items():
            tool = root / "bin" / name
            tool.write_text(f"#!/bin/sh\n{text.format(python=sys.executable, uci=uci.__file__)}\n")
            tool.chmod(0o755)
        (root / "dnsmasq.says").write_text("Compile time options: IPv6 nftset DBus\n")
        self.take(plan)

    def take(self, plan: Plan) -> None:
        """Copies the files of `plan` to the router."""
        folder = self.root / "netguard"
        folder.mkdir(exist_ok=True)
        for file in snippet(platforms.load()["openwrt"], ruleset(plan), wanted=WANTED).files:
            (folder / file.name).write_text(file.text)

    def run(
        self, script: str, *arguments: str, answer: str | None = "", seconds: int = 60, folder: str = "netguard"
    ) -> subprocess.CompletedProcess[str]:
        """Runs a script; an `answer` of None leaves its input open and silent."""
        silent, held = os.pipe()
        try:
            return subprocess.run(
                ["sh", str(self.root / folder / script), *arguments],
                env={"PATH": f"{self.root}/bin:/usr/bin:/bin", "NETGUARD_ROOT": str(self.root), "NETGUARD_SECONDS": str(seconds)},
                **({"stdin": silent} if answer is None else {"input": answer}), capture_output=True, text=True, check=False, timeout=60,
            )  # fmt: skip
        finally:
            os.close(silent)
            os.close(held)

    def files(self) -> dict[str, bytes]:
        """Everything under /etc."""
        return {str(p.relative_to(self.root)): p.read_bytes() for p in (self.root / "etc").rglob("*") if p.is_file()}

    def sections(self, package: str) -> list[uci.Section]:
        return uci.parse((self.config / package).read_text())

    def notes(self) -> list[str]:
        path = self.root / "notes"
        return path.read_text().splitlines() if path.exists() else []
