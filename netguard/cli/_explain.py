"""What `netguard explain` says: finding the check or record that is meant, and putting it on the screen."""

import difflib
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType

import click

from netguard import config, registry
from netguard.cli._declaring import search
from netguard.errors import UsageError
from netguard.model.declared import LINK_NAMES
from netguard.model.observation import clean
from netguard.model.ports import parse
from netguard.model.vocabulary import Role
from netguard.report.subjects import prose
from netguard.report.words import NEEDS, POWERS, ROLES, listed
from netguard.rules import loader
from netguard.rules.loader import Rules
from netguard.rules.location import data_root
from netguard.rules.schema import DeviceRecord, Inbound, Outbound, Segments

CHECKS = "netguard.checks"
ANY_ROLE = frozenset(Role)

MOST_LISTED = 20
"""Checks and records named where several are meant; a longer list is not read but narrowed down."""

MOST_NEAR = 5
"""Names suggested where nothing is meant."""

NEAR = 0.5
"""How alike a suggestion has to be, as difflib measures it (0 to 1): a letter or two wrong, not another word."""

WIDEST, NARROWEST = 100, 40
"""Columns: a longer line is not followed by the eye, a shorter one holds no sentence."""

NOT_KNOWN = "not known to netguard"

LABEL = 18
"""Columns for labels; the longest, `Mends faults until`, has 18."""

BESIDE = 60
"""Columns from which a label stands beside its text and not before it."""

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_LEADS = {
    "Passes": "All right",
    "Unknown": "Not checked",
    "Not checked": "Not checked",
    "Not applicable": "Does not apply",
    "Does not apply": "Does not apply",
    "It errs": "It errs",
}
"""How a sentence of a check's docstring begins, and what a person reads instead."""

_IP = {
    "yes": "has one of its own",
    "maybe": "depends on the model, or on how it is set up",
    "no": "has none of its own, so no scan sees it",
}
_VERIFIED = {
    "device": "on a device of this kind",
    "packets": "against recorded packets",
    "reader": "against what another program reads of it",
    "documents": "against documents",
    "memory": "from memory only: nobody has looked it up yet",
}


COMMANDS = {
    "remove-mapping": "Type netguard upnp list to see what the router lets in, and netguard upnp remove tcp/8443 to close "
    "one: it shows what it found, asks, closes it and looks whether it is gone. Or delete it in the router's menu, under UPnP "
    "or port forwarding.",
}
"""What netguard itself can do about a remedy, by its intent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a check's docstring says, taken apart: `tables` are rows of cells, the first row of each names them."""

    asks: str
    tables: tuple[tuple[tuple[str, ...], ...], ...]
    outcomes: Mapping[str, str]
    """`All right`, `Not checked`, `Does not apply`, `It errs`: when, as the rest of a sentence or several."""
    rest: tuple[str, ...]


def ids() -> tuple[str, ...]:
    """Ids of all checks and records, a person's own among them, without reading any of them: for completion."""
    folders = (data_root("rules"), config.folder() / "rules")
    return (*registry.names(CHECKS), *sorted({p.stem for f in folders for p in (f / "devices").glob("*.yaml")}))


def explained(text: str) -> Iterator[str]:
    """Lines for the screen about what `text` names. Raises `UsageError` that says what else to write, `RulesError`."""
    rules = loader.load(config.folder() / "rules")
    meant = found(text, registry.load_all(CHECKS, "CHECK", "judge"), rules.devices)
    page = Page(width=_width(), bold=sys.stdout.isatty() and not os.environ.get("NO_COLOR"))
    if isinstance(meant, DeviceRecord):
        return record(page, meant)
    return check(page, meant, rules)


def found(
    text: str, checks: Mapping[str, ModuleType], records: Mapping[str, DeviceRecord]
) -> ModuleType | DeviceRecord:
    """The one check or record that `text` names by id, old id, name or other name, or by words that only it has.

    Raises `UsageError` that lists what may be meant where there are several, and what is called alike where there is
    none.
    """
    words = text.casefold().split()
    name, phrase = "-".join(words).replace("_", "-"), " ".join(words)
    for id_, module in checks.items():
        if name in (id_, *module.CHECK.aliases):
            return module
    if name in records:
        return records[name]
    devices = search(records, text, ANY_ROLE)
    exact = [r for r in devices if phrase in [n.casefold() for n in (r.name, *r.also_called)]]
    if len(exact) == 1:
        return exact[0]
    about = [
        m for m in checks.values() if words and all(w in f"{m.CHECK.id} {m.CHECK.title.casefold()}" for w in words)
    ]
    if len(about) + len(devices) == 1:
        return about[0] if about else devices[0]
    shown = clean(text) or "nothing"
    lines = [f"{m.CHECK.id}: {m.CHECK.title}" for m in about]
    lines += [clean(f"{r.id}: {r.name} ({ROLES[r.role]})") for r in devices]
    if lines:
        listing = "".join(f"\n  {line}" for line in lines[:MOST_LISTED])
        more = f"\n  and {len(lines) - MOST_LISTED} more: say more of the name" if len(lines) > MOST_LISTED else ""
        first = lines[0].partition(":")[0]
        raise UsageError(f"{shown}: several are called so:{listing}{more}\nSay which one: netguard explain {first}")
    near = _near(name, phrase, checks, records)
    hint = f"; near it: {', '.join(near)}" if near else ""
    raise UsageError(f"{shown}: there is neither a check nor a device record of that name{hint}")


def _near(
    name: str, phrase: str, checks: Mapping[str, ModuleType], records: Mapping[str, DeviceRecord]
) -> tuple[str, ...]:
    """Ids of what is called like it, the likest first."""
    called = {id_: id_ for id_ in (*checks, *records)}
    for device in records.values():
        for other in (device.name, *device.also_called):
            called.setdefault(other.casefold(), device.id)
    alike = dict.fromkeys(called, 0.0)
    for wanted in {name, phrase} if phrase else ():
        for near in difflib.get_close_matches(wanted, called, MOST_NEAR, NEAR):
            alike[near] = max(alike[near], difflib.SequenceMatcher(None, wanted, near).ratio())
    ordered = sorted((n for n in called if alike[n]), key=lambda n: -alike[n])
    return tuple(dict.fromkeys(called[n] for n in ordered))[:MOST_NEAR]


class Page:
    """Text for a terminal: wrapped, cleaned, and plain but for bold headings where those are wanted."""

    def __init__(self, *, width: int, bold: bool = False) -> None:
        self._width = width
        self._bold = bold

    def heading(self, text: str) -> Iterator[str]:
        """A blank line and the title of a section."""
        yield ""
        yield from (click.style(line, bold=True) if self._bold else line for line in self.lines(text))

    def lines(self, text: str, first: str = "", rest: str = "") -> list[str]:
        """`text` wrapped, never wider than the page, never with a control character in it."""
        return textwrap.wrap(
            prose(text),
            self._width,
            initial_indent=first,
            subsequent_indent=rest,
            break_on_hyphens=False,
            # An address in two pieces can be neither clicked nor copied.
            break_long_words="://" not in text,
        )

    def bullets(self, texts: Iterable[str]) -> Iterator[str]:
        """Each text as a line of a list."""
        for text in texts:
            yield from self.lines(text, "  - ", "    ")

    def rows(self, rows: Iterable[tuple[str, str]], label: int = LABEL) -> Iterator[str]:
        """Label and text beside each other, or below each other where the page is narrow or a label is long."""
        for name, text in rows:
            shown = prose(name)
            if self._width < BESIDE or len(shown) > label:
                yield from self.lines(f"{shown}: {text}", "  ", "    ")
            else:
                yield from self.lines(text, f"  {shown:<{label}} ", " " * (label + 3))


def told(docstring: str) -> Told:
    """Take a check's docstring apart: its first paragraph, its tables, when it says what, and what is left."""
    first, *paragraphs = re.split(r"\n\s*\n", docstring.strip())
    tables: list[tuple[tuple[str, ...], ...]] = []
    outcomes: dict[str, str] = {}
    rest: list[str] = []
    for paragraph in paragraphs:
        lines = [line.strip() for line in paragraph.splitlines()]
        if all(line.startswith("|") for line in lines):
            rows = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]
            tables.append(tuple(row for row in rows if not all(set(cell) <= set("-: ") for cell in row)))
            continue
        label = ""
        for sentence in _SENTENCE.split(" ".join(lines)):
            lead = next((lead for lead in _LEADS if re.match(rf"{lead}\b", sentence)), None)
            label = _LEADS[lead] if lead else label
            text = sentence.removeprefix(lead or "").strip(" ,:")
            if label:
                outcomes[label] = f"{outcomes[label]} {text}" if label in outcomes else text
            else:
                rest.append(text)
    return Told(asks=" ".join(first.split()), tables=tuple(tables), outcomes=outcomes, rest=tuple(rest))


def check(page: Page, module: ModuleType, rules: Rules) -> Iterator[str]:
    """Everything that the check in `module` says of itself, and what helps against what it finds."""
    about, said = module.CHECK, told(module.__doc__ or "")
    yield from page.lines(about.title)
    yield from page.lines(f"Check {about.id}" + (f", once called {listed(about.aliases)}" if about.aliases else ""))
    yield from page.heading("What it looks for")
    yield from page.lines(said.asks, "  ", "  ")
    yield from page.heading("Why it matters")
    yield from page.lines(about.why, "  ", "  ")
    yield from page.heading("How severe it is, and how it judges")
    for head, *rows in said.tables:
        if len(head) == 2 and all(len(row[-1]) <= LABEL for row in rows):
            yield from page.rows((severity, circumstance) for circumstance, severity in rows)
        else:
            yield from page.bullets(_row(head, row) for row in rows)
    yield from page.bullets(said.rest)
    yield from page.rows(
        (label, said.outcomes[label]) for label in dict.fromkeys(_LEADS.values()) if label in said.outcomes
    )
    yield from page.heading("What to do")
    yield from page.bullets(_what_to_do(module, rules))
    yield from page.rows(
        ("Needs", NEEDS[about.remedy.needs]) if not lost else ("You give up", lost)
        for lost in ("", *about.remedy.loses)
    )
    places = [(r.name, r.fixes[about.id]) for r in rules.devices.values() if about.id in r.fixes]
    if places:
        yield from page.heading("Where to find it on devices that netguard knows")
        yield from page.rows(places)
    yield from page.heading("References")
    yield from page.bullets(about.references)


def _row(head: tuple[str, ...], row: tuple[str, ...]) -> str:
    """A table's row as a sentence: `a shell without any login: critical`; more columns name themselves."""
    first, *cells = row
    if len(cells) == 1:
        return f"{first}: {cells[0]}"
    return f"{first}: " + "; ".join(f"{cell} ({name})" for name, cell in zip(head[1:], cells, strict=False))


def _what_to_do(module: ModuleType, rules: Rules) -> Iterator[str]:
    """The check's remedy, and its own advice or else that of rules/ports.yaml or rules/wifi.yaml about what it looks at."""
    grades = [g for g in rules.wifi.grades if g.check == module.CHECK.id]
    yield f"{module.CHECK.remedy.title.format(device='your Wi-Fi' if grades else 'the device')}."
    yield from (f"{g.seen[:1].upper()}{g.seen[1:]}: {g.fix}" if len(grades) > 1 else g.fix for g in grades)
    if command := COMMANDS.get(module.CHECK.remedy.intent or ""):
        yield command
    fixes = [text for name, text in vars(module).items() if name == "FIX" or name.startswith("FIX_")]
    if fixes:
        yield from fixes
        return
    ports = getattr(module, "PORTS", (getattr(module, "PORT", 0),))
    yield from dict.fromkeys(r.fix for r in rules.ports.services if {*ports} & parse(r.ports))


def record(page: Page, device: DeviceRecord) -> Iterator[str]:
    """Everything that a device record says to its owner."""
    yield from page.lines(device.name)
    kind = ROLES[device.role] + (", a kind that many makers build" if device.generic else "")
    yield from page.lines(f"Device record {device.id}")
    yield ""
    yield from page.rows(
        [
            ("What it is", kind),
            ("Maker", device.vendor or ("many" if device.generic else NOT_KNOWN)),
            ("Also called", ", ".join(device.also_called) or "nothing else"),
            ("Connects by", ", ".join(LINK_NAMES[link] for link in device.links) or NOT_KNOWN),
            ("IP address", _IP[device.ip]),
            ("Power", POWERS[device.power] if device.power else NOT_KNOWN),
            ("May listen on", _inbound(device.expected_inbound)),
            ("May call", _outbound(device.expected_outbound)),
            *([("Can keep apart", _apart(device.segments))] if device.role is Role.ROUTER else []),
            (
                "Mends faults until",
                f"{device.support.until}, says {device.support.url}" if device.support else NOT_KNOWN,
            ),
            ("Reporting faults", device.disclosure or NOT_KNOWN),
        ]
    )
    for title, texts in (
        ("Security", device.security or ("None of the sources below was found to say anything about it.",)),
        ("Notes", (device.notes,)),
        ("When a scan cannot see it", (device.unscannable,)),
        ("How to wake it", (device.wake,)),
    ):
        if any(texts):
            yield from page.heading(title)
            yield from page.bullets(text for text in texts if text)
    yield from page.heading("What to do where a check found something")
    if device.fixes:
        yield from page.rows(device.fixes.items())
    else:
        yield from page.lines(f"Its menus are {NOT_KNOWN}; netguard explain CHECK says what helps.", "  ", "  ")
    yield from page.heading("How we know")
    yield from page.rows([("Verified", f"{_VERIFIED[device.verified.how]}, {device.verified.when}"), *_own(device)])
    yield from page.bullets(f"{source.url} (looked at {source.checked})" for source in device.sources)


def _own(device: DeviceRecord) -> Iterator[tuple[str, str]]:
    path = config.folder() / "rules" / "devices" / f"{device.id}.yaml"
    if path.is_file():
        yield "Your own record", str(path)


def _inbound(entries: tuple[Inbound, ...] | None) -> str:
    if entries is None:
        return NOT_KNOWN
    said = (
        f"{e.transport} {e.port} ({e.name})"
        if e.port
        else f"the {e.transport} port it announces as {e.dnssd} ({e.name})"
        for e in entries
    )
    return "; ".join(said) or "nothing at all"


def _outbound(entries: tuple[Outbound, ...] | None) -> str:
    if entries is None:
        return NOT_KNOWN
    said = (f"{e.transport} {', '.join(map(str, e.ports))} to {', '.join(e.names) or 'anywhere'}" for e in entries)
    return "; ".join(said) or "nobody at all"


def _apart(segments: Segments | None) -> str:
    if segments is None:
        return NOT_KNOWN
    has = ((segments.vlans, "networks of your own making (VLANs)"), (segments.guest, "a guest network"))
    said = [*(what for yes, what in has if yes), *(f"not {what}" for yes, what in has if yes is False)]
    if segments.guest_isolates is not None:
        said.append(
            "guests from each other, too" if segments.guest_isolates else "guests from each other only where you say so"
        )
    return "; ".join(said)


def _width() -> int:
    return max(NARROWEST, min(WIDEST, shutil.get_terminal_size((80, 24)).columns))
