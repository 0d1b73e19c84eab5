"""A program that stands in for nmap: it takes nmap's options, asks the ports itself, and writes nmap's XML.

`install` makes it executable under the name `nmap` in a folder. Its mood is part of what is installed.
"""

import contextlib
import itertools
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from xml.sax.saxutils import quoteattr

WAIT_SECONDS = 1.0
"""How long it listens for a greeting, in place of nmap's six."""


def install(folder: Path, mood: str = "honest") -> str:
    """The path of an executable `nmap` in `folder`. What it was called with is in `argv.json` beside it."""
    if os.name == "nt":
        path = folder / "nmap.cmd"
        path.write_text(f'@"{sys.executable}" "{__file__}" {mood} "{folder}" %*\n')
    else:
        path = folder / "nmap"
        path.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{__file__}" {mood} "{folder}" "$@"\n')
        path.chmod(0o755)
    return str(path)


def calls(folder: Path) -> list[dict]:
    """What it was called with so far: `argv`, and `scripts`, the size of the script list in its data folder."""
    path = folder / "argv.json"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def document(address: str, ports: str) -> str:
    family = "ipv6" if ":" in address else "ipv4"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE nmaprun>\n'
        '<nmaprun scanner="nmap" args="nmap" start="1795741739" version="7.93" xmloutputversion="1.05">\n'
        '<scaninfo type="connect" protocol="tcp" numservices="1" services="1"/>\n'
        f'<host><status state="up" reason="user-set" reason_ttl="0"/><address addr="{address}" addrtype="{family}"/>\n'
        f"<hostnames>\n</hostnames>\n<ports>{ports}</ports></host>\n"
        '<runstats><finished time="1795741745" timestr="Fri Nov 27 01:09:05 2026" elapsed="6.18" exit="success"/>'
        '<hosts up="1" down="0" total="1"/></runstats>\n</nmaprun>\n'
    )


def port_element(port: int, state: str, service: str) -> str:
    return f'<port protocol="tcp" portid="{port}"><state state="{state}" reason="x" reason_ttl="0"/>{service}</port>'


def recognised(name: str, product: str = "", version: str = "", conf: int = 10) -> str:
    said = "".join(f" {k}={quoteattr(v)}" for k, v in (("product", product), ("version", version)) if v)
    return f'<service name={quoteattr(name)}{said} method="probed" conf="{conf}"/>'


def asked(address: str, port: int) -> str:
    """One port as nmap would write it, after listening to it."""
    try:
        with socket.create_connection((address, port), timeout=WAIT_SECONDS) as peer:
            end, greeting = time.monotonic() + WAIT_SECONDS, b""
            with contextlib.suppress(OSError):
                while time.monotonic() < end and len(greeting) < 4096 and b"\n" not in greeting:
                    if not (data := peer.recv(4096)):
                        break
                    greeting += data
    except OSError:
        return port_element(port, "closed", '<service name="unknown" method="table" conf="3"/>')
    if banner := re.match(rb"SSH-2\.0-dropbear_(\S+)", greeting):
        return port_element(port, "open", recognised("ssh", "Dropbear sshd", banner[1].decode("ascii", "replace")))
    return port_element(port, "open", '<service name="unknown" method="table" conf="3"/>')


def ports_of(text: str) -> list[int]:
    ranges = (part.partition("-") for part in text.split(","))
    return [port for first, _, last in ranges for port in range(int(first), int(last or first) + 1)]


def main(mood: str, folder: str, *argv: str) -> int:
    given = dict(itertools.pairwise(argv))
    listed = Path(given["--datadir"]) / "scripts" / "script.db"
    with (Path(folder) / "argv.json").open("a") as file:
        file.write(json.dumps({"argv": argv, "scripts": listed.stat().st_size, "pid": os.getpid()}) + "\n")
    address, ports = argv[-1].partition("%")[0], ports_of(given["-p"])
    out = sys.stdout
    if mood == "honest":
        out.write(document(address, "".join(asked(address, port) for port in ports)))
    elif mood == "hanging":
        time.sleep(600)
    elif mood == "stubborn":
        # Neither it nor what it started hears a polite request.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], preexec_fn=None)
        (Path(folder) / "child").write_text(str(child.pid))
        time.sleep(600)
    elif mood == "flooding":
        with contextlib.suppress(BrokenPipeError):
            while True:
                out.write("<host>" * 10_000)
                out.flush()
        os._exit(1)
    elif mood == "failing":
        sys.stderr.write("\x1b[31mQUITTING: no such \x07option\n" + "x" * 100_000)
        return 1
    else:
        out.write(Path(mood).read_text())
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
