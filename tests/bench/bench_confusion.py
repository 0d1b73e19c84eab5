"""Every record against every recorded sighting: what is taken for what, and how often a lock or hub is one."""

from collections import Counter

from netguard.identify.evidence import decide
from netguard.identify.matching import Trace
from netguard.model.address import mac
from netguard.model.vocabulary import DOOR_ROLES, HUB_ROLES, Role
from netguard.rules.loader import load
from tests.unit.rules.test_records import SIGHTINGS, staged, traced

GUARDED = sorted(DOOR_ROLES | HUB_ROLES | {Role.ALARM})
SOUND_ALIKE = (
    "clock-radio",
    "spring-board",
    "Block-1",
    "lockscreen",
    "connect",
    "ring-light",
    "hub",
    "st-lucia",
    "padlock",
)
"""Names that other tools take for locks; a laptop bears each of them here."""


def main() -> None:
    """Print the table's diagonal, everything beside it, and precision and recall by role."""
    rules = load()
    seen = {path.stem: traced(staged(path.stem)) for path in sorted(SIGHTINGS.iterdir())}
    verdicts = {name: decide(each, rules.devices.values()) for name, each in seen.items()}
    right = [name for name, verdict in verdicts.items() if verdict.record and verdict.record.id == name]
    print(f"{len(rules.devices)} records, {len(seen)} sightings: {len(right)} recognised by their own record")
    for name in sorted(set(seen) - set(right)):
        taken = verdicts[name].record
        print(f"  {name} is taken for {taken.id if taken else 'nothing'}")
    alone = [
        (name, other)
        for name, each in seen.items()
        for other, record in rules.devices.items()
        if other != name and not record.generic and decide(each, [record]).record is not None
    ]
    print(f"cells beside the diagonal that a maker's record fills when it is alone: {len(alone)}")
    for name, other in alone:
        print(f"  the sighting of {name} also shows what {other} asks for")
    roles = Counter()
    truth = {name: rules.devices[name].role for name in seen} | dict.fromkeys(SOUND_ALIKE, Role.COMPUTER)
    verdicts |= {
        name: decide(Trace(mac=mac("00:1b:21:00:11:22"), hostnames=(name,), texts={}), rules.devices.values())
        for name in SOUND_ALIKE
    }
    for name, verdict in verdicts.items():
        roles[truth[name], verdict.role] += 1
    print(f"\n{'role':<18}{'there':>6}{'said':>6}{'right':>6}{'precision':>11}{'recall':>8}")
    for role in GUARDED:
        there = sum(n for (was, _), n in roles.items() if was is role)
        said = sum(n for (_, is_), n in roles.items() if is_ is role)
        hit = roles[role, role]
        print(
            f"{role:<18}{there:>6}{said:>6}{hit:>6}{hit / said if said else 1:>11.3f}{hit / there if there else 1:>8.3f}"
        )
    wrong = sum(n for (was, is_), n in roles.items() if is_ in GUARDED and was is not is_)
    print(f"wanted: precision 1.0 on locks and hubs: {'yes' if not wrong else 'NO'}")


if __name__ == "__main__":
    main()
