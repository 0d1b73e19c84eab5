"""Login pages of routers and access points: shared by the checks that judge how they are guarded."""

from collections.abc import Iterator
from dataclasses import dataclass

from netguard.checks._contract import Check, Subject
from netguard.checks._gateways import device_of, own
from netguard.checks._looked import NETWORK, absent, asked, fix_on, not_seen, others, why_not_asked
from netguard.checks._services import Unclear, place, port_rule, tried
from netguard.model.action import Remedy
from netguard.model.device import Device, Service
from netguard.model.finding import Finding
from netguard.model.observation import Observation
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import INFRASTRUCTURE_ROLES, Confidence, Depth, Ended, Needs, Outcome, Transport
from netguard.rules.loader import Rules
from netguard.rules.logins import LoginFamily

KINDS = frozenset({"login.family", "login.encrypted", "login.says", "login.tried", "login.account", "login.empty"})

LOOKS, TRIES = "probe.logins", "probe.login-attempts"
"""Stages: asking a page of which family it is, and trying its factory logins."""

USUAL_PORTS = frozenset({80, 443})
"""HTTP and HTTPS (IANA): asked before it is said that a device has no page."""

REDIRECTS = range(300, 400)
SHOWS = frozenset({200, 401, 403})
"""What a page answers that is there, with or without a login (RFC 9110, 15); UPnP's and other interfaces answer 404."""

UNAUTHORISED = 401
"""It asks for HTTP authentication (RFC 9110, 15.5.2)."""

LOGINS = "netguard scan --logins"

NO_MENU = "system, administration or security"
"""Where most menus have it, for whatever netguard has no record of."""

OWN_PASSWORD = Remedy(
    group="router-login",
    title="Give {device} a password of your own",
    needs=Needs.MENU,
    intent="change-credential",
    loses=("whoever administers it needs the new password",),
)

BACK_DOORS = (
    "Look afterwards whether its DNS servers, forwarded ports and remote access are as you want them: whoever was in before you "
    "may have changed them."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One TCP port of a device that shows a page, and what is known of its login."""

    service: Service
    families: tuple[str, ...]
    """One where it was recognised; none, or several, where it was not."""
    record: LoginFamily | None
    """That of its family; null also where these rules have none of that id."""
    encrypted: bool
    facts: tuple[Observation, ...]

    @property
    def recognised(self) -> bool:
        """Whether it is known whose login page it is."""
        return len(self.families) == 1

    @property
    def place(self) -> str:
        """`tcp/80`."""
        return place(self.service)

    def value(self, kind: str) -> object:
        """What is known of this kind; null where that is nothing."""
        return next((o.value for o in self.facts if o.kind == kind), None)

    def evidence(self, *kinds: str) -> tuple[Observation, ...]:
        """What was learnt of these kinds, with whose page it is."""
        return tuple(o for o in self.facts if o.kind in {*kinds, "login.family"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """What is known of the login of one device, over all pages that were recognised."""

    pages: tuple[Page, ...]

    def where(self, kind: str, *values: object) -> Page | None:
        """The first recognised page at which `kind` has one of `values`."""
        return next((p for p in self.pages if p.recognised and p.value(kind) in values), None)

    @property
    def none(self) -> Page | None:
        """Where it is seen that there is no password."""
        accepted = self.where("login.tried", "accepted")
        empty = accepted if accepted is not None and accepted.value("login.empty") is True else None
        return self.where("login.says", "none") or self.where("login.tried", "open") or empty

    @property
    def accepted(self) -> Page | None:
        """Where a factory login with a password was let in."""
        page = self.where("login.tried", "accepted")
        return page if page is not None and page.value("login.empty") is not True else None

    @property
    def refused(self) -> tuple[Page, LoginFamily] | None:
        """Where factory logins were refused, and the family that says which ones; null where that is not known here."""
        page = self.where("login.tried", "refused")
        return (page, page.record) if page is not None and page.record is not None else None


def devices(scan: Scan) -> tuple[Device, ...]:
    """Routers, access points and switches that were seen."""
    return tuple(d for d in others(scan) if d.role in INFRASTRUCTURE_ROLES)


def nobody(check: Check, scan: Scan, rules: Rules) -> Iterator[Finding]:
    """What is said where there is nothing to judge, and of each declared one that was not seen."""
    if not devices(scan) and not absent(scan, INFRASTRUCTURE_ROLES):
        yield check.not_applicable(NETWORK, because="no router or access point was recognised")
    yield from not_seen(check, scan, INFRASTRUCTURE_ROLES, rules)


def is_gateway(scan: Scan, device: Device) -> bool:
    """Whether the way to the internet leads through `device`."""
    hop = scan.vantage.gateway
    is_hop = hop is not None and (hop.address in device.addresses or (hop.mac is not None and hop.mac == device.mac))
    return is_hop or device == device_of(scan, own(scan))


def login(scan: Scan, device: Device, rules: Rules) -> Login:
    """What is known of the login of `device`."""
    return Login(pages=pages(scan, device, rules))


def pages(scan: Scan, device: Device, rules: Rules) -> tuple[Page, ...]:
    """The pages of `device`, by port. What only leads to an encrypted one, or is for the provider, is none."""
    services = {s.port: s for s in device.open_services if s.transport is Transport.TCP}
    made = []
    for port, service in sorted(services.items()):
        facts = _facts(scan, device, port)
        families = tuple(sorted({str(o.value) for o in facts if o.kind == "login.family"}))
        rule = port_rule(rules, service)
        if not families and ((rule is not None and rule.manages == "provider") or not _shows(port, facts)):
            continue
        made.append(
            Page(
                service=service,
                families=families,
                record=rules.logins.get(families[0]) if len(families) == 1 else None,
                encrypted=_encrypted(facts),
                facts=facts,
            )
        )
    return tuple(made)


def _facts(scan: Scan, device: Device, port: int) -> tuple[Observation, ...]:
    return tuple(
        o
        for o in scan.observations
        if o.device == device.key
        and o.port == port
        and o.transport is Transport.TCP
        and (o.kind in KINDS or o.kind.startswith(("http.", "tls.version")))
    )


def _encrypted(facts: tuple[Observation, ...]) -> bool:
    """Whether it is reached through TLS; where two addresses differ, it is not."""
    said = [o.value for o in facts if o.kind == "login.encrypted"]
    return all(v is True for v in said) if said else any(o.kind == "tls.version" for o in facts)


def _shows(port: int, facts: tuple[Observation, ...]) -> bool:
    """Whether there is a page: not where it only leads to an encrypted one."""
    statuses = {o.value for o in facts if o.kind == "http.status"}
    if _leads_on(facts):
        return False
    moves = any(isinstance(s, int) and s in REDIRECTS for s in statuses)
    return moves or bool(statuses & SHOWS) or (port in USUAL_PORTS and bool(statuses))


def _leads_on(facts: tuple[Observation, ...]) -> bool:
    """Whether a port without TLS only leads to a page with it."""
    to = [str(o.value).strip().lower() for o in facts if o.kind == "http.redirect"]
    return bool(to) and not _encrypted(facts) and all(each.startswith("https:") for each in to)


def asks_by_http(page: Page) -> Confidence | None:
    """How sure it is that the page itself asks for HTTP authentication; null where it does not."""
    if page.value("http.status") == UNAUTHORISED:
        return Confidence.CONFIRMED
    return Confidence.LIKELY if page.value("http.realm") is not None else None


def gap(scan: Scan, device: Device, found: tuple[Page, ...]) -> Unclear | None:
    """Why a page of `device` may have been missed; null where HTTP's and HTTPS' ports were asked, and what is open answered."""
    if not asked(device) >= USUAL_PORTS:
        because, how = why_not_asked(scan, device)
        return Unclear(because=because, how=how)
    seen = {page.service.port for page in found}
    leads = None
    for service in device.open_services:
        usual = service.port in USUAL_PORTS or service.name in {"http", "https"}
        if service.transport is not Transport.TCP or not usual or service.port in seen:
            continue
        facts = _facts(scan, device, service.port)
        if not any(o.kind == "http.status" for o in facts):
            return _mute(scan, device, service)
        leads = leads or (service if _leads_on(facts) else None)
    if leads is not None and not any(page.encrypted for page in found):
        return Unclear(
            because=f"{place(leads)} leads to an encrypted page, which was not seen",
            how="Scan again with --depth deep, which asks all ports.",
        )
    return None


def _mute(scan: Scan, device: Device, service: Service) -> Unclear:
    """Why an open port that may have a page showed none."""
    if reason := failed(scan, device, "probe.http", "probe.tls", at=place(service)):
        return Unclear(because=f"asking for its page at {place(service)} came to nothing: {reason}", how="Scan again.")
    if tried(scan, device, place(service), "http"):
        return Unclear(
            because=f"what listens on {place(service)} answered nothing that is a page",
            how=f"Find out in its menu what listens on {place(service)}.",
        )
    return Unclear(because=f"its page at {place(service)} was not asked for", how="Scan again and let the scan finish.")


def no_page(check: Check, scan: Scan, device: Device) -> Finding:
    """What is said of a device on which no page was seen."""
    subject = Subject.device(device)
    if unclear := gap(scan, device, ()):
        return concluded(check, device, unclear)
    return check.not_applicable(subject, because=f"{subject.name} shows no page on the ports that were asked")


def why_unknown(scan: Scan, device: Device, found: Login, by_hand: str, past: Past) -> Unclear:
    """Why nothing is known of the login of `device`, which shows a page; `by_hand` is how its owner finds out."""
    recognised = next((p for p in found.pages if p.recognised), None)
    if recognised is None:
        return _not_recognised(scan, device, found, by_hand)
    here = f"{by_hand} {menu(recognised.record)}"
    if found.where("login.says", "locked"):
        return Unclear(
            because="it says that it refuses logins for a while",
            how=f"Scan again tomorrow, and find out who tried to log in: its own log may say. {here}",
        )
    family = recognised.record
    silent = failed(scan, device, LOOKS)
    said = (
        f"what it says of its login could not be heard ({silent})" if silent else "it does not say how its login stands"
    )
    if family is None:
        return Unclear(because=f"{said}, and these rules have no record of {recognised.families[0]}", how=here)
    if family.attempts is None:
        why = as_part(family.reason or "how it locks is not known")
        return Unclear(because=f"{said}, and netguard never tries logins on {family.name}: {why}", how=here)
    before = _before(device, past)
    if reason := failed(scan, device, TRIES):
        return Unclear(because=f"its factory login could not be tried: {reason}{before}", how=here)
    return Unclear(
        because=f"{said}, and its factory login was not tried{before}",
        how=f"{LOGINS} tries it, on your own router only and a few times at most. Or by hand: {here}",
    )


def _before(device: Device, past: Past) -> str:
    """What came of it when it was tried the last time, as a part of a sentence; empty where it was not."""
    earlier = (o for scan in (past.here, past.previous) if scan is not None for o in scan.observations)
    tried = next((o for o in earlier if o.device == device.key and o.kind == "login.tried"), None)
    if tried is None:
        return ""
    came = {"accepted": "was let in", "refused": "was refused", "open": "was not needed"}.get(
        str(tried.value), "was tried"
    )
    return f". On {tried.at.astimezone():%Y-%m-%d} it {came}; what it is since was not seen"


def _not_recognised(scan: Scan, device: Device, found: Login, by_hand: str) -> Unclear:
    first = next((p for p in found.pages if p.families), found.pages[0])
    how = f"{by_hand} {menu(None)}"
    if first.families:
        of = " and ".join(first.families)
        return Unclear(because=f"its page ({first.place}) looks like those of several families ({of})", how=how)
    if not scan.depth.at_least(Depth.STANDARD):
        return Unclear(because=f"depth {scan.depth} looks at no login page", how="Scan with --depth standard.")
    if device.confidence is Confidence.POSSIBLE and not is_gateway(scan, device):
        return Unclear(
            because="netguard asks no login page of what it has not identified for sure",
            how="Find out what it is, say so (netguard devices role), and scan again.",
        )
    if reason := failed(scan, device, LOOKS):
        return Unclear(because=f"asking its login page came to nothing: {reason}", how=f"Scan again. Or by hand: {how}")
    if scan.ended is not Ended.FINISHED:
        return Unclear(
            because="the scan ended before its login page was asked", how="Scan again and let the scan finish."
        )
    return Unclear(because=f"its page ({first.place}) is of no family that netguard recognises", how=how)


def failed(scan: Scan, device: Device, *stages: str, at: str | None = None) -> str | None:
    """Why one of these stages came to nothing on `device`, or at its port `at` (`tcp/80`); the newest reason."""
    where = {str(address) for address in device.addresses} | {device.key}
    reasons = [
        a.reason or "it could not be looked at"
        for a in scan.attempts
        if a.stage in stages
        and a.outcome is not Outcome.DONE
        and a.target.partition(" ")[0] in where
        and (at is None or a.target.partition(" ")[2] == at)
    ]
    return reasons[-1] if reasons else None


def as_part(sentence: str) -> str:
    """A sentence of a record as the end of one of ours; words in capitals, `ASUS`, stay."""
    text = sentence.strip().rstrip(".")
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def menu(family: LoginFamily | None) -> str:
    """Where its password is changed, a sentence."""
    return f"In its menu: {family.menus.password}." if family else f"Its menu has that under {NO_MENU}."


def password_fix(device: Device, rules: Rules, check_id: str, page: Page | None, first: str) -> str:
    """How a password of its owner's is set: the device's own record first, then its family's menu."""
    own_words = f"{first} {menu(page.record if page is not None else None)} {BACK_DOORS}"
    return fix_on(device, rules, check_id, own_words)


def concluded(check: Check, device: Device, unclear: Unclear) -> Finding:
    """The finding that says what could not be told."""
    return check.unknown(Subject.device(device), because=unclear.because, how=unclear.how)
