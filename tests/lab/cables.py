"""Two cables in a network namespace of their own, and the programs that tests run at their ends."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from netguard.net import privileges

ROOT = Path(__file__).resolve().parents[2]

needs_root = pytest.mark.skipif(
    not (privileges.supported() and privileges.is_root() and privileges.holds(privileges.CAP_NET_RAW)),
    reason="needs root with CAP_NET_RAW on Linux",
)

CABLES = """
for n in 0 1; do
  ip link add eth$n address 02:00:5e:10:0$n:05 type veth peer name far$n address 02:00:5e:10:0$n:01
  for c in eth$n far$n; do
    echo 0 > /proc/sys/net/ipv6/conf/$c/disable_ipv6
    echo 0 > /proc/sys/net/ipv6/conf/$c/router_solicitations
    ip link set $c addrgenmode none
  done
  echo 1 > /proc/sys/net/ipv6/conf/far$n/disable_ipv6
  ip link set far$n up
  ip address add fe80::5:$n/64 dev eth$n nodad
  ip link set eth$n up
done
ip link set lo up
"""
"""Two cables in one namespace; far0 and far1 are the ends at which the other side would be."""


def inside(setup: str, program: str) -> Any:
    """What the Python program prints as JSON, in a network namespace of its own made by the shell lines `setup`."""
    done = subprocess.run(
        [
            "unshare",
            "--net",
            "sh",
            "-ec",
            CABLES + setup + '\nexec "$@"',
            "sh",
            sys.executable,
            "-c",
            textwrap.dedent(program),
        ],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


SCAN = """
import json
from netaddr import IPAddress
from netguard.cli import _session
from netguard.discover import arp, dhcp, mdns, ndp, neighbours, ssdp
from netguard.discover._contract import Ask
from netguard.net import opener
from netguard.net.access import Network
from netguard.net.control import Cancel, Deadline
from netguard.net.failures import NoAnswer
from netguard.net.guard import Guard
from netguard.net.transcript import Transcript
from netguard.vantage import linux, system

around = linux.look(system.run, "eth0")
targets = _session.targets((), around, large=False)
own = [a for i in around.interfaces if i.name == "eth0" for a in i.addresses]
kind = lambda k: opener.KINDS[k]("eth0")
network = Network(source=around.vantage.address, guard=Guard(targets), transcript=Transcript(), cancel=Cancel(),
                  deadline=Deadline(30), raw=kind, interface="eth0", addresses=own)
def ask(**more):
    return Ask(surroundings=around, targets=targets, raw_packets=True,
               neighbours=lambda: linux.neighbours(system.run, "eth0"), **more)
def seen(module, **more):
    reason = module.skip(ask(**more))
    if reason:
        return reason
    found = {}
    for s in module.discover(ask(**more), network.net(module.__name__)):
        facts = found.setdefault(str(s.address), [str(s.mac) if s.mac else None, {}])[1]
        facts.update({f.kind: f.value for f in s.facts})
    return found
def port(address, port, data=b"GET / HTTP/1.0\\r\\n\\r\\n"):
    with network.net("test").connect(IPAddress(address), port) as connection:
        connection.send(data)
        return connection.receive().decode("latin-1").split("\\r\\n")[0]
def told(**said):
    network.engine.close()
    print(json.dumps(said | {"counts": network.transcript.counts}))
"""
"""Begins a program on a laptop: `seen(module)` runs a protocol there, `told(...)` prints what it found."""
