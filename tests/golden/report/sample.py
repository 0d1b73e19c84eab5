"""The sample home: invented data that shows everything a report can say. `make_golden.py` writes it down."""

from datetime import UTC, datetime

from netaddr import IPAddress

from netguard.model import address
from netguard.model.action import Action, Grade, Intent
from netguard.model.attempt import Attempt
from netguard.model.device import Device
from netguard.model.finding import Finding, fingerprint
from netguard.model.observation import KINDS, Observation
from netguard.model.scan import Authorisation, Ruleset, Scan, Tool
from netguard.model.vantage import NextHop, Segment, Vantage
from netguard.model.vocabulary import Confidence, Depth, Ended, Needs, Outcome, Severity, Status, Transport
from tests.golden.report.residents import (
    BACK_DOOR,
    BRIDGE,
    CAMERA,
    GARDEN_GATE,
    HUB,
    LOCK,
    PHONE,
    RESIDENTS,
    ROUTER,
    TELEVISION,
    mac_of,
)

STARTED = datetime(2025, 11, 21, 18, 4, 30, tzinfo=UTC)
FINISHED = datetime(2025, 11, 21, 18, 9, 12, tzinfo=UTC)
NOW = datetime(2025, 11, 21, 20, 30, tzinfo=UTC)
"""The moment at which the golden files are rendered."""

PREFIX = "192.168.20.0/24"
_SHARED = ("CWE-653", "https://cwe.mitre.org/data/definitions/653.html")


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
        "lock-unexpected-port",
        GARDEN_GATE.key,
        Status.NOT_APPLICABLE,
        Severity.INFO,
        "No unexpected port on a lock: does not apply, because Garden gate has no IP address of its own (Zigbee): its "
        "hub is what can be looked at",
        "",
        _NOTHING,
    ),
    _finding(
        "lock-pairing-open",
        LOCK.key,
        Status.PASS,
        Severity.INFO,
        "Front door offers no HomeKit or Matter set-up on the network",
        "",
        _NOTHING,
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
    """A finished scan at standard depth: grade D, ten devices seen and two not, one of each kind of finding."""
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
            mac=address.mac(mac_of(50)),
            segment=Segment(prefix=address.network(PREFIX), ssid="Sample Wi-Fi"),
            gateway=NextHop(address=IPAddress("192.168.20.1"), mac=address.mac(mac_of(1))),
            capabilities=("multicast", "neighbour-table", "raw-sockets"),
            privileged=True,
        ),
        devices=RESIDENTS,
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
