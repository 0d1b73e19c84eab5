"""One datagram of a socket that somebody on this computer answers: waited for, whole or refused."""

import selectors
import socket

from netguard.net.connection import reason
from netguard.net.control import SLICE, Cancel, Deadline
from netguard.net.failures import NoAnswer, TooMuch


def datagram(
    sock: socket.socket, most: int, who: str, *, cancel: Cancel, deadline: Deadline
) -> tuple[bytes, object] | None:
    """The next datagram of `sock`, which does not block, and who sent it; null when there is none until `deadline`.

    `who` is whom the failures name. Raises `NoAnswer` when it is gone, `TooMuch` past `most` bytes, `Cancelled`.
    """
    with selectors.DefaultSelector() as selector:
        selector.register(sock, selectors.EVENT_READ)
        while True:
            cancel.check()
            if selector.select(min(SLICE, deadline.remaining)):
                try:
                    data, _, flags, source = sock.recvmsg(most)
                except BlockingIOError:
                    continue
                except OSError as error:
                    raise NoAnswer(f"the answer of {who} was lost ({reason(error)})") from error
                if flags & socket.MSG_TRUNC:
                    raise TooMuch(f"the answer of {who} is longer than it ever should be")
                return data, source
            if deadline:
                return None
