"""Settings: a daemon and the server that stands in for it do the same with the same options."""

import json
import ssl
import struct

import pytest
from cryptography import x509

from netguard.demo import catalogue
from netguard.demo.certificates import Wanted, certificate
from netguard.demo.daemons import RECIPES
from netguard.demo.homes import Device, Home, Page, Server
from netguard.demo.recipes._contract import PASSWORD, Place, Recipe
from netguard.demo.servers import (
    adb,
    aqara_lan,
    coap,
    ftp,
    mqtt,
    ntp,
    rtsp,
    secure_web,
    smb,
    smtp,
    snmp,
    telnet,
    websocket,
)
from netguard.demo.servers._contract import Context

LOGIN_MATTERS = {"mosquitto": "required", "vlc": "required", "vsftpd": "none", "telnetd": "none", "dropbear": "none"}


def holding(*servers: Server) -> tuple[Home, Device]:
    one = Device(
        name="one",
        what="One",
        mac="02:00:00:00:00:09",
        host=9,
        servers=servers,
        daemons=tuple(s.stands_in_for for s in servers if s.stands_in_for),
    )
    return Home(prefix="10.1.2.0/24", router=catalogue.router(), laptop=catalogue.laptop(host=20), devices=(one,)), one


def recipe(daemon: str, *servers: Server) -> Recipe:
    home, one = holding(*servers)
    place = Place(
        daemon=daemon, home=home, device=one, address="10.1.2.9", interface="eth0", executable=f"/lab/root/usr/sbin/{daemon}",
        folder="/lab/root", tools={},
    )  # fmt: skip
    return RECIPES[daemon].recipe(place)


def written(daemon: str, *servers: Server) -> str:
    """Everything that the recipe writes and runs, as one text."""
    made = recipe(daemon, *servers)
    return " ".join(made.argv) + "".join(f"\n{name}\n{content!s}" for name, content in made.files)


def context(notes: list[str], kind: str, pages: tuple[Page, ...] = (), **options: str) -> Context:
    server = Server(kind=kind, port=9, pages=pages, options=tuple((k.replace("_", "-"), v) for k, v in options.items()))
    home, one = holding(server)
    return Context(
        home=home, device=one, server=server, address="10.1.2.9", port=9, ports=(), names=(), note=notes.append
    )


@pytest.mark.parametrize("daemon", sorted(RECIPES))
def test_a_recipe_follows_the_server_it_is_run_in_place_of(daemon):
    by_itself = recipe(daemon)
    assert by_itself.ready
    assert by_itself.argv[0].startswith("/")
    if daemon in {"dnsmasq", "avahi-daemon", "miniupnpd", "minidlna"}:
        return
    kind = "secure-web" if daemon == "lighttpd" else "silent"
    moved = recipe(daemon, Server(kind=kind, port=4321, stands_in_for=daemon))
    assert {port for _, port in moved.ready} == {4321}


@pytest.mark.parametrize(("daemon", "login"), sorted(LOGIN_MATTERS.items()))
def test_a_login_is_a_setting_of_the_daemon(daemon, login):
    one = Server(kind="silent", port=4321, stands_in_for=daemon)
    other = Server(kind="silent", port=4321, stands_in_for=daemon, options=(("login", login),))
    assert written(daemon, one) != written(daemon, other)


def test_words_dialects_and_certificates_are_settings_too():
    assert "rocommunity secret" in written(
        "snmpd",
        Server(kind="snmp", port=161, transport="udp", stands_in_for="snmpd", options=(("community", "secret"),)),
    )
    assert "server min protocol = NT1" in written(
        "smbd", Server(kind="smb", port=445, stands_in_for="smbd", options=(("oldest", "NT1"),))
    )
    pages = (
        Page(path="/", body="", status=302, headers=(("Location", "/in"),)),
        Page(path="/in", body="", status=401, headers=(("WWW-Authenticate", 'Basic realm="Camera"'),)),
        Page(path="/shown.js", body="x", content_type="text/javascript"),
    )
    old = (("oldest", "TLSv1"), ("expires", "2020-01-01"), ("server", "Webs"))
    said = written("lighttpd", Server(kind="secure-web", port=443, stands_in_for="lighttpd", options=old, pages=pages))
    for part in (
        'url.redirect = ( "^/$" => "/in" )', '"realm" => "Camera"', '"MinProtocol" => "TLSv1"', 'server.tag = "Webs"',
        "/run/lab/443.pem", '"/shown.js" => "text/javascript"', f"owner:{PASSWORD}",
    ):  # fmt: skip
        assert part in said


def test_a_certificate_ends_when_it_is_to_and_a_seed_is_a_key():
    ended, _ = certificate(Wanted(common_name="a", seed="s", expires="2020-01-01"))
    assert x509.load_pem_x509_certificate(ended).not_valid_after_utc.isoformat() == "2020-01-01T00:00:00+00:00"
    one, other = (
        Wanted.of(Server(kind="secure-web", port=443, options=(("key-of", "factory"),)), device)
        for device in (catalogue.camera(), catalogue.nas())
    )
    assert certificate(one)[1] == certificate(other)[1]


def test_a_broker_and_a_stream_that_want_a_login_say_so():
    connect, five = (
        bytes.fromhex("100f00044d5154540402003c00036e6574"),
        bytes.fromhex("101000044d5154540502003c0000036e6574"),
    )
    for login, answers in (
        ("none", (b"\x20\x02\x00\x00", b"\x20\x03\x00\x00\x00")),
        ("required", (b"\x20\x02\x00\x05", b"\x20\x03\x00\x87\x00")),
    ):
        assert mqtt.conversation(context([], "mqtt", login=login)).received(connect) == answers[0]
        assert mqtt.conversation(context([], "mqtt", login=login)).received(five) == answers[1]
    describe = b"DESCRIBE rtsp://a/live RTSP/1.0\r\nCSeq: 1\r\n\r\n"
    statuses = [
        rtsp.conversation(context([], "rtsp", **options)).received(describe)[9:12]
        for options in ({}, {"login": "required"}, {"path": "/live"}, {"path": "/other"})
    ]
    assert statuses == [b"200", b"401", b"200", b"404"]


def test_snmp_answers_to_its_own_word_only():
    get = bytes.fromhex("302602010004067075626c6963a019020101020100020100300e300c06082b060102010101000500")
    assert snmp.responder(context([], "snmp", sysdescr="x")).answers(get, ("10.1.2.20", 9))
    assert snmp.responder(context([], "snmp", community="other")).answers(get, ("10.1.2.20", 9)) == ()


def test_a_telnet_shell_asks_for_nothing_and_counts_commands():
    notes: list[str] = []
    shell = telnet.conversation(context(notes, "telnet", login="none"))
    assert shell.opened().endswith(b"# ")
    assert shell.received(b"reboot\r\n").endswith(b"# ")
    assert notes == ["command"]


def test_ftp_lets_anonymous_in_or_nobody():
    for login, reply in (("none", b"230"), ("required", b"530")):
        notes: list[str] = []
        talk = ftp.conversation(context(notes, "ftp", login=login))
        assert talk.opened().startswith(b"220 ")
        assert talk.received(b"USER anonymous\r\nPASS a@\r\nQUIT\r\n").split(b"\r\n")[1][:3] == reply
        assert talk.over
        assert notes == ["login-attempt"]


def test_mail_is_greeted_and_not_taken():
    talk = smtp.conversation(context([], "smtp"))
    assert talk.opened().startswith(b"220 ")
    replies = talk.received(b"EHLO a\r\nMAIL FROM:<a@b>\r\nQUIT\r\n").split(b"\r\n")
    assert [each[:3] for each in replies] == [b"250", b"502", b"221", b""]


def smb_asked(*dialects: bytes) -> bytes:
    names = b"".join(b"\x02" + each + b"\x00" for each in dialects)
    message = b"\xffSMBr" + bytes(27) + b"\x00" + struct.pack("<H", len(names)) + names
    return len(message).to_bytes(4) + message


def test_smb_1_is_taken_where_it_is_the_oldest():
    for oldest, index in (("NT1", 1), ("SMB3", 0xFFFF)):
        said = smb.conversation(context([], "smb", oldest=oldest)).received(smb_asked(b"LANMAN1.0", b"NT LM 0.12"))
        assert struct.unpack_from("<H", said, 37) == (index,)
        assert len(said) == 4 + int.from_bytes(said[:4])
    newer = smb.conversation(context([], "smb")).received(smb_asked(b"NT LM 0.12", b"SMB 2.002"))
    assert newer[4:8] == b"\xfeSMB"
    assert len(newer) == 4 + 64 + 64


def test_time_and_resources_are_told():
    (answer,) = ntp.responder(context([], "ntp")).answers(b"\x23" + bytes(39) + b"12345678", ("10.1.2.20", 9))
    assert (answer.data[0] >> 3 & 7, answer.data[0] & 7, answer.data[1], answer.data[24:32]) == (4, 4, 10, b"12345678")
    asked = b"\x41\x01\x12\x34\x77\xbb.well-known\x04core"
    (answer,) = coap.responder(context([], "coap", resources="</light>")).answers(asked, ("10.1.2.20", 9))
    assert answer.data == b"\x61\x45\x12\x34\x77\xc1\x28\xff</light>"
    (missing,) = coap.responder(context([], "coap")).answers(b"\x40\x01\x12\x35\xb1x", ("10.1.2.20", 9))
    assert missing.data == b"\x60\x84\x12\x35"
    (reset,) = coap.responder(context([], "coap")).answers(b"\x40\x00\x12\x36", ("10.1.2.20", 9))
    assert reset.data == b"\x70\x00\x12\x36"


def test_adb_wants_a_key_or_nothing():
    cnxn = struct.pack("<4s5I", b"CNXN", 0x01000000, 4096, 7, 0, 0) + b"host::\x00"
    assert adb.conversation(context([], "adb", login="none")).received(cnxn)[:4] == b"CNXN"
    assert adb.conversation(context([], "adb")).received(cnxn)[:4] == b"AUTH"


def test_a_websocket_says_its_words_and_counts_what_it_gets():
    notes: list[str] = []
    ask = b"GET /api HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    talk = websocket.conversation(context(notes, "websocket", path="/api", say="x" * 200))
    said = talk.received(ask)
    assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in said  # RFC 6455, 1.3
    assert said.endswith(b"\x81\x7e\x00\xc8" + b"x" * 200)
    assert talk.received(b"\x88\x80abcd") == b""
    closing = websocket.conversation(context(notes, "websocket", path="/api", close="4401"))
    assert closing.received(ask).endswith(b"\x88\x02" + (4401).to_bytes(2))
    assert closing.over
    page = websocket.conversation(context(notes, "websocket", (Page(path="/", body="hello"),), path="/api"))
    assert page.received(b"GET / HTTP/1.0\r\n\r\n").endswith(b"hello")
    assert notes == ["goodbye"]


def test_a_gateway_lists_and_takes_no_command():
    notes: list[str] = []
    gateway = aqara_lan.responder(context(notes, "aqara-lan"))
    (answer,) = gateway.answers(b'{"cmd":"get_id_list"}', ("10.1.2.20", 9))
    assert json.loads(answer.data)["cmd"] == "get_id_list_ack"
    assert gateway.answers(b'{"cmd":"write","sid":"x"}', ("10.1.2.20", 9)) == ()
    assert gateway.answers(b"[1]", ("10.1.2.20", 9)) == ()
    assert notes == ["write-attempt", "other"]


def test_old_tls_can_be_spoken():
    server = secure_web.conversation(context([], "secure-web", common_name="a", oldest="TLSv1"))
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    client.set_ciphers("DEFAULT:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        client.minimum_version = client.maximum_version = ssl.TLSVersion.TLSv1
    into, out = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = client.wrap_bio(into, out)
    for _ in range(4):
        try:
            tls.do_handshake()
            break
        except ssl.SSLWantReadError:
            into.write(server.received(out.read()))
    assert tls.version() == "TLSv1"
