"""A frame of every class that rules can tell apart: whoever fares alike in all of them fares alike always.

Rules compare a frame's fields with what they list, and with nothing else. So two values of a field that are in the same lists
of all rules are one value to them, and one of each such class is enough for a proof. Nothing is drawn, nothing is left out.
"""

from collections.abc import Iterable, Iterator
from itertools import product

from netaddr import EUI, IPAddress

from tests.readers.aimed import _hook, _ways
from tests.readers.frames import OTHER, PROVIDER, UNKNOWN
from tests.readers.nftables import Frame, Rules, UnreadableError, _elements, _span, expression

STATES = ("new", "established", "related", "invalid", "untracked")
PROTOCOLS = {4: (6, 17, 1, OTHER), 6: (6, 17, 58, OTHER)}
NOWHERE = {"mac": PROVIDER, "dport": 65535, "icmp1": 255, "icmp58": 255, "saddr4": int(IPAddress("192.0.2.200")), "daddr4": int(IPAddress("192.0.2.200")),
           "saddr6": int(IPAddress("2001:db8:77::c8")), "daddr6": int(IPAddress("2001:db8:77::c8"))}  # fmt: skip
"""Values that rules hardly list; the classes do not depend on them."""

MOST = 300_000
"""Frames of one question. More would take minutes; then nothing is proven, and the test fails."""

NAMES = {"iif", "oif"}
SEEN = {"iif": "iif", "iifname": "iif", "oif": "oif", "oifname": "oif", "nfproto": "version", "l4proto": "protocol"}

Test = tuple[str, int | None, tuple[tuple, ...]]
"""A field, the bits of it that are looked at, and from where to where each listed value reaches."""


def frames(rules: Iterable[Rules], chain: str, numbers: Iterable[int]) -> Iterator[Frame]:
    """A frame of every class that the rules tell apart, of those that come into the chain and match one of the numbered rules."""
    rules = tuple(rules)
    tests = [test for each in rules for rule in _sources(each) for test in _tests(rule, each)]
    classes = {field: list(_classes(field, [t for t in tests if t[0] == field])) for field in (*NOWHERE, *NAMES)}
    for each in rules:
        for number in numbers:
            if number < len(each.chains[chain].rules):
                for way in _ways(each, chain):
                    conditions = [*way, each.chains[chain].rules[number].source]
                    yield from _fitting(
                        each, classes, [t for c in conditions for t in _conditions(c, each)], _hook(each, chain, None)
                    )


def _fitting(rules: Rules, classes: dict[str, list], conditions: list[Test], hook: str) -> Iterator[Frame]:
    left = {f: [v for v in vs if all(_holds(t, v) for t in conditions if t[0] == f)] for f, vs in classes.items()}
    for version in (v for v in (4, 6) if all(_holds(t, v) for t in conditions if t[0] == "version")):
        for protocol in (p for p in PROTOCOLS[version] if all(_holds(t, p) for t in conditions if t[0] == "protocol")):
            ports = left["dport"] if protocol in {6, 17} else [None]
            kinds = left[f"icmp{protocol}"] if protocol in {1, 58} else [None]
            if any(t[0] == "dport" for t in conditions) and protocol not in {6, 17}:
                continue
            if any(t[0].startswith("icmp") and t[0] != f"icmp{protocol}" for t in conditions):
                continue
            if any(t[0][-1] in "46" and t[0][-1] != str(version) for t in conditions):
                continue
            oifs = left["oif"] if hook == "forward" else [""]
            every = (
                left["iif"],
                oifs,
                left[f"saddr{version}"],
                left[f"daddr{version}"],
                left["mac"],
                ports,
                kinds,
                STATES,
                (False, True),
            )
            count = 1
            for values in every:
                count *= len(values)
            if count > MOST:
                raise UnreadableError(f"{count} classes are too many to be asked")
            for iif, oif, saddr, daddr, mac, dport, icmp, state, dnat in product(*every):
                yield Frame(
                    hook=hook, iif=iif, oif=oif, version=version, protocol=protocol, saddr=saddr, daddr=daddr, mac=mac, dport=dport, icmp=icmp,
                    state=state, dnat=dnat,
                )  # fmt: skip


def _sources(rules: Rules) -> Iterator[tuple]:
    for chain in rules.chains.values():
        yield from (rule.source for rule in chain.rules)


def _tests(source: Iterable, rules: Rules) -> Iterator[Test]:
    """What a rule compares, a field each; of several fields together, and of a map, every listed value is a test of its own."""
    for statement in source:
        if "match" in statement:
            fields, listed = _fields(statement["match"]["left"]), _listed(statement["match"], rules)
            if len(fields) == 1:
                yield (*fields[0], tuple(span[0] for span in listed))
            else:
                yield from ((*field, (span[n],)) for span in listed for n, field in enumerate(fields))
        elif "vmap" in statement:
            fields = _fields(statement["vmap"]["key"])
            _, words = expression(statement["vmap"]["key"])
            for key, _ in statement["vmap"]["data"]["set"]:
                yield from ((*field, (_span(key, words)[n],)) for n, field in enumerate(fields))


def _conditions(source: Iterable, rules: Rules) -> Iterator[Test]:
    """What has to hold of each field by itself, where a rule matches."""
    for statement in source:
        if "match" in statement and statement["match"]["op"] != "!=":
            fields, listed = _fields(statement["match"]["left"]), _listed(statement["match"], rules)
            yield from ((*field, tuple(span[n] for span in listed)) for n, field in enumerate(fields))
        elif "vmap" in statement:
            fields = _fields(statement["vmap"]["key"])
            _, words = expression(statement["vmap"]["key"])
            listed = [_span(key, words) for key, _ in statement["vmap"]["data"]["set"]]
            yield from ((*field, tuple(span[n] for span in listed)) for n, field in enumerate(fields))


def _listed(match, rules: Rules) -> list[tuple]:
    _, words = expression(match["left"])
    return [_span(each, words) for each in _elements(match["right"], rules.sets)]


def _fields(left) -> list[tuple[str, int | None]]:
    match left:
        case {"concat": parts}:
            return [field for part in parts for field in _fields(part)]
        case {"&": [inner, mask]}:
            return [(_fields(inner)[0][0], int(IPAddress(mask)))]
        case {"meta": {"key": key}} if key in SEEN:
            return [(SEEN[key], None)]
        case {"ct": _}:
            return [("ct", None)]
        case {"payload": {"protocol": "ether", "field": "saddr"}}:
            return [("mac", None)]
        case {"payload": {"protocol": "ip" | "ip6" as protocol, "field": "saddr" | "daddr" as field}}:
            return [(f"{field}{4 if protocol == 'ip' else 6}", None)]
        case {"payload": {"protocol": "tcp" | "udp" | "th", "field": "dport"}}:
            return [("dport", None)]
        case {"payload": {"protocol": "icmp" | "icmpv6" as protocol}}:
            return [(f"icmp{1 if protocol == 'icmp' else 58}", None)]
        case _:
            raise UnreadableError(f"unknown expression: {left}")


def _holds(test: Test, value) -> bool:
    _, mask, spans = test
    seen = value if mask is None else value & mask
    return any(low <= seen <= high for low, high in spans)


def _classes(field: str, tests: list[Test]) -> Iterator:
    """A value of every class."""
    if field in NAMES:
        values = [low for _, _, spans in tests for low, _ in spans]
        values += [UNKNOWN, "lo"]
    else:
        ends = {end for _, mask, spans in tests if mask is None for low, high in spans for end in (low, high + 1)}
        most = {"mac": int(EUI("ff:ff:ff:ff:ff:ff")), "dport": 65535, "icmp1": 255, "icmp58": 255}.get(
            field, 2 ** (32 if field[-1] == "4" else 128) - 1
        )
        values = [end for end in sorted({*ends, NOWHERE[field], 0}) if end <= most]
        for _, mask, spans in tests:
            if mask is not None:
                values += [(value & ~mask) | low for value in list(values) for low, _ in spans]
    seen = set()
    for value in values:
        kind = tuple(_holds(test, value) for test in tests)
        if kind not in seen:
            seen.add(kind)
            yield value
