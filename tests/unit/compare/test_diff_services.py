"""Ports between two scans: new, gone, back, another version, and what was not asked or did not answer for once."""

import dataclasses

from netguard.model.device import Coverage
from netguard.model.vocabulary import Depth, PortState, Transport
from tests import builders
from tests.unit.compare.over_time import camera, chain, closed, compared, dated, entry, known, router, scan, words


def having(*services, asked="1-1024"):
    return scan(router(), camera(asked=asked, services=services))


def test_a_new_port_is_told_once():
    told = chain(having(443), having(443, 23), having(443, 23))
    assert [words(d) for d in told] == [["service new tcp/23"], []]
    (change,) = told[0].changes
    assert (change.cause, change.subject, change.name) == ("network", "mac:00:00:5e:00:53:14", "camera 20")


def test_a_port_that_nobody_had_asked_may_have_been_open_all_along():
    told = chain(having(443), having(443, 8080, asked="1-1024,8080"))
    assert words(told[0]) == ["service new tcp/8080"]
    assert told[0].changes[0].cause == "vantage"


def test_a_port_that_any_earlier_scan_found_closed_is_new_by_the_network():
    told = chain(having(443, asked="1-65535"), having(443), having(443, 8080, asked="1-65535"))
    assert [words(d) for d in told] == [[], ["service new tcp/8080"]]
    assert told[1].changes[0].cause == "network"


def test_the_same_port_of_another_transport_was_not_asked():
    udp = builders.service(23, transport=Transport.UDP)
    told = chain(having(443, asked="1-1024"), having(443, udp))
    assert [(c.what, c.cause) for c in told[0].changes] == [("udp/23", "vantage")]


def test_a_port_that_is_shut_when_it_is_asked_by_itself_is_gone_at_once():
    told = chain(having(443, 23), having(443, closed(23)), having(443, closed(23)), having(443))
    assert [words(d) for d in told] == [["service gone tcp/23"], [], []]
    assert not told[0].unobserved


def test_a_port_that_is_filtered_when_it_is_asked_by_itself_is_gone():
    filtered = builders.service(23, state=PortState.FILTERED)
    assert words(chain(having(443, 23), having(443, filtered))[0]) == ["service gone tcp/23"]


def test_a_port_that_is_open_at_one_address_and_shut_at_another_is_open():
    other = builders.service(443, at="192.0.2.21", state=PortState.CLOSED)
    assert chain(having(443), having(443, other))[0].is_empty


def test_a_silent_port_is_gone_the_second_time():
    told = chain(having(443, 23), having(443), having(443), having(443))
    assert [words(d) for d in told] == [[], ["service gone tcp/23"], []]
    (silent,) = told[0].unobserved
    assert (silent.kind, silent.what) == ("service", "tcp/23")
    assert silent.why == "it did not answer this time; it is told as gone when it is silent again"


def test_a_port_that_was_silent_once_and_answers_again_is_no_change():
    assert all(d.is_empty for d in chain(having(443, 23), having(443), having(443, 23), having(443)))


def test_two_samples_between_two_scans_are_two():
    made = dated([having(443, 23), having(443), having(443)])
    series = [entry(s) for s in made]
    assert words(compared(made[0], made[2], series=series)) == ["service gone tcp/23"]
    assert compared(made[0], made[2]).is_empty


def test_a_port_that_was_not_asked_is_not_gone_however_often():
    told = chain(
        having(8080, 443, asked="1-65535"), having(443), having(443), having(443), having(8080, 443, asked="1-65535")
    )
    assert all(d.is_empty for d in told)
    (unasked,) = told[0].unobserved
    assert (unasked.what, unasked.why) == ("tcp/8080", "the newer scan did not ask it")


def test_a_port_that_was_gone_is_back():
    told = chain(having(443, 23), having(443, closed(23)), having(443, 23))
    assert [words(d) for d in told] == [["service gone tcp/23"], ["service back tcp/23"]]


def udp(state):
    vague = builders.service(161, state=state, transport=Transport.UDP)
    asked = Coverage(address=vague.address, transport=Transport.UDP, ports="161", engine="nmap")
    return scan(router(), camera(services=(443, vague), coverage=(builders.coverage("1-1024"), asked)))


def test_open_or_filtered_never_enters():
    vague = udp(PortState.OPEN_OR_FILTERED)
    assert all(d.is_empty for d in chain(having(443), vague, having(443), vague))


def test_an_open_port_that_cannot_be_told_any_more_is_not_gone():
    vague = udp(PortState.OPEN_OR_FILTERED)
    assert all(d.is_empty for d in chain(udp(PortState.OPEN), vague, vague, vague))


def test_a_device_that_was_away_in_between_is_compared_with_when_it_was_seen_last():
    told = chain(having(443), scan(router()), having(443, 23))
    assert [words(d) for d in told] == [[], ["service new tcp/23"]]


def test_ports_of_a_new_device_are_told_with_it():
    told = chain(scan(router()), having(443, 23))
    assert words(told[0]) == ["device new"]
    assert {a.what: a.after for a in told[0].changes[0].attributes}["ports"] == "tcp/23, tcp/443"


def test_ports_of_a_device_that_is_gone_are_gone_with_it():
    told = chain(having(443, 23), scan(router()), scan(router()))
    assert [words(d) for d in told] == [[], ["device gone"]]
    assert not [u for u in told[0].unobserved if u.kind == "service"]


def test_ports_of_a_device_that_only_the_registry_remembers_have_nothing_to_be_compared_with():
    since = known("a", "mac:00:00:5e:00:53:14", first_seen=builders.NOW)
    assert chain(scan(router()), having(443, 23), known=[since])[0].is_empty


def speaking(version, product="OpenSSH"):
    return having(dataclasses.replace(builders.service(22), product=product, version=version))


def test_another_version_is_told_once():
    told = chain(speaking("9.2"), speaking("9.3"), speaking("9.3"))
    assert [words(d) for d in told] == [["service changed tcp/22 version=OpenSSH 9.2>OpenSSH 9.3"], []]


def test_a_version_that_is_not_known_is_no_other_one():
    assert all(d.is_empty for d in chain(speaking("9.2"), speaking(None), speaking("9.2"), speaking("9.2", None)))
    told = chain(speaking("9.2"), speaking(None), speaking("9.3"))
    assert [words(d) for d in told] == [[], ["service changed tcp/22 version=OpenSSH 9.2>OpenSSH 9.3"]]


def test_the_depth_of_a_scan_closes_nothing():
    deep = dataclasses.replace(having(443, 8080, asked="1-65535"), depth=Depth.DEEP)
    quick = dataclasses.replace(having(443, asked="443"), depth=Depth.QUICK)
    told = chain(deep, quick, deep, quick, quick, deep)
    assert all(d.is_empty for d in told)
    assert told[0].remarks == ("The older scan looked with depth deep, the newer with depth quick.",)
