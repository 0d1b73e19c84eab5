"""A Nuki Bridge: what its HTTP API says to `GET /info` without a token. One request.

By the maker's Bridge HTTP API (v1.13, 30.11.2021, developer.nuki.io) `/info` answers 401 when the token is invalid or
missing, and 400 when a parameter is missing; nobody listens while the API is off. `/auth`, which hands the token to
whoever gets somebody to press the button, is never asked: it lights the bridge's LED for 30 seconds. `/info` speaks to
no lock, so it costs no battery.
"""

from collections.abc import Iterable, Iterator

from netguard.model.device import Device
from netguard.net.access import Net
from netguard.net.failures import NoAnswer
from netguard.probe import _api, _http
from netguard.probe._contract import Ask, Learnt, Target, looked_at

NEEDS = frozenset({"ports", "banners", "tls", "http"})
PROVIDES = frozenset({"nuki"})

NAME = "Nuki Bridge HTTP API"
PROFILE = "nuki-bridge"
USUAL_PORT = 8080
"""Where it listens unless its owner moved it (Bridge HTTP API, 2)."""


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """Of what its record knows as a Nuki Bridge, its usual port and whatever else speaks HTTP: the port can be changed."""
    if device.profile != PROFILE:
        return
    for service in _api.open_ports(device, ask):
        if service.port == USUAL_PORT or looked_at(ask, service, "http.status"):
            yield _api.at(ask, service, "/info")


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """Whether it tells who it is without a token. Raises `NoAnswer` for what the API does not answer."""
    yield from read(_http.ask(target, net, "/info"), target)


def read(answer: _http.Answer, target: Target) -> Iterator[Learnt]:
    """Facts from the answer to `/info`."""
    if answer.status in _api.REFUSED | {400}:
        yield from _api.told(target, NAME, login="required")
        return
    if answer.status != 200:
        # 503 is "another request is running": it serves one at a time (Bridge HTTP API, 7).
        raise NoAnswer(f"it answered {answer.status}, which says nothing about a token")
    info = _api.decoded(answer.body)
    if _api.stated(info, "bridgeType") is None:
        raise NoAnswer("it answered something else than a Nuki Bridge does")
    yield from _api.told(
        target,
        NAME,
        login="none",
        version=_api.stated(info, "versions", "firmwareVersion") or _api.stated(info, "versions", "appVersion"),
        serial=_api.stated(info, "ids", "hardwareId") or _api.stated(info, "ids", "serverId"),
    )
