"""Where a device may go, where somebody has listened to it: beside its record, and where there is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from netaddr import IPAddress, IPNetwork

from netguard.advise.policy import leads_to
from netguard.advise.propose_egress import ANYBODYS, ENOUGH, Recorded, clock, is_anybodys, joined
from netguard.model.plan import MAX_ENTRIES, MAX_NAMES, MAX_PORTS, Domain, Talk
from netguard.model.vocabulary import Transport
from tests.unit.advise.learning import asked, learnt, learnts, went

HOME = (IPNetwork("192.0.2.0/24"),)
UNKNOWN = Recorded(talks="any", remarks=("nobody knows",))
NOWHERE = Recorded(talks=(), remarks=("it needs nothing",))


def to(*names, ports=(443,), transport=Transport.TCP):
    return Talk(transport=transport, ports=tuple(ports), names=tuple(map(Domain.of, names)))


MAKER = Recorded(talks=(to("maker.example"), clock()), remarks=("of the record",))
PARTLY = Recorded(talks="any", remarks=("udp/9000 without saying where to",), named=(to("maker.example"),))


def of(recorded, *flows, **given_):
    return joined(recorded, [learnt(*flows, **given_)], HOME)


def test_who_was_not_listened_to_is_as_the_record_says():
    for recorded in (UNKNOWN, NOWHERE, MAKER, PARTLY):
        assert joined(recorded, [], HOME) == (recorded.talks, recorded.remarks)


def test_without_a_record_what_was_learnt_takes_the_place_of_everything():
    talks, said = of(UNKNOWN, went("lock-cloud.example", ports=(443, 8883)))
    assert talks == (to("lock-cloud.example", ports=(443, 8883)), clock())
    assert said == (
        "Where it may go was learnt by listening to it for 20 days; no record says it. Take out what you do not recognise.",
    )


def test_beside_a_record_both_are_allowed_and_what_was_learnt_is_listed():
    talks, said = of(MAKER, went("fw.maker.example"), went("stats.example", ports=(8443,)))
    assert talks == (to("maker.example"), to("stats.example", ports=(8443,)), clock())
    assert said[0] == "of the record"
    assert "Learnt beside what its record says: stats.example (tcp/8443)." in said[1]


def test_what_the_record_has_already_is_no_news():
    assert of(MAKER, went("fw.maker.example"), went("maker.example")) == (MAKER.talks, ("of the record",))


def test_a_record_that_needs_no_internet_is_not_opened_and_the_owner_is_told():
    talks, said = of(NOWHERE, went("stats.example"), went(at=["203.0.113.5"], ports=(9000,)))
    assert talks == ()
    assert said == (
        "it needs nothing",
        "It went to stats.example, 203.0.113.5 tcp/9000 all the same, which its record does not ask for: add it to `talks` if something stops.",
    )


def test_a_record_that_says_half_of_it_is_completed_instead_of_everything():
    talks, said = of(PARTLY, went("stats.example"))
    assert talks == (to("maker.example"), to("stats.example"), clock())
    assert not any("without saying" in each for each in said)
    alone, why = of(PARTLY, went("maker.example"))
    assert alone == (to("maker.example"), clock())
    assert "nowhere but where its record names a place" in why[0]


@pytest.mark.parametrize(
    ("days", "said"), [(3, "3 days"), (0.25, "6 hours"), (1 / 96, "15 minutes"), (0, "less than a minute")]
)
def test_a_short_time_of_listening_is_said(days, said):
    talks, remarks = of(UNKNOWN, went("lock-cloud.example"), days=days)
    assert talks != "any"
    assert remarks[-1] == (
        f"It was listened to for {said} only: what it does once a week, an update or a new certificate, may be missing."
    )


def test_who_said_nothing_for_a_week_gets_no_internet_and_for_a_day_no_judgement():
    assert of(UNKNOWN) == ((), ("It went nowhere in the internet in 20 days, so it gets none.",))
    assert of(UNKNOWN, went(at=["203.0.113.9"], ports=(123,), transport=Transport.UDP))[0] == (clock(),)
    talks, said = of(UNKNOWN, days=1)
    assert talks == "any"
    assert said == (
        "nobody knows",
        "What was learnt of it does not help: 1 day of listening, in which it went nowhere, are too short to close it.",
    )


def test_addresses_without_a_name_are_told_and_never_opened():
    flow = went(at=["203.0.113.5", "2001:db8:cafe::5"], ports=(9000,), transport=Transport.UDP)
    talks, said = of(UNKNOWN, went("lock-cloud.example"), flow)
    assert talks == (to("lock-cloud.example"), clock())
    assert (
        "2001:db8:cafe::5 udp/9000, 203.0.113.5 udp/9000; that ends. If something stops, give it `talks: any`."
        in said[-1]
    )
    talks, said = of(UNKNOWN, flow)
    assert talks == "any"
    assert "it went to no place that a plan can name" in said[1]
    assert "that ends" not in said[2]


def test_a_question_alone_does_not_say_the_port():
    talks, said = of(UNKNOWN, asked("lock-cloud.example"))
    assert talks == (to("lock-cloud.example"), clock())
    assert said[-1] == "It asked for lock-cloud.example; which ports it uses there was not seen, TCP 443 is a guess."
    talks, said = of(UNKNOWN, asked("lock-cloud.example"), went("lock-cloud.example", ports=(8883,)))
    assert talks == (to("lock-cloud.example", ports=(8883,)), clock())
    assert len(said) == 1


def test_other_resolvers_end_and_what_is_inside_is_no_internet():
    talks, said = of(
        UNKNOWN,
        went("lock-cloud.example"),
        went(at=["8.8.8.8"], ports=(53,), transport=Transport.UDP),
        went("dns.example", ports=(443, 853)),
        went("hub.example", at=["192.0.2.40"], ports=(1883,)),
        went(at=["fe80::1"], ports=(5353,), transport=Transport.UDP),
    )
    assert talks == (to("dns.example", "lock-cloud.example"), clock())
    assert "It asked others than the router for names (8.8.8.8, dns.example), which ends" in said[1]
    assert "It went to 192.0.2.40 tcp/1883, fe80::1 udp/5353, which is inside" in said[2]


@pytest.mark.parametrize("name", ["printer.local", "9.2.0.192.in-addr.arpa", "nas.lan", "x.home.arpa", "wiki.internal"])
def test_names_of_the_home_are_nowhere_in_the_internet(name):
    assert of(UNKNOWN, went(name), asked(name))[0] == ()


@pytest.mark.parametrize("name", ["co.uk", "com.au", *sorted(ANYBODYS)])
def test_a_name_below_which_anybody_lives_is_told_and_not_opened(name):
    talks, said = of(UNKNOWN, went("lock-cloud.example"), went(name), asked(name))
    assert talks == (to("lock-cloud.example"), clock())
    assert f"Below {name} anybody can have a name" in said[-1]
    assert not is_anybodys(Domain.of(f"mine.{name}"))


def test_more_than_a_plan_can_hold_keeps_what_was_used_most():
    flows = [went(f"n{n}.example", ports=(1000 + n,), seen=n + 1) for n in range(2 * MAX_ENTRIES)]
    talks, said = of(UNKNOWN, *flows)
    assert len(talks) == MAX_ENTRIES
    assert {t.ports[0] for t in talks if t.names} == {1000 + n for n in range(MAX_ENTRIES + 1, 2 * MAX_ENTRIES)}
    assert f"{MAX_ENTRIES + 1} more places were learnt than a plan can hold" in said[1]
    names = of(UNKNOWN, *(went(f"n{n}.example") for n in range(MAX_NAMES + 1)))[0]
    assert sorted(len(t.names) for t in names) == [0, 1, MAX_NAMES]
    ports = of(UNKNOWN, *(went("p2p.example", ports=range(n, n + 40)) for n in (1000, 2000)))[0]
    assert sorted(len(t.ports) for t in ports) == [1, 16, MAX_PORTS]


def test_what_is_below_a_learnt_name_is_written_once():
    assert of(UNKNOWN, went("maker.example"), went("eu.maker.example"))[0] == (to("maker.example"), clock())
    both = of(UNKNOWN, went("maker.example"), went("eu.maker.example", ports=(8883,)))[0]
    assert both == (to("eu.maker.example", ports=(8883,)), to("maker.example"), clock())


RECORDED = st.sampled_from((UNKNOWN, NOWHERE, MAKER, PARTLY))


@given(RECORDED, st.lists(learnts(), min_size=1, max_size=2))
def test_listening_never_opens_everything_and_takes_nothing_of_a_record_away(recorded, found):
    talks, said = joined(recorded, found, HOME)
    if talks == "any":
        assert recorded.talks == "any"
        return
    assert len(talks) <= MAX_ENTRIES
    listed = {(t.transport, n, p) for t in talks for n in t.names for p in t.ports}
    known = recorded.named if recorded.talks == "any" else recorded.talks
    assert {(t.transport, n, p) for t in known for n in t.names for p in t.ports} <= listed
    # Whatever is allowed beside the record was seen, under a name that is of one owner, and is no question for names.
    seen = {(w.transport, n, p) for each in found for w in each.flows for n in w.names for p in w.ports}
    seen |= {(Transport.TCP, n, 443) for each in found for w in each.flows if w.transport is None for n in w.names}
    for entry in listed - {(t.transport, n, p) for t in known for n in t.names for p in t.ports}:
        assert entry in seen
        assert not is_anybodys(entry[1])
        assert entry[2] not in {53, 853}
    if recorded.talks == ():
        assert talks == ()
    if max(each.length for each in found) < ENOUGH and talks not in {(), recorded.talks}:
        assert any("only: what it does once a week" in each for each in said)


@given(RECORDED, st.lists(learnts(), min_size=1, max_size=2))
def test_nothing_that_was_seen_is_lost_without_a_word(recorded, found):
    """Each place that a device went to is allowed, told, inside the home, or the time."""
    talks, said = joined(recorded, found, HOME)
    if talks == "any" or sum(each.count(" and ") for each in said):
        return  # everything is allowed; or more was found than one reads
    text = " ".join(said)
    for flow in (w for each in found for w in each.flows):
        outside = [
            a for a in flow.addresses if a not in HOME[0] and a in (IPAddress("203.0.113.5"), IPAddress("8.8.8.8"))
        ]
        for port in set(flow.ports) - {123}:
            if not flow.names:
                assert all(str(a) in text for a in outside)
            for name in (n for n in flow.names if n.rpartition(".")[2] not in {"local", "arpa", "lan"}):
                allowed = any(
                    t.transport is flow.transport and port in t.ports and leads_to(name, n)
                    for t in talks
                    for n in t.names
                )
                inside = flow.addresses and all(a != IPAddress("203.0.113.5") for a in flow.addresses)
                above = any(leads_to(name, word.strip(",.()")) for word in text.split() if "." in word.strip(",.()"))
                assert allowed or name in text or inside or above, (name, port)
