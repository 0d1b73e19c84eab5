"""Each kind of list is known as what it is, and by one format only; what is no list of networks is known by none."""

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard import registry
from netguard.wifi import files
from netguard.wifi.formats._contract import HEAD, Where
from tests.unit.wifi import (
    iw_text,
    test_airodump,
    test_airport,
    test_iw_hostile,
    test_iwlist,
    test_netsh,
    test_nmcli,
    test_system_profiler,
    test_windows_bss,
    test_wpa_bss,
    test_wpa_cli,
)
from tests.unit.wifi.lists import DATA, public

FORMATS = registry.load_all("netguard.wifi.formats", "NAME", "recognises", "read")
ROOT = Path(__file__).parents[3]

GERMAN = test_netsh.listed("de", test_netsh.HOME)
SAMPLES = {
    "iw": [
        iw_text.BEFORE,
        iw_text.BEFORE + test_iw_hostile.hostile(test_iw_hostile.INVENTED) + iw_text.AFTER,
        iw_text.block().expandtabs(4),
        "root@box:~# iw dev wlan0 scan\n" + iw_text.block(),
    ],
    "iwlist": ["wlan0     Scan completed :\n" + test_iwlist.cell()],
    "nmcli": [test_nmcli.line(), "$ nmcli -t -f ssid,bssid,security dev wifi\n" + f"Home:{test_nmcli.MAC}:WPA2\n"],
    "wpa-cli": [test_wpa_cli.HEAD, test_wpa_cli.line(), test_wpa_cli.HEAD + test_wpa_cli.line()],
    "wpa-bss": [test_wpa_bss.answer(), "====\n" + test_wpa_bss.answer(beacon=None)],
    "netsh": [
        GERMAN,
        GERMAN.encode("utf-16"),
        GERMAN.encode("cp850"),
        GERMAN.encode("utf-8-sig"),
        test_netsh.listed("fr", test_netsh.HOME),
    ],
    "system-profiler": [test_system_profiler.report(test_system_profiler.network()), '{"SPAirPortDataType":[]}'],
    "airodump": [test_airodump.table(), test_airodump.table(test_airodump.row())],
    "airport": [test_airport.HEAD, test_airport.HEAD + test_airport.row()],
    "windows-bss": [
        test_windows_bss.entry(),
        test_windows_bss.entry() + test_windows_bss.ELEMENTS,
        test_windows_bss.ELEMENTS,
    ],
}
NONE = [
    "",
    "plain text\nof two lines\n",
    "SSID 1 is my network\nand SSID 2 is another\n",
    "Run `iw dev wlan0 scan`; it prints\n\n    BSS 00:00:5e:00:53:01(on wlan0)\n\nfor each.\n",
    "BSSID, channel, name\n00:00:5E:00:53:01, 6, Home\n",
    "<!DOCTYPE html><html><body><pre>\n&lt;SSID 1 : Home\n</pre></body></html>",
    json.dumps({"schema": "netguard.scan/1", "wifi": [{"ssid": "Home"}]}),
    '[{"SPAirPortDataType": 1}]',
    '{"SPUSBDataType": [], "SPAirPortDataType": []}',
    "id=1\nname=Home\nbssid=any\n",
    "00:00:5e:00:53:01 2437 -57 Home\n",
    "a:b:c:d\n",
    "PING 192.0.2.1 (192.0.2.1) 56(84) bytes of data.\n",
    b"\x89PNG\r\n\x1a\n" + bytes(400),
    b"\x7fELF" + bytes(400),
    bytes(4096),
    b"\xff" * 4096,
    b"\xff\xfe" + "Some words\n".encode("utf-16-le"),
]


def known(data):
    head = (data.encode() if isinstance(data, str) else data)[:HEAD]
    return [name for name, module in FORMATS.items() if module.recognises(head)]


def test_every_list_has_samples():
    assert set(SAMPLES) <= set(FORMATS)


@pytest.mark.parametrize(("name", "data"), [(name, data) for name, samples in SAMPLES.items() for data in samples])
def test_a_sample_is_known_by_its_own_format_only(name, data):
    assert known(data) == [name]


@pytest.mark.parametrize("data", NONE)
def test_what_is_no_list_is_known_by_none(data):
    assert known(data) == []


@pytest.mark.parametrize(
    "path",
    sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("rules/*.yaml"), *ROOT.glob("reports/*.*")]),
    ids=str,
)
def test_files_of_this_project_are_known_by_none(path):
    assert known(path.read_bytes()) == []


@given(st.binary(max_size=600) | st.text(max_size=300).map(str.encode))
def test_nothing_makes_recognising_fail(data):
    known(data)


@pytest.mark.parametrize(("name", "data"), [(name, samples[-1]) for name, samples in SAMPLES.items()])
def test_a_file_is_read_by_its_content(tmp_path, name, data):
    path = tmp_path / "saved.txt"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    remarks = []
    heard = list(files.read(path, remarks))
    assert heard or "no access point" in remarks[-1]
    assert {one.source for one in heard} <= {name.replace("-", "_")}


LINES = [
    b" " * 4000,
    b"\t" * 4000,
    b"nmcli " * 700,
    b"SSID " * 800,
    b"    " + b"SSID " * 700 + b": x",
    b"\\:" * 2000,
    b"[" * 4000,
    b"," * 4000,
]
LINES += [
    b"WPA2(" * 800,
    b"\t * Model: " * 350,
    b"\tRSN:" * 600,
    b"x=" * 2000,
    b"0" * 4000,
    b"(" * 4000,
    b": " * 2000,
    b"a:" * 2000,
]


@pytest.mark.parametrize("name", sorted(set(SAMPLES) - {"windows-bss", "system-profiler"}))
def test_no_line_takes_long(name):
    """What would take the square of a line's length takes longer than a test may."""
    sample = SAMPLES[name][0]
    sample = sample.encode() if isinstance(sample, str) else sample
    data = sample + b"\n" + b"\n".join(line + end for line in LINES for end in (b"", b":", b"x") for _ in range(100))
    assert len(list(FORMATS[name].read(io.BytesIO(data), Where(name="list.txt")))) < 10


PUBLIC = {
    "text/jc/airport-I.out": [],
    "text/jc/airport-s.out": ["airport"],
    "text/jc/iw-scan*.out": ["iw"],
    "text/jc/iwconfig-many.out": [],
    "text/node-wifi/airport-scan-monterey.log": ["airport"],
    "text/node-wifi/nmcli-terse-scan-01.log": ["nmcli"],
    "text/node-wifi-scanner/airport*.txt": ["airport"],
    "text/node-wifi-scanner/iwlist*.txt": ["iwlist"],
    "text/node-wifi-scanner/netsh_*.txt": ["netsh"],
    "lswifi/winfi-ies/*": ["windows-bss"],
}


@public
def test_public_files():
    seen = {path: names for pattern, names in PUBLIC.items() for path in DATA.glob(pattern)}
    assert {path: known(path.read_bytes()) for path in seen} == seen
    assert set(seen) >= {
        path for folder in ("text", "lswifi/winfi-ies") for path in (DATA / folder).rglob("*") if path.is_file()
    }
