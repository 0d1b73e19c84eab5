"""`netguard history` as a person and a script see it."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from netguard.cli.history import GROUP, command
from netguard.errors import HistoryError
from netguard.history.store import History
from netguard.model.vocabulary import Ended
from tests.unit.history.conftest import MakeScan


def run(*arguments: str, env: dict[str, str] | None = None) -> Result:
    result = CliRunner(env=env or {}).invoke(command, arguments)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def local_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A computer in a time zone five hours behind UTC."""
    if not hasattr(time, "tzset"):
        pytest.skip("this system cannot change its time zone for one process")
    monkeypatch.setenv("TZ", "XXX+5")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_a_line_says_when_where_how_and_what(url: str, history: History, make_scan: MakeScan, local_time: None) -> None:
    del local_time
    history.save(make_scan("a1b2c3d4", 1, site="海辺の家"))
    history.save(make_scan("b1b2c3d4", 2, ended=Ended.INTERRUPTED, grade=None))
    result = run("--database", url)
    header, newest, oldest = result.stdout.splitlines()
    assert header.split() == [
        "WHEN", "SITE", "NETWORK", "RIGHTS", "DEPTH", "ENDED", "GRADE", "DEVICES", "FINDINGS", "NEW", "RESOLVED", "ID",
    ]  # fmt: skip
    assert newest.split() == [
        "2026-03-01", "07:02", "home", "192.168.7.0/24", "on", "wlan0", "full", "standard", "interrupted", "incomplete", "1", "1", "1", "0", "b1b2c3d4",
    ]  # fmt: skip
    assert oldest.startswith("2026-03-01 07:01  海辺の家  192.168.7.0/24 on wlan0  full    standard  finished     D ")
    assert result.stderr == ""


def test_sites_and_numbers_can_be_chosen(url: str, history: History, make_scan: MakeScan) -> None:
    for number in range(3):
        history.save(make_scan(f"home-{number}", number))
    history.save(make_scan("cabin-0", 9, site="cabin"))
    assert "cabin-0" not in run("--database", url, "--site", "home").stdout
    assert len(run("--database", url, "--limit", "2").stdout.splitlines()) == 3


def test_the_environment_names_the_database(url: str, history: History, make_scan: MakeScan) -> None:
    history.save(make_scan("a1b2c3d4"))
    assert "a1b2c3d4" in run(env={"NETGUARD_DATABASE": url}).stdout


def test_json_goes_to_standard_output_or_a_file(
    url: str, tmp_path: Path, history: History, make_scan: MakeScan
) -> None:
    history.save(make_scan("a1b2c3d4"))
    (line,) = json.loads(run("--database", url, "--json", "-").stdout)
    assert line == {
        "id": "a1b2c3d4", "site": "home", "started_at": "2026-03-01T12:00:00Z", "finished_at": "2026-03-01T12:05:00Z",
        "ended": "finished", "grade": "D", "depth": "standard", "interface": "wlan0", "prefix": "192.168.7.0/24",
        "gateway": "00:00:5e:00:53:01", "privileged": True, "devices": 1, "failing": 1, "new": 1, "resolved": 0,
    }  # fmt: skip
    assert run("--database", url, "--json", str(tmp_path / "out.json")).stdout == ""
    assert json.loads((tmp_path / "out.json").read_text()) == [line]


def test_when_there_is_nothing_it_says_so_and_what_to_do(url: str) -> None:
    result = run("--database", url)
    assert result.exit_code == 0
    assert result.stdout == ""
    assert result.stderr == "There are no saved scans yet. `netguard scan` makes the first one.\n"
    empty = run("--database", url, "--json", "-")
    assert json.loads(empty.stdout) == []


def test_when_a_site_has_nothing_it_says_which_have(url: str, history: History, make_scan: MakeScan) -> None:
    history.save(make_scan("a1b2c3d4"))
    result = run("--database", url, "--site", "cabin")
    assert result.stdout == ""
    assert "no saved scans of site 'cabin' yet. There are scans or homes of: home." in result.stderr


def test_control_characters_of_a_document_never_reach_the_terminal(
    url: str, history: History, make_scan: MakeScan
) -> None:
    history.save(make_scan("id\x1b[31m", site="home\x1b]0;owned\x07\nsecond line"))
    output = run("--database", url).stdout
    assert "\x1b" not in output
    assert "\x07" not in output
    assert len(output.splitlines()) == 2


def test_the_first_and_last_times_there_are_can_be_listed(
    url: str, history: History, make_scan: MakeScan, local_time: None
) -> None:
    del local_time
    history.save(make_scan("first", started_at=datetime.min.replace(tzinfo=UTC)))
    history.save(make_scan("last", started_at=datetime.max.replace(tzinfo=UTC)))
    output = run("--database", url).stdout
    assert "9999-12-31" in output
    assert "0001-01-01 00:00 UTC" in output or "1-01-01 00:00 UTC" in output


def test_a_history_that_cannot_be_opened_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match="is it a file"):
        run("--database", f"sqlite:///{tmp_path}")


def test_nonsense_options_are_usage_errors(url: str) -> None:
    assert run("--database", url, "--limit", "0").exit_code == 2


def test_the_command_loads_nothing_heavy_before_it_runs() -> None:
    program = (
        "import sys, netguard.cli.history\n"
        "print(sorted({m.partition('.')[0] for m in sys.modules} & {'sqlalchemy', 'alembic', 'msgspec', 'rich', 'netaddr'}))"
    )
    root = str(Path(sys.modules["netguard"].__path__[0]).parent)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == "[]"
    assert GROUP == "Over time"
