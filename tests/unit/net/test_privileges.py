"""Who is parted from CAP_NET_RAW before anything is parsed: what the kernel makes of it is tried in the lab."""

import pytest

from netguard.cli import _session
from netguard.errors import PrivilegeError, UsageError
from netguard.net import privileges

MADE = object()
NOTHING = {"effective": 0, "permitted": 0, "inheritable": 0, "ambient": 0}


def rights(**bits):
    return privileges.Rights(uids=(1000,) * 4, gids=(100,) * 4, no_new_privileges=False, **bits)


@pytest.fixture
def somebody(monkeypatch):
    """No root, on Linux; whom the opener was parted from is noted."""
    parted = []
    monkeypatch.setattr(privileges, "read_rights", lambda: rights(**NOTHING))
    monkeypatch.setattr(privileges, "supported", lambda: True)
    monkeypatch.setattr(privileges, "is_root", lambda: False)
    monkeypatch.setattr(
        privileges, "itself", lambda: privileges.Identity(uid=1000, gid=100, why="it is that user already")
    )
    monkeypatch.setattr(_session.opener, "separate", lambda identity: parted.append(identity.uid) or MADE)
    return parted


@pytest.mark.parametrize("holds", [True, False])
def test_who_is_no_root_and_has_the_right_is_parted_from_it(somebody, monkeypatch, holds):
    monkeypatch.setattr(privileges, "holds", lambda capability: holds and capability == privileges.CAP_NET_RAW)
    left = _session.give_up_root(None)
    assert (left.opener, left.remark, somebody) == (MADE if holds else None, None, [1000] if holds else [])


def test_where_rights_cannot_be_read_there_are_none(somebody, monkeypatch):
    def unreadable():
        raise PrivilegeError("/proc/thread-self/status cannot be read")

    monkeypatch.setattr(privileges, "read_rights", unreadable)
    assert _session.give_up_root(None).opener is None
    monkeypatch.setattr(privileges, "supported", lambda: False)
    assert _session.give_up_root(None).opener is None
    assert somebody == []


@pytest.mark.parametrize("kind", [*NOTHING, None])
def test_who_has_another_right_keeps_it_no_more_than_that_one(somebody, monkeypatch, kind):
    dropped = []
    monkeypatch.setattr(privileges, "holds", lambda capability: False)
    monkeypatch.setattr(privileges, "read_rights", lambda: rights(**NOTHING | ({kind: 1 << 12} if kind else {})))
    monkeypatch.setattr(privileges, "drop", lambda identity: dropped.append(identity.uid))
    assert _session.give_up_root(None).opener is None
    assert dropped == ([1000] if kind else [])


def test_whom_to_become_is_a_question_to_root_only(somebody, monkeypatch):
    monkeypatch.setattr(privileges, "holds", lambda capability: True)
    with pytest.raises(UsageError, match="--user only makes sense with root"):
        _session.give_up_root("nobody")
    assert somebody == []
