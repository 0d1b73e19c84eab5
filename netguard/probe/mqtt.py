"""MQTT: does a broker let in whoever knocks? One CONNECT without a login, and a polite DISCONNECT.

Nothing is subscribed to and nothing is published. Locks, hubs, alarms and whatever may be one of them are never asked:
a CONNECT without a login counts as trying to get in.
"""

import contextlib
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from netguard.model.device import Device, Service
from netguard.model.observation import Fact
from netguard.model.vocabulary import PortState, Transport
from netguard.net import limits
from netguard.net.access import Net
from netguard.net.connection import Connection, tls_context
from netguard.net.failures import NoAnswer
from netguard.probe import _said
from netguard.probe._contract import Ask, Learnt, Target, is_spared, looked_at, open_tcp, speaks_otherwise

NEEDS = frozenset({"ports", "banners", "tls"})
PROVIDES = frozenset({"mqtt"})

PLAIN_PORT, TLS_PORT = 1883, 8883
"""`mqtt` and `secure-mqtt` (IANA service names and port numbers)."""

TYPES = frozenset({"_mqtt._tcp", "_secure-mqtt._tcp"})
"""DNS-SD types by IANA's service names (RFC 6763, 7)."""

KEEP_ALIVE_SECONDS = 30
"""After one and a half times this the broker itself ends a connection that it lost sight of (MQTT 3.1.1, 3.1.2.10)."""

MAX_ANSWER = 1024
"""Bytes read of an answer. CONNACK has four in MQTT 3.1.1 and in MQTT 5 a few properties more; stops a flood."""

ACCEPTED = frozenset({0x00})
LOGIN_WANTED = frozenset({0x04, 0x05, 0x86, 0x87, 0x8C})
"""Bad user name or password, not authorised (MQTT 3.1.1, table 3.1), and the same with bad authentication method in
MQTT 5, 3.2.2.2. All other codes (protocol version, client identifier, server unavailable) say nothing about logins."""

_CONNACK = 0x20
_DISCONNECT = b"\xe0\x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a CONNACK says."""

    code: int

    @property
    def anonymous(self) -> bool | None:
        """Whether the broker let us in without a login; null where the code is about something else."""
        return True if self.code in ACCEPTED else False if self.code in LOGIN_WANTED else None


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """In the deep round 1883 and 8883, and what the device or its record says is MQTT.

    With TLS where the port showed that it speaks it; 8883 only then, since its failed handshake is written down already.
    """
    if ask.round != "deep" or is_spared(device):
        return
    known = _said.ports(device, ask, types=TYPES, word="MQTT") | {PLAIN_PORT}
    for service in open_tcp(device):
        if service.port in limits.PAYLOAD_BLOCKED_PORTS or speaks_otherwise(ask, service):
            continue
        secure = looked_at(ask, service, "tls.version")
        if looked_at(ask, service, "mqtt.code") or (service.port == TLS_PORT and not secure):
            continue
        if service.port in known or service.port == TLS_PORT:
            yield Target(address=service.address, port=service.port, secure=secure)


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """`mqtt.code`, and `mqtt.anonymous` where the code says so. Raises `NoAnswer` when it is no broker."""
    assert target.port is not None  # noqa: S101 - wants() gives one
    with net.connect(target.address, target.port) as connection:
        answer = _knock(connection, secure=target.secure)
    yield Service(address=target.address, transport=Transport.TCP, port=target.port, state=PortState.OPEN, name="mqtt")
    yield Fact(kind="mqtt.code", value=answer.code, transport=Transport.TCP, port=target.port)
    if answer.anonymous is not None:
        yield Fact(kind="mqtt.anonymous", value=answer.anonymous, transport=Transport.TCP, port=target.port)


def _knock(connection: Connection, *, secure: bool) -> Answer:
    if secure:
        connection.start_tls(tls_context())
    connection.send(connect(client_id()))
    answer = read(connection.receive(enough=is_complete))
    if answer.anonymous:
        # It may have gone already; what it said counts all the same.
        with contextlib.suppress(NoAnswer):
            connection.send(_DISCONNECT)
    return answer


def client_id() -> str:
    """A name that no other client has, since a broker throws out whoever had it (MQTT 3.1.1, 3.1.4).

    Up to 23 letters and digits are what every broker has to take (3.1.3.1); the first eight say to its owner who it was.
    """
    return f"netguard{secrets.token_hex(6)}"


def connect(name: str) -> bytes:
    """CONNECT of MQTT 3.1.1 with a clean session, without user name, password and will (3.1)."""
    body = b"\x00\x04MQTT\x04\x02" + KEEP_ALIVE_SECONDS.to_bytes(2) + len(name).to_bytes(2) + name.encode()
    return bytes((0x10, len(body))) + body


def is_complete(said: bytes) -> bool:
    """Whether the whole first packet is there, or it is none that we wait for."""
    if len(said) < 2:
        return False
    return said[0] != _CONNACK or said[1] > 0x7F or len(said) >= 2 + said[1] or len(said) > MAX_ANSWER


def read(said: bytes) -> Answer:
    """What a CONNACK says (MQTT 3.1.1, 3.2; MQTT 5, 3.2). Raises `NoAnswer` for anything else."""
    if not said:
        raise NoAnswer("it took the connection and gave no answer to MQTT's CONNECT")
    # Two bytes follow in MQTT 3.1.1; a broker that speaks MQTT 5 only may add properties. Bits 7 to 1 of the first are 0.
    if len(said) < 4 or said[0] != _CONNACK or not 2 <= said[1] <= 0x7F or said[2] > 1:
        raise NoAnswer("it answered something that is not MQTT")
    return Answer(code=said[3])
