"""Reading a UPnP description, hostile until shown otherwise: where it may be fetched, and what stands in it.

UPnP Device Architecture 2.0, chapter 2. A `LOCATION`, a `URLBase` and a `controlURL` are the device's own words and could
name anybody: only an address that is the device's own, written as a number, and plain HTTP are followed.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit
from xml.etree.ElementTree import Element, ParseError

from netaddr import IPAddress

from netguard.model import address as addresses
from netguard.model.observation import Fact
from netguard.net import limits
from netguard.net.failures import NoAnswer

MAX_DEVICES = 16
"""Devices read of one description, the one it is about included; a router's has four. Stops thousands of nested ones."""

MAX_DEPTH = 4
"""Levels of nested devices; a router's description has three (InternetGatewayDevice, WANDevice, WANConnectionDevice)."""

MAX_SERVICES = 48
"""Services read of one description; a router's has about twenty-five."""

END = b"</root>"
"""Where a description ends: some servers keep the connection open after it."""


class NotFollowed(ValueError):
    """Why an address that a device named is not asked for; the message follows on "not followed, because"."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """Where something is to be had by plain HTTP. `path` has the query in it."""

    address: IPAddress
    port: int
    path: str

    @property
    def url(self) -> str:
        """As it would stand in a LOCATION."""
        host = f"[{self.address}]" if self.address.version == 6 else str(self.address)
        return f"http://{host}:{self.port}{self.path}"


def announced(own: Iterable[IPAddress], facts: Iterable[Fact]) -> list[Place]:
    """The distinct descriptions among `facts` that may be asked for, by port and path.

    One that is announced at several of the device's `own` addresses is taken at the first of them.
    """
    own = tuple(own)
    found: dict[tuple[int, str], IPAddress] = {}
    told = []
    for fact in facts:
        if fact.kind == "ssdp.location":
            with suppress(NotFollowed):
                told.append(place(str(fact.value), own))
    for address in own:
        for where in told:
            if where.address == address:
                found.setdefault((where.port, where.path), address)
    return [Place(address=found[port, path], port=port, path=path) for port, path in sorted(found)]


def place(location: str, own: Collection[IPAddress]) -> Place:
    """The place that `location` names at one of the device's `own` addresses.

    Raises `NotFollowed` with the exact reason for everything else. That an answer came from another address than the one
    it names is no reason, as long as both are the same device's: a router that answers from fe80:: names its ULA.
    """
    url = _split(location)
    if url.scheme != "http":
        raise NotFollowed("it is no plain HTTP address")
    if "@" in url.netloc:
        raise NotFollowed("there is a user name in it")
    if "%" in url.netloc:
        raise NotFollowed("there is an escape or a zone in its host")
    address = host_of(location)
    _check_host(address, own)
    path = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
    if not (path.isascii() and path.isprintable()) or " " in path:
        raise NotFollowed("there are characters in its path that no address has")
    port = _port(url)
    if port in limits.PAYLOAD_BLOCKED_PORTS:
        raise NotFollowed(f"port {port} prints what it is sent")
    return Place(address=address, port=port, path=path)


def host_of(location: str) -> IPAddress:
    """The address that `location` names. Raises `NotFollowed` where it is not written as a number."""
    try:
        return addresses.ip(_split(location).hostname or "")
    except ValueError:
        raise NotFollowed("its host is no address written as a number") from None


def _split(location: str) -> SplitResult:
    try:
        return urlsplit(location)
    except ValueError:
        raise NotFollowed("it is no address") from None


def _port(url: SplitResult) -> int:
    try:
        port = 80 if url.port is None else url.port
    except ValueError:
        raise NotFollowed("its port is none") from None
    if port == 0:
        raise NotFollowed("its port is none")
    return port


def _check_host(address: IPAddress, own: Collection[IPAddress]) -> None:
    if address.is_loopback() and address not in own:
        raise NotFollowed("it names this computer itself")
    if address.version == 4 and address.is_link_local():
        raise NotFollowed("it names a link-local IPv4 address (169.254.0.0/16)")
    if address not in own:
        raise NotFollowed(f"it names another host, {address}")


def parsed(body: bytes, what: str = "its UPnP description") -> Element:
    """The document in `body`. Raises `NoAnswer` where it is broken or has a DTD: no honest one has."""
    from defusedxml.ElementTree import fromstring

    try:
        root: Element = fromstring(body.strip(b"\0 \t\r\n"), forbid_dtd=True)
    except (ParseError, ValueError, LookupError) as error:
        raise NoAnswer(f"{what} cannot be read ({type(error).__name__})") from error
    return root


def device_of(root: Element) -> Element:
    """The device that the description is about. Raises `NoAnswer` where it is about none."""
    device = child(root, "device")
    if name(root) != "root" or device is None:
        raise NoAnswer("what it announces as its UPnP description is none")
    return device


def devices(device: Element) -> Iterator[Element]:
    """The device and those nested in it, level by level."""
    level, left = [device], MAX_DEVICES
    for _ in range(MAX_DEPTH):
        level = level[:left]
        yield from level
        left -= len(level)
        level = [nested for each in level for nested in children(each, "deviceList", "device")]


def services(device: Element) -> Iterator[Element]:
    """The services of one device that have a type."""
    yield from (each for each in children(device, "serviceList", "service") if text(each, "serviceType"))


def children(element: Element, container: str, wanted: str) -> list[Element]:
    """The elements `wanted` in the first `container` of `element`."""
    holder = child(element, container)
    return [] if holder is None else [each for each in holder if name(each) == wanted]


def child(element: Element, wanted: str) -> Element | None:
    """The first element of that name right below `element`."""
    return next((each for each in element if name(each) == wanted), None)


def text(element: Element, wanted: str) -> str:
    """The text of the first element of that name right below `element`; empty without one."""
    found = child(element, wanted)
    return "" if found is None or found.text is None else found.text.strip()


def name(element: Element) -> str:
    """Its name without its namespace, in which makers err: TR-064's has another one, old devices have none."""
    return str(element.tag).rpartition("}")[2]
