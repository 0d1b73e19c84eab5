"""HTTP and HTTPS: one GET of `/`, without following anything: status, server, title, realm, redirect."""

import http.client
import io
import re
from collections.abc import Iterable, Iterator
from html import unescape

from netguard.model.device import Device, Service
from netguard.model.observation import Fact, clean
from netguard.model.vocabulary import PortState, Transport
from netguard.net import limits
from netguard.net.access import Net
from netguard.net.connection import tls_context
from netguard.net.failures import NoAnswer
from netguard.probe._contract import Ask, Learnt, Target, looked_at, open_tcp, speaks_otherwise

NEEDS = frozenset({"ports", "banners", "tls"})
PROVIDES = frozenset({"http"})

USUAL_PORTS = frozenset({80, 81, 88, 5000, 8000, 8008, 8080, 8081, 8088, 8123, 8888, 9000, 49152})
MAX_PAGE = 64 * 1024
"""Bytes read of a page: the title is in its head, and no more is wanted."""

MAX_HEADERS = 100
"""As http.client allows; stops a peer that sends headers for ever."""

MAX_PRODUCT, MAX_VERSION = 80, 40
"""Characters kept of the two halves of a Server header; honest ones have about twenty."""

_TITLE = re.compile(rb"<title[^>]{0,200}>([^<]{0,512})", re.IGNORECASE)
_REALM = re.compile(r'realm="?([^",]{0,200})', re.IGNORECASE)


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """The usual HTTP ports, every TLS port, and in the deep round whatever stayed silent when listened to."""
    for service in open_tcp(device):
        if looked_at(ask, service, "http.status") or service.port in limits.PAYLOAD_BLOCKED_PORTS:
            continue
        if speaks_otherwise(ask, service):
            continue
        speaks_tls = looked_at(ask, service, "tls.version")
        was_silent = service.name is None and looked_at(ask, service, "tcp.banner")
        if service.port in USUAL_PORTS or speaks_tls or (ask.round == "deep" and was_silent):
            yield Target(address=service.address, port=service.port, secure=speaks_tls)


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """The facts of one answer. Raises `NoAnswer` on a usual HTTP port that speaks something else."""
    assert target.port is not None  # noqa: S101 - wants() gives one
    with net.connect(target.address, target.port) as connection:
        if target.secure:
            connection.start_tls(tls_context())
        connection.send(request(target))
        answer = connection.receive(enough=is_complete)
    try:
        yield from read(answer, target)
    except NoAnswer:
        if target.port in USUAL_PORTS:
            raise


def request(target: Target) -> bytes:
    """GET / as a browser without cookies would ask it, over a connection that ends with the answer."""
    host = f"[{target.address}]" if target.address.version == 6 else str(target.address)
    lines = (
        "GET / HTTP/1.1",
        f"Host: {host}:{target.port}",
        "User-Agent: netguard",
        "Accept: text/html, */*",
        "Accept-Encoding: identity",
        "Connection: close",
        "",
        "",
    )
    return "\r\n".join(lines).encode()


def is_complete(answer: bytes) -> bool:
    """Whether no more needs to be read: the whole body, or as much of it as is wanted."""
    head, separator, body = answer.partition(b"\r\n\r\n")
    if not separator:
        return len(answer) > MAX_PAGE
    if len(body) >= MAX_PAGE or b"</title" in body.lower():
        return True
    if re.search(rb"^transfer-encoding:\s*chunked\s*$", head, re.IGNORECASE | re.MULTILINE):
        return body.endswith(b"0\r\n\r\n")
    length = re.search(rb"^content-length:\s*(\d{1,9})\s*$", head, re.IGNORECASE | re.MULTILINE)
    return length is not None and len(body) >= int(length[1])


def read(answer: bytes, target: Target) -> Iterator[Learnt]:
    """Facts and the service from the bytes of an HTTP answer. Raises `NoAnswer` when it is none."""
    if not answer:
        raise NoAnswer("it took the connection and said nothing")
    if not answer.startswith(b"HTTP/"):
        raise NoAnswer("it answered something that is not HTTP")
    response = http.client.HTTPResponse(_Recorded(answer[: MAX_PAGE * 2]))  # type: ignore[arg-type]
    try:
        response.begin()
        body = response.read(MAX_PAGE)
    except http.client.IncompleteRead as error:
        body = error.partial
    except (http.client.HTTPException, ValueError, OSError) as error:
        raise NoAnswer(f"its HTTP answer is broken ({type(error).__name__})") from error

    def fact(kind: str, value: str | int) -> Fact:
        return Fact(kind=kind, value=value, transport=Transport.TCP, port=target.port)

    server = response.getheader("Server")
    yield fact("http.status", response.status)
    if server:
        yield fact("http.server", server)
    if title := _TITLE.search(body):
        yield fact("http.title", unescape(title[1].decode("utf-8", "replace")))
    if realm := _REALM.search(response.getheader("WWW-Authenticate") or ""):
        yield fact("http.realm", realm[1])
    if location := response.getheader("Location"):
        yield fact("http.redirect", location)
    product, _, version = (server or "").partition("/")
    yield Service(
        address=target.address,
        transport=Transport.TCP,
        port=target.port or 0,
        state=PortState.OPEN,
        name="https" if target.secure else "http",
        product=clean(product, MAX_PRODUCT) or None,
        version=clean(version.split(" ")[0], MAX_VERSION) or None,
    )


class _Recorded:
    """Bytes that look like a socket to http.client, which does the parsing."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, mode: str) -> io.BytesIO:  # noqa: ARG002 - http.client's interface
        return io.BytesIO(self._data)
