"""The sample home: invented data that shows everything a report can say. `make_golden.py` writes it down."""

from datetime import UTC, datetime

from netaddr import IPAddress

from netguard.model import address
from netguard.model.action import Grade
from netguard.model.attempt import Attempt
from netguard.model.scan import Authorisation, Ruleset, Scan, Tool
from netguard.model.vantage import NextHop, Segment, Vantage
from netguard.model.vocabulary import Depth, Ended, Outcome
from tests.golden.report import air, doors
from tests.golden.report.facts import FACTS, FINISHED, PREFIX, STARTED
from tests.golden.report.judgements import ACTIONS, BECAUSE, FINDINGS
from tests.golden.report.residents import RESIDENTS, mac_of

NOW = datetime(2025, 11, 21, 20, 30, tzinfo=UTC)
"""The moment at which the golden files are rendered."""


def sample_scan() -> Scan:
    """A finished scan at standard depth: grade F, seventeen devices seen and two not, findings of every kind."""
    return Scan(
        id="20251121T180430Z-sample",
        site="Sample home",
        started_at=STARTED,
        finished_at=FINISHED,
        ended=Ended.FINISHED,
        tool=Tool(name="netguard", version="0.1.0"),
        ruleset=Ruleset(digest="5a3e" * 16, records=10),
        depth=Depth.STANDARD,
        authorisation=Authorisation(how="enrolled", at=STARTED),
        vantage=Vantage(
            os="linux",
            interface="wlan0",
            address=IPAddress("192.168.20.50"),
            mac=address.mac(mac_of(50)),
            segment=Segment(prefix=address.network(PREFIX), ssid="Sample Wi-Fi"),
            gateway=NextHop(address=IPAddress("192.168.20.1"), mac=address.mac(mac_of(1))),
            capabilities=("multicast", "neighbour-table", "raw-sockets"),
            privileged=True,
        ),
        devices=RESIDENTS,
        wifi=air.NETWORKS,
        gateways=doors.GATEWAYS,
        observations=FACTS,
        attempts=(
            Attempt(stage="discover.arp", target=PREFIX, outcome=Outcome.DONE, seconds=3.1),
            Attempt(stage="discover.mdns", target="224.0.0.251", outcome=Outcome.DONE, seconds=4.0),
            Attempt(
                stage="probe.ports",
                target="192.168.20.60",
                outcome=Outcome.FAILED,
                reason="the device stopped answering, so it was left alone",
                seconds=2.0,
            ),
            Attempt(
                stage="probe.http",
                target="192.168.20.41 port 9100",
                outcome=Outcome.SKIPPED,
                reason="nothing is ever sent to a printer's port: what it does not understand it prints",
            ),
        ),
        findings=(*FINDINGS, *air.FINDINGS, *doors.FINDINGS),
        actions=(*ACTIONS, *air.ACTIONS, *doors.ACTIONS),
        grade=Grade(letter="F", best_possible="A", evaluated=0.87, because=BECAUSE),
    )
