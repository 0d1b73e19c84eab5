"""What the devices of the catalogue have in common."""

import hashlib
from collections.abc import Iterable

from netguard.demo.homes import Page, Server

MDNS = Server(kind="mdns", port=5353, transport="udp")
SSDP = Server(kind="ssdp", port=1900, transport="udp")


def web(port: int, pages: Iterable[Page], **more: str | int | None) -> Server:
    """A simulated HTTP server; `more` are `fallback`, `stands_in_for` and options such as `server`."""
    fallback = more.pop("fallback", None)
    instead = more.pop("stands_in_for", None)
    return Server(
        kind="web",
        port=port,
        pages=tuple(pages),
        fallback=fallback if isinstance(fallback, int) else None,
        stands_in_for=instead if isinstance(instead, str) else None,
        options=tuple((k.replace("_", "-"), str(v)) for k, v in more.items()),
    )


def html(title: str, text: str = "") -> str:
    """A small page with a title."""
    return f"<!doctype html><html><head><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p></body></html>"


def uuid(mac: str) -> str:
    """A UUID that belongs to `mac`."""
    digits = hashlib.sha256(mac.encode()).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{mac.replace(':', '')}"
