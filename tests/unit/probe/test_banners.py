"""Greetings: what is made of what services say by themselves, from real servers and from any bytes at all."""

import socket
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.net.failures import NoAnswer
from netguard.probe import banners
from netguard.probe._contract import Target
from tests.builders import device
from tests.servers import LOOPBACK, drip, flood, free_port, hang_up
from tests.unit.probe.conftest import TEXT, fact, make_ask, said, texts

OPTIONS = b"\xff\xfd\x01\xff\xfd\x1f\xff\xfb\x01\xff\xfb\x03"
"""What busybox's telnetd begins with: DO ECHO, DO NAWS, WILL ECHO, WILL SGA."""


def read(greeting, port=2000):
    return said(banners.read(greeting, Target(address=LOOPBACK, port=port)))


def ask_real(net, service):
    return said(banners.probe(Target(address=LOOPBACK, port=service.port), net))


def test_an_ssh_server_names_itself_and_is_sent_nothing(net, listener):
    service = listener(b"SSH-2.0-dropbear_2022.83\r\n")
    found = ask_real(net, service)
    assert found == {"ssh.banner": "SSH-2.0-dropbear_2022.83", "service": ("ssh", "dropbear_2022.83", None)}
    assert service.received == b""


def test_busybox_telnet_is_recognised_at_its_prompt(net, listener):
    service = listener(OPTIONS + b"\r\nhost login: ")
    began = time.monotonic()
    assert ask_real(net, service) == {
        "telnet.banner": "host login:",
        "telnet.login": "prompt",
        "service": ("telnet", None, None),
    }
    assert time.monotonic() - began < banners.LISTEN_SECONDS
    assert service.received == b""


def test_a_prompt_that_comes_later_is_waited_for(net, listener):
    def slowly(peer):
        for part in (OPTIONS, b"\r\nWelcome to the camera\r\n", b"\r\ncamera login: "):
            peer.sendall(part)
            time.sleep(0.1)
        peer.recv(1)

    assert ask_real(net, listener(behave=slowly))["telnet.login"] == "prompt"


def test_a_refused_connection_is_a_reason(net):
    with pytest.raises(NoAnswer, match="refused"):
        list(banners.probe(Target(address=LOOPBACK, port=free_port()), net))


def test_silence_is_an_empty_banner_within_its_time(net, listener):
    began = time.monotonic()
    assert ask_real(net, listener()) == {"tcp.banner": ""}
    assert time.monotonic() - began < banners.LISTEN_SECONDS + 2


def test_hanging_up_at_once_is_silence_or_a_reason(net, listener):
    # Which of the two depends on whether the reset comes before the connection counts as made.
    try:
        assert ask_real(net, listener(behave=hang_up)) == {"tcp.banner": ""}
    except NoAnswer as failure:
        assert str(failure) == "connection reset"  # noqa: PT017 - either is right


def test_garbage_is_a_banner_without_control_characters(net, listener):
    found = ask_real(net, listener(bytes(range(256)) * 3 + b"\n"))
    assert set(found) == {"tcp.banner"}
    assert not any(unicodedata.category(c) == "Cc" for c in found["tcp.banner"])


def test_a_drip_ends_in_time(net, listener):
    began = time.monotonic()
    assert set(ask_real(net, listener(behave=drip(b".")))["tcp.banner"]) == {"."}
    assert time.monotonic() - began < banners.LISTEN_SECONDS + 2


def test_of_a_flood_no_more_than_a_greeting_is_kept(net, listener):
    found = ask_real(net, listener(behave=flood(b"x" * 10000)))
    assert len(found["tcp.banner"]) <= banners.MAX_BANNER


@pytest.mark.parametrize(
    ("greeting", "port", "expected"),
    [
        (b"SSH-1.99-Cisco-1.25\n", 22, {"ssh.banner": "SSH-1.99-Cisco-1.25", "service": ("ssh", "Cisco-1.25", None)}),
        (
            b"Authorised people only\r\nreally\r\nSSH-2.0-OpenSSH_9.6 Debian-4\r\n",
            22,
            {"ssh.banner": "SSH-2.0-OpenSSH_9.6 Debian-4", "service": ("ssh", "OpenSSH_9.6 Debian-4", None)},
        ),
        (b"SSH-\r\n", 22, {"ssh.banner": "SSH-", "service": ("ssh", None, None)}),
        (b"SSH-2.0-\r\n", 22, {"ssh.banner": "SSH-2.0-", "service": ("ssh", None, None)}),
        (b"220 (vsFTPd 3.0.5)\r\n", 21, {"tcp.banner": "220 (vsFTPd 3.0.5)", "service": ("ftp", None, None)}),
        (b"220 mail ESMTP Postfix\r\n", 25, {"tcp.banner": "220 mail ESMTP Postfix", "service": ("smtp", None, None)}),
        (b"220 something\r\n", 99, {"tcp.banner": "220 something"}),
        (
            b"BusyBox v1.19.4 built-in shell (ash)\r\n/ # ",
            23,
            {
                "telnet.banner": "BusyBox v1.19.4 built-in shell (ash) / #",
                "telnet.login": "shell",
                "service": ("telnet", None, None),
            },
        ),
        (b"price in $ ", 99, {"tcp.banner": "price in $ ".strip()}),
        (
            b"\r\nUser Name : ",
            4000,
            {"telnet.banner": "User Name :", "telnet.login": "prompt", "service": ("telnet", None, None)},
        ),
        (OPTIONS, 23, {"telnet.banner": "", "telnet.login": "silent", "service": ("telnet", None, None)}),
        (b"* OK IMAP4 ready\r\n", 143, {"tcp.banner": "* OK IMAP4 ready"}),
        (b"\0\0\0\r\n", 5000, {"tcp.banner": ""}),
    ],
)
def test_greetings_are_told_apart(greeting, port, expected):
    assert read(greeting, port) == expected


def test_a_product_is_kept_short_and_without_control_characters():
    _, product, _ = read(b"SSH-2.0-\x1b[31mred\x07" + b"A" * 900 + b"\r\n", 22)["service"]
    assert len(product) == banners.MAX_PRODUCT
    assert "\x1b" not in product


@pytest.mark.parametrize(
    ("data", "plain"),
    [
        (b"", b""),
        (b"hello", b"hello"),
        (b"\xff\xfb\x01hello", b"hello"),
        (b"a\xff\xf1b\xff\xf9c", b"abc"),  # NOP and GA have no option
        (b"a\xff\xffb", b"a\xffb"),  # IAC IAC is the byte 255
        (b"a\xff\xfa\x18\x01\xff\xf0b", b"ab"),  # TERMINAL-TYPE SEND
        (b"a\xff\xfa\x18\xff\xff\xf0\xff\xf0b", b"ab"),  # with a 255 in it, and F0 as data after that
        (b"a\xff\xfa\x18 never ends", b"a"),
        (b"a\xff\xfa\x18\xff", b"a"),
        (b"a\xff", b"a"),
        (b"a\xff\xfd", b"a"),
    ],
)
def test_telnet_options_are_taken_out_as_rfc_854_has_them(data, plain):
    assert banners.without_telnet_options(data) == plain


@given(st.binary(max_size=300))
def test_without_telnet_options_never_fails_and_never_adds(data):
    plain = banners.without_telnet_options(data)
    assert len(plain) <= len(data)
    if b"\xff" not in data:
        assert plain == data


@given(st.binary(max_size=300))
def test_what_was_escaped_comes_back(data):
    assert banners.without_telnet_options(data.replace(b"\xff", b"\xff\xff")) == data


@given(
    TEXT,
    st.sampled_from([21, 22, 23, 80, 2323]),
    st.sampled_from([b"", b"SSH-2.0-", b"220 ftp ", b"\xff\xfb\x01", b"login:"]),
)
def test_no_greeting_breaks_the_reader_or_gets_a_control_character_in(data, port, start):
    for text in texts(banners.read(start + data, Target(address=LOOPBACK, port=port))):
        assert not any(unicodedata.category(c) == "Cc" for c in text)
    banners.is_complete(start + data, port)


def test_a_line_is_complete_where_one_line_is_all_there_is():
    assert banners.is_complete(b"220 ftp\r\n", 21)
    assert not banners.is_complete(b"220 f", 21)
    assert not banners.is_complete(b"only for members\r\n", 22)
    assert banners.is_complete(b"only for members\r\nSSH-2.0-x\r\n", 22)
    assert not banners.is_complete(b"Welcome\r\n", 23)
    assert banners.is_complete(b"Welcome\r\nlogin: ", 23)
    assert not banners.is_complete(OPTIONS + b"\r\n", 2000)


def test_what_was_heard_and_what_waits_for_the_client_is_not_listened_to():
    ports = [t.port for t in banners.wants(device(services=[21, 22, 23, 80, 443, 631, 1883, 9100]), make_ask())]
    assert ports == [21, 22, 23]
    heard = [fact("tcp.banner", "", 21), fact("ssh.banner", port=22), fact("telnet.banner", port=23)]
    assert list(banners.wants(device(services=[21, 22, 23]), make_ask(facts=heard))) == []


def test_a_socket_left_half_open_by_the_peer_is_closed_by_us(net):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.listen()
        target = Target(address=LOOPBACK, port=server.getsockname()[1])
        assert said(banners.probe(target, net)) == {"tcp.banner": ""}
        peer, _ = server.accept()
        with peer:
            peer.settimeout(2)
            assert peer.recv(10) == b""
