"""MikroTik's question to everybody and the answers by broadcast, with a real kernel between two interfaces. Needs root."""

from tests.lab.cables import inside, needs_root
from tests.lab.test_interfaces import SAME_PREFIX

PROGRAM = """
import json, socket, struct, threading
from netaddr import IPAddress, IPNetwork
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether
from netguard.discover import mndp
from netguard.discover._contract import Ask
from netguard.net import privileges
from netguard.net.access import Network
from netguard.net.control import Cancel, Deadline
from netguard.net.guard import Guard
from netguard.net.transcript import Transcript
from netguard.vantage import linux, system

def ear(name):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    sock.bind((name, 3))
    sock.setblocking(False)
    return sock
def read(sock):
    '''(source MAC, destination MAC, source, destination, port, payload) of the UDP packets that arrived.'''
    found = []
    try:
        while True:
            frame = Ether(sock.recv(4096))
            if UDP in frame:
                found.append([frame.src, frame.dst, frame[IP].src, frame[IP].dst, frame[UDP].dport, bytes(frame[UDP].payload).hex()])
    except BlockingIOError:
        return found
def announce(mouth, source, name):
    elements = ((1, bytes.fromhex("744d28910d2f")), (5, name.encode()), (7, b"7.15.3 (stable)"), (8, b"MikroTik"), (12, b"RB5009"))
    said = bytes(4) + b"".join(struct.pack("!HH", k, len(v)) + v for k, v in elements)
    mouth.send(bytes(Ether(src="02:00:5e:10:00:01", dst="ff:ff:ff:ff:ff:ff") / IP(src=source, dst="255.255.255.255")
                     / UDP(sport=5678, dport=5678) / said))

near, other = ear("far0"), ear("far1")
privileges.drop(privileges.Identity(uid=0, gid=0, why="test"))  # no right is left; files of root can be read
around = linux.look(system.run, "eth0")
targets = (around.vantage.segment.prefix,)
own = [a for i in around.interfaces if i.name == "eth0" for a in i.addresses]
network = Network(source=around.vantage.address, guard=Guard(targets), transcript=Transcript(), cancel=Cancel(),
                  deadline=Deadline(30), interface="eth0", addresses=own)
with network:
    net = network.net("mndp")
    with net.datagrams(family=4, broadcast_port=5678) as ears:
        ears.send(bytes(4), IPAddress("255.255.255.255"), 5678)
        announce(near, "192.168.77.20", "near")
        announce(other, "192.168.77.21", "other")
        heard = [[str(source), data.hex()] for data, source in ears.hear(0.3)]
    asked, astray = read(near), read(other)
    # One answers each question; the other, at the wrong interface, does so, too.
    over = threading.Event()
    def answering():
        while not over.wait(0.02):
            if [packet for packet in read(near) if packet[4] == 5678]:
                announce(near, "192.168.77.20", "near")
                announce(other, "192.168.77.20", "other")
    answerer = threading.Thread(target=answering)
    answerer.start()
    ask = Ask(surroundings=around, targets=targets, neighbours=lambda: linux.neighbours(system.run, "eth0"))
    found = [[str(s.address), str(s.mac), s.hostnames] for s in mndp.discover(ask, net)]
    over.set()
    answerer.join()
print(json.dumps({"asked": asked, "astray": astray, "heard": heard, "found": found, "counts": network.transcript.counts}))
"""


@needs_root
def test_everybody_is_asked_by_the_chosen_interface_alone_and_heard_there_alone() -> None:
    neighbour = "ip neigh replace 192.168.77.20 lladdr 74:4d:28:91:0d:2f dev eth0 nud permanent\n"
    said = inside(SAME_PREFIX + neighbour, PROGRAM)
    question = ["02:00:5e:10:00:05", "ff:ff:ff:ff:ff:ff", "192.168.77.5", "255.255.255.255", 5678, "00000000"]
    assert said["asked"] == [question]
    assert said["astray"] == []
    assert [source for source, _ in said["heard"] if source != "192.168.77.5"] == ["192.168.77.20"]
    assert said["found"] == [["192.168.77.20", "74:4d:28:91:0d:2f", ["near"]]]
    assert said["counts"] == {"udp-send": 3}
