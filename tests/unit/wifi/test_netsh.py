"""netsh in four languages and six code pages; what it says of a name holds for no single access point."""

import codecs
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.errors import WifiFileError
from netguard.model.vocabulary import Pmf, Security
from netguard.wifi.formats import netsh
from netguard.wifi.join import joined
from tests.unit.wifi.lists import DATA, address, addresses, knows, one, public, read, told

WORDS = {
    "en": (
        "Interface name : Wi-Fi",
        "Network type",
        "Infrastructure",
        "Authentication",
        "Encryption",
        "Radio type",
        "Channel",
        "2.4 GHz",
    ),
    "de": (
        "Schnittstellenname : WLAN",
        "Netzwerktyp",
        "Infrastruktur",
        "Authentifizierung",
        "Verschlüsselung",
        "Funktyp",
        "Kanal",
        "2,4 GHz",
    ),
    "es": (
        "Nombre de interfaz : Wi-Fi",
        "Tipo de red",
        "Infraestructura",
        "Autenticación",
        "Cifrado",
        "Tipo de radio",
        "Canal",
        "2,4 GHz",
    ),
    "fr": (
        "Nom de l'interface : Wi-Fi",
        "Type de réseau",
        "Infrastructure",
        "Authentification",
        "Chiffrement",
        "Type de radio",
        "Canal",
        "2,4 GHz",
    ),
}


def listed(language, *networks, bands=True):
    """The layout of Windows 10 and 11: `networks` are name, authentication, encryption and (BSSID, channel, band) of each."""
    interface, kind, infrastructure, authentication, encryption, radio, channel, _ = WORDS[language]
    text = f"\r\n{interface} \r\n{len(networks)} ... \r\n\r\n"
    for number, (name, how, cipher, points) in enumerate(networks, 1):
        text += f"SSID {number} : {name}\r\n    {kind:23} : {infrastructure}\r\n    {authentication:23} : {how}\r\n    {encryption:23} : {cipher} \r\n"
        for place, (bssid, primary, band) in enumerate(points, 1):
            text += f"    BSSID {place}                 : {bssid}\r\n         Signal             : 82%  \r\n         {radio:18} : 802.11ax\r\n"
            text += f"         Band               : {band}\r\n" if bands else ""
            text += f"         {channel:18} : {primary} \r\n         Bss Load:\r\n             Connected Stations:         3\r\n"
            text += "         Basic rates (Mbps) : 1 2 5.5 11\r\n"
        text += "\r\n"
    return text


A, B, C = (f"00:00:5e:00:53:{n:02x}" for n in (1, 2, 3))
HOME = ("Home", "WPA2-Personal", "CCMP", [(A, 6, "2.4 GHz"), (B, 36, "5 GHz")])


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("page", ["utf-8", "cp850", "cp437", "cp1252", "utf-8-sig", "utf-16"])
def test_every_language_in_every_code_page(language, page):
    data = listed(language, HOME, ("Second", "WPA3-Personal", "CCMP", [(C, 37, "6 GHz")])).encode(page)
    assert netsh.recognises(data[:4096])
    found, remarks = told(netsh, data)
    assert [(address(h), h.ssid, h.channel, h.frequency) for h in found] == [
        (A, b"Home", 6, 2437),
        (B, b"Home", 36, 5180),
        (C, b"Second", 37, 6135),
    ]
    assert [h.told.security for h in found] == [Security.WPA2_PERSONAL, Security.WPA2_PERSONAL, Security.WPA3_PERSONAL]
    assert remarks == []


def test_what_netsh_cannot_know_is_null():
    for heard in read(netsh, listed("en", HOME)):
        assert knows(heard) == {"bssid", "ssid", "channel", "frequency", "told.security"}
        assert heard.notes == (netsh.ONE_KIND,)
    # Without a band, a channel tells no frequency: 1 and 37 are at 6 GHz, too.
    assert knows(read(netsh, listed("en", HOME, bands=False))[0]) == {"bssid", "ssid", "channel", "told.security"}


@pytest.mark.parametrize("page", ["utf-8", "cp850", "cp1252", "utf-16", "cp437"])
@pytest.mark.parametrize("language", ["de", "es", "fr"])
def test_letters_of_names_come_back_as_they_were_sent(language, page):
    data = listed(language, ("Café Müller", "WPA2-Personal", "CCMP", [(A, 6, "2.4 GHz")])).encode(page)
    assert one(netsh, data).ssid == "Café Müller".encode()


def test_letters_whose_code_page_is_not_known_are_left_out():
    network = ("Café", "WPA2-Personal", "CCMP", [(A, 6, "2.4 GHz")])
    for page in ("cp850", "cp1252"):  # English labels do not tell the code page
        heard = one(netsh, listed("en", network).encode(page))
        assert (heard.ssid, heard.told.security) == (None, Security.WPA2_PERSONAL)
        assert netsh.DAMAGED in heard.notes
    assert one(netsh, listed("en", network).encode()).ssid == "Café".encode()
    # cp850 that somebody took for Latin-1, as in the public list
    wrong = listed("es", network).encode("cp850").decode("latin-1").encode()
    assert (one(netsh, wrong).ssid, one(netsh, wrong).told.security) == (None, Security.WPA2_PERSONAL)
    # 850 and 437 differ here
    assert one(netsh, listed("de", ("Å¥Ø"[0] + "x", *network[1:])).encode("cp850")).ssid == "Åx".encode()
    assert one(netsh, listed("de", ("Øx", *network[1:])).encode("cp850")).ssid is None


def test_a_question_mark_may_be_a_lost_letter():
    network = ("Who?", "WPA2-Personal", "CCMP", [(A, 6, "2.4 GHz")])
    assert one(netsh, listed("de", network).encode("cp850")).ssid is None
    assert one(netsh, listed("en", network)).ssid is None
    assert one(netsh, listed("de", network).encode()).ssid == b"Who?"
    assert one(netsh, listed("en", network).encode("utf-16")).ssid == b"Who?"


@pytest.mark.parametrize(
    ("how", "cipher", "security"),
    [
        ("Open", "None", Security.OPEN),
        ("Offen", "Keine", Security.OPEN),
        ("Abierta", "Ninguna", Security.OPEN),
        ("Ouvrir", "Aucun", Security.OPEN),
        ("Open", "WEP", Security.WEP),
        ("Shared", "WEP", Security.WEP),
        ("OWE", "CCMP", Security.OWE),
        ("WPA-Personal", "TKIP", Security.WPA_PERSONAL),
        ("WPA2-Personal", "TKIP", Security.WPA2_PERSONAL),
        ("WPA2 - Personnel", "CCMP", Security.WPA2_PERSONAL),
        ("WPA3-Personal  (H2E)", "CCMP", Security.WPA3_PERSONAL),
        ("WPA2-Enterprise", "CCMP", Security.WPA2_ENTERPRISE),
        ("WPA2-Entreprise", "CCMP", Security.WPA2_ENTERPRISE),
        ("WPA3-Enterprise", "CCMP", Security.WPA3_ENTERPRISE),
        ("WPA3-Enterprise 192 Bits", "GCMP-256", Security.WPA3_ENTERPRISE_192),
        ("Open", "CCMP", None),
        ("Something new", "CCMP", None),
        ("", "", None),
    ],
)
def test_classes(how, cipher, security):
    heard = one(netsh, listed("en", ("Home", how, cipher, [(A, 6, "2.4 GHz")])))
    assert (heard.told.security, heard.told.akms, heard.told.pairwise) == (security, None, None)


def test_hidden_networks_share_one_block():
    both = read(netsh, listed("en", ("", "WPA2-Personal", "CCMP", [(A, 6, "2.4 GHz"), (B, 36, "5 GHz")])))
    assert [(h.ssid, h.told.security, h.notes) for h in both] == [(b"", None, (netsh.SEVERAL_HIDDEN,))] * 2
    single = one(netsh, listed("en", ("", "WPA2-Personal", "CCMP", [(A, 6, "2.4 GHz")])))
    assert (single.ssid, single.told.security) == (b"", Security.WPA2_PERSONAL)
    assert (
        one(netsh, listed("en", ("", "Open", "None", [(A, 6, "2.4 GHz")])).replace("SSID 1 : \r", "SSID 1 :\r")).ssid
        == b""
    )


def test_the_newest_windows_tells_more():
    text = listed("en", HOME).replace(
        "         Bss Load:",
        "         Rssi               : -57\r\n         MFP Required       : 1\r\n         Bss Load:",
    )
    heard = read(netsh, text)[0]
    assert (heard.signal, heard.told.pmf) == (-57.0, Pmf.REQUIRED)
    assert read(netsh, text.replace("Required       : 1", "Required       : 0"))[0].told.pmf is None
    above = listed("en", HOME).replace("    Encryption", "    MFP Required            : 1\r\n    Encryption")
    assert [h.told.pmf for h in read(netsh, above)] == [Pmf.REQUIRED] * 2


def test_without_mode_bssid_there_are_names_only():
    heard = one(netsh, listed("en", ("Home", "WPA2-Personal", "CCMP", [])))
    assert knows(heard) == {"ssid", "told.security"}


def test_another_language_is_said_and_nothing_guessed():
    text = (
        listed("en", HOME)
        .replace("Authentication", "Autenticazione")
        .replace("Encryption", "Crittografia")
        .replace("Channel", "Canale ")
    )
    found, remarks = told(netsh, text)
    assert [(address(h), h.ssid, h.told.security, h.channel) for h in found] == [
        (A, b"Home", None, None),
        (B, b"Home", None, None),
    ]
    assert len(remarks) == 1
    assert "its language is not one of those" in remarks[0]


def test_refused_without_location():
    text = (
        b"Network shell commands need location permission to access WLAN information.\r\nTurn on Location services\r\n"
    )
    assert netsh.recognises(text)
    with pytest.raises(WifiFileError, match="location services are off"):
        read(netsh, text)


def test_nothing_there():
    assert told(netsh, "\r\nInterface name : Wi-Fi\r\nThere are 0 networks currently visible.\r\n") == ([], [])


@pytest.mark.parametrize(
    "name",
    [
        f"x\n    BSSID 1 : {C}",
        f"x\n  BSSID 1 : {C}",
        "x\n    Authentication : Open",
        "x\n    Encryption : None",
    ],
)
def test_a_name_with_a_line_end_makes_no_access_point_and_no_security(name):
    assert len(name) <= 33
    found = read(netsh, listed("en", (name, "WPA2-Personal", "CCMP", [(A, 6, "2.4 GHz")]), HOME))
    assert addresses(found) == [A, A, B]
    assert found[0].told.security in {None, Security.WPA2_PERSONAL}
    assert found[1:] == read(netsh, listed("en", HOME))


def test_an_address_that_is_no_bssid_is_none():
    text = listed("en", HOME).replace("         Bss Load:", f"         MLD address        : {C}\r\n         Bss Load:")
    assert addresses(read(netsh, text)) == [A, B]


LINES = st.sampled_from(listed("de", HOME, ("", "Offen", "Keine", [(C, 1, "2,4 GHz")])).splitlines(keepends=True))


@given(
    st.binary(max_size=300) | st.lists(LINES, max_size=30).map("".join).map(str.encode),
    st.sampled_from([b"", codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE]),
)
def test_anything_is_read(data, mark):
    netsh.recognises(mark + data)
    joined(read(netsh, mark + data))


def test_long_lines_and_files_without_lines():
    assert read(netsh, codecs.BOM_UTF16_LE + b"x\0" * 100_000) == []
    assert len(read(netsh, "x" * 1_000_000 + "\r\n" + listed("en", HOME))) == 2
    assert len(read(netsh, (listed("en", HOME)).encode("utf-16") * 1)) == 2


P, W = Security.WPA2_PERSONAL, Security.WPA_PERSONAL
PUBLIC = {
    "netsh_de_complex01.txt": [None] * 23 + [W] + [P] * 62,
    "netsh_en_complex01.txt": [None] * 23 + [W] + [P] * 62,
    "netsh_sp.txt": [W, P, P, P, P, P, P, P],
}


@public
@pytest.mark.parametrize("name", PUBLIC)
def test_public_lists(name):
    data = (DATA / "text/node-wifi-scanner" / name).read_bytes()
    assert netsh.recognises(data[:4096])
    found, remarks = told(netsh, data)
    assert remarks == []
    text = data.decode()
    points = re.findall(r"^ +BSSIDD? \d+ +: (\S+)", text, re.MULTILINE)
    assert addresses(found) == points
    blocks = re.split(r"^SSID \d+ :", text, flags=re.MULTILINE)[1:]
    counted = [
        (block.splitlines()[0].strip().encode(), len(re.findall(r"^ +BSSID", block, re.MULTILINE))) for block in blocks
    ]
    assert [h.ssid for h in found] == [ssid for ssid, count in counted for _ in range(count)]
    assert [h.channel for h in found] == [
        int(n) for n in re.findall(r"^ +(?:Kanal|Channel|Canal) +: (\d+)", text, re.MULTILINE)
    ]
    assert [h.told.security for h in found] == PUBLIC[name]
    assert all(h.told.pmf is h.told.wps is h.told.transition is None for h in found)
