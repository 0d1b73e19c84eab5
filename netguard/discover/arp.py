"""ARP (RFC 826): ask every address of the network who has it. Needs root; what is silent to everything else answers this."""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from netaddr import EUI, IPAddress

from netguard.discover._contract import Ask
from netguard.model import address as addresses
from netguard.model.observation import Fact, Sighting
from netguard.net.access import Net

AFTER: frozenset[str] = frozenset()
LISTENS = False

QUIET_SECONDS = 0.15
"""A round is over when nobody has answered for this long; measured, with 10 % loss 40 of 40 hosts are found."""

LAST_QUIET_SECONDS = 0.30
"""The wait of the round that adds nobody, which ends the sweep: power-saving stations get broadcast at every DTIM only."""

LATE_SECONDS = 0.6
"""Listening after the last round: Linux answers for others after up to 0.8 s (arp(7), proxy_delay), as routers and range
extenders do that stand in for the hosts behind them. Other protocols take longer than that anyway."""

MOST_ROUNDS = 5
"""Rounds at most, so that a stream of made-up answers cannot keep the sweep going."""

ROUND_SECONDS = 3.0
"""Longest wait for one round's answers: a frame now and then, made up or honest, would otherwise put its end off for ever."""

_FRAME = struct.Struct("!6s6sHHHBBH6s4s6s4s")
_ETHERTYPE_ARP, _ETHERNET, _IPV4, _REQUEST, _REPLY = 0x0806, 1, 0x0800, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Who says to have an address. `via` is the Ethernet source where it is another: range extenders and proxies do that."""

    address: IPAddress
    mac: EUI
    via: EUI | None = None


def skip(ask: Ask) -> str | None:
    """Why it cannot run here; None when it can."""
    if not ask.raw_packets:
        return "raw packets need root"
    if ask.surroundings.vantage.mac is None:
        return "this interface has no MAC address, so there is no ARP on it"
    if not any(a.version == 4 for a in ask.own_addresses):
        return "this interface has no IPv4 address"
    return None


def discover(ask: Ask, net: Net) -> Iterator[Sighting]:
    """One sighting for every (address, MAC, carrier) that answered. Asks the silent again until a round adds nobody."""
    own_mac = ask.surroundings.vantage.mac
    assert own_mac is not None  # noqa: S101 - skip() said so
    silent = dict.fromkeys(host for host in ask.hosts() if host.version == 4)
    source = next(a for a in ask.own_addresses if a.version == 4)
    seen: set[Answer] = set()
    with net.raw("arp") as raw:
        for _ in range(MOST_ROUNDS):
            before = len(seen)
            for host in silent:
                raw.ask(request(own_mac, source, host), host)
            yield from _new(raw.frames_until_quiet(QUIET_SECONDS, LAST_QUIET_SECONDS, ROUND_SECONDS), ask, seen)
            for answer in seen:
                silent.pop(answer.address, None)
            if len(seen) == before:
                break
        yield from _new(raw.frames_until_quiet(LATE_SECONDS, LATE_SECONDS, LATE_SECONDS), ask, seen)


def _new(frames: Iterable[bytes], ask: Ask, seen: "set[Answer]") -> Iterator[Sighting]:
    """Sightings of who answers for the first time and was asked for; they are in `seen` then."""
    own_mac, own = ask.surroundings.vantage.mac, ask.own_addresses
    for frame in frames:
        answer = parse(frame)
        if answer is None or answer in seen or own_mac in (answer.mac, answer.via):
            continue
        if answer.address not in own and ask.is_target(answer.address):
            seen.add(answer)
            yield _sighting(answer)


def _sighting(answer: "Answer") -> Sighting:
    facts = [Fact(kind="link.reply", value="arp")]
    if answer.via is not None:
        facts.append(Fact(kind="link.via", value=str(answer.via)))
    return Sighting(
        source="arp",
        detail=f"{answer.address} is at {answer.mac}" + (f", by way of {answer.via}" if answer.via is not None else ""),
        address=answer.address,
        mac=answer.mac,
        facts=tuple(facts),
    )


def request(own_mac: EUI, own_address: IPAddress, wanted: IPAddress) -> bytes:
    """An Ethernet frame asking everybody who has `wanted`."""
    source = own_mac.packed
    return _FRAME.pack(
        b"\xff" * 6,
        source,
        _ETHERTYPE_ARP,
        _ETHERNET,
        _IPV4,
        6,
        4,
        _REQUEST,
        source,
        own_address.packed,
        b"\0" * 6,
        wanted.packed,
    )


def parse(frame: bytes) -> Answer | None:
    """Who an ARP frame says its sender is; None for anything but a plausible IPv4-over-Ethernet request or reply."""
    if len(frame) < _FRAME.size:
        return None
    _, source, ethertype, hardware, protocol, size, length, operation, sender, sender_ip, _, _ = _FRAME.unpack_from(
        frame
    )
    if (ethertype, hardware, protocol, size, length) != (_ETHERTYPE_ARP, _ETHERNET, _IPV4, 6, 4):
        return None
    if operation not in {_REQUEST, _REPLY} or sender_ip == b"\0" * 4:
        return None
    mac, via = addresses.mac(sender.hex(":")), addresses.mac(source.hex(":"))
    if any(addresses.is_group(each) or not int(each) for each in (mac, via)):
        return None
    return Answer(address=IPAddress(int.from_bytes(sender_ip), 4), mac=mac, via=None if via == mac else via)
