"""DHCP (RFC 2131, RFC 2132): names and kinds that devices tell the router when they join, overheard during the whole scan.

Needs root, and sends nothing.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from netaddr import EUI, IPAddress

from netguard.discover._contract import Ask
from netguard.model import address as addresses
from netguard.model.observation import Fact, Sighting, clean
from netguard.net.access import Net

AFTER: frozenset[str] = frozenset()
LISTENS = True

DISCOVER, REQUEST, INFORM = 1, 3, 8
"""What clients say to everybody (RFC 2132, 9.6)."""

MAX_FOUND = 1024
"""Different messages believed; stops made-up MACs."""

MAX_OPTIONS = 128
"""Options read of one message; honest ones have about fifteen."""

_SAID = {DISCOVER: "looks for a server", REQUEST: "asks for an address", INFORM: "asks for settings"}

_ETHERNET, _IP_BYTES, _UDP = struct.Struct("!6s6sH"), 20, struct.Struct("!HHHH")
_BOOTP = struct.Struct("!BBBB4sHH4s4s4s4s16s64s128s4s")
"""RFC 2131, 2: op, htype, hlen, hops, xid, secs, flags, ciaddr, yiaddr, siaddr, giaddr, chaddr, sname, file, cookie."""

_ETHERTYPE_IPV4, _UDP_PROTOCOL, _SERVER_PORT, _FRAGMENT = 0x0800, 17, 67, 0x3FFF
_FROM_CLIENT, _HARDWARE_ETHERNET, _COOKIE = 1, 1, bytes((99, 130, 83, 99))
_PAD, _HOST_NAME, _ASKED_ADDRESS, _KIND, _PARAMETERS, _VENDOR_CLASS, _FQDN, _END = 0, 12, 50, 53, 55, 60, 81, 255
"""Option codes (RFC 2132; 81 is RFC 4702)."""

_FQDN_IS_ENCODED = 0x04
"""The E flag of option 81: labels with lengths instead of text (RFC 4702, 2.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What one client said. `address` is what it uses or was offered; a mere wish (in a DISCOVER) is none."""

    mac: EUI
    kind: int
    address: IPAddress | None = None
    names: tuple[str, ...] = ()
    vendor_class: str = ""
    parameters: tuple[int, ...] = ()


def skip(ask: Ask) -> str | None:
    """Why it cannot run here; None when it can."""
    if not ask.raw_packets:
        return "raw packets need root"
    if ask.surroundings.vantage.mac is None:
        return "this interface has no MAC address, so there is no DHCP on it"
    return None


def discover(ask: Ask, net: Net) -> Iterator[Sighting]:
    """One sighting for every different thing a client said, until the scan is over."""
    own_mac, own = ask.surroundings.vantage.mac, ask.own_addresses
    seen: set[Heard] = set()
    with net.raw("dhcp") as raw:
        for frame in raw.frames_while(lambda: not ask.over()):
            heard = parse(frame)
            if heard is None or heard.mac == own_mac or heard in seen or len(seen) >= MAX_FOUND:
                continue
            seen.add(heard)
            usable = heard.address is not None and heard.address not in own and ask.is_target(heard.address)
            yield _sighting(heard, heard.address if usable else None)


def _sighting(heard: Heard, address: IPAddress | None) -> Sighting:
    facts = []
    if heard.vendor_class:
        facts.append(Fact(kind="dhcp.vendor-class", value=heard.vendor_class))
    if heard.parameters:
        facts.append(Fact(kind="dhcp.parameters", value=",".join(map(str, heard.parameters))))
    return Sighting(
        source="dhcp",
        detail=f"{heard.names[0] if heard.names else heard.mac} {_SAID[heard.kind]}",
        address=address,
        mac=heard.mac,
        hostnames=heard.names,
        facts=tuple(facts),
    )


def parse(frame: bytes) -> Heard | None:
    """What a client says in an Ethernet frame of its own; None for anything else, relayed and malformed messages included."""
    message = _message(frame)
    if message is None or len(message) < _BOOTP.size:
        return None
    op, hardware, size, _, _, _, _, ciaddr, _, _, giaddr, chaddr, _, _, cookie = _BOOTP.unpack_from(message)
    if (op, hardware, size, cookie) != (_FROM_CLIENT, _HARDWARE_ETHERNET, 6, _COOKIE) or any(giaddr):
        return None
    # Only who sent the frame speaks for itself: anybody can write another one's hardware address into the message.
    if chaddr[:6] != frame[6:12]:
        return None
    mac = addresses.mac(chaddr[:6].hex(":"))
    options = _options(message[_BOOTP.size :])
    if options is None or addresses.is_group(mac) or not int(mac):
        return None
    kind = options.get(_KIND, b"")
    if len(kind) != 1 or kind[0] not in _SAID:
        return None
    return Heard(
        mac=mac,
        kind=kind[0],
        address=_address(ciaddr) or (_address(options.get(_ASKED_ADDRESS, b"")) if kind[0] == REQUEST else None),
        names=tuple(
            dict.fromkeys(n for n in (_text(options.get(_HOST_NAME, b"")), _fqdn(options.get(_FQDN, b""))) if n)
        ),
        vendor_class=_text(options.get(_VENDOR_CLASS, b"")),
        parameters=tuple(options.get(_PARAMETERS, b"")),
    )


def _message(frame: bytes) -> bytes | None:
    """The payload of an unfragmented UDP datagram over IPv4 to a DHCP server."""
    head = frame[_ETHERNET.size :]
    if len(head) < _IP_BYTES or _ETHERNET.unpack_from(frame)[2] != _ETHERTYPE_IPV4 or head[0] >> 4 != 4:
        return None
    begin, total, part = (head[0] & 15) * 4, *struct.unpack_from("!H2xH", head, 2)
    if begin < _IP_BYTES or head[9] != _UDP_PROTOCOL or part & _FRAGMENT or not begin + _UDP.size <= total <= len(head):
        return None
    _, port, length, _ = _UDP.unpack_from(head, begin)
    if port != _SERVER_PORT or not _UDP.size <= length <= total - begin:
        return None
    return head[begin + _UDP.size : begin + length]


def _options(data: bytes) -> dict[int, bytes] | None:
    """Each option's content by code, those in several parts joined (RFC 3396); None where they are malformed."""
    found: dict[int, bytes] = {}
    at = 0
    for _ in range(MAX_OPTIONS):
        while at < len(data) and data[at] == _PAD:
            at += 1
        if at >= len(data) or data[at] == _END:
            return found
        if at + 2 > len(data) or at + 2 + data[at + 1] > len(data):
            return None
        found[data[at]] = found.get(data[at], b"") + data[at + 2 : at + 2 + data[at + 1]]
        at += 2 + data[at + 1]
    return None


def _address(packed: bytes) -> IPAddress | None:
    found = IPAddress(int.from_bytes(packed), 4) if len(packed) == 4 else None
    return None if found is None or not int(found) or found.is_multicast() or found.is_loopback() else found


def _text(data: bytes) -> str:
    return clean(data.rstrip(b"\0").decode("utf-8", "replace")).rstrip(".")


def _fqdn(data: bytes) -> str:
    """The name in option 81; empty where there is none."""
    flags, name = data[:1], data[3:]
    if not flags or not flags[0] & _FQDN_IS_ENCODED:
        return _text(name)
    labels, at = [], 0
    while at < len(name) and 0 < name[at] <= 63 and at + 1 + name[at] <= len(name):
        labels.append(name[at + 1 : at + 1 + name[at]])
        at += 1 + name[at]
    return _text(b".".join(labels))
