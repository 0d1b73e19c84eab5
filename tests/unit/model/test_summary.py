"""A scan in short: what was asked, what is closed, listed and settled, so that what is missing is told from what was not seen."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.model import codec, ports
from netguard.model.timeline import MOST_HEARD, Entry, OpenLine, PointLine, Settled, Summary, summary
from netguard.model.timeline import line as line_of
from netguard.model.vocabulary import Pmf, PortState, Security, Status, Transport
from netguard.model.wifi import Wps
from tests import builders
from tests.unit.compare.over_time import WEEK, camera, closed, finding, gateway, mapping, own, router, running, scan

NUMBERS = st.frozensets(st.integers(0, 60))


def line(made, key="mac:00:00:5e:00:53:14"):
    (found,) = [d for d in summary(made).devices if d.key == key]
    return found


def test_what_was_asked_is_told_once_for_all_who_were_asked_it():
    made = summary(scan(camera(20, asked="1-1024"), camera(21, asked="1-1024"), camera(22, asked="443")))
    assert made.asked == ("tcp/1-1024", "tcp/443")
    assert [d.asked for d in made.devices if d.key != "mac:own"] == [(0,), (0,), (1,)]


def test_what_was_asked_at_several_addresses_and_by_several_engines_is_one():
    both = (builders.coverage("1-10,20"), builders.coverage("5-15", "192.0.2.21"))
    assert summary(scan(camera(coverage=both))).asked == ("tcp/1-15,20",)


def test_a_port_that_is_open_or_filtered_was_not_asked():
    vague = builders.service(5, state=PortState.OPEN_OR_FILTERED)
    other = builders.service(6, state=PortState.OPEN_OR_FILTERED, transport=Transport.UDP)
    assert summary(scan(camera(asked="1-10", services=(vague, other)))).asked == ("tcp/1-4,6-10",)


def test_closed_ports_are_those_that_are_listed_and_nowhere_open():
    shut = (closed(23), builders.service(24, state=PortState.FILTERED), closed(443), builders.service(443))
    told = line(scan(camera(services=shut)))
    assert (told.open, told.closed) == (("tcp/443",), ("tcp/23", "tcp/24"))


def test_versions_of_open_ports_where_they_are_known():
    assert line(scan(running(22, "OpenSSH", "9.2"))).versions == ("tcp/22 OpenSSH 9.2",)
    assert line(scan(running(22, None, "9.2"))).versions == ("tcp/22 9.2",)
    assert line(scan(running(22, "OpenSSH", None))).versions == ()


def test_a_check_settles_what_it_has_nothing_else_to_say_of():
    a, b, c = camera(20), camera(21), camera(22)
    made = scan(
        findings=(
            finding("x", a, Status.PASS),
            finding("x", b, Status.NOT_APPLICABLE),
            finding("x", c, Status.PASS),
            finding("x", c, Status.UNKNOWN, mark="1"),
            finding("y", a, Status.PASS),
            finding("y", a, mark="1"),
            finding("z", "network", Status.PASS),
        )
    )
    short = summary(made)
    assert short.targets == (a.key, b.key, c.key, "network")
    assert short.settled == (Settled(check="x", targets="0-1"), Settled(check="z", targets="3"))
    assert short.open == (
        OpenLine(
            fingerprint=finding("y", a, mark="1").fingerprint, check="y", severity="high", target=a.key, title="y 1"
        ),
    )


@pytest.mark.parametrize(
    ("facts", "port"),
    [
        ([445], "tcp/445"),
        ([445, 445], "tcp/445"),
        ([445, 139], None),
        ([445, None], None),
        ([None], None),
        ([], None),
    ],
)
def test_an_open_finding_has_the_one_port_that_all_evidence_about_its_target_is_from(facts, port):
    a, b = camera(20), camera(21)
    seen = [builders.observation(n, "smb1", value=True, of=a, port=each) for n, each in enumerate(facts)]
    other = builders.observation(99, "smb1", value=True, of=b, port=80)
    evidence = (*(o.id for o in seen), other.id, "not there")
    made = scan(a, b, observations=(*seen, other), findings=(finding("smbv1", a, mark="smb1", evidence=evidence),))
    assert [each.port for each in summary(made).open] == [port]


def test_only_a_router_that_named_its_last_mapping_listed_all():
    doors = (gateway(mapping(1)), gateway(key="mac:b", listed="part"), gateway(key="mac:c", listed=None))
    assert summary(scan(router(), gateways=doors)).listed == ("mac:00:00:5e:00:53:01",)


def test_access_points_with_what_is_told_of_them():
    mine = own(security=Security.WPA3_PERSONAL, pmf=Pmf.REQUIRED, wps=Wps(present=True))
    assert summary(scan(wifi=(mine,))).points == (
        PointLine(bssid="00:00:5e:00:53:01", ssid="Home", security=Security.WPA3_PERSONAL, pmf=Pmf.REQUIRED, wps=True),
    )
    assert [summary(scan(wifi=w)).heard for w in ((), (builders.bss("x", "00:00:5e:00:53:77"),))] == [False, True]


def test_whoever_is_heard_is_kept_up_to_a_number_that_no_home_hears():
    assert summary(scan()).air == ()
    both = (builders.bss("x", "00:00:5e:00:53:77"), own(), builders.bss("y", "00:00:5e:00:53:77"))
    assert summary(scan(wifi=both)).air == ("00:00:5e:00:53:01", "00:00:5e:00:53:77")
    many = [builders.bss("x", f"02:00:5e:00:{n // 256:02x}:{n % 256:02x}") for n in range(MOST_HEARD + 1)]
    assert len(summary(scan(wifi=tuple(many[1:]))).air) == MOST_HEARD
    assert summary(scan(wifi=tuple(many))).air is None
    assert summary(scan(wifi=tuple(many))).heard


def test_a_summary_of_an_older_netguard_is_read():
    assert codec.loads_value('{"whole": true}', Summary) == Summary(whole=True)
    assert Summary(whole=True).air is None


def test_an_entry_stands_where_the_history_put_it():
    made = Entry(line=line_of(scan()), summary=summary(scan()))
    assert made.placed_at == builders.NOW
    assert dataclasses.replace(made, ordered_at=builders.NOW + WEEK).placed_at == builders.NOW + WEEK


@given(st.lists(NUMBERS, max_size=4), NUMBERS)
def test_the_union_of_texts_is_that_of_their_ports(sets, without):
    text = ports.union(map(ports.render, sets), without)
    assert ports.parse(text) == frozenset().union(*sets) - without
    assert text == ports.render(frozenset().union(*sets) - without)


@given(NUMBERS, st.integers(0, 70))
def test_what_a_text_includes(numbers, port):
    assert ports.includes(ports.render(numbers), port) is (port in numbers)


def test_a_text_that_is_none():
    with pytest.raises(ValueError, match="not a range of ports"):
        ports.union(["1-x"])
