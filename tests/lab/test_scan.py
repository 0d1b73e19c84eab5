"""The whole scan with real packets: what it finds, what it spares, and what it sends to whom."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from netguard.demo import catalogue
from netguard.demo.catalogue import build_home
from netguard.demo.running import RunningHome
from netguard.model import codec
from netguard.model.scan import Scan
from netguard.model.vocabulary import Confidence, Depth, Ended, Outcome, Role, Severity, Status
from netguard.report.view import view
from tests.lab.conftest import namespaces
from tests.lab.quiet import sent, wait_until_quiet
from tests.lab.scanning import ROOT, SCAN_SECONDS, by_address, findings, scan_of, start


@pytest.fixture(scope="module")
def quiet_home() -> Iterator[RunningHome]:
    """The demo home and a device that answers garbage, only for this module: its counters hold what the scan did and nothing else."""
    router = catalogue.router(forwards=catalogue.FORWARDS)
    with namespaces(build_home(changes={"router": router}, extra=(catalogue.noisy_gadget(),))) as home:
        yield home


@pytest.fixture(scope="module")
def transcript(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("transcript") / "acts"


@pytest.fixture(scope="module")
def scanned(quiet_home, tmp_path_factory, transcript) -> Scan:
    return scan_of(quiet_home, tmp_path_factory.mktemp("scan"), "--transcript", str(transcript))


def test_everybody_is_found_and_nobody_twice(quiet_home, scanned):
    expected = {quiet_home.home.address(d) for d in quiet_home.home.everyone}
    found = [str(a) for d in scanned.devices for a in d.addresses if a.version == 4]
    assert sorted(found) == sorted(expected)
    assert scanned.ended is Ended.FINISHED


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("router", Role.ROUTER),
        ("lock-bridge", Role.LOCK_HUB),
        ("homekit-lock", Role.LOCK),
        ("light-hub", Role.SMART_HOME_HUB),
        ("automation-host", Role.SMART_HOME_HUB),
        ("camera", Role.CAMERA),
        ("nas", Role.NAS),
        ("printer", Role.PRINTER),
        ("television", Role.TV),
    ],
)
def test_devices_are_told_for_what_they_are(quiet_home, scanned, name, role):
    assert by_address(scanned, quiet_home, name).role is role


def test_the_forgotten_telnet_of_the_lock_bridge_is_found_with_its_evidence(quiet_home, scanned):
    bridge = by_address(scanned, quiet_home, "lock-bridge")
    (telnet,) = findings(scanned, "telnet-open", bridge.key)
    assert telnet.status is Status.FAIL
    unexpected = [f for f in findings(scanned, "lock-unexpected-port", bridge.key) if f.status is Status.FAIL]
    assert [f.title for f in unexpected] == [f"{bridge.name} listens on tcp/23 (telnet), which it has no reason to"]
    shown = {o.id: o for o in scanned.observations}
    assert any("login" in str(shown[i].value) for i in telnet.evidence)
    (action,) = [a for a in scanned.actions if a.id == f"close-port:{bridge.key}"]
    assert {telnet.fingerprint, unexpected[0].fingerprint} <= set(action.closes)


def test_a_clean_hub_raises_no_alarm_and_passes_only_because_every_port_was_asked(quiet_home, scanned):
    hub = by_address(scanned, quiet_home, "light-hub")
    about = [f for f in scanned.findings if f.target == hub.key]
    # Hue still answers without encryption as well as with it; that is all there is to say of it.
    assert {(f.check, f.severity) for f in about if f.status is not Status.PASS} == {
        ("lock-cleartext-api", Severity.LOW)
    }
    assert {"lock-unexpected-port", "hub-no-login", "hub-tls-key", "telnet-open"} <= {
        f.check for f in about if f.status is Status.PASS
    }
    assert [c.ports for c in hub.coverage] == ["1-65535"]


@pytest.mark.parametrize(
    ("name", "check", "severity"),
    [
        ("camera", "rtsp-open", Severity.HIGH),
        ("lock-bridge", "lock-cleartext-api", Severity.HIGH),
        ("nas", "smbv1", Severity.MEDIUM),
        ("printer", "snmp-public", Severity.INFO),
    ],
)
def test_what_devices_expose_is_found(quiet_home, scanned, name, check, severity):
    found = findings(scanned, check, by_address(scanned, quiet_home, name).key)
    assert [(f.status, f.severity) for f in found] == [(Status.FAIL, severity)]


def test_the_ports_that_the_router_lets_in_are_told_with_whom_they_lead_to(quiet_home, scanned):
    bridge, router = by_address(scanned, quiet_home, "lock-bridge"), by_address(scanned, quiet_home, "router")
    own = scanned.gateways[0]
    assert own.device == router.key
    assert own.services.igd.listed == "all"
    assert {(m.protocol, m.external_port, m.internal_port, m.device) for m in own.mappings} == {
        ("tcp", 8443, 8080, bridge.key),
        ("udp", 51413, 51413, None),
    }
    (to_the_lock,) = findings(scanned, "upnp-port-mapping-lock", bridge.key)
    (stale,) = findings(scanned, "upnp-stale-mapping", router.key)
    assert (to_the_lock.status, to_the_lock.severity) == (Status.FAIL, Severity.HIGH)
    assert (stale.status, stale.severity) == (Status.FAIL, Severity.MEDIUM)
    told = view(scanned, scanned.finished_at).doors
    assert told.sentence.startswith("2 ports lead in from the internet, one of them to ")
    first, second = told.gateways[0].mappings
    assert (first.port, first.door, [p.check for p in first.problems]) == (
        "TCP 8443",
        True,
        ["upnp-port-mapping-lock"],
    )
    assert first.answers.startswith("http ")
    assert (second.port, second.absent, [p.check for p in second.problems]) == (
        "UDP 51413",
        True,
        ["upnp-stale-mapping"],
    )
    assert (first.close, second.close) == ("netguard upnp remove tcp/8443", "netguard upnp remove udp/51413")
    # What is forwarded from the internet is not forwarded within the home.
    assert all(s.port != 8443 for d in scanned.devices for s in d.services)


def test_not_one_byte_was_sent_to_the_printer(quiet_home, scanned):
    assert scanned.depth is Depth.STANDARD
    counts = quiet_home.device("printer").count
    for port in (9100, 631, 515):
        assert counts.port(port).accepted > 0, "the port was asked whether it is open"
        assert counts.port(port).payload_bytes == 0


def test_locks_hubs_and_the_unidentified_had_one_connection_at_a_time(quiet_home, scanned):
    assert scanned.devices
    for name in ("lock-bridge", "homekit-lock", "light-hub", "camera", "printer"):
        assert quiet_home.device(name).count.most_established <= 1, name


def test_a_battery_lock_was_asked_about_its_announced_port_only(quiet_home, scanned):
    lock = by_address(scanned, quiet_home, "homekit-lock")
    (announced,) = {o.port for o in scanned.observed(lock.key, "dnssd.type") if o.value == "_hap._tcp"}
    assert [c.ports for c in lock.coverage] == [str(announced)]
    assert all(f.status is Status.UNKNOWN for f in findings(scanned, "lock-unexpected-port", lock.key))


def test_a_battery_lock_that_one_names_is_asked_fully_and_the_rest_of_the_network_not_judged(quiet_home, tmp_path):
    address = quiet_home.device("homekit-lock").address
    others = {n: quiet_home.device(n).count for n in ("lock-bridge", "camera", "printer")}
    process = quiet_home.run_as_laptop(
        [
            sys.executable,
            "-m",
            "netguard",
            "scan",
            "-i",
            quiet_home.laptop_interface,
            f"{address}",
            "--my-network",
            "--no-html",
            "--json",
            "-",
            "--database",
            f"sqlite:///{tmp_path}/history.sqlite",
        ],
        env={k: v for k, v in os.environ.items() if not k.startswith("COVERAGE_")}
        | {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    out, errors = process.communicate(timeout=SCAN_SECONDS)
    assert process.returncode == 0, errors
    scan = codec.loads(out.encode())
    lock = by_address(scan, quiet_home, "homekit-lock")
    assert [c.ports for c in lock.coverage] == ["1-65535"]
    assert {f.status for f in scan.findings if f.target.startswith("segment:")} == {Status.UNKNOWN}
    for name, before in others.items():
        assert [p.accepted for p in quiet_home.device(name).count.ports] == [p.accepted for p in before.ports]


def test_a_device_that_drops_everything_is_there_and_nothing_is_said_to_be_fine_about_it(quiet_home, scanned):
    silent = by_address(scanned, quiet_home, "silent-plug")
    assert {s.source for s in silent.sightings} >= {"arp"}
    assert silent.coverage == ()
    assert {f.status for f in scanned.findings if f.target == silent.key} == {Status.UNKNOWN}


def test_a_phone_with_a_random_mac_is_known_as_such(quiet_home, scanned):
    phone = by_address(scanned, quiet_home, "phone")
    assert phone.mac_randomised is True


def test_the_flat_network_is_one_finding_and_one_action(scanned):
    flat = [f for f in scanned.findings if f.check == "lock-shares-segment"]
    assert [f.status for f in flat] == [Status.FAIL]
    assert sum(a.id.startswith("segment:") for a in scanned.actions) == 1


def test_garbage_costs_its_own_device_a_note_and_nothing_else(quiet_home, scanned):
    where = str(quiet_home.device("noisy-gadget").address)
    notes = [a for a in scanned.attempts if a.target.startswith(where) and a.outcome is Outcome.FAILED]
    assert notes
    assert not [a for a in scanned.attempts if "own mistake" in (a.reason or "")]


def test_nothing_was_sent_outside_the_home(quiet_home, scanned, transcript):
    allowed = {"224.0.0.251", "239.255.255.250", "255.255.255.255"}
    acts = [json.loads(line) for line in transcript.read_text().splitlines()]
    assert {a["act"] for a in acts} == {"arp-request", "tcp-connect", "tcp-send", "udp-send"}
    for act in acts:
        address = act["target"].split(" ")[0]
        assert address in allowed or address in quiet_home.prefix, act


def test_the_same_home_scanned_again_has_the_same_findings(quiet_home, scanned, tmp_path):
    again = scan_of(quiet_home, tmp_path)
    assert {f.fingerprint: f.status for f in again.findings} == {f.fingerprint: f.status for f in scanned.findings}
    assert [d.key for d in again.devices] == [d.key for d in scanned.devices]
    assert again.grade == scanned.grade


@pytest.mark.parametrize("daemon", ["dropbear", "lighttpd", "minidlna", "miniupnpd", "mosquitto", "avahi-daemon"])
def test_real_daemons_are_seen_for_what_they_are(quiet_home, scanned, daemon):
    if daemon not in quiet_home.daemons:
        pytest.skip(f"needs the real {daemon}: {quiet_home.missing.get(daemon, 'not there')}")
    said = " ".join(str(o.value) for o in scanned.observations).lower()
    marks = {"avahi-daemon": "_home-assistant._tcp", "mosquitto": "1883", "minidlna": "minidlna"}
    if daemon == "mosquitto":
        host = by_address(scanned, quiet_home, quiet_home.daemons[daemon][0])
        assert 1883 in {s.port for s in host.open_services}
    else:
        assert marks.get(daemon, daemon) in said


def test_on_a_network_nobody_enrolled_not_one_packet_leaves(quiet_home, scanned, tmp_path):
    before = wait_until_quiet(quiet_home, quiet_home.laptop_interface)
    process = start(quiet_home, tmp_path)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 3
    assert "Nothing was sent" in errors
    assert sent(quiet_home, quiet_home.laptop_interface) == before


def test_a_home_once_enrolled_is_recognised_and_belongs_to_one_site(quiet_home, scanned, tmp_path):
    first = scan_of(quiet_home, tmp_path, "--depth", "discover", "--site", "cabin")
    assert first.authorisation.how == "my-network"
    process = start(quiet_home, tmp_path, "--depth", "discover", "--json", "-")
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    again = codec.loads(out.encode())
    assert (again.authorisation.how, again.site) == ("enrolled", "cabin")
    contradicted = start(quiet_home, tmp_path, "--depth", "discover", "--site", "villa")
    _, errors = contradicted.communicate(timeout=60)
    assert contradicted.returncode == 3
    assert "cabin" in errors


def test_a_device_on_the_never_touch_list_gets_no_packet(quiet_home, scanned, tmp_path):
    bridge = quiet_home.device("lock-bridge")
    config = tmp_path / "config.toml"
    config.write_text(f'never_touch = ["{bridge.mac}", "{quiet_home.device("camera").address}"]\n')
    before = {n: quiet_home.device(n).count for n in ("lock-bridge", "camera")}
    acts = tmp_path / "acts"
    scan = scan_of(quiet_home, tmp_path, "--depth", "quick", "--transcript", str(acts), NETGUARD_CONFIG=str(config))
    for name, count in before.items():
        after = quiet_home.device(name).count
        assert [p.accepted for p in after.ports] == [p.accepted for p in count.ports], name
        device = by_address(scan, quiet_home, name) if name == "lock-bridge" else None
        if device is not None:
            asked = [f for f in scan.findings if f.target == device.key and f.check != "lock-pairing-open"]
            # Whether it offers to be set up is heard, not asked of it.
            assert {f.status for f in asked} == {Status.UNKNOWN}
    targets = {json.loads(line)["target"].split(" ")[0] for line in acts.read_text().splitlines() if "tcp" in line}
    assert str(bridge.address) not in targets
    assert str(quiet_home.device("camera").address) not in targets
    assert any("never to touch" in (a.reason or "") for a in scan.attempts)


def test_ctrl_c_keeps_what_was_learnt(quiet_home, scanned, tmp_path):
    acts = tmp_path / "acts"
    process = start(
        quiet_home, tmp_path, "--my-network", "--json", str(tmp_path / "kept.json"), "--transcript", str(acts)
    )
    deadline = time.monotonic() + 60
    while not (acts.exists() and "deep probe" in acts.read_text()):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    kept = codec.loads((tmp_path / "kept.json").read_bytes())
    assert kept.ended is Ended.INTERRUPTED
    assert len(kept.devices) == len(scanned.devices)
    assert any(f.status is Status.FAIL for f in kept.findings)
    listed = subprocess.run(
        [sys.executable, "-m", "netguard", "history", "--database", f"sqlite:///{tmp_path}/history.sqlite"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert kept.id in listed.stdout


def test_a_scan_out_of_time_ends_by_itself_and_says_so(quiet_home, scanned, tmp_path):
    scan = scan_of(quiet_home, tmp_path, "--max-time", "6")
    assert scan.ended is Ended.DEADLINE
    assert scan.devices


WITHOUT_RIGHTS = """
import ctypes, os, sys
from netguard.net import privileges
privileges.drop(privileges.Identity(uid=0, gid=0, why="a test"))
os.geteuid = lambda: 1000
from netguard.cli import main
sys.argv = ["netguard", *sys.argv[1:]]
main()
"""


def test_without_raw_sockets_it_finds_who_answers_and_says_what_it_missed(quiet_home, scanned, tmp_path):
    argv = [sys.executable, "-c", WITHOUT_RIGHTS, "scan", "-i", quiet_home.laptop_interface, str(quiet_home.prefix)]
    argv += ["--no-html", "--my-network", "--depth", "discover", "--json", "-"]
    argv += ["--database", f"sqlite:///{tmp_path}/history.sqlite"]
    process = quiet_home.run_as_laptop(
        argv,
        env=os.environ | {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    out, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    scan = codec.loads(out.encode())
    assert not scan.vantage.privileged
    # The kernel's own ARP answers for the silent one too, so the neighbour table has everybody.
    assert {a for d in scan.devices for a in d.addresses} == {a for d in scanned.devices for a in d.addresses}
    (skipped,) = [a for a in scan.attempts if a.stage == "discover.arp"]
    assert skipped.outcome is Outcome.SKIPPED
    assert {f.status for f in scan.findings if f.check == "iot-shares-segment"} <= {Status.UNKNOWN, Status.FAIL}


def test_what_is_only_possible_is_not_said_for_certain(quiet_home, scanned):
    bridge = by_address(scanned, quiet_home, "lock-bridge")
    for finding in findings(scanned, "lock-unexpected-port", bridge.key):
        assert finding.confidence is bridge.confidence or finding.status is not Status.FAIL
    assert bridge.confidence in set(Confidence)
