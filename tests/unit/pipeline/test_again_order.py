"""The second look of several devices: who comes first, how much and how long at most, and who is left alone after it."""

import pytest

from netguard import again
from netguard.model import address
from netguard.model.device import Coverage, Service
from netguard.model.past import Past
from netguard.model.vocabulary import Outcome, PortState, Role, Transport
from tests.unit.pipeline.conftest import (
    HERE,
    HUB,
    MAC,
    TV,
    attempts,
    exposes,
    others,
    protocol,
    quiet_until,
    said,
    sees,
    sighting,
    surface,
)

BOTH = (HERE, sighting(at=TV, mac=address.mac("00:00:5e:00:53:02")))


@pytest.fixture
def both(scan, stages):
    """An earlier scan that saw two devices with these ports open."""

    def make(*opened):
        stages(discover={"fake": sees(*BOTH)}, probe={"ports": exposes(*opened)})
        return scan()

    return make


def roles(before, first, second):
    """What the person said that the device at HUB and the one at TV are."""
    by_address = {d.addresses[0]: d for d in others(before)}
    return (said(by_address[HUB], first), said(by_address[TV], second, id="1" * 12))


def looked_at(rounds):
    """A probe that sees no open port where all were asked, and notes who is looked at in which round."""
    quiet = exposes()

    def wants(device, ask):
        rounds.append((ask.round, device.addresses[0]))
        return quiet.wants(device, ask)

    return surface(wants=wants, probe=quiet.probe)


def lost(asked):
    """Of what was swept the ports that are no witnesses."""
    return [(at, tuple(port for port in ports if port >= 8000)) for at, ports in asked]


def test_what_opens_the_door_is_asked_for_first_where_not_all_can_be(both, scan, stages, monkeypatch):
    monkeypatch.setattr(again, "MAX_DEVICES", 1)
    before, asked = both(80), []
    stages(discover={"arp": quiet_until(asked)}, probe={"none": surface()})
    scan(past=Past(here=before, known=roles(before, Role.PRINTER, Role.LOCK_HUB)))
    scan(past=Past(here=before, known=roles(before, Role.LOCK_HUB, Role.PRINTER)))
    scan(past=Past(here=before, known=roles(before, Role.PRINTER, Role.PRINTER)))
    assert asked == [(f"{TV}/32",), (f"{HUB}/32",), (f"{HUB}/32",)]


def test_its_ports_come_first_and_what_is_left_is_for_the_others(both, now, sweeps, monkeypatch):
    monkeypatch.setattr(again, "MAX_PORTS", 5)
    before = both(*range(8000, 8004))
    for known, first, second in (
        (roles(before, Role.PRINTER, Role.LOCK_HUB), TV, HUB),
        (roles(before, Role.LOCK_HUB, Role.PRINTER), HUB, TV),
    ):
        sweeps.asked.clear()
        found = now(before, seen=BOTH, known=known)
        assert sorted(lost(sweeps.asked)) == sorted([(first, (8000, 8001, 8002, 8003)), (second, (8000,))])
        assert [(target, reason[:12]) for target, _, reason in attempts(found, "again.ports") if reason] == [
            (str(second), "3 more ports")
        ]


def test_the_second_look_has_a_time_of_its_own(both, scan, stages, sweeps):
    before, seconds = both(8000), []

    def discover(ask, net):
        if ask.is_whole:
            return (BOTH[0],)
        seconds.append(net.deadline.remaining)
        return ()

    stages(discover={"arp": protocol(discover)}, probe={"ports": exposes()})
    scan(past=Past(here=before, known=roles(before, Role.LOCK_HUB, Role.PRINTER)))
    assert [10 < left <= 12 for left in seconds] == [True]
    assert [15 < left <= 20 for left in sweeps.seconds] == [True]


@pytest.mark.parametrize("gone", [True, False], ids=["it stopped answering", "its time was over"])
def test_who_stops_answering_is_left_alone_from_there_on(then, now, sweeps, gone):
    before, rounds = then(8000, 8001), []
    sweeps.states, sweeps.stopped, sweeps.gone = {8000: PortState.OPEN}, "that was all", gone
    found = now(before, probes={"ports": looked_at(rounds)})
    assert attempts(found, "again.ports") == [
        (str(HUB), Outcome.FAILED, "1 ports were asked again: that was all"),
    ]
    assert rounds == [("light", HUB), ("deep", HUB), *([] if gone else [("deep", HUB)])]
    (device,) = others(found)
    assert {(s.port, s.state) for s in device.services} == {(8000, PortState.OPEN)}


def test_only_who_shows_an_open_port_again_is_looked_at_again(both, now, sweeps, monkeypatch):
    before, rounds = both(8000), []
    now(before, seen=BOTH, probes={"ports": looked_at(rounds)})
    assert rounds.count(("deep", HUB)) == rounds.count(("deep", TV)) == 1
    rounds.clear()
    real = again.Again._ask_device
    monkeypatch.setattr(again.Again, "_ask_device", lambda self, lost: real(self, lost) or HUB in lost.device.addresses)
    now(before, seen=BOTH, probes={"ports": looked_at(rounds)})
    assert (rounds.count(("deep", HUB)), rounds.count(("deep", TV))) == (2, 1)


def test_it_is_asked_at_the_address_that_was_asked_before(scan, stages, sweeps):
    two = (HERE, sighting(at=TV, mac=MAC))

    def at(address, *ports):
        def probe(target, net):
            for port in ports:
                yield Service(address=address, transport=Transport.TCP, port=port, state=PortState.OPEN)
            yield Coverage(address=address, transport=Transport.TCP, ports="1-65535", engine="builtin")

        return surface(wants=exposes().wants, probe=probe)

    stages(discover={"fake": sees(*two)}, probe={"ports": at(TV, 8000)})
    before = scan()
    assert [d.addresses for d in others(before)] == [(HUB, TV)]
    stages(discover={"fake": sees(*two)}, probe={"ports": at(TV)})
    scan(past=Past(here=before))
    assert lost(sweeps.asked) == [(TV, (8000,))]
