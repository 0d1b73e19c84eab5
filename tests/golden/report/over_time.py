"""What the sample home's history lays over its scan: risks accepted, run out and of no use, and how the autumn went."""

from datetime import date, timedelta
from types import MappingProxyType

from netguard.advise.grade import without
from netguard.compare.acceptances import CLOSED
from netguard.model import address
from netguard.model.acceptance import Acceptance
from netguard.model.difference import Attribute, Cause, Change, Difference, Fate, FindingChange, Kind, Side, Turn
from netguard.model.overlay import Decisions, Lapsed, Moment, Overlay, OverTime, Standing, Unused
from netguard.model.vocabulary import Depth, Status
from tests.golden.report.facts import PREFIX, STARTED
from tests.golden.report.residents import BRIDGE, CAMERA, NAS, PRINTER, SERVER
from tests.golden.report.sample import NOW, sample_scan

_SCAN = sample_scan()
_OPEN = {(f.check, f.target): f for f in _SCAN.findings if f.status is Status.FAIL}


def _decided(number: int, check: str, device: str, until: date, reason: str, owner: str = "Ada") -> Acceptance:
    return Acceptance(
        id=f"{number:08x}",
        site=_SCAN.site,
        check=check,
        device=device,
        reason=reason,
        owner=owner,
        accepted_at=STARTED - timedelta(days=40),
        until=until,
    )


_CAMERA = _decided(
    1, "rtsp-open", CAMERA.key, date(2026, 3, 1), "It shows the compost heap; a new one comes in spring."
)
_UNTIL_MOVED = "Needed until the heating is moved to the new hub"
_MQTT = _decided(2, "mqtt-anonymous", SERVER.key, date(2025, 11, 30), _UNTIL_MOVED, "Ben")
_ZIGBEE = _decided(5, "hub-no-login", SERVER.key, date(2025, 11, 30), _UNTIL_MOVED, "Ben")
_NAS = _decided(3, "ftp-open", NAS.key, date(2025, 11, 1), "The scanner in the office can do nothing else")
_PRINTER = _decided(4, "telnet-open", PRINTER.key, date(2026, 6, 1), "Waiting for the maker's update")

_HELD = {_OPEN[str(a.check), str(a.device)].fingerprint: a for a in (_CAMERA, _MQTT, _ZIGBEE)}
_AGAIN = _OPEN["ftp-open", NAS.key]


def _moment(days: int, letter: str | None, *counts: int | None, **more: object) -> Moment:
    stands, accepted, new, resolved = counts
    fields = {"finished": True} | more
    return Moment(
        id=f"sample-{days}",
        started_at=STARTED - timedelta(days=days),
        letter=letter,
        open=stands,
        accepted=accepted,
        new=new,
        resolved=resolved,
        **fields,
    )


def _side(days: int, letter: str) -> Side:
    return Side(
        id=f"sample-{days}",
        started_at=STARTED - timedelta(days=days),
        depth=Depth.STANDARD,
        interface="wlan0",
        prefix=address.network(PREFIX),
        privileged=True,
        grade=letter,
        rules="5a3e" * 16,
    )


_TELNET = _OPEN["telnet-open", BRIDGE.key]

DIFFERENCE = Difference(
    site=_SCAN.site,
    old=_side(7, "D"),
    new=_side(0, "D"),
    changes=(
        Change(
            kind=Kind.SERVICE,
            turn=Turn.NEW,
            cause=Cause.NETWORK,
            subject=BRIDGE.key,
            name=BRIDGE.name or "",
            what="tcp/23",
            findings=(_TELNET.fingerprint,),
        ),
        Change(
            kind=Kind.FIRMWARE,
            turn=Turn.CHANGED,
            cause=Cause.NETWORK,
            subject=CAMERA.key,
            name=CAMERA.name or "",
            attributes=(Attribute(what="firmware", before="2.1.0", after="2.2.4"),),
        ),
    ),
    findings=(
        FindingChange(
            fingerprint=_TELNET.fingerprint,
            check=_TELNET.check,
            fate=Fate.NEW,
            cause=Cause.NETWORK,
            target=_TELNET.target,
            name=BRIDGE.name or "",
            title=_TELNET.title,
            severity=_TELNET.severity,
        ),
    ),
)

OVERLAY = Overlay(
    decisions=Decisions(
        day=NOW.date(),
        accepted=MappingProxyType(_HELD),
        lapsed=(Lapsed(acceptance=_NAS, about=("ftp-open", NAS.key), open=(_AGAIN.fingerprint,)),),
        unused=(
            Unused(
                acceptance=_PRINTER,
                about=("telnet-open", PRINTER.key),
                why=CLOSED,
            ),
        ),
        saved=True,
        grade=without(_SCAN.grade, _SCAN.findings, _SCAN.devices, _HELD),  # type: ignore[arg-type]
    ),
    time=OverTime(
        moments=(
            _moment(79, "C", 17, 0, None, None),
            _moment(49, "C", 18, 0, 1, 0),
            _moment(35, None, 9, 1, 0, 0, finished=False),
            _moment(28, "D", 22, 3, 5, 1),
            _moment(14, "D", 21, 3, 0, 1),
            _moment(7, "D", 21, 3, 0, 0),
            _moment(0, "D", 22, 3, 1, 0),
        ),
        elsewhere=1,
        standing=MappingProxyType(
            {
                f.fingerprint: Standing(since=STARTED - timedelta(days=days), before=days == 79, scans=scans)
                for f, days, scans in (
                    (_OPEN["rtsp-open", CAMERA.key], 79, 7),
                    (_AGAIN, 49, 6),
                    (_OPEN["mqtt-anonymous", SERVER.key], 28, 4),
                    (_TELNET, 0, 1),
                )
            }
        ),
        difference=DIFFERENCE,
        earlier=DIFFERENCE.old.started_at,
    ),
)
