"""A port of this computer that nobody listens on, and that nobody can begin to listen on for a while."""

import random
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from netaddr import IPAddress

from netguard.net.connection import reason
from netguard.net.failures import NoAnswer

MOST_TRIES = 32
"""Ports tried before this computer counts as having none left."""


@contextmanager
def port_of(address: IPAddress, ports: Sequence[int]) -> Iterator[int]:
    """One of `ports` at random, bound at `address` and not listened on: whoever connects is refused, or heard by nobody.

    Raises `NoAnswer` where none of those tried is free.
    """
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        refused: OSError | None = None
        for port in random.sample(ports, min(MOST_TRIES, len(ports))):
            try:
                sock.bind((str(address), port))
            except OSError as error:
                refused = error
            else:
                yield port
                return
    because = reason(refused) if refused is not None else "none was asked for"
    raise NoAnswer(f"this computer has no free port for it ({because})")
