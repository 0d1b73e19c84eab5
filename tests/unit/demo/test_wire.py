"""DNS messages of the simulated home, read back by scapy and fed with garbage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.dns import DNS

from netguard.demo import wire

labels = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_ .", min_size=1, max_size=30)
names = st.lists(labels, min_size=1, max_size=5).map(tuple)


@given(names, st.booleans(), st.integers(0, 65535))
def test_a_question_comes_back_as_it_was_asked(name: wire.Name, unicast: bool, number: int) -> None:
    message = wire.read(wire.ask((wire.Question(name=name, type=wire.PTR, unicast=unicast),), id=number))
    assert message.id == number
    assert not message.response
    assert message.questions == (wire.Question(name=name, type=wire.PTR, unicast=unicast),)


@given(st.binary(max_size=600))
def test_garbage_is_a_value_error_and_nothing_else(data: bytes) -> None:
    try:
        wire.read(data)
    except ValueError:
        return


def test_a_name_that_points_at_itself_ends() -> None:
    with pytest.raises(ValueError, match="name"):
        wire.read(b"\0\0\0\0\0\1\0\0\0\0\0\0" + b"\xc0\x0c\0\1\0\1")


def test_a_pointer_in_a_question_is_followed() -> None:
    data = b"\0\0\0\0\0\2\0\0\0\0\0\0" + b"\3foo\5local\0\0\1\0\1" + b"\3bar\xc0\x10\0\1\x80\1"
    assert [q.name for q in wire.read(data).questions] == [("foo", "local"), ("bar", "local")]
    assert wire.read(data).questions[1].unicast


def test_another_implementation_reads_every_kind_of_record() -> None:
    host = ("Nuki_Bridge", "local")
    data = wire.write(
        (
            wire.Record(name=host, type=wire.A, data="192.168.77.20", unique=True),
            wire.Record(name=("_hap", "_tcp", "local"), type=wire.PTR, data=("Front Door", "_hap", "_tcp", "local")),
            wire.Record(name=("Front Door", "_hap", "_tcp", "local"), type=wire.SRV, data=(49153, host)),
            wire.Record(name=("Front Door", "_hap", "_tcp", "local"), type=wire.TXT, data=("ci=6", "sf=0")),
        )
    )
    message = DNS(data)
    assert message.qr == 1
    assert message.ancount == 4
    assert message.an[0].rdata == "192.168.77.20"
    assert message.an[0].cacheflush == 1
    assert message.an[1].rdata == b"Front Door._hap._tcp.local."
    assert (message.an[2].port, message.an[2].target) == (49153, b"Nuki_Bridge.local.")
    assert list(message.an[3].rdata) == [b"ci=6", b"sf=0"]


def test_only_service_records_have_a_port() -> None:
    with pytest.raises(TypeError):
        _ = wire.Record(name=("a",), type=wire.A, data="192.168.77.20").service
