"""UPnP where it should not be, with real packets: what is found, and that nobody is asked whom an answer merely names."""

import ipaddress
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from netguard.demo import catalogue
from netguard.demo.homes import Device, Home
from netguard.demo.running import RunningHome
from netguard.model.scan import Scan
from netguard.model.vocabulary import Confidence, Severity, Status
from tests.lab.conftest import namespaces
from tests.lab.scanning import by_address, findings, scan_of

PREFIX = "10.46.0.0/24"
POSING = Path(__file__).parent / "posing.py"
IGD = "urn:schemas-upnp-org:device:InternetGatewayDevice:1"
FREE_PORT = 48_099
"""Asked at no depth below `deep`: who is connected to there was asked because somebody named it."""

ELSEWHERE = (
    "http://198.51.100.7/desc.xml",
    "http://169.254.169.254/latest/meta-data/",
    "http://127.0.0.1:8200/rootDesc.xml",
    f"http://10.46.0.31:{FREE_PORT}/desc.xml",
    f"http://10.46.0.77:{FREE_PORT}/desc.xml",
    "http://attacker.example/desc.xml",
    "file:///etc/passwd",
    "not an address",
)
SAID = {
    "gadget": [
        {"ST": IGD, "USN": f"uuid:gadget-{n}::{IGD}", "SERVER": "Linux UPnP/1.0 MiniUPnPd/1.0", "LOCATION": location}
        for n, location in enumerate(ELSEWHERE)
    ],
    "neighbour": [
        {
            "ST": "upnp:rootdevice",
            "USN": "uuid:neighbour::upnp:rootdevice",
            "SERVER": "Linux/5.10 UPnP/1.0 MiniDLNA/1.3.3",
            "LOCATION": f"http://10.46.0.31:{FREE_PORT + 1}/rootDesc.xml",
        }
    ],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Posed:
    """A home after one scan, and every act of it that sent something."""

    home: RunningHome
    scan: Scan
    acts: tuple[dict[str, Any], ...]

    def found(self, check: str, name: str) -> list[Any]:
        return findings(self.scan, check, by_address(self.scan, self.home, name).key)


@pytest.fixture(scope="module")
def posed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Posed]:
    folder = tmp_path_factory.mktemp("posed")
    devices = tuple(
        Device(name=name, what="a thing", mac=f"02:00:5e:00:46:{host:02x}", host=host)
        for host, name in enumerate(SAID, 30)
    )
    described = Home(prefix=PREFIX, router=catalogue.router(), laptop=catalogue.laptop(), devices=devices)
    with namespaces(described) as home:
        for device in devices:
            argv = [sys.executable, str(POSING), described.address(device), json.dumps(SAID[device.name])]
            process = home.run_on(device.name, argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
        scan = scan_of(home, folder, "--depth", "standard", "--transcript", str(folder / "acts"))
        acts = tuple(json.loads(line) for line in (folder / "acts").read_text().splitlines())
        yield Posed(home=home, scan=scan, acts=acts)


def test_each_kind_of_place_that_an_answer_leads_to_is_a_finding(posed: Posed) -> None:
    found = posed.found("upnp-foreign-location", "gadget")
    assert {f.status for f in found} == {Status.FAIL}
    assert sorted(f.severity for f in found) == sorted([Severity.MEDIUM] * 3 + [Severity.LOW] * 4)
    said = {o.id: o.value for o in posed.scan.observations}
    assert sorted(str(said[e]) for f in found for e in f.evidence) == sorted(ELSEWHERE)
    assert not posed.found("upnp-foreign-location", "neighbour"), "it names itself"


def test_nobody_is_asked_whom_an_answer_merely_names(posed: Posed) -> None:
    home, everybody = ipaddress.IPv4Network(PREFIX), ipaddress.IPv4Address("255.255.255.255")
    targets = {target for act in posed.acts for target in str(act["target"]).split(", ")}
    assert f"10.46.0.31 {FREE_PORT + 1}" in targets, "who names itself is asked"
    assert not [t for t in targets if t.endswith(f" {FREE_PORT}") or "attacker" in t]
    asked = {ipaddress.ip_interface(t.split()[0]).ip for t in targets if t[:1].isdigit()}
    assert not [at for at in asked if at not in home and not at.is_multicast and at != everybody]


def test_what_offers_to_open_ports_and_is_not_the_router_is_a_finding(posed: Posed) -> None:
    (found,) = posed.found("upnp-rogue-igd", "gadget")
    assert (found.status, found.severity, found.confidence) == (Status.FAIL, Severity.MEDIUM, Confidence.LIKELY)
    router = posed.home.home.router.name
    assert not posed.found("upnp-rogue-igd", router)


def test_the_version_that_it_says_itself_possibly_has_faults(posed: Posed) -> None:
    (found,) = posed.found("upnp-known-vulnerable", "gadget")
    assert (found.severity, found.confidence) == (Severity.HIGH, Confidence.POSSIBLE)
    assert "CVE-2013-0230" in found.references
    (fine,) = posed.found("upnp-known-vulnerable", "neighbour")
    assert fine.status is Status.PASS
