"""Local programming interfaces as something to judge: shared by the checks about what hubs and lock bridges obey."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from netguard.checks._looked import ALL_TCP_PORTS, asked, others, why_not_asked
from netguard.model import ports as port_text
from netguard.model.device import Device
from netguard.model.observation import Observation
from netguard.model.scan import Scan
from netguard.model.vocabulary import DOOR_ROLES, HUB_ROLES, Outcome, Transport
from netguard.rules.loader import Rules

SCRIPTS, LAN_PROTOCOL, LIGHTS = "Homematic remote scripts", "Aqara LAN protocol", "Hue API"

RECORDS = {
    "Nuki Bridge HTTP API": "nuki-bridge",
    "tedee Bridge API": "tedee-bridge",
    LIGHTS: "philips-hue-bridge",
    "Home Assistant": "home-assistant",
    "Hubitat web interface": "hubitat",
    "Homematic XML-RPC": "homematic-ccu",
    SCRIPTS: "homematic-ccu",
    "Zigbee2MQTT": "zigbee2mqtt",
    "Z-Wave JS server": "zwave-js",
    "Z-Wave JS UI": "zwave-js",
    LAN_PROTOCOL: "aqara-hub",
}
"""The names that the probes give the interfaces of hubs and lock bridges (`api.name`), and whose record each belongs to:
one computer often runs several of these programs, and is recognised as one of them."""

STAGES = frozenset(
    f"probe.{name}"
    for name in (
        "aqara",
        "home-assistant",
        "homematic",
        "hubitat",
        "hue",
        "nuki",
        "tedee",
        "zigbee2mqtt",
        "zwave-js",
    )
)
"""The stages in which they are asked."""

PORTS: Mapping[str, frozenset[int]] = {
    "nuki-bridge": frozenset({8080}),
    "tedee-bridge": frozenset({80}),
    "philips-hue-bridge": frozenset({80, 443}),
    "home-assistant": frozenset({8123}),
    "hubitat": frozenset({80, 443, 8080}),
    "homematic-ccu": frozenset({2001, 2010, 8181, 42001, 42010}),
    "zigbee2mqtt": frozenset({8080, 8099}),
    "zwave-js": frozenset({3000, 8091}),
}
"""The TCP ports at which the probes look for the interface of what is known by each record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """One that answered: what it asks for (null where it does not show), and whether it is reached through TLS."""

    name: str
    transport: Transport
    port: int
    login: str | None
    encrypted: bool | None
    evidence: tuple[Observation, ...]

    @property
    def place(self) -> str:
        """Where it is: `tcp/8123`."""
        return f"{self.transport}/{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What could not be looked at: why, and how to let netguard look."""

    because: str
    how: str


def concerned(scan: Scan) -> tuple[Device, ...]:
    """Hubs, lock bridges, and whatever else one of their interfaces answered on: a NAS may run Zigbee2MQTT."""
    speaking = {o.device for o in scan.observations if o.kind == "api.name" and o.value in RECORDS}
    return tuple(d for d in others(scan) if d.role in HUB_ROLES or d.key in speaking)


def interfaces(scan: Scan, device: Device) -> tuple[Interface, ...]:
    """The interfaces that answered on `device`, in the order of their ports."""
    found: dict[tuple[Transport, int], list[Observation]] = {}
    for seen in scan.observed(device.key, "api.name", "api.login", "api.encrypted"):
        if seen.transport is not None and seen.port is not None:
            found.setdefault((seen.transport, seen.port), []).append(seen)
    made = []
    for (transport, port), facts in sorted(found.items()):
        said = {fact.kind: fact.value for fact in facts}
        name, login, encrypted = said.get("api.name"), said.get("api.login"), said.get("api.encrypted")
        if isinstance(name, str):
            made.append(
                Interface(
                    name=name,
                    transport=transport,
                    port=port,
                    login=login if isinstance(login, str) else None,
                    encrypted=encrypted if isinstance(encrypted, bool) else None,
                    evidence=tuple(facts),
                )
            )
    return tuple(made)


def opens_doors(device: Device, interface: Interface, rules: Rules) -> bool:
    """Whether it is a lock's or lock bridge's own interface."""
    record = rules.devices.get(RECORDS.get(interface.name, ""))
    return device.role in DOOR_ROLES or (record is not None and record.role in DOOR_ROLES)


def fix(device: Device, interface: Interface, rules: Rules, check_id: str, otherwise: str) -> str:
    """What closes it, as the interface's own record says, else `otherwise`.

    The device's record comes first where it is that of a product, and not of another program on the same computer.
    """
    owners = (device.profile if device.profile not in RECORDS.values() else None, RECORDS.get(interface.name))
    for owner in owners:
        record = rules.devices.get(owner or "")
        if record is not None and check_id in record.fixes:
            return record.fixes[check_id]
    return otherwise


def listed(found: tuple[Interface, ...]) -> str:
    """Interfaces for a sentence: `Home Assistant (tcp/8123), Hue API (tcp/443)`."""
    return ", ".join(f"{each.name} ({each.place})" for each in found)


def silent(scan: Scan, device: Device) -> bool:
    """Whether it offers nothing at all: every TCP port was asked and none is open, and nothing answered over UDP."""
    listening = any(s.transport is Transport.TCP for s in device.open_services)
    return len(asked(device)) >= ALL_TCP_PORTS and not listening and not interfaces(scan, device)


def gap(scan: Scan, device: Device) -> Gap | None:
    """Why an interface of `device` may have been missed; None where all that it is known for answered or is closed."""
    found = interfaces(scan, device)
    if failed := next(_unanswered(scan, device, found), None):
        where, reason = failed
        return Gap(
            because=f"its interface at {where} did not answer as expected: {reason}",
            how="Scan again. If it stays so, look in its app or menu at what it asks for before it obeys.",
        )
    usual = PORTS.get(device.profile or "", frozenset())
    left = usual - asked(device)
    if left or (not found and len(asked(device)) < ALL_TCP_PORTS):
        because, how = why_not_asked(scan, device)
        ports = f" (tcp {port_text.render(left)} left out)" if left else ""
        return Gap(because=because + ports, how=how)
    listening = {s.port for s in device.open_services if s.transport is Transport.TCP}
    if unasked := (usual & listening) - {each.port for each in found}:
        return Gap(
            because=f"its interface at tcp/{min(unasked)} was not asked", how="Scan again and let the scan finish."
        )
    if not found:
        return Gap(
            because="netguard knows no question that would tell what it asks for before it obeys",
            how="Look in its app or menu, under users or security, at who may command it, and from where.",
        )
    return None


def _unanswered(scan: Scan, device: Device, found: tuple[Interface, ...]) -> Iterator[tuple[str, str]]:
    """Where an interface was asked in vain, and why; not where one answered after all."""
    answered = {each.place for each in found}
    for attempt in scan.attempts:
        address, _, place = attempt.target.partition(" ")
        if (
            attempt.stage in STAGES
            and attempt.outcome is not Outcome.DONE
            and place not in answered
            and address in {str(each) for each in device.addresses}
        ):
            yield place or address, attempt.reason or "it could not be looked at"
