"""Proofs with real packets: as root and without, of rules that are right, wrong, or refused, and of homes that are odd."""

import functools
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from netguard.advise import planfile
from netguard.demo import daemons
from netguard.errors import LabError, RefusedRulesError
from netguard.model.proof import Proof
from netguard.prove import proof
from netguard.prove.people import REBOUND
from netguard.prove.twin import Kind, Order
from tests.lab.flows.houses import house
from tests.lab.flows.lab import need, rendered
from tests.property.homes import HOME

ROOT = Path(__file__).resolve().parents[2]

ODD = """
schema: netguard.plan/1
wan: {interface: ngp1}
segments:
  - {name: full, role: iot, interface: ngp2, prefix: 10.1.1.0/30, router: [10.1.1.1]}
  - {name: six, role: iot, interface: eth0, prefix6: "2001:db8:cafe::/64"}
  - {name: lan, role: trusted, interface: ngp3, prefix: 203.0.113.0/24}
  - {name: lab, role: trusted, interface: ngp3.7, prefix: 172.16.0.0/12, prefix6: "fd00::/48"}
members:
  - {name: hub, mac: "02:00:00:00:00:01", segment: full, addresses: [10.1.1.2], listens: [{transport: udp, ports: [53, 20001], from: lan}], talks: any}
  - name: bulb
    mac: "02:00:00:00:00:02"
    segment: six
    addresses: ["::2", "2001:db8:cafe::1234"]
    listens: [{transport: tcp, ports: [23, 8080, 9999], from: lab}, {transport: tcp, ports: [80], from: full}]
    talks: [{names: [a.example, b.a.example], transport: udp, ports: [53, 443]}, {service: ntp}]
  - {name: server, mac: "02:00:00:00:00:03", segment: lab, addresses: [172.16.0.9, "::9"], listens: [{transport: tcp, ports: [40443], from: six}]}
"""
"""Interfaces called like the twin's own, a network without room for strangers, one of IPv6 only, two that the twin's internet
would have, a member that listens on the port of the twin's forward, one on ports that questions are sent from."""


@functools.cache
def tool() -> tuple[str, Mapping[str, str]]:
    """The real nft and what it needs; a skip where it is not to be had, or where there are no namespaces."""
    need("nft")
    nft = str(Path(str(daemons.find("nft"))).absolute())
    environment = daemons.environment(nft, daemons.default_folder().absolute())
    why = proof.why_not(nft, environment)
    if why is not None:
        pytest.skip(f"no twin on this computer: {why}")
    return nft, environment


def proven(text: str, *rules: str, beside: bool = False) -> Proof:
    """The proof of `rules` for a plan."""
    nft, environment = tool()
    plan = planfile.read(text.encode())
    return proof.run(plan, text, rules, platform="nftables", nft=nft, environment=environment, beside=beside)


@pytest.mark.parametrize("kind", proof.KINDS)
@pytest.mark.parametrize("platform", ["nftables", "nftables-overlay"])
def test_right_rules_are_proven_as_root_and_without(platform: str, kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    tool()
    monkeypatch.setattr(proof, "KINDS", (kind,))
    beside = platform == "nftables-overlay"
    try:
        made = proven(HOME.decode(), rendered(platform, HOME.decode())["netguard.nft"], beside=beside)
    except LabError as error:
        pytest.skip(f"no twin of this kind here: {error}")
    assert (made.how, made.wrong, made.left_out) == ("run", (), ())
    assert all(row.before for row in made.rows)
    assert {row.wanted for row in made.rows} == {"allow", "deny", "not-routed"} | ({"as-before"} if beside else set())
    assert sum(row.closed for row in made.rows) > 100


def test_a_plan_that_nobody_wrote_down_is_proven() -> None:
    text = house(4077).text
    rules = rendered("nftables", text)["netguard.nft"]
    assert proven(text, rules, rules).wrong == ()


@pytest.mark.parametrize("platform", ["nftables", "nftables-overlay"])
def test_an_odd_home_is_proven(platform: str) -> None:
    made = proven(ODD, rendered(platform, ODD)["netguard.nft"], beside=platform == "nftables-overlay")
    assert made.wrong == ()
    assert {"hub", "bulb", "stranger in six", "stranger in lan"} <= {row.source for row in made.rows}


def test_rules_beside_the_routers_own_are_held_to_leaving_the_rest_alone() -> None:
    """The rules for a router without a firewall close more than is theirs beside another one."""
    wrong = proven(HOME.decode(), rendered("nftables", HOME.decode())["netguard.nft"], beside=True).wrong
    assert wrong
    assert {row.wanted for row in wrong} == {"as-before"}
    assert any(row.target == "router" and row.why == "the internet to the router's own page" for row in wrong)


def test_no_rules_are_wrong_wherever_the_plan_denies() -> None:
    made = proven(HOME.decode().replace("talks: [{names", "talks: any #"))
    assert {row.id for row in made.wrong} == {row.id for row in made.rows if row.wanted == "deny"}
    assert not any(row.closed for row in made.rows)


def test_a_rule_too_many_and_a_rule_too_few_are_named() -> None:
    rules = rendered("nftables", HOME.decode())["netguard.nft"]
    few = "".join(line for line in rules.splitlines(keepends=True) if "ip6 daddr { 2001:db8:2::20 }" not in line)
    assert few != rules
    wrong = proven(HOME.decode(), few).wrong
    assert {(r.source, r.target, r.port, r.address.version) for r in wrong} == {("stranger in trusted", "hub", 8443, 6)}
    many = f"{rules}insert rule inet netguard seg_guest tcp dport 8443 accept\n"
    wrong = proven(HOME.decode(), many).wrong
    assert {(r.source, r.target, r.port) for r in wrong} == {("stranger in guest", "hub", 8443)}


HUBS_CLOUD = "lock-cloud.example"
WRONG = {
    "a cloud without its member's MAC": (
        r"ether saddr (?:\. ip saddr )?\{ [^}]* \} (ip6? daddr @c)", r"\1",
        {("camera", HUBS_CLOUD), ("stranger in iot", HUBS_CLOUD), ("hub", HUBS_CLOUD)},
    ),
    "a member from any address": (
        r"ether saddr \. ip saddr \{ ([0-9a-f:]+) \. [0-9.]+ \} ip daddr @c", r"ether saddr \1 ip daddr @c", {("hub", HUBS_CLOUD)},
    ),
    "a cloud's name that leads into the home": (
        r"(?m)^add rule inet netguard out_iot ip6? daddr \{ (?:0\.0\.0\.0|::).* reject .*$", "", {("hub", REBOUND), ("speaker", REBOUND)},
    ),
    "ping into a network apart": (
        r"\Z", "insert rule inet netguard seg_trusted oifname br-iot meta l4proto { icmp, ipv6-icmp } accept\n",
        {("stranger in trusted", name) for name in ("hub", "camera", "speaker", "stranger in iot")},
    ),
    "UDP into a network apart": (
        r"\Z", "insert rule inet netguard seg_guest oifname br-iot meta l4proto udp accept\n",
        {("stranger in guest", name) for name in ("hub", "camera", "speaker", "stranger in iot")},
    ),
}  # fmt: skip
"""What is changed in the right rules, and whom each mistake lets to whom."""


@pytest.mark.parametrize(("old", "new", "let"), WRONG.values(), ids=WRONG)
def test_rules_with_one_mistake_do_not_pass(old: str, new: str, let: set[tuple[str, str]]) -> None:
    rules = rendered("nftables", HOME.decode())["netguard.nft"]
    changed = re.sub(old, new, rules)
    assert changed != rules
    wrong = proven(HOME.decode(), changed).wrong
    assert {(r.source, r.target) for r in wrong} == let
    assert {r.wanted for r in wrong} == {"deny"}


def test_rules_that_nft_refuses_prove_nothing() -> None:
    with pytest.raises(RefusedRulesError, match=r"nft refuses the rules: .*syntax error"):
        proven(HOME.decode(), "add rule nonsense\n")


def test_a_program_that_is_no_nft_proves_nothing(tmp_path: Path) -> None:
    tool()
    with pytest.raises(LabError, match="nft could not be run"):
        proof.run(
            planfile.read(HOME), HOME.decode(), (), platform="x", nft=str(tmp_path / "nft"), environment={}
        )  # fmt: skip


def test_a_door_that_is_shut_already_proves_nothing() -> None:
    """Here by rules of somebody else, which come first; in earnest by a twin that does not carry a packet."""
    nft, environment = tool()
    shut = "table inet before { chain forward { type filter hook forward priority -200; tcp dport 8443 drop; }; }\n"
    program = (
        f"import netguard.prove.net as n; first = n.open_router; n.open_router = lambda *a: first(*a) + {shut!r}\n"
    )
    program += "from netguard.prove import twin; twin.main()\n"
    kind: Kind = "namespaces" if os.geteuid() == 0 else "user-namespace"
    order = Order(kind=kind, plan=HOME.decode(), rules=(), nft=nft, environment=dict(environment))
    done = subprocess.run(
        [sys.executable, "-c", program], input=msgspec.json.encode(order), capture_output=True, check=False, cwd=ROOT, timeout=60
    )  # fmt: skip
    failed = msgspec.json.decode(done.stdout)["failed"]
    assert re.match(r"\d+ of \d+ questions had no answer before there were rules \(.*hub.*\), so that no rule", failed)


def test_a_twin_ends_with_whoever_asked_for_it() -> None:
    tool()
    # Nobody sends the order: the twin waits for it.
    program = (
        "import subprocess, sys, time\n"
        "one = subprocess.Popen([sys.executable, '-m', 'netguard.prove.twin'], stdin=subprocess.PIPE)\n"
        "print(one.pid, flush=True); time.sleep(60)\n"
    )
    asker = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert asker.stdout is not None
    twin = int(asker.stdout.readline())
    until = time.monotonic() + 20
    status = Path(f"/proc/{twin}/status")
    while b"netguard.prove.twin" not in Path(f"/proc/{twin}/cmdline").read_bytes():
        assert time.monotonic() < until
    time.sleep(0.5)  # it has said by then that it ends with its parent
    asker.send_signal(signal.SIGKILL)
    asker.wait()
    asker.stdout.close()
    while status.exists() and "zombie" not in status.read_text():
        assert time.monotonic() < until, "the twin outlived whoever asked for it"
        time.sleep(0.02)


def around() -> tuple[object, ...]:
    """What of this computer's network a twin could have changed."""
    return (
        sorted(Path("/sys/class/net").iterdir()),
        Path("/proc/net/route").read_text(),
        Path("/proc/sys/net/ipv4/ip_forward").read_text(),
        Path("/proc/self/ns/net").readlink(),
    )


def test_the_twin_leaves_this_computers_network_alone() -> None:
    tool()
    before = around()
    assert proven(HOME.decode(), rendered("nftables", HOME.decode())["netguard.nft"]).wrong == ()
    assert around() == before
