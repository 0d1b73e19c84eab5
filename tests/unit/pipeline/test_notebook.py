"""What a scan has learnt so far."""

import threading

from hypothesis import given
from hypothesis import strategies as st

from netguard import notebook
from netguard.model.address import mac
from netguard.model.device import Coverage, Identity, Service
from netguard.model.gateway import GatewayAnswer, Igd, NatPmp, Pcp, PortMapping
from netguard.model.observation import Fact, Sighting
from netguard.model.vocabulary import Outcome, PortState, Stability, Transport
from netguard.notebook import Notebook
from tests.builders import device
from tests.unit.pipeline.conftest import HUB, TV, fact, sighting


def service(**given):
    return Service(**({"address": HUB, "transport": Transport.TCP, "port": 80, "state": PortState.OPEN} | given))


def test_a_service_keeps_what_is_known_and_takes_what_is_new():
    book = Notebook()
    for new in (service(), service(name="http", product="nginx"), service(version="1.2"), service(name="https")):
        book.learnt("p", HUB, new)
    assert book.services == (service(name="https", product="nginx", version="1.2"),)


def test_services_are_told_apart_by_place_and_sorted():
    book = Notebook()
    for new in (service(port=443), service(), service(address=TV), service(transport=Transport.UDP)):
        book.learnt("p", HUB, new)
    assert [(s.address, s.transport, s.port) for s in book.services] == [
        (HUB, "tcp", 80),
        (HUB, "tcp", 443),
        (HUB, "udp", 80),
        (TV, "tcp", 80),
    ]


def test_coverage_is_joined():
    book = Notebook()
    for ports in ("1-10", "80", "9-12", ""):
        book.learnt("ports", HUB, Coverage(address=HUB, transport=Transport.TCP, ports=ports, engine="builtin"))
    book.learnt("ports", HUB, Coverage(address=HUB, transport=Transport.TCP, ports="5", engine="nmap"))
    assert [(c.engine, c.ports) for c in book.coverage] == [("builtin", "1-12,80"), ("nmap", "5")]


def test_the_same_sighting_twice_is_one_and_a_flood_is_cut(monkeypatch):
    monkeypatch.setattr(notebook, "MAX_SIGHTINGS", 10)
    book = Notebook()
    for number in range(50):
        book.sighted(sighting())
        book.sighted(sighting(hostnames=(f"name{number}",)))
    assert len(book.sightings) == 10
    assert book.sightings[0] == sighting()


def test_facts_of_one_address_are_bounded_and_of_others_not_affected(monkeypatch):
    monkeypatch.setattr(notebook, "MAX_FACTS_PER_ADDRESS", 5)
    book = Notebook()
    for number in range(50):
        book.learnt("p", HUB, fact(value=str(number)))
    book.learnt("p", TV, fact())
    assert (len(book.facts[HUB]), len(book.facts[TV])) == (5, 1)


def test_facts_of_one_kind_leave_room_for_others(monkeypatch):
    monkeypatch.setattr(notebook, "MAX_FACTS_OF_A_KIND", 5)
    book = Notebook()
    for number in range(50):
        book.learnt("p", HUB, fact(kind="igd.mapping", value=str(number)))
    book.learnt("p", HUB, fact(kind="igd.absent", value=False))
    assert [f.kind for _, f in book.facts[HUB]] == ["igd.mapping"] * 5 + ["igd.absent"]


def test_facts_about_a_device_come_from_probes_and_sightings_of_all_its_addresses():
    book = Notebook()
    book.learnt("p", HUB, fact(value="probed"))
    book.learnt("q", HUB, fact(value="probed"))
    book.sighted(sighting(TV, facts=[fact(value="heard")]))
    book.sighted(sighting(TV, source="other", facts=[fact(value="probed")]))
    assert [f.value for f in book.facts_about((HUB, TV, HUB))] == ["probed", "heard"]
    assert book.facts_about(()) == ()


def test_attempts_are_sorted_and_reasons_kept():
    book = Notebook()
    book.attempted("probe.tls", "b", Outcome.DONE, seconds=0.12345)
    book.attempted("probe.http", "b", Outcome.FAILED, "no answer")
    book.attempted("probe.http", "a", Outcome.DONE)
    assert [(a.stage, a.target, a.reason) for a in book.attempts] == [
        ("probe.http", "a", None),
        ("probe.http", "b", "no answer"),
        ("probe.tls", "b", None),
    ]
    assert book.attempts[2].seconds == 0.123


LEARNT = (
    ("http", HUB, fact("http.status", 200)),
    ("http", HUB, fact("http.status", 200, 8080)),
    ("http", HUB, Fact(kind="tcp.banner", value="1", transport=Transport.TCP, port=80)),
    ("http", HUB, Fact(kind="tcp.banner", value="1", transport=Transport.UDP, port=80)),
    ("http", HUB, Fact(kind="tcp.banner", value=1, transport=Transport.TCP, port=80)),
    ("http", HUB, Fact(kind="tcp.banner", value="1")),
    ("http", HUB, Fact(kind="tcp.banner", value="1", port=0)),
    ("tls", HUB, fact("tls.version", "TLSv1.3", 443)),
    ("tls", TV, fact("tls.version", "TLSv1.3", 443)),
)


@given(st.permutations(LEARNT))
def test_observations_are_numbered_the_same_whichever_thread_was_first(learnt):
    def numbered(order):
        book = Notebook()
        for probe, at, what in order:
            book.learnt(probe, at, what)
        owner = device(1, addresses=(HUB,), key="mac:hub")
        return [
            (o.id, o.device, o.address, o.probe, o.kind, o.transport, o.port, repr(o.value))
            for o in book.observations([owner])
        ]

    assert numbered(learnt) == numbered(LEARNT)
    assert [row[0] for row in numbered(learnt)] == [f"o{n}" for n in range(1, len(LEARNT) + 1)]


def test_an_observation_belongs_to_the_device_with_its_address_or_mac_or_to_nobody():
    hub = device(1, addresses=(HUB,), key="mac:hub")
    book = Notebook()
    book.sighted(sighting(HUB, facts=[fact(value="by address")]))
    book.sighted(sighting(None, mac=hub.mac, facts=[fact(value="by mac")]))
    book.sighted(sighting(TV, facts=[fact(value="nobody's")]))
    book.learnt("p", HUB, fact("tls.subject", "CN=secret"))
    owners = {o.value: (o.device, o.sensitive) for o in book.observations([hub])}
    assert owners == {
        "by address": ("mac:hub", False),
        "by mac": ("mac:hub", False),
        "nobody's": (None, False),
        "CN=secret": ("mac:hub", True),
    }


def test_many_threads_may_write_while_others_read():
    book = Notebook()

    def write(number):
        for port in range(100):
            book.learnt("p", HUB, service(port=number * 100 + port))
            book.sighted(sighting(hostnames=(f"{number}-{port}",)))
            book.attempted("probe.p", str(number), Outcome.DONE)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert len(book.services) <= 600
        book.facts_about((HUB,))
    assert (len(book.services), len(book.sightings), len(book.attempts)) == (600, 600, 600)


def test_of_a_forgotten_device_its_second_network_card_is_forgotten_too():
    book = Notebook()
    second = mac("00:00:5e:00:53:99")
    book.sighted(Sighting(source="dhcp", detail="Anna", mac=second, hostnames=("Annas-NAS",)))
    gone = device(20, identities=(Identity(kind="mac", value="00:00:5e:00:53:99", stability=Stability.PERMANENT),))
    book.forget([gone])
    assert book.sightings == ()


def igd(location="http://127.0.0.1/a.xml", *mappings, **given):
    return GatewayAnswer(said=Igd(location=location, device_type="igd", **given), mappings=mappings)


def opened(client, description=None):
    return PortMapping(
        source="igd",
        protocol=Transport.TCP,
        external_port=8443,
        internal_client=client,
        internal_port=443,
        description=description,
    )


def test_a_later_answer_of_the_same_kind_and_place_stands_in_the_earlier_ones_stead():
    book = Notebook()
    book.learnt("igd", HUB, igd(listed="part"))
    book.learnt("igd", HUB, igd("http://127.0.0.1/b.xml"))
    book.learnt("igd", HUB, igd("http://127.0.0.1/a.xml", opened(str(TV)), listed="all"))
    book.learnt("natpmp", HUB, GatewayAnswer(said=NatPmp(result=3)))
    book.learnt("natpmp", HUB, GatewayAnswer(said=NatPmp(result=0)))
    assert book.gateways == {
        HUB: (
            igd("http://127.0.0.1/a.xml", opened(str(TV)), listed="all"),
            igd("http://127.0.0.1/b.xml"),
            GatewayAnswer(said=NatPmp(result=0)),
        )
    }


ANSWERED = (
    (TV, GatewayAnswer(said=Pcp(version=2, result=0))),
    (HUB, GatewayAnswer(said=Pcp(version=2, result=0))),
    (HUB, GatewayAnswer(said=NatPmp(result=0))),
    (HUB, igd("http://127.0.0.1/b.xml")),
    (HUB, igd("http://127.0.0.1/a.xml")),
)


@given(st.permutations(ANSWERED))
def test_answers_are_in_the_same_order_whichever_came_first(answered):
    def kept(order):
        book = Notebook()
        for at, what in order:
            book.learnt("p", at, what)
        return list(book.gateways.items())

    assert kept(answered) == kept(ANSWERED)
    assert [at for at, _ in kept(answered)] == [HUB, TV]


def test_an_answer_is_no_fact_service_or_coverage():
    book = Notebook()
    book.learnt("igd", HUB, igd())
    assert (book.facts, book.services, book.coverage) == ({}, (), ())
    assert book.observations([device(1, addresses=(HUB,))]) == ()


def test_what_a_forgotten_device_answered_is_forgotten_and_of_a_port_that_leads_to_it_what_it_is_called():
    book = Notebook()
    book.learnt("igd", HUB, igd("http://127.0.0.1/a.xml", opened(str(TV), "Anna's TV"), opened("127.0.0.5", "hub")))
    book.learnt("pcp", TV, GatewayAnswer(said=Pcp(version=2, result=0)))
    book.forget([device(20, addresses=(TV,))])
    assert book.gateways == {HUB: (igd("http://127.0.0.1/a.xml", opened(str(TV)), opened("127.0.0.5", "hub")),)}
