"""A router or access point still has the login that it left the factory with, or nobody has set it up.

| circumstance | on the router to the internet | on another router, access point or switch |
|---|---|---|
| it says that its password is the one it came with | critical | high |
| it says that nobody has set it up yet: whoever comes first owns it | critical | high |
| the factory's login, with a password, was tried and let in (`--logins`) | critical | high |

What a page says of itself is heard by every scan of depth standard or deep; logins are tried only where the person asked for
it. Passes when it says that its password was changed, or when the factory's logins that netguard knows were tried and
refused; the finding says which of the two. Unknown when its page is not recognised or looks like that of two families, when
it does not say and nothing was tried, when it refuses logins for a while, when only the factory's own login was refused and
others, providers or builders of firmware, ship the same pages with logins of their own, and when trying came to nothing
clear. Does not apply where no router or access point shows a page, to one that has no password at all, which is no-login, and
to families of which each unit comes with a password of its own on its label. It errs where
the factory's login is another one on this very unit (printed on its label, or the provider's) and was only tried and
refused, where what it came with is secret and unique and it still says "factory", and where a second account has kept its
password.
"""

from collections.abc import Iterator

from netguard.checks import _logins
from netguard.checks._contract import Check, Subject
from netguard.checks._logins import BACK_DOORS, Login, Page, as_part, password_fix
from netguard.checks._looked import fix_on
from netguard.model.device import Device
from netguard.model.finding import Finding
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import Severity
from netguard.rules.loader import Rules

FIX = "Log in and give it a password of your own that you use nowhere else."
SETUP_FIX = (
    "Open its page now, from a cable if you can, and finish its set-up with a password of your own. If somebody else has done "
    f"so before you, reset it to what it left the factory with, and begin again. {BACK_DOORS}"
)
BY_HAND = (
    "Log in with what its label or manual gives for it: if that is what everybody with this model has, and it still works, "
    "give it a password of your own."
)

CHECK = Check(
    id="default-login",
    title="Routers do not keep the login they came with",
    why=(
        "The login that a model comes with stands in its manual, and in the lists of every worm. Whoever has it sends the whole "
        "home where they want: other DNS servers, open ports, a way to the lock's bridge."
    ),
    remedy=_logins.OWN_PASSWORD,
    references=(
        "ETSI EN 303 645 V3.1.3, 5.1-1",
        "ETSI EN 303 645 V3.1.3, 5.1-4",
        "OWASP ISVS 1.0, 2.1.6",
        "CIS Controls v8.1, 4.7",
        "CWE-1392",
        "CWE-1393",
    ),
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding per router, access point or switch."""
    for device in _logins.devices(scan):
        yield _judged(scan, device, rules, past)
    yield from _logins.nobody(CHECK, scan, rules)


def _judged(scan: Scan, device: Device, rules: Rules, past: Past) -> Finding:
    found = _logins.login(scan, device, rules)
    subject = Subject.device(device)
    if not found.pages:
        return _logins.no_page(CHECK, scan, device)
    if found.none:
        return CHECK.not_applicable(subject, because=f"{subject.name} has no password at all; see no-login")
    if default := _default(found, subject):
        return _failed(scan, device, subject, rules, *default)
    return _passed(found, subject) or _rest(scan, device, subject, found, past)


def _passed(found: Login, subject: Subject) -> Finding | None:
    if said := found.where("login.says", "set"):
        title = f"{subject.name} says that its password is no longer the one it came with ({said.place})"
        return CHECK.passed(subject, title=title, evidence=said.evidence("login.says"))
    tried, record = found.refused or (None, None)
    if tried is not None and record is not None and not record.derived:
        title = f"{subject.name} refused the factory's login when it was tried ({tried.place}); no other was tried"
        return CHECK.passed(subject, title=title, evidence=tried.evidence("login.tried"))
    return None


def _rest(scan: Scan, device: Device, subject: Subject, found: Login, past: Past) -> Finding:
    if record := next((p.record for p in found.pages if p.record is not None and not p.record.shared), None):
        because = f"{subject.name} has no login that others of its kind share: {as_part(record.factory)}"
        return CHECK.not_applicable(subject, because=because)
    if found.refused is not None:
        _, record = found.refused
        return CHECK.unknown(
            subject,
            because=(
                f"it refused the login that {record.name} is known to come with, but others ship the same pages with "
                "logins of their own, which netguard does not try"
            ),
            how=f"{BY_HAND} {_logins.menu(record)}",
        )
    return _logins.concluded(CHECK, device, _logins.why_unknown(scan, device, found, BY_HAND, past))


def _failed(scan: Scan, device: Device, subject: Subject, rules: Rules, page: Page, title: str) -> Finding:
    is_new = page.value("login.says") == "setup"
    return CHECK.fail(
        subject,
        title=title,
        severity=Severity.CRITICAL if _logins.is_gateway(scan, device) else Severity.HIGH,
        fix=fix_on(device, rules, CHECK.id, SETUP_FIX) if is_new else password_fix(device, rules, CHECK.id, page, FIX),
        evidence=page.evidence("login.says", "login.tried", "login.account"),
    )


def _default(found: Login, subject: Subject) -> tuple[Page, str] | None:
    """Where the factory's password is seen to work, or nobody has set one, and what is said of it."""
    if page := found.accepted:
        account = page.value("login.account")
        whom = f"the account “{account}” with the password it came with" if account else "the password it came with"
        return page, f"{subject.name} lets in {whom} ({page.place})"
    if page := found.where("login.says", "factory"):
        return page, f"{subject.name} says that its password is the one it came with ({page.place})"
    if page := found.where("login.says", "setup"):
        return page, f"{subject.name} says that nobody has set it up yet ({page.place}): whoever comes first owns it"
    return None
