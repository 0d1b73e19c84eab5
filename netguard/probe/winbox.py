"""Winbox (TCP 8291): does MikroTik's management protocol answer there? The opening of its key exchange, and nothing after it.

MikroTik does not publish the protocol. What is publicly known of it begins in one of three ways: with a request for a file,
which is how CVE-2018-14847 was used and is never sent; with a request for a login's challenge, in RouterOS before 6.43; and
since then with a key exchange (Margin Research, "MikroTik Authentication Revealed" and its `mikrotik_authentication`): a
length, the byte 6, a user's name and a public key. The router answers with a key of its own. No known exchange says less and
is still told apart, so this one is sent, as every Winbox client since 2018 sends it:

- It tries no password. The proof of one would be the client's second message, which is never sent.
- The name is `netguard`, so that whoever finds it in a log knows who it was, and no account is guessed.
- The key is the curve's base point, to which no secret belongs: no session could ever come of it.

Whether the router knows that name changed the answer's length until 6.49.18 and 7.18 (CVE-2024-54772); both are taken, and
which it was is not kept. What may be a lock, hub or alarm is not asked.
"""

from collections.abc import Iterable, Iterator

from netguard.model.device import Device, Service
from netguard.model.observation import Fact
from netguard.model.vocabulary import PortState, Transport
from netguard.net.access import Net
from netguard.net.failures import NoAnswer
from netguard.probe._contract import Ask, Learnt, Target, is_spared, looked_at, open_tcp

NEEDS = frozenset({"ports"})
PROVIDES = frozenset({"winbox"})

PORT = 8291
"""help.mikrotik.com, "Services"."""

NAME = b"netguard"
BASE_POINT = (9).to_bytes(32)
"""The x coordinate of Curve25519's base point (RFC 7748, 4.1), in network order as Winbox writes it; its y is odd."""

_KEY_EXCHANGE = 6
"""The handler that a message is for; the first byte is the length of what follows these two."""

_KEY, _SALT = 33, 16
"""Bytes of a public key with the parity of its y, and of the salt that follows for a name that is known."""


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """8291, where it is open, in the deep round."""
    if ask.round != "deep" or is_spared(device):
        return
    for service in open_tcp(device):
        if service.port == PORT and not looked_at(ask, service, "winbox.answer"):
            yield Target(address=service.address, port=service.port)


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """`winbox.answer`, and the service where that is true.

    Raises `NoAnswer` when it says nothing, as RouterOS before 6.43 does, and what `Net.connect` raises.
    """
    assert target.port is not None  # noqa: S101 - wants() gives one
    with net.connect(target.address, target.port) as connection:
        connection.send(opening())
        said = connection.receive(enough=is_complete)
    if not is_complete(said):
        raise NoAnswer("it did not answer Winbox's greeting; RouterOS before 6.43 does not know it")
    answered = is_winbox(said)
    if answered:
        yield Service(
            address=target.address, transport=Transport.TCP, port=target.port, state=PortState.OPEN, name="winbox"
        )
    yield Fact(kind="winbox.answer", value=answered, transport=Transport.TCP, port=target.port)


def opening() -> bytes:
    """The first message of the key exchange: a name that ends with a zero byte, and the public key."""
    content = NAME + b"\0" + BASE_POINT + b"\1"
    return bytes((len(content), _KEY_EXCHANGE)) + content


def is_complete(said: bytes) -> bool:
    """Whether a whole message is there, or something else is."""
    return len(said) >= 2 and (said[1] != _KEY_EXCHANGE or len(said) >= 2 + said[0])


def is_winbox(said: bytes) -> bool:
    """Whether `said` is a key as a Winbox server sends it, and not our own."""
    length, handler, content = said[0], said[1], said[2:]
    return (
        handler == _KEY_EXCHANGE
        and length == len(content)
        and length in {_KEY, _KEY + _SALT}
        and content[_KEY - 1] in {0, 1}
        and content[: _KEY - 1] != BASE_POINT
    )
