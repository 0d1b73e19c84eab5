"""Zigbee2MQTT: does its web interface show everything, and obey, without its token? One conversation, listening only.

The page itself is shown to everybody; what it shows and commands goes over a WebSocket at `/api`. There, whoever gives
no token is told all retained topics, `bridge/state` first, and may send commands; where `auth_token` is set the
conversation is closed with 4401 (lib/extension/frontend.ts of Koenkk/zigbee2mqtt: `onUpgrade`, `onWebSocketConnection`;
`auth_token` is off by default: zigbee2mqtt.io, configuration, frontend). Nothing is sent but a goodbye.
"""

import re
from collections.abc import Iterable, Iterator

from netguard.model.device import Device
from netguard.net.access import Net
from netguard.net.failures import NoAnswer
from netguard.probe import _api, _websocket
from netguard.probe._contract import Ask, Learnt, Target

NEEDS = frozenset({"ports", "banners", "tls", "http"})
PROVIDES = frozenset({"zigbee2mqtt"})

NAME = "Zigbee2MQTT"
PROFILE = "zigbee2mqtt"
USUAL_PORTS = frozenset({8080, 8099})
"""Its own default, and that of its add-on for Home Assistant."""

UNAUTHORIZED = 4401
"""Close code for a wrong or missing token (frontend.ts, `onUpgrade`)."""

_STATE, _INFO = re.compile(rb'"topic"\s*:\s*"bridge/'), re.compile(rb'"topic"\s*:\s*"bridge/info"')


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """Where its page has its title, and the usual ports of what its record knows as it."""
    for service in _api.open_ports(device, ask):
        usual = device.profile == PROFILE and service.port in USUAL_PORTS
        if usual or _api.says(ask, service, "http.title", "Zigbee2MQTT*"):
            yield _api.at(ask, service)


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """Whether it tells its topics without a token. Raises `NoAnswer` for what it does not answer."""
    talk = _websocket.listen(target, net, "/api", enough=lambda talk: any(map(_INFO.search, talk.messages)))
    yield from read(talk, target)


def read(talk: _websocket.Talk, target: Target) -> Iterator[Learnt]:
    """Facts from what it said. Its version is in `bridge/info`, which is longer than is listened to in large homes."""
    if talk.status in _api.REFUSED or talk.closed == UNAUTHORIZED:
        yield from _api.told(target, NAME, login="required")
    elif talk.status != _websocket.SWITCHING:
        raise NoAnswer(f"it answered {talk.status} to the question for its live state")
    elif any(map(_STATE.search, talk.messages)):
        yield from _api.told(target, NAME, login="none", version=_version(talk.messages))
    elif talk.closed is not None:
        raise NoAnswer(f"it closed the conversation with {talk.closed}")
    else:
        raise NoAnswer("it took the conversation and told nothing that Zigbee2MQTT tells")


def _version(messages: Iterable[bytes]) -> str | None:
    for message in messages:
        if _INFO.search(message):
            try:
                return _api.stated(_api.decoded(message), "payload", "version")
            except NoAnswer:
                return None
    return None
