"""Sightings made comparable: addresses and MACs that nobody can hold taken out, this computer's own brought together."""

from dataclasses import dataclass, replace

from netaddr import EUI, IPAddress

from netguard.model.address import is_group, is_randomised
from netguard.model.observation import Sighting
from netguard.model.surroundings import Surroundings

_ONES = IPAddress("255.255.255.255")


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What this computer itself answers with."""

    mac: EUI | None
    address: IPAddress
    macs: frozenset[EUI]
    addresses: frozenset[IPAddress]

    def chosen(self, address: IPAddress) -> IPAddress:
        """The vantage's address for any of this computer's when it has no MAC to hold them together."""
        return self.address if self.mac is None and address in self.addresses else address

    @classmethod
    def of(cls, surroundings: Surroundings) -> "Own":
        """The chosen interface's addresses, and the MACs of all its network cards."""
        vantage = surroundings.vantage
        chosen = [i for i in surroundings.interfaces if i.name == vantage.interface and i.kind != "loopback"]
        others = [i for i in surroundings.interfaces if i.kind in {"wired", "wifi"}]
        addresses = {vantage.address, *(a for i in chosen for a in i.addresses)}
        if vantage.mac is None:
            return cls(mac=None, address=vantage.address, macs=frozenset(), addresses=frozenset(addresses))
        macs = {vantage.mac, *(i.mac for i in others if i.mac is not None)}
        return cls(mac=vantage.mac, address=vantage.address, macs=frozenset(macs), addresses=frozenset(addresses))


def normal(sighting: Sighting, own: Own) -> Sighting | None:
    """`sighting` without addresses and MACs that belong to nobody, null when nothing is left to hang it on.

    What this computer's other cards and addresses said becomes the chosen one's.
    """
    address = plain(sighting.address)
    mac = sighting.mac if sighting.mac is not None and real(sighting.mac) else None
    if own.mac is not None and (mac in own.macs or (mac is None and address in own.addresses)):
        mac = own.mac
    if address is None and mac is None:
        return None
    if address is not None and mac is None:
        address = own.chosen(address)
    if address is sighting.address and mac is sighting.mac:
        return sighting
    return replace(sighting, address=address, mac=mac)


def plain(address: IPAddress | None) -> IPAddress | None:
    """`address` when one device can hold it; an IPv4 address inside an IPv6 one is taken out (RFC 4291, 2.5.5.2)."""
    if address is None:
        return None
    if address.version == 6 and address.is_ipv4_mapped():
        address = address.ipv4()
    nobody = int(address) == 0 or address == _ONES or address.is_multicast()
    return None if nobody else address


def real(mac: EUI) -> bool:
    """Whether `mac` can be one device's."""
    return int(mac) != 0 and not is_group(mac)


def eui64(address: IPAddress) -> EUI | None:
    """The MAC inside an IPv6 address made from one (RFC 4291, appendix A); null for any other."""
    low = int(address) & (2**64 - 1)
    if address.version != 6 or (low >> 24) & 0xFFFF != 0xFFFE:
        return None
    mac = EUI((((low >> 40) ^ 0x020000) << 24) | (low & 0xFFFFFF), version=48)
    return None if is_randomised(mac) or not real(mac) else mac


def order(sighting: Sighting) -> tuple[str, str, str, str, str]:
    """An order without ties among different sightings."""
    return (
        sighting.source,
        sighting.detail,
        str(sighting.address),
        str(sighting.mac),
        repr((sighting.hostnames, sighting.facts)),
    )
