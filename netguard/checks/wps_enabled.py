"""An own access point has WPS on, by which devices join without the password.

| circumstance | severity |
|---|---|
| WPS is on and announces that a PIN lets devices in, and it is not locked | high |
| WPS is on and announces a PIN, and that it is locked just now | medium |
| WPS is on, and whether its PIN is offered is not visible from here | medium |
| the router or an access point answers for WPS on the home network itself (UPnP service WFAWLANConfig) | medium |
| WPS is on, by push button only as far as it announces | low |
| WPS is on where it has nothing to give: WPA3 alone, or 6 GHz | low |
| somebody is being let in by WPS just now | info |

One finding for each access point and band; what its device answers on the home network joins it, and has one of its own
where the air says nothing: for a router or access point, for what an own network comes out of or this computer's way to the
internet leads through, and (possible only) for what is unidentified. The PIN is announced as label, display or keypad; which of these are for a PIN that lets others
in differs between versions 1 and 2 of WPS, and makers keep to neither, so it says "announced" and never "proven". Passes
when no access point and band of the network has WPS. Unknown when no Wi-Fi was looked at, none can be told to be yours, or
what was used to look cannot tell WPS (netsh, nmcli, system_profiler and airodump never do). It errs where a menu says off
and the access point still announces it, and where one is on that announces nothing; no answer on the home network proves
nothing.
"""

from collections.abc import Iterator

from netguard.checks._contract import Check, Subject
from netguard.checks._looked import fix_on, others
from netguard.checks._services import Fine
from netguard.checks._upnp import is_the_router
from netguard.checks._wifi import NEWEST, WPS_OFF, Air, Verdict, address, comes_out_of, failed, judge_networks, unseen
from netguard.model.device import Device
from netguard.model.finding import Finding
from netguard.model.observation import Observation
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import Confidence, Role, WpsMethod
from netguard.model.wifi import BasicServiceSet, Wps
from netguard.rules.loader import Rules
from netguard.rules.schema import WifiState

PIN = frozenset({WpsMethod.LABEL, WpsMethod.DISPLAY, WpsMethod.KEYPAD})
"""Ways that use a PIN (Wi-Fi Simple Configuration, table "Configuration Methods")."""

ON_THE_WIRE = ("urn:schemas-wifialliance-org:service:wfawlanconfig:", "urn:schemas-wifialliance-org:device:wfadevice:")
"""What answers for WPS by UPnP (WFAWLANConfig:1 service template), in small letters and without the version."""

WIRE_KINDS = ("ssdp.type", "upnp.service", "upnp.device-type")
ACCESS_POINTS = frozenset({Role.ROUTER, Role.ACCESS_POINT})

CHECK = Check(
    id="wps-enabled",
    title="WPS is off",
    why=(
        "WPS lets a device join without the Wi-Fi's password. Its PIN can be tried out from the street in hours, and then "
        "the password itself is handed over, however long it is."
    ),
    remedy=WPS_OFF,
    references=(
        "OWASP ISVS 1.0, 4.4.4",
        "ETSI EN 303 645 V3.1.3, 5.6-1",
        "CIS Controls v8.1, 4.8",
        "CWE-307",
        "CVE-2011-5053",
        "https://www.kb.cert.org/vuls/id/723755",
    ),
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding per access point and band with WPS, or one per network that says why there is none."""
    air = Air.of(scan)
    answers = [(d, facts) for d in others(scan) if (facts := _answers(scan, d)) and _may_be_access_point(air, d)]
    joined: dict[str, tuple[Observation, ...]] = {}
    alone: list[tuple[Device, tuple[Observation, ...]]] = []
    for device, facts in answers:
        announcing = [b for b in air.mine if b.wps and b.wps.present and comes_out_of(b, device)]
        joined.update({address(b): facts for b in announcing})
        if not announcing:
            alone.append((device, facts))

    def one(bss: BasicServiceSet) -> Verdict | tuple[Finding, ...]:
        wps = bss.wps
        if wps is None or wps.present is None:
            return unseen(bss, "whether WPS is on")
        if not wps.present:
            return Fine(what="announces no WPS")
        return _announced(air, rules, bss, wps, joined.get(address(bss), ()))

    yield from judge_networks(CHECK, air, one, passed="announces no WPS")
    for device, facts in alone:
        yield _alone(air, rules, device, facts)


def _announced(
    air: Air, rules: Rules, bss: BasicServiceSet, wps: Wps, wire: tuple[Observation, ...]
) -> tuple[Finding, ...]:
    state, said = _state(bss, wps)
    severity = rules.wifi.grade(state).severity
    worse = rules.wifi.grade("wps-wire").severity
    if wire and not severity.at_least(worse):
        state, severity = "wps-wire", worse
    if wire:
        said = f"{said}, and it answers for WPS on the home network, too"
    found = [failed(CHECK, air, rules, bss, state, said, severity=severity, evidence=wire)]
    if wps.active:
        found.append(failed(CHECK, air, rules, bss, "wps-active", "lets somebody in by WPS just now", also="active"))
    return tuple(found)


def _state(bss: BasicServiceSet, wps: Wps) -> tuple[WifiState, str]:
    """How it is graded, and what is said of it."""
    if bss.security in NEWEST or bss.band == "6":
        return "wps-no-use", "has WPS on, where it has nothing to give"
    if wps.methods is None:
        return "wps-pin-unseen", "has WPS on; whether its PIN is offered is not visible from here"
    if not PIN.intersection(wps.methods):
        return "wps-push-button", "has WPS on, and announces no PIN"
    old = ", in its version 1.0, which knows no lock against trying" if wps.version == "1.0" else ""
    if wps.locked:
        return "wps-pin-locked", f"has WPS on and announces its PIN, locked just now{old}"
    return "wps-pin", f"has WPS on and announces its PIN{old}"


def _answers(scan: Scan, device: Device) -> tuple[Observation, ...]:
    """What `device` answered for WPS on the home network; a question for it, which Windows asks, is no such fact."""
    return tuple(
        o
        for o in scan.observed(device.key, *WIRE_KINDS)
        if isinstance(o.value, str) and o.value.casefold().startswith(ON_THE_WIRE)
    )


def _is_access_point(air: Air, device: Device) -> bool:
    """Whether the home's Wi-Fi comes out of `device`, by its role, its place or its hardware address."""
    return (
        device.role in ACCESS_POINTS
        or is_the_router(air.scan, device)
        or any(comes_out_of(bss, device) for bss in air.mine)
    )


def _may_be_access_point(air: Air, device: Device) -> bool:
    """A television or a computer answers so too, when it waits to be let in: it hands out nothing."""
    return device.role is Role.UNKNOWN or _is_access_point(air, device)


def _alone(air: Air, rules: Rules, device: Device, facts: tuple[Observation, ...]) -> Finding:
    grade = rules.wifi.grade("wps-wire")
    subject = Subject.device(device)
    return CHECK.fail(
        subject,
        title=f"{subject.name} answers for WPS on the home network",
        severity=grade.severity,
        confidence=Confidence.CONFIRMED if _is_access_point(air, device) else Confidence.POSSIBLE,
        why=grade.why,
        fix=fix_on(device, rules, CHECK.id, grade.fix),
        discriminator="WFAWLANConfig",
        evidence=facts,
    )
