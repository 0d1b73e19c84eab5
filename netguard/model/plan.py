"""The plan (`netguard.plan/1`): which segments there are, who lives in which, and who may talk to whom.

Every text in here was checked when it was read: nothing but numbers, addresses and the checked names of `checked_name`
and its like can reach a router's configuration.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from netaddr import EUI, IPAddress, IPNetwork

from netguard.model.vocabulary import Transport

SCHEMA = "netguard.plan/1"

MAX_SEGMENTS = 16
"""Segments of one plan; a home has two to five. Stops a file made to fill memory."""

MAX_MEMBERS = 256
"""Members of one plan; the largest homes have about a hundred devices. Stops a file made to fill a router's memory."""

MAX_NAMES = 64
"""DNS names of one `talks` entry; vendors name up to twenty."""

MAX_PORTS = 64
"""Ports of one entry; the longest honest list has about ten."""

MAX_ENTRIES = 32
"""Addresses, `listens` or `talks` of one member, and addresses of the router in one segment; homes have about four."""

INTERFACE_ID = IPAddress("::ffff:ffff:ffff:ffff")
"""The lower half of an IPv6 address: what stays when the provider hands out another prefix (RFC 4291, 2.5.1)."""

_NAME = re.compile(r"[a-z](?:[a-z0-9-]{0,18}[a-z0-9])?")
_INTERFACE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,14}")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")

MAX_DOMAIN = 253
"""Characters of a DNS name in text (RFC 1035, 2.3.4: 255 octets on the wire)."""


class SegmentRole(StrEnum):
    """What a segment is for; the defaults between segments follow from it."""

    TRUSTED = "trusted"
    IOT = "iot"
    GUEST = "guest"


class Name(str):
    """A name in a plan: lower-case letters, digits and dashes, at most 20 characters, a letter first. `Name.of` checks it."""

    __slots__ = ()

    @classmethod
    def of(cls, text: str) -> "Name":
        """`text` as a name. Raises `ValueError`."""
        if not _NAME.fullmatch(text):
            raise ValueError(
                f"{text[:40]!r} is no name: use at most 20 lower-case letters, digits and dashes, a letter first"
            )
        return cls(text)


class InterfaceName(str):
    """A Linux interface's name: at most 15 characters (IFNAMSIZ in linux/if.h), a letter first. `InterfaceName.of` checks it."""

    __slots__ = ()

    @classmethod
    def of(cls, text: str) -> "InterfaceName":
        """`text` as an interface's name. Raises `ValueError`."""
        if not _INTERFACE.fullmatch(text):
            raise ValueError(f"{text[:40]!r} is no interface's name: at most 15 letters, digits, `_`, `.` and `-`")
        if text == "lo":
            raise ValueError("lo leads nowhere: it is the router's way to itself")
        return cls(text)


class Domain(str):
    """A DNS name in lower case without its final dot (RFC 1123, 2.1; labels may begin with `_`). `Domain.of` checks it."""

    __slots__ = ()

    @classmethod
    def of(cls, text: str) -> "Domain":
        """`text` as a DNS name of at least two labels. Raises `ValueError`."""
        name = text.lower().removesuffix(".")
        labels = name.split(".")
        plain = text.isascii() and len(name) <= MAX_DOMAIN  # a Kelvin sign in lower case would be a k
        if not plain or len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
            raise ValueError(f"{text[:60]!r} is no DNS name such as lock-cloud.example")
        if labels[-1].isdigit():
            raise ValueError(f"{text[:60]!r} is an address, not a DNS name")
        return cls(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One network behind the router. `prefix` and `prefix6` may be null, not both; `router` are the router's addresses in it."""

    name: Name
    role: SegmentRole
    interface: InterfaceName
    vlan: int | None = None
    prefix: IPNetwork | None = None
    prefix6: IPNetwork | None = None
    router: tuple[IPAddress, ...] = ()

    def prefix_of(self, version: int) -> IPNetwork | None:
        """Its prefix of this IP version."""
        return self.prefix if version == 4 else self.prefix6


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """Ports of a member that may be reached from another segment."""

    transport: Transport
    ports: tuple[int, ...]
    source: Name
    """The segment they may be reached from: `from` in the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """Where a member may go in the internet: these ports of what these DNS names, and those below them, lead to."""

    transport: Transport
    ports: tuple[int, ...]
    names: tuple[Domain, ...] = ()
    """Empty for a service, which may be anywhere in the internet."""
    service: Literal["ntp"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One device in its segment.

    `addresses` are those it shall keep; an IPv6 one whose upper half is zero is an interface identifier (`::20`).
    """

    name: Name
    mac: EUI
    segment: Name
    addresses: tuple[IPAddress, ...] = ()
    listens: tuple[Listen, ...] = ()
    talks: tuple[Talk, ...] | Literal["any"] = ()
    """Empty: no internet at all; `any`: all of it."""

    @property
    def addresses4(self) -> tuple[IPAddress, ...]:
        """Its IPv4 addresses."""
        return tuple(a for a in self.addresses if a.version == 4)

    @property
    def addresses6(self) -> tuple[IPAddress, ...]:
        """Its whole IPv6 addresses."""
        return tuple(a for a in self.addresses if a.version == 6 and not is_interface_id(a))

    @property
    def interface_ids(self) -> tuple[IPAddress, ...]:
        """The lower halves of IPv6 addresses that it keeps whatever the prefix."""
        return tuple(a for a in self.addresses if is_interface_id(a))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A whole plan. The reader (`advise/planfile.py`) has seen to it that names are unique and members are in their segments."""

    schema: str = SCHEMA
    wan: InterfaceName
    segments: tuple[Segment, ...]
    members: tuple[Member, ...] = field(default=())

    def segment(self, name: str) -> Segment:
        """The segment called `name`. Raises `KeyError`."""
        for segment in self.segments:
            if segment.name == name:
                return segment
        raise KeyError(name)

    def with_role(self, role: SegmentRole) -> tuple[Segment, ...]:
        """The segments of one role."""
        return tuple(s for s in self.segments if s.role is role)


def is_interface_id(address: IPAddress) -> bool:
    """Whether this is the lower half of an IPv6 address only."""
    return address.version == 6 and int(address) >> 64 == 0
