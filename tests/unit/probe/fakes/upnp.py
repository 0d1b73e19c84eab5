"""A bridge's UPnP description; and a device that announces one and does not have it."""

from netguard.probe._contract import Target
from tests.servers import LOOPBACK
from tests.unit.probe.moods import Mood, speaks

DESCRIPTION = b"""<?xml version="1.0" encoding="UTF-8" ?>
<root xmlns="urn:schemas-upnp-org:device-1-0">
<specVersion><major>1</major><minor>0</minor></specVersion>
<URLBase>http://198.51.100.9:80/</URLBase>
<device>
<deviceType>urn:schemas-upnp-org:device:Basic:1</deviceType>
<friendlyName>Hue Bridge (192.0.2.20)</friendlyName>
<manufacturer>Signify</manufacturer>
<modelName>Philips hue bridge 2015</modelName>
<modelNumber>BSB002</modelNumber>
<serialNumber>ecb5fa00aabb</serialNumber>
<UDN>uuid:2f402f80-da50-11e1-9b23-ecb5fa00aabb</UDN>
</device>
</root>
"""


def target(port: int) -> Target:
    return Target(address=LOOPBACK, port=port, path="/description.xml")


def page(body: bytes, status: bytes = b"200 OK") -> bytes:
    return b"HTTP/1.1 %s\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)


RIGHT = Mood(
    tcp=speaks(lambda _: page(DESCRIPTION)),
    learns={
        "upnp.device-type": "urn:schemas-upnp-org:device:Basic:1",
        "upnp.name": "Hue Bridge (192.0.2.20)",
        "upnp.manufacturer": "Signify",
        "upnp.model": "Philips hue bridge 2015",
        "upnp.serial": "ecb5fa00aabb",
        "upnp.udn": "uuid:2f402f80-da50-11e1-9b23-ecb5fa00aabb",
        "host.model": "Philips hue bridge 2015 BSB002",
    },
)
REFUSING = Mood(
    tcp=speaks(lambda _: page(b"", b"404 Not Found")), not_learns=("upnp.udn",), reason="404 when it was asked"
)
