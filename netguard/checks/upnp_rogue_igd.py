"""Something else than the router that this computer uses offers to open ports to the internet (UPnP IGD).

| circumstance | severity |
|---|---|
| not known to be a router or access point, and it says that it is connected to the internet or that it forwards ports | high |
| not known to be a router or access point, and it only offers | medium |
| a second router or an access point that says that it is connected to the internet or that it forwards ports | medium |
| a second router or an access point that only offers | low |

Whatever offers to open ports looks like a router of some kind: it is known to be one where a maker's record knows it, or
you said so. It offers by answering a search (SSDP) or in its description: InternetGatewayDevice, WANIPConnection or
WANPPPConnection. Confirmed where its description or its answers were read, likely where only its announcement was heard.
Passes when devices were searched for, and nobody but the router offers it. Unknown when the search came to nothing, when a
device said more than is read of one, when personal devices were left out, or when it is not known which router leads to the
internet. Does not apply where no other device was seen. It errs where one router was taken for two devices, where something
poses as a maker's router, and where what offers it does so only when asked in another way.
"""

from collections.abc import Iterator

from netguard.checks._contract import Check, Subject
from netguard.checks._looked import NETWORK, fix_on, names, others
from netguard.checks._upnp import REFERENCES, UPNP_OFF, is_the_router, said, said_more, why_not_heard
from netguard.model.device import Device
from netguard.model.finding import Finding
from netguard.model.gateway import Gateway
from netguard.model.observation import Observation
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import Confidence, Role, Severity
from netguard.rules.loader import Rules

OFFERS = (
    "urn:schemas-upnp-org:device:internetgatewaydevice:",
    "urn:schemas-upnp-org:service:wanipconnection:",
    "urn:schemas-upnp-org:service:wanpppconnection:",
)
"""Types that programs look for when they want a port opened (UPnP Forum, InternetGatewayDevice:1 and :2), in small letters
and without the version."""

ROUTERS = frozenset({Role.ROUTER, Role.ACCESS_POINT})

CONNECTED = "connected"
"""What ConnectionStatus says of a connection that is up (WANIPConnection:1, 2.2.4), in small letters."""

FIX_ROUTER = (
    "If it is a second router or access point of yours, switch UPnP off in its menu, or set it up as an access point: the "
    "router that leads to the internet is the only one that needs it, if any. If nobody of you set it up, take it off the "
    "network and find out what it is."
)
FIX_OTHER = (
    "Find out which program on it offers this. On a computer it may be a shared internet connection, a VPN or a virtual "
    "machine: switch that off if nobody needs it. On anything else, or if nobody of you set it up, take the device off the "
    "network, update its firmware or reset it, and scan again."
)

CHECK = Check(
    id="upnp-rogue-igd",
    title="Nothing but the router offers to open ports",
    why=(
        "Programs that want a port opened ask whoever answers. Something that poses as the router learns what they want "
        "opened, may tell them lies, or opens another way into your home that nobody looks after."
    ),
    remedy=UPNP_OFF,
    references=(*REFERENCES, "CWE-923"),
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding per device that poses as the way to the internet, or one that says why there is none."""
    devices = others(scan)
    if not devices:
        yield CHECK.not_applicable(NETWORK, because="no other device was seen")
        return
    strangers = tuple(d for d in devices if not is_the_router(scan, d))
    offering = {d: facts for d in strangers if (facts := _offers(scan, d)) or _gateway(scan, d)}
    if offering and scan.vantage.gateway is None:
        yield CHECK.unknown(
            NETWORK,
            because=f"it is not known which router leads to the internet, and {names(tuple(offering))} offers to open ports",
            how="Scan again while this computer is connected to the internet through the router.",
        )
        return
    for device, facts in offering.items():
        yield _poses(scan, rules, device, facts)
    missed = tuple(d for d in said_more(scan, strangers) if d not in offering)
    for device in missed:
        yield CHECK.unknown(
            Subject.device(device),
            because="it announced more by UPnP than netguard reads of one device",
            how="Find out what it is; something that announces this much is broken, or wants to be noticed.",
        )
    if offering or missed:
        return
    if why := why_not_heard(scan):
        yield CHECK.unknown(NETWORK, because=why[0], how=why[1])
    elif scan.personal_devices:
        count = f"{scan.personal_devices} personal device{'s' * (scan.personal_devices != 1)}"
        yield CHECK.unknown(
            NETWORK,
            because=f"{count} had to be left alone",
            how="Scan without --infrastructure-only, at your own home.",
        )
    else:
        yield CHECK.passed(NETWORK, title="Nothing but your router offers to open ports")


def _offers(scan: Scan, device: Device) -> tuple[Observation, ...]:
    facts = said(scan, device, "ssdp.type", "upnp.device-type", "upnp.service")
    return tuple(o for o in facts if str(o.value).casefold().startswith(OFFERS))


def _gateway(scan: Scan, device: Device) -> Gateway | None:
    """What `device` answered when it was asked as an IGD."""
    keys = (device.key, *device.former_keys)
    return next((g for g in scan.gateways if g.device in keys and g.services.igd is not None), None)


def _poses(scan: Scan, rules: Rules, device: Device, facts: tuple[Observation, ...]) -> Finding:
    subject, gateway = Subject.device(device), _gateway(scan, device)
    leads = gateway is not None and _leads(gateway)
    if _is_known_as_router(rules, device):
        title = f"{subject.name} offers to open ports, too, beside the router that you use"
        severity = Severity.MEDIUM if leads else Severity.LOW
    else:
        title = f"{subject.name} offers to open ports to the internet, and is not your router"
        severity = Severity.HIGH if leads else Severity.MEDIUM
    if leads:
        title += "; it says that it is connected to the internet, or forwards ports"
    read = gateway is not None or any(o.kind != "ssdp.type" for o in facts)
    return CHECK.fail(
        subject,
        title=title,
        severity=severity,
        fix=fix_on(device, rules, CHECK.id, FIX_ROUTER if device.role in ROUTERS else FIX_OTHER),
        discriminator="igd",
        confidence=Confidence.CONFIRMED if read else Confidence.LIKELY,
        evidence=(*facts, *scan.observed(device.key, "igd.answer", "igd.mapping")),
    )


def _is_known_as_router(rules: Rules, device: Device) -> bool:
    """Whether more than the very offer says that it is one.

    What a record of no maker's own takes for a router may be anything that says so.
    """
    record = rules.devices.get(device.profile or "")
    return device.role in ROUTERS and not (record is not None and record.generic)


def _leads(gateway: Gateway) -> bool:
    """Whether it says that something is behind it: a connection, an external address, or a port that it forwards."""
    igd, external = gateway.services.igd, gateway.external_address
    up = igd is not None and (igd.connection_status or "").casefold() == CONNECTED
    # 0.0.0.0 is how a connection that is down says that it has no address.
    return up or bool(gateway.mappings) or (external is not None and int(external) != 0)
