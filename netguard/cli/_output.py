"""The standard streams as a command finds them: closed, full, or with a reader that went away.

None of that is a result, so that none of it may exit as one (`--exit-code`, `--fail-on`).
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from netguard import exitcodes


class UnwrittenError(OSError):
    """Standard output or error takes nothing: the disk that it goes to is full, say."""


class ReaderGoneError(OSError):
    """Whoever read went away, as `head` does. No `BrokenPipeError`: click leaves with 1 for it, which is a result here."""


class _Stream:
    """A stream that says of a failure to write that it was its own; everything else is the stream's."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._stream, name)
        return _Stream(found) if name == "buffer" else found

    def write(self, data: Any) -> Any:
        return _marked(lambda: self._stream.write(data))

    def writelines(self, lines: Any) -> Any:
        return _marked(lambda: self._stream.writelines(lines))

    def flush(self) -> None:
        _marked(self._stream.flush)


def _marked(act: Callable[[], Any]) -> Any:
    try:
        return act()
    except BrokenPipeError as error:
        raise ReaderGoneError("the reader went away") from error
    except OSError as error:
        raise UnwrittenError(error.errno, error.strerror) from error


def prepare() -> None:
    """Make the streams fit for whatever is written: none is missing, no letter is too rare, and failures say what failed."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            # Closed by whoever called (`>&-`). In this order each takes the number that a standard stream has, so that no
            # file that is opened later gets what a child process writes.
            stream = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115 - it stays open to the end
        if mode == "w":
            # Old Windows consoles know few letters; a question mark is better than a crash.
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
            stream = _Stream(stream)
        setattr(sys, name, stream)


def flush() -> None:
    """Write what is left. Raises as writing does."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()


def tell(act: Callable[[], object]) -> None:
    """Say a last word by `act`; where nobody takes it that changes no exit code."""
    try:
        act()
        flush()
    except OSError:
        _let_go()


def abandon(error: UnwrittenError | None = None) -> int:
    """Write no more; the exit code. That is said in a line, unless it was the reader who went away and has had enough."""
    if error is not None:
        said = f"netguard: the output could not be written ({error.strerror}); what was said is not all there was\n"
        sys.stdout = None
        tell(lambda: sys.stderr.write(said))
    _let_go()
    return exitcodes.DONE if error is None else exitcodes.NOTHING_LOOKED_AT


def _let_go() -> None:
    """What lies in the streams still would be tried once more at the end of the process, and fail with a code of its own."""
    sys.stdout = sys.stderr = None
