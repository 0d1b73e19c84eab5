"""What was heard of UPnP, and whether it was listened for: shared by the checks about UPnP where it should not be."""

from collections.abc import Iterable

from netguard.checks._gateways import own
from netguard.model.action import Remedy
from netguard.model.device import Device
from netguard.model.observation import Observation
from netguard.model.scan import Scan
from netguard.model.vocabulary import Ended, Needs, Outcome

UPNP_OFF = Remedy(
    group="upnp-off",
    title="Switch UPnP off on {device}",
    needs=Needs.MENU,
    intent="disable-feature",
    feature="upnp",
    loses=("games and programs that open ports by themselves need a rule that you make yourself",),
)

REFERENCES = ("OWASP ISVS 1.0, 3.2.2", "ETSI EN 303 645 V3.1.3, 5.6-1", "CIS Controls v8.1, 4.8")


def said(scan: Scan, device: Device, *kinds: str) -> tuple[Observation, ...]:
    """Texts of these kinds that `device` said."""
    return tuple(o for o in scan.observed(device.key, *kinds) if isinstance(o.value, str))


def why_not_heard(scan: Scan) -> tuple[str, str] | None:
    """Why what answers by SSDP may have been missed, and what would help; None when all were searched for."""
    tried = [a for a in scan.attempts if a.stage == "discover.ssdp"]
    if any(a.outcome is Outcome.DONE for a in tried):
        return None
    if tried:
        return (
            f"UPnP devices could not be searched for: {tried[-1].reason}",
            "Scan again, with this computer's firewall letting answers to UDP port 1900 in.",
        )
    ended = scan.ended is not Ended.FINISHED
    because = "the scan ended before UPnP devices were searched for" if ended else "UPnP devices were not searched for"
    return because, "Scan again and let the scan finish." if ended else "Scan again."


def said_more(scan: Scan, devices: Iterable[Device]) -> tuple[Device, ...]:
    """Those of `devices` that said more by SSDP than netguard reads of one."""
    return tuple(d for d in devices if any(o.value == "ssdp" for o in scan.observed(d.key, "link.flood")))


def is_the_router(scan: Scan, device: Device) -> bool:
    """Whether this computer's way to the internet leads through `device`, by its key, address or hardware address."""
    hop, gateway = scan.vantage.gateway, own(scan)
    if hop is None:
        return False
    by_key = gateway is not None and gateway.device is not None and gateway.device in (device.key, *device.former_keys)
    return by_key or hop.address in device.addresses or (hop.mac is not None and hop.mac == device.mac)
