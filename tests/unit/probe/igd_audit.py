"""One audit of a made-up router, as tests ask for it."""

from itertools import pairwise

from netguard.model.gateway import GatewayAnswer
from netguard.model.vocabulary import Transport
from netguard.net.failures import Failure
from netguard.probe import igd
from netguard.probe._contract import Target
from tests.unit.probe.fakes.igd import target


def audit(net, listener, router, **given):
    """(last answer, facts by kind, reason) of one audit; the answers before are parts of the last."""
    made = listener(behave=router)
    found, facts, reason = [], {}, None
    where = target(made.port)
    try:
        for what in igd.probe(Target(address=where.address, port=where.port, path=given.get("path", where.path)), net):
            if isinstance(what, GatewayAnswer):
                found.append(what)
            else:
                assert (what.transport, what.port) == (Transport.TCP, made.port)
                facts.setdefault(what.kind, []).append(what.value)
    except Failure as failure:
        reason = str(failure)
    for earlier, later in pairwise(found):
        assert set(earlier.mappings) <= set(later.mappings)
    return (found[-1] if found else None), facts, reason
