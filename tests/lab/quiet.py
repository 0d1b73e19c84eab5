"""When a laptop has said its last: before a test counts what leaves it, its kernel must be done with what came before."""

import time

from netguard.demo.running import RunningHome
from tests.lab.conftest import from_laptop

QUIET_SECONDS, QUIET_TRIES = 3.0, 20


def sent(home: RunningHome, interface: str) -> int:
    """Packets that have left an interface of the laptop so far."""
    return int(from_laptop(home, f"print(open('/sys/class/net/{interface}/statistics/tx_packets').read())"))


def wait_until_quiet(home: RunningHome, interface: str) -> int:
    """Waits until the laptop's kernel has said its last there, and gives what it has sent by then.

    It reports a group that an earlier scan has left twice, each time within a second (RFC 3376, 5.1, 8.1 and 8.11;
    RFC 3810, 9.14), and may still confirm neighbours that it has just spoken with.
    """
    for _ in range(QUIET_TRIES):
        before = sent(home, interface)
        time.sleep(QUIET_SECONDS)
        if sent(home, interface) == before:
            return before
    raise AssertionError(f"{interface} is never quiet")
