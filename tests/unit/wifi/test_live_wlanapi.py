"""Native Wifi: lists made from entries of a real Windows, and a made-up library behind the real ctypes calls."""
# ruff: noqa: N802 - the names of the library's functions are Windows'

import ctypes
import os
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from netaddr import EUI

from netguard.errors import VantageError
from netguard.net.control import Cancel, Deadline
from netguard.net.failures import Cancelled
from netguard.wifi import _wlan
from netguard.wifi.live import wlanapi
from netguard.wifi.live._contract import Means

ELEMENTS = b"\x00\x04home\x01\x01\x82\x30\x02\x01\x00"
GUIDS = (bytes(range(16)), bytes(range(16, 32)))
BSSID = bytes.fromhex("02005e100001")

REAL = Path(os.environ.get("NETGUARD_TEST_DATA", "none")) / "wifi/lswifi/winfi-ies"
needs_data = pytest.mark.skipif(not REAL.is_dir(), reason="NETGUARD_TEST_DATA does not name a folder with Wi-Fi data")


def entry(*, bssid=BSSID, ssid=b"home", rssi=-54, capability=0x0411, kilohertz=2437000, offset=0, size=0):
    """WLAN_BSS_ENTRY, member by member, with the padding that a C compiler gives it."""
    whole = struct.pack("<I32sI6s2xIIiIB", len(ssid), ssid, 0, bssid, 1, 7, rssi, 80, 1)
    whole += bytes(1) + struct.pack("<H4xQQH2xI", 100, 1, 2, capability, kilohertz)
    whole += struct.pack("<I126H", 3, *range(126)) + struct.pack("<II", offset, size)
    assert len(whole) == _wlan.ENTRY_BYTES
    return whole


def listed(*entries, number=None):
    """A WLAN_BSS_LIST: the entries, then everybody's elements, each entry saying how far away its own are."""
    heads, blobs = b"", b""
    for index, (head, elements) in enumerate(entries):
        at = index * _wlan.ENTRY_BYTES
        offset = len(entries) * _wlan.ENTRY_BYTES + len(blobs) - at
        heads += head[:352] + struct.pack("<II", offset, len(elements))
        blobs += elements
    body = heads + blobs
    return struct.pack("<II", _wlan.LIST_HEAD + len(body), len(entries) if number is None else number) + body


class Api:
    """A Windows with these lists by adapter."""

    def __init__(self, lists=None, *, connection=b"", refused=None):
        self.lists = lists if lists is not None else {GUIDS[0]: listed((entry(), ELEMENTS))}
        self.connected, self.refused = connection, refused or {}
        self.scanned, self.closed = [], 0

    def _may(self, what):
        if what in self.refused:
            raise wlanapi.failure(self.refused[what], what)

    def adapters(self):
        self._may("adapters")
        return tuple(self.lists)

    def scan(self, guid):
        self._may("scan")
        self.scanned.append(guid)

    def networks(self, guid):
        self._may("networks")
        return self.lists[guid]

    def connection(self, guid):
        return self.connected

    def close(self):
        self.closed += 1


def means(cancel=None, seconds=0.05):
    return Means(run=None, cancel=Cancel() if cancel is None else cancel, deadline=Deadline(seconds))


def connection(bssid=BSSID, state=1):
    """WLAN_CONNECTION_ATTRIBUTES."""
    ssid = struct.pack("<I32s", 4, b"home")
    return (
        struct.pack("<II", state, 0)
        + bytes(512)
        + ssid
        + struct.pack("<I6s2xIIIII", 1, bssid, 7, 0, 80, 1, 1)
        + bytes(16)
    )


def hear(api, again=False, given=None):
    return list(wlanapi.hear(None, given or means(), again, api=api))


# Lists


def test_one_entry_is_read_whole():
    api = Api(connection=connection())
    (one,) = hear(api)
    assert one.source == "wlanapi"
    assert one.bssid == EUI("02:00:5e:10:00:01")
    assert (one.ssid, one.frequency, one.signal, one.capability) == (b"home", 2437, -54.0, 0x0411)
    assert one.elements == ELEMENTS
    assert one.associated is True
    assert api.closed == 1


@needs_data
def test_six_entries_of_a_real_windows_are_read_with_their_elements():
    files = sorted(REAL.glob("*.bss"))
    assert len(files) == 6
    whole = listed(*((file.read_bytes(), file.with_suffix(".ies").read_bytes()) for file in files))
    found = list(_wlan.entries(whole, "wlanapi"))
    assert [one.bssid for one in found] == [EUI(file.stem) for file in files]
    for file, one in zip(files, found, strict=True):
        assert one.elements == file.with_suffix(".ies").read_bytes()
        # The name in the entry is the one in its first element.
        assert one.elements[0] == 0
        assert one.ssid == one.elements[2 : 2 + one.elements[1]]
        assert 2412 <= one.frequency <= 5885
        assert -95 <= one.signal <= -20
        assert one.capability & 1


def test_where_elements_lie_outside_they_are_unknown():
    whole = bytearray(listed((entry(), ELEMENTS)))
    for offset, size in ((100, 4), (_wlan.ENTRY_BYTES, 5000), (2**32 - 8, 16), (_wlan.ENTRY_BYTES, len(ELEMENTS) + 1)):
        struct.pack_into("<II", whole, _wlan.LIST_HEAD + 352, offset, size)
        (one,) = _wlan.entries(bytes(whole), "x")
        assert one.elements is None
        assert one.ssid == b"home"


@pytest.mark.parametrize(
    ("given", "field", "expected"),
    [
        (entry(rssi=0), "signal", None),
        (entry(kilohertz=0), "frequency", None),
        (entry(kilohertz=5955000), "frequency", 5955),
        (entry(ssid=b""), "ssid", b""),
        (struct.pack("<I", 2**32 - 1) + entry()[4:], "ssid", b"home" + bytes(28)),
    ],
)
def test_values_at_their_limits(given, field, expected):
    (one,) = _wlan.entries(listed((given, ELEMENTS)), "x")
    assert getattr(one, field) == expected


def test_a_number_of_entries_that_is_not_true_ends_with_the_list():
    assert len(list(_wlan.entries(listed((entry(), b""), (entry(), b""), number=2**32 - 1), "x"))) == 2


@given(st.binary(max_size=1200))
def test_any_bytes_can_be_read(data):
    for one in _wlan.entries(data, "x"):
        assert len(one.ssid) <= 32
    wlanapi.guids(data)


@given(st.integers(0, 370), st.binary(max_size=12))
def test_a_damaged_list_can_be_read(at, junk):
    whole = listed((entry(), ELEMENTS), (entry(), ELEMENTS))
    list(_wlan.entries(whole[:at] + junk + whole[at + len(junk) :], "x"))
    list(_wlan.entries(whole[:at], "x"))


# Hearing


def test_every_adapter_is_asked():
    lists = {guid: listed((entry(bssid=guid[:6]), ELEMENTS)) for guid in GUIDS}
    assert len(hear(Api(lists))) == 2


@pytest.mark.parametrize(
    ("said", "associated"),
    [
        (connection(), True),
        (connection(bssid=bytes(6)), False),
        (connection(state=4), False),
        (b"", False),
        (b"\1", False),
    ],
)
def test_whether_this_computer_is_connected_through_it(said, associated):
    assert [one.associated for one in hear(Api(connection=said))] == [associated]


def test_it_looks_around_anew_when_asked_and_waits():
    api, given = Api(), means()
    assert hear(api, again=True, given=given)
    assert api.scanned == [GUIDS[0]]
    assert given.old is None


def test_an_interruption_while_it_looks_ends_it():
    cancel, api = Cancel(), Api()
    cancel.set()
    with pytest.raises(Cancelled):
        hear(api, again=True, given=means(cancel, seconds=30))
    assert api.closed == 1


def test_a_refusal_to_look_leaves_the_old_list_and_is_told():
    given = means()
    assert hear(Api(refused={"scan": 0x80342002}), again=True, given=given)
    assert given.old == f"{wlanapi._WORDS[wlanapi.RADIO_OFF]} What was heard lately was read."


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (5, "Privacy & security, Location"),
        (1062, "net start wlansvc"),
        (0x80342002, "switched off"),
        (0x80342002 - 2**32, "switched off"),
        (31, "error 0x1f"),
    ],
)
def test_what_windows_refuses_is_told_with_what_helps(code, words):
    api = Api(refused={"networks": code})
    assert words in wlanapi.unavailable(None, means(), api=api)
    with pytest.raises(VantageError) as raised:
        hear(api)
    assert words in str(raised.value)
    assert api.closed == 2


def test_a_windows_without_an_adapter_says_so():
    assert "no Wi-Fi adapter" in wlanapi.unavailable(None, means(), api=Api({}))


def test_a_windows_that_answers_is_available():
    assert wlanapi.unavailable(None, means(), api=Api()) is None


# The library behind it


class Dll:
    """wlanapi.dll as ctypes sees it: addresses of memory that it owns until WlanFreeMemory, and return codes."""

    def __init__(self, *, networks, connection=None, codes=None):
        self.codes, self.open, self.memory = codes or {}, 0, {}
        self.scanned = []
        info = b"".join(guid + bytes(512) + struct.pack("<I", 1) for guid in GUIDS)
        self.interfaces = struct.pack("<II", len(GUIDS), 0) + info
        self.lists, self.connected = networks, connection

    def _give(self, data, pointer):
        buffer = ctypes.create_string_buffer(data, len(data))
        pointer._obj.value = ctypes.addressof(buffer)
        self.memory[ctypes.addressof(buffer)] = buffer

    def WlanOpenHandle(self, version, reserved, negotiated, handle):
        if code := self.codes.get("open"):
            return code
        assert version.value == 2
        negotiated._obj.value, handle._obj.value = 2, 0xBEEF
        self.open += 1
        return 0

    def WlanEnumInterfaces(self, handle, reserved, found):
        assert handle.value == 0xBEEF
        self._give(self.interfaces, found)
        return self.codes.get("enum", 0)

    def WlanScan(self, handle, guid, ssid, elements, reserved):
        self.scanned.append(ctypes.string_at(guid, 16))
        return self.codes.get("scan", 0)

    def WlanGetNetworkBssList(self, handle, guid, ssid, kind, secure, reserved, found):
        assert (kind.value, secure.value) == (3, 0)
        if code := self.codes.get("networks"):
            return code
        if self.lists is not None:
            self._give(self.lists, found)
        return 0

    def WlanQueryInterface(self, handle, guid, opcode, reserved, size, found, kind):
        assert opcode.value == 7
        if self.connected is None:
            return 5023  # ERROR_INVALID_STATE: not connected
        self._give(self.connected, found)
        size._obj.value = len(self.connected)
        return 0

    def WlanFreeMemory(self, found):
        del self.memory[found.value]

    def WlanCloseHandle(self, handle, reserved):
        self.open -= 1


def native(dll):
    return wlanapi.Native(dll)


def test_the_library_is_asked_and_everything_is_given_back():
    dll = Dll(networks=listed((entry(), ELEMENTS)), connection=connection())
    found = hear(native(dll), again=True)
    assert [(one.elements, one.associated) for one in found] == [(ELEMENTS, True)] * 2
    assert dll.scanned == list(GUIDS)
    assert not dll.memory
    assert dll.open == 0


def test_a_library_that_gives_nothing():
    dll = Dll(networks=None)
    assert hear(native(dll)) == []
    assert dll.open == 0


@pytest.mark.parametrize("what", ["open", "networks"])
def test_what_the_library_refuses_is_told(what):
    dll = Dll(networks=listed(), codes={what: 5})
    with pytest.raises(VantageError, match="Location services"):
        hear(native(dll))
    assert dll.open == 0


def test_a_refused_list_of_adapters_and_a_refused_scan():
    with pytest.raises(VantageError, match="list its Wi-Fi adapters"):
        hear(native(Dll(networks=listed(), codes={"enum": 87})))
    given = means()
    assert hear(native(Dll(networks=listed((entry(), ELEMENTS)), codes={"scan": 87})), again=True, given=given)
    assert "have its radio look around anew" in given.old


def test_without_the_library_it_says_so(monkeypatch):
    monkeypatch.delattr(ctypes, "WinDLL", raising=False)
    assert "on Windows only" in wlanapi.unavailable(None, means())

    def missing(name):
        raise FileNotFoundError(name)

    monkeypatch.setattr(ctypes, "WinDLL", missing, raising=False)
    assert "Wireless LAN Service" in wlanapi.unavailable(None, means())
