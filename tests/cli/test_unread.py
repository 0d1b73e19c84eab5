"""A saved scan that cannot be read: whoever reads many of them says which one was left out, and the way out."""

from datetime import timedelta

import pytest

from netguard.history.store import History
from netguard.model.acceptance import Acceptance
from tests import builders

LOCK = builders.device(10, name="Front door lock", model="T1000")


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/h.sqlite"


@pytest.fixture
def damaged(url):
    """Five weekly scans, the second of which is a damaged block of the disk."""
    with History.open(url) as history:
        for number in range(5):
            at = builders.NOW + timedelta(weeks=number)
            history.save(builders.scan(LOCK, id=f"{number:012x}", started_at=at, finished_at=at))
        with history._database.writing() as connection:
            connection.exec_driver_sql(
                "UPDATE scans SET summary = X'FFFF', document = X'FFFF' WHERE id = '000000000001'"
            )
    return url


@pytest.mark.parametrize(
    "words",
    [
        ("diff",),
        ("report", "--format", "text"),
        ("accept", "list"),
        ("history",),
        ("history", "prune", "--dry-run"),
    ],
    ids=" ".join,
)
def test_it_is_left_out_and_said_with_the_way_out(netguard, damaged, words):
    with History.open(damaged) as history:
        history.accept(
            Acceptance(
                id="0" * 8, site="home", fingerprint="f" * 64, reason="An old printer", owner="Ada",
                accepted_at=builders.NOW, until=builders.NOW.date() + timedelta(days=90),
            )
        )  # fmt: skip
    done = netguard(*words, "--database", damaged)
    assert done.returncode == 0
    (said,) = [line for line in done.stderr.splitlines() if "000000000001" in line]
    assert said.startswith("netguard: left out: the saved scan 000000000001 cannot be read: it is damaged;")
    assert f"netguard history prune --scan 000000000001 --database {damaged}" in said


def test_of_an_earlier_one_that_is_not_asked_for_nothing_is_said_twice(netguard, damaged):
    done = netguard("diff", "latest", "000000000003", "--database", damaged)
    assert done.stderr.count("left out") == 1


def test_without_damage_nothing_is_said(netguard, url, damaged):
    netguard("history", "prune", "--scan", "000000000001", "--yes", "--database", damaged)
    for words in (("diff",), ("report", "--format", "text"), ("accept", "list")):
        assert "left out" not in netguard(*words, "--database", damaged).stderr
