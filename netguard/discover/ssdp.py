"""SSDP (UPnP Device Architecture 2.0, chapter 1): search by multicast, and ask the gateway by itself."""

from collections.abc import Iterator
from contextlib import suppress

from netaddr import IPAddress

from netguard.discover._contract import Ask
from netguard.model.observation import Fact, Sighting, clean
from netguard.model.vocabulary import Transport
from netguard.net.access import Net
from netguard.net.failures import NoAnswer

AFTER: frozenset[str] = frozenset()

GROUP = IPAddress("239.255.255.250")
PORT = 1900
MX_SECONDS = 1
"""Longest delay devices may choose before they answer (UDA 2.0, 1.3.2)."""

LISTEN_SECONDS = 2.5
"""MX, and time for slow stacks and a Wi-Fi beacon or two."""

TTL = 2
"""UDA 2.0, 1.3.2: should default to 2."""

TARGETS = ("ssdp:all", "upnp:rootdevice")
MAX_HEADERS = 32
"""Header lines read of one answer; honest ones have about ten."""

_KINDS = {"ST": "ssdp.type", "NT": "ssdp.type", "USN": "ssdp.usn", "SERVER": "ssdp.server", "LOCATION": "ssdp.location"}


def skip(ask: Ask) -> str | None:
    """Why it cannot run here; None when it can."""
    return None if ask.surroundings.vantage.address.version == 4 else "this interface has no IPv4 address"


def discover(ask: Ask, net: Net) -> Iterator[Sighting]:
    """One sighting for every answer or announcement heard; the same one twice only once."""
    seen: set[tuple[IPAddress, tuple[Fact, ...]]] = set()
    gateway = ask.surroundings.vantage.gateway
    with net.datagrams(group=GROUP, group_port=PORT, ttl=TTL) as datagrams:
        for target in TARGETS:
            # Twice, since UDP gets lost (UDA 2.0, 1.3.2).
            for _ in range(2):
                datagrams.send(search(target, GROUP), GROUP, PORT)
            if gateway is not None and gateway.address.version == 4 and net.may_touch(gateway.address):
                # A gateway that cannot be reached just now costs nobody else's answers.
                with suppress(NoAnswer):
                    datagrams.send(search(target, gateway.address), gateway.address, PORT)
        for data, source in datagrams.hear(LISTEN_SECONDS):
            facts = parse(data)
            if source == net.source or not facts or not ask.is_target(source) or (source, facts) in seen:
                continue
            seen.add((source, facts))
            said = {fact.kind: str(fact.value) for fact in facts}
            yield Sighting(
                source="ssdp",
                detail=f"{said.get('ssdp.type', 'something')} by {said.get('ssdp.server', 'an unnamed server')}",
                address=source,
                facts=facts,
            )


def search(target: str, host: IPAddress) -> bytes:
    """An M-SEARCH for `target` (UDA 2.0, 1.3.2)."""
    lines = (
        "M-SEARCH * HTTP/1.1",
        f"HOST: {host}:{PORT}",
        'MAN: "ssdp:discover"',
        f"MX: {MX_SECONDS}",
        f"ST: {target}",
        "",
        "",
    )
    return "\r\n".join(lines).encode()


def parse(data: bytes) -> tuple[Fact, ...]:
    """The facts in an answer or a NOTIFY; empty for anything else, other people's searches and goodbyes included."""
    start, *lines = data.decode("utf-8", "replace").split("\r\n")[: MAX_HEADERS + 1]
    if not start.startswith(("HTTP/1.1 200", "HTTP/1.0 200", "NOTIFY * HTTP/1.1")):
        return ()
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            headers.setdefault(name.strip().upper(), value.strip())
    if headers.get("NTS") == "ssdp:byebye":
        return ()
    return tuple(
        Fact(kind=_KINDS[name], value=value, transport=Transport.UDP, port=PORT)
        for name, value in sorted(headers.items())
        if name in _KINDS and clean(value)
    )
