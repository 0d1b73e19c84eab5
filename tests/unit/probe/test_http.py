"""HTTP: one GET, nothing followed, whatever the server makes of it."""

import time
import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.net.failures import Failure, NoAnswer
from netguard.probe import _http, http
from netguard.probe._contract import Target
from tests.builders import device
from tests.servers import LOOPBACK, drip, flood, free_port, hang_up
from tests.unit.probe.conftest import TARGET, TEXT, fact, make_ask, said, texts

PAGE = (
    b"HTTP/1.1 200 OK\r\nServer: lighttpd/1.4.59 (unix)\r\nContent-Type: text/html\r\nContent-Length: 52\r\n\r\n"
    b"<html><head><title>Front door</title></head></html>\r\n"
)


def read(answer, target=TARGET):
    return said(http.read(_http.read(answer), target))


def page(*headers, body=b"", status=b"200 OK"):
    return b"\r\n".join((b"HTTP/1.1 " + status, *headers, b"", body))


@pytest.fixture
def usual(monkeypatch):
    """Makes a port one that HTTP is expected on."""
    return lambda port: monkeypatch.setattr(http, "USUAL_PORTS", frozenset({port}))


def ask_real(net, service, **given):
    return said(http.probe(Target(address=LOOPBACK, port=service.port, **given), net))


def test_one_get_is_sent_and_the_page_is_read(net, listener):
    service = listener(answer=PAGE)
    assert ask_real(net, service) == {
        "http.status": 200,
        "http.server": "lighttpd/1.4.59 (unix)",
        "http.title": "Front door",
        "service": ("http", "lighttpd", "1.4.59"),
    }
    assert service.accepted == 1
    assert service.received.startswith(b"GET / HTTP/1.1\r\nHost: 127.0.0.1:")
    assert service.received.count(b"\r\n\r\n") == 1


def test_an_ipv6_host_is_written_in_brackets():
    from netaddr import IPAddress

    assert b"Host: [fe80::1]:80\r\n" in _http.request(Target(address=IPAddress("fe80::1"), port=80))


def test_a_redirect_is_told_and_not_followed(net, listener):
    elsewhere = listener(answer=PAGE)
    where = f"http://127.0.0.1:{elsewhere.port}/login"
    answer = page(f"Location: {where}".encode(), b"Content-Length: 0", status=b"302 Found")
    found = ask_real(net, listener(answer=answer))
    assert (found["http.status"], found["http.redirect"]) == (302, where)
    assert elsewhere.accepted == 0


def test_a_refused_connection_is_a_reason(net):
    with pytest.raises(NoAnswer, match="refused"):
        list(http.probe(Target(address=LOOPBACK, port=free_port()), net))


@pytest.mark.parametrize(("answer", "why"), [(b"SSH-2.0-x\r\n", "not HTTP"), (b"HTTP/1.1 banana\r\n\r\n", "broken")])
def test_garbage_is_a_reason_on_a_usual_port_and_nothing_elsewhere(net, listener, usual, answer, why):
    service = listener(answer=answer, then_close=True)
    assert ask_real(net, service) == {}
    usual(service.port)
    with pytest.raises(NoAnswer, match=why):
        ask_real(net, service)


def test_silence_and_hanging_up_are_reasons_within_their_time(net, listener, usual):
    began = time.monotonic()
    for service in (listener(), listener(behave=hang_up)):
        usual(service.port)
        with pytest.raises(NoAnswer, match=r"said nothing|closed the connection|connection reset"):
            ask_real(net, service)
    assert time.monotonic() - began < 6


def test_a_drip_is_cut_off_and_what_came_is_read(net, listener):
    began = time.monotonic()

    def behave(peer):
        peer.sendall(b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\n<title>slow</title")
        drip(b"x")(peer)

    assert ask_real(net, listener(behave=behave))["http.title"] == "slow"

    def never_a_body(peer):
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        drip(b"x")(peer)

    assert ask_real(net, listener(behave=never_a_body))["http.status"] == 200
    assert time.monotonic() - began < 8


@pytest.mark.parametrize(
    "chunk", [b"x" * 4096, b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 4096, b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000]
)
def test_a_flood_costs_the_flooder_only(net, listener, chunk):
    began = time.monotonic()
    try:
        ask_real(net, listener(behave=flood(chunk)))
    except Failure as failure:
        assert str(failure)  # noqa: PT017 - either is right, and neither takes long
    assert time.monotonic() - began < 6


def test_headers_for_ever_are_refused():
    with pytest.raises(NoAnswer, match="broken"):
        read(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 5000 + b"\r\n")
    with pytest.raises(NoAnswer, match="broken"):
        read(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70000 + b"\r\n\r\n")


def test_a_chunked_page_is_put_together_also_when_it_is_cut_short():
    head = page(b"Transfer-Encoding: chunked", b"Server: x")
    whole = head + b"7\r\n<title>\r\n5\r\nDoors\r\n8\r\n</title>\r\n0\r\n\r\n"
    assert read(whole)["http.title"] == "Doors"
    assert read(whole[:-14])["http.title"] == "Doors"
    for broken in (b"banana\r\n", b"-1\r\n<title>", b"ffffffffffffffffffff\r\n<title>x</title>"):
        try:
            read(head + broken)
        except NoAnswer as failure:
            assert "broken" in str(failure)  # noqa: PT017 - either is right


def test_the_end_of_a_page_is_seen():
    assert _http.is_complete(PAGE)
    assert _http.is_complete(PAGE[:-10], b"</title")  # the title is all that is wanted
    assert not _http.is_complete(PAGE[: PAGE.index(b"Front")], b"</title")
    assert not _http.is_complete(PAGE[:-10])
    assert _http.is_complete(page(b"Content-Length: 0"))
    chunked = page(b"Transfer-Encoding: Chunked")
    assert not _http.is_complete(chunked + b"1\r\nx\r\n")
    assert _http.is_complete(chunked + b"1\r\nx\r\n0\r\n\r\n")
    assert _http.is_complete(page() + b"x" * _http.MAX_BODY)
    assert not _http.is_complete(b"HTTP/1.1 200 OK\r\n")
    assert _http.is_complete(b"x" * (_http.MAX_BODY + 1))


def test_a_huge_title_is_cut():
    found = read(page(body=b"<title>" + b"T" * 100_000 + b"</title>"))
    assert len(found["http.title"]) <= 512


@pytest.mark.parametrize(
    ("title", "seen"),
    [
        (b"<title>Caf&eacute; &amp; Bar</title>", "Café & Bar"),
        (b"<TITLE lang=de>\r\n  T\xc3\xbcr\r\n</TITLE>", "Tür"),
        (b"<title>&#27;[2J&#x202e;evil</title>", "[2J evil"),
        (b"<title>\xff\xfe</title>", "��"),
        (b"<title>&lt;script&gt;</title>", "<script>"),
        (b"<title>&#xD800;&#99999999999;</title>", "��"),
    ],
)
def test_titles_are_decoded_and_cleaned(title, seen):
    assert read(page(body=title))["http.title"] == seen


def test_control_characters_in_headers_reach_nobody():
    found = read(page(b"Server: ng\x1b[31minx\x07/1.\x00\x1b2 y", b'WWW-Authenticate: Basic realm="R\x1b"'))
    assert found["http.realm"] == "R"
    for text in map(str, [*found.values(), *found["service"]]):
        assert not any(unicodedata.category(c) == "Cc" for c in text)
    assert found["service"] == ("http", "ng [31minx", "1. 2")


def test_a_realm_is_read_with_and_without_quotes():
    for value in (b'Basic realm="TP-LINK Router", charset="UTF-8"', b"Digest nonce=1, REALM=TP-LINK Router,x=y"):
        found = read(page(b"WWW-Authenticate: " + value, status=b"401 Unauthorized"))
        assert (found["http.status"], found["http.realm"]) == (401, "TP-LINK Router")


def test_long_products_are_cut():
    _, product, version = read(page(b"Server: " + b"p" * 300 + b"/" + b"9" * 300))["service"]
    assert (len(product), len(version)) == (http.MAX_PRODUCT, http.MAX_VERSION)


@given(
    TEXT,
    st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nServer: ", b"HTTP/1.1 200 OK\r\n\r\n<title>"]),
)
def test_no_answer_breaks_the_reader_or_gets_a_control_character_in(data, start):
    try:
        found = list(http.read(_http.read(start + data), TARGET))
    except NoAnswer:
        return
    for text in texts(found):
        assert not any(unicodedata.category(c) == "Cc" for c in text)
    _http.is_complete(start + data)


HEADERS = st.sampled_from(
    [b"Transfer-Encoding: chunked", b"Content-Length: 7", b"Content-Length: -1", b"Server: x/1", b"Location: y"]
)


@given(
    st.lists(HEADERS, max_size=4),
    st.lists(st.sampled_from([b"1", b"-1", b"f", b"zz", b"\r\n", b"<title>", b"</title>", b"0"]), max_size=12),
)
def test_no_framing_breaks_the_reader(headers, body):
    with suppress(NoAnswer):
        list(http.read(_http.read(page(*headers, body=b"".join(body))), TARGET))


def wanted(services, **given):
    return [(t.port, t.secure) for t in http.wants(device(services=services), make_ask(**given))]


def test_usual_ports_tls_ports_and_in_the_deep_round_silent_ones_are_asked():
    assert wanted([22, 80, 8443, 12345], turn="light") == [(80, False)]
    facts = [fact("tls.version", "TLSv1.3", 8443), fact("tcp.banner", "", 12345), fact("ssh.banner", "SSH-2.0-x", 22)]
    assert wanted([22, 80, 8443, 12345], turn="light", facts=facts) == [(80, False), (8443, True)]
    assert wanted([22, 80, 8443, 12345], facts=facts) == [(80, False), (8443, True), (12345, False)]


def test_what_answered_is_not_asked_again_and_printers_never():
    assert wanted([80, 515, 631, 9100, 9107], facts=[fact("http.status", 200, 80)]) == []
    silent = [fact("tcp.banner", "", port) for port in (515, 631, 9100)]
    assert wanted([515, 631, 9100], facts=silent) == []
