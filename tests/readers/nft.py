"""Texts loaded by the real nft, in a network namespace of their own; and which sets the real dnsmasq would fill."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from netaddr import IPAddress

from netguard.demo import daemons
from tests.readers.nftables import UnreadableError

NFT_SECONDS = 60


@cache
def apart() -> tuple[str, ...] | None:
    """The command that runs another one in a network namespace of its own; None where there is none to be had."""
    program = shutil.which("unshare")
    for options in (("-n",), ("-Urn",)):
        if program and subprocess.run([program, *options, "true"], check=False, capture_output=True).returncode == 0:
            return (program, *options)
    return None


def why_not() -> str | None:
    """Why nothing can be loaded here; None where it can."""
    if daemons.find("nft") is None:
        return "needs the program nft: `make lab` fetches it"
    return None if apart() else "needs network namespaces"


def listing(*texts: str, as_json: bool = True) -> str:
    """What nft lists after it has loaded `texts` one after the other into an empty namespace. Raises `AssertionError`."""
    with tempfile.TemporaryDirectory() as folder:
        lines = []
        for number, text in enumerate(texts):
            path = Path(folder) / f"{number}.nft"
            path.write_text(text, encoding="utf-8")
            lines.append(f"nft -f {path}")
        return scripted(*lines, f"nft {'-j ' if as_json else ''}list ruleset")


def scripted(*lines: str) -> str:
    """What shell lines print in an empty namespace with the program nft. Raises `AssertionError` when one of them fails."""
    nft, unshare = daemons.find("nft"), apart()
    assert nft is not None
    assert unshare is not None
    known = daemons.environment(nft)
    done = subprocess.run(
        [*unshare, "sh", "-c", "\n".join(("set -e", *lines))], stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False, timeout=NFT_SECONDS,
        env={**known, "PATH": f"{Path(nft).parent}:{known['PATH']}"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


# ---------------------------------------------------------------- dnsmasq


def collected(conf: str, name: str) -> list[tuple[int, str]]:
    """(IP version, set) of every set that dnsmasq enters the addresses of `name` in.

    Of several lines the one with the longest domain that `name` is or is below decides (dnsmasq(8), --ipset).
    """
    found: dict[str, list[tuple[int, str]]] = {}
    for line in conf.splitlines():
        if not line or line.startswith("#"):
            continue
        option, _, value = line.partition("=")
        if option != "nftset":
            raise UnreadableError(f"unknown: {line}")
        _, *domains, sets = value.split("/")
        for domain in domains:
            if domain in found:
                raise UnreadableError(f"two lines are about {domain}")
            found[domain] = [(int(each[0]), each.split("#")[-1]) for each in sets.split(",")]
    ending = [domain for domain in found if name == domain or name.endswith(f".{domain}")]
    return found[max(ending, key=len)] if ending else []


def learnt(conf: str, answers: Iterable[tuple[int, IPAddress, Iterable[str]]]) -> str:
    """The elements that dnsmasq adds when it has given each (version, address, names), as nft commands."""
    wanted: dict[str, dict[IPAddress, None]] = {}
    for version, address, names in answers:
        for name in names:
            for which, into in collected(conf, name):
                if which == version:
                    wanted.setdefault(into, {})[address] = None
    return "".join(
        f"add element inet netguard {name} {{ {', '.join(map(str, addresses))} }}\n"
        for name, addresses in wanted.items()
    )
