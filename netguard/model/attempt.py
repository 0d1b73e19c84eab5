"""Whether netguard managed to look, and if not, why."""

from dataclasses import dataclass

from netguard.model.vocabulary import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One thing that was tried. `reason` is never null when it was skipped or failed."""

    stage: str
    """`discover.arp`, `probe.http`, `check.telnet-open`."""
    target: str
    outcome: Outcome
    reason: str | None = None
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.outcome is not Outcome.DONE and not self.reason:
            raise ValueError(f"{self.stage} of {self.target} {self.outcome} without a reason")
