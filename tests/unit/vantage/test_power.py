"""On battery or not, from what Linux and macOS say; where nothing is said, nothing is guessed."""

import pytest

from netguard.errors import VantageError
from netguard.vantage.power import SUPPLIES, on_battery
from netguard.vantage.system import Machine

CHARGER = {"type": "Mains", "online": "1"}
UNPLUGGED = {"type": "Mains", "online": "0"}
EMPTYING = {"type": "Battery", "present": "1", "status": "Discharging", "scope": "System"}
FULL = EMPTYING | {"status": "Full"}
MOUSE = {"type": "Battery", "scope": "Device", "status": "Discharging"}


def linux(**supplies):
    files = {
        f"{SUPPLIES}/{name}/{what}": f"{value}\n" for name, values in supplies.items() for what, value in values.items()
    }

    def read(path):
        try:
            return files[path]
        except KeyError:
            raise FileNotFoundError(path) from None

    return Machine(read=read, names=lambda folder: tuple(sorted(supplies)))


@pytest.mark.parametrize(
    ("supplies", "said"),
    [
        ({}, None),
        ({"hid": MOUSE}, None),
        ({"AC": UNPLUGGED, "BAT0": EMPTYING}, True),
        ({"AC": CHARGER, "BAT0": FULL}, False),
        ({"AC": CHARGER, "BAT0": EMPTYING}, False),
        ({"AC": UNPLUGGED, "BAT0": EMPTYING | {"present": "0"}}, False),
        ({"AC": UNPLUGGED, "BAT0": FULL | {"status": "Not charging"}, "BAT1": EMPTYING}, True),
        ({"usb": {"type": "USB", "online": "2"}, "BAT0": EMPTYING}, False),
        ({"BAT0": EMPTYING, "hid": MOUSE}, True),
        ({"BAT0": FULL | {"status": "Unknown"}}, None),
        ({"ups": {"type": "UPS", "status": "Discharging"}}, True),
        ({"odd": {}}, None),
    ],
)
def test_linux(supplies, said):
    assert on_battery(machine=linux(**supplies), platform="linux") is said


def test_linux_without_the_folder():
    def nothing(_):
        raise FileNotFoundError

    assert on_battery(machine=Machine(read=nothing, names=nothing), platform="linux") is None


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (
            "Now drawing from 'AC Power'\n -InternalBattery-0 (id=3735651)\t97%; charged; 0:00 remaining present: true\n",
            False,
        ),
        (
            "Now drawing from 'Battery Power'\n -InternalBattery-0 (id=3735651)\t97%; discharging; (no estimate) present: true\n",
            True,
        ),
        ("Now drawing from 'UPS Power'\n", True),
        ("Now drawing from 'Hamster Wheel'\n", None),
        ("", None),
    ],
)
def test_macos(output, said):
    asked = []

    def run(argv):
        asked.append(argv)
        return output

    assert on_battery(run, platform="darwin") is said
    assert asked == [("pmset", "-g", "batt")]


@pytest.mark.parametrize("error", [FileNotFoundError("pmset"), VantageError("pmset failed")])
def test_macos_that_cannot_be_asked(error):
    def run(argv):
        raise error

    assert on_battery(run, platform="darwin") is None


def test_windows_decides_by_itself():
    assert on_battery(platform="win32") is None
