"""HTTP: the icon of a page, where it is looked for and what counts as one."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.model.vocabulary import Confidence, Power, Role
from netguard.net.connection import Connection
from netguard.probe import _http, http
from tests.servers import drip
from tests.unit.probe.conftest import TARGET, TEXT, fact
from tests.unit.probe.web import NOT_SPARED, PAGE, SPARED, ask_real, moved, page, site, wanted

ICO = b"\0\0\1\0\1\0\x10\x10" + b"i" * 500
PNG = b"\x89PNG\r\n\x1a\n" + b"p" * 300
EVERYTHING = "/ /favicon.ico link"


def image(body, *headers):
    return page(b"Content-Length: %d" % len(body), *headers, body=body)


def md5(data):
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def test_the_icon_at_its_usual_place_is_hashed_and_the_page_is_not_asked_for_again(net, listener):
    service = site(listener, {"/": PAGE, "/favicon.ico": image(ICO)})
    assert ask_real(net, service, path=EVERYTHING)["http.favicon"] == md5(ICO)
    assert service.asked == ["/", "/favicon.ico"]
    again = site(listener, {"/favicon.ico": image(ICO)})
    assert ask_real(net, again, path="/favicon.ico link") == {"http.favicon": md5(ICO)}
    assert again.asked == ["/favicon.ico"]
    assert service.most_at_once == again.most_at_once == 1


@pytest.mark.parametrize(
    "link",
    [
        b'<link rel="icon" href="img/door.png">',
        b"<LINK REL='shortcut icon' type=image/png HREF='/ui/img/door.png'/>",
        b"<link href=img/door.png rel=icon>",
        b'<link rel="stylesheet" href="x.css"><link\nrel="icon"\nhref="./img/door&#46;png" />',
    ],
)
def test_without_one_the_icon_is_where_the_page_says(net, listener, link):
    body = b"<html><head><title>Door</title>" + link + b"</head></html>"
    start = page(b"Content-Length: %d" % len(body), body=body)
    pages = {"/": moved("/ui/"), "/ui/": start, "/ui/img/door.png": image(PNG), "/favicon.ico": start}
    service = site(listener, pages)
    assert ask_real(net, service, path=EVERYTHING)["http.favicon"] == md5(PNG)
    assert service.asked == ["/", "/ui/", "/favicon.ico", "/ui/img/door.png"]
    known = site(listener, pages)
    assert ask_real(net, known, path="/favicon.ico link") == {"http.favicon": md5(PNG)}
    assert known.asked == ["/favicon.ico", "/", "/ui/", "/ui/img/door.png"]


@pytest.mark.parametrize(
    "link",
    [
        b'<link rel="icon" href="http://198.51.100.1/i.png">',
        b'<link rel="icon" href="data:image/png;base64,AAAA">',
        b'<link rel="icon">',
        b'<link rel="mask-icon" href="/i.png">',
        b"<link " + b"x" * 5000,
        b"",
    ],
)
def test_an_icon_of_another_host_is_never_asked_for(net, listener, link):
    body = b"<html><head>" + link
    service = site(listener, {"/": page(b"Content-Length: %d" % len(body), body=body), "/i.png": image(PNG)})
    assert "http.favicon" not in ask_real(net, service, path=EVERYTHING)
    assert service.asked == ["/", "/favicon.ico"]


def test_who_is_spared_is_asked_for_the_icon_at_its_usual_place_only(net, listener):
    service = site(listener, {"/": page(b"Content-Length: 0")})
    ask_real(net, service, path="/favicon.ico")
    assert service.asked == ["/favicon.ico"]


@pytest.mark.parametrize(
    "answer",
    [
        image(b""),
        image(b"<!DOCTYPE html><title>not found</title>"),
        page(b"Content-Length: 9000", body=ICO),
        image(ICO + b"i" * _http.MAX_BODY),
        page(b"Transfer-Encoding: chunked", body=b"%x\r\n%s\r\nff" % (len(ICO), ICO)),
        image(ICO, b"X: y")[:-1],
        b"SSH-2.0-x\r\n",
        b"",
    ],
)
def test_what_is_no_whole_icon_has_no_hash(net, listener, answer):
    service = site(listener, {"/favicon.ico": answer})
    assert ask_real(net, service, path="/favicon.ico") == {}


@pytest.mark.parametrize(
    "body", [ICO, PNG, b"GIF89a...", b"\xff\xd8\xff\xe0", b"\n<svg xmlns='x'/>", b"<?xml version='1.0'?><svg/>"]
)
def test_icons_come_in_many_forms_and_with_or_without_their_length(net, listener, body):
    chunked = page(b"Transfer-Encoding: chunked", body=b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
    for answer in (image(body), page(body=body), chunked):
        service = site(listener, {"/favicon.ico": answer})
        assert ask_real(net, service, path="/favicon.ico") == {"http.favicon": md5(body)}


def test_an_icon_that_drips_past_its_time_has_no_hash(net, listener, monkeypatch):
    monkeypatch.setattr(Connection.receive, "__kwdefaults__", {**Connection.receive.__kwdefaults__, "seconds": 0.3})

    def behave(peer):
        peer.sendall(page(body=ICO))
        drip(b"x")(peer)

    assert ask_real(net, listener(behave=behave), path="/favicon.ico") == {}


@given(st.text(max_size=60), st.sampled_from(["", "/", "//", "http://127.0.0.1", "http://", "https://127.0.0.1:"]))
def test_no_reference_leads_anywhere_else(text, start):
    there = http.same_host(start + text, TARGET)
    assert there is None or there.address == TARGET.address
    if there is not None:
        _http.request(there, there.path)


@given(TEXT, st.sampled_from([b"", b"<link rel=icon href=", b'<link rel="icon" href="']))
def test_no_page_breaks_the_search_for_the_icon(data, start):
    there = http.icon_link(_http.Answer(status=200, headers={}, body=start + data + b"'\">"), TARGET)
    assert there is None or there.address == TARGET.address


def test_what_answered_is_asked_for_its_icon_once_and_for_nothing_else():
    shown = fact("http.status", 200, 80)
    assert wanted([80], NOT_SPARED, turn="light", facts=[shown]) == []
    assert wanted([80], NOT_SPARED, facts=[shown]) == [(80, False, "/favicon.ico link")]
    assert wanted([80], NOT_SPARED, facts=[shown, fact("http.favicon", "0" * 32, 80)]) == []
    assert wanted([8443], SPARED, facts=[fact("http.status", 200, 8443), fact("tls.version", "TLSv1.3", 8443)]) == [
        (8443, True, "/favicon.ico")
    ]


def test_a_battery_does_not_pay_for_icons():
    shown = fact("http.status", 200, 80)
    for of in ({"role": Role.LOCK}, {"role": Role.CAMERA, "power": Power.BATTERY, "confidence": Confidence.LIKELY}):
        assert wanted([80], of, facts=[shown]) == []
        assert wanted([80], of) == [(80, False, "/")]
        assert wanted([80], of, facts=[shown], named=True)
    assert wanted([80], {"role": Role.LOCK, "power": Power.MAINS}, facts=[shown]) == [(80, False, "/favicon.ico")]
