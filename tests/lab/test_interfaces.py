"""By which interface packets leave where two have the same prefix, with a real kernel. Needs root."""

from tests.lab.cables import inside, needs_root

SAME_PREFIX = """
ip address add 192.168.77.6/24 dev eth1
ip address add 192.168.77.5/24 dev eth0
ip address add fd77::6/64 dev eth1 nodad
ip address add fd77::5/64 dev eth0 nodad
for n in 0 1; do
  for peer in 192.168.77.20 fd77::20 fe80::20; do
    ip neigh replace $peer lladdr 02:00:5e:10:0$n:01 dev eth$n nud permanent
  done
done
"""
"""Both interfaces have the same prefixes; eth1's routes come first, so that it is the one the kernel takes by itself."""

LEAVES = """
import json, socket, sys, time
from netaddr import IPAddress, IPNetwork
from netguard.net import privileges
from netguard.net.access import GENTLE, Network
from netguard.net.control import Cancel, Deadline
from netguard.net.failures import NoAnswer
from netguard.net.guard import Guard
from netguard.net.transcript import Transcript
from netguard.net.way import Way

OWN = [IPAddress(a) for a in ("192.168.77.5", "fd77::5", "fe80::5:0")]
PEERS = [IPAddress(a) for a in ("192.168.77.20", "fd77::20", "fe80::20")]
MINE = {b"\\x13\\x87", b"\\x13\\x88", b"\\x13\\x89", b"\\x14\\xe9"}  # ports 4999, 5000, 5001, 5353

def ear(name):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    sock.bind((name, 3))
    sock.setblocking(False)
    return sock
def read(sock):
    '''(protocol, source, destination, destination port) of the TCP and UDP packets that arrived.'''
    found = set()
    try:
        while True:
            frame = sock.recv(4096)
            if frame[12:14] == b"\\x08\\x00":
                what, source, to, port = frame[23], frame[26:30], frame[30:34], frame[36:38]
            elif frame[12:14] == b"\\x86\\xdd":
                what, source, to, port = frame[20], frame[22:38], frame[38:54], frame[56:58]
            else:
                continue
            if what in (6, 17) and port in MINE:
                text = lambda b: str(IPAddress(int.from_bytes(b), 4 if len(b) == 4 else 6))
                found.add(("tcp" if what == 6 else "udp", text(source), text(to), int.from_bytes(port)))
    except BlockingIOError:
        return sorted(found)
def anything(sock):
    '''What arrived of any kind, in hexadecimal, without the reports of its groups that a kernel makes by itself (MLD).'''
    found = []
    try:
        while True:
            frame = sock.recv(4096)
            if frame[12:14] != b"\\x86\\xdd" or frame[20] != 0:
                found.append(frame.hex())
    except BlockingIOError:
        return found

def everything(network):
    net = network.net("test", seconds=20)
    for peer in PEERS:
        try:
            net.connect(peer, 4999, seconds=0.1)
        except NoAnswer:
            pass
        net.sweep(peer, [5000])
        with net.datagrams(family=peer.version) as datagrams:
            datagrams.send(b"x", peer, 5001)
    for group in ("224.0.0.251", "ff02::fb"):
        with net.datagrams(group=IPAddress(group), group_port=5353, ttl=255) as datagrams:
            datagrams.send(b"x", IPAddress(group), 5353)
def network(**given):
    return Network(source=OWN[0], guard=Guard([IPNetwork("192.168.77.0/24"), IPNetwork("fd77::/64"), IPNetwork("fe80::/10")]),
                   transcript=Transcript(), cancel=Cancel(), deadline=Deadline(30), **given)
near, other = ear("far0"), ear("far1")
privileges.drop(privileges.Identity(uid=0, gid=0, why="test"))  # no right is left; files of root can be read
"""

ALL_THERE_IS = [
    ["tcp", "192.168.77.5", "192.168.77.20", 4999],
    ["tcp", "192.168.77.5", "192.168.77.20", 5000],
    ["tcp", "fd77::5", "fd77::20", 4999],
    ["tcp", "fd77::5", "fd77::20", 5000],
    ["tcp", "fe80::5:0", "fe80::20", 4999],
    ["tcp", "fe80::5:0", "fe80::20", 5000],
    ["udp", "192.168.77.5", "192.168.77.20", 5001],
    ["udp", "192.168.77.5", "224.0.0.251", 5353],
    ["udp", "fd77::5", "fd77::20", 5001],
    ["udp", "fe80::5:0", "fe80::20", 5001],
    ["udp", "fe80::5:0", "ff02::fb", 5353],
]


@needs_root
def test_nothing_leaves_by_another_interface_with_the_same_prefix_not_even_without_rights() -> None:
    said = inside(
        SAME_PREFIX,
        LEAVES
        + """
with network(interface="eth0", addresses=OWN) as tied:
    everything(tied)
print(json.dumps({"near": read(near), "other": anything(other)}))
""",
    )
    assert said == {"near": ALL_THERE_IS, "other": []}


@needs_root
def test_left_to_itself_the_kernel_would_take_the_other_interface() -> None:
    said = inside(
        SAME_PREFIX,
        LEAVES
        + """
with network() as untied:
    try:
        untied.net("test").connect(PEERS[0], 4999, seconds=0.1)
    except NoAnswer:
        pass
print(json.dumps({"near": read(near), "other": read(other)}))
""",
    )
    assert said == {"near": [], "other": [["tcp", "192.168.77.6", "192.168.77.20", 4999]]}


@needs_root
def test_where_sockets_cannot_be_tied_our_own_address_there_is_the_source() -> None:
    said = inside(
        SAME_PREFIX,
        LEAVES
        + """
Way.tie = lambda self, sock, version: False
with network(interface="eth0", addresses=OWN) as bound:
    everything(bound)
print(json.dumps(read(near) + read(other)))
""",
    )
    assert {source for _, source, _, _ in said} == {"192.168.77.5", "fd77::5", "fe80::5:0"}
    assert {(what, to, port) for what, _, to, port in said} == {(what, to, port) for what, _, to, port in ALL_THERE_IS}


@needs_root
def test_what_goes_to_ourselves_still_arrives_and_an_interface_that_is_gone_is_a_reason() -> None:
    said = inside(
        SAME_PREFIX,
        """
import socket
served = [socket.create_server(("192.168.77.5", 4999)), socket.create_server(("fd77::5", 4999), family=socket.AF_INET6)]
"""
        + LEAVES
        + """
with network(interface="eth0", addresses=OWN) as tied:
    open_ = [tied.net("test").sweep(a, [4999, 5000]).states for a in OWN[:2]]
said = []
with network(interface="eth7", addresses=OWN) as gone:
    for act in (lambda: gone.net("test").connect(PEERS[2], 4999), lambda: gone.net("test").datagrams(family=6).__enter__(),
                lambda: gone.net("test").connect(PEERS[0], 4999)):
        try:
            act()
        except NoAnswer as error:
            said.append(str(error))
    states = gone.net("test").sweep(PEERS[0], [4999]).states
print(json.dumps([[[p, s] for states in open_ for (_, p), s in sorted(states.items())], said, [str(s) for s in states.values()]]))
""",
    )
    assert said[0] == [[4999, "open"], [5000, "closed"]] * 2
    assert len(said[1]) == 3
    assert all("eth7" in reason for reason in said[1])
    assert said[2] == ["filtered"]


@needs_root
def test_datagrams_over_ipv6_are_heard_from_the_group_and_by_unicast_and_only_on_this_interface() -> None:
    said = inside(
        SAME_PREFIX,
        """
from scapy.layers.l2 import Ether
from scapy.layers.inet import UDP
from scapy.layers.inet6 import IPv6
"""
        + LEAVES
        + """
def frame(n, source, to, mac, port):
    return bytes(Ether(src=f"02:00:5e:10:0{n}:01", dst=mac) / IPv6(src=source, dst=to, hlim=255) / UDP(sport=5353, dport=port)
                 / f"{source} {n}".encode())
with network(interface="eth0", addresses=OWN) as tied:
    with tied.net("test").datagrams(group=IPAddress("ff02::fb"), group_port=5353, ttl=255) as d:
        d.send(b"x", IPAddress("fe80::20"), 5001)
        d.send(b"x", IPAddress("fd77::20"), 5001)
        port = d._sockets[0].getsockname()[1]
        for n, mouth in ((0, near), (1, other)):
            own = f"02:00:5e:10:0{n}:05"
            mouth.send(frame(n, "fe80::20", "ff02::fb", "33:33:00:00:00:fb", 5353))
            mouth.send(frame(n, "fe80::21", f"fe80::5:{n}", own, port))
            mouth.send(frame(n, "fd77::22", "fd77::5" if n == 0 else "fd77::6", own, port))
        heard = [[data.decode(), str(source)] for data, source in d.hear(0.3)]
print(json.dumps(sorted(heard)))
""",
    )
    assert said == [["fd77::22 0", "fd77::22"], ["fe80::20 0", "fe80::20"], ["fe80::21 0", "fe80::21"]]
