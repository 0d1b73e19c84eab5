"""Router platforms: `rules/platforms/<id>.yaml`, how to say each intent there. Read by the commands that need them only."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal, get_args

import msgspec

from netguard.errors import RulesError, UsageError
from netguard.model.action import IntentKind
from netguard.rules import loader, review
from netguard.rules.location import data_root
from netguard.rules.schema import Source, Verified

INTENTS: tuple[str, ...] = get_args(IntentKind)

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


class FileTemplate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file that the person gets."""

    name: str
    what: str
    """What it is, a sentence for README.md."""
    text: str
    when: Literal["always", "names"] | IntentKind = "always"
    """`names`: only where the plan lets somebody go to a DNS name. An intent: only where there is a step of this kind."""
    executable: bool = False


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
    intents: dict[str, Template]
    unsupported: dict[str, str]
    """By intent: what to do instead, by hand."""
    files: tuple[FileTemplate, ...]


def load(overlay: Path | None = None) -> Mapping[str, Platform]:
    """Every platform by id; a person's own files in `overlay/platforms` replace those of the same id. Raises `RulesError`."""
    root = data_root("rules")
    folders = [root / "platforms"]
    if overlay is not None and (overlay / "platforms").is_dir():
        folders.append(overlay / "platforms")
    found: dict[str, Platform] = {}
    for folder in folders:
        for path in loader._yaml_files(folder):  # noqa: SLF001 - the package's own
            shown = f"{folder.parent.name}/{folder.name}/{path.name}"
            platform = loader._read(path, shown, Platform, {})  # noqa: SLF001 - the package's own
            for problem in problems(platform, path.stem):
                raise RulesError(f"{shown}: {problem}")
            found[platform.id] = platform
    if not found:
        raise RulesError(f"{root}: platforms: there are no records; install netguard again")
    return MappingProxyType(dict(sorted(found.items())))


def one(platforms: Mapping[str, Platform], name: str) -> Platform:
    """The platform called `name`. Raises `UsageError` that lists all."""
    if name not in platforms:
        raise UsageError(f"there is no platform {name[:40]!r}; there are {', '.join(platforms)}")
    return platforms[name]


def problems(platform: Platform, name: str) -> Iterator[str]:
    """What the shape alone cannot say about a platform's file. Each is `field: reason`."""
    if platform.id != name:
        yield f"id: it is {platform.id!r}, it has to be the file's name, {name!r}"
    yield from review.sources(platform.sources)
    for intent in INTENTS:
        if (intent in platform.intents) == (intent in platform.unsupported):
            yield f"intents.{intent}: every intent is either under intents or under unsupported, and not under both"
    for field, names in (("intents", platform.intents), ("unsupported", platform.unsupported)):
        for intent in names:
            if intent not in INTENTS:
                yield f"{field}.{intent[:40]}: there is no such intent"
    for intent, text in platform.unsupported.items():
        if not text.strip():
            yield f"unsupported.{intent}: it has to say what to do instead"
    called = [file.name for file in platform.files]
    if len(set(called)) != len(called) or not called:
        yield "files: there has to be at least one, each with a name of its own"
    for number, file in enumerate(platform.files):
        if not file.name.replace(".", "").replace("-", "").isalnum() or file.name.startswith("."):
            yield f"files[{number}].name: {file.name[:40]!r} is no plain file name"
