"""HTTP: the page at `/` and where it leads on the same device, whatever the server makes of it."""

import time
import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.net.failures import Failure, NoAnswer
from netguard.probe import _http, http
from netguard.probe._contract import Target
from tests.servers import LOOPBACK, drip, flood, free_port, hang_up
from tests.unit.probe.conftest import TARGET, TEXT, fact, said, texts
from tests.unit.probe.web import NOT_SPARED, PAGE, SPARED, ask_real, moved, page, site, wanted


def read(answer, target=TARGET):
    return said(http.read(_http.read(answer), target))


@pytest.fixture
def usual(monkeypatch):
    """Makes a port one that HTTP is expected on."""
    return lambda port: monkeypatch.setattr(http, "USUAL_PORTS", frozenset({port}))


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


def titled(title, *headers):
    body = b"<title>%s</title>" % title.encode()
    return page(b"Content-Length: %d" % len(body), *headers, body=body)


@pytest.mark.parametrize("status", [b"301 x", b"302 Found", b"303 x", b"307 x", b"308 x"])
def test_a_redirect_at_the_same_address_is_told_and_followed(net, listener, status):
    service = site(listener, {"/": moved("login.html?next=/", status), "/login.html?next=/": titled("Sign in")})
    found = ask_real(net, service)
    assert (found["http.status"], found["http.redirect"]) == (int(status[:3]), "login.html?next=/")
    assert found["http.title"] == "Sign in"
    assert service.asked == ["/", "/login.html?next=/"]
    assert (service.accepted, service.most_at_once) == (2, 1)


def test_port_and_scheme_may_change_at_the_same_address(net, listener):
    elsewhere = site(listener, {"/login": titled("Sign in", b'WWW-Authenticate: Basic realm="Box"')})
    where = f"http://127.0.0.1:{elsewhere.port}/login"
    found = [*http.probe(Target(address=LOOPBACK, port=site(listener, {"/": moved(where)}).port), net)]
    titles = {(f.value, f.port) for f in found if getattr(f, "kind", None) in {"http.title", "http.realm"}}
    assert {value for value, _ in titles} == {"Sign in", "Box"}
    assert elsewhere.port not in {port for _, port in titles}


def test_what_the_redirecting_page_itself_says_stays(net, listener):
    body = b"<title>302 Found</title>"
    first = page(b"Location: /x", b"Content-Length: %d" % len(body), body=body, status=b"302 Found")
    service = site(listener, {"/": first, "/x": titled("Front door")})
    found = [*http.probe(Target(address=LOOPBACK, port=service.port), net)]
    assert [f.value for f in found if getattr(f, "kind", None) == "http.title"] == ["302 Found", "Front door"]
    assert [f.value for f in found if getattr(f, "kind", None) == "http.status"] == [302]


@pytest.mark.parametrize(
    "where",
    [
        "http://127.0.0.2/login",
        "http://router.example/login",
        "http://localhost/",
        "//127.0.0.2/x",
        "ftp://127.0.0.1/",
        "javascript:alert(1)",
        "http://user:secret@127.0.0.1/",
        "http://127.0.0.1:9100/",
        "http://127.0.0.1:631/",
        "http://127.0.0.1:445/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:port/",
        "http://[::1]/",
        "http://[broken/",
        "http://2130706433/",
        "/a b",
        "/" + "a" * 3000,
        "",
    ],
)
def test_no_other_host_and_nothing_strange_is_ever_asked(net, listener, where):
    service = site(listener, {"/": moved(where)})
    assert ask_real(net, service)["http.status"] == 302
    assert service.asked == ["/"]
    assert http.same_host(where, TARGET) is None or not where


def test_a_chain_of_redirects_ends_and_so_does_a_circle(net, listener):
    chain = site(listener, {"/": moved("/1"), **{f"/{n}": moved(f"/{n + 1}") for n in range(1, 20)}})
    assert ask_real(net, chain)["http.redirect"] == "/1"
    assert chain.asked == ["/", "/1", "/2", "/3"]
    circle = site(listener, {"/": moved("/b"), "/b": moved("/#top")})
    ask_real(net, circle)
    assert circle.asked == ["/", "/b"]


def test_a_redirect_that_leads_to_nothing_costs_nothing_of_what_is_known(net, listener):
    for where in (f"http://127.0.0.1:{free_port()}/", f"https://127.0.0.1:{listener(answer=b'no TLS').port}/"):
        found = ask_real(net, site(listener, {"/": moved(where)}))
        assert (found["http.status"], found["http.redirect"]) == (302, where)


def test_a_page_that_is_no_redirect_leads_nowhere(net, listener):
    service = site(listener, {"/": page(b"Location: /x", b"Content-Length: 0", status=b"201 Created")})
    assert ask_real(net, service)["http.redirect"] == "/x"
    assert service.asked == ["/"]


def test_a_refused_connection_is_a_reason(net):
    with pytest.raises(NoAnswer, match="refused"):
        list(http.probe(Target(address=LOOPBACK, port=free_port()), net))


def test_who_asks_is_told_when_the_request_leaves_and_not_before(net, listener):
    left = []
    plain = listener(answer=b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    _http.ask(Target(address=LOOPBACK, port=plain.port), net, sending=lambda: left.append("plain"))
    for target, path in (
        (Target(address=LOOPBACK, port=plain.port, secure=True), "/"),
        (Target(address=LOOPBACK, port=plain.port), "/a path"),
    ):
        with pytest.raises((NoAnswer, ValueError)):
            _http.ask(target, net, path, sending=lambda: left.append("never"))
    assert left == ["plain"]


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


def test_usual_ports_tls_ports_and_in_the_deep_round_silent_ones_are_asked():
    assert wanted([22, 80, 8443, 12345], turn="light") == [(80, False, "/")]
    facts = [fact("tls.version", "TLSv1.3", 8443), fact("tcp.banner", "", 12345), fact("ssh.banner", "SSH-2.0-x", 22)]
    assert wanted([22, 80, 8443, 12345], turn="light", facts=facts) == [(80, False, "/"), (8443, True, "/")]
    for of, path in ((SPARED, "/ /favicon.ico"), (NOT_SPARED, "/ /favicon.ico link")):
        deep = wanted([22, 80, 8443, 12345], of, facts=facts)
        assert deep == [(80, False, path), (8443, True, path), (12345, False, path)]


def test_printers_are_never_asked():
    assert wanted([515, 631, 9100, 9107], facts=[fact("http.status", 200, 631)]) == []
    silent = [fact("tcp.banner", "", port) for port in (515, 631, 9100)]
    assert wanted([515, 631, 9100], facts=silent) == []
