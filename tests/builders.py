"""Devices and scans with sensible defaults: a test states only what matters to it."""

from datetime import UTC, datetime

from netguard.model import address
from netguard.model.attempt import Attempt
from netguard.model.device import Coverage, Device, Service
from netguard.model.observation import Observation
from netguard.model.scan import Authorisation, Ruleset, Scan, Tool
from netguard.model.vantage import NextHop, Segment, Vantage
from netguard.model.vocabulary import Confidence, Depth, Ended, Outcome, PortState, Role, Security, Transport
from netguard.model.wifi import BasicServiceSet

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ALL_TCP = "1-65535"
OWN = "192.0.2.10"


def service(port, *, at="192.0.2.20", name=None, expected=None, state=PortState.OPEN, transport=Transport.TCP):
    return Service(address=address.ip(at), transport=transport, port=port, state=state, name=name, expected=expected)


def coverage(ports, at="192.0.2.20"):
    return Coverage(address=address.ip(at), transport=Transport.TCP, ports=ports, engine="builtin")


def device(number=20, role=Role.UNKNOWN, *, asked=None, services=(), **given):
    at = f"192.0.2.{number}"
    mac = address.mac(f"00:00:5e:00:53:{number:02x}")
    defaults = {
        "key": f"mac:{mac}",
        "name": f"{role} {number}",
        "addresses": (address.ip(at),),
        "mac": mac,
        "role": role,
        "confidence": Confidence.CONFIRMED,
        "services": tuple(service(s, at=at) if isinstance(s, int) else s for s in services),
        "coverage": (coverage(asked, at),) if asked else (),
    }
    return Device(**(defaults | given))


def observation(number, kind, value, *, of, port=None):
    return Observation(
        id=f"o{number}",
        device=of.key,
        address=of.addresses[0],
        transport=Transport.TCP if port else None,
        port=port,
        probe="test",
        kind=kind,
        value=value,
        at=NOW,
    )


def bss(ssid="Home", bssid="00:00:5e:00:53:01", security=Security.WPA2_PERSONAL, **given):
    """A network in the air; `bssid` is text or null."""
    defaults = {"channel": 6, "band": "2.4", "sources": ("nl80211",)}
    made = None if bssid is None else address.mac(bssid)
    return BasicServiceSet(ssid=ssid, bssid=made, security=security, **(defaults | given))


def attempt(stage, outcome=Outcome.DONE, reason=None, target="192.0.2.0/24"):
    return Attempt(stage=stage, target=target, outcome=outcome, reason=reason)


def scan(*devices, saw_everybody=True, **given):
    own = Device(key="mac:own", addresses=(address.ip(OWN),), role=Role.COMPUTER, name="this computer")
    arp = (
        attempt("discover.arp") if saw_everybody else attempt("discover.arp", Outcome.SKIPPED, "raw packets need root")
    )
    defaults = {
        "id": "0123456789ab",
        "site": "home",
        "started_at": NOW,
        "finished_at": NOW,
        "ended": Ended.FINISHED,
        "tool": Tool(name="netguard", version="0"),
        "ruleset": Ruleset(digest="0" * 64),
        "depth": Depth.STANDARD,
        "authorisation": Authorisation(how="enrolled", at=NOW),
        "vantage": Vantage(
            os="linux",
            interface="eth0",
            address=address.ip(OWN),
            segment=Segment(prefix=address.network("192.0.2.0/24")),
            gateway=NextHop(address=address.ip("192.0.2.1"), mac=address.mac("00:00:5e:00:53:01")),
        ),
        "devices": (own, *devices),
        "attempts": (arp,),
    }
    return Scan(**(defaults | given))
