"""Every probe against its fake in every mood; `moods.py` says what these are. A new probe is in here by being there."""

import re
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import pytest

from netguard.model.device import Coverage, Service
from netguard.model.observation import KINDS
from netguard.model.vocabulary import PortState, Transport
from netguard.net import limits
from tests.servers import loopback_network
from tests.unit.probe import moods

NAMES = moods.names()
LONGEST_SECONDS = 30.0
"""More than any probe's own waits together; one that waits for ever fails, a slow computer does not."""


@pytest.mark.parametrize("name", NAMES)
def test_every_probe_has_a_fake(name):
    made = moods.fake(name)
    assert isinstance(made.RIGHT, moods.Mood)
    assert isinstance(made.REFUSING, moods.Mood)


@pytest.mark.parametrize("mood", ["RIGHT", "REFUSING"])
@pytest.mark.parametrize("name", NAMES)
def test_what_the_service_says_is_learnt(net, name, mood):
    wanted = getattr(moods.fake(name), mood)
    seen = moods.look(name, wanted, net)
    if wanted.reason is None:
        assert seen.reason is None
    else:
        assert seen.reason is not None
        assert re.search(wanted.reason, seen.reason)
    for kind, value in wanted.learns.items():
        assert kind in seen.facts
        assert value is ... or seen.facts[kind] == value
    assert not set(wanted.not_learns) & set(seen.facts)
    if wanted.service is not None:
        assert wanted.service in {each.name for each in seen.learnt if isinstance(each, Service)}


@pytest.mark.parametrize("name", NAMES)
def test_a_closed_port_is_a_reason_or_coverage_and_never_a_service(net, name):
    seen = moods.look(name, None, net)
    assert not [each for each in seen.learnt if isinstance(each, Service) and each.state is PortState.OPEN]
    if getattr(moods.fake(name), "TRANSPORT", Transport.TCP) is Transport.UDP:
        # Over UDP nobody has asked before whether the port is open: being told so is what was looked for.
        assert seen.reason is None
        assert [each for each in seen.learnt if isinstance(each, Coverage)]
    else:
        assert seen.reason


@pytest.mark.parametrize("mood", moods.HOSTILE)
def test_a_broken_or_hostile_service_costs_little_and_breaks_nothing(mood):
    """All probes beside each other, since most of it is waiting."""

    def look(name):
        with loopback_network() as network:
            return moods.look(name, moods.HOSTILE[mood], network.net("test"))

    tracemalloc.start()
    try:
        with ThreadPoolExecutor(len(NAMES)) as pool:
            seen = dict(zip(NAMES, pool.map(look, NAMES), strict=True))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    for name, outcome in seen.items():
        assert outcome.seconds < LONGEST_SECONDS, name
        assert outcome.reason is None or len(outcome.reason) > 10, name
        for kind in outcome.facts:
            assert kind in KINDS, name
        if mood == "silent":
            assert not set(outcome.facts) - {"tcp.banner"}, f"{name} made something of nothing"
    assert peak < len(NAMES) * 8 * limits.READ_BYTES
