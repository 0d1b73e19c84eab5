"""A link in the test only, whose clock is the listening itself: what is sent is answered after a delay, or not at all."""

import heapq
from contextlib import contextmanager
from itertools import count

from netaddr import IPAddress
from scapy.layers.dns import DNS, DNSRR, DNSRRSRV, dns_compress

from netguard.net.failures import NoAnswer

OWN = IPAddress("192.0.2.10")
TYPES = {"A": 1, "PTR": 12, "TXT": 16, "AAAA": 28, "SRV": 33}


def ptr(name, value):
    return DNSRR(rrname=name, type="PTR", ttl=4500, rdata=value)


def srv(name, port, target):
    return DNSRRSRV(rrname=name, ttl=120, port=port, target=target)


def txt(name, *entries):
    return DNSRR(rrname=name, type="TXT", ttl=4500, rdata=list(entries))


def at(name, address):
    return DNSRR(rrname=name, type="AAAA" if ":" in str(address) else "A", ttl=120, rdata=str(address))


def answer(*records, extra=(), compress=True):
    message = DNS(qr=1, aa=1, qd=[], an=list(records), ar=list(extra))
    return bytes(dns_compress(message) if compress else message)


def questions(packet):
    """(name, type) of all questions in `packet`."""
    message = DNS(packet)
    return [(q.qname.decode().removesuffix("."), q.qtype) for q in message.qd]


def known(packet):
    """(name, target) of all known answers in `packet`."""
    return [(r.rrname.decode().removesuffix("."), r.rdata.decode().removesuffix(".")) for r in DNS(packet).an or []]


class Air:
    """A `Net`. `devices` are called with (data, to, port, now) and give (delay, data, source) for each answer.

    `said` is what is said unasked: (when, data, source). `cut` are addresses that nothing can be sent to.
    """

    def __init__(self, *devices, said=(), source=OWN, untouchable=(), cut=(), groupless=()):
        self.source, self.devices, self.untouchable = source, devices, set(untouchable)
        self.cut, self.groupless = set(cut), set(groupless)
        self.now, self.sent, self.groups, self.broadcast_ports = 0.0, [], [], []
        self._number, self._coming = count(), []
        for when, data, speaker in said:
            self._come(when, data, speaker)

    def _come(self, when, data, speaker):
        heapq.heappush(self._coming, (when, next(self._number), data, IPAddress(speaker)))

    def may_touch(self, address):
        return address not in self.untouchable

    @contextmanager
    def datagrams(self, *, group=None, group_port=0, broadcast_port=0, ttl=1, family=None):
        if group is not None and group in self.groupless:
            raise NoAnswer("this computer has no address to send from")
        self.groups.append((group, group_port, ttl))
        if broadcast_port:
            self.broadcast_ports.append(broadcast_port)
        yield Ears(self, family or (group.version if group is not None else 4))

    def packets(self, to=None):
        return [data for _, data, where, _ in self.sent if to is None or where == to]


class Ears:
    """`Datagrams` of one IP version."""

    def __init__(self, air, version):
        self.air, self.version, self.flooders = air, version, set()

    def send(self, data, to, port):
        assert to.version == self.version
        if to in self.air.cut:
            raise NoAnswer(f"nothing could be sent to {to}")
        self.air.sent.append((self.air.now, data, to, port))
        for device in self.air.devices:
            for delay, said, speaker in device(data, to, port, self.air.now):
                self.air._come(self.air.now + delay, said, speaker)

    def hear(self, seconds):
        self.air.now += seconds
        waiting = []
        while self.air._coming and self.air._coming[0][0] <= self.air.now:
            coming = heapq.heappop(self.air._coming)
            if coming[3].version == self.version:
                yield coming[2], coming[3]
            else:
                waiting.append(coming)
        for coming in waiting:
            heapq.heappush(self.air._coming, coming)


class Responder:
    """A multicast DNS responder at `addresses`, answering over each of their IP versions what it was asked.

    With `strict` it drops queries with known answers from an unusual port, as avahi does; `deaf` is how many of the
    first queries it misses; `together` adds everything else it has to an answer.
    """

    def __init__(self, *addresses, records, delay=0.08, strict=False, deaf=0, together=True, group=True):
        self.addresses = [IPAddress(a) for a in addresses]
        self.records, self.delay, self.strict, self.deaf, self.together = records, delay, strict, deaf, together
        self.group = group
        self.answered = []

    def __call__(self, data, to, port, now):
        speaker = next((a for a in self.addresses if a.version == to.version), None)
        if port != 5353 or speaker is None or not (to.is_multicast() or to == speaker):
            return
        if self.deaf > 0:
            self.deaf -= 1
            return
        told = {(n.lower(), v.lower()) for n, v in known(data)}
        if told and self.strict:
            return
        asked = {(n.lower(), t) for n, t in questions(data)}
        found = [r for r in self.records if (_owner(r), r.type) in asked and (_owner(r), _value(r)) not in told]
        if found:
            self.answered.append(found)
            more = [r for r in self.records if r not in found and r.type != 12] if self.together else []
            yield self.delay, answer(*found, extra=more), speaker


def _owner(record):
    return record.rrname.decode().removesuffix(".").lower()


def _value(record):
    return record.rdata.decode().removesuffix(".").lower() if record.type == TYPES["PTR"] else ""


def service(instance, kind, port, host, *entries):
    """The records of one announced service."""
    name = f"{instance}.{kind}.local."
    return [
        ptr("_services._dns-sd._udp.local.", f"{kind}.local."),
        ptr(f"{kind}.local.", name),
        srv(name, port, f"{host}.local."),
        txt(name, *(entry.encode() for entry in entries)),
    ]
