"""Ubiquiti's discovery (UDP 10001): one question to a device of that make, which says its name, model and firmware.

Ubiquiti says what the port is for (help.ui.com, article 218506997 on UniFi's ports: device discovery), not its bytes.
These are as nmap's `ubiquiti-discovery` and Wireshark's dissector `packet-ubdp.c` know them: a version, a command, the length
of what follows, then type (one byte), length (two, network order) and value. The question is version 1, command 0, nothing.

Who is asked: what is of that make by its MAC or its record. Locks, hubs and alarms are left alone.
"""

import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from netguard.model.device import Device
from netguard.model.observation import Fact, clean
from netguard.model.vocabulary import DOOR_ROLES, HUB_ROLES, Role, Transport
from netguard.net.access import Net
from netguard.net.failures import NoAnswer
from netguard.probe import _udp
from netguard.probe._contract import Ask, Learnt, Target

NEEDS = frozenset({"ports"})
PROVIDES = frozenset({"ubnt"})

PORT = 10001
MAKE = "ubiquiti"
"""How the vendor's name begins, in our records and in the IEEE's register ("Ubiquiti Inc")."""

LEFT_ALONE = DOOR_ROLES | HUB_ROLES | {Role.ALARM}

QUESTION = bytes((1, 0, 0, 0))
MAX_ELEMENTS = 64
"""Elements read of one answer: a router says some fifteen, an address each. Stops thousands of empty ones."""

_HEADER, _ELEMENT = struct.Struct("!BBH"), struct.Struct("!BH")
_ANSWERS = frozenset({(1, 0), (2, 6), (2, 9), (2, 11)})
"""Version and command of answers (`ubiquiti-discovery`); some devices answer in the second version."""

_FIRMWARE, _NAME, _SHORT_MODEL, _MODEL, _MODEL_2, _VERSION_2 = 0x03, 0x0B, 0x0C, 0x14, 0x15, 0x16
_NUMBER = re.compile(r"(?:^|\.)v?(\d+\.\d+\.\d+)\b")
"""`EdgeRouter.ER-e50.v1.10.7.5127989.181001.1227`, and `5.9.29` in the second version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a device says of itself; empty where it does not."""

    name: str = ""
    model: str = ""
    version: str = ""
    """The whole text, `EdgeRouter.ER-e50.v1.10.7.5127989.181001.1227`."""


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """UDP 10001, by the rule above."""
    is_of_that_make = (device.vendor or "").casefold().startswith(MAKE)
    if is_of_that_make and device.role not in LEFT_ALONE and _udp.is_due(device, ask):
        yield from _udp.target(device, PORT)


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """`ubnt.*`, `host.name` and `firmware.version`. Raises `NoAnswer` when it is silent, or says something else."""
    answer = _udp.ask_once(target, net, QUESTION)
    yield _udp.asked(target)
    if answer is None:
        return
    yield _udp.opened(target)
    said = read(answer)
    if said is None:
        raise NoAnswer("it answered something that is not Ubiquiti's discovery")
    number = _NUMBER.search(said.version)
    yield _udp.opened(target, "ubiquiti-discovery")
    facts = (
        ("ubnt.name", said.name),
        ("ubnt.model", said.model),
        ("ubnt.version", said.version),
        ("host.name", said.name),
        ("firmware.version", number[1] if number else ""),
    )
    for kind, value in facts:
        if value:
            yield Fact(kind=kind, value=value, transport=Transport.UDP, port=target.port)


def read(answer: bytes) -> Said | None:
    """What an answer says; None for anything else, malformed ones included."""
    if len(answer) < _HEADER.size:
        return None
    version, command, length = _HEADER.unpack_from(answer)
    if (version, command) not in _ANSWERS or length != len(answer) - _HEADER.size:
        return None
    elements: dict[int, bytes] = {}
    at = _HEADER.size
    for _ in range(MAX_ELEMENTS):
        if at == len(answer):
            break
        if at + _ELEMENT.size > len(answer):
            return None
        kind, size = _ELEMENT.unpack_from(answer, at)
        at += _ELEMENT.size
        if at + size > len(answer):
            return None
        elements.setdefault(kind, answer[at : at + size])
        at += size
    if at != len(answer):
        return None

    def first(*kinds: int) -> str:
        texts = (clean(elements.get(kind, b"").rstrip(b"\0").decode("utf-8", "replace")) for kind in kinds)
        return next((text for text in texts if text), "")

    said = Said(name=first(_NAME), model=first(_MODEL, _MODEL_2, _SHORT_MODEL), version=first(_FIRMWARE, _VERSION_2))
    return said if said != Said() else None
