"""One scan of a home at a time: who waits, what is said, and that no lock outlives its holder."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from netguard import exitcodes
from netguard.cli import _lock
from netguard.errors import AlreadyScanningError, NetguardError

ROOT = Path(__file__).resolve().parents[3]

HOLDER = """
    import sys
    from netguard.cli import _lock
    with _lock.scanning(sys.argv[1], sys.argv[2]):
        print("held", flush=True)
        sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    """The person's data folder."""
    monkeypatch.setattr(_lock.platformdirs, "user_data_dir", lambda *_, **__: str(tmp_path / "own"))
    return tmp_path / "own"


@pytest.fixture
def database(tmp_path):
    return f"sqlite:///{tmp_path}/data/h.sqlite"


@pytest.fixture
def another(database):
    """Starts another process that scans a site, and waits until it does."""
    started = []

    def start(site="home"):
        holder = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(HOLDER), database, site],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        )  # fmt: skip
        started.append(holder)
        assert holder.stdout.readline() == "held\n"
        return holder

    yield start
    for holder in started:
        holder.kill()
        holder.communicate()


def test_a_second_scan_is_refused_with_who_and_since_when(database, another):
    holder = another()
    with pytest.raises(AlreadyScanningError) as refused, _lock.scanning(database, "home"):
        pass
    said = str(refused.value)
    assert said.startswith("another scan of home is running since 20")
    assert f"(process {holder.pid})" in said
    assert refused.value.exit_code == exitcodes.NOTHING_LOOKED_AT
    with _lock.scanning(database, "cabin"):
        pass
    with _lock.scanning(database.replace("h.sqlite", "other.sqlite"), "home"):
        pass


def test_a_lock_dies_with_its_holder_and_what_it_wrote_is_believed_no_more(database, another):
    holder = another()
    holder.kill()
    holder.wait()
    with _lock.scanning(database, "home"):
        pass


def test_without_knowing_who_it_is_refused_all_the_same(database, another, tmp_path):
    another()
    for note in (tmp_path / "data").glob("*.held"):
        note.write_text("{")
    with (
        pytest.raises(AlreadyScanningError, match=r"is running, so this one did not begin"),
        _lock.scanning(database, "home"),
    ):
        pass


def test_who_holds_it_may_take_it_again_and_keeps_it_until_its_own_end(database, tmp_path):
    with _lock.scanning(database, "home"):
        with _lock.scanning(database, "home"):
            pass
        assert list((tmp_path / "data").glob("*.held"))
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(HOLDER), database, "home"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=ROOT, check=False,
        )  # fmt: skip
        assert "AlreadyScanningError" in done.stderr
    assert not list((tmp_path / "data").glob("*.held"))


def test_only_its_owner_writes_it_and_only_they_enter_the_folder(database, tmp_path):
    with _lock.scanning(database, "home"):
        assert {path.stat().st_mode & 0o777 for path in (tmp_path / "data").iterdir()} == {0o644}
        assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
        (note,) = (tmp_path / "data").glob("*.held")
        assert set(json.loads(note.read_bytes())) == {"process", "since"}


def test_a_database_by_another_name_is_the_same_one(database, another, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "h.sqlite").touch()
    (tmp_path / "link.sqlite").symlink_to(tmp_path / "data" / "h.sqlite")
    (tmp_path / "folder").symlink_to(tmp_path / "data")
    another()
    for name in (f"{tmp_path}/link.sqlite", f"{tmp_path}/folder/h.sqlite"):
        with pytest.raises(AlreadyScanningError), _lock.scanning(f"sqlite:///{name}", "home"):
            pass


def test_links_in_a_circle_are_taken_by_their_name(tmp_path):
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with _lock.scanning(f"sqlite:///{tmp_path}/a", "home"):
        assert list(tmp_path.glob("a.home-*.lock"))


class TestAnotherUser:
    """Who may not write to the lock of somebody else; root may write to everything, so only the opening is refused."""

    @pytest.fixture(autouse=True)
    def _may_not_write(self, monkeypatch):
        def refused(self, *_, **__):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("filelock.FileLock.acquire", refused)

    @pytest.fixture
    def lock(self, database, tmp_path):
        """The other one's lock file, which is there for good."""
        (tmp_path / "data").mkdir()
        (place, _) = _lock._places(database, "home")
        place.touch()
        return place

    def test_is_refused_while_the_other_one_scans(self, database, lock, another, own_folder, capsys):
        holder = another()
        with pytest.raises(AlreadyScanningError, match=rf"\(process {holder.pid}\)"), _lock.scanning(database, "home"):
            pass
        assert not own_folder.exists()

    def test_locks_the_same_file_when_nobody_does(self, database, lock, own_folder, capsys):
        with _lock.scanning(database, "home"), _lock.scanning(database, "home"):
            done = subprocess.run(
                [sys.executable, "-c", textwrap.dedent(HOLDER), database, "home"],
                stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=ROOT, check=False,
            )  # fmt: skip
            assert "AlreadyScanningError" in done.stderr
        assert not own_folder.exists()
        assert capsys.readouterr().err == ""
        assert _lock._borrowed == {}

    def test_is_told_when_it_may_not_even_read_it(self, database, lock, own_folder):
        lock.unlink()
        lock.symlink_to(lock.with_suffix(".nowhere"))  # which is never followed
        refused = pytest.raises(NetguardError, match=r"cannot be locked \(Permission denied\)")
        with refused as told, _lock.scanning(database, "home"):
            pass
        assert str(lock) in str(told.value)
        assert not own_folder.exists()


def test_a_server_has_its_lock_among_the_persons_own_files_without_its_password(own_folder):
    with _lock.scanning("postgresql://me:secret@db.example/x", "home"):
        (lock, _) = sorted(own_folder.iterdir(), key=lambda path: path.suffix, reverse=True)
        assert lock.suffix == ".lock"
        assert "secret" not in lock.name
    with _lock.scanning("postgresql://me:another@db.example/x", "home"):
        assert {path.name for path in own_folder.glob("*.lock")} == {lock.name}


def test_where_the_folder_takes_no_file_the_persons_own_does_and_that_is_said(database, own_folder, tmp_path, capsys):
    (tmp_path / "data").write_text("no folder")
    with _lock.scanning(database, "home"):
        assert list(own_folder.glob("*.lock"))
    assert "only your own scans of home are kept apart" in capsys.readouterr().err


def test_where_nothing_takes_one_it_goes_on_and_says_so(database, own_folder, tmp_path, capsys):
    (tmp_path / "data").write_text("no folder")
    own_folder.write_text("no folder")
    with _lock.scanning(database, "home"):
        pass
    assert "whether another scan of home is running cannot be told here" in capsys.readouterr().err


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "not a URL"])
def test_what_nobody_shares_needs_no_lock(url, own_folder, capsys):
    with _lock.scanning(url, "home"), _lock.scanning(url, "home"):
        pass
    assert not own_folder.exists()
    assert capsys.readouterr().err == ""


def test_a_mistake_in_the_scan_lets_go_of_it(database):
    with pytest.raises(ZeroDivisionError), _lock.scanning(database, "home"):
        raise ZeroDivisionError
    with _lock.scanning(database, "home"):
        pass
