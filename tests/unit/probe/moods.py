"""The moods in which every probe is tried: right, refusing, and whatever a broken or hostile service may do instead.

A probe has a fake of its own, `fakes/<probe>.py`, found by its name. It defines `RIGHT` (the service answers all that the
probe asks), `REFUSING` (it is the service, and asks for a login or declines), where the probe asks over UDP
`TRANSPORT = Transport.UDP`, where its target needs more than a port `target(port) -> Target`, and where it needs more than
the network `around(net)`, a context manager for the time of a look. The other moods are the same for all.
"""

import importlib
import os
import random
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from netguard import registry
from netguard.model.observation import Fact
from netguard.model.vocabulary import Transport
from netguard.net.access import Net
from netguard.net.failures import Failure
from netguard.probe._contract import Learnt, Target
from tests.servers import LOOPBACK, Listener, drip, flood, free_port, hang_up

Speak = Callable[[socket.socket], None]
"""A TCP service: does what it does on one accepted connection."""
Reply = Callable[[bytes], Iterable[bytes]]
"""A UDP service: the answers to one datagram."""

GARBAGE = random.Random(20_261_127).randbytes(4096)
TLS_NONSENSE = b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03" + b"\xff" * 4096
"""A ServerHello whose lengths lead beyond everything (RFC 8446, 5.1 and 4.1.3)."""


@dataclass(frozen=True, kw_only=True)
class Mood:
    """What a fake does, and what the probe has to make of it."""

    tcp: Speak | None = None
    udp: Reply | None = None
    learns: dict[str, Any] = field(default_factory=dict)
    """Facts that have to be learnt, by kind; `...` stands for any value."""
    not_learns: tuple[str, ...] = ()
    """Kinds of which nothing may be learnt."""
    service: str | None = None
    """Name of the service that has to be recognised."""
    reason: str | None = None
    """Regular expression of the reason that has to be given; null where none may be."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of one look: what was learnt until it ended, and the reason why it ended, if it failed."""

    learnt: tuple[Learnt, ...]
    reason: str | None
    seconds: float

    @property
    def facts(self) -> dict[str, Any]:
        return {each.kind: each.value for each in self.learnt if isinstance(each, Fact)}


def names() -> list[str]:
    """Every probe but the port engine, which has tests of its own."""
    return [name for name in registry.load_all("netguard.probe", "wants", "probe") if name != "ports"]


def fake(name: str) -> ModuleType:
    """The fake of the probe `name`. Raises `ModuleNotFoundError` where nobody made one."""
    return importlib.import_module(f"tests.unit.probe.fakes.{name.replace('-', '_')}")


def speaks(answers: Callable[[bytes], bytes | None], greeting: bytes = b"") -> Speak:
    """A TCP service that answers what it gets, as it gets it; None ends the connection."""

    def behave(peer: socket.socket) -> None:
        if greeting:
            peer.sendall(greeting)
        while data := peer.recv(65536):
            said = answers(data)
            if said is None:
                return
            peer.sendall(said)

    return behave


def silent(peer: socket.socket) -> None:
    """Takes everything and says nothing, until the other side has had enough."""
    while peer.recv(65536):
        pass


def garbage(peer: socket.socket) -> None:
    """Says something that means nothing, before and after it is asked."""
    peer.sendall(GARBAGE[:200])
    if peer.recv(65536):
        peer.sendall(GARBAGE)


def tls_nonsense(peer: socket.socket) -> None:
    """Answers the beginning of TLS, or anything else, with a broken handshake."""
    if peer.recv(65536):
        peer.sendall(TLS_NONSENSE)
        silent(peer)


def half_open(peer: socket.socket) -> None:
    """Says half a word and keeps the connection: the rest never comes."""
    peer.sendall(b"H")
    silent(peer)


def in_circles(peer: socket.socket) -> None:
    """A web page that sends whoever asks to itself, for ever."""
    host, port = peer.getsockname()
    asked = peer.recv(65536).split(b" ")
    where = asked[1] if len(asked) > 1 else b"/"
    again = b"/a" if where == b"/b" else b"/b"
    answer = b"HTTP/1.1 302 Found\r\nLocation: http://%s:%d%s\r\nContent-Length: 0\r\n\r\n" % (
        host.encode(),
        port,
        again,
    )
    peer.sendall(answer)


HOSTILE: dict[str, Mood] = {
    "garbage": Mood(tcp=garbage, udp=lambda _: [GARBAGE[:1000], b"", b"\0" * 512]),
    "silent": Mood(tcp=silent, udp=lambda _: []),
    "drip": Mood(tcp=drip(), udp=lambda _: [b"."]),
    "flood": Mood(tcp=flood(b"x" * 65536), udp=lambda _: [b"x" * 1400] * 500),
    "flood of lines": Mood(tcp=flood(b"220 ftp smtp HTTP/1.1 200 OK\r\n" * 500), udp=lambda _: [b"a\r\n" * 400] * 100),
    "half-open": Mood(tcp=half_open, udp=lambda data: [data[:1]]),
    "hanging up": Mood(tcp=hang_up, udp=lambda _: [b""]),
    "TLS with nonsense": Mood(tcp=tls_nonsense, udp=lambda _: [TLS_NONSENSE]),
    "redirected in circles": Mood(tcp=in_circles, udp=lambda data: [data]),
    "echo": Mood(tcp=speaks(lambda data: data), udp=lambda data: [data]),
}
"""What every probe has to bear: bounded, with facts or a reason, and no crash of its own."""


class Udp:
    """A UDP service on loopback that does what it is told to."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply
        self.received: list[bytes] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            data, peer = self._socket.recvfrom(65536)
            if peer == self._socket.getsockname():
                return
            self.received.append(data)
            for said in self._reply(data):
                try:
                    self._socket.sendto(said, peer)
                except OSError:  # the asker has left
                    break

    def close(self) -> None:
        self._socket.sendto(b"", self._socket.getsockname())
        self._thread.join(5)
        self._socket.close()


@contextmanager
def playing(mood: Mood | None, transport: Transport) -> Iterator[int]:
    """The port at which the fake is in this mood; None is a closed port."""
    if mood is None:
        if transport is Transport.TCP:
            yield free_port()
            return
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind(("127.0.0.1", 0))
            port = sock.getsockname()[1]
        yield port
        return
    server: Any
    if transport is Transport.UDP:
        assert mood.udp is not None, "this mood says nothing about UDP"
        server = Udp(mood.udp)
    else:
        assert mood.tcp is not None, "this mood says nothing about TCP"
        server = Listener(behave=mood.tcp)
    try:
        yield server.port
    finally:
        server.close()


def transport_of(name: str) -> Transport:
    """What the probe `name` speaks over."""
    transport: Transport = getattr(fake(name), "TRANSPORT", Transport.TCP)
    return transport


def target_of(name: str, port: int) -> Target:
    """What the probe `name` looks at where its fake serves `port`."""
    made = fake(name)
    if hasattr(made, "target"):
        target: Target = made.target(port)
        return target
    return Target(address=LOOPBACK, transport=transport_of(name), port=port)


def look(name: str, mood: Mood | None, net: Net) -> Outcome:
    """What the probe `name` makes of its fake in this mood. A crash of the probe's own passes through."""
    made = fake(name)
    module = registry.load("netguard.probe", name)
    learnt: list[Learnt] = []
    reason = None
    around = made.around(net) if hasattr(made, "around") else nullcontext()
    with playing(mood, transport_of(name)) as port, around:
        target = target_of(name, port)
        began = time.monotonic()
        try:
            # One after the other: what was learnt before a failure counts.
            learnt.extend(module.probe(target, net))
        except Failure as failure:
            reason = str(failure)
        seconds = time.monotonic() - began
    return Outcome(learnt=tuple(learnt), reason=reason, seconds=seconds)


def certificate(days: int = 3650, name: str = "device.example") -> tuple[bytes, bytes]:
    """A self-signed certificate and its key, both PEM, valid from yesterday; negative `days` have run out."""
    import datetime as dt

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    end = now + dt.timedelta(days=days)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(int.from_bytes(os.urandom(8)) | 1)
        .not_valid_before(min(now, end) - dt.timedelta(days=1))
        .not_valid_after(end)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM), key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
