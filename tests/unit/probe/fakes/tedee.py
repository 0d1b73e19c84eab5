"""A tedee Bridge that tells who it is without a token, and one that wants it (spec.json, `/bridge`)."""

from tests.unit.probe.fakes.nuki import answer
from tests.unit.probe.moods import Mood, speaks

BRIDGE = (
    b'{"name":"Hall","currentTime":"2023-09-23T14:59:59.660Z","serialNumber":"19420103-000007","ssid":"home",'
    b'"isConnected":1,"softwareVersions":[{"softwareType":1,"version":"4.13.0.2"},{"softwareType":0,"version":"2.2.13357"}]}'
)
SERVER = b"Server: Tedee\r\n"

RIGHT = Mood(
    tcp=speaks(lambda said: answer(BRIDGE, more=SERVER) if said.startswith(b"GET /v1.0/bridge HTTP") else None),
    learns={
        "api.name": "tedee Bridge API",
        "api.login": "none",
        "api.encrypted": False,
        "host.serial": "19420103-000007",
        "firmware.version": "2.2.13357",
    },
    service="http",
)
REFUSING = Mood(
    tcp=speaks(lambda _: answer(b'{"error":"Invalid token"}', status=b"401 Unauthorized", more=SERVER)),
    learns={"api.login": "required"},
    not_learns=("host.serial",),
    service="http",
)
