"""router-end-of-life: every cell of its table, when it passes, is unknown or does not apply."""

from dataclasses import replace
from datetime import date, timedelta

import msgspec
import pytest

from netguard.checks.router_end_of_life import judge
from netguard.model.past import Past
from netguard.model.vocabulary import Confidence, Role, Severity, Status
from netguard.rules.schema import Support
from tests import builders
from tests.unit.checks.advised import RULES, ending, fault, judged, router, rules

TODAY = builders.NOW.date()
GUARDED = (Role.ROUTER, Role.ACCESS_POINT, Role.SWITCH, Role.LOCK, Role.LOCK_HUB, Role.SMART_HOME_HUB, Role.ALARM)
OTHERS = (Role.CAMERA, Role.NAS, Role.UNKNOWN)

CELLS = {
    "taken over": (ending(attacked=True), Severity.HIGH, Severity.MEDIUM),
    "ended": (ending(ended=date(2020, 1, 1)), Severity.MEDIUM, Severity.LOW),
    "ended today": (ending(ended=TODAY), Severity.MEDIUM, Severity.LOW),
    "ended some day": (ending(), Severity.MEDIUM, Severity.LOW),
    "perhaps": (ending(perhaps=True), Severity.LOW, Severity.LOW),
    "revision not known": (ending(revisions=("B1",), attacked=True), Severity.LOW, Severity.LOW),
    "ends soon": (ending(ended=TODAY + timedelta(days=100)), Severity.INFO, Severity.INFO),
}


@pytest.mark.parametrize("role", [*GUARDED, *OTHERS])
@pytest.mark.parametrize("cell", CELLS)
def test_severity_by_circumstance(cell, role):
    entry, on_guarded, elsewhere = CELLS[cell]
    finding = next(f for f in judged(judge, router(role=role), rules(entry)) if f.status is Status.FAIL)
    assert finding.severity is (on_guarded if role in GUARDED else elsewhere)
    unsure = cell in {"perhaps", "revision not known"}
    assert finding.confidence is (Confidence.POSSIBLE if unsure else Confidence.LIKELY)


def test_the_day_is_said_where_it_is_known():
    assert "since 2020-01-01" in judged(judge, router(), rules(ending(ended=date(2020, 1, 1))))[0].title
    assert "since" not in judged(judge, router(), rules(ending()))[0].title


def test_what_ends_in_years_or_is_kept_passes():
    for entry in (ending(ended=date(2030, 1, 1)), ending(going=True)):
        assert judged(judge, router(), rules(entry))[0].status is Status.PASS


def test_a_model_that_nobody_lists_is_unknown_and_never_a_pass():
    (finding,) = judged(judge, router(model="RX-200"), rules(ending(), fault(), lookup="https://example.org/eol"))
    assert finding.status is Status.UNKNOWN
    assert "https://example.org/eol" in finding.fix
    (finding,) = judged(judge, router(model=None), rules(ending()))
    assert "its model is not known" in finding.title


SERIES = ending(records=("openwrt",), series="22.03", ended=date(2024, 4, 11))


@pytest.mark.parametrize("firmware", ["OpenWrt 22.03.5 r20134", "26.07", None])
def test_a_system_whose_corrections_end_by_series_is_not_judged_by_its_model(firmware):
    device = router(model="RX-200", profile="openwrt", firmware=firmware)
    (finding,) = judged(judge, device, rules(SERIES, ending()))
    assert (finding.status, finding.target) == (Status.NOT_APPLICABLE, device.key)
    assert "end with the series of its version" in finding.title
    assert judged(judge, replace(device, role=Role.NAS), rules(SERIES))[0].target == "network"


def test_a_listed_model_is_judged_whatever_runs_on_it():
    (finding,) = judged(judge, router(profile="openwrt", firmware="22.03"), rules(SERIES, ending(attacked=True)))
    assert (finding.status, finding.severity) == (Status.FAIL, Severity.HIGH)


def test_a_system_that_is_only_possible_and_the_series_of_a_model_say_nothing_of_the_model():
    possible = router(model="RX-200", profile="openwrt", confidence=Confidence.POSSIBLE)
    assert judged(judge, possible, rules(SERIES))[0].status is Status.UNKNOWN
    assert judged(judge, router(firmware="1.2"), rules(ending(series="1.2", going=True)))[0].status is Status.UNKNOWN


@pytest.mark.parametrize("until", ["2020", "2020-06", "2020-06-30"])
def test_what_a_record_promises_counts_too(until):
    record = msgspec.structs.replace(RULES.devices["eero"], support=Support(until=until, url="https://example.org"))
    device = router(profile="eero", model=None)
    (finding,) = judged(judge, device, rules(devices={"eero": record}))
    assert (finding.status, finding.severity) == (Status.FAIL, Severity.MEDIUM)
    longer = msgspec.structs.replace(record, support=Support(until="2031", url="https://example.org"))
    (finding,) = judged(judge, device, rules(devices={"eero": longer}))
    assert (finding.status, "until 2031-12-31" in finding.title) == (Status.PASS, True)
    (finding,) = judged(judge, replace(device, confidence=Confidence.POSSIBLE), rules(devices={"eero": longer}))
    assert finding.status is Status.UNKNOWN


def test_what_is_sure_comes_before_what_is_not():
    (finding,) = judged(judge, router(), rules(ending(perhaps=True), ending(), ending(going=True)))
    assert finding.severity is Severity.MEDIUM


def test_a_known_other_revision_is_not_meant():
    (finding,) = judged(judge, router(), rules(ending(revisions=("B1",))), host_revision="C1")
    assert finding.status is Status.UNKNOWN


def test_without_a_router_it_does_not_apply_or_says_that_it_was_not_seen():
    assert judged(judge, None, rules())[0].status is Status.UNKNOWN
    scan = builders.scan()
    alone = replace(scan, vantage=replace(scan.vantage, gateway=None))
    assert [f.status for f in judge(alone, RULES, Past())] == [Status.NOT_APPLICABLE]
    absent = router(declared=True, seen=False, addresses=(), unseen="Plug it in.")
    assert judged(judge, absent, rules(ending()))[0].status is Status.UNKNOWN
    camera = router(model="RX-200", role=Role.CAMERA)
    assert [f.target for f in judged(judge, camera, rules(ending()))] == ["network"]


def test_the_shipped_lists_find_what_they_name():
    cisco = router(model="Linksys E2500", vendor="Cisco-Linksys, LLC")
    assert judged(judge, cisco, RULES)[0].severity is Severity.HIGH
    old = router(model="FRITZ!Box Fon WLAN 7360", vendor="AVM")
    assert judged(judge, old, RULES)[0].severity is Severity.MEDIUM
    assert judged(judge, router(model="FRITZ!Box 7590 AX", vendor="AVM"), RULES)[0].status is Status.UNKNOWN
    (gone,) = judged(judge, router(model="GO-RT-AC750", vendor="D-Link"), RULES)
    assert (gone.severity, "since 2016-02-29" in gone.title) == (Severity.HIGH, True)
    assert judged(judge, router(model="Archer C7 v2", vendor="TP-Link"), RULES)[0].severity is Severity.HIGH
    assert judged(judge, router(model="Archer C7 v5", vendor="TP-Link"), RULES)[0].status is Status.UNKNOWN
    (unsure,) = judged(judge, router(model="TL-WR841N v12", vendor="TP-Link"), RULES)
    assert (unsure.severity, unsure.confidence) == (Severity.LOW, Confidence.POSSIBLE)
    system = router(model=None, vendor="OpenWrt", profile="openwrt", firmware="23.05.3")
    assert judged(judge, system, RULES)[0].status is Status.NOT_APPLICABLE
