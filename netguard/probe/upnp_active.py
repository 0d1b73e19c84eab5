"""UPnP, only with `--upnp-active`: whether the router forwards a port to whoever asks, and sends events to whom it should not.

The only probe that writes. It asks the own gateway to forward one random port to this very computer, to a port that nobody
listens on, for two minutes; looks whether that stands; and takes it back and looks again (UPnP Forum, WANIPConnection:2
Service: AddPortMapping, GetSpecificPortMappingEntry, DeletePortMapping). Nothing is written to a router that would
not tell whether it is gone. `Net.taking_back` keeps the promise also when netguard is killed in between.

The second test subscribes to events (UPnP Device Architecture 2.0, 4.1.2) with an address of this computer's that is not
on the router's network as the place to send them: a router that agrees sends its events to anybody, as CVE-2020-12695
("CallStranger") has it. Where this computer has no such address it is not tested: everybody else's would get the packets.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from netaddr import IPAddress

from netguard.model import address as addresses
from netguard.model.device import Device
from netguard.model.gateway import Igd
from netguard.model.observation import Fact, clean
from netguard.model.vocabulary import Transport
from netguard.net.access import Net
from netguard.net.deadman import NotTakenBack, Switch, Written
from netguard.net.failures import NoAnswer
from netguard.probe import _description, _http, _soap, _wan
from netguard.probe._contract import Ask, Declined, Learnt, Target

NEEDS = frozenset({"igd"})
PROVIDES = frozenset({"upnp-active"})

PORTS = range(40000, 50000)
"""One of these at random is asked for: above what servers use, so that hardly anybody else wants it. The same number inside
and outside, since some routers allow nothing else (WANIPConnection:1, AddPortMapping, error 724 SamePortValuesRequired)."""

LEASE_SECONDS = 120
"""How long the router shall keep it if nobody ever takes it back: the least that miniupnpd is usually set to grant
(miniupnpd.conf, `min_lifetime`), and short enough."""

SUBSCRIPTION_SECONDS = 60
"""How long a subscription shall last that nobody ends; routers may give more (UDA 2.0, 4.1.2: TIMEOUT)."""

DESCRIPTION = "netguard-selftest"
"""What a person finds in the router's own list while it stands."""

NOT_THERE = frozenset({713, 714})
"""Errors by which routers say that there is no such mapping: SpecifiedArrayIndexInvalid, NoSuchEntryInArray
(WANIPConnection:2, GetSpecificPortMappingEntry)."""

_GONE = rb"errorCode[^>]*>\s*71[34]\s*<"
"""The same in an answer as it comes."""

_LEADS_TO = rb"(?is)<NewInternalClient[^>]*>\s*([0-9a-f.:]{2,45})\s*</.*</(?:[\w.-]+:)?Envelope\s*>"
"""In an answer to GetSpecificPortMappingEntry that is whole: the address that the mapping leads to."""

_SID = re.compile(r"[\x21-\x7e]{1,256}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Events(Target):
    """The second test."""

    callback: IPAddress
    """The address of this computer's that the router has no business with."""


def wants(device: Device, ask: Ask) -> Iterable[Target | Declined]:
    """The own gateway where it forwards ports by UPnP, each test once, when the person allowed it."""
    if not (ask.upnp_active and ask.gateway and ask.round == "deep"):
        return
    places = list(_places(device, ask))
    here = next((place for place in places if place.address.version == 4), None)
    if here is None:
        if places:
            reason = "it offers UPnP over IPv6 only, and a port is forwarded to an IPv4 address"
            yield Declined(what=f"{places[0].address} active test", reason=reason)
        return
    yield Target(address=here.address, port=here.port, path=here.path)
    callback = _elsewhere(here.address, ask)
    if callback is None:
        reason = (
            "where it sends events is not tested: this computer has no second address, outside its network, to name"
        )
        yield Declined(what=f"{here.address} events", reason=reason)
    else:
        yield Events(address=here.address, port=here.port, path=here.path, callback=callback)


def _places(device: Device, ask: Ask) -> Iterator[_description.Place]:
    """Where it describes services that forward ports."""
    for answer in ask.answers:
        if isinstance(answer.said, Igd) and any(map(_wan.CONNECTION.fullmatch, answer.said.services)):
            try:
                yield _description.place(answer.said.location, device.addresses)
            except _description.NotFollowed:
                continue


def _elsewhere(router: IPAddress, ask: Ask) -> IPAddress | None:
    """An address of this computer's on that interface that is on none of the networks that `router` is on."""
    shared = [network for network in ask.networks if router in network]
    for own in ask.own_addresses:
        special = own.is_link_local() or own.is_loopback()
        if own.version == router.version and not special and not any(own in network for network in shared):
            return own
    return None


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """Whether it forwards a port to this computer, or whether it sends events elsewhere.

    Raises `NoAnswer` where that cannot be tested, `NotTakenBack` (of a mapping after it has said so), and what `Net.connect`
    raises.
    """
    answer = _http.ask(target, net, target.path or "/", until=_description.END)
    if answer.status != 200:
        raise NoAnswer(f"it answered {answer.status} when it was asked for its description")
    root = _description.parsed(answer.body)
    location = _description.Place(address=target.address, port=target.port or 80, path=target.path or "/").url
    services = _connected_first([s for s in _wan.services(root, location) if s.is_connection], net)
    if not services:
        raise NoAnswer("its description names no service that forwards ports")
    if isinstance(target, Events):
        place = _event_place(root, services[0], location)
        yield _told(target, "upnp.callback", _sends_elsewhere(place, target.callback, net))
    else:
        try:
            yield _told(target, "igd.self-mapping", _forwards(services, net))
        except NotTakenBack:
            yield _told(target, "igd.self-mapping", "left")
            raise


def _told(target: Target, kind: str, value: str) -> Fact:
    return Fact(kind=kind, value=value, transport=Transport.TCP, port=target.port)


def _connected_first(services: list[_wan.WanService], net: Net) -> list[_wan.WanService]:
    """Those that say they are connected first: a router with two ways to the internet lists both."""
    return services if len(services) < 2 else sorted(services, key=lambda service: not _is_connected(service, net))


def _is_connected(service: _wan.WanService, net: Net) -> bool:
    try:
        return service.call(net, "GetStatusInfo").get("NewConnectionStatus", "") == "Connected"
    except NoAnswer:
        return False


def _forwards(services: list[_wan.WanService], net: Net) -> str:
    """`accepted`, or the number of the error it answered with. Nothing stands any more when this returns."""
    with net.unheard_port(PORTS) as port:
        entry = (("NewRemoteHost", ""), ("NewExternalPort", str(port)), ("NewProtocol", "TCP"))
        service = _tells(services, entry, net)
        written = Written(
            look=_request(service, "GetSpecificPortMappingEntry", entry),
            undo=_request(service, "DeletePortMapping", entry),
            # What it was called some routers forget.
            ours=str(net.source),
            leads_to=_LEADS_TO,
            gone=_GONE,
            kept=(
                f"it is TCP port {port}, which leads to a port of this computer that nobody listens on, and ends by itself "
                f"after {LEASE_SECONDS} s if the router keeps to that; netguard upnp remove tcp/{port} closes it"
            ),
        )
        doubt = ""
        with net.taking_back(service.place.address, service.place.port, written):
            try:
                service.call(net, "AddPortMapping", *entry, *_to_ourselves(net, port))
            except _soap.Fault as fault:
                if fault.code == _soap.UNNUMBERED:
                    raise NoAnswer(f"asked for a test mapping, {fault}") from fault
                return str(fault.code)
            try:
                client = service.call(net, "GetSpecificPortMappingEntry", *entry).get("NewInternalClient", "")
                doubt = "" if _may_be(client, net.source) else f"says that it leads to {clean(client, 60)}"
            except _soap.Fault as fault:
                doubt = (
                    "knew nothing of it afterwards"
                    if fault.code in NOT_THERE
                    else f"does not say whether it stands: {fault}"
                )
    if doubt:
        raise NoAnswer(f"it said yes to the test mapping, and {doubt}")
    return "accepted"


def _may_be(client: str, own: IPAddress) -> bool:
    """Whether `client` is `own`; a name, or none, may be it: the port was free before."""
    try:
        return addresses.ip(client) == own
    except ValueError:
        return True


def _to_ourselves(net: Net, port: int) -> tuple[tuple[str, str], ...]:
    """The rest of AddPortMapping's arguments, in the order of WANIPConnection:2, which some routers insist on."""
    return (
        ("NewInternalPort", str(port)),
        ("NewInternalClient", str(net.source)),
        ("NewEnabled", "1"),
        ("NewPortMappingDescription", DESCRIPTION),
        ("NewLeaseDuration", str(LEASE_SECONDS)),
    )


def _tells(services: list[_wan.WanService], entry: tuple[tuple[str, str], ...], net: Net) -> _wan.WanService:
    """The first service that says that this mapping is not there. Raises `NoAnswer` where none does: then nothing is written."""
    why = "the port that was to be tested is taken"
    for service in services:
        try:
            service.call(net, "GetSpecificPortMappingEntry", *entry)
        except _soap.Fault as fault:
            if fault.code in NOT_THERE:
                return service
            why = str(fault)
    raise NoAnswer(f"nothing was written to it, since it does not say whether a mapping is there: {why}")


def _request(service: _wan.WanService, action: str, arguments: Iterable[tuple[str, str]]) -> bytes:
    """The whole HTTP request of one action."""
    headers = (("Content-Type", 'text/xml; charset="utf-8"'), ("SOAPAction", f'"{service.type}#{action}"'))
    body = _soap.envelope(service.type, action, arguments)
    return _http.request(service.target, service.control, method="POST", headers=headers, body=body)


def _event_place(root: Element, service: _wan.WanService, location: str) -> _description.Place:
    """Where one subscribes to the events of `service`, at the host that described it. Raises `NoAnswer`."""
    for device in _description.devices(_description.device_of(root)):
        for listed in _description.services(device):
            url = _description.text(listed, "eventSubURL")
            if _description.text(listed, "serviceType") == service.type and url:
                try:
                    # A whole path is on the port that takes actions, which is not always the description's.
                    base = service.place.url if url.startswith("/") else location
                    return _description.place(urljoin(base, url), {service.place.address})
                except ValueError as why:
                    raise NoAnswer(f"where it offers events is not followed: {why}") from why
    raise NoAnswer("it offers no events to subscribe to")


def _sends_elsewhere(place: _description.Place, callback: IPAddress, net: Net) -> str:
    """`accepted` or `refused`; every subscription is ended."""
    with net.unheard_port(PORTS) as port, net.taking_back(place.address, place.port) as switch:
        usual = _subscribe(place, net, switch, f"http://{net.source}:{port}/")
        if usual != 200:
            raise NoAnswer(f"it takes no subscription, not even with this computer's own address: it answered {usual}")
        status = _subscribe(place, net, switch, f"http://{callback}:{port}/")
    if status >= 500:
        raise NoAnswer(f"it answered {status} when it was asked to send events to another address")
    return "accepted" if status == 200 else "refused"


def _subscribe(place: _description.Place, net: Net, switch: Switch, url: str) -> int:
    """The status of the answer to a subscription, which is ended when `switch` takes everything back."""
    target = Target(address=place.address, port=place.port)
    headers = (("CALLBACK", f"<{url}>"), ("NT", "upnp:event"), ("TIMEOUT", f"Second-{SUBSCRIPTION_SECONDS}"))
    answer = _http.ask(target, net, place.path, method="SUBSCRIBE", headers=headers)
    sid = answer.headers.get("sid", "")
    if answer.status == 200 and _SID.fullmatch(sid):
        switch.also(_http.request(target, place.path, method="UNSUBSCRIBE", headers=(("SID", sid),)))
    return answer.status
