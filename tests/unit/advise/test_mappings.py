"""What closes ports that routers forward: one step for each port, at the router that forwards it, and UPnP itself."""

from dataclasses import replace

from netguard.model.action import Intent
from netguard.model.past import Past
from netguard.model.vocabulary import Needs, Role, Severity, Status, Transport
from netguard.pipeline import judge
from netguard.rules import loader
from tests import builders
from tests.unit.checks.forwarding import IGD, ROUTER, home, known, mapping, router

RULES = loader.load()
HUB = builders.device(20, Role.LOCK_HUB, name="Kitchen hub")
CAMERA = builders.device(21, Role.CAMERA, name="Yard camera")


def judged(scan, past=None):
    return judge(scan, RULES, past or Past())


def steps(scan, past=None):
    return {a.title: a for a in judged(scan, past).actions if a.id.startswith("remove-mapping:")}


def test_each_port_is_a_step_of_its_own_that_says_where_it_leads():
    held = [mapping(device=HUB), mapping(22, 22, device=HUB), mapping(8554, 554, device=CAMERA)]
    scan = judged(home(HUB, CAMERA, held=held))
    found = {a.title: a for a in scan.actions if a.id.startswith("remove-mapping:")}
    assert set(found) == {
        "Close TCP 8443, which leads to Kitchen hub, at the router",
        "Close TCP 22, which leads to Kitchen hub, at the router",
        "Close TCP 8554, which leads to Yard camera, at the router",
    }
    action = found["Close TCP 8443, which leads to Kitchen hub, at the router"]
    assert action.id == f"remove-mapping:{ROUTER.key}:tcp/8443"
    assert action.needs is Needs.MENU
    assert action.loses
    assert action.intents == (
        Intent(kind="remove-mapping", device=ROUTER.key, peer=HUB.key, transport=Transport.TCP, port=8443),
    )
    (closed,) = [f for f in scan.findings if f.fingerprint in action.closes]
    assert closed.check == "upnp-port-mapping-lock"
    closes = [c for a in scan.actions for c in a.closes]
    assert sorted(closes) == sorted(f.fingerprint for f in scan.findings if f.status is Status.FAIL)


def test_what_leads_to_a_door_comes_before_what_leads_elsewhere():
    held = [mapping(554, 554, device=CAMERA), mapping(device=HUB)]
    scan = judged(home(HUB, CAMERA, held=held))
    severities = {f.severity for f in scan.findings if f.check.startswith("upnp-port-mapping") and f.evidence}
    assert severities == {Severity.HIGH}
    ids = [a.id for a in scan.actions if a.id.startswith("remove-mapping:")]
    assert ids == [f"remove-mapping:{ROUTER.key}:tcp/8443", f"remove-mapping:{ROUTER.key}:tcp/554"]


def test_one_port_for_two_devices_is_one_step_with_an_intent_for_each():
    held = [
        mapping(device=HUB, remote_host="198.51.100.7"),
        mapping(device=CAMERA, remote_host="198.51.100.8"),
    ]
    ((title, action),) = steps(home(HUB, CAMERA, held=held)).items()
    assert title == "Close TCP 8443, which leads to Kitchen hub and Yard camera, at the router"
    assert [i.peer for i in action.intents] == [HUB.key, CAMERA.key]
    assert len(action.closes) == 2


def test_the_same_port_over_tcp_and_udp_is_two_steps():
    held = [mapping(device=HUB), mapping(device=HUB, protocol=Transport.UDP)]
    assert {a.intents[0].transport for a in steps(home(HUB, held=held)).values()} == set(Transport)


def test_all_ports_at_once_and_an_address_that_nothing_has():
    found = steps(home(HUB, held=[mapping(0, 0, device=HUB), mapping(client="192.0.2.77")]))
    assert set(found) == {
        "Close all free TCP ports, which lead to Kitchen hub, at the router",
        "Close TCP 8443, which leads to 192.0.2.77, at the router",
    }
    stale = found["Close TCP 8443, which leads to 192.0.2.77, at the router"]
    assert stale.intents[0].peer is None
    assert stale.intents[0].device == ROUTER.key


def test_another_gateway_is_called_by_its_name():
    second = builders.device(2, Role.ROUTER, name="cellar router")
    held = mapping(device=HUB)
    gateways = (router(held), router(held, device=second))
    found = steps(home(second, HUB, gateways=gateways))
    assert set(found) == {
        "Close TCP 8443, which leads to Kitchen hub, at the router",
        "Close TCP 8443, which leads to Kitchen hub, at cellar router",
    }
    assert len({c for a in found.values() for c in a.closes}) == 2


def test_without_a_way_to_the_internet_no_gateway_is_the_router():
    scan = home(HUB, held=[mapping(device=HUB)])
    found = steps(replace(scan, vantage=replace(scan.vantage, gateway=None)))
    assert list(found) == ["Close TCP 8443, which leads to Kitchen hub, at the router box"]


def test_names_are_those_that_the_person_gave():
    past = Past(known=(known(HUB, said_name="Front door"),))
    assert list(steps(home(HUB, held=[mapping(device=HUB)]), past)) == [
        "Close TCP 8443, which leads to Front door, at the router"
    ]


def test_upnp_itself_is_switched_off_at_the_router_which_is_another_step():
    scan = judged(home(HUB, held=[mapping(device=HUB)]))
    (action,) = [a for a in scan.actions if a.id.startswith("upnp-off:")]
    assert action.title == "Switch UPnP off on the router box"
    assert action.intents == (Intent(kind="disable-feature", device=ROUTER.key, feature="upnp"),)
    assert {f.check for f in scan.findings if f.fingerprint in action.closes} == {"upnp-igd-enabled"}


def test_a_list_that_was_not_told_has_nothing_to_close():
    assert steps(home(HUB, gateways=(router(igd=replace(IGD, listed="refused")),))) == {}
