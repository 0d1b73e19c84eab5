"""A camera that shows its stream to anybody, and one that wants a login (RFC 2326)."""

import re

from tests.unit.probe.moods import Mood, speaks

SDP = b"v=0\r\no=- 0 0 IN IP4 192.0.2.1\r\ns=Live\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n"


def answer(request: bytes, status: bytes, body: bytes = b"", extra: bytes = b"") -> bytes:
    number = re.search(rb"CSeq: (\d+)", request)
    return b"RTSP/1.0 %s\r\nCSeq: %s\r\nServer: Hipcam RealServer/V1.0\r\n%sContent-Length: %d\r\n\r\n%s" % (
        status,
        number[1] if number else b"0",
        extra,
        len(body),
        body,
    )


def camera(described: bytes, body: bytes = b""):
    def say(request: bytes) -> bytes:
        return answer(request, b"200 OK") if request.startswith(b"OPTIONS") else answer(request, described, body)

    return say


RIGHT = Mood(
    tcp=speaks(camera(b"200 OK", SDP)),
    learns={
        "rtsp.status": 200,
        "rtsp.server": "Hipcam RealServer/V1.0",
        "rtsp.describe": 200,
        "rtsp.path": "/",
    },
    service="rtsp",
)
REFUSING = Mood(
    tcp=speaks(camera(b"401 Unauthorized")),
    learns={"rtsp.status": 200, "rtsp.describe": 401},
    service="rtsp",
)
