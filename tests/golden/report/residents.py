"""Who lives in the sample home: invented devices of every kind that a report tells apart."""

from netaddr import IPAddress

from netguard.model import address
from netguard.model.device import Coverage, Device, Identity, Service, SightingNote
from netguard.model.vocabulary import Confidence, Link, PortState, Power, Role, Stability, Transport


def mac_of(last: int) -> str:
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
    hardware = address.mac(str(more.pop("mac", mac_of(host))))
    where = IPAddress(f"192.168.20.{host}")
    fields: dict[str, object] = {
        "key": f"mac:{mac_of(host)}",
        "identities": (Identity(kind="mac", value=mac_of(host), stability=Stability.PERMANENT),),
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
    former_keys=(f"mac:{mac_of(24)}",),
    vendor="Example Locks",
    model="Smart Lock 3",
    profile="homekit-lock",
    power=Power.BATTERY,
    declared=True,
    link=Link.WIFI,
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
    link=Link.WIFI,
    seen=False,
    unseen="Not seen: asleep, elsewhere or switched off. Touch its keypad, or lock it once with its app.",
)
GARDEN_GATE = Device(
    key="declared:garden-gate",
    name="Garden gate",
    role=Role.LOCK,
    vendor="Example Gates",
    power=Power.BATTERY,
    declared=True,
    link=Link.ZIGBEE,
    seen=False,
    unseen="It has no IP address of its own (Zigbee): its hub is what can be looked at. Look up in the hub's app who "
    "may open it.",
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

RESIDENTS = (
    ROUTER,
    BRIDGE,
    HUB,
    LOCK,
    BACK_DOOR,
    GARDEN_GATE,
    CAMERA,
    NAS,
    PRINTER,
    TELEVISION,
    PHONE,
    SILENT,
)
