"""Devices that earlier scans saw: what the registry in the history remembers of each, and what the person said of it."""

from dataclasses import dataclass
from datetime import datetime

from netaddr import EUI, IPAddress

from netguard.model.vocabulary import Role, Stability

IDENTITY_ORDER = ("homekit", "matter", "hue", "upnp", "tls", "ssh", "mac", "name", "random-mac", "address")
"""Kinds of identity from strongest to weakest (design, section 3); a test holds it to what `identify` gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownIdentity:
    """One way to recognise a known device again, and when it was last shown. `kind` as in `Identity`."""

    kind: str
    value: str
    stability: Stability
    first_seen: datetime
    last_seen: datetime

    @property
    def text(self) -> str:
        """`kind:value`, as keys are written."""
        return f"{self.kind}:{self.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDevice:
    """One device over time. It belongs to one site; times are in UTC."""

    id: str
    """The registry's own name for it, which never changes: 12 hexadecimal digits."""
    site: str
    key: str
    """The strongest identity it has shown, as `kind:value`."""
    former_keys: tuple[str, ...] = ()
    identities: tuple[KnownIdentity, ...] = ()
    first_seen: datetime
    last_seen: datetime
    name: str | None = None
    """What it was called last by itself."""
    role: Role = Role.UNKNOWN
    """What it was taken for last."""
    vendor: str | None = None
    model: str | None = None
    profile: str | None = None
    mac: EUI | None = None
    addresses: tuple[IPAddress, ...] = ()
    hostnames: tuple[str, ...] = ()
    said_name: str | None = None
    """What the person calls it; wins over `name` for ever."""
    said_role: Role | None = None
    """What the person says it is; wins over `role` for ever."""
    joined: tuple[str, ...] = ()
    """Identities (`kind:value`) that the person said are this device's, whatever it looks like."""
    apart: tuple[str, ...] = ()
    """Identities (`kind:value`) that the person said are another device's."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing could recognise it again and the person said nothing of it: there is nothing to remember."""
        return not (self.identities or self.joined or self.said_name or self.said_role)


def kind_of(text: str) -> str:
    """The kind in an identity's text: `mac` of `mac:00:00:5e:00:53:01`."""
    return text.partition(":")[0]


def rank(text: str) -> int:
    """Place of an identity's text (`kind:value`) in `IDENTITY_ORDER`, 0 for the strongest; unknown kinds come last."""
    kind = kind_of(text)
    return IDENTITY_ORDER.index(kind) if kind in IDENTITY_ORDER else len(IDENTITY_ORDER)
