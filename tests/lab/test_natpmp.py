"""NAT-PMP and PCP against the real miniupnpd: what it answers, that nothing is opened, and how a home with it is judged.

Its recipe plays the router of the home; what a router further inside, one behind a provider's NAT and one with both switched
off answer is asked of further miniupnpds with settings of their own.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from netguard.demo import catalogue, daemons
from netguard.demo.homes import Device, Home
from netguard.demo.recipes.miniupnpd import EXTERNAL_ADDRESS
from netguard.demo.running import RunningHome
from netguard.model.scan import Scan
from netguard.model.vocabulary import Severity, Status
from tests.lab.conftest import from_laptop, namespaces, wait_until
from tests.lab.scanning import by_address, findings, scan_of

PREFIX, PREFIX6 = "10.45.0.0/24", "fd45:0:0:1::/64"
BOXES = {"inner": "10.9.8.7", "shared": "100.64.1.2", "off": "203.0.113.7"}
"""Devices with a miniupnpd of the test's own, and their outer addresses."""

PROBE = """
import json
from netaddr import IPAddress, IPNetwork
from netguard.model.device import Coverage, Service
from netguard.model.gateway import GatewayAnswer
from netguard.net.access import Network
from netguard.net.control import Cancel, Deadline
from netguard.net.failures import Failure
from netguard.net.guard import Guard
from netguard.net.transcript import Transcript
from netguard.probe import natpmp, pcp
from netguard.probe._contract import Target
from netguard.model.vocabulary import Transport
sent = []
class Kept(Transcript):
    def record(self, what, target, why):
        sent.append([what, target, why])
        super().record(what, target, why)
said, own = {{}}, [IPAddress(each) for each in {own!r}]
for at in {addresses!r}:
    address = IPAddress(at)
    path = str(next(each for each in own if each.version == address.version))
    target = Target(address=address, transport=Transport.UDP, port=5351, path=path)
    given = dict(transcript=Kept(), cancel=Cancel(), deadline=Deadline(30), interface={interface!r}, addresses=own)
    with Network(source=own[0], guard=Guard([IPNetwork(at)]), **given) as network:
        for module in (natpmp, pcp):
            learnt, reason = [], None
            try:
                learnt.extend(module.probe(target, network.net("test")))
            except Failure as failure:
                reason = str(failure)
            answers = [each for each in learnt if isinstance(each, GatewayAnswer)]
            said.setdefault(at, {{}})[module.__name__.rpartition(".")[2]] = {{
                "result": answers[0].said.result if answers else None,
                "version": getattr(answers[0].said, "version", None) if answers else None,
                "external": str(answers[0].external_address) if answers and answers[0].external_address else None,
                "covered": any(isinstance(each, Coverage) for each in learnt),
                "names": sorted({{each.name for each in learnt if isinstance(each, Service) and each.name}}),
                "reason": reason,
            }}
print(json.dumps({{"said": said, "sent": sent}}))
"""

TABLE = """table inet miniupnpd {
  chain forward { type filter hook forward priority 0; policy accept; jump miniupnpd; }
  chain miniupnpd { }
  chain prerouting { type nat hook prerouting priority -100; policy accept; jump prerouting_miniupnpd; }
  chain postrouting { type nat hook postrouting priority 100; policy accept; jump postrouting_miniupnpd; }
  chain prerouting_miniupnpd { }
  chain postrouting_miniupnpd { }
}
"""


def box(name: str, number: int) -> Device:
    return Device(
        name=name, what=name, mac=f"50:c7:bf:2a:11:{number:02x}", host=number, hostname=name, roles=("router",)
    )


def nat_home() -> Home:
    router = catalogue.router()
    plain = Device(
        name="router", what="Router", mac=router.mac, host=1, hostname="OpenWrt", roles=("router",), upnp=router.upnp,
        daemons=("miniupnpd",), servers=tuple(s for s in router.servers if s.stands_in_for == "miniupnpd"),
    )  # fmt: skip
    boxes = tuple(box(name, 40 + n) for n, name in enumerate(BOXES))
    return Home(
        prefix=PREFIX, prefix6=PREFIX6, router=plain, laptop=catalogue.laptop(), devices=(*boxes, box("silent", 60))
    )


def run(home: RunningHome, name: str, *argv: str) -> str:
    """What a program says that runs on a device."""
    program = home.run_on(
        name, argv, env=daemons.environment(argv[0]), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    said, _ = program.communicate(timeout=20)
    assert program.returncode == 0, said
    return str(said)


def serve(home: RunningHome, name: str, external: str, folder: Path, *, natpmp: bool) -> None:
    """Starts a miniupnpd on a device."""
    folder.mkdir()
    own = daemons.find("miniupnpd")
    nft = daemons.find("nft")
    assert own
    assert nft
    table, config, leases = folder / "table.nft", folder / "miniupnpd.conf", folder / "leases"
    table.write_text(TABLE)
    leases.touch()
    config.write_text(
        f"ext_ifname=wan0\nlistening_ip=eth0\nhttp_port=5000\n"
        f"enable_natpmp={'yes' if natpmp else 'no'}\nenable_upnp=yes\nlease_file={leases}\nsecure_mode=yes\n"
        "uuid=00000000-0000-4000-8000-000000000045\nupnp_table_name=miniupnpd\nupnp_nat_table_name=miniupnpd\n"
        "upnp_forward_chain=miniupnpd\nupnp_nat_chain=prerouting_miniupnpd\n"
        f"upnp_nat_postrouting_chain=postrouting_miniupnpd\nallow 1024-65535 {PREFIX} 0-65535\n"
    )
    run(home, name, "ip", "link", "add", "wan0", "type", "veth", "peer", "name", "wan1")
    run(home, name, "ip", "address", "add", f"{external}/24", "dev", "wan0")
    for end in ("wan0", "wan1"):
        run(home, name, "ip", "link", "set", end, "up")
    run(home, name, nft, "-f", str(table))
    argv = (own, "-d", "-f", str(config), "-P", str(folder / "pid"))
    home.run_on(name, argv, env=daemons.environment(own), stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    wait_until(lambda: ":1388" in run(home, name, "cat", "/proc/net/tcp6"), f"miniupnpd on {name} listens on TCP 5000")


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHome]:
    """The home, with every miniupnpd in it."""
    with namespaces(nat_home()) as home:
        if "router" not in home.daemons.get("miniupnpd", ()):
            pytest.skip(f"needs the real miniupnpd: {home.missing.get('miniupnpd', 'it is not there')}")
        if daemons.find("nft") is None:
            pytest.skip("needs nft, by which the routers' tables are made")
        for name, external in BOXES.items():
            serve(home, name, external, tmp_path_factory.mktemp("boxes") / name, natpmp=name != "off")
        yield home


@pytest.fixture(scope="module")
def asked(up: RunningHome) -> Any:
    """What both probes make of every router, by its name; the router's IPv6 address is called `router6`. And what was sent."""
    home = up.home
    places = {name: str(up.device(name).address) for name in ("router", *BOXES, "silent")}
    places["router6"] = str(home.address6(home.router))
    own = [str(up.laptop_address), str(home.address6(home.laptop))]
    told = {"own": own, "addresses": list(places.values()), "interface": up.laptop_interface}
    seen = from_laptop(up, PROBE.format(**told))
    return {name: seen["said"][at] for name, at in places.items()}, seen["sent"]


def told(asked: Any, name: str, probe: str) -> tuple[int | None, str | None, list[str], bool, str | None]:
    """Its result code, the address it named, what it is called, whether the port counts as asked, and why it failed."""
    said = asked[0][name][probe]
    return said["result"], said["external"], said["names"], said["covered"], said["reason"]


def test_a_router_says_its_address_and_that_it_serves_both(asked: Any) -> None:
    assert told(asked, "router", "natpmp") == (0, EXTERNAL_ADDRESS, ["nat-pmp"], True, None)
    assert told(asked, "router", "pcp") == (0, None, ["pcp"], True, None)
    assert asked[0]["router"]["pcp"]["version"] == 2


@pytest.mark.parametrize("name", ["inner", "shared"])
def test_one_whose_own_address_is_not_the_internets_has_none_to_open_ports_at(asked: Any, name: str) -> None:
    assert told(asked, name, "natpmp") == (3, None, ["nat-pmp"], True, None)
    assert told(asked, name, "pcp") == (0, None, ["pcp"], True, None)


@pytest.mark.parametrize("name", ["off", "silent"])
def test_where_it_is_off_the_port_is_closed_and_counts_as_asked(asked: Any, name: str) -> None:
    for probe in ("natpmp", "pcp"):
        assert told(asked, name, probe) == (None, None, [], True, None)


def test_over_ipv6_it_is_pcp_that_answers(asked: Any) -> None:
    assert told(asked, "router6", "pcp") == (0, None, ["pcp"], True, None)


def test_one_question_each_is_sent_and_nothing_is_opened(up: RunningHome, asked: Any) -> None:
    sizes: dict[str, list[str]] = {}
    for what, target, why in asked[1]:
        assert what == "udp-send"
        sizes.setdefault(target, []).append(why.rpartition(": ")[2])
    assert set(map(tuple, sizes.values())) == {("2 bytes", "24 bytes")}
    nft = daemons.find("nft")
    assert nft
    for name in ("router", *BOXES):
        rules = run(up, name, nft, "list", "table", "inet", "miniupnpd")
        assert "dnat" not in rules
        assert "accept" not in rules.replace("policy accept", "")


@pytest.fixture(scope="module")
def scanned(up: RunningHome, tmp_path_factory: pytest.TempPathFactory) -> Scan:
    """The router, as a scan of it alone sees it."""
    at = str(up.device("router").address)
    return scan_of(up, tmp_path_factory.mktemp("public"), "--depth", "standard", target=at)


@pytest.fixture(scope="module")
def behind(up: RunningHome, scanned: Scan, tmp_path_factory: pytest.TempPathFactory) -> Scan:
    """As before, when the laptop's way to the internet leads through the router that is behind another one."""
    at = str(up.device("inner").address)
    route = up.run_as_laptop(["ip", "route", "replace", "default", "via", at])
    assert route.wait(20) == 0
    return scan_of(up, tmp_path_factory.mktemp("inner"), "--depth", "standard", target=at)


def test_the_document_says_what_the_router_answered(up: RunningHome, scanned: Scan) -> None:
    (gateway,) = scanned.gateways
    router = by_address(scanned, up, "router")
    assert gateway.device == router.key
    assert str(gateway.external_address) == EXTERNAL_ADDRESS
    assert (gateway.services.natpmp.result, str(gateway.services.natpmp.external_address)) == (0, EXTERNAL_ADDRESS)
    assert (gateway.services.pcp.version, gateway.services.pcp.result) == (2, 0)
    assert {o.kind: o.value for o in scanned.observed(router.key, "natpmp.result", "pcp.result")} == {
        "natpmp.result": 0,
        "pcp.result": 0,
    }
    (found,) = findings(scanned, "natpmp-enabled", router.key)
    assert (found.status, found.severity, len(found.evidence)) == (Status.FAIL, Severity.LOW, 2)
    assert "by NAT-PMP or PCP" in found.title
    (found,) = findings(scanned, "double-nat", router.key)
    assert found.status is Status.PASS


def test_a_router_behind_another_one_is_told(up: RunningHome, behind: Scan) -> None:
    router = by_address(behind, up, "inner")
    assert behind.gateways[0].device == router.key
    (found,) = findings(behind, "double-nat", router.key)
    assert (found.status, found.severity) == (Status.FAIL, Severity.LOW)
    assert "stand between" in found.title
    (found,) = findings(behind, "natpmp-enabled", router.key)
    assert found.status is Status.FAIL
