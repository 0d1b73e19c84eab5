"""For all tests: deterministic property tests, no leftovers of ours on the person's computer, no thread left running."""

import threading
import time

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "netguard", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("netguard")


@pytest.fixture(autouse=True)
def own_folders(tmp_path, monkeypatch):
    """Every test has a home of its own: no real history, settings or reports are read or written."""
    for name in (
        "HOME",
        "XDG_DATA_HOME",
        "XDG_CONFIG_HOME",
        "XDG_DOCUMENTS_DIR",
        "LOCALAPPDATA",
        "APPDATA",
        "USERPROFILE",
    ):
        monkeypatch.setenv(name, str(tmp_path / "person"))
    for name in ("NETGUARD_DATABASE", "NETGUARD_CONFIG", "SUDO_UID", "PKEXEC_UID", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def no_thread_is_left():
    """A test that leaves a thread running fails: so would a scan that never ends."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and (left := set(threading.enumerate()) - before):
        for thread in left:
            thread.join(0.05)
    left = {t for t in threading.enumerate() if t not in before and not t.daemon}
    assert not left, f"threads left running: {sorted(t.name for t in left)}"
