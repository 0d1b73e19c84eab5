"""Who lives in the sample home: invented devices of every kind that a report tells apart."""

from netaddr import IPAddress

from netguard.model import address
from netguard.model.device import Coverage, Device, Identity, Service, SightingNote
from netguard.model.vocabulary import Confidence, Link, PortState, Power, Role, Stability, Transport


def mac_of(last: int) -> str:
    return f"00:00:5e:00:53:{last:02x}"  # RFC 7042, 2.1.1: addresses for documentation


def _service(
    host: int,
    port: int,
    name: str,
    expected: bool | None,
    product: str | None = None,
    version: str | None = None,
    **more: object,
) -> Service:
    fields: dict[str, object] = {
        "address": IPAddress(f"192.168.20.{host}"),
        "transport": Transport.TCP,
        "state": PortState.OPEN,
        "product": product,
        "version": version,
    }
    return Service(port=port, name=name, expected=expected, **(fields | more))  # type: ignore[arg-type]


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


COMMON = "21-23,25,53,80,110,139,143,443,445,515,554,631,1883,1900,5000,5555,7000,8008,8080,8443,8883,9100,49152-49154"

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
    addresses=(IPAddress("192.168.20.1"), IPAddress("2001:db8:20::1")),
    services=(
        _service(1, 53, "domain", True),
        _service(1, 53, "domain", True, address=IPAddress("2001:db8:20::1")),
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
SERVER = _device(
    23,
    "Home server",
    Role.SMART_HOME_HUB,
    "1-65535",
    vendor="Example Computers",
    profile="example-server",
    power=Power.MAINS,
    addresses=(IPAddress("192.168.20.23"), IPAddress("2001:db8:20::23")),
    hostnames=("home-server.lan",),
    services=(
        _service(23, 22, "ssh", True, "OpenSSH", "9.2p1"),
        _service(23, 22, "ssh", True, "OpenSSH", "9.2p1", address=IPAddress("2001:db8:20::23")),
        _service(23, 1883, "mqtt", True, "Mosquitto", "2.0.11"),
        _service(23, 8080, "http", True),
    ),
)
CAMERA = _device(
    30,
    "Garden camera",
    Role.CAMERA,
    COMMON,
    vendor="Example Optics",
    model="Cam 4",
    confidence=Confidence.LIKELY,
    services=(_service(30, 554, "rtsp", True, "Optics RTSP", "1.0"), _service(30, 80, "http", True)),
)
PORCH = _device(
    31,
    "Porch camera",
    Role.CAMERA,
    COMMON,
    vendor="Example Optics",
    model="Cam 4",
    services=(
        _service(31, 554, "rtsp", True, "Optics RTSP", "1.0"),
        _service(31, 80, "http", True),
        _service(31, 22, "ssh", False, "Dropbear", "2014.63"),
    ),
)
NAS = _device(
    40,
    "storage",
    Role.NAS,
    COMMON,
    vendor="Example Storage",
    services=(
        _service(40, 445, "smb", None),
        _service(40, 21, "ftp", None, "ProFTPD"),
        _service(40, 443, "https", None, "lighttpd", "1.4.45"),
    ),
)
PRINTER = _device(
    41,
    "Study printer",
    Role.PRINTER,
    COMMON,
    services=(_service(41, 9100, "jetdirect", True), _service(41, 161, "snmp", None, transport=Transport.UDP)),
    coverage=(
        Coverage(address=IPAddress("192.168.20.41"), transport=Transport.TCP, ports=COMMON, engine="builtin"),
        Coverage(address=IPAddress("192.168.20.41"), transport=Transport.UDP, ports="161", engine="builtin"),
    ),
)
STICK = _device(
    43,
    "Bedroom TV stick",
    Role.TV,
    COMMON,
    vendor="Example Media",
    confidence=Confidence.LIKELY,
    services=(_service(43, 5555, "adb", False), _service(43, 8008, "http", True)),
)
PLUGS = tuple(
    _device(
        number,
        f"{room} plug",
        Role.PLUG,
        COMMON,
        vendor="Example Plugs",
        services=(_service(number, 80, "http", True),),
    )
    for number, room in ((51, "Hall"), (52, "Kitchen"), (53, "Terrace"))
)
THERMOSTAT = _device(55, "Thermostat", Role.THERMOSTAT, COMMON, vendor="Example Heating")
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
    SERVER,
    CAMERA,
    PORCH,
    NAS,
    PRINTER,
    TELEVISION,
    STICK,
    *PLUGS,
    THERMOSTAT,
    PHONE,
    SILENT,
)
