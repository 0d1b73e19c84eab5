"""The table of checks and moods: every check that judges a service, over a real probe and its fake in each mood.

A row says which check it is about, by which probes the service is looked at, on which port of which device, and what has
to come of each mood. Each cell is a look over loopback: what was learnt becomes a scan of one device, and the check judges
that. The fakes listen on any free port; what is learnt of it is written down under the row's own port, where the check
looks for it.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest

from netguard import registry
from netguard.model import address
from netguard.model.device import Coverage, Device, Service
from netguard.model.observation import Fact
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import Confidence, Depth, Role, Severity, Status, Transport
from netguard.notebook import Notebook
from netguard.probe._contract import Ask, Target
from netguard.rules import loader
from tests import builders
from tests.servers import LOOPBACK, loopback_network
from tests.unit.probe import moods
from tests.unit.probe.moods import HOSTILE, Mood, speaks

RULES = loader.load()
CHECKS = registry.load_all("netguard.checks", "CHECK", "judge")
MOODS = ("right", "refusing", "closed", "garbage", "silent")
ADDRESS = address.ip("192.0.2.20")
LOOKS_AT_ONCE = 16

FAIL, PASS, UNKNOWN, NOT_APPLICABLE = Status.FAIL, Status.PASS, Status.UNKNOWN, Status.NOT_APPLICABLE
CRITICAL, HIGH, MEDIUM, LOW, INFO = Severity
LIKELY, POSSIBLE = Confidence.LIKELY, Confidence.POSSIBLE

Cell = tuple[Any, ...]
"""A status; of a failed one also the severity, and the confidence where it is not confirmed."""

JUDGE_NO_SERVICE = {
    "iot-shares-segment": "it judges who lives beside whom",
    "lock-shares-segment": "it judges who lives beside whom",
    "lock-pairing-open": "it judges announcements, which nobody asks a service for",
    "port-policy": "it judges a person's own list of ports, whatever speaks there; test_port_policy.py has its table",
}
"""Checks without a row, and why."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One check and one service. A mood that a row does not give comes from the fake of its last probe."""

    check: str
    probes: tuple[str, ...]
    """One after the other, as the pipeline runs them."""
    port: int
    role: Role
    cells: dict[str, Cell]
    transport: Transport = Transport.TCP
    moods: dict[str, Mood] = field(default_factory=dict)
    device: dict[str, Any] = field(default_factory=dict)
    usual: str | None = None
    """Name of the probe's set of usual ports, where it behaves otherwise on them."""
    expected: bool | None = None
    """Whether the device's record expects the service."""


FTP = Mood(tcp=speaks(lambda _: b"530 Please login\r\n", b"220 ProFTPD Server (camera) ready\r\n"))
SHELL = Mood(tcp=speaks(lambda _: b"# ", b"\xff\xfd\x01\xff\xfb\x01BusyBox v1.12\r\n# "))
BUSY = Mood(tcp=speaks(lambda _: None, b"All sessions in use.\r\n"))

TABLE = (
    Row(
        check="ftp-open",
        probes=("banners",),
        port=21,
        role=Role.CAMERA,
        moods={"right": FTP},
        cells={
            "right": (FAIL, MEDIUM),
            "refusing": (FAIL, MEDIUM, LIKELY),
            "closed": (PASS,),
            "garbage": (UNKNOWN,),
            "silent": (FAIL, MEDIUM, LIKELY),
        },
    ),
    Row(
        check="telnet-open",
        probes=("banners",),
        port=23,
        role=Role.LOCK_HUB,
        moods={"right": SHELL, "refusing": BUSY},
        cells={
            "right": (FAIL, CRITICAL),
            "refusing": (FAIL, HIGH, LIKELY),
            "closed": (PASS,),
            "garbage": (FAIL, HIGH, LIKELY),
            "silent": (FAIL, HIGH, LIKELY),
        },
    ),
    Row(
        check="telnet-open",
        probes=("banners",),
        port=2323,
        role=Role.CAMERA,
        cells={
            "right": (FAIL, MEDIUM),
            "refusing": (FAIL, MEDIUM, LIKELY),
            "closed": (PASS,),
            "garbage": (FAIL, MEDIUM, LIKELY),
            "silent": (FAIL, MEDIUM, LIKELY),
        },
    ),
    Row(
        check="adb-open",
        probes=("adb",),
        port=5555,
        role=Role.LOCK_HUB,
        cells={
            "right": (FAIL, CRITICAL),
            "refusing": (FAIL, MEDIUM),
            "closed": (PASS,),
            "garbage": (UNKNOWN,),
            "silent": (UNKNOWN,),
        },
    ),
    Row(
        check="adb-open",
        probes=("adb",),
        port=5555,
        role=Role.TV,
        cells={
            "right": (FAIL, HIGH),
            "refusing": (FAIL, LOW),
            "closed": (PASS,),
            "garbage": (UNKNOWN,),
            "silent": (UNKNOWN,),
        },
    ),
    Row(
        check="mqtt-anonymous",
        probes=("mqtt",),
        port=1883,
        role=Role.COMPUTER,
        cells={
            "right": (FAIL, MEDIUM),
            "refusing": (PASS,),
            "closed": (PASS,),
            "garbage": (UNKNOWN,),
            "silent": (UNKNOWN,),
        },
    ),
    Row(
        check="snmp-public",
        probes=("snmp",),
        port=161,
        transport=Transport.UDP,
        role=Role.ROUTER,
        cells={
            "right": (FAIL, MEDIUM),
            "refusing": (PASS,),
            "closed": (PASS,),
            "garbage": (UNKNOWN,),
            "silent": (UNKNOWN,),
        },
    ),
    Row(
        check="mqtt-anonymous",
        probes=("mqtt",),
        port=1883,
        role=Role.SMART_HOME_HUB,
        # A hub is never asked, so that nothing tells its moods apart but the port.
        cells={
            "right": (UNKNOWN,),
            "refusing": (UNKNOWN,),
            "closed": (PASS,),
            "garbage": (UNKNOWN,),
            "silent": (UNKNOWN,),
        },
    ),
    Row(
        check="snmp-public",
        probes=("snmp",),
        port=161,
        transport=Transport.UDP,
        role=Role.LOCK_HUB,
        # As above, and over UDP not even the port.
        cells=dict.fromkeys(MOODS, (UNKNOWN,)),
    ),
    Row(
        check="rtsp-open",
        probes=("rtsp",),
        port=554,
        role=Role.CAMERA,
        cells={
            "right": (FAIL, HIGH),
            "refusing": (PASS,),
            "closed": (PASS,),
            "garbage": (UNKNOWN,),
            "silent": (UNKNOWN,),
        },
    ),
    Row(
        check="smbv1",
        probes=("smb",),
        port=445,
        role=Role.NAS,
        cells={
            "right": (FAIL, MEDIUM),
            "refusing": (PASS,),
            "closed": (PASS,),
            "garbage": (UNKNOWN,),
            "silent": (UNKNOWN,),
        },
    ),
    Row(
        check="iot-management-port",
        probes=("banners", "ssh"),
        port=22,
        role=Role.CAMERA,
        cells={
            "right": (FAIL, HIGH),
            "refusing": (FAIL, LOW),
            "closed": (PASS,),
            "garbage": (FAIL, LOW, LIKELY),
            "silent": (FAIL, LOW, LIKELY),
        },
    ),
    Row(
        check="lock-unexpected-port",
        probes=("banners",),
        port=23,
        role=Role.LOCK_HUB,
        expected=False,
        cells={
            "right": (FAIL, HIGH),
            "refusing": (FAIL, HIGH),
            "closed": (PASS,),
            "garbage": (FAIL, HIGH),
            "silent": (FAIL, HIGH),
        },
    ),
    Row(
        check="hub-tls-key",
        probes=("tls",),
        port=443,
        role=Role.LOCK_HUB,
        usual="USUAL_PORTS",
        cells={
            "right": (FAIL, LOW),
            "refusing": (UNKNOWN,),
            "closed": (NOT_APPLICABLE,),
            "garbage": (UNKNOWN,),
            "silent": (UNKNOWN,),
        },
    ),
    Row(
        check="hub-tls-key",
        probes=("tls",),
        port=8443,
        role=Role.ROUTER,
        usual="USUAL_PORTS",
        moods={"refusing": moods.fake("tls").RIGHT},
        cells={
            "right": (FAIL, INFO),
            "refusing": (PASS,),
            "closed": (NOT_APPLICABLE,),
            "garbage": (UNKNOWN,),
            "silent": (UNKNOWN,),
        },
    ),
    Row(
        check="hub-no-login",
        probes=("hubitat",),
        port=80,
        role=Role.SMART_HOME_HUB,
        device={"profile": "hubitat"},
        cells={
            "right": (FAIL, CRITICAL),
            "refusing": (PASS,),
            "closed": (NOT_APPLICABLE,),
            "garbage": (UNKNOWN,),
            "silent": (UNKNOWN,),
        },
    ),
    Row(
        check="hub-no-login",
        probes=("homematic",),
        port=2001,
        role=Role.SMART_HOME_HUB,
        device={"profile": "homematic-ccu"},
        cells={
            "right": (FAIL, CRITICAL),
            "refusing": (PASS,),
            "closed": (NOT_APPLICABLE,),
            "garbage": (UNKNOWN,),
            "silent": (UNKNOWN,),
        },
    ),
    Row(
        check="hub-no-login",
        probes=("zigbee2mqtt",),
        port=8080,
        role=Role.SMART_HOME_HUB,
        device={"profile": "zigbee2mqtt"},
        cells={
            "right": (FAIL, CRITICAL),
            "refusing": (PASS,),
            "closed": (NOT_APPLICABLE,),
            "garbage": (UNKNOWN,),
            "silent": (UNKNOWN,),
        },
    ),
    Row(
        check="lock-cleartext-api",
        probes=("tedee",),
        port=80,
        role=Role.LOCK_HUB,
        device={"profile": "tedee-bridge"},
        cells={
            "right": (FAIL, MEDIUM),
            "refusing": (FAIL, MEDIUM),
            "closed": (NOT_APPLICABLE,),
            "garbage": (UNKNOWN,),
            "silent": (UNKNOWN,),
        },
    ),
    Row(
        check="lock-cleartext-api",
        probes=("nuki",),
        port=8080,
        role=Role.LOCK_HUB,
        device={"profile": "nuki-bridge"},
        cells={
            "right": (FAIL, HIGH),
            "refusing": (FAIL, HIGH),
            "closed": (NOT_APPLICABLE,),
            "garbage": (UNKNOWN,),
            "silent": (UNKNOWN,),
        },
    ),
)


@cache
def run_out() -> Mood:
    """A TLS server that shows a certificate which has run out."""
    import ssl
    import tempfile
    from pathlib import Path

    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        shown, key = moods.certificate(days=-30)
        path = Path(folder) / "both.pem"
        path.write_bytes(shown + key)
        made.load_cert_chain(path)

    def behave(peer: Any) -> None:
        try:
            with made.wrap_socket(peer, server_side=True) as secure:
                moods.silent(secure)
        except ssl.SSLError:  # looked at, and left
            return

    return Mood(tcp=behave)


def played(row: Row, mood: str) -> Mood | None:
    """What the fake does in this mood; None is a closed port."""
    if mood == "closed":
        return None
    if mood in row.moods:
        return row.moods[mood]
    if mood in HOSTILE:
        return HOSTILE[mood]
    if row.check == "hub-tls-key" and mood == "right":
        return run_out()
    made: Mood = getattr(moods.fake(row.probes[-1]), {"right": "RIGHT", "refusing": "REFUSING"}[mood])
    return made


def moved(row: Row, port: int) -> Callable[[Any], Any]:
    """What was learnt of the fake's port, as if it had been learnt of the row's port of the device."""

    def move(what: Service | Coverage | Fact) -> Service | Coverage | Fact:
        if isinstance(what, Fact):
            return replace(what, port=row.port if what.port == port else what.port)
        if isinstance(what, Coverage):
            ports = builders.ALL_TCP if row.transport is Transport.TCP else str(row.port)
            return replace(what, address=ADDRESS, ports=ports)
        return replace(what, address=ADDRESS, port=row.port, expected=row.expected)

    return move


@contextmanager
def looking(row: Row, mood: str) -> Iterator[tuple[Notebook, int, Any]]:
    """A notebook, the fake's port and a net, while the fake plays its mood."""
    with loopback_network() as network, moods.playing(played(row, mood), row.transport) as port:
        yield Notebook(), port, network.net("test")


def seen(row: Row, mood: str) -> Scan:
    """The scan of one device, of which one port was looked at as the pipeline does it."""
    with looking(row, mood) as (book, port, net):
        move = moved(row, port)

        def look(name: str, target: Target) -> None:
            with book.attempt(f"probe.{name}", f"{ADDRESS} {row.transport}/{row.port}"):
                for what in registry.load("netguard.probe", name).probe(target, net):
                    book.learnt(name, ADDRESS, move(what))

        def known() -> Device:
            given = {"coverage": book.coverage, "addresses": (ADDRESS,)} | row.device
            return builders.device(20, row.role, services=book.services, **given)

        if row.transport is Transport.TCP:
            look("ports", Target(address=LOOPBACK, ports=(port,)))
        for name in row.probes:
            ask = Ask(depth=Depth.DEEP, round="deep", rules=RULES, facts=book.facts_about((ADDRESS,)))
            for target in registry.load("netguard.probe", name).wants(known(), ask):
                if target.port == row.port:
                    look(name, replace(target, address=LOOPBACK, port=port))
        device = known()
    now = datetime.now(UTC)
    return builders.scan(
        device, observations=book.observations([device]), attempts=book.attempts, started_at=now, finished_at=now
    )


@pytest.fixture(scope="module")
def looks():
    """Every cell's look by the row's number and the mood, all beside each other, since most of it is waiting."""
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(LOOKS_AT_ONCE) as pool:
        for name, usual in {(row.probes[-1], row.usual) for row in TABLE if row.usual}:
            # Whatever port the fake has, it stands for a usual one.
            patch.setattr(registry.load("netguard.probe", name), usual, frozenset(range(1, 65536)))
        return {(row, mood): pool.submit(seen, TABLE[row], mood) for row in range(len(TABLE)) for mood in MOODS}


@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("number", range(len(TABLE)), ids=lambda n: f"{TABLE[n].check}-{TABLE[n].probes[-1]}")
def test_what_is_seen_in_each_mood_is_judged_as_the_table_says(number, mood, looks):
    row, scan = TABLE[number], looks[number, mood].result()
    findings = list(CHECKS[row.check].judge(scan, RULES, Past()))
    status, *how = row.cells[mood]
    assert [f.status for f in findings] == [status], findings
    if how:
        severity, confidence = (*how, Confidence.CONFIRMED)[:2]
        assert (findings[0].severity, findings[0].confidence) == (severity, confidence)
    if status is UNKNOWN:
        reasons = [a.reason for a in scan.attempts if a.reason]
        assert "because" in findings[0].title
        assert not reasons or any(reason in findings[0].title for reason in reasons), "the probe's own reason is told"
    if status is FAIL and any(f.port == row.port for f in scan.observations):
        assert findings[0].evidence


def test_no_cell_of_the_table_is_missing():
    for row in TABLE:
        assert tuple(row.cells) == MOODS, row.check
        for mood, (status, *how) in row.cells.items():
            assert bool(how) == (status is FAIL), (row.check, mood)


def test_every_check_has_a_row_or_a_reason_why_not():
    rows = {row.check for row in TABLE}
    assert not rows & JUDGE_NO_SERVICE.keys()
    assert rows | JUDGE_NO_SERVICE.keys() == CHECKS.keys()
    assert all(JUDGE_NO_SERVICE.values())


def test_a_service_that_is_open_to_anybody_never_passes_and_a_closed_port_never_fails():
    assert {row.check for row in TABLE if row.cells["right"][0] is FAIL} == {row.check for row in TABLE}
    for row in TABLE:
        assert row.cells["right"][0] is not PASS, row.check
        assert row.cells["closed"][0] is not FAIL, row.check
        assert row.cells["garbage"][0] is not PASS, row.check
        assert row.cells["silent"][0] is not PASS, row.check
