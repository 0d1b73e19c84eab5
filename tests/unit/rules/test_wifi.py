"""rules/wifi.yaml: every state is graded once, says why and what to do, and its checks say the same."""

import shutil
from typing import get_args

import pytest

from netguard import registry
from netguard.errors import RulesError
from netguard.rules import loader, location
from netguard.rules.schema import WifiState

RULES = loader.load().wifi
CHECKS = registry.load_all("netguard.checks", "CHECK", "judge")
OF_WIFI = sorted({grade.check for grade in RULES.grades})


def table(name):
    """Circumstance and severity of each row of the check's docstring."""
    lines = [line.strip("| ") for line in CHECKS[name].__doc__.splitlines() if line.startswith("|")]
    return [tuple(cell.strip() for cell in line.split("|")) for line in lines[2:]]


@pytest.mark.parametrize("name", OF_WIFI)
def test_a_checks_docstring_has_the_rows_of_the_file(name):
    rows = [(g.seen, str(g.severity)) for g in RULES.grades if g.check == name]
    assert table(name) == rows


def test_every_check_of_wifi_is_graded_here():
    assert {n for n in CHECKS if n.startswith(("wifi-", "wps-"))} == set(OF_WIFI)


@pytest.mark.parametrize("grade", RULES.grades, ids=lambda g: g.state)
def test_every_state_says_why_and_what_to_do_in_whole_sentences(grade):
    assert RULES.grade(grade.state) is grade
    for text in (grade.why, grade.fix):
        assert text.endswith(".")
        assert len(text) > 40
    assert grade.sources
    for claim in ("KRACK", "Dragonblood", "FragAttacks", "Pixie"):
        assert claim not in grade.seen + grade.why + grade.fix, "no beacon shows it"


def test_every_state_is_graded_once():
    assert sorted(g.state for g in RULES.grades) == sorted(get_args(WifiState))


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """A copy of the shipped rules, with `wifi.yaml` changed by whoever asks."""
    folder = tmp_path / "rules"
    shutil.copytree(location.data_root("rules"), folder)
    monkeypatch.setattr(loader, "data_root", lambda _: folder)

    def change(old, new):
        path = folder / "wifi.yaml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("state: wep\n", "state: open\n", "grades: open is graded 2 times, it has to be once"),
        ("state: wep\n", "state: wepp\n", "grades[2].state: invalid enum value 'wepp'"),
        ("check: wifi-wep", "check: telnet-open", "grades[2].check: 'telnet-open' is no check of Wi-Fi"),
        ("severity: critical", "severity: dire", "grades[0].severity: invalid enum value 'dire'"),
        ('seen: "WEP, with any key"', 'seen: " "', "grades[2].seen: it is empty"),
        ("sources: [wep-minute, wifi-alliance]", "sources: []", "grades[2].sources: every statement needs a source"),
        (
            "sources: [wep-minute, wifi-alliance]",
            "sources: [hearsay]",
            "grades[2].sources: 'hearsay' is not in sources",
        ),
        ("sources: [openwrt-owe, wifi-alliance]", "sources: [openwrt-owe]", None),
        (
            "sources:\n  wifi",
            'sources:\n  unused: {url: "https://example.org/", checked: "2026"}\n  wifi',
            "sources.unused",
        ),
        ('checked: "2026-11-20"', 'checked: "soon"', "sources[0].checked: 'soon' is no date"),
        ("tkip: [tkip]", "tkip: []", "suites.tkip: it has to have words of the scan document"),
        ("tkip: [tkip]", "tkip: [TKIP]", "suites.tkip: it has to have words of the scan document"),
        ("schema: 1", "schema: 2", "schema: it is for a newer netguard"),
        ("suites:", "suite:", ""),
    ],
)
def test_a_file_nobody_could_have_meant_is_refused(shipped, old, new, expected):
    shipped(old, new)
    if expected is None:
        assert loader.load().wifi
        return
    with pytest.raises(RulesError) as caught:
        loader.load()
    assert str(caught.value).startswith(f"rules/wifi.yaml: {expected}")
    assert "\n" not in str(caught.value)


def test_the_digest_is_over_it_too(shipped):
    before = loader.load().digest
    shipped("severity: critical", "severity: high")
    assert loader.load().digest != before
