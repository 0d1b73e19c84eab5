"""Where a scan goes that the history does not take, and what is said of it."""

import subprocess
import sys
import textwrap
from datetime import timedelta
from pathlib import Path

import pytest

from netguard import exitcodes
from netguard.cli import _reports, _unsaved
from netguard.errors import NetguardError
from netguard.history.store import History
from netguard.model import codec
from tests import builders
from tests.builders import NOW

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def reports(tmp_path, monkeypatch):
    folder = tmp_path / "reports"
    monkeypatch.setattr(_reports, "folder", lambda: folder)
    monkeypatch.setattr(_unsaved.tempfile, "gettempdir", lambda: str(tmp_path / "temporary"))
    return folder


def kept(folder):
    (path,) = folder.iterdir()
    return path


def test_it_is_kept_beside_the_database_for_its_owner_only(tmp_path, reports):
    scan = builders.scan()
    said = _unsaved.keep(scan, f"sqlite:///{tmp_path}/data/h.sqlite")
    path = kept(tmp_path / "data")
    assert codec.loads(path.read_bytes()) == scan
    assert path.stat().st_mode & 0o777 == 0o600
    assert said == (
        f"it was kept as {path}; when that is mended: netguard history import {path}"
        f" --database sqlite:///{tmp_path}/data/h.sqlite"
    )
    assert not reports.exists()


@pytest.mark.parametrize("database", [None, "sqlite:///{}/Application Support/h.sqlite"])
def test_the_command_that_is_told_takes_it_in_as_it_stands(tmp_path, reports, monkeypatch, database):
    url = (database or "sqlite:///{}/Application Support/own.sqlite").format(tmp_path)
    if database is None:
        monkeypatch.setenv("NETGUARD_DATABASE", url)
    said = _unsaved.keep(builders.scan(), url)
    command = said.partition("mended: ")[2]
    assert ("--database" in command) == (database is not None)
    done = subprocess.run(
        ["sh", "-c", command.replace("netguard", f"{sys.executable} -m netguard", 1)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    with History.open(url) as history:
        assert history.scan("latest") == builders.scan()


def test_a_password_is_not_told(reports):
    said = _unsaved.keep(builders.scan(), "postgresql://me:secret@db.example/x")
    assert said.endswith("--database URL")
    assert "secret" not in said


def made(folder, number, **given):
    at = NOW + timedelta(days=number)
    _unsaved.keep(
        builders.scan(**{"id": f"{number:06x}ab", "started_at": at, "finished_at": at} | given),
        f"sqlite:///{folder}/h.sqlite",
    )


def test_only_the_newest_stay_and_nothing_else_goes(tmp_path, reports):
    others = {
        "holiday.unsaved.json": b"{}",
        "home-2026-01-01-0000-000000.unsaved.json": b"no scan",
        "another-name.unsaved.json": codec.dumps(builders.scan()),
        "home-2026-01-01-0000-000000.json": codec.dumps(builders.scan()),
    }
    for name, data in others.items():
        (tmp_path / name).write_bytes(data)
    made(tmp_path, 0, site="cabin")
    for number in range(1, _unsaved.MOST + 4):
        made(tmp_path, number)
    left = {path.name for path in tmp_path.glob("*.json")} - others.keys()
    assert {name[-len("000001.unsaved.json") :][:6] for name in left} == {
        "000000", *(f"{n:06x}" for n in range(4, _unsaved.MOST + 4)),
    }  # fmt: skip
    assert all((tmp_path / name).read_bytes() == data for name, data in others.items())
    said = _unsaved.keep(builders.scan(id="f" * 12), f"sqlite:///{tmp_path}/h.sqlite")
    assert said.endswith("(1 older of this kind made room for it, 8 stay)")


def test_a_link_is_followed_to_nobody(tmp_path, reports):
    (tmp_path / "elsewhere").mkdir()
    made(tmp_path / "elsewhere", 0)
    target = kept(tmp_path / "elsewhere")
    link = tmp_path / target.name
    link.symlink_to(target)
    for number in range(1, _unsaved.MOST + 3):
        made(tmp_path, number)
    assert link.is_symlink()
    assert target.exists()


def test_when_a_scan_was_made_that_no_history_has_is_noted(tmp_path):
    assert _unsaved.noted("home") is None
    _unsaved.note("home", NOW)
    _unsaved.note("cabin", NOW + timedelta(days=1))
    assert (_unsaved.noted("home"), _unsaved.noted("cabin")) == (NOW, NOW + timedelta(days=1))


def test_where_no_name_is_taken_nothing_is_noted(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setattr(_unsaved.platformdirs, "user_data_path", lambda *_, **__: tmp_path / "file")
    _unsaved.note("home", NOW)
    assert _unsaved.noted("home") is None


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "postgresql://db.example/x", "no URL"])
def test_where_there_is_no_file_it_goes_to_the_reports(url, reports):
    assert str(kept_in(url, reports)) in _unsaved.keep(builders.scan(), url)


def kept_in(url, reports):
    _unsaved.keep(builders.scan(), url)
    return kept(reports)


def test_the_next_place_is_tried_and_nothing_half_stays(tmp_path, reports):
    (tmp_path / "data").write_text("no folder")
    assert str(reports) in _unsaved.keep(builders.scan(), f"sqlite:///{tmp_path}/data/h.sqlite")
    kept(reports)


def test_when_nothing_takes_it_that_is_said_with_what_helps(tmp_path, reports, monkeypatch):
    def full(path, data):
        raise NetguardError(f"{path} could not be written (No space left on device)")

    monkeypatch.setattr(_unsaved._documents, "write", full)
    said = _unsaved.keep(builders.scan(), f"sqlite:///{tmp_path}/h.sqlite")
    assert "No space left on device" in said
    assert "--json FILE" in said


FULL = """
    import resource, sys
    from netguard.cli import _run
    from netguard.model.past import Past
    from tests import builders

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    told = []
    request = _run.Request(no_html=True, database=sys.argv[1], when_unsaved=told.append)
    code = _run._keep_and_say(request, builders.scan(), Past())
    assert len(told) == 1 and "cannot be used" in told[0], told
    resource.setrlimit(resource.RLIMIT_FSIZE, before)  # what measures the coverage writes a file of its own at the end
    sys.exit(code)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no file's size")
def test_a_full_disk_is_said_in_one_line_and_the_scan_is_there_all_the_same(tmp_path):
    database = f"sqlite:///{tmp_path}/h.sqlite"
    History.open(database).close()
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FULL), database],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == exitcodes.DONE
    (path,) = tmp_path.glob("*.unsaved.json")
    assert codec.loads(path.read_bytes()) == builders.scan()
    (line,) = done.stderr.splitlines()
    assert line.startswith("netguard: the scan is not in the history: ")
    assert line.endswith(f"netguard history import {path} --database {database}")
    with History.open(database) as history:
        assert history.list() == ()
