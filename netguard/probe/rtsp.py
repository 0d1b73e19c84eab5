"""RTSP: does a camera describe its stream to whoever asks? OPTIONS, then DESCRIBE without a login, in one connection.

OPTIONS proves nothing: many answer it with 200 and ask for a login only afterwards. DESCRIBE with 200 and a session
description shows that the stream is there for everybody; with 401 that it is not. Nothing is set up and nothing is
played. `/` is asked for, and a few usual paths only where there is nothing at `/`: most cameras ask for the login before
they look at the path. In the light round, too: what answers RTSP is a camera more often than not. RFC 2326.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from netguard.model.device import Device, Service
from netguard.model.observation import Fact, clean
from netguard.model.vocabulary import PortState, Transport
from netguard.net import limits
from netguard.net.access import Net
from netguard.net.connection import Connection, tls_context
from netguard.net.failures import NoAnswer
from netguard.probe import _said
from netguard.probe._contract import Ask, Learnt, Target, looked_at, open_tcp, speaks_otherwise

NEEDS = frozenset({"ports", "banners", "tls"})
PROVIDES = frozenset({"rtsp"})

USUAL_PORTS = frozenset({554, 8554, 10554})
"""`rtsp` and `rtsp-alt` (IANA), and where cameras move it when another one has 554."""

TYPES = frozenset({"_rtsp._tcp"})
"""DNS-SD type by IANA's service name (RFC 6763, 7)."""

PATHS = ("/", "/Streaming/Channels/101", "/cam/realmonitor?channel=1&subtype=0", "/stream1")
"""What is asked for, in this order. After `/` the main streams of Hikvision, of Dahua and the many that it builds for,
and of TP-Link Tapo (as help.dayta.ai, smartcamalerts.com and actutana.com list them; no maker's page was read)."""

NOT_HERE = frozenset({400, 404, 410, 451})
"""Bad Request, Not Found, Gone, Parameter Not Understood (RFC 2326, 11.3 and 7.1.1): nothing is at that path, or it is
none that the server understands. All other codes are its answer."""

MAX_HEAD, MAX_BODY = 16 * 1024, 64 * 1024
"""Bytes of one answer that are waited for; honest ones have some hundred, session descriptions a few thousand."""

MAX_PRODUCT, MAX_VERSION = 80, 40
"""Characters kept of the two halves of a Server header, as in HTTP."""

_STATUS = re.compile(rb"RTSP/\d\.\d (\d{3})(?: |\r?\n|\Z)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Status code, headers by their names in small letters (the first of each), and the body as far as it was read."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def shows_stream(self) -> bool:
        """Whether it is a session description (RFC 4566, 5: `v=0` comes first) of something that can be watched."""
        lines = self.body.lstrip(b"\r\n").splitlines()
        return self.status == 200 and lines[:1] == [b"v=0"] and any(line.startswith(b"m=") for line in lines)


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """The usual ports, what greets with RTSP, and what the device or its record says is RTSP."""
    ports = _said.ports(device, ask, types=TYPES, word="RTSP") | USUAL_PORTS
    for service in open_tcp(device):
        if service.port in limits.PAYLOAD_BLOCKED_PORTS or speaks_otherwise(ask, service):
            continue
        greets = any(
            f.kind == "tcp.banner" and f.port == service.port and str(f.value).startswith("RTSP/") for f in ask.facts
        )
        if (service.port in ports or greets) and not looked_at(ask, service, "rtsp.status", "rtsp.describe"):
            secure = looked_at(ask, service, "tls.version")
            yield Target(address=service.address, port=service.port, secure=secure)


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """The facts of the two answers. Raises `NoAnswer` when it speaks no RTSP, or says 200 and describes nothing."""

    def fact(kind: str, value: str | int) -> Fact:
        return Fact(kind=kind, value=value, transport=Transport.TCP, port=target.port)

    with _Line(target, net) as line:
        options = line.ask("OPTIONS", "/")
        yield fact("rtsp.status", options.status)
        server = options.headers.get("server")
        if server:
            yield fact("rtsp.server", server)
        yield _service(target, server)
        for path in PATHS:
            described = line.ask("DESCRIBE", path)
            if described.status not in NOT_HERE:
                break
        later = described.headers.get("server")
        if later and not server:
            yield fact("rtsp.server", later)
            yield _service(target, later)
        if described.status == 200 and not described.shows_stream:
            raise NoAnswer("it said 200 to DESCRIBE and described no stream")
        yield fact("rtsp.describe", described.status)
        yield fact("rtsp.path", path)


def _service(target: Target, server: str | None) -> Service:
    product, _, version = (server or "").partition("/")
    return Service(
        address=target.address,
        transport=Transport.TCP,
        port=target.port or 0,
        state=PortState.OPEN,
        name="rtsp",
        product=clean(product, MAX_PRODUCT) or None,
        version=clean(version.split(" ")[0], MAX_VERSION) or None,
    )


class _Line:
    """Questions and answers over one connection, and over another one only where the server ended that.

    Some do so with each answer: then each of the at most `1 + len(PATHS)` questions costs one.
    """

    def __init__(self, target: Target, net: Net) -> None:
        self._target, self._net = target, net
        self._connection: Connection | None = None
        self._number = 0

    def __enter__(self) -> "_Line":
        return self

    def __exit__(self, kind: object, value: object, trace: object) -> None:
        if self._connection is not None:
            self._connection.__exit__(kind, value, trace)

    def ask(self, method: str, path: str) -> Answer:
        """The answer to one question. Raises `NoAnswer` when there is none, or it is no RTSP."""
        said, again = b"", self._connection is None
        if self._connection is not None:
            # Some end the connection after each answer: then, and only then, the question is asked once more.
            try:
                said = self._exchange(self._connection, method, path)
                again = not said and self._connection.at_end
            except NoAnswer:
                again = True
        if again:
            said = self._exchange(self._connect(), method, path)
        answer = read(said)
        if answer.headers.get("connection", "").lower() == "close" and self._connection is not None:
            self._connection.close()
            self._connection = None
        return answer

    def _connect(self) -> Connection:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        assert self._target.port is not None  # noqa: S101 - wants() gives one
        self._connection = self._net.connect(self._target.address, self._target.port)
        if self._target.secure:
            self._connection.start_tls(tls_context())
        return self._connection

    def _exchange(self, connection: Connection, method: str, path: str) -> bytes:
        self._number += 1
        connection.send(request(self._target, method, path, self._number))
        return connection.receive(enough=is_complete)


def request(target: Target, method: str, path: str, number: int) -> bytes:
    """A request without a login; `number` is its CSeq (RFC 2326, 12.17)."""
    host = f"[{target.address}]" if target.address.version == 6 else str(target.address)
    scheme = "rtsps" if target.secure else "rtsp"
    lines = [
        f"{method} {scheme}://{host}:{target.port}{path} RTSP/1.0",
        f"CSeq: {number}",
        "User-Agent: netguard",
        *(["Accept: application/sdp"] if method == "DESCRIBE" else []),
    ]
    return "\r\n".join((*lines, "", "")).encode()


def is_complete(said: bytes) -> bool:
    """Whether a whole answer is there, or more than one has, or something else."""
    head, separator, body = said.partition(b"\r\n\r\n")
    if not separator:
        return len(said) > MAX_HEAD or (len(said) >= 5 and not said.startswith(b"RTSP/"))
    length = re.search(rb"^content-length:[ \t]*(\d{1,9})[ \t]*\r?$", head, re.IGNORECASE | re.MULTILINE)
    return length is None or len(body) >= min(int(length[1]), MAX_BODY)


def read(said: bytes) -> Answer:
    """What the bytes of an answer say. Raises `NoAnswer` when they are none."""
    if not said:
        raise NoAnswer("it took the connection and gave no answer to RTSP")
    status = _STATUS.match(said)
    if status is None:
        raise NoAnswer("it answered something that is not RTSP")
    head, _, body = said[: MAX_HEAD + MAX_BODY].partition(b"\r\n\r\n")
    headers: dict[str, str] = {}
    for line in head[:MAX_HEAD].decode("utf-8", "replace").splitlines()[1:]:
        name, colon, value = line.partition(":")
        if colon:
            headers.setdefault(name.strip().lower(), value.strip())
    return Answer(status=int(status[1]), headers=headers, body=body[:MAX_BODY])
