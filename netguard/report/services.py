"""What listens on a device, in words: port, service, what was seen there, and whether it is expected."""

from collections.abc import Iterable
from typing import Literal

from netaddr import IPAddress

from netguard.model.device import Device, Service
from netguard.model.observation import Observation, clean
from netguard.model.scan import Scan
from netguard.model.vocabulary import PortState, Transport
from netguard.report import words
from netguard.report.evidence import value_text
from netguard.report.shape import ServiceGroup, ServiceView

MAX_SAID = 6
"""Things said of one port; a device that answers on one port in many ways fills no page."""

_VERDICTS: dict[bool | None, Literal["expected", "unexpected", "unjudged"]] = {True: "expected", False: "unexpected"}


def services(scan: Scan, device: Device) -> tuple[ServiceGroup, ...]:
    """The ports of `device`: what it has no reason to open first, then by number; alike at two addresses is said once."""
    facts: dict[tuple[str, str, int], list[Observation]] = {}
    keys = {device.key, *device.former_keys}
    for fact in scan.observations:
        if fact.device in keys and fact.port is not None and fact.transport is not None:
            facts.setdefault((str(fact.address), fact.transport, fact.port), []).append(fact)
    places: dict[ServiceView, list[str]] = {}
    for service in sorted(device.services, key=_by_weight):
        address = str(service.address)
        row = _service(service, facts.get((address, service.transport, service.port), ()))
        places.setdefault(row, []).append(address)
    groups: dict[tuple[str, ...], list[ServiceView]] = {}
    for row, addresses in places.items():
        groups.setdefault(tuple(dict.fromkeys(addresses)), []).append(row)
    several = len({address for addresses in groups for address in addresses}) > 1
    return tuple(
        ServiceGroup(where=words.listed(addresses) if several else None, services=tuple(rows))
        for addresses, rows in groups.items()
    )


def on_port(scan: Scan, device: Device, address: IPAddress, transport: Transport, port: int) -> ServiceView | None:
    """What `device` shows on one port of one of its addresses; null where nothing is listed there."""
    keys, where = {device.key, *device.former_keys}, (address, transport, port)
    service = next((s for s in device.services if (s.address, s.transport, s.port) == where), None)
    if service is None:
        return None
    facts = (o for o in scan.observations if o.device in keys and (o.address, o.transport, o.port) == where)
    return _service(service, facts)


def distinct(groups: Iterable[ServiceGroup], verdict: str | None = None) -> int:
    """How many ports in `groups` are open, and judged so where `verdict` is given; alike at two addresses is one."""
    rows = (row for group in groups for row in group.services)
    return len({row.port for row in rows if row.open and verdict in (None, row.verdict)})


def _by_weight(service: Service) -> tuple[bool, str, int, int, str]:
    return (
        not (service.state is PortState.OPEN and service.expected is False),
        service.transport,
        service.port,
        service.address.version,
        str(service.address),
    )


def _service(service: Service, facts: Iterable[Observation]) -> ServiceView:
    answers = service.state is PortState.OPEN
    named = " ".join(clean(part) for part in (service.name, service.product, service.version) if part)
    return ServiceView(
        port=f"{service.transport.upper()} {service.port}",
        state=words.STATES[service.state],
        open=answers,
        what=named or ("" if answers else words.NOTHING_THERE),
        said=_said(tuple(facts)),
        # Whether a device may listen where it does not is nobody's question.
        expected=words.EXPECTED[service.expected] if answers else "",
        verdict=_VERDICTS.get(service.expected, "unjudged") if answers else "unjudged",
    )


def _said(facts: tuple[Observation, ...]) -> tuple[str, ...]:
    """What was seen on one port: the page it shows, the interface that answered, and whether that asks for a login."""
    said = [f"page “{value_text(f.value)}”" for f in facts if f.kind == "http.title" and f.value]
    said += [value_text(f.value) for f in facts if f.kind == "api.name"]
    said += [f"answers to “public”: {value_text(f.value)}" for f in facts if f.kind == "snmp.sysdescr"]
    for kind, meanings in words.ON_A_PORT.items():
        said += [meanings[text] for f in facts if f.kind == kind and (text := value_text(f.value)) in meanings]
    return tuple(dict.fromkeys(said))[:MAX_SAID]
