"""Writes a plan file (`netguard.plan/1`) that a person can edit, and that `planfile.read` reads as the same plan. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping

from netguard.model.observation import clean
from netguard.model.plan import Listen, Member, Plan, Segment, SegmentRole, Talk

WIDTH = 160
"""Characters of a line up to which a list of entries stays on it; a segment with everything has about as many."""

MAX_REMARK = 200
"""Characters of a remark: one line that a person reads beside the device it is about."""

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*|[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?:/[0-9]{1,2})?")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
"""What is no text without quotes, here or to other readers (YAML 1.1, https://yaml.org/type/bool.html)."""


def write(plan: Plan, remarks: Mapping[str, str | tuple[str, ...]] | None = None) -> str:
    """`plan` as the text of a file. A remark, by its member's name, stands as a comment above that member, or several do."""
    said = remarks or {}
    lines = [f"schema: {plan.schema}", f"wan: {_fields([('interface', _text(plan.wan))])}", "segments:"]
    lines += [f"  - {_segment(segment)}" for segment in plan.segments]
    lines.append("members:" if plan.members else "members: []")
    for member in plan.members:
        remark = said.get(member.name, ())
        lines += [comment(each, "  ") for each in ((remark,) if isinstance(remark, str) else remark) if each]
        lines += _member(member, bare=plan.segment(member.segment).role is not SegmentRole.IOT)
    return "\n".join(lines) + "\n"


def comment(text: str, indent: str = "") -> str:
    """`text` as one comment's line without its end, whatever it holds."""
    short = clean(" ".join(text[: MAX_REMARK * 4].split()), MAX_REMARK)
    seen = "".join(
        c if c.isprintable() else " " for c in short
    )  # YAML 1.2, 5.1: what is not printable ends the reading
    return f"{indent}# {' '.join(seen.split())}".rstrip()


def _segment(segment: Segment) -> str:
    fields = [("name", _text(segment.name)), ("role", segment.role.value), ("interface", _text(segment.interface))]
    fields += [
        (name, _text(str(value)) if name != "vlan" else str(value))
        for name, value in (("vlan", segment.vlan), ("prefix", segment.prefix), ("prefix6", segment.prefix6))
        if value is not None
    ]
    if segment.router:
        fields.append(("router", _list(map(str, segment.router))))
    return _fields(fields)


def _member(member: Member, *, bare: bool) -> Iterator[str]:
    """A member on one line, or on a line for each field where it listens or talks to something.

    `bare` leaves `talks: []` away: outside an IoT segment it would promise what it does not do.
    """
    fields = [("name", _text(member.name)), ("mac", _text(str(member.mac))), ("segment", _text(member.segment))]
    if member.addresses:
        fields.append(("addresses", _list(map(str, member.addresses))))
    entries = [("listens", [_listen(each) for each in member.listens])] if member.listens else []
    talks = member.talks
    if isinstance(talks, str):
        fields.append(("talks", talks))
    elif talks:
        entries.append(("talks", [_talk(each) for each in talks]))
    elif not bare:
        fields.append(("talks", "[]"))
    if not entries and len(line := f"  - {_fields(fields)}") <= WIDTH:
        yield line
        return
    later = [fields.pop()] if fields[-1][0] == "talks" else []
    yield from (f"  {'-' if n == 0 else ' '} {name}: {value}" for n, (name, value) in enumerate(fields))
    for name, values in entries:
        if len(line := f"    {name}: [{', '.join(values)}]") <= WIDTH:
            yield line
        else:
            yield f"    {name}:"
            yield from (f"      - {value}" for value in values)
    yield from (f"    {name}: {value}" for name, value in later)


def _listen(listen: Listen) -> str:
    fields = [("transport", listen.transport.value), ("ports", _ports(listen.ports)), ("from", _text(listen.source))]
    return _fields(fields)


def _talk(talk: Talk) -> str:
    if talk.service is not None:
        return _fields([("service", talk.service)])
    return _fields([("names", _list(talk.names)), ("transport", talk.transport.value), ("ports", _ports(talk.ports))])


def _ports(ports: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, ports))}]"


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"


def _fields(fields: Iterable[tuple[str, str]]) -> str:
    return "{" + ", ".join(f"{name}: {value}" for name, value in fields) + "}"


def _text(text: str) -> str:
    """A checked name, address or prefix as a scalar that is text to every reader. None of them holds a quote or backslash."""
    return text if _PLAIN.fullmatch(text) and text.lower() not in _WORDS else f'"{text}"'
