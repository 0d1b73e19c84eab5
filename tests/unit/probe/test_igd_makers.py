"""Routers as makers build them: facts of their descriptions and habits, in documents written by hand for this test."""

import pytest

from netguard.model.gateway import GatewayAnswer
from netguard.model.observation import Fact
from netguard.net.failures import NoAnswer
from netguard.probe import _description, _wan, igd
from netguard.probe._contract import Target
from tests.servers import LOOPBACK
from tests.unit.probe.fakes.igd import WANIP1, WANIP2, WANPPP1, Router, description, entry, fault

AVM = b"""<?xml version="1.0"?>
<root xmlns="urn:schemas-upnp-org:device-1-0"><specVersion><major>1</major><minor>0</minor></specVersion>
<device><deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:1</deviceType>
<friendlyName>FRITZ!Box 7590</friendlyName><manufacturer>AVM Berlin</manufacturer><modelName>FRITZ!Box 7590</modelName>
<modelNumber>avm</modelNumber><UDN>uuid:75802409-bccb-40e7-8e6c-000000000001</UDN>
<serviceList><service><serviceType>urn:schemas-any-com:service:Any:1</serviceType>
<controlURL>/igdupnp/control/any</controlURL></service></serviceList>
<deviceList><device><deviceType>urn:schemas-upnp-org:device:WANDevice:1</deviceType>
<serviceList><service><serviceType>urn:schemas-upnp-org:service:WANCommonInterfaceConfig:1</serviceType>
<controlURL>/igdupnp/control/WANCommonIFC1</controlURL></service></serviceList>
<deviceList><device><deviceType>urn:schemas-upnp-org:device:WANConnectionDevice:1</deviceType>
<serviceList>
<service><serviceType>urn:schemas-upnp-org:service:WANDSLLinkConfig:1</serviceType>
<controlURL>/igdupnp/control/WANDSLLinkC1</controlURL></service>
<service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType>
<controlURL>/igdupnp/control/WANIPConn1</controlURL></service>
<service><serviceType>urn:schemas-upnp-org:service:WANIPv6FirewallControl:1</serviceType>
<controlURL>/igd2upnp/control/WANIPv6Firewall1</controlURL></service>
</serviceList></device></deviceList></device></deviceList></device></root>"""
"""Three levels, an own service at the top, and control URLs of two programs."""

LINKSYS = b"""<?xml version="1.0"?>
<root xmlns="urn:schemas-upnp-org:device-1-0"><URLBase>http://127.0.0.1:PORT</URLBase>
<device><deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:1</deviceType>
<manufacturer>Linksys Inc.</manufacturer><modelName>WRT54GS</modelName>
<deviceList><device><deviceType>urn:schemas-upnp-org:device:WANDevice:1</deviceType>
<deviceList><device><deviceType>urn:schemas-upnp-org:device:WANConnectionDevice:1</deviceType>
<serviceList><service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType>
<controlURL>upnp/WANIPConnection.xml</controlURL></service></serviceList>
</device></deviceList></device></deviceList></device></root>"""
"""A URLBase at the router itself, and a control URL that is relative to it."""

HUAWEI = (
    b"\xef\xbb\xbf"
    b"""<?xml version="1.0" encoding="utf-8"?>
<root xmlns="urn:schemas-upnp-org:device-1-0"><device>
<deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:1</deviceType>
<manufacturer>Huawei Technologies Co., Ltd.</manufacturer><modelName>HG8245H</modelName>
<deviceList><device><deviceType>urn:schemas-upnp-org:device:WANDevice:1</deviceType>
<deviceList>
<device><deviceType>urn:schemas-upnp-org:device:WANConnectionDevice:1</deviceType><serviceList>
<service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType>
<controlURL>/ctrlt/WANIPConnection_1</controlURL></service></serviceList></device>
<device><deviceType>urn:schemas-upnp-org:device:WANConnectionDevice:1</deviceType><serviceList>
<service><serviceType>urn:schemas-upnp-org:service:WANPPPConnection:1</serviceType>
<controlURL>/ctrlt/WANPPPConnection_1</controlURL></service></serviceList></device>
</deviceList></device></deviceList></device></root>\0"""
)
"""A byte order mark before it, a zero after it, and two connections in two devices."""

REALTEK = b"""<?xml version="1.0"?>
<root xmlns="urn:schemas-upnp-org:device-1-0"><device>
<deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:1</deviceType>
<manufacturer>Realtek Semiconductor Corp.</manufacturer><modelName>RTL8xxx</modelName>
<serviceList><service><serviceType>urn:schemas-upnp-org:service:Layer3Forwarding:1</serviceType>
<controlURL>/upnp/control/L3Forwarding</controlURL></service></serviceList>
<deviceList><device><deviceType>urn:schemas-wifialliance-org:device:WFADevice:1</deviceType>
<serviceList><service><serviceType>urn:schemas-wifialliance-org:service:WFAWLANConfig:1</serviceType>
<controlURL>wscd/control</controlURL></service></serviceList></device>
<device><deviceType>urn:schemas-upnp-org:device:WANDevice:1</deviceType><deviceList><device>
<deviceType>urn:schemas-upnp-org:device:WANConnectionDevice:1</deviceType><serviceList>
<service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType>
<controlURL>/upnp/control/WANIPConnection</controlURL></service></serviceList></device></deviceList></device>
</deviceList></device></root>"""
"""A WPS registrar beside the connection."""

MAKERS = [
    (AVM, "AVM Berlin", ["/igdupnp/control/WANIPConn1", "/igd2upnp/control/WANIPv6Firewall1"], [WANIP1]),
    (LINKSYS, "Linksys Inc.", ["/upnp/WANIPConnection.xml"], [WANIP1]),
    (
        HUAWEI,
        "Huawei Technologies Co., Ltd.",
        ["/ctrlt/WANIPConnection_1", "/ctrlt/WANPPPConnection_1"],
        [WANIP1, WANPPP1],
    ),
    (REALTEK, "Realtek Semiconductor Corp.", ["/upnp/control/WANIPConnection"], [WANIP1]),
]


@pytest.mark.parametrize(("document", "maker", "controls", "connections"), MAKERS)
def test_actions_go_where_the_description_says_and_nowhere_else(net, listener, document, maker, controls, connections):
    router = Router(mappings=[entry()])
    made = listener(behave=router)
    router.document = document.replace(b"PORT", str(made.port).encode())
    learnt = list(igd.probe(Target(address=LOOPBACK, port=made.port, path="/rootDesc.xml"), net))
    answer = [each for each in learnt if isinstance(each, GatewayAnswer)][-1]
    assert (answer.said.manufacturer, answer.said.listed, len(answer.mappings)) == (maker, "all", 1)
    assert [kind for kind in answer.said.services if "Connection" in kind] == connections
    assert list(dict.fromkeys(each.split(" ")[0] for each in router.asked)) == ["GET", *controls]
    assert [f.value for f in learnt if isinstance(f, Fact) and f.kind == "igd.mapping"] == [
        "tcp 8443 -> 192.0.2.20 443"
    ]


def test_realtek_s_and_others_lists_end_with_other_numbers(net, listener):
    """402 and 501 in place of 713, as old stacks have it, after what there is; and a fault in a page of its own kind."""
    for end in (402, 501, 714):
        made = listener(behave=Router(mappings=[entry()], end=end, document=REALTEK))
        learnt = list(igd.probe(Target(address=LOOPBACK, port=made.port, path="/rootDesc.xml"), net))
        assert [each for each in learnt if isinstance(each, GatewayAnswer)][-1].said.listed == "all"


def test_a_router_that_has_actions_switched_off_is_read_as_far_as_it_says(net, listener):
    """A FRITZ!Box that may not be changed by UPnP still says its status, and answers 401 or 606 for its list."""
    answers = {"GetGenericPortMappingEntry": fault(606, "Action not authorized"), "GetNATRSIPStatus": fault(401)}
    made = listener(behave=Router(document=AVM, answers=answers))
    learnt = []
    with pytest.raises(NoAnswer, match="does not say which ports it forwards"):
        learnt.extend(igd.probe(Target(address=LOOPBACK, port=made.port, path="/rootDesc.xml"), net))
    last = [each for each in learnt if isinstance(each, GatewayAnswer)][-1]
    assert (last.said.listed, last.said.connection_status, str(last.external_address)) == (
        "refused",
        "Connected",
        "203.0.113.9",
    )


BASE = "http://192.0.2.1:5000/desc/root.xml"


def found(control, outer=""):
    root = _description.parsed(description(((WANIP2, control),), 2, outer=outer))
    services = _wan.services(root, BASE)
    return services[0].place.url if services else _wan.strays(root, BASE)[0]


@pytest.mark.parametrize(
    ("control", "leads_to"),
    [
        ("/ctl/IPConn", "http://192.0.2.1:5000/ctl/IPConn"),
        ("IPConn", "http://192.0.2.1:5000/desc/IPConn"),
        ("?WANIP", "http://192.0.2.1:5000/desc/root.xml?WANIP"),
        ("http://192.0.2.1:5431/uuid:1/WANIPConnection:1", "http://192.0.2.1:5431/uuid:1/WANIPConnection:1"),
        ("http://192.0.2.1/c", "http://192.0.2.1:80/c"),
        ("/a/../../c", "http://192.0.2.1:5000/c"),
    ],
)
def test_control_urls_are_resolved_as_urls_are(control, leads_to):
    assert found(control) == leads_to


@pytest.mark.parametrize(
    ("control", "why"),
    [
        ("http://192.0.2.9:5000/c", "it names another host, 192.0.2.9"),
        ("//198.51.100.1/c", "it names another host, 198.51.100.1"),
        ("http://127.0.0.1/c", "it names this computer itself"),
        ("http://169.254.169.254/latest", "it names a link-local IPv4 address"),
        ("http://router.example/c", "its host is no address written as a number"),
        ("https://192.0.2.1/c", "it is no plain HTTP address"),
        ("file:///etc/passwd", "it is no plain HTTP address"),
        ("http://192.0.2.1:9100/c", "port 9100 prints what it is sent"),
        ("http://192.0.2.1:99999/c", "its port is none"),
        ("http://u@192.0.2.1/c", "there is a user name in it"),
        ("http://[/c", "it is no address"),
        ("/a\x7fb", "there are characters in its path"),
        ("", "there is none"),
    ],
)
def test_a_control_url_that_leads_away_is_not_followed_and_said(control, why):
    assert found(control).startswith(f"the control URL of WANIPConnection:2 is not followed: {why}")


@pytest.mark.parametrize(
    ("base", "leads_to"),
    [
        ("http://192.0.2.1:80/igd/", "http://192.0.2.1:80/igd/c"),
        ("http://198.51.100.9/", "http://192.0.2.1:5000/desc/c"),
        ("http://127.0.0.1/", "http://192.0.2.1:5000/desc/c"),
        ("file:///", "http://192.0.2.1:5000/desc/c"),
        ("", "http://192.0.2.1:5000/desc/c"),
    ],
)
def test_a_url_base_counts_where_it_is_the_router_itself(base, leads_to):
    assert found("c", outer=f"<URLBase>{base}</URLBase>") == leads_to
