"""Kismet's log: kept frames first, its own summary in its own words second, and databases that are none or lie."""

import contextlib
import gzip
import json
import sqlite3
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.errors import WifiFileError
from netguard.model.vocabulary import Pmf, Security, WpsMethod
from netguard.wifi import files
from netguard.wifi.formats import kismet
from tests.unit.wifi.captures import frame, radiotap

SCHEMA = """
CREATE TABLE KISMET (kismet_version TEXT, db_version INT, db_module TEXT);
CREATE TABLE devices (first_time INT, last_time INT, devkey TEXT, phyname TEXT, devmac TEXT, strongest_signal INT,
  min_lat REAL, min_lon REAL, max_lat REAL, max_lon REAL, avg_lat REAL, avg_lon REAL, bytes_data INT, type TEXT,
  device BLOB, UNIQUE(phyname, devmac) ON CONFLICT REPLACE);
CREATE TABLE packets (ts_sec INT, ts_usec INT, phyname TEXT, sourcemac TEXT, destmac TEXT, transmac TEXT, frequency REAL,
  devkey TEXT, lat REAL, lon REAL, alt REAL, speed REAL, heading REAL, packet_len INT, signal INT, datasource TEXT,
  dlt INT, packet BLOB, error INT, tags TEXT, datarate REAL, hash INT, packetid INT, packet_full_len INT);
"""
"""Of a log of today (kismetwireless.net/docs/dev/kismetdb)."""

BIT = {name: 1 << bit for bit, name in {**kismet._AKMS}.items()}
WPA, WPA1, WPA3 = 1 << 1, 1 << 2, 1 << 4
CCMP = 1 << 10 | 1 << 26
TKIP = 1 << 9 | 1 << 25
ADDRESS = "02:00:5E:00:00:09"


def network(**fields):
    return {f"dot11.advertisedssid.{name}": value for name, value in {"ssid": "home", **fields}.items()}


def device(*networks, frequency=2437000, last=None):
    record = {"dot11.device.advertised_ssid_map": list(networks)}
    if last is not None:
        record["dot11.device.last_beaconed_ssid_record"] = last
    return json.dumps({"kismet.device.base.frequency": frequency, "dot11.device": record})


@pytest.fixture
def log(tmp_path):
    def make(devices=(), packets=(), schema=SCHEMA, name="home.kismet"):
        path = tmp_path / name
        path.unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(path)) as base:
            base.executescript(schema)
            for address, signal, text in devices:
                base.execute(
                    "INSERT INTO devices (phyname, devmac, strongest_signal, device) VALUES ('IEEE802.11', ?, ?, ?)",
                    (address, signal, text.encode() if isinstance(text, str) else text),
                )
            for link, data, wrong in packets:
                base.execute(
                    "INSERT INTO packets (phyname, dlt, packet, packet_len, error) VALUES ('IEEE802.11', ?, ?, ?, ?)",
                    (link, data, len(data), wrong),
                )
            base.commit()
        return path

    return make


def read(path):
    remarks = []
    return list(files.read(path, remarks)), [r.removeprefix(f"{path}: ") for r in remarks]


@pytest.fixture
def told(log):
    def tell(**fields):
        ((one,), _) = read(log([(ADDRESS, -60, device(network(**fields)))]))
        assert one.told is not None
        return one.told

    return tell


def test_kept_frames_tell_everything(log):
    path = log(
        packets=[
            (127, radiotap(frame()), 0),
            (105, frame(0x50, ssid=b"b", fcs=True), 0),
            (127, radiotap(frame(0x40)), 0),
        ]
    )
    (beacon, response), remarks = read(path)
    assert (beacon.source, beacon.frequency, beacon.signal, beacon.beacon) == ("kismet", 2437, -50, frame()[36:])
    assert response.response == frame(0x50, ssid=b"b")[36:]
    assert beacon.told is None
    assert remarks == []


def test_frames_that_kismet_found_damaged_are_left_out(log):
    assert (
        read(log(packets=[(127, radiotap(frame()), 1), (1, frame(), 0), (None, frame(), 0), (105, None or b"", 0)]))[0]
        == []
    )


def test_older_logs_do_not_know_how_long_a_packet_was(log):
    packets = [(127, radiotap(frame(fcs=True), flags=0x10), 0)]
    ((one,), _) = read(log(packets=packets, schema=SCHEMA.replace(", packet_full_len INT", "")))
    assert one.beacon == frame()[36:]


def test_a_packet_that_was_cut_is_read_as_far_as_it_goes(log):
    whole = radiotap(frame(fcs=True), flags=0x10)
    path = log(packets=[(127, whole[:-4], 0)])
    with contextlib.closing(sqlite3.connect(path)) as base:
        base.execute("UPDATE packets SET packet_full_len = ?", (len(whole),))
        base.commit()
    ((one,), _) = read(path)
    assert one.beacon == frame()[36:]


def test_an_access_point_without_a_frame_is_told_from_the_summary(log):
    summary = network(crypt_bitfield=WPA | BIT["psk"] | CCMP, channel="6HT40+", wpa_mfp_required=0, wpa_mfp_supported=1)
    frames = [(127, radiotap(frame()), 0)]
    (beacon, other), remarks = read(
        log([("02:00:5E:00:00:01", -50, device(summary)), (ADDRESS, -61, device(summary))], frames)
    )
    assert beacon.beacon is not None
    assert (str(other.bssid).replace("-", ":"), other.ssid, other.frequency, other.channel, other.signal) == (
        ADDRESS,
        b"home",
        2437,
        6,
        -61,
    )
    assert other.beacon is other.response is other.elements is other.capability is other.associated is None
    assert other.told.security is Security.WPA2_PERSONAL
    assert (other.told.akms, other.told.pairwise, other.told.group, other.told.pmf) == (
        ("psk",),
        ("ccmp",),
        "ccmp",
        Pmf.CAPABLE,
    )
    assert other.told.wps is None
    assert remarks == ["Kismet kept no frame of 1 of the access points; its own summary does not tell everything"]


def test_every_name_of_an_access_point_is_told_and_older_logs_number_them(log):
    record = {"dot11.device": {"dot11.device.advertised_ssid_map": {"1": network(ssid="a"), "2": network(ssid="b")}}}
    assert [one.ssid for one in read(log([(ADDRESS, 0, json.dumps(record))]))[0]] == [b"a", b"b"]
    last = device(last=network(ssid="c"))
    ((one,), _) = read(log([(ADDRESS, 0, last)]))
    assert one.ssid == b"c"
    assert one.signal is None


@pytest.mark.parametrize(
    ("bits", "security"),
    [
        (WPA | BIT["psk"] | CCMP, Security.WPA2_PERSONAL),
        (WPA | BIT["psk"] | BIT["ft-psk"] | BIT["psk-sha256"], Security.WPA2_PERSONAL),
        (WPA | WPA3 | BIT["psk"] | BIT["sae"], Security.WPA2_WPA3_PERSONAL),
        (WPA | WPA3 | BIT["sae"] | BIT["ft-sae"], Security.WPA3_PERSONAL),
        (WPA | WPA3 | BIT["owe"], Security.OWE),
        (WPA | BIT["802.1x"], Security.WPA2_ENTERPRISE),
        (WPA | WPA3 | BIT["suite-b-192"], Security.WPA3_ENTERPRISE_192),
        (1 | 1 << 7 | 1 << 23, Security.WEP),
        (WPA | WPA1 | BIT["psk"] | TKIP, None),  # with or without WPA2 beside it
        (WPA | WPA1 | BIT["psk"] | BIT["sae"], None),
        (WPA | BIT["802.1x-sha256"], None),
        (WPA | BIT["fils-sha256"], None),
        (WPA, None),
        (0, None),  # open, or WEP
        (1 << 17, None),  # an OWE transition element, or a cipher
    ],
)
def test_classes_that_its_bits_tell_and_those_they_do_not(told, bits, security):
    assert told(crypt_bitfield=bits, crypt_set=bits).security is security


def test_the_elements_numbers_tell_wpa_from_wpa_beside_wpa2(told):
    bits = WPA | WPA1 | BIT["psk"]
    assert told(crypt_bitfield=bits, ie_tag_list=[0, 1, 221]).security is Security.WPA_PERSONAL
    assert told(crypt_bitfield=bits, ie_tag_list=[0, 1, 48, 221]).security is Security.WPA_WPA2_PERSONAL
    assert told(crypt_bitfield=bits, ie_tag_list=[]).security is None


def test_enterprise_with_sha256_is_wpa3_only_where_protection_is_required(told):
    bits = WPA | BIT["802.1x-sha256"]
    assert told(crypt_bitfield=bits, wpa_mfp_required=1, wpa_mfp_supported=1).security is Security.WPA3_ENTERPRISE
    assert told(crypt_bitfield=bits, wpa_mfp_required=0, wpa_mfp_supported=1).security is None


def test_several_groups_are_no_group(told):
    assert told(crypt_bitfield=WPA | BIT["psk"] | CCMP | TKIP).group is None
    assert told(crypt_bitfield=WPA | BIT["psk"] | CCMP | TKIP).pairwise == ("ccmp", "tkip")


PSK, EAP, SAE, OWE, OLD_WPA, CCM, WPS = 1 << 7, 1 << 11, 1 << 16, 1 << 17, 1 << 6, 1 << 9, 1 << 26
V1, V2, V3 = 1 << 27, 1 << 28, 1 << 29


@pytest.mark.parametrize(
    ("bits", "security"),
    [
        (0, Security.OPEN),
        (1 << 1, Security.WEP),
        (1 << 1 | 1 << 3 | WPS, Security.WEP),
        (1, None),
        (1 << 1 | OLD_WPA | PSK | CCM | V2, Security.WPA2_PERSONAL),
        (1 << 1 | OLD_WPA | PSK | CCM | V1, Security.WPA_PERSONAL),
        (1 << 1 | OLD_WPA | PSK | CCM | V1 | V2, Security.WPA_WPA2_PERSONAL),
        (1 << 1 | OLD_WPA | PSK | SAE | V3, Security.WPA2_WPA3_PERSONAL),
        (1 << 1 | OLD_WPA | SAE | V3, Security.WPA3_PERSONAL),
        (1 << 1 | OLD_WPA | EAP | V2, Security.WPA2_ENTERPRISE),
        (1 << 1 | OLD_WPA | EAP | V1, Security.WPA_ENTERPRISE),
        (1 << 1 | OLD_WPA | EAP | V3, None),
        (1 << 1 | OLD_WPA | OWE, None),
        (1 << 1 | OLD_WPA | PSK, None),
    ],
)
def test_older_logs_have_other_bits(told, bits, security):
    said = told(crypt_set=bits)
    assert said.security is security
    assert said.akms is said.pairwise is said.group is None


def test_no_bits_at_all(told):
    assert told().security is None
    assert told(crypt_bitfield="many", crypt_set=None).security is None


@pytest.mark.parametrize(
    ("required", "supported", "pmf"), [(0, 0, Pmf.NONE), (0, 1, Pmf.CAPABLE), (1, 1, Pmf.REQUIRED), (None, 1, None)]
)
def test_protected_management_frames(told, required, supported, pmf):
    assert told(crypt_bitfield=WPA | BIT["psk"], wpa_mfp_required=required, wpa_mfp_supported=supported).pmf is pmf


@pytest.mark.parametrize(
    ("state", "configured", "locked"),
    [(1, True, None), (2, False, None), (5, True, True), (6, False, True), (3, None, None), (4, None, True)],
)
def test_its_wps_state_is_the_reverse_of_wps_own(told, state, configured, locked):
    wps = told(wps_state=state, wps_version=16, wps_config_methods=0x2388).wps
    assert (wps.present, wps.configured, wps.locked) == (True, configured, locked)
    assert wps.methods == tuple(sorted((WpsMethod.DISPLAY, WpsMethod.KEYPAD, WpsMethod.PUSH_BUTTON)))
    assert wps.version is None  # Kismet reads the attribute that says 1.0 for all of them


def test_no_wps_in_what_it_last_heard_proves_nothing(told):
    assert told(wps_state=0).wps is None
    assert told().wps is None
    assert told(wps_state=1, wps_config_methods=0).wps.methods is None


@pytest.mark.parametrize(
    ("written", "ssid"),
    [
        ("home", b"home"),
        ("", b""),
        ("K\u00fcche", "Küche".encode()),
        ('a\\"b\\\\c', b'a"b\\c'),
        ("\\xFF\\x00", b"\xff\x00"),
        ("\\u0007\\n\\t", b"\x07\n\t"),
        ("\\377\\000", b"\xff\x00"),
        ("x" * 500, b"x" * 32),
        ("\\", b"\\"),
        (7, None),
        (None, None),
    ],
)
def test_names_as_they_were_sent(log, written, ssid):
    ((one,), _) = read(log([(ADDRESS, -60, device(network(ssid=written)))]))
    assert one.ssid == ssid


@pytest.mark.parametrize(
    ("text", "channel"), [("6", 6), ("36VHT80", 36), ("", None), ("FHSS", None), ("0", None), (6, None)]
)
def test_channels(log, text, channel):
    ((one,), _) = read(log([(ADDRESS, -60, device(network(channel=text)))]))
    assert one.channel == channel


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


@given(st.integers(0, 4095), st.binary(min_size=1, max_size=40))
def test_no_damage_raises_anything_else(tmp_path_factory, at, junk):
    path = tmp_path_factory.getbasetemp() / "damaged.kismet"
    if not path.with_suffix(".whole").exists():
        with contextlib.closing(sqlite3.connect(path.with_suffix(".whole"))) as base:
            base.executescript(SCHEMA)
            base.execute(
                "INSERT INTO devices (phyname, devmac, device) VALUES ('IEEE802.11', ?, ?)",
                (ADDRESS, device(network()).encode()),
            )
            base.execute("INSERT INTO packets (dlt, packet, error) VALUES (105, ?, 0)", (frame(),))
            base.commit()
    data = bytearray(path.with_suffix(".whole").read_bytes())
    place = at * len(data) // 4096
    data[place : place + len(junk)] = junk
    path.write_bytes(data)
    with contextlib.suppress(WifiFileError):
        read(path)
