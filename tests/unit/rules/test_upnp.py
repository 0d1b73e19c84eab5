"""rules/upnp.yaml: which fault goes with which words of a SERVER header, and which file is refused."""

import shutil
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard import registry
from netguard.errors import RulesError
from netguard.rules import loader, location, upnp
from netguard.rules.upnp import Effect, compare, named, version

RULES = loader.load().upnp
CHECK = registry.load_all("netguard.checks", "CHECK", "judge")["upnp-known-vulnerable"]


def faults(server, *models):
    """The ids of all faults that go with these words, each once."""
    found = [fault for program in named(RULES.stacks, server) for fault in program.faults(models)]
    return {cve for fault in found for cve in fault.cves}


OLD_LIBUPNP = {"CVE-2012-5958", "CVE-2012-5959"}
WEB_ROOT = {"CVE-2016-6255", "CVE-2016-8863"}
LATER = {"CVE-2021-28302", "CVE-2021-29462"}
OF_2018 = {f"CVE-2019-{number}" for number in range(12107, 12112)}
OF_2026 = {"CVE-2026-5720"}


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        ("OpenWRT/23.05 UPnP/1.1 MiniUPnPd/2.3.11", set()),
        ("OpenWRT/23.05 UPnP/1.1 MiniUPnPd/2.3.10", set()),
        ("OpenWRT/23.05 UPnP/1.1 MiniUPnPd/2.3.9", OF_2026),
        ("Netgear_Router UPnP/1.1 MiniUPnPd/2.2.0-RC0", OF_2026),
        ("Linux UPnP/1.1 MiniUPnPd/2.1.20191006", OF_2026),
        ("Linux UPnP/1.1 MiniUPnPd/2.1.20180706", OF_2026 | OF_2018),
        ("Compal/Linux/2.6.39.3 UPnP/1.1 MiniUPnPd/2.1", OF_2026 | OF_2018),
        ("ASUSTeK UPnP/1.0 MiniUPnPd/1.4", OF_2026 | OF_2018),
        ("TBS/R2 UPnP/1.0 MiniUPnPd/1.2", OF_2026 | OF_2018 | {"CVE-2013-0229"}),
        ("miniupnpd/1.0 UPnP/1.0", OF_2026 | OF_2018 | {"CVE-2013-0229", "CVE-2013-0230"}),
        ("miniupnpd/1.0.0 UPnP/1.0", OF_2026 | OF_2018 | {"CVE-2013-0229", "CVE-2013-0230"}),
        # 1.14.12 begins like 1.1 and 1.14.1, and is neither.
        ("Linux, UPnP/1.0, Portable SDK for UPnP devices/1.14.12", set()),
        ("Linux, UPnP/1.0, Portable SDK for UPnP devices/17.2.1", set()),
        ("Linux, UPnP/1.0, Portable SDK for UPnP devices/1.14.6", set()),
        ("Linux, UPnP/1.0, Portable SDK for UPnP devices/1.14.5", {"CVE-2021-29462"}),
        ("Linux, UPnP/1.0, Portable SDK for UPnP devices/1.14.0", LATER),
        ("Linux, UPnP/1.0, Portable SDK for UPnP devices/1.12.1", LATER | {"CVE-2020-12695", "CVE-2020-13848"}),
        ("Linux, UPnP/1.0, Portable SDK for UPnP devices/1.6.22", LATER | {"CVE-2020-12695", "CVE-2020-13848"}),
        (
            "Linux, UPnP/1.0, Portable SDK for UPnP devices/1.6.20",
            LATER | {"CVE-2020-12695", "CVE-2020-13848"} | WEB_ROOT,
        ),
        (
            "Linux, UPnP/1.0, Portable SDK for UPnP devices/1.6.6",
            LATER | {"CVE-2020-12695", "CVE-2020-13848"} | WEB_ROOT | OLD_LIBUPNP,
        ),
        (
            "Linux, UPnP/1.0, Portable SDK for UPnP devices/1.8.0",
            LATER | {"CVE-2020-12695", "CVE-2020-13848"} | OLD_LIBUPNP,
        ),
        ("Linux, UPnP/1.0, Portable SDK for UPnP devices", OLD_LIBUPNP),
        ("Linux, UPnP/1.0, Intel SDK for UPnP devices /", OLD_LIBUPNP),
        (
            "Linux/2.4.20, UPnP/1.0, Intel SDK for UPnP devices /1.2",
            LATER | {"CVE-2020-12695", "CVE-2020-13848"} | WEB_ROOT | OLD_LIBUPNP,
        ),
        ("Linux/3.18 UPnP/1.0 GUPnP/1.0.6", {"CVE-2021-33516"}),
        ("Linux/3.18 UPnP/1.0 GUPnP/1.0.7", set()),
        ("Linux/3.18 UPnP/1.0 GUPnP/1.2.4", {"CVE-2021-33516"}),
        ("Linux/3.18 UPnP/1.0 GUPnP/1.2.5", set()),
        ("Debian DLNADOC/1.50 UPnP/1.0 MiniDLNA/1.1.4", {"CVE-2020-28926"}),
        ("Debian DLNADOC/1.50 UPnP/1.0 MiniDLNA/1.2.1", {"CVE-2020-28926", "CVE-2023-33476"}),
        ("Debian DLNADOC/1.50 UPnP/1.0 MiniDLNA/1.3.0", {"CVE-2023-33476"}),
        ("Linux/5.10 DLNADOC/1.50 UPnP/1.0 MiniDLNA/1.3.3", set()),
        ("OS 1.0 UPnP/1.0 Realtek/V1.3", {"CVE-2014-8361", "CVE-2021-35392", "CVE-2021-35393"}),
        ("Realtek Management Technology", set()),
        ("RomPager/4.07 UPnP/1.0", {"CVE-2014-9222", "CVE-2014-9223"}),
        ("Allegro-Software-RomPager/4.34", set()),
        ("ZyXEL-RomPager/3.02", {"CVE-2014-9222", "CVE-2014-9223"}),
        ("FRITZ!Box 7590 UPnP/1.0 AVM FRITZ!Box 7590 154.07.57", set()),
        ("Microsoft-Windows/10.0 UPnP/1.0 UPnP-Device-Host/1.0", set()),
        ("", set()),
    ],
)
def test_which_faults_go_with_which_words(server, expected):
    assert faults(server) == expected
    assert faults(server.upper()) == expected


def test_only_the_model_that_has_the_fault_has_it():
    server = "Linux UPnP/1.0 Huawei-ATP-IGD"
    for other in ((), ("HG8245H",), ("HUAWEI WiFi AX3",), ("",)):
        assert faults(server, *other) == set()
    for model in ("HG532e", "EchoLife HG532", "Huawei hg532n"):
        assert faults(server, "something", model) == {"CVE-2017-17215"}


@pytest.mark.parametrize(
    "server", ["xMiniUPnPd/1.0", "miniupnpdx/1.0", "2miniupnpd/1.0", "mini upnpd/1.0", "MiniUPnPc/1.0", "SSDP/1.0"]
)
def test_a_part_of_another_word_is_no_name(server):
    assert named(RULES.stacks, server) == ()


def test_a_program_is_named_once_and_by_its_version_where_it_says_one():
    (only,) = named(RULES.stacks, "MiniUPnPd, miniupnpd/2.1, MiniUPnPd/1.0")
    assert (str(only), only.version) == ("MiniUPnPd 2.1", (2, 1))
    (without,) = named(RULES.stacks, "UPnP/1.0 MiniUPnPd")
    assert (str(without), without.version) == ("MiniUPnPd", ())
    (rompager,) = named(RULES.stacks, "RomPager/4.07")
    assert str(rompager) == "RomPager 4.07", "as it is written"
    (realtek,) = named(RULES.stacks, "OS 1.0 UPnP/1.0 Realtek/V1.3")
    assert str(realtek) == "Realtek's SDK", "nothing hangs on the version that it says"
    assert [p.stack.id for p in named(RULES.stacks, "MiniDLNA/1.3.0 MiniUPnPd/2.1")] == ["miniupnpd", "minidlna"]


@given(
    st.text(max_size=200), st.sampled_from(["MiniUPnPd/", "Realtek/V", "RomPager ", "GUPnP/"]), st.text(max_size=600)
)
def test_whatever_is_said_what_is_shown_of_it_is_digits_and_dots(before, name, after):
    for program in named(RULES.stacks, before + name + after):
        assert set(program.said) <= set("0123456789.")
        assert len(program.said) <= 60
        program.faults([after])


def test_a_number_of_thousands_of_digits_is_no_version():
    (program,) = named(RULES.stacks, "MiniUPnPd/" + "9" * 5000)
    assert program.said == "9" * 9


VERSIONS = st.lists(st.integers(0, 10**9 - 1), min_size=1, max_size=6).map(tuple)


@given(VERSIONS, VERSIONS)
def test_versions_are_ordered_number_by_number(one, other):
    assert compare(one, one) == compare(one, (*one, 0)) == 0
    assert (compare(one, other) > 0) == (compare(other, one) < 0)
    assert version(".".join(map(str, one))) == one
    longest = max(len(one), len(other))
    filled = [(*each, *[0] * (longest - len(each))) for each in (one, other)]
    assert (compare(one, other) < 0) == (filled[0] < filled[1])


def test_every_effect_is_graded_once_and_the_checks_docstring_says_the_same():
    assert sorted(g.effect for g in RULES.grades) == sorted(get_args(Effect))
    lines = [line.strip("| ") for line in CHECK.__doc__.splitlines() if line.startswith("|")]
    rows = [tuple(cell.strip() for cell in line.split("|")) for line in lines[2:]]
    assert rows == [(g.seen, str(g.guarding), str(g.elsewhere)) for g in RULES.grades]
    for grade in RULES.grades:
        assert grade.why.endswith(".")


def test_every_fault_names_where_it_is_written():
    for stack in RULES.stacks:
        for fault in stack.faults:
            assert fault.sources
            # The record of each fault, or its maker's own page about it, is among them.
            assert any(name.startswith("cve-") for name in fault.sources)
        assert any(RULES.sources[name].url for fault in stack.faults for name in fault.sources)


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """A copy of the shipped rules, with `upnp.yaml` changed by whoever asks."""
    folder = tmp_path / "rules"
    shutil.copytree(location.data_root("rules"), folder)
    monkeypatch.setattr(loader, "data_root", lambda _: folder)

    def change(old, new):
        path = folder / "upnp.yaml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("effect: exploited\n    guarding", "effect: crash\n    guarding", "grades: exploited is graded 0 times"),
        ("effect: takeover\n    guarding", "effect: dire\n    guarding", "grades[1].effect: invalid enum value 'dire'"),
        ("elsewhere: info", "elsewhere: high", "grades[3].elsewhere: it is worse than on what guards the home"),
        ('why: "Botnets', 'why: "\\u0007Botnets', "grades[0].why: it is empty, longer than 1000"),
        ("id: libupnp", "id: miniupnpd", "stacks[0].id: 'miniupnpd' is there 2 times"),
        ("id: libupnp", "id: Lib_UPnP", "stacks[1].id: it has to be lower-case words"),
        ("name: MiniUPnPd", 'name: " "', "stacks[0].name: it is empty"),
        ("words: [miniupnpd]", "words: []", "stacks[0].words: each has to be in small letters"),
        ("words: [miniupnpd]", "words: [MiniUPnPd]", "stacks[0].words: each has to be in small letters"),
        ("words: [miniupnpd]", "words: [mini]", None),
        ("words: [miniupnpd]", "words: [upn]", "stacks[0].words: each has to be in small letters, and more than three"),
        ("cves: [CVE-2013-0230]", "cves: []", "stacks[0].faults[0].cves: each has to be an id such as CVE-2020-12695"),
        ("cves: [CVE-2013-0230]", "cves: [2013-0230]", "stacks[0].faults[0].cves: each has to be an id"),
        ("sources: [cve-2013-0230]", "sources: []", "stacks[0].faults[0].sources: every statement needs a source"),
        ("sources: [cve-2013-0230]", "sources: [hearsay]", "stacks[0].faults[0].sources: 'hearsay' is not in sources"),
        ("sources: [cve-2013-0229]", "sources: [cve-2013-0230]", "sources.cve-2013-0229: nothing rests on it"),
        ('{only: ["1.0"]}', "{}", "stacks[0].faults[0].versions: it bounds nothing"),
        ('{only: ["1.0"]}', "{unversioned: true}", "stacks[0].faults[0].versions: it bounds nothing"),
        ('{only: ["1.0"]}', '{only: ["1.x"]}', "stacks[0].faults[0].versions: '1.x' is no version such as 1.14.0"),
        ('{only: ["1.0"]}', '{below: "1.0", up_to: "1.1"}', "stacks[0].faults[0].versions: give either below or up_to"),
        ('{only: ["1.0"]}', '{since: "2.0", below: "1.9"}', "stacks[0].faults[0].versions: it ends before it begins"),
        ('{only: ["1.0"]}', "{below: 1.4}", "stacks[0].faults[0].versions.below: expected `str | null`, got `float`"),
        ('["*hg532*"]', '["****hg*532*"]', "stacks[5].faults[0].models: "),
        ('checked: "2026-11-27"', 'checked: "soon"', "sources[0].checked: 'soon' is no date"),
        ('url: "https://www.cve', 'url: "ftp://www.cve', "sources[0].url: "),
        ("schema: 1", "schema: 2", "schema: it is for a newer netguard"),
        ("stacks:", "stack:", "stack: it is no field that netguard knows"),
    ],
)
def test_a_file_nobody_could_have_meant_is_refused(shipped, old, new, expected):
    shipped(old, new)
    if expected is None:
        assert loader.load().upnp
        return
    with pytest.raises(RulesError) as caught:
        loader.load()
    assert str(caught.value).startswith(f"rules/upnp.yaml: {expected}")
    assert "\n" not in str(caught.value)


def test_a_program_without_faults_needs_no_rule(shipped):
    shipped(
        "    faults:\n      - cves: [CVE-2020-28926]",
        "    faults: []\n  - id: other\n    name: Other\n    words: [other]\n    faults:\n      - cves: [CVE-2020-28926]",
    )
    with pytest.raises(RulesError, match="a program without any needs no rule"):
        loader.load()


def test_the_digest_is_over_it_too(shipped):
    before = loader.load().digest
    shipped("elsewhere: medium", "elsewhere: low")
    assert loader.load().digest != before


def test_what_is_no_version_is_said_to_be_none():
    for text in ("", "1.", ".1", "1..2", "v1", "1.2.3.4.5.6.7", "1" * 10, "1.0-RC1"):
        with pytest.raises(ValueError, match="is no version such as"):
            upnp.version(text)
