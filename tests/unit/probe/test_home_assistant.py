"""Home Assistant: has it an owner, and which ways in it offers to this address."""

import pytest
from hypothesis import given

from netguard.net.failures import NoAnswer
from netguard.probe import _http, home_assistant
from netguard.probe._contract import Target
from tests.builders import device
from tests.servers import LOOPBACK
from tests.unit.probe.conftest import TEXT, fact, make_ask, said
from tests.unit.probe.fakes.home_assistant import PROVIDERS, finished
from tests.unit.probe.fakes.nuki import answer
from tests.unit.probe.moods import speaks


def got(status, body=b""):
    return _http.Answer(status=status, headers={}, body=body)


@pytest.mark.parametrize(
    ("answer", "login"),
    [
        (got(200, b'[{"step":"user","done":false}]'), "setup"),
        (got(200, b'[{"step":"user","done":true},{"step":"core_config","done":false}]'), None),
        (got(404, b"404: Not Found"), None),
        (got(200, b'[{"step":"user"}]'), None),
        (got(200, b'[{"step":"user","done":"false"}]'), None),
        (got(200, b"<html>"), None),
        (got(200, b'{"step":"user","done":false}'), None),
    ],
)
def test_whether_somebody_owns_it(answer, login):
    assert home_assistant.owned(answer) == login


@pytest.mark.parametrize(
    ("answer", "login"),
    [
        (got(200, PROVIDERS), "required"),
        (got(200, b'[{"name":"Home Assistant Local","id":null,"type":"homeassistant"}]'), "required"),
        (got(200, b'{"providers":[{"type":"homeassistant"},{"type":"trusted_networks"}]}'), "none"),
        (got(400, b'{"message":"Onboarding not finished","code":"onboarding_required"}'), "setup"),
        (got(400, b'{"message":"Invalid remote IP"}'), None),
        (got(200, b'{"providers":[]}'), None),
        (got(200, b'{"providers":[7,{"type":9}]}'), None),
        (got(200, b"<html>"), None),
        (got(401), None),
    ],
)
def test_which_ways_in_it_offers(answer, login):
    assert home_assistant.ways_in(answer) == login


def test_at_most_two_requests_and_never_one_that_counts_as_a_wrong_login(net, listener):
    seen = []

    def answers(asked):
        seen.append(asked.split(b" ")[1])
        return finished(asked)

    service = listener(behave=speaks(answers))
    found = said(home_assistant.probe(Target(address=LOOPBACK, port=service.port), net))
    assert found["api.login"] == "required"
    assert seen == [b"/api/onboarding", b"/auth/providers"]


def test_something_else_is_a_reason(net, listener):
    service = listener(answer=answer(b"<html>"), then_close=True)
    with pytest.raises(NoAnswer, match="something else than Home Assistant"):
        list(home_assistant.probe(Target(address=LOOPBACK, port=service.port), net))
    assert service.accepted == 2


def test_its_title_and_its_announcement_make_a_port_worth_asking():
    facts = [fact("http.title", "Home Assistant", 443), fact("dnssd.type", "_home-assistant._tcp", 8124)]
    found = home_assistant.wants(device(services=[443, 8123, 8124]), make_ask(facts=facts))
    assert [t.port for t in found] == [443, 8124]


@given(TEXT)
def test_no_answer_breaks_the_readers(body):
    for status in (200, 400, 404):
        assert home_assistant.owned(got(status, body)) in {None, "setup"}
        assert home_assistant.ways_in(got(status, body)) in {None, "setup", "required", "none"}
