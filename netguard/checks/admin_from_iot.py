"""The admin page of a router or access point answers on the network that locks, hubs or gadgets are on.

| circumstance | severity |
|---|---|
| its login is known to be the factory's, or it has none at all | medium |
| anything else: whoever finds or hears its password can use it from there | low |

It is about the network that the scan was made from, and locks, hubs, alarms and gadgets that were seen on it. Certain where
the login page was recognised, or the port asks for HTTP authentication; likely where only the page that it leads to does.
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
from netguard.checks._logins import Login, Page
from netguard.checks._looked import absent, fix_on, names, others
from netguard.checks._segment import REFERENCES
from netguard.model.action import Remedy
from netguard.model.device import Device
from netguard.model.finding import Finding
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import DOOR_ROLES, HUB_ROLES, IOT_ROLES, Confidence, Needs, Role, Severity
from netguard.rules.loader import Rules

THINGS = DOOR_ROLES | HUB_ROLES | IOT_ROLES
"""What has no reason to open a router's menu."""

APART = (
    "Give locks and gadgets a network of their own that does not reach the router's menu; netguard plan proposes which, and "
    "netguard firewall writes the rules."
)

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
    found = _logins.login(scan, device, rules)
    admin = [(p, sure) for p in found.pages if (sure := _is_admin(p)) is not None]
    if admin:
        return _failed(device, subject, found, admin, things, rules)
    if found.pages:
        first = found.pages[0]
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


def _failed(
    device: Device,
    subject: Subject,
    found: Login,
    admin: list[tuple[Page, Confidence]],
    things: tuple[Device, ...],
    rules: Rules,
) -> Finding:
    places = ", ".join(page.place for page, _ in admin)
    sure = Confidence.CONFIRMED if any(s is Confidence.CONFIRMED for _, s in admin) else Confidence.LIKELY
    known = ", and its login is no secret" if found.known else ""
    return CHECK.fail(
        subject,
        title=f"{subject.name} shows its menu on the network that {names(_first(things))} are on ({places}){known}",
        severity=Severity.MEDIUM if found.known else Severity.LOW,
        confidence=sure,
        fix=fix_on(device, rules, CHECK.id, _fix(admin)),
        evidence=[
            o for page, _ in admin for o in page.evidence("login.says", "login.tried", "http.status", "http.realm")
        ],
    )


def _fix(admin: list[tuple[Page, Confidence]]) -> str:
    access = next((p.record.menus.access for p, _ in admin if p.record is not None and p.record.menus.access), None)
    return f"Let its menu be opened from your computers' network only: {access}. {APART}" if access else APART


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
