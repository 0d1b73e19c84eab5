"""How a network is recognised as the person's own."""

from dataclasses import dataclass
from datetime import datetime

from netaddr import EUI, IPNetwork


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """One network that its owner has said is theirs. It belongs to one site."""

    site: str
    gateway_mac: EUI
    prefixes: tuple[IPNetwork, ...]
    ssid: str | None = None
    """Kept to show to people; never enough to recognise a network by, since anybody can copy a name."""
    enrolled_at: datetime
