"""Where a device may go, from its record and from what was learnt by listening to it. Pure.

| its record says | learnt | `talks` |
|---|---|---|
| where it goes | other places beside | both, and which were learnt |
| that it needs nothing of the internet | places | none: its maker says that it works without, and its owner is told where it went |
| nothing, or ports without a place | places that have a name | these (and what the record names), instead of everything |
| nothing, or ports without a place | that it went nowhere in `ENOUGH` | none |
| nothing, or ports without a place | nothing that a plan can say, or too short | everything, as without having listened |

So what was learnt never opens everything, and never takes a place away that a record names. A plan knows places by their
names only. What else was seen is told to the owner: addresses that nobody asked a name for, other resolvers, what is inside
the home. Who was taken over while it was listened to has taught its master's names, so the owner is asked to read them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from netaddr import IPAddress, IPNetwork

from netguard.advise.policy import is_bogon, leads_to
from netguard.model import ports as port_text
from netguard.model.egress import Learnt, Went
from netguard.model.plan import MAX_ENTRIES, MAX_NAMES, MAX_PORTS, Domain, Talk
from netguard.model.vocabulary import Transport

ENOUGH = timedelta(days=7)
"""What people do has a week's rhythm, and devices look for updates every day to every week."""

RESOLVING = frozenset({53, 853})
"""Questions for names, plain and encrypted (RFC 1035, 4.2; RFC 7858, 3.1; RFC 9250, 4.1.1): the router answers those."""

NTP, HTTPS = 123, 443
"""RFC 5905, 7.2; RFC 9110, 4.2.2."""

AT_HOME = ("local", "localhost", "arpa", "lan", "home", "internal", "invalid", "onion")
"""Ends of names that lead nowhere in the internet (RFC 6761; RFC 6762, 3; RFC 7686; RFC 8375; ICANN's .internal, 2024)."""

REGISTRY = frozenset({"ac", "co", "com", "edu", "gob", "gov", "go", "ne", "net", "or", "org"})
"""Second labels below a country's, under which anybody has a name (https://publicsuffix.org/list/): `co.uk`."""

ANYBODYS = frozenset(
    {
        "appspot.com", "azurewebsites.net", "cloudfront.net", "duckdns.org", "github.io", "herokuapp.com", "ngrok.io", "web.app",
    }
)  # fmt: skip
"""Names of which everybody can have one below (https://publicsuffix.org/list/, its private part)."""

MOST_SHOWN = 8
"""Places listed in a remark; a person reads a few."""

Talks = tuple[Talk, ...] | Literal["any"]
Place = tuple[Transport, Domain]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What a device's record says: `talks`, remarks about them, and of a record that does not say it all the part it says."""

    talks: Talks
    remarks: tuple[str, ...]
    named: tuple[Talk, ...] = ()


@dataclass(slots=True)
class _Seen:
    """What was learnt, sorted by what a plan can say of it."""

    ports: dict[Place, set[int]] = field(default_factory=dict)
    often: dict[Place, int] = field(default_factory=dict)
    guessed: set[Domain] = field(default_factory=set)
    unnamed: set[str] = field(default_factory=set)
    resolvers: set[str] = field(default_factory=set)
    inside: set[str] = field(default_factory=set)
    anybodys: set[Domain] = field(default_factory=set)
    time: bool = False

    def add(self, place: Place, ports: Iterable[int], seen: int) -> None:
        """One more place in the internet."""
        self.ports.setdefault(place, set()).update(ports)
        self.often[place] = self.often.get(place, 0) + seen


def joined(recorded: Recorded, learnt: Sequence[Learnt], home: Iterable[IPNetwork]) -> tuple[Talks, tuple[str, ...]]:
    """Where a device may go, and what its owner should know of that. `home` are the prefixes inside."""
    if not learnt:
        return recorded.talks, recorded.remarks
    found = _sorted(learnt, tuple(home))
    listened = max(each.length for each in learnt)
    short = listened < ENOUGH
    if recorded.talks == ():
        return (), (*recorded.remarks, *_closed(found))
    known = recorded.named if recorded.talks == "any" else recorded.talks
    assert not isinstance(known, str)  # noqa: S101 - "any" was told apart
    more, left_out = _talks(found, known, MAX_ENTRIES - 1 - len(known))
    found.guessed &= {name for talk in more for name in talk.names}
    said: list[str] = []
    if recorded.talks != "any":
        said += recorded.remarks
        if more:
            said.append(
                f"Learnt beside what its record says: {_listed(_names(more))}. Take out what you do not recognise."
            )
    elif more:
        said.append(
            f"Where it may go was learnt by listening to it for {_length(listened)}; no record says it. Take out what you do not recognise."
        )
    elif short or found.unnamed or found.anybodys:
        why = (
            "it went to no place that a plan can name"
            if found.unnamed or found.anybodys
            else f"{_length(listened)} of listening, in which it went nowhere, are too short to close it"
        )
        return "any", (*recorded.remarks, f"What was learnt of it does not help: {why}.", *_told(found, closes=False))
    elif known:
        said.append(f"In {_length(listened)} it went nowhere but where its record names a place.")
    else:
        said = [
            f"It went nowhere in the internet in {_length(listened)}{', but for the time' if found.time else ', so it gets none'}."
        ]
        return (clock(),) if found.time else (), (*said, *_told(found))
    if short:
        said.append(
            f"It was listened to for {_length(listened)} only: what it does once a week, an update or a new certificate, may be missing."
        )
    if left_out:
        said.append(f"{left_out} more places were learnt than a plan can hold; those that it used least were left out.")
    return _in_order((*known, *more, clock())), (*said, *_told(found))


def clock() -> Talk:
    """The time: a clock that is wrong makes every TLS connection fail, whatever a record forgot to say."""
    return Talk(transport=Transport.UDP, ports=(NTP,), service="ntp")


def _in_order(talks: Iterable[Talk]) -> tuple[Talk, ...]:
    return tuple(sorted(set(talks), key=lambda t: (t.service is not None, t.transport, t.names, t.ports)))


def _sorted(learnt: Iterable[Learnt], home: tuple[IPNetwork, ...]) -> _Seen:
    found = _Seen()
    flows = [went for each in learnt for went in each.flows]
    for went in sorted(flows, key=lambda w: w.transport is None):  # ports that were seen before those that are guessed
        _sort(found, went, home)
    # What a name further up may do already.
    for transport, name in list(found.ports):
        above = [p for (t, n), p in found.ports.items() if t is transport and n != name and leads_to(name, n)]
        if any(found.ports[transport, name] <= ports for ports in above):
            del found.ports[transport, name]
    return found


def _sort(found: _Seen, went: Went, home: tuple[IPNetwork, ...]) -> None:
    local = {a for a in went.addresses if is_bogon(a) or any(a in prefix for prefix in home)}
    names = [n for n in went.names if n.rpartition(".")[2] not in AT_HOME]
    if went.transport is None:
        for name in names:
            if is_anybodys(name):
                found.anybodys.add(name)
            elif not any(n == name and t is Transport.TCP for t, n in found.ports):
                found.guessed.add(name)
                found.add((Transport.TCP, name), {HTTPS}, went.seen)
        return
    if local and local == set(went.addresses):
        found.inside.update(_shown(a, went.transport, went.ports) for a in local)
        return
    ports = set(went.ports) - RESOLVING
    if ports != set(went.ports):
        found.resolvers.update(map(str, (*names, *(a for a in went.addresses if a not in local))))
    if went.transport is Transport.UDP:
        found.time |= NTP in ports
        ports.discard(NTP)  # whoever may go anywhere may ask for the time
    if not ports:
        return
    if not went.names:
        found.unnamed.update(_shown(a, went.transport, ports) for a in went.addresses if a not in local)
    for name in names:
        if is_anybodys(name):
            found.anybodys.add(name)
        else:
            found.add((went.transport, name), ports, went.seen)


def is_anybodys(name: Domain) -> bool:
    """Whether everybody can have a name below this one, so that allowing it would allow anything."""
    above, _, last = name.rpartition(".")
    return name in ANYBODYS or (len(last) == 2 and above in REGISTRY)


def _talks(found: _Seen, known: tuple[Talk, ...], room: int) -> tuple[tuple[Talk, ...], int]:
    """What is not in `known` as entries of a plan, at most `room`, those that were used most; and how many names were left out."""
    groups: dict[tuple[Transport, tuple[int, ...]], list[Domain]] = {}
    for (transport, name), ports in found.ports.items():
        new = {p for p in ports if not any(_covers(talk, transport, name, p) for talk in known)}
        if new:
            groups.setdefault((transport, tuple(sorted(new))), []).append(name)
    made: list[tuple[int, Talk]] = []
    for (transport, listed), names in groups.items():
        used = sorted(names, key=lambda n: (-found.often[transport, n], n))
        for start in range(0, len(used), MAX_NAMES):
            some = used[start : start + MAX_NAMES]
            often = found.often[transport, some[0]]
            for first in range(0, len(listed), MAX_PORTS):
                few = listed[first : first + MAX_PORTS]
                made.append((often, Talk(transport=transport, ports=few, names=tuple(sorted(some)))))
    made.sort(key=lambda each: (-each[0], each[1].transport, each[1].names, each[1].ports))
    kept, rest = made[: max(room, 0)], made[max(room, 0) :]
    return tuple(t for _, t in kept), len({n for _, t in rest for n in t.names})


def _covers(talk: Talk, transport: Transport, name: Domain, port: int) -> bool:
    return talk.transport is transport and port in talk.ports and any(leads_to(name, above) for above in talk.names)


def _closed(found: _Seen) -> Iterator[str]:
    """Of a device that gets no internet: where it went all the same."""
    went = [
        *_unique(n for _, n in found.ports),
        *sorted(found.unnamed),
        *sorted(found.anybodys),
        *sorted(found.resolvers),
    ]
    if went:
        yield f"It went to {_listed(went)} all the same, which its record does not ask for: add it to `talks` if something stops."
    if found.inside:
        yield from _told(_Seen(inside=found.inside))


def _told(found: _Seen, *, closes: bool = True) -> Iterator[str]:
    """What a plan cannot say of what was learnt. `closes`: whether it ends by this plan."""
    if found.guessed:
        yield f"It asked for {_listed(sorted(found.guessed))}; which ports it uses there was not seen, TCP 443 is a guess."
    if found.unnamed:
        end = "; that ends. If something stops, give it `talks: any`" if closes else ""
        yield f"It went to addresses whose names nobody asked for, and a plan knows names only: {_listed(sorted(found.unnamed))}{end}."
    if found.anybodys:
        yield f"Below {_listed(sorted(found.anybodys))} anybody can have a name, so it is not in `talks`: write the whole name there."
    if found.resolvers and closes:
        yield (
            f"It asked others than the router for names ({_listed(sorted(found.resolvers))}), which ends: a place is known only when the "
            "router was asked for it."
        )
    if found.inside:
        yield f"It went to {_listed(sorted(found.inside))}, which is inside: what is in another network needs an entry there under `listens`."


def _names(talks: Iterable[Talk]) -> list[str]:
    return [f"{name} ({t.transport}/{port_text.render(t.ports)})" for t in talks for name in t.names]


def _unique(names: Iterable[Domain]) -> list[str]:
    return sorted(set(names))


def _shown(own: IPAddress, transport: Transport, ports: Iterable[int]) -> str:
    return f"{own} {transport}/{port_text.render(tuple(sorted(ports)))}"


def _listed(found: Sequence[str]) -> str:
    more = f" and {len(found) - MOST_SHOWN} more" if len(found) > MOST_SHOWN else ""
    return ", ".join(found[:MOST_SHOWN]) + more


def _length(listened: timedelta) -> str:
    """How long that is, in the largest whole unit."""
    minutes = int(listened.total_seconds()) // 60
    for word, size in (("day", 24 * 60), ("hour", 60), ("minute", 1)):
        if minutes >= size:
            count = minutes // size
            return f"{count} {word}{'s' if count > 1 else ''}"
    return "less than a minute"
