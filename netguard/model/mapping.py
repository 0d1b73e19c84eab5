"""Mappings over time and in words: how one is told from the others, since when it is known, what closes it. Pure."""

from dataclasses import dataclass
from datetime import datetime

from netguard.model import address as addresses
from netguard.model.gateway import Gateway, PortMapping
from netguard.model.scan import Scan

UPNP = "igd"
"""The source of mappings that a router listed by UPnP, which can be removed by it, too."""

NOBODY_NAMED = '""'
"""How `--remote-host` is told that anybody may come in, in every shell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMapping:
    """One mapping of one gateway as earlier scans of a site saw it. Times are in UTC."""

    gateway: str
    """Key of the device that held it open, as it was when it was last seen."""
    name: str
    """As `name` gives it."""
    first_seen: datetime
    last_seen: datetime


def name(mapping: PortMapping) -> str:
    """What tells a mapping of one gateway from its others: `tcp/8443/192.168.1.20/443`.

    That is protocol, external port, internal client and internal port. Who may come in and for how long is left out: a
    lease that was made longer is the same door.
    """
    return f"{mapping.protocol}/{mapping.external_port}/{mapping.internal_client}/{mapping.internal_port}"


def is_own(scan: Scan, gateway: Gateway) -> bool:
    """Whether this computer's own way to the internet leads through `gateway`: that one `upnp remove` asks unnamed."""
    hop = scan.vantage.gateway
    if hop is None:
        return False
    box = scan.device(gateway.device) if gateway.device is not None else None
    return hop.address in box.addresses if box is not None else gateway == scan.gateways[0]


def argument(scan: Scan, gateway: Gateway, mapping: PortMapping) -> str:
    """What `netguard upnp remove` calls it: `tcp/8443`, and `tcp/8443@192.168.1.2` at a gateway that is not the own one."""
    at = "" if is_own(scan, gateway) else _address(scan, gateway)
    return f"{mapping.protocol}/{mapping.external_port}{f'@{at}' if at else ''}"


def how_to_remove(scan: Scan, gateway: Gateway, mapping: PortMapping) -> str | None:
    """The command that closes it; null where there is none. Numbers and addresses are all that is in it: it is safe to type.

    There is none for what UPnP did not list, for every port at once (external port 0), and where nothing that can be typed
    tells it from another one of the same port.
    """
    reachable = is_own(scan, gateway) or _address(scan, gateway)
    if mapping.source != UPNP or not mapping.external_port or not reachable:
        return None
    command = f"netguard upnp remove {argument(scan, gateway, mapping)}"
    port = (UPNP, mapping.protocol, mapping.external_port)
    hosts = [m.remote_host for m in gateway.mappings if (m.source, m.protocol, m.external_port) == port]
    if len(hosts) < 2:
        return command
    host = mapping.remote_host
    if hosts.count(host) > 1 or not (host is None or _is_address(host)):
        return None
    return f"{command} --remote-host {host or NOBODY_NAMED}"


def _address(scan: Scan, gateway: Gateway) -> str:
    box = scan.device(gateway.device) if gateway.device is not None else None
    return str(next(iter(addresses.in_order_of_use(box.addresses)), "")) if box is not None else ""


def _is_address(text: str) -> bool:
    try:
        return str(addresses.ip(text)) == text
    except ValueError:
        return False
