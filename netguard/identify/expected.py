"""Which ports a device may listen on, by its record. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from netguard.model import ports as port_sets
from netguard.model.observation import Fact
from netguard.model.vocabulary import Severity, Transport
from netguard.rules.schema import DeviceRecord, PortRules

MDNS, SSDP = 5353, 1900
"""UDP ports that whoever announces itself listens on (RFC 6762, 5; UPnP Device Architecture 2.0, 1.1.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """The ports a device may listen on; null where nobody has written that down."""

    ports: frozenset[tuple[Transport, int]] | None

    @classmethod
    def of(cls, record: DeviceRecord | None, facts: Iterable[Fact], rules: PortRules) -> "Inbound":
        """What `record` allows, with the ports that the device announces for the DNS-SD types named there.

        An announced port where a service of high risk lives is not allowed by being announced: otherwise malware
        on a lock bridge could make its Telnet look right with one TXT record.
        """
        if record is None or record.expected_inbound is None:
            return cls(ports=None)
        facts = tuple(facts)
        kinds = {fact.kind.partition(".")[0] for fact in facts}
        allowed = {(entry.transport, entry.port) for entry in record.expected_inbound if entry.port is not None}
        announced = {(entry.dnssd.lower(), entry.transport) for entry in record.expected_inbound if entry.dnssd}
        risky = _risky(rules)
        for fact in facts:
            if fact.kind != "dnssd.type" or fact.port is None or not isinstance(fact.value, str):
                continue
            name = fact.value.lower().rstrip(".").removesuffix(".local")
            transport = Transport.UDP if name.endswith("._udp") else Transport.TCP
            if (name, transport) in announced and (transport, fact.port) not in risky:
                allowed.add((transport, fact.port))
        if "dnssd" in kinds:
            allowed.add((Transport.UDP, MDNS))
        if "ssdp" in kinds:
            allowed.add((Transport.UDP, SSDP))
        return cls(ports=frozenset(allowed))

    def allows(self, transport: Transport, port: int) -> bool | None:
        """Whether it may listen there; null when that is not known."""
        return None if self.ports is None else (transport, port) in self.ports


@lru_cache(maxsize=4)
def _risky(rules: PortRules) -> frozenset[tuple[Transport, int]]:
    return frozenset(
        (rule.transport, port)
        for rule in rules.services
        if rule.risk.at_least(Severity.HIGH)
        for port in port_sets.parse(rule.ports)
    )
