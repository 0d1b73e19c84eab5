"""Homes whose devices have global IPv6 addresses: behind the real miniupnpd, and behind a router that says it filters nothing.

No packet leaves: the prefix is the one for documentation (RFC 3849), within the homes' own namespaces.
"""

import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from netguard.demo.homes import Device, Home, Page
from netguard.demo.parts import html, web
from netguard.demo.running import RunningHome
from netguard.model.finding import Finding
from netguard.model.scan import Scan
from netguard.model.vocabulary import Confidence, Severity, Status
from tests.lab.conftest import namespaces, wait_until
from tests.lab.scanning import by_address, findings, scan_of
from tests.lab.test_natpmp import nat_home, run

GLOBAL = "2001:db8:45::"
CAMERA = Device(
    name="camera", what="Camera", mac="44:47:cc:00:30:21", host=21, hostname="camera", roles=("camera",),
    servers=(web(80, [Page(path="/", body=html("IP camera"))]),),
)  # fmt: skip

UNFILTERED = '''
import http.server
DESCRIPTION = b"""<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><specVersion><major>1</major><minor>0</minor>
</specVersion><device><deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:2</deviceType><friendlyName>Open</friendlyName>
<manufacturer>Maker</manufacturer><modelName>Open</modelName><UDN>uuid:00000000-0000-4000-8000-000000000099</UDN><serviceList>
<service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType><serviceId>urn:upnp-org:serviceId:WANIPConn1
</serviceId><controlURL>/ip</controlURL><eventSubURL>/e</eventSubURL><SCPDURL>/s</SCPDURL></service>
<service><serviceType>urn:schemas-upnp-org:service:WANIPv6FirewallControl:1</serviceType><serviceId>urn:upnp-org:serviceId:FW1
</serviceId><controlURL>/six</controlURL><eventSubURL>/e</eventSubURL><SCPDURL>/s</SCPDURL></service></serviceList></device></root>"""
STATUS = b"""<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><u:GetFirewallStatusResponse
xmlns:u="urn:schemas-upnp-org:service:WANIPv6FirewallControl:1"><FirewallEnabled>0</FirewallEnabled><InboundPinholeAllowed>0
</InboundPinholeAllowed></u:GetFirewallStatusResponse></s:Body></s:Envelope>"""
FAULT = b"""<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>
<faultcode>s:Client</faultcode><faultstring>UPnPError</faultstring><detail><UPnPError xmlns="urn:schemas-upnp-org:control-1-0">
<errorCode>713</errorCode><errorDescription>no</errorDescription></UPnPError></detail></s:Fault></s:Body></s:Envelope>"""
class Router(http.server.BaseHTTPRequestHandler):
    def say(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self):
        known = self.path == "/rootDesc.xml"
        self.say(200 if known else 404, DESCRIPTION if known else b"")
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        asked = "GetFirewallStatus" in self.headers.get("SOAPAction", "")
        self.say(200 if asked else 500, STATUS if asked else FAULT)
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer(("", 5000), Router).serve_forever()
'''
"""A router that says by UPnP that its IPv6 filter is off. No daemon that is to be had says so."""


def open_home_of() -> Home:
    base = nat_home()
    plain = replace(base.router, daemons=(), servers=(), upnp=None)
    return replace(base, router=plain, devices=(CAMERA,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    home: RunningHome
    scan: Scan

    def finding(self) -> Finding:
        router = by_address(self.scan, self.home, "router")
        (found,) = findings(self.scan, "ipv6-inbound", router.key)
        return found


def connected(home: RunningHome) -> None:
    """Gives everybody a global address."""
    for name, host, interface in (("router", 1, "br-lan"), ("camera", 21, "eth0")):
        run(home, name, "ip", "-6", "address", "add", f"{GLOBAL}{host}/64", "dev", interface, "nodad")
    added = ["ip", "-6", "address", "add", f"{GLOBAL}10/64", "dev", home.laptop_interface, "nodad"]
    assert home.run_as_laptop(added).wait(20) == 0


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Seen]]:
    """Both homes, each as a scan of all of it sees it, and the first at depth quick, too."""
    with ExitStack() as stack:
        real = stack.enter_context(namespaces(replace(nat_home(), devices=(CAMERA,))))
        if "router" not in real.daemons.get("miniupnpd", ()):
            pytest.skip(f"needs the real miniupnpd: {real.missing.get('miniupnpd', 'it is not there')}")
        unfiltered = stack.enter_context(namespaces(open_home_of()))
        for home in (real, unfiltered):
            connected(home)
        unfiltered.run_on("router", [sys.executable, "-c", UNFILTERED])
        wait_until(lambda: ":1388" in run(unfiltered, "router", "cat", "/proc/net/tcp"), "the made-up router listens")
        wanted = {"real": (real, "standard"), "unfiltered": (unfiltered, "standard"), "quick": (real, "quick")}
        folders: dict[str, Path] = {name: tmp_path_factory.mktemp(name) for name in wanted}
        with ThreadPoolExecutor(len(wanted)) as pool:
            running = {n: pool.submit(scan_of, h, folders[n], "--depth", d) for n, (h, d) in wanted.items()}
            yield {n: Seen(home=wanted[n][0], scan=scan.result()) for n, scan in running.items()}


def test_a_router_that_filters_and_lets_devices_open_its_filter_is_told(seen: Mapping[str, Seen]) -> None:
    found = seen["real"].finding()
    assert (found.status, found.severity, found.confidence) == (Status.FAIL, Severity.LOW, Confidence.CONFIRMED)
    assert "filters IPv6, and lets devices open its filter" in found.title
    said = {o.id: f"{o.kind} {o.value}" for o in seen["real"].scan.observations}
    assert "igd.answer GetFirewallStatus FirewallEnabled=1" in {said[each] for each in found.evidence}


def test_a_router_that_filters_nothing_exposes_the_camera(seen: Mapping[str, Seen]) -> None:
    found = seen["unfiltered"].finding()
    assert (found.status, found.severity) == (Status.FAIL, Severity.HIGH)
    assert "so that the internet reaches" in found.title
    assert "(tcp/80)" in found.title


def test_where_the_router_was_not_asked_the_camera_is_named_and_nothing_claimed(seen: Mapping[str, Seen]) -> None:
    found = seen["quick"].finding()
    assert found.status is Status.UNKNOWN
    assert "depth quick does not ask" in found.title
    assert "(tcp/80) has a global address and listens" in found.title
