"""Factory logins, tried a few times, only where the person asked for it and the page is of a family that is known.

Never at a lock, a hub, an alarm or anything else that rules/logins is not about. What is sent is counted before the first
packet, by the device's own address, over all scans; without that ledger nothing is sent.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from netaddr import EUI

from netguard import registry
from netguard.errors import NetguardError
from netguard.model import address
from netguard.model.device import Device, Service
from netguard.model.login import Ledger
from netguard.model.observation import Fact
from netguard.net.access import Net
from netguard.net.failures import Failure, NoAnswer
from netguard.probe._contract import Ask, Declined, Learnt, Target, is_spared, open_tcp
from netguard.probe._login.talk import Talk
from netguard.probe._login.trying import Outcome, Trying, facts
from netguard.rules.logins import BAD, LoginFamily

NEEDS = frozenset({"logins"})
PROVIDES = frozenset({"login_attempts"})

MACS = frozenset({"mac", "random-mac"})
"""Kinds of identity that are hardware addresses."""

SECONDS = 60.0
"""Longest for everything together: three logins three seconds apart, and a dozen answers of a slow router."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login(Target):
    """One port whose factory logins are tried."""

    family: LoginFamily
    macs: tuple[EUI, ...]
    """All that the device is known to have."""
    ledger: Ledger


def wants(device: Device, ask: Ask) -> Iterable[Target | Declined]:
    """One port of the device, the encrypted one first; a reason where it was asked for and is not done."""
    if not ask.logins or ask.round != "deep":
        return
    pages = [(service, families) for service in open_tcp(device) if (families := families_at(ask, service))]
    if not pages:
        return
    plain = [(service, families[0]) for service, families in pages if len(families) == 1]
    tried = [page for page in plain if _is_tried(ask, page[1])]
    reason = _why_not(device, ask, pages, (tried or plain or [(pages[0][0], pages[0][1][0])])[0][1])
    if reason is not None:
        yield Declined(what=f"{device.addresses[0]} login", reason=reason)
        return
    service, family = min(tried, key=lambda page: not says(ask, page[0], "login.encrypted", True))
    assert device.mac is not None and ask.ledger is not None  # noqa: S101, PT018 - `_why_not` has looked
    yield Login(
        address=service.address,
        port=service.port,
        secure=says(ask, service, "login.encrypted", True),
        family=ask.rules.logins[family],
        macs=_macs(device),
        ledger=ask.ledger,
    )


def _macs(device: Device) -> tuple[EUI, ...]:
    """Of a machine with several cards all, since whatever locks does so for each."""
    known = {address.mac(i.value) for i in device.identities if i.kind in MACS}
    return tuple(sorted(known | ({device.mac} if device.mac is not None else set())))


def _is_tried(ask: Ask, family: str) -> bool:
    record = ask.rules.logins.get(family)
    return record is not None and record.attempts is not None


def _why_not(device: Device, ask: Ask, pages: list[tuple[Service, tuple[str, ...]]], family: str) -> str | None:
    """Why no login of `family` is tried; what one page says of its login is true of the whole device."""
    record = ask.rules.logins.get(family)
    several = min((families for _, families in pages if len(families) > 1), default=())
    reasons = (
        (is_spared(device), f"logins are never tried on what is, or may be, a {device.role}"),
        (bool(several), f"its page looks like those of several families ({', '.join(several)})"),
        (record is None, "no record says how its login works"),
        (not _is_tried(ask, family), (record.reason if record is not None else None) or ""),
        (not _is_known(record), "its record names a way to log in that this netguard does not know"),
        (_any_says(ask, pages, "locked"), "it says that it refuses logins for a while"),
        (_any_says(ask, pages, *BAD), "it says by itself how its login stands"),
        (device.mac is None, "its hardware address is not known, so that what is tried could not be counted"),
        (ask.ledger is None, "what is tried could not be counted, since there is no history"),
    )
    return next((reason for holds, reason in reasons if holds), None)


def _any_says(ask: Ask, pages: list[tuple[Service, tuple[str, ...]]], *values: str) -> bool:
    return any(says(ask, service, "login.says", value) for service, _ in pages for value in values)


def _is_known(family: LoginFamily | None) -> bool:
    if family is None or family.attempts is None:
        return True
    return family.attempts.scheme in registry.names("netguard.probe._login.schemes")


def families_at(ask: Ask, service: Service) -> tuple[str, ...]:
    """The families whose marks were seen at `service`: one where it was recognised."""
    return tuple(sorted({str(f.value) for f in ask.facts if f.kind == "login.family" and _is_of(f, service)}))


def says(ask: Ask, service: Service, kind: str, value: object) -> bool:
    """Whether it is known that `kind` of `service` is `value`."""
    return any(f.kind == kind and f.value == value and _is_of(f, service) for f in ask.facts)


def _is_of(fact: Fact, service: Service) -> bool:
    return fact.port == service.port and fact.transport is service.transport


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """What came of it. Raises `trying.Stopped` where it was ended, `NetguardError` of the ledger, what `Net.connect` raises.

    A mistake of our own is a `RuntimeError` that says its kind and nothing else.
    """
    assert isinstance(target, Login)  # noqa: S101 - `wants` makes no other
    assert target.family.attempts is not None  # noqa: S101 - likewise
    attempts = target.family.attempts
    scheme = registry.load("netguard.probe._login.schemes", attempts.scheme)
    trying = Trying(target.family, scheme, Talk(target, net.within(SECONDS)))
    # Before the first packet: two scans at once must not both find that there is room.
    leave = target.ledger.reserve(target.macs, target.family.id, attempts.lock, datetime.now(UTC))
    if leave.tries < 2:
        raise NoAnswer(leave.reason)
    try:
        outcome = trying.run(leave) if trying.closed() else Outcome(what="open")
    except (Failure, NetguardError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, its text may hold what was sent: only its kind is kept
        raise RuntimeError(f"{type(error).__name__} while a login was tried") from None
    finally:
        target.ledger.settle(leave, trying.used)
    yield from facts(outcome, target)
