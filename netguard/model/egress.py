"""What devices were seen to do in the internet (`netguard.egress/1`): learnt by listening, and read by `netguard plan --learnt`.

Every text in here was checked when it was read: names are DNS names, addresses are addresses, and where it was learnt
is one of a few words.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from netaddr import EUI, IPAddress

from netguard.model.plan import Domain
from netguard.model.vocabulary import Transport

SCHEMA = "netguard.egress/1"

MAX_DEVICES = 1024
"""Devices of one document; the largest homes have about a hundred. Stops a file made to fill memory."""

MAX_FLOWS = 2048
"""Flows of one device; a TV of many apps has some hundreds. Stops a device that calls everywhere to fill memory."""

MAX_ALL_FLOWS = 16_384
"""Flows of one document. Stops a file of a thousand devices with thousands each."""

MAX_KEY = 300
"""Characters of a device's key; the longest honest one has about a hundred."""

MAX_SEEN = 2**53
"""How often a flow can have been seen: what every reader of JSON can count to (RFC 8259, 6)."""


class Source(StrEnum):
    """What showed a flow: packets, the names that a resolver was asked for, or what a router wrote down."""

    CAPTURE = "capture"
    DNS_LOG = "dns-log"
    ROUTER_LOG = "router-log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Went:
    """One place in the internet where a device went, or the name of one that it asked for."""

    names: tuple[Domain, ...] = ()
    """The names that it had asked for before; none where it went to an address that nobody named."""
    addresses: tuple[IPAddress, ...] = ()
    transport: Transport | None = None
    """Null where only the question for the name was seen; so are the ports."""
    ports: tuple[int, ...] = ()
    seen: int
    """Connections, or questions for the name."""
    first: datetime
    last: datetime
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """What one device did while it was listened to. It has a MAC, a key of a scan's document, or both."""

    mac: EUI | None = None
    key: str | None = None
    since: datetime
    """From when it was listened to (`from` in the file), whether it said something or not."""
    until: datetime
    flows: tuple[Went, ...] = ()

    @property
    def length(self) -> timedelta:
        """How long it was listened to."""
        return self.until - self.since


@dataclass(frozen=True, slots=True, kw_only=True)
class Egress:
    """All that was learnt. The reader (`advise/egressfile.py`) has seen to it that each MAC and each key is there once."""

    schema: str = SCHEMA
    devices: tuple[Learnt, ...] = ()

    def of(self, mac: EUI | None, *keys: str) -> tuple[Learnt, ...]:
        """What was learnt of the device with this MAC or one of these keys."""
        return tuple(d for d in self.devices if (d.mac is not None and d.mac == mac) or d.key in keys)
