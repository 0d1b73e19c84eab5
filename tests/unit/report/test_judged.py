"""Passes and gaps, gathered so that a dozen checks of dozens of devices drown nobody."""

from dataclasses import replace

import pytest

from netguard.checks._contract import Check, Subject
from netguard.checks._looked import NETWORK
from netguard.model.action import Remedy
from netguard.model.vocabulary import Needs, Role, Severity, Status
from netguard.report.formats import html, text
from netguard.report.judged import NAMED, not_applicable, passed, unchecked
from netguard.report.view import view
from tests import builders
from tests.golden.report.sample import NOW, sample_scan

CHECK = Check(
    id="no-tea",
    title="No device makes tea",
    why="Tea is wet.",
    remedy=Remedy(group="tea", title="Take the tea from {device}", needs=Needs.MENU),
    references=("RFC 2324",),
)
COFFEE = replace(CHECK, id="no-coffee", title="No device makes coffee")
DEVICES = tuple(builders.device(number, Role.PLUG) for number in range(20, 32))
SUBJECTS = tuple(Subject.device(d) for d in DEVICES)


def _scan(*findings):
    return builders.scan(*DEVICES, findings=findings)


def _pass(subject, check=CHECK):
    return check.passed(subject, title=f"{subject.name} makes no tea")


def _fail(subject):
    return CHECK.fail(subject, title="Tea", severity=Severity.LOW, fix="Stop it.")


def _gap(subject, because="it slept", how="Wake it.", check=CHECK):
    return check.unknown(subject, because=because, how=how)


def test_passes_are_one_line_a_check_with_who_they_are_about():
    gap = _gap(SUBJECTS[-1])
    (line,) = passed(_scan(*map(_pass, SUBJECTS[:11]), gap))
    assert (line.what, line.counted) == ("No device makes tea", "11 devices")
    assert line.who == tuple(s.name for s in SUBJECTS[:11])


def test_few_are_named_and_one_that_the_line_names_already_is_not_repeated():
    (line,) = passed(_scan(*map(_pass, SUBJECTS[:NAMED]), _gap(SUBJECTS[-1])))
    assert (line.counted, line.who) == ("plug 20, plug 21 and plug 22", ())
    (one,) = passed(_scan(_pass(SUBJECTS[0])))
    assert (one.what, one.counted, one.who) == ("plug 20 makes no tea", "", ())


def test_a_check_that_found_something_elsewhere_does_not_claim_that_all_is_right():
    (line,) = passed(_scan(*map(_pass, SUBJECTS[:2]), _fail(SUBJECTS[2]), _gap(SUBJECTS[3])))
    assert (line.what, line.counted) == ("No device makes tea", "2 of 3 devices")


def test_without_the_wish_in_the_document_the_titles_say_what_they_have_in_common():
    (line,) = passed(_scan(*map(_pass, SUBJECTS[:5])))
    assert (line.what, line.counted) == ("Makes no tea", "5 devices")
    two = (_pass(SUBJECTS[0]), replace(_pass(SUBJECTS[1]), title="Nothing of the kind"))
    assert [(g.what, g.counted) for g in passed(_scan(*two))] == [
        ("plug 20 makes no tea", ""),
        ("Nothing of the kind", ""),
    ]


def test_gaps_are_gathered_by_what_would_help_then_by_reason_then_by_what_is_missing():
    both = [_gap(s, check=c) for s in SUBJECTS[:8] for c in (CHECK, COFFEE)]
    (group,) = unchecked(_scan(*both, _gap(SUBJECTS[8]), _gap(SUBJECTS[9], because="it left")))
    assert group.how == "Wake it."
    slept, left = group.reasons
    assert (slept.because, slept.who, slept.counted) == ("it slept", "9 devices", "17 checks")
    assert [(m.label, m.text) for m in slept.missing] == [
        (", ".join(s.name for s in SUBJECTS[:8]), "No device makes tea; No device makes coffee"),
        ("plug 28", "No device makes tea"),
    ]
    assert (left.because, left.who, left.counted) == ("it left", "plug 29", "1 check")
    assert [(m.label, m.text) for m in left.missing] == [("", "No device makes tea")]


def test_a_number_at_the_end_makes_no_reason_of_its_own():
    gaps = [_gap(s, because=f"it slept ({n} of 9 ports were asked)") for n, s in enumerate(SUBJECTS[:2])]
    (group,) = unchecked(_scan(*gaps))
    assert [(r.because, r.who) for r in group.reasons] == [("it slept", "plug 20 and plug 21")]
    (one,) = unchecked(_scan(gaps[0]))[0].reasons
    assert one.because == "it slept (0 of 9 ports were asked)"


def test_words_set_apart_as_code_are_quoted_as_people_do():
    (group,) = unchecked(_scan(_gap(SUBJECTS[0], because="`public` counts as a password", how="Say `a`.")))
    assert (group.how, group.reasons[0].because) == ("Say “a”.", "“public” counts as a password")


def test_what_concerns_a_door_comes_first_and_then_what_is_missing_most():
    lock = builders.device(40, Role.LOCK)
    findings = (
        _gap(SUBJECTS[0], how="A"),
        *(_gap(s, how="B") for s in SUBJECTS[:3]),
        _gap(Subject.device(lock), how="C"),
    )
    said = unchecked(builders.scan(*DEVICES, lock, findings=findings))
    assert [(g.how, g.door) for g in said] == [("C", True), ("B", False), ("A", False)]


def test_one_judgement_about_several_devices_names_them():
    (group,) = unchecked(_scan(_gap(replace(NETWORK, name="plug 20, plug 21 and 9 more"))))
    assert group.reasons[0].who == "plug 20, plug 21 and 9 more"
    assert unchecked(_scan(_gap(NETWORK)))[0].reasons[0].who == "this network"


def test_two_devices_of_one_name_are_two():
    twins = tuple(replace(d, name="Plug") for d in DEVICES[:2])
    (group,) = unchecked(builders.scan(*twins, findings=tuple(_gap(Subject.device(d)) for d in twins)))
    assert group.reasons[0].who == "Plug (192.0.2.20) and Plug (192.0.2.21)"
    assert group.reasons[0].counted == "2 checks"


@pytest.mark.parametrize("name", ["a: not checked on b", "x, because y", "", "…", "a: does not apply"])
def test_a_name_that_looks_like_a_sentence_of_ours_breaks_nothing(name):
    device = replace(DEVICES[0], name=name or None)
    (group,) = unchecked(builders.scan(device, findings=(_gap(Subject.device(device)),)))
    assert group.reasons[0].because.endswith("it slept")
    assert "No device makes tea" in group.reasons[0].missing[0].text


def test_a_title_in_other_words_is_told_whole():
    odd = replace(_gap(SUBJECTS[0]), title="Tea was not looked for")
    (group,) = unchecked(_scan(odd))
    assert (group.reasons[0].because, group.reasons[0].missing[0].text) == (
        "no reason was noted",
        "Tea was not looked for",
    )


def test_what_does_not_apply_is_one_line_a_check():
    said = not_applicable(
        _scan(
            *(CHECK.not_applicable(s, because="it has no kettle") for s in SUBJECTS[:4]),
            CHECK.not_applicable(SUBJECTS[5], because="it is a kettle"),
            *(CHECK.not_applicable(s, because=f"{s.name} makes soup") for s in SUBJECTS[6:8]),
            COFFEE.not_applicable(NETWORK, because="nobody drinks it"),
        )
    )
    assert [(s.label, s.text) for s in said] == [
        (
            "No device makes tea",
            "because it has no kettle (4 devices); because it is a kettle; because it makes soup (plug 26 and plug 27)",
        ),
        ("No device makes coffee", "because nobody drinks it"),
    ]


def test_a_large_home_makes_no_long_page():
    checks = [replace(CHECK, id=f"check-{n}", title=f"Wish {n}") for n in range(15)]
    devices = tuple(builders.device(number, Role.PLUG) for number in range(20, 60))
    findings = tuple(
        _pass(Subject.device(d), check) if d.key < devices[20].key else _gap(Subject.device(d), check=check)
        for check in checks
        for d in devices
    )
    scan = builders.scan(*devices, findings=findings)
    said = view(scan, NOW)
    assert (len(said.passed), len(said.unchecked), len(said.unchecked[0].reasons)) == (15, 1, 1)
    assert said.unchecked[0].reasons[0].counted == "300 checks"
    lines = text.render(scan, NOW).splitlines()
    assert len([line for line in lines if "Wish" in line]) < 40
    assert html.render(scan, NOW).count("Wish 3") == 2


def test_the_samples_wishes_are_said_with_how_many_devices():
    said = {g.what: g.counted for g in view(sample_scan(), NOW).passed}
    assert said["No device offers telnet"] == "13 of 14 devices"


def test_networks_in_the_air_are_counted_as_networks() -> None:
    scan = sample_scan()
    passed = next(f for f in scan.findings if f.check == "wifi-open" and f.status is Status.PASS)
    many = tuple(
        replace(passed, fingerprint=f"{n:032}", target=f"wifi:{n}", title=f"Wi-Fi “{n}” is fine") for n in range(5)
    )
    wish = next(f for f in scan.findings if f.check == "wifi-open" and f.status is Status.UNKNOWN)
    said = view(replace(scan, findings=(wish, *many)), NOW)
    assert [(g.what, g.counted) for g in said.passed] == [("No Wi-Fi of yours is open", "5 Wi-Fi networks")]
    failed = replace(passed, status=Status.FAIL, target="wifi:bad", fingerprint="f" * 32)
    assert view(replace(scan, findings=(wish, failed, *many)), NOW).passed[0].counted == "5 of 6 Wi-Fi networks"
