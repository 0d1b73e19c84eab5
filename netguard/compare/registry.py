"""The registry of known devices: what a scan adds to it, and what the person does to it. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from netguard.compare.keys import MAX_FORMER_KEYS
from netguard.compare.likeness import CRYPTO_KEYS, IDS, Traits
from netguard.compare.match import TWIN_DAYS, Match, matches
from netguard.model.device import Device
from netguard.model.known import KnownDevice, KnownIdentity, kind_of, rank
from netguard.model.scan import Scan
from netguard.model.vocabulary import PERSONAL_ROLES, Role, Stability

TEMPORARY_DAYS = timedelta(days=90)
"""An address or a randomised MAC that was not shown for so long is forgotten: it may be anybody's by now. A season, so
that a summer house's devices are recognised by more than these, or not at all."""

MAX_OF_A_KIND = 16
"""Identities of one kind kept of a device, those shown last; stops one that announces a new id each time, and keeps it
from pushing out identities of other kinds."""

MAX_DEVICES = 2000
"""Known devices of one site; stops a sender of frames from thousands of made-up MACs from filling the history."""

MAX_NAMES = 16
"""Names and addresses kept of a device, those of the last scan."""


def learnt(scan: Scan, known: tuple[KnownDevice, ...], new_id: Callable[[], str]) -> tuple[KnownDevice, ...]:
    """What `scan` changes in the registry of its site: the changed and the new devices, in a fixed order.

    `known` is the registry as it is now, whatever it was when the scan began. A device that turned out to be another
    one's is given back empty (`KnownDevice.is_empty`), and so is one of which nothing is left; the history takes those
    out. Devices that showed nothing by which anybody could recognise them again are not kept. `new_id` gives the id of
    a new one. `scan` is as it was made, without what the person said laid over it.
    """
    seen = tuple(d for d in scan.devices if d.seen and d.identities)
    before = {k.id: k for k in known}
    after = dict(before)
    found = sorted(matches(seen, known), key=lambda m: m.device.key)
    worthy = _worthy(found, known, scan.started_at)
    by_text = {f"{i.kind}:{i.value}": d.key for d in seen for i in d.identities}
    for match in found:
        said = tuple(dict.fromkeys(by_text[f"{i.kind}:{i.value}"] for i in match.device.identities))
        formers = _formers(match, said, before)
        if match.known is not None:
            merged = match.known
            for other in match.folded:
                merged = _together(merged, other)
                after[other.id] = emptied(other)
            after[match.known.id] = _seen_again(merged, match.device, formers, scan.started_at)
        elif match.device.key in worthy:
            fresh = KnownDevice(
                id=new_id(),
                site=scan.site,
                key=match.device.key,
                first_seen=scan.started_at,
                last_seen=scan.started_at,
            )
            after[fresh.id] = _seen_again(fresh, match.device, formers, scan.started_at)
    for id_, each in after.items():
        after[id_] = _without_old(each, scan.started_at)
    _crowded_out(after)
    return tuple(after[id_] for id_ in sorted(after) if after[id_] != before.get(id_))


def joined(one: KnownDevice, other: KnownDevice) -> tuple[KnownDevice, KnownDevice]:
    """The two as the person says they are: one. The first with everything of both, and the second emptied.

    Whoever shows one of the identities that only this device should have is this device from now on.
    """
    both = _together(one, other)
    claimed = (*one.joined, *other.joined, *_telling(one), *_telling(other))
    mine = frozenset((*claimed, *Traits.of_known(one).texts, *Traits.of_known(other).texts))
    whole = replace(
        both,
        joined=tuple(sorted(set(claimed), key=lambda t: (rank(t), t))),
        apart=tuple(t for t in both.apart if t not in mine),
    )
    return whole, emptied(other)


def parted(device: KnownDevice, texts: Iterable[str], new_id: str) -> tuple[KnownDevice, KnownDevice]:
    """What is left of `device` without the identities `texts`, and the new device (id `new_id`) that those are.

    Raises `ValueError` when it has not shown one of them, or when one of the two would be left with nothing.
    """
    wanted = frozenset(texts)
    has = frozenset((*(i.text for i in device.identities), *device.joined))
    if not wanted <= has:
        raise ValueError(f"it has not shown {', '.join(sorted(wanted - has))}")
    lasting = {t for t in has if kind_of(t) != "address"}
    if not wanted & lasting or not lasting - wanted:
        raise ValueError("both need something by which they can be recognised, and an address is no such thing")
    gone = tuple(i for i in device.identities if i.text in wanted)
    stays = tuple(i for i in device.identities if i.text not in wanted)
    other = KnownDevice(
        id=new_id,
        site=device.site,
        key=min(wanted & lasting, key=lambda t: (rank(t), t)),
        identities=gone,
        first_seen=min((i.first_seen for i in gone), default=device.first_seen),
        last_seen=max((i.last_seen for i in gone), default=device.last_seen),
        apart=tuple(sorted(lasting - wanted)),
    )
    keeps_key = device.key not in wanted
    rest = replace(
        device,
        key=device.key if keeps_key else min(lasting - wanted, key=lambda t: (rank(t), t)),
        former_keys=tuple(k for k in device.former_keys if k not in wanted),
        identities=stays,
        joined=tuple(t for t in device.joined if t not in wanted),
        apart=tuple(sorted({*device.apart, *(wanted & lasting)})),
        mac=None if device.mac is not None and _text_of_mac(device) in wanted else device.mac,
    )
    if rest.key in rest.former_keys:
        rest = replace(rest, former_keys=tuple(k for k in rest.former_keys if k != rest.key))
    return rest, other


def emptied(device: KnownDevice) -> KnownDevice:
    """`device` with nothing left to recognise it by: the history takes it out."""
    return replace(device, identities=(), joined=(), apart=(), said_name=None, said_role=None)


def _seen_again(known: KnownDevice, device: Device, formers: tuple[str, ...], at: datetime) -> KnownDevice:
    """`known` after it was seen as `device` at `at`; an older scan adds to it and describes nothing anew."""
    shown = {i.text: i for i in known.identities}
    for identity in device.identities:
        text = f"{identity.kind}:{identity.value}"
        old = shown.get(text)
        shown[text] = KnownIdentity(
            kind=identity.kind,
            value=identity.value,
            stability=identity.stability,
            first_seen=min(old.first_seen, at) if old else at,
            last_seen=max(old.last_seen, at) if old else at,
        )
    older = at < known.last_seen
    kept = replace(
        known,
        key=known.key if older else device.key,
        former_keys=_distinct((*formers, *known.former_keys), without=known.key if older else device.key),
        identities=_bounded(shown.values()),
        first_seen=min(known.first_seen, at),
        last_seen=max(known.last_seen, at),
    )
    if older:
        return kept
    return replace(
        kept,
        name=device.name or known.name,
        role=device.role if device.role is not Role.UNKNOWN else known.role,
        vendor=device.vendor or known.vendor,
        model=device.model or known.model,
        profile=device.profile or known.profile,
        mac=device.mac or known.mac,
        addresses=(device.addresses or known.addresses)[:MAX_NAMES],
        hostnames=(device.hostnames or known.hostnames)[:MAX_NAMES],
    )


def _formers(match: Match, said: tuple[str, ...], before: dict[str, KnownDevice]) -> tuple[str, ...]:
    """Its former keys, and the key under which the document has it where the registry has moved on since."""
    mine = {k.id for k in (match.known, *match.folded) if k is not None}
    others = {t for k in before.values() if k.id not in mine for t in (k.key, *k.former_keys)}
    return (*match.device.former_keys, *(key for key in said if key not in others))


def _worthy(found: list[Match], known: tuple[KnownDevice, ...], now: datetime) -> frozenset[str]:
    """Keys of the new devices that are worth keeping: those that show something by which they could be told again.

    An address will do with a make that nothing else has, here or lately; otherwise it would soon mean another one.
    """
    there = {k.id for m in found for k in (m.known, *m.folded) if k is not None}
    lately = {Traits.of_known(k).make for k in known if k.id not in there and k.last_seen >= now - TWIN_DAYS}
    poor: dict[object, list[str]] = defaultdict(list)
    keep = set()
    for match in found:
        traits = Traits.of_device(match.device)
        if match.known is not None:
            continue
        if traits.texts - traits.of("address"):
            keep.add(match.device.key)
        elif traits.make is not None and traits.make not in lately:
            poor[traits.make].append(match.device.key)
    return frozenset(keep | {keys[0] for keys in poor.values() if len(keys) == 1})


def _together(one: KnownDevice, other: KnownDevice) -> KnownDevice:
    """`one` with everything that `other` is known by and for; of what both have, what was seen last."""
    newer, older = (one, other) if one.last_seen >= other.last_seen else (other, one)
    shown: dict[str, KnownIdentity] = {}
    for identity in (*one.identities, *other.identities):
        same = shown.get(identity.text, identity)
        shown[identity.text] = replace(
            identity,
            first_seen=min(same.first_seen, identity.first_seen),
            last_seen=max(same.last_seen, identity.last_seen),
        )
    key = min((one.key, other.key), key=rank)
    return replace(
        one,
        key=key,
        former_keys=_distinct((one.key, other.key, *one.former_keys, *other.former_keys), without=key),
        identities=_bounded(shown.values()),
        first_seen=min(one.first_seen, other.first_seen),
        last_seen=newer.last_seen,
        name=newer.name or older.name,
        role=newer.role if newer.role is not Role.UNKNOWN else older.role,
        vendor=newer.vendor or older.vendor,
        model=newer.model or older.model,
        profile=newer.profile or older.profile,
        mac=newer.mac or older.mac,
        addresses=newer.addresses or older.addresses,
        hostnames=newer.hostnames or older.hostnames,
        said_name=one.said_name or other.said_name,
        said_role=one.said_role or other.said_role,
        joined=_distinct((*one.joined, *other.joined)),
        apart=_distinct((*one.apart, *other.apart)),
    )


def _telling(device: KnownDevice) -> tuple[str, ...]:
    """Identities that are enough to say "this one is it, whatever it looks like".

    Ids and MACs; names and randomised MACs of what people carry, since those change their MACs; otherwise weaker
    ones only where there is nothing better: whoever repeats a lock's name must not become the lock by it.
    """
    texts = Traits.of_known(device).texts
    lasting = {t for t in texts if kind_of(t) in IDS or kind_of(t) == "mac"}
    passing = {t for t in texts if kind_of(t) in {"name", "random-mac"}}
    if (device.said_role or device.role) in PERSONAL_ROLES:
        return tuple(sorted(lasting | passing))
    keys = {t for t in texts if kind_of(t) in CRYPTO_KEYS}
    randomised = {t for t in passing if kind_of(t) == "random-mac"}
    return tuple(sorted(lasting or keys | randomised or passing))


def _without_old(device: KnownDevice, now: datetime) -> KnownDevice:
    """Without passing identities that were not shown for a season."""
    kept = tuple(
        i for i in device.identities if i.stability is not Stability.TEMPORARY or i.last_seen >= now - TEMPORARY_DAYS
    )
    return device if kept == device.identities else replace(device, identities=kept)


def _crowded_out(after: dict[str, KnownDevice]) -> None:
    """Empty what is too much: first what has only passing identities, then what was not seen for longest.

    What the person spoke of stays.
    """
    alive = [k for k in after.values() if not k.is_empty]
    dispensable = sorted(
        (k for k in alive if not (k.said_name or k.said_role or k.joined or k.apart)),
        key=lambda k: (any(i.stability is not Stability.TEMPORARY for i in k.identities), k.last_seen, k.id),
    )
    for each in dispensable[: max(0, len(alive) - MAX_DEVICES)]:
        after[each.id] = emptied(each)


def _bounded(identities: Iterable[KnownIdentity]) -> tuple[KnownIdentity, ...]:
    """Strongest first; of each kind those shown last."""
    by_kind: dict[str, list[KnownIdentity]] = defaultdict(list)
    for identity in sorted(identities, key=lambda i: (-i.last_seen.timestamp(), i.text)):
        by_kind[identity.kind].append(identity)
    kept = [i for same in by_kind.values() for i in same[:MAX_OF_A_KIND]]
    return tuple(sorted(kept, key=lambda i: (rank(i.text), i.value)))


def _distinct(texts: Iterable[str], *, without: str = "") -> tuple[str, ...]:
    return tuple(t for t in dict.fromkeys(texts) if t != without)[:MAX_FORMER_KEYS]


def _text_of_mac(device: KnownDevice) -> str:
    """Identity text of the MAC it was seen with last, as it was shown; empty where none matches."""
    value = str(device.mac).replace("-", ":").lower()
    return next((i.text for i in device.identities if i.kind in {"mac", "random-mac"} and i.value == value), "")
