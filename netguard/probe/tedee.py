"""A tedee Bridge: what its local API says to `GET /v1.0/bridge` without a token. One request.

The maker's description of the API (github.com/tedee-com/tedee-bridge-api: spec.json, overview/getting_started.md): every
request needs `api_token`, else 401; every answer has the header `Server: Tedee`; `/bridge` gives name, serial number and
versions. Requests too close together disturb it, so there is this one.
"""

from collections.abc import Iterable, Iterator

from netguard.model.device import Device
from netguard.net.access import Net
from netguard.net.failures import NoAnswer
from netguard.probe import _api, _http
from netguard.probe._contract import Ask, Learnt, Target

NEEDS = frozenset({"ports", "banners", "tls", "http"})
PROVIDES = frozenset({"tedee"})

NAME = "tedee Bridge API"
PROFILE = "tedee-bridge"
USUAL_PORT = 80
PATH = "/v1.0/bridge"
BRIDGE_SOFTWARE = 0
"""`softwareType` of the bridge's own firmware (spec.json, BridgeDetails)."""


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """Where the server calls itself Tedee, and port 80 of what its record knows as a tedee Bridge."""
    for service in _api.open_ports(device, ask):
        usual = device.profile == PROFILE and service.port == USUAL_PORT
        if usual or _api.says(ask, service, "http.server", "Tedee*"):
            yield _api.at(ask, service, PATH)


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """Whether it tells who it is without a token. Raises `NoAnswer` for what the API does not answer."""
    yield from read(_http.ask(target, net, PATH), target)


def read(answer: _http.Answer, target: Target) -> Iterator[Learnt]:
    """Facts from the answer to `/bridge`."""
    if answer.status in _api.REFUSED:
        yield from _api.told(target, NAME, login="required")
        return
    if answer.status != 200:
        raise NoAnswer(f"it answered {answer.status}, which says nothing about a token")
    bridge = _api.decoded(answer.body)
    serial = _api.stated(bridge, "serialNumber")
    if serial is None:
        raise NoAnswer("it answered something else than a tedee Bridge does")
    yield from _api.told(target, NAME, login="none", version=_version(bridge), serial=serial)


def _version(bridge: object) -> str | None:
    versions = bridge.get("softwareVersions") if isinstance(bridge, dict) else None
    for each in versions if isinstance(versions, list) else ():
        if _api.stated(each, "softwareType") == str(BRIDGE_SOFTWARE):
            return _api.stated(each, "version")
    return None
