"""The command as people run it: a process of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from netguard.history.store import History

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def empty_history(tmp_path_factory):
    """A history that holds nothing yet; making its tables takes longer than everything else that most commands do."""
    path = tmp_path_factory.mktemp("empty") / "h.sqlite"
    History.open(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def netguard(tmp_path, empty_history):
    """Run `netguard ARGS`; standard input is no terminal. Returns the finished process with text output.

    An empty history lies where netguard looks for one by itself.
    """
    folder = tmp_path / "person" / "netguard"
    folder.mkdir(parents=True, mode=0o700)
    shutil.copy(empty_history, folder / "netguard.db")

    def run(*argv, stdin="", **environment):
        return subprocess.run(
            [sys.executable, "-m", "netguard", *map(str, argv)],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1"} | environment,
            check=False,
        )

    return run
