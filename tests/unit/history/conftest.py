"""A history in a real file, and scans to put into it."""

import dataclasses
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from netguard.history.store import History
from netguard.model import codec
from netguard.model.scan import Scan

DOCUMENT = Path(__file__).parents[1] / "model" / "documents" / "scan-1.json"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

MakeScan = Callable[..., Scan]


@pytest.fixture(scope="session")
def make_scan() -> MakeScan:
    """Make a scan with this id, started so many minutes after noon; other fields by name."""
    released = codec.loads(DOCUMENT.read_bytes())

    def make(scan_id: str, minute: int = 0, **fields: Any) -> Scan:
        start = NOON + timedelta(minutes=minute)
        times = {"started_at": start, "finished_at": start + timedelta(minutes=5)}
        return dataclasses.replace(released, **{"id": scan_id, "site": "home", **times, **fields})

    return make


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the history's file will be."""
    return tmp_path / "data" / "netguard.db"


@pytest.fixture
def url(path: Path) -> str:
    """The URL of `path`."""
    return f"sqlite:///{path}"


@pytest.fixture
def history(url: str) -> Iterator[History]:
    """An empty history in a real file."""
    with History.open(url) as opened:
        yield opened


CHILD = """
import dataclasses, sys
from pathlib import Path
from sqlalchemy import Engine, event
from netguard.history.store import History
from netguard.model import codec
url, document, name = sys.argv[1:4]
released = codec.loads(Path(document).read_bytes())
"""


def child(program: str, url: str, name: str = "child") -> subprocess.Popen[str]:
    """Start a process that has `url`, `name` and the scan `released`; it is killed by its own number only."""
    return subprocess.Popen(
        [sys.executable, "-c", CHILD + textwrap.dedent(program), url, str(DOCUMENT), name],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )  # fmt: skip


def said(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return out
