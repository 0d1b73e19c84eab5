"""What an import makes of devices that both sides know, of what several share, and of files that are too large or of to come."""

import dataclasses
import gzip
import io
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.compare import keys, registry
from netguard.errors import DocumentError
from netguard.history import bundle, mappings, moving
from netguard.history.moving import merged
from netguard.history.store import History
from netguard.model import codec
from netguard.model.known import KnownDevice, KnownIdentity
from netguard.model.mapping import KnownMapping
from netguard.model.vocabulary import Stability
from tests.unit.history.conftest import NOON, MakeScan

TEXTS = ("tls:one", "tls:two", "ssh:one", "mac:00:00:5e:00:53:aa", "mac:00:00:5e:00:53:bb", "name:tv.local")


def shown(*texts: str, at: datetime = NOON) -> tuple[KnownIdentity, ...]:
    parts = (text.partition(":") for text in texts)
    return tuple(
        KnownIdentity(kind=kind, value=value, stability=Stability.PERMANENT, first_seen=at, last_seen=at)
        for kind, _, value in parts
    )


def device(number: int, *texts: str, **fields: object) -> KnownDevice:
    made = KnownDevice(
        id=f"{number:012x}", site="home", key=texts[0], identities=shown(*texts), first_seen=NOON, last_seen=NOON
    )
    return dataclasses.replace(made, **fields)  # type: ignore[arg-type]


@st.composite
def registries(draw: st.DrawFn) -> tuple[KnownDevice, ...]:
    """Devices that show what they like, each by a key of its own or not."""
    several = st.lists(st.sampled_from(TEXTS), min_size=1, max_size=4, unique=True)
    return tuple(
        device(
            n,
            *draw(several),
            former_keys=tuple(draw(several)),
            joined=tuple(draw(several)),
            said_name=draw(st.none() | st.just(f"Thing {n}")),
        )
        for n in range(draw(st.integers(0, 6)))
    )


def moved(history: History, other: History) -> None:
    file = io.BytesIO()
    bundle.write(file, history.lines(None, pytest.fail), "netguard 1", NOON)
    other.take_in(bundle.read(io.BytesIO(file.getvalue())))


@given(registries())
def test_a_registry_arrives_in_an_empty_history_as_it_is_whatever_its_devices_share(
    there: tuple[KnownDevice, ...],
) -> None:
    with History.open("sqlite://") as history, History.open("sqlite://") as other:
        history.change_known("home", lambda _: there)
        moved(history, other)
        assert other.known("home") == history.known("home") == there
        moved(history, other)
        assert other.known("home") == there, "and a second time nothing changes"


@given(registries(), registries())
def test_nothing_that_was_here_is_lost_or_told_by_less(
    ours: tuple[KnownDevice, ...], theirs: tuple[KnownDevice, ...]
) -> None:
    theirs = tuple(dataclasses.replace(each, id=f"f{each.id[1:]}") for each in theirs)
    after, named = merged(ours, theirs)
    assert named.keys() == {each.id for each in theirs}
    for mine in ours:
        got = after[mine.id]
        assert (got.key, got.joined, got.last_seen) == (mine.key, mine.joined, mine.last_seen)
        assert set(got.former_keys) >= set(mine.former_keys)
        assert {i.text for i in got.identities} >= {i.text for i in mine.identities}
    assert len(after) == len(ours) + len(theirs) - sum(named[each.id] != each.id for each in theirs)


def test_a_text_that_two_of_either_side_show_tells_nobody() -> None:
    dock, common = "mac:00:00:5e:00:53:aa", "tls:common"
    ours = (device(1, "ssh:one", dock), device(2, "ssh:two", dock))
    after, _ = merged(ours, (device(3, "ssh:three", dock),))
    assert len(after) == 3
    after, _ = merged((device(1, "mac:1", common),), (device(2, "mac:2", common), device(3, "mac:3", common)))
    assert len(after) == 3
    after, named = merged(ours, (device(3, "ssh:two", dock),))
    assert (len(after), named) == (2, {f"{3:012x}": f"{2:012x}"})


def test_two_of_theirs_may_be_one_here_but_not_against_the_persons_word() -> None:
    mine = device(1, "ssh:one", "mac:1", joined=("mac:1",))
    theirs = (device(2, "ssh:one"), device(3, "mac:1"))
    after, named = merged((mine,), theirs)
    assert set(named.values()) == {mine.id}
    assert list(after) == [mine.id]
    apart = dataclasses.replace(theirs[1], apart=("ssh:one",))
    after, named = merged((mine,), (theirs[0], apart))
    assert named[apart.id] == apart.id


def test_a_device_that_was_known_by_a_stronger_key_there_is_known_by_that_here_too() -> None:
    weak, strong = "mac:00:00:5e:00:53:1e", "homekit:aa:bb"
    mine, other = device(1, weak), device(2, "tls:other", former_keys=("upnp:taken",))
    theirs = device(9, strong, weak, former_keys=(weak, "upnp:old", "upnp:taken"), identities=shown(strong, weak, "address:192.0.2.9", at=NOON - timedelta(days=9)))  # fmt: skip
    after, _ = merged((mine, other), (theirs,))
    got = after[mine.id]
    assert got.former_keys == (strong, "upnp:old"), "what another device of ours has stays its own"
    assert [i.text for i in got.identities] == [strong, weak], "an address is anybody's by now"
    assert got.identities[1].first_seen == NOON - timedelta(days=9)
    assert got.first_seen == theirs.first_seen
    assert len(after) == 2


def test_what_is_kept_of_a_device_has_the_same_bounds_as_in_the_registry() -> None:
    assert moving.MAX_FORMER_KEYS == keys.MAX_FORMER_KEYS
    assert moving.MAX_OF_A_KIND == registry.MAX_OF_A_KIND
    assert bundle.MAX_OF_A_SITE["known"] == registry.MAX_DEVICES
    assert bundle.MAX_OF_A_SITE["mapping"] == mappings.MAX_MAPPINGS
    many = [f"tls:{n:02}" for n in range(30)]
    mine = device(1, "mac:1", *many[:10])
    after, _ = merged((mine,), (device(2, "mac:1", *many[10:], former_keys=tuple(f"ssh:{n}" for n in range(90))),))
    assert len(after[mine.id].former_keys) == moving.MAX_FORMER_KEYS
    assert sum(i.kind == "tls" for i in after[mine.id].identities) == moving.MAX_OF_A_KIND


def packed(*lines: bytes) -> io.BytesIO:
    file = io.BytesIO()
    bundle.write(file, iter(lines), "somebody", NOON)
    return file


def test_what_is_no_scan_has_bounds_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    line = bundle.line_of(device(1, "mac:1"))
    assert len(list(bundle.read(packed(line, line)))) == 2
    for name, value in (("MAX_OTHER_LINE", 100), ("MAX_OTHERS", 2 * len(line)), ("MAX_OF_A_SITE", {"known": 1})):
        with monkeypatch.context() as patch:
            patch.setattr(bundle, name, value)
            with pytest.raises(DocumentError, match="larger than any history"):
                list(bundle.read(packed(line, line)))
            elsewhere = bundle.line_of(device(2, "mac:2", site="cabin"))
            if name == "MAX_OF_A_SITE":
                assert len(list(bundle.read(packed(line, elsewhere)))) == 2
    swollen = bundle.line_of(device(1, "mac:1", name="x" * bundle.MAX_OTHER_LINE))
    assert len(gzip.compress(swollen)) < 1000
    with pytest.raises(DocumentError, match="larger than any history"):
        list(bundle.read(packed(swollen)))


def test_what_says_that_it_is_of_to_come_is_refused(make_scan: MakeScan) -> None:
    """One such scan would stand before all that are made from now on, and such a device would never be gone."""
    now = datetime(2026, 11, 27, tzinfo=UTC)
    soon, ahead = now + timedelta(hours=20), now + timedelta(days=2)

    def scan(at: datetime, **fields: object) -> bytes:
        return bundle.scan_line(at, codec.dumps(make_scan("a1b2c3d4", **fields), indent=0))

    def mapping(**fields: object) -> bytes:
        one = KnownMapping(gateway="mac:1", name="m", first_seen=NOON, last_seen=NOON)
        return bundle.line_of(bundle.SiteMapping(site="home", mapping=dataclasses.replace(one, **fields)))  # type: ignore[arg-type]

    def lines(at: datetime) -> list[bytes]:
        return [
            scan(at),
            scan(NOON, started_at=at, finished_at=at),
            bundle.line_of(device(1, "mac:1", last_seen=at)),
            bundle.line_of(device(1, "mac:1", identities=shown("mac:1", at=at))),
            mapping(last_seen=at),
        ]

    for line in lines(soon):
        assert len(list(bundle.read(packed(line), now))) == 1
    for line in (*lines(ahead), *lines(datetime(9999, 12, 31, tzinfo=UTC))):
        with pytest.raises(DocumentError, match=r"line 2: .*is to come"):
            list(bundle.read(packed(line), now))
