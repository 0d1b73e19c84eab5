"""rules/advisories: what a file may say, what is refused, and that what is shipped can be relied on."""

from datetime import date, timedelta

import pytest
import yaml

from netguard.errors import RulesError
from netguard.rules import advisories, globs, loader
from netguard.rules.location import data_root

RULES = loader.load()
ACME = {
    "schema": 1,
    "id": "acme",
    "as_of": "2026-11-01",
    "catalogue": "2026-10-30",
    "vendor": "Acme",
    "makers": ["acme*"],
    "faults": [
        {
            "cve": "CVE-2024-0001",
            "what": "can run commands on it",
            "added": "2024-05-01",
            "models": ["RX-100"],
            "sources": ["kev"],
        }
    ],
    "endings": [{"models": ["RX-100"], "ended": "2024-01-01", "sources": ["kev"]}],
    "sources": {"kev": {"url": "https://example.org/kev", "checked": "2026-11-01"}},
}


def own(folder, name="acme", **changed):
    """Rules with a person's own file; a null field is left out."""
    where = folder / "advisories"
    where.mkdir(exist_ok=True)
    said = {key: value for key, value in (ACME | changed).items() if value is not None}
    (where / f"{name}.yaml").write_text(yaml.safe_dump(said), encoding="utf-8")
    return loader.load(folder)


def test_a_persons_own_file_is_added(tmp_path):
    rules = own(tmp_path)
    assert rules.advisories["acme"].faults[0].models == ("RX-100",)
    assert (rules.overlays, rules.records) == (1, RULES.records)
    assert advisories.catalogue(rules.advisories) == date(2026, 10, 30)
    assert rules.digest != RULES.digest
    assert list(rules.advisories) == sorted(rules.advisories)


WRONG = {
    "id": ({"id": "other"}, "id: it is 'other'"),
    "no maker": ({"makers": []}, "makers: it has to say"),
    "every maker": ({"makers": ["*a"]}, "makers[0]: '*a' would match every maker"),
    "bad glob": ({"makers": [""]}, "makers[0]: an empty glob"),
    "no catalogue": ({"catalogue": None}, "catalogue: it has to say"),
    "no date": ({"as_of": "yesterday"}, "as_of:"),
    "unknown field": ({"colour": "red"}, "colour: it is no field"),
    "newer": ({"schema": 2}, "schema: it is for a newer netguard"),
    "plain http": ({"sources": {"kev": {"url": "http://example.org", "checked": "2026-11-01"}}}, "sources.kev.url"),
    "idle source": ({"sources": ACME["sources"] | {"x": {"url": "https://example.org", "checked": "2026-11-01"}}}, "sources.x: nothing rests"),
    "no source": ({"sources": {}}, "sources: every statement"),
    "undated source": ({"sources": {"kev": {"url": "https://example.org", "checked": "soon"}}}, "sources.kev.checked"),
    "lookup": ({"lookup": "ftp://example.org"}, "lookup: 'ftp"),
    "vendor": ({"vendor": " "}, "vendor: it is empty"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_a_person_could_not_have_meant_is_refused_in_one_line(tmp_path, case):
    changed, words = WRONG[case]
    with pytest.raises(RulesError) as caught:
        own(tmp_path, **changed)
    assert words in str(caught.value)
    assert "acme.yaml: " in str(caught.value)
    assert "\n" not in str(caught.value)


WRONG_FAULTS = {
    "no number": ({"cve": "CVE-1"}, "faults[0].cve"),
    "nobody": ({"models": []}, "faults[0].models: it has to name"),
    "long name": ({"models": ["a b c d e f g"]}, "faults[0].models: 'a b c"),
    "stranger": ({"models": [], "records": ["no-such-record"]}, "faults[0].records: there is no device record no-such"),
    "no version": ({"fixed": ["newest"]}, "faults[0].fixed: 'newest' is no version"),
    "both": ({"fixed": ["1.0"], "unmended": True}, "faults[0].unmended"),
    "empty": ({"what": " "}, "faults[0].what"),
    "control": ({"what": "a\u202eb"}, "faults[0].what"),
    "no source": ({"sources": []}, "faults[0].sources: every"),
    "unknown source": ({"sources": ["x"]}, "faults[0].sources: 'x' is not"),
    "no revision": ({"revisions": [""]}, "faults[0].revisions"),
    "any model": ({"models": ["*"]}, "faults[0].models: '*': a series has to begin with 5"),
    "wide series": ({"models": ["Acme RX-1??"]}, "faults[0].models: 'RX-1??': a series has to begin with 5"),
    "starry series": ({"models": ["RX-100*?*?*?*?*"]}, "faults[0].models: 'RX-100*?*?*?*?*': the glob has more than 4"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG_FAULTS)
def test_a_wrong_fault_is_named(tmp_path, case):
    changed, words = WRONG_FAULTS[case]
    with pytest.raises(RulesError) as caught:
        own(tmp_path, faults=[ACME["faults"][0] | changed])
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"going": True}, "endings[0].going"),
        ({"series": "new"}, "endings[0].series: 'new' is no version"),
        ({"models": []}, "endings[0].models"),
        ({"ended": "2024"}, "endings[0].ended"),
    ],
)
def test_a_wrong_ending_is_named(tmp_path, changed, words):
    with pytest.raises(RulesError) as caught:
        own(tmp_path, endings=[ACME["endings"][0] | changed])
    assert words in str(caught.value)


def test_a_shipped_file_never_goes_away_unsaid(tmp_path):
    with pytest.raises(RulesError, match="replaces: netguard has a record tenda"):
        own(tmp_path, "tenda", id="tenda")
    (tmp_path / "advisories" / "tenda.yaml").unlink()
    rules = own(tmp_path, "my-tenda", id="my-tenda", replaces="tenda")
    assert "tenda" not in rules.advisories
    assert "my-tenda" in rules.advisories


def test_a_file_may_say_no_more_than_the_catalogues_day(tmp_path):
    rules = own(tmp_path, "kev", id="kev", makers=[], faults=[], endings=[], vendor=None)
    assert advisories.catalogue(rules.advisories) == date(2026, 10, 30)


def test_the_age_of_the_catalogue():
    day = date(2026, 1, 1)
    assert not advisories.is_old(day, day + timedelta(days=180))
    assert advisories.is_old(day, day + timedelta(days=181))
    assert advisories.is_old(None, day)
    assert not advisories.is_old(day, day - timedelta(days=1))
    assert advisories.catalogue({}) is None


def test_every_shipped_fault_has_a_date_and_a_source_and_no_model_is_there_twice():
    for file in RULES.advisories.values():
        seen = set()
        for fault in file.faults:
            assert fault.added <= (file.catalogue or date.max), file.id
            for model in fault.models or fault.records:
                key = (fault.cve, model.casefold(), fault.revisions)
                assert key not in seen, f"{file.id}: {key}"
                seen.add(key)
    assert len(RULES.advisories) == len(list((data_root("rules") / "advisories").glob("*.yaml")))


BY_THEIR_OWN_WORD = {"digiever", "meteobridge"}
"""Makers of whom netguard has neither a record nor a block: only what their devices say names them."""


def test_shipped_makers_are_those_that_records_and_cards_name():
    """A file whose maker nothing names, no record, no owner of a MAC block and no device, would never match anything."""
    vendors = {record.vendor for record in RULES.devices.values() if record.vendor}
    registry = RULES.vendors.registry.decode("utf-8", "replace").casefold()
    for file in RULES.advisories.values():
        known = [any(globs.matches(glob, vendor) for vendor in vendors) for glob in file.makers]
        known += [glob.strip("*") in registry for glob in file.makers]
        assert any(known) is (file.id not in BY_THEIR_OWN_WORD), file.id


def test_all_shipped_files_rest_on_the_same_catalogue():
    """An update goes through every file, or the newest day would stand for files that nobody looked at."""
    assert len({file.catalogue for file in RULES.advisories.values()} - {None}) == 1
