"""The command as people run it: a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def netguard(tmp_path):
    """Run `netguard ARGS`; standard input is no terminal. Returns the finished process with text output."""

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
