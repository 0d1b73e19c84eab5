"""Reading what people saved: `netguard wifi FILE...`. The format is known by the content, never by the name."""

import gzip
import io
import sys
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import BinaryIO

from netguard import registry
from netguard.model.observation import clean
from netguard.wifi.formats._contract import HEAD, Where
from netguard.wifi.heard import Heard

_FORMATS = "netguard.wifi.formats"

_BUFFER = 1 << 16

_GZIP = b"\x1f\x8b"

_PACKED: Mapping[bytes, str] = {
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\x04\x22\x4d\x18": "lz4",
    b"PK\x03\x04": "zip",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
}
"""How files packed otherwise than by gzip begin: what to tell people who have one."""

MAX_RATIO = 100
"""How many times longer than the .gz its content may be. Captures shrink to a tenth at most, text to a thirtieth; deflate
can make a thousand bytes of one, and a file of a megabyte would keep the computer busy for as long as a gigabyte does."""

FREE = 64 << 20
"""Bytes that may be unpacked whatever the ratio: some seconds' work."""


def read(path: Path, remarks: list[str] | None = None) -> Iterator[Heard]:
    """Give everything heard in the file at `path` while it is read; `-` is standard input.

    What a person should know besides ("FILE: its end is missing; ...") is put into `remarks`, a sentence each; it is
    complete when the iterator ends. Raises `WifiFileError`, "FILE: reason", where nothing can be read.
    """
    where = Where(name=clean(str(path)), path=path, remarks=[] if remarks is None else remarks)
    anything = False
    try:
        with _opened(path, where) as file:
            module, stream = _recognised(file, where)
            for heard in module.read(stream, where):
                anything = True
                yield heard
    except OSError as error:
        raise where.error(_reason(error)) from error
    if not anything:
        where.remark("no access point is in it")


@contextmanager
def _opened(path: Path, where: Where) -> Iterator[io.RawIOBase]:
    """Open the file's bytes, unbuffered. Raises `WifiFileError` for a folder and `OSError` for what cannot be opened."""
    if str(path) == "-":
        where.name, where.path = "standard input", None
        with open(sys.stdin.fileno(), "rb", buffering=0, closefd=False) as file:
            yield file
        return
    if path.is_dir():
        raise where.error("it is a folder; name the files in it")
    with path.open("rb", buffering=0) as file:
        yield file


def _reason(error: OSError) -> str:
    match error:
        case FileNotFoundError():
            return "there is no such file"
        case PermissionError():
            return "you may not read it"
    return clean(error.strerror or type(error).__name__).lower()


def _recognised(file: io.RawIOBase, where: Where) -> tuple[ModuleType, BinaryIO]:
    """Give the format's module, and the file from its start, unpacked. Raises `WifiFileError` for what nobody reads."""
    head, stream = _start(file)
    if not head:
        raise where.error("it is empty")
    if head.startswith(_GZIP):
        where.path = None
        head, stream = _start(_Unpacked(stream, where))
        if not head and not where.remarks:
            raise where.error("nothing is in it")
    for magic, name in _PACKED.items():
        if head.startswith(magic):
            raise where.error(f"it is packed with {name}; unpack it first")
    formats = registry.load_all(_FORMATS, "NAME", "recognises", "read")
    module = chosen(formats, head)
    if module is None and where.remarks:  # of a packed file: it breaks off before its content can be known
        raise where.error(where.remarks[-1].removeprefix(f"{where.name}: "))
    if module is None:
        known = ", ".join(sorted(m.NAME for m in formats.values()))
        raise where.error(f"this is no kind of file that netguard knows. It reads: {known}")
    return module, io.BufferedReader(stream, _BUFFER)


def chosen(formats: Mapping[str, ModuleType], head: bytes) -> ModuleType | None:
    """Give the format of a file that begins with `head`, or null.

    Where several recognise it, those that another one's `BEFORE` names step back; of what is left, the first by name.
    """
    candidates = {name: module for name, module in formats.items() if module.recognises(head)}
    behind = {other for module in candidates.values() for other in getattr(module, "BEFORE", ())}
    fitting = sorted(candidates.keys() - behind) or sorted(candidates)
    return candidates[fitting[0]] if fitting else None


def _start(file: io.RawIOBase) -> tuple[bytes, "_Again"]:
    """Give the first `HEAD` bytes of `file`, and a stream that has them still before it: a pipe cannot be wound back."""
    head = b""
    while len(head) < HEAD and (piece := file.read(HEAD - len(head))):
        head += piece
    return head, _Again(head, file)


class _Again(io.RawIOBase):
    """A stream whose beginning was read already. `taken` says how many bytes were taken from it."""

    def __init__(self, head: bytes, file: io.RawIOBase) -> None:
        self.taken = 0
        self._head = head
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # every writable buffer is one here
        if self._head:
            count = min(len(buffer), len(self._head))
            buffer[:count] = self._head[:count]
            self._head = self._head[count:]
        else:
            count = self._file.readinto(buffer) or 0
        self.taken += count
        return count


class _Unpacked(io.RawIOBase):
    """What is in a .gz, in pieces. It ends where the .gz is damaged, ends too early or grows beyond `MAX_RATIO`."""

    def __init__(self, packed: _Again, where: Where) -> None:
        self._packed = packed
        self._gzip = gzip.GzipFile(fileobj=io.BufferedReader(packed, _BUFFER), mode="rb")
        self._given = 0
        self._where = where
        self._over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        piece = b"" if self._over else self._piece(min(len(buffer), _BUFFER))
        self._over = not piece
        buffer[: len(piece)] = piece
        self._given += len(piece)
        return len(piece)

    def _piece(self, size: int) -> bytes:
        if self._given > FREE + MAX_RATIO * self._packed.taken:
            self._where.remark(
                f"it unpacks to more than {MAX_RATIO} times its size, so only the first {self._given >> 20} MB were read"
            )
            return b""
        try:
            return self._gzip.read1(size)
        except EOFError:
            self._where.remark("the .gz ends too early; what could be unpacked was read")
        except (zlib.error, gzip.BadGzipFile):
            self._where.remark("the .gz is damaged; what could be unpacked was read")
        return b""
