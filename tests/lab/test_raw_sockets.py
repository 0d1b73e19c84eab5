"""What the privileged opener's sockets hear, and what neighbour discovery and DHCP make of it, with a real kernel."""

from tests.lab.cables import SCAN, inside, needs_root

HEARD = """
import json, socket, sys
from netguard.net import opener, filters
from scapy.layers.l2 import ARP, Ether
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6EchoReply, ICMPv6EchoRequest, ICMPv6ND_NA, IPv6, IPv6ExtHdrHopByHop, IPv6ExtHdrFragment
from scapy.packet import Raw

E = Ether(src="02:00:5e:10:00:77", dst="02:00:5e:10:00:05")
FRAMES = {
    "arp": E / ARP(op=2, psrc="192.0.2.1"),
    "echo reply": E / IPv6(src="fe80::1", dst="fe80::5:0") / ICMPv6EchoReply(),
    "advertisement": E / IPv6(src="fe80::1", dst="fe80::5:0") / ICMPv6ND_NA(tgt="fe80::1"),
    "udp over ipv6": E / IPv6(src="fe80::1", dst="fe80::5:0") / UDP(sport=68, dport=67),
    "tcp over ipv6": E / IPv6(src="fe80::1", dst="fe80::5:0") / TCP(),
    "behind hop-by-hop": E / IPv6(src="fe80::1", dst="fe80::5:0") / IPv6ExtHdrHopByHop() / ICMPv6EchoReply(),
    "behind a fragment": E / IPv6(src="fe80::1", dst="fe80::5:0") / IPv6ExtHdrFragment() / ICMPv6EchoReply(),
    "to a server": E / IP(src="0.0.0.0", dst="255.255.255.255") / UDP(sport=68, dport=67) / Raw(b"x" * 240),
    "to a client": E / IP(src="192.0.2.1", dst="255.255.255.255") / UDP(sport=67, dport=68) / Raw(b"x" * 240),
    "with ip options": E / IP(src="192.0.2.1", dst="192.0.2.5", options=[b"\\x01" * 8]) / UDP(sport=68, dport=67) / b"x",
    "another port": E / IP(src="192.0.2.1", dst="192.0.2.5") / UDP(sport=67, dport=69) / b"x",
    "from that port": E / IP(src="192.0.2.1", dst="192.0.2.5") / UDP(sport=68, dport=5353) / b"x",
    "tcp to that port": E / IP(src="192.0.2.1", dst="192.0.2.5") / TCP(dport=67) / b"x",
    "icmp": E / IP(src="192.0.2.1", dst="192.0.2.5") / ICMP() / b"xxxxxxxx",
    "first fragment": E / IP(src="192.0.2.1", dst="192.0.2.5", flags="MF") / UDP(sport=68, dport=67) / b"x",
    "later fragment": E / IP(src="192.0.2.1", dst="192.0.2.5", frag=1) / UDP(sport=68, dport=67) / b"x",
    "short": Raw(bytes(E)[:12] + b"\\x08\\x00"),
}
def mouth(name):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sock.bind((name, 0))
    return sock
def heard(sock, mouths):
    '''The names of the frames that come through; `sock` is one that hears nothing else but these, in order.'''
    names = []
    for name, frame in FRAMES.items():
        for each in mouths:
            each.send(bytes(frame))
        # A veth hands frames over before send() returns, so what was let through is there already.
        sock.setblocking(False)
        try:
            while True:
                assert sock.recv(4096) == bytes(frame)
                names.append(name)
        except BlockingIOError:
            pass
    return names
"""


@needs_root
def test_each_raw_socket_hears_exactly_its_own_protocol_on_its_own_interface() -> None:
    said = inside(
        "",
        HEARD
        + """
def rebound(kind):
    sock = opener.KINDS[kind]("eth0")
    sock.bind(("eth1", 3))  # ETH_P_ALL, which the kernel allows whoever holds the socket
    try:
        sock.setsockopt(socket.SOL_SOCKET, 27, 0)  # SO_DETACH_FILTER
        detached = True
    except OSError:
        detached = False
    return [heard(sock, [mouth("far1")]), detached]
print(json.dumps({
    "here": {kind: heard(opener.KINDS[kind]("eth0"), [mouth("far0"), mouth("far1")]) for kind in opener.KINDS},
    "rebound": {kind: rebound(kind) for kind in opener.KINDS},
}))
""",
    )
    assert said["here"] == {
        "arp": ["arp"],
        "ndp": ["echo reply", "advertisement"],
        "dhcp": ["to a server", "to a client", "with ip options"],
    }
    assert said["rebound"] == {kind: [[], False] for kind in ("arp", "ndp", "dhcp")}


@needs_root
def test_the_opener_gives_the_three_kinds_and_nothing_else() -> None:
    said = inside(
        "",
        """
import json, os
from netguard.net import opener, privileges
made = opener.separate(privileges.Identity(uid=65534, gid=65534, why="test"))
said = {}
for kind in ("arp", "ndp", "dhcp", "raw", "ndp eth1", "tcp", ""):
    try:
        sock = made.open(kind, "eth0")
        said[kind] = [sock.family.name, sock.getsockname()[0], hex(sock.getsockname()[1])]
    except Exception as error:
        said[kind] = str(error)
print(json.dumps(said))
""",
    )
    assert said.pop("arp") == ["AF_PACKET", "eth0", "0x806"]
    assert said.pop("ndp") == ["AF_PACKET", "eth0", "0x86dd"]
    assert said.pop("dhcp") == ["AF_PACKET", "eth0", "0x800"]
    assert len(said) == 4
    assert all("not one of the sockets it opens" in why for why in said.values())


@needs_root
def test_protocols_that_ask_at_the_same_time_get_each_its_own_socket() -> None:
    said = inside(
        "",
        """
import json
from concurrent.futures import ThreadPoolExecutor
from netguard.net import opener, privileges
made = opener.separate(privileges.Identity(uid=65534, gid=65534, why="test"))
kinds = ["arp", "ndp", "dhcp"] * 40
with ThreadPoolExecutor(12) as pool:
    socks = list(pool.map(lambda kind: made.open(kind, "eth0"), kinds))
print(json.dumps(sorted({(kind, hex(sock.getsockname()[1])) for kind, sock in zip(kinds, socks)})))
""",
    )
    assert said == [["arp", "0x806"], ["dhcp", "0x800"], ["ndp", "0x86dd"]]


@needs_root
def test_a_router_that_advertises_itself_is_heard_beside_those_who_answer() -> None:
    said = inside(
        "ip address add 192.168.77.5/24 dev eth0\n",
        """
import socket, threading
from scapy.layers.l2 import Ether
from scapy.layers.inet6 import ICMPv6EchoReply, ICMPv6EchoRequest, ICMPv6ND_RA, ICMPv6NDOptPrefixInfo, IPv6
mouth = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x86DD))
mouth.bind(("far0", 0x86DD))
def answer():
    while True:
        asked = Ether(mouth.recv(4096))
        if ICMPv6EchoRequest in asked:
            break
    E = Ether(src="02:00:5e:10:00:01", dst=asked.src)
    mouth.send(bytes(E / IPv6(src="fe80::20", dst=asked[IPv6].src) / ICMPv6EchoReply(id=asked[ICMPv6EchoRequest].id)))
    mouth.send(bytes(E / IPv6(src="fe80::66", dst=asked[IPv6].src) / ICMPv6EchoReply(id=asked[ICMPv6EchoRequest].id ^ 1)))
    for hops in (255, 254):
        mouth.send(bytes(E / IPv6(src=f"fe80::{hops}", dst="ff02::1", hlim=hops) / ICMPv6ND_RA()))
threading.Thread(target=answer, daemon=True).start()
"""
        + SCAN
        + "told(ndp=seen(ndp))",
    )
    assert said["ndp"] == {
        "fe80::20": ["02:00:5e:10:00:01", {"link.reply": "ndp"}],
        "fe80::255": ["02:00:5e:10:00:01", {"link.reply": "ndp", "link.router": True}],
    }


@needs_root
def test_names_are_overheard_when_devices_ask_the_router_for_an_address() -> None:
    said = inside(
        "ip address add 192.168.77.5/24 dev eth0\n",
        """
import socket
from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether
mouth = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
mouth.bind(("far0", 0))
MAC = "02:00:5e:10:00:20"
def said(kind, chaddr=MAC, **more):
    options = [("message-type", kind), ("hostname", b"front-door"), ("vendor_class_id", b"udhcp 1.2"), ("param_req_list", [1, 3, 6]),
               ("requested_addr", "192.168.77.20"), "end"]
    mouth.send(bytes(Ether(src=MAC, dst="ff:ff:ff:ff:ff:ff") / IP(src="0.0.0.0", dst="255.255.255.255") / UDP(sport=68, dport=67)
                     / BOOTP(chaddr=bytes.fromhex(chaddr.replace(":", ""))) / DHCP(options=options)))
"""
        + SCAN
        + """
looks = iter(range(100))
def over():
    look = next(looks)
    if look == 0:
        said("discover")
        said("request")
        said("request", chaddr="02:00:5e:10:00:66")
    return look > 4
heard = [[str(s.address), str(s.mac), s.hostnames, {f.kind: f.value for f in s.facts}]
         for s in dhcp.discover(ask(over=over), network.net("dhcp"))]
told(heard=heard)
""",
    )
    facts = {"dhcp.vendor-class": "udhcp 1.2", "dhcp.parameters": "1,3,6"}
    assert said["heard"] == [
        ["None", "02:00:5e:10:00:20", ["front-door"], facts],
        ["192.168.77.20", "02:00:5e:10:00:20", ["front-door"], facts],
    ]
    assert said["counts"] == {}
