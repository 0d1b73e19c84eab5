"""Platform files: what is shipped is whole, and what a person could not have meant is refused in one line."""

import shutil

import pytest

from netguard.advise import planfile
from netguard.advise.ruleset import ruleset
from netguard.advise.snippet import snippet
from netguard.errors import RulesError, UsageError
from netguard.rules import loader, platforms
from netguard.rules.location import data_root

SHIPPED = platforms.load()
EACH = pytest.mark.parametrize("platform", SHIPPED.values(), ids=SHIPPED)

GOOD = """\
schema: 1
id: my-router
name: My router
label: unverified
verified: {how: documents, when: 2026-11}
sources:
  - {url: "https://example.org/manual", checked: 2026-11-20}
needs: [My router.]
steps: [Paste it.]
undo: [Paste the other one.]
vlans: true
intents:
  deny-flow: {apply: deny, undo: allow, check: show}
unsupported:
  isolate-segment: Its menu.
  move-device: Its menu.
  reserve-address: Its menu.
  allow-flow: Its menu.
  disable-feature: Its menu.
  remove-mapping: Its menu.
  reflect-mdns: Its menu.
  set-wifi-security: Its menu.
  change-credential: Its menu.
files:
  - {name: my.txt, what: the rules, text: hello}
"""

PLAN = """\
schema: netguard.plan/1
wan: {interface: wan0}
segments:
  - {name: home, role: trusted, interface: br-lan, prefix: 10.1.1.0/24}
  - {name: things, role: iot, interface: br-iot, vlan: 20, prefix: 10.1.2.0/24, prefix6: "fd00:1:2::/64"}
  - {name: visitors, role: guest, interface: br-guest, vlan: 30, prefix: 10.1.3.0/24}
members:
  - name: hub
    mac: "02:00:5e:00:53:20"
    segment: things
    addresses: [10.1.2.20, "::20"]
    listens: [{transport: tcp, ports: [8443], from: home}]
    talks: [{names: [lock-cloud.example], transport: tcp, ports: [443]}, {service: ntp}]
  - {name: camera, mac: "02:00:5e:00:53:30", segment: things, talks: any}
"""


@pytest.fixture
def overlay(tmp_path):
    (tmp_path / "platforms").mkdir()
    return tmp_path


def put(overlay, text, name="my-router.yaml"):
    path = overlay / "platforms" / name
    path.write_text(text, encoding="utf-8")
    return path


# ---------------------------------------------------------------- what is shipped


@EACH
def test_every_shipped_platform_says_each_intent_or_what_to_do_instead(platform):
    assert set(platform.intents) | set(platform.unsupported) == set(platforms.INTENTS)
    assert not set(platform.intents) & set(platform.unsupported)


@EACH
def test_every_shipped_platform_has_a_word_for_every_part_of_a_plan(platform):
    made = snippet(platform, ruleset(planfile.read(PLAN.encode())))
    assert all(file.text.strip() for file in made.files)
    assert all(file.text.endswith("\n") for file in made.files)
    assert made.steps
    assert made.undo
    assert made.checks
    assert platforms.LABEL_WORDS[platform.label] in made.files[0].text, (
        "a file that is passed on says how it was checked"
    )
    assert any(file.name.startswith("undo.") for file in made.files)


@EACH
def test_every_shipped_platform_begins_with_a_backup_and_ends_with_a_look(platform):
    made = snippet(platform, ruleset(planfile.read(PLAN.encode())))
    backup = f"{made.steps[0]} {made.steps[1]}".lower()
    assert "keep" in backup or "backup" in backup or "back up" in backup
    assert "scan again" in made.steps[-1].lower()


@EACH
def test_a_plan_of_one_network_can_be_said_too(platform):
    alone = (
        "schema: netguard.plan/1\nwan: {interface: wan0}\nsegments:\n"
        "  - {name: home, role: trusted, interface: br-lan, prefix: 10.1.1.0/24}\n"
    )
    assert snippet(platform, ruleset(planfile.read(alone.encode()))).files


def test_both_of_nftables_are_run_by_a_proof_and_no_other_is():
    """What another program puts together before the kernel sees it is no rule yet."""
    assert {id_: [f.name for f in p.files if f.runs] for id_, p in SHIPPED.items() if any(f.runs for f in p.files)} == {
        "nftables": ["netguard.nft"],
        "nftables-overlay": ["netguard.nft"],
    }
    assert [id_ for id_, p in SHIPPED.items() if p.label == "packet-tested" and not any(f.runs for f in p.files)] == []


def test_an_unknown_platform_is_told_with_those_there_are():
    assert platforms.one(SHIPPED, "nftables").id == "nftables"
    with pytest.raises(UsageError, match=r"there is no platform 'pfsense'; there are .*nftables"):
        platforms.one(SHIPPED, "pfsense")


# ---------------------------------------------------------------- a person's own


def test_a_folder_of_own_rules_that_is_not_there_adds_nothing(tmp_path):
    assert platforms.load(tmp_path / "nowhere") == SHIPPED == platforms.load(tmp_path)


def test_an_own_platform_is_added(overlay):
    put(overlay, GOOD)
    assert platforms.load(overlay)["my-router"].name == "My router"


LIKE = GOOD[: GOOD.index("intents:")] + "like: nftables\n"


def test_a_platform_that_is_like_another_has_what_it_does_not_say_itself(overlay):
    put(
        overlay,
        f"{LIKE}intents:\n  deny-flow: {{apply: deny, undo: allow, check: show}}\n"
        "unsupported:\n  reflect-mdns: Its menu.\nfiles:\n  - {name: undo.sh, what: mine, text: hello}\n",
    )
    one, other = platforms.load(overlay)["my-router"], SHIPPED["nftables"]
    assert one.intents["deny-flow"].apply == "deny"
    assert one.intents["allow-flow"] == other.intents["allow-flow"]
    assert (one.unsupported["reflect-mdns"], "reflect-mdns" in one.intents) == ("Its menu.", False)
    assert {f.name for f in one.files} == {f.name for f in other.files}
    assert [f.what for f in one.files if f.name == "undo.sh"] == ["mine"]


def test_a_platform_that_is_like_another_may_say_nothing_of_intents_and_files(overlay):
    path = put(overlay, LIKE)
    one = platforms.load(overlay)["my-router"]
    assert (one.intents, one.files) == (SHIPPED["nftables"].intents, SHIPPED["nftables"].files)
    path.write_text(LIKE.replace("like: nftables", "like: pfsense"), encoding="utf-8")
    with pytest.raises(RulesError, match="like: netguard has no platform 'pfsense'"):
        platforms.load(overlay)


def test_a_shipped_platform_never_goes_away_unsaid(overlay):
    own = GOOD.replace("id: my-router", "id: nftables")
    path = put(overlay, own, "nftables.yaml")
    with pytest.raises(RulesError, match="replaces: netguard has a record nftables; say `replaces: nftables`"):
        platforms.load(overlay)
    path.write_text(own + "replaces: nftables\n", encoding="utf-8")
    assert platforms.load(overlay)["nftables"].name == "My router"
    path.unlink()
    put(overlay, GOOD + "replaces: nftables\n")
    assert "nftables" not in platforms.load(overlay)


def test_replacing_what_is_not_there_is_an_error(overlay):
    put(overlay, GOOD + "replaces: pfsense\n")
    with pytest.raises(RulesError, match="replaces: netguard has no record pfsense"):
        platforms.load(overlay)


CASES = [
    ("schema: 1", "schema: 2", "schema: it is for a newer netguard"),
    ("id: my-router", "id: other", "id: it is 'other', it has to be the file's name, 'my-router'"),
    ("name: My router", 'name: ""', "name: it is empty"),
    ("name: My router", 'name: "My\\u009brouter"', "name: it is empty, longer than 120 characters or has control"),
    ("label: unverified", "label: proven", "label: invalid enum value 'proven'"),
    ("when: 2026-11", "when: soon", "verified.when: 'soon' is no date"),
    ("checked: 2026-11-20", "checked: today", "sources[0].checked: 'today' is no date"),
    ('url: "https://example.org/manual"', 'url: "file:///etc"', "sources[0].url: 'file:///etc' is no web address"),
    ("needs: [My router.]", "needs: []", "needs: it has to say something"),
    ("steps: [Paste it.]", 'steps: [" "]', "steps: it has to say something"),
    ("undo: [Paste the other one.]", "undo: []", "undo: it has to say something"),
    ("vlans: true\n", "", "vlans: it is missing"),
    ("vlans: true", "vlans: true\ncolour: red", "colour: it is no field that netguard knows"),
    ("  move-device: Its menu.\n", "", "intents.move-device: every intent is either"),
    (
        "  isolate-segment: Its menu.",
        "  isolate-segment: Its menu.\n  deny-flow: Its menu.",
        "intents.deny-flow: every",
    ),
    (
        "  isolate-segment: Its menu.",
        "  isolate-segment: Its menu.\n  make-tea: Kettle.",
        "unsupported.make-tea: there is no",
    ),
    ("  move-device: Its menu.", '  move-device: " "', "unsupported.move-device: it has to say what to do instead"),
    ("undo: allow, check", 'undo: "", check', "intents.deny-flow.undo: it is empty"),
    ("check: show", 'check: " "', "intents.deny-flow.check: it is empty"),
    ("apply: deny, ", "", "intents[...].apply: it is missing"),
    ("  - {name: my.txt, what: the rules, text: hello}", "  []", "files: there has to be at least one"),
    (
        "text: hello}",
        "text: hello}\n  - {name: MY.txt, what: more, text: x}",
        "files: there has to be at least one, each",
    ),
    ("name: my.txt", "name: ../my.txt", "files[0].name: '../my.txt' is no plain file name"),
    ("name: my.txt", "name: .profile", "files[0].name: '.profile' is no plain file name"),
    ("name: my.txt", 'name: "my\\u001b.txt"', "files[0].name: 'my .txt' is no plain file name"),
    ("name: my.txt", "name: näme.txt", "files[0].name: 'näme.txt' is no plain file name"),
    ("name: my.txt", "name: readme.MD", "files[0].name: 'readme.MD' is no plain file name"),
    ("name: my.txt", "name: Readme.md", "files[0].name: netguard writes a Readme.md itself"),
    ("name: my.txt", "name: plan.yaml", "files[0].name: netguard writes a plan.yaml itself"),
    ("name: my.txt,", "name: my.txt, when: often,", "files[0].when: invalid enum value 'often'"),
]


@pytest.mark.parametrize(("old", "new", "said"), CASES)
def test_what_a_person_could_not_have_meant_is_refused_in_one_line(overlay, old, new, said):
    assert old in GOOD
    path = put(overlay, GOOD.replace(old, new, 1))
    with pytest.raises(RulesError) as caught:
        platforms.load(overlay)
    told = str(caught.value)
    assert told.startswith(f"{path.as_posix()}: {said}")
    assert told.isprintable()


def test_a_template_that_cannot_be_rendered_is_an_error_that_names_the_platform(overlay):
    put(overlay, GOOD.replace("text: hello", 'text: "{{ nobody }}"'))
    plan = planfile.read(PLAN.encode())
    with pytest.raises(RulesError, match=r"my-router\.yaml: template: StrictUndefined is not typed"):
        snippet(platforms.load(overlay)["my-router"], ruleset(plan))


def test_rules_without_platforms_are_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr(platforms, "data_root", lambda _: tmp_path)
    with pytest.raises(RulesError, match="platforms: there are no records; install netguard again"):
        platforms.load()


# ---------------------------------------------------------------- what two scans are compared by


def test_how_a_router_is_told_something_is_no_other_judgement(tmp_path_factory, monkeypatch, overlay):
    root = tmp_path_factory.mktemp("installed") / "rules"
    shutil.copytree(data_root("rules"), root)
    monkeypatch.setattr(loader, "data_root", lambda _: root)
    before = loader.load().digest
    (root / "platforms" / "nftables.yaml").unlink()
    put(overlay, GOOD)
    assert loader.load(overlay).digest == before
    (root / "wifi.yaml").write_bytes((root / "wifi.yaml").read_bytes() + b"\n")
    assert loader.load().digest != before
