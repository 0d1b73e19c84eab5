"""The simulated servers without sockets: what they say to good, bad and endless input."""

import ipaddress
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.dns import DNS

from netguard import registry
from netguard.demo import catalogue, wire
from netguard.demo.certificates import Wanted, certificate
from netguard.demo.homes import Device, Server
from netguard.demo.servers import igd, mdns, mqtt, nameserver, rtsp, snmp, ssdp, telnet, web
from netguard.demo.servers._contract import Context

HOME = catalogue.demo_home()
KINDS = registry.load_all("netguard.demo.servers")


def context(device: str | Device, kind: str, notes: list[str] | None = None) -> Context:
    """The context of a server of the demo home."""
    one = HOME.device(device) if isinstance(device, str) else device
    server = next((s for s in one.servers if s.kind == kind), Server(kind=kind, port=9))
    return Context(
        home=HOME, device=one, server=server, address=HOME.address(one), port=server.port, ports=(),
        names=tuple((d.hostname, HOME.address(d)) for d in HOME.everyone if d.hostname),
        note=(notes if notes is not None else []).append,
    )  # fmt: skip


def test_every_server_of_the_homes_has_a_module() -> None:
    homes = (HOME, catalogue.build_home(extra=(catalogue.noisy_gadget(),)))
    kinds = {server.kind for home in homes for device in home.everyone for server in device.servers}
    assert kinds <= set(KINDS)


@given(st.lists(st.binary(max_size=200), max_size=8))
def test_no_server_raises_whatever_it_hears(pieces: list[bytes]) -> None:
    for kind, module in KINDS.items():
        one = context("light-hub", kind)
        if hasattr(module, "conversation"):
            talk = module.conversation(one)
            assert isinstance(talk.opened(), bytes)
            for piece in pieces:
                if not talk.over:
                    assert isinstance(talk.received(piece), bytes)
        else:
            responder = module.responder(one)
            for piece in pieces:
                assert isinstance(responder.answers(piece, ("192.168.77.10", 4000)), tuple)


def test_http_answers_in_pieces_in_a_row_and_to_head() -> None:
    talk = web.Http(context("light-hub", "web"))
    assert talk.received(b"GET /api/con") == b""
    page = talk.received(b"fig?x=1 HTTP/1.1\r\nHost: a\r\n\r\n")
    assert page.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b'"modelid":"BSB002"' in page
    both = talk.received(
        b"POST /x HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcHEAD / HTTP/1.1\r\nConnection: close\r\n\r\n"
    )
    assert both.count(b"HTTP/1.1 ") == 2
    assert both.startswith(b"HTTP/1.1 404 ")
    assert both.endswith(b"\r\n\r\n")
    assert talk.over


@pytest.mark.parametrize("make", [web.Http, rtsp.Rtsp])
def test_a_request_that_never_ends_ends_the_connection(make: Callable[[Context], web.Http | rtsp.Rtsp]) -> None:
    talk = make(context("camera", "web"))
    for _ in range(20):
        if not talk.over:
            talk.received(b"x" * 1000)
    assert talk.over


def test_telnet_asks_for_a_name_and_a_password_and_lets_nobody_in() -> None:
    notes: list[str] = []
    talk = telnet.Login(context("lock-bridge", "telnet", notes))
    assert talk.opened().endswith(b"Nuki_Bridge_1A2B3C4D login: ")
    assert talk.received(b"\xff\xfc\x01\xff\xfa\x1f\x00\x50\x00\x18\xff\xf0") == b""
    assert talk.received(b"root\r\n") == b"\r\nPassword: "
    assert talk.received(b"root\r\n").startswith(b"\r\nLogin incorrect")
    assert notes == ["login-attempt"]
    talk.received(b"a\nb\nc\nd\n")
    assert talk.over


def test_mqtt_accepts_a_split_connect_and_refuses_a_huge_packet() -> None:
    connect = bytes.fromhex("100f00044d5154540402003c00036e6574")
    talk = mqtt.Broker(context("automation-host", "mqtt"))
    assert talk.received(connect[:5]) == b""
    assert talk.received(connect[5:] + b"\xc0\x00") == b"\x20\x02\x00\x00\xd0\x00"
    talk.received(b"\x30\xff\xff\xff\x7f")
    assert talk.over


def test_the_certificate_of_a_device_keeps_its_key() -> None:
    one, other = (
        certificate(Wanted(common_name="x", seed=seed)) for seed in ("00:17:88:00:00:01", "00:17:88:00:00:02")
    )
    assert one[1] == certificate(Wanted(common_name="x", seed="00:17:88:00:00:01"))[1]
    assert one[1] != other[1]


def query(name: str, kind: int = wire.PTR, *, unicast: bool = False) -> bytes:
    """One multicast DNS question."""
    return wire.ask((wire.Question(name=wire.name_of(name), type=kind, unicast=unicast),), id=5)


def test_mdns_answers_the_group_or_the_asker_as_it_was_asked() -> None:
    one = mdns.Multicast(context("homekit-lock", "mdns"))
    question = "_hap._tcp.local"
    assert [a.to for a in one.answers(query(question), ("192.168.77.10", 5353))] == ["group"]
    assert [a.to for a in one.answers(query(question, unicast=True), ("192.168.77.10", 5353))] == ["sender"]
    (legacy,) = one.answers(query(question), ("192.168.77.10", 40000))
    assert legacy.to == "sender"
    assert wire.read(legacy.data).id == 5
    assert [q.name for q in wire.read(legacy.data).questions] == [("_hap", "_tcp", "local")]
    assert one.answers(query("_ipp._tcp.local"), ("192.168.77.10", 5353)) == ()


def test_mdns_does_not_repeat_what_the_asker_knows() -> None:
    one = mdns.Multicast(context("homekit-lock", "mdns"))
    known = wire.Record(name=("_hap", "_tcp", "local"), type=wire.PTR, data=("Front Door", "_hap", "_tcp", "local"))
    asked = (wire.Question(name=("_hap", "_tcp", "local"), type=wire.PTR),)
    data = wire.write((known,), questions=asked, flags=0)
    assert one.answers(data, ("192.168.77.10", 5353)) == ()


def test_mdns_sends_service_text_and_address_along_with_a_pointer() -> None:
    (answer,) = mdns.Multicast(context("homekit-lock", "mdns")).answers(
        query("_hap._tcp.local"), ("192.168.77.10", 5353)
    )
    assert b"ci=6" in answer.data
    assert bytes((192, 168, 77, 21)) in answer.data


def test_ssdp_answers_what_was_searched_for_and_nothing_else() -> None:
    one = ssdp.Ssdp(context("television", "ssdp"))

    def search(target: str, man: str = '"ssdp:discover"') -> int:
        text = f"M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: {man}\r\nMX: 1\r\nST: {target}\r\n\r\n"
        return len(one.answers(text.encode(), ("192.168.77.10", 4000)))

    assert search("ssdp:all") == 5
    assert search("urn:schemas-upnp-org:device:MediaRenderer:1") == 1
    assert search("urn:schemas-upnp-org:device:InternetGatewayDevice:1") == 0
    assert search("ssdp:all", man="") == 0


def test_the_name_server_knows_the_home_and_says_no_to_the_rest() -> None:
    names = nameserver.Names(context("router", "nameserver"))
    (yes,) = names.answers(query("diskstation.lan", wire.A), ("192.168.77.10", 4000))
    (no,) = names.answers(query("example.com", wire.A), ("192.168.77.10", 4000))
    assert bytes((192, 168, 77, 50)) in yes.data
    assert no.data[3] & 15 == 3


def test_snmp_describes_the_device_and_counts_a_write() -> None:
    notes: list[str] = []
    agent = snmp.Agent(context("printer", "snmp", notes))
    get = bytes.fromhex("302602010004067075626c6963a019020101020100020100300e300c06082b060102010101000500")
    (answer,) = agent.answers(get, ("192.168.77.10", 4000))
    assert b"Brother NC-8900w" in answer.data
    assert agent.answers(get.replace(b"public", b"secret"), ("192.168.77.10", 4000)) == ()
    assert agent.answers(get.replace(b"\xa0\x19", b"\xa3\x19"), ("192.168.77.10", 4000)) == ()
    assert notes == ["write-attempt"]


def with_ipv6(device: str, kind: str) -> Context:
    """The context of a server that is reached over IPv6."""
    plain = context(device, kind)
    return replace(plain, address="fd77::20", addresses=(plain.address, "fd77::20", "fe80::20"))


def test_mdns_gives_all_addresses_and_knows_their_reverse_names() -> None:
    one = mdns.Multicast(with_ipv6("homekit-lock", "mdns"))
    (answer,) = one.answers(query("_hap._tcp.local"), ("fe80::10", 5353))
    message = DNS(answer.data)
    given = {record.rdata for record in message.ar if record.type in (wire.A, wire.AAAA)}
    assert given == {"192.168.77.21", "fd77::20", "fe80::20"}
    back = ipaddress.ip_address("fe80::20").reverse_pointer
    assert len(one.answers(query(back), ("fe80::10", 5353))) == 1


def test_ssdp_over_ipv6_points_to_an_ipv6_address() -> None:
    notify = ssdp.Ssdp(with_ipv6("television", "ssdp")).announcements()[0].decode()
    assert "HOST: [FF02::C]:1900\r\n" in notify
    assert "LOCATION: http://[fd77::20]:9197/dmr\r\n" in notify


def test_the_name_server_gives_ipv6_addresses() -> None:
    one = nameserver.Names(
        replace(context("router", "nameserver"), names=(("lock", "192.168.77.20"), ("lock", "fd77::20")))
    )
    (answer,) = one.answers(query("lock.lan", wire.AAAA), ("fd77::10", 4000))
    assert DNS(answer.data).an[0].rdata == "fd77::20"
    back = ipaddress.ip_address("fd77::20").reverse_pointer
    (answer,) = one.answers(query(back), ("fd77::10", 4000))
    assert DNS(answer.data).an[0].rdata == b"lock.lan."


def test_what_is_no_http_request_is_refused_at_once() -> None:
    http = web.conversation(context("light-hub", "web"))
    assert http.received(b"\x16\x03\x01\x02\x00\x01").startswith(b"HTTP/1.1 400 ")
    assert http.over
    patient = web.conversation(context("light-hub", "web"))
    assert patient.received(b"GE") == b""
    assert not patient.over


def _asked(talk: igd.Igd, action: str, inner: str = "", kind: str = "WANIPConnection:2") -> str:
    body = f"<s:Envelope><s:Body><u:{action}>{inner}</u:{action}></s:Body></s:Envelope>"
    head = (
        f"POST /control1 HTTP/1.1\r\nContent-Length: {len(body)}\r\n"
        f'SOAPAction: "urn:schemas-upnp-org:service:{kind}#{action}"\r\n\r\n'
    )
    return talk.received((head + body).encode()).decode()


def test_the_gateway_lists_what_it_forwards_and_comes_to_an_end() -> None:
    talk = igd.Igd(context("router", "igd"))
    answers = [
        _asked(talk, "GetGenericPortMappingEntry", f"<NewPortMappingIndex>{n}</NewPortMappingIndex>") for n in range(3)
    ]
    assert "<NewExternalPort>8443<" in answers[0]
    assert "<NewInternalClient>192.168.77.20<" in answers[0]
    assert "<NewInternalClient>192.168.77.99<" in answers[1]
    assert answers[2].startswith("HTTP/1.1 500 ")
    assert "<errorCode>713<" in answers[2]
    both = [_asked(talk, "GetListOfPortMappings", f"<NewProtocol>{p}</NewProtocol>") for p in ("TCP", "UDP")]
    assert ["8443" in both[0], "51413" in both[0], "8443" in both[1], "51413" in both[1]] == [True, False, False, True]
    assert "203.0.113.20" in _asked(talk, "GetExternalIPAddress")
    six = igd.Igd(replace(context("router", "igd"), address="fd00:77::1"))
    first = _asked(six, "GetGenericPortMappingEntry", "<NewPortMappingIndex>0</NewPortMappingIndex>")
    assert "<errorCode>713<" in first


def test_the_gateway_takes_nothing_and_is_still_a_web_server() -> None:
    talk = igd.Igd(context("router", "igd"))
    for action in ("AddPortMapping", "DeletePortMapping", "Reboot"):
        assert "<errorCode>401<" in _asked(talk, action)
    assert "<errorCode>401<" in _asked(talk, "GetStatusInfo", kind="WANIPConnection:9")
    assert b"InternetGatewayDevice:2" in talk.received(b"GET /rootDesc.xml HTTP/1.1\r\n\r\n")
    assert "Connected" in _asked(talk, "GetStatusInfo")
    first = b"POST /control1 HTTP/1.1\r\nContent-Length: 99999\r\n\r\n"
    assert talk.received(first) == b""
    assert talk.over, "a request without end is not waited for"
