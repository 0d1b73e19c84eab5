"""The IGD probe: who is asked and when, what routers of every kind say, and what becomes of lists that do not end well."""

import pytest

from netguard.model import address
from netguard.model.device import Coverage
from netguard.model.gateway import GatewayAnswer, Igd
from netguard.model.observation import Fact
from netguard.model.vocabulary import Depth, Role, Transport
from netguard.net.failures import Closed, NoAnswer
from netguard.probe import igd
from netguard.probe._contract import Ask, Declined
from tests.builders import device, service
from tests.servers import LOOPBACK
from tests.unit.probe.conftest import rules
from tests.unit.probe.fakes.igd import (
    FIREWALL,
    WANIP1,
    WANIP2,
    WANPPP1,
    Router,
    description,
    entry,
    fault,
    page,
    said,
)
from tests.unit.probe.igd_audit import audit

OWN, ULA, LINK_LOCAL = "192.0.2.1", "fd00:77::1", "fe80::1"
IGD1 = "urn:schemas-upnp-org:device:InternetGatewayDevice:1"
ALL_PORTS = Coverage(address=address.ip(OWN), transport=Transport.TCP, ports="1-65535", engine="builtin")


def heard(location=f"http://{OWN}:5000/rootDesc.xml", kind=IGD1):
    return [
        Fact(kind="ssdp.location", value=location, transport=Transport.UDP, port=1900),
        Fact(kind="ssdp.type", value=kind, transport=Transport.UDP, port=1900),
    ]


def described(port=5000, kind=WANIP1):
    return Fact(kind="upnp.service", value=kind, transport=Transport.TCP, port=port)


def wanted(
    *facts, turn="light", depth=Depth.STANDARD, gateway=True, at=(OWN,), role=Role.UNKNOWN, ports=(), coverage=()
):
    found = device(
        addresses=tuple(map(address.ip, at)),
        role=role,
        services=tuple(service(port, at=at[0]) for port in ports),
        coverage=coverage,
    )
    ask = Ask(depth=depth, round=turn, rules=rules(), facts=facts, gateway=gateway)
    return list(igd.wants(found, ask))


def places(targets):
    return [(str(t.address), t.port, t.path) for t in targets]


def test_the_announced_description_of_an_igd_is_read_in_the_light_round_at_depth_standard():
    assert places(wanted(*heard())) == [(OWN, 5000, "/rootDesc.xml")]
    assert places(wanted(*heard(), depth=Depth.DEEP)) == [(OWN, 5000, "/rootDesc.xml")]
    for depth in (Depth.DISCOVER, Depth.QUICK):
        for turn in ("light", "deep"):
            assert wanted(*heard(), depth=depth, turn=turn, coverage=(ALL_PORTS,)) == []


@pytest.mark.parametrize(
    "kind",
    [IGD1, IGD1[:-1] + "2", WANIP1, WANIP2, WANPPP1, FIREWALL, "urn:schemas-upnp-org:device:WANConnectionDevice:1"],
)
@pytest.mark.parametrize("role", [Role.LOCK, Role.CAMERA, Role.UNKNOWN])
def test_whatever_announces_an_igd_is_asked_also_where_it_is_not_the_gateway(kind, role):
    assert places(wanted(*heard(kind=kind), gateway=False, role=role)) == [(OWN, 5000, "/rootDesc.xml")]


def test_what_announces_none_is_not_asked_unless_it_is_a_router():
    media = heard(kind="urn:schemas-upnp-org:device:MediaServer:1")
    for turn in ("light", "deep"):
        assert wanted(*media, turn=turn, gateway=False, role=Role.LOCK, ports=(5000,), coverage=(ALL_PORTS,)) == []
    assert wanted(*media, gateway=True) == []


def test_a_description_that_the_upnp_probe_read_and_that_forwards_nothing_is_left_alone():
    media = Fact(kind="ssdp.location", value=f"http://{OWN}:8200/rootDesc.xml", transport=Transport.UDP, port=1900)
    cds = described(8200, "urn:schemas-upnp-org:service:ContentDirectory:1")
    assert places(wanted(*heard(), media, cds, described())) == [(OWN, 5000, "/rootDesc.xml")]


def test_of_many_descriptions_at_one_port_the_likeliest_are_read_and_never_more_than_four():
    facts = [f for name in ("MediaServerDesc", "fboxdesc", "igd2desc", "igddesc", "l2tp", "satip", "tr64desc")
             for f in heard(f"http://{OWN}:49000/{name}.xml")]  # fmt: skip
    found = places(wanted(*facts, described(49000)))
    assert [path for _, _, path in found[:2]] == ["/igd2desc.xml", "/igddesc.xml"]
    assert len(found) == igd.MAX_DESCRIPTIONS


def test_one_description_announced_at_two_addresses_is_read_once():
    facts = [*heard(f"http://[{ULA}]:5000/rootDesc.xml"), *heard()]
    assert places(wanted(*facts, at=(OWN, ULA))) == [(OWN, 5000, "/rootDesc.xml")]
    assert places(wanted(*heard(f"http://[{ULA}]:5000/d.xml"), at=(LINK_LOCAL, ULA))) == [(ULA, 5000, "/d.xml")]


@pytest.mark.parametrize("location", ["http://192.0.2.9/d.xml", "http://127.0.0.1/d.xml", "http://169.254.169.254/d",
                                      "file:///etc/passwd", f"https://{OWN}/d.xml", f"http://{OWN}:9100/d.xml"])  # fmt: skip
def test_no_location_of_anybody_else_is_asked(location):
    (note,) = wanted(*heard(location))
    assert note == Declined(what=OWN, reason="it announces an IGD, and no description that may be followed")


@pytest.mark.parametrize("given", [{"gateway": True}, {"gateway": False, "role": Role.ROUTER},
                                   {"gateway": False, "role": Role.ACCESS_POINT}])  # fmt: skip
def test_a_silent_router_is_asked_once_more_in_the_deep_round_at_known_ports_that_are_open(given):
    (found,) = wanted(turn="deep", ports=(80, 5000, 49152, 8443), coverage=(ALL_PORTS,), **given)
    assert (str(found), found.ports, found.path) == (OWN, (5000, 49152), "")
    (found,) = wanted(turn="deep", ports=(80,), coverage=(ALL_PORTS,), **given)
    assert found.ports == ()


def test_a_router_whose_ports_were_not_seen_or_whose_description_was_not_read_cannot_be_said_to_have_none():
    some = Coverage(address=address.ip(OWN), transport=Transport.TCP, ports="1-10000,52869", engine="builtin")
    (note,) = wanted(turn="deep", coverage=(some,))
    assert isinstance(note, Declined)
    assert (note.what, note.reason[-33:]) == (OWN, "at port 49000, 49152 was not seen")
    (note,) = wanted(*heard(kind="upnp:rootdevice"), turn="deep", coverage=(ALL_PORTS,))
    assert note.reason == "what it announces at port 5000 could not be read"
    cds = described(5000, "urn:schemas-upnp-org:service:ContentDirectory:1")
    (search,) = wanted(*heard(kind="upnp:rootdevice"), cds, turn="deep", coverage=(ALL_PORTS,))
    assert search.answers_searches
    assert not wanted(turn="deep", coverage=(ALL_PORTS,))[0].answers_searches


def test_a_router_without_an_address_is_not_asked():
    for turn in ("light", "deep"):
        assert wanted(*heard(), turn=turn, at=(), coverage=(ALL_PORTS,)) == []


def test_over_udp_only_tcp_ports_count_as_asked():
    udp = Coverage(address=address.ip(OWN), transport=Transport.UDP, ports="1-65535", engine="builtin")
    assert isinstance(wanted(turn="deep", coverage=(udp,))[0], Declined)


def test_a_router_that_announced_an_igd_is_not_searched_again():
    assert wanted(*heard(), turn="deep", coverage=(ALL_PORTS,)) == []


def test_all_that_a_version_2_router_says(net, listener):
    router = Router(
        services=((WANIP2, "/ctl/IPConn"), (FIREWALL, "/ctl/IP6FCtl")),
        mappings=[
            entry(),
            entry(51820, "192.0.2.30", 51820, "UDP", NewLeaseDuration="3600", NewRemoteHost="198.51.100.7"),
        ],
    )
    answer, facts, reason = audit(net, listener, router)
    assert reason is None
    assert answer.said == Igd(
        location=answer.said.location,
        device_type="urn:schemas-upnp-org:device:InternetGatewayDevice:2",
        services=(WANIP2, FIREWALL),
        manufacturer="Example",
        model="Router 9",
        server="Linux UPnP/1.1 MiniUPnPd/2.3.1",
        connection_status="Connected",
        nat_enabled=True,
        ipv6_firewall_enabled=True,
        inbound_pinhole_allowed=False,
        listed="all",
    )
    assert answer.said.location.startswith("http://127.0.0.1:")
    assert answer.external_address == address.ip("203.0.113.9")
    first, second = answer.mappings
    assert (first.source, first.protocol, first.external_port, first.internal_client, first.internal_port) == (
        "igd", Transport.TCP, 8443, "192.0.2.20", 443)  # fmt: skip
    assert (first.remote_host, first.description, first.enabled, first.lease_seconds) == (None, "Lock bridge", True, 0)
    assert (second.protocol, second.remote_host, second.lease_seconds) == (Transport.UDP, "198.51.100.7", 3600)
    assert facts["igd.mapping"] == ["tcp 8443 -> 192.0.2.20 443", "udp 51820 -> 192.0.2.30 51820"]
    assert facts["igd.answer"] == [
        "GetStatusInfo NewConnectionStatus=Connected",
        "GetNATRSIPStatus NewNATEnabled=1",
        "GetExternalIPAddress NewExternalIPAddress=203.0.113.9",
        "GetFirewallStatus FirewallEnabled=1",
        "GetFirewallStatus InboundPinholeAllowed=0",
    ]
    assert router.asked.count("/ctl/IPConn WANIPConnection:2#GetGenericPortMappingEntry") == 3


def test_version_1_has_no_list_at_once_and_is_not_asked_for_it(net, listener):
    router = Router(mappings=[entry()])
    answer, _, reason = audit(net, listener, router)
    assert (answer.said.listed, len(answer.mappings), reason) == ("all", 1, None)
    assert not any("GetListOfPortMappings" in each for each in router.asked)


def test_a_pppoe_router_and_one_with_both_connections_are_asked_service_by_service(net, listener):
    router = Router(services=((WANPPP1, "/ctl/PPP"),), mappings=[entry()])
    assert len(audit(net, listener, router)[0].mappings) == 1
    both = Router(services=((WANIP1, "/ctl/IP"), (WANPPP1, "/ctl/PPP")), mappings=[entry(), entry(23)])
    up = iter(["Disconnected", "Connected"])
    both.answers["GetStatusInfo"] = lambda _: said("GetStatusInfo", {"NewConnectionStatus": next(up)})
    answer, facts, _ = audit(net, listener, both)
    assert (answer.said.connection_status, len(answer.mappings), len(facts["igd.mapping"])) == ("Connected", 2, 2)
    assert answer.said.services == (WANIP1, WANPPP1)
    assert {each.split(" ")[0] for each in both.asked} == {"GET", "/ctl/IP", "/ctl/PPP"}


@pytest.mark.parametrize(
    ("external", "known"), [("10.1.2.3", "10.1.2.3"), ("100.64.0.9", "100.64.0.9"), ("0.0.0.0", None), ("", None)]
)
def test_the_external_address_is_kept_whatever_it_is_but_none(net, listener, external, known):
    answer, _, reason = audit(net, listener, Router(external=external))
    assert (answer.external_address and str(answer.external_address), reason) == (known, None)


@pytest.mark.parametrize("external", ["router.example", "203.0.113.256", "x" * 5000])
def test_an_external_address_that_is_none_is_a_note(net, listener, external):
    answer, _, reason = audit(net, listener, Router(external=external))
    assert (answer.external_address, answer.said.listed) == (None, "all")
    assert reason.startswith(f"its external address cannot be read: '{external[:40]}")
    assert len(reason) < 120


def test_a_firewall_alone_says_nothing_about_mappings(net, listener):
    router = Router(services=((FIREWALL, "/fw"),))
    answer, _, reason = audit(net, listener, router)
    assert (answer.said.ipv6_firewall_enabled, answer.said.listed, reason) == (True, None, None)
    router.answers["GetFirewallStatus"] = page(b"x" * 300_000)
    answer, _, reason = audit(net, listener, router)
    assert (answer.said.ipv6_firewall_enabled, answer.said.listed) == (None, None)
    assert "GetFirewallStatus" in reason


def test_optional_actions_that_are_missing_leave_their_facts_out(net, listener):
    missing = dict.fromkeys(("GetStatusInfo", "GetNATRSIPStatus", "GetExternalIPAddress"), fault(401, "Invalid Action"))
    answer, facts, reason = audit(net, listener, Router(mappings=[entry()], answers=missing))
    assert (answer.said.connection_status, answer.said.nat_enabled, answer.external_address) == (None, None, None)
    assert (answer.said.listed, reason, "igd.answer" in facts) == ("all", None, False)


def searched(net, monkeypatch, port, known=("/rootDesc.xml",), ssdp=(), *, closed=False, heard=False, silences=0):
    """What a router that announces nothing comes to; `ssdp` are its answers when it is asked alone, after `silences`."""
    monkeypatch.setattr(igd, "KNOWN", {port: tuple(known)})
    asked = []

    def exchange(self, at, to, data, **_):
        asked.append((at, to, data))
        if len(asked) <= silences or not (ssdp or closed):
            raise NoAnswer("no answer in time")
        if closed:
            raise Closed("nobody listens there")
        return ssdp

    monkeypatch.setattr(type(net), "exchange", exchange)
    found = []
    try:
        found += igd.probe(igd.Search(address=LOOPBACK, ports=(port,), answers_searches=heard), net)
    finally:
        times = min(silences + 1, igd.SEARCHES) if ssdp or closed else igd.SEARCHES
        assert [(str(at), to) for at, to, _ in asked] == [("127.0.0.1", 1900)] * times
    return found


def test_an_igd_without_a_service_that_forwards_ports_says_nothing_about_being_closed(net, listener):
    nothing = description((("urn:schemas-upnp-org:service:Layer3Forwarding:1", "/c"),))
    assert audit(net, listener, Router(document=nothing)) == (None, {}, "its IGD has no service that forwards ports")
    media = nothing.replace(b"InternetGatewayDevice", b"MediaServer")
    assert audit(net, listener, Router(document=media)) == (None, {}, None)


def test_a_silent_router_is_known_by_a_description_that_its_kind_has(net, listener, monkeypatch):
    router = Router(mappings=[entry()], paths=("/gatedesc.xml",))
    found = searched(net, monkeypatch, listener(behave=router).port, ("/igd.xml", "/gatedesc.xml"))
    assert len(next(w for w in reversed(found) if isinstance(w, GatewayAnswer)).mappings) == 1
    assert router.asked[:2] == ["GET /igd.xml", "GET /gatedesc.xml"]
    assert not [w for w in found if isinstance(w, Fact) and w.kind == "igd.absent"]


def test_a_router_without_any_is_said_to_have_none(net, listener, monkeypatch):
    media = description((("urn:schemas-upnp-org:service:ContentDirectory:1", "/c"),)).replace(
        b"InternetGateway", b"Media"
    )
    absent = [Fact(kind="igd.absent", value=True)]
    for router in (Router(paths=()), Router(document=media), Router(document=b"<html/>")):
        port = listener(behave=router).port
        assert searched(net, monkeypatch, port, closed=True) == absent
        assert searched(net, monkeypatch, port, closed=True, silences=2) == absent
        assert searched(net, monkeypatch, port, heard=True) == absent, "it answered discovery, with something else"
        with pytest.raises(NoAnswer, match="it was silent to every search; UPnP may be off"):
            searched(net, monkeypatch, port)


def test_a_search_that_is_lost_is_sent_again(net, listener, monkeypatch):
    router = Router(mappings=[entry()], paths=("/odd.xml",))
    port = listener(behave=router).port
    own = b"HTTP/1.1 200 OK\r\nlocation: http://127.0.0.1:%d/odd.xml\r\n\r\n" % port
    found = searched(net, monkeypatch, port, ssdp=(own,), silences=2)
    assert [w for w in found if isinstance(w, GatewayAnswer)][-1].said.listed == "all"


def test_of_several_connections_the_address_of_the_one_that_is_up_counts(net, listener):
    class Several(Router):
        def answer(self, head, body):
            if "/up" not in head and "#GetStatusInfo" in head:
                return said("GetStatusInfo", {"NewConnectionStatus": "Disconnected"})
            self.external = "203.0.113.9" if "/up" in head else "198.51.100.9"
            return super().answer(head, body)

    for order in (("/up", "/down"), ("/down", "/up"), ("/down", "/up", "/later")):
        answer, _, _ = audit(net, listener, Several(services=tuple((WANIP1, path) for path in order)))
        assert (str(answer.external_address), answer.said.connection_status) == ("203.0.113.9", "Connected")


def test_a_place_that_it_names_when_it_is_asked_alone_is_read_and_only_its_own(net, listener, monkeypatch):
    router = Router(mappings=[entry()], paths=("/odd.xml",))
    port = listener(behave=router).port
    foreign = b"HTTP/1.1 200 OK\r\nLOCATION: http://192.0.2.66/d.xml\r\n\r\n"
    with pytest.raises(NoAnswer, match="not followed: it names another host"):
        searched(net, monkeypatch, port, ssdp=(foreign,))
    own = b"HTTP/1.1 200 OK\r\nlocation: http://127.0.0.1:%d/odd.xml\r\n\r\n" % port
    found = searched(net, monkeypatch, port, ssdp=(foreign, own))
    assert [w for w in found if isinstance(w, GatewayAnswer)][-1].said.listed == "all"
    with pytest.raises(NoAnswer, match="404"):
        searched(net, monkeypatch, port, ssdp=(own.replace(b"odd", b"gone"),))
