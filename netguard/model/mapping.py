"""Mappings over time: how one is told from the others, and since when the history knows it."""

from dataclasses import dataclass
from datetime import datetime

from netguard.model.gateway import PortMapping


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMapping:
    """One mapping of one gateway as earlier scans of a site saw it. Times are in UTC."""

    gateway: str
    """Key of the device that held it open, as it was when it was last seen."""
    name: str
    """As `name` gives it."""
    first_seen: datetime
    last_seen: datetime


def name(mapping: PortMapping) -> str:
    """What tells a mapping of one gateway from its others: `tcp/8443/192.168.1.20/443`.

    That is protocol, external port, internal client and internal port. Who may come in and for how long is left out: a
    lease that was made longer is the same door.
    """
    return f"{mapping.protocol}/{mapping.external_port}/{mapping.internal_client}/{mapping.internal_port}"
