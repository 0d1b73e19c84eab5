"""By what a device can be recognised again. Pure.

The order is the contract's (design, section 3): HomeKit, Matter, Hue or UPnP id; TLS or SSH key; globally unique MAC;
DNS-SD or host name with maker and role; randomised MAC; and last the address.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from netaddr import EUI, IPAddress, mac_unix_expanded

from netguard.model.address import is_randomised
from netguard.model.device import Identity
from netguard.model.vocabulary import Role, Stability

ORDER = ("homekit", "matter", "hue", "upnp", "tls", "ssh", "mac", "name", "random-mac", "address")
"""Kinds of identity from strongest to weakest."""

MAX_IDENTITIES = 32
"""Identities kept of one device; stops one that announces thousands of ids from filling the document."""

NO_NAMES = frozenset(
    {"", "localhost", "unknown", "none", "null", "_gateway", "android", "espressif", "linux", "router", "gateway"}
)
"""Names that many devices have or that a program put in place of one."""

_HOMEKIT = re.compile(r"_hap\._(?:tcp|udp) id=((?:[0-9a-f]{2}:){5}[0-9a-f]{2})")
"""HomeKit accessory id, six bytes written like a MAC (HomeKit Accessory Protocol R2, 5.4)."""
_HUE = re.compile(r"_hue\._tcp bridgeid=([0-9a-f]{16})")
_MATTER = re.compile(r"([0-9a-f]{16}-[0-9a-f]{16})\._matter\._tcp(?:\.local)?")
"""Compressed fabric id and node id (Matter core specification, 4.3.2)."""
_UPNP = re.compile(r"(?:uuid:)([0-9a-z_.-]{8,68})(?:::.*)?")
"""Unique device name (UPnP Device Architecture 2.0, 1.1.4); makers put other things than UUIDs there, too."""
_KEY = re.compile(r"[0-9a-z+/=:_-]{16,128}")
_NIL = re.compile(r"[0-]*(?:[0-9a-f]{1,4})?")
"""The null UUID and its first successors, which programs use that were not told their own."""

_BY_TEXT: tuple[tuple[str, str, re.Pattern[str], Stability], ...] = (
    ("homekit", "dnssd.txt", _HOMEKIT, Stability.STABLE),
    ("matter", "dnssd.instance", _MATTER, Stability.STABLE),
    ("hue", "dnssd.txt", _HUE, Stability.PERMANENT),
    ("upnp", "upnp.udn", _UPNP, Stability.PERMANENT),
    ("upnp", "ssdp.usn", _UPNP, Stability.PERMANENT),
    ("tls", "tls.key", _KEY, Stability.STABLE),
    ("ssh", "ssh.key", _KEY, Stability.STABLE),
)


def identities(
    *,
    macs: Sequence[EUI],
    addresses: Sequence[IPAddress],
    hostnames: Sequence[str],
    texts: Mapping[str, Sequence[str]],
    vendor: str | None,
    role: Role,
) -> tuple[Identity, ...]:
    """Everything by which the device could be recognised again, strongest first. There is always one."""
    found: dict[tuple[str, str], Identity] = {}
    for each in (
        *told(texts),
        *_of_hardware(macs),
        *_named(hostnames, addresses, vendor, role),
        *_of_network(macs, addresses),
    ):
        found.setdefault((each.kind, each.value), each)
    ranked = sorted(found.values(), key=lambda i: (ORDER.index(i.kind), i.value if i.kind != "address" else ""))
    kept = [i for i in ranked if i.kind in {"mac", "random-mac", "address"}]
    others = [i for i in ranked if i not in kept][: MAX_IDENTITIES - len(kept[:3])]
    return tuple(sorted((*others, *kept), key=lambda i: ORDER.index(i.kind)))[:MAX_IDENTITIES]


def without_shared(all_identities: Sequence[tuple[Identity, ...]]) -> tuple[tuple[Identity, ...], ...]:
    """The identities of each device without those that another one shows too: what two share tells neither of them.

    Factory certificates are the same in every device of a model, and a device that repeats another one's id
    must not take its place.
    """
    counts = Counter((i.kind, i.value) for each in all_identities for i in set(each))
    return tuple(tuple(i for i in each if counts[i.kind, i.value] == 1) for each in all_identities)


def key(of: Sequence[Identity]) -> str:
    """The device's key: its strongest identity as `kind:value`."""
    return f"{of[0].kind}:{of[0].value}"


def told(texts: Mapping[str, Sequence[str]]) -> Iterator[Identity]:
    """The ids and keys in what it shows, `texts` by kind of observation; one that two texts state comes twice."""
    for kind, source, pattern, stability in _BY_TEXT:
        for text in texts.get(source, ()):
            match = pattern.fullmatch(text.lower())
            if match is None:
                continue
            value = match[1] if pattern.groups else match[0]
            if kind == "upnp" and _NIL.fullmatch(value):
                continue
            yield Identity(kind=kind, value=value, stability=stability)


def _of_hardware(macs: Sequence[EUI]) -> Iterator[Identity]:
    for mac in macs:
        if not is_randomised(mac):
            yield Identity(kind="mac", value=mac.format(mac_unix_expanded), stability=Stability.PERMANENT)


def _named(
    hostnames: Iterable[str], addresses: Iterable[IPAddress], vendor: str | None, role: Role
) -> Iterator[Identity]:
    """A name counts only with something that says what bears it: `Living Room` alone is anybody."""
    if vendor is None and role is Role.UNKNOWN:
        return
    for name in sorted(telling(hostnames, addresses)):
        value = "/".join((name, (vendor or "-").lower(), role))
        yield Identity(kind="name", value=value, stability=Stability.STABLE)


def telling(hostnames: Iterable[str], addresses: Iterable[IPAddress]) -> frozenset[str]:
    """First labels of `hostnames` in small letters, without those that many devices have or that say an address."""
    marks = {re.sub(r"[.:]", "-", str(a)) for a in addresses}
    labels = {n.lower().partition(".")[0].strip() for n in hostnames}
    return frozenset(n for n in labels - NO_NAMES if not any(mark in n for mark in marks))


def _of_network(macs: Sequence[EUI], addresses: Iterable[IPAddress]) -> Iterator[Identity]:
    for mac in macs:
        if is_randomised(mac):
            yield Identity(kind="random-mac", value=mac.format(mac_unix_expanded), stability=Stability.TEMPORARY)
    for address in addresses:
        yield Identity(kind="address", value=str(address), stability=Stability.TEMPORARY)
