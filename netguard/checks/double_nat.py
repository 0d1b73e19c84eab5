"""The router's address on the side of the internet is not one of the internet's: something else translates before it.

| circumstance | severity |
|---|---|
| that address is a private one (RFC 1918): another router stands between this one and the internet | low |
| it says that it is connected, and by NAT-PMP that it has no address to open ports at (likely) | low |
| another router on this network has its own network behind it, which cannot be seen from here | low |
| that address is the provider's (RFC 6598), or DS-Lite's (RFC 6333, 5.7): the provider translates for many homes | info |

Miniupnpd, which many routers run, says the third where its own address is not the internet's (version 2.3.1, tried).

Passes when the own router says an address of the internet. Unknown when it said none: it was not asked, would not say, or
has none just now. Routers are told in the order in which packets pass them. It errs where a router says the address that a
person wrote into its settings, as some let one, and where a provider gives private addresses to its customers, which looks
like a second router.
"""

from collections.abc import Iterator

from netaddr import IPAddress, IPNetwork

from netguard.checks._contract import Check, Subject
from netguard.checks._gateways import ROUTER, device_of, own, subject_of, why_not_asked
from netguard.checks._looked import names
from netguard.model.action import Remedy
from netguard.model.device import Device
from netguard.model.finding import Finding
from netguard.model.gateway import Gateway, is_private, is_shared
from netguard.model.observation import Observation
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import Confidence, Needs, Severity
from netguard.rules.loader import Rules

DS_LITE = IPNetwork("192.0.0.0/29")
"""RFC 6333, 5.7: addresses within a DS-Lite tunnel, whose far end translates."""

NOT_THE_INTERNETS = tuple(map(IPNetwork, ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3")))
"""RFC 6890, 2.2.2: this network, loopback, link-local; multicast and reserved (RFC 5771; RFC 1112, 4)."""

NETWORK_FAILURE = 3
"""NAT-PMP's result code for a router that has no address (RFC 6886, 3.5)."""

SAYING = ("ExternalIPAddress", "ConnectionStatus=")
"""What stands in the answers by which a router says its address, and that it is connected."""

HOW = (
    "Look in the router's menu which internet (WAN) address it has. One that begins with 10., 192.168. or 172.16. to 172.31. "
    "is another router's; 100.64. to 100.127. is the provider's."
)
FIX_OWN = (
    "If the box before it is yours or your provider's, let only one of the two be a router: the other becomes a mere modem "
    "(“bridge mode”) or access point. If both have to stay, look at both menus: ports, updates and passwords count twice, and "
    "what netguard says here is about the inner one only."
)
FIX_INNER = (
    "If it is meant as an access point, switch it to that mode, so that there is one network. If it is meant to keep its "
    "devices apart, leave it, and scan from behind it, too: join its network and run netguard scan there."
)
FIX_PROVIDER = (
    "Nothing has to be done. Ports that the router forwards lead nowhere over IPv4, and remote access by IPv4 works through a "
    "maker's cloud or not at all; over IPv6 each device may still be reached. Ask the provider for an address of your own if "
    "you need to reach your home."
)

CHECK = Check(
    id="double-nat",
    title="One router stands between home and internet",
    why=(
        "Where two routers translate addresses one behind the other, a door that looks shut at one may be open at the other, "
        "a port that is forwarded leads nowhere, and whatever is on the network between them stands right before the inner "
        "router."
    ),
    remedy=Remedy(
        group="double-nat",
        title="Look at what stands between {device} and the internet",
        needs=Needs.MENU,
        loses=("ports that were forwarded by hand have to be set anew at the router that stays",),
    ),
    references=(
        "CIS Controls v8.1, 12.4",
        "https://www.rfc-editor.org/rfc/rfc1918",
        "https://www.rfc-editor.org/rfc/rfc6598",
        "https://www.rfc-editor.org/rfc/rfc6333",
    ),
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding about the own router, and one for each other one that has a network behind it."""
    first = own(scan)
    if scan.vantage.gateway is None:
        yield CHECK.not_applicable(ROUTER, because="this network has no router that leads to the internet")
    else:
        yield _own(scan, first)
    for gateway in scan.gateways:
        inner = device_of(scan, gateway)
        external = gateway.external_address
        if gateway is not first and inner is not None and external is not None and _is_here(scan, external):
            subject = Subject.device(inner)
            yield CHECK.fail(
                subject,
                title=f"{subject.name} is a router inside this network, and what is behind it was not looked at",
                severity=Severity.LOW,
                fix=FIX_INNER,
                discriminator="inner",
                evidence=_evidence(scan, inner),
            )


def _own(scan: Scan, gateway: Gateway | None) -> Finding:
    subject, device = subject_of(scan, gateway), device_of(scan, gateway)
    external = gateway.external_address if gateway is not None else None
    if external is None and gateway is not None and _hides_its_address(gateway):
        return CHECK.fail(
            subject,
            title=f"Another router, or the provider's, seems to stand between {subject.name} and the internet",
            why=f"{CHECK.why} This one says that it is connected, and that it has no address at which it could open ports.",
            severity=Severity.LOW,
            confidence=Confidence.LIKELY,
            fix=f"{HOW} {FIX_OWN}",
            discriminator="outer",
            evidence=_evidence(scan, device),
        )
    if external is None:
        because, how = _why_not_known(scan, gateway)
        return CHECK.unknown(subject, because=because, how=how)
    if external.version != 4 or any(external in network for network in NOT_THE_INTERNETS):
        because = f"it says {external}, which is no address by which a home is on the internet"
        return CHECK.unknown(subject, because=because, how=f"Scan again while the internet works. {HOW}")
    evidence = _evidence(scan, device)
    if is_private(external):
        return CHECK.fail(
            subject,
            title=f"Another router stands between {subject.name} and the internet",
            why=f"{CHECK.why} In the order in which packets leave: {_hops(scan)}, then the internet.",
            severity=Severity.LOW,
            fix=FIX_OWN,
            discriminator="outer",
            evidence=evidence,
        )
    if is_shared(external) or external in DS_LITE:
        return CHECK.fail(
            subject,
            title=f"The provider translates addresses before {subject.name}: nobody reaches it by IPv4 unasked",
            why=(
                "The provider shares one address among many homes. That keeps strangers out over IPv4, though not over IPv6, "
                "and a port that the router forwards leads nowhere."
            ),
            severity=Severity.INFO,
            fix=FIX_PROVIDER,
            discriminator="provider",
            evidence=evidence,
        )
    return CHECK.passed(
        subject, title=f"{subject.name} has an address of the internet: no other router is before it", evidence=evidence
    )


def _hides_its_address(gateway: Gateway) -> bool:
    """Whether it says that it is connected (WANIPConnection:1, 2.2.8) and names no address: the one that it has is no use."""
    igd, natpmp = gateway.services.igd, gateway.services.natpmp
    connected = igd is not None and igd.connection_status == "Connected"
    return connected and natpmp is not None and natpmp.result == NETWORK_FAILURE


def _why_not_known(scan: Scan, gateway: Gateway | None) -> tuple[str, str]:
    """Why no address is known, and what would help."""
    said = gateway.services if gateway is not None else None
    if said is not None and (said.igd is not None or said.natpmp is not None):
        return "the router was asked for its address on the internet and named none", HOW
    because, how = why_not_asked(scan, "probe.natpmp")
    return because, f"{how} {HOW}"


def _hops(scan: Scan) -> str:
    """The routers on the way out, the own one first, for a sentence."""
    hops = []
    for number, gateway in enumerate(scan.gateways):
        device = device_of(scan, gateway)
        if number == 0:
            at = gateway.external_address
            hops.append(f"{names((device,)) if device else 'the router'} (outside {at})")
        elif gateway.device is None:
            hops.append("a router that cannot be asked from here")
    return ", then ".join(hops)


def _is_here(scan: Scan, external: IPAddress) -> bool:
    """Whether this address is of the very network that was looked at."""
    return external in scan.vantage.segment.prefix


def _evidence(scan: Scan, device: Device | None) -> tuple[Observation, ...]:
    """What said the address."""
    key = None if device is None else device.key
    return tuple(
        o
        for o in scan.observations
        if o.device == key
        and (o.kind == "natpmp.result" or (o.kind == "igd.answer" and any(said in str(o.value) for said in SAYING)))
    )
