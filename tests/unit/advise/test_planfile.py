"""What a plan file says, and every complaint about one with the line that it names."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from netaddr import EUI, IPAddress, IPNetwork

from netguard.advise import planfile
from netguard.errors import PlanError
from netguard.model.plan import (
    MAX_ENTRIES,
    MAX_MEMBERS,
    MAX_NAMES,
    MAX_PORTS,
    MAX_SEGMENTS,
    Listen,
    Member,
    Plan,
    Segment,
    SegmentRole,
    Talk,
)
from netguard.model.vocabulary import Transport

PLAN = """\
schema: netguard.plan/1
wan: {interface: wan0}
segments:
  - {name: trusted, role: trusted, interface: br-lan, vlan: 1, prefix: 10.77.1.0/24, prefix6: "2001:db8:1::/64", router: [10.77.1.1, "2001:db8:1::1"]}
  - {name: iot, role: iot, interface: br-iot, vlan: 20, prefix: 10.77.2.0/24, prefix6: "2001:db8:2::/64", router: [10.77.2.1, "2001:db8:2::1"]}
  - {name: guest, role: guest, interface: br-guest, vlan: 30, prefix: 10.77.3.0/24, prefix6: "2001:db8:3::/64", router: [10.77.3.1, "2001:db8:3::1"]}
members:
  - name: hub
    mac: "02:77:02:00:00:20"
    segment: iot
    addresses: [10.77.2.20, "2001:db8:2::20"]
    listens: [{transport: tcp, ports: [8443], from: trusted}]
    talks: [{names: [lock-cloud.example], transport: tcp, ports: [443, 8883]}, {service: ntp}]
  - {name: camera, mac: "02:77:02:00:00:30", segment: iot, addresses: [10.77.2.30], talks: []}
"""


def complaint(text: str | bytes) -> str:
    with pytest.raises(PlanError) as caught:
        planfile.read(text if isinstance(text, bytes) else text.encode(), "home.yaml")
    return str(caught.value)


def changed(old: str, new: str) -> str:
    assert PLAN.count(old) == 1, old
    return PLAN.replace(old, new)


def test_the_plan_of_the_design_reads_as_written():
    def segment(name, number, vlan):
        return Segment(
            name=name,
            role=SegmentRole(name),
            interface={"trusted": "br-lan"}.get(name, f"br-{name}"),
            vlan=vlan,
            prefix=IPNetwork(f"10.77.{number}.0/24"),
            prefix6=IPNetwork(f"2001:db8:{number}::/64"),
            router=(IPAddress(f"10.77.{number}.1"), IPAddress(f"2001:db8:{number}::1")),
        )

    assert planfile.read(PLAN.encode()) == Plan(
        wan="wan0",
        segments=(segment("trusted", 1, 1), segment("iot", 2, 20), segment("guest", 3, 30)),
        members=(
            Member(
                name="hub",
                mac=EUI("02:77:02:00:00:20"),
                segment="iot",
                addresses=(IPAddress("10.77.2.20"), IPAddress("2001:db8:2::20")),
                listens=(Listen(transport=Transport.TCP, ports=(8443,), source="trusted"),),
                talks=(
                    Talk(transport=Transport.TCP, ports=(443, 8883), names=("lock-cloud.example",)),
                    Talk(transport=Transport.UDP, ports=(123,), service="ntp"),
                ),
            ),
            Member(
                name="camera",
                mac=EUI("02:77:02:00:00:30"),
                segment="iot",
                addresses=(IPAddress("10.77.2.30"),),
                talks=(),
            ),
        ),
    )


def test_one_meaning_has_one_form():
    """Doubles go, names are in lower case without their last dot, ports and names in order."""
    text = changed("[lock-cloud.example]", "[b.example, A.Example., a.example]").replace(
        "[443, 8883]", "[8883, 443, 443]"
    )
    text = text.replace("[10.77.2.30]", '[10.77.2.30, 10.77.2.30, "2001:DB8:2:0::30"]').replace(
        "10.77.1.0/24", "10.77.1.9/24"
    )

    plan = planfile.read(text.encode())

    talk = plan.members[0].talks[0]
    assert (talk.names, talk.ports) == (("a.example", "b.example"), (443, 8883))
    assert plan.members[1].addresses == (IPAddress("10.77.2.30"), IPAddress("2001:db8:2::30"))
    assert str(plan.segments[0].prefix) == "10.77.1.0/24"


def test_what_may_be_left_out():
    plan = planfile.read(
        b"schema: netguard.plan/1\n"
        b"wan: {interface: eth1}\n"
        b"segments: [{name: iot, role: iot, interface: eth0.20, prefix6: 'fd00:1::/64'}]\n"
        b"members: [{name: lock, mac: 2-77-2-0-0-20, segment: iot, addresses: ['::20'], talks: any}]\n"
    )

    assert (plan.segments[0].prefix, plan.segments[0].vlan, plan.segments[0].router) == (None, None, ())
    lock = plan.members[0]
    assert (lock.interface_ids, lock.addresses4, lock.addresses6) == ((IPAddress("::20"),), (), ())
    assert (lock.listens, lock.talks) == ((), "any")


def test_a_member_may_know_its_lower_half_where_the_provider_gives_the_upper():
    """A segment without `prefix6`: it has one, but another tomorrow."""
    text = changed(', prefix6: "2001:db8:2::/64", router: [10.77.2.1, "2001:db8:2::1"]', "").replace(
        '"2001:db8:2::20"', '"::20"'
    )

    assert planfile.read(text.encode()).members[0].interface_ids == (IPAddress("::20"),)


ALL_OF_IT = [
    # the file
    (b"\xff", "line 1: it is not UTF-8"),
    (PLAN.encode() + b"# caf\xe9\n", "line 15: it is not UTF-8"),
    ("", "line 1: the file is empty"),
    ("members: [\n", "line 2: it is not YAML"),
    (changed("    segment: iot\n", "    segment: iot\n   x: 1\n"), "line 11: it is not YAML"),
    (changed("wan0}", "wan0}\nwan: {}"), "line 3: wan is there twice"),
    (changed("{interface: wan0}", "&x {interface: wan0}").replace("[10.77.2.30]", "*x"), "line 14: aliases are not allowed, write it out"),
    (changed("wan0", "!!str wan0"), "line 2: types such as tag:yaml.org,2002:str are not allowed"),
    (PLAN + "---\nx: 1\n", "line 15: it is not YAML (of one document: another one begins)"),
    ("members:\n " + "[" * 40 + "]" * 40, "line 2: it is nested deeper than 32 levels"),
    (PLAN + "# " + "x" * planfile.MAX_FILE, "line 1: plan: it is larger than 1024 KiB, no home needs that"),
    # the plan
    ("[]\n", "line 1: plan: it has to be a plan with fields, `schema: netguard.plan/1` first"),
    ("members: []\n", "line 1: schema: it has to be netguard.plan/1; write a new one with `netguard plan`"),
    (changed("plan/1", "plan/2"), "line 1: schema: it has to be netguard.plan/1; write a new one with `netguard plan`"),
    (changed("wan: {interface: wan0}\n", ""), "line 1: wan: it is missing"),
    (changed("wan: {interface: wan0}", "wan: wan0"), "line 2: wan: expected `object`, got `str`"),
    (changed("{interface: wan0}", "{interface: wan/0}"), "line 2: wan.interface: 'wan/0' is no interface's name: at most 15 letters, digits, `_`, `.` and `-`"),
    (changed("{interface: wan0}", "{interface: lo}"), "line 2: wan.interface: lo leads nowhere: it is the router's way to itself"),
    (changed("{interface: wan0}", "{interface: wan0, mtu: 1}"), "line 2: wan.mtu: it is no field of a plan"),
    (changed("members:\n", "memebrs:\n"), "line 8: memebrs: it is no field of a plan"),
    (changed("members:\n", "7: 1\nmembers:\n"), "line 7: 7: it is no field of a plan"),
    (changed("segment: iot\n", "null: 1\n    segment: iot\n"), "line 10: members[0].None: it is no field of a plan"),
    (PLAN.replace("- {name: iot, role", "- {name: {x: y}, role"), "line 5: segments[1].name: expected `str`, got `object`"),
    # segments
    (re.sub(r"(?s)segments:.*members:.*", "segments: []\n", PLAN), "line 3: segments: there are 0, a plan has 1 to 16"),
    (changed("{name: iot,", "{name: IoT,"), "line 5: segments[1].name: 'IoT' is no name: use at most 20 lower-case letters, digits and dashes, a letter first"),
    (changed("{name: iot,", "{name: wan,"), "line 5: segments[1].name: wan means something else here; choose another name"),
    (changed("{name: iot,", "{name: router,"), "line 5: segments[1].name: router means something else here; choose another name"),
    (changed("{name: iot,", "{name: trusted,"), "line 5: segments[1].name: another segment is called trusted already"),
    (changed("role: iot,", "role: dmz,"), "line 5: segments[1].role: it has to be trusted, iot or guest"),
    (changed("interface: br-iot, ", ""), "line 5: segments[1].interface: it is missing"),
    (changed("br-iot", "'br iot; reboot'"), "line 5: segments[1].interface: 'br iot; reboot' is no interface's name: at most 15 letters, digits, `_`, `.` and `-`"),
    (changed("br-iot", "br-lan"), "line 5: segments[1].interface: br-lan is trusted's already"),
    (changed("br-iot", "wan0"), "line 5: segments[1].interface: wan0 leads to the internet already"),
    (changed("vlan: 20", "vlan: 0"), "line 5: segments[1].vlan: 0 is no VLAN; they go from 1 to 4094 (IEEE 802.1Q, 9.6)"),
    (changed("vlan: 20", "vlan: 4095"), "line 5: segments[1].vlan: 4095 is no VLAN; they go from 1 to 4094 (IEEE 802.1Q, 9.6)"),
    (changed("vlan: 20", "vlan: 1"), "line 5: segments[1].vlan: VLAN 1 is trusted's already"),
    (changed("vlan: 20", "vlan: twenty"), "line 5: segments[1].vlan: expected `int | null`, got `str`"),
    (changed("10.77.2.0/24", "10.77.0.0/16"), "line 5: segments[1].prefix: 10.77.0.0/16 overlaps with 10.77.1.0/24 of trusted"),
    (changed("10.77.3.0/24", "10.77.2.0/25"), "line 6: segments[2].router[0]: 10.77.3.1 is outside the segment (10.77.2.0/25)"),
    (changed('"2001:db8:2::/64", router: [10.77.2.1, "2001:db8:2::1"]', '"2001:db8::/32"'), "line 5: segments[1].prefix6: 2001:db8::/32 overlaps with 2001:db8:1::/64 of trusted"),
    (changed("10.77.2.0/24", "10.77.2/24"), "line 5: segments[1].prefix: not a network: '10.77.2/24'"),
    (changed("10.77.2.0/24", "10.77.2.0/33"), "line 5: segments[1].prefix: not a network: '10.77.2.0/33'"),
    (changed("10.77.2.0/24", "10.77.2.1"), "line 5: segments[1].prefix: 10.77.2.1/32: a segment is a /8 to a /30"),
    (changed("10.77.2.0/24", "0.0.0.0/0"), "line 5: segments[1].prefix: 0.0.0.0/0: a segment is a /8 to a /30"),
    (changed("10.77.2.0/24", "224.0.0.0/24"), "line 5: segments[1].prefix: no router has a segment in 224.0.0.0/24"),
    (changed("10.77.2.0/24", '"2001:db8:2::/64"'), "line 5: segments[1].prefix: 2001:db8:2::/64 is no IPv4 prefix"),
    (changed('"2001:db8:2::/64"', "10.77.2.0/24"), "line 5: segments[1].prefix6: 10.77.2.0/24 is no IPv6 prefix"),
    (changed('"2001:db8:2::/64"', '"2000::/3"'), "line 5: segments[1].prefix6: 2000::/3: a segment is a /32 to a /126"),
    (changed('"2001:db8:2::/64"', '"fe80::/64"'), "line 5: segments[1].prefix6: no router has a segment in fe80::/64"),
    (changed('"2001:db8:2::/64"', '"::/64"'), "line 5: segments[1].prefix6: no router has a segment in ::/64"),
    (changed('prefix: 10.77.2.0/24, prefix6: "2001:db8:2::/64", router: [10.77.2.1, "2001:db8:2::1"]', "router: []"), "line 5: segments[1].prefix: a segment needs an IPv4 prefix, an IPv6 prefix6 or both"),
    (changed("[10.77.2.1,", "[10.77.1.9,"), "line 5: segments[1].router[0]: 10.77.1.9 is outside the segment (10.77.2.0/24)"),
    (changed(', prefix6: "2001:db8:2::/64"', ""), "line 5: segments[1].router[1]: 2001:db8:2::1 is outside the segment (which has no such prefix)"),
    (changed("[10.77.2.1,", "[10.77.2.255,"), "line 5: segments[1].router[0]: 10.77.2.255 is the address of the whole segment"),
    (changed("[10.77.2.1,", "[10.77.2.1/24,"), "line 5: segments[1].router[0]: not an IP address: '10.77.2.1/24'"),
    (changed("[10.77.2.1,", f"[{'10.77.2.1, ' * MAX_ENTRIES}"), "line 5: segments[1].router[32]: a router has at most 32 addresses in a segment"),
    # members
    (changed("name: hub", "name: " + "h" * 21), "line 8: members[0].name: 'hhhhhhhhhhhhhhhhhhhhh' is no name: use at most 20 lower-case letters, digits and dashes, a letter first"),
    (changed("name: hub", "name: hub_1"), "line 8: members[0].name: 'hub_1' is no name: use at most 20 lower-case letters, digits and dashes, a letter first"),
    (changed("name: camera", "name: router"), "line 14: members[1].name: router means something else here; choose another name"),
    (changed("name: camera", "name: hub"), "line 14: members[1].name: another member is called hub already"),
    (changed('"02:77:02:00:00:20"', "02:77:02"), "line 9: members[0].mac: not a MAC address: '02:77:02'"),
    (changed('"02:77:02:00:00:20"', "ff:ff:ff:ff:ff:ff"), "line 9: members[0].mac: ff:ff:ff:ff:ff:ff is no device's MAC"),
    (changed('"02:77:02:00:00:20"', "00:00:00:00:00:00"), "line 9: members[0].mac: 00:00:00:00:00:00 is no device's MAC"),
    (changed('"02:77:02:00:00:30"', "02-77-02-00-00-20"), "line 14: members[1].mac: 02:77:02:00:00:20 is hub's already"),
    (changed('    mac: "02:77:02:00:00:20"\n', ""), "line 8: members[0].mac: it is missing"),
    (changed("segment: iot\n", "segment: attic\n"), "line 10: members[0].segment: there is no segment 'attic'; there are trusted, iot, guest"),
    (changed("segment: iot\n", "segment: guest\n"), "line 11: members[0].addresses[0]: 10.77.2.20 is outside segment guest: its prefix is 10.77.3.0/24"),
    (changed("[10.77.2.30]", '["2001:db8:1::30"]'), "line 14: members[1].addresses[0]: 2001:db8:1::30 is outside segment iot: its prefix is 2001:db8:2::/64"),
    (changed(', prefix6: "2001:db8:2::/64", router: [10.77.2.1, "2001:db8:2::1"]', ""), "line 11: members[0].addresses[1]: 2001:db8:2::20 is outside segment iot: it has no IPv6 prefix"),
    (changed("[10.77.2.30]", "[10.77.2.20]"), "line 14: members[1].addresses[0]: 10.77.2.20 is hub's already"),
    (changed("[10.77.2.30]", '["2001:db8:2:0::20"]'), "line 14: members[1].addresses[0]: 2001:db8:2:0::20 is hub's already"),
    (changed("[10.77.2.30]", '["::20"]'), "line 14: members[1].addresses[0]: ::20 is hub's already"),
    (changed('"2001:db8:2::20"', '"::20"').replace("[10.77.2.30]", '["2001:db8:2::20"]'), "line 14: members[1].addresses[0]: 2001:db8:2::20 is hub's already"),
    (changed("[10.77.2.30]", "[10.77.2.1]"), "line 14: members[1].addresses[0]: 10.77.2.1 is the router's"),
    (changed("[10.77.2.30]", '["::1"]'), "line 14: members[1].addresses[0]: ::1 is the router's"),
    (changed("[10.77.2.30]", "[10.77.2.0]"), "line 14: members[1].addresses[0]: 10.77.2.0 is the address of the whole segment"),
    (changed("[10.77.2.30]", "[10.77.2.255]"), "line 14: members[1].addresses[0]: 10.77.2.255 is the address of the whole segment"),
    (changed("[10.77.2.30]", '["2001:db8:2::"]'), "line 14: members[1].addresses[0]: 2001:db8:2:: is the address of the whole segment"),
    (changed("[10.77.2.30]", '["::"]'), "line 14: members[1].addresses[0]: :: is outside segment iot: its prefix is 2001:db8:2::/64"),
    (changed("[10.77.2.30]", '["::ffff:10.77.2.30"]'), "line 14: members[1].addresses[0]: ::ffff:10.77.2.30 is an IPv4 address: write 10.77.2.30"),
    (changed("[10.77.2.30]", '["2001:db8:2::30%br0"]'), "line 14: members[1].addresses[0]: '2001:db8:2::30%br0': leave out what follows the %"),
    (changed("[10.77.2.30]", "[camera.lan]"), "line 14: members[1].addresses[0]: not an IP address: 'camera.lan'"),
    (changed("[10.77.2.30]", "10.77.2.30"), "line 14: members[1].addresses: expected `array`, got `str`"),
    (changed('"2001:db8:2::/64"', '"2001:db8:2::/112"').replace("[10.77.2.30]", '["::30"]'), "line 14: members[1].addresses[0]: ::30 is the lower half of an address, 2001:db8:2::/112 leaves less; write the whole address"),
    (changed("[10.77.2.30]", f"[{'10.77.2.30, ' * 33}]"), "line 14: members[1].addresses[32]: a member has at most 32"),
    (changed("talks: []", f"talks: [{'{service: ntp}, ' * 33}]"), "line 14: members[1].talks[32]: a member has at most 32"),
    # listens
    (changed("from: trusted}", "from: attic}"), "line 12: members[0].listens[0].from: there is no segment 'attic'; there are trusted, iot, guest"),
    (changed("from: trusted}", "from: iot}"), "line 12: members[0].listens[0].from: inside one segment packets never pass the router; leave it out"),
    (changed("from: trusted}", "from: guest}"), "line 12: members[0].listens[0].from: guests reach the internet only; whoever may use this belongs into another segment"),
    (changed(", from: trusted}", "}"), "line 12: members[0].listens[0].from: it is missing"),
    (changed("transport: tcp, ports: [8443]", "transport: sctp, ports: [8443]"), "line 12: members[0].listens[0].transport: it has to be tcp or udp"),
    (changed("[8443]", "[0]"), "line 12: members[0].listens[0].ports[0]: 0 is no port; they go from 1 to 65535"),
    (changed("[8443]", "[80, 65536]"), "line 12: members[0].listens[0].ports[1]: 65536 is no port; they go from 1 to 65535"),
    (changed("[8443]", "[8000-9000]"), "line 12: members[0].listens[0].ports[0]: expected `int`, got `str`"),
    (changed("[8443]", "[true]"), "line 12: members[0].listens[0].ports[0]: expected `int`, got `bool`"),
    (changed("[8443]", "[]"), "line 12: members[0].listens[0].ports: there are 0, an entry has 1 to 64"),
    (changed("[8443]", str(list(range(1, MAX_PORTS + 2)))), "line 12: members[0].listens[0].ports: there are 65, an entry has 1 to 64"),
    (changed("from: trusted}", "from: trusted, why: app}"), "line 12: members[0].listens[0].why: it is no field of a plan"),
    # talks
    (changed("[lock-cloud.example]", "['*.lock-cloud.example']"), "line 13: members[0].talks[0].names[0]: '*.lock-cloud.example' is no DNS name such as lock-cloud.example"),
    (changed("[lock-cloud.example]", "[lock-cloud]"), "line 13: members[0].talks[0].names[0]: 'lock-cloud' is no DNS name such as lock-cloud.example"),
    (changed("[lock-cloud.example]", "[a.example, https://b.example/]"), "line 13: members[0].talks[0].names[1]: 'https://b.example/' is no DNS name such as lock-cloud.example"),
    (changed("[lock-cloud.example]", "[203.0.113.10]"), "line 13: members[0].talks[0].names[0]: '203.0.113.10' is an address, not a DNS name"),
    (changed("[lock-cloud.example]", "[lock..example]"), "line 13: members[0].talks[0].names[0]: 'lock..example' is no DNS name such as lock-cloud.example"),
    (changed("[lock-cloud.example]", "[loc\u212a.example]"), "line 13: members[0].talks[0].names[0]: 'loc\u212a.example' is no DNS name such as lock-cloud.example"),
    (changed("[lock-cloud.example]", f"[{'a' * 64}.example]"), f"line 13: members[0].talks[0].names[0]: '{'a' * 60}' is no DNS name such as lock-cloud.example"),
    (changed("[lock-cloud.example]", f"[{'a.' * 125}example]"), f"line 13: members[0].talks[0].names[0]: '{'a.' * 30}' is no DNS name such as lock-cloud.example"),
    (changed("[lock-cloud.example]", "[]"), "line 13: members[0].talks[0].names: there are 0, an entry has 1 to 64; `talks: any` allows all"),
    (changed("[lock-cloud.example]", str([f"n{n}.example" for n in range(MAX_NAMES + 1)])), "line 13: members[0].talks[0].names: there are 65, an entry has 1 to 64; `talks: any` allows all"),
    (changed("example], transport: tcp,", "example],"), "line 13: members[0].talks[0].transport: it is missing: tcp or udp"),
    (changed("{service: ntp}", "{service: ntp, ports: [123]}"), "line 13: members[0].talks[1].service: a service knows its own ports; leave names, transport and ports out"),
    (changed("{service: ntp}", "{service: dns}"), "line 13: members[0].talks[1].service: it has to be ntp"),
    (changed("{service: ntp}", "{}"), "line 13: members[0].talks[1].names: there are 0, an entry has 1 to 64; `talks: any` allows all"),
    (changed("talks: []", "talks: all"), "line 14: members[1].talks: it has to be a list of entries, or `any`"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), ALL_OF_IT, ids=[wanted[:70] for _, wanted in ALL_OF_IT])
def test_what_nobody_can_have_meant_is_refused_with_its_line(text, wanted):
    said = complaint(text)

    assert said == f"home.yaml: {wanted}" or (
        wanted.endswith("it is not YAML") and said.startswith(f"home.yaml: {wanted}")
    )


def test_500_members_are_more_than_a_home_has():
    many = "".join(
        f'  - {{name: m{n}, mac: "02:77:09:00:{n >> 8:02x}:{n & 255:02x}", segment: iot, talks: []}}\n'
        for n in range(500)
    )
    before = PLAN[: PLAN.index("  - name: hub")]

    assert complaint(before + many) == (
        f"home.yaml: line {8 + MAX_MEMBERS}: members[256]: there are 500 members, a plan has at most 256"
    )
    few = "".join(many.splitlines(keepends=True)[:MAX_MEMBERS])
    assert len(planfile.read((before + few).encode()).members) == MAX_MEMBERS


def test_more_segments_than_a_router_has():
    one = "  - {{name: s{0}, role: iot, interface: eth0.{0}, prefix: 10.0.{0}.0/24}}\n"
    head = "schema: netguard.plan/1\nwan: {interface: wan0}\nsegments:\n"

    assert complaint(head + "".join(one.format(n) for n in range(MAX_SEGMENTS + 1))) == (
        "home.yaml: line 4: segments: there are 17, a plan has 1 to 16"
    )
    most = planfile.read((head + "".join(one.format(n) for n in range(MAX_SEGMENTS))).encode())
    assert len(most.segments) == MAX_SEGMENTS


@pytest.mark.parametrize(
    "where", ["{interface: wan0}", "role: iot,", "name: camera", "[8443]", "segment: iot\n", "{service: ntp}"]
)
def test_a_complaint_is_one_short_line_whatever_stands_in_the_file(where):
    """Neither a terminal's commands nor a megabyte come back to the screen."""
    evil = "\\e]0;x\\a\\u202e\\u2028" + "x" * 100_000

    for text in (changed(where, f'"{evil}": 1\n'), changed(where, f'{where[:-1]} "{evil}"{where[-1:]}')):
        said = complaint(text)
        assert said.isprintable()
        assert len(said) < 500


# ---------------------------------------------------------------- anything at all

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(
        (
            "any",
            "ntp",
            "iot",
            "trusted",
            "tcp",
            "udp",
            "10.77.2.9",
            "10.77.2.0/24",
            "::20",
            "2001:db8::/64",
            "wan0",
            "a.example",
        )
    )
)
keys = st.sampled_from(
    ("schema", "wan", "interface", "segments", "name", "role", "vlan", "prefix", "prefix6", "router", "members", "mac",
     "segment", "addresses", "listens", "transport", "ports", "from", "talks", "names", "service", "7", "null", "key` in `$")
)  # fmt: skip
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys | st.text(max_size=9), inner, max_size=4)
)


def reads_or_complains(data: bytes) -> None:
    said = "x: line 1: "
    try:
        planfile.read(data, "x")
    except PlanError as error:
        said = str(error)
    assert re.match(r"x: line \d+: .*\Z", said)


@given(st.binary(max_size=200))
def test_bytes_are_a_plan_or_a_complaint(data):
    reads_or_complains(data)
    reads_or_complains(b"schema: netguard.plan/1\n" + data)


@settings(max_examples=300)
@given(st.dictionaries(keys, values, max_size=6))
def test_anything_in_any_field_is_a_plan_or_a_complaint(fields):
    fields["schema"] = "netguard.plan/1"
    reads_or_complains(flow(fields).encode("utf-8", "surrogatepass"))


def flow(value) -> str:
    """YAML's flow style: as JSON, with numbers, nulls and texts as field names, too."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(k)}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(flow, value))}]"
    return (
        quoted(value) if isinstance(value, str) else {None: "null", True: "true", False: "false"}.get(value, str(value))
    )


def quoted(text: str) -> str:
    return text if re.fullmatch(r"[a-z0-9_]+", text) else "'" + text.replace("'", "''") + "'"


@settings(max_examples=300)
@given(st.data())
def test_a_plan_with_one_field_of_anything_is_a_plan_or_a_complaint(data):
    """Deeper than chance would get: every value of the design's plan in turn."""
    places = [
        m.span() for m in re.finditer(r'(?<=[:\[,] )(?:"[^"]*"|[a-z0-9.-]+)|(?<=\[)[a-z0-9.-]+|\[[^\[\]]*\]', PLAN)
    ]
    start, end = data.draw(st.sampled_from(places))
    reads_or_complains((PLAN[:start] + flow(data.draw(values)) + PLAN[end:]).encode("utf-8", "surrogatepass"))


@given(st.text(max_size=60), st.integers(0, len(PLAN)))
@example("\n", 10)
def test_a_plan_with_text_put_in_anywhere_is_a_plan_or_a_complaint(text, at):
    reads_or_complains((PLAN[:at] + text + PLAN[at:]).encode("utf-8", "surrogatepass"))
