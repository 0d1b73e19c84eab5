"""One hearing: the best source first, what was missing said in words, and lists that know less where nothing else answers."""

import sys
from types import SimpleNamespace

import pytest
from netaddr import EUI

from netguard import registry
from netguard.errors import VantageError
from netguard.model.vocabulary import Security
from netguard.net.control import Cancel, Deadline
from netguard.net.failures import Cancelled
from netguard.wifi import air
from netguard.wifi.heard import Heard
from netguard.wifi.live._contract import MAX_REMARKS, Means

NMCLI = (
    "*:686F6D65:02\\:00\\:5E\\:10\\:00\\:01:6:2437 MHz:82:WPA2:(none):pair_ccmp group_ccmp psk\n"
    " ::02\\:00\\:5E\\:10\\:00\\:02:36:5180 MHz:40:WPA2 WPA3:(none):pair_ccmp group_ccmp psk sae\n"
)


def nobody(argv):
    raise FileNotFoundError(argv[0])


def one(number=1, source="first"):
    return Heard(source=source, bssid=EUI(0x02005E100000 + number, version=48))


def source(*, rank=1, name="the first list", missing=None, gives=(), old=None, fails=None, asked=None):
    def hear(interface, means, again):
        if asked is not None:
            asked.append((interface, again))
        if again and old:
            means.not_anew(old)
        yield from gives
        if fails:
            raise VantageError(fails)

    return SimpleNamespace(
        SYSTEMS=("linux", "macos", "windows"),
        NAME=name,
        RANK=rank,
        unavailable=lambda interface, means: missing,
        hear=hear,
    )


@pytest.fixture
def modules(monkeypatch):
    def use(*given):
        monkeypatch.setattr(air.registry, "load_all", lambda *_: {str(n): m for n, m in enumerate(given)})

    return use


def hear(again=True, run=nobody, system="linux", interface="wlan0", **more):
    return air.hear(interface, system, again=again, run=run, **more)


def test_the_first_source_that_hears_anything_is_enough(modules):
    asked, later = [], []
    modules(source(rank=2, gives=[one(2)], asked=later), source(rank=1, gives=[one(1)], asked=asked))
    assert hear() == ((one(1),), ())
    assert asked == [("wlan0", True)]
    assert not later


def test_one_that_is_missing_costs_nothing_where_the_next_one_hears(modules):
    modules(source(missing="The first is not there."), source(rank=2, gives=[one(2)]))
    heard, remarks = hear()
    assert heard == (one(2),)
    assert remarks == ()


def test_one_that_could_not_look_anew_has_the_next_one_asked_too(modules):
    modules(source(gives=[one(1)], old="The first did not look."), source(rank=2, gives=[one(2)]))
    assert hear() == ((one(1), one(2)), ())


def test_where_nobody_could_look_anew_it_is_said(modules):
    modules(source(gives=[one(1)], old="The first did not look."), source(rank=2, missing="The second is not there."))
    heard, remarks = hear()
    assert heard == (one(1),)
    assert remarks == ("The first did not look.", "The second is not there.")


def test_nobody_is_made_to_look_anew_unless_asked(modules):
    asked = []
    modules(source(gives=[one(1)], old="The first did not look.", asked=asked))
    assert hear(again=False) == ((one(1),), ())
    assert asked == [("wlan0", False)]


def test_what_was_heard_before_a_failure_is_kept_and_the_failure_told(modules):
    modules(source(gives=[one(1)], fails="It went away."))
    assert hear() == ((one(1),), ("It went away.",))


def test_an_empty_list_is_told(modules):
    modules(source())
    heard, remarks = hear()
    assert heard == ()
    assert remarks[0] == "The first list is empty: nothing was heard lately."
    assert remarks[-1] == "No Wi-Fi network was heard by this computer."


def test_a_source_that_lists_without_end_is_left(modules, monkeypatch):
    monkeypatch.setattr(air, "MOST_HEARD", 3)
    modules(source(gives=map(one, range(10**9))))
    assert len(hear()[0]) == 3


def test_network_manager_s_list_is_the_last_resort_and_says_what_it_lacks(modules):
    modules(source(missing="The first is not there."))
    asked = []

    def run(argv):
        asked.append(argv)
        return NMCLI

    heard, remarks = hear(run=run)
    assert asked == [
        (
            *("nmcli", "-t", "-e", "yes", "-f", "IN-USE,SSID-HEX,BSSID,CHAN,FREQ,SIGNAL,SECURITY,WPA-FLAGS,RSN-FLAGS"),
            *("device", "wifi", "list", "ifname", "wlan0", "--rescan", "no"),
        )
    ]
    assert [(h.source, h.ssid, h.associated, h.told.security) for h in heard] == [
        ("nmcli", b"home", True, Security.WPA2_PERSONAL),
        ("nmcli", b"", False, Security.WPA2_WPA3_PERSONAL),
    ]
    lacks = "Of a network it does not say what protects its management frames, and whether WPS is on."
    assert remarks == ("The first is not there.", f"Only the list by NetworkManager could be read. {lacks}")


def test_without_an_interface_all_are_listed(modules):
    modules(source(missing="x"))
    asked = []
    hear(interface=None, run=lambda argv: asked.append(argv) or "")
    assert "ifname" not in asked[0]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (FileNotFoundError("nmcli"), "nmcli is not installed"),
        (VantageError("nmcli failed with code 8: not running"), "not running"),
        ("what is this\n", "list by NetworkManager: "),
        ("\n", "No Wi-Fi network was heard"),
    ],
)
def test_a_list_that_cannot_be_had_is_told(modules, said, words):
    modules(source(missing="x"))

    def run(argv):
        if isinstance(said, Exception):
            raise said
        return said

    heard, remarks = hear(run=run)
    assert heard == ()
    assert any(words in remark for remark in remarks)


NETSH = """
Schnittstellenname : WLAN
Momentan sind 2 Netzwerke sichtbar.

SSID 1 : Zuhause bei Müllers
    Netzwerktyp             : Infrastruktur
    Authentifizierung       : WPA2-Personal
    Verschlüsselung         : CCMP
    BSSID 1                 : 02:00:5e:10:00:01
         Signal             : 92%
         Funktyp            : 802.11ax
         Kanal              : 6
"""
PROFILER = """{
  "SPAirPortDataType" : [{"spairport_airport_interfaces" : [{
    "_name" : "en0",
    "spairport_airport_other_local_wireless_networks" : [{
      "_name" : "home",
      "spairport_network_channel" : "36 (5GHz, 80MHz)",
      "spairport_security_mode" : "pairport_security_mode_wpa3_transition",
      "spairport_signal_noise" : "-54 dBm / -90 dBm"
    }]}]}]
}"""


def test_windows_own_list_keeps_its_letters(modules):
    modules(source(missing="x"))
    heard, remarks = hear(system="windows", run=lambda argv: NETSH)
    assert [(h.source, h.ssid, h.bssid) for h in heard] == [
        ("netsh", "Zuhause bei Müllers".encode(), EUI("02:00:5e:10:00:01"))
    ]
    assert "Only the list by netsh could be read" in remarks[-1]


def test_windows_own_list_refused_says_where_to_allow_it(modules):
    modules(source(missing="x"))
    refused = "Network shell commands need location permission to access WLAN information."
    heard, remarks = hear(system="windows", run=lambda argv: refused)
    assert heard == ()
    assert any("list by netsh: " in remark and "Location" in remark for remark in remarks)


def test_the_mac_s_own_report_is_the_last_resort(modules):
    modules(source(missing="x"))
    heard, remarks = hear(system="macos", run=lambda argv: PROFILER)
    assert [(h.source, h.ssid, h.told.security) for h in heard] == [
        ("system_profiler", b"home", Security.WPA2_WPA3_PERSONAL)
    ]
    assert "Only the list by system_profiler could be read" in remarks[-1]


def test_a_remark_is_told_once_and_not_without_end():
    means = Means(run=nobody, cancel=Cancel(), deadline=Deadline(1))
    for number in (1, 1, *range(100)):
        means.remark(f"Remark {number}.")
    assert means.remarks == ["Remark 1.", "Remark 0.", *(f"Remark {n}." for n in range(2, MAX_REMARKS))]


def test_what_a_list_lacks_in_the_middle_is_told(modules):
    modules(source(missing="x"))
    heard, remarks = hear(run=lambda argv: f"{NMCLI}not a line: at all\\: really\n")
    assert len(heard) == 2
    assert "list by NetworkManager: lines in it that do not have all fields were passed over" in remarks


def test_an_interruption_is_no_reason_but_the_end(modules):
    cancel = Cancel()
    cancel.set()

    def ask(interface, means):
        means.cancel.check()

    modules(SimpleNamespace(SYSTEMS=("linux",), NAME="x", RANK=1, unavailable=ask, hear=None))
    with pytest.raises(Cancelled):
        hear(cancel=cancel)


def test_an_unknown_system_hears_nothing_and_says_so():
    assert hear(system="plan9") == ((), ("No Wi-Fi network was heard by this computer.",))


@pytest.mark.parametrize("system", ["linux", "macos", "windows"])
def test_every_system_has_sources_and_a_list_with_a_reader(system):
    """Whatever this computer is: where nothing is to be had, there are sentences that say why."""
    assert air.sources("wlan0", system, run=nobody)
    assert air.LISTINGS[system].format in registry.names("netguard.wifi.formats")
    heard, remarks = air.hear("netguard-none", system, again=True, run=nobody)
    assert heard or len(remarks) >= 2


def test_sources_say_what_is_missing_without_hearing(modules):
    asked = []
    modules(source(missing="Not there."), source(rank=0, name="the best", asked=asked))
    assert air.sources(None, "linux", run=nobody) == (
        air.Source(name="the best", missing=None),
        air.Source(name="the first list", missing="Not there."),
    )
    assert not asked


def test_every_live_source_keeps_the_contract():
    found = registry.load_all("netguard.wifi.live", "SYSTEMS", "NAME", "RANK", "unavailable", "hear")
    assert set(found) == {"corewlan", "nl80211", "wlanapi", "wpa-supplicant"}
    for module in found.values():
        assert set(module.SYSTEMS) <= {"linux", "macos", "windows"}
        assert module.__doc__


@pytest.mark.skipif(sys.platform != "linux", reason="the commands are Linux's")
def test_no_command_that_joins_or_changes_anything_is_run(modules):
    modules(source(missing="x"))
    for system in air.LISTINGS:
        words = " ".join(air.LISTINGS[system].argv).lower()
        assert not {"connect", "disconnect", "up", "down", "delete", "add", "set", "modify"} & set(words.split())
