"""Putting a schedule in place as one step: all of it, or what was there before."""

from types import ModuleType

from netguard import registry
from netguard.errors import ScheduleError
from netguard.schedule._contract import REQUIRED, Here, Part

PREFERRED = ("systemd", "launchd", "windows", "cron")
"""Kinds for one person, best first: those that make up for missed times, then cron."""


def kinds() -> dict[str, ModuleType]:
    """Every kind of schedule, by name."""
    return dict(registry.load_all("netguard.schedule", *REQUIRED))


def best(here: Here) -> str:
    """The kind to use where none was named. Raises `ScheduleError` with what each lacks."""
    known = kinds()
    reasons = {name: known[name].missing(here) for name in PREFERRED}
    for name, reason in reasons.items():
        if reason is None:
            return name
    raise ScheduleError(f"nothing here starts programs at set times: {'; '.join(filter(None, reasons.values()))}")


def stands(kind: ModuleType, parts: tuple[Part, ...], here: Here) -> bool:
    """Whether exactly `parts` are there, and the system runs them."""
    return bool(kind.present(here) == parts and kind.next_look(here) is not None)


def install(kind: ModuleType, parts: tuple[Part, ...], here: Here) -> None:
    """Write and start `parts`. Where that fails, what was there before is put back, or all is taken out again.

    Raises `ScheduleError` with the reason.
    """
    before = kind.present(here)
    try:
        kind.put(parts, here)
    except ScheduleError as error:
        written = kind.present(here) != before
        said = "; nothing is left of it"
        try:
            if written and before:
                said = "; what was there before is back"
                kind.put(before, here)
            elif written:
                kind.take_out(here)
        except ScheduleError:
            said = "; look at it with `netguard schedule status`"
        raise ScheduleError(f"{error}{said if written else ''}") from error
