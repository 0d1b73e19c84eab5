"""A camera's RTSP server (RFC 2326) that describes its stream to whoever asks, or to nobody without a login."""

from urllib.parse import urlsplit

from netguard.demo.servers._contract import Context

MOST_REQUEST_BYTES = 8_192
"""Longest request kept; a client that never ends its header costs no memory."""


class Rtsp:
    """One connection."""

    def __init__(self, context: Context) -> None:
        self.over = False
        self._kept = b""
        self._server = context.server.option("server", "RTSP Server")
        self._address = context.url_host
        self._open = context.server.option("login") != "required"
        self._path = context.server.option("path", "*")

    def opened(self) -> bytes:
        """The client speaks first."""
        return b""

    def received(self, data: bytes) -> bytes:
        """The answers to all complete requests."""
        self._kept += data
        out = b""
        while not self.over:
            head, end, rest = self._kept.partition(b"\r\n\r\n")
            if not end:
                self.over = len(self._kept) > MOST_REQUEST_BYTES
                break
            self._kept = rest
            out += self._answer(head.decode("latin-1").split("\r\n"))
        return out

    def _answer(self, lines: list[str]) -> bytes:
        words = lines[0].split(" ")
        headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:])}
        extra, body = "", ""
        if len(words) != 3 or not words[2].startswith("RTSP/1."):
            status, self.over = "400 Bad Request", True
        elif words[0] == "OPTIONS":
            status, extra = "200 OK", "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n"
        elif words[0] == "DESCRIBE" and self._path not in {"*", urlsplit(words[1]).path or "/"}:
            status = "404 Not Found"
        elif words[0] == "DESCRIBE" and not self._open:
            status, extra = "401 Unauthorized", 'WWW-Authenticate: Basic realm="stream"\r\n'
        elif words[0] == "DESCRIBE":
            status = "200 OK"
            stream = "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
            body = f"v=0\r\no=- 0 0 IN IP4 {self._address}\r\ns=Live\r\nt=0 0\r\n{stream}"
            extra = "Content-Type: application/sdp\r\n"
        else:
            status = "405 Method Not Allowed"
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        head = f"RTSP/1.0 {status}\r\nCSeq: {headers.get('cseq', '0')}\r\nServer: {self._server}\r\n{extra}{length}\r\n"
        return (head + body).encode("latin-1", "replace")


def conversation(context: Context) -> Rtsp:
    """A fresh connection. Options: `server`, the Server header, `login`, `required` where DESCRIBE needs one, and `path`."""
    return Rtsp(context)
