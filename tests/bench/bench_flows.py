"""The 46 flows by rule set: how many come out other than wanted; and how long a proof takes: python -m tests.bench.bench_flows.

Ours, and the open router that everything begins with, are measured here with real packets. The others need programs that are
no part of this project (firewall4, Aerleon): their figures are of 2026-11-20, from the same flows and the same kind of network.
"""

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import pytest

from netguard.advise import planfile, planwriter, propose
from netguard.model import codec
from netguard.prove import proof
from netguard.rules import loader
from tests.lab.flows.lab import opened, rendered
from tests.lab.test_prove import tool
from tests.readers.crowds import crowd

DRAWN = 20261127
WANTED_SECONDS = 20.0
SAMPLE = Path(__file__).parents[2] / "reports" / "sample" / "report.json"

BEFORE = (
    ("stock OpenWrt 22.03 (fw4)", "10", "wanted flows that do not work: no zone for the new networks"),
    ("Aerleon 1.18, nftables", "5", "IPv6: no neighbours are found"),
    ("Aerleon 1.18, iptables", "11", "no replies"),
)
"""Rule set, wrong flows, why: measured before."""


def main():
    try:
        table()
        times()
    except pytest.skip.Exception as skipped:
        print(f"not measured here: {skipped}")


def table():
    print(f"{'rule set':<44}{'wrong of 46':>12}")
    for seed in (None, DRAWN):
        of = "the home of the flows" if seed is None else f"a drawn home ({seed})"
        for platform in (None, "nftables", "nftables-overlay"):
            show(f"{platform or 'open router'}, {of}", *measured(platform, seed))
    for name, wrong, why in BEFORE:
        show(f"{name} *", wrong, why)
    print("* measured before, on 2026-11-20; not in this run")


def show(name, wrong, why):
    print(f"{name:<44}{wrong:>12}  {why}")


def measured(platform, seed):
    """How many flows come out wrong, and what to know about them; the switch keeps devices of one network apart."""
    beside = platform == "nftables-overlay"
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder), seed, beside=beside) as lab:
        lab.reset()
        lab.resolver(config="")
        if platform is not None:
            lab.apply(rendered(platform, lab.house.plan))
            lab.run(argv=["sh", f"{folder}/mine/isolate.sh"])
        came = lab.matrix(lab.the_46)
        wrong = lab.wrong(came) | ({"F61"} if came["F61"] == "open" else set())
        left = [name for name in lab.the_46 if lab.wanted[name] == "as-before"]
        kept = f"{len(left)} of the flows are the router's own to decide and stay as they were" if beside else ""
        return len(wrong), kept or " ".join(sorted(wrong)[:8]) + (" ..." if len(wrong) > 8 else "")


def times():
    nft, environment = tool()
    scan = codec.loads(SAMPLE.read_bytes())
    demo = propose.text(propose.propose(scan, loader.load()))
    for name, text in (("the demo home's proposed plan", demo), ("50 members", planwriter.write(crowd(50, 4)))):
        plan = planfile.read(text.encode())
        rules = rendered("nftables", plan)["netguard.nft"]
        begun = time.perf_counter()
        made = proof.run(plan, text, (rules,), platform="nftables", nft=nft, environment=environment)
        seconds = time.perf_counter() - begun
        verdict = "yes" if seconds <= WANTED_SECONDS else "NO"
        print(
            f"proof of {name}: {len(made.rows):,} questions before and after in {seconds:.1f} s, {len(made.wrong)} wrong, "
            f"{len(made.left_out)} members left out; wanted at most {WANTED_SECONDS:.0f} s: {verdict}"
        )


if __name__ == "__main__":
    main()
