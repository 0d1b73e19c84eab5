"""A router, access point or switch has no password at all.

| circumstance | severity |
|---|---|
| its page says that no password is set | critical |
| what its page protects was shown to somebody without a login (`--logins`) | critical |
| the factory's login, which has an empty password, was tried and let in (`--logins`) | critical |

Passes when its page says that a password is set, or that it is the factory's, when it asks for one as its family does only
where there is one, and when factory logins were tried and refused, or let in by a password: then it asked for one. Unknown
when its page is not recognised or looks like that of two families, when it does not say and nothing was tried, when it
refuses logins for a while, when only a factory login with a password was refused and others, providers or builders of
firmware, ship the same pages with logins of their own, and when trying came to nothing clear. Does not apply where no router
or access point shows a page, and to one that nobody has set up yet, which is default-login. A command line that SSH or telnet
gives to anybody is iot-management-port's and telnet-open's to say. It errs where the page is open to this computer alone, by
a rule of its owner's, and where a second page asks for nothing.
"""

from collections.abc import Iterator

from netguard.checks import _logins
from netguard.checks._contract import Check, Subject
from netguard.checks._logins import Login, Page, password_fix
from netguard.model.device import Device
from netguard.model.finding import Finding
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import Severity
from netguard.rules.loader import Rules

FIX = "Give it a password of your own that you use nowhere else."
BY_HAND = (
    "Open its page in a private window of your browser: if it shows its settings without asking, give it a password."
)
EMPTY_BY_HAND = (
    "Try once by hand whether it lets you in with the password left empty: if it does, give it one of your own."
)

CHECK = Check(
    id="no-login",
    title="No router is open to anybody",
    why=(
        "Without a password nobody needs to break in: whatever is on the network, a guest's phone or a web page's program in a "
        "browser, commands the router, and with it what may reach the lock's bridge."
    ),
    remedy=_logins.OWN_PASSWORD,
    references=(
        "ETSI EN 303 645 V3.1.3, 5.1-1",
        "ETSI EN 303 645 V3.1.3, 5.5-5",
        "OWASP ISVS 1.0, 2.1.3",
        "CIS Controls v8.1, 4.7",
        "CWE-258",
        "CWE-306",
    ),
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding per router, access point or switch."""
    for device in _logins.devices(scan):
        found = _logins.login(scan, device, rules)
        subject = Subject.device(device)
        page = found.none
        yield _failed(device, subject, page, rules) if page is not None else _rest(scan, device, subject, found, past)
    yield from _logins.nobody(CHECK, scan, rules)


def _failed(device: Device, subject: Subject, page: Page, rules: Rules) -> Finding:
    return CHECK.fail(
        subject,
        title=f"{subject.name} {_how(page)} ({page.place})",
        severity=Severity.CRITICAL,
        fix=password_fix(device, rules, CHECK.id, page, FIX),
        evidence=page.evidence("login.says", "login.tried", "login.account", "login.empty"),
    )


def _how(page: Page) -> str:
    if page.value("login.says") == "none":
        return "says that it has no password"
    if page.value("login.tried") == "open":
        return "shows its settings to anybody, without a login"
    account = page.value("login.account")
    return f"lets in the account “{account}” without a password" if account else "lets anybody in without a password"


def _rest(scan: Scan, device: Device, subject: Subject, found: Login, past: Past) -> Finding:
    if not found.pages:
        return _logins.no_page(CHECK, scan, device)
    if found.where("login.says", "setup"):
        return CHECK.not_applicable(subject, because=f"nobody has set {subject.name} up yet; see default-login")
    if page := found.where("login.says", "set", "factory"):
        title = f"{subject.name} says that it has a password ({page.place})"
        return CHECK.passed(subject, title=title, evidence=page.evidence("login.says"))
    refused, record = found.refused or (None, None)
    shows = refused if record is not None and record.refusal_shows_a_password else None
    if page := found.where("login.says", "asks") or found.accepted or shows:
        title = f"{subject.name} asks for a password ({page.place})"
        return CHECK.passed(subject, title=title, evidence=page.evidence("login.says", "login.tried"))
    if record is not None:
        because = f"it refused the login that {record.name} is known to come with; an empty password was not tried"
        return CHECK.unknown(subject, because=because, how=f"{EMPTY_BY_HAND} {_logins.menu(record)}")
    return _logins.concluded(CHECK, device, _logins.why_unknown(scan, device, found, BY_HAND, past))
