"""A real kernel, in a network namespace of its own: `look()` sees what is there and sends nothing."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

LOOK = """
import json, sys
from netguard.vantage import linux, system
from netguard.vantage.home import enrol, recognise
from datetime import datetime, UTC

def told(seen):
    v = seen.vantage
    return {
        "interface": v.interface, "address": str(v.address), "mac": str(v.mac), "prefix": str(v.segment.prefix),
        "gateway": str(v.gateway.address) if v.gateway else None,
        "router": str(v.gateway.mac) if v.gateway and v.gateway.mac else None,
        "prefixes": [str(p) for p in seen.prefixes],
        "neighbours": {str(n.address): [str(n.mac), n.reachable] for n in seen.neighbours},
        "kinds": {i.name: i.kind for i in seen.interfaces},
        "capabilities": list(v.capabilities), "remarks": list(seen.remarks),
    }

def no_ip(argv):
    raise FileNotFoundError(argv[0])

run = no_ip if "without-ip" in sys.argv else system.run
name = next((a.partition("=")[2] for a in sys.argv if a.startswith("interface=")), None)
"""

SNIFF = """
import socket

MARK = b"\\x02\\x00\\x00\\x00\\x00\\x02" + b"\\x02\\x00\\x00\\x00\\x00\\x01" + b"\\x88\\xb5" + b"last frame" * 5
ears = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
ears.bind(("far0", 3))
mouth = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
mouth.bind(("eth0", 0))
seen = linux.look(run, name)
linux.neighbours(run, "eth0")
recognise(seen, [enrol(seen, "home", datetime.now(UTC))])
mouth.send(MARK)  # frames keep their order on a veth, so whatever look() had sent would arrive before this one
ears.settimeout(20)
heard = []
while (frame := ears.recv(2048)) != MARK:
    heard.append(frame.hex())
print(json.dumps({"seen": told(seen), "heard": heard}))
"""


def ip(*words):
    subprocess.run(("ip", *words), check=True, capture_output=True, text=True)


@pytest.fixture
def inside():
    """`inside(*words)` runs `ip words` in a fresh namespace; `inside.python(code, *args)` runs Python there."""
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("needs root on Linux with iproute2, for a network namespace of its own")
    name = f"ng-vantage-{os.getpid()}"
    try:
        ip("netns", "add", name)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"this computer may not make network namespaces: {error.stderr.strip()}")

    def do(*words):
        ip("-n", name, *words)

    def python(code, *args):
        done = subprocess.run(
            ("ip", "netns", "exec", name, sys.executable, "-c", code, *args),
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def sysctl(key, value):
        command = ("ip", "netns", "exec", name, "sh", "-c", f"echo {value} > /proc/sys/net/{key}")
        subprocess.run(command, check=True, capture_output=True)

    do.python, do.sysctl = python, sysctl
    try:
        do("link", "set", "lo", "up")
        yield do
    finally:
        ip("netns", "del", name)


def cable(inside, *, ipv6):
    """eth0 with an address, a default route and two neighbours; its other end far0 stays in the same namespace."""
    inside("link", "add", "eth0", "address", "02:00:5e:10:00:05", "type", "veth", "peer", "name", "far0")
    for name in ("eth0", "far0"):
        inside.sysctl(f"ipv6/conf/{name}/disable_ipv6", int(not ipv6 or name == "far0"))
        inside("link", "set", name, "up")
    inside("addr", "add", "192.168.77.5/24", "brd", "+", "dev", "eth0")
    inside("route", "add", "default", "via", "192.168.77.1", "dev", "eth0", "metric", "100")
    inside("neigh", "add", "192.168.77.1", "lladdr", "02:00:5e:10:00:01", "dev", "eth0", "nud", "stale")
    inside("neigh", "add", "192.168.77.20", "lladdr", "02:00:5e:10:00:20", "dev", "eth0", "nud", "permanent")
    if ipv6:
        inside("addr", "add", "fd77::5/64", "dev", "eth0", "nodad")
        inside("-6", "route", "add", "default", "via", "fe80::1", "dev", "eth0")
        inside("-6", "neigh", "add", "fe80::1", "lladdr", "02:00:5e:10:00:01", "dev", "eth0", "nud", "permanent")


def test_look_sees_everything_the_kernel_knows(inside):
    cable(inside, ipv6=True)
    seen = inside.python(LOOK + "print(json.dumps(told(linux.look(run, name))))")
    assert (seen["interface"], seen["address"], seen["mac"]) == ("eth0", "192.168.77.5", "02:00:5e:10:00:05")
    assert (seen["prefix"], seen["prefixes"]) == ("192.168.77.0/24", ["192.168.77.0/24", "fd77::/64"])
    assert (seen["gateway"], seen["router"]) == ("192.168.77.1", "02:00:5e:10:00:01")
    assert seen["neighbours"] == {
        "192.168.77.1": ["02:00:5e:10:00:01", False],
        "192.168.77.20": ["02:00:5e:10:00:20", True],
        "fe80::1": ["02:00:5e:10:00:01", True],
    }
    assert {"raw-sockets", "neighbour-table", "multicast"} <= set(seen["capabilities"])


def test_the_kernel_s_files_say_the_same_of_ipv4_as_ip_does(inside):
    cable(inside, ipv6=True)
    code = LOOK + "print(json.dumps(told(linux.look(run, name))))"
    by_ip, by_files = inside.python(code), inside.python(code, "without-ip")
    for key in ("interface", "address", "mac", "prefix", "prefixes", "gateway", "router", "kinds", "capabilities"):
        assert by_files[key] == by_ip[key], key
    assert set(by_files["neighbours"]) == {a for a in by_ip["neighbours"] if ":" not in a}


def test_an_ipv6_only_network_is_seen(inside):
    cable(inside, ipv6=True)
    inside("-4", "addr", "flush", "dev", "eth0")
    seen = inside.python(LOOK + "print(json.dumps(told(linux.look(run, name))))")
    assert (seen["address"], seen["prefix"]) == ("fd77::5", "fd77::/64")
    assert (seen["gateway"], seen["router"]) == ("fe80::1", "02:00:5e:10:00:01")


def test_of_two_interfaces_with_the_same_prefix_each_is_seen_by_itself(inside):
    cable(inside, ipv6=True)
    inside("link", "add", "wlan0", "address", "02:00:5e:10:01:05", "type", "veth", "peer", "name", "air0")
    for name in ("wlan0", "air0"):
        inside("link", "set", name, "up")
    inside("addr", "add", "192.168.77.6/24", "brd", "+", "dev", "wlan0")
    inside("addr", "add", "fd77::6/64", "dev", "wlan0", "nodad")
    inside("route", "add", "default", "via", "192.168.77.2", "dev", "wlan0", "metric", "600")
    inside("neigh", "add", "192.168.77.2", "lladdr", "02:00:5e:10:00:02", "dev", "wlan0", "nud", "permanent")
    code = LOOK + "print(json.dumps(told(linux.look(run, name))))"
    by_cable, by_air = inside.python(code), inside.python(code, "interface=wlan0")
    assert (by_cable["interface"], by_cable["address"], by_cable["gateway"]) == ("eth0", "192.168.77.5", "192.168.77.1")
    assert (by_air["interface"], by_air["address"], by_air["gateway"]) == ("wlan0", "192.168.77.6", "192.168.77.2")
    assert by_cable["prefixes"] == by_air["prefixes"] == ["192.168.77.0/24", "fd77::/64"]
    assert set(by_air["neighbours"]) == {"192.168.77.2"}
    assert "192.168.77.2" not in by_cable["neighbours"]
    assert any("passed over: wlan0" in remark and "192.168.77.6/24" in remark for remark in by_cable["remarks"])


def test_an_ipv6_only_network_beside_a_self_given_ipv4_address_is_seen_by_its_ipv6(inside):
    cable(inside, ipv6=True)
    inside("-4", "addr", "flush", "dev", "eth0")
    inside("addr", "add", "169.254.7.7/16", "dev", "eth0")
    seen = inside.python(LOOK + "print(json.dumps(told(linux.look(run, name))))")
    assert (seen["address"], seen["gateway"], seen["router"]) == ("fd77::5", "fe80::1", "02:00:5e:10:00:01")


def test_loopback_is_seen_by_name(inside):
    seen = inside.python(LOOK + "print(json.dumps(told(linux.look(run, name))))", "interface=lo")
    assert (seen["address"], seen["prefix"], seen["gateway"]) == ("127.0.0.1", "127.0.0.0/8", None)


def test_a_vpn_that_took_over_the_default_route_is_passed_over(inside):
    cable(inside, ipv6=False)
    # A tun device has a carrier only while a program holds it, so the program that looks holds it.
    hold = """
import fcntl, os, struct, subprocess
tun = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(tun, 0x400454CA, struct.pack("16sH", b"tun0", 0x1001))
for words in ("link set tun0 up", "addr add 10.8.0.2/32 dev tun0", "route add 0.0.0.0/1 dev tun0",
              "route add 128.0.0.0/1 dev tun0"):
    subprocess.run(["ip", *words.split()], check=True)
"""
    if not Path("/dev/net/tun").exists():
        pytest.skip("this computer has no /dev/net/tun")
    code = LOOK + hold + "print(json.dumps(told(linux.look(run, name))))"
    for how in ((), ("without-ip",)):
        seen = inside.python(code, *how)
        assert (seen["interface"], seen["kinds"]["tun0"]) == ("eth0", "tunnel")
        assert any("A VPN (tun0) carries" in remark for remark in seen["remarks"])


def test_a_bridge_of_virtual_members_does_not_outdo_the_default_route(inside):
    cable(inside, ipv6=False)
    inside("link", "add", "docker0", "type", "bridge")
    inside("link", "add", "vc0", "type", "veth", "peer", "name", "vc1")
    inside("link", "set", "vc0", "master", "docker0", "up")
    for name in ("vc1", "docker0"):
        inside("link", "set", name, "up")
    inside("addr", "add", "172.17.0.1/16", "dev", "docker0")
    seen = inside.python(LOOK + "print(json.dumps(told(linux.look(run, name))))")
    assert (seen["interface"], seen["kinds"]["docker0"]) == ("eth0", "virtual")
    assert any("docker0 (virtual, 172.17.0.1/16)" in remark for remark in seen["remarks"])


def test_looking_and_recognising_send_not_one_frame(inside):
    # Without IPv6 on the interface the kernel has nothing of its own to say, so the count is exact.
    cable(inside, ipv6=False)
    told = inside.python(LOOK + SNIFF)
    assert told["seen"]["router"] == "02:00:5e:10:00:01"
    assert told["heard"] == []


def test_with_ipv6_nothing_is_sent_but_what_the_kernel_says_by_itself(inside):
    cable(inside, ipv6=True)
    told = inside.python(LOOK + SNIFF)
    own_words = {133, 135, 143}  # router solicitation, duplicate address detection, MLDv2 report
    for frame in map(bytes.fromhex, told["heard"]):
        assert frame[12:14] == b"\x86\xdd"
        hop_by_hop = frame[20] == 0
        icmp = frame[54 + (8 if hop_by_hop else 0) :]
        assert icmp[0] in own_words
        if icmp[0] == 135:
            assert frame[22:38] == bytes(16)  # from ::, so it asks whether an address is free, not who has it
