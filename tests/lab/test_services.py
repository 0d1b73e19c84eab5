"""Every service that is looked at, by a real daemon in a safe and in an unsafe setting: what is learnt, and how it is judged.

One home (`services.py`), scanned three times at once: its lower half at depth standard, since little is asked over UDP
before that; its upper half, hubs and lock bridges whose all 65,535 ports would be asked then, at depth quick; and one device
at depth deep, where alone the time is asked for.
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from netguard.demo import daemons
from netguard.demo.daemons import RECIPES
from netguard.demo.running import RunningHome, open_home
from netguard.errors import LabError
from netguard.model.device import Device
from netguard.model.finding import Finding
from netguard.model.scan import Scan
from netguard.model.vocabulary import Ended, Role, Severity, Status
from tests.lab.conftest import from_laptop, namespaces, wait_until
from tests.lab.scanning import scan_of
from tests.lab.services import DAEMONS, LOWER, UPPER, services_home
from tests.lab.test_home_ends import gone, relatives

CLIENTS = (Path(__file__).parent / "clients.py").read_text(encoding="utf-8")
CLOCKED = "nas-safe"
"""The device that is looked at deeply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The home, and what the scans say of it."""

    home: RunningHome
    scans: Mapping[str, Scan]

    def scan_about(self, name: str, *, deep: bool = False) -> Scan:
        """The scan that had the device called `name` in its reach."""
        upper = self.home.home.device(name).host >= 128
        return self.scans["deep" if deep else "upper" if upper else "lower"]

    def device(self, name: str, *, deep: bool = False) -> Device:
        """The device of the document that is the home's device `name`."""
        address = self.home.home.address(self.home.home.device(name))
        (found,) = [d for d in self.scan_about(name, deep=deep).devices if address in {str(a) for a in d.addresses}]
        return found

    def facts(self, name: str, kind: str, port: int, *, deep: bool = False) -> list[Any]:
        """What was learnt of this kind at this port of a device."""
        scan, key = self.scan_about(name, deep=deep), self.device(name, deep=deep).key
        return [o.value for o in scan.observed(key, kind) if o.port == port]

    def findings(self, name: str, check: str) -> list[Finding]:
        """What a check says of a device."""
        scan, key = self.scan_about(name), self.device(name).key
        return [f for f in scan.findings if f.check == check and f.target == key]


def need(home: RunningHome, daemon: str | None, name: str) -> None:
    """Skips the test, saying why, unless the real daemon runs on that device; None for what is simulated everywhere."""
    if daemon is not None and name not in home.daemons.get(daemon, ()):
        pytest.skip(f"needs the real {daemon} on {name}: {home.missing.get(daemon, 'it is not there')}")


@pytest.fixture(scope="module")
def up() -> Iterator[RunningHome]:
    """The home, as soon as it is there."""
    with namespaces(services_home()) as home:
        yield home


@pytest.fixture(scope="module")
def seen(up: RunningHome, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """The home after the three scans."""
    clocked = up.home.address(up.home.device(CLOCKED))
    wanted = {"lower": (LOWER, "standard"), "upper": (UPPER, "quick"), "deep": (clocked, "deep")}
    with ThreadPoolExecutor(len(wanted)) as pool:
        running = {
            name: pool.submit(scan_of, up, tmp_path_factory.mktemp(name), "--depth", depth, target=target)
            for name, (target, depth) in wanted.items()
        }
        return Seen(home=up, scans={name: scan.result() for name, scan in running.items()})


def test_every_daemon_runs_wherever_the_home_has_it_or_is_said_to_be_missing(up):
    assert {name for device in up.home.everyone for name in device.daemons} == set(DAEMONS)
    wanted = {(daemon, device.name) for device in up.home.everyone for daemon in device.daemons}
    running = {(daemon, name) for daemon, names in up.daemons.items() for name in names}
    assert {daemon for daemon, _ in wanted - running} == set(up.missing)


def test_what_needs_more_rights_than_an_ordinary_user_has_is_said_to_be_missing():
    try:
        own = open_home(services_home(), prefer="user-namespace")
    except LabError as error:
        pytest.skip(f"no simulated home on this computer: {error}")
    with own:
        if own.kind != "user-namespace":
            pytest.skip(f"no user namespaces on this computer: {own.why}")
        root_only = {name for name, daemon in RECIPES.items() if daemon.needs_root and name in daemons.here().found}
        assert set(own.daemons) == set(daemons.here().found) & set(DAEMONS) - root_only
        assert {own.missing[name] for name in root_only} <= {"it needs rights that an ordinary user cannot give it"}
        count = own.device("nas-unsafe").count
        assert all(count.port(445) for _ in root_only), "its stand-in plays its part"


DIRECT = [
    ("vsftpd", "nas-safe", "'230' in ftp(at)", False),
    ("vsftpd", "nas-unsafe", "'230' in ftp(at)", True),
    ("telnetd", "plug-safe", "telnet(at).rstrip().endswith('login:')", True),
    ("telnetd", "plug-unsafe", "telnet(at).rstrip()[-1]", "#"),
    ("busybox-telnetd", "plug-safe", "telnet(at, 2323).rstrip().endswith('login:')", True),
    ("busybox-telnetd", "plug-unsafe", "telnet(at, 2323).rstrip()[-1]", "#"),
    ("dropbear", "camera-safe", "ssh(at)", ["publickey"]),
    ("dropbear", "camera-unsafe", "ssh(at)", []),
    ("dropbear", "router", "sorted(ssh(at))", ["password", "publickey"]),
    ("mosquitto", "nas-safe", "mqtt(at)", 5),
    ("mosquitto", "nas-unsafe", "mqtt(at)", 0),
    ("vlc", "camera-safe", "rtsp(at)", "RTSP/1.0 401"),
    ("vlc", "camera-unsafe", "rtsp(at)", "RTSP/1.0 200"),
    ("snmpd", "nas-safe", "snmp(at)", None),
    ("snmpd", "nas-unsafe", "'Linux nas' in snmp(at)", True),
    ("snmpd", "printer-safe", "snmp(at)", None),
    ("snmpd", "printer-unsafe", "'NC-8900w' in snmp(at)", True),
    ("smbd", "nas-safe", "smb(at)", 0xFFFF),
    ("smbd", "nas-unsafe", "smb(at)", 0),
    ("chronyd", "nas-safe", "ntp(at)", [4, 4, 10]),
    ("chronyd", "camera-unsafe", "ntp(at)", [4, 4, 10]),
    ("coap-server", "plug-safe", "'</time>' in coap(at)", True),
    ("msmtpd", "nas-safe", "talk(at, 25, until=b'\\n')[:3]", "220"),
    ("lighttpd", "camera-safe", "tls(at, 'TLSv1')", "TLSV1_ALERT_PROTOCOL_VERSION"),
    ("lighttpd", "camera-safe", "tls(at, 'TLSv1_3')", "TLSv1.3"),
    ("lighttpd", "camera-unsafe", "tls(at, 'TLSv1')", "TLSv1"),
    ("lighttpd", "camera-safe", "'realm=\"HikvisionDS' in http(at, 80)", True),
    ("lighttpd", "nas-safe", "'Location: /webman/index.cgi' in http(at, 5000)", True),
    ("minidlna", "nas-safe", "'MediaServer:1' in http(at, 8200, '/rootDesc.xml')", True),
]  # fmt: skip
"""(daemon, device, what is asked of it, what it does): each daemon is in the setting it is meant to be in."""


@pytest.mark.parametrize(("daemon", "name", "asked", "does"), DIRECT)
def test_the_daemon_is_safe_or_unsafe_as_it_is_meant_to_be(up, daemon, name, asked, does):
    need(up, daemon, name)
    at = up.home.address(up.home.device(name))
    assert from_laptop(up, f"{CLIENTS}\nat = {at!r}\ntell({asked})") == does


def test_all_daemons_end_with_their_home_and_leave_nothing_on_the_machine():
    files = [Path("/var/log") / name for name in ("wtmp", "btmp", "lastlog", "samba")]
    files += [Path("/var/run/utmp"), *(Path("/var/lib") / name for name in ("samba", "chrony", "snmp"))]
    before = [(path.stat().st_mtime_ns, path.stat().st_size) if path.exists() else None for path in files]
    own = namespaces(services_home())
    try:
        if "telnetd" in own.daemons:
            at = own.home.address(own.home.device("plug-safe"))
            from_laptop(own, f"{CLIENTS}\ntell(telnet({at!r}))")
        everyone = relatives(own.processes[1])
    finally:
        own.close()
    assert len(everyone) >= sum(len(names) for names in own.daemons.values())
    wait_until(lambda: gone(everyone | set(own.processes)), f"the end of {everyone}")
    assert [(path.stat().st_mtime_ns, path.stat().st_size) if path.exists() else None for path in files] == before


def test_the_scans_ended_by_themselves_and_told_every_device_for_what_it_is(seen):
    assert {scan.ended for scan in seen.scans.values()} == {Ended.FINISHED}
    roles = {"camera": Role.CAMERA, "nas": Role.NAS, "plug": Role.PLUG, "television": Role.TV, "printer": Role.PRINTER}
    roles |= {"nuki": Role.LOCK_HUB, "tedee": Role.LOCK_HUB, "router": Role.ROUTER}
    roles |= {"homekit-lock": Role.LOCK, "lock-bridge": Role.LOCK_HUB, "laptop": Role.COMPUTER}
    for device in seen.home.home.everyone:
        kind = device.name.removesuffix("-safe").removesuffix("-unsafe")
        assert seen.device(device.name).role is roles.get(kind, Role.SMART_HOME_HUB), device.name


FACTS = [
    ("vlc", "camera-safe", 554, {"rtsp.describe": 401, "rtsp.path": "/"}),
    ("vlc", "camera-unsafe", 554, {"rtsp.describe": 200, "rtsp.path": "/"}),
    ("lighttpd", "camera-safe", 80, {"http.status": 401, "http.realm": "HikvisionDS-2CD2143"}),
    ("lighttpd", "camera-safe", 443, {"tls.version": "TLSv1.3", "tls.accepts": (), "tls.expires": "2038-01-01T00:00:00+00:00"}),
    ("lighttpd", "camera-unsafe", 443, {"tls.accepts": ("TLSv1.1",), "tls.expires": "2020-01-01T00:00:00+00:00"}),
    ("dropbear", "camera-safe", 22, {"ssh.login": "required", "ssh.auth": ("publickey",)}),
    ("dropbear", "camera-unsafe", 22, {"ssh.login": "none", "ssh.auth": None}),
    ("dropbear", "router", 22, {"ssh.login": "required", "ssh.auth": ("publickey", "password")}),
    ("mosquitto", "nas-safe", 1883, {"mqtt.anonymous": False, "mqtt.code": 5}),
    ("mosquitto", "nas-unsafe", 1883, {"mqtt.anonymous": True, "mqtt.code": 0}),
    ("smbd", "nas-safe", 445, {"smb.v1": False, "smb.dialect": "3.1.1"}),
    ("smbd", "nas-unsafe", 445, {"smb.v1": True, "smb.dialect": "3.1.1"}),
    ("snmpd", "nas-safe", 161, {"snmp.sysdescr": None}),
    ("snmpd", "nas-unsafe", 161, {"snmp.sysdescr": "Linux nas"}),
    ("snmpd", "printer-safe", 161, {"snmp.sysdescr": None}),
    ("snmpd", "printer-unsafe", 161, {"snmp.sysdescr": "Brother NC-8900w"}),
    ("vsftpd", "nas-safe", 21, {"tcp.banner": "220 (vsFTPd*"}),
    ("vsftpd", "nas-unsafe", 21, {"tcp.banner": "220 (vsFTPd*"}),
    ("msmtpd", "nas-safe", 25, {"tcp.banner": "220 localhost ESMTP msmtpd*"}),
    ("lighttpd", "nas-safe", 5000, {"http.status": 302, "http.redirect": "/webman/index.cgi"}),
    ("minidlna", "nas-safe", 8200, {"upnp.device-type": "urn:schemas-upnp-org:device:MediaServer:1", "upnp.name": "nas-safe"}),
    ("coap-server", "plug-safe", 5683, {"coap.resources": ("/", "/time", "/async", "/example_data")}),
    ("telnetd", "plug-safe", 23, {"telnet.login": "prompt"}),
    ("telnetd", "plug-unsafe", 23, {"telnet.login": "shell"}),
    ("busybox-telnetd", "plug-safe", 2323, {"telnet.login": "prompt"}),
    ("busybox-telnetd", "plug-unsafe", 2323, {"telnet.login": "shell"}),
    ("dnsmasq", "router", 53, {"dns.version": "dnsmasq-*", "dns.recursion": True}),
    ("miniupnpd", "router", 5000, {"upnp.manufacturer": "OpenWrt"}),
    (None, "television-safe", 5555, {"adb.authentication": "key", "adb.banner": None}),
    (None, "television-unsafe", 5555, {"adb.authentication": "none", "adb.banner": "device::ro.product.name=box*"}),
    (None, "zigbee2mqtt-safe", 8080, {"api.login": "required", "firmware.version": None}),
    (None, "zigbee2mqtt-unsafe", 8080, {"api.login": "none", "firmware.version": "2.1.3"}),
    (None, "zwave-js-safe", 3000, {"api.login": "required"}),
    (None, "zwave-js-unsafe", 3000, {"api.login": "none", "firmware.version": "1.40.3"}),
    (None, "hubitat-safe", 443, {"api.login": "required"}),
    (None, "hubitat-unsafe", 443, {"api.login": "none", "firmware.version": "2.4.0.151"}),
    (None, "homematic-safe", 2010, {"api.login": "required"}),
    (None, "homematic-unsafe", 2010, {"api.login": "none"}),
    (None, "home-assistant-safe", 8123, {"api.login": "required"}),
    (None, "home-assistant-unsafe", 8123, {"api.login": "setup"}),
    (None, "hue-safe", 443, {"api.login": "button", "api.encrypted": True}),
    (None, "hue-unsafe", 443, {"api.login": "none"}),
    (None, "tedee-safe", 80, {"api.login": "required"}),
    (None, "tedee-unsafe", 80, {"api.login": "none", "firmware.version": "2.2.18086"}),
    (None, "nuki-safe", 8080, {"api.login": "required"}),
    (None, "nuki-unsafe", 8080, {"api.login": "none", "firmware.version": "2.19.1"}),
    (None, "aqara-safe", 9898, {"api.name": None}),
    (None, "aqara-unsafe", 9898, {"api.name": "Aqara LAN protocol"}),
]  # fmt: skip
"""(daemon, device, port, kind of fact → what was learnt). `*` ends a beginning; None is nothing at all."""


@pytest.mark.parametrize(("daemon", "name", "port", "expected"), FACTS)
def test_what_is_learnt_of_a_service(seen, daemon, name, port, expected):
    need(seen.home, daemon, name)
    for kind, value in expected.items():
        learnt = seen.facts(name, kind, port)
        if isinstance(value, str) and value.endswith("*"):
            assert len(learnt) == 1, kind
            assert learnt[0].startswith(value[:-1]), kind
        else:
            assert (value in learnt) if value is not None else learnt == [], (kind, learnt)


def test_the_time_is_asked_for_at_depth_deep_only(seen):
    need(seen.home, "chronyd", CLOCKED)
    assert seen.facts(CLOCKED, "ntp.version", 123) == []
    assert seen.facts(CLOCKED, "ntp.version", 123, deep=True) == [4]
    assert seen.facts(CLOCKED, "ntp.stratum", 123, deep=True) == [10]


PASS, FAIL, UNKNOWN = Status.PASS, Status.FAIL, Status.UNKNOWN
CRITICAL, HIGH, MEDIUM, LOW, INFO = Severity

JUDGED = [
    ("vlc", "camera-safe", "rtsp-open", PASS, None),
    ("vlc", "camera-unsafe", "rtsp-open", FAIL, {HIGH}),
    ("lighttpd", "camera-safe", "hub-tls-key", PASS, None),
    ("lighttpd", "camera-unsafe", "hub-tls-key", FAIL, {INFO}),
    ("dropbear", "camera-safe", "iot-management-port", FAIL, {LOW}),
    ("dropbear", "camera-unsafe", "iot-management-port", FAIL, {HIGH}),
    ("mosquitto", "nas-safe", "mqtt-anonymous", PASS, None),
    ("mosquitto", "nas-unsafe", "mqtt-anonymous", FAIL, {HIGH}),
    ("smbd", "nas-safe", "smbv1", PASS, None),
    ("smbd", "nas-unsafe", "smbv1", FAIL, {MEDIUM}),
    ("snmpd", "nas-unsafe", "snmp-public", FAIL, {LOW}),
    ("snmpd", "printer-unsafe", "snmp-public", FAIL, {INFO}),
    ("vsftpd", "nas-safe", "ftp-open", FAIL, {LOW}),
    ("vsftpd", "nas-unsafe", "ftp-open", FAIL, {LOW}),
    ("telnetd", "plug-safe", "telnet-open", FAIL, {MEDIUM}),
    ("telnetd", "plug-unsafe", "telnet-open", FAIL, {HIGH}),
    (None, "television-safe", "adb-open", FAIL, {LOW}),
    (None, "television-unsafe", "adb-open", FAIL, {HIGH}),
    (None, "zigbee2mqtt-safe", "hub-no-login", PASS, None),
    (None, "zigbee2mqtt-unsafe", "hub-no-login", FAIL, {CRITICAL}),
    (None, "zwave-js-safe", "hub-no-login", PASS, None),
    (None, "zwave-js-unsafe", "hub-no-login", FAIL, {CRITICAL}),
    (None, "hubitat-safe", "hub-no-login", PASS, None),
    (None, "hubitat-unsafe", "hub-no-login", FAIL, {CRITICAL}),
    (None, "homematic-safe", "hub-no-login", PASS, None),
    (None, "homematic-unsafe", "hub-no-login", FAIL, {CRITICAL}),
    (None, "home-assistant-safe", "hub-no-login", PASS, None),
    (None, "home-assistant-unsafe", "hub-no-login", FAIL, {HIGH}),
    (None, "hue-safe", "hub-no-login", PASS, None),
    (None, "hue-unsafe", "hub-no-login", FAIL, {MEDIUM}),
    (None, "tedee-safe", "hub-no-login", PASS, None),
    (None, "tedee-unsafe", "hub-no-login", FAIL, {CRITICAL}),
    (None, "nuki-safe", "hub-no-login", PASS, None),
    (None, "nuki-unsafe", "hub-no-login", FAIL, {CRITICAL}),
    (None, "aqara-safe", "hub-no-login", UNKNOWN, None),
    (None, "aqara-unsafe", "hub-no-login", FAIL, {MEDIUM}),
    (None, "hue-safe", "lock-cleartext-api", PASS, None),
    (None, "hubitat-unsafe", "lock-cleartext-api", PASS, None),
    (None, "nuki-safe", "lock-cleartext-api", FAIL, {HIGH}),
    (None, "tedee-safe", "lock-cleartext-api", FAIL, {MEDIUM}),
    (None, "zigbee2mqtt-safe", "lock-cleartext-api", FAIL, {LOW}),
    (None, "hubitat-safe", "hub-tls-key", PASS, None),
    (None, "hubitat-unsafe", "hub-tls-key", FAIL, {MEDIUM}),
    (None, "hubitat-twin", "hub-tls-key", FAIL, {MEDIUM}),
]  # fmt: skip
"""(daemon, device, check, status, severities of what failed)."""


@pytest.mark.parametrize(("daemon", "name", "check", "status", "severities"), JUDGED)
def test_how_a_service_is_judged(seen, daemon, name, check, status, severities):
    need(seen.home, daemon, name)
    found = seen.findings(name, check)
    assert {f.status for f in found} == {status}
    if severities is not None:
        assert {f.severity for f in found} == severities
        assert all(f.evidence for f in found)


def test_silence_to_public_is_no_pass_and_said_once_for_all(seen):
    need(seen.home, "snmpd", "nas-safe")
    quiet = [f for f in seen.scans["lower"].findings if f.check == "snmp-public" and f.status is UNKNOWN]
    assert [f for f in quiet if "nas-safe" in f.title and "printer-safe" in f.title]


def test_not_one_byte_was_sent_to_where_a_printer_would_print_it(seen):
    for name in ("printer-safe", "printer-unsafe"):
        count = seen.home.device(name).count
        for port in (515, 631, 9100):
            assert count.port(port).accepted > 0, "the port was asked whether it is open"
            assert count.port(port).payload_bytes == 0


def test_a_lock_and_its_bridge_were_never_asked_to_let_anybody_in(seen):
    bridge = seen.home.device("lock-bridge").count
    assert {s.port for s in seen.device("lock-bridge").open_services} >= {21, 23, 445, 554, 1883, 5555, 8080}
    assert bridge.port(1883).events == {}
    assert bridge.port(161, "udp").datagrams == 0
    assert (bridge.port(21).payload_bytes, bridge.port(23).events) == (0, {})
    lock = seen.home.device("homekit-lock").count
    assert all(port.payload_bytes == 0 for port in lock.ports if port.transport == "tcp")


def test_nobody_who_is_treated_gently_had_two_connections_at_once(seen):
    for device in seen.home.home.devices:
        count = seen.home.device(device.name).count
        if count is not None and device.roles[0] not in {"nas", "tv"}:
            assert count.most_established <= 1, device.name


def test_nothing_was_said_to_a_hub_but_goodbye(seen):
    for name, port in (("zigbee2mqtt-unsafe", 8080), ("zwave-js-unsafe", 3000)):
        assert seen.home.device(name).count.port(port).events == {"goodbye": 1}, name
    assert seen.home.device("aqara-unsafe").count.port(9898, "udp").events == {}
