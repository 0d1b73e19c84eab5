"""What is said, in which order, for every format. Pure: the clock comes in as `now`."""

from datetime import datetime

from netguard.model.observation import clean
from netguard.model.overlay import NOTHING, Overlay
from netguard.model.scan import Scan
from netguard.model.vocabulary import Outcome
from netguard.report import findings, headline, judged, words
from netguard.report.accepted import accepted, uncoded
from netguard.report.change import Change, change_view
from netguard.report.devices import devices, unseen
from netguard.report.doors import doors
from netguard.report.over_time import over_time
from netguard.report.shape import AttemptView, Said, View
from netguard.report.subjects import folded, prose
from netguard.report.wifi import wifi

FIRST = 3
"""How many actions are shown at once: more than three things to do first are none."""

LIMITS = (
    Said(
        label="Radio",
        text="Whether somebody jams, replays or relays the lock's own radio (Bluetooth, Zigbee, Z-Wave, Thread, 433 or "
        "868 MHz). That never passes the network.",
    ),
    Said(
        label="The maker's cloud",
        text="How well the maker's servers are kept, and who there could open your lock.",
    ),
    Said(
        label="The app's account",
        text="Who knows the password of the lock's app, who was given a key in it, and which old telephone is still "
        "signed in.",
    ),
    Said(
        label="Mechanics and keys",
        text="How well cylinder, door and frame would hold, and how many metal keys, codes and cards are about.",
    ),
)
"""Fixed: no scan of a network can answer these, so every report says so."""


def view(scan: Scan, now: datetime, change: Change | None = None, overlay: Overlay = NOTHING) -> View:
    """`scan` in words. `now` gives the age of the scan and, by its time zone, how times are written.

    `change` are the rules that were made for the router, where there are some; `overlay` is what the history knows of it.
    """
    decisions = overlay.decisions
    problems = findings.problems(scan, now, overlay)
    counting = tuple(p for p in problems.values() if p.disposition == "open")
    actions = findings.actions(scan, problems)
    cards, more_cards = findings.cards(counting)
    lived_with = accepted(scan, decisions, problems.values())
    unchecked, more_unchecked = folded(judged.unchecked(scan), judged.SHOWN)
    left_out = tuple(a for a in scan.attempts if a.outcome is not Outcome.DONE)
    return View(
        site=clean(scan.site) or "home",
        subtitle=headline.subtitle(scan, now),
        headline=headline.headline(scan, decisions),
        notices=(*map(uncoded, headline.notices(scan, now)), *(lived_with.lapsed if lived_with else ())),
        tallies=headline.tallies(scan, decisions),
        circumstances=headline.circumstances(scan, now),
        first=actions[:FIRST],
        later=actions[FIRST:],
        change=None if change is None else change_view(scan, change, problems),
        problems=counting,
        cards=cards,
        more_cards=more_cards,
        no_problem=None if counting else findings.no_problem(scan, len(problems)),
        accepted=lived_with,
        over_time=over_time(overlay.time, problems, now, saved=decisions.saved),
        doors=doors(scan, problems),
        devices=devices(scan, problems),
        wifi=wifi(scan, problems),
        unchecked=unchecked,
        more_unchecked=more_unchecked,
        unseen=unseen(scan),
        passed=judged.passed(scan),
        not_applicable=judged.not_applicable(scan),
        attempts=tuple(
            AttemptView(
                stage=clean(a.stage),
                target=clean(a.target),
                outcome=words.OUTCOMES[a.outcome],
                reason=prose(a.reason or "no reason was noted"),
            )
            for a in left_out
        ),
        limits=LIMITS,
        origin=(*headline.origin(scan), Said(label="Steps", text=_steps(scan, len(left_out)))),
    )


def _steps(scan: Scan, left_out: int) -> str:
    return f"{len(scan.attempts) - left_out:,} went well, {left_out:,} were left out or did not work"
