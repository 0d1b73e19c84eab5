"""The router's names: who is asked about whom, whose answer counts, and which names are nobody's."""

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from netaddr import IPAddress, IPNetwork
from scapy.layers.dns import DNS, DNSQR, DNSRR

from netguard.discover import _mdns_packets as packets
from netguard.discover import ptr
from netguard.net.failures import NoAnswer
from tests.unit.discover.conftest import make_ask
from tests.unit.discover.speaking import Air

GATEWAY, NAS, TV, PHONE = (IPAddress(f"192.0.2.{n}") for n in (1, 5, 6, 7))
PIHOLE, SIX = IPAddress("192.0.2.2"), IPAddress("fd00::5")


def asking(dns=(), prefixes=("fd00::/64",), **given):
    made = make_ask(**{"targets": ("192.0.2.0/24",), **given})
    around = replace(made.surroundings, dns=tuple(map(IPAddress, dns)), prefixes=tuple(map(IPNetwork, prefixes)))
    return replace(made, surroundings=around)


class Resolver:
    """Answers from `names`; `default` gives everybody else's name. `spoil` changes an answer before it is sent."""

    def __init__(self, names=None, *, address=GATEWAY, source=None, default=None, delay=0.002, spoil=lambda m, q: m):
        self.names = {packets.reverse_name(IPAddress(a)): n for a, n in (names or {}).items()}
        self.address, self.source, self.default = address, source or address, default or (lambda name: None)
        self.delay, self.spoil, self.asked = delay, spoil, []

    def __call__(self, data, to, port, now):
        if to != self.address or port != 53:
            return
        query = DNS(data)
        assert (query.qr, query.rd, query.qdcount, query.qd[0].qtype) == (0, 1, 1, 12)
        asked = query.qd[0].qname.decode().removesuffix(".")
        self.asked.append(asked)
        name = self.names.get(asked) or self.default(asked)
        answers = [DNSRR(rrname=query.qd[0].qname, type="PTR", rdata=name, ttl=60)] if name else []
        message = DNS(id=query.id, qr=1, ra=1, rcode=0 if name else 3, qd=query.qd, an=answers)
        yield self.delay, bytes(self.spoil(message, query)), self.source


def names(air, asked):
    return {(str(s.address), *s.hostnames) for s in ptr.discover(asked, air)}


def test_each_address_found_gets_the_name_that_the_router_has_for_it():
    router = Resolver({NAS: "diskstation.lan.", TV: "tv.lan.", SIX: "diskstation.lan."})
    found = list(ptr.discover(asking(found=lambda: (NAS, TV, PHONE, SIX)), Air(router)))
    assert [(s.source, s.detail, str(s.address), s.hostnames, s.facts, s.mac) for s in found] == [
        ("ptr", "192.0.2.1 calls it diskstation.lan", "192.0.2.5", ("diskstation.lan",), (), None),
        ("ptr", "192.0.2.1 calls it tv.lan", "192.0.2.6", ("tv.lan",), (), None),
        ("ptr", "192.0.2.1 calls it diskstation.lan", "fd00::5", ("diskstation.lan",), (), None),
    ]


def test_only_servers_on_the_link_are_ever_asked():
    around = ("8.8.8.8", "2001:db8::53", "127.0.0.53", "192.0.2.10", "192.0.2.2", "192.0.2.1", "fd00::53", "192.0.2.3")
    air = Air()
    names(air, asking(dns=around, found=lambda: (NAS,)))
    assert {str(to) for _, _, to, _ in air.sent} == {"192.0.2.1", "192.0.2.2", "192.0.2.3"}
    assert {port for _, _, _, port in air.sent} == {53}
    # Without a server on the link nobody is asked.
    assert "no name server" in ptr.skip(asking(dns=("8.8.8.8",), gateway="198.51.100.1"))
    assert ptr.skip(asking()) is None


def test_an_ipv6_server_is_asked_from_an_ipv6_vantage():
    server = IPAddress("fe80::1")
    air = Air(Resolver({SIX: "nas.lan."}, address=server), source=IPAddress("fe80::10"))
    asked = asking(own=IPAddress("fe80::10"), gateway="fe80::1", found=lambda: (SIX,))
    assert names(air, asked) == {("fd00::5", "nas.lan")}


def test_nothing_is_asked_that_would_leave_the_home():
    router = Resolver()
    outside = ("2001:db9::5", "198.18.0.1", "fe80::5", "192.0.2.10", "fd99::5")
    air = Air(router)
    found = (NAS, SIX, *map(IPAddress, outside))
    names(air, asking(prefixes=("fd00::/64", "2001:db9::/64"), found=lambda: found))
    control, *rest = router.asked
    assert rest == [packets.reverse_name(NAS), packets.reverse_name(SIX)]
    assert control.endswith(".2.0.192.in-addr.arpa")
    assert control not in {packets.reverse_name(a) for a in found}


def test_a_server_never_to_touch_or_out_of_reach_is_not_asked():
    air = Air(untouchable=[GATEWAY])
    assert names(air, asking(found=lambda: (NAS,))) == set()
    assert air.sent == []
    pihole = Resolver({NAS: "nas.lan."}, address=PIHOLE)
    assert names(Air(pihole, cut=[GATEWAY]), asking(dns=("192.0.2.2",), found=lambda: (NAS,))) == {
        ("192.0.2.5", "nas.lan")
    }


def test_two_servers_may_call_it_differently():
    one, two = Resolver({NAS: "nas.lan."}), Resolver({NAS: "storage.home."}, address=PIHOLE)
    found = names(Air(one, two), asking(dns=("192.0.2.2",), found=lambda: (NAS,)))
    assert found == {("192.0.2.5", "nas.lan"), ("192.0.2.5", "storage.home")}


def test_the_answer_for_nobody_is_nobody_s_name():
    router = Resolver({NAS: "nas.lan."}, default=lambda name: "DHCP-Host.isp.example.")
    assert names(Air(router), asking(found=lambda: (NAS, TV))) == {("192.0.2.5", "nas.lan")}


def test_one_name_for_many_is_nobody_s_name_even_when_the_control_was_lost():
    everybody = tuple(IPAddress(f"192.0.2.{n}") for n in range(20, 30))
    router = Resolver(dict.fromkeys(everybody, "customer.isp.example.") | {NAS: "nas.lan.", TV: "nas.lan."})
    found = names(Air(router), asking(found=lambda: (*everybody, NAS, TV)))
    assert found == {("192.0.2.5", "nas.lan"), ("192.0.2.6", "nas.lan")}


@pytest.mark.parametrize(
    "name",
    [
        "192-168-1-20.lan",
        "ip-192-168-1-20.eu.internal",
        "host192.168.1.20.isp.example",
        "20.1.168.192.dyn.example",
        "20-1-168-192.example",
        "192-168-001-020.example",
        "192_168_1_20",
        "dhcp-c0a80114.lan",
        "20.1.168.192.in-addr.arpa",
    ],
)
def test_an_address_in_other_clothes_is_no_name(name):
    assert ptr.is_made_up(name, IPAddress("192.168.1.20"))


@pytest.mark.parametrize(
    "name", ["nas.lan", "192-168-1-201.lan", "1192-168-1-20.lan", "cam-20", "android-1-20", "ESP_5C6D50", "20-1-168"]
)
def test_a_name_with_numbers_is_a_name(name):
    assert not ptr.is_made_up(name, IPAddress("192.168.1.20"))


def test_ipv6_addresses_in_other_clothes():
    address = IPAddress("fd00::5")
    for name in ("fd00--5.lan", "fd00-0000-0000-0000-0000-0000-0000-0005.lan", packets.reverse_name(address)):
        assert ptr.is_made_up(name, address)
    assert not ptr.is_made_up("nas-fd00.lan", address)


@given(st.text(max_size=100), st.integers(0, 2**32 - 1))
def test_any_name_can_be_judged(name, number):
    ptr.is_made_up(name, IPAddress(number, 4))
    ptr.is_made_up(name, IPAddress(number, 6))


def changed(**fields):
    def spoil(message, query):
        for field, value in fields.items():
            setattr(message, field, value)
        return message

    return spoil


@pytest.mark.parametrize(
    "spoil",
    [
        lambda message, query: bytes(message)[:20],
        lambda message, query: b"",
        lambda message, query: b"\xff" * 4000,
        changed(rcode=2),
        changed(qr=0),
        changed(an=[]),
        changed(qd=[]),
        changed(qd=[DNSQR(qname="6.2.0.192.in-addr.arpa", qtype="PTR")]),
        changed(qd=[DNSQR(qname="5.2.0.192.in-addr.arpa", qtype="A")]),
        changed(an=[DNSRR(rrname="6.2.0.192.in-addr.arpa.", type="PTR", rdata="evil.lan.")]),
        changed(an=[DNSRR(rrname="5.2.0.192.in-addr.arpa.", type="TXT", rdata=[b"evil"])]),
        lambda message, query: bytes([message.id >> 8 ^ 1]) + bytes(message)[1:],
    ],
)
def test_an_answer_to_anything_else_is_no_answer(spoil):
    router = Resolver({NAS: "evil.lan."}, spoil=spoil)
    assert names(Air(router), asking(found=lambda: (NAS,))) == set()


def test_an_answer_from_somebody_else_is_no_answer():
    forger = Resolver({NAS: "lock.lan."}, source=TV)
    assert names(Air(forger), asking(found=lambda: (NAS,))) == set()
    # Neither from the other server that was asked the same.
    crossed = Resolver({NAS: "lock.lan."}, source=PIHOLE)
    assert names(Air(crossed), asking(dns=("192.0.2.2",), found=lambda: (NAS,))) == set()


def test_numbers_cannot_be_guessed_and_differ_while_a_question_is_open():
    many = tuple(IPAddress(f"192.0.2.{n}") for n in range(20, 60))
    air = Air()
    names(air, asking(found=lambda: many))
    numbers = [int.from_bytes(data[:2]) for data in air.packets()]
    assert len(set(numbers)) == len(numbers) == 41
    assert sorted(numbers) != numbers


def test_it_takes_little_time_and_asks_a_bounded_number():
    many = tuple(IPAddress(f"192.0.2.{n}") for n in range(20, 60))
    router = Resolver({a: f"host{n}.lan." for n, a in enumerate(many)}, delay=0.1)
    air = Air(router)
    assert len(names(air, asking(found=lambda: many))) == 40
    assert air.now <= 0.6
    crowd = tuple(IPAddress(int(IPAddress("10.0.0.0")) + n) for n in range(3000))
    asked = asking(found=lambda: crowd, prefixes=("10.0.0.0/8",))
    air, began = Air(), time.perf_counter()
    names(air, asked)
    assert len(air.sent) <= ptr.MAX_ASKED + 1
    assert air.now <= 2
    assert time.perf_counter() - began < 10
    quiet = Air()
    assert names(quiet, asking()) == set()
    assert quiet.sent == []


def test_a_network_without_a_free_address_has_no_control():
    everybody = tuple(IPAddress(f"192.0.2.{n}") for n in range(256))
    router = Resolver({NAS: "nas.lan."})
    assert names(Air(router), asking(found=lambda: everybody)) == {("192.0.2.5", "nas.lan")}


def test_a_control_character_in_a_name_is_gone():
    (seen,) = ptr.discover(asking(found=lambda: (NAS,)), Air(Resolver({NAS: "n\x1b[2Jas.lan."})))
    assert seen.hostnames == ("n [2Jas.lan",)


def test_a_system_without_sockets_is_a_reason():
    class Nothing(Air):
        def datagrams(self, **given):
            raise NoAnswer("this interface has no IPv4 address")

    with pytest.raises(NoAnswer):
        names(Nothing(), asking(found=lambda: (NAS,)))
    assert ptr.AFTER.isdisjoint({"mdns", "ssdp"})
