"""The committed sample report is what the code writes today; `python -m tests.golden.report.make_golden` writes it anew."""

import json

import pytest

from netguard.model import codec
from netguard.registry import load, names
from tests.golden.report.make_golden import FOLDER, over_time, with_rules
from tests.golden.report.sample import NOW, sample_scan


@pytest.mark.parametrize("name", names("netguard.report.formats"))
def test_the_sample_in_this_format_is_up_to_date(name: str) -> None:
    module = load("netguard.report.formats", name)
    committed = (FOLDER / f"report.{module.EXTENSION}").read_text(encoding="utf-8")
    assert module.render(sample_scan(), NOW) == committed, "run: python -m tests.golden.report.make_golden"


@pytest.mark.parametrize("name", with_rules() | over_time())
def test_the_sample_with_more_to_say_of_it_is_up_to_date(name: str) -> None:
    committed = (FOLDER / name).read_text(encoding="utf-8")
    assert (with_rules() | over_time())[name] == committed, "run: python -m tests.golden.report.make_golden"


def test_the_committed_document_is_the_sample_scan() -> None:
    assert codec.loads((FOLDER / "report.json").read_bytes()) == sample_scan()


def test_the_sample_uses_addresses_for_private_use_and_documentation_only() -> None:
    document = json.loads((FOLDER / "report.json").read_text(encoding="utf-8"))
    for device in document["devices"]:
        assert all(a.startswith(("192.168.20.", "2001:db8:")) for a in device["addresses"])
        assert device["mac"] is None or "00:5e:00:53" in device["mac"]
    assert all("00:5e:00:53" in network["bssid"] for network in document["wifi"])
