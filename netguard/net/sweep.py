"""The port engine: plain non-blocking connects to many devices from one selector thread.

Connects need no rights and leave the half-open part to the kernel; measured, one such thread costs a third to a seventh
of what asyncio does. Every device has its own window, rate and canary, so that haste never breaks or misreads one.
"""

import contextlib
import errno
import heapq
import selectors
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from netaddr import IPAddress

from netguard.model.vocabulary import PortState
from netguard.net import capacity, limits
from netguard.net.connection import RESET_ON_CLOSE
from netguard.net.control import SLICE, Bucket, Cancel, Deadline
from netguard.net.guard import Guard
from netguard.net.pacing import Job, Pace, Temper
from netguard.net.swept import Peer, Swept
from netguard.net.transcript import Transcript
from netguard.net.way import Way

IN_PROGRESS = frozenset({errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EAGAIN, getattr(errno, "WSAEWOULDBLOCK", -1)})
"""What a non-blocking connect says when the answer is still to come."""
_SAID_NO = frozenset({errno.ECONNREFUSED, errno.ECONNRESET, getattr(errno, "WSAECONNREFUSED", -1)})


@dataclass(slots=True, eq=False)
class _Attempt:
    job: Job
    peer: Peer
    sock: socket.socket
    began: float
    tries: int
    is_canary: bool = False
    over: bool = False


class SweepEngine:
    """One thread for all devices of a scan. `sweep` may be called from any number of threads."""

    def __init__(self, guard: Guard, transcript: Transcript, way: Way | None = None) -> None:
        self._guard, self._transcript, self._way = guard, transcript, way or Way()
        self._all = Bucket(limits.ALL_CONNECTIONS_PER_SECOND)
        self._jobs: list[Job] = []
        self._lock = threading.Lock()
        self._wake, self._waker = socket.socketpair()
        self._wake.setblocking(False)
        self._waker.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._wake, selectors.EVENT_READ)
        self._expiries: list[tuple[float, int, _Attempt]] = []
        self._in_flight = 0
        self._most_in_flight = capacity.in_flight()
        self._tempers: dict[IPAddress, Temper] = {}
        self._serial = 0
        self._closing = False
        self._ended: str | None = None
        self._thread = threading.Thread(target=self._run, name="netguard-sweep", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop the thread; jobs under way end with what they have."""
        self._closing = True
        self._nudge()
        self._thread.join()
        self._selector.close()
        self._wake.close()
        self._waker.close()

    def sweep(
        self,
        addresses: Sequence[IPAddress],
        ports: Sequence[int],
        pace: Pace,
        *,
        cancel: Cancel,
        deadline: Deadline,
        why: str,
    ) -> Swept:
        """Ask each address about each port, port by port, once (a silent one twice); blocks until done or cut off.

        What an earlier sweep learnt of the same single address (its rate, how fast it answers, whether it is silent) is
        what this one begins with.

        Addresses that must not be touched are left out before anything is sent. Raises `RefusedByUs`, and sends
        nothing, when one lies outside the network that was asked for.
        """
        allowed = [address for address in addresses if not self._guard.is_untouchable(address)]
        for address in allowed:
            self._guard.check(address)
        peers = ((address, port) for port in ports for address in allowed)
        alone = allowed[0] if len(allowed) == 1 else None
        temper = self._tempers.get(alone) if alone is not None else None
        job = Job(peers, pace, cancel, deadline, why, temper=temper)
        if not job.pending:
            return job.result
        where = str(allowed[0]) if len(allowed) == 1 else f"{allowed[0]} and {len(allowed) - 1} more"
        with self._lock:
            # Under the lock that `_run` ends under: a job is either refused here or ended there, never forgotten.
            job.result.stopped = self._ended
            if self._ended is None:
                self._transcript.record("tcp-connect", where, why, times=len(allowed) * len(ports))
                self._jobs.append(job)
        if job.result.stopped is None:
            self._nudge()
            job.done.wait()
            if alone is not None:
                self._tempers[alone] = job.temper()
        return job.result

    def _nudge(self) -> None:
        """Wake the thread up. A full or closed pipe means that it is awake, or gone."""
        with contextlib.suppress(OSError):
            self._waker.send(b".")

    def _run(self) -> None:
        why = "the scan was over"
        try:
            while not self._closing:
                self._turn()
        except Exception as error:  # noqa: BLE001 - whatever happened, nobody may be left waiting
            why = f"netguard's own mistake in its port engine: {type(error).__name__}: {error}"
        with self._lock:
            self._ended = why
            jobs = list(self._jobs)
        for job in jobs:
            self._end(job, why)

    def _turn(self) -> None:
        with self._lock:
            # Another job goes first every time, so that one that waits for silent ports does not take every free place.
            self._jobs[:] = self._jobs[1:] + self._jobs[:1]
            # Sturdy devices before gentle ones: they are done long before, and leave enough of the cap for the others.
            jobs = sorted(self._jobs, key=lambda job: not job.pace.first)
        pause = SLICE
        for job in jobs:
            pause = min(pause, self._feed(job))
        if not jobs:
            pause = 3600.0
        elif self._expiries:
            pause = max(0.0, min(pause, self._expiries[0][0] - time.monotonic()))
        for key, _ in self._selector.select(pause):
            if key.data is None:
                self._wake.recv(4096)
            else:
                self._answered(key.data)
        self._expire()
        self._retire(jobs)

    def _feed(self, job: Job) -> float:
        """Start as many attempts of `job` as its pace allows; seconds until it may want more."""
        while self._in_flight < self._most_in_flight:
            if pause := job.wait():
                return pause
            is_canary = job.canary_is_due()
            if not (is_canary or job.pending):
                return SLICE
            if pause := job.bucket.take(job.rate()):
                return pause
            if pause := self._all.take():
                job.bucket.give_back()
                return pause
            if is_canary and job.canary is not None:
                job.canary_out = True
                self._start(job, job.canary, 1, is_canary=True)
            else:
                peer, tries = job.take()
                job.careful_left -= 1
                self._start(job, peer, tries)
        return SLICE

    def _start(self, job: Job, peer: Peer, tries: int, *, is_canary: bool = False) -> None:
        address, port = peer
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6
        try:
            sock = socket.socket(family, socket.SOCK_STREAM)
        except OSError:
            # No file descriptor left on this computer: later, and fewer at once.
            job.window = max(1, job.window // 2)
            if is_canary:
                job.canary_out = False
            else:
                job.put_back(peer, tries)
                job.careful_left += 1
            return
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        attempt = _Attempt(job, peer, sock, time.monotonic(), tries, is_canary)
        job.speak(attempt)
        self._in_flight += 1
        try:
            self._way.fit(sock, address)
            code = sock.connect_ex(self._way.peer(address, port))
        except OSError as error:
            # The interface is gone: nothing left, and nothing answers.
            code = error.errno or errno.ENODEV
        if code in IN_PROGRESS:
            self._selector.register(sock, selectors.EVENT_WRITE, attempt)
            self._serial += 1
            # A canary decides whether a device is given up, so it gets the whole wait.
            patience = limits.CONNECT_SECONDS if is_canary else job.patience()
            heapq.heappush(self._expiries, (attempt.began + patience, self._serial, attempt))
        else:
            self._finish(attempt, code)

    def _answered(self, attempt: _Attempt) -> None:
        self._selector.unregister(attempt.sock)
        self._finish(attempt, attempt.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))

    def _finish(self, attempt: _Attempt, code: int) -> None:
        """Book an answer: 0 is open, a refusal is closed, anything else (unreachable, forbidden) is filtered."""
        attempt.over = True
        attempt.sock.close()
        job = attempt.job
        job.hear(attempt)
        self._in_flight -= 1
        said = code == 0 or code in _SAID_NO
        if attempt.is_canary:
            job.canary_answered() if said else job.canary_missed()
            return
        job.since_canary += 1
        if said:
            job.note_answer(time.monotonic() - attempt.began)
            job.result.book(attempt.peer, PortState.OPEN if code == 0 else PortState.CLOSED)
            if job.canary is None and code != 0:
                job.canary = attempt.peer
            return
        job.unanswered += 1
        if not job.silent and (attempt.tries == 1 or (attempt.tries == 2 and job.may_insist())):
            job.put_back(attempt.peer, attempt.tries + 1)
        else:
            job.result.book(attempt.peer, PortState.FILTERED)
            job.doubtful.append(attempt.peer)

    def _expire(self) -> None:
        now = time.monotonic()
        while self._expiries and self._expiries[0][0] <= now:
            attempt = heapq.heappop(self._expiries)[2]
            if not attempt.over:
                self._selector.unregister(attempt.sock)
                self._finish(attempt, errno.ETIMEDOUT)

    def _retire(self, jobs: list[Job]) -> None:
        for job in jobs:
            if job.canary_misses >= limits.CANARY_MISSES:
                job.forget_doubtful()
                job.result.gone = True
                self._end(job, "it stopped answering, so it was left alone")
            elif job.cancel:
                self._end(job, "the scan was interrupted")
            elif job.deadline:
                self._end(job, "its time was used up")
            elif not job.pending and job.in_flight == 0 and not job.canary_is_due():
                self._end(job, None)

    def _end(self, job: Job, why: str | None) -> None:
        for _, _, attempt in self._expiries:
            if attempt.job is job and not attempt.over:
                attempt.over = True
                with contextlib.suppress(KeyError, ValueError):
                    self._selector.unregister(attempt.sock)
                attempt.sock.close()
                self._in_flight -= 1
        job.result.stopped = why
        with self._lock:
            if job in self._jobs:
                self._jobs.remove(job)
        job.done.set()
