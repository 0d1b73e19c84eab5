"""What Windows has heard, with the elements as they were sent: Native Wifi, `wlanapi.dll` (Microsoft Learn, wlanapi.h).

No administrator is needed, but since Windows 11 24H2 the person's consent to location (Microsoft Learn, "Changes to API
behavior for Wi-Fi access and location"). Every adapter is asked: this interface names them by GUID and description, and
not as the rest of Windows does. Never run on a real Windows by this project; the layouts agree with real entries.
"""

import ctypes
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Protocol

from netguard.errors import VantageError
from netguard.wifi import _wlan
from netguard.wifi.heard import Heard
from netguard.wifi.live._contract import Means

SYSTEMS = ("windows",)
NAME = "Windows' list of Wi-Fi networks"
RANK = 1

SOURCE = "wlanapi"

CLIENT_VERSION = 2
"""Windows Vista and later (WlanOpenHandle, dwClientVersion)."""
BSS_TYPE_ANY = 3
"""DOT11_BSS_TYPE: dot11_BSS_type_any."""
CURRENT_CONNECTION = 7
"""WLAN_INTF_OPCODE: wlan_intf_opcode_current_connection."""

SUCCESS, ACCESS_DENIED, SERVICE_NOT_ACTIVE, RADIO_OFF = 0, 5, 1062, 0x80342002
"""System error codes; the last is ERROR_NDIS_DOT11_POWER_STATE_INVALID."""

SCAN_SECONDS = 4.0
"""A driver must have looked around within this (Microsoft Learn, WlanScan, Remarks)."""

GUID_BYTES = 16
INTERFACE_BYTES = 532
"""WLAN_INTERFACE_INFO: GUID, 256 characters of description, state."""
_LIST_HEAD = 8
"""Bytes before the first item of a WLAN_INTERFACE_INFO_LIST: dwNumberOfItems, dwIndex."""
_CONNECTED_BSSID = 560
"""Where WLAN_CONNECTION_ATTRIBUTES names the BSSID: state, mode, 256 characters of profile, DOT11_SSID, type."""
_CONNECTED = 1
"""WLAN_INTERFACE_STATE: wlan_interface_state_connected."""

MOST_ADAPTERS = 8
MOST_BYTES = 16 * 1024 * 1024
"""Bytes copied of one list, whatever its head says: `_wlan.MOST_ENTRIES` entries of some 4 KiB."""

LOCATION = (
    "Windows does not say which networks are around until it may: open Settings, Privacy & security, Location, and switch on "
    "Location services, Let apps access your location, and Let desktop apps access your location. Then run netguard again."
)

_WORDS = {
    ACCESS_DENIED: LOCATION,
    SERVICE_NOT_ACTIVE: "Windows' Wi-Fi service (WLAN AutoConfig) does not run. Start it: in an administrator's prompt, net start wlansvc",
    RADIO_OFF: "Wi-Fi is switched off. Switch it on in Windows' settings, or with the computer's key or switch.",
}
_NO_ADAPTER = "Windows knows no Wi-Fi adapter. Plug one in, or run netguard on a computer with Wi-Fi."


class Api(Protocol):
    """What is used of Native Wifi. Every method raises `VantageError` in a person's words."""

    def adapters(self) -> tuple[bytes, ...]:
        """The GUIDs of the Wi-Fi adapters."""

    def scan(self, guid: bytes) -> None:
        """Begin to look around."""

    def networks(self, guid: bytes) -> bytes:
        """A whole WLAN_BSS_LIST."""

    def connection(self, guid: bytes) -> bytes:
        """A whole WLAN_CONNECTION_ATTRIBUTES, empty where there is no connection."""

    def close(self) -> None:
        """No more questions."""


def unavailable(interface: str | None, means: Means, *, api: Api | None = None) -> str | None:
    """Why Windows has no list for us, and what would help; null when it has. Sends nothing over the air."""
    try:
        with _opened(api) as opened:
            for guid in _adapters(opened):
                opened.networks(guid)
    except VantageError as error:
        return str(error)
    return None


def hear(interface: str | None, means: Means, again: bool, *, api: Api | None = None) -> Iterator[Heard]:  # noqa: FBT001 - the contract
    """Everything in Windows' list, of every adapter; see `_contract`."""
    with _opened(api) as opened:
        for guid in _adapters(opened):
            if again:
                _look_anew(opened, guid, means)
            connected = _bssid(opened.connection(guid))
            for one in _wlan.entries(opened.networks(guid), SOURCE):
                yield replace(one, associated=one.bssid is not None and one.bssid.packed == connected)


def _look_anew(api: Api, guid: bytes, means: Means) -> None:
    try:
        api.scan(guid)
    except VantageError as error:
        means.not_anew(f"{error} What was heard lately was read.")
        return
    means.cancel.pause(min(SCAN_SECONDS, means.deadline.remaining))


def _adapters(api: Api) -> tuple[bytes, ...]:
    """The adapters that are asked, at least one. Raises `VantageError`."""
    found = api.adapters()[:MOST_ADAPTERS]
    if not found:
        raise VantageError(_NO_ADAPTER)
    return found


def _bssid(attributes: bytes) -> bytes | None:
    """The BSSID in a WLAN_CONNECTION_ATTRIBUTES, or null where it is not connected. Pure."""
    if len(attributes) < _CONNECTED_BSSID + 6 or struct.unpack_from("<I", attributes)[0] != _CONNECTED:
        return None
    return attributes[_CONNECTED_BSSID : _CONNECTED_BSSID + 6]


def guids(data: bytes) -> tuple[bytes, ...]:
    """The GUIDs in a WLAN_INTERFACE_INFO_LIST; one that does not fit ends it. Pure."""
    if len(data) < _LIST_HEAD:
        return ()
    (number,) = struct.unpack_from("<I", data)
    starts = (_LIST_HEAD + index * INTERFACE_BYTES for index in range(min(number, MOST_ADAPTERS)))
    return tuple(data[at : at + GUID_BYTES] for at in starts if at + INTERFACE_BYTES <= len(data))


def failure(code: int, what: str) -> VantageError:
    """What a return code that is no success means to a person."""
    code &= 0xFFFFFFFF  # ctypes takes what comes back for a signed number
    return VantageError(_WORDS.get(code) or f"Windows did not {what} (error {code:#x}).")


@contextmanager
def _opened(api: Api | None) -> Iterator[Api]:
    """Native Wifi, closed again afterwards."""
    opened = api if api is not None else Native()
    try:
        yield opened
    finally:
        opened.close()


class Native:
    """Native Wifi itself. Every pointer that it gives is copied and freed at once."""

    def __init__(self, dll: Any = None) -> None:
        """`dll` is the loaded library; by itself Windows' own. Raises `VantageError` where it is missing or refuses."""
        self._dll = dll if dll is not None else _library()
        self._handle = ctypes.c_void_p()
        version = ctypes.c_uint32()
        code = self._dll.WlanOpenHandle(
            ctypes.c_uint32(CLIENT_VERSION), None, ctypes.byref(version), ctypes.byref(self._handle)
        )
        if code != SUCCESS:
            raise failure(code, "open its list of Wi-Fi networks")

    def adapters(self) -> tuple[bytes, ...]:
        """The GUIDs of the Wi-Fi adapters. Raises `VantageError`."""
        found = ctypes.c_void_p()
        code = self._dll.WlanEnumInterfaces(self._handle, None, ctypes.byref(found))
        if code != SUCCESS:
            raise failure(code, "list its Wi-Fi adapters")
        return guids(self._taken(found, lambda number: _LIST_HEAD + min(number, MOST_ADAPTERS) * INTERFACE_BYTES))

    def scan(self, guid: bytes) -> None:
        """Begin to look around. Raises `VantageError`."""
        code = self._dll.WlanScan(self._handle, ctypes.c_char_p(guid), None, None, None)
        if code != SUCCESS:
            raise failure(code, "have its radio look around anew")

    def networks(self, guid: bytes) -> bytes:
        """A whole WLAN_BSS_LIST. Raises `VantageError`."""
        found = ctypes.c_void_p()
        code = self._dll.WlanGetNetworkBssList(
            self._handle,
            ctypes.c_char_p(guid),
            None,
            ctypes.c_int(BSS_TYPE_ANY),
            ctypes.c_int(0),
            None,
            ctypes.byref(found),
        )
        if code != SUCCESS:
            raise failure(code, "list the Wi-Fi networks")
        return self._taken(found, lambda total: min(total, MOST_BYTES))

    def connection(self, guid: bytes) -> bytes:
        """A whole WLAN_CONNECTION_ATTRIBUTES, empty where there is no connection, or Windows does not tell."""
        size, found = ctypes.c_uint32(), ctypes.c_void_p()
        code = self._dll.WlanQueryInterface(
            self._handle,
            ctypes.c_char_p(guid),
            ctypes.c_int(CURRENT_CONNECTION),
            None,
            ctypes.byref(size),
            ctypes.byref(found),
            None,
        )
        return self._taken(found, lambda _: min(size.value, MOST_BYTES)) if code == SUCCESS else b""

    def close(self) -> None:
        """No more questions."""
        self._dll.WlanCloseHandle(self._handle, None)

    def _taken(self, found: ctypes.c_void_p, size: Callable[[int], int]) -> bytes:
        """A copy of what lies at `found`, as long as `size` makes of its first number; it is freed."""
        if not found.value:
            return b""
        try:
            (first,) = struct.unpack("<I", ctypes.string_at(found.value, 4))
            return ctypes.string_at(found.value, size(first))
        finally:
            self._dll.WlanFreeMemory(found)


def _library() -> Any:
    """Windows' own library, with handles as wide as pointers are. Raises `VantageError` where it is not there."""
    loader = getattr(ctypes, "WinDLL", None)
    if loader is None:
        raise VantageError("Windows' Wi-Fi interface is on Windows only.")
    try:
        return loader("wlanapi.dll")
    except OSError as error:
        raise VantageError(
            "This Windows has no Wi-Fi (wlanapi.dll is missing); on Windows Server add the feature Wireless LAN Service."
        ) from error
