"""DNS messages (RFC 1035) as multicast DNS and the router's resolver speak them; docs/adr/0007 says why by hand."""

import re
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from netaddr import IPAddress

from netguard.model.observation import MAX_ITEMS, clean

PORT = 5353
"""RFC 6762, 2."""

A, PTR, TXT, AAAA, SRV = 1, 12, 16, 28, 33

MAX_QUERY = 1200
"""Bytes of one query packet, so that it is never fragmented, whatever names we were told to ask for."""

MAX_PLAIN = 220
"""Bytes of one query packet without known answers that has several questions. Answers to a port other than 5353 repeat the
questions (RFC 6762, 6.7), and avahi writes no more than 512 bytes there (its server.c, legacy unicast): whatever does not fit
beside the questions is dropped, all of it where they fill the packet. Eight types leave about 350 bytes for answers."""

MAX_NAME = 255
"""Bytes of one encoded name (RFC 1035, 2.3.4); a longer one cannot be asked for."""

MAX_RECORDS = 512
"""Records read of one section; a full 9,000-byte packet of honest records has about 150."""

KNOWN_SECONDS = 4500
"""Time to live written beside a known answer: what RFC 6762, 10 recommends for such records. Answers that come to us
alone state 10 s at most (6.7), and whoever compares that with its own longer time says everything again (7.1)."""

_HEADER = struct.Struct("!6H")
_UNICAST_RESPONSE = 0x8000
"""RFC 6762, 5.4: the answer may come to us alone, which spares everybody else's radio."""
_RESPONSE, _RECURSION_DESIRED, _CODE = 0x8000, 0x0100, 0x000F
_INTERNET = 1
_QUESTION = struct.Struct("!2H")
_RECORD = struct.Struct("!2HIH")
"""Type, class, time to live, length of the data (RFC 1035, 4.1.3)."""
_SERVICE = struct.Struct("!3H")
"""Priority, weight, port (RFC 2782)."""
_ADDRESS_BYTES = {A: 4, AAAA: 16}
_POINTER = 0xC0
MAX_LABEL = 63
"""Bytes of one label (RFC 1035, 2.3.4)."""

_TYPE = re.compile(r"_[a-z0-9_-]{1,62}\._(?:tcp|udp)")
"""A service type (RFC 6763, 7); in spite of RFC 6335, 5.1, some are longer than 15 characters or have more underscores, such
as `_philipstv_s_rpc._tcp`."""

Question = tuple[str, int]
"""A name with its domain, `_hap._tcp.local`, and a record type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One resource record: `value` is the name a PTR or SRV points to, or the address of an A or AAAA.

    Names are cleaned text without the last dot. `texts` are the entries of a TXT.
    """

    name: str
    type: int
    value: str = ""
    port: int | None = None
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A response: `questions` are repeated in it by unicast servers only, `code` is 0 for success (RFC 1035, 4.1.1)."""

    id: int
    code: int
    questions: tuple[Question, ...]
    records: tuple[Record, ...]
    """Of the answer section and the additional one."""


def queries(questions: Iterable[Question], known: Mapping[str, Sequence[str]] | None = None) -> Iterator[bytes]:
    """Multicast query packets, as many questions in each as `MAX_PLAIN` or `MAX_QUERY` allows (RFC 6762, 5).

    `known` has, by the name of a PTR question, the names that were already heard as its answer: they go along, so
    that nobody says them again (RFC 6762, 7.1). As many as one packet holds; the others are heard twice, no more.
    Such questions have packets of their own, after the others: responders that take no known answers from a port
    other than 5353, as ours is, drop the whole packet (avahi does), and must not miss a question that has none.
    A name that DNS has no room for is left out.
    """
    plain: list[tuple[bytes, list[bytes]]] = []
    with_known: list[tuple[bytes, list[bytes]]] = []
    for name, kind in questions:
        owner = encoded(name)
        if len(owner) > MAX_NAME:
            continue
        question = owner + struct.pack("!HH", kind, _UNICAST_RESPONSE | _INTERNET)
        answers = _known(owner, (known or {}).get(name, ()) if kind == PTR else (), MAX_QUERY - len(question))
        (with_known if answers else plain).append((question, answers))
    yield from _packed(plain, MAX_PLAIN)
    yield from _packed(with_known, MAX_QUERY)


def unicast_query(question: Question, number: int) -> bytes:
    """A query for a resolver (RFC 1035, 4.1), with recursion desired; `number` (0-65535) is its transaction id."""
    name, kind = question
    return _HEADER.pack(number, _RECURSION_DESIRED, 1, 0, 0, 0) + encoded(name) + struct.pack("!HH", kind, _INTERNET)


def encoded(name: str) -> bytes:
    """`name` as DNS labels; the instance part of a service name may hold dots and spaces."""
    plain = name.removesuffix(".local")
    service = service_type(plain)
    instance = plain.removesuffix(service).removesuffix(".")
    if service and instance and not instance.startswith("_"):
        labels = [instance, *service.split("."), "local"]
    else:
        labels = name.split(".")
    cut = (label.encode()[:63] for label in labels if label)
    return b"".join(bytes((len(label),)) + label for label in cut) + b"\0"


def reverse_name(address: IPAddress) -> str:
    """`20.2.0.192.in-addr.arpa` or the nibbles under ip6.arpa (RFC 1035, 3.5; RFC 3596, 2.5)."""
    return str(address.reverse_dns).removesuffix(".")


def known_type(name: str) -> str:
    """`name` when it is a service type, in small letters (RFC 6763, 7: their case says nothing); else empty."""
    return name.lower() if _TYPE.fullmatch(name.lower()) else ""


def service_type(instance: str) -> str:
    """`_hap._tcp` of `Front Door._hap._tcp`; empty when there is none."""
    return known_type(".".join(instance.split(".")[-2:]))


def local(name: str) -> str:
    """`name` without its `.local`."""
    return re.sub(r"\.local$", "", name, flags=re.IGNORECASE)


def read(data: bytes) -> Message | None:
    """The response in `data`, as far as it can be read; None for a question and for what is no DNS message.

    What cannot be read in one record costs that record and no other; what cannot be read in its frame ends the reading
    (RFC 1035, 4.1).
    """
    if len(data) < _HEADER.size:
        return None
    number, flags, asked, answers, authorities, more = _HEADER.unpack_from(data)
    if not flags & _RESPONSE:
        return None
    reader = _Reader(data)
    questions: list[Question] = []
    records: list[Record] = []
    with suppress(ValueError, struct.error, IndexError):
        questions.extend(reader.question() for _ in range(min(asked, MAX_RECORDS)))
        for count, into in ((answers, records), (authorities, []), (more, records)):
            for _ in range(min(count, MAX_RECORDS)):
                if record := reader.record():
                    into.append(record)
    return Message(
        id=number, code=flags & _CODE, questions=tuple(questions[:MAX_ITEMS]), records=tuple(records[:MAX_RECORDS])
    )


class _Reader:
    """One message, from its first question to the end. Raises `ValueError`, `IndexError` or `struct.error` where it is none."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, _HEADER.size
        self._names: dict[int, tuple[tuple[bytes, ...], int]] = {}
        """Names read so far by their place, with the place after them: a packet points to the same few again and again."""

    def question(self) -> Question:
        """The next question; its class says nothing to us."""
        name = self._name()
        (kind, _) = self._take(_QUESTION)
        return _joined(name), kind

    def record(self) -> Record | None:
        """The next record; None for a type that is not used here, and for one whose data is damaged."""
        owner = self._name()
        kind, _, _, length = self._take(_RECORD)
        start, end = self._at, self._at + length
        if end > len(self._data):
            raise ValueError("a record is longer than its message")
        self._at = end
        with suppress(ValueError, struct.error, IndexError):
            return self._read(_joined(owner), kind, start, end)
        return None

    def _read(self, name: str, kind: int, start: int, end: int) -> Record | None:
        if kind == PTR:
            return Record(name=name, type=kind, value=_joined(self._labels(start)[0]))
        if kind == SRV:
            if end - start <= _SERVICE.size:
                raise ValueError("a service without a target")
            _, _, port = _SERVICE.unpack_from(self._data, start)
            return Record(name=name, type=kind, value=_joined(self._labels(start + _SERVICE.size)[0]), port=port)
        if kind in _ADDRESS_BYTES:
            if end - start != _ADDRESS_BYTES[kind]:
                raise ValueError("an address of the wrong length")
            number = int.from_bytes(self._data[start:end])
            return Record(name=name, type=kind, value=str(IPAddress(number, version=4 if kind == A else 6)))
        return Record(name=name, type=kind, texts=tuple(self._texts(start, end))) if kind == TXT else None

    def _texts(self, at: int, end: int) -> Iterator[str]:
        for _ in range(MAX_ITEMS):
            if at >= end:
                return
            length = self._data[at]
            if text := _text(self._data[at + 1 : min(end, at + 1 + length)]):
                yield text
            at += 1 + length

    def _take(self, shape: struct.Struct) -> tuple[Any, ...]:
        found = shape.unpack_from(self._data, self._at)
        self._at += shape.size
        return found

    def _name(self) -> tuple[bytes, ...]:
        labels, self._at = self._labels(self._at)
        return labels

    def _labels(self, at: int) -> tuple[tuple[bytes, ...], int]:
        """The labels of the name at `at`, and where the message goes on after it (RFC 1035, 4.1.4).

        A pointer leads backwards only, so that no chain of them is longer than the message and none is a circle.
        """
        if at in self._names:
            return self._names[at]
        labels: list[bytes] = []
        size, place, limit, after = 0, at, at, None
        while length := self._data[place]:
            if length >= _POINTER:
                target = (length & ~_POINTER) << 8 | self._data[place + 1]
                if target >= limit:
                    raise ValueError("a name that points forward")
                after = place + 2 if after is None else after
                place = limit = target
                continue
            label = self._data[place + 1 : place + 1 + length]
            size += 1 + length
            if length > MAX_LABEL or len(label) < length or size > MAX_NAME:
                raise ValueError("a name that is none")
            labels.append(label)
            place += 1 + length
        found = tuple(labels), (place + 1 if after is None else after)
        self._names[at] = found
        return found


def _text(value: bytes) -> str:
    return clean(value.decode("utf-8", "replace"))


def _joined(labels: tuple[bytes, ...]) -> str:
    return _text(b".".join(labels))


def _known(owner: bytes, names: Sequence[str], room: int) -> list[bytes]:
    """Answer records of `owner` for as many of `names` as `room` bytes hold beside a header."""
    answers, left = [], room - _HEADER.size
    for name in names:
        data = encoded(name)
        answer = owner + struct.pack("!HHIH", PTR, _INTERNET, KNOWN_SECONDS, len(data)) + data
        if len(data) <= MAX_NAME and len(answer) <= left:
            answers.append(answer)
            left -= len(answer)
    return answers


def _packed(asked: list[tuple[bytes, list[bytes]]], most: int) -> Iterator[bytes]:
    """Packets of whole questions, each with its own answers, of `most` bytes where they have more than one question."""
    questions: list[bytes] = []
    answers: list[bytes] = []
    size = _HEADER.size
    for question, known in asked:
        more = len(question) + sum(map(len, known))
        if questions and size + more > most:
            yield _packet(questions, answers)
            questions, answers, size = [], [], _HEADER.size
        questions.append(question)
        answers += known
        size += more
    if questions:
        yield _packet(questions, answers)


def _packet(questions: list[bytes], answers: list[bytes]) -> bytes:
    return _HEADER.pack(0, 0, len(questions), len(answers), 0, 0) + b"".join((*questions, *answers))
