"""iw's text: what it tells, and that no text of a neighbour makes an access point or changes another one."""

import re

import pytest

from netguard.errors import WifiFileError
from netguard.model.vocabulary import Pmf, Security, WpsMethod
from netguard.wifi import _iw
from netguard.wifi.formats import iw
from tests.unit.wifi.iw_text import (
    AFTER,
    HOME,
    OTHER,
    RATES,
    WPA,
    WPS,
    block,
    kernel,
    one,
    rsn,
)
from tests.unit.wifi.lists import DATA, address, addresses, public, read, told


def test_an_ordinary_network():
    heard = one(block(status=" -- associated", rest=rsn() + WPS.format("Box", " Label, PBC")))
    assert (address(heard), heard.ssid, heard.frequency, heard.signal) == (HOME, b"Home", 2437, -57.0)
    assert (heard.associated, heard.capability, heard.notes) == (True, 0x0411, ())
    said = heard.told
    assert (said.security, said.akms, said.pairwise, said.group) == (
        Security.WPA2_PERSONAL,
        ("psk",),
        ("ccmp",),
        "ccmp",
    )
    assert said.pmf is Pmf.NONE
    assert (said.wps.present, said.wps.configured, said.wps.version, said.wps.active) == (True, True, "2.0", False)
    assert said.wps.methods == (WpsMethod.LABEL, WpsMethod.PUSH_BUTTON)


def test_what_iw_cannot_know_is_null():
    heard = one(block())
    assert heard.told.transition is None  # RSN override is left out without -u
    assert (heard.beacon, heard.response, heard.elements) == (None, None, None)
    announced = one(
        block(rest=rsn() + WPS.format("Box", "").replace("\t\t * Response Type: 3 (AP)\n", ""), answer=False)
    )
    assert announced.told.wps.methods is None  # only probe responses tell
    answered = one(block(rest=rsn() + WPS.format("Box", " PBC")))
    assert answered.told.wps.locked is None  # some access points say it in the beacon only


@pytest.mark.parametrize("freq", ["2437", "2437.0", "5180", "5955.0"])
def test_frequencies_with_and_without_decimals(freq):
    assert one(block(freq=freq, rest=rsn("SAE", "MFP-required MFP-capable"))).frequency == int(freq.split(".")[0])


@pytest.mark.parametrize(
    ("suites", "words"),
    [
        ("SAE", ("sae",)),
        ("00-0f-ac:8", ("sae",)),
        ("PSK 00-0f-ac:8", ("psk", "sae")),
        ("PSK SAE FT/PSK FT/SAE", ("ft-psk", "ft-sae", "psk", "sae")),
        ("IEEE 802.1X", ("802.1x",)),
        ("IEEE 802.1X FT/IEEE 802.1X IEEE 802.1X/SHA-256", ("802.1x", "802.1x-sha256", "ft-802.1x")),
        ("IEEE 802.1X/SUITE-B-192", ("suite-b-192",)),
        ("OWE", ("owe",)),
        ("SAE-EXT-KEY FT/SAE-EXT-KEY", ("ft-sae-ext-key", "sae-ext-key")),
        ("00-0f-ac:24 00-0f-ac:99", ("99", "sae-ext-key")),
        ("PSK/SHA-256", ("psk-sha256",)),
        ("DPP PSK", ("50-6f-9a:2", "psk")),
        ("00-40-96:0", ("00-40-96:0",)),
    ],
)
def test_suites_are_told_apart_although_their_names_have_spaces(suites, words):
    assert one(block(rest=rsn(suites))).told.akms == words


@pytest.mark.parametrize(
    ("rest", "capability", "security", "pmf"),
    [
        ("", "ESS (0x0401)", Security.OPEN, Pmf.NONE),
        ("", "ESS Privacy (0x0411)", Security.WEP, Pmf.NONE),
        ("\tVHT capabilities:\n\t\tVHT Capabilities (0x0):\n", "ESS Privacy (0x0411)", None, None),
        (
            "\tOWE Transition Mode:\n\t\tBSSID: 00:00:5e:00:53:09\n\t\tSSID: x\n",
            "ESS (0x0401)",
            Security.OWE_TRANSITION,
            Pmf.NONE,
        ),
        (WPA, "ESS Privacy (0x0411)", Security.WPA_PERSONAL, Pmf.NONE),
        (WPA + rsn(), "ESS Privacy (0x0411)", Security.WPA_WPA2_PERSONAL, Pmf.NONE),
        (rsn("PSK SAE", "MFP-capable"), "ESS Privacy (0x0411)", Security.WPA2_WPA3_PERSONAL, Pmf.CAPABLE),
        (rsn("SAE", "MFP-required MFP-capable"), "ESS Privacy (0x0411)", Security.WPA3_PERSONAL, Pmf.REQUIRED),
        (rsn("OWE", "MFP-required MFP-capable"), "ESS Privacy (0x0411)", Security.OWE, Pmf.REQUIRED),
        (
            rsn() + "\tWFA 0x29, data: 01 00 00 0f ac 04\n",
            "ESS Privacy (0x0411)",
            Security.WPA3_COMPATIBILITY,
            Pmf.NONE,
        ),
    ],
)
def test_classes(rest, capability, security, pmf):
    told_ = one(block(rest=rest, capability=capability)).told
    assert (told_.security, told_.pmf) == (security, pmf)


def test_an_element_that_iw_could_not_read_says_nothing_of_what_is_offered():
    heard = one(block(rest=rsn() + "\t\t * bogus tail data (3): 01 02 03\n"))
    assert (heard.told.security, heard.told.akms, heard.notes) == (None, None, (_iw.DAMAGED,))


def test_an_element_that_ends_before_its_suites_means_a_login():
    cut = "\tRSN:\t * Version: 1\n\t\t * Group cipher: CCMP\n\t\t * Pairwise ciphers: CCMP\n"
    assert one(block(rest=cut)).told.akms == ("802.1x",)


def test_words_of_a_suite_that_are_not_known_make_it_null():
    assert one(block(rest=rsn("PSK SOMETHING/NEW"))).told.security is None


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Home", b"Home"),
        (r"a\x20\x5cx41\xc3\xa4", b"a \\x41\xc3\xa4"),
        (r"\x00\x00", b"\0\0"),
        ("a: b", b"a: b"),
        ("", b""),
    ],
)
def test_names_are_unescaped(written, name):
    assert one(block(ssid=written)).ssid == name


def test_no_name_line_is_a_hidden_name():
    assert one(kernel(HOME) + RATES + rsn()).ssid == b""
    assert one(kernel(HOME)).ssid is None


def test_wps_of_older_iw():
    old = WPS.format("Box", " Label").replace(
        "\t\t * Version2: 2.0\n", "\t\t * Unknown TLV (0x1049, 6 bytes): 00 37 2a 00 01 20\n"
    )
    assert one(block(rest=rsn() + old)).told.wps.version == "2.0"
    assert (
        one(block(rest=rsn() + WPS.format("Box", " Label").replace("\t\t * Version2: 2.0\n", ""))).told.wps.version
        == "1.0"
    )
    longer = old.replace("6 bytes): 00 37 2a 00 01 20", "14 bytes): 00 37 2a 01 06 ff ff ff ff ff ff 00 01 20")
    assert one(block(rest=rsn() + longer)).told.wps.version == "2.0"
    unknown = WPS.format("Box", "").replace("\t\t * Version2: 2.0\n", "\t\t * Unknown vendor extension. len=14\n")
    assert one(block(rest=rsn() + unknown)).told.wps.version is None


def test_a_wps_line_that_is_worded_otherwise_is_passed_over():
    for odd in (
        "\t\t * Unknown TLV (0x1049, 6 bytes): 00 37 2a \u00a6\n",
        "\t\t * AP setup locked: perhaps\n",
        "\t\t * Version2: x\n",
    ):
        text = (
            WPS.format("Box", " Label")
            .replace("\t\t * UUID", odd + "\t\t * UUID")
            .replace("\t\t * Version2: 2.0\n", "")
        )
        said = one(block(rest=rsn() + text)).told.wps
        assert (said.present, said.version, said.locked) == (True, "1.0", None)


def test_wps_states():
    lines = "\t\t * AP setup locked: 0x01\n\t\t * Selected Registrar: 0x1\n"
    text = WPS.format("Box", " Label, Display, PBC, Keypad, Ext. NFC").replace(
        "State: 2 (Configured)", "State: 1 (Unconfigured)"
    )
    said = one(block(rest=rsn() + text.replace("\t\t * UUID", lines + "\t\t * UUID"))).told.wps
    assert (said.configured, said.locked, said.active) == (False, True, True)
    assert said.methods == tuple(sorted(m for m in WpsMethod if m not in {WpsMethod.USB, WpsMethod.ETHERNET}))


def test_both_sets_of_elements_are_joined():
    beacon = WPS.format("Box", "").replace("\t\t * Config methods:\n", "").replace("\t\t * Response Type: 3 (AP)\n", "")
    beacon = beacon.replace("\t\t * UUID", "\t\t * AP setup locked: 0x01\n\t\t * UUID")
    filler = "\tBSS Load:\n\t\t * station count: 1\n\t\t * channel utilisation: 90/255\n\t\t * available admission capacity: 31250 [*32us]\n"
    filler += "\tWMM:\t * Parameter version 1\n\t\t * BE: CW 15-1023, AIFSN 3\n\t\t * BK: CW 15-1023, AIFSN 7\n\t\t * VI: CW 7-15, AIFSN 2\n"
    both = block(
        rest=rsn()
        + WPS.format("Box", " Label")
        + filler
        + "\tInformation elements from Beacon frame:\n\tSSID: Home\n"
        + rsn()
        + beacon
    )
    said = one(both).told
    assert (said.wps.methods, said.wps.locked, said.security) == ((WpsMethod.LABEL,), True, Security.WPA2_PERSONAL)


def test_tabs_may_have_become_spaces():
    text = block(rest=WPA + rsn() + WPS.format("Box", " PBC")) + block(OTHER, "Other")
    spaced = (
        text.replace("RSN:\t", "RSN:     ")
        .replace("WPA:\t", "WPA:     ")
        .replace("WPS:\t", "WPS:     ")
        .replace("\t", "    ")
    )
    eights = text.expandtabs(8)
    assert [h.told for h in read(iw, text)] == [h.told for h in read(iw, spaced)] == [h.told for h in read(iw, eights)]


def test_older_and_stranger_first_lines():
    assert one(block().replace(f"{HOME}(on", f"{HOME} (on")).ssid == b"Home"
    covered = one(block().replace(HOME, "xx:xx:xx:xx:53:01"))
    assert (covered.bssid, covered.ssid) == (None, b"Home")
    assert one(block().replace("signal: -57.00 dBm", "signal: -57.-50 dBm")).signal == -57.5
    assert one(block().replace("signal: -57.00 dBm", "signal: 57/100")).signal is None


def test_what_is_no_list_of_access_points_is_an_error():
    for text in ("", "scan aborted!\n", f"BSS {HOME}(on wlan0)\n", "command failed: Device or resource busy (-16)\n"):
        with pytest.raises(WifiFileError, match="no access point"):
            read(iw, text)


# A neighbour's text: it stands where Device name stands, has 247 bytes at most, and may have line ends.


def test_a_long_list_is_read_line_by_line():
    text = "".join(
        block(f"00:00:5e:00:{n >> 8:02x}:{n & 255:02x}", rest=rsn() + WPS.format("Box", " PBC")) for n in range(2000)
    )
    assert len(read(iw, text)) == 2000
    assert len(read(iw, block() + "\t" + "x" * 1_000_000 + "\n" + AFTER)) == 2


P, W, M, FREE = Security.WPA2_PERSONAL, Security.WPA_WPA2_PERSONAL, Security.WPA2_WPA3_PERSONAL, Security.OPEN
PUBLIC = {
    "iw-scan0.out": [FREE, FREE],
    "iw-scan1.out": [W, P, W, W, W, P, W, FREE, W, FREE, W, P, W, FREE, M, FREE, P, FREE, W, W, P, W, W, W, P, P],
    "iw-scan2.out": [P],
}
CONFIGURED = 20
"""Access points with WPS in the second file; all are configured, and none is locked."""


@public
@pytest.mark.parametrize("name", PUBLIC)
def test_public_lists(name):
    data = (DATA / "text/jc" / name).read_bytes()
    assert iw.recognises(data[:4096])
    found, remarks = told(iw, data)
    assert [h.told.security for h in found] == PUBLIC[name]
    assert remarks == []
    assert all(h.notes == () for h in found)
    lines = data.decode("latin-1").splitlines()
    firsts = [re.match(r"BSS (\S{17})", line) for line in lines]
    assert addresses(found) == [None if "x" in m[1] else m[1] for m in firsts if m]
    names = [
        line.strip().removeprefix("SSID: ").replace(r"\x00", "\0").encode()
        for line in lines
        if re.match(r"\s+SSID: ", line)
    ]
    assert [h.ssid for h in found] == names
    assert [h.frequency for h in found] == [
        int(m[1]) for m in (re.match(r"\s+freq: (\d+)", line) for line in lines) if m
    ]
    assert [h.associated for h in found] == ["associated" in m.string for m in firsts if m]
    present = [h.told.wps for h in found if h.told.wps.present]
    assert len(present) == (CONFIGURED if name == "iw-scan1.out" else 0)
    assert all(said.configured and said.locked is None and said.version in {"1.0", "2.0"} for said in present)
