"""A Philips Hue Bridge: what `GET /api/config` says to everybody, and whether its newer API turns strangers away.

At most two requests. `/api/config` gives name, model, software version and bridge id to whoever asks; the rest, the
list of its users among it, only to a user, whom it makes while somebody presses its button (Hue API, configuration API;
aiohue/discovery.py and its users in Home Assistant). Version 2 is reached through TLS only and answers 403 to whoever
has no key. No user name is sent: a made-up one would be a try.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress

from netguard.model.device import Device
from netguard.net.access import Net
from netguard.net.failures import NoAnswer
from netguard.probe import _api, _http
from netguard.probe._contract import Ask, Learnt, Target

NEEDS = frozenset({"ports", "banners", "tls", "http"})
PROVIDES = frozenset({"hue"})

NAME = "Hue API"
PROFILE = "philips-hue-bridge"
USUAL_PORTS = frozenset({80, 443})
CONFIG = "/api/config"
RESOURCES = "/clip/v2/resource"


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """The usual ports of what its record knows as a Hue Bridge, and the port it announces as `_hue._tcp`."""
    for service in _api.open_ports(device, ask):
        usual = device.profile == PROFILE and service.port in USUAL_PORTS
        if usual or _api.announces(ask, service, "_hue._tcp"):
            yield _api.at(ask, service, CONFIG)


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """What it says of itself and what it asks for. Raises `NoAnswer` for what no Hue Bridge answers."""
    config = _http.ask(target, net, CONFIG)
    shown = _api.decoded(config.body) if config.status == 200 else None
    if _api.stated(shown, "bridgeid") is None:
        raise NoAnswer("it answered something else than a Hue Bridge does")
    newer = None
    if target.secure:
        with suppress(NoAnswer):  # a bridge of before version 2 has said enough
            newer = _http.ask(target, net, RESOURCES)
    yield from read(shown, newer, target)


def read(config: object, resources: _http.Answer | None, target: Target) -> Iterator[Learnt]:
    """Facts from the answers to `/api/config` and, where it was asked, to version 2.

    Whoever sees the list of users, which holds their keys, or version 2's resources, needs neither key nor button.
    """
    open_to_all = isinstance(config, dict) and "whitelist" in config
    open_to_all |= resources is not None and resources.status == 200 and b'"data"' in resources.body
    yield from _api.told(
        target,
        NAME,
        login="none" if open_to_all else "button",
        model=_api.stated(config, "modelid"),
        version=_api.stated(config, "swversion"),
        serial=_api.stated(config, "bridgeid"),
    )
