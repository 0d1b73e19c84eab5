"""Lists of mappings: how they end, what they leave out, and what two of them together say."""

from itertools import count

import pytest

from netguard.probe import _wan
from tests.unit.probe.fakes.igd import WANIP1, WANIP2, Router, entry, fault, page, said
from tests.unit.probe.igd_audit import audit


@pytest.mark.parametrize("code", [713, 714])
def test_an_empty_list_that_ends_as_the_standard_says_is_known_to_be_all(net, listener, code):
    answer, facts, reason = audit(net, listener, Router(end=code))
    assert (answer.said.listed, answer.mappings, reason) == ("all", (), None)
    assert "igd.mapping" not in facts


@pytest.mark.parametrize(
    ("code", "after", "listed", "why"),
    [
        (713, 2, "all", None),
        (714, 2, "all", None),
        (402, 2, "all", None),
        (501, 2, "all", None),
        (401, 2, "all", None),
        (606, 2, "part", "ends after 2 mappings: it answered with error 606"),
        (899, 2, "part", "ends after 2 mappings: it answered with error 899"),
        (606, 0, "refused", "does not say which ports it forwards: it answered with error 606"),
        (401, 0, "refused", "does not say which ports"),
        (602, 0, "refused", "does not say which ports"),
        ("", 2, "part", "ends after 2 mappings: it answered with an error without a number, No"),
        ("", 0, "part", "ends after 0 mappings: it answered with an error without a number"),
        (402, 0, "part", "ends after 0 mappings: it answered with error 402"),
        (501, 0, "part", "ends after 0 mappings: it answered with error 501"),
    ],
)
def test_how_a_list_ends_says_how_much_is_known(net, listener, code, after, listed, why):
    router = Router(mappings=[entry(port) for port in range(1000, 1000 + after)], end=code)
    answer, _, reason = audit(net, listener, router)
    assert (answer.said.listed, len(answer.mappings)) == (listed, after)
    assert reason is None if why is None else why in reason


def test_a_lister_that_never_ends_is_read_to_its_bound(net, listener, monkeypatch):
    monkeypatch.setattr(_wan, "MAX_MAPPINGS", 40)
    ports = count(1000)
    router = Router(
        answers={"GetGenericPortMappingEntry": lambda _: said("GetGenericPortMappingEntry", entry(next(ports)))}
    )
    answer, facts, reason = audit(net, listener, router)
    assert (answer.said.listed, len(answer.mappings), len(facts["igd.mapping"])) == ("part", 40, 40)
    assert "goes on after 40 mappings" in reason
    assert len(router.asked) == 44


def test_several_services_and_both_protocols_share_one_bound(net, listener, monkeypatch):
    monkeypatch.setattr(_wan, "MAX_MAPPINGS", 20)
    ports = count(1000)
    endless = {"GetGenericPortMappingEntry": lambda _: said("GetGenericPortMappingEntry", entry(next(ports)))}
    services = tuple((WANIP1, f"/ctl/{n}") for n in range(8))
    router = Router(services=services, answers=endless)
    answer, facts, reason = audit(net, listener, router)
    assert (answer.said.listed, len(answer.mappings), len(facts["igd.mapping"])) == ("part", 20, 20)
    assert "more than 20 mappings are not read" in reason
    assert {each.split(" ")[0] for each in router.asked[1:]} == {"/ctl/0"}
    both = [entry(20_000 + n, protocol=p) for n in range(15) for p in ("TCP", "UDP")]
    router = Router(services=((WANIP2, "/c"),), at_once=both, answers=endless)
    answer, facts, _ = audit(net, listener, router)
    assert (answer.said.listed, len(answer.mappings), len(facts["igd.mapping"])) == ("part", 20, 20)


def test_a_lister_that_repeats_itself_is_stopped_although_its_lease_runs_down(net, listener):
    lease = count(900, -1)

    def again(_):
        return said("GetGenericPortMappingEntry", entry(NewLeaseDuration=str(next(lease))))

    router = Router(answers={"GetGenericPortMappingEntry": again})
    answer, _, reason = audit(net, listener, router)
    assert (answer.said.listed, len(answer.mappings)) == ("part", 1)
    assert "repeats itself from entry 1 on" in reason
    assert next(lease) == 898


def test_what_only_one_of_the_two_lists_has_is_kept_and_said(net, listener):
    router = Router(
        services=((WANIP2, "/c"),), mappings=[entry(), entry(22)], at_once=[entry(22), entry(3389, "192.0.2.40")]
    )
    answer, facts, reason = audit(net, listener, router)
    assert [m.external_port for m in answer.mappings] == [8443, 22, 3389]
    assert "tcp 3389 -> 192.0.2.40 443" in facts["igd.mapping"]
    assert answer.said.listed == "all"
    assert reason == "its two lists differ: GetListOfPortMappings has 1 that the other has not, and lacks 1"


def test_an_order_that_differs_and_leases_that_run_down_are_no_difference(net, listener):
    one, other = entry(NewLeaseDuration="100"), entry(22, protocol="UDP")
    router = Router(
        services=((WANIP2, "/c"),), mappings=[one, other], at_once=[other, one | {"NewLeaseDuration": "99"}]
    )
    answer, _, reason = audit(net, listener, router)
    assert (len(answer.mappings), answer.said.listed, reason) == (2, "all", None)


def test_a_list_at_once_speaks_for_a_router_that_gives_no_single_ones(net, listener):
    refusing = {"GetGenericPortMappingEntry": fault(606)}
    router = Router(services=((WANIP2, "/c"),), mappings=[entry()], answers=dict(refusing))
    answer, _, reason = audit(net, listener, router)
    assert (answer.said.listed, len(answer.mappings), reason) == ("all", 1, None)
    router.answers["GetListOfPortMappings"] = fault(606)
    answer, _, reason = audit(net, listener, router)
    assert (answer.said.listed, answer.mappings) == ("refused", ())
    assert "does not list its TCP mappings at once" in reason


def test_of_a_long_list_given_at_once_a_few_are_looked_up_and_its_end(net, listener):
    many = [entry(20_000 + n, protocol=("TCP", "UDP")[n % 2]) for n in range(50)]
    router = Router(services=((WANIP2, "/c"),), mappings=many)
    answer, facts, reason = audit(net, listener, router)
    assert (answer.said.listed, len(answer.mappings), len(facts["igd.mapping"]), reason) == ("all", 50, 50, None)
    assert sum("GetGenericPortMappingEntry" in each for each in router.asked) == _wan.SAMPLES + 2


@pytest.mark.parametrize("hidden", [[49], [0], [25, 26], [*range(10, 50)]])
def test_a_long_list_at_once_that_leaves_something_out_is_not_believed(net, listener, hidden):
    many = [entry(20_000 + n) for n in range(50)]
    router = Router(services=((WANIP2, "/c"),), mappings=many)
    router.at_once = [each for n, each in enumerate(many) if n not in hidden]
    answer, _, reason = audit(net, listener, router)
    assert (answer.said.listed, len(answer.mappings)) == ("all", 50)
    assert f"lacks {len(hidden)}" in reason
    router.at_once, router.mappings = many, [each for n, each in enumerate(many) if n not in hidden]
    answer, _, reason = audit(net, listener, router)
    assert (answer.said.listed, len(answer.mappings)) == ("all", 50)
    assert f"has {len(hidden)} that the other has not" in reason


def test_a_long_list_at_once_stands_where_the_other_way_is_barred_or_breaks_off(net, listener):
    many = [entry(20_000 + n) for n in range(50)]
    router = Router(services=((WANIP2, "/c"),), mappings=many, answers={"GetGenericPortMappingEntry": fault(606)})
    assert audit(net, listener, router)[0].said.listed == "all"
    router.answers["GetGenericPortMappingEntry"] = page(b"", b"404 Not Found")
    answer, _, reason = audit(net, listener, router)
    assert (answer.said.listed, len(answer.mappings)) == ("part", 50)
    assert "404" in reason


@pytest.mark.parametrize("code", [401, 602, 606])
def test_that_there_is_no_list_at_once_costs_nothing(net, listener, code):
    router = Router(services=((WANIP2, "/c"),), mappings=[entry()], answers={"GetListOfPortMappings": fault(code)})
    answer, _, reason = audit(net, listener, router)
    assert (answer.said.listed, len(answer.mappings), reason) == ("all", 1, None)
