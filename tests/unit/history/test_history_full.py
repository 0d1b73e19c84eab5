"""A disk that is really full: a small one in memory, seen by one process only, filled to the brim and emptied again."""

import json
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from tests.unit.history.conftest import CHILD, DOCUMENT
from tests.unit.history.test_history_schemas import SCHEMAS

MOUNT = 'mount -t tmpfs -o size=2m none "$1" && shift && exec "$@"'


def has_small_disks() -> bool:
    """Whether this system lets a process of its own have a file system of its own."""
    if shutil.which("unshare") is None:
        return False
    tried = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", MOUNT, "sh", "/mnt", "true"]
    return subprocess.run(tried, capture_output=True, check=False).returncode == 0


pytestmark = pytest.mark.skipif(not has_small_disks(), reason="a process cannot have a small disk of its own here")

FILLED = """
    import json, os, sqlite3
    from netguard.errors import NetguardError
    disk = Path(url)
    url = f"sqlite:///{disk}/data/netguard.db"

    def fill(left):
        '''Fill the disk but for so many bytes.'''
        room = os.statvfs(disk)
        size = room.f_bavail * room.f_frsize - left
        (disk / "ballast").write_bytes(bytes(max(size, 0)))

    def empty():
        (disk / "ballast").unlink()

    def tried(act):
        try:
            return act() or "done"
        except NetguardError as error:
            return str(error)

    def check():
        connection = sqlite3.connect(disk / "data" / "netguard.db")
        answer = connection.execute("PRAGMA integrity_check").fetchone()[0]
        connection.close()
        return answer
"""


def on_a_small_disk(program: str, folder: Path) -> Any:
    """What `program` prints as JSON; its disk, of 2 MiB, is at `folder` and gone with it."""
    whole = CHILD + textwrap.dedent(FILLED) + textwrap.dedent(program)
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", MOUNT, "sh", str(folder),
         sys.executable, "-c", whole, str(folder), str(DOCUMENT), str(SCHEMAS)],
        capture_output=True, text=True, timeout=120, check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_whatever_room_is_left_a_scan_is_saved_whole_or_not_at_all_and_it_is_said_why(tmp_path: Path) -> None:
    answers = on_a_small_disk(
        """
        answers = []
        with History.open(url) as history:
            history.save(dataclasses.replace(released, id="first"))
        for left in range(0, 120_000, 8_000):
            fill(left)
            name = f"left-{left}"
            def save():
                with History.open(url) as history:
                    history.save(dataclasses.replace(released, id=name))
            said = tried(save)
            empty()
            with History.open(url) as history:
                there = [line.id for line in history.list(limit=100)]
                whole = all(history.scan(id_).id == id_ for id_ in there)
            answers.append([said, name in there, "first" in there and whole, check()])
        print(json.dumps(answers))
        """,
        tmp_path,
    )
    for said, is_there, whole, answer in answers:
        assert (whole, answer) == (True, "ok")
        assert is_there == (said == "done")
        if not is_there:
            assert "the disk is full; make room and try again" in said
    assert {is_there for _, is_there, _, _ in answers} == {True, False}, "both happened"


def test_an_old_history_on_a_full_disk_stays_as_it_is_until_there_is_room(tmp_path: Path) -> None:
    said, version, after, copies = on_a_small_disk(
        """
        (disk / "data").mkdir()
        connection = sqlite3.connect(disk / "data" / "netguard.db")
        connection.executescript((Path(name) / "r0001.sql").read_text())
        connection.execute("PRAGMA journal_mode = WAL")
        connection.close()
        fill(40_000)
        said = tried(lambda: History.open(url).close())
        connection = sqlite3.connect(disk / "data" / "netguard.db")
        version = connection.execute("SELECT version_num FROM netguard_version").fetchone()[0]
        connection.close()
        empty()
        with History.open(url) as history:
            after = len(history.list())
        print(json.dumps([said, version, after, sorted(p.name for p in (disk / "data").iterdir())]))
        """,
        tmp_path,
    )
    assert "the disk is full; make room and try again" in said
    assert (version, after) == ("0001", 2)
    assert copies == ["netguard.db", "netguard.db.backup"]


def test_an_export_and_a_copy_that_do_not_fit_leave_nothing_behind_and_keep_the_last_one(tmp_path: Path) -> None:
    answers = on_a_small_disk(
        """
        from netguard.cli import _keeping
        from netguard.history import backups
        from datetime import timedelta
        with History.open(url) as history:
            for number in range(30):
                noise = dataclasses.replace(released.tool, version=os.urandom(2000).hex())
                history.save(dataclasses.replace(released, id=f"scan-{number}", tool=noise), just_made=True)
        copy = backups.copy_of(disk / "data" / "netguard.db")
        before = copy.read_bytes()
        with History.open(url) as history:
            fill(70_000)
            backups.EVERY = timedelta(0)
            told = history.save(dataclasses.replace(released, id="last"), just_made=True)
            there = history.list()[0].id
        empty()
        fill(45_000)
        sys.stdout, kept = sys.stderr, sys.stdout
        exported = tried(lambda: _keeping.export(url, None, str(disk / "all.gz")))
        sys.stdout = kept
        left = sorted(p.name for p in [*disk.iterdir(), *(disk / "data").iterdir()])
        print(json.dumps([told, there, exported, left, copy.read_bytes() == before]))
        """,
        tmp_path,
    )
    told, there, exported, left, same = answers
    assert there == "last"
    assert told.startswith("the scan is saved, but no copy of the history could be made")
    assert "the disk is full" in told
    assert exported.endswith("all.gz could not be written (No space left on device)")
    assert [name for name in left if name not in {"netguard.db-wal", "netguard.db-shm"}] == [
        "ballast", "data", "netguard.db", "netguard.db.backup",
    ]  # fmt: skip
    assert same
