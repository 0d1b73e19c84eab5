"""nmap, where this computer has it: which product in which version answers on TCP ports that are known to be open.

It runs as a program of its own, in a process group of its own, and is ended with the scan. What it may do is cut down to
asking the listed ports what they are (nmap's reference guide, nmap.org/book/man.html, for every option):

- connections by the system (`-sT --unprivileged`), no ping (`-Pn`), no name looked up (`-n`);
- light probes only (`-sV --version-light`), few at a time (`--max-parallelism`), each port asked twice at most;
- never a printing port: they are not listed, and `--exclude-ports` names them besides;
- no script. `-sV` brings all of its category `version` along, which log in to MQTT, fetch files and more. There is no
  option against it; but it reads their list from the first data folder that has one, and ours (`--datadir`) has an empty one.
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from netaddr import IPAddress

from netguard.model import ports as port_text
from netguard.model.observation import clean
from netguard.net import limits
from netguard.net.connection import reason
from netguard.net.control import SLICE, Cancel, Deadline
from netguard.net.failures import Failure, NoAnswer, TooMuch
from netguard.net.way import Way

WITHOUT = "nmap is not installed; with it, the versions of more services are told"
"""Why nothing was asked where it is not there; `netguard doctor` says how to get it."""

PROBED = "10"
"""Confidence of a service that answered as it should (nmap.dtd, `conf`). A guess by the port's number has 3."""

MAX_NAME, MAX_PRODUCT, MAX_VERSION = 40, 80, 40
"""Characters kept of each; the longest honest ones have about sixty."""

LAST_WORDS_SECONDS = 2.0
"""What nmap has to end by itself before it is killed, and what its pipes have to run empty."""

EARLIER_SECONDS = 5
"""By how much nmap's own limit (`--host-timeout`) is shorter than ours, so that it writes down what it has."""

ERROR_BYTES = 4096
"""Bytes kept of what it says on standard error, for the reason; stops an endless complaint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What answers on one open port. A part that nmap does not know is null."""

    port: int
    name: str | None = None
    product: str | None = None
    version: str | None = None


def ask(
    program: str,
    way: Way,
    address: IPAddress,
    ports: Sequence[int],
    *,
    at_once: int,
    cancel: Cancel,
    deadline: Deadline,
) -> tuple[Version, ...]:
    """What nmap at the path `program` recognises on these ports of `address`, with at most `at_once` connections.

    Raises `NoAnswer` when none of them is open any more, it ended early or was stopped at `deadline`; `Failure` when it
    failed; `TooMuch`; `Cancelled`.
    """
    with tempfile.TemporaryDirectory(prefix="netguard-", ignore_cleanup_errors=True) as folder:
        (Path(folder) / "scripts").mkdir()
        (Path(folder) / "scripts" / "script.db").touch()
        seconds = max(1, int(deadline.remaining) - EARLIER_SECONDS)
        argv = command(program, way, address, ports, at_once=at_once, seconds=seconds, folder=folder)
        said = _run(argv, cancel, deadline)
    return read(said)


def command(
    program: str, way: Way, address: IPAddress, ports: Sequence[int], *, at_once: int, seconds: int, folder: str
) -> list[str]:
    """The command line. `seconds` are for the host as a whole, `folder` is the data folder without scripts."""
    argv = [program, "--datadir", folder, "--unprivileged", "--noninteractive"]
    argv += ["-sT", "-sV", "--version-light", "-Pn", "-n", "--max-retries", "1"]
    argv += ["--max-parallelism", str(at_once), "--host-timeout", f"{seconds}s"]
    argv += ["-p", port_text.render(ports), "--exclude-ports", port_text.render(limits.PAYLOAD_BLOCKED_PORTS)]
    link_local = address.version == 6 and address.is_link_local()
    source = way.source(address.version)
    if way.interface is not None and address not in way.addresses:
        # Linux lets an ordinary program tie its sockets to an interface since 5.7, and nmap goes on where it does not;
        # there and elsewhere it is our address that decides. Windows' interfaces have other names in nmap.
        if sys.platform == "linux":
            argv += ["-e", way.interface]
        if source is not None and not link_local:
            argv += ["-S", str(source)]
    if address.version == 6:
        argv.append("-6")
    zone = f"%{way.interface}" if link_local and way.interface is not None else ""
    return [*argv, "-oX", "-", f"{address}{zone}"]


def read(xml: bytes) -> tuple[Version, ...]:
    """The open ports whose service answered as it should, from nmap's XML.

    Raises `NoAnswer` when it says nothing of any open port, `Failure` when it is no such XML.
    """
    import nmap
    from defusedxml import ElementTree

    try:
        # python-nmap reads with xml.etree, which would expand entities. nmap writes none, so that nothing with any gets there.
        ElementTree.fromstring(xml, forbid_entities=True, forbid_external=True)
        # Its constructor would run `nmap -V` first; the reader needs nothing of that.
        scanner: Any = nmap.PortScanner.__new__(nmap.PortScanner)
        hosts: dict[str, Any] = scanner.analyse_nmap_xml_scan(nmap_xml_output=xml)["scan"]
        found = {
            port: said
            for host in hosts.values()
            for port, said in host.get("tcp", {}).items()
            if said["state"] == "open"
        }
    except Exception as error:
        raise Failure(f"what nmap wrote cannot be read ({type(error).__name__})") from error
    if not found:
        raise NoAnswer("nmap found none of these ports open, or had no time left to ask")
    return tuple(_version(port, said) for port, said in sorted(found.items()) if said["conf"] == PROBED)


def _version(port: int, said: dict[str, str]) -> Version:
    return Version(
        port=port,
        name=clean(said["name"], MAX_NAME) or None,
        product=clean(said["product"], MAX_PRODUCT) or None,
        version=clean(said["version"], MAX_VERSION) or None,
    )


def _run(argv: list[str], cancel: Cancel, deadline: Deadline) -> bytes:
    """What it wrote to standard output. It is gone when this returns or raises."""
    try:
        process = _start(argv)
    except OSError as error:
        raise Failure(f"nmap could not be started ({reason(error)})") from error
    out, err = _Pipe(process.stdout, limits.NMAP_BYTES), _Pipe(process.stderr, ERROR_BYTES)
    try:
        while process.poll() is None:
            cancel.check()
            if deadline:
                raise NoAnswer("nmap did not come to an end in time and was stopped")
            if out.overflowed:
                break
            with suppress(subprocess.TimeoutExpired):
                process.wait(SLICE)
    finally:
        _end(process)
    out.wait()
    err.wait()
    if out.overflowed:
        raise TooMuch(f"nmap wrote more than {limits.NMAP_BYTES // 1024} KiB and was stopped")
    if process.returncode:
        lines = err.data.decode("utf-8", "replace").strip().splitlines()
        raise Failure(f"nmap failed with code {process.returncode}" + (f": {clean(lines[0], 200)}" if lines else ""))
    return out.data


def _start(argv: list[str]) -> "subprocess.Popen[bytes]":
    """In a group of its own, so that Ctrl-C is netguard's to handle, and all of it can be ended. Raises `OSError`."""
    environment = os.environ | {"LC_ALL": "C"}
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
        return subprocess.Popen(argv, stdin=nothing, stdout=pipe, stderr=pipe, env=environment, creationflags=flags)
    return subprocess.Popen(argv, stdin=nothing, stdout=pipe, stderr=pipe, env=environment, process_group=0)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End it and whatever it started, and wait for it: by request first, then by force."""
    if process.poll() is not None:
        return
    if sys.platform == "win32":
        # There is no request that a program without a window would hear; nmap starts no others.
        process.kill()
    else:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(LAST_WORDS_SECONDS)
        # The number cannot have become somebody else's in this moment: systems give numbers out in turn.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class _Pipe:
    """Reads one end in a thread of its own, up to `most` bytes, and lets go of it then: whoever goes on writing is stopped."""

    def __init__(self, pipe: IO[bytes] | None, most: int) -> None:
        self.data, self.overflowed = b"", False
        self._pipe, self._most = pipe, most
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        if self._pipe is None:
            return
        with self._pipe as pipe, suppress(OSError, ValueError):
            data = pipe.read(self._most + 1)
            self.data, self.overflowed = data[: self._most], len(data) > self._most

    def wait(self) -> None:
        """Until it is empty; not for ever, since a stranger may hold the other end."""
        self._thread.join(LAST_WORDS_SECONDS)
