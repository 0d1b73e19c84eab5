"""mDNS and DNS-SD (RFC 6762, RFC 6763): which services are announced, by whom, with what in their TXT records."""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from netaddr import IPAddress

from netguard.discover._contract import Ask
from netguard.model.observation import MAX_ITEMS, Fact, Sighting, clean
from netguard.model.vocabulary import Transport
from netguard.net.access import Net

AFTER: frozenset[str] = frozenset()

GROUP = IPAddress("224.0.0.251")
PORT = 5353
TTL = 255
"""RFC 6762, 11."""

ENUMERATION = "_services._dns-sd._udp.local"
"""RFC 6763, 9: asks for all service types."""

LISTEN_SECONDS = (1.2, 1.2, 0.8)
"""Listening after the types, after the types newly named, and after the instances that said too little.

Answers may be delayed by up to 120 ms each (RFC 6762, 6), and power-saving stations hear multicast late."""

QUESTIONS_PER_PACKET = 24
"""Keeps a query below 1,000 bytes, so that it is never fragmented."""

MAX_TYPES = 128
"""Types asked for at most, however many are announced to us."""

MAX_RECORDS = 512
"""Records read of one packet; a full 9,000-byte packet of honest records has about 150."""

_PTR, _TXT, _A, _SRV = 12, 16, 1, 33
_UNICAST_RESPONSE = 0x8000
"""RFC 6762, 5.4: the answer may come to us alone, which spares everybody else's radio."""


@dataclass(slots=True)
class _Talker:
    """What one address has said so far."""

    ports: dict[str, int] = field(default_factory=dict)
    """Instance to SRV port."""
    texts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    instances: set[str] = field(default_factory=set)
    types: set[str] = field(default_factory=set)
    hosts: set[str] = field(default_factory=set)


def skip(ask: Ask) -> str | None:
    """Why it cannot run here; None when it can."""
    return None if ask.surroundings.vantage.address.version == 4 else "this interface has no IPv4 address"  # noqa: PLR2004


def discover(ask: Ask, net: Net) -> Iterator[Sighting]:
    """One sighting for every address that said anything. What it says is held to be about itself and nobody else."""
    talkers: dict[IPAddress, _Talker] = {}
    asked = set(ask.service_types[:MAX_TYPES])
    with net.datagrams(group=GROUP, group_port=PORT, ttl=TTL) as datagrams:

        def turn(questions: Iterable[tuple[str, int]], seconds: float) -> None:
            for packet in queries(questions):
                datagrams.send(packet, GROUP, PORT)
            for data, source in datagrams.hear(seconds):
                if source != net.source and ask.is_target(source):
                    talker = talkers.get(source) or _Talker()
                    if _read(data, talker):
                        talkers[source] = talker

        turn([(ENUMERATION, _PTR), *((f"{name}.local", _PTR) for name in sorted(asked))], LISTEN_SECONDS[0])
        new = sorted({name for t in talkers.values() for name in t.types} - asked)[: MAX_TYPES - len(asked)]
        if new:
            turn([(f"{name}.local", _PTR) for name in new], LISTEN_SECONDS[1])
        vague = sorted({i for t in talkers.values() for i in t.instances if i not in t.ports or i not in t.texts})
        if vague:
            wanted = [(f"{name}.local", kind) for name in vague[:MAX_ITEMS] for kind in (_SRV, _TXT)]
            turn(wanted, LISTEN_SECONDS[2])
    for address in sorted(talkers):
        yield _sighting(address, talkers[address])


def queries(questions: Iterable[tuple[str, int]]) -> Iterator[bytes]:
    """Query packets for (name, record type) pairs, `QUESTIONS_PER_PACKET` each (RFC 6762, 5)."""
    pending = [_name(name) + struct.pack("!HH", kind, _UNICAST_RESPONSE | 1) for name, kind in questions]
    for start in range(0, len(pending), QUESTIONS_PER_PACKET):
        chunk = pending[start : start + QUESTIONS_PER_PACKET]
        yield struct.pack("!6H", 0, 0, len(chunk), 0, 0, 0) + b"".join(chunk)


def _name(name: str) -> bytes:
    """`name` as DNS labels; the instance part of a service name may hold dots and spaces."""
    service = name.find("._")
    head, tail = (name[:service], name[service + 1 :]) if service > 0 else ("", name)
    labels = ([head] if head else []) + tail.split(".")
    encoded = (label.encode()[:63] for label in labels)
    return b"".join(bytes((len(label),)) + label for label in encoded) + b"\0"


def _read(data: bytes, talker: _Talker) -> bool:
    """Add what a response packet says to `talker`; False when it is no readable response."""
    # scapy is loaded here, where packets are taken apart, and not at the program's start.
    from scapy.layers.dns import DNS  # noqa: PLC0415

    try:
        message = DNS(data)
        if not message.qr:
            return False
        records = [r for part in (message.an, message.ar) for r in (part or [])][:MAX_RECORDS]
        for record in records:
            _note(record, talker)
    except Exception:  # noqa: BLE001 - scapy raises whatever the garbage makes it raise
        return False
    return bool(records)


def _note(record: Any, talker: _Talker) -> None:
    name = _text(record.rrname).removesuffix(".").removesuffix(".local")
    if record.type == _PTR:
        value = _text(record.rdata).removesuffix(".").removesuffix(".local")
        if name == ENUMERATION.removesuffix(".local"):
            _add(talker.types, value)
        elif name.startswith("_"):
            _add(talker.types, name)
            if value.endswith(name):
                _add(talker.instances, value)
    elif record.type == _SRV and len(talker.ports) < MAX_ITEMS:
        talker.ports[name] = int(record.port)
        _add(talker.instances, name)
        _add(talker.hosts, _text(record.target).removesuffix(".").removesuffix(".local"))
    elif record.type == _TXT and len(talker.texts) < MAX_ITEMS:
        entries = record.rdata if isinstance(record.rdata, list) else [record.rdata]
        talker.texts[name] = tuple(_text(entry) for entry in entries[:MAX_ITEMS] if entry)
        _add(talker.instances, name)
    elif record.type == _A:
        _add(talker.hosts, name)


def _add(into: set[str], value: str) -> None:
    if value and len(into) < MAX_ITEMS:
        into.add(value)


def _text(value: object) -> str:
    return clean(value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value))


def service_type(instance: str) -> str:
    """`_hap._tcp` of `Front Door._hap._tcp`; empty when there is none."""
    labels = instance.split(".")
    return ".".join(labels[-2:]) if len(labels) > 1 and labels[-2].startswith("_") else ""


def _sighting(address: IPAddress, talker: _Talker) -> Sighting:
    facts: dict[Fact, None] = {}
    for instance in sorted(talker.instances):
        name = service_type(instance)
        if not name:
            continue
        transport = Transport.UDP if name.endswith("._udp") else Transport.TCP
        port = talker.ports.get(instance)
        facts[Fact(kind="dnssd.type", value=name, transport=transport, port=port)] = None
        facts[Fact(kind="dnssd.instance", value=instance, transport=transport, port=port)] = None
        for entry in talker.texts.get(instance, ()):
            facts[Fact(kind="dnssd.txt", value=f"{name} {entry}", transport=transport, port=port)] = None
    for name in sorted(talker.types - {service_type(i) for i in talker.instances}):
        facts[Fact(kind="dnssd.type", value=name)] = None
    what = ", ".join(sorted({service_type(i) for i in talker.instances} | talker.types)) or "its name"
    return Sighting(
        source="mdns", detail=f"announces {what}", address=address, hostnames=tuple(sorted(talker.hosts)), facts=tuple(facts)
    )
