"""Devices that put their own MAC on other devices' frames: Wi-Fi extenders, repeaters and proxy-ARP routers. Pure.

Several addresses at one MAC are one device, unless what they show cannot be one machine's (`marks.contradict` for two
IPv4 addresses, `marks.strangers` for others). Then the MAC speaks for others, and every IPv4 address but its own is a
device whose MAC is not known. A device that gives a second address of its own another name is split by this, too; it
gains nothing, since every address keeps its services and is judged by itself.

IPv6 addresses at such a MAC are told apart by `placed`. Where nothing joins one with an IPv4 address it is better listed
twice than lost in another device: a link-local address, which every machine has one of, or one made of a MAC is a device.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from netaddr import EUI, IPAddress

from netguard.identify.marks import IDS, KEYS, NOTHING, Marks, contradict, strangers, together

MAX_HOSTS = 254
"""Machines behind one MAC that IPv6 addresses are compared with: as many as a /24 has. Stops who answers for all of a /16."""

MAX_FOLLOWERS = 512
"""IPv6 addresses at such a MAC that are compared; a machine has about four. Stops one that makes up thousands."""

MAX_COMPARED = 64
"""Addresses at one MAC that are compared with each other to see whether it speaks for others; any two that differ do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Whose the IPv6 addresses at a MAC that speaks for others are; those not in here are its own."""

    homes: Mapping[IPAddress, IPAddress]
    """Address → the address that its machine goes by: an IPv4 address there, else its own first IPv6 address."""
    untold: tuple[IPAddress, ...]
    """Addresses that may be its own or those of anybody it speaks for; they stay with it."""


def speaks_for_others(held: Sequence[IPAddress], marks: Callable[[IPAddress], Marks]) -> bool:
    """Whether two of the addresses `held` at one MAC cannot be one machine."""
    shown = [(a.version, m) for a, m in ((a, marks(a)) for a in held) if m][:MAX_COMPARED]
    return any(
        contradict(one, other) if version == another == 4 else strangers(one, other)
        for (version, one), (another, other) in combinations(shown, 2)
    )


def own_address(
    held: Sequence[IPAddress],
    marks: Callable[[IPAddress], Marks],
    is_infrastructure: Callable[[IPAddress], bool],
    own: Marks = NOTHING,
) -> IPAddress | None:
    """Which of `held` is the relay's own; null when none of them can be.

    What shows the same as its addresses that are made of its MAC (`own`), else what shows that it is infrastructure,
    else what shows nothing, else the lowest.
    """
    able = [a for a in held if not strangers(marks(a), own)]
    return min(
        able, key=lambda a: (not _same(marks(a), own), not is_infrastructure(a), bool(marks(a)), int(a)), default=None
    )


def behind(address: Marks, hosts: Mapping[IPAddress, Marks]) -> IPAddress | None:
    """The one of `hosts`, addresses at the same MAC, whose machine also has the IPv6 address showing `address`.

    Null when none shows the same name, id or key, when what it shows otherwise contradicts, or when several could be it.
    """
    found = [host for host, shown in hosts.items() if _same(shown, address) and not contradict(shown, address)]
    return found[0] if len(found) == 1 else None


def is_made_of(address: IPAddress, mac: EUI) -> bool:
    """Whether the lower half of the IPv6 `address` is made of `mac` (RFC 4291, appendix A)."""
    high, low = divmod(int(mac) ^ 0x02 << 40, 1 << 24)
    return address.version == 6 and int(address) & (1 << 64) - 1 == high << 40 | 0xFFFE << 24 | low


def placed(
    addresses: Sequence[IPAddress],
    speaker: EUI,
    hosts: Mapping[IPAddress, Marks],
    marks: Callable[[IPAddress], Marks],
    *,
    founding: bool,
) -> Placed:
    """Whose the IPv6 `addresses` at the MAC `speaker` are. `hosts` are what its IPv4 addresses show, its own included.

    One made of `speaker` is its own. Addresses with the same interface identifier made of another MAC are one machine.
    Whoever shows a host's name, id or key, and no other's, is that host's machine; so is what shows nothing and one
    machine alone says that it has. With `founding`, others are machines of their own where they show anything, are made
    of a MAC, or are link-local; without it they stay with the speaker.
    """
    machines = {host: shown for host, shown in hosts.items() if shown}
    homes: dict[IPAddress, IPAddress] = {}
    untold: list[IPAddress] = []
    followers = [a for a in sorted(addresses) if not is_made_of(a, speaker)][:MAX_FOLLOWERS]
    parties = [(party, together(map(marks, party))) for party in _parties(followers)]
    # Those that show something come first: they are the machines that may say that a silent address is theirs.
    for party, shown in sorted(parties, key=lambda each: (not each[1], each[0])):
        home = behind(shown, machines) if shown else _claimant(party, machines)
        if home is None and founding and _is_machine(party, shown, machines):
            home = party[0]
        if home is None:
            untold += party
            continue
        if shown:
            machines[home] = together((machines.get(home, NOTHING), shown))
        homes.update(dict.fromkeys(party, home))
    return Placed(homes=homes, untold=tuple(sorted(untold)))


def _same(one: Marks, other: Marks) -> bool:
    return bool(one.all_names & other.all_names) or one.shares(other, (*IDS, *KEYS))


def _parties(addresses: Sequence[IPAddress]) -> list[tuple[IPAddress, ...]]:
    """The addresses by the MAC in their lower half; those without one are each by itself."""
    by_identifier: dict[int, list[IPAddress]] = defaultdict(list)
    for address in addresses:
        by_identifier[_identifier(address) or int(address)].append(address)
    return [tuple(party) for party in by_identifier.values()]


def _identifier(address: IPAddress) -> int | None:
    """The interface identifier of an address that is made of a MAC, which has ff:fe in its middle; null for others."""
    low = int(address) & (1 << 64) - 1
    return low if low >> 24 & 0xFFFF == 0xFFFE else None


def _claimant(party: Sequence[IPAddress], machines: Mapping[IPAddress, Marks]) -> IPAddress | None:
    """The only machine that says it has this address. It is not asked about one that would be a machine by itself.

    Otherwise whoever repeats the addresses of a machine that shows nothing would swallow it.
    """
    if len(party) > 1 or _stands_alone(party):
        return None
    claiming = [host for host, shown in machines.items() if str(party[0]) in shown.claims]
    return claiming[0] if len(claiming) == 1 else None


def _is_machine(party: Sequence[IPAddress], shown: Marks, machines: Mapping[IPAddress, Marks]) -> bool:
    """Whether addresses that are nobody's are a machine; not when they show what two machines show, which names neither."""
    if shown:
        return sum(_same(shown, other) for other in machines.values()) <= 1
    return _stands_alone(party)


def _stands_alone(party: Sequence[IPAddress]) -> bool:
    return any(a.is_link_local() or _identifier(a) is not None for a in party)
