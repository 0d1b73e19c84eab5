"""Dumps of Windows' memory: entries, lists of them, and bare elements."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.errors import WifiFileError
from netguard.model.vocabulary import Security
from netguard.wifi.formats import windows_bss
from netguard.wifi.join import joined
from tests.unit.wifi.lists import DATA, address, addresses, knows, one, public, read, told

BSSID = "00:00:5e:00:53:01"
ELEMENTS = (
    bytes([0, 4])
    + b"Home"
    + bytes([1, 4, 0x82, 0x84, 0x8B, 0x96, 3, 1, 6])
    + bytes.fromhex("30140100000fac040100000fac040100000fac020000")
)

SIZE = len(ELEMENTS)


def entry(
    ssid=b"Home",
    bssid=BSSID,
    *,
    offset=360,
    size=SIZE,
    kilohertz=2_437_000,
    rssi=-57,
    quality=80,
    basic=1,
    capability=0x0411,
):
    """A WLAN_BSS_ENTRY (wlanapi.h)."""
    data = struct.pack(
        "<I32sI6s2xIIiI", len(ssid), ssid, 0, bytes.fromhex(bssid.replace(":", "")), basic, 8, rssi, quality
    )
    data += struct.pack("<BxH4xQQH2xI", 1, 100, 123, 456, capability, kilohertz)
    data += struct.pack("<I126H", 4, *[2, 4, 11, 22], *[0] * 122) + struct.pack("<II", offset, size)
    assert len(data) == 360
    return data


def test_an_entry_with_its_elements():
    data = entry() + ELEMENTS
    assert windows_bss.recognises(data)
    heard = one(windows_bss, data)
    assert (address(heard), heard.ssid, heard.frequency, heard.signal, heard.capability) == (
        BSSID,
        b"Home",
        2437,
        -57.0,
        0x0411,
    )
    assert heard.elements == ELEMENTS
    (network,) = joined([heard])
    assert network.security is Security.WPA2_PERSONAL


def test_what_a_dump_does_not_hold_is_null():
    found, remarks = told(windows_bss, entry(offset=26280))
    assert knows(found[0]) == {"bssid", "ssid", "frequency", "signal", "capability"}
    assert remarks == ["the elements are not in it, nor in an .ies file of the same name beside it"]
    assert joined(found)[0].security is Security.UNKNOWN
    assert knows(one(windows_bss, ELEMENTS)) == {"ssid", "elements"}


def test_a_whole_list():
    second = entry(b"Other", "00:00:5e:00:53:02", offset=360 + len(ELEMENTS))
    data = struct.pack("<II", 8 + 720 + 2 * len(ELEMENTS), 2) + entry(offset=720) + second + ELEMENTS * 2
    assert windows_bss.recognises(data)
    assert [h.ssid for h in read(windows_bss, data)] == [b"Home", b"Other"]
    assert [h.elements for h in read(windows_bss, data)] == [ELEMENTS, ELEMENTS]


def test_elements_of_a_file_named_after_an_access_point():
    heard = one(windows_bss, ELEMENTS, "saved/00-00-5E-00-53-01.ies")
    assert (address(heard), heard.notes) == (BSSID, (windows_bss.BY_NAME,))
    for name in ("home.ies", "00-00-5E-00-53.ies", "01-00-5E-00-53-01.ies"):
        assert one(windows_bss, ELEMENTS, name).bssid is None


def test_entry_and_elements_come_together(tmp_path):
    path = tmp_path / "00-00-5E-00-53-01.bss"
    path.with_suffix(".ies").write_bytes(ELEMENTS)
    found, remarks = told(windows_bss, entry(offset=26280), path=path)
    assert (found[0].elements, remarks) == (ELEMENTS, [])
    (network,) = joined(found)
    assert (network.ssid, network.security, network.channel, network.band) == ("Home", Security.WPA2_PERSONAL, 6, "2.4")


@pytest.mark.parametrize("beside", [None, b"", ELEMENTS[:-1], ELEMENTS + b"x", b"x" * len(ELEMENTS)])
def test_what_lies_beside_and_is_something_else_does_not_count(tmp_path, beside):
    path = tmp_path / "x.bss"
    if beside is not None:
        path.with_suffix(".ies").write_bytes(beside)
    found, remarks = told(windows_bss, entry(offset=26280), path=path)
    assert found[0].elements is None
    assert remarks


@pytest.mark.parametrize(
    "data",
    [
        entry(b"x" * 32)[:359],
        entry(kilohertz=1_000_000),
        entry(basic=9),
        entry(quality=101),
        entry(rssi=5),
        entry(offset=8),
        b"\0" * 360,
        b"\0" * 4096,
        ELEMENTS[6:],
        b"\0\4Ho",
        b"",
    ],
)
def test_what_is_none_is_not_recognised(data):
    assert not windows_bss.recognises(data)


def test_a_cut_element_is_said():
    assert told(windows_bss, ELEMENTS[:-3])[1] == ["its last element is cut"]


def test_a_huge_dump_is_an_error():
    with pytest.raises(WifiFileError, match="more than 8 MB"):
        read(windows_bss, entry() * 30_000)


@given(st.binary(max_size=400), st.binary(max_size=100), st.integers(0, 360))
def test_anything_is_read(data, more, cut):
    for one_ in (
        data,
        entry()[:cut] + more + entry()[cut:],
        entry() + more,
        ELEMENTS[:cut] + more,
        struct.pack("<II", 9999, 40) + entry() + more,
    ):
        windows_bss.recognises(one_)
        joined(read(windows_bss, one_))


FREE = Security.OPEN
EXPECTED = (
    (2437, -69, FREE),
    (5180, -55, Security.OWE),
    (2462, -25, Security.WPA2_PERSONAL),
    (2437, -79, FREE),
    (5220, -79, FREE),
    (2412, -79, FREE),
)
"""MHz, dBm and security of the dumps in the order of their names."""


@public
@pytest.mark.parametrize("number", range(6))
def test_public_dumps(number):
    path = sorted((DATA / "lswifi/winfi-ies").glob("*.bss"))[number]
    frequency, signal, security = EXPECTED[number]
    first, second = path.read_bytes(), path.with_suffix(".ies").read_bytes()
    assert windows_bss.recognises(first)
    assert windows_bss.recognises(second)
    found = read(windows_bss, first, path.name, path) + read(windows_bss, second, path.with_suffix(".ies").name)
    bssid = path.stem.lower().replace("-", ":")
    assert addresses(found) == [bssid, bssid]
    assert (found[0].frequency, found[0].signal) == (frequency, signal)
    assert found[0].ssid == found[1].ssid == second[2 : 2 + second[1]]
    assert found[0].elements == found[1].elements == second
    assert joined(found)[0].security is security
