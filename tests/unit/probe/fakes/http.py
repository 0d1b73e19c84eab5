"""A web page, and one that asks for a login."""

from tests.unit.probe.moods import Mood, speaks

PAGE = (
    b"HTTP/1.1 200 OK\r\nServer: lighttpd/1.4.59\r\nContent-Length: 45\r\n\r\n"
    b"<html><head><title>Front door</title></head>\r\n"
)
LOGIN = b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="Camera"\r\nContent-Length: 0\r\n\r\n'

RIGHT = Mood(
    tcp=speaks(lambda _: PAGE),
    learns={"http.status": 200, "http.title": "Front door", "http.server": "lighttpd/1.4.59"},
    service="http",
)
REFUSING = Mood(tcp=speaks(lambda _: LOGIN), learns={"http.status": 401, "http.realm": "Camera"}, service="http")
