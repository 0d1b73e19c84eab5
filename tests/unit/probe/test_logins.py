"""The probe that looks at login pages: whose, when, and that two families of one page are none."""

from dataclasses import replace

import msgspec
import pytest

from netguard.model.vocabulary import Confidence, Depth, Outcome, PortState, Role, Transport
from netguard.net.failures import NoAnswer
from netguard.notebook import Notebook
from netguard.probe import logins
from netguard.rules.logins import MAX_LOOKS, Look
from tests.builders import device as make_device
from tests.builders import service
from tests.logins import server
from tests.logins.fakes.openwrt import Fake
from tests.logins.trial import MAC
from tests.servers import free_port
from tests.unit.probe.conftest import fact, make_ask, rules
from tests.unit.probe.fakes.logins import target

PAGE = (fact("http.status", 200), fact("http.title", "OpenWrt - LuCI"))
FAMILY = rules().logins["openwrt"]


def router(role=Role.ROUTER, confidence=Confidence.CONFIRMED, *services, **given):
    services = services or (service(80, name="http"),)
    return make_device(role=role, confidence=confidence, mac=MAC, services=services, **given)


def asked(device=None, facts=PAGE, **given):
    return list(logins.wants(device or router(), replace(make_ask(facts=facts), **given)))


def test_a_page_that_is_hinted_at_is_asked_that_familys_questions_only():
    (page,) = asked()
    assert (page.port, page.secure, [f.id for f in page.families]) == (80, False, ["openwrt"])


@pytest.mark.parametrize("role", [Role.ROUTER, Role.ACCESS_POINT, Role.SWITCH])
def test_routers_access_points_and_switches_have_such_pages(role):
    assert len(asked(router(role))) == 1


@pytest.mark.parametrize("role", sorted(set(Role) - logins.ROLES))
def test_nothing_else_is_asked_not_even_where_it_is_the_gateway(role):
    assert asked(router(role)) == []
    assert asked(router(role), gateway=True) == []


def test_what_is_only_possibly_a_router_is_asked_where_the_way_out_leads_through_it():
    doubtful = router(Role.ROUTER, Confidence.POSSIBLE)
    assert asked(doubtful) == []
    assert len(asked(doubtful, gateway=True)) == 1


@pytest.mark.parametrize("depth", Depth)
def test_it_begins_at_depth_standard(depth):
    assert bool(asked(depth=depth)) is depth.at_least(Depth.STANDARD)


def test_it_is_asked_in_the_deep_round_only():
    assert asked(round="light") == []


@pytest.mark.parametrize(
    "facts",
    [
        (),
        PAGE[:1],
        (PAGE[0], fact("http.title", "Welcome")),
        (PAGE[1],),
        (fact("http.status", 200, port=81), PAGE[1]),
        (PAGE[0], fact("http.title", "OpenWrt - LuCI", port=81)),
        (*PAGE, fact("login.family", "openwrt")),
    ],
    ids=["nothing known", "no title", "another title", "no HTTP", "HTTP elsewhere", "title elsewhere", "known already"],
)
def test_without_a_hint_at_that_very_port_nothing_is_asked(facts):
    assert asked(facts=facts) == []


@pytest.mark.parametrize(
    "one",
    [
        service(80, state=PortState.CLOSED, name="http"),
        service(80, state=PortState.FILTERED, name="http"),
        service(80, transport=Transport.UDP, name="http"),
        service(9100, name="http"),
        service(445, name="http"),
    ],
    ids=["closed", "filtered", "UDP", "printers' port", "SMB"],
)
def test_only_open_tcp_ports_that_may_be_sent_to_are_asked(one):
    facts = [fact(f.kind, f.value, port=one.port) for f in PAGE]
    assert asked(router(Role.ROUTER, Confidence.CONFIRMED, one), facts=facts) == []


def test_each_page_is_asked_and_a_certificate_makes_it_a_secure_one():
    facts = (*PAGE, *(fact(f.kind, f.value, port=443) for f in PAGE), fact("tls.version", "TLSv1.3", port=443))
    both = router(Role.ROUTER, Confidence.CONFIRMED, service(80), service(443))
    assert [(p.port, p.secure) for p in asked(both, facts=facts)] == [(80, False), (443, True)]


def test_no_record_asks_more_than_it_may_and_one_is_asked_at_most_that_often(net):
    with Fake(server.Mood.CHANGED) as one:
        list(logins.probe(target(one.port), net))
    assert len(one.asked) == len(FAMILY.looks) <= MAX_LOOKS
    assert {asked.method for asked in one.asked} == {"GET"}
    assert one.wrong == 0


def test_of_a_page_with_the_marks_of_two_families_both_are_told(net):
    twin = msgspec.structs.replace(FAMILY, id="openwrt-twin")
    with Fake(server.Mood.CHANGED) as one:
        learnt = list(logins.probe(replace(target(one.port), families=(FAMILY, twin)), net))
    assert [f.value for f in learnt if f.kind == "login.family"] == ["openwrt", "openwrt-twin"]


class Deaf(Fake):
    """It answers nothing but for its login page."""

    def serve(self, peer):
        asked = server._read(peer)
        self.asked.append(asked)
        if asked.path == "/cgi-bin/luci/":
            body = self._login(403)
            text = body.body.encode()
            head = f"HTTP/1.1 403 No\r\nX-LuCI-Login-Required: yes\r\nContent-Length: {len(text)}\r\n\r\n"
            peer.sendall(head.encode() + text)


def with_looks(*paths):
    more = tuple(Look(id=path, path=path) for path in paths)
    return msgspec.structs.replace(FAMILY, looks=(*more, *FAMILY.looks))


def heard_of(*paths, net):
    book, learnt = Notebook(), []
    with Deaf(server.Mood.CHANGED) as one, book.attempt("probe.logins", "here"):
        for each in logins.probe(replace(target(one.port), families=(with_looks(*paths),)), net):
            learnt.append(each)  # noqa: PERF402 - what came before it ended is kept, too
    return [f.kind for f in learnt], book.attempts[0].outcome, [a.path for a in one.asked]


def test_one_question_in_vain_does_not_keep_it_from_being_recognised_and_is_told(net):
    kinds, outcome, _ = heard_of("/nothing", net=net)
    assert (kinds, outcome) == (["login.family", "login.encrypted"], Outcome.FAILED)


def test_after_two_questions_in_vain_it_is_left_alone(net):
    assert heard_of("/a", "/b", net=net) == ([], Outcome.FAILED, ["/a", "/b"])


def test_silence_is_no_answer(net):
    with pytest.raises(NoAnswer):
        list(logins.probe(target(free_port()), net))


class Parrot(Fake):
    """Its login page, which says that there is no password, whatever it is asked for."""

    def answer(self, asked):
        self.password = ""
        return self._login(403)


def test_what_says_no_password_wherever_it_is_asked_has_said_nothing(net):
    book, learnt = Notebook(), []
    with Parrot(server.Mood.NONE) as one, book.attempt("probe.logins", "here"):
        for each in logins.probe(target(one.port), net):
            learnt.append(each)  # noqa: PERF402 - what came before it ended is kept, too
    assert [f.kind for f in learnt] == ["login.family", "login.encrypted"]
    assert "answers alike whatever it is asked" in book.attempts[0].reason
