"""A history as one file: all of it arrives elsewhere, and a file that is damaged or edited changes nothing."""

import dataclasses
import gzip
import io
import json
import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from netaddr import EUI, IPNetwork

from netguard.errors import DocumentError, HistoryError
from netguard.history import bundle
from netguard.history.moving import Taken, merged
from netguard.history.store import History
from netguard.model import codec
from netguard.model.acceptance import Acceptance
from netguard.model.device import Device
from netguard.model.gateway import Gateway
from netguard.model.home import Enrolment
from netguard.model.known import KnownDevice
from netguard.model.vocabulary import Role
from tests.unit.history.conftest import NOON, MakeScan
from tests.unit.history.test_history_devices import declaration, known
from tests.unit.history.test_history_mappings import mapping

NOW = datetime(2026, 11, 27, tzinfo=UTC)


def home(site: str = "home", last: int = 1) -> Enrolment:
    return Enrolment(
        site=site,
        gateway_mac=EUI(f"00-00-5E-00-53-{last:02x}"),
        prefixes=(IPNetwork("192.168.7.0/24"),),
        ssid="Harbour",
        enrolled_at=NOON,
    )


def accepted(id_: str = "0000000c", **fields: object) -> Acceptance:
    one = Acceptance(
        id=id_, site="home", fingerprint="f" * 16, reason="Ü", owner="Ada", accepted_at=NOON, until=date(2026, 12, 1)
    )
    return dataclasses.replace(one, **fields)  # type: ignore[arg-type]


@pytest.fixture
def full(history: History, make_scan: MakeScan) -> History:
    """A history with something of everything, of two sites."""
    gateways = {"gateways": (Gateway(device="mac:router", mappings=(mapping(),)),)}
    history.save(make_scan("a1b2c3d4", 5, **gateways), learn=lambda _: (known(),))
    history.save(make_scan("b1b2c3d4", 0, gateways=()), just_made=True)
    history.save(make_scan("c1b2c3d4", 9, site="cabin", gateways=()), learn=lambda _: (known(2, site="cabin"),))
    history.declare(declaration(known=known().id))
    history.remember(home())
    history.remember(home("cabin", 2))
    history.accept(accepted())
    return history


@pytest.fixture
def other(tmp_path: Path) -> Iterator[History]:
    """An empty history elsewhere."""
    with History.open(f"sqlite:///{tmp_path / 'other.db'}") as opened:
        yield opened


def out(history: History, site: str | None = None) -> bytes:
    file = io.BytesIO()
    complaints: list[str] = []
    bundle.write(file, history.lines(site, complaints.append), "netguard 1", NOW)
    assert complaints == []
    return file.getvalue()


def into(history: History, data: bytes) -> Taken:
    return history.take_in(bundle.read(io.BytesIO(data)))


def everything(history: History) -> list[object]:
    sites = ("cabin", "home")
    scans = [codec.dumps(history.scan(line.id)) for line in history.list(limit=1000)]
    return [scans, history.homes(), [(history.known(s), history.declared(s), history.mappings(s), history.acceptances(s), history.timeline(s)) for s in sites]]  # fmt: skip


def test_all_of_it_arrives_with_its_order_and_a_second_time_changes_nothing(full: History, other: History) -> None:
    data = out(full)
    taken = into(other, data)
    assert dict(taken.new) == {
        "scans": 3, "devices": 2, "declared devices": 1, "homes": 2, "mappings": 1, "accepted risks": 1,
    }  # fmt: skip
    assert taken.there == 0
    assert [line.id for line in other.list("home")] == ["b1b2c3d4", "a1b2c3d4"], "as it stood there, clock or not"
    before = everything(full)
    assert [sorted(map(str, part)) for part in everything(other)] == [sorted(map(str, part)) for part in before]
    assert out(other) == data, "the same history makes the same file"
    again = into(other, data)
    assert (dict(again.new), again.there) == ({}, 3)
    assert out(other) == data
    assert into(full, data).there == 3
    assert everything(full) == before


def test_one_home_can_be_taken_out_alone(full: History, other: History) -> None:
    into(other, out(full, "cabin"))
    assert [line.id for line in other.list()] == ["c1b2c3d4"]
    assert [h.site for h in other.homes()] == ["cabin"]
    assert other.known("home") == ()


def test_the_file_is_text_that_any_tool_reads_and_is_read_unpacked_too(full: History, other: History) -> None:
    lines = gzip.decompress(out(full)).splitlines()
    assert [next(iter(json.loads(line))) for line in lines] == [
        "schema", *["ordered_at"] * 3, "known", "home", "known", "declared", "home", "mapping", "acceptance", "end",
    ]  # fmt: skip
    assert json.loads(lines[0]) == {
        "schema": "netguard.history/1", "written_at": "2026-11-27T00:00:00Z", "by": "netguard 1",
    }  # fmt: skip
    assert into(other, gzip.decompress(out(full))).new["scans"] == 3


def test_fields_of_a_newer_netguard_survive(history: History, other: History, make_scan: MakeScan) -> None:
    newer = json.loads(codec.dumps(make_scan("a1b2c3d4")))
    newer["devices"][0]["from_the_future"] = {"x": [1]}
    history.save(codec.loads(json.dumps(newer, indent=3).encode()))
    into(other, out(history))
    assert json.loads(codec.dumps(other.scan("latest"))) == newer


def repacked(change: Callable[[list[bytes]], list[bytes]], data: bytes) -> bytes:
    return gzip.compress(b"".join(line + b"\n" for line in change(gzip.decompress(data).splitlines())))


def sealed(lines: list[bytes]) -> bytes:
    """`lines` written as netguard writes them: what somebody makes who can."""
    file = io.BytesIO()
    bundle.write(file, iter(lines), "somebody", NOW)
    return file.getvalue()


CHANGES: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "edited": lambda lines: [line.replace(b"Front", b"Back") for line in lines],
    "a grade": lambda lines: [line.replace(b'"letter": "D"', b'"letter": "A"') for line in lines],
    "a line less": lambda lines: [lines[0], *lines[2:]],
    "a line twice": lambda lines: [*lines[:2], *lines[1:]],
    "cut at a line": lambda lines: lines[:-1],
    "cut in two": lambda lines: lines[: len(lines) // 2],
    "more after the end": lambda lines: [*lines, b"{}"],
    "two orders": lambda lines: [lines[0], lines[2], lines[1], *lines[3:]],
    "no head": lambda lines: lines[1:],
    "no JSON": lambda lines: [lines[0], b"nonsense", *lines[1:]],
    "no object": lambda lines: [lines[0], b"[]", *lines[1:]],
    "empty": lambda _: [],
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_file_that_was_edited_or_cut_is_refused_in_one_line_and_nothing_is_written(
    full: History, other: History, name: str
) -> None:
    changed = repacked(CHANGES[name], out(full))
    other.remember(home())
    before = everything(other)
    with pytest.raises(DocumentError) as error:
        into(other, changed)
    assert "\n" not in str(error.value)
    assert everything(other) == before


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.randoms(use_true_random=False))
def test_no_flipped_byte_or_cut_ends_in_anything_but_a_refusal(full: History, chance: random.Random) -> None:
    data = bytearray(out(full))
    if chance.random() < 0.3:
        del data[chance.randrange(len(data)) :]
    else:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    with History.open("sqlite://") as other:
        try:
            into(other, bytes(data))
        except DocumentError:
            assert other.list() == ()
            assert other.homes() == ()
        else:  # gzip's header has bytes that mean nothing (RFC 1952, 2.3.1): time, system
            assert out(other) == out(full)


BAD_LINES = {
    "a newer thing": (b'{"from_the_future": {}}', "newer netguard"),
    "a bad device": (b'{"known": {"id": 7}}', "damaged"),
    "a device of another kind": (b'{"declared": []}', "damaged"),
    "a scan of a newer netguard": (b'{"ordered_at": "2026-01-01T00:00:00Z", "scan": {"schema": "netguard.scan/2"}}', "update"),
    "a scan without its place": (b'{"scan": {}}', "damaged"),
    "deep": (b'{"known": ' + b"[" * 3000 + b"]" * 3000 + b"}", "damaged"),
    "an escape sequence": (b'{"\\u001b[31mred": 1}', "newer netguard"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_LINES)
def test_a_bad_line_is_named_and_its_text_never_reaches_the_terminal(other: History, name: str) -> None:
    line, reason = BAD_LINES[name]
    with pytest.raises(DocumentError, match=f"line 2.*{reason}|{reason}.*line 2") as error:
        into(other, sealed([line]))
    assert "\x1b" not in str(error.value)
    assert "\n" not in str(error.value)


def test_a_newer_file_says_to_update(other: History) -> None:
    with pytest.raises(
        DocumentError, match=r"it is netguard.history/2, this netguard reads netguard.history/1: update"
    ):
        into(other, gzip.compress(b'{"schema": "netguard.history/2"}\n'))


def test_sizes_are_bounded(other: History, monkeypatch: pytest.MonkeyPatch, full: History) -> None:
    data = out(full)
    for name, value in (("MAX_LINE", 200), ("MAX_LINES", 3), ("MAX_BYTES", 1000)):
        with monkeypatch.context() as patch:
            patch.setattr(bundle, name, value)
            with pytest.raises(DocumentError, match="larger than any history"):
                into(other, data)
    assert other.list() == ()


def test_a_scan_with_other_content_is_refused_and_nothing_of_the_file_is_taken(
    full: History, other: History, make_scan: MakeScan
) -> None:
    other.save(make_scan("b1b2c3d4", 0, grade=None))
    with pytest.raises(HistoryError, match="scan b1b2c3d4 is in the history with other content"):
        into(other, out(full))
    assert [line.id for line in other.list()] == ["b1b2c3d4"]
    assert other.scan("latest").grade is None


def test_a_network_that_is_another_sites_is_refused(full: History, other: History) -> None:
    other.remember(home("office"))
    with pytest.raises(HistoryError, match="belongs to site 'office' here, and to 'home' there"):
        into(other, out(full))
    assert other.list() == ()


def test_a_scan_twice_in_one_file_is_refused(other: History, make_scan: MakeScan) -> None:
    line = bundle.scan_line(NOON, codec.dumps(make_scan("a1b2c3d4"), indent=0))
    with pytest.raises(DocumentError, match="twice"):
        into(other, sealed([line, line]))


def test_what_the_history_knows_of_a_device_stays_and_the_persons_words_arrive(history: History) -> None:
    mine = known(said_role=None, name="Mine")
    theirs = known(7, key="mac:54:d2:72:00:00:01", former_keys=(), said_name="Haustür", said_role=Role.LOCK,
                   name="Theirs", first_seen=NOON - timedelta(days=9))  # fmt: skip
    new = known(8, key="mac:00:00:5e:00:53:77", former_keys=(), identities=(), joined=())
    after, named = merged((mine,), (theirs, new))
    assert after[mine.id] == dataclasses.replace(
        mine, first_seen=NOON - timedelta(days=9), said_name="Haustür", said_role=Role.LOCK
    )
    assert after[new.id] == new
    assert named == {theirs.id: mine.id, new.id: new.id}
    history.change_known("home", lambda _: (mine,))
    into(history, sealed([bundle.line_of(theirs), bundle.line_of(declaration(known=theirs.id))]))
    assert [k.id for k in history.known("home")] == [mine.id]
    assert history.declared("home")[0].known == mine.id, "a declared device stays tied to the device it is"


def test_two_homes_devices_are_not_one_because_of_a_name_or_an_address() -> None:
    tv = known(1, key="name:tv.local", former_keys=(), joined=(), identities=())
    lock = dataclasses.replace(known(2), former_keys=("name:tv.local",), joined=())
    after, _ = merged((lock,), (tv,))
    assert set(after) == {lock.id, tv.id}


def test_a_mapping_is_known_since_the_earlier_and_until_the_later_time(history: History, make_scan: MakeScan) -> None:
    def saved(id_: str, minute: int, into: History) -> None:
        gateways = (Gateway(device="mac:router", mappings=(mapping(),)),)
        into.save(make_scan(id_, minute, devices=(Device(key="mac:router"),), gateways=gateways))

    with History.open("sqlite://") as other:
        saved("a1b2c3d4", 0, other)
        saved("b1b2c3d4", 99, other)
        data = out(other)
    saved("c1b2c3d4", 50, history)
    assert into(history, data).new["mappings"] == 0
    (one,) = history.mappings("home")
    assert (one.first_seen, one.last_seen) == (NOON, NOON + timedelta(minutes=99))


def test_a_scan_that_cannot_be_read_is_left_out_and_told(full: History, other: History) -> None:
    with full._database.writing() as connection:
        connection.exec_driver_sql("UPDATE scans SET document = X'FFFFFF' WHERE id = 'a1b2c3d4'")
    file, complaints = io.BytesIO(), []
    bundle.write(file, full.lines(None, complaints.append), "netguard 1", NOW)
    assert complaints == ["the saved scan a1b2c3d4 cannot be read: it is damaged"]
    assert into(other, file.getvalue()).new["scans"] == 2


def test_a_device_of_the_same_id_at_another_site_undoes_all_of_it(history: History, other: History) -> None:
    history.change_known("home", lambda _: (known(),))
    other.change_known("cabin", lambda _: (known(site="cabin"),))
    with pytest.raises(HistoryError, match="is taken by a device of site"):
        into(history, out(other))
    assert history.known("cabin") == ()


def test_known_devices_are_compared_within_their_site_only(history: History, other: History) -> None:
    history.change_known("home", lambda _: (known(),))
    other.change_known("cabin", lambda _: (known(5, site="cabin"),))
    into(history, out(other))
    assert isinstance(history.known("cabin")[0], KnownDevice)
