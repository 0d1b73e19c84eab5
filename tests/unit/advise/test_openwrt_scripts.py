"""The scripts of `openwrt`, run by a shell on a router's files: its uci is a small one of our own, its services only take notes."""

import shutil
from dataclasses import replace

import pytest

from netguard.advise.ruleset import ruleset
from netguard.advise.snippet import snippet
from netguard.model.plan import Plan
from netguard.rules import platforms
from tests.property.homes import home
from tests.readers import openwrt, uci
from tests.unit.advise.openwrt_router import WANTED, Router


@pytest.fixture
def router(tmp_path) -> Router:
    return Router(tmp_path, home())


def ours(router: Router, package: str) -> list[str]:
    return [s.name for s in router.sections(package) if s.name and s.name.startswith("ng_")]


def test_applied_twice_is_once_and_undone_is_byte_for_byte_as_before(router):
    before = router.files()
    assert router.run("apply.sh", "--yes").returncode == 0
    once = router.files()
    assert all(ours(router, package) for package in ("firewall", "network", "dhcp"))
    assert router.run("apply.sh", "--yes").returncode == 0
    assert router.files() == once
    assert router.run("undo.sh").returncode == 0
    assert router.files() == before, "with the remarks that uci forgets at its first commit"
    assert not list((router.root / "tmp").glob("netguard*"))
    assert "service firewall restart" in router.notes()


def test_our_rules_come_first_in_their_order(router):
    assert router.run("apply.sh", "--yes").returncode == 0
    rules = [s.name for s in router.sections("firewall") if s.type == "rule"]
    assert rules[: len(ours_in := [r for r in rules if r])] == ours_in
    written = [s.name for s in uci_of(router, home()).packages["firewall"] if s.type == "rule" and s.name]
    assert ours_in == written


def uci_of(router: Router, plan: Plan) -> uci.Uci:
    made = uci.Uci.of(openwrt.stock(plan))
    assert made.batch((router.root / "netguard" / "netguard.uci").read_text()) == []
    return made


def test_a_changed_plan_leaves_nothing_of_the_old_one(router, tmp_path_factory):
    assert router.run("apply.sh", "--yes").returncode == 0
    plan = home()
    less = replace(
        plan,
        segments=tuple(s for s in plan.segments if s.name != "guest"),
        members=tuple(replace(m, talks=()) for m in plan.members),
    )
    (router.root / "kernel").write_text(
        "table inet fw4 {\n\tset ng_c0e4ee31fv4 {\n\t}\n\tset mine {\n\t}\n\tchain input_ng_guest {\n\t}\n\tchain input_lan {\n\t}\n\tchain ng_input {\n\t}\n}\n"
    )
    router.take(less)
    assert router.run("apply.sh", "--yes").returncode == 0
    other = Router(tmp_path_factory.mktemp("other"), less)
    assert other.run("apply.sh", "--yes").returncode == 0
    now = {name: data for name, data in router.files().items() if "before" not in name}
    assert now == {name: data for name, data in other.files().items() if "before" not in name}
    deleted = [note for note in router.notes() if note.startswith("nft delete")]
    assert deleted == ["nft delete chain inet fw4 input_ng_guest", "nft delete set inet fw4 ng_c0e4ee31fv4"]
    assert router.run("undo.sh").returncode == 0
    assert uci.parse((router.config / "firewall").read_text()) == uci.parse(openwrt.stock(plan)["firewall"])


@pytest.mark.parametrize(("answer", "kept"), [("yes\n", True), ("no\n", False), ("", False)])
def test_only_a_yes_keeps_it(router, answer, kept):
    before = router.files()
    done = router.run("apply.sh", answer=answer)
    assert done.returncode == 0
    assert ("Kept." if kept else "Taken back.") in done.stdout
    assert bool(ours(router, "firewall")) == kept
    if not kept:
        assert router.files() == before


def test_it_goes_away_by_itself(router):
    before = router.files()
    done = router.run("apply.sh", answer=None, seconds=3)
    assert "Nobody said yes: everything is as before." in done.stdout
    assert router.files() == before
    assert not list((router.root / "tmp").glob("netguard*"))


def test_a_power_cut_before_the_answer_is_undone_from_flash(router):
    """Whatever was in /tmp is gone then: the clock, the copy of the settings and the folder that the person copied."""
    before = router.files()
    service = router.root / "bin" / "service"
    service.write_text('#!/bin/sh\ncase "$*" in "dnsmasq restart") kill -9 $(cat "$NETGUARD_ROOT/shell") ;; esac\n')
    script = router.root / "netguard" / "apply.sh"
    script.write_text(script.read_text().replace("set -eu\n", 'set -eu\necho $$ >"$NETGUARD_ROOT/shell"\n', 1))
    assert router.run("apply.sh", "--yes").returncode == -9
    assert ours(router, "firewall")
    for folder in ("tmp", "netguard"):
        shutil.rmtree(router.root / folder)
    (router.root / "tmp").mkdir()
    service.write_text("#!/bin/sh\n")
    assert router.run("undo.sh", folder="etc/netguard").returncode == 0
    assert router.files() == before


def test_no_room_for_a_copy_is_a_failure(router):
    before = router.files()
    (router.root / "etc" / "netguard").mkdir()
    (router.root / "etc" / "netguard" / "before").write_text("in the way")
    done = router.run("apply.sh", "--yes")
    assert done.returncode != 0
    assert "Nothing was changed." in done.stderr
    assert {name: data for name, data in router.files().items() if "netguard/" not in name} == before
    assert not (router.root / "tmp" / ".uci" / "firewall").exists()


@pytest.mark.parametrize(
    ("says", "stops"),
    [
        ("[!] Section ng_in_iot_dns (netguard: names) skipped due to invalid options\n", True),
        ("[!] Section @rule[4] (mine) specifies unknown option 'foo'\n", False),
    ],
)
def test_what_fw4_leaves_out_is_a_failure(router, says, stops):
    """fw4 itself says 0 then, and so does nft of what is left."""
    before = router.files()
    (router.root / "fw4.says").write_text(says)
    done = router.run("apply.sh", "--yes")
    assert (done.returncode != 0) == stops
    if stops:
        assert "ng_in_iot_dns" in done.stderr
        assert router.files() == before
        assert not (router.root / "tmp" / ".uci" / "firewall").exists()


def test_what_uci_refuses_is_a_failure(router):
    """uci itself says 0 then."""
    before = router.files()
    with (router.root / "netguard" / "netguard.uci").open("a") as file:
        file.write("set firewall.ng_missing.option='1'\n")
    done = router.run("apply.sh", "--yes")
    assert done.returncode != 0
    assert "uci: Invalid argument" in done.stderr
    assert router.files() == before
    assert not router.notes()


def test_changes_that_somebody_staged_are_not_committed(router):
    (router.root / "tmp" / ".uci").mkdir()
    (router.root / "tmp" / ".uci" / "dhcp").write_text("config dnsmasq\n")
    for script in ("apply.sh", "undo.sh"):
        before = router.files()
        done = router.run(script, "--yes")
        assert done.returncode != 0
        assert "/etc/config/dhcp" in done.stderr
        assert router.files() == before


def test_a_resolver_that_cannot_collect_is_said_before_anything_is_changed(router):
    (router.root / "dnsmasq.says").write_text("Compile time options: IPv6 no-nftset DBus\n")
    before = router.files()
    done = router.run("apply.sh", "--yes")
    assert done.returncode != 0
    assert "dnsmasq-full" in done.stderr
    assert router.files() == before


def test_a_network_that_is_there_keeps_its_settings(router):
    with (router.config / "network").open("a") as file:
        file.write("\nconfig interface 'things'\n\toption device 'br-iot'\n\toption proto 'static'\n")
    assert router.run("apply.sh", "--yes").returncode == 0
    assert ours(router, "network") == ["ng_dev_guest", "ng_net_guest"]
    assert "ng_pool_iot" not in ours(router, "dhcp")
    assert "ng_pool_guest" in ours(router, "dhcp")
    assert "ng_zone_iot" in ours(router, "firewall")
    assert router.run("wifi.sh", "iot", "Things", answer="0123456789\n").returncode == 0
    assert {s.get("network") for s in router.sections("wireless") if s.name and s.name.startswith("ng_")} == {"things"}


def test_undo_leaves_what_the_owner_changed_since(router):
    assert router.run("apply.sh", "--yes").returncode == 0
    mine = "\nconfig rule\n\toption name 'mine'\n\toption src 'wan'\n\toption target 'DROP'\n"
    with (router.config / "firewall").open("a") as file:
        file.write(mine)
    assert router.run("undo.sh").returncode == 0
    assert uci.parse((router.config / "firewall").read_text()) == uci.parse(openwrt.stock(home())["firewall"] + mine)
    assert (router.config / "network").read_text() == openwrt.stock(home())["network"]


def test_a_wifi_of_its_own(router):
    before = router.files()
    assert router.run("apply.sh", "--yes").returncode == 0
    assert router.run("wifi.sh", "iot", "It's `mine` $HOME", answer="pass word'\"$x\n").returncode == 0
    made = [s for s in router.sections("wireless") if s.name and s.name.startswith("ng_")]
    assert [(s.get("device"), s.get("network"), s.get("isolate"), s.get("key")) for s in made] == [
        ("radio0", "ng_net_iot", "0", "pass word'\"$x"), ("radio1", "ng_net_iot", "0", "pass word'\"$x"),
    ]  # fmt: skip
    assert router.run("wifi.sh", "iot", "Things", "apart", answer="0123456789\n").returncode == 0
    made = [s for s in router.sections("wireless") if s.name and s.name.startswith("ng_")]
    assert [(s.get("ssid"), s.get("isolate"), s.get("bridge_isolate")) for s in made] == [("Things", "1", "1")] * 2
    for wrong in (("iot",), ("nowhere", "Things"), ("iot", "Things")):
        assert router.run("wifi.sh", *wrong, answer="short\n").returncode != 0
    for wrong in (("iot", "Things", "together"), ("iot", "Things", "apart", "apart")):
        assert router.run("wifi.sh", *wrong, answer="0123456789\n").returncode == 2
    assert router.run("undo.sh").returncode == 0
    assert router.files() == before, "with the remarks that uci forgets at its first commit"


def test_undo_leaves_what_the_owner_changed_of_the_wifi(router):
    assert router.run("apply.sh", "--yes").returncode == 0
    assert router.run("wifi.sh", "iot", "Things", answer="0123456789\n").returncode == 0
    with (router.config / "wireless").open("a") as file:
        file.write("\nconfig wifi-iface 'mine'\n\toption ssid 'new'\n")
    assert router.run("undo.sh").returncode == 0
    assert [s.name for s in router.sections("wireless")] == ["radio0", "radio1", "default_radio0", "mine"]


@pytest.mark.parametrize("kept", [True, False])
def test_the_wifi_of_a_network_that_the_plan_no_longer_has_goes(router, kept):
    original = router.files()
    assert router.run("apply.sh", "--yes").returncode == 0
    for network in ("iot", "guest"):
        assert router.run("wifi.sh", network, network, answer="0123456789\n").returncode == 0
    before = router.files()
    plan = home()
    router.take(replace(plan, segments=tuple(s for s in plan.segments if s.name != "guest")))
    done = router.run("apply.sh", answer="yes\n" if kept else "no\n")
    assert done.returncode == 0
    if kept:
        assert ours(router, "wireless") == ["ng_wifi_iot_radio0", "ng_wifi_iot_radio1"]
        assert "wifi reload" in router.notes()
    else:
        assert router.files() == before
    assert router.run("undo.sh").returncode == 0
    assert router.files() == original


def test_without_wifi_there_is_none_to_make(router):
    (router.config / "wireless").unlink()
    assert router.run("apply.sh", "--yes").returncode == 0
    done = router.run("wifi.sh", "iot", "Things", answer="0123456789\n")
    assert done.returncode == 1
    assert "no Wi-Fi" in done.stderr
    assert router.run("undo.sh").returncode == 0


def test_features_are_switched_off_and_on_again(router):
    before = {package: router.sections(package) for package in ("upnpd", "wireless")}
    for _ in range(2):
        assert router.run("features.sh").returncode == 0
        assert router.sections("upnpd")[0].get("enabled") == "0"
        assert router.sections("wireless")[2].get("wps_pushbutton") == "0"
    assert router.run("features.sh", "undo").returncode == 0
    assert {package: router.sections(package) for package in before} == before
    assert not (router.root / "etc" / "netguard").exists()
    assert "service miniupnpd restart" in router.notes()


def test_vlans_are_only_said(router):
    network = "\nconfig device 'lan_bridge'\n\toption name 'br-lan'\n\tlist ports 'lan1'\n\tlist ports 'lan2'\n"
    with (router.config / "network").open("a") as file:
        file.write(network)
    plan = home()
    router.take(
        replace(plan, segments=tuple(replace(s, vlan=n) for s, n in zip(plan.segments, (1, 20, 30), strict=True)))
    )
    before = router.files()
    done = router.run("vlan.sh", "lan2")
    assert done.returncode == 0
    made = uci.Uci.of({"network": ""})
    assert made.batch(done.stdout) == []
    assert [(s.get("vlan"), s.all("ports")) for s in made.packages["network"]] == [
        ("1", ["lan1:u*", "lan2:t"]), ("20", ["lan2:t"]), ("30", ["lan2:t"]),
    ]  # fmt: skip
    assert router.run("vlan.sh", "lan9").returncode != 0
    assert router.files() == before


def test_connections_that_began_before_are_ended(router):
    assert router.run("end-connections.sh").returncode == 0
    assert router.notes() == ["conntrack -F"]


def said(plan: Plan) -> tuple[str, ...]:
    return snippet(platforms.load()["openwrt"], ruleset(plan), wanted=WANTED).steps


def test_addresses_that_the_router_does_not_keep_are_said():
    plan = home()
    assert not any("several addresses" in step for step in said(plan))
    member = next(m for m in plan.members if m.addresses4)
    more = replace(member, addresses=(*member.addresses, member.addresses4[0] + 1))
    (step,) = (s for s in said(replace(plan, members=(more,))) if "several addresses" in s)
    assert step.endswith(f": {more.name}.")


def test_the_old_resolver_goes_only_when_both_are_there():
    (step,) = (s for s in said(home()) if "dnsmasq-full" in s)
    for fetch, remove in (
        ("--download-only", "opkg remove dnsmasq"),
        ("apk fetch dnsmasq dnsmasq-full", "apk del dnsmasq"),
    ):
        assert f"{fetch} && {remove} && " in step
    assert "; opkg" not in step
    assert "; apk" not in step


@pytest.mark.parametrize("script", ["apply.sh", "undo.sh"])
def test_devices_of_one_network_are_never_kept_apart_unasked(router, script):
    """A lock has to reach its hub: only `wifi.sh ... apart` says so."""
    assert "isolate" not in (router.root / "netguard" / script).read_text()
    assert "isolate" not in (router.root / "netguard" / "netguard.uci").read_text()
