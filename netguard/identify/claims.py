"""Addresses whose MAC nobody saw, given to the device that says they are its own. Pure.

An IPv6 privacy address has no MAC in it and may be missing from the neighbour table. A device's word about its addresses
is enough only where nobody could lose by it: the address has no MAC, it bears the same mDNS host name, it does not say
otherwise itself, and nobody else claims it.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping

from netaddr import EUI, IPAddress, mac_unix_expanded

from netguard.identify.marks import Marks, contradict
from netguard.model.address import is_randomised

MAX_CLAIMANTS = 16
"""Addresses that may say of one address that it is theirs; a device has about six. Stops one that forges thousands."""

Owner = EUI | IPAddress
"""What a device goes by while devices are told apart: its MAC, else its first address."""


def name(owner: Owner) -> str:
    """The text of the identity that `owner` amounts to, as `kind:value`."""
    if isinstance(owner, IPAddress):
        return f"address:{owner}"
    kind = "random-mac" if is_randomised(owner) else "mac"
    return f"{kind}:{owner.format(mac_unix_expanded)}"


def folded(
    loose: Collection[IPAddress],
    talkers: Iterable[IPAddress],
    holders: Mapping[IPAddress, Owner],
    marks: Callable[[IPAddress], Marks],
    apart: frozenset[frozenset[str]] = frozenset(),
) -> dict[IPAddress, Owner]:
    """The owners of those of the `loose` addresses that a talker rightly says are its own.

    `holders` has the owner of every other address. Of several loose addresses that are one device's, the lowest is the
    owner when there is no better one; it is not in the result.
    """
    held: dict[Owner, set[str]] = defaultdict(set)
    for address, holder in holders.items():
        held[holder].add(str(address))
    by_text = {str(address): address for address in loose}
    claimed_by: dict[IPAddress, set[IPAddress]] = defaultdict(set)
    for talker in talkers:
        for text in marks(talker).claims & by_text.keys():
            if by_text[text] != talker:
                claimed_by[by_text[text]].add(talker)

    def agree(address: IPAddress, talker: IPAddress) -> bool:
        shown, said = marks(address), marks(talker)
        owner = holders.get(talker, talker)
        back = held.get(owner, set()) | {str(talker)}
        return (
            shown.bears(said, ("mdns",))
            and not contradict(shown, said)
            and (not shown.claims or bool(shown.claims & back))
            and frozenset({name(address), name(owner)}) not in apart
        )

    settled = {
        a
        for a, claimants in claimed_by.items()
        if len(claimants) <= MAX_CLAIMANTS and all(agree(a, t) for t in claimants)
    }
    near: dict[Owner, set[Owner]] = defaultdict(set)
    for address in settled:
        for talker in claimed_by[address]:
            if talker not in loose or talker in settled or not claimed_by.get(talker):
                owner = holders.get(talker, talker)
                near[address].add(owner)
                near[owner].add(address)
    found: dict[IPAddress, Owner] = {}
    for party in _parties(near):
        known = [owner for owner in party if owner not in loose]
        members = sorted(a for a in party if isinstance(a, IPAddress) and a in loose)
        if len(known) <= 1:
            first = known[0] if known else members[0]
            found.update({address: first for address in members if address != first})
    return found


def _parties(near: Mapping[Owner, set[Owner]]) -> list[set[Owner]]:
    """Everything that hangs together, each once."""
    found: list[set[Owner]] = []
    left = set(near)
    while left:
        party: set[Owner] = set()
        waiting = [left.pop()]
        while waiting:
            owner = waiting.pop()
            if owner not in party:
                party.add(owner)
                waiting.extend(near[owner] - party)
        left -= party
        found.append(party)
    return found
