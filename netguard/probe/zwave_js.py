"""Z-Wave JS: its server for programs, which has no login, and its web interface, which says whether it has one.

The server (zwave-js/zwave-js-server, src/lib/server.ts: `addSocket`, `sendVersion`) greets whoever opens a WebSocket with
its versions and the id of the Z-Wave network, and takes commands from then on; no login exists in it. One conversation,
in which nothing is sent but a goodbye. The web interface (zwave-js/zwave-js-ui, api/app.ts) answers
`GET /api/auth-enabled` with whether a login is on, to anybody, and `GET /version` with its version.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress

from netguard.model.device import Device, Service
from netguard.model.vocabulary import HUB_ROLES
from netguard.net.access import Net
from netguard.net.failures import NoAnswer
from netguard.probe import _api, _http, _websocket
from netguard.probe._contract import Ask, Learnt, Target

NEEDS = frozenset({"ports", "banners", "tls", "http"})
PROVIDES = frozenset({"zwave-js"})

SERVER, INTERFACE = "Z-Wave JS server", "Z-Wave JS UI"
PROFILE = "zwave-js"
SERVER_PORT, INTERFACE_PORT = 3000, 8091
TITLES = ("Z-Wave JS UI", "ZWave To MQTT", "Zwavejs2Mqtt")
AUTH_ENABLED, VERSION = "/api/auth-enabled", "/version"
EXPECTED = "/"
"""Path of a target where the server is known to be; at port 3000 of other hubs it may be, as Home Assistant's add-on."""
SERVICE_TYPE = "_zwave-js-server._tcp"


class NotTheServer(NoAnswer):
    """It speaks, and is something else."""


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """The web interface by its title or port, and the server where it is announced or at port 3000 of any hub."""
    for service in _api.open_ports(device, ask):
        if _api.says(ask, service, "http.title", *TITLES) or (
            device.profile == PROFILE and service.port == INTERFACE_PORT
        ):
            yield _api.at(ask, service, AUTH_ENABLED)
        elif _api.announces(ask, service, SERVICE_TYPE) or _may_be_server(device, service):
            expected = device.profile == PROFILE or _api.announces(ask, service, SERVICE_TYPE)
            yield _api.at(ask, service, EXPECTED if expected else "")


def _may_be_server(device: Device, service: Service) -> bool:
    return service.port == SERVER_PORT and (device.profile == PROFILE or device.role in HUB_ROLES)


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """What the server says by itself, or what the web interface answers.

    Raises `NoAnswer` for anything else where one of them is expected; at port 3000 of a hub that did not say that it
    has one, something else is nothing to tell.
    """
    if target.path != AUTH_ENABLED:
        try:
            talk = _websocket.listen(target, net, "/", enough=lambda talk: bool(talk.messages))
            yield from read_server(talk, target)
        except (_http.NotHttp, _websocket.NotWebSocket, NotTheServer):
            if target.path == EXPECTED:
                raise
        return
    enabled = _http.ask(target, net, AUTH_ENABLED)
    login = read_interface(enabled)
    version = None
    with suppress(NoAnswer):  # what matters has been said
        version = _api.stated(_api.decoded(_http.ask(target, net, VERSION).body), "appVersion")
    yield from _api.told(target, INTERFACE, login=login, version=version)


def read_server(talk: _websocket.Talk, target: Target) -> Iterator[Learnt]:
    """Facts from the server's greeting. Raises `NotTheServer` for another one."""
    if talk.status in _api.REFUSED:
        # The server itself cannot: somebody has put a login before it.
        yield from _api.told(target, SERVER, login="required")
        return
    try:
        greeting = _api.decoded(talk.messages[0]) if talk.messages else None
    except NoAnswer as failure:
        raise NotTheServer(str(failure)) from failure
    if _api.stated(greeting, "type") != "version" or _api.stated(greeting, "serverVersion") is None:
        raise NotTheServer("it does not greet as the Z-Wave JS server does")
    yield from _api.told(
        target,
        SERVER,
        login="none",
        service="zwave-js",
        version=_api.stated(greeting, "serverVersion"),
        serial=_api.stated(greeting, "homeId"),
    )


def read_interface(answer: _http.Answer) -> str:
    """`required` or `none`, as the web interface says. Raises `NoAnswer` where it does not say."""
    if answer.status in _api.REFUSED:
        return "required"
    said = _api.decoded(answer.body) if answer.status == 200 else None
    enabled = said.get("data") if isinstance(said, dict) else None
    if not isinstance(enabled, bool):
        raise NoAnswer("it does not say whether it asks for a login")
    return "required" if enabled else "none"
