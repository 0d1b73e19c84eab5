"""From a plan to the text for one router: the platform's templates, and a gate that lets nothing but typed values through.

Whatever a template puts out has to be a number, an address, a prefix, a MAC, one of the checked names of `model/plan.py`, a
word of a fixed list, or text that was rendered here before. Every other string is refused, in a comment as anywhere: a
device's name could end the line it stands on.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment
from netaddr import EUI, IPAddress, IPNetwork, mac_unix_expanded

from netguard.advise.ruleset import Ruleset
from netguard.errors import RulesError
from netguard.model.action import Intent
from netguard.model.plan import INTERFACE_ID, Domain, InterfaceName, Name, SegmentRole
from netguard.model.vocabulary import Transport
from netguard.rules.platforms import INTENTS, LABEL_WORDS, Platform

MAX_TEXT = 4 * 1024 * 1024
"""Characters of one file (4 MiB); 250 members make about 100,000. Stops a template that goes on without end."""


class Rendered(str):
    """Text that came out of the gate."""

    __slots__ = ()


_COMMA = Rendered(", ")


class Fingerprint(str):
    """A finding's fingerprint, hexadecimal digits only. `Fingerprint.of` checks it."""

    __slots__ = ()

    @classmethod
    def of(cls, text: str) -> "Fingerprint":
        """`text` as a fingerprint. Raises `ValueError`."""
        if not (text.isascii() and text.isalnum() and 4 <= len(text) <= 64):
            raise ValueError(f"{text[:40]!r} is no fingerprint")
        return cls(text)


class UntypedValueError(TypeError):
    """A template tried to put out something that is not typed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file for the person."""

    name: str
    text: str
    what: str
    executable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """An intent that the platform has no words for, and what to do instead."""

    intent: str
    instead: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """Everything that is to be applied on one router."""

    platform: Platform
    files: tuple[File, ...]
    by_hand: tuple[ByHand, ...]
    steps: tuple[str, ...]
    undo: tuple[str, ...]
    after: tuple[str, ...]
    checks: tuple[str, ...]
    """Commands that show on the router whether it is so."""
    closes: tuple[Fingerprint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing the router has to do, as a template sees it: what does not apply is null."""

    kind: str
    segment: Any = None
    member: Any = None
    reach: Any = None
    egress: Any = None
    other: Any = None
    """A second segment."""
    transport: Transport | None = None
    port: int | None = None
    feature: Name | None = None
    number: int = 0
    """Its place among the steps, from 1: for platforms whose rules need a name of their own."""


def snippet(
    platform: Platform, rules: Ruleset, *, wanted: Iterable[Intent] = (), closes: Iterable[str] = ()
) -> Snippet:
    """The files of `platform` for `rules`.

    `wanted` are the intents of a scan's actions; those count that no plan expresses: features to switch off, mappings to
    take away, Wi-Fi and passwords to change. `closes` are the fingerprints of the findings that all of it closes.

    Raises `RulesError` when the platform's templates fail; nothing is given then.
    """
    steps = tuple(replace(step, number=n) for n, step in enumerate((*_steps_of(rules), *_wanted(wanted)), 1))
    fingerprints = tuple(sorted({Fingerprint.of(text) for text in closes}))
    maker = _Maker(platform, rules, steps, fingerprints)
    kinds = {step.kind for step in steps}
    return Snippet(
        platform=platform,
        files=tuple(
            File(name=f.name, text=maker.text(f.text), what=f.what, executable=f.executable)
            for f in platform.files
            if f.when == "always" or (rules.clouds if f.when == "names" else f.when in kinds)
        ),
        by_hand=tuple(
            ByHand(intent=intent, instead=" ".join(platform.unsupported[intent].split()))
            for intent in INTENTS
            if intent in platform.unsupported and intent in kinds
        ),
        steps=maker.sentences(platform.steps),
        undo=maker.sentences(platform.undo),
        after=maker.sentences(platform.after),
        checks=tuple(dict.fromkeys(filter(None, (maker.part(step, "check").strip() for step in steps)))),
        closes=fingerprints,
    )


def says(platform: Platform, rules: Ruleset, intent: Intent) -> bool:
    """Whether the platform has words for an intent that no plan expresses: for this feature, not only for its kind.

    Raises `RulesError` when its template fails.
    """
    steps = tuple(_wanted((intent,)))
    maker = _Maker(platform, rules, steps, ())
    return any(maker.part(step, "apply").strip() for step in steps)


def _steps_of(rules: Ruleset) -> Iterable[Step]:
    """What the plan itself asks of the router."""
    for segment in (*rules.iot, *rules.guest):
        yield Step(kind="isolate-segment", segment=segment)
    for member in rules.members:
        segment = rules.plan.segment(member.segment)
        yield Step(kind="move-device", member=member, segment=segment)
        if member.addresses:
            yield Step(kind="reserve-address", member=member, segment=segment)
    for segment in (*rules.iot, *rules.guest):
        yield Step(kind="deny-flow", segment=segment)
    for reach in rules.reaches:
        yield Step(kind="allow-flow", reach=reach)
    for egress in rules.egresses:
        yield Step(kind="allow-flow", egress=egress)
    for segment in rules.iot:
        for trusted in rules.trusted:
            yield Step(kind="reflect-mdns", segment=segment, other=trusted)


def _wanted(intents: Iterable[Intent]) -> Iterable[Step]:
    """Intents of actions that no plan expresses."""
    for intent in intents:
        if intent.kind in {"disable-feature", "remove-mapping", "set-wifi-security", "change-credential"}:
            yield Step(
                kind=intent.kind,
                transport=intent.transport,
                port=intent.port,
                feature=None if intent.feature is None else Name.of(intent.feature),
            )


class _Maker:
    """Renders one platform's templates."""

    def __init__(
        self, platform: Platform, rules: Ruleset, steps: tuple[Step, ...], closes: tuple[Fingerprint, ...]
    ) -> None:
        self._platform, self._steps = platform, steps
        self._known: Mapping[str, Any] = {
            "rules": rules,
            "plan": rules.plan,
            "wan": rules.plan.wan,
            "closes": closes,
            "label": Rendered(LABEL_WORDS[platform.label]),
            "each": self._each,
            "has": lambda kind: any(step.kind == kind for step in steps),
        }

    def text(self, template: str, **more: object) -> Rendered:
        try:
            text = _compiled(template).render(**self._known, **more)
        except (TemplateError, UntypedValueError, TypeError, ValueError, KeyError) as error:
            raise RulesError(f"rules/platforms/{self._platform.id}.yaml: template: {error}") from error
        if len(text) > MAX_TEXT:
            raise RulesError(
                f"rules/platforms/{self._platform.id}.yaml: template: it writes more than {MAX_TEXT >> 20} MiB"
            )
        return Rendered(text)

    def sentences(self, templates: Iterable[str]) -> tuple[str, ...]:
        """Each of them; what comes out empty does not apply to this plan and is left out."""
        return tuple(filter(None, (self.text(template).strip() for template in templates)))

    def part(self, step: Step, part: str) -> Rendered:
        """One part of what the platform says for one step; empty where it has no words for it."""
        template = self._platform.intents.get(step.kind)
        if template is None:
            return Rendered("")
        words = {"apply": template.apply, "undo": template.undo, "check": template.check, **template.parts}
        if part not in words:
            return Rendered("")
        return self.text(words[part], it=step)

    def _each(self, part: str, *kinds: str) -> Rendered:
        """`part` of every step of these kinds, one after the other, each text once; called by the files' templates."""
        unknown = [kind for kind in kinds if kind not in INTENTS]
        if unknown:
            raise ValueError(f"there is no intent {unknown[0]!r}")
        made = dict.fromkeys(self.part(step, part) for step in self._steps if step.kind in kinds)
        return Rendered("".join(text if text.endswith("\n") or not text else f"{text}\n" for text in made))


def _gate(value: object) -> str:
    """What may leave a template, as text. Raises `UntypedValueError` for everything else."""
    word = _word(value)
    if word is None:
        raise UntypedValueError(f"{type(value).__name__} is not typed, so it cannot be written")
    return word


def _word(value: object) -> Rendered | None:
    text: str | None = None
    match value:
        case Rendered():
            return value
        case Name() | InterfaceName() | Domain() | Fingerprint():
            # `of` checked it; somebody may have built it otherwise.
            text = type(value).of(value)
        case Transport() | SegmentRole():
            text = value.value
        case EUI():
            text = str(EUI(value, dialect=mac_unix_expanded))
        case int() | IPAddress() | IPNetwork() if not isinstance(value, bool):
            text = str(value)
        case _:
            pass
    return None if text is None else Rendered(text)


def _listed(values: Iterable[object], between: object = _COMMA) -> Rendered:
    """`values` through the gate, joined by what has to pass it, too."""
    return Rendered(_gate(between).join(_gate(value) for value in values))


def _underscored(name: Name) -> Rendered:
    """A name where dashes are not allowed. No two names become one: there are no underscores in a `Name`."""
    return Rendered(Name.of(name).replace("-", "_"))


def _lower_half(address: IPAddress) -> Rendered:
    """The lower half of an IPv6 address as hexadecimal digits: `20` of `2001:db8::20`."""
    return Rendered(f"{int(address) & int(INTERFACE_ID):x}")


_FILTERS: Mapping[str, Callable[..., object]] = {
    "listed": _listed,
    "length": len,
    "names": lambda things: tuple(thing.name for thing in things),
    "interfaces": lambda segments: tuple(segment.interface for segment in segments),
    "netmask": lambda network: network.netmask,
    "underscored": _underscored,
    "lower_half": _lower_half,
}
"""All that templates may do with values."""


@cache
def _environment() -> SandboxedEnvironment:
    environment = SandboxedEnvironment(
        finalize=_gate, undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters = dict(_FILTERS)
    environment.tests = {"none": lambda value: value is None}
    environment.globals = {"comma": _COMMA, "comma_tight": Rendered(","), "nothing": Rendered("")}
    return environment


@cache
def _compiled(template: str) -> Any:
    return _environment().from_string(template)
