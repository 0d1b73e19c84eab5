"""wpa_supplicant's control socket: a made-up supplicant behind a real socket, with the answers of the real one."""

import contextlib
import socket
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from netaddr import EUI

from netguard.errors import VantageError
from netguard.net import local
from netguard.net.control import Cancel, Deadline
from netguard.net.failures import Cancelled
from netguard.wifi import _wpa
from netguard.wifi.live import wpa_supplicant
from netguard.wifi.live._contract import Means

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asked on Linux only")

BEACON = "0004686f6d65010182"
RESPONSE = BEACON + "dd050050f20410"
REPLY = 4096
"""Bytes of the longest answer (wpa_supplicant/ctrl_iface.c, reply_size)."""


class Supplicant:
    """Answers as wpa_supplicant/ctrl_iface.c does: masks, ranges, delimiters, and nothing for what does not fit."""

    def __init__(self, path, networks, *, state="COMPLETED", bssid="02:00:5e:10:00:01", scan="OK\n", finished=True):
        self.networks, self.state, self.bssid, self.scan, self.finished = networks, state, bssid, scan, finished
        self.asked, self.talk = [], ()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join(10)
        self.socket.close()

    def serve(self):
        while True:
            data, peer = self.socket.recvfrom(4096)
            if not data:
                return
            command = data.decode()
            self.asked.append(command)
            news = (b"<3>CTRL-EVENT-BSS-ADDED 7 02:00:5e:10:00:07", b"<3>CTRL-EVENT-SCAN-RESULTS ")
            after = news if command == "SCAN" and self.finished else ()
            with contextlib.suppress(OSError):  # who asked may be gone
                for said in (*self.talk, self.answer(command).encode(), *after):
                    self.socket.sendto(said, peer)

    def answer(self, command):
        words = command.split()
        if words[0] in {"ATTACH", "DETACH"}:
            return "OK\n"
        if words[0] == "SCAN":
            return self.scan
        if words[0] == "STATUS":
            connected = f"bssid={self.bssid}\nfreq=2437\nssid=home\nid=0\nmode=station\n" if self.bssid else ""
            return f"{connected}wpa_state={self.state}\naddress=02:00:5e:10:00:99\n"
        assert words[0] == "BSS"
        mask = int(words[2].removeprefix("MASK="), 16)
        if words[1].startswith("ID-"):
            wanted = [n for n in self.networks if n["id"] == words[1][3:]]
            return self.printed(wanted[0], mask) if wanted else ""
        first = int(words[1].removeprefix("RANGE=").removesuffix("-"))
        text, left = "", [n for n in self.networks if int(n["id"]) >= first]
        for network in left:
            one = self.printed(network, mask, REPLY - len(text))
            text += one
            if not one:
                return text
        return text[:-5] + "####\n" if text else text

    def printed(self, network, mask, room=REPLY):
        bits = {"id": 0, "bssid": 1, "freq": 2, "capabilities": 4, "level": 7, "ie": 10, "ssid": 12, "beacon_ie": 23}
        text = "".join(f"{key}={network[key]}\n" for key, bit in bits.items() if mask >> bit & 1 and key in network)
        text += "====\n" if mask >> 17 & 1 else ""
        return text if len(text) < room else ""


def network(number=0, **more):
    return {
        "id": str(number),
        "bssid": f"02:00:5e:10:{number >> 8:02x}:{number & 255:02x}",
        "freq": "2437",
        "capabilities": "0x0411",
        "level": "-61",
        "ie": RESPONSE,
        "ssid": "home",
        "beacon_ie": BEACON,
    } | more


def means(cancel=None):
    return Means(run=None, cancel=Cancel() if cancel is None else cancel, deadline=Deadline(30))


def hear(folder, interface="wlan0", again=False, given=None):
    return list(wpa_supplicant.hear(interface, given or means(), again, folder=str(folder)))


def test_every_network_is_read_with_its_elements(tmp_path):
    with Supplicant(tmp_path / "wlan0", [network(1), network(2, ie=BEACON), network(9, beacon_ie="")]) as supplicant:
        assert wpa_supplicant.unavailable("wlan0", means(), folder=str(tmp_path)) is None
        one, two, three = hear(tmp_path)
    assert one.source == "wpa_supplicant"
    assert one.bssid == EUI("02:00:5e:10:00:01")
    assert (one.frequency, one.signal, one.capability) == (2437, -61.0, 0x0411)
    assert (one.beacon, one.response, one.elements) == (bytes.fromhex(BEACON), bytes.fromhex(RESPONSE), None)
    assert (two.beacon, two.response) == (bytes.fromhex(BEACON), None)
    assert (three.beacon, three.response, three.elements) == (None, None, bytes.fromhex(RESPONSE))
    assert [one.associated, two.associated, three.associated] == [True, False, False]
    assert {command.split()[0] for command in supplicant.asked} == {"STATUS", "BSS"}


def test_no_text_that_a_neighbour_chose_is_asked_for(tmp_path):
    with Supplicant(tmp_path / "wlan0", [network(1)]) as supplicant:
        hear(tmp_path)
    masks = [int(c.rpartition("MASK=")[2], 16) for c in supplicant.asked if c.startswith("BSS")]
    texts = 1 << 12 | 1 << 13 | 1 << 14 | 1 << 15  # SSID, WPS_SCAN, P2P_SCAN, INTERNETW
    assert masks
    assert not any(mask & texts for mask in masks)


def test_more_networks_than_fit_into_one_answer(tmp_path):
    with Supplicant(tmp_path / "wlan0", [network(3 * n) for n in range(700)]):
        assert len(hear(tmp_path)) == 700


def test_an_entry_too_long_for_one_answer_is_asked_for_in_part(tmp_path):
    long = "dd" * 1100
    with Supplicant(
        tmp_path / "wlan0", [network(1, ie=long, beacon_ie=long), network(2, ie="dd" * 2030, beacon_ie=BEACON)]
    ):
        one, two = hear(tmp_path)
    assert one.elements == bytes.fromhex(long)
    assert (two.beacon, two.elements) == (bytes.fromhex(BEACON), None)


@pytest.mark.parametrize(("state", "bssid"), [("SCANNING", "02:00:5e:10:00:01"), ("DISCONNECTED", "")])
def test_a_supplicant_that_is_not_connected_is_connected_through_nobody(tmp_path, state, bssid):
    with Supplicant(tmp_path / "wlan0", [network(1)], state=state, bssid=bssid):
        assert [one.associated for one in hear(tmp_path)] == [False]


def test_nobody_around_is_an_empty_list(tmp_path):
    with Supplicant(tmp_path / "wlan0", []):
        assert hear(tmp_path) == []


def test_it_looks_around_anew_when_asked(tmp_path):
    with Supplicant(tmp_path / "wlan0", [network(1)]) as supplicant:
        given = means()
        assert hear(tmp_path, again=True, given=given)
    assert supplicant.asked[:3] == ["ATTACH", "SCAN", "DETACH"]
    assert given.old is None


def test_busy_means_that_it_is_looking_already(tmp_path, monkeypatch):
    monkeypatch.setattr(wpa_supplicant, "SCAN_SECONDS", 0.05)
    with Supplicant(tmp_path / "wlan0", [network(1)], scan="FAIL-BUSY\n", finished=False):
        given = means()
        assert hear(tmp_path, again=True, given=given)
    assert given.old is None


def test_a_refusal_leaves_the_old_list_and_is_told(tmp_path):
    with Supplicant(tmp_path / "wlan0", [network(1)], scan="FAIL\x1b[31m\n", finished=False) as supplicant:
        given = means()
        assert hear(tmp_path, again=True, given=given)
    assert "did not have wlan0 look around anew (FAIL?[31m)" in given.old
    assert supplicant.asked[2] == "DETACH"


def test_an_interruption_while_it_looks_ends_it(tmp_path):
    cancel = Cancel()
    threading.Timer(0.2, cancel.set).start()
    with Supplicant(tmp_path / "wlan0", [network(1)], finished=False), pytest.raises(Cancelled):
        hear(tmp_path, again=True, given=means(cancel))


def test_what_it_says_by_itself_is_no_answer(tmp_path):
    with Supplicant(tmp_path / "wlan0", [network(1)]) as supplicant:
        supplicant.talk = (b"<3>CTRL-EVENT-SCAN-STARTED ", b"<2>CTRL-EVENT-REGDOM-CHANGE init=CORE")
        assert len(hear(tmp_path)) == 1


def test_one_that_talks_without_end_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr(local, "MOST_NEWS", 3)
    with Supplicant(tmp_path / "wlan0", [network(1)]) as supplicant:
        supplicant.talk = (b"<3>x",) * 3
        with pytest.raises(VantageError, match="gave no answer"):
            hear(tmp_path)


def test_one_that_says_nothing_is_not_waited_for_long(tmp_path, monkeypatch):
    monkeypatch.setattr(local, "ANSWER_SECONDS", 0.05)
    silent = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    silent.bind(str(tmp_path / "wlan0"))
    with silent, pytest.raises(VantageError, match="wpa_supplicant was asked what it hears, and did not say"):
        hear(tmp_path)


def test_an_interruption_before_it_is_asked_ends_it(tmp_path):
    cancel = Cancel()
    cancel.set()
    with Supplicant(tmp_path / "wlan0", [network(1)]), pytest.raises(Cancelled):
        hear(tmp_path, given=means(cancel))


def test_more_networks_than_anybody_has_are_not_asked_for(tmp_path, monkeypatch):
    monkeypatch.setattr(wpa_supplicant, "MOST_ENTRIES", 3)
    with Supplicant(tmp_path / "wlan0", [network(n) for n in range(8)]):
        assert len(hear(tmp_path)) == 3


def test_without_a_socket_it_says_so(tmp_path):
    for folder in (tmp_path, tmp_path / "none"):
        assert "no control socket for wlan0" in wpa_supplicant.unavailable("wlan0", means(), folder=str(folder))
        assert "no control socket in" in wpa_supplicant.unavailable(None, means(), folder=str(folder))


def test_a_socket_that_nobody_listens_on_any_more(tmp_path):
    left = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    left.bind(str(tmp_path / "wlan0"))
    left.close()
    assert "connection refused" in wpa_supplicant.unavailable("wlan0", means(), folder=str(tmp_path))


@pytest.mark.parametrize("where", ["the folder", "the socket"])
def test_without_the_group_it_says_which(tmp_path, monkeypatch, where):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    if where == "the folder":
        monkeypatch.setattr(wpa_supplicant.Path, "iterdir", refuse)
        reason = wpa_supplicant.unavailable(None, means(), folder=str(tmp_path))
    else:
        with Supplicant(tmp_path / "wlan0", []):
            monkeypatch.setattr(local.socket.socket, "connect", refuse, raising=False)
            reason = wpa_supplicant.unavailable(None, means(), folder=str(tmp_path))
    assert "root and the group netdev only" in reason
    assert "run netguard without sudo" in reason


@pytest.mark.parametrize("name", ["../wlan0", "a/b", ".", "..", "p2p-dev-wlan0", "global", "longer-than-any-name"])
def test_a_name_that_is_no_interface_leads_nowhere(tmp_path, name):
    (tmp_path / "p2p-dev-wlan0").touch()
    (tmp_path / "global").touch()
    assert "no control socket" in wpa_supplicant.unavailable(name, means(), folder=str(tmp_path))


def test_all_its_radios_are_asked_when_none_is_named(tmp_path):
    with Supplicant(tmp_path / "wlan0", [network(1)]), Supplicant(tmp_path / "wlan1", [network(2)]):
        (tmp_path / "p2p-dev-wlan0").touch()
        assert len(hear(tmp_path, interface=None)) == 2


# What one entry says


@given(st.text(max_size=200))
def test_any_text_can_be_read(text):
    _wpa.heard(_wpa.fields(text.splitlines()), source="x", associated=text)


@given(st.dictionaries(st.sampled_from(["freq", "capabilities", "level", "ie", "beacon_ie"]), st.text(max_size=40)))
def test_any_values_can_be_read(values):
    one = _wpa.heard({"bssid": "02:00:5e:10:00:01"} | values, source="x")
    assert one.bssid == EUI("02:00:5e:10:00:01")
    assert one.associated is None
    assert one.capability is None or abs(one.capability) <= 0xFFFF


@pytest.mark.parametrize(
    ("key", "value", "field", "expected"),
    [
        ("level", "0", "signal", None),
        ("level", "70", "signal", None),
        ("level", "-70", "signal", -70.0),
        ("level", "9" * 5000, "signal", None),
        ("freq", "5955", "frequency", 5955),
        ("capabilities", "0x1ffff", "capability", None),
        ("ie", "0", "elements", None),
        ("ie", "zz", "elements", None),
        ("ie", "00" * 5000, "elements", None),
        ("bssid", "02-00-5e-10-00-01", "bssid", None),
        ("bssid", "02:00:5e:10:00:zz", "bssid", None),
        ("bssid", ":::::", "bssid", None),
    ],
)
def test_values_that_cannot_be_are_unknown(key, value, field, expected):
    said = {"bssid": "02:00:5e:10:00:01", key: value}
    one = _wpa.heard(said, source="x")
    assert (None if one is None else getattr(one, field)) == expected


def test_of_a_key_that_is_there_twice_the_first_counts():
    assert _wpa.fields(["bssid=02:00:5e:10:00:01", "ssid=a", "bssid=02:00:5e:10:00:66", "nothing"]) == {
        "bssid": "02:00:5e:10:00:01",
        "ssid": "a",
    }
