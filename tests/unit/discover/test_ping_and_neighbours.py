"""Without root: harmless connects, and the kernel's own neighbour table."""

import dataclasses

from netaddr import IPAddress

from netguard.discover import neighbours, ping
from netguard.model import address
from netguard.model.surroundings import Neighbour
from netguard.model.vocabulary import PortState
from tests.unit.discover.conftest import make_ask

TV, CAMERA, PHONE = (IPAddress(f"192.0.2.{n}") for n in (2, 3, 4))


def test_open_and_refused_mean_somebody_and_silence_means_nothing(ask, fake_net):
    net = fake_net(states={(TV, 80): PortState.OPEN, (CAMERA, 443): PortState.CLOSED, (PHONE, 80): PortState.FILTERED})
    found = list(ping.discover(ask(), net))
    assert [(s.address, s.detail) for s in found] == [
        (TV, "192.0.2.2: tcp/80 open"),
        (CAMERA, "192.0.2.3: tcp/443 closed"),
    ]
    assert all(f.kind == "link.reply" and f.value == "tcp" for s in found for f in s.facts)


def test_each_address_is_knocked_at_once_per_port_and_some_never(ask, fake_net):
    net = fake_net(untouchable=[CAMERA])
    list(ping.discover(ask(), net))
    assert len(net.knocked) == len(set(net.knocked)) == 12 * len(ping.PORTS)
    assert not {at for at, _ in net.knocked} & {CAMERA, IPAddress("192.0.2.10")}


def test_it_is_left_to_arp_where_there_is_arp(ask):
    assert ping.skip(ask()) is None
    assert ping.skip(ask(raw_packets=True, mac=None)) is None
    assert "ARP" in ping.skip(ask(raw_packets=True))


def neighbour(at, mac="00:00:5e:00:53:02", *, reachable=True):
    return Neighbour(address=address.ip(at), mac=address.mac(mac), reachable=reachable)


def test_neighbours_that_were_asked_for_are_sighted_without_a_packet(ask, fake_net):
    table = (
        neighbour("192.0.2.2"),
        neighbour("192.0.2.3", reachable=False),
        neighbour("fe80::2"),
        neighbour("198.51.100.1"),
        neighbour("224.0.0.251", "00:00:5e:00:53:fb"),
        neighbour("ff02::fb"),
    )
    net = fake_net()
    found = list(neighbours.discover(ask(neighbours=table, targets=("192.0.2.0/24",), raw_packets=True), net))
    assert [(str(s.address), len(s.facts), s.hearsay) for s in found] == [
        ("192.0.2.2", 1, False),
        ("192.0.2.3", 0, True),
        ("fe80::2", 1, False),
    ]
    assert neighbours.skip(ask()) is None
    assert (net.sent, net.asked, net.knocked) == ([], [], [])


def test_without_raw_packets_the_kernel_is_waited_for_until_it_knows_who_is_still_there(fake_net, monkeypatch):
    monkeypatch.setattr(neighbours, "SETTLE_PAUSE", 0.01)
    gone, there, talks, spared = ("192.0.2.3", "192.0.2.4", "192.0.2.5", "192.0.2.6")
    doubt = [neighbour(at, reachable=False) for at in (gone, there, talks, spared)]
    looks = iter([doubt, doubt, [neighbour(there), *doubt[2:]]])
    seen = []

    def table():
        seen.append(next(looks))
        return tuple(seen[-1])

    asked = dataclasses.replace(
        make_ask(targets=("192.0.2.0/24",)), neighbours=table, found=lambda: (IPAddress(talks),)
    )
    found = list(neighbours.discover(asked, fake_net(untouchable=[IPAddress(spared)])))
    assert [(str(s.address), s.hearsay) for s in found] == [(there, False), (talks, True), (spared, True)]
    assert len(seen) == 3


def test_a_kernel_that_never_makes_up_its_mind_is_not_waited_for_for_ever(ask, fake_net, monkeypatch):
    monkeypatch.setattr(neighbours, "SETTLE_SECONDS", 0.05)
    monkeypatch.setattr(neighbours, "SETTLE_PAUSE", 0.01)
    table = (neighbour("192.0.2.3", reachable=False),)
    (found,) = neighbours.discover(ask(neighbours=table, targets=("192.0.2.0/24",)), fake_net())
    assert found.hearsay


def test_neighbours_are_read_after_everybody_who_fills_the_table():
    from netguard import registry

    asking = {name: module for name, module in registry.load_all("netguard.discover").items() if not module.LISTENS}
    # Those that ask each address found by itself come at the same time: what they would add is in the table already.
    each = {name for name, module in asking.items() if module.AFTER and name != "neighbours"}
    assert asking.keys() - each - {"neighbours"} == neighbours.AFTER
