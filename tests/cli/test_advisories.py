"""`netguard advisories`: what is known and how old it is, and how a newer catalogue is taken in."""

from datetime import UTC, datetime, timedelta

import pytest

from netguard.cli._advisories import how_old
from netguard.rules import loader
from netguard.rules.advisories import catalogue, is_old
from tests.unit.rules.test_kev import entry, published

TODAY = datetime.now(UTC).date()
YESTERDAY = f"{TODAY - timedelta(days=1)}"
RULES = loader.load()
SHIPPED = catalogue(RULES.advisories)
"""The day of the shipped catalogue, whichever that is: an import has to be newer, and it grows old some day."""


@pytest.fixture
def person(tmp_path):
    """A person's own settings: `{"NETGUARD_CONFIG": path}`, and where their advisories lie."""
    return {"NETGUARD_CONFIG": str(tmp_path / "own" / "config.toml")}, tmp_path / "own" / "rules" / "advisories"


@pytest.fixture
def newer(tmp_path):
    """A catalogue of yesterday with one fault that netguard does not have."""
    path = tmp_path / "newer.json"
    path.write_bytes(published(entry("CVE-2026-7777", "Tenda", "AC99"), day=YESTERDAY))
    return path


def test_the_list_says_how_old_it_is_and_a_line_a_maker(netguard, person):
    done = netguard("advisories", **person[0])
    assert (done.returncode, done.stderr) == (0, "")
    assert f"CISA's catalogue of {SHIPPED}" in done.stdout
    assert ("Warning: " in done.stdout) is is_old(SHIPPED, datetime.now(UTC).date())
    for file in RULES.advisories.values():
        assert f"\n{file.vendor} " in done.stdout


@pytest.mark.parametrize(("days", "warned"), [(0, False), (180, False), (181, True), (2000, True)])
def test_a_catalogue_older_than_180_days_is_warned_of(days, warned):
    said = list(how_old(RULES, SHIPPED + timedelta(days=days)))
    assert said[0].endswith(f"CISA's catalogue of {SHIPPED}, {days} days ago.")
    assert any("Warning: that is more than 180 days" in line for line in said) is warned
    assert any("netguard advisories import FILE" in line for line in said) is warned


def test_an_import_becomes_records_of_ones_own_and_ends_the_warning(netguard, person, newer):
    done = netguard("advisories", "import", newer, **person[0])
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 fault was read" in done.stdout
    assert sorted(p.name for p in person[1].iterdir()) == ["kev-tenda.yaml", "kev.yaml"]
    said = netguard("advisories", **person[0]).stdout
    assert "Warning" not in said
    assert "advisories/kev-tenda.yaml, your own" in said
    assert "CVE-2026-7777" in netguard("advisories", "--model", "Tenda AC99", **person[0]).stdout
    assert loader.load(person[1].parent).advisories["kev-tenda"].faults[0].models == ("AC99",)


def test_an_import_again_replaces_the_earlier_one_and_nothing_else(netguard, person, newer, tmp_path):
    assert netguard("advisories", "import", newer, **person[0]).returncode == 0
    mine = person[1] / "mine.yaml"
    mine.write_text((person[1] / "kev-tenda.yaml").read_text().replace("kev-tenda", "mine").replace("AC99", "AC98"))
    later = tmp_path / "later.json"
    later.write_bytes(published(entry("CVE-2026-7778", "D-Link", "DIR-999"), day=f"{TODAY}"))
    assert netguard("advisories", "import", later, **person[0]).returncode == 0
    assert sorted(p.name for p in person[1].iterdir()) == ["kev-d-link.yaml", "kev.yaml", "mine.yaml"]
    assert netguard("advisories", "import", later, **person[0]).returncode == 0, "the same one again does no harm"


REFUSED = {
    "older": (published(entry(), day="2024-01-01"), f"it is of 2024-01-01, and netguard already has the catalogue of {SHIPPED}"),
    "from the future": (published(entry(), day="2099-01-01"), "still to come"),
    "no JSON": (b"PK\x03\x04", "this is no JSON"),
    "cut off": (published(entry(), day=YESTERDAY)[:100], "this is no JSON"),
    "another document": (b"{}", "this is no catalogue"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_older_or_broken_changes_nothing(netguard, person, tmp_path, case):
    data, words = REFUSED[case]
    path = tmp_path / "kev.json"
    path.write_bytes(data)
    done = netguard("advisories", "import", path, **person[0])
    assert (done.returncode, done.stdout) == (3, "")
    assert words in done.stderr
    assert done.stderr.startswith("netguard: ")
    assert len(done.stderr.splitlines()) == 1
    assert not person[1].exists()


def test_what_a_person_wrote_is_never_replaced(netguard, person, newer):
    person[1].mkdir(parents=True)
    own = person[1] / "kev-tenda.yaml"
    assert netguard("advisories", "import", newer, **person[0]).returncode == 0
    text = own.read_text().split("\n", 1)[1].replace("CVE-2026-7777", "CVE-2026-0001")
    own.write_text(text)
    done = netguard("advisories", "import", newer, **person[0])
    assert done.returncode == 3
    assert "you wrote it yourself" in done.stderr
    assert own.read_text() == text


def test_standard_input_is_read(netguard, person):
    done = netguard(
        "advisories",
        "import",
        "-",
        stdin=published(entry(vendor="Tenda", product="AC99"), day=YESTERDAY).decode(),
        **person[0],
    )
    assert done.returncode == 0
    assert (person[1] / "kev-tenda.yaml").exists()


def test_one_model(netguard, person):
    said = netguard("advisories", "--model", "TP-Link Archer AX21 v3", **person[0]).stdout
    assert "CVE-2023-1389" in said
    assert "mended from version 1.1.4 Build 20230219 on" in said
    assert "https://www.tp-link.com" in said
    said = netguard("advisories", "--model", "FRITZ!Box 7581", **person[0]).stdout
    assert "gets no corrections any more since 2019-11-30" in said
    said = netguard("advisories", "--model", "DS-2CD2132F-IS", **person[0]).stdout
    assert "Hikvision DS-2CD2??2F-I*: CVE-2017-7921" in said
    assert "mended from version 5.4.5 Build 170123 on" in said
    assert "DS-2CD2??0F-I" not in said
    done = netguard("advisories", "--model", "R7000P", **person[0])
    assert "proves nothing about corrections" in done.stdout
    assert netguard("advisories", "--model", "???", **person[0]).returncode == 2


def test_a_missing_file_is_a_wrong_call(netguard, person, tmp_path):
    done = netguard("advisories", "import", tmp_path / "no.json", **person[0])
    assert (done.returncode, done.stdout) == (2, "")


def test_a_broken_record_of_ones_own_is_named(netguard, person, newer):
    person[1].mkdir(parents=True)
    (person[1] / "mine.yaml").write_text("schema: 1\n")
    done = netguard("advisories", "import", newer, **person[0])
    assert done.returncode == 3
    assert "mine.yaml" in done.stderr
