"""What a proof says on the terminal."""

from dataclasses import replace

import pytest
from rich.console import Console

from netguard.advise import planfile, readme
from netguard.advise.closing import Closed, Door
from netguard.advise.ruleset import ruleset
from netguard.advise.snippet import snippet
from netguard.cli import _matrix
from netguard.model.plan import Name
from netguard.model.vocabulary import Transport
from netguard.prove import proof as proving
from netguard.report.matrix import SHOWN
from netguard.rules import platforms

PLAN = planfile.read(
    b"""\
schema: netguard.plan/1
wan: {interface: wan0}
segments:
  - {name: home, role: trusted, interface: br-lan, prefix: 10.1.1.0/24}
  - {name: things, role: iot, interface: br-iot, prefix: 10.1.2.0/24}
members:
  - name: hub
    mac: "02:00:5e:00:53:20"
    segment: things
    addresses: [10.1.2.20]
    listens: [{transport: tcp, ports: [8443], from: home}]
    talks: [{names: [lock-cloud.example], transport: tcp, ports: [443]}]
"""
)
DOORS = (
    Door(member="hub", transport=Transport.TCP, port=23),
    Door(member="hub", transport=Transport.TCP, port=8443),
    Door(member="gone", transport=Transport.TCP, port=1),
)


def calculated(**given):
    return proving.calculated(PLAN, platform="nftables", reason="nothing runs here", doors=DOORS, **given)


def run(**given):
    return replace(calculated(**given), how="run", reason=None)


def printed(proof, doors=DOORS, width=100):
    out = Console(width=width, highlight=False, markup=False, color_system=None)
    with out.capture() as captured:
        for part in _matrix.said(PLAN, proof, doors):
            out.print(part, soft_wrap=isinstance(part, str))
    return captured.get()


def test_who_reaches_whom_a_line_each_network_by_network_and_the_internet_last():
    lines = printed(run()).splitlines()
    table = [line for line in lines if "→" in line and not line.startswith((" ", "How"))]
    assert [line.split("  ")[0] for line in table] == [
        "anybody else in home",
        "hub (things)",
        "anybody else in things",
        "anybody in the internet",
    ]
    assert lines[1].split() == ["from", "to", "router", "to", "internet", "to", "home", "to", "things"]


def test_what_was_run_and_what_was_not_are_told_apart():
    assert printed(run()).startswith("Tried with real packets in a simulated home: of ")
    assert "Calculated" not in printed(run())
    told = printed(calculated())
    assert told.startswith("Calculated, not run: nothing runs here. Of ")
    assert "real packets" not in told


def test_doors_that_the_scan_found_say_what_became_of_them():
    told = printed(run())
    assert "  hub, TCP 23: 2 → 0, closed" in told
    assert "  hub, TCP 8443: 2 → 1, open to anybody else in home, as the plan says" in told
    assert "gone" not in told
    assert "scan found" not in printed(run(), doors=())


def test_what_works_is_told_by_who_asks_and_whom():
    told = printed(run()).partition("\nWorks\n")[2]
    assert "  anybody else in home to hub: TCP 8443\n" in told
    assert "  hub to lock-cloud.example: TCP 443\n" in told
    assert "router" not in told


def test_what_is_wrong_is_shouted_and_listed():
    made = run()
    wrong = replace(made, rows=tuple(replace(row, after=not row.after) for row in made.rows))
    told = printed(wrong)
    assert "OTHER THAN THE PLAN SAYS: do not use these rules." in told
    assert " wrong " in told
    listed = told.partition("\nOTHER THAN THE PLAN SAYS\n")[2].splitlines()
    assert len(listed) == SHOWN + 1
    assert listed[-1].endswith("more: --json FILE has all of them")
    assert any(line.endswith("it is open, and the plan wants it closed") for line in listed)
    assert any(line.endswith("it is closed, and the plan wants it open") for line in listed)


def test_one_network_another_firewall_and_those_without_room_are_explained():
    told = printed(run(beside=True))
    assert "Within one network packets never pass the router" in told
    assert "own firewall stays as it was" in told
    assert "own firewall" not in printed(run())
    assert "Nothing was asked about DHCP, multicast DNS, " in told
    assert "For a and b there was no room" in printed(replace(run(), left_out=("a", "b")))
    row = next(row for row in run(beside=True).rows if row.wanted == "as-before")
    wrong = replace(run(beside=True), rows=(replace(row, after=False),))
    assert "the plan wants it as it was before" in printed(wrong)


@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_narrow_terminal_loses_no_number(width):
    assert printed(run(), width=width).count("→") == printed(run(), width=200).count("→")


# ---------------------------------------------------------------- README.md


def about(proof=None, closed=()):
    made = snippet(platforms.load()["nftables"], ruleset(PLAN))
    return made, readme.readme(made, closed, proof)


def test_a_readme_says_of_a_proof_what_it_was():
    assert "real packets**" not in about()[1]
    assert "**Tried with real packets**" in about(run())[1]
    assert "all as the plan says." in about(run())[1]
    assert "**Calculated, not run**, because nothing runs here." in about(calculated())[1]
    made = run()
    wrong = replace(made, rows=tuple(replace(row, after=True) for row in made.rows))
    assert "other than the plan says**" in about(wrong)[1]


def test_a_readme_says_what_a_proof_left_as_it_was_and_out():
    told = about(run(beside=True))[1]
    kept = sum(row.wanted == "as-before" for row in run(beside=True).rows)
    assert kept
    assert f" {kept} of them are for the router's own firewall, and are to stay as they were. " in told
    assert "Nothing was asked about DHCP, multicast DNS, " in told
    assert "own firewall, and" not in about(run())[1]
    left = tuple(f"m-{n}" for n in range(60))
    assert "For a, b there was no room" in about(replace(run(), left_out=("a", "b")))[1]
    told = about(replace(run(), left_out=left))[1]
    assert "m-39 and 20 more there was no room" in told
    assert "m-40" not in told


def test_a_readme_has_its_parts_in_order_and_leaves_empty_ones_out():
    text = about()[1]
    heads = [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]
    assert heads == [
        "What is here", "What has to be there", "What to do, in this order", "By hand", "How to take all of it back",
        "Afterwards", "How to look whether it is so, on the router",
    ]  # fmt: skip
    closed = (
        Closed(fingerprint="ab" * 16, check="telnet-open", member=Name("hub")),
        Closed(fingerprint="cd" * 16, check="upnp-igd-enabled", member=None),
    )
    text = about(closed=closed)[1]
    assert f"- `telnet-open` of hub (finding {'ab' * 16})\n- `upnp-igd-enabled` (finding {'cd' * 16})\n" in text


def test_all_of_it_in_one_text_has_every_file():
    made, text = about()
    one = readme.whole(made, text, "the plan\n")
    assert one.startswith(text)
    for file in made.files:
        assert f"\n## {file.name}\n\n~~~~~~\n{file.text.rstrip()}\n~~~~~~\n" in one
    assert "## plan.yaml\n\n~~~~~~\nthe plan\n~~~~~~" in one
    assert "## plan.yaml" not in readme.whole(made, text, "")
