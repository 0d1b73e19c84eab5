"""Ports that the real miniupnpd forwards, judged: whose they are, what answers there, since when, and what closes them.

Devices of the home open them with the real upnpc, as their apps would.
"""

import re
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from netguard.demo import catalogue, daemons
from netguard.demo.homes import Home
from netguard.demo.running import RunningHome
from netguard.model.scan import Scan
from netguard.model.vocabulary import Confidence, Severity, Status
from tests.lab.conftest import namespaces
from tests.lab.scanning import by_address, scan_of

NOBODY = 99
"""Host number that no device has."""


def forwarding_home() -> Home:
    """A router with UPnP, a lock bridge and a camera; addresses and names are this test's own."""
    return Home(
        prefix="10.46.0.0/24",
        router=catalogue.router(mac="50:c7:bf:2a:12:01"),
        laptop=catalogue.laptop(mac="3c:a9:f4:51:12:10"),
        devices=(
            catalogue.lock_bridge(mac="54:d2:72:1a:12:3c", hostname="Nuki_Bridge_12AB34CD"),
            catalogue.camera(),
        ),
    )


@pytest.fixture(scope="module")
def home() -> Iterator[RunningHome]:
    with namespaces(forwarding_home()) as opened:
        if "miniupnpd" not in opened.daemons or daemons.find("upnpc") is None:
            pytest.skip("needs the real miniupnpd and upnpc: make lab fetches them")
        yield opened


def ask(home: RunningHome, name: str, *argv: str) -> str:
    """What upnpc says that runs on a device."""
    tool = daemons.find("upnpc")
    assert tool
    program = home.run_on(
        name, (tool, *argv), env=daemons.environment(tool), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    said, _ = program.communicate(timeout=30)
    assert program.returncode == 0, said
    return str(said)


def address(home: RunningHome, name: str) -> str:
    return home.home.address(home.home.device(name))


@pytest.fixture(scope="module")
def scans(home: RunningHome, tmp_path_factory: pytest.TempPathFactory) -> tuple[Scan, Scan]:
    """Two scans with one history; between them the camera opens one more port."""
    folder = tmp_path_factory.mktemp("forwarded")
    bridge, camera = (address(home, name) for name in ("lock-bridge", "camera"))
    ask(home, "lock-bridge", "-e", "Bridge remote access", "-a", bridge, "8080", "18080", "TCP", "600")
    ask(home, "camera", "-e", "old NAS", "-a", f"10.46.0.{NOBODY}", "9000", "19000", "TCP", "0")
    first = scan_of(home, folder)
    ask(home, "camera", "-e", "Camera", "-a", camera, "554", "10554", "TCP", "600")
    return first, scan_of(home, folder)


def failed(scan: Scan, check: str) -> list[Any]:
    return [f for f in scan.findings if f.check == check and f.status is Status.FAIL]


def test_a_port_to_the_lock_s_bridge_is_high_and_says_what_answers_there(
    home: RunningHome, scans: tuple[Scan, Scan]
) -> None:
    bridge = by_address(scans[0], home, "lock-bridge")
    (finding,) = failed(scans[0], "upnp-port-mapping-lock")
    assert (finding.target, finding.severity, finding.confidence) == (bridge.key, Severity.HIGH, bridge.confidence)
    assert finding.title.startswith("TCP 18080 from the internet leads to port 8080 of ")
    assert "answers on that port now" in finding.why
    assert "“Bridge remote access”" in finding.why
    assert "It ends by itself in 9 minutes" in finding.why
    shown = {o.value for o in scans[0].observations if o.id in finding.evidence and o.kind == "igd.mapping"}
    assert shown == {f"tcp 18080 -> {address(home, 'lock-bridge')} 8080"}


def test_a_port_to_an_address_that_nothing_has_is_stale(home: RunningHome, scans: tuple[Scan, Scan]) -> None:
    (finding,) = failed(scans[0], "upnp-stale-mapping")
    router = by_address(scans[0], home, "router")
    assert (finding.target, finding.confidence) == (router.key, Confidence.LIKELY)
    assert f"leads to port 9000 of 10.46.0.{NOBODY}, where nothing is any more" in finding.title


def test_every_mapping_that_upnpc_lists_is_one_finding(home: RunningHome, scans: tuple[Scan, Scan]) -> None:
    entries = re.findall(r"^ *\d+ (TCP|UDP) +(\d+)->([\d.]+):(\d+) ", ask(home, "laptop", "-l"), re.MULTILINE)
    checks = ("upnp-port-mapping-lock", "upnp-stale-mapping", "upnp-port-mapping")
    found = {o for check in checks for f in failed(scans[1], check) for o in f.evidence}
    shown = {o.value for o in scans[1].observations if o.id in found and o.kind == "igd.mapping"}
    assert shown == {f"{transport.lower()} {outer} -> {to} {inner}" for transport, outer, to, inner in entries}
    assert len(entries) == 3 == sum(len(failed(scans[1], check)) for check in checks)


def test_the_second_scan_knows_since_when_and_what_is_new(home: RunningHome, scans: tuple[Scan, Scan]) -> None:
    first, second = scans
    assert "This is the first scan that sees it." in failed(first, "upnp-port-mapping-lock")[0].why
    day = f"{first.started_at.day} {first.started_at:%B %Y}"
    for check in ("upnp-port-mapping-lock", "upnp-stale-mapping"):
        (before,), (after,) = failed(first, check), failed(second, check)
        assert after.fingerprint == before.fingerprint
        assert f"First seen {day}." in after.why
    (camera,) = failed(second, "upnp-port-mapping")
    assert f"It is new: the scan of {day} did not have it." in camera.why
    assert camera.severity.at_least(Severity.HIGH)
    assert camera.target == by_address(second, home, "camera").key
    (passed,) = [f for f in first.findings if f.check == "upnp-port-mapping"]
    assert passed.status is Status.PASS


def test_upnp_itself_and_each_port_are_steps_at_the_router(home: RunningHome, scans: tuple[Scan, Scan]) -> None:
    second = scans[1]
    router, bridge = by_address(second, home, "router"), by_address(second, home, "lock-bridge")
    (enabled,) = failed(second, "upnp-igd-enabled")
    assert (enabled.target, enabled.severity) == (router.key, Severity.MEDIUM)
    closing = {i.port: i for a in second.actions for i in a.intents if i.kind == "remove-mapping"}
    assert set(closing) == {18080, 19000, 10554}
    assert (closing[18080].device, closing[18080].peer, closing[19000].peer) == (router.key, bridge.key, None)
    assert [i.device for a in second.actions for i in a.intents if i.feature == "upnp"] == [router.key]


def test_the_port_was_asked_before_the_scan_ended_on_every_device_behind_one(
    home: RunningHome, scans: tuple[Scan, Scan]
) -> None:
    for name, port in (("lock-bridge", 8080), ("camera", 554)):
        assert any(s.port == port for s in by_address(scans[1], home, name).open_services)
