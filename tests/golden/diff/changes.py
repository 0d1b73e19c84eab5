"""What changed in the sample home within a week: invented data that shows everything a difference can say."""

from dataclasses import replace
from datetime import UTC, datetime

from netguard.model import address
from netguard.model.difference import (
    Attribute,
    Cause,
    Change,
    Difference,
    Fate,
    FindingChange,
    Kind,
    Side,
    Turn,
    Unobserved,
)
from netguard.model.vocabulary import Depth, Severity

NOW = datetime(2025, 11, 28, 19, 0, tzinfo=UTC)
"""The moment at which the golden files are rendered."""

ROUTER, BRIDGE, NAS, CAMERA, TV = (f"mac:00:00:5e:00:53:{last:02x}" for last in (1, 21, 40, 77, 44))

OLD = Side(
    id="4f1c20aa91be",
    started_at=datetime(2025, 11, 21, 18, 4, 30, tzinfo=UTC),
    depth=Depth.STANDARD,
    interface="wlan0",
    prefix=address.network("192.168.20.0/24"),
    privileged=True,
    grade="D",
    rules="5a3e" * 16,
)
NEW = replace(
    OLD,
    id="b07d5533e2c4",
    started_at=datetime(2025, 11, 28, 18, 4, 12, tzinfo=UTC),
    grade="F",
    rules="77c1" * 16,
    depth=Depth.DEEP,
)


def attribute(what: str, after: str | None, before: str | None = None) -> Attribute:
    return Attribute(what=what, before=before, after=after)


def change(kind: Kind, turn: Turn, subject: str, name: str, *said: Attribute, **given: object) -> Change:
    fields: dict[str, object] = {"cause": Cause.NETWORK, "attributes": said}
    return Change(kind=kind, turn=turn, subject=subject, name=name, **(fields | given))  # type: ignore[arg-type]


def found(number: int, check: str, fate: Fate, title: str, name: str, **given: object) -> FindingChange:
    fields: dict[str, object] = {
        "fingerprint": f"{number:016x}",
        "target": {"Storage": NAS, "Router": ROUTER}.get(name, BRIDGE),
        "cause": Cause.NETWORK,
        "severity": Severity.HIGH,
    }
    return FindingChange(check=check, fate=fate, title=title, name=name, **(fields | given))  # type: ignore[arg-type]


CHANGES = (
    change(
        Kind.MAPPING,
        Turn.NEW,
        ROUTER,
        "Router",
        what="tcp/8443/192.168.20.21/443",
        findings=(f"{1:016x}",),
    ),
    change(Kind.SERVICE, Turn.NEW, BRIDGE, "Hallway lock bridge", what="tcp/23", findings=(f"{2:016x}",)),
    change(
        Kind.DEVICE,
        Turn.NEW,
        CAMERA,
        "Kitchen camera",
        attribute("role", "camera"),
        attribute("address", "192.168.20.77"),
        attribute("mac", "00:00:5e:00:53:77"),
        attribute("ports", "tcp/80, tcp/554"),
        findings=(f"{3:016x}",),
    ),
    change(Kind.DEVICE, Turn.BACK, TV, "Living room TV", attribute("address", "192.168.20.44")),
    change(Kind.DEVICE, Turn.GONE, "mac:00:00:5e:00:53:61", "Old printer"),
    change(Kind.DEVICE, Turn.CHANGED, NAS, "Storage", attribute("address", "192.168.20.41", "192.168.20.40")),
    change(
        Kind.SERVICE,
        Turn.CHANGED,
        NAS,
        "Storage",
        attribute("version", "OpenSSH 9.7", "OpenSSH 9.2"),
        what="tcp/22",
    ),
    change(Kind.SERVICE, Turn.GONE, NAS, "Storage", what="tcp/445", findings=(f"{4:016x}",)),
    change(
        Kind.ACCESS_POINT,
        Turn.CHANGED,
        "wifi:00:00:5e:00:53:01",
        "Sample Wi-Fi (00:00:5e:00:53:01)",
        attribute("security", "wpa-wpa2-personal", "wpa2-personal"),
        attribute("pmf", "none", "capable"),
        findings=(f"{5:016x}",),
    ),
    change(Kind.FIRMWARE, Turn.CHANGED, BRIDGE, "Hallway lock bridge", attribute("firmware", "2.9.1", "2.8.0")),
    change(
        Kind.SERVICE,
        Turn.NEW,
        CAMERA,
        "Porch camera",
        what="tcp/49152",
        cause=Cause.VANTAGE,
    ),
)

FINDINGS = (
    found(
        1,
        "upnp-port-mapping-lock",
        Fate.NEW,
        "The internet reaches Hallway lock bridge through TCP port 8443 of Router",
        "Hallway lock bridge",
        severity=Severity.CRITICAL,
    ),
    found(
        2,
        "telnet-open",
        Fate.REGRESSED,
        "Telnet is open on Hallway lock bridge",
        "Hallway lock bridge",
        severity=Severity.CRITICAL,
    ),
    found(3, "rtsp-open", Fate.NEW, "Kitchen camera shows its stream to anybody", "Kitchen camera", target=CAMERA),
    found(
        5,
        "wifi-no-pmf",
        Fate.WORSENED,
        "“Sample Wi-Fi” does not protect its management frames",
        "Sample Wi-Fi",
        severity=Severity.MEDIUM,
        was=Severity.LOW,
    ),
    found(
        6,
        "mqtt-anonymous",
        Fate.ACCEPTANCE_EXPIRED,
        "Home server lets anybody into its message broker",
        "Home server",
        was=Severity.HIGH,
    ),
    found(4, "smbv1", Fate.RESOLVED, "Storage accepts SMB 1", "Storage", was=Severity.HIGH),
    found(7, "no-login", Fate.RESOLVED, "The hub's page asks for no login", "Kitchen hub", was=Severity.HIGH),
    found(
        8,
        "lock-cleartext-api",
        Fate.IMPROVED,
        "Hallway lock bridge is controlled in the clear",
        "Hallway lock bridge",
        severity=Severity.MEDIUM,
        was=Severity.HIGH,
    ),
    found(9, "router-end-of-life", Fate.NEW, "Router gets no more updates from its maker", "Router", cause=Cause.RULES),
    found(
        10,
        "snmp-public",
        Fate.NEW,
        "Printer tells anybody about itself by SNMP",
        "Printer",
        cause=Cause.VANTAGE,
        severity=Severity.LOW,
    ),
    found(
        11,
        "upnp-igd-enabled",
        Fate.PERSISTING,
        "Any program may open ports on Router",
        "Router",
        cause=None,
        severity=Severity.MEDIUM,
        was=Severity.MEDIUM,
    ),
    found(
        12,
        "ftp-open",
        Fate.UNOBSERVED,
        "FTP is open on Hall plug",
        "Hall plug",
        cause=None,
        was=Severity.HIGH,
        why="it was not seen this time",
    ),
)

UNOBSERVED = (
    Unobserved(
        kind=Kind.DEVICE,
        subject="mac:00:00:5e:00:53:71",
        name="Hall plug",
        why="not seen this time; it is told as gone when it is missing again",
    ),
    Unobserved(kind=Kind.SERVICE, subject=NAS, name="Storage", what="udp/161", why="it was not asked this time"),
    Unobserved(
        kind=Kind.MAPPING,
        subject=ROUTER,
        name="Router",
        what="udp/51413/192.168.20.40/51413",
        why="the router's list was not read to the end",
    ),
)

REMARKS = (
    (
        "The rules are others than at the time of the older scan. What it saw is judged by the newer rules here; what only they "
        "changed is told as such."
    ),
    "The older scan looked with depth standard, the newer with depth deep.",
)


def sample_difference() -> Difference:
    """A difference with a change of every kind and a finding of every fate and cause."""
    return Difference(
        site="Sample home",
        old=OLD,
        new=NEW,
        changes=CHANGES,
        findings=FINDINGS,
        unobserved=UNOBSERVED,
        remarks=REMARKS,
    )


def quiet_difference() -> Difference:
    """A week in which nothing changed."""
    same = replace(NEW, grade=OLD.grade, rules=OLD.rules, depth=OLD.depth)
    standing = tuple(f for f in FINDINGS if f.fate is Fate.PERSISTING)
    return Difference(site="Sample home", old=OLD, new=same, findings=standing)
