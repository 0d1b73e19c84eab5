"""The admin page of a router or access point answers on the network that locks, hubs or gadgets are on.

| circumstance | severity |
|---|---|
| its page, or what programs set it up by (TR-064), answers there | low |

Whoever finds or hears its password can use it from there; that it has none, or the factory's, is default-login's and no-login's
to say. It is about the network that the scan was made from, and locks, hubs, alarms and gadgets that were seen on it. Certain where
the login page was recognised, the port asks for HTTP authentication, or TR-064 answered; likely where only the page that it leads
to asks.
Passes when a lock, hub or gadget was seen there, the ports of HTTP and HTTPS were asked, and no page of the device answers.
Unknown when no lock, hub or gadget was seen on the network that was looked from, though one is declared or something is not
identified; when a page is not recognised; and when these ports were not asked. Does not apply without a router or access point, or
where everything that was seen is identified and none of it is a lock, hub or gadget. It errs where the router lets this
computer open its page and nobody else, where its page answers at another address only, and where a gadget is taken for
something else.
"""

from collections.abc import Iterator

from netguard.checks import _logins
from netguard.checks._contract import Check, Subject
from netguard.checks._logins import Page
from netguard.checks._looked import absent, fix_on, names, others
from netguard.checks._segment import REFERENCES
from netguard.model.action import Remedy
from netguard.model.device import Device
from netguard.model.finding import Finding
from netguard.model.observation import Observation
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import DOOR_ROLES, HUB_ROLES, IOT_ROLES, Confidence, Needs, Role, Severity, Transport
from netguard.rules.loader import Rules

THINGS = DOOR_ROLES | HUB_ROLES | IOT_ROLES
"""What has no reason to open a router's menu."""

APART = (
    "Give locks and gadgets a network of their own that does not reach the router's menu; netguard plan proposes which, and "
    "netguard firewall writes the rules."
)

PROGRAMS = (
    "If no app of yours needs it, switch off that programs may set it up (FRITZ!Box: Home Network > Network > Network Settings > "
    "Allow access for applications)."
)
"""The menu as fritzconnection's documentation, "Introduction", has it."""

CHECK = Check(
    id="admin-from-iot",
    title="Locks and gadgets cannot open the router's menu",
    why=(
        "No lock, hub or gadget needs the router's menu. Where it answers them, one that is taken over can try passwords there "
        "day and night, use a fault of the page, or show somebody's browser the way to it."
    ),
    remedy=Remedy(
        group="admin-access",
        title="Keep locks and gadgets away from the menu of {device}",
        needs=Needs.MENU,
        intent="deny-flow",
        loses=("opening the menu from the network that locks and gadgets are on",),
    ),
    references=(*REFERENCES, "CWE-284"),
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding per router, access point or switch."""
    seen = others(scan)
    things = tuple(d for d in seen if d.role in THINGS)
    for device in _logins.devices(scan):
        yield _judged(scan, device, things, rules) if things else _not_from_there(scan, device, seen)
    yield from _logins.nobody(CHECK, scan, rules)


def _judged(scan: Scan, device: Device, things: tuple[Device, ...], rules: Rules) -> Finding:
    subject = Subject.device(device)
    pages = _logins.pages(scan, device, rules)
    admin = [(p, sure) for p in pages if (sure := _is_admin(p)) is not None]
    for_programs = _for_programs(scan, device)
    if admin or for_programs:
        return _failed(device, subject, admin, for_programs, things, rules)
    if pages:
        first = pages[0]
        return CHECK.unknown(
            subject,
            because=f"its page ({first.place}) was not recognised, so whether that is its menu was not seen",
            how=f"Open it in a browser. If it is its menu: {APART}",
        )
    if missed := _logins.gap(scan, device, ()):
        return _logins.concluded(CHECK, device, missed)
    return CHECK.passed(subject, title=f"{subject.name} shows no page on the network that {names(things)} are on")


def _is_admin(page: Page) -> Confidence | None:
    return Confidence.CONFIRMED if page.recognised else _logins.asks_by_http(page)


def _for_programs(scan: Scan, device: Device) -> tuple[Observation, ...]:
    """That TR-064 answered, by port."""
    ports = {s.port for s in device.open_services if s.transport is Transport.TCP}
    return tuple(
        o for o in scan.observations
        if o.device == device.key and o.kind == "tr064.answer" and o.value is True and o.port in ports
    )  # fmt: skip


def _failed(
    device: Device,
    subject: Subject,
    admin: list[tuple[Page, Confidence]],
    for_programs: tuple[Observation, ...],
    things: tuple[Device, ...],
    rules: Rules,
) -> Finding:
    places = ", ".join((*(page.place for page, _ in admin), *(f"TR-064 on tcp/{o.port}" for o in for_programs)))
    sure = for_programs or any(s is Confidence.CONFIRMED for _, s in admin)
    what = "shows its menu" if admin else "lets programs set it up, after a login,"
    return CHECK.fail(
        subject,
        title=f"{subject.name} {what} on the network that {names(_first(things))} are on ({places})",
        severity=Severity.LOW,
        confidence=Confidence.CONFIRMED if sure else Confidence.LIKELY,
        fix=fix_on(device, rules, CHECK.id, _fix(admin, programs=bool(for_programs))),
        evidence=[
            *(o for page, _ in admin for o in page.evidence("http.status", "http.realm")),
            *for_programs,
        ],
    )


def _fix(admin: list[tuple[Page, Confidence]], *, programs: bool) -> str:
    access = next((p.record.menus.access for p, _ in admin if p.record is not None and p.record.menus.access), None)
    only = (f"Let its menu be opened from your computers' network only: {access}.",) if access else ()
    return " ".join((*only, *((PROGRAMS,) if programs else ()), APART))


def _first(things: tuple[Device, ...]) -> tuple[Device, ...]:
    """Locks and their bridges first: it is about them."""
    return tuple(sorted(things, key=lambda d: (d.role not in DOOR_ROLES, d.role not in HUB_ROLES)))


def _not_from_there(scan: Scan, device: Device, seen: tuple[Device, ...]) -> Finding:
    subject = Subject.device(device)
    expected = absent(scan, DOOR_ROLES | HUB_ROLES)
    unidentified = sum(d.role is Role.UNKNOWN for d in seen)
    if not expected and not unidentified:
        return CHECK.not_applicable(
            subject, because="no lock, hub or gadget was seen on the network that was looked from"
        )
    because = "no lock, hub or gadget was recognised on the network that was looked from, and " + (
        f"what is declared ({names(expected)}) was not seen"
        if expected
        else f"{unidentified} device{'s' * (unidentified != 1)} could not be identified"
    )
    how = "If locks and gadgets have a network of their own, scan from there."
    return CHECK.unknown(subject, because=because, how=how)
