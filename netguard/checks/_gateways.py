"""The home's own gateway, and why it was not asked: shared by the checks about what a router lets in."""

from netguard.checks._contract import Subject
from netguard.model.device import Device
from netguard.model.gateway import Gateway
from netguard.model.scan import Scan
from netguard.model.vocabulary import Depth, Ended, Outcome

ROUTER = Subject(target="network", identity="network", name="the router")
"""Whom a judgement about the gateway is about where no device is known to be it."""


def own(scan: Scan) -> Gateway | None:
    """The gateway that this computer's own way to the internet leads through; null where it has none."""
    return scan.gateways[0] if scan.gateways and scan.vantage.gateway is not None else None


def device_of(scan: Scan, gateway: Gateway | None) -> Device | None:
    """The device that `gateway` is; null where it is not known."""
    return scan.device(gateway.device) if gateway is not None and gateway.device is not None else None


def subject_of(scan: Scan, gateway: Gateway | None) -> Subject:
    """Whom a judgement about `gateway` is about."""
    device = device_of(scan, gateway)
    return ROUTER if device is None else Subject.device(device)


def why_not_asked(scan: Scan, stage: str) -> tuple[str, str]:
    """Why the own gateway gave no answer in `stage` (`probe.igd`, `probe.natpmp`), and what would let netguard ask it."""
    gateway = own(scan)
    if gateway is None:
        return "this network has no router that leads to the internet", "Scan the network that your router is on."
    device = device_of(scan, gateway)
    if device is None:
        return "the router was not seen", "Scan again; name the router if only a part of the network was asked for."
    if not scan.depth.at_least(Depth.STANDARD):
        return f"depth {scan.depth} does not ask the router about it", "Scan with --depth standard."
    return _told(scan, device, stage)


def _told(scan: Scan, device: Device, stage: str) -> tuple[str, str]:
    """What the attempts say of it."""
    where = {str(address) for address in device.addresses} | {device.key}
    tried = [a for a in scan.attempts if a.stage in {stage, "probe"} and a.target.partition(" ")[0] in where]
    failed = [a for a in tried if a.outcome is not Outcome.DONE]
    if not failed:
        unfinished = scan.ended is not Ended.FINISHED
        because = "the scan ended before it was asked" if unfinished else "it was not asked"
        return because, "Scan again and let the scan finish." if unfinished else "Scan again."
    reason = failed[-1].reason or "it could not be looked at"
    if failed[-1].outcome is Outcome.SKIPPED and "never to touch" in reason:
        return reason, "Take it off never_touch or pause in your settings if you want it looked at."
    return reason, "Scan again from near the router, or look at its menu."
