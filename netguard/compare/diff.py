"""What changed between two scans of one home: each change once, in one word, with its cause. Pure."""

from datetime import date

from netguard.model.difference import (
    Background,
    Cause,
    Change,
    Difference,
    Fate,
    FindingChange,
    Kind,
    Side,
    Turn,
)
from netguard.model.scan import Scan
from netguard.model.vocabulary import Status


def difference(old: Scan, new: Scan, background: Background, today: date) -> Difference:
    """From `old` to `new`, both with what the person said laid over them (`labels.laid_over`).

    `background.rejudged` are `old`'s facts as the rules judge them by which `new` is judged; it is needed where the two
    digests differ. `today` is the day in this computer's calendar: an acceptance that ends later holds. Never raises.
    """
    del today
    was = {f.fingerprint: f for f in (background.rejudged or old).findings}
    now = {f.fingerprint: f for f in new.findings}
    findings = []
    for fp, f in now.items():
        if f.status is not Status.FAIL:
            continue
        before = was.get(fp)
        is_open = before is not None and before.status is Status.FAIL
        findings.append(
            FindingChange(
                fingerprint=fp,
                check=f.check,
                fate=Fate.PERSISTING if is_open else Fate.NEW,
                cause=None if is_open else Cause.NETWORK,
                target=f.target,
                name=f.target,
                title=f.title,
                severity=f.severity,
                was=before.severity if before is not None and is_open else None,
            )
        )
    keys = {d.key for d in old.devices}
    changes = tuple(
        Change(kind=Kind.DEVICE, turn=Turn.NEW, cause=Cause.NETWORK, subject=d.key, name=d.name or d.key)
        for d in new.devices
        if d.seen and d.key not in keys
    )
    return Difference(site=new.site, old=_side(old), new=_side(new), changes=changes, findings=tuple(findings))


def _side(scan: Scan) -> Side:
    return Side(
        id=scan.id,
        started_at=scan.started_at,
        depth=scan.depth,
        interface=scan.vantage.interface,
        prefix=scan.vantage.segment.prefix,
        privileged=scan.vantage.privileged,
        grade=scan.grade.letter if scan.grade else None,
        rules=scan.ruleset.digest,
    )
