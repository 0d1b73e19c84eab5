"""A Homematic CCU: do its interface processes answer without a login? One request a port.

Each of them speaks XML-RPC: 2001 for Homematic, 2010 for Homematic IP, through TLS on 42001 and 42010 (openHAB's binding
documentation; RaspberryMatic issue 569). They answer the addresses that the firewall lets through, and ask them for a
login only where "authentication" is switched on, with 401 (openHAB; homegear and ioBroker's hm-rpc issue 1228).
`system.listMethods` (XML-RPC introspection) names what could be asked, and changes and reads nothing.

Port 8181 runs the scripts that it is sent. It is sent none: a GET of `/` shows whether it asks for a login, and where it
does not, that is all that is known.
"""

from collections.abc import Iterable, Iterator

from netguard.model.device import Device
from netguard.net.access import Net
from netguard.net.failures import NoAnswer
from netguard.probe import _api, _http
from netguard.probe._contract import Ask, Learnt, Target

NEEDS = frozenset({"ports", "banners", "tls", "http"})
PROVIDES = frozenset({"homematic"})

NAME, SCRIPTS = "Homematic XML-RPC", "Homematic remote scripts"
PROFILE = "homematic-ccu"
PLAIN_PORTS, TLS_PORTS = frozenset({2001, 2010}), frozenset({42001, 42010})
SCRIPT_PORT = 8181
LIST_METHODS = (
    b'<?xml version="1.0"?><methodCall><methodName>system.listMethods</methodName><params></params></methodCall>'
)
_ANSWERS = b"<methodResponse"
"""How every answer to a call begins, a fault too (XML-RPC specification): whoever gets one was let in."""


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """The ports of the interface processes and of remote scripts, of what its record knows as a CCU."""
    if device.profile != PROFILE:
        return
    for service in _api.open_ports(device, ask):
        if service.port in PLAIN_PORTS | TLS_PORTS | {SCRIPT_PORT}:
            path = "" if service.port == SCRIPT_PORT else "/RPC"
            yield _api.at(ask, service, path, secure=service.port in TLS_PORTS)


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """Whether it answers without a login. Raises `NoAnswer` for what no CCU answers."""
    if target.path:
        kind = (("Content-Type", "text/xml"),)
        yield from read(_http.ask(target, net, "/", method="POST", headers=kind, body=LIST_METHODS), target)
    else:
        refused = _http.ask(target, net).status in _api.REFUSED
        yield from _api.told(target, SCRIPTS, login="required" if refused else None)


def read(answer: _http.Answer, target: Target) -> Iterator[Learnt]:
    """Facts from the answer to `system.listMethods`. The XML in it is not taken apart: that there is one says it all."""
    if answer.status in _api.REFUSED:
        yield from _api.told(target, NAME, login="required")
    elif answer.status == 200 and _ANSWERS in answer.body:
        yield from _api.told(target, NAME, login="none")
    else:
        raise NoAnswer(f"it answered {answer.status}, and not as a CCU's interface process does")
