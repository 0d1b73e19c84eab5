"""README.md of a folder with rules for one router: what is there, what to do in which order, how to take it back. Pure.

Nothing in it comes from a device or a scan's text: numbers, the plan's own checked names, ids of checks, and sentences of
the platform's file.
"""

from collections.abc import Iterable, Iterator

from netguard.advise.closing import Closed
from netguard.advise.snippet import File, Snippet
from netguard.model.observation import clean
from netguard.model.proof import Proof
from netguard.rules.platforms import INTENT_WORDS, LABEL_WORDS

NAME = "README.md"

MARK = "<!-- netguard.firewall/1: netguard made this folder, and replaces its own files in it -->"
"""First line of the file: by it netguard knows a folder that it may write to again."""

PLAN = "plan.yaml"

MAX_LEFT_OUT = 40
"""Members without room in a proof that are named; nobody reads a longer list."""


def readme(made: Snippet, closed: Iterable[Closed], proof: Proof | None) -> str:
    """The text of README.md."""
    files = (
        *made.files,
        File(name=PLAN, text="", what="the plan that all of this was made of; change it, not the files"),
    )
    parts = [
        MARK,
        f"# netguard: {made.platform.name}",
        f"**{LABEL_WORDS[made.platform.label]}.**",
        proven(proof),
        "## What is here",
        "\n".join(("| file | what it is |", "|---|---|", *(f"| `{f.name}` | {_line(f.what)} |" for f in files))),
        "## What has to be there",
        _bullets(made.platform.needs),
        "## What to do, in this order",
        "\n".join(f"{number}. {_line(step)}" for number, step in enumerate(made.steps, 1)),
        *_section("## By hand", (f"{INTENT_WORDS[each.intent]}: {each.instead}" for each in made.by_hand)),
        *_section("## What it closes, seen from other networks", _closed(closed)),
        "## How to take all of it back",
        _bullets(made.undo),
        *_section("## Afterwards", made.after),
        *_section("## How to look whether it is so, on the router", (f"`{command}`" for command in made.checks)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def proven(proof: Proof | None) -> str:
    """What a proof showed, in a paragraph; empty without one."""
    if proof is None:
        return ""
    asked, wrong = len(proof.rows), len(proof.wrong)
    before, after = sum(row.before for row in proof.rows), sum(row.after for row in proof.rows)
    if proof.how == "calculated":
        first = (
            f"**Calculated, not run**, because {proof.reason}. The plan means: of {asked:,} questions that devices could ask, "
            f"{after:,} are answered. Whether the router does what the plan means, only a scan afterwards can tell."
        )
    else:
        wrongly = "all as the plan says" if not wrong else f"**{wrong:,} other than the plan says**"
        first = (
            f"**Tried with real packets** in a simulated home with this plan's networks and devices: {asked:,} questions were asked. "
            f"Without the rules {before:,} were answered, with them {after:,}, {wrongly}."
        )
    return " ".join((first, *_besides(proof)))


def _besides(proof: Proof) -> Iterator[str]:
    """What a proof leaves as it was, or out."""
    as_before = sum(row.wanted == "as-before" for row in proof.rows)
    if as_before:
        yield f"{as_before:,} of them are for the router's own firewall, and are to stay as they were."
    if proof.left_out:
        names = ", ".join(map(clean, proof.left_out[:MAX_LEFT_OUT]))
        more = len(proof.left_out) - MAX_LEFT_OUT
        listed = f"{names} and {more:,} more" if more > 0 else names
        yield f"For {listed} there was no room; each is like one that was asked."
    if proof.not_asked:
        yield f"Nothing was asked about {', '.join(map(clean, proof.not_asked))}: a mistake there would not show."


def whole(made: Snippet, text: str, plan: str) -> str:
    """Everything in one document: `text` is README.md, and each file follows in a block of its own, an empty plan left out."""
    files = ((f.name, f.text) for f in (*made.files, File(name=PLAN, text=plan, what="")) if f.text)
    return text + "".join(f"\n## {name}\n\n~~~~~~\n{body.rstrip()}\n~~~~~~\n" for name, body in files)


def _closed(closed: Iterable[Closed]) -> Iterator[str]:
    for each in closed:
        whose = f" of {each.member}" if each.member is not None else ""
        yield f"`{each.check}`{whose} (finding {each.fingerprint})"


def _section(title: str, lines: Iterable[str]) -> tuple[str, ...]:
    listed = _bullets(lines)
    return (title, listed) if listed else ()


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {_line(line)}" for line in lines)


def _line(text: str) -> str:
    return " ".join(text.split())
