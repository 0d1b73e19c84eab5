"""What devices said in the protocols that open ports, joined to the devices that it is about. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from netaddr import IPAddress

from netguard.model.device import Device
from netguard.model.gateway import Gateway, GatewayAnswer, GatewayServices, Igd, NatPmp, Pcp, PortMapping, is_private
from netguard.model.surroundings import Surroundings
from netguard.model.vocabulary import Transport

MAX_MAPPINGS = 512
"""Mappings kept of one gateway, as of one description: stops one that describes itself often from filling the document."""

Answers = Mapping[IPAddress, tuple[GatewayAnswer, ...]]
"""By the address that answered."""


def in_hop_order(answers: Answers, devices: Iterable[Device], surroundings: Surroundings) -> tuple[Gateway, ...]:
    """This computer's own gateway, whether or not it said anything; what stands between it and the internet; the others.

    Where the own gateway says that its external address is a private one, another router does NAT behind it: the device
    that has this address's network on its other side is not on this link, so it is listed without a device. Then follow,
    by key, other devices that offer to open ports.
    """
    devices = tuple(devices)
    hop = surroundings.vantage.gateway
    said: dict[str, list[GatewayAnswer]] = {}
    for device in devices:
        if found := [answer for address in device.addresses for answer in answers.get(address, ())]:
            said[device.key] = found
    own = next((d.key for d in devices if hop is not None and hop.address in d.addresses), None)
    found_gateways: list[Gateway] = []
    if hop is not None:
        first = _gateway(own, said.pop(own, []) if own is not None else [], devices)
        found_gateways.append(first)
        if is_private(first.external_address):
            found_gateways.append(Gateway())
    found_gateways += [_gateway(key, found, devices) for key, found in sorted(said.items())]
    return tuple(found_gateways)


def forwarded_to(device: Device, answers: Answers) -> tuple[tuple[Transport, int], ...]:
    """Ports of `device` that a gateway said it forwards from the internet, in ascending order."""
    found = {
        (mapping.protocol, mapping.internal_port)
        for said in answers.values()
        for answer in said
        for mapping in answer.mappings
        if mapping.client in device.addresses
    }
    return tuple(sorted(found))


def _gateway(key: str | None, answers: list[GatewayAnswer], devices: tuple[Device, ...]) -> Gateway:
    """One gateway from all that it said at its addresses."""
    igd: Igd | None = None
    natpmp: NatPmp | None = None
    pcp: Pcp | None = None
    # A connection that is down may tell the last address that it had.
    told = (a.external_address for a in sorted(answers, key=_is_down))
    external = next((each for each in told if each is not None and int(each)), None)
    mappings: dict[tuple[object, ...], PortMapping] = {}
    for answer in answers:
        match answer.said:
            case Igd() as said:
                igd = said if igd is None else _both(igd, said)
            case NatPmp() as said:
                natpmp = natpmp or said
            case Pcp() as said:
                pcp = pcp or said
        for mapping in answer.mappings:
            mappings.setdefault(_place(mapping), replace(mapping, device=_owner(mapping, devices)))
    if igd is not None and len(mappings) > MAX_MAPPINGS:
        igd = replace(igd, listed="part")
    return Gateway(
        device=key,
        services=GatewayServices(igd=igd, natpmp=natpmp, pcp=pcp),
        external_address=external,
        mappings=tuple(mappings.values())[:MAX_MAPPINGS],
    )


def _is_down(answer: GatewayAnswer) -> bool:
    return isinstance(answer.said, Igd) and answer.said.connection_status not in {None, "Connected"}


def _both(one: Igd, other: Igd) -> Igd:
    """Two descriptions of one gateway, IGD:1's and IGD:2's or one for each IP version, in one."""
    filled = {
        name: getattr(one, name) if getattr(one, name) is not None else getattr(other, name)
        for name in (
            "manufacturer", "model", "server", "connection_status", "nat_enabled", "ipv6_firewall_enabled",
            "inbound_pinhole_allowed",
        )
    }  # fmt: skip
    # Its mappings are all known only where neither description kept some back.
    told = [each.listed for each in (one, other) if each.listed is not None]
    worst = next((state for state in ("part", "refused", "all") if state in told), None)
    return replace(one, **filled, listed=worst, services=tuple(dict.fromkeys((*one.services, *other.services))))


def _place(mapping: PortMapping) -> tuple[object, ...]:
    """What makes two mappings one, however often and at which address of the router it was read: not the lease, which runs."""
    return (
        mapping.source, mapping.protocol, mapping.external_port, mapping.remote_host, mapping.internal_client,
        mapping.internal_port,
    )  # fmt: skip


def _owner(mapping: PortMapping, devices: tuple[Device, ...]) -> str | None:
    client = mapping.client
    return None if client is None else next((d.key for d in devices if client in d.addresses), None)
