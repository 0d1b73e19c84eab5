"""The scan document, `netguard.scan/1`: immutable facts, and the judgement the rules of that day made of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from netguard.model.action import Action, Grade
from netguard.model.attempt import Attempt
from netguard.model.device import Device
from netguard.model.finding import Finding
from netguard.model.gateway import Gateway
from netguard.model.observation import Observation
from netguard.model.vantage import Vantage
from netguard.model.vocabulary import Depth, Ended
from netguard.model.wifi import BasicServiceSet

SCHEMA = "netguard.scan/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """What wrote the document."""

    name: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruleset:
    """Which rules judged it.

    The digest is over every rule file and check, so that compare can tell their change from the network's.
    """

    digest: str
    records: int = 0
    overlays: int = 0
    """How many of the records are the person's own."""
    catalogue: date | None = None
    """The day of the catalogue of faults that are used in attacks; null where none was judged by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorisation:
    """How netguard knew that it may look at this network: `enrolled`, `asked`, `my-network` or `demo`."""

    how: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One scan: immutable facts and what the rules of that day made of them. Times are in UTC."""

    schema: str = SCHEMA
    id: str
    site: str
    started_at: datetime
    finished_at: datetime
    ended: Ended
    tool: Tool
    ruleset: Ruleset
    depth: Depth
    authorisation: Authorisation
    vantage: Vantage
    devices: tuple[Device, ...] = ()
    personal_devices: int | None = None
    """Phones, computers and other personal devices that were counted, and neither named, listed nor probed; null where
    they were treated like everything else."""
    wifi: tuple[BasicServiceSet, ...] = ()
    gateways: tuple[Gateway, ...] = ()
    observations: tuple[Observation, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    findings: tuple[Finding, ...] = ()
    actions: tuple[Action, ...] = ()
    grade: Grade | None = None
    unread: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), compare=False, repr=False)
    """The document as it was read, when it was; the codec lays this scan over it, so that nothing unknown is lost."""

    def device(self, key: str) -> Device | None:
        """The device whose key is, or once was, `key`."""
        return next((d for d in self.devices if key == d.key or key in d.former_keys), None)

    def observed(self, device: str | None, *kinds: str) -> tuple[Observation, ...]:
        """Observations of these kinds about the device with this key (null: about the network)."""
        return tuple(o for o in self.observations if o.device == device and o.kind in kinds)
