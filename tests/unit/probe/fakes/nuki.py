"""A Nuki Bridge that tells everything to anybody, and one that wants its token (Bridge HTTP API 1.13, `/info`)."""

from netaddr import IPAddress

from netguard.probe._contract import Target
from tests.unit.probe.moods import Mood, speaks

INFO = (
    b'{"bridgeType":1,"ids":{"hardwareId":12345678,"serverId":12345678},"versions":{"firmwareVersion":"2.15.2",'
    b'"wifiFirmwareVersion":"2.2.0"},"uptime":120,"currentTime":"2021-04-01T12:10:11Z","serverConnected":true,'
    b'"scanResults":[{"nukiId":10,"deviceType":0,"name":"Nuki_0000000A","rssi":-87,"paired":true}]}'
)
UNAUTHORIZED = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"


def answer(body: bytes, *, status: bytes = b"200 OK", kind: bytes = b"application/json", more: bytes = b"") -> bytes:
    head = b"HTTP/1.1 %s\r\nContent-Type: %s\r\n%sContent-Length: %d\r\n\r\n" % (status, kind, more, len(body))
    return head + body


def target(port: int) -> Target:
    return Target(address=IPAddress("127.0.0.1"), port=port, path="/info")


RIGHT = Mood(
    tcp=speaks(lambda said: answer(INFO) if said.startswith(b"GET /info HTTP") else None),
    learns={
        "api.name": "Nuki Bridge HTTP API",
        "api.login": "none",
        "api.encrypted": False,
        "firmware.version": "2.15.2",
        "host.serial": "12345678",
    },
    service="http",
)
REFUSING = Mood(
    tcp=speaks(lambda _: UNAUTHORIZED),
    learns={"api.login": "required", "api.encrypted": False},
    not_learns=("host.serial", "firmware.version"),
    service="http",
)
