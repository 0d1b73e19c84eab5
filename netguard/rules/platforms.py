"""Router platforms: `rules/platforms/<id>.yaml`, how to say each intent there. Read by the commands that need them only."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal, get_args

import msgspec

from netguard.errors import RulesError, UsageError
from netguard.model.action import IntentKind
from netguard.model.observation import clean
from netguard.rules import loader, review
from netguard.rules.location import data_root
from netguard.rules.schema import Source, Verified

MAX_TITLE = 120
"""Characters of a platform's name: one line of a list."""

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_FILE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,40}[A-Za-z0-9])?(?:\.[a-z0-9]{1,10}){0,2}")
"""File names that are the same on every system, and are no path."""

INTENTS: tuple[str, ...] = get_args(IntentKind)

INTENT_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "isolate-segment": "Making the networks",
        "move-device": "Moving devices",
        "reserve-address": "Keeping addresses",
        "deny-flow": "Closing what is not allowed",
        "allow-flow": "Letting through what is allowed",
        "disable-feature": "Switching features off",
        "remove-mapping": "Taking forwarded ports back",
        "reflect-mdns": "Finding devices of another network",
        "set-wifi-security": "Wi-Fi settings",
        "change-credential": "Passwords",
    }
)
"""What people read for an intent, in a folder with rules and in a report."""

Label = Literal["packet-tested", "vendor-checked", "modelled", "unverified"]
"""How an output was shown to be right: its rules decided over real packets; the maker's own program read it; a model of the
platform read it; nothing did. Only the first two are called proven."""

LABEL_WORDS: Mapping[Label, str] = MappingProxyType(
    {
        "packet-tested": "packet-tested: these rules decided over real packets in a simulated home",
        "vendor-checked": "vendor-checked: the platform's own program read them and took them",
        "modelled": "modelled: a model of the platform read them and found that they say what the plan says",
        "unverified": "unverified: nothing but a reader's eye has checked them; try them where you can get back in",
    }
)


class Template(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to say one intent: doing it, taking it back, looking whether it is so. More parts are for the files' templates."""

    apply: str
    undo: str
    check: str
    parts: dict[str, str] = {}


TAKEN = frozenset({"readme.md", "plan.yaml"})
"""Names of files that the person gets on every platform, in lower case: some file systems see no difference."""


class FileTemplate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file that the person gets."""

    name: str
    what: str
    """What it is, a sentence for README.md."""
    text: str
    when: Literal["always", "names"] | IntentKind = "always"
    """`names`: only where the plan lets somebody go to a DNS name. An intent: only where there is a step of this kind."""
    executable: bool = False
    runs: bool = False
    """Whether a proof loads it with the program nft: all rules of the platform, and for nothing but the kernel to read."""


class Platform(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of router."""

    schema: Literal[1]
    id: str
    name: str
    """What people call it: `OpenWrt 22.03 and later`."""
    label: Label
    verified: Verified
    sources: tuple[Source, ...]
    needs: tuple[str, ...]
    """What has to be there, a sentence each."""
    steps: tuple[str, ...]
    """What to do in which order, from the backup to the ending of old connections; Markdown."""
    undo: tuple[str, ...]
    """How to take all of it back."""
    after: tuple[str, ...] = ()
    """What to know afterwards."""
    vlans: bool
    """Whether it can keep segments apart at all."""
    beside: bool = False
    """Whether its rules stand beside the router's own: these decide on about what `policy.decides` leaves to them."""
    replaces: str | None = None
    """Of a person's own: the shipped platform in whose place it stands."""
    like: str | None = None
    """The shipped platform whose intents (by kind) and files (by name) it has, too, where it does not say otherwise itself."""
    intents: dict[str, Template] = {}
    unsupported: dict[str, str] = {}
    """By intent: what to do instead, by hand."""
    files: tuple[FileTemplate, ...] = ()


def load(overlay: Path | None = None) -> Mapping[str, Platform]:
    """Every platform by id, those in the folder `overlay/platforms` among them. Raises `RulesError`.

    As with all rules, a person's own file that takes a shipped one's place has to say so (`replaces`).
    """
    root = data_root("rules")
    folder = root / loader.JUDGE_NOTHING
    read = []
    for path in loader.record_files(folder):
        shown = f"{root.name}/{folder.name}/{path.name}"
        read.append((loader.read_record(path, shown, Platform, {}), path, shown))
    shipped: dict[str, Platform] = {}
    for platform, path, shown in sorted(read, key=lambda one: one[0].like is not None):
        shipped[path.stem] = _reviewed(platform, path, shown, shipped)
    if not shipped:
        raise RulesError(f"{root}: {folder.name}: there are no records; install netguard again")
    own: dict[str, Platform] = {}
    replaced: dict[str, Path] = {}
    for path in loader.record_files(overlay / folder.name) if overlay is not None else ():
        shown = path.as_posix()
        own[path.stem] = platform = _reviewed(loader.read_record(path, shown, Platform, {}), path, shown, shipped)
        loader.check_replacement(platform, path, shipped, replaced)
    found = {id_: platform for id_, platform in shipped.items() if id_ not in replaced} | own
    return MappingProxyType(dict(sorted(found.items())))


def _reviewed(platform: Platform, path: Path, shown: str, known: Mapping[str, Platform]) -> Platform:
    """The platform with what it has of the one it is like. Raises `RulesError`."""
    if platform.like is not None:
        if platform.like not in known:
            raise RulesError(
                f"{shown}: like: netguard has no platform {clean(platform.like, 40)!r} that says all itself"
            )
        other = known[platform.like]
        said = {*platform.intents, *platform.unsupported}
        files = {file.name for file in platform.files}
        platform = msgspec.structs.replace(
            platform,
            intents={k: v for k, v in other.intents.items() if k not in said} | platform.intents,
            unsupported={k: v for k, v in other.unsupported.items() if k not in said} | platform.unsupported,
            files=(*platform.files, *(file for file in other.files if file.name not in files)),
        )
    loader.complain(shown, problems(platform, path.stem))
    return platform


def one(platforms: Mapping[str, Platform], name: str) -> Platform:
    """The platform called `name`. Raises `UsageError` that lists all."""
    if name not in platforms:
        raise UsageError(f"there is no platform {name[:40]!r}; there are {', '.join(platforms)}")
    return platforms[name]


def problems(platform: Platform, name: str) -> Iterator[str]:
    """What the shape alone cannot say about a platform's file. Each is `field: reason`."""
    if platform.id != name:
        yield f"id: it is {platform.id!r}, it has to be the file's name, {name!r}"
    if not _ID.fullmatch(platform.id):
        yield "id: it has to be lower-case words joined by `-`"
    if not platform.name.strip() or clean(platform.name, MAX_TITLE) != platform.name:
        yield f"name: it is empty, longer than {MAX_TITLE} characters or has control characters"
    yield from review.sources(platform.sources)
    yield from review.verified(platform.verified)
    for field in ("needs", "steps", "undo"):
        if not any(text.strip() for text in getattr(platform, field)):
            yield f"{field}: it has to say something"
    yield from _intents(platform)
    yield from _files(platform)


def _intents(platform: Platform) -> Iterator[str]:
    for intent in INTENTS:
        if (intent in platform.intents) == (intent in platform.unsupported):
            yield f"intents.{intent}: every intent is either under intents or under unsupported, and not under both"
    for field, names in (("intents", platform.intents), ("unsupported", platform.unsupported)):
        for intent in names:
            if intent not in INTENTS:
                yield f"{field}.{clean(intent, 40)}: there is no such intent"
    for intent, template in platform.intents.items():
        for part in ("apply", "undo", "check"):
            if not getattr(template, part).strip():
                yield f"intents.{intent}.{part}: it is empty; what the platform has no words for is unsupported"
    for intent, text in platform.unsupported.items():
        if not text.strip():
            yield f"unsupported.{intent}: it has to say what to do instead"


def _files(platform: Platform) -> Iterator[str]:
    called = [file.name.lower() for file in platform.files]
    if len(set(called)) != len(called) or not called:
        yield "files: there has to be at least one, each with a name of its own"
    for number, file in enumerate(platform.files):
        if not _FILE.fullmatch(file.name):
            yield f"files[{number}].name: {clean(file.name, 40)!r} is no plain file name"
        elif file.name.lower() in TAKEN:
            yield f"files[{number}].name: netguard writes a {file.name} itself"
