"""A lock, lock bridge or hub offers its local interface without encryption.

| circumstance | severity |
|---|---|
| a lock's or lock bridge's interface whose token stands in the address of each call (Nuki Bridge) | high |
| any other interface of a lock or lock bridge (tedee Bridge) | medium |
| an interface of any other hub | low |
| MQTT on a hub, without TLS | low |

Nuki's bridge has no TLS, and its plain token in the address opens the door for as long as nobody changes it; its
encrypted token cannot be told apart from here (Bridge HTTP API, 3.2). tedee's own words are that its plain token is for
development only, and that is a setting too. Nuki's locks speak MQTT on 1883 without TLS, always, so what they say and,
where that is allowed, their commands cross to the hub in clear text (help.nuki.io, MQTT).

Passes when an interface was found, each one found is reached through TLS, and every other port where it is known to have
one answered or is closed. Unknown when one did not answer, its ports were not asked, netguard has no question for it, or
a declared one was not seen. Does not apply where there is no lock bridge or hub, and to one that listens on no TCP port
at all. It errs where the commands themselves are signed or encrypted inside (an encrypted token), and where nobody uses
what is offered.
"""

from collections.abc import Iterator

from netguard.checks._contract import Check, Subject
from netguard.checks._interfaces import Interface, concerned, fix, gap, interfaces, listed, opens_doors, silent
from netguard.checks._looked import NETWORK, absent, not_seen, open_on
from netguard.model.action import Remedy
from netguard.model.device import Device
from netguard.model.finding import Finding
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import HUB_ROLES, Confidence, Needs, Severity
from netguard.rules.loader import Rules

TOKEN_IN_ADDRESS = frozenset({"Nuki Bridge HTTP API"})
"""Interfaces that take their token as a part of the address (`/lockAction?token=…`, Bridge HTTP API, 3.2.2)."""

MQTT = 1883
"""IANA: mqtt, without TLS; secure-mqtt is 8883."""

FIX = (
    "Switch the local interface off if nothing in your home uses it. If something does, use its encrypted port or its "
    "encrypted token where it has one, and keep it and what uses it in a network of their own."
)
MQTT_FIX = (
    "Let the broker listen with TLS on 8883, give each device a name and a password, and keep those that cannot do TLS, "
    "as Nuki's locks, in a network of their own with the broker. Switch off lock actions over MQTT if you do not use them."
)

CHECK = Check(
    id="lock-cleartext-api",
    title="Locks and hubs are commanded through encryption",
    why=(
        "Without encryption, whoever is on the network can read along what a lock or hub is told, and the token or "
        "password it is told with; with that token the same command works again, from anywhere on the network."
    ),
    remedy=Remedy(
        group="cleartext-api",
        title="Encrypt the way to {device}, or switch it off",
        needs=Needs.APP,
        intent="disable-feature",
        loses=("programs in the home that command it directly",),
    ),
    references=("ETSI EN 303 645 V3.1.3, 5.5-1", "OWASP ISVS 1.0, 4.1.1", "CWE-319", "CWE-598"),
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding per interface that is not encrypted, and one per device that says why there is none."""
    devices = concerned(scan)
    if not devices and not absent(scan, HUB_ROLES):
        yield CHECK.not_applicable(NETWORK, because="no hub or lock bridge was recognised")
    for device in devices:
        subject = Subject.device(device)
        plain = (*_plain(scan, device, subject, rules), *_mqtt(scan, device, subject))
        if plain:
            yield from plain
        else:
            yield _rest(scan, device, subject)
    yield from not_seen(CHECK, scan, HUB_ROLES, rules)


def _plain(scan: Scan, device: Device, subject: Subject, rules: Rules) -> Iterator[Finding]:
    for each in interfaces(scan, device):
        if each.encrypted is False:
            aloud = ", its token in the address of each call" if each.name in TOKEN_IN_ADDRESS else ""
            yield CHECK.fail(
                subject,
                title=f"{each.name} on {subject.name} ({each.place}) is not encrypted{aloud}",
                severity=_severity(device, each, rules),
                fix=fix(device, each, rules, CHECK.id, FIX),
                discriminator=each.place,
                evidence=each.evidence,
            )


def _severity(device: Device, each: Interface, rules: Rules) -> Severity:
    if not opens_doors(device, each, rules):
        return Severity.LOW
    return Severity.HIGH if each.name in TOKEN_IN_ADDRESS else Severity.MEDIUM


def _mqtt(scan: Scan, device: Device, subject: Subject) -> Iterator[Finding]:
    if device.role not in HUB_ROLES:
        return
    for service in open_on(device, MQTT, name="mqtt"):
        yield CHECK.fail(
            subject,
            title=f"MQTT on {subject.name} (tcp/{service.port}) is not encrypted",
            severity=Severity.LOW,
            confidence=Confidence.CONFIRMED if service.name == "mqtt" else Confidence.LIKELY,
            fix=MQTT_FIX,
            discriminator=f"tcp/{service.port}",
            evidence=[o for o in scan.observed(device.key, "mqtt.code", "mqtt.anonymous") if o.port == service.port],
        )


def _rest(scan: Scan, device: Device, subject: Subject) -> Finding:
    if silent(scan, device):
        return CHECK.not_applicable(
            subject, because=f"{subject.name} listens on no TCP port: there is nothing to read along"
        )
    if missing := gap(scan, device):
        return CHECK.unknown(subject, because=missing.because, how=missing.how)
    found = interfaces(scan, device)
    if mute := tuple(each for each in found if each.encrypted is not True):
        return CHECK.unknown(
            subject,
            because=f"whether {listed(mute)} is encrypted was not seen",
            how="Scan again; update netguard if it stays so.",
        )
    return CHECK.passed(
        subject,
        title=f"{subject.name} is commanded through encryption: {listed(found)}",
        evidence=[seen for each in found for seen in each.evidence],
    )
