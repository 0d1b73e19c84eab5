"""The devices of the simulated homes, one function each, and the homes made of them.

What they say is modelled on public descriptions of such devices; ids, names and keys are invented. Each function
takes what may vary from home to home, so that a test can build a home that no other test contains.
"""

import hashlib
from collections.abc import Iterable, Mapping

from netguard.demo.appliances import camera, nas, noisy_gadget, phone, printer, silent_plug, television
from netguard.demo.homes import Announcement, Device, Forward, Home, Page, Server, Upnp
from netguard.demo.parts import MDNS, SSDP, html, uuid, web
from netguard.errors import LabError

__all__ = [
    "DEMO_PREFIX", "FORWARDS", "automation_host", "build_home", "camera", "demo_home", "homekit_lock", "laptop", "light_hub",
    "lock_bridge", "nas", "noisy_gadget", "phone", "printer", "router", "silent_plug", "television",
]  # fmt: skip

DEMO_PREFIX = "192.168.77.0/24"
"""The default home's prefix. It exists inside the home's own network namespaces only."""


FORWARDS = (
    Forward(port=8443, host=20, to=8080, description="lock bridge, away from home"),
    Forward(port=51413, host=99, to=51413, transport="udp", description="Torrents"),
)
"""What the router of `netguard demo` lets in: one port to the lock bridge, and one to a computer that is long gone."""


def router(
    mac: str = "50:c7:bf:2a:10:01", host: int = 1, hostname: str = "OpenWrt", forwards: tuple[Forward, ...] = ()
) -> Device:
    """A router: DNS, DHCP, UPnP gateway that forwards these ports, web page and SSH."""
    return Device(
        name="router",
        what="Router",
        roles=("router",),
        mac=mac,
        host=host,
        hostname=hostname,
        daemons=("dnsmasq", "miniupnpd", "lighttpd", "dropbear"),
        servers=(
            Server(kind="nameserver", port=53, transport="udp", stands_in_for="dnsmasq"),
            Server(
                kind="ssh",
                port=22,
                fallback=2222,
                stands_in_for="dropbear",
                options=(("banner", "SSH-2.0-dropbear_2022.83"),),
            ),
            web(
                80,
                [Page(path="/", body=html("OpenWrt - LuCI", "Authorization Required"))],
                fallback=8080,
                server="lighttpd/1.4.69",
                stands_in_for="lighttpd",
            ),
            Server(
                kind="igd",
                port=5000,
                stands_in_for="miniupnpd",
                options=(("server", "OpenWRT/23.05 UPnP/1.1 MiniUPnPd/2.3.1"),),
            ),
            Server(kind="ssdp", port=1900, transport="udp", stands_in_for="miniupnpd"),
        ),
        upnp=Upnp(
            udn=uuid(mac),
            device_type="urn:schemas-upnp-org:device:InternetGatewayDevice:2",
            friendly_name="OpenWrt router",
            manufacturer="OpenWrt",
            model_name="OpenWrt router",
            model_number="23.05",
            port=5000,
            path="/rootDesc.xml",
            server="OpenWRT/23.05 UPnP/1.1 MiniUPnPd/2.3.1",
            services=("urn:schemas-upnp-org:service:WANIPConnection:2",),
            forwards=forwards,
        ),
    )


def laptop(mac: str = "3c:a9:f4:51:0c:10", host: int = 10, hostname: str = "laptop") -> Device:
    """The computer one scans from. It serves nothing."""
    return Device(name="laptop", what="This laptop", roles=("computer",), mac=mac, host=host, hostname=hostname)


def lock_bridge(
    mac: str = "54:d2:72:1a:2b:3c", host: int = 20, hostname: str = "Nuki_Bridge_1A2B3C4D", telnet: int | None = 23
) -> Device:
    """A lock bridge with its documented HTTP API on 8080, and on `telnet` a login that it has no reason to offer."""
    answer = Page(path="/", body="HTTP 400 Bad Request", status=400, content_type="text/html")
    denied = tuple(
        Page(path=path, body="HTTP 401 Unauthorized", status=401, content_type="text/html")
        for path in ("/info", "/list", "/lock", "/lockState", "/auth", "/log")
    )
    unexpected = (
        Server(kind="telnet", port=telnet, fallback=2323, options=(("prompt", f"\r\n{hostname} login: "),))
        if telnet
        else None
    )
    return Device(
        name="lock-bridge",
        what="Smart lock bridge (Nuki)",
        roles=("lock bridge",),
        mac=mac,
        host=host,
        hostname=hostname,
        servers=(web(8080, (answer, *denied)), *((unexpected,) if unexpected else ()), MDNS),
    )


def homekit_lock(
    mac: str = "78:db:2f:4e:5d:21",
    host: int = 21,
    name: str = "Front Door",
    model: str = "Sense Pro",
    port: int = 49153,
) -> Device:
    """A lock that speaks HomeKit (HAP, ci=6 is a door lock) on the port its SRV record names, paired (sf=0)."""
    identity = ":".join(hashlib.sha256(mac.encode()).hexdigest()[i : i + 2] for i in range(0, 12, 2)).upper()
    refused = Page(
        path="/accessories", status=470, body='{"status":-70401}', content_type="application/hap+json"
    )  # 470 Connection Authorization Required, what a HAP accessory says before pairing is verified
    return Device(
        name="homekit-lock",
        what="HomeKit door lock",
        roles=("lock",),
        mac=mac,
        host=host,
        hostname=name.replace(" ", "-"),
        servers=(web(port, [refused]), MDNS),
        announces=(
            Announcement(
                instance=name,
                type="_hap._tcp",
                port=port,
                txt=("c#=2", "ff=1", f"id={identity}", f"md={model}", "pv=1.1", "s#=1", "sf=0", "ci=6", "sh=Zm9vYg=="),
            ),
        ),
    )


def light_hub(mac: str = "00:17:88:6a:7b:8c", host: int = 22) -> Device:
    """A lighting hub that offers what its maker documents, and by default also without encryption."""
    digits = mac.replace(":", "")
    bridge = f"{digits[:6]}fffe{digits[6:]}"
    config = (
        f'{{"name":"Hue Bridge","datastoreversion":"172","swversion":"1967054020","apiversion":"1.67.0","mac":"{mac}",'
        f'"bridgeid":"{bridge.upper()}","factorynew":false,"replacesbridgeid":null,"modelid":"BSB002"}}'
    )
    pages = (
        Page(path="/", body=html("hue personal wireless lighting")),
        Page(path="/api/config", body=config, content_type="application/json"),
        Page(path="/api/0/config", body=config, content_type="application/json"),
        Page(path="/clip/v2/resource", body='{"errors":[{"description":"Unauthorized"}]}', status=403),
    )
    secure = Server(
        kind="secure-web",
        port=443,
        fallback=8443,
        pages=pages,
        options=(("common-name", bridge), ("organization", "Philips Hue"), ("country", "NL"), ("server", "nginx")),
    )
    return Device(
        name="light-hub",
        what="Lighting hub (Philips Hue)",
        roles=("hub",),
        mac=mac,
        host=host,
        hostname=bridge,
        servers=(web(80, pages, fallback=8080, server="nginx"), secure, MDNS, SSDP),
        announces=(
            Announcement(
                instance=f"Hue Bridge - {digits[6:].upper()}",
                type="_hue._tcp",
                port=443,
                txt=(f"bridgeid={bridge}", "modelid=BSB002"),
            ),
        ),
        upnp=Upnp(
            udn=f"2f402f80-da50-11e1-9b23-{digits}",
            device_type="urn:schemas-upnp-org:device:Basic:1",
            friendly_name="Hue Bridge",
            manufacturer="Signify",
            model_name="Philips hue bridge 2015",
            model_number="BSB002",
            port=80,
            path="/description.xml",
            server="Hue/1.0 UPnP/1.0 IpBridge/1.67.0",
        ),
    )


_PROVIDERS = (
    '{"providers":[{"name":"Home Assistant Local","id":null,"type":"homeassistant"}],"preselect_remember_me":true}'
)
"""What Home Assistant says to everybody about how one logs in."""


def automation_host(mac: str = "b8:27:eb:3d:4e:30", host: int = 30, name: str = "Home") -> Device:
    """A Home-Assistant-like computer with an MQTT broker."""
    identity = hashlib.sha256(mac.encode()).hexdigest()[:32]
    return Device(
        name="automation-host",
        what="Home automation computer",
        roles=("hub",),
        mac=mac,
        host=host,
        hostname="homeassistant",
        daemons=("mosquitto",),
        servers=(
            web(
                8123,
                [
                    Page(path="/", body=html("Home Assistant")),
                    Page(path="/manifest.json", body='{"name":"Home Assistant"}', content_type="application/json"),
                    Page(path="/auth/providers", body=_PROVIDERS, content_type="application/json"),
                ],
                server="Python/3.12 aiohttp/3.9",
            ),
            Server(kind="mqtt", port=1883, stands_in_for="mosquitto"),
            MDNS,
        ),
        announces=(
            Announcement(
                instance=name,
                type="_home-assistant._tcp",
                port=8123,
                txt=(
                    f"location_name={name}",
                    f"uuid={identity}",
                    "version=2024.6.1",
                    "requires_api_password=True",
                    "internal_url=http://homeassistant.local:8123",
                    "external_url=",
                ),
            ),
        ),
    )


def build_home(
    prefix: str = DEMO_PREFIX, *, changes: Mapping[str, Device | None] | None = None, extra: Iterable[Device] = ()
) -> Home:
    """The demo home on `prefix`, with devices replaced (`changes` by device name; None leaves one out) or added.

    Raises `LabError` when the result is no possible home: two equal addresses, an unknown name to change.
    """
    usual = {
        d.name: d
        for d in (
            router(),
            laptop(),
            lock_bridge(),
            homekit_lock(),
            light_hub(),
            automation_host(),
            camera(),
            nas(),
            printer(),
            television(),
            silent_plug(),
            phone(),
        )
    }
    changes = dict(changes or {})
    for name in changes:
        if name not in usual:
            raise LabError(f"the demo home has no device {name!r} to change")
    chosen = {name: changes.get(name, device) for name, device in usual.items()}
    first, computer = chosen.pop("router"), chosen.pop("laptop")
    return Home(
        prefix=prefix,
        router=first or router(),
        laptop=computer or laptop(),
        devices=(*(d for d in chosen.values() if d), *extra),
    )


def demo_home() -> Home:
    """The home of `netguard demo`."""
    return build_home(changes={"router": router(forwards=FORWARDS)})
