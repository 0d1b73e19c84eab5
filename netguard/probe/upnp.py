"""UPnP: the description that a device announces by SSDP (UPnP Device Architecture 2.0, chapter 2): maker, model, services.

A `LOCATION` is the device's own word and could name anybody. It is asked for only where it names, by number, an address
known to be the device's own, by plain HTTP, and nothing that the answer says is followed.
"""

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, ParseError

from netaddr import IPAddress

from netguard.model import address as addresses
from netguard.model.device import Device, Service
from netguard.model.observation import Fact
from netguard.model.vocabulary import PortState, Transport
from netguard.net import limits
from netguard.net.access import Net
from netguard.net.failures import NoAnswer
from netguard.probe import _http
from netguard.probe._contract import Ask, Learnt, Target, speaks_otherwise

NEEDS = frozenset({"ports"})
PROVIDES = frozenset({"upnp"})

MAX_DESCRIPTIONS = 4
"""Descriptions read of one device; a router has one to three, a television up to four. Stops one that announces a new
address for each service from costing itself and us a connection for each."""

MAX_DEVICES = 16
"""Devices read of one description, the one it is about included; a router's has four. Stops thousands of nested ones."""

MAX_DEPTH = 4
"""Levels of nested devices; a router's description has three (InternetGatewayDevice, WANDevice, WANConnectionDevice)."""

MAX_SERVICES = 48
"""Services read of one description; a router's has about twenty-five."""

END = b"</root>"
"""Where a description ends: some servers keep the connection open after it."""

_OF_ROOT = {
    "manufacturer": "upnp.manufacturer",
    "modelName": "upnp.model",
    "friendlyName": "upnp.name",
    "serialNumber": "upnp.serial",
}
"""What only the device itself is asked for: nested ones state their program's maker and model (UDA 2.0, 2.3)."""

_OF_EACH = {"deviceType": "upnp.device-type", "UDN": "upnp.udn"}

_FIRMWARE = ("firmwareVersion", "softwareVersion")
"""Additions of makers to the architecture's elements: Belkin's (WeMo) and Sonos's. AVM's is `systemVersion/Display`."""


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """The distinct descriptions the device announces, in the light round: they tell what it is.

    One that is announced at several of its addresses is read at the first of them.
    """
    if ask.round != "light":
        return
    found: dict[tuple[int, str], IPAddress] = {}
    told = [place(str(f.value)) for f in ask.facts if f.kind == "ssdp.location"]
    for own in device.addresses:
        for where in told:
            if where is not None and where[0] == own:
                found.setdefault(where[1:], own)
    for port, path in sorted(found)[:MAX_DESCRIPTIONS]:
        service = Service(address=found[port, path], transport=Transport.TCP, port=port, state=PortState.OPEN)
        if port not in limits.PAYLOAD_BLOCKED_PORTS and not speaks_otherwise(ask, service):
            yield Target(address=service.address, port=port, path=path)


def place(location: str) -> tuple[IPAddress, int, str] | None:
    """Address, port and path of a LOCATION; null unless it is plain HTTP to an address written as a number."""
    try:
        url = urlsplit(location)
        where = (addresses.ip(url.hostname or ""), url.port or 80, url.path or "/")
    except ValueError:
        return None
    strange = url.scheme != "http" or "@" in url.netloc or "%" in url.netloc
    path = f"{where[2]}?{url.query}" if url.query else where[2]
    if strange or not (path.isascii() and path.isprintable()) or " " in path:
        return None
    return where[0], where[1], path


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """The facts of one description. Raises `NoAnswer` when there is none at that path, and what `Net.connect` raises."""
    answer = _http.ask(target, net, target.path or "/", until=END)
    if answer.status != 200:
        raise NoAnswer(f"it answered {answer.status} when it was asked for the description that it announces")
    yield from read(answer.body, target)


def read(body: bytes, target: Target) -> Iterator[Learnt]:
    """Facts and the open port from a description. Raises `NoAnswer` for what is none."""
    root = parsed(body)
    device = _child(root, "device")
    if _name(root) != "root" or device is None:
        raise NoAnswer("what it announces as its UPnP description is none")

    def fact(kind: str, value: str) -> Fact:
        return Fact(kind=kind, value=value, transport=Transport.TCP, port=target.port)

    yield Service(
        address=target.address, transport=Transport.TCP, port=target.port or 0, state=PortState.OPEN, name="http"
    )
    said = dict.fromkeys((*_of_root(root, device), *_of_each(device)))
    yield from (fact(kind, value) for kind, value in said)


def parsed(body: bytes) -> Element:
    """The document in `body`. Raises `NoAnswer` where it is broken or has a DTD: no honest description has one."""
    from defusedxml.ElementTree import fromstring

    try:
        root: Element = fromstring(body.strip(b"\0 \t\r\n"), forbid_dtd=True)
    except (ParseError, ValueError, LookupError) as error:
        raise NoAnswer(f"its UPnP description cannot be read ({type(error).__name__})") from error
    return root


def _of_root(root: Element, device: Element) -> Iterator[tuple[str, str]]:
    for element, kind in _OF_ROOT.items():
        if value := _text(device, element):
            yield kind, value
    model, number = _text(device, "modelName"), _text(device, "modelNumber")
    # Some write their own name there, or the model once more.
    adds = number not in model and any(c.isdigit() for c in number)
    if model:
        yield "host.model", f"{model} {number}" if adds else model
    system = _child(root, "systemVersion")
    versions = [_text(device, name) for name in _FIRMWARE] + [_text(system, "Display") if system is not None else ""]
    if version := next(filter(None, versions), None):
        yield "firmware.version", version


def _of_each(device: Element) -> Iterator[tuple[str, str]]:
    services = 0
    for each in _devices(device):
        for element, kind in _OF_EACH.items():
            if value := _text(each, element):
                yield kind, value
        for listed in _children(each, "serviceList", "service"):
            if services < MAX_SERVICES and (value := _text(listed, "serviceType")):
                services += 1
                yield "upnp.service", value


def _devices(device: Element) -> Iterator[Element]:
    """The device and those nested in it, level by level."""
    level, left = [device], MAX_DEVICES
    for _ in range(MAX_DEPTH):
        level = level[:left]
        yield from level
        left -= len(level)
        level = [nested for each in level for nested in _children(each, "deviceList", "device")]


def _children(element: Element, container: str, name: str) -> list[Element]:
    holder = _child(element, container)
    return [] if holder is None else [each for each in holder if _name(each) == name]


def _child(element: Element, name: str) -> Element | None:
    return next((each for each in element if _name(each) == name), None)


def _text(element: Element, name: str) -> str:
    found = _child(element, name)
    return "" if found is None or found.text is None else found.text.strip()


def _name(element: Element) -> str:
    """Its name without its namespace, in which makers err: TR-064's has another one, old devices have none."""
    return str(element.tag).rpartition("}")[2]
