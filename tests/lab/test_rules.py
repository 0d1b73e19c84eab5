"""The rules for nftables decide over real packets: applied as their owner would apply them, twice, changed, and undone.

The resolver that fills their sets is the real dnsmasq, what ends old connections the real conntrack, and what hands
multicast DNS on the real avahi-daemon.
"""

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.flows.houses import house
from tests.lab.flows.lab import Lab, need, opened, rendered

PLATFORMS = ("nftables", "nftables-overlay")

SEEDS = tuple(map(int, os.environ.get("NETGUARD_SEEDS", "20261127 501").split()))
"""Of homes that nobody wrote down: other addresses, names, members and ports. `NETGUARD_SEEDS` tries others."""

PATIENCE = 10.0
"""Seconds that what happens at once may take on a busy computer."""


@pytest.fixture(scope="module", params=PLATFORMS)
def platform(request: pytest.FixtureRequest) -> str:
    """Each of the platforms."""
    return str(request.param)


@pytest.fixture(scope="module")
def built(platform: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The home of the 46 flows, one for all tests of a platform."""
    with opened(tmp_path_factory.mktemp(platform), beside=platform == "nftables-overlay") as home:
        yield home


@pytest.fixture
def lab(built: Lab) -> Lab:
    """The home with an open router, before anything."""
    built.reset()
    return built


@pytest.fixture(scope="module")
def files(platform: str) -> dict[str, str]:
    """What a person gets for the home's plan."""
    return rendered(platform, house().plan)


def script(lab: Lab, name: str, *arguments: str) -> str:
    """Runs one of the person's scripts at the router, and says what it said."""
    code, said = lab.run(argv=["sh", f"{lab.folder_of(name='mine')}/{name}", *arguments])
    assert code == 0, said
    return str(said)


def blocks(listing: str) -> list[str]:
    """Sets and chains in the order of their text; the kernel lists them in that in which they were made."""
    found = re.findall(r"^(?:table [^\n]*|\t\w+ [^\n]* {\n.*?^\t})$", listing, re.MULTILINE | re.DOTALL)
    assert len(found) > 10
    return sorted(found)


def test_before_the_rules_everything_is_open_and_two_thirds_of_it_should_not_be(lab: Lab, platform: str) -> None:
    lab.resolver(config="")
    came = lab.matrix()
    assert {name for name, heard in came.items() if heard != "open"} == set()
    wrong = lab.wrong(came) & set(lab.the_46) | {"F61"}
    # Two of the 32 are a router's own to decide where rules stand beside its own: from the internet to it and to the laptop.
    assert len(wrong) == (32 if platform == "nftables" else 30)


def test_with_them_nothing_is_wrong_and_the_switch_does_the_rest(lab: Lab, files: dict[str, str]) -> None:
    lab.apply(files)
    came = lab.matrix()
    assert {name: lab.flows[name].why for name in lab.wrong(came)} == {}
    assert came["F61"] == "open", "no rule between networks can decide over one network"
    script(lab, "isolate.sh")
    came = lab.matrix(lab.the_46)
    assert came["F61"] != "open"
    assert lab.wrong(came) == set()
    script(lab, "isolate.sh", "off")
    assert lab.ask(flows=["F61"]) == {"F61": "open"}


def isolated(lab: Lab, bridge: str) -> dict[str, bool]:
    """By port of a bridge: whether it is kept apart from the others that are."""
    listing = lab.run(argv=["bridge", "-d", "link", "show"])[1]
    found = re.findall(r"^\d+: ([^:@\s]+)[^\n]* master (\S+)[^\n]*\n[^\n]* isolated (on|off)", listing, re.MULTILINE)
    return {port: state == "on" for port, master, state in found if master == bridge}


def test_ports_that_their_owner_keeps_apart_stay_so(lab: Lab, files: dict[str, str]) -> None:
    lab.files(folder="mine", files=files)
    first, *others = isolated(lab, "br-iot")
    assert others
    lab.run(argv=["bridge", "link", "set", "dev", first, "isolated", "on"])
    before = isolated(lab, "br-iot")
    try:
        assert f"br-iot: {len(before)} ports are kept apart" in script(lab, "isolate.sh")
        assert set(isolated(lab, "br-iot").values()) == {True}
        script(lab, "isolate.sh")  # a second time: what was changed by the first is still known
        assert f"{len(others) + len(isolated(lab, 'br-guest'))} ports are as" in script(lab, "isolate.sh", "off")
        assert isolated(lab, "br-iot") == before
        assert set(isolated(lab, "br-guest").values()) == {False}
        assert script(lab, "isolate.sh", "off").startswith("0 ports")
    finally:
        lab.run(argv=["bridge", "link", "set", "dev", first, "isolated", "off"])


def test_a_network_that_has_no_ports_of_its_own_is_told(lab: Lab, files: dict[str, str]) -> None:
    lab.files(folder="mine", files={**files, "isolate.sh": files["isolate.sh"].replace(" br-iot", " br-lan.40")})
    code, said = lab.run(argv=["sh", f"{lab.folder_of(name='mine')}/isolate.sh"])
    assert code == 1
    assert "br-lan.40 is no bridge with ports of its own" in said
    assert set(isolated(lab, "br-guest").values()) == {True}, "what can be done is done"
    assert f"br-guest: {len(isolated(lab, 'br-guest'))} port" in said
    script(lab, "isolate.sh", "off")


def test_rules_with_the_name_of_an_interface_that_is_not_there_are_not_loaded(lab: Lab, platform: str) -> None:
    before = lab.listing()
    place = lab.files(folder="wrong", files=rendered(platform, lab.house.text.replace("br-guest", "br-gast")))
    code, said = lab.run(argv=["sh", f"{place}/apply.sh", "--yes"])
    assert (code, lab.listing()) == (1, before)
    assert "no interface called: br-gast\n" in said
    assert "write them into plan.yaml" in said


def test_applied_twice_is_applied_once_and_undone_is_never_applied(lab: Lab, files: dict[str, str]) -> None:
    before = lab.listing()
    lab.apply(files)
    once = lab.listing()
    lab.apply(files)
    assert lab.listing() == once
    lab.nft(text=files["netguard.nft"])
    assert lab.listing() == once
    assert lab.wrong(lab.matrix()) == set()
    script(lab, "undo.sh")
    assert lab.listing() == before
    script(lab, "undo.sh")
    assert lab.listing() == before


def test_what_the_resolver_has_learnt_outlives_another_loading(lab: Lab, files: dict[str, str]) -> None:
    lab.apply(files)
    lab.stop(name="resolver")
    lab.apply(files, learn=False)
    assert lab.matrix(["F32", "F33", "F37"]) == {"F32": "open", "F33": "open", "F37": "open"}


def test_before_a_name_was_asked_for_nobody_goes_there(lab: Lab, files: dict[str, str]) -> None:
    lab.apply(files, learn=False)
    assert "open" not in lab.ask(flows=["F32", "F33", "F37"]).values()
    lab.learn(files)
    assert lab.matrix(["F32", "F33", "F37"]) == {"F32": "open", "F33": "open", "F37": "open"}


def test_a_changed_plan_leaves_nothing_of_the_old_one_behind(lab: Lab, platform: str, files: dict[str, str]) -> None:
    text = lab.house.text.replace("name: iot,", "name: things,").replace("segment: iot", "segment: things")
    changed = rendered(platform, text.replace("lock-cloud.example", "other-cloud.example").replace("8443", "8555"))
    lab.apply(changed)
    alone = blocks(lab.listing())
    lab.reset()
    lab.apply(files)
    assert not any("things" in block for block in blocks(lab.listing()))
    lab.apply(changed)
    assert blocks(lab.listing()) == alone


def test_without_a_yes_all_is_as_before(lab: Lab, files: dict[str, str]) -> None:
    place = lab.files(folder="mine", files=files)
    before = lab.listing()
    lab.start(name="apply", argv=["sh", f"{place}/apply.sh"], NETGUARD_SECONDS="1", ready="Type yes")
    assert lab.listing() != before
    until = time.monotonic() + PATIENCE
    while "everything is as before" not in lab.said(name="apply"):
        assert time.monotonic() < until, "the rules did not go away by themselves"
        time.sleep(0.1)
    assert lab.listing() == before
    code, said = lab.answer(name="apply", line="yes\n")
    assert (code, "Kept" in said) == (1, False)
    assert lab.listing() == before


@pytest.mark.parametrize(("answer", "kept"), [("yes\n", True), ("no\n", False), ("\n", False), ("", False)])
def test_an_answer_decides_at_once(lab: Lab, files: dict[str, str], answer: str, kept: bool) -> None:
    lab.apply(files)
    # Applied over what is there already, with what was learnt: the same comes back.
    before = lab.listing()
    assert "elements" in before
    changed = {**files, "netguard.nft": files["netguard.nft"].replace("8443", "8555")}
    place = lab.files(folder="changed", files=changed)
    code, said = lab.run(argv=["sh", f"{place}/apply.sh"], stdin=answer)
    assert (code, "Kept." in said) == (0, kept)
    assert (lab.listing() == before) == (not kept)
    assert kept == ("8555" in lab.listing())


def test_a_file_with_one_bad_line_changes_nothing(lab: Lab, files: dict[str, str]) -> None:
    lab.apply(files)
    before = lab.listing()
    bad = f"{files['netguard.nft']}add rule inet netguard nowhere accept\n"
    assert "nft refuses" in lab.nft(text=bad)
    place = lab.files(folder="bad", files={**files, "netguard.nft": bad.replace("8443", "8555")})
    code, said = lab.run(argv=["sh", f"{place}/apply.sh", "--yes"])
    assert code != 0
    assert said
    assert lab.listing() == before


@pytest.mark.parametrize(
    ("source", "target", "through"),
    [("camera", "laptop", ""), ("neighbour", "hub", "router.wan"), ("guest", "hub", ""), ("laptop", "guest", "")],
)  # fmt: skip
def test_old_connections_live_on_until_they_are_ended(
    lab: Lab, files: dict[str, str], source: str, target: str, through: str
) -> None:
    need("conntrack")
    lab.connect(name=source, source=source, target=target, through=through)
    lab.apply(files)
    assert lab.speak(name=source)
    script(lab, "end-connections.sh")
    assert not lab.speak(name=source)


def test_an_old_connection_that_is_allowed_goes_on(lab: Lab, files: dict[str, str]) -> None:
    need("conntrack")
    lab.connect(name="allowed", source="laptop", target="neighbour")
    lab.apply(files)
    script(lab, "end-connections.sh")
    assert lab.speak(name="allowed")


def test_nothing_opens_that_another_firewall_keeps_shut(lab: Lab, files: dict[str, str]) -> None:
    bridges = ", ".join(f'"{s.interface}"' for s in lab.house.plan.segments[1:])
    other = (
        "table inet other {\n"
        "chain forward { type filter hook forward priority filter; policy drop; ct state established,related accept;\n"
        f'iifname {{ {bridges} }} oifname "{lab.house.plan.wan}" accept; }}\n'
        "chain input { type filter hook input priority filter; tcp dport { 53, 80 } drop; }\n}\n"
    )
    assert lab.nft(text=other) == ""
    lab.resolver(config="")
    before = {name for name, heard in lab.ask(flows=lab.everything).items() if heard == "open"}
    assert not {"F40", "F42", "F43"} & before
    with_it = lab.listing()
    lab.apply(files)
    after = {name for name, heard in lab.ask(flows=lab.everything).items() if heard == "open"}
    assert after < before
    script(lab, "undo.sh")
    assert lab.listing() == with_it


def test_the_hub_gets_its_own_addresses_through_the_rules(lab: Lab, files: dict[str, str]) -> None:
    lab.apply(files)
    assert lab.lease() == [str(a) for a in lab.house.host("hub").addresses]


def test_the_phone_finds_the_hub_through_the_rules(lab: Lab, files: dict[str, str]) -> None:
    need("avahi-daemon")
    lab.apply(files)
    assert not lab.found()
    lab.reflector(config=files["avahi-daemon.conf"])
    try:
        assert lab.found()
    finally:
        lab.stop(name="reflector")


@pytest.mark.parametrize(
    ("rules", "seed"), [*(("nftables", seed) for seed in SEEDS), ("nftables-overlay", SEEDS[-1])]
)  # fmt: skip
def test_a_home_that_nobody_wrote_down(rules: str, tmp_path: Path, seed: int) -> None:
    with opened(tmp_path, seed, beside=rules == "nftables-overlay") as home:
        home.reset()
        home.resolver(config="")
        assert {name for name, heard in home.matrix().items() if heard != "open"} == set()
        before = home.listing()
        files = rendered(rules, home.house.plan)
        home.apply(files)
        once = home.listing()
        home.apply(files)
        assert home.listing() == once
        came = home.matrix()
        assert {name: home.flows[name] for name in home.wrong(came)} == {}
        assert came["F61"] == "open"
        assert home.lease() == [str(a) for a in home.house.host("hub").addresses]
        script(home, "isolate.sh")
        assert home.ask(flows=["F61"])["F61"] != "open"
        script(home, "undo.sh")
        assert home.listing() == before
