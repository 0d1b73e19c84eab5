"""Devices that put their own MAC on other devices' frames: Wi-Fi extenders, repeaters and proxy-ARP routers. Pure.

Several IPv4 addresses at one MAC are one device, unless what they show cannot be one machine's (`marks.contradict`).
Then the MAC speaks for others, and every address but its own is a device whose MAC is not known. A device that gives a
second address of its own another name is split by this, too; it gains nothing, since every address keeps its services
and is judged by itself.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

from netaddr import IPAddress

from netguard.identify.marks import IDS, KEYS, Marks, contradict

MAX_HOSTS = 254
"""Machines behind one MAC that IPv6 addresses are compared with: as many as a /24 has. Stops who answers for all of a /16."""

MAX_FOLLOWERS = 512
"""IPv6 addresses at such a MAC that are compared; a machine has about four. Stops one that makes up thousands."""


def speaks_for_others(held: Sequence[IPAddress], marks: Callable[[IPAddress], Marks]) -> bool:
    """Whether two of the IPv4 addresses `held` at one MAC cannot be one machine."""
    shown = [m for m in map(marks, held) if m]
    return any(contradict(one, other) for one, other in combinations(shown, 2))


def own_address(
    held: Sequence[IPAddress],
    marks: Callable[[IPAddress], Marks],
    is_infrastructure: Callable[[IPAddress], bool],
) -> IPAddress:
    """Which of `held` is the relay's own: what shows that it is one, else what shows nothing, else the lowest."""
    return min(held, key=lambda a: (not is_infrastructure(a), bool(marks(a)), int(a)))


def behind(address: Marks, hosts: Mapping[IPAddress, Marks]) -> IPAddress | None:
    """The one of `hosts`, IPv4 addresses at the same MAC, whose machine also has the IPv6 address showing `address`.

    Null when none shows the same name, id or key, when what it shows otherwise contradicts, or when several could be it.
    """
    found = [
        host
        for host, shown in hosts.items()
        if (shown.all_names & address.all_names or shown.shares(address, (*IDS, *KEYS)))
        and not contradict(shown, address)
    ]
    return found[0] if len(found) == 1 else None
