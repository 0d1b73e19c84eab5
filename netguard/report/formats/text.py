"""The report for a terminal, a mail or a log: plain words, wrapped, without any control character of its own."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from netguard.model.overlay import NOTHING, Overlay
from netguard.model.scan import Scan
from netguard.model.vocabulary import Severity
from netguard.report import words
from netguard.report.change import Change
from netguard.report.change_lines import change_lines
from netguard.report.decided import titled
from netguard.report.lines import BOLD, Lines
from netguard.report.over_time_lines import over_time_lines
from netguard.report.overlay_shape import AcceptedView
from netguard.report.shape import (
    ActionView,
    Card,
    DeviceView,
    DoorsView,
    FindingView,
    Gap,
    MappingView,
    Tone,
    View,
    WifiView,
)
from netguard.report.view import view

EXTENSION = "txt"

_TONES: dict[Tone, str] = {"good": "1;32", "fair": "1;33", "warn": "1;31", "bad": "1;31", "unclear": "1"}
_SEVERITIES: dict[Severity, str] = {
    Severity.CRITICAL: "1;31",
    Severity.HIGH: "31",
    Severity.MEDIUM: "33",
    Severity.LOW: "36",
    Severity.INFO: "2",
}
"""SGR parameters (ECMA-48, 8.3.117); the words say the same without them."""


def render(
    scan: Scan,
    now: datetime,
    change: Change | None = None,
    overlay: Overlay = NOTHING,
    *,
    width: int = 80,
    colour: bool = False,
) -> str:
    """`scan` as lines of at most `width` columns (at least 40), each ending in a newline.

    With `change` it has the rules for the router, whose files are the only lines that may be longer: they are to be copied.
    `overlay` is what the history knows of it: what is accepted, and how things went over time.

    Without `colour` there is no control character but the newlines. Text from the document is cleaned again
    here, line by line, so that nothing a device calls itself can move the cursor or start a line of its own.
    """
    return "".join(f"{line}\n" for line in _Page(width, colour=colour).lines(view(scan, now, change, overlay)))


def _any_open(problems: Iterable[FindingView]) -> bool:
    return any(p.disposition == "open" for p in problems)


class _Page(Lines):
    """One report being written."""

    def lines(self, said: View) -> Iterator[str]:
        yield from self._top(said)
        yield from self._actions(said)
        if said.change is not None:
            yield from change_lines(self, said.change)
        yield from self._problems(said)
        if said.accepted is not None and (said.accepted.cards or said.accepted.unused):
            yield from self._accepted(said.accepted)
        if said.over_time is not None:
            yield from over_time_lines(self, said.over_time)
        yield from self._doors(said.doors)
        yield from self._devices(said)
        yield from self._wifi(said.wifi)
        yield from self._unseen(said)
        yield from self._not_checked(said)
        yield from self._all_right(said)
        yield from self._rest(said)

    def _top(self, said: View) -> Iterator[str]:
        yield from self.wrap(f"netguard: {said.site}", style=BOLD)
        yield ""
        yield from self.wrap(said.headline.sentence, style=_TONES[said.headline.tone])
        yield from self.wrap(said.headline.meaning)
        if said.headline.best_possible:
            yield from self.wrap(f"The best this router could reach: {said.headline.best_possible}.")
        for notice in filter(None, (said.headline.no_lock, *said.notices)):
            yield ""
            yield from self.wrap(notice, first="! ", rest="  ")
        yield ""
        yield from self.wrap(", ".join(f"{t.number} {t.what}" for t in said.tallies))
        yield ""
        yield from self.table(said.circumstances)

    def _actions(self, said: View) -> Iterator[str]:
        if said.first:
            yield from self.heading("Do this first")
            for number, action in enumerate(said.first, start=1):
                yield from self._action(number, action)
        if said.later:
            yield from self.heading("After that")
            for number, action in enumerate(said.later, start=len(said.first) + 1):
                yield from self._action(number, action)

    def _action(self, number: int, action: ActionView) -> Iterator[str]:
        yield from self.wrap(action.title, first=f"{number:2}. ", rest="    ", style=BOLD)
        for closed in action.closes:
            yield from self.wrap(f"{closed.severity_word}: {titled(closed)}", first="    closes ", rest="           ")
        yield from self.wrap(action.needs, first="    needs  ", rest="           ")
        for lost in action.loses:
            yield from self.wrap(lost, first="    costs  ", rest="           ")
        for how in action.how:
            yield from self.wrap(how, first="    how    ", rest="           ")
        yield ""

    def _problems(self, said: View) -> Iterator[str]:
        yield from self.heading("What was found")
        if said.no_problem:
            yield from self.wrap(said.no_problem)
        for card in (*said.cards, *said.more_cards):
            yield from self._card(card)

    def _accepted(self, said: AcceptedView) -> Iterator[str]:
        yield from self.heading("Accepted for a while")
        if said.lead:
            yield from self.wrap(said.lead)
        for warning in said.unused:
            yield from self.wrap(warning, first="! ", rest="  ")
        yield ""
        for card in said.cards:
            yield from self._card(card)

    def _card(self, card: Card) -> Iterator[str]:
        for problem in card.findings:
            title = f"[{card.severity_word}] {problem.title}"
            yield from self.wrap(title, style=_SEVERITIES[card.severity], rest="    ")
        if by := card.findings[0].decision:
            back = f" To take that back: {by.take_back}" if by.take_back else ""
            text = f"Accepted by {by.owner} until {by.until}: {by.reason.rstrip('.')}.{back}"
            yield from self.wrap(text, first="    ", rest="    ", style=BOLD)
        yield from self.wrap(card.why, first="    ", rest="    ")
        yield from self.wrap(card.fix, first="    To mend it: ", rest="    ")
        for problem in card.findings:
            where = f" ({problem.where})" if problem.where else ""
            standing = f"; open {problem.standing}" if problem.standing else ""
            about = f"{problem.who}{where}; {problem.confidence}{standing}"
            yield from self.wrap(about, first="    Where: ", rest="      ")
            for fact in problem.evidence:
                value = f"“{fact.value}”" if fact.quoted else fact.value
                text = ", ".join(filter(None, (f"{fact.what}: {value}", *fact.where, fact.learnt)))
                yield from self.wrap(text, first="    Seen: ", rest="      ")
            if problem.accept:
                yield from self.wrap(problem.accept, first="    To live with it for a while: ", rest="      ")
        last = card.findings[-1]
        if last.references:
            yield from self.wrap(", ".join(r.text for r in last.references), first="    See: ", rest="      ")
        yield from self.wrap(last.explain or f"check {last.check}", first="    More: ", rest="      ")
        yield ""

    def _not_checked(self, said: View) -> Iterator[str]:
        groups = (*said.unchecked, *said.more_unchecked)
        if not groups:
            return
        yield from self.heading(f"Not checked: {sum(r.count for group in groups for r in group.reasons)}")
        for group in groups:
            for reason in group.reasons:
                yield from self.wrap(f"{reason.who}, because {reason.because}", first="  - ", rest="    ")
                for lacks in reason.missing:
                    text = ": ".join(filter(None, (lacks.label, lacks.text)))
                    yield from self.wrap(text, first="      ", rest="        ")
            yield from self.wrap(group.how, first="    What would help: ", rest="    ")
            yield ""

    def _unseen(self, said: View) -> Iterator[str]:
        if not said.unseen:
            return
        yield from self.heading("Declared, and not seen")
        for device in said.unseen:
            yield from self.wrap(f"{device.label}: {device.text}", first="  - ", rest="    ")
        yield ""

    def _devices(self, said: View) -> Iterator[str]:
        seen = sum(not device.unseen for device in said.devices)
        yield from self.heading(f"Who is here: {words.count(seen, 'device')}")
        for device in said.devices:
            yield from self._device(device)

    def _device(self, device: DeviceView) -> Iterator[str]:
        absent = "not seen (see below)" if device.unseen else None
        about = ", ".join(filter(None, (device.role_word, device.maker, device.address, absent)))
        yield from self.wrap(f"{device.name}: {about}", rest="    ", style=BOLD if device.door else None)
        if device.from_internet:
            yield from self.wrap(f"from the internet: {', '.join(device.from_internet)}", first="  ! ", rest="    ")
        for group in device.services:
            if group.where:
                yield from self.wrap(f"at {group.where}:", first="    ", rest="      ")
            for service in group.services:
                state = None if service.open else service.state
                text = ", ".join(filter(None, (service.port, state, service.expected, service.what)))
                mark = "  ! " if service.verdict == "unexpected" else "    "
                yield from self.wrap("; ".join((text, *service.said)), first=mark, rest="      ")
        for sentence in device.asked:
            yield from self.wrap(sentence, first="    ", rest="    ")
        yield ""

    def _doors(self, said: DoorsView) -> Iterator[str]:
        yield from self.heading("What the router lets in")
        yield from self.wrap(said.sentence)
        yield ""
        for gateway in said.gateways:
            about = ", ".join(filter(None, (gateway.place, gateway.address)))
            yield from self.wrap(f"{gateway.name}: {about}", rest="    ", style=BOLD)
            for problem in gateway.problems:
                yield from self._found_here(problem)
            for mapping in gateway.mappings:
                yield from self._mapping(mapping)
            if gateway.more_mappings:
                yield from self.wrap(f"and {gateway.more_mappings:,} more", first="    ", rest="      ")
            for detail in gateway.details:
                yield from self.wrap(f"{detail.label}: {detail.text}", first="    ", rest="      ")
            for note in gateway.notes:
                yield from self.wrap(note, first="    ", rest="      ")
            yield ""
        for problem in said.problems:
            yield from self._found_here(problem)
        yield from self._gaps(said.unseen)

    def _found_here(self, problem: FindingView) -> Iterator[str]:
        first = "  ! " if problem.disposition == "open" else "    "
        yield from self.wrap(titled(problem), first=first, rest="    ")

    def _mapping(self, said: MappingView) -> Iterator[str]:
        tags = ("switched off",) * said.off + ("nobody is there",) * said.absent
        text = ", ".join((f"{said.port} leads to {said.leads_to}", *tags))
        yield from self.wrap(text, first="  ! " if said.severity else "    ", rest="      ")
        close = (f"To close it: {said.close}, or in the router's menu",) if said.close else ()
        for line in (said.answers, *(f"{d.label}: {d.text}" for d in said.details), *close):
            yield from self.wrap(line, first="      ", rest="        ")

    def _gaps(self, gaps: Iterable[Gap]) -> Iterator[str]:
        for gap in gaps:
            yield from self.wrap("What could not be seen:")
            for what in gap.what:
                yield from self.wrap(what, first="  - ", rest="    ")
            yield from self.wrap(gap.how, first="    What would help: ", rest="    ")

    def _wifi(self, said: WifiView) -> Iterator[str]:
        yield from self.heading("Your Wi-Fi")
        if said.locks:
            yield from self.wrap(said.locks)
            yield ""
        for point in said.points:
            yield from self.wrap(f"{point.name}:", style=BOLD)
            for network in point.networks:
                tags = ("connected",) * network.connected + ("locks seem to be here",) * network.locks
                about = ", ".join(filter(None, (network.name, network.place, network.security, *tags)))
                yield from self.wrap(about, first="! " if _any_open(network.problems) else "  ", rest="    ")
                for detail in network.details[1:]:
                    yield from self.wrap(f"{detail.label}: {detail.text}", first="    ", rest="      ")
                for note in network.notes:
                    yield from self.wrap(note, first="    ", rest="      ")
            yield ""
        for what, others in (("May be yours", said.unsure), ("Neighbours, not judged", said.strangers)):
            for number, other in enumerate(others):
                if not number:
                    yield from self.wrap(f"{what}:")
                about = ", ".join(filter(None, (other.name, other.place, other.security)))
                yield from self.wrap(about, first="  - ", rest="    ")
        if said.more_strangers:
            yield from self.wrap(f"and {said.more_strangers:,} more", first="  - ", rest="    ")
        yield from self._gaps(said.unseen)

    def _all_right(self, said: View) -> Iterator[str]:
        if said.passed:
            yield from self.heading("All right")
            for good in said.passed:
                who = f" ({', '.join(good.who)})" if good.who else ""
                counted = f": {good.counted}{who}" if good.counted else ""
                yield from self.wrap(f"{good.what}{counted}", first="  - ", rest="    ")
        if said.not_applicable:
            yield from self.heading("Does not apply here")
            for nothing in said.not_applicable:
                yield from self.wrap(f"{nothing.label}: {nothing.text}", first="  - ", rest="    ")

    def _rest(self, said: View) -> Iterator[str]:
        if said.attempts:
            yield from self.heading("What was left out or did not work")
            for attempt in said.attempts:
                text = f"{attempt.stage} of {attempt.target} {attempt.outcome}: {attempt.reason}"
                yield from self.wrap(text, first="  - ", rest="    ")
        yield from self.heading("What netguard cannot tell you")
        for limit in said.limits:
            yield from self.wrap(f"{limit.label}: {limit.text}", first="  - ", rest="    ")
        yield ""
        yield from self.table(said.origin)
