"""Texts of a neighbour in what iw prints: no access point is invented, changed or hidden by them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netguard.errors import WifiFileError
from netguard.model.vocabulary import Security
from netguard.wifi import _iw
from netguard.wifi.formats import iw
from netguard.wifi.join import joined
from tests.unit.wifi.iw_text import (
    AFTER,
    BEFORE,
    EVIL,
    FAKE,
    HOME,
    OTHER,
    RATES,
    WPA,
    block,
    kernel,
    one,
    rsn,
)
from tests.unit.wifi.lists import addresses, read, told


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
