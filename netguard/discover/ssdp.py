"""SSDP (UPnP Device Architecture 2.0, chapter 1): search by multicast over IPv4 and IPv6, ask gateway and hubs by themselves."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress

from netaddr import IPAddress

from netguard.discover._contract import Ask
from netguard.model.observation import Fact, Sighting, clean
from netguard.model.vocabulary import Transport
from netguard.net.access import Net
from netguard.net.datagram import Datagrams
from netguard.net.failures import NoAnswer, RefusedByUs

AFTER: frozenset[str] = frozenset()
LISTENS = False

GROUPS = {4: IPAddress("239.255.255.250"), 6: IPAddress("ff02::c")}
"""By IP version (UDA 2.0, 1.1 and annex A)."""

PORT = 1900
MX_SECONDS = 1
"""Longest delay devices may choose before they answer (UDA 2.0, 1.3.2)."""

ANSWER_SECONDS = MX_SECONDS + 0.25
"""Least listening: a device may wait for all of MX, and its answer then for a Wi-Fi beacon or two (0.1 s each)."""

LONGEST_SECONDS = MX_SECONDS + 0.8
"""Longest listening, while there is still something new to hear: slow stacks answer a search for everything one by one."""

HUBS_AFTER_SECONDS = 0.75
"""Listening after which gateway and hubs that have not answered are asked alone: by then ARP has found them, and who is
asked alone answers at once (UDA 2.0, 1.3.3), so that the rest of the listening is enough."""

QUIET_SECONDS = 0.25
"""Listening is over when nothing new came for so long, and its least time is over."""

STEP_SECONDS = 0.05
"""Listening between two looks whether anything new came."""

TTL = 2
"""UDA 2.0, 1.3.2: should default to 2."""

TARGETS = ("ssdp:all", "upnp:rootdevice")
MAX_HEADERS = 32
"""Header lines read of one answer; honest ones have about ten."""

MAX_HUBS = 32
"""Hubs asked by themselves; more than any home has."""

MAX_ANSWERS = 64
"""Answers kept of one address: a television with every service it has gives about forty. Stops endless new names."""

MAX_SOURCES = 1024
"""Addresses listened to; stops forged sources from filling the memory."""

_KINDS = {"ST": "ssdp.type", "NT": "ssdp.type", "USN": "ssdp.usn", "SERVER": "ssdp.server", "LOCATION": "ssdp.location"}
_ALIVE = frozenset({"ssdp:alive", "ssdp:update"})
"""Announcements that somebody is there (UDA 2.0, 1.2); goodbyes and events are none."""


def skip(ask: Ask) -> str | None:
    """Why it cannot run here: never; without IPv4 there is IPv6."""
    return None


def discover(ask: Ask, net: Net) -> Iterator[Sighting]:
    """One sighting for every answer or announcement heard; the same one twice only once.

    Raises `NoAnswer` when the search can be sent over IPv4 nor IPv6.
    """
    with ExitStack() as stack:
        search_party = _Search(ask, net, stack)
        search_party.everybody()
        yield from search_party.listen(HUBS_AFTER_SECONDS, HUBS_AFTER_SECONDS)
        # Whoever is known to matter and has said nothing yet is asked alone: multicast gets lost on Wi-Fi, unicast hardly.
        search_party.alone(a for a in ask.hubs()[:MAX_HUBS] if a not in search_party.answered)
        yield from search_party.listen(ANSWER_SECONDS - HUBS_AFTER_SECONDS, LONGEST_SECONDS - HUBS_AFTER_SECONDS)
        yield from search_party.flooders()


class _Search:
    """One search under way, over the groups that can be reached from here."""

    def __init__(self, ask: Ask, net: Net, stack: ExitStack) -> None:
        self._ask, self._net = ask, net
        self._own = {net.source, *ask.own_addresses}
        self._seen: set[tuple[IPAddress, tuple[Fact, ...]]] = set()
        self.answered: Counter[IPAddress] = Counter()
        """How many different answers were heard, by address."""
        self._cut: set[IPAddress] = set()
        """Who said more than is kept."""
        self._ears: dict[IPAddress, Datagrams] = {}
        failure: NoAnswer | RefusedByUs | None = None
        for version in (4, 6) if any(a.version == 4 for a in self._own) else (6,):
            group = GROUPS[version]
            try:
                self._ears[group] = stack.enter_context(net.datagrams(group=group, group_port=PORT, ttl=TTL))
            except (NoAnswer, RefusedByUs) as why:
                failure = why
        if failure is not None and not self._ears:
            raise failure

    def everybody(self) -> None:
        """Search both groups, and the gateway by itself, twice, since UDP gets lost (UDA 2.0, 1.3.2)."""
        failure: NoAnswer | RefusedByUs | None = None
        gateway = self._ask.surroundings.vantage.gateway
        for target in TARGETS:
            for group in tuple(self._ears):
                try:
                    for _ in range(2):
                        self._ears[group].send(search(target, group), group, PORT)
                except (NoAnswer, RefusedByUs) as why:
                    # One IP version that does not work here costs nothing of the other.
                    failure = why
                    del self._ears[group]
            if failure is not None and not self._ears:
                raise failure
            self.alone(() if gateway is None else (gateway.address,), (target,))

    def alone(self, addresses: Iterable[IPAddress], targets: Iterable[str] = TARGETS) -> bool:
        """Search single devices; whether there was anybody. One that cannot be reached costs nobody else's answers."""
        anybody = False
        for address in addresses:
            ears = self._ears.get(GROUPS[address.version])
            if ears is not None and address not in self._own and self._net.may_touch(address):
                for target in targets:
                    with suppress(NoAnswer, RefusedByUs):
                        ears.send(search(target, address), address, PORT)
                        anybody = True
        return anybody

    def listen(self, least: float, longest: float) -> Iterator[Sighting]:
        """What is heard in at least `least` seconds, and then as long as new things come, at most `longest`."""
        quiet, end = 0, time.monotonic() + longest
        for step in range(1, round(longest / STEP_SECONDS) + 1):
            before = self.answered.total()
            for ears in self._ears.values():
                for data, source in ears.hear(STEP_SECONDS / len(self._ears)):
                    if sighting := self._heard(data, source):
                        yield sighting
            quiet = 0 if self.answered.total() > before else quiet + 1
            patient = step * STEP_SECONDS < least or quiet * STEP_SECONDS < QUIET_SECONDS
            if not patient or time.monotonic() > end:
                return

    def flooders(self) -> Iterator[Sighting]:
        """One sighting of each who said more than was read."""
        loud = self._cut.union(*(ears.flooders for ears in self._ears.values()))
        for source in sorted(filter(self._may_be_heard, loud)):
            yield Sighting(
                source="ssdp",
                detail="said more than was read of it",
                address=source,
                facts=(Fact(kind="link.flood", value="ssdp", transport=Transport.UDP, port=PORT),),
            )

    def _may_be_heard(self, source: IPAddress) -> bool:
        """IPv4 addresses are compared with the targets; IPv6 ones must be on the link, too."""
        if source in self._own or not self._ask.is_target(source):
            return False
        return source.version == 4 or self._ask.is_near(source)

    def _heard(self, data: bytes, source: IPAddress) -> Sighting | None:
        if not self._may_be_heard(source) or len(self.answered) > MAX_SOURCES:
            return None
        if self.answered[source] >= MAX_ANSWERS:
            self._cut.add(source)
            return None
        facts = parse(data)
        if not facts or (source, facts) in self._seen:
            return None
        self._seen.add((source, facts))
        self.answered[source] += 1
        said = {fact.kind: str(fact.value) for fact in facts}
        return Sighting(
            source="ssdp",
            detail=f"{said.get('ssdp.type', 'something')} by {said.get('ssdp.server', 'an unnamed server')}",
            address=source,
            facts=facts,
        )


def search(target: str, host: IPAddress) -> bytes:
    """An M-SEARCH for `target` (UDA 2.0, 1.3.2); an IPv6 host stands in brackets (RFC 3986, 3.2.2)."""
    lines = (
        "M-SEARCH * HTTP/1.1",
        f"HOST: {f'[{host}]' if host.version == 6 else host}:{PORT}",
        'MAN: "ssdp:discover"',
        f"MX: {MX_SECONDS}",
        f"ST: {target}",
        "",
        "",
    )
    return "\r\n".join(lines).encode()


def parse(data: bytes) -> tuple[Fact, ...]:
    """The facts in an answer or a NOTIFY; empty for anything else, other people's searches and goodbyes included."""
    start, *lines = data.decode("utf-8", "replace").split("\r\n", MAX_HEADERS + 1)[: MAX_HEADERS + 1]
    notify = start.startswith("NOTIFY * HTTP/1.")
    if not (notify or start.startswith(("HTTP/1.1 200", "HTTP/1.0 200"))):
        return ()
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            headers.setdefault(name.strip().upper(), value.strip())
    if notify and headers.get("NTS", "").lower() not in _ALIVE:
        return ()
    # By kind, so that an announcement and an answer that say the same are the same.
    said = sorted({(_KINDS[name], value) for name, value in headers.items() if name in _KINDS and clean(value)})
    return tuple(Fact(kind=kind, value=value, transport=Transport.UDP, port=PORT) for kind, value in said)
