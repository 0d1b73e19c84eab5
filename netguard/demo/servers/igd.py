"""A UPnP gateway without a gateway daemon: what it forwards it says, and nothing can be changed by it.

UPnP Device Architecture 1.1, 3 (control by SOAP); WANIPConnection:2, GetGenericPortMappingEntry and the other actions that
only give. Its description, and whatever else is asked by GET, is `web`'s.
"""

import re
from ipaddress import IPv4Address
from xml.sax.saxutils import escape

from netguard.demo.homes import Forward, Page
from netguard.demo.servers._contract import Context
from netguard.demo.servers.web import Http, page

EXTERNAL_ADDRESS = "203.0.113.20"
"""The router's pretended public address, from a network for documentation (RFC 5737, 3)."""

MOST_REQUEST_BYTES = 16_384
"""Longest request kept; a client that never ends one costs no memory. An action's is 400 bytes."""

_ACTION = re.compile(r'"?(urn:[\w.:-]{1,120})#(\w{1,64})"?')
_INDEX = re.compile(r"<NewPortMappingIndex[^>]{0,100}>\s*(\d{1,5})\s*<")
_PROTOCOL = re.compile(r"<NewProtocol[^>]{0,100}>\s*(TCP|UDP)\s*<")

INVALID_ACTION, NO_SUCH_ENTRY, NONE_IN_RANGE = (401, "Invalid Action"), (713, "SpecifiedArrayIndexInvalid"), (730, "PortMappingNotFound")  # fmt: skip
"""Errors (UPnP Device Architecture 1.1, 3.2.2; WANIPConnection:2, 2.5)."""


class Igd:
    """One connection: actions by POST, everything else as `web` has it."""

    def __init__(self, context: Context) -> None:
        self.over = False
        self._context = context
        self._http = Http(context)
        self._kept = b""

    def opened(self) -> bytes:
        """The client speaks first."""
        return b""

    def received(self, data: bytes) -> bytes:
        """The answers to all requests that are complete."""
        self._kept += data
        out = b""
        while self._kept and not self.over:
            head, end, rest = self._kept.partition(b"\r\n\r\n")
            if not self._kept.startswith(b"POST "[: len(self._kept)]):
                # Everything that follows on this connection is his: nobody mixes the two.
                out += self._http.received(self._kept)
                self._kept, self.over = b"", self._http.over
                break
            length = _length(head)
            if not end or len(rest) < length:
                self.over = len(self._kept) > MOST_REQUEST_BYTES or length > MOST_REQUEST_BYTES
                break
            self._kept = rest[length:]
            self.over = b"connection: close" in head.lower()
            out += self._answer(head.decode("latin-1"), rest[:length].decode("utf-8", "replace"))
        return out

    def _answer(self, head: str, body: str) -> bytes:
        headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in head.split("\r\n")[1:])}
        asked = _ACTION.fullmatch(headers.get("soapaction", ""))
        upnp = self._context.device.upnp
        if asked is None or upnp is None or asked[1] not in upnp.services:
            return self._said(*INVALID_ACTION)
        # A port is forwarded to an IPv4 address; without one there is nothing that it could lead to.
        found = self._arguments(asked[2], body, () if ":" in self._context.address else upnp.forwards)
        if isinstance(found, tuple):
            return self._said(*found)
        inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in found.items())
        return self._page(f'<u:{asked[2]}Response xmlns:u="{escape(asked[1])}">{inner}</u:{asked[2]}Response>')

    def _arguments(self, action: str, body: str, forwards: tuple[Forward, ...]) -> dict[str, str] | tuple[int, str]:
        """An action's out arguments, or its error."""
        if action == "GetGenericPortMappingEntry":
            index = _INDEX.search(body)
            if index is None or int(index[1]) >= len(forwards):
                return NO_SUCH_ENTRY
            return self._entry(forwards[int(index[1])], "NewPortMappingDescription", "NewLeaseDuration")
        if action == "GetListOfPortMappings":
            protocol = _PROTOCOL.search(body)
            chosen = [f for f in forwards if protocol is None or f.transport == protocol[1].lower()]
            return {"NewPortListing": self._listing(chosen)} if chosen else NONE_IN_RANGE
        return {
            "GetStatusInfo": {
                "NewConnectionStatus": "Connected",
                "NewLastConnectionError": "ERROR_NONE",
                "NewUptime": "86400",
            },
            "GetNATRSIPStatus": {"NewRSIPAvailable": "0", "NewNATEnabled": "1"},
            "GetExternalIPAddress": {"NewExternalIPAddress": EXTERNAL_ADDRESS},
        }.get(action, INVALID_ACTION)

    def _listing(self, forwards: list[Forward]) -> str:
        entries = (
            "".join(f"<p:{k}>{escape(v)}</p:{k}>" for k, v in self._entry(f, "NewDescription", "NewLeaseTime").items())
            for f in forwards
        )
        inner = "".join(f"<p:PortMappingEntry>{entry}</p:PortMappingEntry>" for entry in entries)
        return f'<p:PortMappingList xmlns:p="urn:schemas-upnp-org:gw:WANIPConnection">{inner}</p:PortMappingList>'

    def _entry(self, forward: Forward, description: str, lease: str) -> dict[str, str]:
        """One mapping; the two actions that give some call its description and its lease differently."""
        return {
            "NewRemoteHost": "",
            "NewExternalPort": str(forward.port),
            "NewProtocol": forward.transport.upper(),
            "NewInternalPort": str(forward.to),
            "NewInternalClient": self._client(forward.host),
            "NewEnabled": "1",
            description: forward.description,
            lease: str(forward.seconds),
        }

    def _client(self, host: int) -> str:
        """The address with that host number, where this device has its own."""
        own = IPv4Address(self._context.address)
        return str(own - self._context.device.host + host)

    def _said(self, code: int, words: str) -> bytes:
        error = f"<errorCode>{code}</errorCode><errorDescription>{words}</errorDescription>"
        return self._page(
            "<s:Fault><faultcode>s:Client</faultcode><faultstring>UPnPError</faultstring><detail>"
            f'<UPnPError xmlns="urn:schemas-upnp-org:control-1-0">{error}</UPnPError></detail></s:Fault>',
            status=500,
        )

    def _page(self, body: str, status: int = 200) -> bytes:
        text = (
            '<?xml version="1.0"?>\r\n<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" '
            f's:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>{body}</s:Body></s:Envelope>\r\n'
        )
        told = Page(path="", status=status, body=text, content_type='text/xml; charset="utf-8"')
        return page(told, server=self._context.server.option("server"), close=self.over)


def _length(head: bytes) -> int:
    found = re.search(rb"(?im)^content-length:[ \t]*(\d{1,9})\s*$", head)
    return int(found[1]) if found else 0


def conversation(context: Context) -> Igd:
    """A fresh connection."""
    return Igd(context)
