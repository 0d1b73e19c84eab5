"""A printer prints whatever it is sent, so it is sent nothing: every probe against every port that prints."""

from contextlib import suppress

import pytest

from netguard import registry
from netguard.model.vocabulary import Depth
from netguard.net import limits
from netguard.net.failures import NoAnswer, RefusedByUs
from netguard.probe._contract import Target
from tests.builders import device
from tests.servers import LOOPBACK
from tests.unit.probe.conftest import fact, make_ask
from tests.unit.probe.moods import target_of

PROBES = registry.load_all("netguard.probe", "wants", "probe")
LISTENERS = ("banners", "ftp", "telnet")
"""They hear what is said before they say anything, so to a printer, which says nothing, they send nothing either."""
PRINTING = sorted(limits.PAYLOAD_BLOCKED_PORTS)


@pytest.mark.parametrize("name", sorted(PROBES.keys() - {"ports"}))
@pytest.mark.parametrize("turn", ["light", "deep"])
def test_no_probe_with_payload_wants_a_printing_port(name, turn):
    printer = device(services=PRINTING)
    for facts in (
        (),
        [fact("tcp.banner", "", p) for p in PRINTING],
        [fact("tls.version", "TLSv1.3", p) for p in PRINTING],
    ):
        ask = make_ask(turn=turn, depth=Depth.DEEP, facts=facts)
        assert list(PROBES[name].wants(printer, ask)) == []


@pytest.mark.parametrize("port", PRINTING)
def test_a_real_printer_gets_connections_and_not_one_byte(net, listener, port):
    try:
        printer = listener(port=port)
    except OSError as error:
        pytest.skip(f"port {port} cannot be had here: {error.strerror}")
    list(PROBES["ports"].probe(Target(address=LOOPBACK, ports=(port,)), net))
    for name in LISTENERS:
        with suppress(NoAnswer):
            list(PROBES[name].probe(Target(address=LOOPBACK, port=port), net))
    for name in sorted(PROBES.keys() - {"ports", *LISTENERS}):
        with pytest.raises(RefusedByUs, match="printer would print"):
            list(PROBES[name].probe(target_of(name, port), net))
    assert printer.received == b""
    assert printer.accepted >= 1
