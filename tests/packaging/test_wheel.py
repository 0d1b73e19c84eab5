"""The built wheel carries everything it needs, and the tree keeps its own rules."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from netguard import registry

ROOT = Path(__file__).resolve().parents[2]
MOST_LINES = 400


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    program = f"from hatchling.build import build_wheel; print(build_wheel({str(folder)!r}))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / done.stdout.splitlines()[-1]


@pytest.fixture(scope="module")
def unpacked(wheel, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def run(unpacked: Path, *argv: str, **more: object) -> "subprocess.CompletedProcess[str]":
    """Run the unpacked wheel from outside the checkout."""
    import os

    return subprocess.run(
        [sys.executable, "-P", "-m", "netguard", *argv],
        cwd=unpacked.parent,
        env=os.environ | {"PYTHONPATH": str(unpacked)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        **more,
    )


def test_the_wheel_holds_rules_reports_and_migrations(unpacked):
    shipped = {
        p.relative_to(unpacked / "netguard").as_posix() for p in (unpacked / "netguard").rglob("*") if p.is_file()
    }
    for folder, inside in (("rules", "_rules"), ("reports", "_reports")):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file():
                assert f"{inside}/{path.relative_to(ROOT / folder).as_posix()}" in shipped
    assert any(p.startswith("history/migrations/versions/") for p in shipped)


def test_the_wheel_works_outside_the_checkout(unpacked, tmp_path):
    program = "import netguard, pathlib; from netguard.rules import loader; print(netguard.__file__, len(loader.load().devices))"
    import os

    done = subprocess.run(
        [sys.executable, "-P", "-c", program],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(unpacked)},
        capture_output=True,
        text=True,
        check=True,
    )
    where, records = done.stdout.split()
    assert Path(where).is_relative_to(unpacked)
    assert int(records) == len(list((ROOT / "rules" / "devices").glob("*.yaml")))
    helped = run(unpacked, "--help")
    assert helped.returncode == 0
    for name in registry.names("netguard.cli"):
        assert name in helped.stdout
    sample = (ROOT / "reports" / "sample" / "report.json").read_text()
    reported = run(unpacked, "report", "-", "--format", "html", "-o", "-", input=sample)
    assert "</html>" in reported.stdout


def tracked(*patterns: str) -> list[Path]:
    done = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip("this is no git checkout")
    return [ROOT / name for name in done.stdout.splitlines() if (ROOT / name).is_file()]


def test_no_module_has_grown_into_a_hall():
    long = {p.name: n for p in tracked("*.py") if (n := len(p.read_text().splitlines())) > MOST_LINES}
    assert not long


def test_locks_name_no_registry_and_pin_by_hash():
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        assert "index-url" not in text
        pins = [block for block in text.replace("\\\n", " ").splitlines() if "==" in block.split("--hash")[0]]
        assert pins
        assert all("--hash=sha256:" in pin for pin in pins)


def test_every_room_says_what_it_is():
    for path in tracked("netguard/**/__init__.py", "netguard/__init__.py"):
        assert path.read_text().startswith('"""'), path


@pytest.mark.parametrize("module", sorted(p.relative_to(ROOT).as_posix() for p in (ROOT / "netguard").rglob("*.py")))
def test_no_module_is_without_a_docstring(module):
    text = (ROOT / module).read_text()
    assert text.startswith(('"""', 'r"""')) or "migrations/versions" in module
