"""What nftables makes of packets, read from `nft -j list ruleset` after the real nft has loaded a text.

Knows nothing of plans, templates or netguard's policy: chains by hook and priority, jumps, verdict maps, sets,
concatenations, connection tracking and policies as nft(8) and the kernel's nf_tables have them. What it does not know it
refuses (`UnreadableError`): a rule that was skipped would be a rule that was taken for right.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from netaddr import EUI, IPAddress, IPNetwork

from tests.readers.numbers import PROTOCOLS, TYPES

UNTRACKED = {*range(130, 137), 143}
"""ICMPv6 that connection tracking leaves alone (Linux: net/netfilter/nf_conntrack_proto_icmpv6.c, noct_valid_new)."""

END = "\U0010ffff"
"""Comes after every interface's name."""


class UnreadableError(Exception):
    """The rules have something whose meaning this reader does not know."""


# ---------------------------------------------------------------- packets and what becomes of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One packet at one hook. `dport` of TCP and UDP only, `icmp` of ICMP and ICMPv6 only; `mac` None: no Ethernet."""

    hook: str
    iif: str
    oif: str
    version: int
    protocol: int
    saddr: int
    daddr: int
    mac: int | None = None
    dport: int | None = None
    icmp: int | None = None
    state: str = "new"
    dnat: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of a frame: `accept`, `drop` or `reject`; the chains it came through and the rules it matched there."""

    verdict: str
    masqueraded: bool
    entered: frozenset[str]
    matched: tuple[tuple[str, int], ...]
    """(chain, number of the rule in it)."""


Value = tuple[int | str, ...] | None
"""None: the packet has no such header, so the rule does not match, whatever it compares with."""

Getter = Callable[[Frame], Value]
Step = Callable[[Frame], "bool | tuple[str, str]"]
"""True: go on to the next statement; False: the rule does not match; else (verdict, chain)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule, ready to be asked, with what it was read from."""

    steps: tuple[Step, ...]
    source: tuple[Mapping[str, object], ...]

    @property
    def verdict(self) -> str:
        """Its last statement's name; `vmap` for a verdict map."""
        return next(iter(self.source[-1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Some rules; base chains have a hook."""

    name: str
    rules: tuple[Rule, ...]
    hook: str | None = None
    kind: str | None = None
    priority: int = 0
    policy: str = "accept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """One inet table's chains, and the elements of its sets."""

    chains: Mapping[str, Chain]
    sets: Mapping[str, list]

    def fate(self, frame: Frame) -> Fate:
        """What becomes of `frame` at its hook and, where it is forwarded, whether its sender is replaced."""
        way = _Way()
        for chain in self._base(frame.hook, "filter"):
            found = self._walk(chain, frame, way) or chain.policy
            if found != "accept":
                return way.fate(found, masqueraded=False)
        later = self._base("postrouting", "nat") if frame.hook == "forward" else []
        return way.fate("accept", masqueraded=any(self._walk(c, frame, way) == "masquerade" for c in later))

    def _base(self, hook: str, kind: str) -> list[Chain]:
        found = [c for c in self.chains.values() if (c.hook, c.kind) == (hook, kind)]
        return sorted(found, key=lambda c: c.priority)

    def _walk(self, chain: Chain, frame: Frame, way: "_Way") -> str | None:
        way.entered.add(chain.name)
        for number, rule in enumerate(chain.rules):
            verdict, target = _applied(rule, frame)
            if verdict == "":
                continue
            way.matched.append((chain.name, number))
            if verdict in {"jump", "goto"}:
                below = self._walk(self.chains[target], frame, way)
                if below is not None or verdict == "goto":
                    return below
            elif verdict == "return":
                return None
            elif verdict != "continue":
                return verdict
        return None

    def numbered(self) -> list[tuple[str, int]]:
        """Every rule as (chain, number)."""
        return [(name, number) for name, chain in self.chains.items() for number in range(len(chain.rules))]

    def without(self, chain: str, number: int) -> "Rules":
        """The same without one rule."""
        rules = self.chains[chain].rules
        return self._with(chain, (*rules[:number], *rules[number + 1 :]))

    def swapped(self, chain: str, one: int, other: int) -> "Rules":
        """The same with two rules of a chain in each other's place."""
        rules = list(self.chains[chain].rules)
        rules[one], rules[other] = rules[other], rules[one]
        return self._with(chain, tuple(rules))

    def changed(self, chain: str, number: int, source: tuple[Mapping[str, object], ...]) -> "Rules":
        """The same with one rule that says something else."""
        rules = self.chains[chain].rules
        return self._with(chain, (*rules[:number], _rule(source, self.sets), *rules[number + 1 :]))

    def _with(self, chain: str, rules: tuple[Rule, ...]) -> "Rules":
        return replace(self, chains={**self.chains, chain: replace(self.chains[chain], rules=rules)})


@dataclass(slots=True)
class _Way:
    """Where a frame has been so far."""

    entered: set[str] = field(default_factory=set)
    matched: list[tuple[str, int]] = field(default_factory=list)

    def fate(self, verdict: str, *, masqueraded: bool) -> Fate:
        return Fate(
            verdict=verdict, masqueraded=masqueraded, entered=frozenset(self.entered), matched=tuple(self.matched)
        )


def _rule(source: tuple[Mapping[str, object], ...], sets: Mapping[str, list]) -> Rule:
    return Rule(steps=tuple(_step(each, sets) for each in source), source=source)


def _applied(rule: Rule, frame: Frame) -> tuple[str, str]:
    """The verdict and its chain; ("", "") where the rule does not match; ("continue", "") where it has none."""
    for step in rule.steps:
        found = step(frame)
        if found is False:
            return "", ""
        if isinstance(found, tuple):
            return found
    return "continue", ""


# ---------------------------------------------------------------- reading


def read(listed: str) -> Rules:
    """The rules of what `nft -j list ruleset` printed: one inet table. Raises `UnreadableError`."""
    items = [item for item in json.loads(listed)["nftables"] if "metainfo" not in item]
    tables = [(item["table"]["family"], item["table"]["name"]) for item in items if "table" in item]
    if len(tables) != 1 or tables[0][0] != "inet":
        raise UnreadableError(f"one inet table is read, not {tables}")
    if unknown := {kind for item in items for kind in item} - {"table", "chain", "set", "rule"}:
        raise UnreadableError(f"unknown: {sorted(unknown)}")
    sets = {item["set"]["name"]: item["set"].get("elem", []) for item in items if "set" in item}
    rules: dict[str, list[Rule]] = {}
    for item in items:
        if "rule" in item:
            rules.setdefault(item["rule"]["chain"], []).append(_rule(tuple(item["rule"]["expr"]), sets))
    chains = {}
    for item in items:
        if "chain" in item:
            known = item["chain"]
            chains[known["name"]] = _chain(known, tuple(rules.get(known["name"], ())))
    return Rules(chains=chains, sets=sets)


def _chain(known: Mapping[str, object], rules: tuple[Rule, ...]) -> Chain:
    if "hook" not in known:
        return Chain(name=str(known["name"]), rules=rules)
    place = known["type"], known["hook"]
    if place not in {("filter", "input"), ("filter", "forward"), ("nat", "postrouting")}:
        raise UnreadableError(f"unknown: a chain of type {place[0]} at {place[1]}")
    return Chain(
        name=str(known["name"]),
        rules=rules,
        hook=str(known["hook"]),
        kind=str(known["type"]),
        priority=int(str(known["prio"])),
        policy=str(known["policy"]),
    )


def _step(statement: Mapping[str, object], sets: Mapping[str, list]) -> Step:
    ((kind, body),) = statement.items()
    match kind:
        case "match":
            return _match(body, sets)
        case "vmap":
            return _vmap(body)
        case "counter" | "log":
            return lambda _: True
        case "jump" | "goto":
            target = body["target"]
            return lambda _: (kind, target)
        case "accept" | "drop" | "return" | "continue" | "reject" | "masquerade":
            return lambda _: (kind, "")
        case _:
            raise UnreadableError(f"unknown statement: {kind}")


def _match(body, sets: Mapping[str, list]) -> Step:
    operator, right = body["op"], body["right"]
    get, word = expression(body["left"])
    bits = body["left"].get("ct", {}).get("key") if isinstance(body["left"], dict) else None
    if bits == "status" and operator != "in":
        raise UnreadableError(f"ct status {operator}: all of a connection's bits are not known")
    if operator not in {"==", "!=", "in"} or (operator == "in" and bits is None):
        raise UnreadableError(f"unknown operator: {operator}")
    holds = _container(_elements(right, sets), word)
    if operator == "!=":
        return lambda frame: (value := get(frame)) is not None and not holds(value)
    return lambda frame: (value := get(frame)) is not None and holds(value)


def _vmap(body) -> Step:
    get, word = expression(body["key"])
    if not isinstance(body["data"], dict):
        raise UnreadableError("unknown: a verdict map with a name")
    ways = []
    for key, verdict in body["data"]["set"]:
        ((kind, more),) = verdict.items()
        ways.append((_container([key], word), (kind, more["target"] if more else "")))

    def found(frame: Frame):
        value = get(frame)
        return False if value is None else next((way for holds, way in ways if holds(value)), False)

    return found


def _elements(right, sets: Mapping[str, list]) -> list:
    if isinstance(right, str) and right.startswith("@"):
        return sets[right[1:]]
    if isinstance(right, dict) and "set" in right:
        return right["set"]
    return right if isinstance(right, list) else [right]


def _container(elements: list, word) -> Callable[[tuple], bool]:
    """Whether a value is one of `elements`."""
    spans = [_span(each, word) for each in elements]
    exact = frozenset(tuple(low for low, _ in span) for span in spans if all(low == high for low, high in span))
    wide = [span for span in spans if any(low != high for low, high in span)]
    if not wide:
        return exact.__contains__
    return lambda value: (
        value in exact
        or any(all(low <= part <= high for part, (low, high) in zip(value, span, strict=True)) for span in wide)
    )


def _span(element, word) -> tuple[tuple, ...]:
    """From where to where each part of an element reaches."""
    if isinstance(element, dict) and "elem" in element:
        element = element["elem"]["val"]
    parts = element["concat"] if isinstance(element, dict) and "concat" in element else [element]
    if len(parts) != len(word):
        raise UnreadableError(f"unknown: {element} beside {len(word)} fields")
    return tuple(_part(part, read_word) for part, read_word in zip(parts, word, strict=True))


def _part(part, read_word: Callable[[object], int | str]) -> tuple:
    match part:
        case {"prefix": {"addr": address, "len": length}}:
            network = IPNetwork(f"{address}/{length}")
            return network.first, network.last
        case {"range": [low, high]}:
            return read_word(low), read_word(high)
        case str() if part.endswith("*") and read_word is str:
            return part[:-1], part[:-1] + END
        case str() | int():
            return read_word(part), read_word(part)
        case _:
            raise UnreadableError(f"unknown value: {part}")


# ---------------------------------------------------------------- fields


def expression(left) -> tuple[Getter, tuple[Callable, ...]]:
    """How to take an expression's value from a frame, and how to read each of its parts."""
    match left:
        case {"concat": parts}:
            read_parts = [expression(part) for part in parts]
            getters = [get for get, _ in read_parts]

            def joined(frame: Frame) -> Value:
                values = [get(frame) for get in getters]
                return None if None in values else tuple(value for (value,) in values)

            return joined, tuple(word for _, (word,) in read_parts)
        case {"&": [inner, mask]}:
            get, (word,) = expression(inner)
            bits = word(mask)
            return (lambda frame: None if (value := get(frame)) is None else (value[0] & bits,)), (word,)
        case {"meta": {"key": key}} if key in META:
            return META[key]
        case {"ct": {"key": "state"}}:
            return (lambda frame: (frame.state,)), (str,)
        case {"ct": {"key": "status"}}:
            return (lambda frame: ("dnat" if frame.dnat else "",)), (str,)
        case {"payload": {"protocol": protocol, "field": name}}:
            return _payload(protocol, name)
        case _:
            raise UnreadableError(f"unknown expression: {left}")


META: Mapping[str, tuple[Getter, tuple[Callable, ...]]] = {
    "iif": ((lambda frame: (frame.iif,)), (str,)),
    "iifname": ((lambda frame: (frame.iif,)), (str,)),
    "oif": ((lambda frame: (frame.oif,)), (str,)),
    "oifname": ((lambda frame: (frame.oif,)), (str,)),
    "nfproto": ((lambda frame: (frame.version,)), ({"ipv4": 4, "ipv6": 6}.__getitem__,)),
    "l4proto": ((lambda frame: (frame.protocol,)), (lambda name: PROTOCOLS.get(name) or int(name),)),
}


def _address(text: str) -> int:
    return int(IPAddress(text))


def _mac(text: str) -> int:
    return int(EUI(text))


def _payload(protocol: str, name: str) -> tuple[Getter, tuple[Callable, ...]]:
    """A header's field; nft adds by itself that the header has to be there, and does not list it."""
    match protocol, name:
        case "ether", "saddr":
            return (lambda f: None if f.mac is None else (f.mac,)), (_mac,)
        case "ip", "saddr" | "daddr":
            return (lambda f: (getattr(f, name),) if f.version == 4 else None), (_address,)
        case "ip6", "saddr" | "daddr":
            return (lambda f: (getattr(f, name),) if f.version == 6 else None), (_address,)
        case "tcp" | "udp", "dport":
            number = PROTOCOLS[protocol]
            return (lambda f: (f.dport,) if f.protocol == number else None), (int,)
        case "th", "dport":
            return _any_port, (int,)
        case "icmp" | "icmpv6", "type":
            number, names = PROTOCOLS[protocol], TYPES[protocol]
            return (lambda f: (f.icmp,) if f.protocol == number else None), (lambda name: names.get(name, name),)
        case _:
            raise UnreadableError(f"unknown field: {protocol} {name}")


def _any_port(frame: Frame) -> Value:
    if frame.dport is None:
        raise UnreadableError("a rule takes the first bytes of a protocol without ports for ports")
    return (frame.dport,)
