"""CISA's catalogue: what is taken of it, that what is made of it can be loaded, and what is refused."""

import json
import random
from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.errors import RulesError
from netguard.model.observation import clean
from netguard.rules import kev, loader
from netguard.rules.advisories import catalogue
from tests.hostile.corpus import NASTY

RULES = loader.load()
TODAY = date(2026, 11, 27)


def entry(cve="CVE-2026-1000", vendor="Acme", product="RX-100 Router", text="", action="Apply updates.", **more):
    return {
        "cveID": cve,
        "vendorProject": vendor,
        "product": product,
        "vulnerabilityName": f"{vendor} {product} Command Injection Vulnerability",
        "dateAdded": "2026-10-01",
        "shortDescription": text,
        "requiredAction": action,
        "dueDate": "2026-10-22",
        "knownRansomwareCampaignUse": "Unknown",
        "notes": "",
        "cwes": ["CWE-78"],
    } | more


def published(*entries, day="2026-11-20", **more):
    whole = {"title": "CISA Catalog of Known Exploited Vulnerabilities", "catalogVersion": day.replace("-", ".")}
    whole |= {"dateReleased": f"{day}T17:04:19.9796Z", "count": len(entries), "vulnerabilities": list(entries)}
    return json.dumps(whole | more).encode()


def made(*entries, known=RULES.advisories):
    return kev.made(kev.read(published(*entries), "kev.json", TODAY), known, RULES.devices.values(), TODAY)


def kept(folder, found):
    """The rules with the files in a person's folder."""
    where = folder / "advisories"
    where.mkdir(parents=True, exist_ok=True)
    for name, data in found.files.items():
        (where / name).write_bytes(data)
    return loader.load(folder)


def test_what_is_made_of_a_catalogue_is_loaded_as_advisories(tmp_path):
    found = made(
        entry(vendor="Tenda", product="AC23 Router", text="Tenda AC23 and AC21 V2/V3 contain a hole."),
        entry(
            "CVE-2026-1001", "Tenda", "AC5", action="The impacted product is end-of-life and should be disconnected."
        ),
        entry("CVE-2026-1002", "Tenda", "AC8", text="The impacted products could be end-of-life (EoL)."),
        entry("CVE-2026-1003", "Microsoft", "Windows NT351"),
    )
    assert (found.faults, found.makers, found.known, found.read) == (3, 1, 0, 4)
    rules = kept(tmp_path, found)
    assert catalogue(rules.advisories) == date(2026, 11, 20)
    file = rules.advisories["kev-tenda"]
    assert file.makers == RULES.advisories["tenda"].makers
    assert [(f.cve, f.models, f.revisions, f.unmended) for f in file.faults] == [
        ("CVE-2026-1000", ("AC23",), (), False),
        ("CVE-2026-1000", ("AC21",), ("V2", "V3"), False),
        ("CVE-2026-1001", ("AC5",), (), True),
        ("CVE-2026-1002", ("AC8",), (), False),
    ]
    assert [(e.models, e.perhaps, e.attacked) for e in file.endings] == [
        (("AC5",), False, True),
        (("AC8",), True, False),
    ]


def test_what_netguards_own_files_have_is_left_to_them():
    found = made(entry("CVE-2020-10987", "Tenda", "AC1900 Router AC15 Model"))
    assert (found.faults, found.known) == (0, 1)
    assert list(found.files) == ["kev.yaml"]


def test_two_makers_of_one_fault_get_a_record_each():
    found = made(entry("CVE-2026-2222", "D-Link and TRENDnet", "DIR-999"))
    assert sorted(found.files) == ["kev-d-link.yaml", "kev-trendnet.yaml", "kev.yaml"]


def test_a_maker_of_whom_only_a_record_tells_is_taken_and_a_phones_is_not(tmp_path):
    rules = kept(tmp_path, made(entry(vendor="Amcrest", product="IP2M-841"), entry("CVE-2026-3333", "Acme", "RX-100")))
    assert "amcrest" not in RULES.advisories
    assert "kev-amcrest" in rules.advisories
    assert not [id_ for id_ in rules.advisories if "acme" in id_]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("TP-Link TL-WR940N V2/V4, TL-WR841N V8/V10, and TL-WR740N V1/V2 contain", [(("TL-WR940N",), ("V2", "V4")), (("TL-WR841N",), ("V8", "V10")), (("TL-WR740N",), ("V1", "V2"))]),
        ("D-Link DCS-2530L and DCS-2670L devices", [(("DCS-2530L", "DCS-2670L"), ())]),
        ("DrayTek Vigor2960, Vigor300B, and Vigor3900 routers", [(("Vigor2960", "Vigor300B", "Vigor3900"), ())]),
        ("DIR-825 R1 Devices", [(("DIR-825",), ("R1",))]),
        ("in the file /cgi-bin/ddns_enc9A.cgi", []),
        ("RouterOS through 6.42 allows; before 1.1.4", []),
        ("an IPv6 packet by 802.11 with WPA2, IKEv1 and MD5 in CVE-2020-1234, 64-bit", []),
        ("the login page", []),
        ("V2 comes first", []),
    ],
)  # fmt: skip
def test_models_in_sentences(text, expected):
    assert list(kev.models(text)) == expected


@given(st.one_of(st.text(max_size=300), st.sampled_from(sorted(NASTY.values()))))
def test_no_sentence_breaks_the_reader_and_what_it_takes_is_plain(text):
    for names, revisions in kev.models(text):
        for word in (*names, *revisions):
            assert word.isascii()
            assert len(word) <= 25


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_hostile_names_are_kept_harmless_or_refused(tmp_path, text):
    text = text.encode("utf-8", "replace").decode()
    hostile = entry(vendor="Tenda", product=f"AC99 {text}", text=text, vulnerabilityName=text)
    found = made(hostile)
    rules = kept(tmp_path, found)
    for fault in rules.advisories["kev-tenda"].faults:
        assert clean(fault.what, 300) == fault.what


REFUSED = {
    "empty": (b"", "this is no JSON"),
    "text": (b"<html>", "this is no JSON"),
    "cut off": (published(entry())[:-20], "this is no JSON"),
    "list": (b"[]", "this is no catalogue"),
    "other JSON": (b'{"schema": "netguard.scan/1"}', "this is no catalogue"),
    "bad date": (published(entry(dateAdded="soon")), "vulnerabilities[0].dateAdded"),
    "no number": (published(entry(cve="CVE-x")), "vulnerabilities[0].cveID: 'CVE-x' is no CVE number"),
    "not all": (published(entry(), count=2), "count: it says 2 faults and has 1"),
    "nothing": (published(), "count: it says 0"),
    "no day": (published(entry(), dateReleased="2026"), "dateReleased: '2026' is no date"),
    "the future": (published(entry(), day="2027-01-01"), "which is still to come"),
    "wrong type": (published(entry(product=["RX"])), "vulnerabilities[0].product"),
    "deep": (b"[" * 100_000, "this is no"),
    "not UTF-8": (b'{"count": "\xff"}', "this is no"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_catalogue_is_refused_in_one_line(case):
    data, words = REFUSED[case]
    with pytest.raises(RulesError) as caught:
        kev.read(data, "kev.json", TODAY)
    assert words in str(caught.value)
    assert str(caught.value).startswith("kev.json: ")
    assert "\n" not in str(caught.value)


def test_sizes_are_bounded(monkeypatch):
    with pytest.raises(RulesError, match="larger than 16 MiB"):
        kev.read(b" " * (kev.MAX_FILE + 1), "kev.json", TODAY)
    monkeypatch.setattr(kev, "MAX_FAULTS", 3)
    with pytest.raises(RulesError, match="more than 3"):
        kev.read(published(*[entry()] * 4), "kev.json", TODAY)


@given(st.data())
def test_a_damaged_catalogue_is_read_or_refused(data):
    whole = bytearray(published(entry(vendor="Tenda", product="AC77"), entry("CVE-2026-1001")))
    for _ in range(data.draw(st.integers(1, 5))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = kev.read(bytes(whole), "kev.json", TODAY)
    except RulesError:
        return
    kev.made(found, RULES.advisories, RULES.devices.values(), TODAY)


def test_many_faults_of_one_maker_are_several_files_that_the_loader_takes(tmp_path):
    letters = random.Random(7)
    many = [entry(f"CVE-2026-{n}", "Tenda", f"AC{letters.randrange(10_000)}x{n}") for n in range(10_000, 10_200)]
    found = made(*many)
    assert found.faults == 200
    assert set(found.files) == {
        "kev.yaml",
        "kev-tenda.yaml",
        "kev-tenda-2.yaml",
        "kev-tenda-3.yaml",
        "kev-tenda-4.yaml",
    }
    rules = kept(tmp_path, found)
    assert sum(len(f.faults) for id_, f in rules.advisories.items() if id_.startswith("kev-tenda")) == 200


def test_without_files_of_its_own_netguard_would_still_name_most_models_right():
    """The shipped files were made by hand from the catalogue: what the reader takes of the same sentence is in them."""
    bare = {id_: msgspec.structs.replace(file, faults=()) for id_, file in RULES.advisories.items() if file.makers}
    sentence = "D-Link DNS-320L, DNS-325, DNS-327L, and DNS-340L contain a command injection vulnerability."
    found = kev.made(
        kev.read(published(entry("CVE-2024-3273", "D-Link", "Multiple NAS Devices", sentence)), "x", TODAY),
        bare,
        (),
        TODAY,
    )
    assert found.faults == 1
    ours = next(f for f in RULES.advisories["d-link"].faults if f.cve == "CVE-2024-3273")
    assert [names for names, _ in kev.models(sentence)] == [ours.models]
