"""A folder is written whole or not at all, and what is not netguard's in it stays."""

import os
import stat

import pytest

from netguard.cli import _folder
from netguard.cli._folder import Content, check, write
from netguard.errors import NetguardError, UsageError

FILES = {"README.md": Content(text="MARK\nread me\n"), "undo.sh": Content(text="#!/bin/sh\n", executable=True)}
OWN = frozenset({"README.md", "undo.sh", "old.conf"})


def tree(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def allowed(folder):
    check(folder, marked="README.md", mark="MARK")


def test_a_new_folder_has_everything_with_its_rights(tmp_path):
    folder = tmp_path / "made" / "here"
    allowed(folder)
    write(folder, FILES, own=OWN)
    assert tree(tmp_path / "made") == {"here/README.md": b"MARK\nread me\n", "here/undo.sh": b"#!/bin/sh\n"}
    if os.name != "nt":
        assert stat.S_IMODE((folder / "undo.sh").stat().st_mode) == 0o700
        assert stat.S_IMODE((folder / "README.md").stat().st_mode) == 0o600


def test_an_empty_folder_is_filled(tmp_path):
    allowed(tmp_path)
    write(tmp_path, FILES, own=OWN)
    assert set(tree(tmp_path)) == set(FILES)


def test_again_it_replaces_its_own_takes_old_ones_away_and_leaves_the_persons(tmp_path):
    write(tmp_path, FILES | {"old.conf": Content(text="old")}, own=OWN)
    (tmp_path / "before-netguard.nft").write_text("mine")
    allowed(tmp_path)
    write(tmp_path, FILES | {"README.md": Content(text="MARK\nanew\n")}, own=OWN)
    assert tree(tmp_path) == {
        "README.md": b"MARK\nanew\n", "undo.sh": b"#!/bin/sh\n", "before-netguard.nft": b"mine",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["README.md", "letter.txt"])
def test_a_folder_that_netguard_did_not_make_is_refused(tmp_path, name):
    (tmp_path / name).write_text("my own")
    with pytest.raises(UsageError, match="is not empty, and netguard did not make it; give a new folder with -o"):
        allowed(tmp_path)


def test_what_is_no_folder_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("file", "link"):
        with pytest.raises(UsageError, match="is no folder"):
            allowed(tmp_path / name)


def test_a_link_in_the_place_of_a_file_is_replaced_not_followed(tmp_path):
    write(tmp_path / "out", FILES, own=OWN)
    victim = tmp_path / "victim"
    victim.write_text("untouched")
    (tmp_path / "out" / "undo.sh").unlink()
    (tmp_path / "out" / "undo.sh").symlink_to(victim)
    write(tmp_path / "out", FILES, own=OWN)
    assert victim.read_text() == "untouched"
    assert not (tmp_path / "out" / "undo.sh").is_symlink()


def test_a_folder_where_a_file_belongs_leaves_everything_as_it_was(tmp_path):
    write(tmp_path, FILES, own=OWN)
    (tmp_path / "old.conf").mkdir()
    before = tree(tmp_path)
    with pytest.raises(NetguardError, match=r"old\.conf in it is a folder\); it is as it was"):
        write(tmp_path, FILES | {"README.md": Content(text="MARK\nanew\n")}, own=OWN)
    assert tree(tmp_path) == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["README.md", "old.conf", "undo.sh"]


@pytest.mark.parametrize("fails_at", range(1, 5))
def test_a_move_that_fails_halfway_is_taken_back(tmp_path, monkeypatch, fails_at):
    folder = tmp_path / "out"
    write(folder, FILES, own=OWN)
    before, moves, rename = tree(folder), [], type(folder).rename

    def failing(self, target):
        moves.append(self)
        if len(moves) == fails_at:
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(type(folder), "rename", failing)
    with pytest.raises(NetguardError, match="No space left on device"):
        write(folder, {name: Content(text="new") for name in FILES}, own=OWN)
    monkeypatch.undo()
    assert tree(folder) == before


@pytest.mark.parametrize("existing", [True, False])
def test_a_disk_that_is_full_leaves_nothing(tmp_path, monkeypatch, existing):
    folder = tmp_path / "out"
    if existing:
        write(folder, FILES, own=OWN)
    before = tree(tmp_path)

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(_folder.os, "fsync", full)
    with pytest.raises(NetguardError, match=r"could not be written \(No space left on device\)"):
        write(folder, {"README.md": Content(text="new")}, own=OWN)
    assert tree(tmp_path) == before
    assert [p.name for p in tmp_path.iterdir()] == (["out"] if existing else [])
