"""One HTTP question and its answer: what the probes that read pages and local interfaces share."""

import http.client
import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from netguard.net.access import Net
from netguard.net.connection import tls_context
from netguard.net.failures import NoAnswer
from netguard.probe._contract import Target

MAX_BODY = 64 * 1024
"""Bytes read of a body: a page's title is in its head, and what interfaces say without a login is a few lines."""


class NotHttp(NoAnswer):
    """It took the connection, and said nothing or something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Status code, headers by their names in small letters (the first of each), and the body as far as it was read."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool = True
    """Whether all of the body is here: nothing was cut off, and nothing more was to come."""
    cookies: tuple[str, ...] = ()
    """Every Set-Cookie header (RFC 6265, 4.1), as it came."""


def ask(
    target: Target,
    net: Net,
    path: str = "/",
    *,
    method: str = "GET",
    headers: Iterable[tuple[str, str]] = (),
    body: bytes = b"",
    until: bytes | None = None,
    most: int = MAX_BODY,
    sending: Callable[[], None] | None = None,
) -> Answer:
    """Ask `target` for `path` over a connection of its own; with `until`, reading ends where the body contains it.

    At most `most` bytes are read of the body. Nothing is followed. `sending` is called when all else has gone well and the
    request is about to leave. Raises `NotHttp`, and what `Net.connect` raises.
    """
    assert target.port is not None  # noqa: S101 - an HTTP target has a port
    with net.connect(target.address, target.port) as connection:
        if target.secure:
            connection.start_tls(tls_context())
        question = request(target, path, method=method, headers=headers, body=body)
        if sending is not None:
            sending()
        connection.send(question)
        answer = connection.receive(enough=lambda answer: is_complete(answer, until, most))
        return read(answer, ended=connection.at_end, most=most)


def request(
    target: Target, path: str = "/", *, method: str = "GET", headers: Iterable[tuple[str, str]] = (), body: bytes = b""
) -> bytes:
    """The request as a browser without cookies would write it, over a connection that ends with the answer.

    Raises `ValueError` for a path or header that could end its line early.
    """
    host = f"[{target.address}]" if target.address.version == 6 else str(target.address)
    headers = tuple(headers)
    given = any(name.lower() == "user-agent" for name, _ in headers)
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: {host}:{target.port}",
        *(() if given else ("User-Agent: netguard",)),
        "Accept: text/html, */*",
        "Accept-Encoding: identity",
        "Connection: close",
        *(f"{name}: {value}" for name, value in headers),
    ]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    if " " in path or any(not line.isprintable() or not line.isascii() for line in lines):
        raise ValueError(f"{path!r} cannot be asked for")
    return "\r\n".join((*lines, "", "")).encode() + body


def is_complete(answer: bytes, until: bytes | None = None, most: int = MAX_BODY) -> bool:
    """Whether no more needs to be read: the whole body, or as much of it as is wanted."""
    head, separator, body = answer.partition(b"\r\n\r\n")
    if not separator:
        return len(answer) > MAX_BODY
    if len(body) >= most or (until is not None and until in body.lower()):
        return True
    if re.search(rb"^transfer-encoding:\s*chunked\s*$", head, re.IGNORECASE | re.MULTILINE):
        return body.endswith(b"0\r\n\r\n")
    length = re.search(rb"^content-length:\s*(\d{1,9})\s*$", head, re.IGNORECASE | re.MULTILINE)
    return length is not None and len(body) >= int(length[1])


def read(answer: bytes, *, ended: bool = True, most: int = MAX_BODY) -> Answer:
    """What the bytes of an HTTP answer say; `ended` is whether the peer had no more to say. Raises `NotHttp` for anything else."""
    if not answer:
        raise NotHttp("it took the connection and said nothing")
    if not answer.startswith(b"HTTP/"):
        raise NotHttp("it answered something that is not HTTP")
    response = http.client.HTTPResponse(_Recorded(answer[: most + MAX_BODY]))  # type: ignore[arg-type]
    try:
        response.begin()
        body = response.read(most)
        # `length` is what is still to come; null where chunks say it, or the end of the connection does.
        fits = len(body) < most and (ended or response.chunked)
        whole = fits if response.length is None else response.length == 0
    except http.client.IncompleteRead as error:
        body, whole = error.partial, False
    except (http.client.HTTPException, ValueError, OSError) as error:
        raise NotHttp(f"its HTTP answer is broken ({type(error).__name__})") from error
    headers: dict[str, str] = {}
    for name, value in response.getheaders():
        headers.setdefault(name.lower(), value)
    cookies = tuple(value for name, value in response.getheaders() if name.lower() == "set-cookie")
    return Answer(status=response.status, headers=headers, body=body, whole=whole, cookies=cookies)


class _Recorded:
    """Bytes that look like a socket to http.client, which does the parsing."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, mode: str) -> io.BytesIO:  # noqa: ARG002 - http.client's interface
        return io.BytesIO(self._data)
