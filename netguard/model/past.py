"""What a check may know from before."""

from dataclasses import dataclass

from netguard.model.scan import Scan


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """Loaded by the pipeline and handed to every check; checks never open the history themselves."""

    previous: Scan | None = None
    """The latest finished scan of the same site."""
