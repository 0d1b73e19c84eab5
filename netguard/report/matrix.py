"""A proof in words: who reaches whom before and with the rules, what still works, what is closed, what went wrong. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from netguard.model.observation import clean
from netguard.model.plan import Plan
from netguard.model.proof import Proof, ProofRow
from netguard.model.vocabulary import Transport
from netguard.report import words
from netguard.report.change_shape import CellView, DoorView, MatrixRow, ProofView

ROUTER, INTERNET = "router", "internet"
"""What the columns of the router and of the internet are called; no network of a plan has these names but `internet`, whose
column then stands for both."""

STRANGER = "stranger in"
"""How a proof names who is no member; the network's name follows."""

ANYBODY = {
    "nobody-listed.example": "anybody in the internet",
    INTERNET: "anybody in the internet",
    "private address outside": "a private address on the internet's side",
}
"""What a proof calls whom no plan lists, and where a cloud's name must not lead; and what a row is called here."""

NAMED = 4
"""Names that a line lists."""

SHOWN = 40
"""Lines of what works, is closed or went wrong; a longer list is not read, and the proof's JSON has all."""

PROTOCOLS = {"tcp": "TCP", "udp": "UDP", "icmp": "ping", "icmpv6": "ping"}


class Door(Protocol):
    """A port that a scan found open: `netguard.advise.closing.Door`."""

    @property
    def member(self) -> str:
        """Whose, by the name in the plan."""

    @property
    def transport(self) -> Transport:
        """TCP or UDP."""

    @property
    def port(self) -> int:
        """Its number."""


def proof_view(plan: Plan, proof: Proof, doors: Sequence[Door] = ()) -> ProofView:
    """What `proof` showed of the rules of `plan`, and of `doors`."""
    places = _places(plan)
    columns = (ROUTER, INTERNET, *(str(s.name) for s in plan.segments if s.name != INTERNET))
    needed = [r for r in proof.rows if _works(r, places)]
    answered = {_question(r) for r in proof.rows if r.after}
    works = tuple(_lines(needed))
    closed = tuple(_lines(r for r in proof.rows if r.closed and not r.wrong and _question(r) not in answered))
    wrong = tuple(_wrong(row) for row in proof.wrong)
    return ProofView(
        sentence=_sentence(proof),
        run=proof.how == "run",
        columns=columns,
        rows=tuple(_rows(proof, places, columns)),
        notes=tuple(_notes(proof)),
        doors=tuple(_doors(proof, doors)),
        works=works[:SHOWN],
        more_works=max(0, len(works) - SHOWN),
        closed=closed[:SHOWN],
        more_closed=max(0, len(closed) - SHOWN),
        wrong=wrong[:SHOWN],
        more_wrong=max(0, len(wrong) - SHOWN),
    )


def _places(plan: Plan) -> dict[str, str]:
    """In which network everybody is whom a proof names; who is in none of them is in the internet."""
    members = {str(m.name): str(m.segment) for m in plan.members}
    strangers = {f"{STRANGER} {s.name}": str(s.name) for s in plan.segments}
    return {**members, **strangers, ROUTER: ROUTER}


def _sentence(proof: Proof) -> str:
    asked, wrong = words.count(len(proof.rows), "question"), len(proof.wrong)
    before, after = sum(r.before for r in proof.rows), sum(r.after for r in proof.rows)
    if proof.how == "calculated":
        return (
            f"Calculated, not run: {clean(proof.reason or 'no reason was noted')}. Of {asked} that could be asked, the plan means "
            f"{after:,} to be answered. Whether your router does what the plan means, a scan afterwards tells."
        )
    how = "all as the plan says" if not wrong else f"{wrong:,} OTHER THAN THE PLAN SAYS: do not use these rules"
    return (
        f"Tried with real packets in a simulated home: of {asked}, {before:,} were answered without the rules and {after:,} "
        f"with them, {how}."
    )


def _rows(proof: Proof, places: Mapping[str, str], columns: tuple[str, ...]) -> Iterator[MatrixRow]:
    asked: dict[str, dict[str, list[ProofRow]]] = {}
    for row in proof.rows:
        to = places.get(row.target, INTERNET)
        asked.setdefault(_asker(row, places), {}).setdefault(to, []).append(row)
    order = (*columns[2:], INTERNET)
    for source in sorted(asked, key=lambda s: (order.index(places.get(s, INTERNET)), s.startswith(STRANGER), s)):
        place = places.get(source)
        who = _called(source) if place is None or place in source else f"{_called(source)} ({place})"
        yield MatrixRow(who=who, cells=tuple(_cell(asked[source].get(column, ())) for column in columns))


def _asker(row: ProofRow, places: Mapping[str, str]) -> str:
    return row.source if row.source in places else INTERNET


def _cell(rows: Iterable[ProofRow]) -> CellView:
    asked = list(rows)
    if not asked:
        return CellView(text="–", kind="none")
    before, after = sum(r.before for r in asked), sum(r.after for r in asked)
    if wrong := sum(r.wrong for r in asked):
        return CellView(text=f"{before} → {after}, {wrong} wrong", kind="wrong")
    if all(r.wanted == "not-routed" for r in asked):
        return CellView(text=f"{before} → {after}", kind="beyond")
    return CellView(text=f"{before} → {after}", kind="closed" if after < before else "kept")


def _notes(proof: Proof) -> Iterator[str]:
    yield "How many questions are answered: without the rules → with them."
    if any(r.wanted == "not-routed" for r in proof.rows):
        yield "Within one network packets never pass the router, so its rules leave them as they are."
    if any(r.wanted == "as-before" for r in proof.rows):
        yield "What the plan leaves to the router's own firewall stays as it was."
    if proof.left_out:
        names = [clean(name) for name in proof.left_out[:SHOWN]]
        more = len(proof.left_out) - len(names)
        listed = words.listed((*names, f"{more:,} more") if more else tuple(names))
        yield f"For {listed} there was no room; each is like one that was asked."
    if proof.not_asked:
        listed = words.listed(tuple(clean(what) for what in proof.not_asked[:SHOWN]))
        yield f"Nothing was asked about {listed}: a mistake there would not show."


def _doors(proof: Proof, doors: Sequence[Door]) -> Iterator[DoorView]:
    """What becomes of each door for who is in another network; of members that had no room nothing was asked."""
    for door in doors:
        asked = [
            row
            for row in proof.rows
            if (row.target, row.protocol, row.port) == (door.member, door.transport.value, door.port)
            and row.wanted != "not-routed"
        ]
        if not asked:
            continue
        reached = tuple(dict.fromkeys(row.source for row in asked if row.after))
        answered = _cell(asked)
        planned = all(row.wanted == "allow" for row in asked if row.after)
        why = "as the plan says" if planned else "as it was before"
        told = f"open to {_named(reached)}, {why}" if reached else "closed"
        yield DoorView(
            port=f"{_called(door.member)}, {door.transport.upper()} {door.port}",
            answered=answered,
            told="OTHER THAN THE PLAN SAYS" if answered.kind == "wrong" else told,
        )


def _works(row: ProofRow, places: Mapping[str, str]) -> bool:
    """Whether somebody may do this, and can: between networks, and into the internet."""
    return row.wanted == "allow" and row.after and row.target != ROUTER and row.source in places


def _question(row: ProofRow) -> tuple[str, str, str]:
    """What is asked for, whichever of the addresses it is asked at."""
    return row.source, row.target, _what(row)


def _lines(rows: Iterable[ProofRow]) -> Iterator[str]:
    """`camera-1 and camera-2 to nas: TCP 22, TCP 445`: who ask the same of the same share a line, and so do who are asked."""
    asked: dict[tuple[str, str], dict[str, None]] = {}
    for row in rows:
        asked.setdefault((row.source, row.target), {})[_what(row)] = None
    of_one: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (source, target), what in asked.items():
        of_one.setdefault((source, tuple(what)), []).append(target)
    of_all: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for (source, what_), targets in of_one.items():
        of_all.setdefault((tuple(targets), what_), []).append(source)
    for (targets_, what_), sources in of_all.items():
        yield f"{_named(sources)} to {_named(targets_)}: {', '.join(what_)}"


def _named(names: Iterable[str]) -> str:
    said = [_called(name) for name in names]
    more = len(said) - NAMED
    return words.listed((*said[:NAMED], f"{more:,} more") if more > 1 else tuple(said))


def _called(name: str) -> str:
    """A proof's name for a person: who is no member is anybody else there."""
    text = clean(name)
    if text.startswith(f"{STRANGER} "):
        return f"anybody else in {text.removeprefix(STRANGER).strip()}"
    return ANYBODY.get(text, text)


def _what(row: ProofRow) -> str:
    name = PROTOCOLS.get(row.protocol, clean(row.protocol))
    return name if row.port is None else f"{name} {row.port}"


def _wrong(row: ProofRow) -> str:
    wanted = {"allow": "open", "deny": "closed"}.get(row.wanted, "as it was before")
    now = "open" if row.after else "closed"
    return f"{clean(row.why)} ({row.address}, {_what(row)}): it is {now}, and the plan wants it {wanted}"
