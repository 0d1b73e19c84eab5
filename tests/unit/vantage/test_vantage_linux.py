"""Linux, from recorded answers of iproute2 and from /proc."""

import json

import pytest
from netaddr import EUI, IPAddress, IPNetwork

from netguard.errors import UsageError, VantageError
from netguard.vantage import linux

ROUTER = EUI("02:00:5e:10:00:01")


def look(home, interface=None):
    return linux.look(home.run, interface, machine=home.machine)


def test_a_computer_with_cable_wifi_and_docker_looks_at_the_cable(recorded):
    seen = look(recorded("linux-home"))
    vantage = seen.vantage
    assert (vantage.os, vantage.interface, vantage.address) == ("linux", "eth0", IPAddress("192.168.77.5"))
    assert vantage.mac == EUI("02:00:5e:10:00:05")
    assert vantage.segment.prefix == IPNetwork("192.168.77.0/24")
    assert (vantage.gateway.address, vantage.gateway.mac) == (IPAddress("192.168.77.1"), ROUTER)
    assert seen.prefixes == (IPNetwork("192.168.77.0/24"), IPNetwork("2001:db8:77::/64"), IPNetwork("fd77::/64"))


def test_what_was_passed_over_is_said(recorded):
    remarks = look(recorded("linux-home")).remarks
    said = (
        "eth0 was chosen; passed over: wlan0 (Wi-Fi, 192.168.77.6/24), docker0 (virtual, 172.17.0.1/16). "
        "Name one with --interface to look at it."
    )
    assert remarks == (said,)


def test_every_interface_that_is_up_is_listed_with_its_kind(recorded):
    kinds = {i.name: i.kind for i in look(recorded("linux-home")).interfaces}
    assert kinds == {"docker0": "virtual", "eth0": "wired", "lo": "loopback", "wlan0": "wifi"}


def test_neighbours_have_both_families_and_only_known_macs(recorded):
    found = {str(n.address): n.reachable for n in look(recorded("linux-home")).neighbours}
    assert found == {"192.168.77.1": False, "192.168.77.20": True, "2001:db8:77::20": False, "fe80::1": True}
    home = recorded("linux-home")
    assert len(linux.neighbours(home.run, "eth0", machine=home.machine)) == len(found)


def test_behind_the_stub_resolver_the_real_name_servers_are_read(recorded):
    assert look(recorded("linux-home")).dns == (IPAddress("192.168.77.1"), IPAddress("fe80::1"))


def test_a_stub_without_resolved_s_own_file_is_told_as_it_is(recorded):
    home = recorded("linux-home").without("@ /run/systemd")
    assert look(home).dns == (IPAddress("127.0.0.53"),)


def test_the_wifi_name_is_decoded_from_iw_s_escapes(recorded):
    seen = look(recorded("linux-home", "iw"), "wlan0")
    assert seen.vantage.segment.ssid == "Zuhause ☕"
    assert {i.name: i.ssid for i in seen.interfaces}["wlan0"] == "Zuhause ☕"


def test_the_wifi_name_comes_from_network_manager_without_a_scan(recorded):
    argv = "$ nmcli -t -e yes -f IN-USE,SSID-HEX device wifi list ifname wlan0 --rescan no"
    home = recorded("linux-home", "nmcli").saying(argv, " :6E65696768\n*:686F6D65\n")
    assert look(home, "wlan0").vantage.segment.ssid == "home"


@pytest.mark.parametrize("answer", ["*:\n", "*:0000\n", "*:" + "41" * 33 + "\n", "Error: not running\n", ""])
def test_a_wifi_name_that_is_hidden_or_none_stays_unknown(recorded, answer):
    argv = "$ nmcli -t -e yes -f IN-USE,SSID-HEX device wifi list ifname wlan0 --rescan no"
    assert look(recorded("linux-home", "nmcli").saying(argv, answer), "wlan0").vantage.segment.ssid is None


def test_control_characters_in_a_wifi_name_are_dropped(recorded):
    home = recorded("linux-home", "iw").saying("$ iw dev wlan0 link", "\tSSID: a\\x1b[31m\\x0ab\n")
    assert look(home, "wlan0").vantage.segment.ssid == "a[31mb"


def test_a_vpn_that_carries_the_internet_is_not_looked_at_but_named(recorded):
    seen = look(recorded("linux-vpn"))
    assert seen.vantage.interface == "eth0"
    assert seen.vantage.gateway.mac == ROUTER
    assert seen.remarks[1] == (
        "A VPN (tun0) carries what this computer sends to the internet; netguard looks at the local network on eth0 "
        "instead."
    )


def test_a_vpn_by_routing_rules_is_seen_by_asking_the_kernel_for_a_way(recorded):
    home = recorded("linux-home")
    rows = json.loads(home.sections["$ ip -j -d addr show"])
    rows.append(
        {
            "ifname": "wg0",
            "flags": ["POINTOPOINT", "NOARP", "UP", "LOWER_UP"],
            "link_type": "none",
            "linkinfo": {"info_kind": "wireguard"},
            "addr_info": [{"family": "inet", "local": "10.9.0.2", "prefixlen": 32}],
        }
    )
    home = home.saying("$ ip -j -d addr show", json.dumps(rows)).saying(
        "$ ip -j route get 192.0.2.1", '[{"dst":"192.0.2.1","dev":"wg0","table":"51820","flags":[]}]'
    )
    seen = look(home)
    assert seen.vantage.interface == "eth0"
    assert any("VPN (wg0)" in remark for remark in seen.remarks)


def test_a_vpn_is_looked_at_when_named_and_called_what_it_is(recorded):
    home = recorded("linux-vpn")
    home = home.saying("$ ip -j -4 neigh show dev tun0", "[]").saying("$ ip -j -6 neigh show dev tun0", "")
    seen = look(home, "tun0")
    assert (seen.vantage.interface, seen.vantage.gateway) == ("tun0", None)
    assert seen.vantage.segment.prefix == IPNetwork("10.8.0.2/32")
    assert "tun0 is a VPN" in " ".join(seen.remarks)
    assert "multicast" not in seen.vantage.capabilities


def test_loopback_is_looked_at_only_by_name(recorded):
    home = (
        recorded("linux-home").saying("$ ip -j -4 neigh show dev lo", "[]").saying("$ ip -j -6 neigh show dev lo", "[]")
    )
    vantage = look(home, "lo").vantage
    assert (vantage.address, vantage.segment.prefix) == (IPAddress("127.0.0.1"), IPNetwork("127.0.0.0/8"))
    assert (vantage.gateway, vantage.mac) == (None, None)


def test_an_unknown_interface_is_answered_with_those_that_exist(recorded):
    with pytest.raises(UsageError, match=r"no interface 'eth9'.*There are: docker0, eth0, lo, wlan0"):
        look(recorded("linux-home"), "eth9")


def change(home, name, **changes):
    rows = json.loads(home.sections["$ ip -j -d addr show"])
    rows = [row | changes if row["ifname"] == name else row for row in rows]
    return home.saying("$ ip -j -d addr show", json.dumps(rows))


def test_an_interface_without_an_address_says_so(recorded):
    with pytest.raises(VantageError, match="wlan0 has no IP address"):
        look(change(recorded("linux-home"), "wlan0", addr_info=[]), "wlan0")


def test_a_computer_with_nothing_but_loopback_is_told_to_connect(recorded):
    home = recorded("linux-home")
    for name in ("eth0", "wlan0", "docker0"):
        home = change(home, name, addr_info=[])
    with pytest.raises(VantageError, match=r"not connected to any network.*Connect"):
        look(home)


def test_a_cable_that_is_not_plugged_in_is_named_as_the_reason(recorded):
    home = recorded("linux-home")
    for name in ("eth0", "wlan0", "docker0"):
        home = change(home, name, flags=["NO-CARRIER", "BROADCAST", "MULTICAST", "UP"])
    with pytest.raises(VantageError, match="docker0, eth0, wlan0 has an address but no connection"):
        look(home)


def test_a_vpn_alone_is_not_taken_by_itself(recorded):
    home = recorded("linux-vpn")
    for name in ("eth0", "wlan0", "docker0"):
        home = change(home, name, addr_info=[])
    with pytest.raises(VantageError, match=r"is a VPN \(tun0\).*--interface tun0"):
        look(home)


def test_docker_alone_is_taken_when_nothing_else_exists(recorded):
    home = recorded("linux-home").saying("$ ip -j -4 neigh show dev docker0", "[]")
    home = home.saying("$ ip -j -6 neigh show dev docker0", "[]").saying("$ ip -j -4 route show table main", "[]")
    home = change(change(home, "eth0", addr_info=[]), "wlan0", addr_info=[])
    seen = look(home)
    assert seen.vantage.interface == "docker0"
    assert "No default route leads through this interface, so netguard knows no router here." in seen.remarks


def test_a_bridge_around_a_real_cable_counts_as_the_cable(recorded):
    home = recorded("linux-home")
    rows = {row["ifname"]: row for row in json.loads(home.sections["$ ip -j -d addr show"])}
    home = change(home, "docker0", addr_info=rows["eth0"]["addr_info"])
    home = change(home, "eth0", addr_info=[], master="docker0")
    for version in (4, 6):
        key = f"$ ip -j -{version} route show table main"
        home = home.saying(key, home.sections[key].replace("eth0", "docker0"))
        home = home.saying(f"$ ip -j -{version} neigh show dev docker0", "[]")
    seen = look(home)
    assert seen.vantage.interface == "docker0"
    assert {i.name: i.kind for i in seen.interfaces}["docker0"] == "wired"


def test_a_network_with_ipv6_only_has_an_ipv6_vantage_and_router(recorded):
    home = recorded("linux-home").saying("$ ip -j -4 route show table main", "[]")
    rows = json.loads(home.sections["$ ip -j -d addr show"])
    for row in rows:
        if row["ifname"] != "lo":
            row["addr_info"] = [a for a in row["addr_info"] if a["family"] == "inet6"]
    vantage = look(home.saying("$ ip -j -d addr show", json.dumps(rows))).vantage
    assert (vantage.interface, vantage.gateway.address, vantage.gateway.mac) == ("eth0", IPAddress("fe80::1"), ROUTER)
    assert vantage.segment.prefix in (IPNetwork("fd77::/64"), IPNetwork("2001:db8:77::/64"))


def test_a_lone_dhcpv6_address_is_placed_in_the_network_beside_it(recorded):
    home = recorded("linux-home").saying("$ ip -j -4 route show table main", "[]")
    home = change(home, "eth0", addr_info=[{"family": "inet6", "local": "2001:db8:77::d", "prefixlen": 128}])
    home = change(home, "wlan0", addr_info=[])
    seen = look(home)
    assert seen.vantage.segment.prefix == IPNetwork("2001:db8:77::/64")
    assert IPNetwork("2001:db8:77::d/128") not in seen.prefixes


@pytest.mark.parametrize(("length", "prefix"), [(31, "192.168.77.4/31"), (32, "192.168.77.5/32"), (8, "192.0.0.0/8")])
def test_tiny_and_huge_networks_are_reported_as_they_are(recorded, length, prefix):
    home = recorded("linux-home")
    home = change(home, "eth0", addr_info=[{"family": "inet", "local": "192.168.77.5", "prefixlen": length}])
    key = "$ ip -j -4 route show table main"
    rows = [row for row in json.loads(home.sections[key]) if row["dst"] == "default"]
    seen = look(home.saying(key, json.dumps(rows)))
    assert seen.vantage.segment.prefix == IPNetwork(prefix)
    assert any("stands alone" in remark for remark in seen.remarks) == (length == 32)


def test_ipv4_through_an_ipv6_router_has_that_router(recorded):
    home = recorded("linux-home").saying(
        "$ ip -j -4 route show table main",
        '[{"dst":"default","via":{"family":"inet6","host":"fe80::1"},"dev":"eth0","metric":100}]',
    )
    vantage = look(home).vantage
    assert (vantage.address, vantage.gateway.address, vantage.gateway.mac) == (
        IPAddress("192.168.77.5"),
        IPAddress("fe80::1"),
        ROUTER,
    )


def test_several_next_hops_give_the_one_of_the_interface(recorded):
    home = recorded("linux-home").saying(
        "$ ip -j -4 route show table main",
        '[{"dst":"default","nexthops":[{"gateway":"192.168.77.9","dev":"wlan0"},{"gateway":"192.168.77.1","dev":"eth0"}]},'
        '{"type":"unreachable","dst":"10.0.0.0/8","dev":"eth0"},{"dst":"rubbish","dev":"eth0"}]',
    )
    assert look(home).vantage.gateway.address == IPAddress("192.168.77.1")


@pytest.mark.parametrize(
    ("held", "words"),
    [
        ("0000000000000000", set()),
        ("0000000000002000", {"raw-sockets"}),
        ("000001ffffffffff", {"raw-sockets", "network-admin"}),
    ],
)
def test_rights_are_read_from_the_effective_capabilities(recorded, held, words):
    home = recorded("linux-home").saying(
        "@ /proc/self/status", f"Name:\tx\nCapPrm:\tffffffffffffffff\nCapEff:\t{held}\n"
    )
    vantage = look(home).vantage
    assert set(vantage.capabilities) & {"raw-sockets", "network-admin"} == words
    assert vantage.privileged == ("raw-sockets" in words)


def test_tools_and_what_they_add_are_listed(recorded):
    seen = look(recorded("linux-home", "nmap", "nmcli", "nft"))
    assert seen.tools == ("nft", "nmap", "nmcli")
    assert seen.vantage.capabilities == ("multicast", "neighbour-table", "nmap", "wifi-link", "wifi-scan")


def test_the_kernel_scans_only_for_those_with_the_right_to(recorded):
    assert "wifi-scan" not in look(recorded("linux-home", "iw")).vantage.capabilities
    home = recorded("linux-home").saying("@ /proc/self/status", "CapEff:\t0000000000001000\n")
    assert "wifi-scan" in look(home).vantage.capabilities


def test_wpa_supplicant_scans_for_those_who_may_see_its_socket(recorded):
    home = recorded("linux-home")
    assert "wifi-scan" in look(home.saying("% /run/wpa_supplicant", "p2p-dev-wlan0 wlan0")).vantage.capabilities
    assert "wifi-scan" not in look(home.saying("% /run/wpa_supplicant", "wlan7")).vantage.capabilities


@pytest.mark.parametrize("answer", [None, "ip: unrecognized option: j\n", '{"not": "a list"}'])
def test_without_a_modern_ip_the_kernel_s_files_are_read(recorded, answer):
    home = recorded("linux-busybox")
    home = home.saying("$ ip -j -d addr show", answer) if answer else home.without("$")
    seen = look(home.without("$ ip -j -4").without("$ ip -j -6").without("$ ip -j route"))
    vantage = seen.vantage
    assert (vantage.interface, vantage.address, vantage.mac) == (
        "eth0",
        IPAddress("192.168.77.5"),
        EUI("02:00:5e:10:00:05"),
    )
    assert (vantage.gateway.address, vantage.gateway.mac) == (IPAddress("192.168.77.1"), ROUTER)
    assert seen.prefixes == (IPNetwork("192.168.77.0/24"), IPNetwork("2001:db8:77::/64"), IPNetwork("fd77::/64"))
    assert [str(n.address) for n in seen.neighbours] == ["192.168.77.1", "192.168.77.20"]
    assert {i.name: i.kind for i in seen.interfaces} == {"eth0": "wired", "lo": "loopback"}
    assert "iproute2" in seen.remarks[0]
    assert "raw-sockets" not in vantage.capabilities


def test_loopback_works_from_the_kernel_s_files_too(recorded):
    vantage = look(recorded("linux-busybox").without("$"), "lo").vantage
    assert (vantage.address, vantage.segment.prefix) == (IPAddress("127.0.0.1"), IPNetwork("127.0.0.0/8"))


def test_a_computer_that_tells_nothing_is_told_what_to_install(recorded):
    with pytest.raises(VantageError, match="Install iproute2"):
        look(recorded("linux-busybox").without("$").without("@"))


def test_an_unreadable_neighbour_table_is_a_missing_ability_and_no_crash(recorded):
    seen = look(recorded("linux-home").without("$ ip -j -4 neigh").without("$ ip -j -6 neigh"))
    assert "neighbour-table" not in seen.vantage.capabilities
    assert seen.vantage.gateway.mac is None
    assert seen.neighbours == ()


@pytest.mark.parametrize("mac", ["00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01", "rubbish", "10.0.0.1"])
def test_a_router_s_mac_that_belongs_to_nobody_is_not_taken(recorded, mac):
    row = {"dst": "192.168.77.1", "lladdr": mac, "state": ["REACHABLE"]}
    home = recorded("linux-home").saying("$ ip -j -4 neigh show dev eth0", json.dumps([row, {"dst": "x"}, {}, 7]))
    assert look(home).vantage.gateway.mac is None


def test_a_filled_neighbour_table_is_cut(recorded):
    rows = [{"dst": f"10.{i >> 8}.{i & 255}.1", "lladdr": "02:00:5e:10:00:20", "state": ["STALE"]} for i in range(9000)]
    home = recorded("linux-home").saying("$ ip -j -4 neigh show dev eth0", json.dumps(rows))
    assert len(look(home).neighbours) == 4096


def test_looking_asks_only_questions(recorded):
    home = recorded("linux-home", "iw", "nmcli")
    look(home, "wlan0")
    verbs = {" ".join(argv) for argv in home.asked}
    assert all(
        " show" in v or v.startswith(("ip -j route get", "iw dev wlan0 link")) or v.endswith("--rescan no")
        for v in verbs
    )
