"""The admin page of a router or access point is reached without encryption.

| circumstance | severity |
|---|---|
| its login page, or a page that asks for HTTP authentication, without TLS, and no encrypted page beside it | medium |
| the same, and it has an encrypted page as well | low |

Certain where a login page was recognised, or the port itself asks for HTTP authentication; likely where only the page that it
leads to does. A port that only leads on to an encrypted page is no admin page, and the one by which the provider manages the
router (TR-069) is another check's. Passes when a page was recognised and each page that was seen is encrypted. Unknown when a
page without TLS is not recognised, so that nobody can say whether it asks for a password, and when the ports of HTTP and
HTTPS were not asked. Does not apply where no router or access point shows a page. It errs where the page encrypts the
password by a script of its own, where its owner opens the encrypted page only, and where a page leads on to the encrypted one
by a script.
"""

from collections.abc import Iterator

from netguard.checks import _logins
from netguard.checks._contract import Check, Subject
from netguard.checks._logins import Page
from netguard.checks._looked import fix_on
from netguard.model.action import Remedy
from netguard.model.device import Device
from netguard.model.finding import Finding
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import Confidence, Needs, Severity
from netguard.rules.loader import Rules

GENERAL = "Look in its menu, under administration or remote management, for HTTPS, and switch plain HTTP off there."
WITHOUT = "Where it has none, change its settings from a computer on its cable only."
BESIDE = "Open its menu by https:// from now on, and let the page without encryption lead there or switch it off."

CHECK = Check(
    id="login-cleartext",
    title="The router's menu is opened through encryption",
    why=(
        "Without encryption the password of the router crosses the network as it is typed, or as something that works just as "
        "well. Any infected gadget that listens on the way, or poses as the router, has it from then on."
    ),
    remedy=Remedy(
        group="encrypt-menu",
        title="Open the menu of {device} through encryption only",
        needs=Needs.MENU,
        intent="disable-feature",
        loses=(
            "a browser warns once of the router's own certificate, and programs that use its plain page need the other",
        ),
    ),
    references=("ETSI EN 303 645 V3.1.3, 5.5-1", "OWASP ISVS 1.0, 4.1.1", "CIS Controls v8.1, 3.10", "CWE-319"),
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding per admin page without encryption, and one per device that says why there is none."""
    for device in _logins.devices(scan):
        subject = Subject.device(device)
        found = _logins.pages(scan, device, rules)
        plain = [(p, sure) for p in found if not p.encrypted and (sure := _is_admin(p)) is not None]
        beside = any(p.encrypted for p in found)
        for page, sure in plain:
            yield _failed(device, subject, page, sure, rules, beside=beside)
        if not plain:
            yield _rest(scan, device, subject, found)
    yield from _logins.nobody(CHECK, scan, rules)


def _is_admin(page: Page) -> Confidence | None:
    """How sure it is that a password is typed there; null where that is not seen."""
    return Confidence.CONFIRMED if page.recognised else _logins.asks_by_http(page)


def _failed(device: Device, subject: Subject, page: Page, sure: Confidence, rules: Rules, *, beside: bool) -> Finding:
    menu = page.record.menus.encryption if page.record is not None else None
    how = (
        f"Switch HTTPS on, and plain HTTP off if it can be. In its menu: {menu}."
        if menu
        else f"{GENERAL} {'' if beside else WITHOUT}".strip()
    )
    title = f"{subject.name} asks for its password without encryption ({page.place})"
    return CHECK.fail(
        subject,
        title=title + (", beside an encrypted page" if beside else ""),
        severity=Severity.LOW if beside else Severity.MEDIUM,
        confidence=sure,
        fix=fix_on(device, rules, CHECK.id, f"{BESIDE} {how}" if beside else how),
        discriminator=page.place,
        evidence=page.evidence("login.encrypted", "http.status", "http.realm"),
    )


def _rest(scan: Scan, device: Device, subject: Subject, found: tuple[Page, ...]) -> Finding:
    if not found:
        return _logins.no_page(CHECK, scan, device)
    unclear = next((p for p in found if not p.encrypted), None)
    if unclear is not None:
        what = "looks like those of several families" if unclear.families else "was not recognised"
        return CHECK.unknown(
            subject,
            because=f"its page without encryption ({unclear.place}) {what}, so whether it asks for a password was not seen",
            how="Open it in a browser, by http:// and the port: if it asks for a password there, look in its menu for HTTPS.",
        )
    if missed := _logins.gap(scan, device, found):
        return _logins.concluded(CHECK, device, missed)
    recognised = [p for p in found if p.recognised or _logins.asks_by_http(p)]
    if not recognised:
        return CHECK.unknown(
            subject,
            because=f"none of its pages ({', '.join(p.place for p in found)}) was recognised as the one that asks for its password",
            how="Open its menu as you always do: the address in the browser has to begin with https://.",
        )
    places = ", ".join(p.place for p in found)
    return CHECK.passed(
        subject,
        title=f"{subject.name} shows its pages through encryption only ({places})",
        evidence=[o for p in found for o in p.evidence("login.encrypted", "tls.version")],
    )
