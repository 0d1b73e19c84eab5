"""A proof on the terminal, in the words of the report: who reaches whom before and with the rules, what works, what went wrong."""

import sys
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from netguard.advise.closing import Door
from netguard.model.plan import Plan
from netguard.model.proof import Proof
from netguard.report.change_shape import Cell, MatrixRow
from netguard.report.matrix import proof_view

WIDTH = 100
"""Columns where no terminal says how many it has."""

STYLES: dict[Cell, str] = {"closed": "green", "kept": "", "beyond": "dim", "wrong": "bold red", "none": "dim"}


def show(plan: Plan, proof: Proof, doors: Sequence[Door] = ()) -> None:
    """Prints it on standard output; rich honours NO_COLOR and TERM=dumb. `doors` are what a scan found open."""
    out = Console(
        file=sys.stdout, width=None if sys.stdout.isatty() else WIDTH, highlight=False, emoji=False, markup=False
    )
    for part in said(plan, proof, doors):
        # A line is broken by the terminal, not by us: what is cut out of it to be searched for stays whole.
        out.print(part, soft_wrap=isinstance(part, str))


def said(plan: Plan, proof: Proof, doors: Sequence[Door] = ()) -> Iterator[str | Table]:
    """What is printed, part by part. What the rules close beyond what a scan found open is in --json and in the report."""
    view = proof_view(plan, proof, doors)
    yield view.sentence
    yield _table(view.columns, view.rows)
    yield from view.notes
    yield from _listed(
        "What the scan found open, asked from other networks",
        (f"{d.port}: {d.answered.text}, {d.told}" for d in view.doors),
    )
    yield from _listed("Works", view.works, view.more_works)
    yield from _listed("OTHER THAN THE PLAN SAYS", view.wrong, view.more_wrong)


def _table(columns: Iterable[str], rows: Iterable[MatrixRow]) -> Table:
    """Who, a line each, by whom, a column each."""
    table = Table(box=None, pad_edge=False, header_style="bold", title_justify="left")
    table.add_column("from")
    for column in columns:
        table.add_column(f"to {column}", justify="right")
    for row in rows:
        table.add_row(row.who, *(Text(cell.text, style=STYLES[cell.kind]) for cell in row.cells))
    return table


def _listed(title: str, lines: Iterable[str], more: int = 0) -> Iterator[str]:
    found = list(lines)
    if found:
        yield f"\n{title}"
        yield from (f"  {line}" for line in found)
    if more:
        yield f"  and {more:,} more: --json FILE has all of them"
