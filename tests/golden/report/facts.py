"""What was learnt in the sample home: the facts that its findings rest on."""

from datetime import UTC, datetime, timedelta

from netguard.model.device import Device
from netguard.model.observation import KINDS, Observation, Value
from netguard.model.vocabulary import Transport
from tests.golden.report.residents import (
    BRIDGE,
    CAMERA,
    NAS,
    PORCH,
    PRINTER,
    RESIDENTS,
    ROUTER,
    SERVER,
    STICK,
)

STARTED = datetime(2025, 11, 21, 18, 4, 30, tzinfo=UTC)
FINISHED = datetime(2025, 11, 21, 18, 9, 12, tzinfo=UTC)
PREFIX = "192.168.20.0/24"

_LEARNT: tuple[tuple[Device, str, int, str, Value], ...] = (
    (BRIDGE, "banners", 23, "telnet.banner", "BusyBox v1.19.4 bridge-21 login:"),
    (BRIDGE, "banners", 23, "telnet.login", "prompt"),
    (BRIDGE, "http", 8080, "http.title", "Bridge API"),
    (BRIDGE, "nuki", 8080, "api.name", "Example Bridge API"),
    (BRIDGE, "nuki", 8080, "api.login", "required"),
    (BRIDGE, "nuki", 8080, "api.encrypted", False),
    (SERVER, "ssh", 22, "ssh.banner", "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3"),
    (SERVER, "ssh", 22, "ssh.auth", ("publickey",)),
    (SERVER, "mqtt", 1883, "mqtt.anonymous", True),
    (SERVER, "mqtt", 1883, "mqtt.code", 0),
    (SERVER, "http", 8080, "http.title", "Zigbee2MQTT"),
    (SERVER, "zigbee2mqtt", 8080, "api.name", "Zigbee2MQTT"),
    (SERVER, "zigbee2mqtt", 8080, "api.login", "none"),
    (CAMERA, "rtsp", 554, "rtsp.server", "Optics RTSP/1.0"),
    (CAMERA, "rtsp", 554, "rtsp.path", "/live/ch0"),
    (CAMERA, "rtsp", 554, "rtsp.describe", 200),
    (PORCH, "rtsp", 554, "rtsp.server", "Optics RTSP/1.0"),
    (PORCH, "rtsp", 554, "rtsp.path", "/live/ch0"),
    (PORCH, "rtsp", 554, "rtsp.describe", 200),
    (PORCH, "ssh", 22, "ssh.banner", "SSH-2.0-dropbear_2014.63"),
    (PORCH, "ssh", 22, "ssh.auth", ("publickey", "password")),
    (STICK, "adb", 5555, "adb.authentication", "key"),
    (NAS, "smb", 445, "smb.dialect", "NT LM 0.12"),
    (NAS, "smb", 445, "smb.v1", True),
    (NAS, "banners", 21, "tcp.banner", "220 ProFTPD Server (storage) [192.168.20.40]"),
    (NAS, "tls", 443, "tls.version", "TLSv1.2"),
    (PRINTER, "snmp", 161, "snmp.sysdescr", "Example Print 400, firmware 2.81"),
)
_ROUTERS: tuple[tuple[Device, str, int, str, Value], ...] = (
    (ROUTER, "igd", 5000, "igd.mapping", "udp 51413 -> 192.168.20.88 51413"),
    (ROUTER, "igd", 5000, "igd.mapping", "tcp 7000 -> 192.168.20.42 7000"),
    (ROUTER, "igd", 5000, "igd.mapping", "tcp 21 -> 192.168.20.40 21"),
    (ROUTER, "igd", 5000, "igd.mapping", "tcp 8443 -> 192.168.20.21 8080"),
)


def _fact(number: int, device: Device, probe: str, port: int | None, kind: str, value: Value) -> Observation:
    transport = Transport.UDP if probe == "snmp" else Transport.TCP if port else None
    return Observation(
        id=f"o{number}",
        device=device.key,
        address=device.addresses[0],
        transport=transport,
        port=port,
        probe=probe,
        kind=kind,
        value=value,
        at=STARTED + timedelta(seconds=(80 if port else 0) + number),
        sensitive=KINDS[kind].sensitive,
    )


_ANSWERED = tuple(d for d in RESIDENTS if d.seen)

FACTS = (
    *(_fact(number, *learnt) for number, learnt in enumerate(_LEARNT, 1)),
    *(_fact(number, d, "arp", None, "link.reply", "arp") for number, d in enumerate(_ANSWERED, len(_LEARNT) + 1)),
    *(_fact(number, *said) for number, said in enumerate(_ROUTERS, len(_LEARNT) + len(_ANSWERED) + 1)),
)


def ids(device: Device, *kinds: str, port: int | None = None, value: Value = None) -> tuple[str, ...]:
    """The ids of what was learnt of `device`."""
    found = (f for f in FACTS if f.device == device.key and f.kind in kinds)
    return tuple(f.id for f in found if port in (None, f.port) and value in (None, f.value))
