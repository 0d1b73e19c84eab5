"""A home whose devices come in pairs, one in a safe setting and one in an unsafe one, for every service that is looked at.

The lower half of its addresses has what Debian has daemons for, the upper half the hubs and lock bridges with their makers'
own interfaces, which are simulated: Zigbee2MQTT and Home Assistant themselves are far too heavy for a lab.
"""

import json

from netguard.demo import catalogue
from netguard.demo.homes import Announcement, Device, Home, Page, Server, Upnp
from netguard.demo.parts import MDNS, SSDP, html, uuid, web

PREFIX = "10.44.0.0/24"
LOWER, UPPER = "10.44.0.0/25", "10.44.0.128/25"

DAEMONS = (
    "avahi-daemon", "busybox-telnetd", "chronyd", "coap-server", "dnsmasq", "dropbear", "lighttpd", "minidlna", "miniupnpd",
    "mosquitto", "msmtpd", "smbd", "snmpd", "telnetd", "vlc", "vsftpd",
)  # fmt: skip
"""All that there is a recipe for."""

FACTORY_KEY = "the key that the maker put into all of them"


def real(kind: str, port: int, daemon: str, *, udp: bool = False, **options: str) -> Server:
    """The server that the daemon `daemon` is run in place of, with its setting."""
    return Server(
        kind=kind,
        port=port,
        transport="udp" if udp else "tcp",
        stands_in_for=daemon,
        options=tuple((name.replace("_", "-"), value) for name, value in options.items()),
    )


def camera(name: str, host: int, *, unsafe: bool, seed: str = "") -> Device:
    """A camera with a stream, a page, SSH and a clock."""
    subject = "CN=www.hikvision.com,OU=DVRNVR,O=HIKVISION,L=HangZhou,ST=ZheJiang,C=CN"
    options = {"subject": subject, "expires": "2020-01-01", "oldest": "TLSv1"} if unsafe else {"subject": subject}
    if seed:
        options["key-of"] = seed
    refused = Page(path="/", body="", status=401, headers=(("WWW-Authenticate", 'Basic realm="HikvisionDS-2CD2143"'),))
    return Device(
        name=name,
        what="Camera",
        roles=("camera",),
        mac=f"44:47:cc:00:30:{host:02x}",
        host=host,
        hostname=name,
        daemons=("vlc", "lighttpd", "dropbear", "chronyd"),
        servers=(
            real("rtsp", 554, "vlc", login="none" if unsafe else "required"),
            web(80, [refused], stands_in_for="lighttpd"),
            Server(
                kind="secure-web", port=443, stands_in_for="lighttpd", options=tuple(options.items()), pages=(refused,)
            ),
            real("ssh", 22, "dropbear", login="none" if unsafe else "key"),
            real("ntp", 123, "chronyd", udp=True),
        ),
    )


def nas(name: str, host: int, *, unsafe: bool) -> Device:
    """Storage with file sharing, FTP, a broker, SNMP, a media server and mail."""
    login = "none" if unsafe else "required"
    mac = f"00:11:32:00:50:{host:02x}"
    front = Page(path="/", body="", status=302, headers=(("Location", "/webman/index.cgi"),))
    shown = Page(path="/webman/index.cgi", body=html("DiskStation - Synology NAS"))
    return Device(
        name=name,
        what="NAS",
        roles=("nas",),
        mac=mac,
        host=host,
        hostname=name,
        daemons=("smbd", "vsftpd", "mosquitto", "snmpd", "minidlna", "lighttpd", "msmtpd", "chronyd", "avahi-daemon"),
        servers=(
            real("smb", 445, "smbd", oldest="NT1" if unsafe else "SMB3"),
            real("ftp", 21, "vsftpd", login=login),
            real("mqtt", 1883, "mosquitto", login=login),
            real(
                "snmp",
                161,
                "snmpd",
                udp=True,
                community="public" if unsafe else "a word of our own",
                sysdescr="Linux nas",
            ),
            real("smtp", 25, "msmtpd"),
            real("ntp", 123, "chronyd", udp=True),
            web(5000, [front, shown], stands_in_for="lighttpd"),
            web(8200, [], server="6.1 DLNADOC/1.50 UPnP/1.0 MiniDLNA/1.3.0", stands_in_for="minidlna"),
            Server(kind="ssdp", port=1900, transport="udp", stands_in_for="minidlna"),
            Server(kind="mdns", port=5353, transport="udp", stands_in_for="avahi-daemon"),
        ),
        announces=(Announcement(instance=name, type="_http._tcp", port=5000, txt=("vendor=Synology", "model=DS920+")),),
        upnp=Upnp(
            udn=f"4d696e69-444c-164e-9d41-{mac.replace(':', '')}",
            device_type="urn:schemas-upnp-org:device:MediaServer:1",
            friendly_name=name,
            manufacturer="Justin Maggard",
            model_name="Windows Media Connect compatible (MiniDLNA)",
            model_number="1.3.0",
            port=8200,
            path="/rootDesc.xml",
            server="6.1 DLNADOC/1.50 UPnP/1.0 MiniDLNA/1.3.0",
        ),
    )


def plug(name: str, host: int, *, unsafe: bool) -> Device:
    """A plug with a forgotten telnet, and another at a port beside it, which lists what it can do by CoAP."""
    mac = f"a8:03:2a:00:60:{host:02x}"
    return Device(
        name=name,
        what="Plug",
        roles=("plug",),
        mac=mac,
        host=host,
        hostname=f"shellyplus1-{mac.replace(':', '')}",
        daemons=("telnetd", "busybox-telnetd", "coap-server"),
        servers=(
            real("telnet", 23, "telnetd", login="none" if unsafe else "required"),
            real("telnet", 2323, "busybox-telnetd", login="none" if unsafe else "required"),
            real("coap", 5683, "coap-server", udp=True),
            MDNS,
        ),
        announces=(
            Announcement(instance=f"shellyplus1-{mac.replace(':', '')}", type="_shelly._tcp", port=80),
            Announcement(instance=f"shellyplus1-{mac.replace(':', '')}", type="_coap._udp", port=5683),
        ),
    )


def television(name: str, host: int, *, unsafe: bool) -> Device:
    """A TV that programmers may debug: after asking, or without."""
    return Device(
        name=name,
        what="TV",
        roles=("tv",),
        mac=f"c0:79:82:00:70:{host:02x}",
        host=host,
        hostname=name,
        servers=(Server(kind="adb", port=5555, options=(("login", "none" if unsafe else "key"),)), MDNS),
        announces=(Announcement(instance=name, type="_androidtvremote2._tcp", port=6466),),
    )


def printer(name: str, host: int, *, unsafe: bool) -> Device:
    """A printer that counts what it is sent, with SNMP."""
    one = catalogue.printer(mac=f"00:80:77:6e:7f:{host:02x}", host=host, name=name)
    word = (("community", "public" if unsafe else "a word of our own"), ("sysdescr", "Brother NC-8900w"))
    servers = tuple(
        Server(kind="snmp", port=161, transport="udp", stands_in_for="snmpd", options=word) if s.kind == "snmp" else s
        for s in one.servers
    )
    return Device(
        name=name, what=one.what, mac=one.mac, host=host, hostname=one.hostname, roles=one.roles, daemons=one.daemons,
        servers=servers, announces=one.announces,
    )  # fmt: skip


def guarded_bridge(host: int) -> Device:
    """A lock's bridge with every service on it that is asked elsewhere whether it lets one in: it counts what it gets."""
    usual = catalogue.lock_bridge(
        mac=f"54:d2:72:00:20:{host:02x}", host=host, hostname="Nuki_Bridge_10200010", telnet=23
    )
    more = (
        Server(kind="mqtt", port=1883),
        Server(kind="ftp", port=21),
        Server(kind="smb", port=445, options=(("oldest", "NT1"),)),
        Server(kind="rtsp", port=554, options=(("server", "Rtsp Server"),)),
        Server(kind="adb", port=5555, options=(("login", "none"),)),
        Server(kind="snmp", port=161, transport="udp"),
    )
    return Device(
        name=usual.name, what=usual.what, mac=usual.mac, host=host, hostname=usual.hostname, roles=usual.roles,
        servers=(*usual.servers, *more),
    )  # fmt: skip


def interface(name: str, host: int, mac: str, *servers: Server, **more: object) -> Device:
    """A hub or lock bridge with its maker's own interface."""
    return Device(name=name, what=name, roles=("hub",), mac=f"{mac}:{host:02x}", host=host, servers=servers, **more)  # type: ignore[arg-type]


def saying(path: str, what: object, status: int = 200, method: str = "GET") -> Page:
    """A page that says `what` as JSON."""
    return Page(path=path, body=json.dumps(what), status=status, content_type="application/json", method=method)


def zigbee2mqtt(name: str, host: int, *, unsafe: bool) -> Device:
    """Its page, and the WebSocket that shows and commands everything."""
    page = Page(path="/", body=html("Zigbee2MQTT"))
    told = (
        ("say", '{"payload":{"state":"online"},"topic":"bridge/state"}'),
        ("say", '{"payload":{"version":"2.1.3"},"topic":"bridge/info"}'),
    )
    options = (("path", "/api"), *(told if unsafe else (("close", "4401"),)))
    return interface(name, host, "dc:a6:32:0a:0b", Server(kind="websocket", port=8080, pages=(page,), options=options))


def zwave_js(name: str, host: int, *, unsafe: bool) -> Device:
    """Its web interface, and its server for programs, which has no login itself; the safe one has something before it."""
    pages = (
        Page(path="/", body=html("Z-Wave JS UI")),
        saying("/api/auth-enabled", {"success": True, "data": not unsafe}),
        saying("/version", {"appVersion": "9.30.1"}),
    )
    greeting = '{"type":"version","driverVersion":"14.3.12","serverVersion":"1.40.3","homeId":3301012884}'
    server = Server(kind="websocket", port=3000, options=(("path", "/"), ("say", greeting)))
    announced = Announcement(
        instance=f"33010128{host}", type="_zwave-js-server._tcp", port=3000, txt=("homeId=3301012884",)
    )
    if not unsafe:
        server = web(3000, [Page(path="/", body="", status=401)])
    return interface(
        name, host, "dc:a6:32:0d:0e", web(8091, pages), server, MDNS, hostname=f"pi-{host}", announces=(announced,)
    )


def hubitat(name: str, host: int, *, unsafe: bool, seed: str = "") -> Device:
    """Its web interface, behind TLS."""
    login = Page(path="/hub2/hubData", body="", status=302, headers=(("Location", "/login"),))
    data = saying("/hub2/hubData", {"hubId": f"abc{host}", "model": "C-8", "version": "2.4.0.151"})
    subject = "CN=Hubitat Elevation,OU=Hub,O=Hubitat\\, Inc.,L=Scottsdale,ST=AZ,C=US"
    options = (("subject", subject), *((("key-of", seed),) if seed else ()))
    pages = (Page(path="/", body=html("Hubitat")), data if unsafe else login)
    secure = Server(kind="secure-web", port=443, pages=pages, options=options)
    return interface(name, host, "34:e1:d1:81:22", secure, hostname=name)


def homematic(name: str, host: int, *, unsafe: bool) -> Device:
    """A CCU whose interface process answers anybody, or asks for a login."""
    answer = '<?xml version="1.0"?><methodResponse><params><param><value><array><data/></array></value></param></params></methodResponse>'
    pages = [
        Page(
            path="/",
            body=answer if unsafe else "",
            status=200 if unsafe else 401,
            content_type="text/xml",
            method="POST",
        )
    ]
    mac = f"00:1a:22:01:02:{host:02x}"
    return interface(
        name, host, "00:1a:22:01:02", web(80, [Page(path="/", body=html("HomeMatic WebUI"))]), web(2010, pages), SSDP,
        hostname=name,
        upnp=Upnp(
            udn=uuid(mac), device_type="urn:schemas-upnp-org:device:Basic:1", friendly_name="HomeMatic Central",
            manufacturer="EQ3", model_name="HomeMatic Central", model_number="CCU3", port=80, path="/upnp/basic_dev.cgi",
            server="HomeMatic",
        ),
    )  # fmt: skip


def home_assistant(name: str, host: int, *, unsafe: bool) -> Device:
    """With an owner and a login, or still waiting for whoever comes first."""
    steps = saying("/api/onboarding", [{"step": "user", "done": False}])
    providers = saying(
        "/auth/providers", {"providers": [{"name": "Home Assistant Local", "id": None, "type": "homeassistant"}]}
    )
    pages = [Page(path="/", body=html("Home Assistant")), steps if unsafe else providers]
    return interface(name, host, "20:f8:3b:00:30", web(8123, pages))


def hue(name: str, host: int, *, unsafe: bool) -> Device:
    """As its maker has it; the unsafe one, which never was sold, shows its list of users."""
    mac = f"ec:b5:fa:00:aa:{host:02x}"
    said = {"name": "Hue", "bridgeid": f"ECB5FAFFFE00AA{host:02X}", "modelid": "BSB002", "swversion": "1967054020"}
    config = saying("/api/config", said | ({"whitelist": {"0123456789": {"name": "app"}}} if unsafe else {}))
    pages = (config, saying("/clip/v2/resource", {"errors": [{"description": "unauthorized"}]}, status=403))
    options = (("common-name", f"ecb5fafffe00aa{host:02x}"), ("organization", "Philips Hue"), ("country", "NL"))
    return interface(name, host, mac[:14], Server(kind="secure-web", port=443, pages=pages, options=options))


def tedee(name: str, host: int, *, unsafe: bool) -> Device:
    """It wants a token for everything; the unsafe one, which its maker does not sell, for nothing."""
    bridge = {"serialNumber": "12345678-123456", "softwareVersions": [{"softwareType": 0, "version": "2.2.18086"}]}
    page = saying("/v1.0/bridge", bridge if unsafe else {}, status=200 if unsafe else 401)
    return interface(name, host, "30:ae:a4:11:22", web(80, [Page(path="/", body=""), page], server="Tedee"))


def nuki(name: str, host: int, *, unsafe: bool) -> Device:
    """It wants a token; the unsafe one tells who it is without."""
    info = saying("/info", {"bridgeType": 1, "ids": {"hardwareId": 12345}, "versions": {"firmwareVersion": "2.19.1"}})
    page = info if unsafe else Page(path="/info", body="HTTP 401 Unauthorized", status=401)
    return interface(
        name,
        host,
        "54:d2:72:4e:11",
        web(8080, [Page(path="/", body="", status=400), page]),
        MDNS,
        hostname=f"Nuki_Bridge_4E11{host:02X}",
    )


def aqara(name: str, host: int, *, unsafe: bool) -> Device:
    """An Aqara hub; the unsafe one has the older LAN protocol switched on."""
    lan = (Server(kind="aqara-lan", port=9898, transport="udp"),) if unsafe else ()
    one = Announcement(instance=f"Aqara-Hub-M2-{host}", type="_aqara._tcp", port=80)
    return interface(name, host, "54:ef:44:12:ab", *lan, MDNS, hostname=f"Aqara-Hub-M2-{host}", announces=(one,))


BY_HAND = (camera, nas, plug, television, printer)
INTERFACES = (zigbee2mqtt, zwave_js, hubitat, homematic, home_assistant, hue, tedee, nuki, aqara)


def services_home() -> Home:
    """Every pair, `camera-safe` and `camera-unsafe`; a second camera with the maker's key; a lock and a lock's bridge."""
    devices = [catalogue.homekit_lock(mac="78:db:2f:00:20:0b", host=11), guarded_bridge(12)]
    for number, make in enumerate((*BY_HAND, *INTERFACES)):
        first = 20 + 2 * number if make in BY_HAND else 140 + 2 * number
        name = make.__name__.replace("_", "-")
        own = {"seed": FACTORY_KEY} if make is hubitat else {}
        devices += [
            make(f"{name}-safe", first, unsafe=False),
            make(f"{name}-unsafe", first + 1, unsafe=True, **own),  # type: ignore[operator]
        ]
    devices.append(hubitat("hubitat-twin", 200, unsafe=True, seed=FACTORY_KEY))
    return Home(prefix=PREFIX, router=catalogue.router(), laptop=catalogue.laptop(), devices=tuple(devices))
