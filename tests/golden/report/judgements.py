"""What was made of the sample home's facts: a finding of every kind, and the passes and gaps that real homes have most of.

The words are the sample's own and not those of today's checks, so that a check can be worded anew by itself.
"""

from collections.abc import Iterator

from netguard.model.action import Action, Intent
from netguard.model.device import Device
from netguard.model.finding import Finding, fingerprint
from netguard.model.vocabulary import Confidence, Needs, Severity, Status, Transport
from tests.golden.report.facts import PREFIX, ids
from tests.golden.report.residents import (
    BACK_DOOR,
    BRIDGE,
    CAMERA,
    GARDEN_GATE,
    LOCK,
    NAS,
    PHONE,
    PORCH,
    PRINTER,
    RESIDENTS,
    SERVER,
    SILENT,
    STICK,
)

_CWE = ("CWE-653", "https://cwe.mitre.org/data/definitions/653.html")
_NOTHING = "Nothing to do."

WISHES = {
    "telnet-open": ("No device offers telnet", "offers no telnet"),
    "ftp-open": ("No device offers FTP", "offers no FTP"),
    "adb-open": ("No device can be debugged over the network (ADB)", "offers no ADB"),
    "mqtt-anonymous": ("No MQTT broker lets anybody in", "offers no MQTT broker"),
    "rtsp-open": ("No camera shows its picture to anybody", "offers no video stream (RTSP)"),
    "smbv1": ("No device accepts SMB 1", "shares no files (SMB)"),
    "iot-management-port": ("Nothing can be managed or debugged from afar", "offers no management from afar"),
}
"""Checks that judge every device: what each wishes, and what it says of a device that is as wished."""


def _finding(check: str, target: str, status: Status, title: str, **more: object) -> Finding:
    fields: dict[str, object] = {
        "severity": Severity.INFO,
        "confidence": Confidence.CONFIRMED,
        "why": "",
        "fix": _NOTHING,
        "discriminator": "",
    }
    fields |= more
    name = fingerprint(check, target, str(fields.pop("discriminator")))
    return Finding(fingerprint=name, check=check, status=status, target=target, title=title, **fields)  # type: ignore[arg-type]


def _fail(
    check: str, device: Device | None, severity: Severity, title: str, why: str, fix: str, **more: object
) -> Finding:
    target = device.key if device else f"segment:{PREFIX}"
    return _finding(check, target, Status.FAIL, title, severity=severity, why=why, fix=fix, **more)


_TELNET_WHY = "Telnet sends everything in the clear, the password too, and is the first door that malware tries."
_RTSP_WHY = (
    "Whoever is on the network sees what the camera sees: when nobody is at home, where the keys hang, and which code is "
    "typed at the door."
)
_RTSP_FIX = "Set a password for the stream, or switch RTSP off if no recorder uses it."

PROBLEMS = (
    _fail(
        "iot-shares-segment",
        None,
        Severity.LOW,
        "Cameras and televisions share a network with your computers",
        "A cheap device that is no longer updated is a common way in, and from there the computers are one step away.",
        "Give things a network of their own, apart from computers and telephones.",
        evidence=tuple(i for d in RESIDENTS for i in ids(d, "link.reply")),
        references=_CWE,
    ),
    _fail(
        "lock-shares-segment",
        None,
        Severity.MEDIUM,
        "The lock bridge shares its network with everything else",
        "Whatever else on the network is taken over, a television or a visitor's laptop, can talk to the lock bridge directly.",
        "Give locks, hubs and cameras a network of their own, and let only your telephones reach them.",
        evidence=(*ids(BRIDGE, "link.reply"), *ids(LOCK, "link.reply")),
        references=_CWE,
    ),
    _fail(
        "telnet-open",
        BRIDGE,
        Severity.HIGH,
        "Telnet is open on Hallway lock bridge",
        _TELNET_WHY,
        "Look in the bridge's app for a setting called remote support or maintenance and turn it off, then update its "
        "firmware. If the port stays open, ask the maker why.",
        discriminator="tcp/23",
        evidence=ids(BRIDGE, "telnet.banner", "telnet.login"),
        references=("CWE-319", "https://cwe.mitre.org/data/definitions/319.html", "ETSI EN 303 645 5.5-1"),
    ),
    _fail(
        "lock-unexpected-port",
        BRIDGE,
        Severity.HIGH,
        "Hallway lock bridge listens on TCP port 23, and has no reason to",
        "A lock bridge of this kind answers on port 8080 only. Another open port is one more way to reach what opens "
        "your door, or a sign that somebody has been at it.",
        "Update the bridge. If the port stays open, reset it to factory settings and pair the lock again.",
        discriminator="tcp/23",
        evidence=ids(BRIDGE, "telnet.banner"),
        references=("ETSI EN 303 645 5.6-1",),
    ),
    _fail(
        "lock-cleartext-api",
        BRIDGE,
        Severity.MEDIUM,
        "Hallway lock bridge is commanded in the clear on TCP port 8080",
        "Who listens on the network reads the word that opens the door, and can say it again.",
        "Switch the bridge's programming interface off in its app if nothing in your home uses it.",
        discriminator="tcp/8080",
        evidence=ids(BRIDGE, "api.name", "api.encrypted", "api.login"),
        references=("CWE-319", "ETSI EN 303 645 5.5-1"),
    ),
    _fail(
        "hub-no-login",
        SERVER,
        Severity.CRITICAL,
        "Zigbee2MQTT on Home server obeys anybody on the network",
        "Its page opens without a login, and a lock that is paired with it opens with one click there.",
        "In Zigbee2MQTT, open Settings, Frontend, set an authentication token and restart it.",
        discriminator="tcp/8080",
        evidence=ids(SERVER, "api.name", "api.login", "http.title"),
        references=("CWE-306", "ETSI EN 303 645 5.5-5"),
    ),
    _fail(
        "mqtt-anonymous",
        SERVER,
        Severity.CRITICAL,
        "Home server lets anybody connect to its MQTT broker",
        "On an MQTT broker devices hear what to do. Whoever may connect without a login can read who comes and goes, and "
        "where a lock listens there, open it with one message.",
        "Set allow_anonymous to false in the broker's settings, and give each device a login of its own.",
        discriminator="tcp/1883",
        evidence=ids(SERVER, "mqtt.anonymous", "mqtt.code"),
        references=("CWE-306", "https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html"),
    ),
    *(
        _fail(
            "rtsp-open",
            camera,
            Severity.HIGH,
            f"{camera.name} shows its video stream to anybody",
            _RTSP_WHY,
            _RTSP_FIX,
            discriminator="tcp/554",
            evidence=ids(camera, "rtsp.describe", "rtsp.path", "rtsp.server"),
            references=("CWE-306", "https://www.rfc-editor.org/rfc/rfc2326"),
        )
        for camera in (CAMERA, PORCH)
    ),
    _fail(
        "iot-management-port",
        PORCH,
        Severity.MEDIUM,
        "Porch camera offers SSH on TCP port 22",
        "Whoever gets in by such a service commands the whole device. Makers leave it open from development or for their "
        "own service people, and its password is often the same on every unit.",
        "Switch SSH off in the camera's menu, or update its firmware; keep it from the internet until then.",
        discriminator="tcp/22",
        evidence=ids(PORCH, "ssh.banner", "ssh.auth"),
        references=("CWE-489",),
    ),
    _fail(
        "smbv1",
        NAS,
        Severity.MEDIUM,
        "storage accepts SMB 1",
        "SMB 1 is file sharing from the 1980s, without protection against changes on the way. WannaCry and its kind ran "
        "from device to device by it.",
        "Set the oldest SMB version to SMB 2 in the settings of its file sharing.",
        evidence=ids(NAS, "smb.v1", "smb.dialect"),
        references=("https://nvd.nist.gov/vuln/detail/CVE-2017-0144",),
    ),
    _fail(
        "ftp-open",
        NAS,
        Severity.LOW,
        "storage offers FTP on TCP port 21",
        "FTP sends its password and every file in clear text: whoever listens on the network has them.",
        "Switch FTP off; use SFTP or the device's web page over HTTPS.",
        discriminator="tcp/21",
        evidence=ids(NAS, "tcp.banner"),
        references=("CWE-319", "https://www.rfc-editor.org/rfc/rfc959"),
    ),
    _fail(
        "adb-open",
        STICK,
        Severity.LOW,
        "Bedroom TV stick can be debugged over the network (ADB), with a key",
        "An ADB that asks for a key shows a question on the screen to whoever comes; one careless tap lets them in for ever.",
        "Switch off USB debugging and Wireless debugging in the developer options.",
        confidence=Confidence.LIKELY,
        discriminator="tcp/5555",
        evidence=ids(STICK, "adb.authentication"),
        references=("CWE-489", "https://developer.android.com/tools/adb"),
    ),
    _fail(
        "snmp-public",
        PRINTER,
        Severity.LOW,
        "Study printer tells about itself by SNMP to whoever says “public”",
        "By SNMP a device tells its name, version and neighbours without anybody noticing.",
        "Switch SNMP off, or use version 3 with a password.",
        evidence=ids(PRINTER, "snmp.sysdescr"),
        references=("CWE-1392", "https://www.rfc-editor.org/rfc/rfc1157"),
    ),
)
_FAILED = {(f.check, f.target): f.fingerprint for f in PROBLEMS}


def _every_device() -> Iterator[Finding]:
    """What the checks of `WISHES` say of each device on which they found nothing."""
    for check, (wish, said) in WISHES.items():
        for device in RESIDENTS:
            if not device.seen or (check, device.key) in _FAILED:
                continue
            name = device.name or ("Unnamed phone" if device is PHONE else str(device.addresses[0]))
            gap = _GAPS.get(device.key)
            if gap is None and check == "mqtt-anonymous" and device is NAS:
                gap = ("netguard never tries to get in on what it has not identified for sure", "Say what it is.")
            if gap is None:
                yield _finding(check, device.key, Status.PASS, f"{name} {said}")
            else:
                title = f"{wish}: not checked on {name}, because {gap[0]}"
                yield _finding(check, device.key, Status.UNKNOWN, title, fix=gap[1], confidence=Confidence.POSSIBLE)


_GAPS = {
    PHONE.key: (
        "it left before its ports were asked",
        "Scan again while the device is at home and its screen is on.",
    ),
    LOCK.key: (
        "it runs on a battery, so only its known ports were asked",
        "Name it to have it asked fully: netguard scan 192.168.20.24",
    ),
    SILENT.key: (
        "depth standard does not ask all its ports",
        "Scan with --depth deep.",
    ),
}

FINDINGS = (
    *PROBLEMS,
    *_every_device(),
    _finding(
        "lock-unexpected-port",
        LOCK.key,
        Status.PASS,
        "Front door listens where it should, and nowhere else that was asked",
    ),
    _finding(
        "lock-unexpected-port",
        BACK_DOOR.key,
        Status.UNKNOWN,
        "No unexpected port on a lock: not checked on Back door, because it was not seen",
        fix="Wake the lock, by its keypad or its app, and scan again while it is awake.",
        confidence=Confidence.POSSIBLE,
    ),
    _finding(
        "lock-unexpected-port",
        GARDEN_GATE.key,
        Status.NOT_APPLICABLE,
        "No unexpected port on a lock: does not apply, because Garden gate has no IP address of its own (Zigbee): its hub "
        "is what can be looked at",
    ),
    _finding(
        "lock-pairing-open",
        LOCK.key,
        Status.PASS,
        "Front door offers no HomeKit or Matter set-up on the network",
    ),
    _finding(
        "snmp-public",
        "network",
        Status.UNKNOWN,
        "No device answers SNMP to anybody: not checked on Router, Kitchen hub and 12 more, because depth standard asks no "
        "UDP ports",
        fix="Scan with --depth deep.",
        confidence=Confidence.POSSIBLE,
    ),
    _finding(
        "port-policy",
        "network",
        Status.NOT_APPLICABLE,
        "Devices keep to your own port policy: does not apply, because you have written none",
    ),
)

BECAUSE = (_FAILED["hub-no-login", SERVER.key], _FAILED["mqtt-anonymous", SERVER.key])
"""What decides the grade."""


def _closes(*closed: tuple[str, Device]) -> tuple[str, ...]:
    return tuple(_FAILED[check, device.key] for check, device in closed)


def _close_port(device: Device, port: int, *checks: str, needs: Needs = Needs.MENU) -> Action:
    return Action(
        id=f"close-port:{device.key}",
        title=f"Close what {device.name} has no reason to open",
        closes=_closes(*((check, device) for check in checks)),
        needs=needs,
        intents=(Intent(kind="deny-flow", device=device.key, transport=Transport.TCP, port=port),),
    )


ACTIONS = (
    Action(
        id=f"segment:segment:{PREFIX}",
        title="Give locks and things a network of their own",
        closes=(
            _FAILED["lock-shares-segment", f"segment:{PREFIX}"],
            _FAILED["iot-shares-segment", f"segment:{PREFIX}"],
        ),
        needs=Needs.SEGMENT,
        loses=("Living room TV: casting from a telephone works only after one more setting.",),
        how=(
            "Make a network of its own for them on your router: a VLAN, with a name of its own in the Wi-Fi.",
            "Connect Hallway lock bridge, Kitchen hub and 5 more devices there.",
            "Then come the rules between the networks: `netguard plan` proposes who lives where.",
        ),
        intents=(Intent(kind="isolate-segment", segment=PREFIX),),
    ),
    Action(
        id=f"require-login:{SERVER.key}",
        title="Make Home server ask for a login",
        closes=_closes(("hub-no-login", SERVER), ("mqtt-anonymous", SERVER)),
        needs=Needs.MENU,
        loses=("Whatever connects to it without a login needs the new one.",),
        intents=(Intent(kind="change-credential", device=SERVER.key),),
    ),
    _close_port(BRIDGE, 23, "telnet-open", "lock-unexpected-port", "lock-cleartext-api", needs=Needs.APP),
    *(
        Action(
            id=f"require-login:{camera.key}",
            title=f"Make {camera.name} ask for a login",
            closes=_closes(("rtsp-open", camera)),
            needs=Needs.MENU,
            intents=(Intent(kind="change-credential", device=camera.key),),
        )
        for camera in (CAMERA, PORCH)
    ),
    _close_port(PORCH, 22, "iot-management-port"),
    _close_port(NAS, 21, "ftp-open"),
    Action(
        id=f"smb1-off:{NAS.key}",
        title="Switch SMB 1 off on storage",
        closes=_closes(("smbv1", NAS)),
        needs=Needs.MENU,
        loses=("Very old scanners and players no longer reach its files.",),
        intents=(Intent(kind="disable-feature", device=NAS.key, feature="smb1"),),
    ),
    _close_port(STICK, 5555, "adb-open"),
    _close_port(PRINTER, 161, "snmp-public"),
)
