"""What a proof showed: who could reach whom before a plan's rules, and who can with them."""

from dataclasses import dataclass
from typing import Literal

from netaddr import IPAddress

SCHEMA = "netguard.proof/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofRow:
    """One question to the rules. `port` is null for a ping; `before` and `after` say whether an answer came."""

    id: str
    source: str
    target: str
    address: IPAddress
    protocol: Literal["tcp", "udp", "icmp", "icmpv6"]
    port: int | None
    why: str
    wanted: Literal["allow", "deny", "not-routed", "as-before"]
    """`as-before`: rules that stand beside the router's own leave it as it was."""
    before: bool
    after: bool

    @property
    def wrong(self) -> bool:
        """Whether it came out other than the plan wants. What never passes the router no rule of its can decide."""
        if self.wanted == "as-before":
            return self.after != self.before
        return self.wanted != "not-routed" and self.after != (self.wanted == "allow")

    @property
    def closed(self) -> bool:
        """Whether the rules closed it."""
        return self.before and not self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """All questions. `how` says whether packets decided (`run`) or the plan's own meaning did (`calculated`)."""

    schema: str = SCHEMA
    how: Literal["run", "calculated"]
    platform: str
    """Id of the platform whose rules decided; of a calculated one, whose rules were not run."""
    reason: str | None = None
    """Why nothing was run; null where packets decided."""
    rows: tuple[ProofRow, ...] = ()
    left_out: tuple[str, ...] = ()
    """Members of the plan for which there was no room: at least one of every kind was asked first."""
    not_asked: tuple[str, ...] = ()
    """What the plan is about as well and no question was: a router's mistake there would not show."""

    @property
    def wrong(self) -> tuple[ProofRow, ...]:
        """What came out other than the plan wants."""
        return tuple(row for row in self.rows if row.wrong)
