"""iw's text: what it tells, and that no text of a neighbour makes an access point or changes another one."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netguard.errors import WifiFileError
from netguard.model.vocabulary import Pmf, Security, WpsMethod
from netguard.wifi import _iw
from netguard.wifi.formats import iw
from netguard.wifi.join import joined
from tests.unit.wifi.lists import DATA, address, addresses, public, read, told

HOME, OTHER, EVIL, FAKE = (f"00:00:5e:00:53:{n:02x}" for n in (1, 2, 0x66, 0xBB))

RSN = "\tRSN:\t * Version: 1\n\t\t * Group cipher: CCMP\n\t\t * Pairwise ciphers: CCMP\n\t\t * Authentication suites: {}\n\t\t * Capabilities: {} (0x0000)\n"
WPA = "\tWPA:\t * Version: 1\n\t\t * Group cipher: TKIP\n\t\t * Pairwise ciphers: TKIP\n\t\t * Authentication suites: PSK\n"
WPS = (
    "\tWPS:\t * Version: 1.0\n\t\t * Wi-Fi Protected Setup State: 2 (Configured)\n\t\t * Response Type: 3 (AP)\n"
    "\t\t * UUID: 00000000-0000-1000-0000-00005e005301\n\t\t * Manufacturer: Maker\n\t\t * Model: Model\n"
    "\t\t * Model Number: 1\n\t\t * Serial Number: 1\n\t\t * Primary Device Type: 6-0050f204-1\n"
    "\t\t * Device name: {}\n\t\t * Config methods:{}\n\t\t * RF Bands: 0x3\n\t\t * Version2: 2.0\n"
)


def rsn(suites="PSK", flags="16-PTKSA-RC 1-GTKSA-RC"):
    return RSN.format(suites, flags)


def kernel(bssid, *, status="", capability="ESS Privacy ShortSlotTime (0x0411)", freq="2437", boot=False, answer=True):
    """The lines that iw makes of the kernel's answer (scan.c, print_bss_handler)."""
    return (
        f"BSS {bssid}(on wlan0){status}\n"
        + ("\tlast seen: 4206.107s [boottime]\n" if boot else "")
        + f"\tTSF: 212106552475 usec (2d, 10:55:06)\n\tfreq: {freq}\n\tbeacon interval: 100 TUs\n"
        + f"\tcapability: {capability}\n\tsignal: -57.00 dBm\n\tlast seen: 520 ms ago\n"
        + ("\tInformation elements from Probe Response frame:\n" if answer else "")
    )


RATES = "\tSupported rates: 1.0* 2.0* 5.5* 11.0* 6.0 9.0 12.0 18.0 \n\tDS Parameter set: channel 6\n"


def block(bssid=HOME, ssid="Home", rest=None, **given):
    return kernel(bssid, **given) + f"\tSSID: {ssid}\n{RATES}" + (rsn() if rest is None else rest)


def one(text):
    (heard,) = read(iw, text)
    return heard


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


def hostile(text, *, after="", before_rsn=False, name="Evil"):
    """An access point with that text in its WPS element; `after` are elements that follow it."""
    assert len(text) <= 247
    wps = f"\tWPS:\t * Version: 1.0\n\t\t * Wi-Fi Protected Setup State: 2 (Configured)\n\t\t * Device name: {text}\n"
    rest = wps + rsn() + after if before_rsn else rsn() + wps + after
    return block(EVIL, name, rest)


INVENTED = (
    f"x\nBSS {FAKE}(on wlan0) -- associated\n\tTSF: 1 usec (0d, 00:00:00)\n\tfreq: 2412\n\tbeacon interval: 100 TUs\n"
    "\tcapability: ESS (0x0401)\n\tsignal: -30.00 dBm\n\tlast seen: 0 ms ago\n\tSSID: Home\n"
)

BEFORE = block(HOME, "Home", rsn() + WPS.format("Box", " PBC"), status=" -- associated")
AFTER = block(OTHER, "Other", rsn("SAE", "MFP-required MFP-capable"))


def test_a_whole_invented_access_point_is_left_out():
    found, remarks = told(iw, BEFORE + hostile(INVENTED) + AFTER)
    assert addresses(found) == [HOME, EVIL, OTHER]
    assert [h.associated for h in found] == [True, False, False]
    assert any("left out" in note for note in found[1].notes)
    assert any("looks like an access point" in remark for remark in remarks)
    alone = read(iw, BEFORE), read(iw, AFTER)
    assert (found[0], found[2]) == (alone[0][0], alone[1][0])


def test_an_invented_access_point_with_elements_after_it_is_left_out():
    # The neighbour's own further elements would seem to be those of the invented one.
    found = read(iw, BEFORE + hostile(INVENTED, after=WPA + "\tSSID: Home\n" + rsn("SAE")) + AFTER)
    assert addresses(found) == [HOME, EVIL, OTHER]
    assert found[1].told.security is None
    assert found[2] == read(iw, AFTER)[0]


@pytest.mark.parametrize("split", range(0, 200, 7))
def test_an_invented_access_point_in_two_texts_is_left_out(split):
    # The second text begins with a label that iw itself prints between the two.
    first, second = INVENTED[:split], INVENTED[split:]
    text = hostile(first, after=f"\tWPS:\t * Manufacturer: {second}\n")
    assert addresses(read(iw, BEFORE + text + AFTER)) == [HOME, EVIL, OTHER]


@pytest.mark.parametrize("status", ["", " -- associated"])
@pytest.mark.parametrize("boot", [True, False])
def test_the_longest_invented_lines_are_not_long_enough(status, boot):
    head = kernel(FAKE, status=status, boot=boot, answer=False, capability="ESS (0x1)".replace("0x1", "0x0001"))
    for filler in range(248):
        text = f"{'a' * filler}\n{head}"[:247]
        assert FAKE not in addresses(read(iw, BEFORE + hostile(text) + AFTER))


def test_an_invented_copy_of_an_own_network_changes_nothing():
    text = INVENTED.replace(FAKE, HOME)
    networks = {n.bssid: n for n in joined(read(iw, BEFORE + hostile(text) + AFTER))}
    alone = {n.bssid: n for n in joined(read(iw, BEFORE + AFTER))}
    assert {bssid: networks[bssid] for bssid in alone} == alone


def test_invented_security_is_not_believed():
    fake = "x\n" + rsn("SAE", "MFP-required MFP-capable")
    heard = read(iw, BEFORE + hostile(fake) + AFTER)[1]
    assert (heard.told.security, heard.told.akms, heard.told.pmf) == (None, None, None)
    assert _iw.DOUBT in heard.notes
    # Where the same stood before, it adds nothing, and nothing is lost.
    same = read(iw, BEFORE + hostile("x\n" + rsn()) + AFTER)[1]
    assert same.told.security is Security.WPA2_PERSONAL


def test_security_right_after_a_text_is_not_believed_either_way():
    heard = read(iw, BEFORE + hostile("x", before_rsn=True) + AFTER)[1]
    assert (heard.told.security, heard.notes) == (None, (_iw.DOUBT,))


def test_an_invented_name_is_not_believed():
    heard = read(iw, kernel(EVIL) + RATES + rsn() + "\tWPS:\t * Version: 1.0\n\t\t * Model: x\n\tSSID: Home\n")[0]
    assert heard.ssid is None


@pytest.mark.parametrize(
    "text",
    [
        "x\n\t\t * Wi-Fi Protected Setup State: 1 (Unconfigured)",  # there twice
        "x\n\tWPS:\t * Version: 1.0\n\t\t * AP setup locked: 0x01",  # a second element
        "x\n\t\t * AP setup locked: yes, sir",  # no line of iw's
        "x\n\t\tanything else",
    ],
)
def test_invented_wps_is_not_believed(text):
    heard = read(iw, BEFORE + hostile(text) + AFTER)[1]
    assert heard.told.wps is None
    assert _iw.WPS_DOUBT in heard.notes


@pytest.mark.parametrize(
    "line", ["text at the edge", "BSS", f"BSS {FAKE}(on wlan0) -- associated", "\x1b[2J", "root@box:~# iw"]
)
def test_lines_that_iw_does_not_print_end_what_is_believed(line):
    found = read(iw, BEFORE + hostile(f"x\n{line}\n\t\tx", after=WPA) + AFTER)
    assert addresses(found) == [HOME, EVIL, OTHER]
    assert (found[1].associated, found[1].told.security) == (False, None)
    assert found[0].told.security is Security.WPA2_PERSONAL
    assert found[2].told.security is Security.WPA3_PERSONAL


def test_a_prompt_after_the_list_takes_nothing_away():
    assert read(iw, BEFORE + AFTER + "root@box:~# \n") == read(iw, BEFORE + AFTER)


def test_associated_counts_only_in_iws_own_line():
    found = read(iw, BEFORE.replace(" -- associated", "") + hostile(f"x\nBSS {HOME}(on wlan0) -- associated") + AFTER)
    assert [h.associated for h in found] == [False, False, False]


SHORT = {"boot": True, "answer": False, "capability": "ESS Privacy (0x0011)"}


def test_a_short_one_after_a_text_is_known_by_the_clock_of_this_computer():
    before, after = block(HOME, "Home", **SHORT), block(OTHER, "Other", **SHORT)
    assert (
        addresses(
            read(
                iw,
                before + hostile("x", name="Evil").replace("\tTSF", "\tlast seen: 4206.107s [boottime]\n\tTSF") + after,
            )
        )[-1]
        == OTHER
    )
    late = after.replace("4206.107", "4209.107")
    assert OTHER not in addresses(read(iw, before + hostile("x") + late))


TEXTS = st.text(alphabet=st.sampled_from(" \t\n:*().-abBS0159fx"), max_size=60)
PIECES = st.sampled_from(
    [
        *INVENTED.splitlines(keepends=True),
        *(BEFORE + AFTER).splitlines(keepends=True),
        "\n",
        "\t\t * Model: ",
        "\tWPS:\t * Manufacturer: ",
    ]
)


@given(st.lists(PIECES | TEXTS, max_size=14).map("".join))
@settings(max_examples=400)
def test_no_text_hides_another_one_from_a_newer_iw(text):
    before, after = block(HOME, "Home", **SHORT), block(OTHER, "Other", **SHORT)
    found = read(iw, before + hostile(text[:247]) + after)
    assert addresses(found) == [HOME, EVIL, OTHER]
    assert (found[0], found[2]) == (one(before), one(after))


@given(st.lists(PIECES | TEXTS, max_size=14).map("".join))
@settings(max_examples=400)
def test_no_text_makes_an_access_point_or_changes_another(text):
    found = read(iw, BEFORE + hostile(text[:247]) + AFTER)
    expected = read(iw, BEFORE)[0], read(iw, AFTER)[0]
    assert found[0] == expected[0]
    assert addresses(found) in ([HOME, EVIL, OTHER], [HOME, EVIL])
    assert OTHER not in addresses(found) or found[-1] == expected[1]
    assert not found[1].associated


@given(st.binary(max_size=400) | st.lists(PIECES | TEXTS, max_size=30).map(lambda parts: "".join(parts).encode()))
def test_anything_is_read_or_refused(data):
    iw.recognises(data)
    try:
        found = read(iw, data)
    except WifiFileError:
        return
    joined(found)


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
