"""A device answers by UPnP for a description that lies somewhere else than on itself (SSDP LOCATION).

| circumstance | severity |
|---|---|
| it leads to an address on the internet | medium |
| it leads to something that is no web page: a file, a share | medium |
| it leads whoever follows it back to their own computer, or to everybody (127.0.0.1, 169.254.169.254, 0.0.0.0, a group) | medium |
| it leads to another device on this network | low |
| it leads to a private address that nobody here was seen at | low |
| it names a host and no address | low |
| it cannot be read | low |

What it leads to was not asked: netguard follows a LOCATION only to the device that sent it. Likely; only possible where it
leads to another device or a private address, since one machine may have several addresses. Passes when devices were
searched for and each of their descriptions lies at one of the device's own addresses, at an IPv6 address of this home's
that nobody else has, or under its own name. Unknown when the search came to nothing, or a device said more than is read of
one. Does not apply where nobody announces a description. It errs where one machine was taken for two, and about addresses
that a device has and never showed.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from netaddr import IPAddress, IPNetwork

from netguard.checks._contract import Check, Subject
from netguard.checks._looked import NETWORK, fix_on, names, others
from netguard.checks._upnp import REFERENCES, said, said_more, why_not_heard
from netguard.model import address as addresses
from netguard.model.action import Remedy
from netguard.model.device import Device
from netguard.model.finding import Finding
from netguard.model.gateway import is_private, is_shared
from netguard.model.observation import Observation
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import Confidence, Needs, Severity
from netguard.rules.loader import Rules

_URL = re.compile(r"([a-z][a-z0-9+.-]*):(?://(?:[^/?#\\@]*@)?(\[[^\]/?#]*\]|[^/?#\\:]*))?", re.IGNORECASE)
"""Scheme and host of an address on the web (RFC 3986, 3)."""

WEB = frozenset({"http", "https"})
UNIQUE_LOCAL = IPNetwork("fc00::/7")
"""RFC 4193, 3: addresses that a home gives itself."""

LINK_LOCAL = IPNetwork("fe80::/10")
GLOBAL = IPNetwork("2000::/3")
"""IPv6 addresses that lead anywhere (IANA, IPv6 Address Space)."""

PREFIX = 64
"""Bits of a network's prefix within which its devices choose their addresses (RFC 4291, 2.5.1)."""

NOWHERE = tuple(
    map(IPNetwork, ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "::/127", "ff00::/8"))
)
"""What is nobody else's address: this host (RFC 1122, 3.2.1.3), loopback, link-local (RFC 3927; cloud providers keep their
secrets at 169.254.169.254), groups, and what is reserved or for everybody; IPv6's unspecified, loopback and groups."""

FIX = (
    "Find out what announces this on it: a media server, a program for several networks, or an old app may name the wrong "
    "address. If nobody set that up, update its firmware or reset it, and keep it in a network of its own until then."
)

CHECK = Check(
    id="upnp-foreign-location",
    title="Devices announce only themselves by UPnP",
    why=(
        "Televisions, phones and computers follow such an announcement without asking. Something that points them elsewhere "
        "makes them call strangers, or show pages and give passwords to whoever is behind it."
    ),
    remedy=Remedy(
        group="upnp-announcement", title="Find out where {device} points programs to, and why", needs=Needs.NONE
    ),
    references=(*REFERENCES, "CWE-918", "UPnP Device Architecture 2.0, 1.3.3"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Astray:
    """Where a LOCATION leads that is not the device itself."""

    where: str
    """For the title, after the device's name."""
    severity: Severity
    discriminator: str
    confidence: Confidence = Confidence.LIKELY


INTERNET = _Astray(
    where="announces a description that lies on the internet", severity=Severity.MEDIUM, discriminator="internet"
)
NO_PAGE = _Astray(
    where="announces something that is no web page as its description",
    severity=Severity.MEDIUM,
    discriminator="no-page",
)
BACK = _Astray(
    where="announces a description that leads whoever follows it to their own computer, or to everybody",
    severity=Severity.MEDIUM,
    discriminator="nowhere",
)
OTHER = _Astray(
    where="announces a description that lies on something else",
    severity=Severity.LOW,
    discriminator="other",
    confidence=Confidence.POSSIBLE,
)
NOBODY = _Astray(
    where="announces a description at an address that nobody here was seen at",
    severity=Severity.LOW,
    discriminator="nobody",
    confidence=Confidence.POSSIBLE,
)
BY_NAME = _Astray(
    where="announces a description under a name that is not its own", severity=Severity.LOW, discriminator="name"
)
UNREADABLE = _Astray(
    where="announces a description at an address that cannot be read",
    severity=Severity.LOW,
    discriminator="unreadable",
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding per device and kind of place that it points to, or one that says why there is none."""
    devices = others(scan)
    announcing = {d: facts for d in devices if (facts := said(scan, d, "ssdp.location"))}
    found = False
    for device, facts in announcing.items():
        astray: dict[_Astray, list[Observation]] = {}
        aimed_at: dict[Device, None] = {}
        for fact in facts:
            where = _leads(scan, device, str(fact.value))
            if isinstance(where, Device):
                aimed_at[where], where = None, OTHER
            if where is not None:
                astray.setdefault(where, []).append(fact)
        for where, evidence in astray.items():
            found = True
            yield _failed(rules, device, where, evidence, names(tuple(aimed_at)))
    missed = said_more(scan, devices)
    for device in missed:
        yield CHECK.unknown(
            Subject.device(device),
            because="it announced more by UPnP than netguard reads of one device",
            how="Find out what it is; something that announces this much is broken, or wants to be noticed.",
        )
    if found or missed:
        return
    if why := why_not_heard(scan):
        yield CHECK.unknown(NETWORK, because=why[0], how=why[1])
    elif announcing:
        yield CHECK.passed(
            NETWORK,
            title="Every device that answers by UPnP points to itself",
            evidence=[o for facts in announcing.values() for o in facts],
        )
    else:
        yield CHECK.not_applicable(NETWORK, because="no other device announces a UPnP description")


def _failed(rules: Rules, device: Device, astray: _Astray, evidence: Iterable[Observation], aimed_at: str) -> Finding:
    subject = Subject.device(device)
    return CHECK.fail(
        subject,
        title=f"{subject.name} {astray.where}" + (f" ({aimed_at})" if astray is OTHER else ""),
        severity=astray.severity,
        fix=fix_on(device, rules, CHECK.id, FIX),
        discriminator=astray.discriminator,
        confidence=astray.confidence,
        evidence=evidence,
    )


def _leads(scan: Scan, device: Device, location: str) -> _Astray | Device | None:
    """Where `location` leads to, when that is not the device that announced it."""
    url = _URL.match(location.strip())
    if url is None:
        return UNREADABLE
    if url.group(1).lower() not in WEB:
        return NO_PAGE
    host = url.group(2)
    if not host:
        return UNREADABLE
    try:
        place = addresses.ip(host.strip("[]"))
    except ValueError:
        return None if _is_its_name(device, host) else BY_NAME
    # ::ffff:192.0.2.1 is 192.0.2.1 in other clothes (RFC 4291, 2.5.5.2).
    return _elsewhere(scan, device, place.ipv4() if place.is_ipv4_mapped() else place)


def _elsewhere(scan: Scan, device: Device, place: IPAddress) -> _Astray | Device | None:
    if place in device.addresses:
        return None
    if other := next((d for d in scan.devices if place in d.addresses), None):
        return other
    if any(place in network for network in NOWHERE):
        return BACK
    if place.version == 6:
        return None if _is_at_home(scan, place) else INTERNET
    prefix = scan.vantage.segment.prefix
    return NOBODY if is_private(place) or is_shared(place) or place in prefix else INTERNET


def _is_at_home(scan: Scan, place: IPAddress) -> bool:
    """Whether an IPv6 address that nobody else has may be the device's own: it has many, and shows few of them."""
    if place in UNIQUE_LOCAL or place in LINK_LOCAL:
        return True
    shown = (a for d in scan.devices for a in d.addresses if a.version == 6 and a in GLOBAL)
    rest = 128 - PREFIX
    return any(int(a) >> rest == int(place) >> rest for a in shown)


def _is_its_name(device: Device, host: str) -> bool:
    """Whether `host` is one of the names that the device has, `.local` or not."""
    plain = host.casefold().rstrip(".").removesuffix(".local")
    return any(plain == name.casefold().rstrip(".").removesuffix(".local") for name in device.hostnames)
