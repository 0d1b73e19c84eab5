"""The report for a terminal, a mail or a log: plain words, wrapped, without any control character of its own."""

import textwrap
from collections.abc import Iterable, Iterator
from datetime import datetime

from netguard.model.observation import clean
from netguard.model.scan import Scan
from netguard.model.vocabulary import Severity
from netguard.report import words
from netguard.report.change import Change
from netguard.report.change_shape import (
    ChangeView,
    FileView,
    NetworkPlanView,
    Phrase,
    ProofView,
    ResidentView,
    Sentence,
)
from netguard.report.shape import (
    ActionView,
    Card,
    DeviceView,
    DoorsView,
    Gap,
    MappingView,
    Said,
    Tone,
    View,
    WifiView,
)
from netguard.report.subjects import MAX_PROSE
from netguard.report.view import view

EXTENSION = "txt"

NARROWEST = 40
"""Columns below which wrapping makes the text longer than it makes it readable."""

_BOLD = "1"
_TONES: dict[Tone, str] = {"good": "1;32", "fair": "1;33", "warn": "1;31", "bad": "1;31", "unclear": "1"}
_SEVERITIES: dict[Severity, str] = {
    Severity.CRITICAL: "1;31",
    Severity.HIGH: "31",
    Severity.MEDIUM: "33",
    Severity.LOW: "36",
    Severity.INFO: "2",
}
"""SGR parameters (ECMA-48, 8.3.117); the words say the same without them."""


def render(scan: Scan, now: datetime, change: Change | None = None, *, width: int = 80, colour: bool = False) -> str:
    """`scan` as lines of at most `width` columns (at least 40), each ending in a newline.

    With `change` it has the rules for the router, whose files are the only lines that may be longer: they are to be copied.

    Without `colour` there is no control character but the newlines. Text from the document is cleaned again
    here, line by line, so that nothing a device calls itself can move the cursor or start a line of its own.
    """
    return "".join(f"{line}\n" for line in _Page(max(width, NARROWEST), colour=colour).lines(view(scan, now, change)))


def _plain(sentence: Sentence) -> str:
    return "".join(f"`{piece.text}`" if piece.code else piece.text for piece in sentence)


class _Page:
    """One report being written."""

    def __init__(self, width: int, *, colour: bool) -> None:
        self._width = width
        self._colour = colour

    def lines(self, said: View) -> Iterator[str]:
        yield from self._top(said)
        yield from self._actions(said)
        if said.change is not None:
            yield from self._change(said.change)
        yield from self._problems(said)
        yield from self._doors(said.doors)
        yield from self._devices(said)
        yield from self._wifi(said.wifi)
        yield from self._unseen(said)
        yield from self._not_checked(said)
        yield from self._all_right(said)
        yield from self._rest(said)

    def _top(self, said: View) -> Iterator[str]:
        yield from self._wrap(f"netguard: {said.site}", style=_BOLD)
        yield ""
        yield from self._wrap(said.headline.sentence, style=_TONES[said.headline.tone])
        yield from self._wrap(said.headline.meaning)
        if said.headline.best_possible:
            yield from self._wrap(f"The best this router could reach: {said.headline.best_possible}.")
        for notice in filter(None, (said.headline.no_lock, *said.notices)):
            yield ""
            yield from self._wrap(notice, first="! ", rest="  ")
        yield ""
        yield from self._wrap(", ".join(f"{t.number} {t.what}" for t in said.tallies))
        yield ""
        yield from self._table(said.circumstances)

    def _actions(self, said: View) -> Iterator[str]:
        if said.first:
            yield from self._heading("Do this first")
            for number, action in enumerate(said.first, start=1):
                yield from self._action(number, action)
        if said.later:
            yield from self._heading("After that")
            for number, action in enumerate(said.later, start=len(said.first) + 1):
                yield from self._action(number, action)

    def _action(self, number: int, action: ActionView) -> Iterator[str]:
        yield from self._wrap(action.title, first=f"{number:2}. ", rest="    ", style=_BOLD)
        for closed in action.closes:
            yield from self._wrap(f"{closed.severity_word}: {closed.title}", first="    closes ", rest="           ")
        yield from self._wrap(action.needs, first="    needs  ", rest="           ")
        for lost in action.loses:
            yield from self._wrap(lost, first="    costs  ", rest="           ")
        for how in action.how:
            yield from self._wrap(how, first="    how    ", rest="           ")
        yield ""

    def _change(self, said: ChangeView) -> Iterator[str]:
        yield from self._heading("What changes on your router")
        yield from self._wrap(f"For {said.platform}; {'proven' if said.proven else 'not proven'}, {said.label}.")
        yield ""
        yield from self._wrap(f"Today: {said.today}")
        for network in said.networks:
            yield from self._network(network)
        if said.left_out:
            yield from self._wrap(f"In no network of the plan, so they stay as they are: {', '.join(said.left_out)}.")
        yield ""
        if said.proof is not None:
            yield from self._proof(said.proof)
        else:
            yield from self._wrap("Not tried: netguard firewall --prove does that with real packets.")
        yield from self._sentences("What has to be there", said.needs)
        yield from self._sentences("What to do, in this order", said.steps, numbered=True)
        for each in said.by_hand:
            yield from self._wrap(f"By hand, {each.label.lower()}: {_plain(each.text)}", first="  - ", rest="    ")
        for problem in said.closes:
            yield from self._wrap(problem.title, first="    closes ", rest="           ")
        for file in said.files:
            yield from self._file(file)
        yield from self._sentences("How to take all of it back", said.undo)
        yield from self._sentences("Afterwards", said.after)
        yield from self._sentences(
            "How to look on the router whether it is so", tuple((Phrase(text=c),) for c in said.checks)
        )

    def _sentences(self, title: str, sentences: Iterable[Sentence], *, numbered: bool = False) -> Iterator[str]:
        for number, sentence in enumerate(sentences, start=1):
            if number == 1:
                yield ""
                yield from self._wrap(f"{title}:", style=_BOLD)
            yield from self._wrap(_plain(sentence), first=f"{number:2}. " if numbered else "  - ", rest="    ")

    def _network(self, said: NetworkPlanView) -> Iterator[str]:
        yield ""
        yield from self._wrap(f"Tomorrow, {said.name} ({said.what}): {said.details}", style=_BOLD)
        yield from self._wrap(said.rule)
        for resident in said.residents:
            yield from self._resident(resident)

    def _resident(self, said: ResidentView) -> Iterator[str]:
        planned = f" ({said.planned})" if said.planned != said.name else ""
        tags = ("moves",) * said.moves
        where = ", ".join((f"today {said.today}", f"tomorrow {said.tomorrow}", *tags))
        yield from self._wrap(f"{said.name}{planned}: {where}", first="  - ", rest="    ")
        reached = "; ".join(said.reached) or "by nobody"
        yield from self._wrap(f"reached from other networks: {reached}", first="      ", rest="        ")
        yield from self._wrap(f"goes: {'; '.join(said.goes)}", first="      ", rest="        ")

    def _proof(self, said: ProofView) -> Iterator[str]:
        yield from self._wrap("Who reaches whom:", style=_BOLD)
        yield from self._wrap(said.sentence, first="! " if said.wrong or not said.run else "")
        for row in said.rows:
            cells = zip(said.columns, row.cells, strict=True)
            text = ", ".join(f"{column} {cell.text}" for column, cell in cells if cell.kind != "none")
            yield from self._wrap(f"{row.who} to {text}", first="  - ", rest="    ")
        for note in said.notes:
            yield from self._wrap(note, first="    ", rest="    ")
        for door in said.doors:
            yield from self._wrap(
                f"{door.port}, found open by the scan: {door.answered.text}, {door.told}", first="  - ", rest="    "
            )
        for what, lines, more in (
            ("Other than the plan says", said.wrong, said.more_wrong),
            ("Works", said.works, said.more_works),
            ("Closed", said.closed, said.more_closed),
        ):
            if lines:
                yield from self._wrap(f"{what}:")
            for line in lines:
                yield from self._wrap(line, first="  - ", rest="    ")
            if more:
                yield from self._wrap(f"and {more:,} more", first="  - ", rest="    ")

    def _file(self, said: FileView) -> Iterator[str]:
        yield ""
        yield from self._wrap(f"{said.name}: {said.what} ({said.lines})", style=_BOLD)
        yield "-" * self._width
        yield from said.text.removesuffix("\n").split("\n")
        yield "-" * self._width

    def _problems(self, said: View) -> Iterator[str]:
        yield from self._heading("What was found")
        if said.no_problem:
            yield from self._wrap(said.no_problem)
        for card in (*said.cards, *said.more_cards):
            yield from self._card(card)

    def _card(self, card: Card) -> Iterator[str]:
        for problem in card.findings:
            title = f"[{card.severity_word}] {problem.title}"
            yield from self._wrap(title, style=_SEVERITIES[card.severity], rest="    ")
        yield from self._wrap(card.why, first="    ", rest="    ")
        yield from self._wrap(card.fix, first="    To mend it: ", rest="    ")
        for problem in card.findings:
            where = f" ({problem.where})" if problem.where else ""
            about = f"{problem.who}{where}; {problem.confidence}"
            yield from self._wrap(about, first="    Where: ", rest="      ")
            for fact in problem.evidence:
                value = f"“{fact.value}”" if fact.quoted else fact.value
                text = ", ".join(filter(None, (f"{fact.what}: {value}", *fact.where, fact.learnt)))
                yield from self._wrap(text, first="    Seen: ", rest="      ")
        last = card.findings[-1]
        if last.references:
            yield from self._wrap(", ".join(r.text for r in last.references), first="    See: ", rest="      ")
        yield from self._wrap(last.explain or f"check {last.check}", first="    More: ", rest="      ")
        yield ""

    def _not_checked(self, said: View) -> Iterator[str]:
        groups = (*said.unchecked, *said.more_unchecked)
        if not groups:
            return
        yield from self._heading(f"Not checked: {sum(r.count for group in groups for r in group.reasons)}")
        for group in groups:
            for reason in group.reasons:
                yield from self._wrap(f"{reason.who}, because {reason.because}", first="  - ", rest="    ")
                for lacks in reason.missing:
                    text = ": ".join(filter(None, (lacks.label, lacks.text)))
                    yield from self._wrap(text, first="      ", rest="        ")
            yield from self._wrap(group.how, first="    What would help: ", rest="    ")
            yield ""

    def _unseen(self, said: View) -> Iterator[str]:
        if not said.unseen:
            return
        yield from self._heading("Declared, and not seen")
        for device in said.unseen:
            yield from self._wrap(f"{device.label}: {device.text}", first="  - ", rest="    ")
        yield ""

    def _devices(self, said: View) -> Iterator[str]:
        seen = sum(not device.unseen for device in said.devices)
        yield from self._heading(f"Who is here: {words.count(seen, 'device')}")
        for device in said.devices:
            yield from self._device(device)

    def _device(self, device: DeviceView) -> Iterator[str]:
        absent = "not seen (see below)" if device.unseen else None
        about = ", ".join(filter(None, (device.role_word, device.maker, device.address, absent)))
        yield from self._wrap(f"{device.name}: {about}", rest="    ", style=_BOLD if device.door else None)
        if device.from_internet:
            yield from self._wrap(f"from the internet: {', '.join(device.from_internet)}", first="  ! ", rest="    ")
        for group in device.services:
            if group.where:
                yield from self._wrap(f"at {group.where}:", first="    ", rest="      ")
            for service in group.services:
                state = None if service.open else service.state
                text = ", ".join(filter(None, (service.port, state, service.expected, service.what)))
                mark = "  ! " if service.verdict == "unexpected" else "    "
                yield from self._wrap("; ".join((text, *service.said)), first=mark, rest="      ")
        for sentence in device.asked:
            yield from self._wrap(sentence, first="    ", rest="    ")
        yield ""

    def _doors(self, said: DoorsView) -> Iterator[str]:
        yield from self._heading("What the router lets in")
        yield from self._wrap(said.sentence)
        yield ""
        for gateway in said.gateways:
            about = ", ".join(filter(None, (gateway.place, gateway.address)))
            yield from self._wrap(f"{gateway.name}: {about}", rest="    ", style=_BOLD)
            for problem in gateway.problems:
                yield from self._wrap(problem.title, first="  ! ", rest="    ")
            for mapping in gateway.mappings:
                yield from self._mapping(mapping)
            if gateway.more_mappings:
                yield from self._wrap(f"and {gateway.more_mappings:,} more", first="    ", rest="      ")
            for detail in gateway.details:
                yield from self._wrap(f"{detail.label}: {detail.text}", first="    ", rest="      ")
            for note in gateway.notes:
                yield from self._wrap(note, first="    ", rest="      ")
            yield ""
        for problem in said.problems:
            yield from self._wrap(problem.title, first="  ! ", rest="    ")
        yield from self._gaps(said.unseen)

    def _mapping(self, said: MappingView) -> Iterator[str]:
        tags = ("switched off",) * said.off + ("nobody is there",) * said.absent
        text = ", ".join((f"{said.port} leads to {said.leads_to}", *tags))
        yield from self._wrap(text, first="  ! " if said.problems else "    ", rest="      ")
        close = (f"To close it: {said.close}, or in the router's menu",) if said.close else ()
        for line in (said.answers, *(f"{d.label}: {d.text}" for d in said.details), *close):
            yield from self._wrap(line, first="      ", rest="        ")

    def _gaps(self, gaps: Iterable[Gap]) -> Iterator[str]:
        for gap in gaps:
            yield from self._wrap("What could not be seen:")
            for what in gap.what:
                yield from self._wrap(what, first="  - ", rest="    ")
            yield from self._wrap(gap.how, first="    What would help: ", rest="    ")

    def _wifi(self, said: WifiView) -> Iterator[str]:
        yield from self._heading("Your Wi-Fi")
        if said.locks:
            yield from self._wrap(said.locks)
            yield ""
        for point in said.points:
            yield from self._wrap(f"{point.name}:", style=_BOLD)
            for network in point.networks:
                tags = ("connected",) * network.connected + ("locks seem to be here",) * network.locks
                about = ", ".join(filter(None, (network.name, network.place, network.security, *tags)))
                yield from self._wrap(about, first="! " if network.problems else "  ", rest="    ")
                for detail in network.details[1:]:
                    yield from self._wrap(f"{detail.label}: {detail.text}", first="    ", rest="      ")
                for note in network.notes:
                    yield from self._wrap(note, first="    ", rest="      ")
            yield ""
        for what, others in (("May be yours", said.unsure), ("Neighbours, not judged", said.strangers)):
            for number, other in enumerate(others):
                if not number:
                    yield from self._wrap(f"{what}:")
                about = ", ".join(filter(None, (other.name, other.place, other.security)))
                yield from self._wrap(about, first="  - ", rest="    ")
        if said.more_strangers:
            yield from self._wrap(f"and {said.more_strangers:,} more", first="  - ", rest="    ")
        yield from self._gaps(said.unseen)

    def _all_right(self, said: View) -> Iterator[str]:
        if said.passed:
            yield from self._heading("All right")
            for good in said.passed:
                who = f" ({', '.join(good.who)})" if good.who else ""
                counted = f": {good.counted}{who}" if good.counted else ""
                yield from self._wrap(f"{good.what}{counted}", first="  - ", rest="    ")
        if said.not_applicable:
            yield from self._heading("Does not apply here")
            for nothing in said.not_applicable:
                yield from self._wrap(f"{nothing.label}: {nothing.text}", first="  - ", rest="    ")

    def _rest(self, said: View) -> Iterator[str]:
        if said.attempts:
            yield from self._heading("What was left out or did not work")
            for attempt in said.attempts:
                text = f"{attempt.stage} of {attempt.target} {attempt.outcome}: {attempt.reason}"
                yield from self._wrap(text, first="  - ", rest="    ")
        yield from self._heading("What netguard cannot tell you")
        for limit in said.limits:
            yield from self._wrap(f"{limit.label}: {limit.text}", first="  - ", rest="    ")
        yield ""
        yield from self._table(said.origin)

    def _heading(self, text: str) -> Iterator[str]:
        yield ""
        yield from self._wrap(text.upper(), style=_BOLD)
        yield "-" * min(len(text), self._width)

    def _table(self, rows: Iterable[Said]) -> Iterator[str]:
        for row in rows:
            yield from self._wrap(row.text, first=f"{row.label:<12} ", rest=" " * 13)

    def _wrap(self, text: str, *, first: str = "", rest: str = "", style: str | None = None) -> Iterator[str]:
        lines = textwrap.wrap(
            clean(text, 2 * MAX_PROSE),
            self._width,
            initial_indent=first,
            subsequent_indent=rest,
            break_on_hyphens=False,
        )
        for line in lines or [first.rstrip()]:
            yield f"\x1b[{style}m{line}\x1b[0m" if self._colour and style else line
