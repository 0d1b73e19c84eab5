"""Known and declared devices in a real database, among processes, and after an upgrade."""

import dataclasses
import json
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from netaddr import EUI, IPAddress

from netguard.errors import HistoryError
from netguard.history.store import History
from netguard.model import codec
from netguard.model.declared import Declaration
from netguard.model.known import KnownDevice, KnownIdentity
from netguard.model.vocabulary import Link, Role, Stability
from tests.unit.history.conftest import NOON, MakeScan, child, said


def known(number: int = 1, **fields: object) -> KnownDevice:
    device = KnownDevice(
        id=f"{number:012x}",
        site="home",
        key="homekit:aa:bb:cc:dd:ee:01",
        former_keys=("mac:54:d2:72:00:00:01",),
        identities=(
            KnownIdentity(
                kind="mac",
                value="54:d2:72:00:00:01",
                stability=Stability.PERMANENT,
                first_seen=NOON,
                last_seen=NOON + timedelta(days=1, microseconds=1),
            ),
        ),
        first_seen=NOON,
        last_seen=NOON + timedelta(days=1),
        name="Nuki ÄÖ 海",
        role=Role.LOCK,
        mac=EUI("54:d2:72:00:00:01"),
        addresses=(IPAddress("192.0.2.20"), IPAddress("fe80::1")),
        said_role=Role.LOCK_HUB,
        joined=("mac:54:d2:72:00:00:01",),
    )
    return dataclasses.replace(device, **fields)


def declaration(number: int = 1, **fields: object) -> Declaration:
    lock = Declaration(
        id=f"{number:012x}", site="home", name="Front door", role=Role.LOCK, link=Link.BLUETOOTH, declared_at=NOON
    )
    return dataclasses.replace(lock, **fields)


def put(path: Path, table: str, body: object) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(f"UPDATE {table} SET body = ?", (body,))
    connection.close()


def test_a_known_device_is_read_back_whole_also_later(url: str, history: History) -> None:
    history.change_known("home", lambda there: (*there, known(), known(2, site="home", mac=None)))
    history.close()
    with History.open(url) as again:
        assert again.known("home") == (known(), known(2, mac=None))
        assert again.known("cabin") == ()
        assert again.known_sites() == ("home",)


def test_a_change_writes_what_it_gives_back_and_leaves_the_rest(history: History) -> None:
    history.change_known("home", lambda _: (known(1), known(2), known(3)))
    history.change_known("cabin", lambda _: (known(4, site="cabin"),))

    history.change_known("home", lambda there: (dataclasses.replace(there[0], said_name="Door"),), (known(3).id,))

    assert history.known("home") == (known(1, said_name="Door"), known(2))
    assert len(history.known("cabin")) == 1


def test_a_device_that_is_given_back_empty_is_taken_out(history: History) -> None:
    history.change_known("home", lambda _: (known(1), known(2)))
    history.change_known("home", lambda _: (known(1, identities=(), joined=(), said_role=None),))
    assert history.known("home") == (known(2),)


def test_forgetting_reaches_no_other_site(history: History) -> None:
    history.change_known("home", lambda _: (known(1),))
    history.change_known("cabin", None, forget=(known(1).id,))
    assert history.known("home") == (known(1),)


@pytest.mark.parametrize("wrong", [known(1, site="cabin"), known(9, site="home")])
def test_a_device_of_another_site_is_refused_and_nothing_is_changed(history: History, wrong: KnownDevice) -> None:
    history.change_known("cabin", lambda _: (known(9, site="cabin"),))
    with pytest.raises(HistoryError, match="site 'cabin'"):
        history.change_known("home", lambda _: (known(5), wrong))
    assert history.known("home") == ()


def test_what_a_change_raises_undoes_it_all(history: History) -> None:
    history.change_known("home", lambda _: (known(1),))

    def change(there: tuple[KnownDevice, ...]) -> tuple[KnownDevice, ...]:
        raise KeyError(there[0].id)

    with pytest.raises(KeyError):
        history.change_known("home", change, forget=(known(2).id,))
    assert history.known("home") == (known(1),)


def test_a_scan_and_what_was_learnt_of_it_are_kept_together_or_not_at_all(
    history: History, make_scan: MakeScan
) -> None:
    history.save(make_scan("a1b2c3d4"), learn=lambda there: (*there, known()))
    assert history.known("home") == (known(),)

    def fail(there: tuple[KnownDevice, ...]) -> tuple[KnownDevice, ...]:
        raise KeyError(len(there))

    with pytest.raises(KeyError):
        history.save(make_scan("b1b2c3d4"), learn=fail)
    with pytest.raises(HistoryError, match="is in it already"):
        history.save(make_scan("a1b2c3d4"), learn=lambda _: (known(2),))
    assert [line.id for line in history.list()] == ["a1b2c3d4"]
    assert history.known("home") == (known(),)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "damaged"),
        ("{}", "missing required field"),
        ("[1]", "damaged"),
        ("\x1b[31m", "damaged"),
        (b"\xff\xfe", "no text"),
        (codec.dumps_value(known()).replace("permanent", "forever"), "forever"),
        (codec.dumps_value(known()).replace("54:d2:72:00:00:01", "nonsense"), "MAC"),
        (codec.dumps_value(known()).replace("12:00:00Z", "12:00:00"), "without time zone"),
        (codec.dumps_value(known(7)), "another device"),
        (codec.dumps_value(known(site="cabin")), "another device or site"),
        ("[" * 100_000, "damaged"),
    ],
    ids=range(11),
)
def test_a_damaged_row_is_named_with_the_way_out_and_a_scan_is_saved_all_the_same(
    path: Path, history: History, make_scan: MakeScan, body: object, reason: str
) -> None:
    history.change_known("home", lambda _: (known(),))
    put(path, "known_devices", body)

    with pytest.raises(
        HistoryError, match=f"row '000000000001' of known_devices cannot be read: .*{reason}"
    ) as refused:
        history.known("home")
    assert "\x1b" not in str(refused.value)
    assert "netguard devices forget 000000000001" in str(refused.value)
    with pytest.raises(HistoryError, match="the scan is saved, but its devices are not remembered"):
        history.save(make_scan("a1b2c3d4"), learn=lambda there: there)
    assert [line.id for line in history.list()] == ["a1b2c3d4"]

    history.change_known("home", None, forget=(known().id,))
    assert history.known("home") == ()


def test_fields_of_a_newer_netguard_are_ignored(path: Path, history: History) -> None:
    history.change_known("home", lambda _: (known(),))
    newer = json.loads(codec.dumps_value(known())) | {"from_the_future": {"x": [1]}}
    put(path, "known_devices", json.dumps(newer))
    assert history.known("home") == (known(),)


def test_what_the_history_keeps_of_a_value_is_ascii_and_one_line() -> None:
    text = codec.dumps_value(known())
    assert text.isascii()
    assert "\n" not in text
    assert codec.loads_value(text, KnownDevice) == known()
    with pytest.raises(codec.UnreadableDocument):
        codec.loads_value(text, Declaration)


def test_declarations_are_kept_replaced_and_withdrawn(url: str, history: History) -> None:
    history.declare(declaration())
    history.declare(declaration(2, name="Shed", profile="nuki-smart-lock", link=None))
    history.declare(declaration(3, site="cabin"))
    history.declare(declaration(known="0123456789ab"))
    history.close()
    with History.open(url) as again:
        assert again.declared("home") == (
            declaration(known="0123456789ab"),
            declaration(2, name="Shed", profile="nuki-smart-lock", link=None),
        )
        again.withdraw("cabin", declaration(2).id)
        again.withdraw("home", declaration(1).id)
        again.withdraw("home", declaration(1).id)
        assert [d.name for d in again.declared("home")] == ["Shed"]
        assert len(again.declared("cabin")) == 1


def test_a_damaged_declaration_is_named(path: Path, history: History) -> None:
    history.declare(declaration())
    put(path, "declared_devices", "{}")
    with pytest.raises(HistoryError, match=r"row .000000000001. of declared_devices cannot be read: .*declare it anew"):
        history.declared("home")


def test_scans_of_several_processes_at_once_lose_none_of_each_others_devices(url: str) -> None:
    program = """
        from datetime import UTC, datetime
        from netguard.model.known import KnownDevice, KnownIdentity
        from netguard.model.vocabulary import Stability
        at = datetime(2026, 3, 1, tzinfo=UTC)

        def learn(there, number):
            mac = f"{name}-{number}"
            shown = KnownIdentity(kind="mac", value=mac, stability=Stability.PERMANENT, first_seen=at, last_seen=at)
            new = KnownDevice(
                id=mac, site="home", key="mac:" + mac, identities=(shown,), first_seen=at, last_seen=at,
                name=str(len(there)),
            )
            counter = [d for d in there if d.id == "counter"]
            grown = dataclasses.replace(counter[0], model=str(int(counter[0].model) + 1))
            return (new, grown)

        print("ready", flush=True)
        sys.stdin.readline()
        with History.open(url) as history:
            for number in range(10):
                scan = dataclasses.replace(released, id=f"{name}-{number}", site="home")
                history.save(scan, learn=lambda there: learn(there, number))
    """
    shown = KnownIdentity(kind="mac", value="c", stability=Stability.PERMANENT, first_seen=NOON, last_seen=NOON)
    with History.open(url) as history:
        history.change_known("home", lambda _: (known(id="counter", identities=(shown,), model="0"),))
    processes = [child(program, url, f"process-{n}") for n in range(3)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        said(process)
    with History.open(url) as history:
        there = {d.id: d for d in history.known("home")}
    assert there.keys() == {"counter"} | {f"process-{n}-{m}" for n in range(3) for m in range(10)}
    assert there["counter"].model == "30", "each saw what all before had written"
    assert sorted(int(d.name or "") for d in there.values() if d.id != "counter") == list(range(1, 31))
