"""What a service with a right of its own loads must be root's alone: files, folders above them, links, and what could be made."""

import grp
import os
import pwd
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from netguard.schedule import _trust

ALICE = 1000


class Info(NamedTuple):
    """What is asked of a file."""

    st_mode: int
    st_uid: int
    st_gid: int


class Disk:
    """The folder of a test as if it were root's, but for what the test gives to others."""

    def __init__(self, root):
        self.root = root
        self.given = {}

    def give(self, path, *, uid=0, more=0, gid=0):
        self.given[Path(path)] = (uid, more, gid)

    def lstat(self, path):
        path = Path(os.path.realpath(Path(path).parent), Path(path).name)
        real = path.lstat()
        uid, more, gid = self.given.get(path, (0, 0, 0))
        mode = real.st_mode if stat.S_ISLNK(real.st_mode) else stat.S_IFMT(real.st_mode) | 0o755
        return Info(mode | more, uid, gid)


@pytest.fixture
def disk(tmp_path):
    return Disk(tmp_path)


@pytest.fixture
def program(tmp_path, computer):
    """A Python in a folder of its own, with a package, a link to a file elsewhere, and a path that is not there."""
    for name in ("bin/python3.11", "site/netguard/__init__.py", "site/extra.pth", "elsewhere/real.py", "pyvenv.cfg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "bin/python").symlink_to("python3.11")
    (tmp_path / "site/linked.py").symlink_to("../elsewhere/real.py")
    computer.loads = {
        "ways": [str(tmp_path / "bin/python"), str(tmp_path / "pyvenv.cfg")],
        "trees": [str(tmp_path / "python311.zip"), str(tmp_path / "site")],
    }
    return (str(tmp_path / "bin/python"), "-I", "-m", "netguard")


def test_what_is_roots_alone_is_good(here, disk, program):
    assert _trust.problem(here, program, disk.lstat) is None


@pytest.mark.parametrize(
    "path",
    ["", "bin", "bin/python", "bin/python3.11", "pyvenv.cfg", "site", "site/extra.pth", "site/netguard/__init__.py",
     "site/linked.py", "elsewhere", "elsewhere/real.py"],
)  # fmt: skip
def test_each_file_folder_and_link_on_the_way_counts(here, disk, program, path, tmp_path):
    disk.give(tmp_path / path if path else tmp_path, uid=ALICE)
    said = _trust.problem(here, program, disk.lstat)
    assert said is not None
    assert f"{(tmp_path / path).name} is " in said
    assert said.endswith("'s")


@pytest.mark.parametrize("path", ["bin/python3.11", "site", "site/extra.pth", "elsewhere"])
def test_what_everybody_can_write_is_nobodys_to_trust(here, disk, program, path, tmp_path):
    disk.give(tmp_path / path, more=stat.S_IWOTH)
    assert "everybody can write to" in _trust.problem(here, program, disk.lstat)


def test_a_group_counts_where_somebody_is_in_it(here, disk, program, tmp_path, monkeypatch):
    people = {7: ["alice"], 8: [], 0: ["root"]}
    monkeypatch.setattr(grp, "getgrgid", lambda gid: grp.struct_group(("staff", "x", gid, people[gid])))
    users = [pwd.struct_passwd((n, "x", uid, gid, "", "", "")) for n, uid, gid in (("root", 0, 0), ("bob", 1001, 9))]
    monkeypatch.setattr(pwd, "getpwall", lambda: users)
    for gid, said in ((7, True), (8, False), (0, False)):
        disk.give(tmp_path / "site", more=stat.S_IWGRP, gid=gid)
        assert bool(_trust.problem(here, program, disk.lstat)) is said
    people[9] = []
    disk.give(tmp_path / "site", more=stat.S_IWGRP, gid=9)
    assert "the group staff can write to" in _trust.problem(here, program, disk.lstat), "it is bob's own group"
    monkeypatch.setattr(os, "listxattr", lambda path: [_trust._ACL], raising=False)
    disk.give(tmp_path / "site", more=stat.S_IWGRP, gid=8)
    assert "access control list" in _trust.problem(here, program, disk.lstat)


def test_in_a_folder_like_tmp_what_is_there_stays_and_what_is_not_can_be_made(here, disk, program, computer, tmp_path):
    disk.give(tmp_path / "bin", more=stat.S_ISVTX | stat.S_IWOTH)
    assert _trust.problem(here, program, disk.lstat) is None
    computer.loads["ways"].append(str(tmp_path / "bin/pyvenv.cfg"))
    assert _trust.problem(here, program, disk.lstat) == f"everybody can make {tmp_path / 'bin/pyvenv.cfg'}"
    computer.loads["ways"].pop()
    disk.give(tmp_path / "site/netguard", more=stat.S_ISVTX | stat.S_IWOTH)
    assert _trust.problem(here, program, disk.lstat) == f"everybody can make files in {tmp_path / 'site/netguard'}"


def test_a_folder_that_is_a_link_is_looked_through(here, disk, program, tmp_path):
    (tmp_path / "elsewhere/package").mkdir()
    (tmp_path / "elsewhere/package/module.py").write_text("")
    (tmp_path / "site/package").symlink_to("../elsewhere/package")
    (tmp_path / "site/loop").symlink_to(".")
    assert _trust.problem(here, program, disk.lstat) is None
    disk.give(tmp_path / "elsewhere/package/module.py", uid=ALICE)
    assert "module.py is " in _trust.problem(here, program, disk.lstat)


def test_what_has_no_name_to_import_by_is_left_out(here, disk, program, tmp_path):
    for name in ("site/.git/config", "site/netguard/.libs/libssl.so"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("")
        disk.give(tmp_path / name, uid=ALICE)
        assert bool(_trust.problem(here, program, disk.lstat)) is ("netguard" in name), name


def test_without_isolation_the_home_folder_is_loaded(here, disk, program):
    assert "home folder" in _trust.problem(here, (program[0], "-P", *program[2:]), disk.lstat)


@pytest.mark.parametrize("loads", [None, {}, {"ways": [], "trees": 3}])
def test_a_program_that_does_not_find_netguard_is_told(here, disk, program, computer, loads):
    computer.loads = loads
    assert "does not find netguard" in _trust.problem(here, program, disk.lstat)


def test_what_cannot_be_looked_at_is_not_trusted(here, disk, program, tmp_path):
    def lstat(path):
        if Path(path) == tmp_path / "site":
            raise PermissionError(13, "Permission denied")
        return disk.lstat(path)

    assert "cannot be looked at" in _trust.problem(here, program, lstat)


def test_the_interpreter_says_itself_what_it_loads(here, tmp_path):
    """By the interpreter of this test: its own folders, and netguard's; nothing of the home folder of who asks."""
    home = tmp_path / "home"
    site = home / f".local/lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"
    site.mkdir(parents=True)
    (site / "mine.pth").write_text("import sys; sys.stdout.write('owned')\n")
    (site / "usercustomize.py").write_text("print('owned')\n")
    asked = []

    def run(argv):
        environment = {"HOME": str(home), "PYTHONPATH": str(site), "PATH": os.environ["PATH"]}
        done = subprocess.run(argv, capture_output=True, text=True, env=environment, cwd=site, timeout=60, check=True)
        asked.append(done.stdout)
        return done.stdout

    seen = []

    def lstat(path):
        seen.append(Path(path))
        return Info(stat.S_IFDIR | 0o755, 0, 0)

    assert _trust.problem(replace(here, run=run), (sys.executable, "-I"), lstat) is None
    assert len(asked) == 1
    assert "owned" not in asked[0]
    assert not [path for path in seen if path.is_relative_to(home)]
    assert Path(_trust.__file__) in seen
    assert Path(sys.executable) in seen
