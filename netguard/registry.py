"""Extension points: one folder, one module per extension, the module's name is its id."""

import importlib
import pkgutil
from collections.abc import Mapping
from types import ModuleType


def names(package: str) -> tuple[str, ...]:
    """The ids in `package`, sorted, without importing any of them. A leading underscore hides a module.

    Ids are module names with `_` shown as `-`: `telnet_open` is `telnet-open`.
    """
    path = importlib.import_module(package).__path__
    return tuple(sorted(m.name.replace("_", "-") for m in pkgutil.iter_modules(path) if not m.name.startswith("_")))


def load(package: str, name: str) -> ModuleType:
    """The module behind the id `name`. Raises whatever its import raises: a broken module is never skipped."""
    return importlib.import_module(f"{package}.{name.replace('-', '_')}")


def load_all(package: str, *required: str) -> Mapping[str, ModuleType]:
    """Every module of `package` by id. Raises `TypeError` for one that lacks a `required` attribute."""
    modules = {name: load(package, name) for name in names(package)}
    for name, module in modules.items():
        missing = [attribute for attribute in required if not hasattr(module, attribute)]
        if missing:
            raise TypeError(f"{module.__name__} ({name}) does not define {', '.join(missing)}")
    return modules
