"""The real daemons of the simulated home: where they are, and how to get them without installing anything.

`python -m netguard.demo.daemons` downloads Debian packages with the machine's own apt, but into a private folder
and with private lists, and unpacks them there. Nothing is installed, no package script runs, nothing is started.
The daemons only ever run inside the home's namespaces.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from netguard import registry
from netguard.demo.recipes._contract import Daemon

RECIPES: Mapping[str, Daemon] = {
    name: module.DAEMON for name, module in registry.load_all("netguard.demo.recipes", "DAEMON").items()
}
"""The daemons a home can have, by name."""

NAMES: tuple[str, ...] = tuple(RECIPES)

TOOLS: Mapping[str, str] = {
    "nft": "nftables",
    "nmap": "nmap",
    "upnpc": "miniupnpc",
    "conntrack": "conntrack",
    "systemd-analyze": "systemd",
    "xmllint": "libxml2-utils",
}
"""What is no daemon, and its package: miniupnpd's table is made with `nft`, and what netguard does where `nmap` is installed
is tested with it; `upnpc` lists what a router forwards, for comparison; `conntrack` ends connections that began before a
rule did; `systemd-analyze` and `xmllint` read the units and the task that a schedule is made of."""

PACKAGES: Mapping[str, tuple[str, ...]] = {
    **{name: daemon.packages for name, daemon in RECIPES.items()}, **{name: (tool,) for name, tool in TOOLS.items()}
}  # fmt: skip
"""Debian's and Ubuntu's packages for each daemon, and for the tools."""

_PLACES = ("usr/sbin", "usr/bin", "sbin", "bin")
_UPDATE_SECONDS, _DOWNLOAD_SECONDS, _UNPACK_SECONDS = 300, 600, 60
"""Longest that each step may take; a mirror that trickles does not hold up the demo for ever."""


_SETTINGS = """Dir::State "{folder}/state";
Dir::State::lists "{folder}/state/lists";
Dir::State::status "/var/lib/dpkg/status";
Dir::Cache "{folder}/cache";
Dir::Log "{folder}/log";
Debug::NoLocking "1";
Acquire::Languages "none";
APT::Sandbox::User "root";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
"""
"""apt.conf(5): everything apt writes goes to our folder, and the machine's hooks do not run. An own file, because
`#clear` works on what was read before it, and `-o` cannot say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What there is after a fetch: `found` name → executable, `missing` name → why, and a word for people."""

    folder: Path
    found: Mapping[str, str]
    missing: Mapping[str, str]
    said: str


def default_folder() -> Path:
    """Where the daemons are unpacked: `NETGUARD_LAB`, or a folder in the person's cache."""
    return Path(
        os.environ.get("NETGUARD_LAB") or Path(platformdirs.user_cache_dir("netguard", appauthor=False)) / "lab"
    )


def find(name: str, folder: Path | None = None) -> str | None:
    """The executable of daemon `name`: from the folder first, then from this machine's PATH; None when not there."""
    executable, parts = (RECIPES[name].executable, RECIPES[name].parts) if name in RECIPES else (name, ())
    root = (folder or default_folder()) / "root"
    for place in _PLACES:
        if os.access(candidate := root / place / executable, os.X_OK) and _has(root, parts):
            return str(candidate)
    path = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
    return shutil.which(executable, path=path) if _has(Path("/"), parts) else None


def _has(root: Path, parts: tuple[str, ...]) -> bool:
    return all(any(root.glob(part)) for part in parts)


def environment(executable: str, folder: Path | None = None) -> dict[str, str]:
    """The environment to run `executable` in: the folder's libraries for what came from there, and little else."""
    root = (folder or default_folder()) / "root"
    plain = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}
    if not Path(executable).is_relative_to(root):
        return plain
    # Samba and systemd have a folder for their own; BLAS, which nmap uses, lies in one that only an installed package is linked from.
    folders = ("usr/lib/*-linux-gnu", "lib/*-linux-gnu")
    patterns = (*folders, *(f"{folders[0]}/{own}" for own in ("blas", "samba", "systemd")))
    libraries = [str(p) for pattern in patterns for p in sorted(root.glob(pattern))]
    # NMAPDIR is where nmap finds its data (nmap(1), --datadir); the package nmap-common has them. SYSTEMD_UNIT_PATH is where
    # systemd looks for units first (systemd(1)); a machine without it has not even sysinit.target.
    return {
        **plain,
        "LD_LIBRARY_PATH": ":".join((*libraries, f"{root}/usr/lib", f"{root}/lib")),
        "NMAPDIR": f"{root}/usr/share/nmap",
        "SYSTEMD_UNIT_PATH": f"{root}/lib/systemd/system:",
    }


def here(folder: Path | None = None) -> Report:
    """What there is now; fetches nothing."""
    folder = folder or default_folder()
    places = {name: find(name, folder) for name in PACKAGES}
    missing = {name: "not unpacked, and not installed on this machine" for name, place in places.items() if not place}
    return Report(folder=folder, found={n: p for n, p in places.items() if p}, missing=missing, said="")


def fetch(folder: Path | None = None) -> Report:
    """Downloads and unpacks what is missing. Never raises for a machine without apt or network: the report says so."""
    before = here(folder)
    folder = before.folder
    if not before.missing:
        return Report(folder=folder, found=before.found, missing={}, said="Everything is there already.")
    tools = {tool: shutil.which(tool) for tool in ("apt-get", "dpkg-deb")}
    if lacking := [tool for tool, place in tools.items() if not place]:
        return _after(folder, f"This system has no {' and no '.join(lacking)}, so no daemons can be downloaded. "
                              "The simulated servers stand in for them.")  # fmt: skip
    try:
        failed = _download(folder, tuple(before.missing))
    except (OSError, subprocess.SubprocessError) as error:
        return _after(folder, f"The packages could not be downloaded ({error}). The simulated servers stand in.")
    if failed:
        return _after(folder, f"Not to be had here: {'; '.join(failed)}. The simulated servers stand in for them.")
    return _after(folder, "Downloaded and unpacked; nothing was installed on this machine.")


def _after(folder: Path, said: str) -> Report:
    now = here(folder)
    return Report(folder=folder, found=now.found, missing=now.missing, said=said)


def _download(folder: Path, names: tuple[str, ...]) -> list[str]:
    """Downloads and unpacks what `names` come in, and says what of it is not to be had."""
    folder = folder.absolute()
    for part in ("state/lists/partial", "cache/archives/partial", "root", "log"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    settings = folder / "apt.conf"
    settings.write_text(_SETTINGS.format(folder=folder), encoding="utf-8")
    apt = ["apt-get", "-qq", "-c", str(settings)]
    archives = folder / "cache" / "archives"
    _run([*apt, "update"], _UPDATE_SECONDS)
    alone = {name for name in names if name in RECIPES and RECIPES[name].alone}
    with_others = [package for name in names if name not in alone for package in PACKAGES[name]]
    failed = _fetched([*apt, "install", "--yes", "--download-only", "--no-install-recommends"], with_others, archives)
    for name in sorted(alone):
        failed += _fetched([*apt, "download"], list(PACKAGES[name]), archives)
    for archive in sorted(archives.glob("*.deb")):
        _run(["dpkg-deb", "-x", str(archive), str(folder / "root")], _UNPACK_SECONDS)
    for part in ("state", "cache", "log"):
        shutil.rmtree(folder / part)
    return failed


def _fetched(command: list[str], packages: list[str], archives: Path) -> list[str]:
    """Lets apt download, and says what it could not."""
    if not packages:
        return []
    failed = []
    try:
        _run([*command, *packages], _DOWNLOAD_SECONDS, archives)
    except subprocess.CalledProcessError:
        for package in packages:  # one that this release does not have must not cost all the others
            try:
                _run([*command, package], _DOWNLOAD_SECONDS, archives)
            except subprocess.CalledProcessError as error:
                failed.append(f"{package} ({_last_line(error.stderr)})")
    return failed


def _run(argv: list[str], seconds: int, folder: Path | None = None) -> None:
    env = {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(
        argv, check=True, capture_output=True, text=True, timeout=seconds, env=env, stdin=subprocess.DEVNULL, cwd=folder
    )  # fmt: skip


def _last_line(text: str | None) -> str:
    lines = (text or "").strip().splitlines()
    return lines[-1] if lines else "no reason given"


def main() -> int:
    """Fetches, and prints what is there and what is missing. Always 0: the home works without any of them."""
    report = fetch()
    out = sys.stdout
    out.write(f"{report.said}\nFolder: {report.folder}\n")
    for name in PACKAGES:
        out.write(f"  {name:13} {report.found.get(name) or 'missing: ' + report.missing.get(name, '')}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
