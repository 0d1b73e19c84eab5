"""Running the system's own programs: within limits, and with one clear line when it goes wrong."""

import os
import sys
import time
from types import ModuleType

import pytest

from netguard.errors import VantageError
from netguard.vantage import system

PYTHON = sys.executable


@pytest.fixture
def python(monkeypatch):
    """`python CODE` as a program that `run` finds."""
    monkeypatch.setattr(system, "find", lambda name: PYTHON if name == "python" else None)
    return lambda code, **limits: system.run(("python", "-c", code), **limits)


@pytest.mark.parametrize(("platform", "name"), [("linux", "linux"), ("darwin", "macos"), ("win32", "windows")])
def test_every_known_system_has_a_backend(platform, name):
    module = system.backend(platform)
    assert isinstance(module, ModuleType)
    assert module.__name__ == f"netguard.vantage.{name}"
    assert callable(module.look)
    assert callable(module.neighbours)


def test_an_unknown_system_is_named():
    with pytest.raises(VantageError, match=r"\(plan9\)"):
        system.backend("plan9")


def test_the_output_is_text_and_the_locale_plain(python, monkeypatch):
    monkeypatch.setenv("LC_MESSAGES", "de_DE.UTF-8")
    monkeypatch.setenv("LANGUAGE", "de")
    code = "import os,sys; sys.stdout.buffer.write(b'\\xef\\xbb\\xbf' + os.environ['LC_ALL'].encode() + b'\\xff' + str(sorted(k for k in os.environ if k[:3] in ('LC_','LAN'))).encode())"
    assert python(code) == "C\ufffd['LANG', 'LC_ALL']"


def test_a_missing_program_is_an_oserror():
    with pytest.raises(FileNotFoundError, match="no-such-program-here is not installed"):
        system.run(("no-such-program-here",))


def test_a_failing_program_says_why_without_control_characters(python):
    with pytest.raises(VantageError, match=r"python failed with code 3: no \?\[31m luck"):
        python("import sys; sys.stderr.write('no \\x1b[31m luck\\nmore'); sys.exit(3)")


def test_a_hanging_program_is_stopped(python):
    started = time.monotonic()
    with pytest.raises(VantageError, match=r"no answer within 0.3 seconds"):
        python("import time; time.sleep(60)", timeout=0.3)
    assert time.monotonic() - started < 10


@pytest.mark.skipif(sys.platform == "win32", reason="fork")
def test_a_grandchild_that_keeps_the_pipe_does_not_keep_us(python):
    started = time.monotonic()
    with pytest.raises(VantageError, match="no answer"):
        python("import os,time; os.fork() or time.sleep(8); time.sleep(0 if os.getppid() == 1 else 8)", timeout=0.3)
    assert time.monotonic() - started < 6


def test_a_flood_is_cut_off(python):
    with pytest.raises(VantageError, match="wrote more than 1000 bytes"):
        python("import sys\nwhile True: sys.stdout.write('x' * 4096)", cap=1000)


def test_much_on_standard_error_blocks_nothing(python):
    assert (
        python("import sys\ntry: sys.stderr.write('x' * 1000000)\nexcept BrokenPipeError: pass\nprint('done')").strip()
        == "done"
    )


def test_programs_are_found_outside_path_but_never_in_the_current_folder(monkeypatch, tmp_path):
    tool = tmp_path / ("tool.exe" if sys.platform == "win32" else "tool")
    tool.write_text("")
    tool.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f".{system.os.pathsep}{system.os.pathsep}bin")
    assert system.find("tool") is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert system.find("tool") == str(tool)


def test_files_are_read_up_to_a_limit(monkeypatch, tmp_path):
    monkeypatch.setattr(system, "FILE_CAP", 4)
    file = tmp_path / "file"
    file.write_bytes(b"a\xffbcdef")
    assert system.HERE.text(str(file)) == "a\ufffdbc"
    assert system.HERE.text(str(tmp_path / "none")) == ""
    assert system.HERE.listing(str(tmp_path)) == ("file",)
    assert system.HERE.listing(str(tmp_path / "none")) == ()


def test_this_computer_s_own_loopback_can_be_looked_at():
    seen = system.backend().look(system.run, "lo")
    assert str(seen.vantage.address) == "127.0.0.1"
    assert seen.vantage.gateway is None


def test_a_folder_on_the_path_that_one_may_not_enter_is_passed_over(tmp_path, monkeypatch):
    locked, open_ = tmp_path / "locked", tmp_path / "open"
    open_.mkdir()
    tool = open_ / "tool"
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{locked}{os.pathsep}{open_}")
    real = os.stat

    def stat(path, *args, **kwargs):
        if str(path).startswith(str(locked)):
            raise PermissionError(13, "Permission denied")
        return real(path, *args, **kwargs)

    monkeypatch.setattr(os, "stat", stat)
    assert system.find("tool") == str(tool)
