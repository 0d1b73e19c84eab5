"""One question and its answers over UDP with one peer: a connected socket, so that nobody else's words are taken for its."""

import errno
import selectors
import socket

from netaddr import IPAddress

from netguard.net import limits
from netguard.net.connection import reason
from netguard.net.control import SLICE, Cancel, Deadline
from netguard.net.failures import Closed, NoAnswer
from netguard.net.way import Way

_SAID_NO = frozenset({errno.ECONNREFUSED, errno.ECONNRESET, getattr(errno, "WSAECONNRESET", -1)})
"""What systems make of an ICMP "port unreachable" (RFC 1122, 4.1.3.3), the last two on Windows."""


def exchange(
    way: Way,
    peer: tuple[IPAddress, int],
    data: bytes,
    *,
    most: int,
    cancel: Cancel,
    deadline: Deadline,
) -> tuple[bytes, ...]:
    """Send `data` once; the answers until there are `most` of them or `deadline` passes, at least one.

    Raises `Closed` when the peer says that nobody listens there, `NoAnswer` when it says nothing, or the interface is
    gone; `Cancelled`.
    """
    address, port = peer
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    answers: list[bytes] = []
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as sock, selectors.DefaultSelector() as selector:
            sock.setblocking(False)
            way.fit(sock, address)
            sock.connect(way.peer(address, port))
            sock.send(data)
            selector.register(sock, selectors.EVENT_READ)
            while len(answers) < most and not deadline:
                cancel.check()
                if selector.select(min(SLICE, deadline.remaining)):
                    answers.append(sock.recv(limits.DATAGRAM_BYTES))
    except OSError as error:
        if answers:
            return tuple(answers)
        if error.errno in _SAID_NO:
            raise Closed("it says that nothing listens there") from error
        raise NoAnswer(f"nothing could be sent to it ({reason(error)})") from error
    if not answers:
        raise NoAnswer("it said nothing: nobody listens there, it drops what it does not know, or a packet was lost")
    return tuple(answers)
