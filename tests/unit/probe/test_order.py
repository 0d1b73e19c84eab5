"""What every probe promises by its declarations."""

import pytest

from netguard import registry
from netguard.model.vocabulary import PortState
from netguard.probe._contract import Target, open_tcp
from netguard.rounds import in_order
from tests.builders import device, service
from tests.servers import LOOPBACK
from tests.unit.probe.conftest import fact, make_ask

PROBES = registry.load_all("netguard.probe", "NEEDS", "PROVIDES", "wants", "probe")


def test_ports_come_first_and_what_tells_tls_apart_before_http():
    first = ["ports", "banners", "tls", "http"]
    assert [name for name in in_order(PROBES) if name in first] == first


@pytest.mark.parametrize("name", sorted(PROBES.keys() - {"ports"}))
@pytest.mark.parametrize("turn", ["light", "deep"])
def test_no_probe_wants_the_same_port_twice_or_a_port_that_is_not_open(name, turn):
    closed = service(8080, state=PortState.FILTERED)
    found = device(services=(21, 80, 443, 8443, 12345, closed))
    facts = [fact("tcp.banner", "", 12345), fact("tls.version", "TLSv1.2", 8443)]
    wanted = [t.port for t in PROBES[name].wants(found, make_ask(turn=turn, facts=facts))]
    assert len(wanted) == len(set(wanted))
    assert 8080 not in wanted


def test_open_ports_are_asked_in_order():
    assert [s.port for s in open_tcp(device(services=(443, 22, 80)))] == [22, 80, 443]


def test_a_target_reads_like_an_address():
    assert str(Target(address=LOOPBACK, port=80)) == "127.0.0.1 tcp/80"
    assert str(Target(address=LOOPBACK, ports=(1, 2))) == "127.0.0.1"


def test_what_a_description_has_shown_to_speak_http_is_neither_listened_to_nor_asked_for_tls():
    """A media server's port that no list has: three questions and five seconds less."""
    found = device(services=(service(8200, name="http"),))
    wanted = {name: [t.port for t in PROBES[name].wants(found, make_ask())] for name in ("banners", "tls", "http")}
    assert wanted == {"banners": [], "tls": [], "http": [8200]}
