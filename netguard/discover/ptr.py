"""Names that the router knows (RFC 1035, 3.5): asks the name servers of this very network who the addresses found are.

Only servers on the link are asked, and only about addresses that no name server asks the internet about (RFC 6303).
"""

import re
import secrets
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass

from netaddr import IPAddress, IPNetwork

from netguard.discover import _mdns_packets as packets
from netguard.discover._contract import Ask
from netguard.model.observation import Sighting
from netguard.net.access import Net
from netguard.net.datagram import Datagrams
from netguard.net.failures import NoAnswer, RefusedByUs

AFTER = frozenset({"arp", "ndp", "ping"})
LISTENS = False

PORT = 53

PAUSE_SECONDS = 0.004
"""Between two questions, which also listens: 250 a second; each is one look into a table."""

QUIET_SECONDS = 0.25
"""Listening is over when no answer came for so long: a router answers from its own table in a few milliseconds."""

LONGEST_SECONDS = 0.6
"""Longest listening after the last question."""

STEP_SECONDS = 0.05
"""Listening between two looks whether anything came."""

MAX_SERVERS = 3
"""Name servers asked; systems take no more than that either (resolv.conf(5), MAXNS)."""

MAX_ASKED = 256
"""Addresses asked about; stops somebody who answers for a whole network from making it long."""

MAX_SHARING = 2
"""IPv4 addresses that may have one name: a computer on cable and Wi-Fi. A name of more is the server's, not the device's."""

CONTROL_TRIES = 32
"""Draws for an address that nobody has; in a network so full, nothing is known of the control, and nothing left out by it."""

HOME_PREFIXES = tuple(
    map(
        IPNetwork,
        (
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "169.254.0.0/16",
            "100.64.0.0/10",  # RFC 7793
            "192.0.2.0/24",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "fc00::/7",
            "2001:db8::/32",
        ),
    )
)
"""Their reverse names are never asked of the internet (RFC 6303, 4); a router would pass on questions about others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """Who was asked about whom."""

    server: IPAddress
    about: IPAddress
    name: str


def skip(ask: Ask) -> str | None:
    """Why it cannot run here; None when it can."""
    return None if _servers(ask) else "this network has no name server of its own"


def discover(ask: Ask, net: Net) -> Iterator[Sighting]:
    """One sighting of each address for each name that a server has for it and for nobody else.

    Raises `NoAnswer` when none of the servers can be asked from here.
    """
    servers = [s for s in _servers(ask) if net.may_touch(s)]
    own = {net.source, *ask.own_addresses}
    abouts = [a for a in ask.found() if a not in own and _is_home(a, ask)][:MAX_ASKED]
    if not servers or not abouts:
        return
    control = _nobody(ask)
    said: dict[tuple[IPAddress, IPAddress], str] = {}
    with ExitStack() as stack:
        asking = _Asking({v: stack.enter_context(net.datagrams(family=v)) for v in {s.version for s in servers}})
        # Whom nobody is, is asked first: what a server calls it, it calls everybody it does not know.
        for about in ([control] if control is not None else []) + abouts:
            for server in servers:
                asking.send(server, about)
                said.update(asking.heard(PAUSE_SECONDS))
        quiet, end = 0, time.monotonic() + LONGEST_SECONDS
        for _ in range(round(LONGEST_SECONDS / STEP_SECONDS)):
            before = len(asking.open)
            said.update(asking.heard(STEP_SECONDS))
            quiet = 0 if len(asking.open) < before else quiet + 1
            if not asking.open or quiet * STEP_SECONDS >= QUIET_SECONDS or time.monotonic() > end:
                break
    for server in servers:
        names = {about: name for (who, about), name in said.items() if who == server}
        yield from _sightings(server, names, control)


class _Asking:
    """Questions under way, over the sockets of each IP version."""

    def __init__(self, ears: dict[int, Datagrams]) -> None:
        self._ears = ears
        self.open: dict[int, _Question] = {}
        """Questions without an answer, by transaction id."""

    def send(self, server: IPAddress, about: IPAddress) -> None:
        """Ask `server` for the name of `about`, with a transaction id that cannot be guessed and no open question has."""
        while (number := secrets.randbelow(1 << 16)) in self.open:
            pass
        question = _Question(server=server, about=about, name=packets.reverse_name(about))
        # A server that cannot be reached costs nothing of the other one.
        with suppress(NoAnswer, RefusedByUs):
            self._ears[server.version].send(packets.unicast_query((question.name, packets.PTR), number), server, PORT)
            self.open[number] = question

    def heard(self, seconds: float) -> Iterator[tuple[tuple[IPAddress, IPAddress], str]]:
        """((server, address), name) for what is heard in `seconds`; answered questions are open no more.

        Transaction id, source and question must all be those of one open question.
        """
        for ears in self._ears.values():
            for data, source in ears.hear(seconds / len(self._ears)):
                # Before anything is taken apart: is it from who was asked that, with the number that went out?
                number = int.from_bytes(data[:2])
                question = self.open.get(number)
                if question is None or question.server != source:
                    continue
                message = packets.read(data)
                asked = [(question.name, packets.PTR)]
                if message is None or [(name.lower(), kind) for name, kind in message.questions] != asked:
                    continue
                del self.open[number]
                pointers = [r for r in message.records if r.type == packets.PTR and r.name.lower() == question.name]
                if message.code == 0 and pointers and pointers[0].value:
                    yield (source, question.about), pointers[0].value


def is_made_up(name: str, address: IPAddress) -> bool:
    """Whether `name` is nothing but `address` in other clothes: `192-168-1-20.lan`, `ip-c0a80114`, or its reverse name."""
    plain = name.lower()
    if plain.endswith((".in-addr.arpa", ".ip6.arpa")):
        return True
    if address.version == 4:
        parts = str(address).split(".")
        packed = bytes(map(int, parts)).hex()
        return packed in plain or any(
            re.search(rf"(?<!\d)0*{'[-._]0*'.join(order)}(?!\d)", plain) for order in (parts, parts[::-1])
        )
    digits = re.sub(r"[-._:]", "", plain)
    full = f"{int(address):032x}"
    return full in digits or full[::-1] in digits or str(address).replace(":", "-") in plain


def _servers(ask: Ask) -> list[IPAddress]:
    """The gateway and the name servers of this system, as far as they are on the link and are not this computer."""
    gateway = ask.surroundings.vantage.gateway
    known = (*((gateway.address,) if gateway is not None else ()), *ask.surroundings.dns)
    versions = {a.version for a in ask.own_addresses}
    usable = (s for s in dict.fromkeys(known) if s.version in versions and s not in ask.own_addresses)
    return [s for s in usable if ask.is_near(s)][:MAX_SERVERS]


def _is_home(address: IPAddress, ask: Ask) -> bool:
    """Whether a server of the home may know its name by itself. Link-local IPv6 addresses get no name from anybody."""
    return ask.is_near(address) and any(address in prefix for prefix in HOME_PREFIXES)


def _nobody(ask: Ask) -> IPAddress | None:
    """An IPv4 address of the network that nobody was seen at, drawn at random; null when there seems to be none."""
    prefix = ask.surroundings.vantage.segment.prefix
    if prefix.version != 4 or prefix.size < 4:
        return None
    taken = {*ask.found(), *(n.address for n in ask.neighbours()), *ask.own_addresses}
    for _ in range(CONTROL_TRIES):
        drawn = IPAddress(prefix.first + 1 + secrets.randbelow(prefix.size - 2))
        if drawn not in taken and any(drawn in home for home in HOME_PREFIXES):
            return drawn
    return None


def _sightings(server: IPAddress, names: dict[IPAddress, str], control: IPAddress | None) -> Iterator[Sighting]:
    """The names of one server that belong to one device each."""
    wildcard = names.pop(control, None) if control is not None else None
    sharing: dict[str, Counter[int]] = defaultdict(Counter)
    for about, name in names.items():
        sharing[name.lower()][about.version] += 1
    for about, name in sorted(names.items()):
        first = name.partition(".")[0].lower()
        if sharing[name.lower()][4] > MAX_SHARING or first in {"", "localhost"} or is_made_up(name, about):
            continue
        if wildcard is not None and name.lower() == wildcard.lower():
            continue
        yield Sighting(source="ptr", detail=f"{server} calls it {name}", address=about, hostnames=(name,), hearsay=True)
