"""The devices of the catalogue that are neither router, lock nor hub."""

from netguard.demo.homes import Announcement, Device, Page, Server, Upnp
from netguard.demo.parts import MDNS, SSDP, html, uuid, web


def camera(mac: str = "ec:71:db:4a:5b:40", host: int = 40) -> Device:
    """A camera whose RTSP stream asks for no login, and a web page that does."""
    refused = Page(
        path="/", body=html("401 Unauthorized"), status=401, headers=(("WWW-Authenticate", 'Basic realm="IP Camera"'),)
    )
    return Device(
        name="camera",
        what="Camera",
        roles=("camera",),
        mac=mac,
        host=host,
        hostname="ipcam",
        servers=(
            web(80, [refused], fallback=8080, server="mini_httpd/1.30"),
            Server(kind="rtsp", port=554, fallback=8554, options=(("server", "H264DVR 1.0"),)),
        ),
    )


def nas(mac: str = "00:11:32:5c:6d:50", host: int = 50, hostname: str = "DiskStation") -> Device:
    """A NAS: file sharing that still takes SMB 1, media server and web page."""
    return Device(
        name="nas",
        what="NAS",
        roles=("nas",),
        mac=mac,
        host=host,
        hostname=hostname,
        daemons=("minidlna", "lighttpd", "avahi-daemon", "smbd"),
        servers=(
            web(
                80,
                [Page(path="/", body=html(hostname, "Sign in"))],
                fallback=8080,
                server="lighttpd/1.4.69",
                stands_in_for="lighttpd",
            ),
            Server(kind="smb", port=445, fallback=4455, stands_in_for="smbd", options=(("oldest", "NT1"),)),
            web(8200, [], server="6.1 DLNADOC/1.50 UPnP/1.0 MiniDLNA/1.3.0", stands_in_for="minidlna"),
            Server(kind="ssdp", port=1900, transport="udp", stands_in_for="minidlna"),
            Server(kind="mdns", port=5353, transport="udp", stands_in_for="avahi-daemon"),
        ),
        announces=(
            Announcement(instance=hostname, type="_smb._tcp", port=445),
            Announcement(instance=hostname, type="_device-info._tcp", port=0, txt=("model=Xserve",)),
        ),
        upnp=Upnp(
            udn=f"4d696e69-444c-164e-9d41-{mac.replace(':', '')}",
            device_type="urn:schemas-upnp-org:device:MediaServer:1",
            friendly_name=hostname,
            manufacturer="Justin Maggard",
            model_name="Windows Media Connect compatible (MiniDLNA)",
            model_number="1.3.0",
            port=8200,
            path="/rootDesc.xml",
            server="6.1 DLNADOC/1.50 UPnP/1.0 MiniDLNA/1.3.0",
            services=("urn:schemas-upnp-org:service:ContentDirectory:1",),
        ),
    )


def printer(mac: str = "00:80:77:6e:7f:60", host: int = 60, name: str = "Office Printer") -> Device:
    """A printer. Whatever is sent to 515, 631 or 9100 would come out as paper, so these ports count every byte.

    They have no other port to fall back to: a scanner could not know that it is a printer's.
    """
    return Device(
        name="printer",
        what="Printer",
        roles=("printer",),
        mac=mac,
        host=host,
        hostname=f"BRW{mac.replace(':', '')}".upper(),
        daemons=("snmpd",),
        servers=(
            Server(kind="printing", port=9100),
            Server(kind="printing", port=631),
            Server(kind="printing", port=515),
            web(80, [Page(path="/", body=html("Brother HL-L2350DW series"))], fallback=8080, server="debut/1.30"),
            Server(
                kind="snmp",
                port=161,
                transport="udp",
                fallback=1610,
                stands_in_for="snmpd",
                options=(("sysdescr", "Brother NC-8900w, Firmware Ver.1.15"),),
            ),
            MDNS,
        ),
        announces=(
            Announcement(
                instance=name,
                type="_ipp._tcp",
                port=631,
                txt=(
                    "txtvers=1",
                    "rp=ipp/print",
                    "ty=Brother HL-L2350DW series",
                    "product=(Brother HL-L2350DW series)",
                    "usb_MFG=Brother",
                    "usb_MDL=HL-L2350DW series",
                ),
            ),
        ),
    )


def television(mac: str = "8c:79:f5:7a:8b:70", host: int = 70, name: str = "Living Room TV") -> Device:
    """A TV that announces a media renderer."""
    return Device(
        name="television",
        what="TV",
        roles=("tv",),
        mac=mac,
        host=host,
        hostname=None,
        servers=(web(9197, [], server="SHP, UPnP/1.0, Samsung UPnP SDK/1.0"), SSDP),
        upnp=Upnp(
            udn=uuid(mac),
            device_type="urn:schemas-upnp-org:device:MediaRenderer:1",
            friendly_name=name,
            manufacturer="Samsung Electronics",
            model_name="UE55TU7100",
            model_number="AllShare1.0",
            port=9197,
            path="/dmr",
            server="SHP, UPnP/1.0, Samsung UPnP SDK/1.0",
            services=("urn:schemas-upnp-org:service:RenderingControl:1", "urn:schemas-upnp-org:service:AVTransport:1"),
        ),
    )


def silent_plug(mac: str = "24:6f:28:8c:9d:80", host: int = 80) -> Device:
    """A device that drops everything but ARP."""
    return Device(name="silent-plug", what="Something that answers nothing but ARP", mac=mac, host=host, silent=True)


def phone(mac: str = "5a:3e:91:9e:af:90", host: int = 90) -> Device:
    """A phone with a random MAC (the locally administered bit is set) and no open port."""
    return Device(name="phone", what="Phone with a random MAC", roles=("phone",), mac=mac, host=host)


def noisy_gadget(mac: str = "18:c2:3c:9f:a0:95", host: int = 95) -> Device:
    """A device that answers every connection with garbage. Not in the demo home; tests add it."""
    return Device(
        name="noisy-gadget",
        what="Gadget that answers with garbage",
        mac=mac,
        host=host,
        servers=(Server(kind="garbage", port=80, fallback=8080), Server(kind="garbage", port=8080, fallback=8081)),
    )
