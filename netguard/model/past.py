"""What a scan and its checks may know from before."""

from dataclasses import dataclass

from netguard.model.declared import Declaration
from netguard.model.known import KnownDevice
from netguard.model.mapping import KnownMapping
from netguard.model.scan import Scan


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """Loaded before the scan and handed to the pipeline and to every check; neither opens the history itself."""

    previous: Scan | None = None
    """The latest finished scan of the same site, whatever network of it that looked at and how far."""
    here: Scan | None = None
    """The latest one that asked everybody on the network that is looked at now, at no lesser depth where there is such a
    one: what is seen no more is asked for a second time by it."""
    known: tuple[KnownDevice, ...] = ()
    """The devices that earlier scans of the same site saw."""
    declared: tuple[Declaration, ...] = ()
    """The devices that the person says are in this home."""
    mappings: tuple[KnownMapping, ...] = ()
    """The ports that earlier scans of the same site saw routers forward."""
