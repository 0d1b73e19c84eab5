"""A Hubitat Elevation hub: does its web interface answer without a login? One request.

"Hub Login Security" is off until its owner switches it on (docs.hubitat.com, Hub Login Security). `GET /hub2/hubData` is
what the hub's own pages read: name, model, version and hub id as JSON, without a cookie while that is off; otherwise
every page leads to `/login` (the maker documents neither; described with answers in jbaruch/hubitat-dev,
skills/_reference/endpoints.md, and kingpanther13/Hubitat-local-MCP-server).
"""

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from netguard.model.device import Device
from netguard.net.access import Net
from netguard.net.failures import NoAnswer
from netguard.probe import _api, _http
from netguard.probe._contract import Ask, Learnt, Target

NEEDS = frozenset({"ports", "banners", "tls", "http"})
PROVIDES = frozenset({"hubitat"})

NAME = "Hubitat web interface"
PROFILE = "hubitat"
USUAL_PORTS = frozenset({80, 443, 8080})
PATH = "/hub2/hubData"


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """The ports of the web interface of what its record knows as a Hubitat hub."""
    if device.profile != PROFILE:
        return
    for service in _api.open_ports(device, ask):
        if service.port in USUAL_PORTS:
            yield _api.at(ask, service, PATH)


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """Whether it answers without a login. Raises `NoAnswer` for what the hub does not answer."""
    yield from read(_http.ask(target, net, PATH), target)


def read(answer: _http.Answer, target: Target) -> Iterator[Learnt]:
    """Facts from the answer to `/hub2/hubData`."""
    if answer.status in _api.REFUSED or leads_to_login(answer):
        yield from _api.told(target, NAME, login="required")
        return
    if answer.status != 200:
        raise NoAnswer(f"it answered {answer.status}, which says nothing about a login")
    hub = _api.decoded(answer.body)
    serial = _api.stated(hub, "hubId")
    if serial is None:
        raise NoAnswer("it answered something else than a Hubitat hub does")
    yield from _api.told(
        target,
        NAME,
        login="none",
        model=_api.stated(hub, "model"),
        version=_api.stated(hub, "version"),
        serial=serial,
    )


def leads_to_login(answer: _http.Answer) -> bool:
    """Whether it sends whoever asks to its login page, which is not followed."""
    if not 300 <= answer.status < 400:
        return False
    try:
        path = urlsplit(answer.headers.get("location", "")).path
    except ValueError:
        return False
    return path.rstrip("/") == "/login"
