"""systemd's manager of one person's services: needs no root, and runs while the person is logged in.

Sources: systemd.unit(5) (User Unit Search Path), loginctl(1) (enable-linger), systemctl(1) (clean), sd_booted(3).
Most of systemd.exec(5)'s sandboxing is for system services only; the lines of `systemd-system` would not hold here.
"""

from pathlib import Path

from netguard.schedule import _units
from netguard.schedule._contract import (
    Here,
    Order,
    Part,
    asked,
    delete_parts,
    file_part,
    obeyed,
    read_parts,
    tried,
    write_parts,
)

TITLE = "systemd, for you alone"
SYSTEM = False

_CTL = ("systemctl", "--user")


def missing(here: Here) -> str | None:
    """Why not here, or null."""
    if here.find("systemctl") is None or not here.booted.is_dir():
        return "systemd does not run this computer"
    return None


def wanted(order: Order, here: Here) -> tuple[Part, ...]:
    """The service and the timer."""
    folder = _folder(here)
    return (
        file_part(folder / _units.SERVICE, _units.service(order)),
        file_part(folder / _units.TIMER, _units.timer()),
    )


def present(here: Here) -> tuple[Part, ...]:
    """What is there of ours."""
    return found_in(here, _CTL, _folder(here))


def commands(here: Here) -> tuple[tuple[str, ...], ...]:
    """Read the units, have the timer started at each login, and start it now with what stands in it now."""
    return manager_commands(_CTL)


def put(parts: tuple[Part, ...], here: Here) -> None:
    """Write `parts` and start the timer. Raises `ScheduleError`."""
    write_parts(parts)
    obeyed(here, *commands(here))


def take_out(here: Here) -> tuple[str, ...]:
    """Stop the timer and delete what is ours."""
    return taken_out(here, _CTL, _folder(here), present(here))


def argv(parts: tuple[Part, ...]) -> tuple[str, ...]:
    """The command that stands in `parts`."""
    return next((found for part in parts if (found := _units.words(part.text))), ())


def next_look(here: Here) -> str | None:
    """When the timer elapses next, as the system says it."""
    return next_elapse(here, _CTL)


def notes(here: Here) -> tuple[str, ...]:
    """How to let it run when nobody is logged in, where that is not so already."""
    if asked(here, "loginctl", "show-user", here.user, "--property=Linger", "--value") == "yes":
        return ("It runs while this computer is on, also when you are not logged in.",)
    return (
        (
            "It runs while you are logged in. To let it run whenever this computer is on: "
            f"loginctl enable-linger {here.user}"
        ),
    )


def manager_commands(ctl: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """What makes a manager take new units. `restart`, since a timer that runs keeps its old times otherwise."""
    return ((*ctl, "daemon-reload"), (*ctl, "enable", _units.TIMER), (*ctl, "restart", _units.TIMER))


def taken_out(here: Here, ctl: tuple[str, ...], folder: Path, parts: tuple[Part, ...]) -> tuple[str, ...]:
    """Stop the timer, forget when it ran last (systemd.timer(5), Persistent), delete `parts`; gives what went wrong.

    The files go also where the manager cannot be reached. A scan that runs at this moment ends by itself.
    """
    # A unit without a file cannot be disabled, and then would not be stopped either.
    stop = ("disable", "--now") if any(part.path for part in parts) else ("stop",)
    problems = [tried(here, (*ctl, *stop, _units.TIMER))]
    tried(here, (*ctl, "clean", "--what=state", _units.TIMER))
    link = folder / "timers.target.wants" / _units.TIMER
    if link.is_symlink() and (problems[0] or stop == ("stop",)):
        problems += delete_parts((file_part(link, ""),))
    problems += delete_parts(parts)
    problems.append(tried(here, (*ctl, "daemon-reload")))
    for unit in (_units.SERVICE, _units.TIMER):
        own = folder / f"{unit}.d"
        if own.is_dir():
            problems.append(f"{own} holds changes that somebody made to the schedule by hand; it is left there")
    return tuple(filter(None, problems))


def next_elapse(here: Here, ctl: tuple[str, ...]) -> str | None:
    """The timer's next time; null where it does not run, or says nothing."""
    said = asked(here, *ctl, "show", _units.TIMER, "--property=NextElapseUSecRealtime", "--value")
    return said if said not in ("", "n/a", "0") else None


def found_in(here: Here, ctl: tuple[str, ...], folder: Path) -> tuple[Part, ...]:
    """Our units in `folder`; where there are none, the timer that its manager still runs from there."""
    parts = read_parts(folder / _units.SERVICE, folder / _units.TIMER)
    timer = folder / _units.TIMER
    if parts or timer.exists() or _loaded(here, ctl) != timer or next_elapse(here, ctl) is None:
        return parts
    wrong = "systemd still runs it though its files are gone; `netguard schedule remove` stops it, `install` writes them anew"
    return (Part(where=f"{timer} (gone)", text="", wrong=wrong),)


def _loaded(here: Here, ctl: tuple[str, ...]) -> Path | None:
    """The file that the manager has the timer from; null where it knows none, or there is no manager."""
    if here.find(ctl[0]) is None:
        return None
    said = asked(here, *ctl, "show", _units.TIMER, "--property=FragmentPath", "--value")
    return Path(said) if said else None


def _folder(here: Here) -> Path:
    """Where our units are, or will be: a person's manager keeps to the XDG_CONFIG_HOME of its own start, not to this shell's."""
    own = here.config / "systemd" / "user"
    if any((own / unit).exists() for unit in (_units.SERVICE, _units.TIMER)):
        return own
    usual = here.home / ".config" / "systemd" / "user" / _units.TIMER
    for timer in (_loaded(here, _CTL), usual):
        if timer is not None and read_parts(timer):
            return timer.parent
    return own
