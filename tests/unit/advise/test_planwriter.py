"""A plan as text: the style of the design, and the same plan when it is read again."""

from dataclasses import replace

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from netguard.advise import planfile, planwriter
from netguard.model.plan import MAX_NAMES, Domain, Listen, Member, Name, Talk
from netguard.model.vocabulary import Transport
from tests.property.homes import home
from tests.property.plans import plans

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

texts = st.text(st.characters(), max_size=60) | st.text(
    st.sampled_from("\n\r\x85\u2028\u2029\ufeff\x00#: '\"-[]{}\t\\x"), max_size=30
)


def test_the_design_is_written_as_it_was_read():
    assert planwriter.write(planfile.read(PLAN.encode())) == PLAN


def test_remarks_stand_above_their_members():
    text = planwriter.write(
        planfile.read(PLAN.encode()),
        {"camera": "moved:  from 192.168.1.30\n # it casts ", "hub": "the lock's", "nobody": "x"},
    )

    assert text == PLAN.replace("  - name: hub", "  # the lock's\n  - name: hub").replace(
        "  - {name: camera", "  # moved: from 192.168.1.30 # it casts\n  - {name: camera"
    )


@given(plans(members=8))
def test_what_is_written_reads_as_the_same_plan(plan):
    assert planfile.read(planwriter.write(plan).encode()) == plan


@given(plans(members=8), st.data())
@example(replace(home(), members=()), None)
def test_no_remark_changes_the_plan(plan, data):
    remarks = {member.name: data.draw(texts) for member in plan.members}

    text = planwriter.write(plan, remarks)

    assert planfile.read(text.encode()) == plan
    plain = planwriter.write(plan).splitlines()
    assert [line for line in text.splitlines() if not line.startswith("  #")] == plain
    assert len(text.splitlines()) == text.count("\n") == len(plain) + sum(map(bool, remarks.values()))
    assert all(line.isprintable() for line in text.splitlines())


@given(plans(members=8))
def test_other_readers_of_yaml_see_texts_as_texts(plan):
    """YAML 1.1 has dozens of words and numbers that look like names, addresses and MACs."""
    read = yaml.safe_load(planwriter.write(plan))

    assert [s["name"] for s in read["segments"]] == [s.name for s in plan.segments]
    assert [(m["name"], m["mac"]) for m in read["members"]] == [(m.name, str(m.mac)) for m in plan.members]
    assert [m.get("addresses", []) for m in read["members"]] == [list(map(str, m.addresses)) for m in plan.members]
    names = [n for m in plan.members if m.talks != "any" for t in m.talks for n in t.names]
    assert [
        n for m in read["members"] if m.get("talks") != "any" for t in m.get("talks", []) for n in t.get("names", [])
    ] == names


@given(texts)
@example("x" * 5_000)
@example("\ud800 half a pair")
def test_a_comment_is_one_line_of_print(text):
    line = planwriter.comment(text, "    ")

    assert line.startswith("    #")
    assert line.isprintable()
    assert len(line.splitlines()) == 1
    assert len(line) <= planwriter.MAX_REMARK + 6
    assert planfile.read(f"{line}\n{PLAN}".encode()) == planfile.read(PLAN.encode())


@pytest.mark.parametrize("name", ["no", "on", "y", "null", "true", "off", "yes"])
def test_words_that_mean_something_else_are_quoted(name):
    plan = home()
    plan = replace(plan, members=(replace(plan.members[1], name=Name.of(name)),))

    assert f'  - name: "{name}"\n' in planwriter.write(plan)


def test_long_lists_stand_on_lines_of_their_own():
    plan = home()
    names = tuple(sorted(Domain.of(f"server-{n}.lock-cloud.example") for n in range(MAX_NAMES)))
    talks = tuple(Talk(transport=Transport.TCP, ports=(port,), names=names[:3]) for port in (443, 8883))
    listens = (Listen(transport=Transport.TCP, ports=(80,), source=plan.segments[0].name),)
    hub = replace(plan.members[1], talks=talks, listens=listens)

    text = planwriter.write(replace(plan, members=(hub,)))

    assert text.endswith(
        "    listens: [{transport: tcp, ports: [80], from: trusted}]\n"
        "    talks:\n"
        "      - {names: [server-0.lock-cloud.example, server-1.lock-cloud.example, server-10.lock-cloud.example], transport: tcp, ports: [443]}\n"
        "      - {names: [server-0.lock-cloud.example, server-1.lock-cloud.example, server-10.lock-cloud.example], transport: tcp, ports: [8883]}\n"
    )
    assert planfile.read(text.encode()).members == (hub,)


@pytest.mark.parametrize(
    ("name", "talks", "end"),
    [
        ("laptop", (), 'addresses: [10.77.1.10, "::10"]'),
        ("laptop", "any", 'addresses: [10.77.1.10, "::10"], talks: any'),
        ("camera", (), "addresses: [10.77.2.30], talks: []"),
        ("speaker", "any", 'addresses: ["::40"], talks: any'),
    ],
)
def test_talks_stand_where_they_mean_something(name, talks, end):
    """A trusted device has all of the internet: `talks: []` beside it would say otherwise."""
    plan = home()
    member: Member = next(m for m in plan.members if m.name == name)
    member = replace(member, talks=talks, listens=())

    assert planwriter.write(replace(plan, members=(member,))).endswith(f"{end}}}\n")


def test_fields_are_in_the_order_of_the_design():
    plan = home()
    hub = replace(plan.members[1], talks="any")

    assert planwriter.write(replace(plan, members=(hub,))).endswith(
        "    listens: [{transport: tcp, ports: [8443], from: trusted}]\n    talks: any\n"
    )


def test_no_members_are_written_so():
    assert planwriter.write(replace(home(), members=())).endswith("\nmembers: []\n")
