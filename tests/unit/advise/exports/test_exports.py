"""What is read of a router's own configuration, and what of a hostile one."""

import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard import registry
from netguard.advise import exports, planfile, planwriter
from netguard.advise.exports import _contract
from netguard.advise.exports._contract import Candidate, export, name_of, role_of
from netguard.model.plan import MAX_SEGMENTS, Name, Plan, SegmentRole
from tests.unit.advise.exports import texts

MODULES = registry.names(exports.PACKAGE)


def shown(found):
    return {
        s.name: (
            s.role.value,
            s.interface,
            s.vlan,
            str(s.prefix),
            s.prefix6 and str(s.prefix6),
            [str(r) for r in s.router],
        )
        for s in found.segments
    }


def leases(found):
    return {str(r.mac): str(r.address) for r in found.reservations}


def test_the_readers_are_found_by_listing():
    assert set(MODULES) == {"openwrt", "routeros", "vyos"}


@pytest.mark.parametrize(
    ("text", "platform"),
    [
        (texts.OPENWRT, "openwrt"),
        (texts.OPENWRT_OLD, "openwrt"),
        (texts.ROUTEROS, "routeros"),
        (texts.ROUTEROS_TERSE, "routeros"),
        (texts.VYOS, "vyos"),
        (texts.EDGEOS, "vyos"),
    ],
)
def test_each_text_is_recognised_by_one_reader(text, platform):
    assert exports.read(text.encode()).platform == platform
    assert [name for name in MODULES if registry.load(exports.PACKAGE, name).recognises(text)] == [platform]
    assert exports.read(text.replace("\n", "\r\n").encode("utf-8-sig")) == exports.read(text.encode())


def test_openwrt():
    found = exports.read(texts.OPENWRT.encode())
    assert shown(found) == {
        "lan": ("trusted", "br-lan.1", 1, "192.168.1.0/24", None, ["192.168.1.1"]),
        "things": (
            "iot",
            "eth1-things",
            20,
            "192.168.20.0/24",
            "fd12:3456:789a:20::/64",
            ["192.168.20.1", "fd12:3456:789a:20::1"],
        ),
        "visit": ("guest", "br-lan.30", 30, "192.168.30.0/25", None, ["192.168.30.1"]),
    }
    assert found.wan == "pppoe-wan"
    assert leases(found) == {
        "00:00:5e:00:53:20": "192.168.1.20",
        "00:00:5e:00:53:21": "192.168.20.21",
        "00:00:5e:00:53:22": "192.168.20.21",
    }
    assert found.new_interface == "br-{name}"
    assert [r.split(":")[0] for r in found.remarks] == [
        "The network “desk” was left out",
        "The network “wifi_only” was left out",
    ]
    assert {"192.168.40.0/24", "192.168.50.0/24", "192.168.5.0/24"} <= {str(n) for n in found.taken}


def test_openwrt_before_devices_had_sections():
    found = exports.read(texts.OPENWRT_OLD.encode())
    assert shown(found) == {"lan": ("trusted", "br-lan", None, "10.0.0.0/16", None, ["10.0.0.1"])}
    assert found.wan == "eth0.2"


def test_routeros():
    found = exports.read(texts.ROUTEROS.encode())
    assert shown(found) == {
        "bridge": ("trusted", "bridge", None, "192.168.88.0/24", None, ["192.168.88.1"]),
        "vlan20": (
            "iot",
            "vlan20",
            20,
            "10.20.0.0/24",
            "fd12:3456:789a:20::/64",
            ["10.20.0.1", "fd12:3456:789a:20::1"],
        ),
        "guests": ("guest", "guests", 30, "10.30.0.0/24", None, ["10.30.0.1"]),
    }
    assert found.wan == "ether1-wan"
    assert leases(found) == {"00:00:5e:00:53:20": "192.168.88.20"}
    assert len(found.remarks) == 1
    assert "VLAN 40 - cellar" in found.remarks[0]
    assert found.new_interface == "vlan-{name}"


def test_routeros_terse():
    found = exports.read(texts.ROUTEROS_TERSE.encode())
    assert {name: line[:3] for name, line in shown(found).items()} == {
        "bridge": ("trusted", "bridge", None),
        "iot": ("iot", "vlan-iot", 20),
    }
    assert found.wan == "ether1"


def test_routeros_that_dials_in_leads_out_by_what_dials():
    dialling = texts.ROUTEROS.replace(
        "disabled=yes interface=ether1-wan name=pppoe-old", "interface=ether1-wan name=pppoe-out1"
    )
    assert exports.read(dialling.encode()).wan == "pppoe-out1"


def test_vyos():
    found = exports.read(texts.VYOS.encode())
    assert shown(found) == {
        "lan": ("trusted", "eth1", None, "10.77.1.0/24", None, ["10.77.1.1"]),
        "smart-home": (
            "iot",
            "eth1.20",
            20,
            "10.77.2.0/24",
            "fd12:3456:789a:20::/64",
            ["10.77.2.1", "fd12:3456:789a:20::1"],
        ),
        "guest": ("guest", "eth1.30", 30, "10.77.3.0/24", None, ["10.77.3.1"]),
    }
    assert found.wan == "eth0"
    assert leases(found) == {"00:00:5e:00:53:20": "10.77.1.20"}
    assert found.new_interface == "eth1.{vlan}"


def test_edgeos():
    found = exports.read(texts.EDGEOS.encode())
    assert {name: line[:4] for name, line in shown(found).items()} == {
        "eth1": ("trusted", "eth1", None, "192.168.1.0/24"),
        "switch0": ("trusted", "switch0", None, "192.168.2.0/24"),
        "iot": ("iot", "switch0.20", 20, "192.168.20.0/24"),
    }
    assert found.wan == "pppoe0"
    assert leases(found) == {"00:00:5e:00:53:20": "192.168.2.20"}


@pytest.mark.parametrize(
    ("line", "wan"),
    [
        ("set interfaces pppoe pppoe1 source-interface 'eth0'", "pppoe1"),
        ("set interfaces ethernet eth0 vif 7 pppoe 2 user-id x", "pppoe2"),
        ("set zone-policy zone wan interface eth5", "eth5"),
        ("set nat source rule 1 outbound-interface eth6", "eth6"),
        ("set nat source rule 1 outbound-interface group OUT", None),
        ("set interfaces ethernet eth7 address dhcpv6", "eth7"),
    ],
)
def test_vyos_leads_out_by_what_dials_then_by_its_zone_then_by_what_hides_then_by_what_asks_for_an_address(line, wan):
    found = exports.read(f"set interfaces ethernet eth1 address 10.0.0.1/24\n{line}\n".encode())
    assert found.wan == wan
    assert [s.interface for s in found.segments] == ["eth1"]
    assert bool(found.remarks) is (wan is None)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "no configuration that netguard can read"),
        (b"interface GigabitEthernet0/1\n ip address 10.0.0.1 255.255.255.0\n", "uci export"),
        (b"config interface 'lan'\n\toption proto 'dhcp'\n", "no network in it"),
        (b"x" * (exports.MAX_EXPORT + 1), "larger than"),
        (b"\xff\xfe" * 40, "no configuration"),
    ],
)
def test_what_is_no_export_says_what_to_give(data, says):
    with pytest.raises(ValueError, match=says):
        exports.read(data)


@pytest.mark.parametrize(
    ("words", "role"),
    [
        (("lan",), None),
        (("IoT_WiFi",), SegmentRole.IOT),
        (("VLAN20", "Smart home"), SegmentRole.IOT),
        (("cameras",), SegmentRole.IOT),
        (("guest-iot",), SegmentRole.GUEST),
        (("Gäste",), SegmentRole.GUEST),
        (("br-lan", "", "scam"), None),
    ],
)
def test_what_a_network_is_for_is_told_by_how_its_name_begins(words, role):
    assert role_of(*words) is role


@pytest.mark.parametrize(
    ("label", "taken", "name"),
    [
        ("lan", (), "lan"),
        ("VLAN20_IoT", (), "iot"),
        ("vlan-iot", (), "iot"),
        ("br-lan.30", (), "lan-30"),
        ("vlan20", (), "vlan20"),
        ("wan", (), "wan-2"),
        ("", (), "net"),
        ("123", (), "net-123"),
        ("Smart home; drop table", (), "smart-home-drop"),
        ("lan", ("lan", "lan-2"), "lan-3"),
    ],
)
def test_names_are_made_of_plain_letters(label, taken, name):
    assert name_of(label, taken) == name


@given(st.text(), st.lists(st.text(string.ascii_lowercase, max_size=3), max_size=4))
def test_every_label_gives_a_name_of_its_own(label, taken):
    found = name_of(label, taken)
    assert Name.of(found) == found
    assert found not in taken


CANDIDATES = st.builds(
    Candidate,
    label=st.text(max_size=12),
    interface=st.sampled_from(["lan", "eth0", "eth1", "br lan", "lo", ""]) | st.text(max_size=20),
    vlan=st.none() | st.sampled_from(["0", "1", "20", "4095", "²"]) | st.text(max_size=5),
    addresses=st.lists(
        st.sampled_from(
            ["10.0.0.1/24", "10.0.0.1/8", "10.0.1.1/24", "10.0.1.0/24", "fd00::1/64", "fd00:0:0:1::1/64", "fe80::1/64", "::1/128",
             "10.1.0.1/31", "0.0.0.0/0", "dhcp", "10.0.0.1/", "/24", "10.0.0.1/255.255.0.255"]
        )
        | st.text(max_size=20),
        max_size=4,
    ).map(tuple),
    hints=st.lists(st.text(max_size=8), max_size=2).map(tuple),
)  # fmt: skip


@given(
    st.lists(CANDIDATES, max_size=6),
    st.lists(st.sampled_from(["eth0", "wan", "x y", ""]) | st.text(max_size=9), max_size=3),
)
def test_whatever_a_router_says_becomes_segments_that_a_plan_can_have(candidates, wan):
    found = export("openwrt", wan=wan, candidates=candidates, reservations=(), new_interface="br-{name}")
    if found.segments and found.wan is not None:
        plan = Plan(wan=found.wan, segments=found.segments)
        assert planfile.read(planwriter.write(plan).encode()) == plan


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), max_size=5))
def test_reservations_that_are_none_are_passed_over(found):
    kept = export(
        "vyos", wan=(), candidates=(), reservations=[*found, ("00:00:5e:00:53:20", "10.0.0.20")], new_interface=""
    )
    assert str(kept.reservations[-1].mac) == "00:00:5e:00:53:20"


def test_more_networks_than_a_plan_has_are_named_and_taken():
    many = [
        Candidate(label=f"n{n}", interface=f"eth{n}", addresses=(f"10.{n}.0.1/24",))
        for n in range(_contract.MAX_CANDIDATES + 9)
    ]
    found = export("vyos", wan=("x",), candidates=many, reservations=(), new_interface="")
    assert len(found.segments) == MAX_SEGMENTS
    assert len(found.remarks) <= _contract.MAX_REMARKS
    assert len(found.taken) == _contract.MAX_CANDIDATES - MAX_SEGMENTS


LINES = st.sampled_from(
    [line for text in vars(texts).values() if isinstance(text, str) for line in text.splitlines()]
) | st.text(st.sampled_from("ab/ '\"\\=#\t.:01"), max_size=12)


@pytest.mark.parametrize("name", MODULES)
@given(st.lists(LINES, max_size=30))
def test_no_text_makes_a_reader_fail(name, lines):
    registry.load(exports.PACKAGE, name).read("\n".join(lines))


MOST_SECONDS = 6.0
"""Of this process alone, for 100 kB; it takes less than 0.3. One that looked at each part once more for each other takes minutes."""

HOSTILE = {
    "one quote": "config interface 'lan'\n" + "'" + "a" * 100_000,
    "quotes": "config interface 'lan'\n" + "\"'" * 50_000,
    "escaped quotes": "config interface 'lan'\n\"" + '\\"' * 50_000,
    "quotes and escapes": "config interface lan\n" + '"\\' * 50_000,
    "sections": "config interface x\n" * 10_000,
    "options": "config interface x\n" + "".join(f"option o{n} 1\n" for n in range(10_000)),
    "routeros": "/ip address\n" + "add address=10.0.0.1/24 interface=a\n" * 10_000,
    "routeros quotes": "/ip address\nadd " + 'x="' * 50_000,
    "routeros pairs": "/ip address\nadd " + "a-" * 50_000,
    "routeros one word": "/ip address\nadd " + "a" * 50_000 + "\n" + " add" * 100_000,
    "routeros continued": "/ip address\nadd " + "\\\n " * 50_000,
    "vyos": "set interfaces ethernet eth1 vif 1 address 10.0.0.1/24\n" * 10_000,
    "vyos interfaces": "".join(f"set interfaces ethernet e{n} address 10.0.0.1/24\n" for n in range(10_000)),
    "vyos quotes": "set interfaces ethernet " + "'" * 100_001,
    "spaces": "config" + " " * 50_000 + "\n" + "\t" * 50_000 + "x",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("name", MODULES)
def test_a_text_made_to_take_long_takes_no_longer(name, text):
    module = registry.load(exports.PACKAGE, name)

    began = time.process_time()
    module.recognises(text)
    module.read(text)
    assert time.process_time() - began < MOST_SECONDS
