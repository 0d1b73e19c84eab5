"""A small home that identify's tests share."""

import dataclasses

import pytest
from netaddr import IPNetwork

from netguard.model.address import ip, mac
from netguard.model.observation import Fact, Sighting
from netguard.model.surroundings import Interface, Surroundings
from netguard.model.vantage import NextHop, Segment, Vantage
from netguard.model.vocabulary import Transport
from netguard.rules.loader import load


@pytest.fixture(scope="session")
def rules():
    return load()


@pytest.fixture
def here():
    """A laptop at 192.0.2.2 behind a router at 192.0.2.1 whose MAC the kernel knows."""
    vantage = Vantage(
        os="linux",
        interface="wlan0",
        address=ip("192.0.2.2"),
        mac=mac("02:aa:00:00:00:02"),
        segment=Segment(prefix=IPNetwork("192.0.2.0/24")),
        gateway=NextHop(address=ip("192.0.2.1"), mac=mac("0c:9d:92:00:00:01")),
    )
    own = Interface(
        name="wlan0",
        kind="wifi",
        mac=vantage.mac,
        addresses=(vantage.address, ip("2001:db8::2"), ip("fe80::2")),
    )
    return Surroundings(vantage=vantage, interfaces=(own,))


@pytest.fixture
def nowhere(here):
    """The same without any MAC, as on the loopback."""
    vantage = dataclasses.replace(here.vantage, mac=None, gateway=None)
    return dataclasses.replace(here, vantage=vantage)


def seen(address=None, hardware=None, *facts, source="arp", names=()):
    return Sighting(
        source=source,
        detail=f"{source} {address} {hardware}",
        address=ip(address) if address else None,
        mac=mac(hardware) if hardware else None,
        hostnames=tuple(names),
        facts=facts,
    )


def fact(kind, value, port=None):
    return Fact(kind=kind, value=value, port=port, transport=Transport.TCP if port else None)


@pytest.fixture
def say():
    return seen


@pytest.fixture
def tell():
    return fact
