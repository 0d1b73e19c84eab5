"""HTTP and HTTPS: one GET of `/`, without following anything: status, server, title, realm, redirect."""

import re
from collections.abc import Iterable, Iterator
from html import unescape

from netguard.model.device import Device, Service
from netguard.model.observation import Fact, clean
from netguard.model.vocabulary import PortState, Transport
from netguard.net import limits
from netguard.net.access import Net
from netguard.probe import _http
from netguard.probe._contract import Ask, Learnt, Target, looked_at, open_tcp, speaks_otherwise

NEEDS = frozenset({"ports", "banners", "tls"})
PROVIDES = frozenset({"http"})

USUAL_PORTS = frozenset({80, 81, 88, 5000, 8000, 8008, 8080, 8081, 8088, 8123, 8888, 9000, 49152})
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
    """The facts of one answer. Raises `NotHttp` on a usual HTTP port that speaks something else, and what `Net.connect` raises."""
    try:
        answer = _http.ask(target, net, until=b"</title")
    except _http.NotHttp:
        if target.port in USUAL_PORTS:
            raise
        return
    yield from read(answer, target)


def read(answer: _http.Answer, target: Target) -> Iterator[Learnt]:
    """Facts and the service from an HTTP answer."""

    def fact(kind: str, value: str | int) -> Fact:
        return Fact(kind=kind, value=value, transport=Transport.TCP, port=target.port)

    server = answer.headers.get("server")
    yield fact("http.status", answer.status)
    if server:
        yield fact("http.server", server)
    if title := _TITLE.search(answer.body):
        yield fact("http.title", unescape(title[1].decode("utf-8", "replace")))
    if realm := _REALM.search(answer.headers.get("www-authenticate", "")):
        yield fact("http.realm", realm[1])
    if location := answer.headers.get("location"):
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
