"""The report of a real scan, in a real browser: what the scan found is what a person sees."""

import os
import subprocess
import sys
from pathlib import Path

from netguard.model import codec
from netguard.model.vocabulary import Status
from tests.browser.conftest import Browser
from tests.browser.test_report_page import OPEN_ALL

ROOT = Path(__file__).resolve().parents[2]


def test_the_demo_scan_is_shown_as_it_was_found(browser: Browser, tmp_path: Path) -> None:
    page, document = tmp_path / "report.html", tmp_path / "scan.json"
    done = subprocess.run(
        [sys.executable, "-m", "netguard", "demo", "--depth", "quick", "--html", str(page), "--json", str(document)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    scan = codec.loads(document.read_bytes())
    browser.open(page)
    browser.run(OPEN_ALL)
    said = browser.run("return document.body.innerText")
    failed = [f for f in scan.findings if f.status is Status.FAIL]
    assert any("telnet" in f.title for f in failed)
    for finding in failed:
        assert " ".join(finding.title.split()) in " ".join(said.split())
    for device in scan.devices:
        if device.name:
            assert device.name in said
    assert browser.requests() == [page.resolve().as_uri()]
    assert browser.complaints() == []
