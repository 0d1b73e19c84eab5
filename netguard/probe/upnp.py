"""UPnP: the description that a device announces by SSDP (UPnP Device Architecture 2.0, chapter 2): maker, model, services.

A `LOCATION` is the device's own word and could name anybody. It is asked for only where it names, by number, an address
known to be the device's own, by plain HTTP, and nothing that the answer says is followed.
"""

from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from netguard.model.device import Device, Service
from netguard.model.observation import Fact, clean
from netguard.model.vocabulary import PortState, Transport
from netguard.net.access import Net
from netguard.net.failures import Gone, NoAnswer
from netguard.probe import _description, _http
from netguard.probe._contract import Ask, Declined, Learnt, Target, speaks_otherwise
from netguard.probe._description import child, text

NEEDS = frozenset({"ports"})
PROVIDES = frozenset({"upnp"})

MAX_DESCRIPTIONS = 4
"""Descriptions read of one device; a router has one to three, a television up to four. Stops one that announces a new
address for each service from costing itself and us a connection for each."""

MAX_DECLINED = 8
"""Notes about what is not followed, of one device; stops one that names thousands of others from filling the document."""

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


def wants(device: Device, ask: Ask) -> Iterable[Target | Declined]:
    """The distinct descriptions the device announces, in the light round: they tell what it is.

    One that is announced at several of its addresses is read at the first of them. What is not followed is declined with
    its reason.
    """
    if ask.round != "light" or not device.addresses:
        return
    yield from _declined(device, ask)
    found = _description.announced(device.addresses, ask.facts)
    for where in found[:MAX_DESCRIPTIONS]:
        service = Service(address=where.address, transport=Transport.TCP, port=where.port, state=PortState.OPEN)
        if speaks_otherwise(ask, service):
            reason = f"what it announces at port {where.port} is not followed: something else than HTTP is spoken there"
            yield Declined(what=f"{device.addresses[0]} UPnP", reason=reason)
        else:
            yield Target(address=where.address, port=where.port, path=where.path)
    if len(found) > MAX_DESCRIPTIONS:
        more = len(found) - MAX_DESCRIPTIONS
        yield Declined(
            what=f"{device.addresses[0]} UPnP", reason=f"it announces {more} descriptions more than are read"
        )


def _declined(device: Device, ask: Ask) -> Iterator[Declined]:
    """Each location that is not followed, and why, as many as are kept."""
    reasons: dict[str, None] = {}
    for fact in ask.facts:
        if fact.kind == "ssdp.location":
            try:
                _description.place(str(fact.value), device.addresses)
            except _description.NotFollowed as why:
                where = clean(str(fact.value), 120)
                reasons[f"it announces a description at {where!r}, which is not followed: {why}"] = None
    for reason in list(reasons)[:MAX_DECLINED]:
        yield Declined(what=f"{device.addresses[0]} UPnP", reason=reason)


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """The facts of one description. Raises `NoAnswer` when there is none at that path, and what `Net.connect` raises.

    Who announces it and is silent is asked once more: a packet was lost, or a small device was busy with somebody else.
    """
    try:
        answer = _http.ask(target, net, target.path or "/", until=_description.END)
    except Gone:
        raise
    except NoAnswer:
        answer = _http.ask(target, net, target.path or "/", until=_description.END)
    if answer.status != 200:
        raise NoAnswer(f"it answered {answer.status} when it was asked for the description that it announces")
    yield from read(answer.body, target)


def read(body: bytes, target: Target) -> Iterator[Learnt]:
    """Facts and the open port from a description. Raises `NoAnswer` for what is none."""
    root = _description.parsed(body)
    device = _description.device_of(root)

    def fact(kind: str, value: str) -> Fact:
        return Fact(kind=kind, value=value, transport=Transport.TCP, port=target.port)

    yield Service(
        address=target.address, transport=Transport.TCP, port=target.port or 0, state=PortState.OPEN, name="http"
    )
    said = dict.fromkeys((*_of_root(root, device), *_of_each(device)))
    yield from (fact(kind, value) for kind, value in said)


def _of_root(root: Element, device: Element) -> Iterator[tuple[str, str]]:
    for element, kind in _OF_ROOT.items():
        if value := text(device, element):
            yield kind, value
    model, number = text(device, "modelName"), text(device, "modelNumber")
    # Some write their own name there, or the model once more.
    adds = number not in model and any(c.isdigit() for c in number)
    if model:
        yield "host.model", f"{model} {number}" if adds else model
    system = child(root, "systemVersion")
    versions = [text(device, name) for name in _FIRMWARE] + [text(system, "Display") if system is not None else ""]
    if version := next(filter(None, versions), None):
        yield "firmware.version", version


def _of_each(device: Element) -> Iterator[tuple[str, str]]:
    services = 0
    for each in _description.devices(device):
        for element, kind in _OF_EACH.items():
            if value := text(each, element):
                yield kind, value
        for listed in _description.services(each):
            if services < _description.MAX_SERVICES:
                services += 1
                yield "upnp.service", text(listed, "serviceType")
