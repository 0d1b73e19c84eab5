"""Kismet's log: databases that are none, lie, or would keep the reader busy."""

import contextlib
import gzip
import json
import sqlite3
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.errors import WifiFileError
from netguard.wifi import files
from netguard.wifi.formats import kismet
from tests.unit.wifi.captures import frame
from tests.unit.wifi.kismet_log import ADDRESS, SCHEMA, device, log, network, read, told

__all__ = ["log", "told"]


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"7",
        b"\xff" * 50,
        b"[" * 100_000,
        b'{"dot11.device": 7}',
        b'{"dot11.device": {}}',
        None,
    ],
)
def test_a_record_that_is_none_is_passed_over(log, broken):
    fine = (ADDRESS, -60, device(network()))
    assert len(read(log([("02:00:5E:00:00:08", -60, broken), fine]))[0]) == 1


@pytest.mark.parametrize("address", [None, "", "02:00:5E", 7, "02:00:5E:00:00:0G", "x" * 100, b"\xff" * 17])
def test_an_address_that_is_none_is_passed_over(log, address):
    assert read(log([(address, -60, device(network()))]))[0] == []


def test_a_value_larger_than_any_is_not_loaded(log):
    fine = (ADDRESS, -60, device(network()))
    huge = ("02:00:5E:00:00:08", -60, b"[" + b"0," * kismet.MAX_VALUE + b"0]")
    assert len(read(log([huge, fine]))[0]) == 1
    assert len(read(log([fine], [(105, b"\x80" * kismet.MAX_VALUE * 2, 0), (105, frame(), 0)]))[0]) == 2


def test_another_programs_database(log):
    with pytest.raises(WifiFileError, match=r"home\.kismet: it is a database, but not one of Kismet"):
        list(files.read(log(schema="CREATE TABLE moz_places (id INT);")))


def test_what_only_begins_like_a_database(tmp_path):
    path = tmp_path / "home.kismet"
    for rest in (b"", b"\0" * 4096, b"x" * 5000):
        path.write_bytes(b"SQLite format 3\0" + rest)
        with pytest.raises(
            WifiFileError, match=r"home\.kismet: it (begins like a database, but|is a database, but not)"
        ):
            list(files.read(path))


def test_a_packed_one_is_to_be_unpacked_first(log, tmp_path):
    path = tmp_path / "home.kismet.gz"
    path.write_bytes(gzip.compress(log().read_bytes()))
    with pytest.raises(WifiFileError, match=r"home\.kismet\.gz: .*unpack it first"):
        list(files.read(path))


def test_nothing_is_written_beside_it(log, tmp_path):
    path = log([(ADDRESS, -60, device(network()))], name="a b#c%41.kismet")
    before = path.read_bytes()
    assert len(read(path)[0]) == 1
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == [path.name]


def test_a_damaged_one_gives_what_can_be_read(log):
    path = log([(f"02:00:5E:00:{n >> 8:02X}:{n & 255:02X}", -60, device(network())) for n in range(2000)])
    data = bytearray(path.read_bytes())
    for at in range(len(data) // 2, len(data), 4096):
        data[at : at + 64] = b"\xff" * 64
    path.write_bytes(data)
    found, remarks = read(path)
    assert len(found) < 2000
    assert any("damaged" in remark for remark in remarks)


def test_tables_that_are_views_are_no_tables(log):
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT "
    schema = (
        SCHEMA.split("CREATE TABLE packets", maxsplit=1)[0]
        + f"CREATE VIEW packets AS {endless} 105 AS dlt, 'x' AS packet FROM n;"
    )
    with pytest.raises(WifiFileError, match="not one of Kismet"):
        list(files.read(log(schema=schema)))


def test_a_computed_column_cannot_keep_it_busy_for_ever(log):
    """A row that costs a million instructions each time it is looked at, a few thousand times."""
    slow = " || ".join(["hex(hex(hex(hex(devmac))))"] * 40)
    schema = SCHEMA.replace("phyname TEXT, devmac TEXT,", f"phyname TEXT, devmac TEXT, slow AS (length({slow})),")
    schema = schema.replace("strongest_signal INT,", "", 1).replace("slow AS", "strongest_signal AS", 1)
    path = log(schema=schema)
    with contextlib.closing(sqlite3.connect(path)) as base:
        base.execute(
            "INSERT INTO devices (phyname, devmac, device) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000)"
            " SELECT 'IEEE802.11', printf('02:00:5E:00:%02X:%02X', i / 256, i % 256), ? FROM n",
            (device(network()).encode(),),
        )
        base.commit()
    began = time.process_time()
    read(path)
    assert time.process_time() - began < 60


def test_it_is_stopped_where_it_takes_longer_than_its_size_can_explain(log, monkeypatch):
    monkeypatch.setattr(kismet, "_STEPS", 0)
    monkeypatch.setattr(kismet, "_STEP", 10)
    path = log([(ADDRESS, -60, device(network()))])
    monkeypatch.setattr(kismet, "_STEP", 10 + path.stat().st_size)
    assert len(read(path)[0]) == 1
    base = kismet._opened(files.Where(name="x", path=path), path, 0)
    with contextlib.closing(base), pytest.raises(sqlite3.OperationalError, match="interrupted"):
        list(
            base.execute(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n LIMIT 1000000"
            )
        )


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)
FIELDS = [
    "ssid",
    "crypt_bitfield",
    "crypt_set",
    "wps_state",
    "wps_config_methods",
    "wpa_mfp_required",
    "wpa_mfp_supported",
    "channel",
    "ie_tag_list",
]


@given(st.dictionaries(st.sampled_from(FIELDS), VALUES), VALUES, VALUES)
def test_no_record_raises(fields, around, frequency):
    record = {
        "kismet.device.base.frequency": frequency,
        "dot11.device": {"dot11.device.advertised_ssid_map": [network(**fields)]},
    }
    for each in (
        record,
        around,
        {"dot11.device": around},
        {"dot11.device": {"dot11.device.advertised_ssid_map": around}},
    ):
        text = json.dumps(each).encode()
        with contextlib.closing(sqlite3.connect(":memory:")) as base:
            base.text_factory = bytes
            base.executescript(SCHEMA)
            base.execute("INSERT INTO devices (phyname, devmac, device) VALUES ('IEEE802.11', ?, ?)", (ADDRESS, text))
            list(kismet._devices(base, 10))


def damaged(folder, place, junk):
    """A log with `junk` at byte number `place`, or after its end."""
    path = folder / "damaged.kismet"
    whole = path.with_suffix(".whole")
    if not whole.exists():
        with contextlib.closing(sqlite3.connect(whole)) as base:
            base.executescript(SCHEMA)
            base.execute(
                "INSERT INTO devices (phyname, devmac, device) VALUES ('IEEE802.11', ?, ?)",
                (ADDRESS, device(network()).encode()),
            )
            base.execute("INSERT INTO packets (dlt, packet, error) VALUES (105, ?, 0)", (frame(),))
            base.commit()
    data = bytearray(whole.read_bytes())
    place = place * len(data) // 4096
    data[place : place + len(junk)] = junk
    path.write_bytes(data)
    return path


@given(st.integers(0, 4095), st.binary(min_size=1, max_size=40))
def test_no_damage_raises_anything_else(tmp_path_factory, at, junk):
    with contextlib.suppress(WifiFileError):
        read(damaged(tmp_path_factory.getbasetemp(), at, junk))


@pytest.mark.parametrize("junk", [b"\xff\xfe\x80", b"\xc3(" * 4, b'"\xff" TEXT, '])
def test_names_that_are_no_text_are_damage_like_any_other(tmp_path, junk):
    for at in range(0, 1024, 3):
        with contextlib.suppress(WifiFileError):
            read(damaged(tmp_path, at, junk))
