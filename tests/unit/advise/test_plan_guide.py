"""What the guide shows of plans and of what was learnt can be read, and means what it says."""

import re
from pathlib import Path

from netguard.advise import complete, egressfile, planfile
from netguard.rules import loader
from tests import builders
from tests.unit.advise.proposing import HOME

GUIDE = (Path(__file__).parents[3] / "docs/plan-and-firewall.md").read_text(encoding="utf-8")


def shown(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", GUIDE, re.DOTALL)


def test_the_plan_is_one_and_the_one_that_was_begun_becomes_one():
    whole, begun = shown("yaml")
    assert [str(s.role) for s in planfile.read(whole.encode()).segments] == ["trusted", "iot"]
    made = complete.complete(begun.encode(), "plan.yaml", builders.scan(*HOME), loader.load())
    assert not made.rewritten
    assert (
        "vlan: 33, interface: br-things, prefix: 192.168.33.0/24, router: [192.168.33.1]}   # our new Wi-Fi"
        in made.text
    )
    assert made.plan.members[0].talks == ()


def test_what_was_learnt_is_read_and_its_limits_are_those_of_the_reader():
    (text,) = shown("json")
    (device,) = egressfile.read(text.encode()).devices
    assert device.flows[0].names == ("lock-cloud.example",)
    limits = (
        f"{egressfile.MAX_FILE >> 20} MiB, {egressfile.MAX_DEVICES:,} devices, {egressfile.MAX_FLOWS:,} flows of one device and "
        f"{egressfile.MAX_ALL_FLOWS:,} in all"
    )
    assert limits in GUIDE
