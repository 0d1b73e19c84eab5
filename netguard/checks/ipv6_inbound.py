"""Devices that the internet may reach by IPv6: they have global addresses, and something listens there.

IPv6 needs no translation, so only the router's filter keeps the internet from a device that has a global address. What the
router says of its filter (WANIPv6FirewallControl:1, 2.3.2 and 2.3.3) decides; where it says nothing, nobody can tell from
inside.

| circumstance | severity |
|---|---|
| the router says that its filter is off, and a lock, hub or alarm with a global address listens | critical |
| the same, and anything else listens | high |
| the same, and nothing was seen to listen, while something has a global address: a device, the router or this computer | medium |
| the same, and everybody was asked and nobody has a global address, this computer and the router included | info |
| the filter is on, and devices may open it for themselves, by UPnP as it says or by PCP; which did cannot be read | low |

One finding about the router, which names the devices. That a device listens at its global address is certain where it was
asked there, and likely where it was asked at another of its addresses, since most programs listen at all of them. Passes
when the router says that its filter is on and nobody may open it; then, too, when everybody was asked by neighbour discovery
and no device has a global address. Unknown where devices or this computer have one and the router says nothing of its
filter; and where nobody showed one, but not everybody was asked, or personal devices were left out which may have one. It
errs where a router says what it does not do, and about holes that were made by hand, which no router lists in this protocol;
and where this computer takes no global address although the network gives some out.
"""

from collections.abc import Iterator

from netaddr import IPAddress, IPNetwork

from netguard.checks._contract import Check, Subject
from netguard.checks._gateways import device_of, own, subject_of, why_not_asked
from netguard.checks._looked import NETWORK, names, others
from netguard.checks._mappings import is_absent
from netguard.checks._services import COMMANDING, place
from netguard.model.action import Remedy
from netguard.model.device import Device, Service
from netguard.model.finding import Finding
from netguard.model.gateway import Gateway, GatewayServices
from netguard.model.observation import Observation
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import Confidence, Needs, Outcome, Severity
from netguard.rules.loader import Rules

GLOBAL = IPNetwork("2000::/3")
"""RFC 4291, 2.4, and IANA's register of IPv6's address space: what the internet routes."""

PCP_SUCCESS = 0
"""RFC 6887, 7.4."""

MOST_TOLD, MOST_PORTS = 4, 3
"""Devices, and ports of each, that a title names; the report lists them all."""

HOW = (
    "Look in the router's menu for its IPv6 firewall (often under internet, security or IPv6) and see that it is on and has no "
    "open ports that you did not ask for. To try it, switch a phone's Wi-Fi off and open one of these addresses by mobile data: "
    "http:// and the IPv6 address in square brackets. It must not answer."
)
FIX = (
    "Switch the IPv6 firewall on in the router's menu (often under internet, security or IPv6), and update the router if it has "
    "none. Until then switch IPv6 off in the router, or put the devices named here where they have no IPv6."
)
FIX_HOLES = (
    "Switch off in the router's menu that devices may open ports by themselves (UPnP, PCP, “automatic port forwarding”), and "
    "look through its list of IPv6 exceptions, which cannot be read from here."
)

CHECK = Check(
    id="ipv6-inbound",
    title="The internet reaches no device by IPv6",
    why=(
        "With IPv6 every device has an address of the internet. What listens there is open to everybody unless the router "
        "filters, and nothing at home shows whether it does."
    ),
    remedy=Remedy(
        group="ipv6-firewall",
        title="Have {device} filter what comes in by IPv6",
        needs=Needs.MENU,
        loses=("what is meant to be reached from outside by IPv6 needs an exception of its own",),
    ),
    references=(
        "ETSI EN 303 645 V3.1.3, 5.6-1",
        "CIS Controls v8.1, 4.4",
        "CWE-284",
        "https://www.rfc-editor.org/rfc/rfc6092",
    ),
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding about the router, or one that says why there is none."""
    gateway = own(scan)
    router = device_of(scan, gateway)
    exposed = tuple(d for d in others(scan) if d is not router and _is_global(d))
    filtering = _filtering(gateway)
    if filtering is False:
        yield _open(scan, gateway, exposed)
    elif filtering and (exposed or _is_here(scan) or scan.personal_devices):
        yield _filtered(scan, gateway)
    elif exposed:
        yield _not_known(scan, gateway, exposed)
    else:
        yield _nobody(scan, gateway)


def _filtering(gateway: Gateway | None) -> bool | None:
    """Whether the router says that it filters; null where it says nothing."""
    igd = gateway.services.igd if gateway is not None else None
    return igd.ipv6_firewall_enabled if igd is not None else None


def _open(scan: Scan, gateway: Gateway | None, exposed: tuple[Device, ...]) -> Finding:
    subject, router = subject_of(scan, gateway), device_of(scan, gateway)
    listening = tuple(d for d in exposed if d.open_services)
    if not (exposed or _is_here(scan) or (router is not None and _is_global(router))):
        return _nothing_to_filter(scan, subject, router)
    if not listening:
        return CHECK.fail(
            subject,
            title=f"{subject.name} does not filter IPv6: whatever begins to listen is reached from the internet",
            severity=Severity.MEDIUM,
            fix=FIX,
            discriminator="filter",
            evidence=_status(scan, router),
        )
    # Those that command the door come first, so that they are told by name.
    ordered = sorted(listening, key=lambda d: d.role not in COMMANDING)
    told = ", ".join(_told(d) for d in ordered[:MOST_TOLD])
    more = f" and {len(ordered) - MOST_TOLD} more" if len(ordered) > MOST_TOLD else ""
    commanding = tuple(d for d in ordered if d.role in COMMANDING)
    certain = any(_is_routed(s.address) for d in commanding or ordered for s in d.open_services)
    return CHECK.fail(
        subject,
        title=f"{subject.name} does not filter IPv6, so that the internet reaches {told}{more}",
        severity=Severity.CRITICAL if commanding else Severity.HIGH,
        confidence=Confidence.CONFIRMED if certain else Confidence.LIKELY,
        fix=FIX,
        discriminator="filter",
        evidence=_status(scan, router),
    )


def _nothing_to_filter(scan: Scan, subject: Subject, router: Device | None) -> Finding:
    """The filter is off, and nobody showed an address that it could keep anybody from."""
    if missed := _missed(scan):
        because, how = missed
        return CHECK.unknown(
            subject,
            because=f"the router says that it does not filter IPv6, and {because}",
            how=f"{FIX} {how}",
        )
    return CHECK.fail(
        subject,
        title=f"{subject.name} does not filter IPv6; no device here has an IPv6 address that the internet routes",
        severity=Severity.INFO,
        why=(
            "The internet reaches nobody by IPv6 today. From the day that your provider gives out IPv6 addresses it "
            "reaches whatever listens."
        ),
        fix="Switch the IPv6 firewall on in the router's menu (often under internet, security or IPv6) before you use IPv6.",
        discriminator="filter",
        evidence=_status(scan, router),
    )


def _filtered(scan: Scan, gateway: Gateway | None) -> Finding:
    subject, router = subject_of(scan, gateway), device_of(scan, gateway)
    says_so, serves_pcp = _holes(gateway)
    if says_so or serves_pcp:
        return CHECK.fail(
            subject,
            title=f"{subject.name} filters IPv6, and lets devices open its filter; which did cannot be read",
            severity=Severity.LOW,
            confidence=Confidence.CONFIRMED if says_so else Confidence.LIKELY,
            fix=FIX_HOLES,
            discriminator="pinholes",
            evidence=(*_status(scan, router), *(scan.observed(router.key, "pcp.result") if router else ())),
        )
    title = f"{subject.name} says that it filters what comes in by IPv6"
    return CHECK.passed(subject, title=title, evidence=_status(scan, router))


def _holes(gateway: Gateway | None) -> tuple[bool, bool]:
    """Whether devices may open the filter by UPnP, as the router says; and whether it serves PCP, which is for that, too."""
    said = gateway.services if gateway is not None else GatewayServices()
    by_upnp = said.igd is not None and said.igd.inbound_pinhole_allowed is True
    return by_upnp, said.pcp is not None and said.pcp.result == PCP_SUCCESS


def _nobody(scan: Scan, gateway: Gateway | None) -> Finding:
    """No other device showed a global address: a pass where everybody was asked, and this computer has none either."""
    if _is_here(scan):
        why, how = _why_it_does_not_say(scan, gateway)
        return CHECK.unknown(
            subject_of(scan, gateway),
            because=f"{why}, and that cannot be seen from inside; this computer has a global address",
            how=f"{how} {HOW}".strip(),
        )
    if not others(scan) and not scan.personal_devices:
        return CHECK.not_applicable(NETWORK, because="no other device was seen")
    if missed := _missed(scan):
        return CHECK.unknown(NETWORK, because=missed[0], how=missed[1])
    return CHECK.passed(NETWORK, title="No device here has an IPv6 address that the internet routes")


def _missed(scan: Scan) -> tuple[str, str] | None:
    """Why somebody may have a global address although nobody showed one, and what would tell; None when nobody has."""
    if not any(a.stage == "discover.ndp" and a.outcome is Outcome.DONE for a in scan.attempts):
        return (
            "no device showed a global IPv6 address, and not everybody was asked for one",
            "Scan with root (sudo), from an interface that has IPv6: everybody is then asked by neighbour discovery.",
        )
    if scan.personal_devices:
        count = f"{scan.personal_devices} personal device{'s' * (scan.personal_devices != 1)}"
        return (
            f"no device showed a global IPv6 address, and {count} left out of this scan may have one",
            "Look in the Wi-Fi settings of a phone whether it has an IPv6 address that begins with 2 or 3.",
        )
    return None


def _is_here(scan: Scan) -> bool:
    """Whether this computer has a global address itself: then the network gives them out, whoever showed one."""
    own = (d for d in scan.devices if scan.vantage.address in d.addresses)
    return _is_routed(scan.vantage.address) or any(map(_is_global, own))


def _not_known(scan: Scan, gateway: Gateway | None, exposed: tuple[Device, ...]) -> Finding:
    listening = tuple(d for d in exposed if d.open_services)
    shown = (listening or exposed)[:MOST_TOLD]
    more = f" and {len(listening or exposed) - MOST_TOLD} more" if len(listening or exposed) > MOST_TOLD else ""
    whom = ", ".join(_told(d) for d in shown) if listening else names(shown)
    one = len(listening or exposed) == 1
    has = f"{whom}{more} {'has' if one else 'have'} {'a global address' if one else 'global addresses'}"
    why, how = _why_it_does_not_say(scan, gateway)
    return CHECK.unknown(
        subject_of(scan, gateway),
        because=f"{why}, and that cannot be seen from inside; {has}" + (f" and listen{'s' * one}" if listening else ""),
        how=f"{how} {HOW}".strip(),
    )


def _why_it_does_not_say(scan: Scan, gateway: Gateway | None) -> tuple[str, str]:
    """Why it is not known whether the router filters, and what would let netguard ask."""
    if gateway is not None and gateway.services.igd is not None:
        return "the router does not say whether it filters IPv6", ""
    if is_absent(scan):
        return "the router has no UPnP by which it could say whether it filters IPv6", ""
    because, how = why_not_asked(scan, "probe.igd")
    return f"the router did not say whether it filters IPv6 ({because})", how


def _told(device: Device) -> str:
    """A device and what listens on it: at its global addresses where it was asked there, else at whichever it was."""
    found = _listening(device)
    ports = ", ".join(dict.fromkeys(place(s) for s in found[:MOST_PORTS]))
    more = ", …" if len(found) > MOST_PORTS else ""
    return f"{names((device,))} ({ports}{more})"


def _listening(device: Device) -> tuple[Service, ...]:
    there = tuple(s for s in device.open_services if _is_routed(s.address))
    return there or device.open_services


def _is_routed(address: IPAddress) -> bool:
    return address.version == 6 and address in GLOBAL


def _is_global(device: Device) -> bool:
    return any(map(_is_routed, device.addresses))


def _status(scan: Scan, router: Device | None) -> tuple[Observation, ...]:
    """What the router said of its filter."""
    key = None if router is None else router.key
    return tuple(
        o
        for o in scan.observations
        if o.device == key and o.kind == "igd.answer" and str(o.value).startswith("GetFirewallStatus")
    )
