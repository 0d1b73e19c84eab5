"""An Aqara or Xiaomi gateway: does it speak the older LAN protocol? One datagram, to the gateway alone.

`{"cmd":"get_id_list"}` to UDP 9898 is answered with the ids of its devices to anybody while the protocol is switched on
(Lumi gateway LAN communication API, 1.2; a published capture shows the answer coming from 9898). Commands need a key in
each write, and "everyone has permission" where none was set; whether one was, only a write would show, and none is sent.
"""

from collections.abc import Iterable, Iterator

from netguard.model.device import Coverage, Device
from netguard.model.vocabulary import Transport
from netguard.net.access import Net
from netguard.net.failures import Closed, NoAnswer
from netguard.probe import _api
from netguard.probe._contract import Ask, Learnt, Target

NEEDS = frozenset({"ports"})
PROVIDES = frozenset({"aqara"})

NAME = "Aqara LAN protocol"
PROFILES = frozenset({"aqara-hub", "xiaomi-gateway"})
PORT = 9898
QUESTION = b'{"cmd":"get_id_list"}'


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """The one port, of what its record knows as a gateway of these makers; once, in the deep round."""
    asked = any(f.kind == "api.name" and f.transport is Transport.UDP and f.port == PORT for f in ask.facts)
    if ask.round == "deep" and device.profile in PROFILES and device.addresses and not asked:
        yield Target(address=device.addresses[0], transport=Transport.UDP, port=PORT)


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """Whether it lists its devices. Raises `NoAnswer` for silence, which is what an up-to-date gateway gives."""
    assert target.port is not None  # noqa: S101 - wants() gives one
    looked = Coverage(address=target.address, transport=Transport.UDP, ports=str(target.port), engine="builtin")
    try:
        answers = net.exchange(target.address, target.port, QUESTION)
    except Closed:
        yield looked
        return
    yield looked
    yield from read(answers[0], target)


def read(answer: bytes, target: Target) -> Iterator[Learnt]:
    """Facts from the answer. Raises `NoAnswer` for another one; the list itself and the token in it are not kept."""
    said = _api.decoded(answer)
    if _api.stated(said, "cmd") != "get_id_list_ack":
        raise NoAnswer("it answered something else than a gateway does")
    yield from _api.told(target, NAME, login=None, service="aqara-lan", serial=_api.stated(said, "sid"))
