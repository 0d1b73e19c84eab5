"""NTP: a client's request, and a server's answer to it."""

import pytest
from hypothesis import given

from netguard.model.vocabulary import Depth, Role
from netguard.net.failures import NoAnswer
from netguard.probe import ntp
from tests.builders import device
from tests.unit.probe.conftest import TEXT, make_ask
from tests.unit.probe.fakes.ntp import answer

COOKIE = b"whenisit"
ASKED = ntp.request(COOKIE)


@pytest.mark.parametrize("role", sorted(Role))
def test_the_clocks_of_a_home_are_asked_at_depth_deep(role):
    wanted = [t.port for t in ntp.wants(device(role=role), make_ask(depth=Depth.DEEP))]
    assert wanted == ([123] if role in {Role.ROUTER, Role.NAS, Role.CAMERA} else [])
    assert list(ntp.wants(device(role=role), make_ask(depth=Depth.STANDARD))) == []


def test_the_request_is_a_clients_and_tells_no_time():
    assert len(ASKED) == 48
    assert ASKED[0] == 0b00_100_011
    assert ASKED[1:40] == bytes(39)
    assert ASKED[40:] == COOKIE


@pytest.mark.parametrize(("first", "version"), [(0x24, 4), (0x1C, 3), (0xE4, 4), (0x0C, 1)])
def test_version_and_stratum_are_read(first, version):
    assert ntp.read(answer(ASKED, first, stratum=3), COOKIE) == ntp.Answer(version=version, stratum=3)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        ASKED,  # our own words: mode 3
        answer(ASKED)[:47],
        answer(ntp.request(b"somebody")),  # an answer to somebody else
        answer(ASKED, first=0x25),  # broadcast
    ],
)
def test_what_is_no_answer_is_refused(said):
    with pytest.raises(NoAnswer, match="not NTP"):
        ntp.read(said, COOKIE)


def test_what_follows_the_header_is_not_read():
    assert ntp.read(answer(ASKED) + b"\xff" * 500, COOKIE).stratum == 2


@given(TEXT)
def test_no_answer_breaks_the_reader(said):
    with pytest.raises(NoAnswer, match="not NTP"):
        ntp.read(said, COOKIE)


@given(TEXT)
def test_no_server_breaks_the_reader(junk):
    said = b"\x24" + junk.ljust(23, b"\0")[:23] + COOKIE + junk.ljust(16, b"\0")
    answer_ = ntp.read(said, COOKIE)
    assert answer_.version == 4
    assert 0 <= answer_.stratum <= 255
