"""What the last scan read of the ports that routers forward, as text and as JSON; and how a person names one of them."""

import json
import re
from dataclasses import dataclass

from netaddr import IPAddress

from netguard.checks._gateways import why_not_asked
from netguard.cli.history import _table
from netguard.errors import UsageError
from netguard.model import address as addresses
from netguard.model import codec
from netguard.model.gateway import Gateway, PortMapping
from netguard.model.mapping import argument, is_own
from netguard.model.observation import clean
from netguard.model.scan import Scan
from netguard.model.vocabulary import Transport

_NAME = re.compile(r"(tcp|udp)/(\d{1,5})(?:@(.+))?", re.IGNORECASE | re.ASCII)

_TITLES = ("MAPPING", "LEADS TO", "DEVICE", "FOR", "CALLED")

HIGHEST_PORT = 65535


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The mapping that a person means; `router` is null for the one that leads to the internet."""

    protocol: Transport
    port: int
    router: IPAddress | None = None

    def __str__(self) -> str:
        """As it is written: `tcp/8443`."""
        return f"{self.protocol}/{self.port}" + (f"@{self.router}" if self.router is not None else "")


def parsed(text: str) -> Named:
    """The mapping that `tcp/8443` or `udp/51820@192.168.1.1` names. Raises `UsageError`."""
    found = _NAME.fullmatch(text.strip())
    if found is None or int(found[2]) > HIGHEST_PORT:
        raise UsageError(f"{clean(text)}: that names no mapping; write tcp/8443, or udp/51820@192.168.1.1")
    router = None
    if found[3] is not None:
        try:
            router = addresses.ip(found[3])
        except ValueError:
            raise UsageError(f"{clean(text)}: {clean(found[3])} is no address of a router") from None
    return Named(protocol=Transport(found[1].lower()), port=int(found[2]), router=router)


def listed(scan: Scan) -> str:
    """Every gateway with its mappings, a line each."""
    blocks = [block for gateway in scan.gateways if (block := _block(scan, gateway))]
    if blocks:
        return "\n\n".join(blocks)
    reason, how = why_not_asked(scan, "probe.igd")
    return f"Whether a router forwards ports by UPnP was not checked, because {reason}. {how}"


def as_json(scan: Scan) -> str:
    """The document's own gateways, as they are."""
    return json.dumps([json.loads(codec.dumps_value(gateway)) for gateway in scan.gateways], indent=1)


def for_how_long(mapping: PortMapping) -> str:
    """`for good`, `for 3,600 s`, or nothing where the router did not say; and whether it is switched off."""
    lease = mapping.lease_seconds
    told = "" if lease is None else "for good" if lease == 0 else f"for {lease:,} s"
    return ", ".join(filter(None, (told, "switched off" if mapping.enabled is False else "")))


def leads_to(mapping: PortMapping) -> str:
    """`192.168.1.20 port 443`, with whom it lets in where not everybody."""
    only = f", only from {clean(mapping.remote_host)}" if mapping.remote_host is not None else ""
    return f"{clean(mapping.internal_client)} port {mapping.internal_port}{only}"


def _block(scan: Scan, gateway: Gateway) -> str:
    own = is_own(scan, gateway)
    igd = gateway.services.igd
    who = " ".join(filter(None, ("Your router" if own else "Another device", _called(scan, gateway))))
    if igd is None and not gateway.mappings:
        return _without(scan, gateway, who) if own else ""
    if gateway.external_address is not None:
        who += f", {gateway.external_address} to the internet"
    if not gateway.mappings:
        whole = igd is not None and igd.listed == "all"
        return f"{who}: {'no port is forwarded by UPnP.' if whole else 'it does not say which ports it forwards.'}"
    rows = [_TITLES, *(_cells(scan, gateway, mapping) for mapping in gateway.mappings)]
    whole = igd is not None and igd.listed == "all"
    return f"{who}:\n{_table(rows)}" + ("" if whole else "\nThese need not be all: its list was not read to the end.")


def _without(scan: Scan, gateway: Gateway, who: str) -> str:
    """Of a router that said nothing."""
    if any(seen.value is True for seen in scan.observed(gateway.device, "igd.absent")):
        return f"{who}: it offers no UPnP, so that no port is forwarded by it."
    reason, how = why_not_asked(scan, "probe.igd")
    return f"{who}: whether it forwards ports by UPnP was not checked, because {reason}. {how}"


def _called(scan: Scan, gateway: Gateway) -> str:
    device = scan.device(gateway.device) if gateway.device is not None else None
    if device is None:
        return ""
    at = f" ({device.addresses[0]})" if device.addresses else ""
    return f"{clean(device.name or '')}{at}".strip()


def _cells(scan: Scan, gateway: Gateway, mapping: PortMapping) -> tuple[str, ...]:
    owner = scan.device(mapping.device) if mapping.device is not None else None
    return (
        argument(scan, gateway, mapping),
        leads_to(mapping),
        clean(owner.name or "") if owner is not None else "nobody that was seen",
        for_how_long(mapping),
        clean(mapping.description or ""),
    )
