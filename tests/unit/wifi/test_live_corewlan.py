"""CoreWLAN: objects with the methods that pyobjc makes of Apple's, since there is no Mac here."""
# ruff: noqa: N802 - the names of the methods are Apple's

import threading

import pytest
from netaddr import EUI

from netguard.errors import VantageError
from netguard.model.vocabulary import Security
from netguard.net.control import Cancel, Deadline
from netguard.net.failures import Cancelled
from netguard.wifi.live import corewlan
from netguard.wifi.live._contract import Means

ELEMENTS = b"\x00\x04home\x01\x01\x82"


class Channel:
    def __init__(self, number, band):
        self.number, self.band = number, band

    def channelNumber(self):
        return self.number

    def channelBand(self):
        return self.band


class Network:
    """CWNetwork."""

    def __init__(
        self,
        *,
        bssid="2:0:5e:10:0:1",
        ssid=b"home",
        elements=ELEMENTS,
        signal=-54,
        channel=(6, 1),
        supports=(2, 4),
    ):
        self._bssid, self._ssid, self._elements, self._signal = bssid, ssid, elements, signal
        self._channel, self._supports = channel and Channel(*channel), supports

    def bssid(self):
        return self._bssid

    def ssidData(self):
        return None if self._ssid is None else memoryview(self._ssid)  # NSData is a buffer to Python

    def informationElementData(self):
        return None if self._elements is None else memoryview(self._elements)

    def rssiValue(self):
        return self._signal

    def wlanChannel(self):
        return self._channel

    def supportsSecurity_(self, number):
        return number in self._supports


class Reason:
    def localizedDescription(self):
        return "The operation couldn\u2019t be\x07 completed."


class Interface:
    """CWInterface, and the CWWiFiClient that gives it."""

    def __init__(self, networks, *, connected="02:00:5e:10:00:01", power=True, scanned=True):
        self.networks, self.connected, self.power, self.scanned = networks, connected, power, scanned
        self.asked = []

    def interface(self):
        return self

    def interfaceWithName_(self, name):
        return self if name == "en0" else None

    def powerOn(self):
        return self.power

    def bssid(self):
        return self.connected

    def ssid(self):
        return "home" if self.connected else None

    def cachedScanResults(self):
        self.asked.append("cached")
        return None if self.networks is None else set(self.networks)

    def scanForNetworksWithSSID_includeHidden_error_(self, ssid, hidden, error):
        assert (ssid, hidden, error) == (None, True, None)
        self.asked.append("scan")
        return (set(self.networks), None) if self.scanned is True else (None, self.scanned)


def means(cancel=None, seconds=30):
    return Means(run=None, cancel=Cancel() if cancel is None else cancel, deadline=Deadline(seconds))


def hear(client, interface=None, again=False, given=None):
    return list(corewlan.hear(interface, given or means(), again, client=client))


def test_one_network_is_read_whole():
    (one,) = hear(Interface([Network()]), "en0")
    assert one.source == "corewlan"
    assert one.bssid == EUI("02:00:5e:10:00:01")
    assert (one.ssid, one.channel, one.frequency, one.signal) == (b"home", 6, 2437, -54.0)
    assert (one.elements, one.associated, one.capability) == (ELEMENTS, True, None)
    assert one.told.security is Security.WPA2_PERSONAL


@pytest.mark.parametrize(
    ("channel", "frequency"),
    [
        ((1, 1), 2412),
        ((14, 1), 2484),
        ((36, 2), 5180),
        ((1, 3), 5955),
        ((2, 3), 5935),
        ((6, 0), None),
        ((0, 1), None),
        (None, None),
    ],
)
def test_the_frequency_follows_from_channel_and_band_only(channel, frequency):
    assert corewlan.heard(Network(channel=channel)).frequency == frequency


@pytest.mark.parametrize(
    ("supports", "security"),
    [
        ((), None),
        ((5,), None),
        ((0,), Security.OPEN),
        ((1, 6), Security.WEP),
        ((2, 3, 4), Security.WPA_WPA2_PERSONAL),
        ((4, 11, 13), Security.WPA2_WPA3_PERSONAL),
        ((11,), Security.WPA3_PERSONAL),
        ((9,), Security.WPA2_ENTERPRISE),
        ((0, 15), Security.OWE_TRANSITION),
    ],
)
def test_of_what_a_network_supports_the_most_telling_word_counts(supports, security):
    assert corewlan.heard(Network(supports=supports)).told.security is security


def test_other_access_points_are_not_the_one_we_are_on():
    assert corewlan.heard(Network(bssid="02:00:5e:10:00:02"), "02:00:5e:10:00:01").associated is False
    assert corewlan.heard(Network(bssid=None)).associated is None
    assert corewlan.heard(Network(signal=0)).signal is None


def test_without_being_asked_anew_the_cache_is_read():
    radio = Interface([Network()])
    assert hear(radio)
    assert radio.asked == ["cached"]
    assert hear(radio, again=True)
    assert radio.asked == ["cached", "scan"]


def test_an_empty_cache_is_an_empty_list():
    assert hear(Interface(None)) == []
    assert corewlan.unavailable(None, means(), client=Interface(None, connected=None)) is None


def test_without_the_location_permission_it_says_how_to_get_it():
    hidden = [Network(bssid=None, ssid=None, elements=None, supports=(4,)) for _ in range(3)]
    radio = Interface(hidden, connected=None)
    reason = corewlan.unavailable("en0", means(), client=radio)
    assert "Location Services" in reason
    assert "python.org" in reason
    for again in (False, True):
        with pytest.raises(VantageError, match="Only a Python with a signature"):
            hear(radio, again=again)


def test_hidden_networks_beside_named_ones_are_no_missing_permission():
    assert len(hear(Interface([Network(ssid=None, bssid=None), Network()], connected=None))) == 2


@pytest.mark.parametrize(
    ("radio", "interface", "words"),
    [
        (Interface([], power=False), None, "switched off"),
        (Interface([]), "en7", "en7 is no Wi-Fi interface"),
    ],
)
def test_what_is_missing_is_told(radio, interface, words):
    assert words in corewlan.unavailable(interface, means(), client=radio)
    with pytest.raises(VantageError, match=words):
        hear(radio, interface)


def test_a_mac_without_an_adapter_says_so():
    class Nobody:
        def interface(self):
            return None

    assert corewlan.unavailable(None, means(), client=Nobody()) == "macOS knows no Wi-Fi adapter."


def test_a_scan_that_macos_refuses_is_told_in_its_words():
    with pytest.raises(VantageError, match="did not look around: The operation couldn\u2019t be\\? completed"):
        hear(Interface([], scanned=Reason()), again=True)
    with pytest.raises(VantageError, match="does not say why"):
        hear(Interface([], scanned=None), again=True)


@pytest.mark.parametrize("how", ["late", "interrupted"])
def test_a_scan_that_does_not_end_is_left(how):
    stuck, cancel = threading.Event(), Cancel()

    class Stuck(Interface):
        def scanForNetworksWithSSID_includeHidden_error_(self, *_):
            if how == "interrupted":
                cancel.set()
            stuck.wait(30)
            return set(), None

    try:
        with pytest.raises(VantageError if how == "late" else Cancelled):
            hear(Stuck([]), again=True, given=means(cancel, seconds=0.1 if how == "late" else 30))
    finally:
        stuck.set()


def test_without_pyobjc_it_says_what_to_install(monkeypatch):
    def missing(name):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(corewlan, "import_module", missing)
    assert "pyobjc-framework-CoreWLAN" in corewlan.unavailable(None, means())


def test_with_pyobjc_the_shared_client_is_asked(monkeypatch):
    class Framework:
        class CWWiFiClient:
            @staticmethod
            def sharedWiFiClient():
                return Interface([Network()])

    monkeypatch.setattr(corewlan, "import_module", {"CoreWLAN": Framework}.__getitem__)
    assert len(list(corewlan.hear(None, means(), False))) == 1
