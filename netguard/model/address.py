"""Addresses as they appear in documents. netaddr's types are used everywhere; see docs/adr/0002."""

from netaddr import EUI, AddrFormatError, IPAddress, IPNetwork, mac_unix_expanded


def ip(text: str) -> IPAddress:
    """An IPv4 or IPv6 address from `text`; a scope (`%eth0`) is cut off. Raises `ValueError`."""
    try:
        return IPAddress(text.partition("%")[0])
    except (AddrFormatError, ValueError, TypeError) as error:
        raise ValueError(f"not an IP address: {text!r}") from error


def network(text: str) -> IPNetwork:
    """The network `text` lies in, host bits cleared. Raises `ValueError`."""
    try:
        return IPNetwork(text.partition("%")[0]).cidr
    except (AddrFormatError, ValueError, TypeError) as error:
        raise ValueError(f"not a network: {text!r}") from error


def mac(text: str) -> EUI:
    """A 48-bit MAC from any common notation, also macOS's `0:1:2:a:b:c`. Raises `ValueError`."""
    try:
        return EUI(text, version=48, dialect=mac_unix_expanded)
    except (AddrFormatError, ValueError, TypeError) as error:
        raise ValueError(f"not a MAC address: {text!r}") from error


def is_randomised(address: EUI) -> bool:
    """Whether the locally administered bit is set (IEEE 802-2014, 8.2): most phones' private addresses."""
    return bool((int(address) >> 40) & 0b10)


def is_group(address: EUI) -> bool:
    """Whether the address is broadcast or multicast, so belongs to no single device (IEEE 802-2014, 8.2)."""
    return bool((int(address) >> 40) & 0b01)


def in_order_of_use(addresses: "tuple[IPAddress, ...]") -> "tuple[IPAddress, ...]":
    """`addresses` without doubles, IPv4 before IPv6 and link-local last: the order in which to try them."""
    unique = sorted(set(addresses), key=lambda a: (a.version, a.is_link_local(), int(a)))
    return tuple(unique)
