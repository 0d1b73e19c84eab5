"""RTSP: OPTIONS proves nothing, DESCRIBE does."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.model.vocabulary import Role
from netguard.net.failures import NoAnswer
from netguard.probe import rtsp
from netguard.probe._contract import Target
from tests.builders import device
from tests.servers import LOOPBACK, hang_up
from tests.unit.probe.conftest import TEXT, fact, make_ask, said
from tests.unit.probe.fakes.rtsp import SDP, answer, camera
from tests.unit.probe.fakes.tls import context
from tests.unit.probe.moods import speaks


def targets(what, **asked):
    return [(t.port, t.secure) for t in rtsp.wants(what, make_ask(**asked))]


@pytest.mark.parametrize("turn", ["light", "deep"])
def test_the_usual_ports_are_asked_in_both_rounds(turn):
    """What answers is a camera more often than not: it tells what a device is."""
    usual = device(services=(80, 554, 8554, 10554))
    assert targets(usual, turn=turn) == [(554, False), (8554, False), (10554, False)]
    assert targets(usual, turn=turn, facts=[fact("rtsp.status", 200, p) for p in (554, 8554, 10554)]) == []


def test_what_is_said_to_be_rtsp_is_asked():
    facts = [
        fact("tcp.banner", "RTSP/1.0 400 Bad Request", 7070),
        fact("tcp.banner", "hello", 7071),
        fact("dnssd.type", "_rtsp._tcp", 7072),
        fact("tls.version", "TLSv1.3", 7072),
    ]
    found = device(role=Role.CAMERA, profile="foscam", services=(80, 88, 7070, 7071, 7072))
    assert targets(found, facts=facts) == [(88, False), (7070, False), (7072, True)]


def test_nothing_goes_to_a_port_that_prints():
    assert targets(device(services=(9100,)), facts=[fact("dnssd.type", "_rtsp._tcp", 9100)]) == []


def learn(net, listener, behave):
    """(facts until it ended, why it ended, the server)."""
    server = listener(behave=behave)
    learnt, reason = [], None
    try:
        learnt.extend(rtsp.probe(Target(address=LOOPBACK, port=server.port), net))
    except NoAnswer as failure:
        reason = str(failure)
    return said(learnt), reason, server


def test_both_questions_in_one_connection_and_nothing_else(net, listener):
    heard = []

    def say(request):
        heard.append(request.decode())
        return camera(b"200 OK", SDP)(request)

    learnt, reason, server = learn(net, listener, speaks(say))
    assert reason is None
    assert learnt["service"] == ("rtsp", "Hipcam RealServer", "V1.0")
    assert server.accepted == 1
    url = f"rtsp://127.0.0.1:{server.port}/"
    assert heard == [
        f"OPTIONS {url} RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: netguard\r\n\r\n",
        f"DESCRIBE {url} RTSP/1.0\r\nCSeq: 2\r\nUser-Agent: netguard\r\nAccept: application/sdp\r\n\r\n",
    ]


@pytest.mark.parametrize(("status", "code"), [(b"401 Unauthorized", 401), (b"403 Forbidden", 403), (b"301 Moved", 301)])
def test_an_answer_is_taken_as_it_is_and_nothing_followed(net, listener, status, code):
    learnt, _, _ = learn(net, listener, speaks(camera(status)))
    assert (learnt["rtsp.describe"], learnt["rtsp.path"]) == (code, "/")


def test_usual_paths_are_asked_for_only_where_there_is_nothing(net, listener):
    asked = []

    def say(request):
        path = request.split(b" ")[1].decode().partition("/")[2].partition("/")[2].partition("/")[2]
        if request.startswith(b"OPTIONS"):
            return answer(request, b"200 OK")
        asked.append(f"/{path}")
        return answer(request, b"200 OK", SDP) if path == "stream1" else answer(request, b"404 Not Found")

    learnt, reason, server = learn(net, listener, speaks(say))
    assert reason is None
    assert asked == list(rtsp.PATHS)
    assert (learnt["rtsp.describe"], learnt["rtsp.path"]) == (200, "/stream1")
    assert server.accepted == 1


def test_nothing_anywhere_is_what_is_said(net, listener):
    learnt, reason, _ = learn(net, listener, speaks(camera(b"404 Not Found")))
    assert reason is None
    assert learnt["rtsp.describe"] == 404


@pytest.mark.parametrize("body", [b"", b"<html>hello</html>", b"v=0\r\ns=nothing to see\r\n"])
def test_200_without_a_description_shows_nothing(net, listener, body):
    learnt, reason, _ = learn(net, listener, speaks(camera(b"200 OK", body)))
    assert "described no stream" in reason
    assert "rtsp.describe" not in learnt


def test_a_login_at_the_first_question_is_no_end(net, listener):
    learnt, _, _ = learn(net, listener, speaks(lambda request: answer(request, b"401 Unauthorized")))
    assert (learnt["rtsp.status"], learnt["rtsp.describe"]) == (401, 401)


@pytest.mark.parametrize("extra", [b"", b"Connection: close\r\n"])
def test_a_server_that_ends_with_each_answer_is_asked_over_new_connections(net, listener, extra):
    def behave(peer):
        request = peer.recv(1000)
        body = SDP if request.startswith(b"DESCRIBE") else b""
        peer.sendall(answer(request, b"200 OK", body, extra))

    learnt, reason, server = learn(net, listener, behave)
    assert reason is None
    assert learnt["rtsp.describe"] == 200
    assert server.accepted == 2
    assert server.most_at_once == 1


def test_a_server_that_resets_after_its_answer_is_asked_over_a_new_connection(net, listener):
    def behave(peer):
        request = peer.recv(1000)
        peer.sendall(answer(request, b"401 Unauthorized"))
        peer.recv(1000)
        hang_up(peer)

    learnt, _, server = learn(net, listener, behave)
    assert learnt["rtsp.describe"] == 401
    assert server.accepted == 2


def test_over_tls(net, listener):
    def behave(peer):
        with context().wrap_socket(peer, server_side=True) as secure:
            speaks(camera(b"200 OK", SDP))(secure)

    server = listener(behave=behave)
    learnt = said(rtsp.probe(Target(address=LOOPBACK, port=server.port, secure=True), net))
    assert learnt["rtsp.describe"] == 200


def test_a_server_that_says_nothing_to_describe_is_not_asked_again(net, listener):
    def behave(peer):
        peer.sendall(answer(peer.recv(1000), b"200 OK"))
        peer.recv(1000)
        peer.recv(1000)

    learnt, reason, server = learn(net, listener, behave)
    assert "no answer to RTSP" in reason
    assert learnt["rtsp.status"] == 200
    assert server.accepted == 1


def test_a_web_server_is_no_camera(net, listener):
    learnt, reason, _ = learn(net, listener, speaks(lambda _: b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    assert "not RTSP" in reason
    assert learnt == {}


def test_a_server_header_in_the_second_answer_counts(net, listener):
    def say(request):
        with_server = answer(request, b"401 Unauthorized")
        return with_server if request.startswith(b"DESCRIBE") else with_server.replace(b"Server", b"Sorver")

    assert learn(net, listener, speaks(say))[0]["rtsp.server"] == "Hipcam RealServer/V1.0"


@pytest.mark.parametrize(
    ("so_far", "complete"),
    [
        (b"RTS", False),
        (b"RTSP/1.0 200 OK\r\n", False),
        (b"RTSP/1.0 200 OK\r\n\r\n", True),
        (b"RTSP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nv=0", False),
        (b"RTSP/1.0 200 OK\r\ncontent-length:4\r\n\r\nv=0\n", True),
        (b"hello", True),
        (b"RTSP/1.0 " + b"x" * rtsp.MAX_HEAD, True),
        (b"RTSP/1.0 200 OK\r\nContent-Length: 999999999\r\n\r\n" + b"x" * rtsp.MAX_BODY, True),
    ],
)
def test_reading_ends_with_the_answer_or_at_a_bound(so_far, complete):
    assert rtsp.is_complete(so_far) is complete


@given(
    st.one_of(
        TEXT,
        TEXT.map(lambda junk: b"RTSP/1.0 200 OK\r\n" + junk),
        TEXT.map(lambda junk: b"RTSP/1.0 200\r\n\r\n" + junk),
    )
)
def test_no_answer_breaks_the_reader(said_):
    assert rtsp.is_complete(said_) in {True, False}
    with suppress(NoAnswer):
        read = rtsp.read(said_)
        assert 0 <= read.status <= 999
        assert read.shows_stream in {True, False}
