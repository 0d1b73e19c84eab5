"""What the tests of checks about forwarded ports share: a router, what it holds open, and who lives behind it."""

from dataclasses import replace
from datetime import timedelta

from netguard.model import address
from netguard.model.gateway import Gateway, GatewayServices, Igd, PortMapping, mapping_text
from netguard.model.known import KnownDevice
from netguard.model.mapping import KnownMapping, name
from netguard.model.past import Past
from netguard.model.vocabulary import Outcome, Role, Transport
from tests import builders
from tests.unit.checks.judging import RULES

ROUTER = builders.device(1, Role.ROUTER, name="the router box")
IGD = Igd(
    location="http://192.0.2.1:5000/rootDesc.xml",
    device_type="urn:schemas-upnp-org:device:InternetGatewayDevice:1",
    services=("urn:schemas-upnp-org:service:WANIPConnection:1",),
    listed="all",
)
DAY = timedelta(days=1)


def mapping(external=8443, internal=443, client="192.0.2.20", device=None, **given):
    """One mapping; `device` is a device, whose address it then leads to."""
    if device is not None:
        client, given = str(device.addresses[0]), {"device": device.key} | given
    defaults = {"source": "igd", "protocol": Transport.TCP, "description": None, "lease_seconds": 0, "enabled": True}
    return PortMapping(external_port=external, internal_port=internal, internal_client=client, **(defaults | given))


def router(*mappings, igd=IGD, device=ROUTER, **services):
    """The gateway that holds these open."""
    key = device.key if device is not None else None
    return Gateway(device=key, services=GatewayServices(igd=igd, **services), mappings=mappings)


def home(*devices, held=(), gateways=None, observations=(), **given):
    """A scan of a home whose router holds `held` open, with an observation for each."""
    gateways = (router(*held),) if gateways is None else gateways
    shown = []
    for gateway in gateways:
        holder = next((d for d in (ROUTER, *devices) if d.key == gateway.device), ROUTER)
        shown += [
            builders.observation(900 + len(shown) + n, "igd.mapping", mapping_text(m), of=holder)
            for n, m in enumerate(gateway.mappings)
        ]
    return builders.scan(ROUTER, *devices, gateways=gateways, observations=(*observations, *shown), **given)


def by_ping(client="192.0.2.0/24"):
    """Attempts of a scan without root: no ARP, and a ping sweep."""
    arp = builders.attempt("discover.arp", Outcome.SKIPPED, "raw packets need root")
    return (arp, builders.attempt("discover.ping", target=client))


def known(device, *, at=None, last_seen=builders.NOW - DAY, **given):
    """`device` as the history remembers it, at `at` if that is another address."""
    addresses = (address.ip(at),) if at else device.addresses
    made = KnownDevice(
        id="0123456789ab",
        site="home",
        key=device.key,
        first_seen=builders.NOW - 9 * DAY,
        last_seen=last_seen,
        name=device.name,
        role=device.role,
        addresses=addresses,
    )
    return replace(made, **given)


def since(held, first=builders.NOW - 30 * DAY, gateway=ROUTER.key):
    """`held` as the history remembers it."""
    return KnownMapping(gateway=gateway, name=name(held), first_seen=first, last_seen=builders.NOW - DAY)


def judged(judge, scan, past=None):
    """What `judge` says of `scan`."""
    return list(judge(scan, RULES, past or Past()))
