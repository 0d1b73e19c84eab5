"""A router that forwards a port to whoever asks, and takes it back; and one that does so for nobody."""

import re
import socket
import threading
from dataclasses import dataclass, field

from netguard.probe._contract import Target
from tests.servers import LOOPBACK
from tests.unit.probe.moods import Mood

SERVICE = "urn:schemas-upnp-org:service:WANIPConnection:1"
PATH = "/rootDesc.xml"
_SERVICES = """<service><serviceType>{type}</serviceType><serviceId>urn:upnp-org:serviceId:WANIPConn1</serviceId>
<controlURL>/ctl</controlURL><eventSubURL>{events}</eventSubURL><SCPDURL>/scpd.xml</SCPDURL></service>"""
_DEVICE = """<deviceType>urn:schemas-upnp-org:device:{name}:1</deviceType>
<friendlyName>Router</friendlyName><UDN>uuid:{name}</UDN>"""


def description(services: str) -> bytes:
    """An IGD:1 with these services, three devices deep as they all are."""
    connection = f"<device>{_DEVICE.format(name='WANConnectionDevice')}<serviceList>{services}</serviceList></device>"
    wan = f"<device>{_DEVICE.format(name='WANDevice')}<deviceList>{connection}</deviceList></device>"
    root = f"<device>{_DEVICE.format(name='InternetGatewayDevice')}<deviceList>{wan}</deviceList></device>"
    return f'<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0">{root}</root>'.encode()


def page(body: bytes, status: str = "200 OK", headers: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body


def answer(action: str, **arguments: object) -> bytes:
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in arguments.items())
    said = f'<u:{action}Response xmlns:u="{SERVICE}">{inner}</u:{action}Response>'
    return page(_envelope(said))


def fault(code: int) -> bytes:
    detail = f'<UPnPError xmlns="urn:schemas-upnp-org:control-1-0"><errorCode>{code}</errorCode></UPnPError>'
    said = f"<s:Fault><faultcode>s:Client</faultcode><faultstring>UPnPError</faultstring><detail>{detail}</detail></s:Fault>"
    return page(_envelope(said), "500 Internal Server Error")


def _envelope(inner: str) -> bytes:
    return f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{inner}</s:Body></s:Envelope>'.encode()


@dataclass
class Router:
    """What it keeps, what it was asked, and how it answers."""

    adds: int = 0
    """Error that AddPortMapping is answered with; 0 is none."""
    looks: int = 714
    """Error by which it says that there is no such mapping."""
    forgets: bool = False
    """Whether it says yes and keeps nothing."""
    callbacks: tuple[str, ...] = ("127.0.0.1",)
    """Whom it sends events to."""
    unwilling: int = 412
    """Status for everybody else."""
    services: str = _SERVICES.format(type=SERVICE, events="/evt")
    mappings: dict[str, str] = field(default_factory=dict)
    """What AddPortMapping said, by external port."""
    lists: int = 0
    """Error that its whole list is answered with; 0 is none."""
    deletes: int = 0
    """Error that DeletePortMapping is answered with; 0 is none."""
    keeps: bool = False
    """Whether it says that it has deleted, and has not."""
    subscribers: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def speak(self, peer: socket.socket) -> None:
        while data := peer.recv(65536):
            with self._lock:
                said = self.said(data.decode())
            peer.sendall(said)

    def said(self, request: str) -> bytes:
        head, _, body = request.partition("\r\n\r\n")
        method, path, *_ = head.split(" ")
        action = re.search(r'SOAPAction: "[^#]*#(\w+)"', head)
        self.asked.append(action[1] if action else method)
        self.bodies.append(body or head)
        if method == "SUBSCRIBE":
            return self.subscribe(re.search(r"CALLBACK: <http://([^:]+):(\d+)/>", head)[1])
        if method == "UNSUBSCRIBE":
            return page(b"", "200 OK" if self.subscribers.pop(re.search(r"SID: (\S+)", head)[1], None) else "412 No")
        if action is None:
            return page(description(self.services)) if path == PATH else page(b"", "404 Not Found")
        return self.act(action[1], re.search(r"<NewExternalPort>(\d+)<", body), body)

    def subscribe(self, host: str) -> bytes:
        if host not in self.callbacks:
            return page(b"", f"{self.unwilling} No")
        sid = f"uuid:{len(self.asked)}"
        self.subscribers[sid] = host
        return page(b"", headers=f"SID: {sid}\r\nTIMEOUT: Second-300\r\n")

    def act(self, action: str, found: "re.Match[str] | None", body: str) -> bytes:
        if action == "GetGenericPortMappingEntry":
            return self.entry(int(re.search(r"<NewPortMappingIndex>(\d+)<", body)[1]))
        if found is None:
            return answer(action, NewConnectionStatus="Connected")
        port = found[1]
        if action == "AddPortMapping":
            if not self.adds and not self.forgets:
                self.mappings[port] = body
            return fault(self.adds) if self.adds else answer(action)
        if port not in self.mappings:
            return fault(self.looks)
        if action == "DeletePortMapping":
            if not (self.deletes or self.keeps):
                del self.mappings[port]
            return fault(self.deletes) if self.deletes else answer(action)
        names = ("NewInternalPort", "NewInternalClient", "NewEnabled", "NewPortMappingDescription", "NewLeaseDuration")
        kept = _arguments(self.mappings[port])
        return answer(action, **{name: kept[name] for name in names})

    def entry(self, index: int) -> bytes:
        if self.lists:
            return fault(self.lists)
        if index >= len(self.mappings):
            return fault(713)
        return answer("GetGenericPortMappingEntry", **_arguments(list(self.mappings.values())[index]))


def _arguments(body: str) -> dict[str, str]:
    return dict(re.findall(r"<(New\w+)>([^<]*)<", body))


def target(port: int) -> Target:
    return Target(address=LOOPBACK, port=port, path=PATH)


RIGHT = Mood(tcp=Router().speak, learns={"igd.self-mapping": "accepted"})
REFUSING = Mood(tcp=Router(adds=718).speak, learns={"igd.self-mapping": "718"})
