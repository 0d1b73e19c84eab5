"""The whole scan, in one function: read `scan` first.

    discover ─▶ identify ─▶ light probe ─▶ identify ─▶ deep probe ─▶ identify ─▶ Wi-Fi ─▶ again ─▶ checks ─▶ advise

What a device is decides how deep and how gently it is probed, and probes say more about what it is, so it goes in
rounds. Until it is identified a device gets a lock's manners. Stages never import each other; they meet here.
"""

import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime

import netguard
from netguard import registry
from netguard.advise.actions import actions
from netguard.advise.grade import Reach, grade
from netguard.advise.router import Ability
from netguard.advise.topology import beyond, topology
from netguard.again import Again
from netguard.checks._contract import Check, Subject
from netguard.compare import labels
from netguard.discovery import Discovery
from netguard.errors import NetguardError
from netguard.gateways import in_hop_order
from netguard.model.attempt import Attempt
from netguard.model.finding import Finding
from netguard.model.login import Ledger
from netguard.model.mapping import is_own
from netguard.model.past import Past
from netguard.model.scan import Ruleset, Scan, Tool
from netguard.model.surroundings import Neighbour, Surroundings
from netguard.model.vocabulary import Depth, Ended, Outcome
from netguard.model.wifi import BasicServiceSet
from netguard.net.access import Network
from netguard.net.failures import Cancelled
from netguard.notebook import Notebook, own_mistake
from netguard.rounds import KINDS, Rounds
from netguard.rules.advisories import catalogue
from netguard.rules.loader import Rules
from netguard.task import Air, Event, Options, Progress, stage
from netguard.wifi.join import joined
from netguard.wifi.own import owned

__all__ = ["Event", "Options", "Progress", "judge", "scan"]


def scan(
    options: Options,
    surroundings: Surroundings,
    rules: Rules,
    network: Network,
    *,
    neighbours: Callable[[], tuple[Neighbour, ...]],
    past: Past,
    air: Air | str = "nobody asked for it",
    ledger: Ledger | None = None,
    progress: Progress = lambda _: None,
) -> Scan:
    """Look at the network and judge what was seen. `air` hears Wi-Fi, or says why nobody does; `ledger` counts logins.

    Never raises for anything the network does: what could not be looked at is an attempt with its reason. When
    `network.cancel` is set or its deadline passes, what was learnt so far is judged and `ended` says so.
    """
    started = datetime.now(UTC)
    book = Notebook()
    rounds = Rounds(options, surroundings, rules, network, book, past=past, progress=progress, ledger=ledger)
    discovery = Discovery(
        options,
        surroundings,
        rules,
        network,
        book,
        neighbours=neighbours,
        past=past,
        devices=lambda: rounds.devices(said=True),
        progress=progress,
    )
    ended = Ended.FINISHED
    wifi: tuple[BasicServiceSet, ...] = ()
    try:
        with discovery.listening():
            discovery.ask_everybody()
            discovery.wait_for_the_named()
            for kind in KINDS if options.depth.at_least(Depth.QUICK) else ():
                rounds.probe(kind)
            # After those, since a radio that looks around hears nothing of its own network meanwhile.
            wifi = _heard(air, options, surroundings, rules, book, progress)
            Again(options, surroundings, network, book, rounds, discovery, past=past, progress=progress).ask()
            network.cancel.check()
    except Cancelled:
        ended = Ended.INTERRUPTED
        if network.cancel.why is not None:
            book.attempted("scan", surroundings.vantage.interface, Outcome.FAILED, network.cancel.why)
    if ended is Ended.FINISHED and network.deadline:
        ended = Ended.DEADLINE
    found, personal_devices = rounds.count_personal(rounds.devices())
    draft = Scan(
        id=uuid.uuid4().hex[:12],
        site=options.site,
        started_at=started,
        finished_at=datetime.now(UTC),
        ended=ended,
        tool=Tool(name="netguard", version=netguard.__version__),
        ruleset=Ruleset(
            digest=rules.digest,
            records=len(rules.devices),
            overlays=rules.overlays,
            catalogue=catalogue(rules.advisories),
        ),
        depth=options.depth,
        authorisation=options.authorisation,
        vantage=surroundings.vantage,
        devices=found,
        personal_devices=personal_devices,
        wifi=wifi,
        gateways=in_hop_order(book.gateways, found, surroundings),
        observations=book.observations(found),
        attempts=book.attempts,
    )
    with stage(progress, "checks", 1) as tick:
        judged = judge(draft, rules, past)
        tick()
    return judged


def judge(draft: Scan, rules: Rules, past: Past, *, wanted: Callable[[str], bool] = lambda _: True) -> Scan:
    """`draft` with the findings, actions and grade that today's checks and rules make of its facts.

    `wanted` says by its id which checks judge: by itself all of them.

    A check that crashes is an `unknown` finding that names it, and a failed attempt.
    """
    every = registry.load_all("netguard.checks", "CHECK", "judge")
    modules = {name: module for name, module in every.items() if wanted(module.CHECK.id)}
    seen = labels.laid_over(draft, past.known)
    findings: list[Finding] = []
    attempts = [a for a in draft.attempts if not a.stage.startswith("check.")]
    for name, module in modules.items():
        check: Check = module.CHECK
        began = time.monotonic()
        try:
            findings += module.judge(seen, rules, past)
            outcome, reason = Outcome.DONE, None
        except Exception as error:  # noqa: BLE001 - one broken judgement must not cost the others
            outcome, reason = Outcome.FAILED, own_mistake(error)
            subject = Subject(target="network", identity="network", name="the network")
            findings.append(
                check.unknown(
                    subject,
                    because="netguard made a mistake while judging",
                    how="Update netguard, or report the mistake.",
                )
            )
        attempts.append(
            Attempt(
                stage=f"check.{name}",
                target="network",
                outcome=outcome,
                reason=reason,
                seconds=round(time.monotonic() - began, 3),
            )
        )
    ordered = tuple(sorted(findings, key=lambda f: (f.check, f.target, f.fingerprint)))
    remedies = {name: module.CHECK.remedy for name, module in modules.items()}
    home = topology(seen, rules)
    router = next((gateway.device for gateway in seen.gateways if is_own(seen, gateway)), None)
    todo = actions(ordered, remedies, seen.devices, seen.gateways, home, router=router)
    stays = beyond(todo, home)
    reach = None if stays is None else Reach(beyond=stays, apart=home.router.can is not Ability.NEITHER)
    return replace(
        draft,
        findings=ordered,
        attempts=tuple(attempts),
        actions=todo,
        grade=grade(ordered, seen.devices, reach=reach),
    )


def _heard(
    air: Air | str, options: Options, surroundings: Surroundings, rules: Rules, book: Notebook, progress: Progress
) -> tuple[BasicServiceSet, ...]:
    """The networks in the air, each with whether it is the person's own. Raises `Cancelled`."""
    where = surroundings.vantage.interface
    if isinstance(air, str):
        book.attempted("wifi", where, Outcome.SKIPPED, air)
        return ()
    began = time.monotonic()
    networks: tuple[BasicServiceSet, ...] = ()
    remarks: list[str] = []
    with stage(progress, "wifi", 1) as tick:
        try:
            networks = whose(joined(air(remarks)), surroundings, rules, options.ssids)
        except NetguardError as error:
            remarks.append(str(error))
        if not (networks or remarks):
            remarks.append("No Wi-Fi network was heard.")
        outcome = Outcome.DONE if networks else Outcome.FAILED
        book.attempted("wifi", where, outcome, " ".join(remarks) or None, time.monotonic() - began)
        tick()
    return networks


def whose(
    networks: Iterable[BasicServiceSet], surroundings: Surroundings | None, rules: Rules, ssids: tuple[str, ...]
) -> tuple[BasicServiceSet, ...]:
    """`networks`, each with whether it is own by what is known of this computer's network and by the names given."""
    vantage = surroundings.vantage if surroundings is not None else None
    gateway = vantage.gateway if vantage is not None else None
    return owned(
        networks,
        ssids=ssids,
        associated_ssid=vantage.segment.ssid if vantage is not None else None,
        gateway_mac=gateway.mac if gateway is not None else None,
        maker=rules.vendors.name,
    )
