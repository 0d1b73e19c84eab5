"""Devices that the settings say to leave alone, named by MAC: before anything is sent, and whatever is sent."""

from dataclasses import replace

import pytest
from netaddr import IPAddress, IPNetwork

from netguard.cli import _session
from netguard.config import Config
from netguard.model import address
from netguard.model.surroundings import Neighbour
from netguard.model.vantage import NextHop
from netguard.net.failures import RefusedByUs
from netguard.net.transcript import Transcript
from tests.servers import LOOPBACK
from tests.unit.cli.test_targets import ONLY4

ROUTER, BOX = IPAddress("192.168.1.1"), IPAddress("192.168.1.2")
MAC, OTHER = address.mac("00:00:5e:00:53:01"), address.mac("00:00:5e:00:53:02")
NETWORK = (IPNetwork("192.168.1.0/24"),)
NEVER = Config(never_touch=("00:00:5e:00:53:01",))


def at_home(*neighbours, mac=None):
    vantage = replace(ONLY4.vantage, gateway=NextHop(address=ROUTER, mac=mac))
    return replace(ONLY4, vantage=vantage, neighbours=tuple(neighbours))


@pytest.mark.parametrize(
    ("around", "left_alone"),
    [
        (at_home(mac=MAC), {ROUTER}),
        (at_home(Neighbour(address=BOX, mac=MAC)), {BOX}),
        (at_home(Neighbour(address=BOX, mac=MAC, reachable=False), mac=MAC), {ROUTER, BOX}),
        (at_home(Neighbour(address=BOX, mac=OTHER), mac=OTHER), set()),
        (at_home(), set()),
    ],
    ids=["the router", "a neighbour", "both", "others", "not known"],
)
def test_who_is_named_by_its_mac_is_left_alone_at_every_address_that_it_is_known_by(around, left_alone):
    guard = _session.guard(NETWORK, NEVER, around)
    assert {at for at in (ROUTER, BOX) if guard.is_untouchable(at)} == left_alone
    for at in left_alone:
        with pytest.raises(RefusedByUs, match="never to touch"):
            guard.check(at)


def test_what_is_learnt_later_counts_from_then_on():
    guard = _session.guard(NETWORK, NEVER, at_home())
    guard.check(BOX)
    _session.teach(guard, at_home(Neighbour(address=BOX, mac=MAC)))
    with pytest.raises(RefusedByUs):
        guard.check(BOX)


@pytest.mark.parametrize(("never", "met"), [(NEVER, False), (Config(), True)])
def test_a_router_that_is_to_be_left_alone_is_not_met_to_learn_its_mac(never, met):
    """The kernel may know its MAC from its neighbour table although the default route's is not filled in."""
    router = IPAddress("127.0.0.2")
    vantage = replace(ONLY4.vantage, address=LOOPBACK, interface="lo", gateway=NextHop(address=router))
    around = replace(ONLY4, vantage=vantage, neighbours=(Neighbour(address=router, mac=MAC),))
    transcript = Transcript()
    _session.meet_router(around, lambda: around.neighbours, never, transcript)
    assert bool(transcript.counts) is met
