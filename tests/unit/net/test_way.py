"""How sockets are tied to an interface on each system, with a socket that remembers what it was told."""

import errno
import socket
import sys

import pytest
from netaddr import IPAddress

from netguard.net import way as module
from netguard.net.way import Way

V4, ULA, LOCAL = (IPAddress(a) for a in ("192.0.2.10", "fd00:1::10", "fe80::10"))
PEER4, PEER6, PEER_LOCAL = (IPAddress(a) for a in ("192.0.2.20", "fd00:1::20", "fe80::20"))
WAY = Way(interface="eth0", addresses=(V4, LOCAL, ULA))


class Socket:
    """Refuses the options in `no` with that error number."""

    def __init__(self, no=None):
        self.no, self.options, self.bound = no, [], []

    def setsockopt(self, *option):
        if self.no is not None:
            raise OSError(self.no, "no")
        self.options.append(option)

    def bind(self, where):
        self.bound.append(where)


@pytest.fixture(autouse=True)
def index(monkeypatch):
    monkeypatch.setattr(Way, "index", property(lambda self: 7))


def fitted(monkeypatch, platform, peer, no=None):
    monkeypatch.setattr(sys, "platform", platform)
    sock = Socket(no)
    WAY.fit(sock, peer)
    return sock.options, sock.bound


@pytest.mark.skipif(sys.platform != "linux", reason="Python has that option's name on Linux only")
@pytest.mark.parametrize("peer", [PEER4, PEER6, PEER_LOCAL])
def test_linux_ties_by_name(monkeypatch, peer):
    assert fitted(monkeypatch, "linux", peer) == ([(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0\0")], [])


def test_macos_ties_by_index(monkeypatch):
    assert fitted(monkeypatch, "darwin", PEER4) == ([(socket.IPPROTO_IP, 25, 7)], [])
    assert fitted(monkeypatch, "darwin", PEER6) == ([(socket.IPPROTO_IPV6, 125, 7)], [])


def test_windows_binds_ipv4_and_names_the_interface_for_ipv6(monkeypatch):
    assert fitted(monkeypatch, "win32", PEER4) == ([], [("192.0.2.10", 0)])
    assert fitted(monkeypatch, "win32", PEER_LOCAL) == ([(socket.IPPROTO_IPV6, 31, 7)], [])


@pytest.mark.parametrize("refusal", [errno.EPERM, errno.ENOPROTOOPT])
def test_where_it_is_not_allowed_the_fitting_address_of_ours_is_bound(monkeypatch, refusal):
    assert fitted(monkeypatch, "darwin", PEER4, refusal) == ([], [("192.0.2.10", 0)])
    assert fitted(monkeypatch, "darwin", PEER6, refusal) == ([], [("fd00:1::10", 0, 0, 0)])
    assert fitted(monkeypatch, "darwin", PEER_LOCAL, refusal) == ([], [("fe80::10", 0, 0, 7)])


def test_an_interface_that_is_gone_is_an_error(monkeypatch):
    with pytest.raises(OSError, match="no"):
        fitted(monkeypatch, "darwin", PEER4, errno.ENXIO)


def test_what_goes_to_ourselves_and_a_way_without_an_interface_are_left_as_they_are(monkeypatch):
    assert fitted(monkeypatch, sys.platform, ULA) == ([], [])
    sock = Socket()
    Way(addresses=(V4,)).fit(sock, PEER4)
    assert not Way(addresses=(V4,)).tie(sock, 4)
    assert (sock.options, sock.bound) == ([], [])


def test_peers_carry_the_interface_where_their_address_needs_it():
    assert WAY.peer(PEER4, 80) == ("192.0.2.20", 80)
    assert WAY.peer(PEER6, 80) == ("fd00:1::20", 80, 0, 0)
    assert WAY.peer(PEER_LOCAL, 80) == ("fe80::20", 80, 0, 7)
    assert WAY.peer(IPAddress("ff02::fb"), 5353) == ("ff02::fb", 5353, 0, 7)


def test_our_own_address_is_link_local_only_where_there_is_no_other():
    assert WAY.source(4) == V4
    assert WAY.source(6) == ULA
    assert Way(addresses=(LOCAL,)).source(6) == LOCAL
    assert Way(addresses=(LOCAL,)).source(4) is None


def test_a_membership_is_the_group_and_the_interface():
    assert WAY.membership(IPAddress("224.0.0.251"), V4).hex() == "e00000fb" + "c000020a"
    joined = WAY.membership(IPAddress("ff02::fb"), LOCAL)
    assert (joined[:16], int.from_bytes(joined[16:], sys.byteorder)) == (IPAddress("ff02::fb").packed, 7)


def test_windows_finds_an_interface_by_the_name_that_people_know(monkeypatch):
    class Helper:
        answers = 0

        def ConvertInterfaceAliasToLuid(self, alias, luid):  # noqa: N802 - Windows' own name
            luid._obj.value = len(alias.value)
            return self.answers

        def ConvertInterfaceLuidToIndex(self, luid, index):  # noqa: N802
            index._obj.value = luid._obj.value * 2
            return 0

    monkeypatch.setattr("ctypes.WinDLL", lambda name: Helper(), raising=False)
    assert module._index_of_alias("Wi-Fi") == 10
    Helper.answers = 123
    with pytest.raises(OSError, match="no such interface"):
        module._index_of_alias("Wi-Fi 2")
