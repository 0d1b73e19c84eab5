"""Does this computer run on its battery? Read where the system says so; nothing is sent.

On Windows the Task Scheduler itself starts nothing on battery where that was asked for, so that it is not read here.
"""

import sys
from contextlib import suppress

from netguard.errors import VantageError
from netguard.vantage import system
from netguard.vantage.system import HERE, Machine, Runner

SUPPLIES = "/sys/class/power_supply"
"""Where Linux lists batteries and chargers (Documentation/ABI/testing/sysfs-class-power of the kernel)."""

_CHARGER_TYPES = frozenset({"mains", "usb", "wireless"})
"""Values of `type` that bring power in from outside. An uninterruptible supply (`ups`) is read as a battery is."""

_DRAWING = "Now drawing from '"
"""How `pmset -g batt` begins its first line on macOS: `Now drawing from 'Battery Power'` or `'AC Power'`, or `'UPS Power'`
(pmset(1); IOKit's kIOPMACPowerKey, kIOPMBatteryPowerKey and kIOPMUPSPowerKey)."""


def on_battery(run: Runner = system.run, *, machine: Machine = HERE, platform: str = sys.platform) -> bool | None:
    """Whether it does; null where the system does not say, as on most computers that have no battery."""
    if platform == "darwin":
        return _pmset(run)
    return _supplies(machine) if platform == "linux" else None


def _pmset(run: Runner) -> bool | None:
    with suppress(OSError, VantageError):
        first = run(("pmset", "-g", "batt")).partition("\n")[0]
        if first.startswith(_DRAWING):
            source = first[len(_DRAWING) :].partition("'")[0]
            return None if source not in {"AC Power", "Battery Power", "UPS Power"} else source != "AC Power"
    return None


def _supplies(machine: Machine) -> bool | None:
    """A charger that brings power wins over a battery that empties all the same (a weak one on a busy laptop)."""
    emptying, charging, told = False, False, False
    for name in machine.listing(SUPPLIES):
        kind = _value(machine, name, "type")
        if _value(machine, name, "scope") == "device":  # of a mouse or keyboard
            continue
        if kind in _CHARGER_TYPES:
            online = _value(machine, name, "online")
            told |= online in {"0", "1", "2"}
            charging |= online in {"1", "2"}  # 2: a programmable one, such as by USB-C
        elif kind in {"battery", "ups"} and _value(machine, name, "present") != "0":
            status = _value(machine, name, "status")
            told |= status not in {"", "unknown"}
            emptying |= status == "discharging"
    return (emptying and not charging) if told else None


def _value(machine: Machine, name: str, what: str) -> str:
    """One of its values in small letters; empty where there is none."""
    with suppress(OSError):
        return machine.read(f"{SUPPLIES}/{name}/{what}").strip().lower()
    return ""
