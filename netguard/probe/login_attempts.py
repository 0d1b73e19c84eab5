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
from netguard.model.device import Device, Service
from netguard.model.login import Ledger
from netguard.net.access import Net
from netguard.net.failures import Failure, NoAnswer
from netguard.probe._contract import Ask, Declined, Learnt, Target, is_spared, open_tcp
from netguard.probe._login.talk import Talk
from netguard.probe._login.trying import Outcome, Trying, facts
from netguard.rules.logins import BAD, LoginFamily

NEEDS = frozenset({"logins"})
PROVIDES = frozenset({"login_attempts"})

SECONDS = 60.0
"""Longest for everything together: three logins three seconds apart, and a dozen answers of a slow router."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login(Target):
    """One port whose factory logins are tried."""

    family: LoginFamily
    mac: EUI
    ledger: Ledger


def wants(device: Device, ask: Ask) -> Iterable[Target | Declined]:
    """One port of the device, the encrypted one first; a reason where it was asked for and is not done."""
    if not ask.logins or ask.round != "deep":
        return
    pages = [(service, facts_of(ask, service)) for service in open_tcp(device)]
    pages = [(service, known) for service, known in pages if "login.family" in known]
    if not pages:
        return
    here = f"{device.addresses[0]} login"
    families = {str(known["login.family"]) for _, known in pages}
    reason = _why_not(device, ask, families, [known.get("login.says") for _, known in pages])
    if reason is not None:
        yield Declined(what=here, reason=reason)
        return
    service, _ = min(pages, key=lambda page: not page[1].get("login.encrypted"))
    assert device.mac is not None and ask.ledger is not None  # noqa: S101, PT018 - `_why_not` has looked
    yield Login(
        address=service.address,
        port=service.port,
        secure=bool(facts_of(ask, service).get("login.encrypted")),
        family=ask.rules.logins[families.pop()],
        mac=device.mac,
        ledger=ask.ledger,
    )


def _why_not(device: Device, ask: Ask, families: set[str], said: list[object]) -> str | None:
    family = ask.rules.logins.get(min(families))
    reasons = (
        (is_spared(device), f"logins are never tried on what is, or may be, a {device.role}"),
        (len(families) > 1, f"its pages look like those of several families ({', '.join(sorted(families))})"),
        (family is None, "no record says how its login works"),
        (family is not None and family.attempts is None, (family.reason if family is not None else None) or ""),
        (not _is_known(family), "its record names a way to log in that this netguard does not know"),
        ("locked" in said, "it says that it refuses logins for a while"),
        (bool(BAD & set(said)), "it says by itself how its login stands"),
        (device.mac is None, "its hardware address is not known, so that what is tried could not be counted"),
        (ask.ledger is None, "what is tried could not be counted, since there is no history"),
    )
    return next((reason for holds, reason in reasons if holds), None)


def _is_known(family: LoginFamily | None) -> bool:
    if family is None or family.attempts is None:
        return True
    return family.attempts.scheme in registry.names("netguard.probe._login.schemes")


def facts_of(ask: Ask, service: Service) -> dict[str, object]:
    """What is known of the login at `service`, by kind."""
    return {
        f.kind: f.value
        for f in ask.facts
        if f.kind.startswith("login.") and f.port == service.port and f.transport is service.transport
    }


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
    leave = target.ledger.reserve(target.mac, target.family.id, attempts.lock, datetime.now(UTC))
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
