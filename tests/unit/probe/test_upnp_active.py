"""The probe that writes: whom it asks, that nothing stays, and when it will not even begin."""

import re
from dataclasses import replace

import pytest
from netaddr import IPAddress, IPNetwork

from netguard.model.gateway import GatewayAnswer, Igd, NatPmp
from netguard.model.observation import Fact
from netguard.model.vocabulary import Depth
from netguard.net.deadman import NotTakenBack
from netguard.net.failures import Cancelled, NoAnswer
from netguard.probe import upnp_active
from netguard.probe._contract import Declined
from tests.builders import device as make_device
from tests.servers import LOOPBACK, listener
from tests.unit.probe.conftest import make_ask
from tests.unit.probe.fakes.upnp_active import _SERVICES, PATH, SERVICE, Router, answer, fault, target

__all__ = ["listener"]

ROUTER = IPAddress("192.168.1.1")
OWN, SECOND = IPAddress("192.168.1.10"), IPAddress("192.168.77.10")
NETWORKS = (IPNetwork("192.168.1.0/24"), IPNetwork("192.168.77.0/24"))


def igd(location="http://192.168.1.1:5000/rootDesc.xml", services=(SERVICE,)):
    said = Igd(location=location, device_type="urn:schemas-upnp-org:device:InternetGatewayDevice:1", services=services)
    return GatewayAnswer(said=said)


def asked(device=None, *answers, **given):
    ask = replace(
        make_ask(depth=Depth.STANDARD),
        **{"gateway": True, "upnp_active": True, "own_addresses": (OWN, SECOND), "networks": NETWORKS}
        | given
        | {"answers": answers or (igd(),)},
    )
    return list(upnp_active.wants(device or make_device(addresses=(ROUTER,)), ask))


def test_the_own_gateway_is_asked_both_things_where_the_person_allowed_it():
    mapping, events = asked()
    assert (str(mapping), mapping.path) == ("192.168.1.1 tcp/5000", "/rootDesc.xml")
    assert isinstance(events, upnp_active.Events)
    assert events.callback == SECOND


@pytest.mark.parametrize(
    "otherwise",
    [{"upnp_active": False}, {"gateway": False}, {"round": "light"}],
    ids=["not allowed", "not the gateway", "not yet"],
)
def test_nobody_else_is_ever_written_to(otherwise):
    assert asked(None, **otherwise) == []


@pytest.mark.parametrize(
    "answer",
    [
        GatewayAnswer(said=NatPmp(result=0)),
        igd(services=("urn:schemas-upnp-org:service:WANIPv6FirewallControl:1",)),
        igd(location="http://192.168.1.66:5000/rootDesc.xml"),
        igd(location="https://192.168.1.1/rootDesc.xml"),
    ],
    ids=["no IGD", "no connection service", "another host", "not plain"],
)
def test_only_what_forwards_ports_and_is_itself(answer):
    assert asked(None, answer) == []


def test_several_descriptions_are_one_router():
    assert len(asked(None, igd(), igd(location="http://192.168.1.1:5000/igd2desc.xml"))) == 2


def test_over_ipv6_only_it_is_said_and_left():
    device = make_device(addresses=(IPAddress("fd00::1"),))
    (declined,) = asked(device, igd(location="http://[fd00::1]:5000/rootDesc.xml"))
    assert isinstance(declined, Declined)
    assert "IPv6 only" in declined.reason


@pytest.mark.parametrize(
    "own",
    [(OWN,), (OWN, IPAddress("192.168.1.11")), (OWN, IPAddress("fd00::10")), (OWN, IPAddress("169.254.7.7"))],
    ids=["one address", "both on its network", "IPv6", "link-local"],
)
def test_without_a_second_address_of_its_own_events_are_not_tested_and_that_is_said(own):
    mapping, declined = asked(None, own_addresses=own)
    assert not isinstance(mapping, Declined)
    assert isinstance(declined, Declined)
    assert declined.what.startswith("192.168.1.1 ")
    assert "not tested" in declined.reason


def look(net, listener, router, *, callback=None):
    made = listener(behave=router.speak)
    where = target(made.port)
    if callback is not None:
        where = upnp_active.Events(address=LOOPBACK, port=made.port, path=PATH, callback=IPAddress(callback))
    return list(upnp_active.probe(where, net))


def value(learnt):
    (fact,) = learnt
    assert isinstance(fact, Fact)
    return fact.kind, fact.value


def test_a_port_is_forwarded_to_this_computer_seen_and_taken_back(net, listener):
    router = Router()
    assert value(look(net, listener, router)) == ("igd.self-mapping", "accepted")
    assert router.mappings == {}
    assert router.asked == [
        "GET", "GetSpecificPortMappingEntry", "AddPortMapping", "GetSpecificPortMappingEntry",
        "GetSpecificPortMappingEntry", "DeletePortMapping", "GetSpecificPortMappingEntry",
    ]  # fmt: skip
    said = router.bodies[router.asked.index("AddPortMapping")]
    names = re.findall(r"<(New\w+)>([^<]*)<", said)
    written = dict(names)
    assert [name for name, _ in names] == [
        "NewRemoteHost", "NewExternalPort", "NewProtocol", "NewInternalPort", "NewInternalClient", "NewEnabled",
        "NewPortMappingDescription", "NewLeaseDuration",
    ]  # fmt: skip
    assert written["NewInternalClient"] == "127.0.0.1", "to this computer and nobody else"
    assert written["NewInternalPort"] == written["NewExternalPort"]
    assert 40000 <= int(written["NewExternalPort"]) < 50000
    assert 60 <= int(written["NewLeaseDuration"]) <= 120
    assert written["NewPortMappingDescription"] == "netguard-selftest"


@pytest.mark.parametrize("code", [606, 718, 725, 501])
def test_a_refusal_is_its_number_and_nothing_is_tried_again(net, listener, code):
    router = Router(adds=code)
    assert value(look(net, listener, router)) == ("igd.self-mapping", str(code))
    assert router.asked.count("AddPortMapping") == 1
    assert "DeletePortMapping" not in router.asked


@pytest.mark.parametrize("code", [401, 402, 501, 606])
def test_nothing_is_written_to_a_router_that_would_not_tell_whether_it_is_gone(net, listener, code):
    router = Router(looks=code)
    with pytest.raises(NoAnswer, match="nothing was written to it"):
        look(net, listener, router)
    assert "AddPortMapping" not in router.asked


def test_a_router_that_says_yes_and_does_nothing(net, listener):
    with pytest.raises(NoAnswer, match="knew nothing of it"):
        look(net, listener, Router(forgets=True))


def test_a_router_that_keeps_it_is_reported(net, listener):
    class Stubborn(Router):
        def act(self, action, found, body):
            return fault(501) if action == "DeletePortMapping" else super().act(action, found, body)

    made = listener(behave=Stubborn().speak)
    learnt = upnp_active.probe(target(made.port), net)
    assert value([next(learnt)]) == ("igd.self-mapping", "left")
    how = r"may still be there.* TCP port (4\d{4}).* after 120 s.*netguard upnp remove tcp/\1 closes it"
    with pytest.raises(NotTakenBack, match=how):
        next(learnt)


@pytest.mark.parametrize("client", ["laptop.lan", ""])
def test_a_router_that_names_its_client_otherwise_has_accepted_and_is_told_to_delete(net, listener, client):
    class Naming(Router):
        def act(self, action, found, body):
            said = super().act(action, found, body)
            if action != "GetSpecificPortMappingEntry" or b"NewInternalClient" not in said:
                return said
            return answer(action, NewInternalPort=found[1], NewInternalClient=client)

    router = Naming()
    assert value(look(net, listener, router)) == ("igd.self-mapping", "accepted")
    assert router.mappings == {}


def test_a_router_that_no_longer_tells_is_not_said_to_know_nothing(net, listener):
    class Torn(Router):
        def act(self, action, found, body):
            if action == "GetSpecificPortMappingEntry" and self.asked.count(action) == 2:
                return fault(501)
            return super().act(action, found, body)

    with pytest.raises(NoAnswer, match="does not say whether it stands"):
        look(net, listener, Torn())


def test_an_interruption_in_between_takes_it_back(net, listener):
    class Interrupting(Router):
        def act(self, action, found, body):
            said = super().act(action, found, body)
            if action == "AddPortMapping":
                net.cancel.set()
            return said

    router = Interrupting()
    with pytest.raises(Cancelled):
        look(net, listener, router)
    assert "DeletePortMapping" in router.asked
    assert router.mappings == {}


def test_of_two_connections_the_one_that_is_connected_is_tested(net, listener):
    class Two(Router):
        services = _SERVICES.format(type=SERVICE.replace("WANIP", "WANPPP"), events="/e").replace("/ctl", "/ppp")

        def said(self, request):
            down = request.startswith("POST /ppp ")
            if down and "#GetStatusInfo" in request:
                return fault(501)
            assert not down, "the other one is asked for nothing else"
            return super().said(request)

    router = Two(services=Two.services + _SERVICES.format(type=SERVICE, events="/evt"))
    assert value(look(net, listener, router)) == ("igd.self-mapping", "accepted")


@pytest.mark.parametrize(
    ("callbacks", "said"), [(("127.0.0.1",), "refused"), (("127.0.0.1", "192.168.77.10"), "accepted")]
)
def test_events_go_to_another_address_or_not_and_no_subscription_stays(net, listener, callbacks, said):
    router = Router(callbacks=callbacks)
    assert value(look(net, listener, router, callback="192.168.77.10")) == ("upnp.callback", said)
    assert router.subscribers == {}
    assert router.asked.count("UNSUBSCRIBE") == len(callbacks)
    assert "AddPortMapping" not in router.asked
    subscriptions = [body for body in router.bodies if body.startswith("SUBSCRIBE")]
    assert all("TIMEOUT: Second-60" in each for each in subscriptions)


@pytest.mark.parametrize(
    ("router", "why"),
    [
        (Router(callbacks=()), "takes no subscription"),
        (Router(unwilling=503), "answered 503"),
        (Router(services=_SERVICES.format(type=SERVICE, events="")), "no events"),
        (Router(services=_SERVICES.format(type=SERVICE, events="http://198.51.100.7/evt")), "another host"),
    ],
    ids=["none at all", "busy", "no events", "events elsewhere"],
)
def test_events_that_cannot_be_tested_are_no_answer(net, listener, router, why):
    with pytest.raises(NoAnswer, match=why):
        look(net, listener, router, callback="192.168.77.10")
    assert router.subscribers == {}


def test_a_description_without_such_a_service_or_none_at_all(net, listener):
    other = _SERVICES.format(type="urn:schemas-upnp-org:service:Layer3Forwarding:1", events="/e")
    with pytest.raises(NoAnswer, match="no service that forwards"):
        look(net, listener, Router(services=other))
    made = listener(behave=Router().speak)
    with pytest.raises(NoAnswer, match="404"):
        list(upnp_active.probe(replace(target(made.port), path="/elsewhere"), net))
