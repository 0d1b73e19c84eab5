"""What a live source is: a module with `SYSTEMS`, `NAME`, `RANK`, `unavailable(interface, means)` and `hear(interface, means, again)`.

`SYSTEMS` are the systems it is for (`linux`, `macos`, `windows`), `NAME` is what people call it, and `RANK` says when it
is asked, the lowest first. `interface` is a name or null, for whichever radio there is. `unavailable` says why it cannot
be used here and what would help, or null; it sends nothing. `hear` yields what the system's radio has heard (`Heard`);
with `again` it asks the system to look anew first, where it may, and waits for that. It raises `VantageError` with a
reason and what would help when the system refuses. Where only the looking anew is refused, it yields what was heard
lately and says so by `means.not_anew`; what else a person should know of what was heard goes to `means.remark`.

No source ever joins a network, changes a connection, or puts a radio into monitor mode.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from netguard.net.control import Cancel, Deadline

Runner = Callable[[tuple[str, ...]], str]
"""argv -> what it wrote to standard output (`netguard.vantage.system.run`). Raises `OSError` when the program is not
there and `VantageError` when it failed."""

SCAN_SECONDS = 12.0
"""Longest wait for the radio to look around: some 40 channels up to 6 GHz, at most 0.2 s on each that may only be listened to."""

MAX_REMARKS = 20
"""Remarks of one hearing; what fails everywhere must not bury the rest of what is said."""


@dataclass(slots=True, kw_only=True)
class Means:
    """What a source gets from outside: how to run a command, and how long it may take."""

    run: Runner
    cancel: Cancel
    deadline: Deadline
    remarks: list[str] = field(default_factory=list)
    """A sentence each, with what would help."""
    old: str | None = None
    """Why the radio did not look around anew, and what would help; null where it did, or was not asked to."""

    def remark(self, sentence: str) -> None:
        """Tell the person something, once."""
        if sentence not in self.remarks and len(self.remarks) < MAX_REMARKS:
            self.remarks.append(sentence)

    def not_anew(self, sentence: str) -> None:
        """Say that what is yielded was heard lately, not now."""
        self.old = sentence
