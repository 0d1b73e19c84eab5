"""How much speaks for a device of this scan being one that is known. Pure.

What a device shows can be repeated by another one: a name by anybody, an id by whoever heard it, a factory certificate
by every device of its model. So an agreement counts only where nothing contradicts it, and the weaker it is, the more
does: a name does not outweigh another MAC, except of phones and computers, which change theirs.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from netaddr import IPAddress

from netguard.model.device import Device
from netguard.model.known import KnownDevice, kind_of, rank
from netguard.model.vocabulary import Role

IDS = frozenset({"homekit", "matter", "hue", "upnp"})
"""Identities that a device was given for being told by; they move with it from one network card to another."""

CRYPTO_KEYS = frozenset({"tls", "ssh"})
"""Keys are their owner's alone, unless the factory put the same one into every device of the model."""

MACS = frozenset({"mac", "random-mac"})

POINTS: Mapping[str, int] = {
    **dict.fromkeys(IDS, 100),
    **dict.fromkeys(CRYPTO_KEYS, 80),
    "mac": 70,
    "name": 40,
    "random-mac": 20,
    "address": 5,
}
"""What an agreement of each kind adds. All the weak ones together are less than one of the others."""

ALIKE_POINTS = 30
"""The same name, where one of the two scans did not find out who made it or what it is."""

CHANGEABLE_ROLES = frozenset({Role.PHONE, Role.TABLET, Role.COMPUTER})
"""What changes its MAC by itself (private addresses of phones and computers) or by being docked; things do not."""

DEFAULT_NAMES = frozenset(
    {"iphone", "ipad", "mac", "imac", "macbook", "macbook-air", "macbook-pro", "apple-tv", "apple-watch", "homepod"}
)
"""What Apple's devices are called when nobody named them: the next one in the home is called the same."""

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """One side of a comparison: a device of this scan, or a known one. `shown` says when each text was shown last."""

    texts: frozenset[str]
    shown: Mapping[str, datetime]
    by_kind: Mapping[str, frozenset[str]]
    addresses: frozenset[IPAddress]
    role: Role
    vendor: str | None
    profile: str | None

    @classmethod
    def of_device(cls, device: Device, shared: Collection[str] = ()) -> "Traits":
        """What `device` shows, without what is `shared` with another device of the same scan."""
        texts = frozenset(f"{i.kind}:{i.value}" for i in device.identities) - frozenset(shared)
        return cls._of(texts, {}, device)

    @classmethod
    def of_known(cls, known: KnownDevice) -> "Traits":
        """What `known` has shown or the person said is its, without what they said is another's."""
        shown = {identity.text: identity.last_seen for identity in known.identities}
        return cls._of(frozenset((*shown, *known.joined)) - frozenset(known.apart), shown, known)

    @classmethod
    def _of(cls, texts: frozenset[str], shown: Mapping[str, datetime], told: Device | KnownDevice) -> "Traits":
        kinds = {kind_of(text) for text in texts}
        return cls(
            texts=texts,
            shown=shown,
            by_kind={kind: frozenset(t for t in texts if kind_of(t) == kind) for kind in kinds},
            addresses=frozenset(told.addresses),
            role=told.role,
            vendor=told.vendor,
            profile=told.profile,
        )

    def of(self, *kinds: str) -> frozenset[str]:
        """Its identities of these kinds."""
        return frozenset[str]().union(*(self.by_kind.get(kind, frozenset()) for kind in kinds))

    @property
    def macs(self) -> frozenset[str]:
        """Its MACs, randomised ones too."""
        return self.of(*MACS)

    @property
    def make(self) -> tuple[Role, str | None] | None:
        """Role and record, by which twins are found; null where it is not known well enough what it is."""
        telling = self.profile is not None or (self.role is not Role.UNKNOWN and self.vendor is not None)
        return (self.role, self.profile) if telling else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """Who else bears the MACs of the two that are compared."""

    here: bool
    """Whether another device of this scan shows a MAC of the known one, so that it is here under that MAC."""
    another: bool
    """Whether the device's hardware MAC is another known device's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """What speaks for the two being one."""

    kinds: tuple[str, ...]
    """Kinds of identity in which they agree, strongest first."""
    points: int
    shown: datetime
    """When the known device last showed what they agree in."""

    @property
    def weak(self) -> bool:
        """Whether they agree in nothing that only one device should have."""
        return not any(kind in IDS or kind in CRYPTO_KEYS or kind == "mac" for kind in self.kinds)


def said(mine: Traits, known: KnownDevice) -> bool | None:
    """What the person said about `mine` being `known`: yes, no, or null for nothing.

    A device that shows something of both goes by the stronger of the two.
    """
    yes = min((rank(text) for text in mine.texts & set(known.joined)), default=None)
    no = min((rank(text) for text in mine.texts & set(known.apart)), default=None)
    if no is not None and (yes is None or no <= yes):
        return False
    return None if yes is None else True


def likeness(mine: Traits, theirs: Traits, company: Company) -> Likeness | None:
    """What speaks for the device `mine` being the known `theirs`; null when it is not enough, or contradicted.

    An agreement in the address alone is never enough here; see `same_make_and_address`.
    """
    agreed = {kind_of(text) for text in mine.texts & theirs.texts} - {"address"}
    points = sum(POINTS[kind] for kind in agreed if kind in POINTS)
    if "name" not in agreed and _alike(mine, theirs):
        agreed.add("name")
        points += ALIKE_POINTS
    if not _suffices(mine, theirs, agreed, company):
        return None
    points += POINTS["address"] if mine.addresses & theirs.addresses else 0
    return Likeness(
        kinds=tuple(sorted(agreed, key=rank)),
        points=points,
        shown=max((theirs.shown.get(text, _NEVER) for text in mine.texts & theirs.texts), default=_NEVER),
    )


def same_make_and_address(mine: Traits, theirs: Traits) -> bool:
    """Whether they have an address in common, are of the same make (role, maker, record), and nothing contradicts it.

    Of devices that the same record recognised the maker may be unknown to one of the two scans: a MAC tells it.
    """
    makers = {mine.vendor, theirs.vendor}
    same_maker = len(makers) == 1 or (mine.profile is not None and None in makers)
    same = mine.make is not None and mine.make == theirs.make and same_maker
    return same and bool(mine.addresses & theirs.addresses) and not contradict(mine, theirs)


def contradict(mine: Traits, theirs: Traits) -> bool:
    """Whether both show identities of some kind and none is the same; randomised MACs count as MACs here."""
    kinds = (*IDS, *CRYPTO_KEYS, "name")
    return _other_macs(mine, theirs) or any(_disjoint(mine.of(kind), theirs.of(kind)) for kind in kinds)


def other_cards(mine: Traits, theirs: Traits) -> bool:
    """Whether both show hardware MACs and none is the same."""
    return _disjoint(mine.of("mac"), theirs.of("mac"))


def _suffices(mine: Traits, theirs: Traits, agreed: set[str], company: Company) -> bool:
    if "mac" in agreed:
        # Ids and names may all be others after a factory reset or an update; the hardware is the same.
        return True
    if agreed & IDS:
        # It may have moved from Wi-Fi to a cable, but not while its old card answers too, nor onto a known device.
        return not (other_cards(mine, theirs) and (company.here or company.another))
    if "random-mac" in agreed or _other_ids(mine, theirs):
        return "random-mac" in agreed and ("name" in agreed or not _other_ids(mine, theirs))
    if agreed & CRYPTO_KEYS:
        # A laptop in its dock; another device of a model may have the factory's key, too, but things do not dock.
        moved = not company.here and _changeable(mine, theirs)
        return not _other_macs(mine, theirs) or (moved and ("name" in agreed or not other_cards(mine, theirs)))
    return "name" in agreed and _name_suffices(mine, theirs, company)


def _name_suffices(mine: Traits, theirs: Traits, company: Company) -> bool:
    """Whether a name, in which alone the two agree, is enough: anybody can bear it."""
    if any(_disjoint(mine.of(kind), theirs.of(kind)) for kind in CRYPTO_KEYS):
        return bool(mine.addresses & theirs.addresses) and not _other_macs(mine, theirs)
    if not _other_macs(mine, theirs):
        return True
    common = any(_label(text) in DEFAULT_NAMES for text in mine.of("name"))
    return not (company.here or common or other_cards(mine, theirs)) and _changeable(mine, theirs)


def _other_ids(mine: Traits, theirs: Traits) -> bool:
    return any(_disjoint(mine.of(kind), theirs.of(kind)) for kind in IDS)


def _changeable(mine: Traits, theirs: Traits) -> bool:
    """Whether it is of a kind that changes its MAC: by its role, or because nobody has ever seen a lasting one."""
    roles = {mine.role, theirs.role} - {Role.UNKNOWN}
    return roles <= CHANGEABLE_ROLES and (bool(roles) or not (mine.of("mac") or theirs.of("mac")))


def _other_macs(mine: Traits, theirs: Traits) -> bool:
    return _disjoint(mine.macs, theirs.macs)


def _disjoint(mine: frozenset[str], theirs: frozenset[str]) -> bool:
    return bool(mine) and bool(theirs) and not mine & theirs


def _alike(mine: Traits, theirs: Traits) -> bool:
    """Whether a name is the same but for the maker or role that one of the two scans did not find out."""
    return any(_same_but_unknown(a, b) for a in mine.of("name") for b in theirs.of("name"))


def _same_but_unknown(one: str, other: str) -> bool:
    mine, theirs = _parts(one), _parts(other)
    return mine[0] == theirs[0] and all(
        a == b or unknown in {a, b} for a, b, unknown in zip(mine[1:], theirs[1:], ("-", Role.UNKNOWN), strict=True)
    )


def _parts(text: str) -> tuple[str, str, str]:
    """Label, maker and role of a name identity, `name:label/maker/role`."""
    label, _, rest = text.partition(":")[2].partition("/")
    maker, _, role = rest.rpartition("/")
    return label, maker, role


def _label(text: str) -> str:
    return _parts(text)[0]
