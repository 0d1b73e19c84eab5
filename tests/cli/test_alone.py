"""What any command says of the last scan, and that two scans of one home are never made at once, as a person sees it."""

from datetime import UTC, datetime, timedelta

import pytest

from netguard.cli import _lock
from netguard.history.store import History
from tests import builders


@pytest.fixture
def database(tmp_path):
    return f"sqlite:///{tmp_path}/h.sqlite"


@pytest.mark.parametrize("more", [(), ("--no-save",)])
def test_a_second_scan_is_refused_in_one_line_before_anything_is_sent(netguard, database, tmp_path, more):
    acts = tmp_path / "acts"
    with _lock.scanning(database, "home"):
        done = netguard(
            "scan", "-i", "lo", "127.77.0.0/30", "--my-network", "--depth", "discover", "--wifi", "off", "--no-html",
            "--quiet", "--database", database, "--transcript", acts, *more,
        )  # fmt: skip
    assert (done.returncode, done.stdout) == (3, "")
    assert "another scan of home is running since " in done.stderr.splitlines()[-1]
    assert acts.read_text() == ""


def test_a_rehearsal_needs_no_lock(netguard, database):
    with _lock.scanning(database, "home"):
        done = netguard("scan", "-i", "lo", "127.77.0.0/30", "--dry-run", "--database", database)
    assert done.returncode == 0


def test_how_long_ago_the_last_scan_was_is_said_beside_the_output(netguard, database):
    at = datetime.now(UTC) - timedelta(days=23, hours=1)
    with History.open(database) as history:
        history.save(builders.scan(started_at=at, finished_at=at))
    listed = netguard("history", "--database", database)
    assert listed.returncode == 0
    assert listed.stderr == "netguard: last scan 23 days ago; `netguard scan` looks again\n"
    assert "last scan" not in listed.stdout
    assert netguard("history", "--database", database, "--help").stderr == ""
    assert netguard("schema").stderr == ""
    bare = netguard(NETGUARD_DATABASE=database)
    assert bare.stderr == ""
    assert "23 days ago" in bare.stdout
