"""Real servers on loopback, and what a probe is asked with."""

from functools import cache

import pytest
from hypothesis import strategies as st

from netguard.model.observation import Fact
from netguard.model.vocabulary import Depth, Transport
from netguard.probe._contract import Ask, Target
from netguard.rules import loader
from tests.servers import LOOPBACK, listener, network

__all__ = ["listener", "network"]

TARGET = Target(address=LOOPBACK, port=80)

TEXT = st.one_of(st.binary(max_size=400), st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
"""What a server may say: any bytes, and any text."""


@cache
def rules():
    return loader.load()


def make_ask(turn="deep", depth=Depth.STANDARD, facts=(), named=False):
    return Ask(depth=depth, round=turn, rules=rules(), facts=tuple(facts), named=named)


def fact(kind, value="x", port=80, transport=Transport.TCP):
    return Fact(kind=kind, value=value, transport=transport, port=port)


def said(learnt):
    """Facts by kind, and the service as (name, product, version) under `service`."""
    found = {}
    for what in learnt:
        if isinstance(what, Fact):
            found[what.kind] = what.value
        else:
            found["service"] = (what.name, what.product, what.version)
    return found


def texts(learnt):
    """Everything in it that a device had a say in."""
    for what in learnt:
        yield from (
            str(v) for v in ([what.value] if isinstance(what, Fact) else [what.name, what.product, what.version])
        )


@pytest.fixture
def net(network):
    return network.net("test")
