"""Frames made of rules: each fits some of their conditions. They show whether a changed rule set differs anywhere at all."""

import random
from collections.abc import Iterator
from dataclasses import replace

from netaddr import EUI, IPAddress, IPNetwork

from tests.readers.frames import OTHER, PROVIDER, UNKNOWN
from tests.readers.nftables import PROTOCOLS, TYPES, Frame, Rules, UnreadableError


def aimed(rules: Rules, chain: str, numbers: tuple[int, ...], count: int, seed: int) -> Iterator[Frame]:
    """`count` frames, each fitting as much as can be of the way into `chain` and of the conditions of these rules there."""
    dice = random.Random(f"{seed} {chain} {numbers}")
    ways = list(_ways(rules, chain))
    for _ in range(count):
        frame = _any_frame(dice)
        conditions = [
            *dice.choice(ways),
            *(rules.chains[chain].rules[n].source for n in dice.sample(numbers, len(numbers))),
        ]
        for source in conditions:
            for statement in source:
                frame = _fit(rules, statement, frame, dice)
        yield replace(frame, hook=_hook(rules, chain, frame))


def _ways(rules: Rules, chain: str) -> Iterator[list[tuple]]:
    """The conditions of the jumps that lead into `chain`, one way after the other."""
    if rules.chains[chain].hook is not None:
        yield []
        return
    for name, above in rules.chains.items():
        for rule in above.rules:
            for kind, body in (item for statement in rule.source for item in statement.items()):
                if kind == "jump" and body["target"] == chain:
                    yield from ([*way, rule.source] for way in _ways(rules, name))
                elif kind == "vmap":
                    for key, found in body["data"]["set"]:
                        if found == {"jump": {"target": chain}}:
                            one = {"match": {"op": "==", "left": body["key"], "right": key}}
                            yield from ([*way, (one,)] for way in _ways(rules, name))


def _hook(rules: Rules, chain: str, frame: Frame) -> str:
    hooks = {rules.chains[name].hook for name in _bases(rules, chain)}
    assert len(hooks) == 1
    (hook,) = hooks
    return "input" if hook == "input" else "forward"


def _bases(rules: Rules, chain: str) -> Iterator[str]:
    if rules.chains[chain].hook is not None:
        yield chain
        return
    for name, above in rules.chains.items():
        if f'"{chain}"' in str([rule.source for rule in above.rules]).replace("'", '"'):
            yield from _bases(rules, name)


def _any_frame(dice: random.Random) -> Frame:
    version = dice.choice((4, 6))
    protocol = dice.choice((6, 17, 1 if version == 4 else 58, OTHER))
    return Frame(
        hook="forward", iif=dice.choice((UNKNOWN, "lo")), oif=UNKNOWN, version=version, protocol=protocol,
        saddr=dice.getrandbits(32), daddr=dice.getrandbits(32), mac=PROVIDER, dport=dice.randrange(65536) if protocol in {6, 17} else None,
        icmp=dice.randrange(256) if protocol in {1, 58} else None,
        state=dice.choice(("new", "new", "new", "established", "related", "invalid", "untracked")),
        dnat=dice.random() < 0.3,
    )  # fmt: skip


def _fit(rules: Rules, statement, frame: Frame, dice: random.Random) -> Frame:
    """The frame, changed so that this condition holds, where it is one."""
    if "vmap" in statement:
        key = dice.choice(statement["vmap"]["data"]["set"])[0]
        statement = {"match": {"op": "==", "left": statement["vmap"]["key"], "right": key}}
    if "match" not in statement or statement["match"]["op"] == "!=":
        return frame
    left, right = statement["match"]["left"], statement["match"]["right"]
    if isinstance(right, str) and right.startswith("@"):
        choices = rules.sets[right[1:]]
    elif isinstance(right, dict) and "set" in right:
        choices = right["set"]
    else:
        choices = right if isinstance(right, list) else [right]
    return _set(left, dice.choice(choices), frame, dice) if choices else frame


META = {"iif": "iif", "iifname": "iif", "oif": "oif", "oifname": "oif"}


def _set(left, value, frame: Frame, dice: random.Random) -> Frame:
    match left:
        case {"concat": parts}:
            for part, each in zip(parts, value["concat"], strict=True):
                frame = _set(part, each, frame, dice)
            return frame
        case {"&": [inner, _]}:
            low = int(IPAddress(value))
            return _set(inner, str(IPAddress(low | (dice.getrandbits(64) << 64), 6)), frame, dice)
        case {"meta": {"key": "nfproto"}}:
            return replace(frame, version={"ipv4": 4, "ipv6": 6}[value])
        case {"meta": {"key": "l4proto"}}:
            return _of(frame, PROTOCOLS[value], dice)
        case {"meta": {"key": key}} if key in META:
            return replace(frame, **{META[key]: value})
        case {"ct": {"key": "state"}}:
            return replace(frame, state=value)
        case {"ct": {"key": "status"}}:
            return replace(frame, dnat=True)
        case {"payload": {"protocol": protocol, "field": field}}:
            return _set_field(protocol, field, value, frame, dice)
        case _:
            raise UnreadableError(f"unknown expression: {left}")


def _set_field(protocol: str, field: str, value, frame: Frame, dice: random.Random) -> Frame:
    match protocol:
        case "ether":
            return replace(frame, mac=int(EUI(value)))
        case "ip" | "ip6":
            return replace(frame, version=4 if protocol == "ip" else 6, **{field: _inside(value, dice)})
        case "icmp" | "icmpv6":
            version = 4 if protocol == "icmp" else 6
            return replace(
                _of(frame, PROTOCOLS[protocol], dice), version=version, icmp=TYPES[protocol].get(value, value)
            )
        case "th":
            return replace(frame, dport=int(value)) if frame.dport is not None else frame
        case _:
            return replace(_of(frame, PROTOCOLS[protocol], dice), dport=int(value))


def _of(frame: Frame, protocol: int, dice: random.Random) -> Frame:
    """The frame with this protocol; one that has it already keeps its port."""
    if frame.protocol == protocol:
        return frame
    return replace(
        frame,
        protocol=protocol,
        dport=dice.randrange(65536) if protocol in {6, 17} else None,
        icmp=dice.randrange(256) if protocol in {1, 58} else None,
    )


def _inside(value, dice: random.Random) -> int:
    match value:
        case {"prefix": {"addr": address, "len": length}}:
            network = IPNetwork(f"{address}/{length}")
            return dice.randint(network.first, network.last)
        case {"range": [low, high]}:
            return dice.randint(int(IPAddress(low)), int(IPAddress(high)))
        case _:
            return int(IPAddress(value))
