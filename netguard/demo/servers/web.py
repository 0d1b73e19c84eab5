"""An HTTP/1.1 server: the pages of its description, and the UPnP description where the device has one."""

import re
from xml.sax.saxutils import escape

from netguard.demo.homes import Page
from netguard.demo.servers._contract import Context

MOST_HEADER_BYTES = 16_384
"""Longest request kept; a client that never ends its header costs no memory."""

_METHOD = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+( |$)")
"""How a request begins (RFC 9110, 9.1 and 5.6.2), as far as it has come."""

_REASONS = {
    200: "OK", 301: "Moved Permanently", 302: "Found", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found",
    405: "Method Not Allowed", 470: "Connection Authorization Required", 500: "Internal Server Error",
}  # fmt: skip


class Http:
    """One connection. Requests are answered in order; the connection ends on `Connection: close` or HTTP/1.0."""

    def __init__(self, context: Context) -> None:
        self.over = False
        self._context = context
        self._kept = b""
        self._skip = 0
        pages = context.server.pages
        upnp = context.device.upnp
        if upnp is not None and upnp.port == context.server.port:
            # A page of its own at that path counts more: it may describe itself otherwise than it announces.
            pages = (Page(path=upnp.path, body=description(context), content_type='text/xml; charset="utf-8"'), *pages)
        self._pages = {(page.method, page.path): page for page in pages}

    def opened(self) -> bytes:
        """HTTP servers wait to be asked."""
        return b""

    def received(self, data: bytes) -> bytes:
        """The answers to all requests that are complete."""
        self._kept += data
        out = b""
        while not self.over:
            if not self._skip and self._kept and not _METHOD.match(self._kept):
                self.over = True  # no request begins so; a TLS client, for one, is told at once
                return out + self._page(Page(path="", status=400, body="Bad Request"), body=True)
            dropped = min(self._skip, len(self._kept))
            self._kept, self._skip = self._kept[dropped:], self._skip - dropped
            head, end, rest = self._kept.partition(b"\r\n\r\n")
            if self._skip or not end:
                if len(self._kept) > MOST_HEADER_BYTES:
                    self.over = True
                    out += self._page(Page(path="", status=400, body="Request too large"), body=True)
                break
            self._kept = rest
            out += self._answer(head)
        return out

    def _answer(self, head: bytes) -> bytes:
        lines = head.decode("latin-1").split("\r\n")
        words = lines[0].split(" ")
        headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:])}
        if len(words) != 3 or not words[2].startswith("HTTP/1."):
            self.over = True
            return self._page(Page(path="", status=400, body="Bad Request"), body=True)
        method, path = words[0], words[1].partition("?")[0]
        length = headers.get("content-length", "0")
        self._skip = int(length) if length.isdecimal() and len(length) < 10 else 0
        self.over = headers.get("connection", "").lower() == "close" or words[2] == "HTTP/1.0"
        found = self._pages.get(("GET" if method == "HEAD" else method, path))
        if found is None:
            found = Page(path=path, status=404, body="Not Found", content_type="text/plain")
        return self._page(found, body=method != "HEAD")

    def _page(self, found: Page, *, body: bool) -> bytes:
        return page(found, server=self._context.server.option("server"), close=self.over, body=body)


def page(found: Page, *, server: str = "", close: bool = False, body: bool = True) -> bytes:
    """One answer; without `body` as HEAD has it, and with `close` it says that the connection ends."""
    text = found.body.encode()
    headers = [
        ("Content-Type", found.content_type), ("Content-Length", str(len(text))), *found.headers,
        *([("Server", server)] if server else []),
        *([("Connection", "close")] if close else []),
    ]  # fmt: skip
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    status = f"HTTP/1.1 {found.status} {_REASONS.get(found.status, 'Status')}\r\n"
    return (status + head + "\r\n").encode("latin-1", "replace") + (text if body else b"")


def description(context: Context) -> str:
    """The device's UPnP description document (UPnP Device Architecture 1.1, section 2.3)."""
    upnp = context.device.upnp
    if upnp is None:
        return ""
    services = "".join(
        f"<service><serviceType>{escape(kind)}</serviceType><serviceId>urn:upnp-org:serviceId:{number}</serviceId>"
        f"<SCPDURL>/scpd{number}.xml</SCPDURL><controlURL>/control{number}</controlURL>"
        f"<eventSubURL>/event{number}</eventSubURL></service>"
        for number, kind in enumerate(upnp.services, 1)
    )
    return (
        '<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0">'
        "<specVersion><major>1</major><minor>0</minor></specVersion>"
        f"<device><deviceType>{escape(upnp.device_type)}</deviceType>"
        f"<friendlyName>{escape(upnp.friendly_name)}</friendlyName>"
        f"<manufacturer>{escape(upnp.manufacturer)}</manufacturer>"
        f"<modelName>{escape(upnp.model_name)}</modelName><modelNumber>{escape(upnp.model_number)}</modelNumber>"
        f"<UDN>uuid:{escape(upnp.udn)}</UDN><serviceList>{services}</serviceList></device></root>"
    )


def conversation(context: Context) -> Http:
    """A fresh connection."""
    return Http(context)
