"""Login pages: of which family each is, and what it says of its own login to somebody who has none. Nothing is tried.

Only what may be a router or access point is asked, and only the questions of those families that something known already
points to: at most three each, which log nobody in and change nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from netguard.model.device import Device, Service
from netguard.model.observation import Fact
from netguard.model.vocabulary import Confidence, Depth, Role
from netguard.net import limits
from netguard.net.access import Net
from netguard.net.failures import Failure, NoAnswer, TooMuch
from netguard.probe._contract import Ask, Learnt, Target, is_spared, looked_at, open_tcp, speaks_otherwise
from netguard.probe._login import recognise
from netguard.probe._login.talk import Talk
from netguard.rules.logins import LoginFamily

NEEDS = frozenset({"ports", "http", "tls"})
PROVIDES = frozenset({"logins"})

ROLES = frozenset({Role.ROUTER, Role.ACCESS_POINT, Role.SWITCH})
"""What rules/logins is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Target):
    """One port, and the families it may be of."""

    families: tuple[LoginFamily, ...]
    device: Device
    service: Service
    facts: tuple[Fact, ...]


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """From depth standard on, in the deep round, every port of a router or access point that speaks HTTP and is hinted at."""
    if ask.round != "deep" or not ask.depth.at_least(Depth.STANDARD) or not concerns(device, ask):
        return
    for service in open_tcp(device):
        if service.port in limits.PAYLOAD_BLOCKED_PORTS or speaks_otherwise(ask, service):
            continue
        if not looked_at(ask, service, "http.status") or looked_at(ask, service, "login.family"):
            continue
        if families := recognise.hinted(device, service, ask):
            yield Page(
                address=service.address,
                port=service.port,
                secure=looked_at(ask, service, "tls.version"),
                families=families,
                device=device,
                service=service,
                facts=ask.facts,
            )


def concerns(device: Device, ask: Ask) -> bool:
    """Whether `device` is a router or access point, known to be one; never a lock, a hub, an alarm or what may be one."""
    known = device.role in ROLES and device.confidence is not Confidence.POSSIBLE
    return (known or (ask.gateway and device.role in ROLES)) and not is_spared(device)


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """The family, if it is one, and what it says. Raises `NoAnswer`, `TooMuch` and what `Net.connect` raises.

    Of a page that has the marks of two families both are given, and its readers take it for neither.
    """
    assert isinstance(target, Page)  # noqa: S101 - `wants` makes no other
    trouble: Failure | None = None
    for family in target.families:
        talk = Talk(target, net)
        heard, failed = recognise.looked(family, talk)
        trouble = trouble or failed
        if not recognise.is_of(family, heard, target.device, target.service, target.facts):
            continue
        for kind, value in (("login.family", family.id), ("login.encrypted", target.secure)):
            yield Fact(kind=kind, value=value, transport=target.transport, port=target.port)
        said = None
        try:
            said = recognise.says(family, heard, talk)
        except (NoAnswer, TooMuch) as failure:
            failed = failure
        # What another family was asked for in vain is of no interest now; what this one was asked for may be what it says.
        trouble = failed if said is None else None
        if said is not None:
            yield Fact(kind="login.says", value=said, transport=target.transport, port=target.port)
    if trouble is not None:
        raise trouble
