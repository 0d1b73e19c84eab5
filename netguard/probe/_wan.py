"""The services by which a router forwards ports, and what they list: WANIPConnection:1 and :2, WANPPPConnection:1.

UPnP Forum, WANIPConnection:2 Service (2010), WANPPPConnection:1 Service (2001), WANIPv6FirewallControl:1 Service (2010).
"""

import re
from dataclasses import dataclass
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from netaddr import IPAddress

from netguard.net.access import Net
from netguard.probe import _description, _soap
from netguard.probe._contract import Target

MAX_WAN_SERVICES = 8
"""Services asked of one description; a router has one or two connections and a firewall. Stops one that lists hundreds."""

CONNECTION = re.compile(r"urn:schemas-upnp-org:service:WAN(?:IP|PPP)Connection:[1-9]\d?")
FIREWALL = re.compile(r"urn:schemas-upnp-org:service:WANIPv6FirewallControl:[1-9]\d?")


@dataclass(frozen=True, slots=True, kw_only=True)
class WanService:
    """One such service: its whole type, and where it takes actions, at the host that described it."""

    type: str
    place: _description.Place

    @property
    def target(self) -> Target:
        """Whom an action is sent to."""
        return Target(address=self.place.address, port=self.place.port, path=self.place.path)

    @property
    def control(self) -> str:
        """The path an action is sent to."""
        return self.place.path

    @property
    def is_connection(self) -> bool:
        """Whether it forwards ports; else it is the IPv6 firewall's."""
        return CONNECTION.fullmatch(self.type) is not None

    @property
    def version(self) -> int:
        """The last number of its type."""
        return int(self.type.rpartition(":")[2])

    def call(self, net: Net, action: str, *arguments: tuple[str, str]) -> dict[str, str]:
        """The out arguments of `action`. Raises as `_soap.call` does."""
        return _soap.call(self.target, net, self.control, self.type, action, arguments)


def services(root: Element, location: str) -> tuple[WanService, ...]:
    """The services of the description at `location` that forward ports or filter IPv6, each control URL once.

    One whose control URL leads to anybody else is left out; `strays` says so.
    """
    found = {each: None for each in _found(root, location) if isinstance(each, WanService)}
    return tuple(found)[:MAX_WAN_SERVICES]


def strays(root: Element, location: str) -> tuple[str, ...]:
    """Why services are left out, a sentence each."""
    said = [each for each in _found(root, location) if isinstance(each, str)]
    beyond = len({each for each in _found(root, location) if isinstance(each, WanService)}) - MAX_WAN_SERVICES
    if beyond > 0:
        said.append(f"it lists {beyond} services more than are asked")
    return tuple(dict.fromkeys(said))[:MAX_WAN_SERVICES]


def _found(root: Element, location: str) -> list[WanService | str]:
    """Each such service, or why it is not asked. Raises `NoAnswer` for a document that is no description."""
    device = _description.device_of(root)
    base = _base(root, location)
    own = {_description.host_of(location)}
    found: list[WanService | str] = []
    for each in _description.devices(device):
        for service in list(_description.services(each))[: _description.MAX_SERVICES]:
            kind = _description.text(service, "serviceType")
            if not (CONNECTION.fullmatch(kind) or FIREWALL.fullmatch(kind)):
                continue
            try:
                where = _control(base, _description.text(service, "controlURL"), own)
            except _description.NotFollowed as why:
                found.append(f"the control URL of {kind.split(':', 3)[3]} is not followed: {why}")
            else:
                found.append(WanService(type=kind, place=where))
    return found


def _control(base: str, control: str, own: set[IPAddress]) -> _description.Place:
    """Where actions go. Raises `_description.NotFollowed`."""
    if not control:
        raise _description.NotFollowed("there is none")
    try:
        return _description.place(urljoin(base, control), own)
    except _description.NotFollowed:
        raise
    except ValueError:
        raise _description.NotFollowed("it is no address") from None


def _base(root: Element, location: str) -> str:
    """What relative URLs are relative to: the URLBase of UDA 1.0 (2.1) where it names the host itself, else `location`."""
    base = _description.text(root, "URLBase")
    try:
        return _description.place(base, {_description.host_of(location)}).url if base else location
    except _description.NotFollowed:
        return location
