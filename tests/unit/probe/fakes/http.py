"""A web page with an icon, and one that asks for a login; both are asked for all that the probe knows to ask for."""

from netguard.probe._contract import Target
from tests.servers import LOOPBACK
from tests.unit.probe.moods import Mood, speaks

PAGE = (
    b"HTTP/1.1 200 OK\r\nServer: lighttpd/1.4.59\r\nContent-Length: 45\r\n\r\n"
    b"<html><head><title>Front door</title></head>\r\n"
)
IMAGE = b"GIF89a\x01\0\x01\0\0\0\0;"
ICON = b"HTTP/1.1 200 OK\r\nContent-Type: image/gif\r\nContent-Length: %d\r\n\r\n%s" % (len(IMAGE), IMAGE)
LOGIN = b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="Camera"\r\nContent-Length: 0\r\n\r\n'


def target(port: int) -> Target:
    return Target(address=LOOPBACK, port=port, path="/ /favicon.ico link")


RIGHT = Mood(
    tcp=speaks(lambda asked: ICON if asked.startswith(b"GET /favicon.ico ") else PAGE),
    learns={
        "http.status": 200,
        "http.title": "Front door",
        "http.server": "lighttpd/1.4.59",
        "http.favicon": "bc4be32fc23f91be8d1d93f61cf61838",
    },
    service="http",
)
REFUSING = Mood(
    tcp=speaks(lambda _: LOGIN),
    learns={"http.status": 401, "http.realm": "Camera"},
    not_learns=("http.favicon",),
    service="http",
)
