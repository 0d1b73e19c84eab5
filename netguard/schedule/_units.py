"""The two units that systemd takes: a service that runs once, and a timer that starts it every hour.

Sources: systemd.timer(5), systemd.service(5), systemd.unit(5), systemd.exec(5) and systemctl(1) of systemd 252 (Debian 12);
every option used is in 247 (Debian 11), too.
"""

import re

from netguard.errors import ScheduleError
from netguard.schedule._contract import LONGEST_RUN_HOURS, MADE_BY, Order

SERVICE, TIMER = "netguard.service", "netguard.timer"

SPREAD_MINUTES = 15
"""Minutes over which looks are spread (RandomizedDelaySec), so that the homes of a house do not all scan at once. Fixed for
one computer (FixedRandomDelay), so that two looks are an hour apart. After switching on it is the longest wait for a look
that was missed, since Persistent is subject to it (systemd.timer(5)); time enough for Wi-Fi to be there."""

_PLAIN = re.compile(r"[A-Za-z0-9_@+=:,./~-]+", re.ASCII)
_ENV = ("/usr/bin/env",)
_UNSAFE = frozenset("\"'\\$")
_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')


def timer() -> str:
    """The timer: every hour, and at once after a time when the computer was off.

    A timer on the calendar elapses at waking when its time passed in sleep; what passed while the computer was off is
    made up for by Persistent.
    """
    return f"""\
# {MADE_BY}
[Unit]
Description=Every hour: look whether netguard is at home and has a scan to make

[Timer]
OnCalendar=hourly
RandomizedDelaySec={SPREAD_MINUTES}min
FixedRandomDelay=yes
Persistent=yes

[Install]
WantedBy=timers.target
"""


def service(order: Order, more_unit: tuple[str, ...] = (), more_service: tuple[str, ...] = ()) -> str:
    """The service, with lines that one kind of manager needs.

    ConditionACPower is an option of [Unit], which every kind of unit has; a condition is checked when its own unit is
    started, so that it belongs to the service: the timer is started once and runs for months. Where the condition
    does not hold the service is left out and not failed (systemd.unit(5)).
    """
    condition = ("ConditionACPower=true",) if order.not_on_battery else ()
    unit = "\n".join(("Description=netguard: scan this home when it is time", *more_unit, *condition))
    # Type=oneshot has no time limit of its own (systemd.service(5), TimeoutStartSec). SIGTERM ends a scan politely.
    lines = (
        "Type=oneshot",
        f"ExecStart={line(order.argv)}",
        f"TimeoutStartSec={LONGEST_RUN_HOURS}h",
        "Nice=10",
        "IOSchedulingClass=idle",
        "UMask=0077",
        "NoNewPrivileges=yes",
        *more_service,
    )
    return f"# {MADE_BY}\n[Unit]\n{unit}\n\n[Service]\n" + "\n".join(lines) + "\n"


def line(argv: tuple[str, ...]) -> str:
    """`argv` as ExecStart takes it (systemd.service(5), Command lines; systemd.syntax(7), Quoting).

    The program's own path may hold no quotes and no backslash (`string_is_safe` of its reader), and takes no variables, so
    that `$$` in it would stay two characters. Where it has such a character, `env` (POSIX) is started, which starts it.
    """
    given = (*_ENV, *argv) if set(argv[0]) & _UNSAFE else argv
    return " ".join(map(_word, given))


def words(text: str) -> tuple[str, ...]:
    """The command in the service `text`: `line` read back. Empty where there is none."""
    match = re.search(r"^ExecStart=(.*)$", text, re.MULTILINE)
    if match is None:
        return ()
    found = tuple(
        bare or re.sub(r"\\(.)", r"\1", quoted).replace("%%", "%").replace("$$", "$")
        for quoted, bare in _WORD.findall(match[1])
    )
    return found[1:] if found[:1] == _ENV and len(found) > 1 and set(found[1]) & _UNSAFE else found


def _word(word: str) -> str:
    return word if _PLAIN.fullmatch(word) else '"' + _escaped(word).replace("$", "$$") + '"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")


def path(text: str) -> str:
    """A path as ReadWritePaths takes it: one word, quoted where it must be. Raises `ScheduleError` for one of control signs."""
    if not text.isprintable():
        raise ScheduleError(f"{text!r} has characters that cannot stand in a unit")
    # These lists know % specifiers and quotes but no variables.
    return text if _PLAIN.fullmatch(text) else f'"{_escaped(text)}"'
