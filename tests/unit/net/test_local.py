"""A conversation over a Unix datagram socket, with a program that behaves badly."""

import errno
import socket
import sys

import pytest

from netguard.net import local
from netguard.net.control import Cancel, Deadline
from netguard.net.failures import Cancelled, NoAnswer, NotInstalled, TooMuch

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's own names for sockets are Linux's")


@pytest.fixture
def program(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(tmp_path / "program"))
        sock.settimeout(20)
        yield sock


def asked(program, *, seconds=20, cancel=None):
    return local.LocalSocket(
        program.getsockname(), cancel=Cancel() if cancel is None else cancel, deadline=Deadline(seconds)
    )


def test_an_answer_reaches_us_and_no_file_is_left(program, tmp_path):
    with asked(program) as conversation:
        conversation._socket.send(b"HELLO")
        _, peer = program.recvfrom(100)
        program.sendto(b"answer", peer)
        assert conversation.ask("ANYTHING") == "answer"
    assert [file.name for file in tmp_path.iterdir()] == ["program"]


def test_news_and_answers_are_kept_apart(program):
    with asked(program) as conversation:
        conversation._socket.send(b"HELLO")
        _, peer = program.recvfrom(100)
        for said in (b"<3>one", b"<3>two", b"answer \xff"):
            program.sendto(said, peer)
        assert conversation.ask("ANYTHING") == "answer \ufffd"
        assert [conversation.news(20), conversation.news(20), conversation.news(0.01)] == ["<3>one", "<3>two", None]
        program.sendto(b"<3>three", peer)
        assert conversation.news(20) == "<3>three"


def test_silence_ends_with_the_time(program):
    with asked(program, seconds=0.05) as conversation, pytest.raises(NoAnswer, match="gave no answer"):
        conversation.ask("ANYTHING")


def test_an_interruption_ends_the_wait(program):
    cancel = Cancel()
    cancel.set()
    with asked(program, cancel=cancel) as conversation, pytest.raises(Cancelled):
        conversation.ask("ANYTHING")


def test_an_answer_that_was_cut_is_not_read(program, monkeypatch):
    monkeypatch.setattr(local, "DATAGRAM_BYTES", 10)
    with asked(program) as conversation:
        conversation._socket.send(b"HELLO")
        _, peer = program.recvfrom(100)
        program.sendto(bytes(11), peer)
        with pytest.raises(TooMuch):
            conversation.ask("ANYTHING")


def test_a_program_that_went_away_is_told(program):
    with asked(program) as conversation:
        program.close()
        with pytest.raises(NoAnswer, match="does not take the question"):
            conversation.ask("ANYTHING")


def test_a_program_that_does_not_read_is_not_waited_for(program):
    with asked(program) as conversation:
        while _more(conversation):
            pass
        with pytest.raises(NoAnswer, match="does not take the question"):
            conversation.ask("ANYTHING")


def _more(conversation):
    try:
        conversation._socket.send(b"x")
    except BlockingIOError:
        return False
    return True


def test_without_such_sockets_it_says_so(monkeypatch, tmp_path):
    monkeypatch.delattr(local.socket, "AF_UNIX")
    with pytest.raises(NotInstalled, match="no such sockets"):
        local.LocalSocket(str(tmp_path / "x"), cancel=Cancel(), deadline=Deadline(1))


def test_without_the_program_it_says_so(tmp_path):
    with pytest.raises(NotInstalled, match="No such file"):
        local.LocalSocket(str(tmp_path / "x"), cancel=Cancel(), deadline=Deadline(1))


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM])
def test_a_socket_that_one_may_not_use_is_told_apart(program, monkeypatch, number):
    def refuse(*_):
        raise OSError(number, "no")

    monkeypatch.setattr(local.socket.socket, "connect", refuse, raising=False)
    with pytest.raises(local.NotAllowed, match="this user may not use it"):
        asked(program)
