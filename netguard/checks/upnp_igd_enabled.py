"""The router lets anything on the network open ports to the internet by UPnP, without asking anybody.

| circumstance | severity |
|---|---|
| it does, and a lock, hub or alarm is on the network, or something unidentified | medium |
| it does, elsewhere | low |
| it says that who asks must be authorised, or refused the test mapping that `--upnp-active` asked for | info |

Certain where it answered the questions about its connection, or granted the test mapping; likely where it only describes
itself as a router that opens ports. Where the test mapping was not seen to be gone again, that is said first. Passes when it was asked for UPnP in every known way and offers none. Unknown when it
was not asked or did not answer. Does not apply to a network without a router to the internet. It errs where the router
describes what it then refuses to everybody: without `--upnp-active` that is not tried.
"""

from collections.abc import Iterator

from netguard.checks._contract import Check, Subject
from netguard.checks._gateways import own, subject_of
from netguard.checks._looked import others
from netguard.checks._mappings import REFERENCES, is_absent, why
from netguard.checks._services import COMMANDING
from netguard.checks._upnp import UPNP_OFF
from netguard.model.finding import Finding
from netguard.model.gateway import Gateway, Igd
from netguard.model.observation import Observation
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import Confidence, Role, Severity
from netguard.rules.loader import Rules

OPENERS = ("WANIPConnection", "WANPPPConnection")
"""The services by which ports are opened (UPnP Forum, WANIPConnection:1 and :2, WANPPPConnection:1)."""

NOT_AUTHORISED = "606"
"""UPnP's error "Action not authorized" (UPnP Device Architecture 2.0, 3.2.5). Other errors of a test mapping (no room,
no leases, a conflict) do not show that the router asks anybody who they are."""

FIX = (
    "Switch UPnP off in the router's menu (often under NAT, port forwarding or advanced settings), and forward by hand what "
    "you need. Where only a console needs it, some routers let you allow it to that one device. What is open already stays "
    "open on many routers until they are restarted: look at the list afterwards."
)

LEFT = (
    "What netguard asked it for as a test could not be seen to be gone again. It leads to a port of this computer that nobody "
    "listens on, and ends by itself after two minutes where the router keeps to that: look with netguard upnp list after "
    "another scan for what is called netguard-selftest, and close it with netguard upnp remove. "
)

CHECK = Check(
    id="upnp-igd-enabled",
    title="Nothing can open the home to the internet unasked",
    why=(
        "UPnP asks nobody: any gadget, app or web page's malware at home can open a port from the internet to itself, and on "
        "many routers to any other device, the lock's bridge included."
    ),
    remedy=UPNP_OFF,
    references=(*REFERENCES, "CWE-306"),
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """Exactly one finding, about the router that the way to the internet leads through."""
    gateway = own(scan)
    subject = subject_of(scan, gateway)
    if scan.vantage.gateway is None:
        yield CHECK.not_applicable(subject, because="this network has no router that leads to the internet")
        return
    igd = gateway.services.igd if gateway is not None else None
    if gateway is not None and igd is not None and _opens(igd):
        yield _enabled(scan, gateway, igd, subject)
    elif gateway is not None and igd is not None:
        yield CHECK.passed(subject, title=f"{subject.name} speaks UPnP, but offers nothing to open ports by")
    elif evidence := is_absent(scan):
        yield CHECK.passed(subject, title=f"{subject.name} offers no UPnP to open ports by", evidence=evidence)
    else:
        because, how = why(scan)
        yield CHECK.unknown(subject, because=because, how=how)


def _opens(igd: Igd) -> bool:
    return bool(igd.inbound_pinhole_allowed) or any(name in service for service in igd.services for name in OPENERS)


def _enabled(scan: Scan, gateway: Gateway, igd: Igd, subject: Subject) -> Finding:
    tried = scan.observed(gateway.device, "igd.self-mapping")
    granted, refused = _came_of(tried)
    answers = scan.observed(gateway.device, "igd.answer")
    guarded = igd.listed == "refused" or (refused and not granted)
    left = any(o.value == "left" for o in tried)
    said = " (asked to forward a port to this computer, it did so at once)" if granted else ""
    if left:
        said = ", and the port that netguard had it open as a test may still be open"
    elif guarded:
        said = ", but refused what netguard asked of it" if refused else ", but asks for authorisation"
    return CHECK.fail(
        subject,
        title=f"{subject.name} opens ports to the internet for whoever asks by UPnP{said}",
        severity=_severity(scan, guarded=guarded),
        why=f"{CHECK.why}{_over_ipv6(igd)}",
        fix=f"{LEFT}{FIX}" if left else FIX,
        confidence=Confidence.CONFIRMED if answers or granted or igd.listed is not None else Confidence.LIKELY,
        evidence=(*answers, *tried),
    )


def _came_of(tried: tuple[Observation, ...]) -> tuple[bool, bool]:
    """Whether one test mapping was granted, and whether one was refused."""
    granted = any(o.value in {"accepted", "left"} for o in tried)
    return granted, any(str(o.value) == NOT_AUTHORISED for o in tried)


def _over_ipv6(igd: Igd) -> str:
    if igd.inbound_pinhole_allowed:
        return " It opens IPv6 addresses in the same way, and cannot be asked which are open."
    return ""


def _severity(scan: Scan, *, guarded: bool) -> Severity:
    if guarded:
        return Severity.INFO
    at_stake = any(d.role in COMMANDING | {Role.UNKNOWN} for d in others(scan)) or any(
        d.declared and d.role in COMMANDING for d in scan.devices
    )
    return Severity.MEDIUM if at_stake else Severity.LOW
