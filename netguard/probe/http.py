"""HTTP and HTTPS: what `/` says, the page it leads to on the same device, and its icon.

One GET of `/`: status, server, title, realm, redirect. A redirect is followed while it stays at the same address; another
host is never asked, since nobody knows whose that is. In the deep round the icon is asked for, by which databases know
what runs there.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from html import unescape
from urllib.parse import urljoin, urlsplit

from netguard.model import address as addresses
from netguard.model.device import Device, Service
from netguard.model.observation import Fact, clean
from netguard.model.vocabulary import PortState, Transport
from netguard.net import limits
from netguard.net.access import Net
from netguard.net.failures import NoAnswer
from netguard.probe import _http
from netguard.probe._contract import (
    OTHER_PROTOCOLS,
    Ask,
    Learnt,
    Target,
    is_spared,
    looked_at,
    open_tcp,
    runs_on_battery,
    speaks_otherwise,
)

NEEDS = frozenset({"ports", "banners", "tls"})
PROVIDES = frozenset({"http"})

USUAL_PORTS = frozenset({80, 81, 88, 5000, 8000, 8008, 8080, 8081, 8088, 8123, 8888, 9000, 49152})
MAX_PRODUCT, MAX_VERSION = 80, 40
"""Characters kept of the two halves of a Server header; honest ones have about twenty."""

PAGE, ICON, LINK = "/", "/favicon.ico", "link"
"""What a target's `path` lists: the page, the icon at its usual place, the icon that the page links to if there is none.
An empty path is the page alone."""

REDIRECTS = frozenset({301, 302, 303, 307, 308})
"""RFC 9110, 15.4."""

MAX_REDIRECTS = 3
"""Redirects followed, each over a connection of its own: devices have one to the login page and one to HTTPS. Stops a chain
without end, and one that costs a small device its connections."""

MAX_LOCATION = 2000
"""Longest address followed; honest ones have under a hundred characters."""

_TITLE = re.compile(rb"<title[^>]{0,200}>([^<]{0,512})", re.IGNORECASE)
_REALM = re.compile(r'realm="?([^",]{0,200})', re.IGNORECASE)
_LINK = re.compile(rb"<link\s[^>]{1,1000}>", re.IGNORECASE)
_REL = re.compile(rb"""\srel\s*=\s*["']?(?:shortcut )?icon["'\s/>]""", re.IGNORECASE)
"""HTML Living Standard, 4.6.7.9: `icon`, for history's sake also `shortcut icon`."""
_HREF = re.compile(rb"""\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)

_IMAGES = (b"\0\0\1\0", b"\0\0\2\0", b"\x89PNG\r\n\x1a\n", b"GIF8", b"\xff\xd8\xff", b"BM", b"RIFF", b"<svg", b"<?xml")
"""How icons begin (WHATWG MIME Sniffing, 6.1; SVG 2): many devices answer with a page to whatever they are asked for."""


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """The usual HTTP ports, those that speak it, every TLS port, and in the deep round whatever only listened.

    In the deep round also the icon of every port that has shown a page, once; a battery does not pay for it, and locks,
    hubs and what may be one are asked at its usual place only.
    """
    for service in open_tcp(device):
        if service.port in limits.PAYLOAD_BLOCKED_PORTS or speaks_otherwise(ask, service):
            continue
        asked = []
        speaks_tls = looked_at(ask, service, "tls.version")
        known = looked_at(ask, service, "http.status")
        was_silent = service.name is None and looked_at(ask, service, "tcp.banner")
        expected = service.port in USUAL_PORTS or service.name == "http" or speaks_tls
        expected = expected or (ask.round == "deep" and was_silent)
        if expected and not known:
            asked.append(PAGE)
        if ask.round == "deep" and (known or expected) and not runs_on_battery(device, ask):
            asked += [] if looked_at(ask, service, "http.favicon") else [ICON] if is_spared(device) else [ICON, LINK]
        if asked:
            yield Target(address=service.address, port=service.port, secure=speaks_tls, path=" ".join(asked))


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """The facts of `/`, of the page it leads to, and of the icon, as far as the target's path lists them.

    Raises `NotHttp` on a usual HTTP port that speaks something else, and what `Net.connect` raises. What follows after
    `/` may fail without a word: `/` has been looked at then.
    """
    asked = target.path.split() or [PAGE]
    page = None
    if PAGE in asked:
        try:
            answer = _http.ask(target, net, until=b"</head" if LINK in asked else b"</title")
        except _http.NotHttp:
            if target.port in USUAL_PORTS:
                raise
            return
        yield from read(answer, target)
        page = _shown(target, answer, net)
        if page[0] is not answer:
            yield from _of_page(page[0], target)
    if ICON in asked:
        yield from _icon(target, net, page, follows_link=LINK in asked)


def read(answer: _http.Answer, target: Target) -> Iterator[Learnt]:
    """Facts and the service from the answer to `/`."""
    server = answer.headers.get("server")
    yield _fact(target, "http.status", answer.status)
    if server:
        yield _fact(target, "http.server", server)
    yield from _of_page(answer, target)
    if location := answer.headers.get("location"):
        yield _fact(target, "http.redirect", location)
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


def _fact(target: Target, kind: str, value: str | int) -> Fact:
    return Fact(kind=kind, value=value, transport=Transport.TCP, port=target.port)


def _of_page(answer: _http.Answer, target: Target) -> Iterator[Fact]:
    """Title and realm, which belong to the port that led there."""
    if title := _TITLE.search(answer.body):
        yield _fact(target, "http.title", unescape(title[1].decode("utf-8", "replace")))
    if realm := _REALM.search(answer.headers.get("www-authenticate", "")):
        yield _fact(target, "http.realm", realm[1])


def _shown(target: Target, answer: _http.Answer, net: Net) -> tuple[_http.Answer, Target]:
    """The page that `answer`, which `/` gave, leads to, and where it is; `answer` itself where it leads nowhere."""
    here = Target(address=target.address, port=target.port, secure=target.secure, path=PAGE)
    seen = {here}
    for _ in range(MAX_REDIRECTS):
        there = leads_to(answer, here)
        if there is None or there in seen:
            break
        seen.add(there)
        try:
            answer, here = _http.ask(there, net, there.path, until=b"</head"), there
        except NoAnswer:
            break
    return answer, here


def leads_to(answer: _http.Answer, here: Target) -> Target | None:
    """Where a redirect leads, with the path to ask for, or null where it is none, or leads to another host."""
    location = answer.headers.get("location", "")
    return same_host(location, here) if answer.status in REDIRECTS and location else None


def same_host(reference: str, here: Target) -> Target | None:
    """What `reference`, found at `here`, names (RFC 3986, 5) at the same address; null for another host, also by name."""
    host = f"[{here.address}]" if here.address.version == 6 else str(here.address)
    base = f"{'https' if here.secure else 'http'}://{host}:{here.port}{here.path or PAGE}"
    try:
        url = urlsplit(urljoin(base, reference.strip()))
        address, port = addresses.ip(url.hostname or ""), url.port or (443 if url.scheme == "https" else 80)
    except ValueError:
        return None
    path = (url.path or PAGE) + (f"?{url.query}" if url.query else "")
    elsewhere = address != here.address or "@" in url.netloc or url.scheme not in {"http", "https"}
    if elsewhere or port in limits.PAYLOAD_BLOCKED_PORTS | OTHER_PROTOCOLS:
        return None
    if len(path) > MAX_LOCATION or " " in path or not (path.isascii() and path.isprintable()):
        return None
    return Target(address=here.address, port=port, secure=url.scheme == "https", path=path)


def _icon(target: Target, net: Net, page: tuple[_http.Answer, Target] | None, *, follows_link: bool) -> Iterator[Fact]:
    """MD5 of the icon, where there is one; that there is none is no fact, and no reason either.

    First at the usual place, as the databases do it (OWASP's favicon database; nmap's http-favicon), then where the page
    says, which is asked for unless it is known.
    """
    try:
        icon = _http.ask(target, net, ICON)
        if not _is_image(icon) and follows_link:
            if page is None:
                page = _shown(target, _http.ask(target, net, until=b"</head"), net)
            linked = icon_link(*page)
            icon = _http.ask(linked, net, linked.path) if linked is not None else icon
    except NoAnswer:
        return
    if _is_image(icon):
        yield _fact(target, "http.favicon", hashlib.md5(icon.body, usedforsecurity=False).hexdigest())


def _is_image(answer: _http.Answer) -> bool:
    """Whether it is an icon and all of it is here: half of one has another hash."""
    return answer.status == 200 and answer.whole and answer.body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_IMAGES)


def icon_link(page: _http.Answer, here: Target) -> Target | None:
    """Where the page, which is at `here`, says its icon is; null where it says nothing, or another host."""
    for link in _LINK.findall(page.body):
        href = _HREF.search(link) if _REL.search(link) else None
        if href is not None:
            text = unescape((href[1] or href[2] or href[3] or b"").decode("utf-8", "replace"))
            return same_host(text, here)
    return None
