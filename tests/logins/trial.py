"""One fake, looked at and tried as a scan does it, and what netguard makes of it."""

import importlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from netguard.model.address import mac
from netguard.model.device import Device, Service
from netguard.model.login import Leave, Lock, Tried, leave
from netguard.model.observation import Fact
from netguard.model.vocabulary import Confidence, Depth, PortState, Role, Transport
from netguard.net.access import Net
from netguard.net.failures import Failure
from netguard.probe import http, login_attempts, logins
from netguard.probe._contract import Ask, Declined, Target
from netguard.rules.loader import Rules
from netguard.rules.logins import LoginFamily
from tests.logins.server import Mood, Router
from tests.servers import LOOPBACK

MAC = mac("00:00:5e:00:53:01")


class Verdict(StrEnum):
    """What netguard says of a login."""

    FACTORY = "factory"
    """It is the one it came with, or nobody has set it up."""
    NONE = "none"
    """There is no password."""
    FINE = "fine"
    """It is one of its owner's, or was tried and is none of the factory's."""
    ASKS = "asks"
    """It has a password; whether that is one that others have as well was not seen, or none is shared in its family."""
    NOTHING = "nothing"
    """It cannot tell."""


class Counted:
    """A ledger in memory, by the rules of the real one."""

    def __init__(self) -> None:
        self.tried: list[Tried] = []

    def reserve(self, macs: object, family: str, lock: Lock, now: datetime) -> Leave:
        allowed = leave(lock, self.tried, now)
        self.tried.append(Tried(at=now, tries=allowed.tries))
        return Leave(tries=allowed.tries, reason=allowed.reason, id=len(self.tried) - 1)

    def settle(self, reserved: Leave, used: int) -> None:
        assert reserved.id is not None
        self.tried[reserved.id] = Tried(at=self.tried[reserved.id].at, tries=used)

    def a_day_later(self) -> None:
        self.tried = [Tried(at=each.at - timedelta(hours=25), tries=each.tries) for each in self.tried]


@dataclass(kw_only=True)
class Trial:
    """What was learnt of one router, in the order it was, and the reasons that were given."""

    facts: list[Fact] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    record: LoginFamily

    def value(self, kind: str) -> object:
        return next((f.value for f in self.facts if f.kind == kind), None)

    @property
    def verdict(self) -> Verdict:
        says, tried = self.value("login.says"), self.value("login.tried")
        if says == "none" or tried == "open" or (tried == "accepted" and self.value("login.empty")):
            return Verdict.NONE
        if says in {"factory", "setup"} or tried == "accepted":
            return Verdict.FACTORY
        if says == "set" or (tried == "refused" and not self.record.derived):
            return Verdict.FINE
        if says == "asks" or (tried == "refused" and self.record.refusal_shows_a_password):
            return Verdict.ASKS
        return Verdict.NOTHING


def families() -> tuple[str, ...]:
    """The families that have a fake."""
    import pkgutil

    from tests.logins import fakes

    return tuple(sorted(m.name.replace("_", "-") for m in pkgutil.iter_modules(fakes.__path__)))


def fake(family: str) -> type[Router]:
    """The fake of a family: `Fake` in `tests/logins/fakes/<family>.py`, with `FACTS` for hints that HTTP does not give."""
    made: type[Router] = importlib.import_module(f"tests.logins.fakes.{family.replace('-', '_')}").Fake
    return made


def moods(family: str) -> tuple[Mood, ...]:
    """The moods that it is tried in."""
    of = fake(family)
    more = {Mood.LOCKS} if of.LOCKS_AFTER is not None else set()
    return tuple(mood for mood in Mood if mood in of.MOODS | more)


def expected(family: str, mood: Mood, rules: Rules) -> tuple[Verdict, ...]:
    """What is right; two where its record says that it cannot always be told, or where both are true."""
    record = rules.logins[family]
    factory, changed = (Verdict.FACTORY,), (Verdict.FINE,)
    if record.derived:
        changed = (Verdict.ASKS,)
    if not record.shared:
        factory, changed = (Verdict.ASKS,), (Verdict.FINE, Verdict.ASKS)
    right = {
        Mood.FACTORY: (*factory, Verdict.NONE) if fake(family).FACTORY[1] == "" else factory,
        Mood.CHANGED: changed,
        Mood.NONE: (Verdict.NONE,),
        Mood.LOCKS: changed,
        Mood.ANSWERS_ALL: (Verdict.NOTHING,),
        Mood.SHOWS_ALL: (Verdict.NOTHING,),
    }[mood]
    told = {Mood.LOCKS: "changed", Mood.SHOWS_ALL: "answers-all"}.get(mood, str(mood))
    return (*right, Verdict.NOTHING) if told in record.inconclusive else right


def run(
    family: str, router: Router, net: Net, rules: Rules, *, logins_too: bool = True, ledger: Counted | None = None
) -> Trial:
    """Look at `router` by the probes `http`, `logins` and `login-attempts`, one after the other, as the rounds do."""
    trial = Trial(facts=[*getattr(fake(family), "FACTS", ())], record=rules.logins[family])
    service = Service(
        address=LOOPBACK, port=router.port, transport=Transport.TCP, state=PortState.OPEN, name="http", product=None
    )
    device = Device(
        key=f"mac:{MAC}".lower(), role=Role.ROUTER, confidence=Confidence.CONFIRMED, mac=MAC, addresses=(LOOPBACK,),
        services=(service,), profile=getattr(fake(family), "PROFILE", None),
    )  # fmt: skip
    _learn(trial, http, [Target(address=LOOPBACK, port=router.port)], net)
    for probe in (logins, login_attempts):
        ask = Ask(
            depth=Depth.STANDARD, round="deep", rules=rules, facts=tuple(trial.facts), logins=logins_too,
            ledger=ledger if ledger is not None else Counted(),
        )  # fmt: skip
        _learn(trial, probe, probe.wants(device, ask), net)
    return trial


def _learn(trial: Trial, probe: object, targets: Iterable[Target | Declined], net: Net) -> None:
    for target in targets:
        if isinstance(target, Declined):
            trial.reasons.append(target.reason)
            continue
        try:
            for what in probe.probe(target, net):  # type: ignore[attr-defined]
                if isinstance(what, Fact):
                    trial.facts.append(what)
        except Failure as failure:
            trial.reasons.append(str(failure))
