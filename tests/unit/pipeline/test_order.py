"""The order of probes comes from what they say they need."""

from graphlib import CycleError

import pytest

from netguard.rounds import in_order
from tests.unit.pipeline.conftest import surface


def test_each_comes_after_what_it_needs_and_otherwise_alphabetically():
    probes = {
        "web": surface(needs=["ports", "secure"], provides=["web"]),
        "alpha": surface(needs=["ports"]),
        "ports": surface(provides=["ports"]),
        "tls": surface(needs=["ports"], provides=["secure"]),
    }
    order = list(in_order(probes))
    assert order[0] == "ports"
    assert order.index("tls") < order.index("web")
    assert order.index("alpha") < order.index("tls")
    assert list(in_order(dict(reversed(probes.items())))) == order


def test_two_may_provide_the_same_thing_and_both_come_first():
    probes = {"c": surface(needs=["x"]), "a": surface(provides=["x"]), "d": surface(provides=["x"])}
    assert list(in_order(probes))[-1] == "c"


def test_a_probe_may_need_what_it_provides_itself():
    assert list(in_order({"a": surface(needs=["x"], provides=["x"])})) == ["a"]


def test_a_circle_is_a_loud_error():
    with pytest.raises(CycleError):
        in_order({"a": surface(needs=["y"], provides=["x"]), "b": surface(needs=["x"], provides=["y"])})


def test_a_need_that_nobody_provides_is_a_loud_error():
    with pytest.raises(TypeError, match="probe a needs x, y, which no probe provides"):
        in_order({"a": surface(needs=["y", "x"])})
