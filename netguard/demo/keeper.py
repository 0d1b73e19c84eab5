"""Starts the real daemons inside their devices, waits until they can be used, and says which cannot.

Each runs in its device's network namespace and a mount namespace of its own, where /run and /var/log are empty and /etc, if it
asks for that, is a copy made of links. They end with the process that started them, whatever ends it.
"""

import contextlib
import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from netguard.demo import daemons
from netguard.demo.recipes._contract import Place, Recipe
from netguard.net import namespaces

READY_SECONDS = 20.0
"""Longest wait for all daemons together; they start at the same time. avahi-daemon probes its names for two seconds."""

_POLL_SECONDS = 0.02
_LISTEN = "0A"
"""TCP_LISTEN in /proc/net/tcp (include/net/tcp_states.h)."""
MOST_LOG_BYTES = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A daemon that was started: where, and what says that it is ready."""

    name: str
    device: str
    process: int
    network: int
    log: Path
    recipe: Recipe


def start(place: Place, network: int, folder: Path) -> Started:
    """Forks the daemon. `folder` is private to the home and gets its log.

    Only to be called while the process has one thread: a forked child must not wait for another's lock.
    """
    recipe = daemons.RECIPES[place.daemon].recipe(place)
    log = folder / f"{place.device.name}-{place.daemon}.log"
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    environment = daemons.environment(place.executable, Path(place.folder).parent) | dict(recipe.environment)
    process = os.fork()
    if process == 0:
        _become(recipe, network, output, environment)
    os.close(output)
    return Started(
        name=place.daemon, device=place.device.name, process=process, network=network, log=log, recipe=recipe,
    )  # fmt: skip


def wait(started: tuple[Started, ...], home: int) -> Mapping[tuple[str, str], str]:
    """(device, daemon) → why, for those that ended or were not ready in time; these have been killed.

    `home` is the caller's own network namespace, to come back to.
    """
    failed: dict[tuple[str, str], str] = {}
    waiting = list(started)
    deadline = time.monotonic() + READY_SECONDS
    while waiting:
        for one in tuple(waiting):
            ended, status = os.waitpid(one.process, os.WNOHANG)
            if ended:
                code = os.waitstatus_to_exitcode(status)
                failed[one.device, one.name] = f"it ended by itself with {code}: {_last_line(one.log)}"
                waiting.remove(one)
            elif _ready(one, home):
                waiting.remove(one)
        if waiting and time.monotonic() > deadline:
            for one in waiting:
                os.kill(one.process, signal.SIGKILL)
                os.waitpid(one.process, 0)
                failed[one.device, one.name] = f"it was not ready after {READY_SECONDS:.0f} s: {_last_line(one.log)}"
            break
        time.sleep(_POLL_SECONDS)
    return failed


def listening(network: int, home: int) -> frozenset[tuple[str, int]]:
    """(transport, port) of everything that listens in a network namespace. Sends nothing: the kernel's list is read."""
    found = set()
    with namespaces.inside(network, home):
        for transport in ("tcp", "udp", "tcp6", "udp6"):
            with contextlib.suppress(OSError):
                for line in Path(f"/proc/self/net/{transport}").read_text(encoding="ascii").splitlines()[1:]:
                    words = line.split()
                    if transport.startswith("udp") or words[3] == _LISTEN:
                        found.add((transport[:3], int(words[1].rpartition(":")[2], 16)))
    return frozenset(found)


def _ready(one: Started, home: int) -> bool:
    if one.recipe.ready_log and one.recipe.ready_log not in _log(one.log):
        return False
    return set(one.recipe.ready) <= listening(one.network, home)


def _log(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(MOST_LOG_BYTES).decode("utf-8", "replace")


def _last_line(path: Path) -> str:
    return (_log(path).strip().splitlines() or ["it said nothing"])[-1]


def _become(recipe: Recipe, network: int, output: int, environment: Mapping[str, str]) -> NoReturn:
    """What the forked child does; it never comes back."""
    try:
        namespaces.die_with_parent()
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDONLY)
        for target, source in ((0, nothing), (1, output), (2, output)):
            os.dup2(source, target)
        namespaces.enter(network)
        namespaces.unshare(namespaces.CLONE_NEWNS)
        namespaces.mount("tmpfs", "/run", "tmpfs")
        # The machine's log must not hear of the simulated home; nor its console, where syslog(3) goes without a log.
        for place in ("/dev/log", "/dev/console"):
            with contextlib.suppress(OSError):
                namespaces.mount(os.devnull, place, flags=namespaces.MS_BIND)
        with contextlib.suppress(OSError):  # nor must its list of who logged in
            namespaces.mount("tmpfs", "/var/log", "tmpfs")
        if recipe.private_etc:
            _private_etc()
        for name, content in recipe.files:
            path = Path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)  # a link into the real /etc
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            path.chmod(0o600)
        os.chdir("/")
        for argv in recipe.first:
            os.waitpid(os.posix_spawn(argv[0], argv, environment), 0)
        os.execve(recipe.argv[0], recipe.argv, environment)  # noqa: S606 - it is meant to be no shell
    except BaseException as error:  # noqa: BLE001 - a forked child must never run the parent's code
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
    os._exit(127)


def _private_etc() -> None:
    """Puts a folder of links to everything in /etc over /etc, so that files can be added without touching it."""
    below = Path("/run/etc")
    below.mkdir()
    namespaces.mount("/etc", str(below), flags=namespaces.MS_BIND | namespaces.MS_REC)
    namespaces.mount("tmpfs", "/etc", "tmpfs")
    for entry in below.iterdir():
        if entry.name != "avahi":
            Path("/etc", entry.name).symlink_to(entry)
