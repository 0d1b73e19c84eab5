"""Routers that mean harm or are broken: each bad answer is a reason, in bounded time and memory, and nobody else is asked."""

import re
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.model.gateway import GatewayAnswer, PortMapping, mapping_text
from netguard.model.observation import MAX_TEXT, Fact
from netguard.model.vocabulary import Transport
from netguard.net import limits
from netguard.net.failures import Failure, NoAnswer, TooMuch
from netguard.probe import _audit, _description, _http, _soap, _wan, igd
from netguard.probe._contract import Target
from tests.servers import LOOPBACK, drip
from tests.unit.probe.conftest import TEXT
from tests.unit.probe.fakes.igd import WANIP1, WANIP2, Router, description, entry, fault, listing, page, said

GENERIC = "GetGenericPortMappingEntry"
BOMB = b'<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def audit(net, listener, behave, path="/rootDesc.xml"):
    """(last answer, reason, the service) of one audit."""
    made = listener(behave=behave)
    found, reason = None, None
    try:
        for what in igd.probe(Target(address=LOOPBACK, port=made.port, path=path), net):
            found = what if isinstance(what, GatewayAnswer) else found
    except Failure as failure:
        reason = str(failure)
    return found, reason, made


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (b'<?xml version="1.0"?>' + BOMB + b"<root><device>&b;</device></root>", "DTDForbidden"),
        (b'<!DOCTYPE r SYSTEM "http://198.51.100.1/x.dtd"><root><device/></root>', "DTDForbidden"),
        (b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><root><device>&x;</device></root>', "DTDForbidden"),
        (b"<!DOCTYPE root><root><device/></root>", "DTDForbidden"),
        (b"<root><device>" + b"<deviceList><device>" * 3000, "cannot be read"),
        (b"<html>Sign in</html>", "is none"),
        (description(((WANIP1, "http://198.51.100.9/c"),)), "names another host, 198.51.100.9"),
        (description(((WANIP1, "http://169.254.169.254/c"),)), "names a link-local IPv4 address"),
        (description(((WANIP1, "file:///etc/passwd"),)), "no plain HTTP address"),
        (description(((WANIP1, "/" + "x" * 70_000),)), "cannot be read"),
    ],
)
def test_a_bad_description_is_a_reason_and_no_action_is_asked(net, listener, document, why):
    router = Router(document=document)
    answer, reason, _ = audit(net, listener, router)
    assert answer is None
    assert why in reason
    assert router.asked == ["GET /rootDesc.xml"]


def test_a_redirect_is_not_followed_neither_for_the_description_nor_for_an_action(net, listener):
    moved = page(b"", b"302 Found\r\nLocation: http://127.0.0.1:1/other")
    _, reason, made = audit(net, listener, lambda peer: (peer.recv(65536), peer.sendall(moved)))
    assert "answered 302" in reason
    assert made.accepted == 1
    router = Router(answers={GENERIC: moved, "GetExternalIPAddress": moved})
    answer, reason, _ = audit(net, listener, router)
    assert answer.said.listed == "part"
    assert f"its list ends after 0 mappings: it answered 302 when it was asked for {GENERIC}" in reason
    assert "GetExternalIPAddress: it answered 302" in reason


def endless(peer):
    """A gigabyte, by its own word, as fast as it is taken."""
    peer.recv(65536)
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n<root><device>")
    while True:
        peer.sendall(b"<x>y</x>" * 8192)


def test_a_gigabyte_costs_neither_memory_nor_time(net, listener):
    tracemalloc.start()
    try:
        answer, reason, _ = audit(net, listener, endless)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert answer is None
    assert "cannot be read" in reason
    assert peak < 8 * limits.READ_BYTES


def test_an_action_answered_by_a_gigabyte_ends_the_list_and_keeps_what_there_was(net, listener):
    huge = page(b"<s:Envelope>" + b"<x>y</x>" * 60_000)
    router = Router(mappings=[entry()])
    router.answers[GENERIC] = lambda body: said(GENERIC, entry()) if "Index>0<" in body else huge
    answer, reason, _ = audit(net, listener, router)
    assert (answer.said.listed, len(answer.mappings)) == ("part", 1)
    assert "its answer to GetGenericPortMappingEntry cannot be read" in reason


def test_a_dripping_router_costs_no_more_than_the_audit_s_own_time(net, listener, monkeypatch):
    monkeypatch.setattr(igd, "AUDIT_SECONDS", 1.0)
    began = time.monotonic()
    answer, reason, _ = audit(net, listener, drip())
    assert (answer, reason) == (None, "its time was used up")
    slow = Router(answers={GENERIC: lambda _: time.sleep(0.05) or said(GENERIC, entry(next(ports)))})
    ports = iter(range(1000, 60_000))
    answer, reason, _ = audit(net, listener, slow)
    assert answer.said.listed == "part"
    assert answer.mappings
    assert "was not read to its end: its time was used up" in reason
    assert time.monotonic() - began < 20


def test_thousands_of_services_are_eight(net, listener):
    router = Router(services=tuple((WANIP1, f"/c{n}") for n in range(400)), mappings=[entry()])
    monstrous = description(router.services)
    assert len(monstrous) > _http.MAX_BODY
    assert audit(net, listener, router)[0] is None
    router.services = router.services[:40]
    answer, reason, _ = audit(net, listener, router)
    assert len({each.split(" ")[0] for each in router.asked} - {"GET"}) == _wan.MAX_WAN_SERVICES
    assert len(answer.mappings) == 1
    assert "it lists 32 services more than are asked" in reason


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (entry(99999), "'99999' is no port"),
        (entry(-1), "'-1' is no port"),
        (entry(22, internal=0), "'0' is no port"),
        (entry(22, internal=65536), "'65536' is no port"),
        (entry("٤٤٣"), "is no port"),
        (entry("1" * 5000), "is no port"),
        (entry(""), "'' is no port"),
        (entry(22, "my-lock"), "'my-lock' is no address"),
        (entry(22, "192.0.2.999"), "'192.0.2.999' is no address"),
        (entry(22, ""), "'' is no address"),
        (entry(22, "3221225985"), "'3221225985' is no address"),
        (entry(22, protocol="SCTP"), "'sctp' is no protocol"),
        ({}, "'' is no protocol"),
    ],
)
def test_a_mapping_that_does_not_read_is_a_note_and_not_in_the_document(net, listener, bad, why):
    answer, reason, _ = audit(net, listener, Router(mappings=[entry(), bad, entry(23)]))
    assert [m.external_port for m in answer.mappings] == [8443, 23]
    assert answer.said.listed == "part"
    assert "a mapping in its list cannot be read: " in reason
    assert why in reason
    assert len(reason) < 500


def test_a_thousand_unreadable_mappings_are_few_notes(net, listener, monkeypatch):
    monkeypatch.setattr(_wan, "MAX_MAPPINGS", 60)
    answer, reason, _ = audit(net, listener, Router(mappings=[entry(70_000 + n) for n in range(60)]))
    assert answer.mappings == ()
    assert reason.count(";") < _audit.MAX_NOTES


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (BOMB.decode() + "<l>&b;</l>", "its list of mappings cannot be read"),
        ("<l><p>", "its list of mappings cannot be read"),
        ("", "its list of mappings cannot be read"),
    ],
)
def test_a_list_at_once_that_is_a_bomb_costs_nothing_of_the_other(net, listener, text, why):
    given = {"GetListOfPortMappings": said("GetListOfPortMappings", {"NewPortListing": text})}
    answer, reason, _ = audit(net, listener, Router(services=((WANIP2, "/c"),), mappings=[entry()], answers=given))
    assert (answer.said.listed, len(answer.mappings)) == ("all", 1)
    assert why in reason


def test_what_does_not_read_in_the_list_at_once_leaves_something_unknown(net, listener):
    router = Router(services=((WANIP2, "/c"),), mappings=[entry()], at_once=[entry(), entry(22, "my-lock")])
    answer, reason, _ = audit(net, listener, router)
    assert (len(answer.mappings), answer.said.listed) == (1, "part")
    assert "'my-lock' is no address" in reason


def test_a_list_at_once_of_thousands_is_read_to_its_bound(net, listener, monkeypatch):
    monkeypatch.setattr(_wan, "MAX_MAPPINGS", 20)
    router = Router(services=((WANIP2, "/c"),), at_once=[entry(1000 + n) for n in range(300)])
    answer, reason, _ = audit(net, listener, router)
    assert (len(answer.mappings), answer.said.listed) == (20, "part")
    assert "GetListOfPortMappings has 20 that the other has not" in reason
    text = listing(entry(1000 + n) for n in range(5000))
    router.answers["GetListOfPortMappings"] = said("GetListOfPortMappings", {"NewPortListing": text})
    answer, reason, _ = audit(net, listener, router)
    assert answer.said.listed == "all"
    assert "GetListOfPortMappings: it sent more than" in reason or "cannot be read" in reason


def test_a_description_that_breaks_its_answer_hides_no_mapping_after_it(net, listener):
    """Whoever is at home may add one, and choose its description; some routers write it out as it is."""
    broken = page(b"<s:Envelope><s:Body><d>a<b</d></s:Body></s:Envelope>")
    router = Router(mappings=[entry(), entry(22), entry(23)])
    router.answers[GENERIC] = lambda body: broken if "Index>1<" in body else router.own(GENERIC, body)
    answer, reason, _ = audit(net, listener, router)
    assert [m.external_port for m in answer.mappings] == [8443, 23]
    assert answer.said.listed == "part"
    assert "a mapping in its list cannot be read: its answer to GetGenericPortMappingEntry cannot be read" in reason
    whole = said(GENERIC, entry()).partition(b"\r\n\r\n")[2].replace(b"Lock bridge", b"Lock <b>bridge</b>")
    router.answers[GENERIC] = lambda body: page(whole) if "Index>0<" in body else router.own(GENERIC, body)
    assert audit(net, listener, router)[0].mappings[0].description == "Lock bridge"


def test_a_router_that_breaks_off_again_and_again_is_asked_no_further(net, listener):
    router = Router(answers={GENERIC: page(b"<x>")})
    answer, reason, _ = audit(net, listener, router)
    assert answer.said.listed == "part"
    assert "its list ends after 0 mappings" in reason
    assert sum(GENERIC in each for each in router.asked) == _wan.MAX_BROKEN


@pytest.mark.parametrize(
    ("status", "body", "code", "words"),
    [
        (500, fault(713, "SpecifiedArrayIndexInvalid").partition(b"\r\n\r\n")[2], 713, "SpecifiedArrayIndexInvalid"),
        (200, fault(606, "&lt;b&gt;\n\x1b".replace("\x1b", "")).partition(b"\r\n\r\n")[2], 606, "<b>"),
        (500, fault("", "").partition(b"\r\n\r\n")[2], 0, "UPnPError"),
        (500, fault("9" * 4000, "x").partition(b"\r\n\r\n")[2], 0, "x"),
        (500, b"<e:Envelope xmlns:e='x'><e:Body><e:Fault/></e:Body></e:Envelope>", 0, ""),
    ],
)
def test_faults_say_their_number_and_their_words_cleaned(status, body, code, words):
    with pytest.raises(_soap.Fault) as seen:
        _soap.read(status, body, "GetStatusInfo")
    assert (seen.value.code, seen.value.text) == (code, words)
    assert (f"error {code}" if code else "an error without a number") in str(seen.value)


@pytest.mark.parametrize(
    ("status", "body"),
    [(404, b""), (200, b""), (200, b"<html/>"), (200, b"<Envelope/>"), (500, BOMB + b"<Envelope/>"),
     (200, said("GetNATRSIPStatus", {}).partition(b"\r\n\r\n")[2])],
)  # fmt: skip
def test_what_is_no_answer_to_the_action_is_a_reason(status, body):
    with pytest.raises(NoAnswer, match="GetStatusInfo"):
        _soap.read(status, body, "GetStatusInfo")


def test_an_answer_without_namespaces_or_with_strange_ones_is_read_all_the_same():
    plain = (
        b"<Envelope><Body><GetStatusInfoResponse><NewUptime> 9 </NewUptime></GetStatusInfoResponse></Body></Envelope>"
    )
    assert _soap.read(200, plain, "GetStatusInfo") == {"NewUptime": "9"}
    odd = b"<S:Envelope xmlns:S='a'><S:Body><m:GetStatusInfoResponse xmlns:m='b'><m:A>1</m:A></m:GetStatusInfoResponse>"
    assert _soap.read(200, odd + b"</S:Body></S:Envelope>", "GetStatusInfo") == {"A": "1"}


def test_what_is_sent_is_one_post_with_its_values_escaped(net, listener):
    service = listener(answer=said("DeletePortMapping", {}), then_close=True)
    at = Target(address=LOOPBACK, port=service.port)
    assert (
        _soap.call(at, net, "/c", WANIP1, "DeletePortMapping", (("NewRemoteHost", "<&>"), ("NewProtocol", "TCP"))) == {}
    )
    head, _, body = service.received.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /c HTTP/1.1\r\n")
    assert f'SOAPAction: "{WANIP1}#DeletePortMapping"'.encode() in head
    assert re.search(rb"Content-Length: (\d+)", head)[1] == str(len(body)).encode()
    assert b"<NewRemoteHost>&lt;&amp;&gt;</NewRemoteHost><NewProtocol>TCP</NewProtocol>" in body


NUMBERS = st.one_of(st.integers(-5, 70_000).map(str), st.text(max_size=6))


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "NewProtocol": st.sampled_from(["TCP", "UDP", "tcp", "SCTP", ""]),
            "NewExternalPort": NUMBERS,
            "NewInternalPort": NUMBERS,
            "NewInternalClient": st.one_of(st.ip_addresses().map(str), st.text(max_size=20)),
            "NewRemoteHost": st.text(max_size=300),
            "NewPortMappingDescription": st.text(max_size=2000),
            "NewEnabled": st.text(max_size=3),
            "NewLeaseDuration": NUMBERS,
        },
    )
)
def test_whatever_reads_is_a_mapping_that_a_document_has_place_for(given_arguments):
    try:
        found = _wan.mapping(given_arguments)
    except _wan.Unreadable:
        return
    assert 0 <= found.external_port <= 65535
    assert (1 if found.external_port else 0) <= found.internal_port <= 65535
    assert found.client is not None
    assert found.lease_seconds is None or 0 <= found.lease_seconds <= _wan.MAX_LEASE
    assert len(found.description or "") <= MAX_TEXT
    assert Fact(kind="igd.mapping", value=mapping_text(found)).value == mapping_text(found)


@pytest.mark.parametrize(
    ("given_arguments", "wanted"),
    [
        (entry(0, internal=0), (0, 0, None)),
        (entry(0, internal=80), (0, 80, None)),
        (entry(NewRemoteHost="0.0.0.0"), (8443, 443, None)),
        (entry(NewRemoteHost=" "), (8443, 443, "")),
        (entry(NewRemoteHost="198.51.100.1"), (8443, 443, "198.51.100.1")),
    ],
)
def test_the_wildcards_of_a_mapping(given_arguments, wanted):
    found = _wan.mapping(given_arguments)
    assert (found.external_port, found.internal_port, found.remote_host) == wanted


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("1", True),
        ("0", False),
        ("true", True),
        ("False", False),
        ("yes", True),
        ("no", False),
        ("", None),
        ("2", None),
    ],
)
def test_flags_as_upnp_writes_them(text, flag):
    assert _wan.flag(text) is flag


def test_the_text_of_a_mapping_is_the_one_that_checks_look_for():
    mapping = PortMapping(
        source="igd", protocol=Transport.UDP, external_port=0, internal_client="fd00::1", internal_port=9
    )
    assert mapping_text(mapping) == "udp 0 -> fd00::1 9"


@given(TEXT, st.sampled_from([200, 500]), st.booleans())
def test_no_answer_breaks_the_reader(data, status, enveloped):
    body = b"<Envelope><Body><AResponse><B>" + data + b"</B></AResponse></Body></Envelope>" if enveloped else data
    try:
        found = _soap.read(status, body, "A")
    except (NoAnswer, TooMuch):
        return
    assert all(isinstance(value, str) for value in found.values())


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_control_url_and_no_url_base_leads_to_anybody_else(control, base):
    from xml.sax.saxutils import escape

    document = description(((WANIP1, control),), outer=f"<URLBase>{escape(base)}</URLBase>")
    try:
        root = _description.parsed(document)
    except NoAnswer:
        return
    for service in _wan.services(root, "http://192.0.2.1:5000/d.xml"):
        assert str(service.place.address) == "192.0.2.1"
        assert service.place.port not in limits.PAYLOAD_BLOCKED_PORTS
        _http.request(service.target, service.control, method="POST", body=b"x")


@pytest.mark.parametrize("digit", ["\u0663", "\uff11", "\u0967"])
def test_a_version_is_written_in_the_digits_of_ascii(digit):
    for kind in (_wan.CONNECTION, _wan.FIREWALL):
        name = "WANIPConnection" if kind is _wan.CONNECTION else "WANIPv6FirewallControl"
        assert kind.fullmatch(f"urn:schemas-upnp-org:service:{name}:12")
        assert not kind.fullmatch(f"urn:schemas-upnp-org:service:{name}:1{digit}")
