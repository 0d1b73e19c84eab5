"""Where a scan goes that the history does not take, and what is said of it."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from netguard.cli import _reports, _unsaved
from netguard.errors import NetguardError
from netguard.history.store import History
from netguard.model import codec
from tests import builders

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
    assert said == f"it was kept as {path}; when that is mended: netguard history import {path}"
    assert not reports.exists()


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

    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
    request = _run.Request(no_html=True, database=sys.argv[1])
    sys.exit(_run._keep_and_say(request, builders.scan(), Past()))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no file's size")
def test_a_full_disk_is_said_in_one_line_and_the_scan_is_there_all_the_same(tmp_path):
    database = f"sqlite:///{tmp_path}/h.sqlite"
    History.open(database).close()
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FULL), database],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    (path,) = tmp_path.glob("*.json")
    assert codec.loads(path.read_bytes()) == builders.scan()
    (line,) = done.stderr.splitlines()
    assert line.startswith("netguard: the scan is not in the history: ")
    assert line.endswith(f"netguard history import {path}")
    with History.open(database) as history:
        assert history.list() == ()
