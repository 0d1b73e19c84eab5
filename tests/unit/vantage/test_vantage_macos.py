"""macOS, from outputs of its own tools that were made by hand (see recorded/NOTICE)."""

import pytest
from netaddr import EUI, IPAddress, IPNetwork

from netguard.errors import UsageError, VantageError
from netguard.vantage import macos


def look(home, interface=None):
    return macos.look(home.run, interface, machine=home.machine)


def test_a_mac_on_wifi_is_seen_whole(recorded):
    seen = look(recorded("macos-home", "nmap"))
    vantage = seen.vantage
    assert (vantage.os, vantage.interface, vantage.address) == ("macos", "en0", IPAddress("192.168.40.23"))
    assert vantage.mac == EUI("02:00:5e:20:00:01")
    assert vantage.segment.prefix == IPNetwork("192.168.40.0/24")
    assert vantage.segment.ssid == "Our Home"
    assert (vantage.gateway.address, vantage.gateway.mac) == (IPAddress("192.168.40.1"), EUI("02:00:5e:20:00:fe"))
    assert seen.prefixes == (IPNetwork("192.168.40.0/24"), IPNetwork("2001:db8:40:1::/64"))
    assert seen.dns == (IPAddress("192.168.40.1"), IPAddress("fe80::5eff:fe20:fe"))
    assert vantage.capabilities == ("multicast", "neighbour-table", "nmap", "wifi-link", "wifi-scan")
    assert not vantage.privileged


def test_apple_s_and_vmware_s_own_interfaces_are_not_taken_for_cables(recorded):
    seen = look(recorded("macos-home"))
    kinds = {i.name: i.kind for i in seen.interfaces}
    assert kinds["en0"] == "wifi"
    assert kinds["lo0"] == "loopback"
    assert {kinds[n] for n in ("awdl0", "vmnet1", "vmnet8")} == {"virtual"}
    assert {kinds[n] for n in ("utun0", "utun1")} == {"tunnel"}
    assert "en1" not in kinds
    said = (
        "en0 was chosen; passed over: vmnet1 (virtual, 192.168.77.1/24), vmnet8 (virtual, 192.168.78.1/24). "
        "Name one with --interface to look at it."
    )
    assert seen.remarks == (said,)


def test_neighbours_leave_out_ourselves_groups_and_the_incomplete(recorded):
    home = recorded("macos-home")
    found = {str(n.address): n.reachable for n in look(home).neighbours}
    assert found == {
        "169.254.17.8": True,
        "192.168.40.31": True,
        "192.168.40.32": True,
        "192.168.40.33": True,
        "192.168.40.1": True,
        "2001:db8:40:1::1": False,
        "fe80::5eff:fe20:31": False,
        "fe80::5eff:fe20:fe": True,
    }
    assert EUI("00:00:5e:00:53:0f") in {n.mac for n in macos.neighbours(home.run, "en0")}


def test_a_vpn_by_half_routes_is_named_and_the_cable_looked_at(recorded):
    seen = look(recorded("macos-vpn"))
    assert (seen.vantage.interface, seen.vantage.gateway.mac) == ("en7", EUI("02:00:5e:10:00:01"))
    assert any("A VPN (utun4) carries" in remark for remark in seen.remarks)
    assert any("en0 (Wi-Fi, 192.168.87.40/24), utun4 (VPN, 10.8.0.6/32), utun5 (VPN" in r for r in seen.remarks)
    assert seen.vantage.capabilities == ("multicast", "neighbour-table", "raw-sockets", "wifi-link", "wifi-scan")


def test_a_vpn_s_scoped_default_route_carries_nothing(recorded):
    home = recorded("macos-vpn")
    text = home.sections["$ netstat -rn -f inet"]
    kept = "\n".join(line for line in text.splitlines() if "utun4" not in line)
    assert not any("carries" in r for r in look(home.saying("$ netstat -rn -f inet", kept)).remarks)


def test_a_hidden_wifi_name_stays_unknown(recorded):
    assert look(recorded("macos-vpn"), "en0").vantage.segment.ssid is None


def test_loopback_is_found_by_its_own_and_by_its_usual_name(recorded):
    for name in ("lo0", "lo"):
        vantage = look(recorded("macos-home"), name).vantage
        assert (vantage.interface, vantage.address) == ("lo0", IPAddress("127.0.0.1"))
        assert (vantage.segment.prefix, vantage.gateway) == (IPNetwork("127.0.0.0/8"), None)


def test_errors_name_the_interface_or_the_missing_tool(recorded):
    with pytest.raises(UsageError, match="no interface 'eth0'"):
        look(recorded("macos-home"), "eth0")
    with pytest.raises(VantageError, match="en1 has no IP address"):
        look(recorded("macos-home"), "en1")
    with pytest.raises(VantageError, match="ifconfig is not on this Mac"):
        look(recorded("macos-home").without("$ ifconfig"))


def test_without_the_optional_tools_less_is_known_and_nothing_breaks(recorded):
    home = recorded("macos-home")
    for tool in ("networksetup", "scutil", "ndp", "ipconfig", "id"):
        home = home.without(f"$ {tool}")
    seen = look(home)
    assert seen.vantage.gateway.mac == EUI("02:00:5e:20:00:fe")
    assert (seen.dns, seen.vantage.segment.ssid) == ((), None)
    assert {i.name: i.kind for i in seen.interfaces}["en0"] == "wired"
