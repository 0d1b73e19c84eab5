"""A proof on the terminal: who reaches whom before and with the rules, what still works, and what went wrong."""

import sys
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from netguard.advise.closing import Door
from netguard.advise.policy import ROUTER, WAN
from netguard.model.plan import Plan
from netguard.model.proof import Proof, ProofRow
from netguard.prove.people import cast

MOST_LINES = 40
"""Lines of what still works, and of what went wrong; beyond that nobody reads them, and --json has all."""

WIDTH = 100
"""Columns where no terminal says how many it has."""

INTERNET = "internet"


def show(plan: Plan, proof: Proof, doors: Sequence[Door] = ()) -> None:
    """Prints it on standard output; rich honours NO_COLOR and TERM=dumb. `doors` are what a scan found open."""
    out = Console(
        file=sys.stdout, width=None if sys.stdout.isatty() else WIDTH, highlight=False, emoji=False, markup=False
    )
    for part in said(plan, proof, doors):
        out.print(part, soft_wrap=isinstance(part, str))


def said(plan: Plan, proof: Proof, doors: Sequence[Door] = ()) -> Iterator[str | Table]:
    """What is printed, part by part."""
    yield _headline(proof)
    yield matrix(plan, proof)
    if any(row.wanted == "not-routed" for row in proof.rows):
        yield "Within one network packets never pass the router, so its rules leave them as they are: see “isolate” in README.md."
    if any(row.wanted == "as-before" for row in proof.rows):
        yield "What the plan leaves to the router's own firewall stays as it was."
    if proof.left_out:
        yield f"For {', '.join(proof.left_out)} there was no room; each is like one that was asked."
    yield from _listed("What the scan found open, asked from other networks", _found(proof, doors))
    yield from _listed("Still works", _working(plan, proof))
    yield from _listed("OTHER THAN THE PLAN SAYS", map(_wrong, proof.wrong))


def matrix(plan: Plan, proof: Proof) -> Table:
    """Who, a line each, by whom, a column each: how many questions were answered before, and with the rules."""
    places, columns = _places(plan), (ROUTER, WAN, *(str(s.name) for s in plan.segments))
    sources: dict[str, dict[str, list[ProofRow]]] = {}
    for row in proof.rows:
        to = ROUTER if row.target == ROUTER else places.get(row.target, WAN)
        sources.setdefault(row.source, {}).setdefault(to, []).append(row)
    table = Table(box=None, pad_edge=False, header_style="bold", title_justify="left")
    table.add_column("from")
    for column in columns:
        table.add_column(f"to {INTERNET if column == WAN else column}", justify="right")
    rank = {name: number for number, name in enumerate(places)}  # as in the plan, the internet last
    for source in sorted(sources, key=lambda name: rank.get(name, len(rank))):
        where = places.get(source, WAN)
        name = INTERNET if where == WAN else source if source.endswith(f" {where}") else f"{source} ({where})"
        table.add_row(name, *(_cell(sources[source].get(column, ())) for column in columns))
    return table


def _places(plan: Plan) -> dict[str, str]:
    """By everybody's name: their network's, or `WAN`."""
    people = cast(plan)
    return {str(h.name): str(h.segment) for h in (*people.hosts, *people.internet)}


def _cell(rows: Iterable[ProofRow]) -> Text:
    asked = list(rows)
    if not asked:
        return Text("-", style="dim")
    before, after = sum(r.before for r in asked), sum(r.after for r in asked)
    wrong = sum(r.wrong for r in asked)
    if wrong:
        return Text(f"{before} → {after} ({wrong} WRONG)", style="bold red")
    if all(row.wanted == "not-routed" for row in asked):
        return Text(f"{before} → {after}", style="dim")
    return Text(f"{before} → {after}", style="green" if after < before else "")


def _headline(proof: Proof) -> str:
    asked, wrong = len(proof.rows), len(proof.wrong)
    before, after = sum(r.before for r in proof.rows), sum(r.after for r in proof.rows)
    if proof.how == "calculated":
        return (
            f"Calculated, not run: {proof.reason}. What the plan means, of {asked:,} questions: answered before → with the "
            f"rules, {before:,} → {after:,}."
        )
    how = "all as the plan says" if not wrong else f"{wrong:,} OTHER THAN THE PLAN SAYS"
    return f"{asked:,} questions were asked with real packets: answered before → with the rules, {before:,} → {after:,}; {how}."


def _found(proof: Proof, doors: Sequence[Door]) -> Iterator[str]:
    """Each door, and how many questions it answered."""
    rows: dict[tuple[str, str, int | None], list[ProofRow]] = {}
    for row in proof.rows:
        if row.wanted != "not-routed":
            rows.setdefault((row.target, row.protocol, row.port), []).append(row)
    for door in doors:
        asked = rows.get((door.member, door.transport.value, door.port), [])
        if asked:
            after = sum(r.after for r in asked)
            told = f"{sum(r.before for r in asked)} → {after}" + ("" if after else ", closed")
            kept = ", which the plan allows" if after and all(r.wanted == "allow" for r in asked if r.after) else ""
            yield f"{door.member} {door.transport} {door.port}: {told}{kept}"


def _working(plan: Plan, proof: Proof) -> Iterator[str]:
    """What the plan allows between networks, by network, and to named clouds, by device, and was answered."""
    places, clouds = _places(plan), _clouds(plan)
    pairs: dict[tuple[str, str], dict[str, None]] = {}
    for row in proof.rows:
        if row.wanted != "allow" or not row.after or row.target == ROUTER or row.source not in places:
            continue
        outside = places.get(row.target) == WAN
        if not outside or row.target in clouds:
            what = row.protocol if row.port is None else f"{row.protocol} {row.port}"
            pairs.setdefault((row.source if outside else places[row.source], row.target), {})[what] = None
    for (source, target), ports in pairs.items():
        yield f"{source} → {target}: {', '.join(ports)}"


def _clouds(plan: Plan) -> set[str]:
    return {str(n) for m in plan.members if not isinstance(m.talks, str) for talk in m.talks for n in talk.names}


def _wrong(row: ProofRow) -> str:
    port = "" if row.port is None else f" {row.port}"
    was = "open" if row.after else "closed"
    wanted = {"allow": "open", "deny": "closed"}.get(row.wanted, "as before")
    return f"{row.id} {row.why}: {row.address} {row.protocol}{port} is {was}, the plan wants it {wanted}"


def _listed(title: str, lines: Iterable[str]) -> Iterator[str]:
    found = list(lines)
    if found:
        yield f"\n{title}"
        yield from (f"  {line}" for line in found[:MOST_LINES])
        if len(found) > MOST_LINES:
            yield f"  and {len(found) - MOST_LINES:,} more: --json FILE has all of them"
