"""What the probes of local interfaces have in common: when they ask, whom they leave alone, and that they bear any answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard import registry
from netguard.model.observation import Fact, clean
from netguard.model.vocabulary import Role, Transport
from netguard.net.failures import NoAnswer
from netguard.probe import _api, _http
from netguard.probe._contract import Target
from tests.builders import device
from tests.servers import LOOPBACK
from tests.unit.probe.conftest import TEXT, fact, make_ask

PROFILES = {
    "nuki": ("nuki-bridge", 8080),
    "tedee": ("tedee-bridge", 80),
    "hue": ("philips-hue-bridge", 80),
    "home-assistant": ("home-assistant", 8123),
    "hubitat": ("hubitat", 80),
    "homematic": ("homematic-ccu", 2001),
    "zigbee2mqtt": ("zigbee2mqtt", 8080),
    "zwave-js": ("zwave-js", 3000),
    "aqara": ("aqara-hub", 9898),
}
"""Of each probe a record that it asks, and the port it asks there."""

HERE = Target(address=LOOPBACK, port=80)
EVERY_PORT = [80, 443, 2001, 2010, 3000, 8080, 8091, 8099, 8123, 8181, 42001, 42010]


def asked(name, *services, profile=None, role=Role.SMART_HOME_HUB, **given):
    module = registry.load("netguard.probe", name)
    found = module.wants(device(20, role, profile=profile, services=services), make_ask(**given))
    return [(t.port, t.secure, t.path) for t in found]


@pytest.mark.parametrize("name", PROFILES)
def test_each_asks_what_its_record_names_and_in_the_deep_round_only(name):
    profile, port = PROFILES[name]
    assert port in [each[0] for each in asked(name, *EVERY_PORT, profile=profile)]
    assert asked(name, *EVERY_PORT, profile=profile, turn="light") == []


@pytest.mark.parametrize("name", PROFILES)
def test_nobody_else_is_asked(name):
    """A camera, a computer or an unknown with all these ports open gets none of these questions."""
    for role in (Role.CAMERA, Role.COMPUTER, Role.UNKNOWN, Role.PRINTER):
        assert asked(name, *EVERY_PORT, role=role) == []
        assert asked(name, *EVERY_PORT, role=role, profile="reolink") == []


@pytest.mark.parametrize("name", PROFILES)
def test_what_answered_is_not_asked_again(name):
    profile, port = PROFILES[name]
    transport = Transport.UDP if name == "aqara" else Transport.TCP
    known = [fact("api.name", "x", port, transport)]
    assert port not in [each[0] for each in asked(name, *EVERY_PORT, profile=profile, facts=known)]


@pytest.mark.parametrize("name", sorted(set(PROFILES) - {"aqara"}))
def test_a_closed_port_a_printing_port_and_homekit_are_not_asked(name):
    profile, port = PROFILES[name]
    assert asked(name, profile=profile) == []
    homekit = [fact("dnssd.type", "_hap._tcp", port)]
    assert port not in [each[0] for each in asked(name, *EVERY_PORT, profile=profile, facts=homekit)]
    title = [
        fact("http.title", glob, printing) for printing in (631, 9100) for glob in ("Zigbee2MQTT", "Home Assistant")
    ]
    title += [fact("http.title", "Z-Wave JS UI", 9100), fact("http.server", "Tedee", 631)]
    assert asked(name, 631, 9100, profile=profile, facts=title) == []


@pytest.mark.parametrize("name", sorted(set(PROFILES) - {"aqara"}))
def test_one_port_at_two_addresses_is_asked_once(name):
    from tests.builders import service

    profile, port = PROFILES[name]
    twice = (service(port), service(port, at="192.0.2.21"))
    assert len(asked(name, *twice, profile=profile)) == 1


@pytest.mark.parametrize("name", sorted(set(PROFILES) - {"aqara", "homematic"}))
def test_tls_comes_first_where_it_was_seen(name):
    profile, port = PROFILES[name]
    found = asked(name, port, profile=profile, facts=[fact("tls.version", "TLSv1.3", port)])
    assert [each[1] for each in found] == [True]


@pytest.mark.parametrize("name", ["nuki", "tedee", "hubitat", "homematic"])
@given(
    body=st.one_of(TEXT, st.sampled_from([b"{}", b"[]", b"null", b"[" * 100_000, b'{"a":' * 20_000, b"1" * 5000])),
    status=st.sampled_from([200, 204, 302, 400, 401, 403, 404, 500, 503]),
    location=st.sampled_from(["", "/login", "http://[", "//", "/login/../"]),
)
def test_no_answer_breaks_a_reader(name, body, status, location):
    module = registry.load("netguard.probe", name)
    answer = _http.Answer(status=status, headers={"location": location}, body=body)
    try:
        found = list(module.read(answer, HERE))
    except NoAnswer as failure:
        assert str(failure)  # noqa: PT017 - either is right
    else:
        assert {f.kind for f in found if isinstance(f, Fact)} >= {"api.name", "api.encrypted"}


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3)))
def test_only_short_clean_texts_and_numbers_are_kept(value):
    kept = _api.stated({"a": {"b": value}}, "a", "b")
    assert kept is None or (0 < len(kept) <= _api.MAX_STATED and kept == clean(kept))
    assert _api.stated(value, "a") is None


def test_what_is_too_long_or_no_json_is_a_reason():
    with pytest.raises(NoAnswer, match="longer than 64 KiB"):
        _api.decoded(b'"' + b"x" * _http.MAX_BODY + b'"')
    for broken in (b"", b"<html>", b'{"a":', b"\xff", b"[" * 10_000):
        with pytest.raises(NoAnswer, match="no JSON"):
            _api.decoded(broken)
    assert _api.stated({"n": 10**30, "t": True, "x": "\x1b[31m"}, "n") is None
    assert _api.stated({"t": True}, "t") is None
    assert _api.stated({"x": "\x1b[31mv1"}, "x") == "[31mv1"
