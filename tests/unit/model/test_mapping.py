"""What closes a mapping, as it is typed: the same words wherever it is told."""

from dataclasses import replace

import pytest

from netguard.model import address
from netguard.model.gateway import Gateway, PortMapping
from netguard.model.mapping import argument, how_to_remove, is_own
from netguard.model.vantage import NextHop
from netguard.model.vocabulary import Role, Transport
from tests import builders

ROUTER = builders.device(1, Role.ROUTER)
SECOND = replace(builders.device(2, Role.ROUTER), addresses=(address.ip("192.0.2.2"), address.ip("fd00::2")))


def mapping(port=8443, client="192.0.2.20", remote=None, source="igd"):
    return PortMapping(
        source=source,
        protocol=Transport.TCP,
        external_port=port,
        internal_client=client,
        internal_port=443,
        remote_host=remote,
    )


def closing(*held, at=ROUTER, hop="192.0.2.1"):
    """What closes each of the mappings that the device `at` keeps."""
    gateway = Gateway(device=at.key if at is not None else None, mappings=held)
    scan = builders.scan(ROUTER, SECOND, gateways=(gateway,))
    gone = NextHop(address=address.ip(hop)) if hop is not None else None
    scan = replace(scan, vantage=replace(scan.vantage, gateway=gone))
    return [how_to_remove(scan, gateway, each) for each in held]


def test_at_the_own_router_the_port_is_enough():
    assert closing(mapping(), mapping(22)) == ["netguard upnp remove tcp/8443", "netguard upnp remove tcp/22"]
    assert closing(mapping(), at=None) == ["netguard upnp remove tcp/8443"], "although it was not seen as a device"


@pytest.mark.parametrize(("at", "hop"), [(SECOND, "192.0.2.1"), (SECOND, None), (ROUTER, None)])
def test_at_another_gateway_or_without_an_own_one_the_address_is_named(at, hop):
    assert closing(mapping(), at=at, hop=hop) == [f"netguard upnp remove tcp/8443@{at.addresses[0]}"]


def test_nothing_is_typed_where_nothing_typed_would_do_it():
    assert closing(mapping(0), mapping(source="nat-pmp")) == [None, None]
    assert closing(mapping(), at=None, hop=None) == [None]
    assert closing(mapping(), mapping(client="192.0.2.21")) == [None, None], "they differ in nothing that can be named"


def test_of_two_that_differ_in_who_may_come_in_it_is_said_which():
    one, two, three = closing(mapping(), mapping(remote="198.51.100.7"), mapping(remote="$(reboot)"))
    assert one == 'netguard upnp remove tcp/8443 --remote-host ""'
    assert two == "netguard upnp remove tcp/8443 --remote-host 198.51.100.7"
    assert three is None, "what the router wrote is not typed"
    assert closing(mapping(remote="198.51.100.7")) == ["netguard upnp remove tcp/8443"]


def test_whose_gateway_it_is():
    gateway = Gateway(device=SECOND.key)
    scan = builders.scan(ROUTER, SECOND, gateways=(gateway,))
    assert not is_own(scan, gateway)
    assert argument(scan, gateway, mapping(0)) == "tcp/0@192.0.2.2"
