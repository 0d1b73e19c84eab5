"""`netguard upnp remove` with routers that make it hard: what is meant is found, and nothing is called gone that is not."""

import re

import pytest
from netaddr import IPAddress

from netguard.cli import _removing
from netguard.cli._mappings import Named
from netguard.errors import NetguardError, UsageError
from netguard.model.vocabulary import Transport
from netguard.net.failures import NoAnswer
from netguard.probe import _description, _soap
from tests.servers import LOOPBACK, listener, network
from tests.unit.probe.fakes.upnp_active import PATH, SERVICE, Router, _arguments, answer, fault, page

__all__ = ["listener", "network"]


@pytest.fixture
def net(network):
    return network.net("test")


def entry(port, client="192.0.2.20", remote="", protocol="TCP"):
    """A mapping as this router keeps it."""
    arguments = (
        ("NewRemoteHost", remote), ("NewExternalPort", str(port)), ("NewProtocol", protocol), ("NewInternalPort", "443"),
        ("NewInternalClient", client), ("NewEnabled", "1"), ("NewPortMappingDescription", "app"), ("NewLeaseDuration", "0"),
    )  # fmt: skip
    return _soap.envelope(SERVICE, "AddPortMapping", arguments).decode()


def found(net, listener, router, port=8443, remote_host=None, places=None, monkeypatch=None):
    made = listener(behave=router.speak)
    place = _description.Place(address=LOOPBACK, port=made.port, path=PATH)
    request = _removing.Request(mapping=f"tcp/{port}", remote_host=remote_host)
    monkeypatch.setattr(_removing, "_places", lambda *_: iter((*(places or ()), place)))
    return _removing._found(Named(protocol=Transport.TCP, port=port, router=LOOPBACK), request, "home", net)


@pytest.fixture
def find(net, listener, monkeypatch):
    return lambda router, *given, **more: found(net, listener, router, *given, **more, monkeypatch=monkeypatch)


def test_the_one_that_is_meant_is_found_among_others_and_deleted_alone(find, net):
    router = Router(mappings={"21": entry(21), "8443": entry(8443), "8444": entry(8444)})
    kept = find(router)
    assert kept.mapping.internal_client == "192.0.2.20"
    _removing._delete(kept, net)
    assert router.mappings.keys() == {"21", "8444"}


def test_a_router_that_lists_nothing_but_answers_for_one_is_enough(find, net):
    router = Router(lists=606, mappings={"8443": entry(8443)})
    kept = find(router)
    assert (kept.mapping.external_port, kept.mapping.protocol) == (8443, Transport.TCP)
    _removing._delete(kept, net)
    assert router.mappings == {}


def test_what_is_not_there_is_said_with_what_is(find):
    with pytest.raises(UsageError, match=r"tcp/8443 is not there; 127\.0\.0\.1 forwards tcp/21, udp/53"):
        find(Router(mappings={"21": entry(21), "53": entry(53, protocol="UDP")}))
    with pytest.raises(UsageError, match="forwards nothing by UPnP"):
        find(Router())
    many = {str(port): entry(port) for port in range(100, 120)}
    with pytest.raises(UsageError, match="and 8 more"):
        find(Router(mappings=many))


def test_the_same_port_of_the_other_protocol_is_another_one(find):
    with pytest.raises(UsageError, match="not there"):
        find(Router(looks=714, mappings={"8443x": entry(8443, protocol="UDP")}))


def test_several_of_one_port_have_to_be_told_apart(find, net):
    router = Router(mappings={"8443": entry(8443), "8443b": entry(8443, remote="198.51.100.7")})
    with pytest.raises(UsageError, match=r"2 of them; say which with --remote-host: '', '198\.51\.100\.7'"):
        find(router)
    kept = find(router, remote_host="198.51.100.7")
    assert kept.mapping.remote_host == "198.51.100.7"
    assert kept.entry()[0] == ("NewRemoteHost", "198.51.100.7")
    assert find(router, remote_host="").mapping.remote_host is None


def test_a_description_that_has_moved_is_no_obstacle(find):
    gone = _description.Place(address=LOOPBACK, port=1, path=PATH)
    assert find(Router(mappings={"8443": entry(8443)}), places=(gone,)).mapping.external_port == 8443


def test_a_router_that_announces_nothing_any_more_is_no_answer(net, monkeypatch):
    monkeypatch.setattr(_removing, "_places", lambda *_: iter(()))
    monkeypatch.setattr(_removing.igd, "probe", lambda *_: iter(()))
    with pytest.raises(NoAnswer, match="does not answer to UPnP"):
        _removing._found(
            Named(protocol=Transport.TCP, port=1, router=IPAddress("127.0.0.1")),
            _removing.Request(mapping="tcp/1"),
            "home",
            net,
        )


def test_a_list_that_breaks_off_is_no_proof_that_it_is_not_there(find):
    class Breaking(Router):
        def entry(self, index):
            return answer("GetSomethingElse")

    with pytest.raises(NoAnswer, match="something else"):
        find(Breaking(mappings={"8443": entry(8443)}))


@pytest.mark.parametrize(
    ("router", "why"),
    [
        (Router(deletes=606), "does not delete it: it answered with error 606"),
        (Router(keeps=True), "there still, or again"),
    ],
    ids=["refuses", "keeps it"],
)
def test_what_is_still_there_is_not_called_gone(find, net, router, why):
    router.mappings["8443"] = entry(8443)
    kept = find(router)
    with pytest.raises(NetguardError, match=why):
        _removing._delete(kept, net)
    assert "8443" in router.mappings


def test_one_that_ended_by_itself_meanwhile_is_gone(find, net):
    router = Router(mappings={"8443": entry(8443)})
    kept = find(router)
    router.mappings.clear()
    _removing._delete(kept, net)


class Vague(Router):
    """It answers for no single mapping."""

    def act(self, action, found, body):
        return fault(401) if action == "GetSpecificPortMappingEntry" else super().act(action, found, body)


@pytest.mark.parametrize("keeps", [False, True])
def test_where_no_single_one_can_be_asked_for_the_list_says_whether_it_is_gone(find, net, keeps):
    router = Vague(keeps=keeps, mappings={"8443": entry(8443), "21": entry(21)})
    kept = find(router)
    if keeps:
        with pytest.raises(NetguardError, match="there still"):
            _removing._delete(kept, net)
    else:
        _removing._delete(kept, net)
        assert router.mappings.keys() == {"21"}


def test_a_router_that_falls_silent_leaves_it_open(find, net, monkeypatch):
    router = Router(mappings={"8443": entry(8443)})
    kept = find(router)
    monkeypatch.setattr(router, "said", lambda _: b"")
    with pytest.raises(NetguardError, match="not known"):
        _removing._delete(kept, net)


class Exact(Router):
    """It knows a mapping by the very text of its remote host."""

    listed_as: str | None = None
    """What its list has instead of the text it knows it by."""

    def act(self, action, found, body):
        if action in {"DeletePortMapping", "GetSpecificPortMappingEntry"}:
            asked = re.search(r"<NewRemoteHost>([^<]*)<", body)[1]
            if found[1] in self.mappings and f"<NewRemoteHost>{asked}<" not in self.mappings[found[1]]:
                return fault(714)
        return super().act(action, found, body)

    def entry(self, index):
        said = super().entry(index)
        if self.listed_as is None or b"<NewRemoteHost>" not in said:
            return said
        body = said.partition(b"\r\n\r\n")[2]
        return page(body.replace(b"<NewRemoteHost><", b"<NewRemoteHost>%s<" % self.listed_as.encode()))


@pytest.mark.parametrize("remote", ["*", "0.0.0.0", "", "198.51.100.7"])
def test_a_router_gets_back_its_own_text_of_who_may_come_in(find, net, remote):
    router = Exact(mappings={"8443": entry(8443, remote=remote), "21": entry(21)})
    kept = find(router)
    assert kept.remote_host == remote
    _removing._delete(kept, net)
    assert router.mappings.keys() == {"21"}


def test_a_router_that_only_shows_anybody_otherwise_knows_the_standard_s_word(find, net):
    router = Exact(mappings={"8443": entry(8443)})
    router.listed_as = "*"
    _removing._delete(find(router), net)
    assert router.mappings == {}


def test_that_it_knows_no_such_mapping_is_no_proof_where_it_lists_it_still(find, net):
    """714 to the delete, and 714 to the question after it."""
    router = Exact(mappings={"8443": entry(8443, remote="198.51.100.7")})
    kept = find(router)
    router.mappings["8443"] = entry(8443, remote="router.example")
    router.entry = lambda index: (
        answer("GetGenericPortMappingEntry", **_arguments(entry(8443, remote="198.51.100.7")))
        if not index
        else fault(713)
    )
    with pytest.raises(NetguardError, match="knows no such mapping when it was told to delete it, and lists it still"):
        _removing._delete(kept, net)


def test_a_list_that_breaks_off_afterwards_proves_nothing_where_the_delete_was_not_taken(find, net):
    router = Router(mappings={"8443": entry(8443)})
    kept = find(router)
    router.lists = 606
    router.mappings.clear()
    with pytest.raises(NetguardError, match="whether it is gone is not known: its list is not read to its end"):
        _removing._delete(kept, net)


def test_where_the_list_does_not_end_as_it_should_the_single_one_says_that_it_is_gone(find, net):
    router = Router(mappings={"8443": entry(8443)})
    kept = find(router)
    router.lists = 402
    _removing._delete(kept, net)
    assert router.mappings == {}


def test_two_that_mean_anybody_are_told_apart_by_the_router_s_own_text(find, net):
    router = Exact(mappings={"8443": entry(8443), "8443b": entry(8443, remote="*")})
    with pytest.raises(UsageError, match=r"--remote-host: '', '\*'"):
        find(router)
    kept = find(router, remote_host="*")
    assert (kept.remote_host, kept.alone) == ("*", False)
    with pytest.raises(NetguardError, match="lists it still"):
        _removing._delete(kept, net)
    assert "8443" in router.mappings, "the empty text would have meant the other one"
