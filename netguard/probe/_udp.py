"""One datagram to one port: whom the probes that ask over UDP may ask, and what an answer or "closed" amounts to.

UDP has no handshake: only an answer or an ICMP "port unreachable" says anything (RFC 1122, 4.1.3.3), so silence costs
the device a packet and netguard two seconds. Hence nobody is asked before the deep round, nobody below depth standard,
and nothing that runs on a battery unless the person named it.
"""

from collections.abc import Iterator

from netaddr import IPAddress

from netguard.model import ports
from netguard.model.device import Coverage, Device, Service
from netguard.model.vocabulary import Depth, PortState, Transport
from netguard.net.access import Net
from netguard.net.failures import Closed
from netguard.probe._contract import Ask, Target, runs_on_battery

ENGINE = "builtin"


def is_due(device: Device, ask: Ask) -> bool:
    """Whether `device` may be sent a datagram in this round at all. A lock of unknown power counts as on battery."""
    if ask.round != "deep" or not ask.depth.at_least(Depth.STANDARD) or not device.addresses:
        return False
    return not runs_on_battery(device, ask)


def target(device: Device, port: int, address: IPAddress | None = None) -> Iterator[Target]:
    """`port` at `address`, by itself the device's first one; nothing where that was asked before."""
    at = address or device.addresses[0]
    for coverage in device.coverage:
        if (coverage.address, coverage.transport) == (at, Transport.UDP) and port in ports.parse(coverage.ports):
            return
    yield Target(address=at, transport=Transport.UDP, port=port)


def ask_once(target: Target, net: Net, data: bytes) -> bytes | None:
    """The first answer to `data`; None where the device says that nobody listens there.

    Raises what `Net.exchange` raises, silence included.
    """
    assert target.port is not None  # noqa: S101 - a UDP target has a port
    try:
        return net.exchange(target.address, target.port, data)[0]
    except Closed:
        return None


def asked(target: Target) -> Coverage:
    """The coverage of a port that answered, or said that it is closed."""
    return Coverage(
        address=target.address, transport=target.transport, ports=ports.render([target.port or 0]), engine=ENGINE
    )


def opened(target: Target, name: str | None = None, product: str | None = None, version: str | None = None) -> Service:
    """The open port as a service, with the name of what it speaks where that is known."""
    return Service(
        address=target.address,
        transport=target.transport,
        port=target.port or 0,
        state=PortState.OPEN,
        name=name,
        product=product,
        version=version,
    )
