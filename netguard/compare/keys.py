"""Keys: the strongest identity a device has ever shown that is still its own. Pure.

Findings, acceptances and labels hang on keys, so a key stays when a scan sees less than the one before, moves only to
something stronger or to what took the old one's place, and is never shared.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from netguard.compare.likeness import Traits
from netguard.model.device import Device
from netguard.model.known import KnownDevice, kind_of, rank

MAX_FORMER_KEYS = 32
"""Older keys kept of a device; stops one that takes a new id every time from filling documents and history."""


class Owners:
    """Which known devices have shown which identity, or had it as a key."""

    def __init__(self, known: Iterable[KnownDevice], shared: frozenset[str]) -> None:
        self.shared = shared
        self._all: dict[str, set[str]] = defaultdict(set)
        self._keys: dict[str, set[str]] = defaultdict(set)
        for each in known:
            for text in (each.key, *each.former_keys):
                self._keys[text].add(each.id)
                self._all[text].add(each.id)
            for identity in each.identities:
                if identity.kind != "address":
                    self._all[identity.text].add(each.id)

    def free(self, text: str, mine: frozenset[str]) -> bool:
        """Whether no device but `mine` (ids) has shown `text`."""
        return text not in self.shared and self._all.get(text, set()) <= mine

    def no_key(self, text: str, mine: frozenset[str]) -> bool:
        """Whether `text` is or was the key of no device but `mine` (ids)."""
        return self._keys.get(text, set()) <= mine


Draft = tuple[Device, Traits, KnownDevice | None, tuple[KnownDevice, ...]]
"""A device, what it shows, which known one it is, and which other known ones turned out to be it."""


def settled(drafts: Sequence[Draft], owners: Owners) -> tuple[str, ...]:
    """The key of every device, in the order of `drafts`; all are different."""
    keys: dict[int, str] = {}
    used: set[str] = set()
    places = sorted(range(len(drafts)), key=lambda n: _order(drafts[n]))
    for place in places:
        device, traits, known, folded = drafts[place]
        wanted = _wanted(device, traits, known, folded, owners)
        key = next((k for k in wanted if k not in used), None) or _numbered(wanted[0], used, owners)
        used.add(key)
        keys[place] = key
    return tuple(keys[place] for place in range(len(drafts)))


def former_keys(key: str, known: Iterable[KnownDevice | None], others: frozenset[str]) -> tuple[str, ...]:
    """Every key that these known devices had before, newest first, without the one it has now or `others` have."""
    older = [old for each in known if each is not None for old in (each.key, *each.former_keys)]
    return tuple(old for old in dict.fromkeys(older) if old != key and old not in others)[:MAX_FORMER_KEYS]


def replaced(key: str, known: Traits, mine: Traits) -> bool:
    """Whether `key` is the device's no more: it shows others of that kind now, none of which it had before."""
    kind = kind_of(key)
    return bool(mine.of(kind)) and not mine.of(kind) & (known.of(kind) | {key})


def _wanted(
    device: Device, traits: Traits, known: KnownDevice | None, folded: Sequence[KnownDevice], owners: Owners
) -> list[str]:
    """Keys the device may have, the best first; never empty."""
    mine = frozenset(k.id for k in (known, *folded) if k is not None)
    ranked = sorted(traits.texts, key=lambda t: (rank(t), _place(device, t)))
    own = [t for t in ranked if owners.free(t, mine)] or [t for t in ranked if owners.no_key(t, mine)]
    if known is None:
        return own or [_numbered(_shown_key(device, ranked), set(), owners)]
    held = [k for k in (known, *folded) if not replaced(k.key, Traits.of_known(k), traits) and k.key not in k.apart]
    # Its own key first among equals: with several ids of one kind, hearing only another one today moves nothing.
    candidates = [*(k.key for k in held), *own]
    return sorted(candidates, key=rank) or [known.key]


def _numbered(text: str, used: set[str], owners: Owners) -> str:
    """`text` with a number behind it, because another device had it as its key: labels and findings must not mix."""
    number = 2
    while f"{text}~{number}" in used or not owners.no_key(f"{text}~{number}", frozenset()):
        number += 1
    return f"{text}~{number}"


def _shown_key(device: Device, ranked: Sequence[str]) -> str:
    """The strongest thing the device shows, even when it is not its own alone."""
    if ranked:
        return ranked[0]
    return f"{device.identities[0].kind}:{device.identities[0].value}" if device.identities else device.key


def _place(device: Device, text: str) -> int:
    """Where among the device's own identities: addresses are in order of use there."""
    return next((n for n, i in enumerate(device.identities) if f"{i.kind}:{i.value}" == text), 0)


def _order(draft: Draft) -> tuple[object, ...]:
    """Known devices before new ones, so that nobody new takes a key that is somebody's; then any fixed order."""
    device, traits, known, _ = draft
    return (known is None, known.id if known is not None else "", sorted(traits.texts), str(device.mac), device.key)
