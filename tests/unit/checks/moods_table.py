"""The table of checks and moods, as data; `test_moods.py` looks and judges.

A row says which check it is about, by which probes the service is looked at, on which port of which device, and what has
to come of each mood.
"""

import ssl
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from netguard.model.vocabulary import Confidence, Role, Severity, Status, Transport
from tests.unit.checks import guarding
from tests.unit.probe import moods
from tests.unit.probe.moods import Mood, speaks

MOODS = ("right", "refusing", "closed", "garbage", "silent")
FAIL, PASS, UNKNOWN, NOT_APPLICABLE = Status.FAIL, Status.PASS, Status.UNKNOWN, Status.NOT_APPLICABLE
CRITICAL, HIGH, MEDIUM, LOW, INFO = Severity
LIKELY = Confidence.LIKELY

Cell = tuple[Any, ...]
"""A status; of a failed one also the severity, and the confidence where it is not confirmed."""

JUDGE_NO_SERVICE = {
    "iot-shares-segment": "it judges who lives beside whom",
    "lock-shares-segment": "it judges who lives beside whom",
    "lock-pairing-open": "it judges announcements, which nobody asks a service for",
    **dict.fromkeys(
        ("wifi-anomaly", "wifi-no-pmf", "wifi-open", "wifi-tkip", "wifi-transition", "wifi-wep"),
        "it judges what access points announce in the air; its own test has its table",
    ),
    "wps-enabled": "it judges what access points announce, in the air and by UPnP; test_wps_enabled.py has its table",
    "wps-unconfigured": "it judges what access points announce in the air; its own test has its table",
    "natpmp-enabled": "it judges what the router said to two probes together; test_natpmp_enabled.py has its table",
    "double-nat": "it judges the address that the router has outside; test_double_nat.py has its table",
    "ipv6-inbound": "it judges what the router says of its filter; test_ipv6_inbound.py has its table",
    **dict.fromkeys(
        ("upnp-igd-enabled", "upnp-port-mapping", "upnp-port-mapping-lock", "upnp-stale-mapping"),
        "it judges what the router says that it lets in; its own test has its table",
    ),
    **dict.fromkeys(
        ("upnp-rogue-igd", "upnp-foreign-location", "upnp-known-vulnerable"),
        "it judges what devices announce of themselves; its own test has its table",
    ),
    **dict.fromkeys(
        ("firmware-end-of-life", "router-end-of-life", "router-known-exploited"),
        "it judges model and version, whichever service told them; its own test has its table",
    ),
    "default-login": "it judges what families say and how they are tried, in tests/logins; its own test has its table",
    "admin-from-iot": "it judges a page by who lives beside it; its own test has its table",
    "port-policy": "it judges a person's own list of ports, whatever speaks there; test_port_policy.py has its table",
}
"""Checks without a row, and why."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One check and one service. A mood that a row does not give comes from the fake of its last probe."""

    check: str
    probes: tuple[str, ...]
    """One after the other, as the pipeline runs them."""
    port: int
    role: Role
    cells: dict[str, Cell]
    transport: Transport = Transport.TCP
    moods: dict[str, Mood] = field(default_factory=dict)
    device: dict[str, Any] = field(default_factory=dict)
    usual: str | None = None
    """Name of the probe's set of usual ports, where it behaves otherwise on them."""
    expected: bool | None = None
    """Whether the device's record expects the service."""


FTP = Mood(tcp=speaks(lambda _: b"530 Please login\r\n", b"220 ProFTPD Server (camera) ready\r\n"))
SHELL = Mood(tcp=speaks(lambda _: b"# ", b"\xff\xfd\x01\xff\xfb\x01BusyBox v1.12\r\n# "))
BUSY = Mood(tcp=speaks(lambda _: None, b"All sessions in use.\r\n"))


@cache
def run_out() -> Mood:
    """A TLS server that shows a certificate which has run out."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        shown, key = moods.certificate(days=-30)
        path = Path(folder) / "both.pem"
        path.write_bytes(shown + key)
        made.load_cert_chain(path)

    def behave(peer: Any) -> None:
        try:
            with made.wrap_socket(peer, server_side=True) as secure:
                moods.silent(secure)
        except ssl.SSLError:  # looked at, and left
            return

    return Mood(tcp=behave)


TABLE = (
    Row(
        check="ftp-open",
        probes=("banners",),
        port=21,
        role=Role.CAMERA,
        moods={"right": FTP},
        cells={
            "right": (FAIL, MEDIUM),
            "refusing": (FAIL, MEDIUM, LIKELY),
            "closed": (PASS,),
            "garbage": (UNKNOWN,),
            "silent": (FAIL, MEDIUM, LIKELY),
        },
    ),
    Row(
        check="telnet-open",
        probes=("banners",),
        port=23,
        role=Role.LOCK_HUB,
        moods={"right": SHELL, "refusing": BUSY},
        cells={
            "right": (FAIL, CRITICAL),
            "refusing": (FAIL, HIGH, LIKELY),
            "closed": (PASS,),
            "garbage": (FAIL, HIGH, LIKELY),
            "silent": (FAIL, HIGH, LIKELY),
        },
    ),
    Row(
        check="telnet-open",
        probes=("banners", "telnet"),
        port=2323,
        role=Role.CAMERA,
        cells={
            "right": (FAIL, MEDIUM),
            "refusing": (FAIL, MEDIUM),
            "closed": (PASS,),
            "garbage": (FAIL, MEDIUM, LIKELY),
            "silent": (FAIL, MEDIUM, LIKELY),
        },
    ),
    Row(
        check="adb-open",
        probes=("adb",),
        port=5555,
        role=Role.LOCK_HUB,
        cells={
            "right": (FAIL, CRITICAL),
            "refusing": (FAIL, MEDIUM),
            "closed": (PASS,),
            "garbage": (UNKNOWN,),
            "silent": (UNKNOWN,),
        },
    ),
    Row(
        check="adb-open",
        probes=("adb",),
        port=5555,
        role=Role.TV,
        cells={
            "right": (FAIL, HIGH),
            "refusing": (FAIL, LOW),
            "closed": (PASS,),
            "garbage": (UNKNOWN,),
            "silent": (UNKNOWN,),
        },
    ),
    Row(
        check="mqtt-anonymous",
        probes=("mqtt",),
        port=1883,
        role=Role.COMPUTER,
        cells={
            "right": (FAIL, MEDIUM),
            "refusing": (PASS,),
            "closed": (PASS,),
            "garbage": (UNKNOWN,),
            "silent": (UNKNOWN,),
        },
    ),
    Row(
        check="snmp-public",
        probes=("snmp",),
        port=161,
        transport=Transport.UDP,
        role=Role.ROUTER,
        cells={
            "right": (FAIL, MEDIUM),
            "refusing": (PASS,),
            "closed": (PASS,),
            "garbage": (UNKNOWN,),
            "silent": (UNKNOWN,),
        },
    ),
    Row(
        check="mqtt-anonymous",
        probes=("mqtt",),
        port=1883,
        role=Role.SMART_HOME_HUB,
        # A hub is never asked, so that nothing tells its moods apart but the port.
        cells={
            "right": (UNKNOWN,),
            "refusing": (UNKNOWN,),
            "closed": (PASS,),
            "garbage": (UNKNOWN,),
            "silent": (UNKNOWN,),
        },
    ),
    Row(
        check="snmp-public",
        probes=("snmp",),
        port=161,
        transport=Transport.UDP,
        role=Role.LOCK_HUB,
        # As above, and over UDP not even the port.
        cells=dict.fromkeys(MOODS, (UNKNOWN,)),
    ),
    Row(
        check="rtsp-open",
        probes=("rtsp",),
        port=554,
        role=Role.CAMERA,
        cells={
            "right": (FAIL, HIGH),
            "refusing": (PASS,),
            "closed": (PASS,),
            "garbage": (UNKNOWN,),
            "silent": (UNKNOWN,),
        },
    ),
    Row(
        check="smbv1",
        probes=("smb",),
        port=445,
        role=Role.NAS,
        cells={
            "right": (FAIL, MEDIUM),
            "refusing": (PASS,),
            "closed": (PASS,),
            "garbage": (UNKNOWN,),
            "silent": (UNKNOWN,),
        },
    ),
    Row(
        check="iot-management-port",
        probes=("banners", "ssh"),
        port=22,
        role=Role.CAMERA,
        cells={
            "right": (FAIL, HIGH),
            "refusing": (FAIL, LOW),
            "closed": (PASS,),
            "garbage": (FAIL, LOW, LIKELY),
            "silent": (FAIL, LOW, LIKELY),
        },
    ),
    Row(
        check="lock-unexpected-port",
        probes=("banners",),
        port=23,
        role=Role.LOCK_HUB,
        expected=False,
        cells={
            "right": (FAIL, HIGH),
            "refusing": (FAIL, HIGH),
            "closed": (PASS,),
            "garbage": (FAIL, HIGH),
            "silent": (FAIL, HIGH),
        },
    ),
    Row(
        check="hub-tls-key",
        probes=("tls",),
        port=443,
        role=Role.LOCK_HUB,
        usual="USUAL_PORTS",
        moods={"right": run_out()},
        cells={
            "right": (FAIL, LOW),
            "refusing": (UNKNOWN,),
            "closed": (NOT_APPLICABLE,),
            "garbage": (UNKNOWN,),
            "silent": (UNKNOWN,),
        },
    ),
    Row(
        check="hub-tls-key",
        probes=("tls",),
        port=8443,
        role=Role.ROUTER,
        usual="USUAL_PORTS",
        moods={"right": run_out(), "refusing": moods.fake("tls").RIGHT},
        cells={
            "right": (FAIL, INFO),
            "refusing": (PASS,),
            "closed": (NOT_APPLICABLE,),
            "garbage": (UNKNOWN,),
            "silent": (UNKNOWN,),
        },
    ),
    Row(
        check="hub-no-login",
        probes=("hubitat",),
        port=80,
        role=Role.SMART_HOME_HUB,
        device={"profile": "hubitat"},
        cells={
            "right": (FAIL, CRITICAL),
            "refusing": (PASS,),
            "closed": (NOT_APPLICABLE,),
            "garbage": (UNKNOWN,),
            "silent": (UNKNOWN,),
        },
    ),
    Row(
        check="hub-no-login",
        probes=("homematic",),
        port=2001,
        role=Role.SMART_HOME_HUB,
        device={"profile": "homematic-ccu"},
        cells={
            "right": (FAIL, CRITICAL),
            "refusing": (PASS,),
            "closed": (NOT_APPLICABLE,),
            "garbage": (UNKNOWN,),
            "silent": (UNKNOWN,),
        },
    ),
    Row(
        check="hub-no-login",
        probes=("zigbee2mqtt",),
        port=8080,
        role=Role.SMART_HOME_HUB,
        device={"profile": "zigbee2mqtt"},
        cells={
            "right": (FAIL, CRITICAL),
            "refusing": (PASS,),
            "closed": (NOT_APPLICABLE,),
            "garbage": (UNKNOWN,),
            "silent": (UNKNOWN,),
        },
    ),
    Row(
        check="lock-cleartext-api",
        probes=("tedee",),
        port=80,
        role=Role.LOCK_HUB,
        device={"profile": "tedee-bridge"},
        cells={
            "right": (FAIL, MEDIUM),
            "refusing": (FAIL, MEDIUM),
            "closed": (NOT_APPLICABLE,),
            "garbage": (UNKNOWN,),
            "silent": (UNKNOWN,),
        },
    ),
    Row(
        check="lock-cleartext-api",
        probes=("nuki",),
        port=8080,
        role=Role.LOCK_HUB,
        device={"profile": "nuki-bridge"},
        cells={
            "right": (FAIL, HIGH),
            "refusing": (FAIL, HIGH),
            "closed": (NOT_APPLICABLE,),
            "garbage": (UNKNOWN,),
            "silent": (UNKNOWN,),
        },
    ),
    Row(
        check="no-login",
        probes=("http", "logins"),
        port=80,
        role=Role.ROUTER,
        moods={"right": guarding.NO_PASSWORD, "refusing": guarding.PASSWORD},
        cells=dict(zip(MOODS, ((FAIL, CRITICAL), (UNKNOWN,), (NOT_APPLICABLE,), (UNKNOWN,), (UNKNOWN,)), strict=True)),
    ),
    Row(
        check="login-cleartext",
        probes=("http",),
        port=80,
        role=Role.ROUTER,
        usual="USUAL_PORTS",
        moods={"right": guarding.BASIC, "refusing": guarding.TO_HTTPS},
        cells=dict(zip(MOODS, ((FAIL, MEDIUM), (UNKNOWN,), (NOT_APPLICABLE,), (UNKNOWN,), (UNKNOWN,)), strict=True)),
    ),
)
