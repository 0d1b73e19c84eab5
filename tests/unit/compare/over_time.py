"""A home that is scanned again and again, and what each comparison with the scan before tells of it."""

import dataclasses
import itertools
from datetime import timedelta

from netguard.compare.diff import difference
from netguard.model import address
from netguard.model.attempt import Attempt
from netguard.model.difference import Background
from netguard.model.finding import Finding, fingerprint
from netguard.model.gateway import Gateway, GatewayServices, Igd, PortMapping
from netguard.model.known import KnownDevice, KnownIdentity
from netguard.model.scan import Ruleset
from netguard.model.timeline import Entry, line, summary
from netguard.model.vantage import NextHop, Segment
from netguard.model.vocabulary import Confidence, Outcome, PortState, Role, Severity, Stability, Status, Transport
from tests import builders

WEEK = timedelta(days=7)
ROUTER_MAC = "00:00:5e:00:53:01"


def entry(scan):
    return Entry(line=line(scan), summary=summary(scan))


def router(**given):
    return builders.device(1, Role.ROUTER, **given)


def camera(number=20, **given):
    """Plugged in, with all its ports asked and 443 open."""
    defaults = {"asked": builders.ALL_TCP, "services": (443,)}
    return builders.device(number, Role.CAMERA, **(defaults | given))


def closed(port, number=20):
    """A port that was asked for by itself, and is shut."""
    return builders.service(port, at=f"192.0.2.{number}", state=PortState.CLOSED)


def running(port, product, version):
    """Something at `port` that says what it is."""
    service = dataclasses.replace(builders.service(port), product=product, version=version)
    return camera(services=(service,))


def stranger(number, mac, **given):
    """Something nobody recognised, with a private MAC alone."""
    given = {"key": f"random-mac:{mac}", "mac": address.mac(mac), "mac_randomised": True, "name": None} | given
    return builders.device(number, Role.UNKNOWN, **given)


def phone(number, mac, **given):
    """A phone that its name tells, whatever its MAC is today."""
    given = {"key": "name:annas-iphone/apple/phone", "mac": address.mac(mac), "mac_randomised": True} | given
    return builders.device(number, Role.PHONE, **given)


def finding(check, target, status=Status.FAIL, severity=Severity.HIGH, *, mark="", identity=None, **given):
    """What `check` says of `target`, a device or the text of another target."""
    key = target if isinstance(target, str) else target.key
    defaults = {
        "fingerprint": fingerprint(check, identity or key, mark),
        "check": check,
        "status": status,
        "severity": severity if status is Status.FAIL else Severity.INFO,
        "confidence": Confidence.CONFIRMED,
        "target": key,
        "title": f"{check} {mark}".strip(),
        "why": "because",
        "fix": "mend it",
    }
    return Finding(**(defaults | given))


def gateway(*mappings, key="mac:00:00:5e:00:53:01", listed="all"):
    igd = Igd(location="http://192.0.2.1/", device_type="igd", listed=listed)
    return Gateway(device=key, services=GatewayServices(igd=igd), mappings=mappings)


def mapping(port, client="192.0.2.20", inside=443):
    return PortMapping(
        source="igd", protocol=Transport.TCP, external_port=port, internal_client=client, internal_port=inside
    )


def own(bssid="00:00:5e:00:53:01", ssid="Home", **given):
    return builders.bss(ssid, bssid, own=True, **given)


def known(id_, key, *former, first_seen=builders.NOW - timedelta(days=400), macs=(), **given):
    identities = tuple(
        KnownIdentity(kind="mac", value=mac, stability=Stability.PERMANENT, first_seen=at, last_seen=at)
        for mac, at in macs
    )
    return KnownDevice(
        id=id_,
        site="home",
        key=key,
        former_keys=former,
        identities=identities,
        first_seen=first_seen,
        last_seen=first_seen,
        **given,
    )


def scan(*devices, **given):
    return builders.scan(*devices, **given)


def elsewhere(scanned):
    """The same scan, made from the guests' network."""
    vantage = dataclasses.replace(
        scanned.vantage,
        segment=Segment(prefix=address.network("198.51.100.0/24")),
        gateway=NextHop(address=address.ip("198.51.100.1"), mac=address.mac("00:00:5e:00:53:99")),
    )
    attempts = tuple(dataclasses.replace(a, target="198.51.100.0/24") for a in scanned.attempts)
    return dataclasses.replace(scanned, vantage=vantage, attempts=attempts)


def privileged(scanned, privileged=True):
    return dataclasses.replace(scanned, vantage=dataclasses.replace(scanned.vantage, privileged=privileged))


def not_whole(scanned):
    skipped = Attempt(stage="discover.arp", target="192.0.2.0/24", outcome=Outcome.FAILED, reason="no rights")
    return dataclasses.replace(scanned, attempts=(skipped,))


def dated(scans, every=WEEK):
    """The scans, each with an id and a time of its own, in this order."""
    return [
        dataclasses.replace(
            each,
            id=f"{number:012x}",
            started_at=builders.NOW + number * every,
            finished_at=builders.NOW + number * every,
        )
        for number, each in enumerate(scans)
    ]


def compared(old, new, *, series=(), known=(), **background):
    today = max(old.started_at, new.started_at).date() + timedelta(days=1)
    return difference(old, new, Background(series=tuple(series), known=tuple(known), **background), today)


def chain(*scans, every=WEEK, known=(), **background):
    """The difference of each scan with the one before, each with all that came before as its series."""
    made = dated(scans, every)
    entries = [entry(each) for each in made]
    return [
        compared(old, new, series=entries[: number + 2], known=known, **background)
        for number, (old, new) in enumerate(itertools.pairwise(made))
    ]


def of_rules(scanned, digest):
    return dataclasses.replace(scanned, ruleset=Ruleset(digest=digest * 64))


def words(difference):
    """Each change as `kind turn what`, and what changed of it."""
    return [
        " ".join(
            filter(
                None,
                (
                    str(c.kind),
                    str(c.turn),
                    c.what,
                    *(f"{a.what}={a.before}>{a.after}" for a in c.attributes if c.turn == "changed"),
                ),
            )
        )
        for c in difference.changes
    ]


def fates(difference):
    """The fates that make a difference, by the check."""
    return {(f.check, str(f.fate)) for f in difference.told}


def only(difference):
    """The one finding of it."""
    (found,) = difference.findings
    return found
