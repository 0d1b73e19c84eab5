"""What listens on a device, in words."""

from dataclasses import replace

from netaddr import IPAddress

from netguard.model.device import Device
from netguard.model.scan import Scan
from netguard.model.vocabulary import PortState, Role
from netguard.report.services import MAX_SAID, distinct, services
from tests import builders


def _scan(device: Device, *observations: object) -> Scan:
    return builders.scan(device, observations=observations)


def test_alike_at_two_addresses_is_said_once_and_otherwise_the_address_is_said() -> None:
    other = "2001:db8::20"
    device = builders.device(
        role=Role.CAMERA,
        services=(builders.service(80), builders.service(80, at=other), builders.service(22)),
        addresses=(IPAddress("192.0.2.20"), IPAddress(other)),
    )
    groups = services(_scan(device), device)
    assert [(g.where, [s.port for s in g.services]) for g in groups] == [
        ("192.0.2.20", ["TCP 22"]),
        ("192.0.2.20 and 2001:db8::20", ["TCP 80"]),
    ]
    assert distinct(groups) == 2


def test_one_address_is_not_repeated() -> None:
    device = builders.device(services=(80, 22))
    assert [g.where for g in services(_scan(device), device)] == [None]
    assert services(_scan(device), replace(device, services=())) == ()


def test_what_was_seen_on_a_port_stands_beside_it() -> None:
    device = builders.device(role=Role.LOCK_HUB, services=(8080, 1883, 554, 445, 22))
    facts = [
        builders.observation(number, kind, value, of=device, port=port)
        for number, (port, kind, value) in enumerate(
            [
                (8080, "http.title", "Bridge"),
                (8080, "api.name", "Nuki Bridge HTTP API"),
                (8080, "api.login", "none"),
                (8080, "api.encrypted", False),
                (1883, "mqtt.anonymous", False),
                (554, "rtsp.describe", 401),
                (445, "smb.v1", True),
                (22, "ssh.banner", "SSH-2.0-x"),
                (22, "ssh.login", "a word of tomorrow"),
            ]
        )
    ]
    (group,) = services(_scan(device, *facts), device)
    assert {s.port: s.said for s in group.services} == {
        "TCP 8080": (
            "page “Bridge”",
            "Nuki Bridge HTTP API",
            "it answers anybody, without a login",
            "in the clear, without TLS",
        ),
        "TCP 1883": ("it asks for a login",),
        "TCP 554": ("it asks for a login",),
        "TCP 445": ("it accepts SMB 1",),
        "TCP 22": (),
    }


def test_a_port_that_says_very_much_fills_no_page() -> None:
    device = builders.device(services=(80,))
    facts = [builders.observation(n, "api.name", f"API {n}", of=device, port=80) for n in range(40)]
    (group,) = services(_scan(device, *facts), device)
    assert len(group.services[0].said) == MAX_SAID


def test_facts_under_a_former_key_are_the_devices_own() -> None:
    before = builders.device(services=(80,))
    fact = builders.observation(1, "api.name", "Hue", of=before, port=80)
    device = replace(before, key="hue:1", former_keys=(before.key,))
    (group,) = services(_scan(device, fact), device)
    assert group.services[0].said == ("Hue",)


def test_ports_without_a_reason_come_first_and_closed_ones_are_not_counted() -> None:
    device = builders.device(
        services=(
            builders.service(22, expected=True, name="ssh"),
            builders.service(23, expected=False),
            builders.service(80, expected=False, state=PortState.FILTERED),
            builders.service(443),
        )
    )
    groups = services(_scan(device), device)
    (group,) = groups
    assert [(s.port, s.verdict, s.open) for s in group.services] == [
        ("TCP 23", "unexpected", True),
        ("TCP 22", "expected", True),
        ("TCP 80", "unjudged", False),
        ("TCP 443", "unjudged", True),
    ]
    silent = group.services[2]
    assert (silent.state, silent.expected, silent.what) == ("no answer (filtered)", "", "nothing there now")
    assert (distinct(groups), distinct(groups, "unexpected")) == (3, 1)
