"""What the tests of checks about UPnP share: who answered a search, and what for."""

from dataclasses import replace

from netguard.model.vocabulary import Role
from tests import builders
from tests.unit.checks.judging import RULES, judged

HEARD = builders.attempt("discover.ssdp")
ROUTER = builders.device(1, Role.ROUTER)
IGD_TYPE = "urn:schemas-upnp-org:device:InternetGatewayDevice:1"
FLOOD = ("link.flood", "ssdp")


def observed(*said):
    """Observations from (device, kind, value), numbered in their order."""
    return tuple(builders.observation(n, kind, value, of=device) for n, (device, kind, value) in enumerate(said))


def upnp(judge, *devices, said=(), attempts=(HEARD,), **given):
    """What `judge` says of a scan in which `devices` said these things."""
    return judged(judge, *devices, observations=observed(*said), attempts=attempts, **given)


def without_gateway():
    """A vantage that knows no way to the internet."""
    return replace(builders.scan().vantage, gateway=None)


__all__ = ["FLOOD", "HEARD", "IGD_TYPE", "ROUTER", "RULES", "observed", "upnp", "without_gateway"]
