"""DNS messages for the simulated home (RFC 1035), as small as it can be: read questions, write answers.

Names are tuples of labels, each label text: instance names of DNS-SD hold dots and spaces (RFC 6763, 4.1.1).
"""

import ipaddress
import struct
from dataclasses import dataclass

Name = tuple[str, ...]

A, PTR, TXT, AAAA, SRV, ANY = 1, 12, 16, 28, 33, 255
IN = 1
TOP_BIT = 0x8000
"""In a question's class: a unicast answer is welcome (RFC 6762, 5.4). In a record's: flush what you kept (10.2)."""

MOST_QUESTIONS = 64
"""Questions read of one message; a hostile one may claim 65535."""
MOST_JUMPS = 16
"""Compression pointers followed in one name; stops loops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question. `unicast` is the QU bit."""

    name: Name
    type: int
    unicast: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One resource record. `data` is a Name for PTR, text address for A and AAAA, (port, Name) for SRV, entries for TXT."""

    name: Name
    type: int
    data: Name | str | tuple[int, Name]
    ttl: int = 120
    unique: bool = False
    """Nobody else answers for this name, so receivers may flush what they kept."""

    @property
    def service(self) -> tuple[int, Name]:
        """(port, host) of an SRV record. Raises `TypeError` for another kind."""
        if isinstance(self.data, tuple) and len(self.data) == 2:
            port, target = self.data
            if isinstance(port, int) and isinstance(target, tuple):
                return port, target
        raise TypeError("only SRV records have a port and a host")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as received: only what an answering machine needs."""

    id: int
    response: bool
    questions: tuple[Question, ...]
    known: tuple[tuple[Name, Name], ...] = ()
    """(name, target) of the PTR records in the answer section: what the asker knows already (RFC 6762, 7.1)."""


def name_of(text: str) -> Name:
    """`text` with dots between the labels as a name: `_hap._tcp.local`."""
    return tuple(label for label in text.split(".") if label)


def address_type(address: str) -> int:
    """The type of the record that holds `address`: A or AAAA."""
    return AAAA if ":" in address else A


def same(one: Name, other: Name) -> bool:
    """Whether two names are the same, upper and lower case alike."""
    return [label.lower() for label in one] == [label.lower() for label in other]


def read(data: bytes) -> Message:
    """The message in `data`. Raises `ValueError` when it is none."""
    try:
        number, flags, questions, answers, _, _ = struct.unpack_from("!6H", data)
        at = 12
        asked = []
        for _ in range(min(questions, MOST_QUESTIONS)):
            name, at = _read_name(data, at)
            kind, group = struct.unpack_from("!2H", data, at)
            at += 4
            asked.append(Question(name=name, type=kind, unicast=bool(group & TOP_BIT)))
        known = []
        for _ in range(min(answers, MOST_QUESTIONS) if questions <= MOST_QUESTIONS else 0):
            name, at = _read_name(data, at)
            kind, _, _, length = struct.unpack_from("!HHIH", data, at)
            if kind == PTR:
                known.append((name, _read_name(data, at + 10)[0]))
            at += 10 + length
    except (struct.error, IndexError) as error:
        raise ValueError("the DNS message ends too early") from error
    return Message(id=number, response=bool(flags & TOP_BIT), questions=tuple(asked), known=tuple(known))


def write(
    answers: tuple[Record, ...], additional: tuple[Record, ...] = (), *, id: int = 0,  # noqa: A002 - RFC 1035's word
    questions: tuple[Question, ...] = (), flags: int = 0x8400, plain: bool = False,
) -> bytes:  # fmt: skip
    """An answer. `plain` leaves out what only multicast DNS knows (flush bits), for ordinary resolvers."""
    head = struct.pack("!6H", id, flags, len(questions), len(answers), 0, len(additional))
    asked = b"".join(_write_name(q.name) + struct.pack("!2H", q.type, IN) for q in questions)
    return head + asked + b"".join(_write_record(record, plain=plain) for record in (*answers, *additional))


def ask(questions: tuple[Question, ...], *, id: int = 0, flags: int = 0) -> bytes:  # noqa: A002 - RFC 1035's word
    """A query."""
    return struct.pack("!6H", id, flags, len(questions), 0, 0, 0) + b"".join(
        _write_name(q.name) + struct.pack("!2H", q.type, IN | (TOP_BIT if q.unicast else 0)) for q in questions
    )


def _read_name(data: bytes, at: int) -> tuple[Name, int]:
    labels: list[str] = []
    after: int | None = None
    for _ in range(128 + MOST_JUMPS):
        length = data[at]
        if length >= 0xC0:
            after = at + 2 if after is None else after
            at = (length & 0x3F) << 8 | data[at + 1]
        elif length == 0:
            return tuple(labels), at + 1 if after is None else after
        elif length > 63:
            break
        else:
            label = data[at + 1 : at + 1 + length]
            if len(label) < length:
                break
            labels.append(label.decode("utf-8", "replace"))
            at += 1 + length
    raise ValueError("the DNS message holds a name that is none")


def _write_name(name: Name) -> bytes:
    return b"".join(bytes((len(part),)) + part for part in (label.encode()[:63] for label in name)) + b"\0"


def _write_record(record: Record, *, plain: bool) -> bytes:
    group = IN | (TOP_BIT if record.unique and not plain else 0)
    data = _write_data(record)
    return _write_name(record.name) + struct.pack("!HHIH", record.type, group, record.ttl, len(data)) + data


def _write_data(record: Record) -> bytes:
    data = record.data
    if record.type in (A, AAAA):
        return ipaddress.ip_address(str(data)).packed
    if record.type == SRV:
        port, target = record.service
        return struct.pack("!3H", 0, 0, port) + _write_name(target)
    if record.type == TXT:
        entries = [entry.encode()[:255] for entry in data if isinstance(entry, str)] or [b""]
        return b"".join(bytes((len(entry),)) + entry for entry in entries)
    return _write_name(tuple(str(label) for label in data))
