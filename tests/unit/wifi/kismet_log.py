"""Databases as Kismet writes them, from its documented schema; all addresses are invented."""

import contextlib
import json
import sqlite3

import pytest

from netguard.wifi import files
from netguard.wifi.formats import kismet

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
