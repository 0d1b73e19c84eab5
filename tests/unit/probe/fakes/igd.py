"""A router that forwards ports and says so; and one that will not say. `Router` plays every other kind, too."""

import re
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from netguard.probe._contract import Target
from tests.servers import LOOPBACK
from tests.unit.probe.moods import Mood

WANIP1 = "urn:schemas-upnp-org:service:WANIPConnection:1"
WANIP2 = "urn:schemas-upnp-org:service:WANIPConnection:2"
WANPPP1 = "urn:schemas-upnp-org:service:WANPPPConnection:1"
FIREWALL = "urn:schemas-upnp-org:service:WANIPv6FirewallControl:1"

Entry = dict[str, str]


def entry(
    external: str | int = 8443,
    client: str = "192.0.2.20",
    internal: str | int = 443,
    protocol: str = "TCP",
    **other: str,
) -> Entry:
    """What GetGenericPortMappingEntry says of one mapping."""
    return {
        "NewRemoteHost": "",
        "NewExternalPort": str(external),
        "NewProtocol": protocol,
        "NewInternalPort": str(internal),
        "NewInternalClient": client,
        "NewEnabled": "1",
        "NewPortMappingDescription": "Lock bridge",
        "NewLeaseDuration": "0",
    } | other


def description(services: Iterable[tuple[str, str]], version: int = 1, outer: str = "", inner: str = "") -> bytes:
    """A router's description with these services, (type, control URL) each, three levels deep as the Forum has it."""
    listed = "".join(
        f"<service><serviceType>{kind}</serviceType><serviceId>urn:upnp-org:serviceId:S{number}</serviceId>"
        f"<SCPDURL>/s{number}.xml</SCPDURL><controlURL>{escape(control)}</controlURL><eventSubURL>/e</eventSubURL></service>"
        for number, (kind, control) in enumerate(services)
    )
    nested = (
        f"<deviceList><device><deviceType>urn:schemas-upnp-org:device:WANDevice:{version}</deviceType><deviceList><device>"
        f"<deviceType>urn:schemas-upnp-org:device:WANConnectionDevice:{version}</deviceType>"
        f"<serviceList>{listed}</serviceList></device></deviceList></device></deviceList>"
    )
    return (
        f'<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0">{outer}<device>'
        f"<deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:{version}</deviceType>"
        f"<manufacturer>Example</manufacturer><modelName>Router 9</modelName>{inner}{nested}</device></root>"
    ).encode()


def page(body: bytes, status: bytes = b"200 OK", server: bytes = b"Linux UPnP/1.1 MiniUPnPd/2.3.1") -> bytes:
    head = b"HTTP/1.1 %s\r\nContent-Type: text/xml\r\nServer: %s\r\nContent-Length: %d\r\n\r\n"
    return head % (status, server, len(body)) + body


def said(action: str, arguments: dict[str, str], service: str = WANIP1) -> bytes:
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in arguments.items())
    return page(
        (
            '<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
            f'<u:{action}Response xmlns:u="{service}">{inner}</u:{action}Response></s:Body></s:Envelope>'
        ).encode()
    )


def fault(code: int | str, words: str = "No") -> bytes:
    return page(
        (
            '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>s:Client</faultcode>'
            '<faultstring>UPnPError</faultstring><detail><UPnPError xmlns="urn:schemas-upnp-org:control-1-0">'
            f"<errorCode>{code}</errorCode><errorDescription>{words}</errorDescription></UPnPError></detail></s:Fault>"
            "</s:Body></s:Envelope>"
        ).encode(),
        b"500 Internal Server Error",
    )


def listing(entries: Iterable[Entry]) -> str:
    """The list of GetListOfPortMappings, as its argument."""
    names = {"NewPortMappingDescription": "NewDescription", "NewLeaseDuration": "NewLeaseTime"}
    inner = "".join(
        "<p:PortMappingEntry>"
        + "".join(
            f"<p:{names.get(name, name)}>{escape(value)}</p:{names.get(name, name)}>" for name, value in each.items()
        )
        + "</p:PortMappingEntry>"
        for each in entries
    )
    return f'<p:PortMappingList xmlns:p="urn:schemas-upnp-org:gw:WANIPConnection">{inner}</p:PortMappingList>'


@dataclass
class Router:
    """A router as a TCP service; `answers` are by action and go before what it does by itself."""

    services: tuple[tuple[str, str], ...] = ((WANIP1, "/ctl/IPConn"),)
    mappings: list[Entry] = field(default_factory=list)
    at_once: list[Entry] | None = None
    """What GetListOfPortMappings has; None for the same as one by one."""
    external: str = "203.0.113.9"
    end: int = 713
    document: bytes | None = None
    paths: tuple[str, ...] = ("/rootDesc.xml",)
    answers: dict[str, Callable[[str], bytes] | bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """`GET /rootDesc.xml`, `/ctl/IPConn WANIPConnection:1#GetStatusInfo`, in order."""

    def __call__(self, peer: socket.socket) -> None:
        """One connection, one answer."""
        request = b""
        while True:
            data = peer.recv(65536)
            if not data:
                return
            request += data
            head, separator, body = request.partition(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head.lower())
            if separator and len(body) >= (int(length[1]) if length else 0):
                break
        peer.sendall(self.answer(head.decode(), body.decode()))

    def answer(self, head: str, body: str) -> bytes:
        method, path = head.split(" ")[:2]
        if method == "GET":
            self.asked.append(f"GET {path}")
            if path not in self.paths:
                return page(b"", b"404 Not Found")
            return page(self.document or description(self.services, int(self.services[0][0][-1])))
        found = re.search(r'soapaction: "urn:schemas-upnp-org:service:([^#]+)#([^"]+)"', head, re.IGNORECASE)
        assert method == "POST"
        assert found, "it was asked for something that is no action"
        self.asked.append(f"{path} {found[1]}#{found[2]}")
        if (given := self.answers.get(found[2])) is not None:
            return given if isinstance(given, bytes) else given(body)
        return self.own(found[2], body)

    def own(self, action: str, body: str) -> bytes:
        match action:
            case "GetStatusInfo":
                return said(action, {"NewConnectionStatus": "Connected", "NewUptime": "99"})
            case "GetNATRSIPStatus":
                return said(action, {"NewRSIPAvailable": "0", "NewNATEnabled": "1"})
            case "GetExternalIPAddress":
                return said(action, {"NewExternalIPAddress": self.external})
            case "GetFirewallStatus":
                return said(action, {"FirewallEnabled": "1", "InboundPinholeAllowed": "0"}, FIREWALL)
            case "GetGenericPortMappingEntry":
                index = int(re.search(r"<NewPortMappingIndex>(\d+)<", body)[1])
                return said(action, self.mappings[index]) if index < len(self.mappings) else fault(self.end)
            case "GetListOfPortMappings":
                protocol = re.search(r"<NewProtocol>(\w+)<", body)[1]
                every = self.mappings if self.at_once is None else self.at_once
                mine = [each for each in every if each["NewProtocol"] == protocol]
                return said(action, {"NewPortListing": listing(mine)}) if mine else fault(730)
            case _:
                raise AssertionError(f"{action} changes something")


def target(port: int) -> Target:
    return Target(address=LOOPBACK, port=port, path="/rootDesc.xml")


RIGHT = Mood(
    tcp=Router(
        services=((WANIP2, "/ctl/IPConn"), (FIREWALL, "/ctl/IP6FCtl")),
        mappings=[entry(), entry(51820, "192.0.2.30", 51820, "UDP")],
    ),
    learns={"igd.mapping": "udp 51820 -> 192.0.2.30 51820", "igd.answer": "GetFirewallStatus InboundPinholeAllowed=0"},
    not_learns=("igd.absent",),
)
REFUSING = Mood(
    tcp=Router(
        answers=dict.fromkeys(("GetGenericPortMappingEntry", "GetExternalIPAddress"), fault(606, "Not authorized"))
    ),
    not_learns=("igd.mapping", "igd.absent"),
    reason="does not say which ports it forwards: it answered with error 606",
)
