"""A network that exists in the test only: it remembers what was sent and plays back what was said."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from netaddr import IPAddress

from netguard.discover._contract import Ask
from netguard.model import address
from netguard.model.surroundings import Interface, Surroundings
from netguard.model.vantage import NextHop, Segment, Vantage
from netguard.net.control import Cancel

OWN = address.ip("192.0.2.10")
OWN_MAC = address.mac("00:00:5e:00:53:10")


class FakeNet:
    """`heard` is one list of (data, source) for each listening; `frames` one list of frames for each round."""

    def __init__(self, heard=(), frames=(), states=None, untouchable=(), unreachable=()):
        self.source = OWN
        self.heard, self.frames, self.states = list(heard), list(frames), states or {}
        self.untouchable, self.unreachable = set(untouchable), set(unreachable)
        self.sent: list[tuple[bytes, IPAddress, int]] = []
        self.asked: list[tuple[bytes, IPAddress]] = []
        self.knocked: list[tuple[IPAddress, int]] = []
        self.kinds: list[str] = []
        self.cancel = Cancel()

    def may_touch(self, at):
        return at not in self.untouchable

    @contextmanager
    def datagrams(self, *, group=None, group_port=0, ttl=1) -> Iterator["FakeNet"]:
        self.group = (group, group_port, ttl)
        yield self

    def send(self, data, at, port):
        from netguard.net.failures import NoAnswer

        if at in self.unreachable:
            raise NoAnswer(f"nothing could be sent to {at}")
        self.sent.append((data, at, port))

    def hear(self, seconds):
        yield from self.heard.pop(0) if self.heard else ()

    @contextmanager
    def raw(self, kind) -> Iterator["FakeNet"]:
        self.kinds.append(kind)
        yield self

    def ask(self, frame, about):
        if about in self.untouchable:
            return False
        self.asked.append((frame, about))
        return True

    def frames_until_quiet(self, quiet, empty, longest):
        assert quiet <= longest
        yield from self.frames.pop(0) if self.frames else ()

    def frames_while(self, going):
        for frame in self.frames.pop(0) if self.frames else ():
            if not going():
                return
            yield frame

    def knock(self, addresses, ports):
        self.knocked = [(at, port) for port in ports for at in addresses]
        return {peer: self.states[peer] for peer in self.knocked if peer in self.states}


def make_ask(
    *,
    targets=("192.0.2.0/28",),
    neighbours=(),
    gateway="192.0.2.1",
    mac=OWN_MAC,
    own=OWN,
    own6=(),
    prefixes=(),
    **given,
):
    vantage = Vantage(
        os="linux",
        interface="eth0",
        address=own,
        mac=mac,
        segment=Segment(prefix=address.network("192.0.2.0/24")),
        gateway=NextHop(address=address.ip(gateway)) if gateway else None,
    )
    return Ask(
        surroundings=Surroundings(
            vantage=vantage,
            interfaces=(Interface(name="eth0", kind="wired", mac=mac, addresses=(own, *map(address.ip, own6))),),
            prefixes=tuple(map(address.network, prefixes)),
        ),
        targets=tuple(map(address.network, targets)),
        neighbours=lambda: tuple(neighbours),
        **given,
    )


@pytest.fixture
def ask():
    return make_ask


@pytest.fixture
def fake_net():
    return FakeNet
