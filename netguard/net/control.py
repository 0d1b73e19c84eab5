"""Time and interruption: what every wait in netguard looks at."""

import threading
import time

from netguard.net.failures import Cancelled, OutOfTime

SLICE = 0.1
"""Seconds between two looks at the cancel token while waiting: Ctrl-C takes effect within this."""


class Cancel:
    """Set once, from any thread or signal handler; never reset."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self.why: str | None = None
        """Why everything was to stop, where no person asked for it."""

    def set(self, why: str | None = None) -> None:
        """Ask everything to stop at its next look; `why` where no person did. What was said first stays."""
        if not self._event.is_set():
            self.why = why
        self._event.set()

    def __bool__(self) -> bool:
        return self._event.is_set()

    def check(self) -> None:
        """Raise `Cancelled` when set."""
        if self._event.is_set():
            raise Cancelled(self.why or "the scan was interrupted")

    def pause(self, seconds: float) -> None:
        """Wait that long. Raises `Cancelled` as soon as it is set."""
        self._event.wait(seconds)
        self.check()


class Deadline:
    """An absolute moment on the monotonic clock."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def remaining(self) -> float:
        """Seconds left, never below 0."""
        return max(0.0, self._end - time.monotonic())

    def __bool__(self) -> bool:
        """Whether it has passed."""
        return self.remaining == 0.0

    def check(self) -> None:
        """Raise `OutOfTime` when it has passed."""
        if self:
            raise OutOfTime("its time was used up")

    def sooner(self, seconds: float) -> "Deadline":
        """The earlier of this deadline and `seconds` from now."""
        return Deadline(min(self.remaining, seconds))


_WHOLE = 1.0 - 1e-6
"""What counts as a whole token: sums of fractions stay a hair below 1, and a pause that short no clock can show."""


class Bucket:
    """A token bucket: `rate` per second, and never more than a tenth of a second's worth saved up."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._tokens = 1.0
        self._at = time.monotonic()
        self._lock = threading.Lock()

    def take(self, rate: float | None = None) -> float:
        """Take one token and return 0.0, or leave it and return the seconds until one is there.

        `rate` is another rate for the time since the last take.
        """
        rate = self.rate if rate is None else rate
        with self._lock:
            now = time.monotonic()
            self._tokens = min(max(1.0, rate / 10), self._tokens + (now - self._at) * rate)
            self._at = now
            if self._tokens >= _WHOLE:
                self._tokens = max(0.0, self._tokens - 1.0)
                return 0.0
            return (1.0 - self._tokens) / rate

    def give_back(self) -> None:
        """Return a token that was taken for nothing."""
        with self._lock:
            self._tokens += 1.0

    def wait(self, cancel: Cancel, deadline: Deadline) -> None:
        """Take one token, waiting for it. Raises `Cancelled` or `OutOfTime`."""
        while pause := self.take():
            cancel.check()
            deadline.check()
            time.sleep(min(pause, SLICE))
