"""A laptop with a card in each of two homes: a scan of one sends nothing into the other, and sees only the one."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from netguard.demo.homes import Device, Home, Server
from netguard.demo.running import RunningHome
from netguard.model import codec
from netguard.model.address import mac
from netguard.model.scan import Scan
from netguard.model.vocabulary import Role
from tests.lab.conftest import namespaces
from tests.lab.quiet import sent, wait_until_quiet
from tests.lab.replay import replay
from tests.lab.scanning import ROOT, SCAN_SECONDS

SECOND_MAC = "3c:a9:f4:00:00:99"
SECOND_HOST = 99

LISTENER = """
import select, socket, sys
sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
sock.bind((sys.argv[1], 3))
wanted = bytes.fromhex(sys.argv[2].replace(":", ""))
print("ready", flush=True)
while True:
    readable, _, _ = select.select([sock, sys.stdin], [], [])
    if sock in readable:
        frame, (_, _, kind, _, _) = sock.recvfrom(2048)
        if frame[6:12] == wanted:
            print(frame[:60].hex(), flush=True)
    elif sys.stdin in readable:
        break
"""
"""Prints every frame that comes in at an interface from one MAC, until its standard input is closed."""


def a_home(seed: int, prefix: str, records: tuple[str, ...], gateway: str) -> Home:
    draw = random.Random(seed)
    router = replay(gateway, draw, 1, gateway=True, way="router").device
    server = Server(kind="nameserver", port=53, transport="udp")
    laptop = Device(name="laptop", what="This laptop", mac=f"3c:a9:f4:00:00:{seed:02x}", host=10, hostname="laptop")
    return Home(
        prefix=prefix,
        router=Device(
            name=router.name, what=router.what, mac=router.mac, host=1, hostname=router.hostname,
            servers=(*router.servers, server), upnp=router.upnp,
        ),
        laptop=laptop,
        devices=tuple(replay(record, draw, 20 + n).device for n, record in enumerate(records)),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """Two homes, `here` with the laptop and `there` with its second card."""

    here: RunningHome
    there: RunningHome


@pytest.fixture(scope="module")
def between() -> Iterator[Between]:
    first = a_home(1, "192.168.41.0/24", ("philips-hue-bridge", "homekit-lock", "lg-tv"), "openwrt")
    second = a_home(2, "192.168.42.0/24", ("nuki-bridge", "sonos", "brother-printer"), "mikrotik")
    with namespaces(first) as here, namespaces(second) as there:
        if here.kind != "namespaces" or there.kind != "namespaces":
            pytest.skip("two homes can be joined by root only")
        router = there.network_of(second.router.name)
        _ip(
            here, first.laptop.name,
            f"link add eth1 address {SECOND_MAC} type veth peer name port99 netns {router}",
            "link set eth1 addrgenmode none",
            f"address add 192.168.42.{SECOND_HOST}/24 brd + dev eth1",
            "link set eth1 up",
        )  # fmt: skip
        _ip(there, second.router.name, "link set port99 addrgenmode none", "link set port99 master br-lan up")
        yield Between(here=here, there=there)


def _ip(home: RunningHome, device: str, *lines: str) -> None:
    program = home.run_on(device, ["ip", "-batch", "-"], stdin=subprocess.PIPE)
    program.communicate("\n".join(lines).encode(), timeout=10)
    assert program.returncode == 0


class Ear:
    """Hears what the laptop's card with this MAC sends into a home."""

    def __init__(self, home: RunningHome, port: str, mac: str) -> None:
        router = home.home.router.name
        argv = [sys.executable, "-c", LISTENER, port, mac]
        self._program = home.run_on(router, argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._program.stdout is not None
        assert self._program.stdout.readline() == "ready\n"

    def heard(self) -> list[str]:
        """The frames, in hexadecimal."""
        out, _ = self._program.communicate(timeout=10)
        return out.splitlines()


def scan_on(home: RunningHome, interface: str, folder: Path) -> Scan:
    """The document of a quick scan with -i."""
    process = home.run_as_laptop(
        [
            sys.executable, "-m", "netguard", "scan", "-i", interface, "--no-html", "--my-network", "--depth", "quick",
            "--json", "-", "--database", f"sqlite:///{folder}/history.sqlite",
        ],
        env={k: v for k, v in os.environ.items() if k not in {"SUDO_UID", "PKEXEC_UID"}}
        | {"PYTHONPATH": str(ROOT), "HOME": str(folder), "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    out, errors = process.communicate(timeout=SCAN_SECONDS)
    assert process.returncode == 0, errors
    return codec.loads(out.encode())


def seen(scan: Scan) -> set[str]:
    """The addresses of everybody but this computer."""
    return {str(a) for d in scan.devices for a in d.addresses if scan.vantage.address not in d.addresses}


def everybody(home: RunningHome, *, but: str = "") -> set[str]:
    return {home.home.address(d) for d in home.home.everyone if d.name != but}


def is_arp_answer(frame: str) -> bool:
    """Whether a kernel said by it, being asked, that it is still there."""
    return bytes.fromhex(frame)[12:22] == bytes.fromhex("08060001080006040002")


def test_a_scan_of_the_second_network_sends_nothing_into_the_first(between, tmp_path):
    here, there = between.here, between.there
    before = wait_until_quiet(here, "eth0")
    ear = Ear(here, "port1", here.home.laptop.mac)
    scan = scan_on(here, "eth1", tmp_path)
    assert sent(here, "eth0") == before
    assert ear.heard() == []
    assert seen(scan) == everybody(there)
    assert scan.vantage.interface == "eth1"
    assert str(scan.vantage.address) == f"192.168.42.{SECOND_HOST}"
    assert str(scan.vantage.segment.prefix) == "192.168.42.0/24"
    assert scan.vantage.mac == mac(SECOND_MAC)
    roles = {d.profile: d.role for d in scan.devices if d.profile}
    assert roles["nuki-bridge"] is Role.LOCK_HUB
    assert not [a for a in scan.attempts if "own mistake" in (a.reason or "")]


def test_a_scan_of_the_first_network_sends_nothing_into_the_second(between, tmp_path):
    here, there = between.here, between.there
    # What the kernel still knows of the second network from an earlier scan it would confirm by itself, as the others
    # there do; these it answers, whoever scans what.
    _ip(here, here.home.laptop.name, "neigh flush dev eth1")
    wait_until_quiet(here, "eth1")
    ear = Ear(there, "port99", SECOND_MAC)
    scan = scan_on(here, "eth0", tmp_path)
    assert [frame for frame in ear.heard() if not is_arp_answer(frame)] == []
    assert seen(scan) == everybody(here, but=here.home.laptop.name)
    assert scan.vantage.interface == "eth0"
    assert str(scan.vantage.segment.prefix) == "192.168.41.0/24"
    roles = {d.profile: d.role for d in scan.devices if d.profile}
    assert roles["homekit-lock"] is Role.LOCK


def test_the_ear_hears_what_is_sent(between):
    """That nothing was heard means something: this is what something sounds like."""
    ear = Ear(between.there, "port99", SECOND_MAC)
    code = "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.sendto(b'x', ('192.168.42.1', 9))"
    assert between.here.run_as_laptop([sys.executable, "-c", code]).wait(timeout=30) == 0
    heard = ear.heard()
    assert heard
    assert {bytes.fromhex(frame)[6:12] for frame in heard} == {bytes.fromhex(SECOND_MAC.replace(":", ""))}
