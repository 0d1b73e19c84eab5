"""TR-064 (Broadband Forum, "LAN-Side DSL CPE Configuration"): programs set up a router by it, after a login.

One question for its description, which every program reads before it logs in, at the two ports where FRITZ!Box and
FRITZ!Repeater have it (fritzconnection, "Introduction": 49000, and 49443 through TLS). No action is called and no login is
sent. That it answers says that it is switched on, not that anybody is let in.
"""

from collections.abc import Iterable, Iterator

from netguard.model.device import Device
from netguard.model.observation import Fact
from netguard.model.vocabulary import INFRASTRUCTURE_ROLES, Depth
from netguard.net.access import Net
from netguard.net.failures import NoAnswer
from netguard.probe import _description, _http
from netguard.probe._contract import Ask, Learnt, Target, is_spared, looked_at, open_tcp

NEEDS = frozenset({"ports", "tls"})
PROVIDES = frozenset({"tr064"})

PORTS = frozenset({49000, 49443})
PATH = "/tr64desc.xml"

DEVICE_TYPE = "urn:dslforum-org:device:"
"""How the types of its devices begin (TR-064, 3.1); those of UPnP's begin with `urn:schemas-upnp-org:device:`."""

OK, NOT_THERE = 200, frozenset({401, 403, 404})
"""RFC 9110, 15: the description, and that there is none for whoever asks."""


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """From depth standard on, in the deep round, the two ports of routers and access points, where they are open."""
    if ask.round != "deep" or not ask.depth.at_least(Depth.STANDARD) or is_spared(device):
        return
    if device.role not in INFRASTRUCTURE_ROLES:
        return
    for service in open_tcp(device):
        if service.port in PORTS and not looked_at(ask, service, "tr064.answer"):
            secure = looked_at(ask, service, "tls.version")
            yield Target(address=service.address, port=service.port, secure=secure)


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """`tr064.answer`: whether there is such a description.

    Raises `NoAnswer` where what it answers is neither yes nor no, and what `Net.connect` raises.
    """
    heard = _http.ask(target, net, PATH)
    if heard.status != OK and heard.status not in NOT_THERE:
        raise NoAnswer(f"it answered {heard.status} to the question for its TR-064 description")
    answered = heard.status == OK and is_tr064(heard.body)
    yield Fact(kind="tr064.answer", value=answered, transport=target.transport, port=target.port)


def is_tr064(body: bytes) -> bool:
    """Whether `body` is the description of a device of TR-064, and not UPnP's or another page."""
    try:
        device = _description.device_of(_description.parsed(body))
    except NoAnswer:
        return False
    return _description.text(device, "deviceType").startswith(DEVICE_TYPE)
