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
    lines = [f"schema: {plan.schema}", f"wan: {flow([('interface', _text(plan.wan))])}", "segments:"]
    lines += [segment_line(segment) for segment in plan.segments]
    lines.append("members:" if plan.members else "members: []")
    for member in plan.members:
        remark = said.get(member.name, ())
        lines += member_lines(member, plan, (remark,) if isinstance(remark, str) else remark)
    return "\n".join(lines) + "\n"


def comment(text: str, indent: str = "") -> str:
    """`text` as one comment's line without its end, whatever it holds."""
    short = clean(" ".join(text[: MAX_REMARK * 4].split()), MAX_REMARK)
    seen = "".join(
        c if c.isprintable() else " " for c in short
    )  # YAML 1.2, 5.1: what is not printable ends the reading
    return f"{indent}# {' '.join(seen.split())}".rstrip()


def segment_line(segment: Segment) -> str:
    """A segment as one item of the list."""
    return f"  - {flow(segment_fields(segment))}"


def segment_fields(segment: Segment) -> list[tuple[str, str]]:
    """What a segment has, by field, as it stands in a file."""
    fields = [("name", _text(segment.name)), ("role", segment.role.value), ("interface", _text(segment.interface))]
    fields += [
        (name, _text(str(value)) if name != "vlan" else str(value))
        for name, value in (("vlan", segment.vlan), ("prefix", segment.prefix), ("prefix6", segment.prefix6))
        if value is not None
    ]
    if segment.router:
        fields.append(("router", _list(map(str, segment.router))))
    return fields


def member_lines(member: Member, plan: Plan, remarks: Iterable[str] = ()) -> list[str]:
    """A member as one item of the list, with its remarks as comments above."""
    bare = plan.segment(member.segment).role is not SegmentRole.IOT
    return [*(comment(each, "  ") for each in remarks if each), *_member(member, bare=bare)]


def member_fields(member: Member, *, bare: bool) -> list[tuple[str, str]]:
    """What a member has, by field, as it stands in a file.

    `bare` leaves `talks: []` away: outside an IoT segment it would promise what it does not do.
    """
    fields = [("name", _text(member.name)), ("mac", _text(str(member.mac))), ("segment", _text(member.segment))]
    if member.addresses:
        fields.append(("addresses", _list(map(str, member.addresses))))
    if member.listens:
        fields.append(("listens", f"[{', '.join(map(listen_text, member.listens))}]"))
    if isinstance(member.talks, str):
        fields.append(("talks", member.talks))
    elif member.talks or not bare:
        fields.append(("talks", f"[{', '.join(map(talk_text, member.talks))}]"))
    return fields


def _member(member: Member, *, bare: bool) -> Iterator[str]:
    """A member on one line, or on a line for each field where it listens or talks to something."""
    fields = member_fields(member, bare=bare)
    talks = () if isinstance(member.talks, str) else member.talks
    if not member.listens and not talks and len(line := f"  - {flow(fields)}") <= WIDTH:
        yield line
        return
    entries = {"listens": [*map(listen_text, member.listens)], "talks": [*map(talk_text, talks)]}
    for number, (name, value) in enumerate(fields):
        if len(line := f"  {' ' if number else '-'} {name}: {value}") <= WIDTH or not entries.get(name):
            yield line
        else:
            yield f"    {name}:"
            yield from (f"      - {each}" for each in entries[name])


def listen_text(listen: Listen) -> str:
    """One entry of `listens`."""
    fields = [
        ("transport", listen.transport.value),
        ("ports", ports_text(listen.ports)),
        ("from", _text(listen.source)),
    ]
    return flow(fields)


def talk_text(talk: Talk) -> str:
    """One entry of `talks`."""
    if talk.service is not None:
        return flow([("service", talk.service)])
    return flow([("names", _list(talk.names)), ("transport", talk.transport.value), ("ports", ports_text(talk.ports))])


def ports_text(ports: tuple[int, ...]) -> str:
    """A list of ports."""
    return f"[{', '.join(map(str, ports))}]"


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"


def flow(fields: Iterable[tuple[str, str]]) -> str:
    """Fields on one line."""
    return "{" + ", ".join(f"{name}: {value}" for name, value in fields) + "}"


def value(written: object) -> str:
    """What a plan's file can hold, on one line. Texts are those that a plan can have."""
    if isinstance(written, Mapping):
        return flow((str(name), value(each)) for name, each in written.items())
    if isinstance(written, list | tuple):
        return f"[{', '.join(map(value, written))}]"
    return _text(written) if isinstance(written, str) else "null" if written is None else str(written)


def _text(text: str) -> str:
    """A checked name, address or prefix as a scalar that is text to every reader. None of them holds a quote or backslash."""
    return text if _PLAIN.fullmatch(text) and text.lower() not in _WORDS else f'"{text}"'
