"""The network as something to judge: shared by the checks that ask who lives beside whom."""

from netaddr import IPNetwork

from netguard.checks._contract import Subject
from netguard.model.action import Remedy
from netguard.model.scan import Scan
from netguard.model.vocabulary import Needs, Outcome

OWN_NETWORK = Remedy(
    group="segment",
    title="Give locks and gadgets a network of their own",
    needs=Needs.SEGMENT,
    per_device=False,
    intent="isolate-segment",
    loses=(
        "casting, printing and apps that look for a device on the phone's own network need a rule or a second look",
    ),
)

FIX = (
    "Give locks, hubs and gadgets a network of their own: an IoT or guest network on the router, joined by them only. "
    "Rules on the router alone cannot help, since devices of one network talk past it."
)

REFERENCES = ("CIS Controls v8.1, 12.2", "CIS Controls v8.1, 13.4", "NSA U/OO/119184-23")


def segment(scan: Scan) -> Subject:
    """The network as a subject; its identity is the gateway's, so that new addresses do not make it a new one."""
    gateway = scan.vantage.gateway
    prefix = scan.vantage.segment.prefix
    anchor = gateway.mac if gateway and gateway.mac else prefix
    return Subject(target=f"segment:{prefix}", identity=f"segment:{anchor}", name=f"the network {prefix}")


def why_not_everybody(scan: Scan) -> tuple[str, str] | None:
    """Why somebody may have been missed, and what would help; None when every address was asked by ARP.

    No living device on the link ignores ARP (RFC 826), however silent it is otherwise.
    """
    asked = [a for a in scan.attempts if a.stage == "discover.arp" and a.outcome is Outcome.DONE]
    if not asked:
        return "without root not every device can be asked", "Scan with root (sudo), which asks by ARP."
    prefix = scan.vantage.segment.prefix
    if not any(prefix in IPNetwork(target) for attempt in asked for target in attempt.target.split(", ")):
        return "only a part of this network was asked", "Scan without naming a target."
    return None
