"""firmware-end-of-life: every cell of its table, when it passes, is unknown or does not apply."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from netguard.checks.firmware_end_of_life import judge
from netguard.model.past import Past
from netguard.model.vocabulary import Confidence, Role, Severity, Status
from tests import builders
from tests.unit.checks.advised import RULES, ending, judged, router, rules

TODAY = builders.NOW.date()
GUARDED = (Role.ROUTER, Role.ACCESS_POINT, Role.SWITCH, Role.LOCK, Role.LOCK_HUB, Role.SMART_HOME_HUB, Role.ALARM)
OTHERS = (Role.CAMERA, Role.NAS, Role.UNKNOWN)
LOOKUP = "https://example.org/series"


def series(**given):
    """A series of the versions of the model RX-100."""
    return ending(**({"series": "22.03"} | given))


CELLS = {
    "taken over": (series(attacked=True), Severity.HIGH, Severity.MEDIUM),
    "ended": (series(ended=date(2020, 1, 1)), Severity.MEDIUM, Severity.LOW),
    "ended today": (series(ended=TODAY), Severity.MEDIUM, Severity.LOW),
    "ended some day": (series(), Severity.MEDIUM, Severity.LOW),
    "perhaps": (series(perhaps=True), Severity.LOW, Severity.LOW),
    "revision not known": (series(revisions=("B1",), attacked=True), Severity.LOW, Severity.LOW),
    "ends soon": (series(ended=TODAY + timedelta(days=100)), Severity.INFO, Severity.INFO),
}


@pytest.mark.parametrize("role", [*GUARDED, *OTHERS])
@pytest.mark.parametrize("cell", CELLS)
def test_severity_by_circumstance(cell, role):
    entry, on_guarded, elsewhere = CELLS[cell]
    device = router(role=role, firmware="22.03.5")
    finding = next(f for f in judged(judge, device, rules(entry)) if f.status is Status.FAIL)
    assert (finding.severity, finding.target) == (on_guarded if role in GUARDED else elsewhere, device.key)
    unsure = cell in {"perhaps", "revision not known"}
    assert finding.confidence is (Confidence.POSSIBLE if unsure else Confidence.LIKELY)


def test_a_series_that_is_kept_or_ends_in_years_passes():
    for entry in (series(going=True), series(ended=date(2030, 1, 1))):
        (finding,) = judged(judge, router(firmware="22.03.5"), rules(entry))
        assert (finding.status, "RX-100 22.03 " in finding.title) == (Status.PASS, True)


SYSTEM = (
    ending(records=("openwrt",), series="22.03", ended=date(2024, 4, 11)),
    ending(records=("openwrt",), series="25.12", going=True),
)


def system(firmware, **given):
    return router(**({"model": None, "profile": "openwrt", "vendor": "Acme", "firmware": firmware} | given))


@pytest.mark.parametrize(
    ("firmware", "status"),
    [
        ("OpenWrt 22.03.5 r20134", Status.FAIL),
        ("25.12.1", Status.PASS),
        ("SNAPSHOT", Status.UNKNOWN),
        ("26.07", Status.UNKNOWN),
        ("2.203", Status.UNKNOWN),
        (None, Status.UNKNOWN),
    ],
)
def test_a_series_is_told_by_the_version(firmware, status):
    (finding,) = judged(judge, system(firmware), rules(*SYSTEM, lookup=LOOKUP))
    assert finding.status is status
    if status is Status.UNKNOWN:
        said = "does not say which version" if firmware is None else f"{firmware} gets corrections is not known"
        assert (said in finding.title, LOOKUP in finding.fix) == (True, True)
    if status is Status.FAIL:
        assert "since 2024-04-11" in finding.title
        assert finding.fix.startswith("Update it to a series that is kept, 25.12;")
        assert finding.fix.endswith(LOOKUP)


def test_where_no_series_is_known_to_be_kept_none_is_named():
    (finding,) = judged(judge, system("22.03"), rules(SYSTEM[0]))
    assert finding.fix == "Update it to a series that is kept; if this model has none, replace it."


def test_the_version_is_cited_where_it_decides():
    (finding,) = judged(judge, system("22.03"), rules(*SYSTEM), firmware_version="22.03")
    assert finding.evidence == ("o1",)


def test_what_is_sure_comes_before_what_is_not():
    (finding,) = judged(judge, router(firmware="22.03"), rules(series(perhaps=True), series(), series(going=True)))
    assert finding.severity is Severity.MEDIUM


def test_a_known_other_revision_is_not_meant():
    (finding,) = judged(judge, router(firmware="22.03"), rules(series(revisions=("B1",))), host_revision="C1")
    assert finding.status is Status.NOT_APPLICABLE


def test_firmware_in_no_series_that_is_known_is_none_of_its_business():
    (finding,) = judged(judge, router(firmware="22.03"), rules(ending(attacked=True)))
    assert finding.status is Status.NOT_APPLICABLE, "how long a model is mended is asked by router-end-of-life"
    assert "RX-100 with firmware 22.03" in finding.title
    (finding,) = judged(judge, system(None, profile="fritzbox"), rules(*SYSTEM))
    assert (finding.status, "of this device comes in" in finding.title) == (Status.NOT_APPLICABLE, True)


@pytest.mark.parametrize(
    "given",
    [{"profile": None}, {"profile": "router"}, {"profile": "openwrt", "confidence": Confidence.POSSIBLE}],
)
def test_where_nobody_knows_what_it_runs_that_is_said(given):
    (finding,) = judged(judge, system("22.03", **given), rules(*SYSTEM))
    assert (finding.status, "which firmware it runs is not known" in finding.title) == (Status.UNKNOWN, True)


def test_without_a_router_it_does_not_apply_or_says_that_it_was_not_seen():
    assert judged(judge, None, rules())[0].status is Status.UNKNOWN
    scan = builders.scan()
    alone = replace(scan, vantage=replace(scan.vantage, gateway=None))
    assert [f.status for f in judge(alone, RULES, Past())] == [Status.NOT_APPLICABLE]
    absent = router(declared=True, seen=False, addresses=(), unseen="Plug it in.")
    assert judged(judge, absent, rules(series()))[0].status is Status.UNKNOWN
    camera = router(firmware="21.1", role=Role.CAMERA)
    assert [f.target for f in judged(judge, camera, rules(series()))] == ["network"]


def test_the_shipped_lists_find_what_they_name():
    ended = system("23.05.3", vendor="OpenWrt")
    (finding,) = judged(judge, ended, RULES)
    assert (finding.severity, "25.12" in finding.fix) == (Severity.MEDIUM, True)
    assert judged(judge, replace(ended, firmware="25.12.0"), RULES)[0].status is Status.PASS
    wall = system("25.1.12", vendor="OPNsense", profile="opnsense")
    assert judged(judge, wall, RULES)[0].severity is Severity.MEDIUM
    assert judged(judge, router(model="FRITZ!Box 7590", vendor="AVM"), RULES)[0].status is Status.NOT_APPLICABLE
