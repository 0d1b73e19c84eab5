"""The Z-Wave JS server as it greets everybody, and one behind somebody's own login."""

from tests.unit.probe.fakes.zigbee2mqtt import frame, websocket
from tests.unit.probe.moods import Mood, speaks

GREETING = (
    b'{"type":"version","driverVersion":"14.3.7","serverVersion":"1.40.2","homeId":3301012884,'
    b'"minSchemaVersion":0,"maxSchemaVersion":40}'
)

RIGHT = Mood(
    tcp=websocket(frame(GREETING), path=b"/"),
    learns={
        "api.name": "Z-Wave JS server",
        "api.login": "none",
        "api.encrypted": False,
        "firmware.version": "1.40.2",
        "host.serial": "3301012884",
    },
    service="zwave-js",
)
REFUSING = Mood(
    tcp=speaks(lambda _: b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"),
    learns={"api.name": "Z-Wave JS server", "api.login": "required"},
    not_learns=("host.serial",),
)
