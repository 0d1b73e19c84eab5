"""The simulated home itself: every device answers as described, and nothing of the home outlives it."""

import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from netguard.demo import catalogue
from netguard.demo.recipes import dropbear
from netguard.demo.running import RunningHome, open_home
from tests.lab.conftest import Laptop, NeedDaemon, from_laptop, namespaces, wait_until

TALK = """
import json, socket, ssl, struct, time
def talk(address, port, say=b"", wait=5.0, until=None):
    with socket.create_connection((address, port), 5) as s:
        s.settimeout(wait)
        if say: s.sendall(say)
        out = b""
        try:
            while (data := s.recv(65536)):
                out += data
                if until and until in out: break
        except TimeoutError: pass
    return out.decode("latin-1")
def reaches(address, port):
    try: socket.create_connection((address, port), 2).close()
    except OSError: return False
    return True
def get(address, port, path="/"):
    return talk(address, port, f"GET {path} HTTP/1.1\\r\\nHost: {address}\\r\\nConnection: close\\r\\n\\r\\n".encode())
def ask(address, port, data, group=False, seconds=2.0, mine=None, enough=1):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((mine or "", 0))
    if group: s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(mine))
    s.sendto(data, (address, port))
    out, end = [], time.monotonic() + seconds
    while len(out) < enough and (left := end - time.monotonic()) > 0:
        s.settimeout(left)
        try: data, who = s.recvfrom(65536)
        except TimeoutError: break
        out.append([who[0], data.decode("latin-1")])
    return out
def search(address, mine, group=True, enough=1, st="ssdp:all"):
    m = f'M-SEARCH * HTTP/1.1\\r\\nHOST: 239.255.255.250:1900\\r\\nMAN: "ssdp:discover"\\r\\nMX: 1\\r\\nST: {st}\\r\\n\\r\\n'
    return ask(address, 1900, m.encode(), group, 4.0, mine, enough)
"""


def say(expression: str) -> str:
    """A laptop program that prints `expression`, with the helpers above at hand."""
    return f"{TALK}\nprint(json.dumps({expression}))"


def address(home: RunningHome, name: str) -> str:
    """The address of a device, as text."""
    return str(home.device(name).address)


def mdns(home: RunningHome, name: str, kind: int, enough: int = 1) -> list[Any]:
    """Answers to one multicast DNS question from an ordinary port."""
    query = f"""
from netguard.demo import wire
q = wire.ask((wire.Question(name=wire.name_of({name!r}), type={kind}),), id=77)
print(json.dumps(ask("224.0.0.251", 5353, q, True, 3.0, "{home.laptop_address}", {enough})))
"""
    answers = from_laptop(home, TALK + query)
    assert isinstance(answers, list)
    return answers


def test_the_lock_bridge_answers_400_on_its_api_and_shows_an_unexpected_login(
    home: RunningHome, laptop: Laptop
) -> None:
    before = home.device("lock-bridge").count
    host = address(home, "lock-bridge")
    api = laptop(say(f"get('{host}', 8080)"))
    login = laptop(say(f"talk('{host}', 23, until=b'login: ')"))
    after = home.device("lock-bridge").count
    assert api.startswith("HTTP/1.1 400 ")
    assert login.endswith("Nuki_Bridge_1A2B3C4D login: ")
    assert before is not None
    assert after is not None
    assert after.port(23).accepted == before.port(23).accepted + 1
    assert after.port(23).payload_bytes == before.port(23).payload_bytes
    assert after.port(8080).payload_bytes > before.port(8080).payload_bytes


def test_a_login_tried_at_the_lock_bridge_is_refused_and_counted() -> None:
    with namespaces() as own:
        host = address(own, "lock-bridge")
        out = from_laptop(own, say(f"talk('{host}', 23, b'root\\r\\nsecret\\r\\n', until=b'incorrect')"))
        count = own.device("lock-bridge").count
    assert "Login incorrect" in out
    assert count is not None
    assert count.port(23).events == {"login-attempt": 1}


def test_the_lock_bridge_has_its_name_by_reverse_mdns(home: RunningHome) -> None:
    back = ".".join(reversed(address(home, "lock-bridge").split("."))) + ".in-addr.arpa"
    answers = mdns(home, back, 12)
    assert [who for who, _ in answers] == [address(home, "lock-bridge")]
    assert "Nuki_Bridge_1A2B3C4D" in answers[0][1]


def test_the_homekit_lock_is_announced_and_listens_on_its_srv_port(home: RunningHome, laptop: Laptop) -> None:
    answers = mdns(home, "_hap._tcp.local", 12)
    assert [who for who, _ in answers] == [address(home, "homekit-lock")]
    assert "ci=6" in answers[0][1]
    assert "sf=0" in answers[0][1]
    assert laptop(say(f"get('{address(home, 'homekit-lock')}', 49153)")).startswith("HTTP/1.1 404 ")


def test_every_announcing_device_is_in_the_enumeration(home: RunningHome) -> None:
    announcing = {str(home.device(d.name).address) for d in home.home.devices if d.announces}
    answers = mdns(home, "_services._dns-sd._udp.local", 12, enough=len(announcing))
    assert {who for who, _ in answers} == announcing


def test_the_light_hub_shows_its_certificate_and_no_port_too_many(home: RunningHome, laptop: Laptop) -> None:
    host = address(home, "light-hub")
    der = laptop(
        f"""{TALK}
c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT); c.check_hostname = False; c.verify_mode = ssl.CERT_NONE
with c.wrap_socket(socket.create_connection(("{host}", 443), 5)) as s:
    s.sendall(b"GET /api/config HTTP/1.0\\r\\n\\r\\n")
    page = b""
    while (data := s.recv(4096)): page += data
    print(json.dumps([s.getpeercert(True).hex(), page.decode()]))
"""
    )
    subject = x509.load_der_x509_certificate(bytes.fromhex(der[0])).subject.rfc4514_string()
    assert subject == "CN=001788fffe6a7b8c,O=Philips Hue,C=NL"
    assert '"modelid":"BSB002"' in der[1]
    ports = laptop(
        say(
            f"[p for p in range(1, 10000) if not (lambda s: (s.connect_ex(('{host}', p)), s.close())[0])(socket.socket())]"
        )
    )
    assert ports == [80, 443]


def test_the_camera_describes_its_stream_without_a_login(home: RunningHome, laptop: Laptop) -> None:
    host = address(home, "camera")
    ask = b"DESCRIBE rtsp://camera/ RTSP/1.0\r\nCSeq: 7\r\n\r\n"
    out = laptop(say(f"talk('{host}', 554, {ask!r}, until=b'H264/90000')"))
    assert out.startswith("RTSP/1.0 200 OK\r\nCSeq: 7\r\n")
    assert 'realm="IP Camera"' in laptop(say(f"get('{host}', 80)"))


def test_whoever_is_there_answers_ssdp(home: RunningHome, laptop: Laptop) -> None:
    expected = {address(home, name) for name in ("router", "light-hub", "nas", "television")}
    answers = laptop(say(f"search('239.255.255.250', '{home.laptop_address}', enough=40)"))
    assert {who for who, _ in answers} == expected
    locations = {
        who: line for who, text in answers for line in text.split("\r\n") if line.lower().startswith("location:")
    }
    assert all(who in line for who, line in locations.items())


def test_the_descriptions_that_ssdp_points_to_can_be_read(home: RunningHome, laptop: Laptop) -> None:
    for name, port, path in (
        ("television", 9197, "/dmr"),
        ("light-hub", 80, "/description.xml"),
        ("router", 5000, "/rootDesc.xml"),
    ):
        page = laptop(say(f"get('{address(home, name)}', {port}, '{path}')"))
        assert page.startswith("HTTP/1.1 200"), name
        upnp = home.home.device(name).upnp
        assert upnp is not None
        assert upnp.device_type in page


def test_the_printer_counts_every_byte_that_would_be_paper() -> None:
    with namespaces() as own:
        host = address(own, "printer")
        for port in (9100, 631, 515):
            from_laptop(own, say(f"talk('{host}', {port}, wait=0.1)"))
        quiet = own.device("printer").count
        from_laptop(own, say(f"talk('{host}', 9100, b'ink', wait=0.1)"))
        wait_until(lambda: own.device("printer").count.port(9100).payload_bytes == 3, "three counted bytes")  # type: ignore[union-attr]
    assert quiet is not None
    assert [quiet.port(p).accepted for p in (9100, 631, 515)] == [1, 1, 1]
    assert [quiet.port(p).payload_bytes for p in (9100, 631, 515)] == [0, 0, 0]


GET_SYS_DESCR = bytes.fromhex("302602010004067075626c6963a019020101020100020100300e300c06082b060102010101000500")


def test_the_printer_describes_itself_by_snmp(home: RunningHome, laptop: Laptop) -> None:
    answers = laptop(say(f"ask('{address(home, 'printer')}', 161, {GET_SYS_DESCR!r})"))
    assert len(answers) == 1
    assert "Brother NC-8900w" in answers[0][1]


def test_the_broker_accepts_a_connection_without_login(home: RunningHome, laptop: Laptop) -> None:
    connect = bytes.fromhex("100f00044d5154540402003c00036e6574")
    out = laptop(say(f"talk('{address(home, 'automation-host')}', 1883, {connect!r}, until=b'\\x20\\x02\\0\\0')"))
    assert out.encode("latin-1").startswith(b"\x20\x02\x00\x00")


def test_the_router_knows_the_names_of_the_home(home: RunningHome, laptop: Laptop) -> None:
    found = laptop("import json, socket; print(json.dumps(socket.gethostbyname('DiskStation.lan')))")
    assert found == address(home, "nas")
    name = laptop(f"import json, socket; print(json.dumps(socket.gethostbyaddr('{address(home, 'lock-bridge')}')[0]))")
    assert name.lower() == "nuki_bridge_1a2b3c4d.lan"


def test_the_silent_device_answers_arp_and_nothing_else(home: RunningHome, laptop: Laptop) -> None:
    device = home.device("silent-plug")
    out = laptop(
        f"""{TALK}
import subprocess
outcomes = []
for port in (1, 22, 80):
    s = socket.socket(); s.settimeout(0.3)
    try: s.connect(("{device.address}", port)); outcomes.append("open")
    except TimeoutError: outcomes.append("nothing")
    except OSError as error: outcomes.append(str(error))
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.connect(("{device.address}", 9)); u.settimeout(0.3); u.send(b"x")
try: u.recv(1)
except TimeoutError: outcomes.append("nothing")
except OSError as error: outcomes.append(str(error))
print(json.dumps([outcomes, subprocess.run(["ip", "neigh", "show", "{device.address}"], capture_output=True, text=True).stdout]))
"""
    )
    assert out[0] == ["nothing"] * 4
    assert device.device.mac in out[1]


def test_a_phone_without_servers_refuses_at_once(home: RunningHome, laptop: Laptop) -> None:
    host = address(home, "phone")
    assert laptop(say(f"socket.socket().connect_ex(('{host}', 80))")) == 111  # ECONNREFUSED
    assert int(home.home.device("phone").mac[:2], 16) & 2, "its MAC is locally administered"


def test_the_laptop_sees_its_own_card_and_no_other_network(home: RunningHome, laptop: Laptop) -> None:
    cards = laptop("import json, os, socket; print(json.dumps([sorted(n for _, n in socket.if_nameindex()), "
                   "sorted(os.listdir('/sys/class/net')), open('/etc/resolv.conf').read()]))")  # fmt: skip
    assert cards[0] == ["eth0", "lo"]
    assert cards[1] == ["eth0", "lo"]
    assert cards[2] == f"nameserver {address(home, 'router')}\n"
    assert laptop(say("reaches('192.0.2.1', 80)")) is False


def test_a_program_on_the_laptop_starts_in_the_folder_it_was_given(home: RunningHome, tmp_path: Path) -> None:
    program = home.run_as_laptop(["pwd"], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    assert program.communicate(timeout=10)[0].strip() == str(tmp_path)


def test_connections_one_after_the_other_are_never_counted_as_two_at_once() -> None:
    with namespaces() as own:
        host = address(own, "lock-bridge")
        from_laptop(
            own, say(f"[talk('{host}', 8080, b'GET / HTTP/1.1\\r\\n\\r\\n', until=b'Request') for _ in range(200)][-1]")
        )
        one_by_one = own.device("lock-bridge").count
        from_laptop(own, f"{TALK}\na = [socket.create_connection(('{host}', p), 5) for p in (8080, 23, 8080)]\n"
                         "a[1].recv(9); print(1)")  # fmt: skip
        together = own.device("lock-bridge").count
    assert one_by_one is not None
    assert together is not None
    assert (one_by_one.port(8080).accepted, one_by_one.most_established) == (200, 1)
    assert together.most_established == 3


@pytest.mark.parametrize(
    "name", ["dnsmasq", "miniupnpd", "lighttpd", "dropbear", "minidlna", "mosquitto", "snmpd", "avahi-daemon", "smbd"]
)
def test_the_real_daemon_runs_where_the_home_says(home: RunningHome, need_daemon: NeedDaemon, name: str) -> None:
    need_daemon(name)
    devices = {d.name for d in home.home.everyone if name in d.daemons}
    assert set(home.daemons[name]) == devices
    for device in devices:
        count = home.device(device).count
        stand_ins = {(s.transport, s.port) for s in home.home.device(device).servers if s.stands_in_for == name}
        assert count is None or not stand_ins & {(p.transport, p.port) for p in count.ports}


def test_the_real_router_lets_anybody_map_a_port(home: RunningHome, laptop: Laptop, need_daemon: NeedDaemon) -> None:
    need_daemon("miniupnpd")
    page = laptop(say(f"get('{address(home, 'router')}', 5000, '/rootDesc.xml')"))
    assert "WANIPConnection:2" in page
    external = laptop(
        say(f"ask('{address(home, 'router')}', 5351, b'\\0\\0')")
    )  # NAT-PMP: external address (RFC 6886, 3.2)
    assert external[0][1].encode("latin-1")[8:12] == bytes((11, 22, 33, 44))


def test_the_real_nas_is_announced_by_avahi(home: RunningHome, need_daemon: NeedDaemon) -> None:
    need_daemon("avahi-daemon")
    answers = mdns(home, "_smb._tcp.local", 12)
    assert [who for who, _ in answers] == [address(home, "nas")]


def test_the_real_ssh_server_takes_the_key_that_belongs_to_its_mac(
    home: RunningHome, laptop: Laptop, need_daemon: NeedDaemon
) -> None:
    need_daemon("dropbear")
    assert laptop(say(f"talk('{address(home, 'router')}', 22, until=b'\\n')")).startswith("SSH-2.0-dropbear")
    key = dropbear.host_key(home.home.router.mac)
    assert key == dropbear.host_key(home.home.router.mac)
    assert key != dropbear.host_key("50:c7:bf:00:00:00")


def test_two_homes_at_once_do_not_see_each_other(home: RunningHome) -> None:
    bridge = catalogue.lock_bridge(mac="54:d2:72:99:88:77", host=33, hostname="Nuki_Bridge_99887766", telnet=2323)
    other = catalogue.build_home("10.31.7.0/24", changes={"lock-bridge": bridge})
    with namespaces(other) as second:
        assert "99887766 login" in from_laptop(second, say("talk('10.31.7.33', 2323, until=b'login: ')"))
        assert from_laptop(second, say("reaches('10.31.7.33', 2323)")) is True
        assert from_laptop(second, say(f"reaches('{address(home, 'lock-bridge')}', 23)")) is False
        assert from_laptop(home, say("reaches('10.31.7.33', 2323)")) is False
    before = home.device("lock-bridge").count
    with namespaces(home.home) as third:
        from_laptop(third, say(f"talk('{address(third, 'lock-bridge')}', 23, until=b'login: ')"))
        count = third.device("lock-bridge").count
    assert count is not None
    assert count.port(23).accepted == 1
    after = home.device("lock-bridge").count
    assert before is not None
    assert after is not None
    assert after.port(23).accepted == before.port(23).accepted


def test_a_device_that_sends_garbage_can_be_added() -> None:
    with namespaces(catalogue.build_home(extra=(catalogue.noisy_gadget(),))) as own:
        out = from_laptop(
            own, say(f"talk('{address(own, 'noisy-gadget')}', 80, b'GET / HTTP/1.0\\r\\n\\r\\n', wait=0.3)")
        )
    assert "\x00" in out
    assert len(out) > 2000


def test_the_loopback_home_has_the_lock_bridge_with_its_login() -> None:
    with open_home(prefer="loopback") as own, open_home(prefer="loopback") as second:
        assert own.kind == "loopback"
        assert own.daemons == {}
        assert own.prefix != second.prefix or sys.platform != "linux"
        bridge = own.device("lock-bridge")
        assert bridge.count is not None
        port = bridge.count.port(23).bound
        out = from_laptop(own, say(f"talk('{bridge.address}', {port}, until=b'login: ')"))
        assert out.endswith("Nuki_Bridge_1A2B3C4D login: ")
        assert own.device("lock-bridge").count.port(23).accepted == 1  # type: ignore[union-attr]
        assert any("ARP" in line for line in own.left_out)


def test_a_port_that_is_taken_is_left_out_and_said() -> None:
    takers = []
    try:
        for number in range(32):  # wherever the home will be
            takers.append(taker := socket.socket())
            # Ended connections of an earlier home (TIME_WAIT) are not in the way; a second listener still is.
            taker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taker.bind((f"127.77.{number}.20", 8080))
            taker.listen()
        with open_home(prefer="loopback") as own:
            count = own.device("lock-bridge").count
            assert count is not None
            assert "lock-bridge: tcp 8080 (web) is left out: the port is taken" in own.left_out
            assert [p.port for p in count.ports if p.transport == "tcp"] == [23]
    finally:
        for taker in takers:
            taker.close()
