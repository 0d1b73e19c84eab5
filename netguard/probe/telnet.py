"""Telnet that keeps its prompt back until its options have been answered: they are refused, and it shows what it asks for.

The telnetd of GNU inetutils, and those of BSD that it came from, ask for the terminal's type and speed first, and begin the
login when they know (inetutils, telnetd/utility.c, `getterminaltype`); whoever only listens sees no prompt. An option that
one does not have is refused with WONT and DONT (RFC 854, general considerations), which is all that is sent: no name, no
password, no command. Locks, hubs, alarms and what may be one are not asked.
"""

from collections.abc import Iterable, Iterator

from netguard.model.device import Device, Service
from netguard.model.observation import Fact
from netguard.model.vocabulary import PortState, Transport
from netguard.net import limits
from netguard.net.access import Net
from netguard.net.control import Deadline
from netguard.net.failures import NoAnswer
from netguard.probe import _telnet
from netguard.probe._contract import Ask, Learnt, Target, is_spared, open_tcp

NEEDS = frozenset({"ports", "banners"})
PROVIDES = frozenset({"telnet"})

SECONDS = 4.0
"""Longest that one conversation takes: a small device forks two programs before it shows a prompt."""

MAX_SHOWN = 2048
"""Bytes read of one conversation; GNU's telnetd says sixty before its prompt, and an issue file has a few lines."""

MAX_REFUSALS = 40
"""Options refused in one conversation: GNU's telnetd has fifteen. Stops a peer that offers them for ever."""


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """In the deep round every telnet service that showed no prompt while one listened."""
    if ask.round != "deep" or is_spared(device):
        return
    for service in open_tcp(device):
        said = {f.value for f in ask.facts if f.kind == "telnet.login" and f.port == service.port}
        if said == {"silent"} and service.port not in limits.PAYLOAD_BLOCKED_PORTS:
            yield Target(address=service.address, port=service.port)


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """`telnet.banner` and `telnet.login`. Raises `NoAnswer` when it shows nothing that way either."""
    assert target.port is not None  # noqa: S101 - wants() gives one
    said, refused, deadline = b"", 0, Deadline(SECONDS)
    with net.connect(target.address, target.port) as connection:
        while len(said) < MAX_SHOWN and _telnet.asks_for(_telnet.text(said)) == "silent":
            more = connection.receive(enough=bool, seconds=deadline.remaining)
            if not more:
                break
            said += more
            refusals = refuse(_telnet.offers(said)[refused:MAX_REFUSALS])
            if refusals:
                refused += len(refusals) // 3
                connection.send(refusals)
    shown = _telnet.text(said[:MAX_SHOWN])
    if not refused or not shown:
        raise NoAnswer("it showed nothing, also when its options were refused")

    def fact(kind: str, value: str) -> Fact:
        return Fact(kind=kind, value=value, transport=Transport.TCP, port=target.port)

    yield Service(
        address=target.address, transport=Transport.TCP, port=target.port, state=PortState.OPEN, name="telnet"
    )
    yield fact("telnet.banner", shown)
    yield fact("telnet.login", _telnet.asks_for(shown))


def refuse(offers: Iterable[tuple[int, int]]) -> bytes:
    """The answers to what it offers and wants: DONT to WILL, WONT to DO."""
    answers = {_telnet.WILL: _telnet.DONT, _telnet.DO: _telnet.WONT}
    return b"".join(bytes((_telnet.IAC, answers[verb], option)) for verb, option in offers)
