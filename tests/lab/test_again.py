"""The second look with real packets: the same home twice, the same with loss, and with what is gone for good."""

import json
import subprocess

import pytest

from netguard.demo import catalogue, daemons
from netguard.demo.catalogue import build_home
from netguard.model.timeline import summary
from netguard.model.vocabulary import Outcome, PortState, Status, Transport
from tests.lab.conftest import namespaces
from tests.lab.scanning import by_address, findings, scan_of


def second_looks(scan):
    return {(a.stage, a.target): (a.outcome, a.reason) for a in scan.attempts if a.stage.startswith("again")}


def opened(scan):
    return {line.key: line.open for line in summary(scan).devices}


@pytest.fixture(scope="module")
def weeks(tmp_path_factory):
    """Two scans of one home, then one of the same home without its printer and without the bridge's forgotten telnet."""
    folder = tmp_path_factory.mktemp("weeks")
    with namespaces() as home:
        first = scan_of(home, folder, "--depth", "quick")
        same = scan_of(home, folder, "--depth", "quick")
        bridge = by_address(first, home, "lock-bridge").key
        printer = home.device("printer").address
    mended = {
        "router": catalogue.router(forwards=catalogue.FORWARDS),
        "lock-bridge": catalogue.lock_bridge(telnet=None),
        "printer": None,
    }
    with namespaces(build_home(changes=mended)) as home:
        acts = folder / "acts"
        # A look at one device is the newest scan then, and no reason not to miss the others.
        scan_of(home, folder, "--depth", "discover", target=str(home.device("lock-bridge").address))
        later = scan_of(home, folder, "--depth", "quick", "--transcript", str(acts))
    return first, same, later, bridge, printer, [json.loads(line) for line in acts.read_text().splitlines()]


def test_the_same_home_is_the_same_and_nothing_is_asked_twice(weeks):
    first, same, *_ = weeks
    assert second_looks(first) == second_looks(same) == {}
    assert opened(first) == opened(same)


def test_a_port_that_was_closed_stands_in_the_document_as_closed_and_worries_nobody(weeks):
    _, _, later, bridge, *_ = weeks
    device = later.device(bridge)
    telnet = [(s.transport, s.port, s.state) for s in device.services if s.port == 23]
    assert telnet == [(Transport.TCP, 23, PortState.CLOSED)]
    assert second_looks(later)["again.ports", str(device.addresses[0])] == (Outcome.DONE, None)
    assert {f.status for f in findings(later, "telnet-open", bridge)} == {Status.PASS}
    assert not [f for f in findings(later, "lock-unexpected-port", bridge) if f.status is Status.FAIL]


def test_a_printer_that_is_gone_is_asked_for_once_more_by_its_address_alone(weeks):
    *_, later, _, printer, acts = weeks
    assert second_looks(later)["again.devices", str(printer)] == (Outcome.DONE, None)
    assert all(printer not in d.addresses for d in later.devices)
    asked = {act["target"] for act in acts if act["why"].endswith(" again")}
    assert asked == {str(printer)}


LOSSY = """
table inet lossy {
  chain input { type filter hook input priority 0; tcp dport 554 tcp flags syn quota until 200 bytes drop; }
}
"""
"""The first three packets that ask for the camera's stream (60 bytes each) are lost: one more than a scan asks twice with."""


def test_a_port_whose_packets_were_lost_is_no_change_and_what_it_says_is_read(tmp_path):
    nft = daemons.find("nft")
    if nft is None:
        pytest.skip("needs nft, which loses the packets")
    with namespaces() as home:
        before = scan_of(home, tmp_path, "--depth", "quick")
        rules = home.run_on("camera", [str(nft), "-f", "-"], env=daemons.environment(nft), stdin=subprocess.PIPE)
        rules.communicate(LOSSY.encode(), timeout=20)
        assert rules.returncode == 0
        after = scan_of(home, tmp_path, "--depth", "quick")
        camera = by_address(before, home, "camera")
    assert ("again.ports", str(camera.addresses[0])) in second_looks(after)
    assert opened(after) == opened(before)
    told = [{(o.kind, o.port) for o in s.observations if o.device == camera.key} for s in (before, after)]
    assert told[0] == told[1]
    assert {f.fingerprint: f.status for f in before.findings} == {f.fingerprint: f.status for f in after.findings}
