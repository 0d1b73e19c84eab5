"""How one device is asked: its pace, and the job of asking it about many ports without ever hurrying or misreading it."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from netguard.net import limits
from netguard.net.control import Bucket, Cancel, Deadline
from netguard.net.swept import Peer, Swept


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How one device is asked."""

    start_rate: float
    most_rate: float
    in_flight: int
    careful: int
    """How many of the first ports go one at a time: those likely to be open, so that no two are established at once."""
    canary: bool = True
    first: bool = False
    """Whether it goes first when several share what all together may send."""


GENTLE = Pace(
    start_rate=limits.GENTLE_START_PER_SECOND,
    most_rate=limits.GENTLE_MOST_PER_SECOND,
    in_flight=limits.GENTLE_IN_FLIGHT,
    careful=128,
)
STURDY = Pace(
    start_rate=limits.STURDY_START_PER_SECOND,
    most_rate=limits.STURDY_MOST_PER_SECOND,
    in_flight=limits.STURDY_IN_FLIGHT,
    careful=0,
    first=True,
)
LOOKING_AROUND = Pace(
    start_rate=limits.NEIGHBOURS_AT_ONCE,
    most_rate=limits.NEIGHBOURS_AT_ONCE,
    in_flight=limits.ALL_IN_FLIGHT,
    careful=0,
    canary=False,
)
"""For asking many addresses that mostly nobody has."""


@dataclass(slots=True)
class Temper:
    """What one sweep learnt about a device and the next one begins with."""

    rate: float
    rtt: float | None = None
    silent: bool = False


class UnderWay(Protocol):
    """An attempt that waits for its answer; `began` is on the monotonic clock."""

    began: float


class Job:
    """One device's ports: what is still to ask, how fast, and what came back."""

    def __init__(
        self,
        peers: Iterator[Peer],
        pace: Pace,
        cancel: Cancel,
        deadline: Deadline,
        why: str,
        *,
        temper: Temper | None = None,
    ) -> None:
        self.pace, self.cancel, self.deadline, self.why = pace, cancel, deadline, why
        temper = temper or Temper(pace.start_rate)
        # Made one by one: 65,535 of them for each of several devices would be most of the scan's memory.
        self._fresh = peers
        self._again: deque[tuple[Peer, int]] = deque()
        self._next = self._made()
        self.careful_left = pace.careful
        self.bucket = Bucket(min(pace.most_rate, max(pace.start_rate, temper.rate)))
        self.window = pace.in_flight
        self.under_way: list[UnderWay] = []
        self.answered = 0
        self.unanswered = 0
        self.asked = 0
        self._insisted = 0
        self._was_silent = temper.silent
        self.rtt = temper.rtt
        self.canary: Peer | None = None
        self.canary_out = False
        self.canary_misses = 0
        self.since_canary = 0
        self.next_canary = min(limits.CANARY_FIRST, limits.CANARY_EVERY)
        self.doubtful: list[Peer] = []
        self.result = Swept()
        self.done = threading.Event()

    def _made(self) -> tuple[Peer, int] | None:
        peer = next(self._fresh, None)
        return None if peer is None else (peer, 1)

    @property
    def in_flight(self) -> int:
        """How many attempts wait for their answers."""
        return len(self.under_way)

    @property
    def pending(self) -> bool:
        """Whether anybody is still to be asked."""
        return self._next is not None or bool(self._again)

    def take(self) -> tuple[Peer, int]:
        """Who is asked next, and for the how many-th time: first everybody once, then the silent again."""
        if self._next is None:
            return self._again.popleft()
        taken, self._next = self._next, self._made()
        return taken

    def may_insist(self) -> bool:
        """Whether one more port that was silent twice may be asked a third time; each call counts as one."""
        self._insisted += 1
        return self._insisted <= limits.THIRD_ASKED

    def put_back(self, peer: Peer, tries: int) -> None:
        """Ask `peer` later."""
        self._again.append((peer, tries))

    @property
    def silent(self) -> bool:
        """Whether it drops everything, as far as one can tell by now: enough ports have waited long enough for nothing."""
        if self.answered:
            return False
        if self._was_silent:
            return True
        missing = limits.SILENT_AFTER - self.unanswered
        if missing <= 0:
            return True
        # In the order in which they began, so that the one that makes the number full tells for all.
        return len(self.under_way) >= missing and (
            self.under_way[missing - 1].began <= time.monotonic() - limits.SILENT_SECONDS
        )

    def wait(self) -> float:
        """0.0 when another port may be asked now; else seconds until that may be so."""
        now = time.monotonic()
        if self.silent:
            full = self.in_flight >= max(self.window, limits.SILENT_IN_FLIGHT)
            return limits.SILENT_SECONDS if full else 0.0
        if self.in_flight >= self.window:
            return limits.SILENT_SECONDS
        if self.careful_left <= 0 or not self.under_way:
            return 0.0
        # One that has not answered for several times the usual while is dropped: it will not be established any more,
        # and need not keep the next one waiting.
        return max(0.0, self.under_way[-1].began + self._overdue() - now)

    def _overdue(self) -> float:
        """Seconds after which an answer that has not come is not expected any more."""
        if self.rtt is None:
            return limits.OVERDUE_SECONDS
        return min(limits.OVERDUE_SECONDS, max(limits.OVERDUE_SECONDS_LEAST, 6 * self.rtt))

    def patience(self) -> float:
        """Seconds to wait for an answer, from how fast this device answered so far (after RFC 6298, 2)."""
        if self.rtt is not None:
            return min(limits.CONNECT_SECONDS, max(limits.CONNECT_SECONDS_LEAST, 6 * self.rtt))
        # Where nothing has answered, the first attempts wait for all of them: one answer, and the rest is asked again.
        return limits.CONNECT_SECONDS if self.asked < limits.FIRST_ATTEMPTS else limits.SILENT_PATIENCE

    def speak(self, attempt: UnderWay) -> None:
        """`attempt` was started."""
        self.asked += 1
        self.under_way.append(attempt)

    def hear(self, attempt: UnderWay) -> None:
        """`attempt` came to its end, one way or the other."""
        self.under_way.remove(attempt)

    def note_answer(self, seconds: float) -> None:
        """Something answered after `seconds`: what was silent until now is asked again if this is the first answer."""
        self.answered += 1
        self.rtt = seconds if self.rtt is None else 0.875 * self.rtt + 0.125 * seconds
        if self.answered == 1:
            self.ask_doubtful_again()

    def rate(self) -> float:
        """Ports per second just now: what drops everything answers nothing and keeps no state of ours."""
        return max(self.bucket.rate, limits.SILENT_PER_SECOND) if self.silent else self.bucket.rate

    def temper(self) -> Temper:
        """What the next sweep of this device may begin with."""
        return Temper(self.bucket.rate, self.rtt, self.answered == 0 and self.unanswered >= limits.SILENT_AFTER)

    def canary_is_due(self) -> bool:
        """Every so many ports, and at the end where some were silent: perhaps everything was by then."""
        if not self.pace.canary or self.canary is None or self.canary_out:
            return False
        at_the_end = not self.pending and self.in_flight == 0
        return self.since_canary >= self.next_canary or (at_the_end and bool(self.doubtful))

    def canary_answered(self) -> None:
        """Go faster, until the next canary: each is twice as far away as the one before, up to `CANARY_EVERY`."""
        self.canary_out, self.canary_misses, self.since_canary = False, 0, 0
        self.next_canary = min(limits.CANARY_EVERY, self.next_canary * 2)
        self.doubtful.clear()
        self.bucket.rate = min(self.pace.most_rate, self.bucket.rate * 2)
        self.window = min(self.pace.in_flight, self.window * 2)

    def canary_missed(self) -> None:
        """Slow down, and ask again what was silent since the last canary that answered: it may have been our haste."""
        self.canary_out, self.since_canary = False, limits.CANARY_EVERY
        if self.bucket.rate <= self.pace.start_rate and self.window <= 4:
            self.canary_misses += 1
        self.bucket.rate = max(self.pace.start_rate / 4, self.bucket.rate / 4)
        self.window = max(4, self.window // 2)
        self.ask_doubtful_again()

    def ask_doubtful_again(self) -> None:
        """Ask once more what was silent since the last answer that can be relied on."""
        self._again.extend((peer, 1) for peer in self.doubtful)
        self.forget_doubtful()

    def forget_doubtful(self) -> None:
        """Take back what was silent since the last canary that answered."""
        for peer in self.doubtful:
            self.result.forget(peer)
        self.doubtful.clear()
