"""What a Mac has heard, with the elements as they were sent: Apple's CoreWLAN, through pyobjc where that is installed.

Without the Location permission macOS gives neither names, nor BSSIDs, nor elements, and only a program with a signature
can be given it: Python from python.org can, those of Homebrew, pyenv and uv cannot. Properties as in Apple's
documentation of CWNetwork and CWInterface. Never run on a real Mac by this project.
"""

import threading
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, TypeVar

from netguard.errors import VantageError
from netguard.model.vocabulary import Security
from netguard.net.control import SLICE
from netguard.wifi import _wpa
from netguard.wifi.heard import Heard, Told
from netguard.wifi.live._contract import SCAN_SECONDS, Means

SYSTEMS = ("macos",)
NAME = "macOS' list of Wi-Fi networks"
RANK = 1

SOURCE = "corewlan"

MOST_NETWORKS = 4096
"""Networks read of one list: a crowded place has some hundreds."""

LOCATION = (
    "macOS tells nobody which networks are around until it may: open System Settings, Privacy & Security, Location Services, "
    "and switch it on for Python. Only a Python with a signature can be switched on there: the one from python.org can, those "
    "of Homebrew, pyenv and uv cannot."
)
WITHOUT = "macOS is asked through pyobjc, which is not installed: pip install pyobjc-framework-CoreWLAN"
_NO_ADAPTER = "macOS knows no Wi-Fi adapter."
_OFF = "Wi-Fi is switched off. Switch it on in the menu bar or in System Settings."

SECURITIES = (
    (15, Security.OWE_TRANSITION),
    (14, Security.OWE),
    (13, Security.WPA2_WPA3_PERSONAL),
    (11, Security.WPA3_PERSONAL),
    (12, Security.WPA3_ENTERPRISE),
    (3, Security.WPA_WPA2_PERSONAL),
    (4, Security.WPA2_PERSONAL),
    (2, Security.WPA_PERSONAL),
    (8, Security.WPA_WPA2_ENTERPRISE),
    (9, Security.WPA2_ENTERPRISE),
    (7, Security.WPA_ENTERPRISE),
    (1, Security.WEP),
    (6, Security.WEP),
    (0, Security.OPEN),
)
"""CWSecurity, the most telling first: a mixed network answers yes to its parts, too. 6 is WEP with keys from 802.1X."""

_BANDS: dict[int, Callable[[int], int]] = {
    1: lambda channel: 2484 if channel == 14 else 2407 + 5 * channel,
    2: lambda channel: 5000 + 5 * channel,
    3: lambda channel: 5935 if channel == 2 else 5950 + 5 * channel,
}
"""CWChannelBand to the centre of a channel in MHz (IEEE 802.11-2020, 15.4.4.3, 17.3.8.4.2; 802.11ax-2021, 27.3.23.2)."""

_Given = TypeVar("_Given")


def unavailable(interface: str | None, means: Means, *, client: Any = None) -> str | None:
    """Why macOS has no list for us, and what would help; null when it has. Sends nothing over the air."""
    try:
        radio = _radio(interface, client)
        # What was heard before needs no new scan; nothing at all may only mean that nobody has looked yet.
        _readable(
            list(radio.cachedScanResults() or ()), connected=radio.bssid() is not None or radio.ssid() is not None
        )
    except VantageError as error:
        return str(error)
    return None


def hear(interface: str | None, means: Means, again: bool, *, client: Any = None) -> Iterator[Heard]:  # noqa: FBT001 - the contract
    """Everything in macOS' list of `interface`, or of the Mac's own adapter; see `_contract`."""
    radio = _radio(interface, client)
    found = _within(means, lambda: _scanned(radio)) if again else radio.cachedScanResults()
    networks = list(found or ())[:MOST_NETWORKS]
    connected = radio.bssid()
    _readable(networks, connected=connected is not None)
    for network in networks:
        yield heard(network, connected)


def heard(network: Any, connected: str | None = None) -> Heard:
    """One CWNetwork; `connected` is the BSSID of the current connection, null where there is none or macOS hides it."""
    bssid, channel = network.bssid(), network.wlanChannel()
    number = channel.channelNumber() if channel is not None else None
    centre = _BANDS.get(channel.channelBand()) if channel is not None else None
    elements, ssid, signal = network.informationElementData(), network.ssidData(), network.rssiValue()
    address = _bssid(bssid)
    return Heard(
        source=SOURCE,
        bssid=address,
        ssid=None if ssid is None else bytes(ssid)[:32],
        frequency=centre(number) if centre is not None and number else None,
        channel=number or None,
        signal=float(signal) if signal else None,
        associated=None if address is None else address == _bssid(connected),
        elements=bytes(elements)[: _wpa.ELEMENT_BYTES] if elements else None,
        told=Told(security=next((word for number, word in SECURITIES if network.supportsSecurity_(number)), None)),
    )


def _bssid(text: Any) -> Any:
    """A BSSID as macOS writes it: some bytes with a single digit, `0:1a:…`."""
    return _wpa.address(":".join(part.zfill(2) for part in str(text).split(":"))) if text else None


def _readable(networks: list[Any], *, connected: bool) -> None:
    """Raise `VantageError` where macOS hides what every one of these is called."""
    if networks and not connected and all(n.bssid() is None and n.ssidData() is None for n in networks):
        raise VantageError(LOCATION)


def _radio(interface: str | None, client: Any) -> Any:
    """The CWInterface that is asked. Raises `VantageError`."""
    if client is None:
        client = _framework().CWWiFiClient.sharedWiFiClient()
    radio = client.interfaceWithName_(interface) if interface else client.interface()
    if radio is None:
        raise VantageError(_NO_ADAPTER if interface is None else f"{interface} is no Wi-Fi interface of this Mac.")
    if not radio.powerOn():
        raise VantageError(_OFF)
    return radio


def _scanned(radio: Any) -> Any:
    found, error = radio.scanForNetworksWithSSID_includeHidden_error_(None, True, None)
    if found is None:
        said = str(error.localizedDescription()) if error is not None else "it does not say why"
        raise VantageError(f"macOS did not look around: {''.join(c if c.isprintable() else '?' for c in said)[:200]}.")
    return found


def _within(means: Means, work: Callable[[], _Given]) -> _Given:
    """What `work` gives, if it does in time: CoreWLAN waits for the radio as long as it takes. Raises what `work` raises."""
    given: list[_Given] = []
    raised: list[Exception] = []

    def run() -> None:
        try:
            given.append(work())
        except Exception as error:  # noqa: BLE001 - it is raised again below, in the thread that waits
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    deadline = means.deadline.sooner(2 * SCAN_SECONDS)
    while thread.is_alive() and not deadline:
        means.cancel.check()
        thread.join(min(SLICE, deadline.remaining))
    if raised:
        raise raised[0]
    if not given:
        raise VantageError("macOS did not come to an end with looking around. Switch Wi-Fi off and on, and try again.")
    return given[0]


def _framework() -> Any:
    try:
        return import_module("CoreWLAN")
    except ImportError as error:
        raise VantageError(WITHOUT) from error
