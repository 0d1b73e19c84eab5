"""A small uci: OpenWrt's configuration files, its batch language and its command, written from what `uci` itself says and does.

As a program (`python tests/readers/uci.py ...`) it stands for `uci` where scripts are tried: `NETGUARD_ROOT` is where /etc/config
is, and changes are staged beside it until `commit`. Like the real one it says what was wrong on standard error and returns 0 for a
batch all the same.
"""

import copy
import os
import re
import shlex
import sys
from dataclasses import dataclass, field
from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9_]+")
"""uci's names of sections and options; a package's may have dashes."""


_TYPE = re.compile(r"[A-Za-z0-9_-]+")


class UciError(Exception):
    """What uci would say of a line."""


@dataclass
class Section:
    """One section. `name` is null for an anonymous one; a list's value is a list."""

    type: str
    name: str | None
    options: dict[str, str | list[str]] = field(default_factory=dict)

    def all(self, option: str) -> list[str]:
        """The values of a list, or the words of an option, as fw4 reads them."""
        value = self.options.get(option, [])
        return value.split() if isinstance(value, str) else list(value)

    def real_list(self, option: str) -> list[str]:
        """The values of a real list only, as OpenWrt's shell functions read them (config_list_foreach)."""
        value = self.options.get(option, [])
        return [] if isinstance(value, str) else list(value)

    def get(self, option: str, default: str | None = None) -> str | None:
        """The value of an option that is no list."""
        value = self.options.get(option, default)
        assert not isinstance(value, list), f"{option} is a list"
        return value


Package = list[Section]


def parse(text: str) -> Package:
    """A configuration file."""
    package: Package = []
    for line in text.splitlines():
        match shlex.split(line, comments=True):
            case ["config", kind]:
                package.append(Section(kind, None))
            case ["config", kind, name]:
                package.append(Section(kind, name))
            case ["option", name, value]:
                package[-1].options[name] = value
            case ["list", name, value]:
                package[-1].options.setdefault(name, [])
                package[-1].options[name].append(value)
            case []:
                pass
            case other:
                raise UciError(f"cannot read {other}")
    return package


def export(package: Package) -> str:
    """The file that a commit writes."""
    lines = []
    for section in package:
        lines += ["", f"config {section.type}" + (f" '{section.name}'" if section.name else "")]
        for name, value in section.options.items():
            if isinstance(value, str):
                lines.append(f"\toption {name} {_quoted(value)}")
            else:
                lines += [f"\tlist {name} {_quoted(each)}" for each in value]
    return "\n".join([*lines, "", ""]) if lines else ""


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "'\\''") + "'"


@dataclass
class Uci:
    """Packages by name, and what can be done with them."""

    packages: dict[str, Package]

    @classmethod
    def of(cls, texts: dict[str, str]) -> "Uci":
        return cls({name: parse(text) for name, text in texts.items()})

    def section(self, package: str, name: str) -> Section:
        """A named section. Raises `UciError`."""
        if package not in self.packages or not _NAME.fullmatch(name):
            raise UciError("Invalid argument")
        for section in self.packages[package]:
            if section.name == name:
                return section
        raise UciError("Entry not found")

    def run(self, command: str, argument: str) -> None:
        """One command of a batch. Raises `UciError` with uci's words."""
        target, given, value = argument.partition("=")
        package, *path = target.split(".")
        if package not in self.packages or not 1 <= len(path) <= 2 or not all(map(_NAME.fullmatch, path)):
            raise UciError("Invalid argument")
        if command in {"set", "add_list", "rename", "reorder"} and not given:
            raise UciError("Invalid argument")
        match command, path:
            case "set", [name]:
                if not _TYPE.fullmatch(value):
                    raise UciError("Invalid argument")
                try:
                    self.section(package, name).type = value
                except UciError:
                    self.packages[package].append(Section(value, name))
            case "set", [name, option]:
                self._known(package, name).options[option] = value
            case "add_list", [name, option]:
                options = self._known(package, name).options
                before = options.get(option, [])
                options[option] = [*([before] if isinstance(before, str) else before), value]
            case "delete", [name]:
                self.packages[package].remove(self.section(package, name))
            case "delete", [name, option]:
                if option not in self.section(package, name).options:
                    raise UciError("Entry not found")
                del self.section(package, name).options[option]
            case "reorder", [name]:
                section = self.section(package, name)
                self.packages[package].remove(section)
                self.packages[package].insert(int(value), section)
            case _:
                raise UciError("Unknown command")

    def _known(self, package: str, name: str) -> Section:
        try:
            return self.section(package, name)
        except UciError as error:
            raise UciError("Invalid argument") from error

    def batch(self, text: str) -> list[str]:
        """Every line of `text`; what was wrong, as uci says it on standard error."""
        said = []
        for line in text.splitlines():
            words = shlex.split(line, comments=True)
            if not words:
                continue
            try:
                if len(words) != 2:
                    raise UciError("Unknown command")
                self.run(*words)
            except UciError as error:
                said.append(f"uci: {error}")
        return said

    def show(self, package: str) -> list[str]:
        """`uci show PACKAGE`."""
        lines, seen = [], dict[str, int]()
        for section in self.packages[package]:
            number = seen[section.type] = seen.get(section.type, -1) + 1
            name = f"{package}.{section.name or f'@{section.type}[{number}]'}"
            lines.append(f"{name}={section.type}")
            for option, value in section.options.items():
                values = [value] if isinstance(value, str) else value
                lines.append(f"{name}.{option}=" + " ".join(map(_quoted, values)))
        return lines


# ---------------------------------------------------------------- the program


def main(arguments: list[str]) -> int:
    """`uci [-q] [-c DIR] batch|show|changes|commit|revert|export|get|set|delete`."""
    root = Path(os.environ["NETGUARD_ROOT"])
    folder, staged = root / "etc" / "config", root / "tmp" / ".uci"
    quiet = False
    while arguments[0].startswith("-"):
        if arguments[0] == "-c":
            folder, staged = Path(arguments[1]), Path("/nowhere")
            arguments = arguments[1:]
        quiet |= arguments[0] == "-q"
        arguments = arguments[1:]
    names = [path.name for path in folder.iterdir()]
    texts = {n: ((staged if (staged / n).exists() else folder) / n).read_text() for n in names}
    uci = Uci.of(texts)
    before = copy.deepcopy(uci.packages)
    command, *rest = arguments
    try:
        if command in {"show", "changes", "commit", "revert", "export"} and rest[0] not in names:
            raise UciError("Entry not found")
        _one(uci, command, rest, folder, staged)
    except UciError as error:
        if not quiet:
            print(f"uci: {error}", file=sys.stderr)
        return 1
    for name, package in uci.packages.items():
        if package != before[name]:
            staged.mkdir(exist_ok=True)
            (staged / name).write_text(export(package))
    return 0


def _one(uci: Uci, command: str, rest: list[str], folder: Path, staged: Path) -> None:
    match command, rest:
        case "batch", []:
            for said in uci.batch(sys.stdin.read()):
                print(said, file=sys.stderr)
        case "show", [name]:
            print(*uci.show(name), sep="\n")
        case "changes", [name]:
            print(*([name] if (staged / name).exists() else []))
        case "export", [name]:
            print(f"package {name}\n{export(uci.packages[name])}")
        case "revert", [name]:
            (staged / name).unlink(missing_ok=True)
        case "commit", [name]:
            if (staged / name).exists():
                (folder / name).write_bytes((staged / name).read_bytes())
                (staged / name).unlink()
        case "get", [argument]:
            package, section, option = argument.split(".")
            value = uci.section(package, section).options.get(option)
            if value is None:
                raise UciError("Entry not found")
            print(value if isinstance(value, str) else " ".join(value))
        case (("set" | "delete"), [argument]):
            uci.run(command, argument)
        case _:
            raise UciError("Unknown command")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
