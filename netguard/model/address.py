"""Addresses as they appear in documents. netaddr's types are used everywhere; see docs/adr/0002."""

import re

from netaddr import EUI, AddrFormatError, IPAddress, IPNetwork, mac_unix_expanded

_SCOPE = re.compile(r"%[^/]*")
"""The zone of a scoped address, `%eth0` (RFC 4007, 11); it means something on one computer only."""

_SHOWN = 60
"""Characters of a wrong address that its error repeats; keeps a hostile megabyte out of the message."""


def ip(text: str) -> IPAddress:
    """An IPv4 or IPv6 address from `text`; a scope (`%eth0`) is cut off. Raises `ValueError`."""
    try:
        return IPAddress(text.partition("%")[0])
    except (AddrFormatError, ValueError, TypeError) as error:
        raise ValueError(f"not an IP address: {text[:_SHOWN]!r}") from error


def network(text: str) -> IPNetwork:
    """The network `text` lies in, host bits cleared; a scope (`fe80::1%eth0/64`) is cut off. Raises `ValueError`."""
    try:
        return IPNetwork(_SCOPE.sub("", text).encode("ascii").decode()).cidr
    except (AddrFormatError, ValueError, TypeError) as error:
        raise ValueError(f"not a network: {text[:_SHOWN]!r}") from error


def mac(text: str) -> EUI:
    """A 48-bit MAC from any common notation, also macOS's `0:1:2:a:b:c`. Raises `ValueError`."""
    try:
        found = EUI(text, version=48, dialect=mac_unix_expanded)
    except (AddrFormatError, ValueError, TypeError) as error:
        raise ValueError(f"not a MAC address: {text[:_SHOWN]!r}") from error
    if text != text.strip():
        raise ValueError(f"not a MAC address, there is white space around it: {text[:_SHOWN]!r}")
    return found


def is_randomised(address: EUI) -> bool:
    """Whether the locally administered bit is set (IEEE 802-2014, 8.2): most phones' private addresses."""
    return bool((int(address) >> 40) & 0b10)


def is_group(address: EUI) -> bool:
    """Whether the address is broadcast or multicast, so belongs to no single device (IEEE 802-2014, 8.2)."""
    return bool((int(address) >> 40) & 0b01)


def in_order_of_use(addresses: "tuple[IPAddress, ...]") -> "tuple[IPAddress, ...]":
    """`addresses` without doubles, IPv4 before IPv6 and link-local last: the order in which to try them."""
    unique = sorted(set(addresses), key=lambda a: (a.is_link_local(), a.version, int(a)))
    return tuple(unique)
