"""Versions of services, by nmap where it is installed (`nmap -sV --version-light`), on ports that are open and told no version.

nmap asks harder than netguard does: several connections and probes a port, some of them at once. So it runs at depth deep
only, after banners, TLS and pages, and never towards what is treated gently (locks, hubs, printers, cameras, whatever is not known
to be sturdy), unless the person named that very device. What netguard learnt by itself stays: nmap fills what is missing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from netguard.model.device import Device, Service
from netguard.model.vocabulary import Depth, PortState, Transport
from netguard.net import limits
from netguard.net.access import Net
from netguard.probe._contract import Ask, Learnt, Target, is_spared, is_sturdy, open_tcp, speaks_otherwise

NEEDS = frozenset({"ports", "banners", "tls", "http"})
PROVIDES = frozenset({"versions"})

PORTS_A_RUN = 16
"""Ports that one run asks: when its time is over nmap tells nothing of any, so little is lost."""

MAX_PORTS = 128
"""Ports of one device that are asked; stops one that takes connections everywhere from keeping nmap busy for hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(Target):
    """One run of nmap over `ports`."""

    known: tuple[Service, ...] = ()
    """What was known of them before."""

    def __str__(self) -> str:
        return f"{self.address} tcp/{','.join(map(str, self.ports))}"


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """The open ports without a version, some in a run; by the rule above."""
    if ask.round != "deep" or ask.depth is not Depth.DEEP:
        return
    if not ask.named and (is_spared(device) or not is_sturdy(device)):
        return
    asked = [
        service
        for service in open_tcp(device)
        if service.version is None
        and service.port not in limits.PAYLOAD_BLOCKED_PORTS
        and not speaks_otherwise(ask, service)
    ][:MAX_PORTS]
    for address in dict.fromkeys(service.address for service in asked):
        here = tuple(service for service in asked if service.address == address)
        for at in range(0, len(here), PORTS_A_RUN):
            known = here[at : at + PORTS_A_RUN]
            yield Run(address=address, ports=tuple(s.port for s in known), known=known)


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """The services with what nmap adds to them. Raises what `Net.versions` raises, `NotInstalled` among it."""
    ports = target.ports or ((target.port,) if target.port is not None else ())
    known = {service.port: service for service in target.known} if isinstance(target, Run) else {}
    for found in net.versions(target.address, ports):
        before = known.get(found.port)
        name = found.name if before is None or before.name is None else None
        # A product and its version belong together; without a version ours, which was read by whoever knows the protocol, stays.
        better = before is None or before.product is None or found.version is not None
        product, version = (found.product, found.version) if better else (None, None)
        if name or product or version:
            yield Service(
                address=target.address,
                transport=Transport.TCP,
                port=found.port,
                state=PortState.OPEN,
                name=name,
                product=product,
                version=version,
            )
