"""`netguard wifi FILE` as people run it: what it says of own networks and of others, and what it says of bad files."""

import gzip
import json
import struct

import pytest

from tests.unit.wifi import captures, making

OWN = bytes.fromhex("02005e005301")
OTHERS = bytes.fromhex("02001b000002")


@pytest.fixture
def capture(tmp_path):
    """A home whose WPS gives out its PIN and whose frames are not protected, and an open network next door."""
    home = making.beacon(
        making.ssid(b"Harbour"), making.rates(), making.ds(6), making.rsn(caps=0), making.wps(), bssid=OWN
    )
    answer = making.response(
        making.ssid(b"Harbour"), making.rates(), making.ds(6), making.rsn(caps=0), making.wps(methods=0x0004), bssid=OWN
    )
    street = making.beacon(making.ssid(b"Caf\xc3\xa9\x1b[31m"), making.ds(1), capability=making.ESS, bssid=OTHERS)
    packets = [captures.radiotap(each) for each in (home, answer, street)]
    path = tmp_path / "air.pcap"
    path.write_bytes(captures.pcap(packets))
    return path


def test_own_networks_are_judged_and_others_are_context(netguard, capture):
    done = netguard("wifi", capture, "--ssid", "Harbour", "--json", "-")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert {n["ssid"]: n["own"] for n in said["wifi"]}["Harbour"] is True
    failed = {f["check"] for f in said["findings"] if f["status"] == "fail"}
    assert {"wps-enabled", "wifi-no-pmf"} <= failed
    assert all("Harbour" in f["target"] for f in said["findings"] if f["status"] == "fail")
    assert not [f for f in said["findings"] if not f["check"].startswith(("wifi-", "wps-"))]


def test_it_says_so_in_words_and_no_name_can_do_anything_to_the_terminal(netguard, capture):
    done = netguard("wifi", capture, "--ssid", "Harbour")
    assert done.returncode == 0, done.stderr
    for words in ("Harbour, 2.4 GHz, channel 6", "WPA2 with a password", "WPS", "Found", "Other networks here"):
        assert words in done.stdout
    assert "Café" in done.stdout
    assert "\x1b" not in done.stdout


def test_without_a_name_nobody_s_network_is_judged_and_it_says_how_to_say_which(netguard, capture):
    done = netguard("wifi", capture)
    assert done.returncode == 0, done.stderr
    assert "netguard wifi --ssid NAME" in done.stdout
    assert "Found" not in done.stdout


def test_standard_input_and_gzip_are_read(netguard, capture, tmp_path):
    packed = tmp_path / "air.pcap.gz"
    packed.write_bytes(gzip.compress(capture.read_bytes()))
    done = netguard("wifi", packed, "--json", "-")
    assert {n["ssid"] for n in json.loads(done.stdout)["wifi"]} >= {"Harbour"}


def test_several_files_are_one_picture(netguard, capture, tmp_path):
    other = tmp_path / "more.pcap"
    guest = making.beacon(making.ssid(b"Harbour guests"), making.ds(6), making.rsn(), bssid=OWN[:5] + b"\x02")
    other.write_bytes(captures.pcap([captures.radiotap(guest)]))
    done = netguard("wifi", capture, other, "--ssid", "Harbour", "--json", "-")
    own = {n["ssid"] for n in json.loads(done.stdout)["wifi"] if n["own"]}
    assert own == {"Harbour", "Harbour guests"}, "the guests' network comes out of the same box"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is empty"),
        (b"no capture at all\n", "no kind of file that netguard knows"),
        (struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1), "Ethernet"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_line_with_its_name_and_the_reason(netguard, tmp_path, content, reason):
    path = tmp_path / "bad.pcap"
    path.write_bytes(content)
    done = netguard("wifi", path)
    assert done.returncode == 3
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"netguard: {path}: ")
    assert reason in line


def test_a_file_without_access_points_is_nothing_looked_at(netguard, tmp_path):
    path = tmp_path / "quiet.pcap"
    path.write_bytes(captures.pcap([]))
    done = netguard("wifi", path)
    assert done.returncode == 3
    assert "no access point is in it" in done.stderr


def test_listening_and_reading_are_not_both_done(netguard, capture):
    done = netguard("wifi", "--live", capture)
    assert done.returncode == 2
    assert "--live" in done.stderr


def test_json_goes_into_a_file_too(netguard, capture, tmp_path):
    done = netguard("wifi", capture, "--json", tmp_path / "air.json")
    assert done.returncode == 0
    assert "Harbour" in done.stdout
    assert json.loads((tmp_path / "air.json").read_text())["wifi"]
