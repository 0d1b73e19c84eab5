"""The network as something to judge: shared by the checks that ask who lives beside whom."""

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


def saw_everybody(scan: Scan) -> bool:
    """Whether every address was asked in a way that no living device ignores."""
    return any(a.stage == "discover.arp" and a.outcome is Outcome.DONE for a in scan.attempts)
