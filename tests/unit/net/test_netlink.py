"""Generic netlink: against this computer's own kernel, and against a made-up one for what a kernel does seldom."""

import contextlib
import errno
import struct
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.net import netlink
from netguard.net.control import Cancel, Deadline
from netguard.net.failures import Cancelled, NoAnswer, NotInstalled, OutOfTime, TooMuch
from tests import kernel

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="netlink is Linux's own")

FAMILY = netlink.Family(number=kernel.FAMILY_NUMBER, version=1)


@pytest.fixture
def real():
    with netlink.Channel(cancel=Cancel(), deadline=Deadline(20)) as channel:
        yield channel


# The real kernel


def test_the_kernel_says_who_answers_for_netlink_families(real):
    family = real.family("nlctrl")
    assert family.number == netlink.GENL_ID_CTRL
    assert family.version == netlink.CTRL_VERSION
    assert "notify" in family.groups


def test_the_kernel_says_that_it_has_no_family_of_a_name(real):
    with pytest.raises(netlink.Refused) as refused:
        real.family("netguard-none")
    assert refused.value.number == netlink.NO_SUCH == errno.ENOENT
    assert "No such file" in str(refused.value)


def test_the_kernel_lists_its_families(real):
    listed = real.dump(real.family("nlctrl"), netlink.CTRL_CMD_GETFAMILY)
    names = [dict(netlink.attributes(one.attributes))[netlink.CTRL_ATTR_FAMILY_NAME] for one in listed]
    assert b"nlctrl\0" in names
    assert len(set(names)) == len(names)


def test_the_kernel_refuses_a_command_it_does_not_have(real):
    with pytest.raises(netlink.Refused) as refused:
        real.ask(real.family("nlctrl"), 200)
    assert refused.value.number == errno.EOPNOTSUPP


def test_the_kernel_says_in_words_what_is_wrong_with_a_question(real):
    too_long = netlink.attribute(netlink.CTRL_ATTR_FAMILY_NAME, b"x" * 64)
    with pytest.raises(netlink.Refused, match="Attribute failed policy validation"):
        real.ask(real.family("nlctrl"), netlink.CTRL_CMD_GETFAMILY, too_long)


def test_nobody_announces_anything_and_the_wait_ends(real):
    real.join(real.family("nlctrl").groups["notify"])
    assert not list(real.announcements(0.05))


def test_a_group_that_there_is_not_is_told(real):
    with pytest.raises(NoAnswer, match="announcements cannot be heard"):
        real.join(2**31 - 1)


def test_a_system_without_netlink_says_so(monkeypatch):
    monkeypatch.delattr(netlink.socket, "AF_NETLINK")
    with pytest.raises(NotInstalled, match="only Linux"):
        netlink.Channel(cancel=Cancel(), deadline=Deadline(1))


# A made-up kernel


def numbered(answers):
    return [netlink.unsigned(dict(netlink.attributes(one.attributes)).get(1)) for one in answers]


def test_a_list_in_many_datagrams_is_one_list():
    def answer(said, command, sequence, asked):
        for first in range(0, 300, 10):
            yield b"".join(kernel.generic(9, kernel.u32(1, n), sequence=sequence) for n in range(first, first + 10))
        yield kernel.done(sequence)

    with kernel.Kernel(answer) as made, made.channel() as channel:
        assert numbered(channel.dump(FAMILY, 8)) == list(range(300))


def test_a_list_that_changed_meanwhile_is_read_again():
    tries = []

    def answer(said, command, sequence, asked):
        tries.append(sequence)
        broken = netlink.NLM_F_DUMP_INTR if len(tries) == 1 else 0
        yield kernel.generic(9, kernel.u32(1, len(tries)), sequence=sequence, flags=kernel.MULTI | broken)
        yield kernel.done(sequence)

    with kernel.Kernel(answer) as made, made.channel() as channel:
        assert numbered(channel.dump(FAMILY, 8)) == [2]
    assert len(tries) == 2


def test_a_list_that_always_changes_is_taken_as_it_was_the_last_time():
    def answer(said, command, sequence, asked):
        yield kernel.generic(9, kernel.u32(1, sequence), sequence=sequence)
        yield kernel.done(sequence, flags=kernel.MULTI | netlink.NLM_F_DUMP_INTR)

    with kernel.Kernel(answer) as made, made.channel() as channel:
        assert numbered(channel.dump(FAMILY, 8)) == [netlink.DUMP_TRIES]


def test_answers_to_somebody_else_are_not_ours():
    def answer(said, command, sequence, asked):
        yield kernel.generic(9, kernel.u32(1, 66), sequence=sequence + 40)
        yield kernel.done(sequence + 40)
        yield kernel.generic(9, kernel.u32(1, 1), sequence=sequence) + kernel.done(sequence)

    with kernel.Kernel(answer) as made, made.channel() as channel:
        assert numbered(channel.dump(FAMILY, 8)) == [1]


@pytest.mark.parametrize("capped", [True, False])
@pytest.mark.parametrize(("text", "said"), [("", "Operation not permitted"), ("first\x1bsecond", r"first\?second")])
def test_an_error_is_told_with_its_number_and_its_sentence(capped, text, said):
    def answer(_, command, sequence, asked):
        yield kernel.error(sequence, errno.EPERM, asked, text, capped=capped)

    with (
        kernel.Kernel(answer) as made,
        made.channel() as channel,
        pytest.raises(netlink.Refused, match=said) as refused,
    ):
        channel.ask(FAMILY, 33, netlink.attribute(3, b"longer than nothing"))
    assert refused.value.number in netlink.PERMISSION


def test_a_list_may_end_with_an_error():
    def answer(said, command, sequence, asked):
        yield kernel.generic(9, kernel.u32(1, 1), sequence=sequence) + kernel.done(sequence, errno.ENODEV)

    with kernel.Kernel(answer) as made, made.channel() as channel, pytest.raises(netlink.Refused) as refused:
        channel.dump(FAMILY, 8)
    assert refused.value.number == errno.ENODEV


def test_a_stuck_driver_does_not_hang_us(monkeypatch):
    monkeypatch.setattr(netlink, "ANSWER_SECONDS", 0.05)
    with (
        kernel.Kernel(lambda *_: []) as made,
        made.channel() as channel,
        pytest.raises(NoAnswer, match="gave no answer"),
    ):
        channel.dump(FAMILY, 8)


def test_the_time_that_is_left_counts():
    with kernel.Kernel(lambda *_: []) as made, made.channel(seconds=0.05) as channel, pytest.raises(OutOfTime):
        channel.dump(FAMILY, 8)


def test_an_interruption_ends_the_wait():
    cancel = Cancel()

    def answer(*_):
        cancel.set()
        return ()

    with kernel.Kernel(answer) as made, made.channel(cancel=cancel) as channel, pytest.raises(Cancelled):
        channel.dump(FAMILY, 8)


def test_a_list_without_end_is_left(monkeypatch):
    monkeypatch.setattr(netlink, "DUMP_BYTES", 10_000)

    def answer(said, command, sequence, asked):
        return (kernel.generic(9, kernel.attribute(1, bytes(500)), sequence=sequence) for _ in range(100))

    with kernel.Kernel(answer) as made, made.channel() as channel, pytest.raises(TooMuch):
        channel.dump(FAMILY, 8)


def test_a_datagram_that_was_cut_is_not_read(monkeypatch):
    monkeypatch.setattr(netlink, "DATAGRAM_BYTES", 100)

    def answer(said, command, sequence, asked):
        yield kernel.generic(9, kernel.attribute(1, bytes(500)), sequence=sequence)

    with kernel.Kernel(answer) as made, made.channel() as channel, pytest.raises(TooMuch):
        channel.dump(FAMILY, 8)


def test_announcements_come_as_they_are_made():
    with kernel.Kernel(lambda *_: []) as made, made.channel() as channel:
        channel.join(kernel.SCAN_GROUP_NUMBER)
        made.tell(kernel.generic(34, kernel.u32(3, 5), sequence=0, flags=0))
        made.tell(kernel.generic(35, kernel.u32(3, 6), sequence=0, flags=0))
        heard = channel.announcements(20)
        assert [next(heard).command, next(heard).command] == [34, 35]


def test_an_announcement_between_a_question_and_its_answer_is_kept():
    def answer(_, command, sequence, asked):
        yield kernel.generic(34, kernel.u32(3, 5), sequence=0, flags=0)
        yield kernel.error(sequence, 0, asked)

    with kernel.Kernel(answer) as made, made.channel() as channel:
        channel.ask(FAMILY, 33)
        assert next(channel.announcements(20)).command == 34


def test_a_message_of_another_program_is_not_the_kernel_s(real):
    """Netlink lets programs write to each other (netlink(7)); what comes from one is not read."""
    family = real.family("nlctrl")
    port = real._socket.getsockname()[0]
    # Ordinary users may not; then there is nothing to be confused by.
    with netlink._opened() as other, contextlib.suppress(PermissionError):
        other.sendto(kernel.error(real._sequence + 1, errno.EIO, bytes(16)), (port, 0))
    assert real.dump(family, netlink.CTRL_CMD_GETFAMILY)


def test_a_program_that_floods_does_not_keep_us_longer_than_it_may():
    class Flood:
        """A socket to which another program writes without end."""

        def __init__(self, sock):
            self.sock = sock

        def __getattr__(self, name):
            return getattr(self.sock, name)

        def recvmsg(self, size):
            return b"junk", [], 0, (4711, 0)

    with kernel.Kernel(lambda *_: [b"x"]) as made:
        channel = netlink.Channel(cancel=Cancel(), deadline=Deadline(0.2), opened=lambda: Flood(made.opened()))
        with channel, pytest.raises((OutOfTime, NoAnswer)):
            channel.dump(FAMILY, 8)


def test_a_kernel_that_went_away_is_told():
    with kernel.Kernel(lambda *_: []) as made, made.channel() as channel:
        made._theirs.shutdown(netlink.socket.SHUT_RDWR)
        with pytest.raises(NoAnswer, match="does not take the question"):
            channel.dump(FAMILY, 8)


def test_announcements_that_were_lost_are_told():
    class Lost:
        def __init__(self, sock):
            self.sock = sock

        def __getattr__(self, name):
            return getattr(self.sock, name)

        def recvmsg(self, size):
            raise OSError(errno.ENOBUFS, "No buffer space available")

    with kernel.Kernel(lambda *_: []) as made:
        made.tell(b"x")
        channel = netlink.Channel(cancel=Cancel(), deadline=Deadline(20), opened=lambda: Lost(made.opened()))
        with channel, pytest.raises(NoAnswer, match="No buffer space"):
            next(channel.announcements(20))


@pytest.mark.parametrize(("what", "raised"), [("socket", NotInstalled), ("bind", NoAnswer)])
def test_a_kernel_that_gives_no_such_socket_is_told(monkeypatch, what, raised):
    class Refusing:
        def __init__(self, *_):
            if what == "socket":
                raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")

        def bind(self, address):
            raise OSError(errno.EPERM, "Operation not permitted")

        def close(self):
            pass

    monkeypatch.setattr(netlink.socket, "socket", Refusing)
    with pytest.raises(raised):
        netlink.Channel(cancel=Cancel(), deadline=Deadline(1))


def test_a_family_is_read_whole():
    with kernel.Kernel(lambda _, command, sequence, asked: kernel.family_answer(sequence, asked)) as made:
        with made.channel() as channel:
            family = channel.family("nl80211")
        assert family == netlink.Family(
            number=kernel.FAMILY_NUMBER, version=1, groups={"scan": kernel.SCAN_GROUP_NUMBER, "mlme": 9}
        )
        assert made.asked == [(netlink.GENL_ID_CTRL, 3, kernel.attribute(2, b"nl80211\0"))]


def test_a_family_that_is_not_described_is_no_answer():
    def answer(_, command, sequence, asked):
        yield kernel.error(sequence, 0, asked)

    with kernel.Kernel(answer) as made, made.channel() as channel, pytest.raises(NoAnswer, match="did not say"):
        channel.family("nl80211")


# The parsers


@given(st.binary(max_size=200))
def test_any_bytes_can_be_read(data):
    for said in netlink.messages(data):
        assert len(said.body) <= len(data)
        list(netlink.attributes(said.body))
    assert sum(len(value) for _, value in netlink.attributes(data)) <= len(data)


@given(st.lists(st.tuples(st.integers(0, 0x3FFF), st.binary(max_size=70)), max_size=12))
def test_attributes_come_back_as_they_were_written(pairs):
    written = b"".join(netlink.attribute(kind, value) for kind, value in pairs)
    assert list(netlink.attributes(written)) == pairs
    assert written == b"".join(kernel.attribute(kind, value) for kind, value in pairs)


@given(st.lists(st.tuples(st.integers(0, 0xFFFF), st.integers(0, 2**32 - 1), st.binary(max_size=70)), max_size=8))
def test_messages_come_back_as_they_were_written(wanted):
    written = b"".join(kernel.message(kind, body, sequence=sequence) for kind, sequence, body in wanted)
    assert [(m.kind, m.sequence, m.body) for m in netlink.messages(written)] == wanted


@given(st.integers(1, 60), st.binary(min_size=60, max_size=60))
def test_what_was_cut_ends_it(length, body):
    whole = kernel.message(99, body, sequence=1)
    assert len(list(netlink.messages(whole + whole[:length]))) == 1


@pytest.mark.parametrize(
    ("value", "unsigned", "signed"),
    [
        (struct.pack("=i", -5400), 2**32 - 5400, -5400),
        (b"\xff", 255, -1),
        (b"\1\2\3", None, None),
        (b"", None, None),
        (None, None, None),
    ],
)
def test_numbers_of_any_width(value, unsigned, signed):
    assert (netlink.unsigned(value), netlink.signed(value)) == (unsigned, signed)
