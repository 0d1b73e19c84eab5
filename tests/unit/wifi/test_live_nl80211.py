"""The kernel's list of Wi-Fi networks, from dumps made by hand in the kernel's exact layout."""

import errno
import struct
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from netaddr import EUI

from netguard.errors import VantageError
from netguard.net import netlink
from netguard.net.control import Cancel, Deadline
from netguard.net.failures import Cancelled
from netguard.vantage import system
from netguard.wifi.live import nl80211
from netguard.wifi.live._contract import Means
from tests import kernel

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="netlink is Linux's own")

BEACON = b"\x00\x04home\x01\x01\x82"
RESPONSE = BEACON + b"\xdd\x05\x00\x50\xf2\x04\x10"
BSSID = bytes.fromhex("02005e100001")


def bss(
    *,
    bssid=BSSID,
    latest=RESPONSE,
    beacon=BEACON,
    answered=False,
    frequency=2437,
    signal=-5400,
    status=None,
    seen=40,
    capability=0x0411,
):
    """The attribute BSS as net/wireless/nl80211.c writes it (nl80211_send_bss)."""
    inner = [kernel.attribute(1, bssid)]
    if answered:
        inner.append(kernel.attribute(14, b""))
    if latest is not None:
        inner += [kernel.attribute(3, bytes(8)), kernel.attribute(6, latest)]
    if beacon is not None:
        inner += [kernel.attribute(13, bytes(8)), kernel.attribute(11, beacon)]
    inner += [
        kernel.u16(4, 100),
        kernel.u16(5, capability),
        kernel.u32(2, frequency),
        kernel.u32(20, 0),
        kernel.u32(12, 0),
        kernel.u32(10, seen),
    ]
    if signal is not None:
        inner.append(kernel.s32(7, signal))
    if status is not None:
        inner.append(kernel.u32(9, status))
    return kernel.nested(47, *inner)


def heard(**given):
    return nl80211.heard(kernel.u32(46, 12) + kernel.u32(3, 5) + kernel.attribute(0x99, bytes(8)) + bss(**given))


class Radio:
    """A made-up kernel with interfaces, a list, and what it does when it is to scan."""

    def __init__(self, *, interfaces=((5, "wlan0", 2),), lists=(), trigger=0, family=True):
        self.interfaces, self.lists, self.trigger, self.family = interfaces, lists, trigger, family
        self.made = kernel.Kernel(self.answer)
        self.scanned = False

    def answer(self, said, command, sequence, asked):
        if said.kind == netlink.GENL_ID_CTRL:
            if not self.family:
                return [kernel.error(sequence, errno.ENOENT, asked)]
            return kernel.family_answer(sequence, asked)
        if command == nl80211.CMD_GET_INTERFACE:
            each = [
                kernel.generic(
                    7,
                    kernel.u32(3, index),
                    kernel.attribute(4, name.encode() + b"\0"),
                    kernel.u32(1, 0),
                    kernel.u32(5, kind),
                    sequence=sequence,
                )
                for index, name, kind in self.interfaces
            ]
            return [b"".join(each) + kernel.done(sequence)]
        if command == nl80211.CMD_TRIGGER_SCAN:
            said_by_itself = self.over() if not self.trigger else []
            return [kernel.error(sequence, self.trigger, asked, capped=not self.trigger), *said_by_itself]
        assert command == nl80211.CMD_GET_SCAN
        entries = [kernel.generic(34, kernel.u32(3, 5), one, sequence=sequence) for one in self.lists]
        return [*entries, kernel.done(sequence)]

    def over(self, command=nl80211.CMD_NEW_SCAN_RESULTS):
        self.scanned = True
        elsewhere = kernel.generic(command, kernel.u32(3, 6), sequence=0, flags=0)
        return [elsewhere, kernel.generic(command, kernel.u32(1, 0), kernel.u32(3, 5), sequence=0, flags=0)]

    def __enter__(self):
        self.made.__enter__()
        return self

    def __exit__(self, *given):
        self.made.__exit__(*given)

    def opened(self, means):
        return netlink.Channel(cancel=means.cancel, deadline=means.deadline, opened=self.made.opened)

    @property
    def commands(self):
        return [command for kind, command, _ in self.made.asked if kind == kernel.FAMILY_NUMBER]


def nobody(argv):
    raise FileNotFoundError(argv[0])


def means(run=nobody, cancel=None):
    return Means(run=run, cancel=Cancel() if cancel is None else cancel, deadline=Deadline(30))


# One entry


def test_one_access_point_is_read_whole():
    one = heard(status=1)
    assert one.source == "nl80211"
    assert one.bssid == EUI("02:00:5e:10:00:01")
    assert (one.frequency, one.signal, one.capability, one.associated) == (2437, -54.0, 0x0411, True)
    assert (one.beacon, one.response, one.elements) == (BEACON, RESPONSE, None)


@pytest.mark.parametrize(
    ("latest", "beacon", "answered", "expected"),
    [
        (RESPONSE, BEACON, True, (BEACON, RESPONSE, None)),
        (BEACON, BEACON, True, (BEACON, BEACON, None)),
        (RESPONSE, BEACON, False, (BEACON, RESPONSE, None)),
        (BEACON, BEACON, False, (BEACON, None, None)),
        (RESPONSE, None, True, (None, RESPONSE, None)),
        (RESPONSE, None, False, (None, None, RESPONSE)),
        (None, BEACON, False, (BEACON, None, None)),
        (None, None, False, (None, None, None)),
    ],
)
def test_which_frame_the_elements_are_from(latest, beacon, answered, expected):
    """include/uapi/linux/nl80211.h, NL80211_BSS_INFORMATION_ELEMENTS."""
    one = heard(latest=latest, beacon=beacon, answered=answered)
    assert (one.beacon, one.response, one.elements) == expected


@pytest.mark.parametrize(("status", "associated"), [(None, False), (0, False), (1, True), (2, True), (77, False)])
def test_whether_this_computer_is_connected_through_it(status, associated):
    assert heard(status=status).associated is associated


def test_a_signal_without_a_unit_is_none():
    assert heard(signal=None).signal is None


def test_what_was_switched_off_minutes_ago_is_not_told_unless_we_are_on_it():
    assert heard(seen=nl80211.STALE_MS + 1) is None
    assert heard(seen=nl80211.STALE_MS) is not None
    assert heard(seen=nl80211.STALE_MS + 1, status=1) is not None


@pytest.mark.parametrize("bssid", [b"", b"\2\0\0\0\0", bytes(8)])
def test_without_a_bssid_it_is_nobody(bssid):
    assert heard(bssid=bssid) is None


def test_elements_longer_than_any_frame_are_left():
    one = heard(latest=bytes(5000), beacon=BEACON)
    assert (one.beacon, one.elements, one.response) == (BEACON, None, None)


@given(st.binary(max_size=300))
def test_any_attributes_can_be_read(data):
    nl80211.heard(data)
    nl80211.heard(kernel.attribute(47, data))


@given(st.integers(0, 400), st.binary(max_size=8))
def test_a_damaged_entry_can_be_read(at, junk):
    whole = bss(status=1)
    nl80211.heard(whole[:at] + junk + whole[at + len(junk) :])
    nl80211.heard(whole[:at])


@given(st.lists(st.tuples(st.integers(1, 30), st.binary(max_size=9)), max_size=12))
def test_attributes_of_a_wrong_size_are_nothing(pairs):
    one = nl80211.heard(
        kernel.nested(47, kernel.attribute(1, BSSID), *(kernel.attribute(k, v) for k, v in pairs if k != 1))
    )
    assert one is None or one.bssid == EUI("02:00:5e:10:00:01")


# A whole hearing


def test_the_list_is_read_without_any_right_and_without_a_scan():
    with Radio(lists=[bss(status=1), bss(bssid=b"\2\0\x5e\0\0\2", beacon=None)]) as radio:
        found = list(nl80211.hear("wlan0", means(), False, opened=radio.opened))
        assert nl80211.unavailable("wlan0", means(), opened=radio.opened) is None
    assert [one.associated for one in found] == [True, False]
    assert nl80211.CMD_TRIGGER_SCAN not in radio.commands


def test_only_stations_are_asked_and_all_of_them_when_none_is_named():
    interfaces = ((5, "wlan0", 2), (6, "ap0", 3), (7, "wlan1", 2), (8, "mon0", 6))
    with Radio(interfaces=interfaces, lists=[bss()]) as radio:
        assert len(list(nl80211.hear(None, means(), False, opened=radio.opened))) == 2
        asked = [data for _, command, data in radio.made.asked if command == nl80211.CMD_GET_SCAN]
    assert asked == [kernel.u32(3, 5), kernel.u32(3, 7)]


def test_network_manager_is_asked_to_look_around_and_waited_for():
    with Radio(lists=[bss()]) as radio:
        asked = []

        def run(argv):
            asked.append(argv)
            for datagram in radio.over():
                radio.made.tell(datagram)
            return ""

        given = means(run)
        assert list(nl80211.hear("wlan0", given, True, opened=radio.opened))
    assert asked == [("nmcli", "device", "wifi", "rescan", "ifname", "wlan0")]
    assert radio.commands == [nl80211.CMD_GET_INTERFACE, nl80211.CMD_GET_SCAN]
    assert given.old is None


@pytest.mark.parametrize("words", ["immediately following previous scan", "while already scanning"])
def test_network_manager_s_no_for_a_scan_that_is_not_needed_is_no_failure(words):
    with Radio(lists=[bss()]) as radio:

        def run(argv):
            if "already" in words:
                for datagram in radio.over(nl80211.CMD_SCAN_ABORTED):
                    radio.made.tell(datagram)
            raise VantageError(f"nmcli failed with code 1: Error: Scanning not allowed {words}.")

        given = means(run)
        assert list(nl80211.hear("wlan0", given, True, opened=radio.opened))
    assert given.old is None
    assert nl80211.CMD_TRIGGER_SCAN not in radio.commands


def test_without_network_manager_the_kernel_is_asked_itself():
    with Radio(lists=[bss()]) as radio:
        given = means()
        assert list(nl80211.hear("wlan0", given, True, opened=radio.opened))
        (trigger,) = (data for _, command, data in radio.made.asked if command == nl80211.CMD_TRIGGER_SCAN)
    assert radio.scanned
    # One network name of no length: every access point answers, and WPS methods are in those answers only.
    assert trigger == kernel.u32(3, 5) + kernel.attribute(45, kernel.attribute(0, b""))
    assert given.old is None


def test_without_the_right_the_old_list_is_read_and_said_to_be_old():
    def run(argv):
        raise VantageError("nmcli failed with code 8: Error: NetworkManager is not running.")

    with Radio(lists=[bss()], trigger=errno.EPERM) as radio:
        given = means(run)
        assert list(nl80211.hear("wlan0", given, True, opened=radio.opened))
    assert "wlan0 was not made to look around anew" in given.old
    assert "only NetworkManager or root may" in given.old
    assert "sudo does not help" in given.old


def test_a_kernel_that_is_scanning_already_is_waited_for():
    with Radio(lists=[bss()], trigger=errno.EBUSY) as radio:

        def run(argv):
            for datagram in radio.over():
                radio.made.tell(datagram)
            raise FileNotFoundError(argv[0])

        given = means(run)
        assert list(nl80211.hear("wlan0", given, True, opened=radio.opened))
    assert given.old is None


def test_a_scan_that_never_ends_is_not_waited_for_longer_than_it_may(monkeypatch):
    monkeypatch.setattr(nl80211, "SCAN_SECONDS", 0.05)
    with Radio(lists=[bss()]) as radio:
        assert list(nl80211.hear("wlan0", means(lambda _: ""), True, opened=radio.opened))


def test_an_interruption_while_it_scans_ends_it():
    cancel = Cancel()

    def run(argv):
        cancel.set()
        return ""

    with Radio(lists=[bss()]) as radio, pytest.raises(Cancelled):
        list(nl80211.hear("wlan0", means(run, cancel), True, opened=radio.opened))


def test_an_interface_that_is_no_radio_is_told_with_those_that_are():
    with Radio() as radio:
        assert nl80211.unavailable("eth0", means(), opened=radio.opened) == (
            "eth0 is no Wi-Fi interface of this computer; there is wlan0."
        )
        with pytest.raises(VantageError, match="there is wlan0"):
            list(nl80211.hear("eth0", means(), False, opened=radio.opened))


@pytest.mark.parametrize("interfaces", [(), ((6, "ap0", 3),), ((6, "bad name/", 2),)])
def test_a_kernel_with_wifi_and_without_a_station_says_so(interfaces):
    with Radio(interfaces=interfaces) as radio:
        assert "no Wi-Fi adapter that is a station" in nl80211.unavailable(None, means(), opened=radio.opened)


def test_a_kernel_without_wifi_says_so_and_what_would_help():
    with Radio(family=False) as radio:
        assert "no Wi-Fi adapter is there" in nl80211.unavailable(None, means(), opened=radio.opened)
        with pytest.raises(VantageError, match="no Wi-Fi adapter is there"):
            list(nl80211.hear(None, means(), False, opened=radio.opened))


def test_a_system_without_netlink_says_so(monkeypatch):
    monkeypatch.delattr(netlink.socket, "AF_NETLINK")
    assert "only Linux answers this way" in nl80211.unavailable(None, means())


def test_a_stuck_driver_is_told(monkeypatch):
    monkeypatch.setattr(netlink, "ANSWER_SECONDS", 0.05)
    with kernel.Kernel(lambda *_: []) as made:

        def opened(given):
            return netlink.Channel(cancel=given.cancel, deadline=given.deadline, opened=made.opened)

        assert "did not say: the kernel gave no answer" in nl80211.unavailable(None, means(), opened=opened)


def test_an_interruption_before_the_kernel_answers_ends_it():
    cancel = Cancel()
    cancel.set()
    with Radio() as radio, pytest.raises(Cancelled):
        nl80211.unavailable(None, means(cancel=cancel), opened=radio.opened)


def test_this_computer_s_own_kernel_can_be_asked():
    """Whatever it has: a list, or a sentence that says why not. Nothing is sent over the air."""
    reason = nl80211.unavailable(None, Means(run=system.run, cancel=Cancel(), deadline=Deadline(20)))
    assert reason is None or reason.endswith(".")


def test_numbers_are_in_the_computer_s_own_order():
    assert struct.pack("=I", 5) == (5).to_bytes(4, sys.byteorder)
