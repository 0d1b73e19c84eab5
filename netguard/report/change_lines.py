"""The rules for the router as plain lines."""

from collections.abc import Iterable, Iterator

from netguard.report.change_shape import (
    ChangeView,
    FileView,
    NetworkPlanView,
    Phrase,
    ProofView,
    ResidentView,
    Sentence,
)
from netguard.report.decided import titled
from netguard.report.lines import BOLD, Lines


def change_lines(page: Lines, said: ChangeView) -> Iterator[str]:
    """The part of a report that says what changes on the router; files in it are as long as they are."""
    yield from page.heading("What changes on your router")
    yield from page.wrap(f"For {said.platform}; {'proven' if said.proven else 'not proven'}, {said.label}.")
    yield ""
    yield from page.wrap(f"Today: {said.today}")
    for network in said.networks:
        yield from _network(page, network)
    if said.left_out:
        yield from page.wrap(f"In no network of the plan, so they stay as they are: {', '.join(said.left_out)}.")
    yield ""
    if said.proof is not None:
        yield from _proof(page, said.proof)
    else:
        yield from page.wrap("Not tried: netguard firewall --prove does that with real packets.")
    yield from _sentences(page, "What has to be there", said.needs)
    yield from _sentences(page, "What to do, in this order", said.steps, numbered=True)
    for each in said.by_hand:
        yield from page.wrap(f"By hand, {each.label.lower()}: {_plain(each.text)}", first="  - ", rest="    ")
    for problem in said.closes:
        yield from page.wrap(titled(problem), first="    closes ", rest="           ")
    for file in said.files:
        yield from _file(page, file)
    yield from _sentences(page, "How to take all of it back", said.undo)
    yield from _sentences(page, "Afterwards", said.after)
    yield from _sentences(
        page, "How to look on the router whether it is so", tuple((Phrase(text=c),) for c in said.checks)
    )


def _sentences(page: Lines, title: str, sentences: Iterable[Sentence], *, numbered: bool = False) -> Iterator[str]:
    for number, sentence in enumerate(sentences, start=1):
        if number == 1:
            yield ""
            yield from page.wrap(f"{title}:", style=BOLD)
        yield from page.wrap(_plain(sentence), first=f"{number:2}. " if numbered else "  - ", rest="    ")


def _network(page: Lines, said: NetworkPlanView) -> Iterator[str]:
    yield ""
    yield from page.wrap(f"Tomorrow, {said.name} ({said.what}): {said.details}", style=BOLD)
    yield from page.wrap(said.rule)
    for resident in said.residents:
        yield from _resident(page, resident)


def _resident(page: Lines, said: ResidentView) -> Iterator[str]:
    planned = f" ({said.planned})" if said.planned != said.name else ""
    tags = ("moves",) * said.moves
    where = ", ".join((f"today {said.today}", f"tomorrow {said.tomorrow}", *tags))
    yield from page.wrap(f"{said.name}{planned}: {where}", first="  - ", rest="    ")
    reached = "; ".join(said.reached) or "by nobody"
    yield from page.wrap(f"reached from other networks: {reached}", first="      ", rest="        ")
    yield from page.wrap(f"goes: {'; '.join(said.goes)}", first="      ", rest="        ")


def _proof(page: Lines, said: ProofView) -> Iterator[str]:
    yield from page.wrap("Who reaches whom:", style=BOLD)
    yield from page.wrap(said.sentence, first="! " if said.wrong or not said.run else "")
    for row in said.rows:
        cells = zip(said.columns, row.cells, strict=True)
        text = ", ".join(f"{column} {cell.text}" for column, cell in cells if cell.kind != "none")
        yield from page.wrap(f"{row.who} to {text}", first="  - ", rest="    ")
    for note in said.notes:
        yield from page.wrap(note, first="    ", rest="    ")
    for door in said.doors:
        yield from page.wrap(
            f"{door.port}, found open by the scan: {door.answered.text}, {door.told}", first="  - ", rest="    "
        )
    for what, lines, more in (
        ("Other than the plan says", said.wrong, said.more_wrong),
        ("Works", said.works, said.more_works),
        ("Closed", said.closed, said.more_closed),
    ):
        if lines:
            yield from page.wrap(f"{what}:")
        for line in lines:
            yield from page.wrap(line, first="  - ", rest="    ")
        if more:
            yield from page.wrap(f"and {more:,} more", first="  - ", rest="    ")


def _file(page: Lines, said: FileView) -> Iterator[str]:
    yield ""
    yield from page.wrap(f"{said.name}: {said.what} ({said.lines})", style=BOLD)
    yield "-" * page.width
    yield from said.text.removesuffix("\n").split("\n")
    yield "-" * page.width


def _plain(sentence: Sentence) -> str:
    return "".join(f"`{piece.text}`" if piece.code else piece.text for piece in sentence)
