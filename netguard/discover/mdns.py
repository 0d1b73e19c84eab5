"""mDNS and DNS-SD (RFC 6762, RFC 6763): which services are announced, by whom, with what in their TXT records."""

import logging
import re
import struct
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
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

MAX_QUERY = 1200
"""Bytes of one query packet, so that it is never fragmented, whatever names we were told to ask for."""

MAX_NAME = 255
"""Bytes of one encoded name (RFC 1035, 2.3.4); a longer one cannot be asked for."""

MAX_TYPES = 128
"""Types asked for at most, however many are announced to us."""

MAX_RECORDS = 512
"""Records read of one section; a full 9,000-byte packet of honest records has about 150."""

MAX_READING = 0.25
"""Seconds spent on taking apart what one address says in all; honest packets take a few milliseconds each. Stops one that
makes names expensive from using up the time in which the others are heard."""

MAX_SIGHTINGS = 8
"""Sightings of `MAX_ITEMS` facts each for one address; a television with a dozen services needs two or three."""

_PTR, _TXT, _A, _AAAA, _SRV = 12, 16, 1, 28, 33
_HEADER = struct.Struct("!6H")
_UNICAST_RESPONSE = 0x8000
"""RFC 6762, 5.4: the answer may come to us alone, which spares everybody else's radio."""


_TYPE = re.compile(r"_[a-z0-9-]{1,63}\._(?:tcp|udp)")
"""A service type (RFC 6763, 7); names of more than 15 characters exist in spite of RFC 6335, 5.1."""


@dataclass(slots=True)
class _Talker:
    """What one address has said so far."""

    ports: dict[str, int] = field(default_factory=dict)
    """Instance to SRV port."""
    texts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    instances: set[str] = field(default_factory=set)
    types: set[str] = field(default_factory=set)
    hosts: set[str] = field(default_factory=set)
    reading: float = 0.0
    """Seconds spent on its packets."""


def skip(ask: Ask) -> str | None:
    """Why it cannot run here; None when it can."""
    return None if ask.surroundings.vantage.address.version == 4 else "this interface has no IPv4 address"


def discover(ask: Ask, net: Net) -> Iterator[Sighting]:
    """Sightings of every address that said anything. What it says is held to be about itself and nobody else."""
    talkers: dict[IPAddress, _Talker] = {}
    asked = set(ask.service_types[:MAX_TYPES])
    with net.datagrams(group=GROUP, group_port=PORT, ttl=TTL) as datagrams:

        def turn(questions: Iterable[tuple[str, int]], seconds: float) -> None:
            for packet in queries(questions):
                datagrams.send(packet, GROUP, PORT)
            for data, source in datagrams.hear(seconds):
                if source != net.source and ask.is_target(source):
                    _read(data, talkers.setdefault(source, _Talker()))

        turn([(ENUMERATION, _PTR), *((f"{name}.local", _PTR) for name in sorted(asked))], LISTEN_SECONDS[0])
        new = sorted({name for t in talkers.values() for name in t.types} - asked)[: MAX_TYPES - len(asked)]
        if new:
            turn([(f"{name}.local", _PTR) for name in new], LISTEN_SECONDS[1])
        vague = sorted({i for t in talkers.values() for i in t.instances if i not in t.ports or i not in t.texts})
        if vague:
            wanted = [(f"{name}.local", kind) for name in vague[:MAX_ITEMS] for kind in (_SRV, _TXT)]
            turn(wanted, LISTEN_SECONDS[2])
    for address in sorted(talkers):
        yield from _sightings(address, talkers[address])


def queries(questions: Iterable[tuple[str, int]]) -> Iterator[bytes]:
    """Query packets for (name, record type) pairs, as many in each as `MAX_QUERY` allows (RFC 6762, 5).

    A name that DNS has no room for is left out.
    """
    chunk: list[bytes] = []
    size = 0
    for name, kind in questions:
        encoded = _encoded(name)
        if len(encoded) > MAX_NAME:
            continue
        question = encoded + struct.pack("!HH", kind, _UNICAST_RESPONSE | 1)
        if size + len(question) > MAX_QUERY - _HEADER.size:
            yield _query(chunk)
            chunk, size = [], 0
        chunk.append(question)
        size += len(question)
    if chunk:
        yield _query(chunk)


def _query(questions: list[bytes]) -> bytes:
    return _HEADER.pack(0, 0, len(questions), 0, 0, 0) + b"".join(questions)


def _encoded(name: str) -> bytes:
    """`name` as DNS labels; the instance part of a service name may hold dots and spaces."""
    plain = name.removesuffix(".local")
    service = service_type(plain)
    instance = plain.removesuffix(service).removesuffix(".")
    if service and instance and not instance.startswith("_"):
        labels = [instance, *service.split("."), "local"]
    else:
        labels = name.split(".")
    cut = (label.encode()[:63] for label in labels if label)
    return b"".join(bytes((len(label),)) + label for label in cut) + b"\0"


def _read(data: bytes, talker: _Talker) -> None:
    """Add what a response packet says to `talker`; nothing when it is no readable response."""
    # scapy is loaded here, where packets are taken apart, and not at the program's start.
    from scapy.config import conf
    from scapy.layers.dns import DNS

    if talker.reading > MAX_READING or len(data) < _HEADER.size:
        return
    began = time.perf_counter()
    # It writes its opinion of every strange packet to the terminal otherwise, and reads no section of more than 100.
    logging.getLogger("scapy.runtime").setLevel(logging.CRITICAL)
    conf.max_list_count = MAX_RECORDS
    try:
        message = DNS(data)
        records = [r for part in (message.an, message.ar) for r in (part or [])] if message.qr else []
    except Exception:  # noqa: BLE001 - scapy raises whatever the garbage makes it raise
        records = []
    for record in records:
        # What cannot be read in one record costs that record and no other.
        with suppress(AttributeError, TypeError, ValueError):
            _note(record, talker)
    talker.reading += time.perf_counter() - began


def _note(record: Any, talker: _Talker) -> None:
    name = _local(record.rrname)
    if record.type == _PTR:
        value = _local(record.rdata)
        if f"{name}.local".lower() == ENUMERATION:
            _add(talker.types, _known_type(value))
        elif service := _known_type(name):
            _add(talker.types, service)
            if value.lower().endswith(f".{service}"):
                _add(talker.instances, _with_type(value))
    elif record.type == _SRV and service_type(name):
        _add(talker.instances, _with_type(name))
        if _with_type(name) in talker.instances:
            talker.ports[_with_type(name)] = int(record.port)
        _add(talker.hosts, _local(record.target))
    elif record.type == _TXT and service_type(name):
        entries = record.rdata if isinstance(record.rdata, list) else [record.rdata]
        _add(talker.instances, _with_type(name))
        if _with_type(name) in talker.instances:
            talker.texts[_with_type(name)] = tuple(text for text in map(_text, entries[:MAX_ITEMS]) if text)
    elif record.type in {_A, _AAAA}:
        _add(talker.hosts, name)


def _add(into: set[str], value: str) -> None:
    if value and len(into) < MAX_ITEMS:
        into.add(value)


def _text(value: object) -> str:
    return clean(value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value))


def _local(name: object) -> str:
    """A name without its last dot and `.local`."""
    return re.sub(r"\.local$", "", _text(name).removesuffix("."), flags=re.IGNORECASE)


def _known_type(name: str) -> str:
    """`name` when it is a service type, in small letters (RFC 6763, 7: their case says nothing); else empty."""
    return name.lower() if _TYPE.fullmatch(name.lower()) else ""


def service_type(instance: str) -> str:
    """`_hap._tcp` of `Front Door._hap._tcp`; empty when there is none."""
    return _known_type(".".join(instance.split(".")[-2:]))


def _with_type(instance: str) -> str:
    """The instance with its service type in small letters, so that all its records meet."""
    service = service_type(instance)
    return instance[: len(instance) - len(service)] + service


def _sightings(address: IPAddress, talker: _Talker) -> Iterator[Sighting]:
    """What it is first, then what its TXT records say of it; several sightings when one cannot hold it all."""
    if not (talker.instances or talker.types or talker.hosts):
        return
    facts: dict[Fact, None] = {}
    texts: dict[Fact, None] = {}
    for instance in sorted(talker.instances):
        name = service_type(instance)
        transport = Transport.UDP if name.endswith("._udp") else Transport.TCP
        port = talker.ports.get(instance)
        facts[Fact(kind="dnssd.type", value=name, transport=transport, port=port)] = None
        facts[Fact(kind="dnssd.instance", value=instance, transport=transport, port=port)] = None
        for entry in talker.texts.get(instance, ()):
            texts[Fact(kind="dnssd.txt", value=f"{name} {entry}", transport=transport, port=port)] = None
    for name in sorted(talker.types - {service_type(i) for i in talker.instances}):
        facts[Fact(kind="dnssd.type", value=name)] = None
    what = ", ".join(sorted({service_type(i) for i in talker.instances} | talker.types)) or "its name"
    everything = (*facts, *texts)[: MAX_SIGHTINGS * MAX_ITEMS]
    for start in range(0, max(1, len(everything)), MAX_ITEMS):
        yield Sighting(
            source="mdns",
            detail=f"announces {what}",
            address=address,
            hostnames=tuple(sorted(talker.hosts)),
            facts=everything[start : start + MAX_ITEMS],
        )
