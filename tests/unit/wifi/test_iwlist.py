"""iwlist's text: suites that it decodes, elements that it prints as digits, and what follows from neither."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.model.vocabulary import Pmf, Security, WpsMethod
from netguard.wifi.formats import iwlist
from netguard.wifi.join import joined
from tests.unit.wifi.lists import DATA, address, addresses, knows, one, public, read

A, B = "00:00:5e:00:53:01", "00:00:5e:00:53:02"
DEEP = " " * 24
NAME_AND_RATES = ("0004486F6D65", "010182")
WPS = "DD190050F204" + "104A000110" + "1044000102" + "103B000103" + "10080002" + "0004"


def suites(kind="IEEE 802.11i/WPA2", group="CCMP", pairwise="CCMP", akms="PSK"):
    count = {text: len(re.findall(r"unknown \(\d+\)|\S+", text)) for text in (pairwise, akms)}
    return (
        f"{' ' * 20}IE: {kind} Version 1\n{DEEP}Group Cipher : {group}\n{DEEP}Pairwise Ciphers ({count[pairwise]}) : {pairwise}\n"
        f"{DEEP}Authentication Suites ({count[akms]}) : {akms}\n"
    )


def cell(bssid=A, name="Home", *, key="on", raw=NAME_AND_RATES, rest=None, frequency="2.437 GHz (Channel 6)", number=1):
    """The layout of wireless tools 30 on a driver of mac80211."""
    lines = (
        "Channel:6", f"Frequency:{frequency}", "Quality=53/70  Signal level=-57 dBm  ", f"Encryption key:{key}", f'ESSID:"{name}"',
        "Bit Rates:1 Mb/s; 2 Mb/s; 5.5 Mb/s", "Mode:Master", "Extra:tsf=0000003161d5d3cb", "Extra: Last beacon: 40ms ago",
        *(f"IE: Unknown: {element}" for element in raw),
    )  # fmt: skip
    return (
        f"          Cell {number:02d} - Address: {bssid.upper()}\n"
        + "".join(f"{' ' * 20}{line}\n" for line in lines)
        + (suites() if rest is None else rest)
    )


def test_a_list():
    text = "wlan0     Scan completed :\n" + cell() + cell(B, "Free", key="off", rest="", number=2)
    assert iwlist.recognises(text.encode())
    home, free = read(iwlist, text)
    assert (address(home), home.ssid, home.frequency, home.signal) == (A, b"Home", 2437, -57.0)
    assert (home.told.security, home.told.akms, home.told.pairwise) == (Security.WPA2_PERSONAL, ("psk",), ("ccmp",))
    assert (address(free), free.told.security, free.told.wps.present) == (B, Security.OPEN, False)


def test_what_iwlist_does_not_tell_is_null():
    known = {"bssid", "ssid", "frequency", "signal", "told.security", "told.akms", "told.pairwise", "told.group"}
    assert knows(one(iwlist, cell(raw=()))) == known
    assert knows(one(iwlist, cell())) == known | {"told.wps", "told.transition"}


@pytest.mark.parametrize(
    ("key", "rest", "security", "pmf"),
    [
        ("off", "", Security.OPEN, Pmf.NONE),
        ("on", "", Security.WEP, Pmf.NONE),
        ("on", suites("WPA", "TKIP", "CCMP TKIP"), Security.WPA_PERSONAL, Pmf.NONE),
        ("on", suites("WPA", "TKIP", "TKIP") + suites(), Security.WPA_WPA2_PERSONAL, None),
        ("on", suites(akms="PSK unknown (8)"), Security.WPA2_WPA3_PERSONAL, None),
        ("on", suites(akms="unknown (8)"), Security.WPA3_PERSONAL, None),
        ("on", suites(akms="unknown (18)"), Security.OWE, None),
        ("on", suites(akms="802.1x"), Security.WPA2_ENTERPRISE, None),
        ("on", suites(akms="802.1x unknown (5)"), None, None),
        ("on", suites(akms="Proprietary"), None, None),
        ("on", suites().replace("Suites (1)", "Suites (2)"), None, None),
        ("on", suites().replace("Pairwise Ciphers (1) : CCMP", "Pairwise Ciphers (2) : CCMP"), None, None),
        ("on", f"{' ' * 20}IE: IEEE 802.11i/WPA2 Version 1\n{DEEP}Group Cipher : CCMP\n", None, None),
        ("on", f"{' ' * 20}IE: Unknown: 30140100000FAC040100000FAC040100000FAC020000\n", None, None),
    ],
)
def test_classes(key, rest, security, pmf):
    found = one(iwlist, cell(key=key, rest=rest)).told
    assert (found.security, found.pmf) == (security, pmf)


def test_encryption_without_elements_is_not_wep():
    heard = one(iwlist, cell(raw=(), rest=""))
    assert (heard.told.security, heard.notes) == (None, (iwlist.UNLISTED,))


def test_elements_that_a_driver_gives_as_they_were_sent():
    extra = f"{' ' * 20}Extra:rsn_ie=30140100000fac040100000fac040100000fac02{{}}\n"
    for flags, pmf in (("0000", Pmf.NONE), ("8000", Pmf.CAPABLE), ("c000", Pmf.REQUIRED)):
        assert one(iwlist, cell(rest=suites() + extra.format(flags))).told.pmf is pmf
    # Only where all of them are there.
    assert one(iwlist, cell(rest=suites() + suites("WPA") + extra.format("c000"))).told.pmf is None
    assert one(iwlist, cell(rest=suites() + extra.format("c0"))).told.pmf is None


def test_rsn_override_and_owe_transition_are_among_the_digits():
    override = "DD18506F9A29" + "0100000FAC040100000FAC040100000FAC08C000"
    assert one(iwlist, cell(raw=(*NAME_AND_RATES, override))).told.security is Security.WPA3_COMPATIBILITY
    partner = "DD0C506F9A1C" + "00005E005302" + "0178"
    assert (
        one(iwlist, cell(raw=(*NAME_AND_RATES, partner), key="off", rest="")).told.security is Security.OWE_TRANSITION
    )


def test_wps_is_among_the_digits():
    said = one(iwlist, cell(raw=(*NAME_AND_RATES, WPS))).told.wps
    assert (said.present, said.configured, said.version, said.methods) == (True, True, "1.0", (WpsMethod.LABEL,))
    assert one(iwlist, cell(raw=(*NAME_AND_RATES, WPS[:-2]))).told.wps.present is False  # shorter than it says


@pytest.mark.parametrize(
    ("written", "name"),
    [(r"a\xC3\xA4\x5Cx41", b"a\xc3\xa4\\x41"), ('a"b', b'a"b'), ("", b""), ("<hidden>", b""), (r"\x00", b"\0")],
)
def test_names(written, name):
    assert one(iwlist, cell(name=written)).ssid == name


@pytest.mark.parametrize(
    ("text", "frequency"), [("5.18 GHz (Channel 36)", 5180), ("2.412 GHz", 2412), ("5 GHz", 5000), ("x", None)]
)
def test_frequencies(text, frequency):
    assert one(iwlist, cell(frequency=text)).frequency == frequency


def test_no_name_is_long_enough_for_an_access_point():
    name = f"\nCell 1 - Address: {B}"
    assert len(name) > 32
    assert addresses(read(iwlist, cell(name=name[:32]) + cell(number=2))) == [A, A]


@given(
    st.binary(max_size=300)
    | st.lists(st.sampled_from((cell() + cell(raw=(*NAME_AND_RATES, WPS))).splitlines(keepends=True)), max_size=30)
    .map("".join)
    .map(str.encode)
)
def test_anything_is_read(data):
    iwlist.recognises(data)
    joined(read(iwlist, data))
    joined(read(iwlist, cell().encode() + data))


P, W, F, WEP = Security.WPA2_PERSONAL, Security.WPA_WPA2_PERSONAL, Security.WPA_PERSONAL, Security.WEP
PUBLIC = {
    "iwlist01_ubuntu1404.txt": {P: 26, F: 1, None: 2},
    "iwlist02_raspi.txt": {W: 2, P: 1},
    "iwlist03_raspi.txt": {P: 26, F: 1, WEP: 2},
}
"""The two of the third file have neither RSN nor WPA among their digits, rates of 802.11g, and encryption."""


@public
@pytest.mark.parametrize("name", PUBLIC)
def test_public_lists(name):
    data = (DATA / "text/node-wifi-scanner" / name).read_bytes()
    assert iwlist.recognises(data[:4096])
    found = read(iwlist, data)
    text = data.decode()
    assert addresses(found) == [m.lower() for m in re.findall(r"Address: (\S+)", text)]
    kinds = [h.told.security for h in found]
    assert {kind: kinds.count(kind) for kind in kinds} == PUBLIC[name]
    cells = text.split(" - Address: ")[1:]
    for heard, cell_ in zip(found, cells, strict=True):
        assert (heard.told.security in {P, W}) == ("IEEE 802.11i/WPA2" in cell_)
        assert (heard.told.security in {F, W}) == ("IE: WPA Version" in cell_)
        assert heard.told.pmf is (Pmf.NONE if "_ie=" in cell_ or heard.told.security in {F, WEP} else None)
        assert (heard.told.wps is not None and heard.told.wps.present) == ("0050F204" in cell_)
