"""Configurations as routers print them, hand-made from their makers' documentation: one home with three networks each."""

OPENWRT = """package dhcp

config dnsmasq
	option domainneeded '1'
	list server '/lan/'

config dhcp 'lan'
	option interface 'lan'
	option start '100'

config host
	option name 'It'\\''s the hub'
	list mac '00:00:5E:00:53:20'
	option ip '192.168.1.20'

config host
	option name 'two cards'
	option mac '00:00:5e:00:53:21 00:00:5e:00:53:22'
	option ip '192.168.20.21'

config host
	option mac '00:00:5e:00:53:23'
	option ip 'ignore'

package firewall

config defaults
	option input 'REJECT'

config zone
	option name 'lan'
	list network 'lan'
	option input 'ACCEPT'

config zone
	option name 'wan'
	list network 'wan'
	list network 'wan6'
	option masq '1'

config zone
	option name 'guest'
	list network 'visit'

config zone
	option name 'office'
	list network 'desk'

package network

config interface 'loopback'
	option device 'lo'
	option proto 'static'
	option ipaddr '127.0.0.1'
	option netmask '255.0.0.0'

config globals 'globals'
	option ula_prefix 'fd12:3456:789a::/48'

config device
	option name 'br-lan'
	option type 'bridge'
	list ports 'lan1'
	list ports 'lan2'

config device
	option name 'eth1-things'
	option type '8021q'
	option ifname 'eth1'
	option vid '20'

config bridge-vlan
	option device 'br-lan'
	option vlan '1'
	list ports 'lan1:u*'

config interface 'lan'
	option device 'br-lan.1'
	option proto 'static'
	list ipaddr '192.168.1.1/24'
	list ipaddr '192.168.5.1/24'
	option ip6assign '60'

config interface 'things'
	option device 'eth1-things'
	option proto 'static'
	option ipaddr '192.168.20.1'
	option netmask '255.255.255.0'
	list ip6addr 'fd12:3456:789a:20::1/64'

config interface 'visit'
	option device 'br-lan.30'
	option proto 'static'
	option ipaddr '192.168.30.1'
	option netmask '255.255.255.128'

config interface 'desk'
	option device '@lan'
	option proto 'static'
	option ipaddr '192.168.40.1'

config interface 'wifi_only'
	option proto 'static'
	option ipaddr '192.168.50.1/24'

config interface 'vpn'
	option proto 'wireguard'
	list addresses '10.9.0.1/24'

config interface 'wan'
	option device 'eth0'
	option proto 'pppoe'
	option username 'customer@isp'
	option password 'secret
config interface '"'"'spoofed'"'"'
'

config interface 'wan6'
	option device '@wan'
	option proto 'dhcpv6'
"""

OPENWRT_OLD = """# /etc/config/network of 19.07
config interface 'lan'
	option type 'bridge'
	option ifname 'eth0.1'   # the switch
	option proto "static"
	option ipaddr 10.0.0.1
	option netmask 255.255.0.0
config interface wan
	option ifname 'eth0.2'
	option proto 'dhcp'
"""

ROUTEROS = """# 2026-11-20 10:00:00 by RouterOS 7.16.1
# software id = ABCD-EFGH
#
# model = RB5009UG+S+
/interface bridge
add admin-mac=00:00:5E:00:53:01 auto-mac=no comment=defconf name=bridge
/interface ethernet
set [ find default-name=ether1 ] name=ether1-wan
/interface pppoe-client
add add-default-route=yes disabled=yes interface=ether1-wan name=pppoe-old user=x
/interface vlan
add comment="for the \\"things\\"" interface=bridge name=vlan20 vlan-id=20
add interface=bridge name=guests vlan-id=30
add interface=bridge name="VLAN 40 - cellar" vlan-id=40
add disabled=yes interface=bridge name=vlan50 vlan-id=50
/interface list
add comment=defconf name=WAN
add comment=defconf name=LAN
/interface list member
add comment=defconf interface=bridge list=LAN
add comment=defconf interface=ether1-wan list=WAN
/ip address
add address=192.168.88.1/24 comment=defconf interface=bridge network=\\
    192.168.88.0
add address=10.20.0.1/24 comment="smart home; add address=10.99.0.1/24 interface=ether9" \\
    interface=vlan20 network=10.20.0.0
add address=10.30.0.1/24 interface=guests network=10.30.0.0
add address=10.40.0.1/24 interface="VLAN 40 - cellar" network=10.40.0.0
add address=10.50.0.1/24 disabled=yes interface=vlan50 network=10.50.0.0
add address=192.168.100.2/24 interface=ether1-wan network=192.168.100.0
/ip dhcp-client
add comment=defconf interface=ether1-wan
/ip dhcp-server lease
add address=192.168.88.20 client-id=1:0:0:5e:0:53:20 mac-address=00:00:5E:00:53:20 server=defconf
add address=10.20.0.21 disabled=yes mac-address=00:00:5E:00:53:21 server=things
add block-access=yes mac-address=00:00:5E:00:53:22
/ip firewall filter
add action=accept chain=input comment="defconf: accept established,related" connection-state=established,related
/ip firewall nat
add action=masquerade chain=srcnat comment="defconf: masquerade" ipsec-policy=out,none out-interface-list=WAN
/ipv6 address
add address=::1 from-pool=isp interface=bridge
add address=fd12:3456:789a:20::1/64 interface=vlan20
/system script
add name=evil owner=admin source="/ip address add address=10.66.0.1/24 interface=ether6"
"""

ROUTEROS_TERSE = """/interface vlan add interface=bridge name=vlan-iot vlan-id=20
/ip address add address=192.168.88.1/24 interface=bridge network=192.168.88.0
/ip/address add address=10.20.0.1/24 interface=vlan-iot network=10.20.0.0
/ip firewall nat add action=masquerade chain=srcnat out-interface=ether1
"""

VYOS = """set firewall zone GUEST interface 'eth1.30'
set firewall zone LAN member interface 'eth1'
set firewall zone WAN member interface 'eth0'
set interfaces bridge br0 member interface eth2
set interfaces ethernet eth0 address 'dhcp'
set interfaces ethernet eth0 description 'Uplink'
set interfaces ethernet eth1 address '10.77.1.1/24'
set interfaces ethernet eth1 hw-id '00:00:5e:00:53:01'
set interfaces ethernet eth1 vif 20 address '10.77.2.1/24'
set interfaces ethernet eth1 vif 20 address 'fd12:3456:789a:20::1/64'
set interfaces ethernet eth1 vif 20 description 'Smart home'
set interfaces ethernet eth1 vif 30 address '10.77.3.1/24'
set interfaces ethernet eth1 vif 40 address '10.77.4.1/24'
set interfaces ethernet eth1 vif 40 disable
set interfaces loopback lo
set interfaces wireguard wg0 address '10.9.0.1/24'
set nat source rule 100 outbound-interface name 'eth0'
set nat source rule 100 translation address 'masquerade'
set service dhcp-server shared-network-name LAN subnet 10.77.1.0/24 static-mapping hub ip-address '10.77.1.20'
set service dhcp-server shared-network-name LAN subnet 10.77.1.0/24 static-mapping hub mac '00:00:5e:00:53:20'
set service dhcp-server shared-network-name LAN subnet 10.77.1.0/24 static-mapping off disable
set service dhcp-server shared-network-name LAN subnet 10.77.1.0/24 static-mapping off ip-address '10.77.1.21'
set service dhcp-server shared-network-name LAN subnet 10.77.1.0/24 static-mapping off mac '00:00:5e:00:53:21'
set system host-name 'vyos'
"""

EDGEOS = """set interfaces ethernet eth0 pppoe 0 default-route auto
set interfaces ethernet eth1 address 192.168.1.1/24
set interfaces switch switch0 address 192.168.2.1/24
set interfaces switch switch0 vif 20 address 192.168.20.1/24
set interfaces switch switch0 vif 20 description IoT
set service dhcp-server shared-network-name LAN subnet 192.168.2.0/24 static-mapping hub ip-address 192.168.2.20
set service dhcp-server shared-network-name LAN subnet 192.168.2.0/24 static-mapping hub mac-address 00:00:5e:00:53:20
set service nat rule 5010 outbound-interface pppoe0
"""
