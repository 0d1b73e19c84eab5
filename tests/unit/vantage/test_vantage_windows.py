"""Windows, from hand-made answers in the form of its own cmdlets (see recorded/NOTICE)."""

import json

import pytest
from netaddr import EUI, IPAddress, IPNetwork

from netguard.errors import UsageError, VantageError
from netguard.vantage import windows


def look(home, interface=None):
    return windows.look(home.run, interface, machine=home.machine)


def test_a_german_windows_behind_a_vpn_looks_at_its_wifi(recorded):
    seen = look(recorded("windows-vpn", "nmap"))
    vantage = seen.vantage
    assert (vantage.os, vantage.interface, vantage.address) == ("windows", "WLAN", IPAddress("192.168.66.23"))
    assert vantage.mac == EUI("02:00:5e:10:00:06")
    assert vantage.segment.prefix == IPNetwork("192.168.66.0/24")
    assert vantage.segment.ssid == "Unser Zuhause"
    assert (vantage.gateway.address, vantage.gateway.mac) == (IPAddress("192.168.66.1"), EUI("02:00:5e:10:00:01"))
    assert seen.prefixes == (IPNetwork("192.168.66.0/24"), IPNetwork("2001:db8:66::/64"))
    assert seen.dns == (IPAddress("192.168.66.1"),)
    assert any("A VPN (Büro-VPN) carries" in remark for remark in seen.remarks)
    assert vantage.capabilities == ("multicast", "neighbour-table", "nmap", "wifi-link", "wifi-scan")


def test_kinds_come_from_numbers_and_not_from_translated_words(recorded):
    kinds = {i.name: i.kind for i in look(recorded("windows-vpn")).interfaces}
    assert kinds == {
        "WLAN": "wifi",
        "vEthernet (WSL)": "virtual",
        "Büro-VPN": "tunnel",
        "Loopback Pseudo-Interface 1": "loopback",
    }


def test_neighbours_are_those_of_the_interface_with_a_mac(recorded):
    home = recorded("windows-vpn")
    found = {str(n.address): n.reachable for n in windows.neighbours(home.run, "WLAN")}
    assert found == {"192.168.66.1": True, "192.168.66.20": False, "fe80::1": True}
    assert found == {str(n.address): n.reachable for n in look(home).neighbours}


def test_single_items_wrapped_lists_and_enum_numbers_are_understood(recorded):
    seen = look(recorded("windows-single"))
    assert (seen.vantage.interface, seen.vantage.gateway.mac) == ("Ethernet", EUI("02:00:5e:10:00:01"))
    assert seen.dns == (IPAddress("192.168.66.1"),)
    assert seen.neighbours[0].reachable


def test_even_an_administrator_has_no_raw_sockets_on_windows(recorded):
    vantage = look(recorded("windows-single")).vantage
    assert not vantage.privileged
    assert "raw-sockets" not in vantage.capabilities


def test_loopback_is_found_by_the_name_lo(recorded):
    vantage = look(recorded("windows-vpn"), "lo").vantage
    assert (vantage.interface, vantage.address) == ("Loopback Pseudo-Interface 1", IPAddress("127.0.0.1"))
    assert vantage.segment.prefix == IPNetwork("127.0.0.0/8")


def test_names_are_found_without_regard_to_case(recorded):
    assert look(recorded("windows-vpn"), "wlan").vantage.interface == "WLAN"


def test_an_unplugged_cable_and_an_unknown_name_are_told_apart(recorded):
    with pytest.raises(VantageError, match="Ethernet is switched off or not plugged in"):
        look(recorded("windows-vpn"), "Ethernet")
    with pytest.raises(UsageError, match=r"There are: .*Ethernet.*WLAN"):
        look(recorded("windows-vpn"), "eth0")


@pytest.mark.parametrize("answer", ["", "null", "[]", "Get-NetAdapter : Zugriff verweigert", "{"])
def test_an_answer_that_is_no_answer_is_one_clear_line(recorded, answer):
    with pytest.raises(VantageError, match="network situation cannot be read"):
        look(recorded("windows-vpn").saying("$ powershell look", answer))


def test_a_computer_without_powershell_is_told_so(recorded):
    with pytest.raises(VantageError, match="PowerShell is not on this computer"):
        look(recorded("windows-vpn").without("$ powershell"))


def test_a_wifi_name_that_the_console_mangled_stays_unknown(recorded):
    home = recorded("windows-vpn")
    netsh = home.sections["$ netsh wlan show interfaces"].replace("Unser", "B\ufffdro")
    assert look(home.saying("$ netsh wlan show interfaces", netsh)).vantage.segment.ssid is None


def test_rows_full_of_rubbish_cost_only_themselves(recorded):
    home = recorded("windows-vpn")
    said = json.loads(home.sections["$ powershell look"].lstrip("\ufeff"))
    said["routes"] += [{"DestinationPrefix": None}, {"DestinationPrefix": "x", "NextHop": 3}, 7, None]
    said["addresses"] += [{"InterfaceIndex": 11, "InterfaceAlias": "WLAN", "IPAddress": "nope", "PrefixLength": None}]
    said["neighbours"] += [{"InterfaceAlias": "WLAN", "IPAddress": "nope", "LinkLayerAddress": "02-00-5E-10-00-77"}]
    said["dns"] += [{"InterfaceIndex": 11, "ServerAddresses": ["nope"]}]
    again = home.saying("$ powershell look", json.dumps(said))
    assert look(again) == look(home)


def test_the_commands_hold_no_double_quote_and_no_name_from_outside():
    # A double quote would have to be escaped twice on a Windows command line, and differently by each PowerShell.
    for argv in (windows.LOOK, windows.NEIGHBOURS):
        assert '"' not in " ".join(argv)
    assert windows.LOOK[-1].count("{") == windows.LOOK[-1].count("}")
    assert windows.LOOK[-1].count("(") == windows.LOOK[-1].count(")")
