"""A person's place on a computer whose schedulers only remember what they were told."""

import pytest

from netguard.schedule._contract import Here, Order, every
from tests.unit.schedule.computer import Computer


@pytest.fixture
def computer() -> Computer:
    """A computer that has every scheduler."""
    return Computer()


@pytest.fixture
def here(computer, tmp_path) -> Here:
    """The person's place on it."""
    (tmp_path / "booted").mkdir()
    return Here(
        home=tmp_path / "alice",
        config=tmp_path / "alice" / ".config",
        data=tmp_path / "alice" / "data",
        user="alice",
        uid=1000,
        run=computer.run,
        find=computer.find,
        sleep=computer.sleep,
        units=tmp_path / "units",
        booted=tmp_path / "booted",
    )


@pytest.fixture
def order() -> Order:
    """Once a week, by an interpreter that is there."""
    return Order(every=every("week"), program=("/usr/bin/python3", "-P", "-m", "netguard"), user="alice")
