"""Looking where a schedule's runs look: at their settings, receivers, history and log, and not at those of this shell."""

import os
from collections.abc import Iterable

from netguard.errors import UsageError
from netguard.schedule._contract import ENVIRONMENT

_WITH = "--with="


def adopt(variables: tuple[str, ...]) -> None:
    """Take over `NAME=VALUE` as `install` had them. Raises `UsageError` for another name than those it gives."""
    for text in variables:
        name, equals, value = text.partition("=")
        if name not in ENVIRONMENT or not equals:
            raise UsageError(f"--with {name}: it takes one of {', '.join(ENVIRONMENT)}")
        os.environ[name] = value


def take_over(commands: Iterable[tuple[str, ...]]) -> None:
    """Set the variables as the first of `commands` that is one sets them for its runs, and none else of their kind.

    Before any path of netguard's is asked for. Without a command this shell's stay.
    """
    command = next(filter(None, commands), None)
    if command is None:
        return
    for name in ENVIRONMENT:
        os.environ.pop(name, None)
    given = (word.removeprefix(_WITH) for word in command if word.startswith(_WITH))
    adopt(tuple(text for text in given if text.partition("=")[0] in ENVIRONMENT))
