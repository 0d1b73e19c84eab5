"""What a file format is: a module with `NAME`, `recognises(head)`, and `read(file, where) -> Iterator[Heard]`.

`NAME` is what people call it, "output of iw". `recognises` gets the first `HEAD` bytes of a file (unpacked, where it was
gzip) and says whether it is this format. `read` gets the file open for reading in binary, at its start, and yields while
it reads: no file is ever held in memory as a whole. It raises `WifiFileError` only where nothing at all can be read, with
`where.error(reason)`; what is broken in the middle is passed over, and what a person should know of the whole file goes
to `where.remark`.

A format may have `BEFORE`, ids of formats that also recognise some of its files although they are not theirs.
"""

from dataclasses import dataclass, field
from pathlib import Path

from netguard.errors import WifiFileError

HEAD = 4096
"""Bytes of a file that a format may look at to know itself."""

MAX_REMARKS = 20
"""Remarks of one file; one that is broken everywhere must not bury the rest of what is said."""


@dataclass(slots=True, kw_only=True)
class Where:
    """The file that is read: its name for people, and what they should know of it besides what was heard."""

    name: str
    path: Path | None = None
    """Where these very bytes lie, for a format that cannot be read as a stream; null where they lie nowhere (gzip, a
    pipe)."""
    remarks: list[str] = field(default_factory=list)
    """A sentence each, with the file's name: "home.pcap: its end is missing; what stands before it was read"."""

    def remark(self, text: str) -> None:
        """Tell the person something about this file, once."""
        sentence = f"{self.name}: {text}"
        if sentence not in self.remarks and len(self.remarks) < MAX_REMARKS:
            self.remarks.append(sentence)

    def error(self, reason: str) -> WifiFileError:
        """Give the error that says why nothing can be read from this file."""
        return WifiFileError(f"{self.name}: {reason}")

    def __str__(self) -> str:
        return self.name
