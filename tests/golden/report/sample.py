"""The sample home: invented data that shows everything a report can say. `make_golden.py` writes it down."""

from datetime import UTC, datetime

from netaddr import IPAddress

from netguard.model import address
from netguard.model.action import Action, Grade, Intent
from netguard.model.attempt import Attempt
from netguard.model.device import Coverage, Device, Identity, Service, SightingNote
from netguard.model.finding import Finding, fingerprint
from netguard.model.observation import KINDS, Observation
from netguard.model.scan import Authorisation, Ruleset, Scan, Tool
from netguard.model.vantage import NextHop, Segment, Vantage
from netguard.model.vocabulary import (
    Confidence,
    Depth,
    Ended,
    Needs,
    Outcome,
    PortState,
    Power,
    Role,
    Severity,
    Stability,
    Status,
    Transport,
)

STARTED = datetime(2025, 11, 21, 18, 4, 30, tzinfo=UTC)
FINISHED = datetime(2025, 11, 21, 18, 9, 12, tzinfo=UTC)
NOW = datetime(2025, 11, 21, 20, 30, tzinfo=UTC)
"""The moment at which the golden files are rendered."""

PREFIX = "192.168.20.0/24"
_SHARED = ("CWE-653", "https://cwe.mitre.org/data/definitions/653.html")


def _mac(last: int) -> str:
    return f"00:00:5e:00:53:{last:02x}"  # RFC 7042, 2.1.1: addresses for documentation


def _service(host: int, port: int, name: str, expected: bool | None, product: str | None = None) -> Service:
    return Service(
        address=IPAddress(f"192.168.20.{host}"),
        transport=Transport.TCP,
        port=port,
        state=PortState.OPEN,
        name=name,
        product=product,
        expected=expected,
    )


def _device(host: int, name: str | None, role: Role, ports: str | None, **more: object) -> Device:
    hardware = address.mac(str(more.pop("mac", _mac(host))))
    where = IPAddress(f"192.168.20.{host}")
    fields: dict[str, object] = {
        "key": f"mac:{_mac(host)}",
        "identities": (Identity(kind="mac", value=_mac(host), stability=Stability.PERMANENT),),
        "name": name,
        "addresses": (where,),
        "mac": hardware,
        "mac_randomised": address.is_randomised(hardware),
        "role": role,
        "confidence": Confidence.CONFIRMED,
        "sightings": (SightingNote(source="arp", detail="answered to ARP"),),
        "coverage": (
            (Coverage(address=where, transport=Transport.TCP, ports=ports, engine="connect"),) if ports else ()
        ),
    }
    return Device(**(fields | more))  # type: ignore[arg-type]


COMMON = "21-23,25,53,80,110,139,143,443,445,515,554,631,1883,1900,5000,5353,7000,8080,8443,8883,9100,49152-49155"

ROUTER = _device(
    1,
    "Router",
    Role.ROUTER,
    "1-65535",
    vendor="Example Networks",
    model="HomeBox 7",
    profile="example-homebox",
    firmware="7.57",
    power=Power.MAINS,
    hostnames=("homebox.lan",),
    services=(
        _service(1, 53, "domain", True),
        _service(1, 80, "http", True, "HomeBox web"),
        _service(1, 443, "https", True),
    ),
)
BRIDGE = _device(
    21,
    "Hallway lock bridge",
    Role.LOCK_HUB,
    "1-65535",
    vendor="Example Locks",
    model="Bridge 2",
    profile="example-lock-bridge",
    firmware="2.11.4",
    power=Power.MAINS,
    hostnames=("bridge-21.lan",),
    services=(
        _service(21, 8080, "http", True, "Bridge API"),
        _service(21, 23, "telnet", False, "BusyBox telnetd"),
    ),
    sightings=(
        SightingNote(source="arp", detail="answered to ARP"),
        SightingNote(source="mdns", detail="_http._tcp on port 8080, as bridge-21.local"),
    ),
)
LOCK = _device(
    24,
    "Front door",
    Role.LOCK,
    "1024-1030",
    key="homekit:4f:2a:11:22:33:44",
    former_keys=(f"mac:{_mac(24)}",),
    vendor="Example Locks",
    model="Smart Lock 3",
    profile="homekit-lock",
    power=Power.BATTERY,
    services=(_service(24, 1027, "hap", True),),
)
BACK_DOOR = Device(
    key="declared:back-door",
    name="Back door",
    role=Role.LOCK,
    vendor="Example Locks",
    model="Smart Lock 3",
    power=Power.BATTERY,
    declared=True,
    seen=False,
)
HUB = _device(
    22,
    "Kitchen hub",
    Role.SMART_HOME_HUB,
    "1-20000",
    vendor="Example Home",
    model="Hub",
    profile="example-hub",
    power=Power.MAINS,
    services=(_service(22, 443, "https", True),),
)
CAMERA = _device(
    30,
    "Garden camera",
    Role.CAMERA,
    COMMON,
    vendor="Example Optics",
    model="Cam 4",
    confidence=Confidence.LIKELY,
    services=(_service(30, 554, "rtsp", None, "Optics RTSP"), _service(30, 80, "http", None)),
)
NAS = _device(40, "storage", Role.NAS, COMMON, vendor="Example Storage", services=(_service(40, 445, "smb", None),))
PRINTER = _device(41, "Study printer", Role.PRINTER, COMMON, services=(_service(41, 9100, "jetdirect", True),))
TELEVISION = _device(42, "Living room TV", Role.TV, COMMON, services=(_service(42, 7000, "airplay", True),))
PHONE = _device(
    60,
    None,
    Role.PHONE,
    None,
    key="random-mac:02:00:5e:00:53:3c",
    mac="02:00:5e:00:53:3c",
    identities=(Identity(kind="random-mac", value="02:00:5e:00:53:3c", stability=Stability.TEMPORARY),),
    confidence=Confidence.POSSIBLE,
)
SILENT = _device(77, None, Role.UNKNOWN, COMMON, confidence=Confidence.POSSIBLE)


def _fact(number: int, device: Device, port: int, probe: str, kind: str, value: str | bool) -> Observation:
    return Observation(
        id=f"o{number}",
        device=device.key,
        address=device.addresses[0],
        transport=Transport.TCP,
        port=port,
        probe=probe,
        kind=kind,
        value=value,
        at=STARTED.replace(minute=6, second=number),
        sensitive=KINDS[kind].sensitive,
    )


FACTS = (
    _fact(1, BRIDGE, 23, "banners", "telnet.banner", "BusyBox v1.19.4 bridge-21 login:"),
    _fact(2, BRIDGE, 23, "banners", "telnet.login", "prompt"),
    _fact(3, BRIDGE, 8080, "http", "http.title", "Bridge API"),
    _fact(4, CAMERA, 554, "banners", "rtsp.server", "Optics RTSP/1.0"),
)


def _finding(
    check: str, target: str, status: Status, severity: Severity, title: str, why: str, fix: str, **more: object
) -> Finding:
    fields: dict[str, object] = {
        "discriminator": "",
        "confidence": Confidence.CONFIRMED,
        "evidence": (),
        "references": (),
    }
    fields |= more
    return Finding(
        fingerprint=fingerprint(check, target, str(fields.pop("discriminator"))),
        check=check,
        status=status,
        severity=severity,
        target=target,
        title=title,
        why=why,
        fix=fix,
        **fields,  # type: ignore[arg-type]
    )


_TELNET_WHY = "Telnet sends everything in the clear, the password too, and is the first door that malware tries."
_SHARE_WHY = "Whatever else on the network is taken over, a television or a visitor's laptop, can talk to the lock bridge directly."
_NOTHING = "Nothing to do."

FINDINGS = (
    _finding(
        "iot-shares-segment",
        f"segment:{PREFIX}",
        Status.FAIL,
        Severity.LOW,
        "Cameras and televisions share a network with your computers",
        "A cheap device that is no longer updated is a common way in, and from there the computers are one step away.",
        "Give things a network of their own, apart from computers and telephones.",
        references=_SHARED,
    ),
    _finding(
        "lock-shares-segment",
        f"segment:{PREFIX}",
        Status.FAIL,
        Severity.MEDIUM,
        "The lock bridge shares its network with everything else",
        _SHARE_WHY,
        "Give locks, hubs and cameras a network of their own, and let only your telephones reach them.",
        references=_SHARED,
    ),
    _finding(
        "telnet-open",
        BRIDGE.key,
        Status.FAIL,
        Severity.HIGH,
        "Telnet is open on Hallway lock bridge",
        _TELNET_WHY,
        "Look in the bridge's app for a setting called remote support or maintenance and turn it off, then update its "
        "firmware. If the port stays open, ask the maker why.",
        discriminator="tcp/23",
        evidence=("o1", "o2"),
        references=("CWE-319", "https://cwe.mitre.org/data/definitions/319.html", "ETSI EN 303 645 5.5-1"),
    ),
    _finding(
        "lock-unexpected-port",
        BRIDGE.key,
        Status.FAIL,
        Severity.HIGH,
        "Hallway lock bridge listens on TCP port 23, and has no reason to",
        "A lock bridge of this kind answers on port 8080 only. Another open port is one more way to reach what opens "
        "your door, or a sign that somebody has been at it.",
        "Update the bridge. If the port stays open, reset it to factory settings and pair the lock again.",
        discriminator="tcp/23",
        evidence=("o1",),
        references=("ETSI EN 303 645 5.6-1",),
    ),
    _finding(
        "telnet-open",
        CAMERA.key,
        Status.PASS,
        Severity.INFO,
        "No telnet on Garden camera",
        _TELNET_WHY,
        _NOTHING,
    ),
    _finding("telnet-open", ROUTER.key, Status.PASS, Severity.INFO, "No telnet on Router", _TELNET_WHY, _NOTHING),
    _finding("telnet-open", HUB.key, Status.PASS, Severity.INFO, "No telnet on Kitchen hub", _TELNET_WHY, _NOTHING),
    _finding(
        "lock-unexpected-port",
        LOCK.key,
        Status.PASS,
        Severity.INFO,
        "Front door listens where it should, and nowhere else that was asked",
        "",
        _NOTHING,
    ),
    _finding(
        "lock-unexpected-port",
        BACK_DOOR.key,
        Status.UNKNOWN,
        Severity.INFO,
        "No unexpected port on a lock: not checked on Back door, because it was not seen",
        "",
        "Wake the lock, by its keypad or its app, and scan again while it is awake.",
        confidence=Confidence.POSSIBLE,
    ),
    _finding(
        "telnet-open",
        PHONE.key,
        Status.UNKNOWN,
        Severity.INFO,
        "No telnet: not checked on Unnamed phone, because it left before its ports were asked",
        _TELNET_WHY,
        "Scan again while the device is at home and its screen is on.",
        confidence=Confidence.POSSIBLE,
    ),
    _finding(
        "lock-unexpected-port",
        TELEVISION.key,
        Status.NOT_APPLICABLE,
        Severity.INFO,
        "No unexpected port on a lock: does not apply, because Living room TV is no lock",
        "",
        _NOTHING,
    ),
)
_BY_CHECK = {(f.check, f.target): f.fingerprint for f in FINDINGS}

ACTIONS = (
    Action(
        id="own-network",
        title="Give locks and things a network of their own",
        closes=(
            _BY_CHECK["lock-shares-segment", f"segment:{PREFIX}"],
            _BY_CHECK["iot-shares-segment", f"segment:{PREFIX}"],
        ),
        needs=Needs.SEGMENT,
        loses=("Casting from a telephone to the television works only after one more setting.",),
        intents=(Intent(kind="isolate-segment", segment=PREFIX),),
    ),
    Action(
        id=f"close-port-{BRIDGE.key}",
        title="Close telnet on Hallway lock bridge",
        closes=(_BY_CHECK["telnet-open", BRIDGE.key], _BY_CHECK["lock-unexpected-port", BRIDGE.key]),
        needs=Needs.APP,
        intents=(Intent(kind="deny-flow", device=BRIDGE.key, transport=Transport.TCP, port=23),),
    ),
)


def sample_scan() -> Scan:
    """A finished scan at standard depth: grade D, eleven devices, one of each kind of finding."""
    return Scan(
        id="20251121T180430Z-sample",
        site="Sample home",
        started_at=STARTED,
        finished_at=FINISHED,
        ended=Ended.FINISHED,
        tool=Tool(name="netguard", version="0.1.0"),
        ruleset=Ruleset(digest="5a3e" * 16, records=10),
        depth=Depth.STANDARD,
        authorisation=Authorisation(how="enrolled", at=STARTED),
        vantage=Vantage(
            os="linux",
            interface="wlan0",
            address=IPAddress("192.168.20.50"),
            mac=address.mac(_mac(50)),
            segment=Segment(prefix=address.network(PREFIX), ssid="Sample Wi-Fi"),
            gateway=NextHop(address=IPAddress("192.168.20.1"), mac=address.mac(_mac(1))),
            capabilities=("multicast", "neighbour-table", "raw-sockets"),
            privileged=True,
        ),
        devices=(ROUTER, BRIDGE, HUB, LOCK, BACK_DOOR, CAMERA, NAS, PRINTER, TELEVISION, PHONE, SILENT),
        observations=FACTS,
        attempts=(
            Attempt(stage="discover.arp", target=PREFIX, outcome=Outcome.DONE, seconds=3.1),
            Attempt(stage="discover.mdns", target="224.0.0.251", outcome=Outcome.DONE, seconds=4.0),
            Attempt(
                stage="probe.ports",
                target="192.168.20.60",
                outcome=Outcome.FAILED,
                reason="the device stopped answering, so it was left alone",
                seconds=2.0,
            ),
            Attempt(
                stage="probe.http",
                target="192.168.20.41 port 9100",
                outcome=Outcome.SKIPPED,
                reason="nothing is ever sent to a printer's port: what it does not understand it prints",
            ),
        ),
        findings=FINDINGS,
        actions=ACTIONS,
        grade=Grade(
            letter="D",
            best_possible="A",
            evaluated=0.82,
            because=(_BY_CHECK["telnet-open", BRIDGE.key], _BY_CHECK["lock-unexpected-port", BRIDGE.key]),
        ),
    )
