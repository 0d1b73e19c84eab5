"""The gate between templates and text: typed values pass, everything else is refused, wherever it stands."""

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from netaddr import EUI, IPAddress, IPNetwork

from netguard.advise import planfile
from netguard.advise.ruleset import ruleset
from netguard.advise.snippet import MAX_TEXT, Fingerprint, UntypedValueError, says, snippet
from netguard.errors import RulesError
from netguard.model.action import Intent
from netguard.model.plan import Domain, InterfaceName, Name
from netguard.model.vocabulary import Transport
from netguard.rules.platforms import INTENTS, LABEL_WORDS, FileTemplate, Platform, Template
from netguard.rules.schema import Verified

PLAN = """\
schema: netguard.plan/1
wan: {interface: wan0}
segments:
  - {name: home, role: trusted, interface: br-lan, prefix: 10.1.1.0/24}
  - {name: things, role: iot, interface: br-iot, vlan: 20, prefix: 10.1.2.0/24, prefix6: "fd00:1:2::/64"}
members:
  - name: hub
    mac: "02:00:5E:00:53:20"
    segment: things
    addresses: [10.1.2.20, "::20"]
    listens: [{transport: tcp, ports: [8443, 443], from: home}]
    talks: [{names: [lock-cloud.example], transport: tcp, ports: [443]}]
"""
RULES = ruleset(planfile.read(PLAN.encode()))


def platform(text="hello", *, intents=None, unsupported=None, **given):
    said = {name: Template(apply=a, undo="u", check="c") for name, a in (intents or {}).items()}
    rest = {name: "By hand." for name in INTENTS if name not in said}
    usual = {
        "schema": 1, "id": "test", "name": "Test", "label": "unverified",
        "verified": Verified(how="documents", when="2026-11"), "sources": (), "needs": (), "steps": (), "undo": (),
        "vlans": True, "intents": said, "unsupported": unsupported if unsupported is not None else rest,
        "files": (FileTemplate(name="a.txt", what="all", text=text),),
    }  # fmt: skip
    return Platform(**(usual | given))


def rendered(text, rules=RULES, **given):
    (file,) = snippet(platform(text, **given), rules).files
    return str(file.text)


def with_member(**changed):
    member = replace(RULES.members[0], **changed)
    plan = replace(RULES.plan, members=(member,))
    return replace(ruleset(plan), members=(member,), plan=plan)


# ---------------------------------------------------------------- what passes


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ wan }}", "wan0"),
        ("{{ rules.segments[0].name }} {{ rules.segments[1].role }}", "home iot"),
        ("{{ rules.segments[1].vlan }} {{ rules.segments[1].prefix }}", "20 10.1.2.0/24"),
        ("{{ rules.segments[1].prefix6 }} {{ rules.segments[1].prefix | netmask }}", "fd00:1:2::/64 255.255.255.0"),
        ("{{ rules.members[0].mac }}", "02:00:5e:00:53:20"),
        ("{{ rules.members[0].addresses4[0] }} {{ rules.members[0].interface_ids[0] }}", "10.1.2.20 ::20"),
        ("{{ rules.reaches[0].transport }} {{ rules.reaches[0].ports | listed }}", "tcp 443, 8443"),
        ("{{ rules.reaches[0].ports | listed(comma_tight) }}", "443,8443"),
        ("{{ rules.clouds[0].names | listed }}", "lock-cloud.example"),
        ("{{ rules.segments | names | listed }}", "home, things"),
        ("{{ rules.segments | interfaces | listed }}", "br-lan, br-iot"),
        ("{{ rules.segments | length }}", "2"),
        ("{{ label }}", LABEL_WORDS["unverified"]),
        ("{% if rules.members[0].addresses6 %}a{% else %}b{% endif %}{{ nothing }}", "b"),
        ("{% for m in rules.members %}{{ m.name }}{{ comma if not loop.last else nothing }}{% endfor %}", "hub"),
        ("{% if it is defined %}x{% endif %}", None),
    ],
)
def test_typed_values_are_written_as_routers_read_them(template, text):
    if text is None:
        with pytest.raises(RulesError, match="No test named 'defined'"):
            rendered(template)
    else:
        assert rendered(template) == text


def test_fingerprints_of_what_is_closed_are_written_each_once_in_order():
    made = snippet(platform("{{ closes | listed }}"), RULES, closes=("ff00ff00", "00ff00ff", "ff00ff00"))
    assert str(made.files[0].text) == "00ff00ff, ff00ff00"
    assert made.closes == (Fingerprint("00ff00ff"), Fingerprint("ff00ff00"))


@pytest.mark.parametrize("text", ["", "abc", "a b c d", "ffff\n", "f" * 65, "٣٣٣٣٣", "ff-ff"])
def test_what_is_no_fingerprint_is_refused(text):
    with pytest.raises(ValueError, match="is no fingerprint"):
        snippet(platform(), RULES, closes=(text,))


# ---------------------------------------------------------------- what does not


UNTYPED = {
    "a constant": "{{ 'hello' }}",
    "a constant in a comment": "# {{ 'hello' }}",
    "a number's text": "{{ '1' }}",
    "an empty text": "{{ '' }}",
    "joined text": "{{ wan ~ 'x' }}",
    "added text": "{{ wan + 'x' }}",
    "formatted text": "{{ '%s' % wan }}",
    "a method of a text": "{{ wan.upper() }}",
    "a part of a text": "{{ wan[0] }}",
    "a slice of a text": "{{ wan[:2] }}",
    "repeated text": "{{ wan * 2 }}",
    "a constant in a list": "{{ ['a', 'b'] | listed }}",
    "a text gone through letter by letter": "{{ wan | listed }}",
    "a loop over a text": "{% for letter in wan %}{{ letter }}{% endfor %}",
    "a list": "{{ rules.segments }}",
    "a tuple of numbers": "{{ rules.reaches[0].ports }}",
    "a whole thing": "{{ rules.segments[0] }}",
    "truth": "{{ 1 == 1 }}",
    "nothing there": "{{ none }}",
    "no VLAN": "{{ rules.segments[0].vlan }}",
    "a fraction": "{{ 1.5 }}",
    "a division": "{{ 4 / 2 }}",
    "a name that nobody knows": "{{ nobody }}",
    "a field that nothing has": "{{ rules.segments[0].colour }}",
    "a function": "{{ each }}",
    "what separates, from elsewhere": "{{ rules.reaches[0].ports | listed('; reboot; ') }}",
    "a loop's own number as text": "{{ loop }}",
    "a class": "{{ wan.__class__ }}",
    "a way to everything": "{{ wan.__class__.__mro__ }}",
    "a block kept as text": "{% set x %}hello{% endset %}{{ x }}",
    "a macro's text": "{% macro m() %}hello{% endmacro %}{{ m() }}",
}


@pytest.mark.parametrize("template", UNTYPED.values(), ids=UNTYPED)
def test_what_is_not_typed_is_refused_wherever_it_stands(template):
    for text in (template, f"# {template}", f"{{# #}}{template}"):
        with pytest.raises(RulesError, match=r"rules/platforms/test\.yaml: template: "):
            rendered(text)


@pytest.mark.parametrize(
    "template",
    [
        "{{ wan | upper }}", "{{ wan | safe }}", "{{ wan | string }}", "{{ wan | replace('a', 'b') }}",
        "{{ wan | format }}", "{{ [wan] | join }}", "{{ rules | attr('plan') }}", "{{ range(3) | listed }}",
        "{{ cycler(1) }}", "{{ lipsum() }}", "{{ dict(a=1) }}", "{{ namespace() }}",
        "{% include 'other' %}", "{% import 'other' as x %}", "{% extends 'other' %}",
        "{% for", "{{", "{% endif %}",
    ],
)  # fmt: skip
def test_what_templates_could_do_elsewhere_they_cannot_do_here(template):
    with pytest.raises(RulesError):
        rendered(template)


NASTY = ["a\nb", "a; reboot", 'a"b', "$(x)", "", "A", "a b", "a" * 60, "ä", "-a", "a\x1b[2J", "a{{b}}"]


@pytest.mark.parametrize("nasty", NASTY)
def test_a_type_that_was_built_without_its_check_is_checked_at_the_gate(nasty):
    with pytest.raises(RulesError, match="is no name"):
        rendered("{{ rules.members[0].name }}", with_member(name=Name(nasty)))
    if nasty not in {"A", "a" * 60}:
        plan = replace(RULES.plan, wan=InterfaceName(nasty))
        with pytest.raises(RulesError, match="is no interface's name"):
            rendered("{{ wan }}", replace(RULES, plan=plan))
    cloud = replace(RULES.clouds[0], names=(Domain(nasty),))
    with pytest.raises(RulesError, match="is no DNS name"):
        rendered("{{ rules.clouds[0].names | listed }}", replace(RULES, clouds=(cloud,)))


@given(st.text(max_size=80))
def test_no_plain_text_passes_whatever_it_is(text):
    with pytest.raises(RulesError, match="str is not typed"):
        rendered("{{ rules.members[0].name }}", with_member(name=text))


@given(st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=40))
def test_a_constant_of_a_template_is_text_like_any_other(text):
    """Only a template's own lines are written as they stand; what is put out has to be typed."""
    quoted = msgspec.json.encode(text).decode()
    with pytest.raises(RulesError):
        rendered("{{ " + quoted + " }}")


@pytest.mark.parametrize(
    "value", [True, None, 1.0, b"x", "x", ("x",), {"a": 1}, object(), Transport, IPAddress, Exception("x"), 1j]
)
def test_values_of_other_types_are_refused(value):
    with pytest.raises(RulesError, match="is not typed"):
        rendered("{{ rules.members[0].name }}", with_member(name=value))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (-1, "-1"), (10**30, str(10**30)), (IPAddress("::1"), "::1"), (IPNetwork("::/0"), "::/0"),
        (EUI("02-00-5E-00-53-20"), "02:00:5e:00:53:20"), (Transport.UDP, "udp"), (Domain("a.example"), "a.example"),
    ],
)  # fmt: skip
def test_values_of_these_types_pass(value, text):
    assert rendered("{{ rules.members[0].name }}", with_member(name=value)) == text


def test_the_refusal_is_an_error_of_types():
    assert issubclass(UntypedValueError, TypeError)


def test_a_text_without_end_is_stopped():
    endless = "{% for a in rules.segments %}" * 1 + "x" * (MAX_TEXT // 2 + 1) + "{% endfor %}"
    with pytest.raises(RulesError, match="it writes more than 4 MiB"):
        rendered(endless)


# ---------------------------------------------------------------- intents


def test_each_writes_a_part_of_every_step_once_with_its_line_end():
    text = rendered(
        "{{ each('apply', 'isolate-segment', 'reserve-address') }}|{{ each('undo', 'reserve-address') }}",
        intents={"isolate-segment": "net {{ it.segment.name }}", "reserve-address": "{{ it.member.mac }}\n"},
    )
    assert text == "net things\n02:00:5e:00:53:20\n|u\n"


def test_each_knows_only_intents_and_skips_what_the_platform_has_no_words_for():
    assert rendered("{{ each('apply', 'move-device') }}{{ each('colour', 'deny-flow') }}") == ""
    with pytest.raises(RulesError, match="there is no intent 'make-tea'"):
        rendered("{{ each('apply', 'make-tea') }}")


def test_a_part_goes_through_the_gate_like_a_file():
    with pytest.raises(RulesError, match="str is not typed"):
        rendered("{{ each('apply', 'isolate-segment') }}", intents={"isolate-segment": "{{ 'x' }}"})


def test_what_the_platform_has_no_words_for_is_by_hand_and_never_dropped():
    made = snippet(platform(intents={"deny-flow": "x"}), RULES)
    assert {each.intent for each in made.by_hand} == {
        "isolate-segment", "move-device", "reserve-address", "allow-flow", "reflect-mdns",
    }  # fmt: skip
    assert all(each.instead == "By hand." for each in made.by_hand)
    wanted = (Intent(kind="disable-feature", feature="upnp"), Intent(kind="change-credential", device="mac:x"))
    both = snippet(platform(intents={"deny-flow": "x"}), RULES, wanted=wanted)
    assert {e.intent for e in both.by_hand} - {e.intent for e in made.by_hand} == {
        "disable-feature",
        "change-credential",
    }


def test_what_a_plan_expresses_itself_is_not_taken_from_a_scan():
    wanted = (Intent(kind="deny-flow", device="x", segment="evil\n"), Intent(kind="isolate-segment", segment="x"))
    said = "{{ each('apply', 'deny-flow') }}"
    intents = {"deny-flow": "deny {{ it.segment.name }}"}
    assert str(snippet(platform(said, intents=intents), RULES, wanted=wanted).files[0].text) == "deny things\n"


def test_a_file_is_there_only_where_there_is_something_for_it():
    files = tuple(
        FileTemplate(name=f"{when}.txt", what="x", text="x", when=when)
        for when in ("always", "names", "reserve-address", "disable-feature")
    )
    assert [f.name for f in snippet(platform(files=files), RULES).files] == [
        "always.txt", "names.txt", "reserve-address.txt",
    ]  # fmt: skip
    bare = ruleset(replace(RULES.plan, members=()))
    assert [f.name for f in snippet(platform(files=files), bare).files] == ["always.txt"]


def test_steps_that_do_not_apply_are_left_out():
    steps = ("{% if rules.guest %}Guests.{% endif %}", " One for {{ rules.segments | names | listed }}. ")
    assert snippet(platform(steps=steps), RULES).steps == ("One for home, things.",)


def test_whether_a_platform_has_words_for_this_feature():
    intents = {"disable-feature": "{% if it.feature == 'upnp' %}off{% endif %}"}
    for feature, expected in (("upnp", True), ("wps", False)):
        assert says(platform(intents=intents), RULES, Intent(kind="disable-feature", feature=feature)) is expected
    assert not says(platform(intents=intents), RULES, Intent(kind="remove-mapping", transport=Transport.TCP, port=1))
    assert not says(platform(intents={"deny-flow": "x"}), RULES, Intent(kind="deny-flow"))


def test_order_of_members_and_entries_changes_nothing():
    more = PLAN + '  - {name: camera, mac: "02:00:5e:00:53:30", segment: things, addresses: [10.1.2.30], talks: any}\n'
    plan = planfile.read(more.encode())
    turned = replace(plan, members=plan.members[::-1], segments=plan.segments[::-1])
    template = platform(
        "{{ each('apply', 'reserve-address', 'allow-flow') }}",
        intents={
            "reserve-address": "{{ it.member.name }}",
            "allow-flow": "{% if it.reach is none %}out{% else %}in{% endif %}",
        },
    )
    assert snippet(template, ruleset(plan)).files == snippet(template, ruleset(turned)).files
