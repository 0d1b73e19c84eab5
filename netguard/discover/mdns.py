"""mDNS and DNS-SD (RFC 6762, RFC 6763): which services are announced, by whom, with what in their TXT records, and names.

Asked in turns, over IPv4 and IPv6: all types; what is new, and once more what may have been lost; what is vague, and the
names of the silent; at last those who were heard late. A turn ends when nothing new comes.
"""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack

from netaddr import IPAddress

from netguard.discover import _mdns_packets as packets
from netguard.discover import _mdns_talkers as talk
from netguard.discover._contract import Ask
from netguard.model.observation import Sighting
from netguard.net.access import Net
from netguard.net.datagram import Datagrams
from netguard.net.failures import Cancelled, NoAnswer, OutOfTime, RefusedByUs

AFTER: frozenset[str] = frozenset()
LISTENS = False

GROUPS = {4: IPAddress("224.0.0.251"), 6: IPAddress("ff02::fb")}
"""By IP version (RFC 6762, 3)."""

TTL = 255
"""RFC 6762, 11."""

ANSWER_SECONDS = 0.45
"""Least listening of a turn: answers are delayed by 20 to 120 ms (RFC 6762, 6), and power-saving stations hear multicast with
a beacon only, every 100 to 300 ms. Who is later than that is heard in the next turn."""

ALONE_SECONDS = 0.25
"""The same for those who are asked alone: they have just spoken, so they are awake."""

QUIET_SECONDS = 0.2
"""A turn is over when its least time is over and nothing new came for so long: more than the longest delay of an answer."""

LONGEST_SECONDS = (1.2, 1.0, 0.6, 0.4)
"""Longest listening of each turn, however much comes; 3.2 s together."""

STEP_SECONDS = 0.05
"""Listening between two looks whether anything new came."""

MAX_TYPES = 128
"""Types asked for at most, however many are announced to us."""

MAX_TYPES_OF_ONE = 24
"""Types asked for because one address named them; a Mac has about fifteen. Stops one from using up the room for all."""

MAX_VAGUE, MAX_VAGUE_OF_ONE = 512, 32
"""Questions about services that were not fully heard, in all and about one address, for the same reason."""

MAX_REVERSE = 256
"""Addresses whose names are asked for: a home's, and not those of a network somebody invented for us."""

MAX_LATE = 32
"""Speakers asked by themselves because they were heard late."""

MAX_TALKERS = 1024
"""Addresses listened to; stops forged sources from filling the memory."""

MAX_READING = 0.25
"""Computing seconds spent on taking apart what one address says in all; honest packets take a few milliseconds each. Stops one that
makes names expensive from using up the time in which the others are heard."""

PACKETS_PER_TURN = 64
"""Packets read from one address in one turn: stops a peer that answers thousands of times."""


def skip(ask: Ask) -> str | None:
    """Why it cannot run here: never; without IPv4 there is IPv6."""
    return None


def discover(ask: Ask, net: Net) -> Iterator[Sighting]:
    """Sightings of every address that said anything, and of the Thread devices that border routers speak for.

    What was heard is given even when the time is over or the scan is interrupted meanwhile; then that is raised. Raises
    `NoAnswer` when nothing can be asked over IPv4 nor IPv6.
    """
    with ExitStack() as stack:
        room = _Room(ask, net, stack)
        stopped: Cancelled | OutOfTime | None = None
        try:
            room.ask_in_turns()
        except (Cancelled, OutOfTime) as reason:
            stopped = reason
        room.note_flooders()
    taken = {*ask.found(), *(n.address for n in ask.neighbours()), *room.own}
    for sighting in talk.sightings(room.talkers.values(), ask.is_near, taken):
        # Who asks for one device only is told of that one, and not of those that it speaks for.
        if ask.is_whole or sighting.address in room.talkers:
            yield sighting
    if stopped is not None:
        raise stopped


class _Room:
    """Who speaks on the link, over the groups that can be reached from here."""

    def __init__(self, ask: Ask, net: Net, stack: ExitStack) -> None:
        self._ask, self._net = ask, net
        self.talkers: dict[IPAddress, talk.Talker] = {}
        self.own = {net.source, *ask.own_addresses}
        self._ears: dict[IPAddress, Datagrams] = {}
        failure: NoAnswer | RefusedByUs | None = None
        versions = (4, 6) if any(a.version == 4 for a in self.own) else (6,)
        for group in (GROUPS[version] for version in versions):
            try:
                ears = stack.enter_context(net.datagrams(group=group, group_port=packets.PORT, ttl=TTL))
            except (NoAnswer, RefusedByUs) as why:
                failure = why
            else:
                self._ears[group] = ears
        if failure is not None and not self._ears:
            raise failure

    def ask_in_turns(self) -> None:
        """Four turns, the last only when there is somebody for it."""
        types = sorted(set(self._ask.service_types))[:MAX_TYPES]
        first = [(talk.ENUMERATION, packets.PTR), *_of_types(types)]
        self._turn(first, LONGEST_SECONDS[0])
        new = self._new_types(types)
        self._turn([*_of_types(new), *first], LONGEST_SECONDS[1], self._known(first))
        early = set(self.talkers)
        last = self._new_types([*types, *new])
        vague = [q for talker in self.talkers.values() for q in talker.vague()[:MAX_VAGUE_OF_ONE]][:MAX_VAGUE]
        # What was new in the second turn is asked once more, too; what turns up only there, once.
        asked = [*_of_types([*last, *new]), *dict.fromkeys(vague), *self._unnamed()]
        self._turn(asked, LONGEST_SECONDS[2], self._known(_of_types(new)))
        self._ask_late(set(self.talkers) - early, [*_of_types([*types, *new, *last]), first[0]])

    def note_flooders(self) -> None:
        """Mark those who said more than the sockets read of one."""
        for loud in set().union(*(ears.flooders for ears in self._ears.values())) & self.talkers.keys():
            self.talkers[loud].cut = True

    def _turn(
        self, questions: Iterable[packets.Question], longest: float, known: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        """Ask everybody, and listen. Raises `NoAnswer` when no group can be reached."""
        asked, began = list(packets.queries(questions, known)), time.monotonic()
        failure: NoAnswer | RefusedByUs | None = None
        for group in tuple(self._ears):
            try:
                for packet in asked:
                    self._ears[group].send(packet, group, packets.PORT)
            except (NoAnswer, RefusedByUs) as why:
                # One IP version that does not work here costs nothing of the other.
                failure = why
                del self._ears[group]
        if failure is not None and not self._ears:
            raise failure
        self._listen(ANSWER_SECONDS, longest, time.monotonic() - began)

    def _ask_late(self, late: set[IPAddress], questions: list[packets.Question]) -> None:
        """Ask those by themselves (RFC 6762, 5.5) who were heard after the types had been asked for: they missed it."""
        found = frozenset(self._ask.found())
        late_ones = [a for a in sorted(late) if a in found and self._net.may_touch(a)][:MAX_LATE]
        if not late_ones:
            return
        asked = list(packets.queries(questions))
        for address in late_ones:
            ears = self._ears.get(GROUPS[address.version])
            try:
                for packet in asked if ears is not None else ():
                    ears.send(packet, address, packets.PORT)  # type: ignore[union-attr]
            except (NoAnswer, RefusedByUs):
                continue
        self._listen(ALONE_SECONDS, LONGEST_SECONDS[3])

    def _listen(self, least: float, longest: float, waited: float = 0.0) -> None:
        """Read what comes for `least` seconds and until nothing new came for `QUIET_SECONDS`, at most `longest` seconds.

        `waited` of them have gone by since the questions were sent; what came meanwhile waits to be read, and is read on
        the slowest computer, too.
        """
        heard: Counter[IPAddress] = Counter()
        left = max(QUIET_SECONDS, longest - waited)
        quiet, end = 0, time.monotonic() + left
        for step in range(1, round(left / STEP_SECONDS) + 1):
            before = sum(talker.grown for talker in self.talkers.values())
            for ears in self._ears.values():
                for data, source in ears.hear(STEP_SECONDS / len(self._ears)):
                    heard[source] += 1
                    self._take(data, source, too_much=heard[source] > PACKETS_PER_TURN)
            grown = sum(talker.grown for talker in self.talkers.values()) > before
            quiet = 0 if grown else quiet + 1
            patient = waited + step * STEP_SECONDS < least or quiet * STEP_SECONDS < QUIET_SECONDS
            if not patient or time.monotonic() > end:
                return

    def _take(self, data: bytes, source: IPAddress, *, too_much: bool) -> None:
        """Add what `data` says to what `source` has said, if it may be listened to and has not said too much already."""
        if (
            source in self.own
            or not self._ask.is_target(source)
            or not (source.version == 4 or self._ask.is_near(source))
        ):
            return
        talker = self.talkers.get(source)
        if talker is None:
            if len(self.talkers) >= MAX_TALKERS:
                return
            talker = self.talkers[source] = talk.Talker(address=source)
        mark = hash(data)
        if mark in talker.heard:
            return
        if too_much or talker.reading > MAX_READING:
            talker.cut = True
            return
        talker.heard.add(mark)
        began = time.thread_time()
        message = packets.read(data)
        for record in message.records if message is not None else ():
            talker.note(record)
        talker.reading += time.thread_time() - began

    def _new_types(self, asked: Sequence[str]) -> list[str]:
        before = set(asked)
        named = {name for t in self.talkers.values() for name in sorted(t.types - before)[:MAX_TYPES_OF_ONE]}
        return sorted(named)[: max(0, MAX_TYPES - len(asked))]

    def _known(self, asked: Iterable[packets.Question]) -> dict[str, list[str]]:
        """The answers heard so far to what was `asked` before, by the name asked for (RFC 6762, 7.1).

        What is asked for the first time goes without, or those who take no known answers would never hear of it.
        """
        before = {name for name, _ in asked}
        known: dict[str, dict[str, None]] = {}
        for talker in self.talkers.values():
            for name in sorted(talker.types):
                known.setdefault(talk.ENUMERATION, {})[f"{name}.local"] = None
            for name in sorted(talker.instances):
                known.setdefault(f"{packets.service_type(name)}.local", {})[f"{name}.local"] = None
        return {name: list(answers) for name, answers in known.items() if name in before}

    def _unnamed(self) -> list[packets.Question]:
        """Reverse names of the addresses found so far that have not said their own name."""
        named = {address for address, talker in self.talkers.items() if talker.own}
        wanted = [a for a in self._ask.found() if a not in named and a not in self.own and self._net.may_touch(a)]
        return [(packets.reverse_name(address), packets.PTR) for address in wanted[:MAX_REVERSE]]


def _of_types(types: Iterable[str]) -> list[packets.Question]:
    return [(f"{name}.local", packets.PTR) for name in types]
