"""Anonymous FTP: only where logins may be tried, one account, nothing read, and never at locks or what is not known."""

import pytest

from netguard.model.device import Service
from netguard.model.vocabulary import Confidence, PortState, Role, Transport
from netguard.net.failures import NoAnswer
from netguard.probe import ftp
from netguard.probe._contract import Ask, Target
from tests.builders import device
from tests.servers import LOOPBACK
from tests.unit.probe.conftest import fact, make_ask, rules, said
from tests.unit.probe.moods import speaks

FTP = Service(address=LOOPBACK, port=21, transport=Transport.TCP, state=PortState.OPEN, name="ftp")


def wanted(role=Role.NAS, *, logins=True, turn="deep", facts=(), confidence=Confidence.CONFIRMED):
    ask = Ask(depth=make_ask().depth, round=turn, rules=rules(), logins=logins, facts=tuple(facts))
    return [t.port for t in ftp.wants(device(20, role, services=(FTP,), confidence=confidence), ask)]


def test_only_where_logins_may_be_tried_and_once():
    assert wanted() == [21]
    assert wanted(logins=False) == []
    assert wanted(turn="light") == []
    assert wanted(facts=[fact("ftp.anonymous", False, 21)]) == []


@pytest.mark.parametrize("role", [Role.LOCK, Role.LOCK_HUB, Role.SMART_HOME_HUB, Role.ALARM, Role.UNKNOWN])
def test_never_at_what_opens_doors_or_may_do_so(role):
    assert wanted(role) == []
    assert wanted(confidence=Confidence.POSSIBLE) == []


@pytest.mark.parametrize(
    ("to_user", "to_password", "expected"),
    [
        (b"331 Password\r\n", b"230 In\r\n", True),
        (b"230 No password needed\r\n", None, True),
        (b"530 This server does not allow plain FTP.\r\n", None, False),
        (b"331 Password\r\n", b"530-Sorry\r\n530 No\r\n", False),
        (b"421 Too many connections\r\n", None, False),
    ],
)
def test_what_it_answers_is_what_is_learnt_and_it_is_left_politely(listener, net, to_user, to_password, expected):
    heard = []

    def answers(data):
        heard.append(data)
        if data.startswith(b"USER"):
            return to_user
        return to_password if data.startswith(b"PASS") else b"221 Bye\r\n"

    service = listener(behave=speaks(answers, greeting=b"220 ProFTPD Server\r\n"))
    assert said(ftp.probe(Target(address=LOOPBACK, port=service.port), net)) == {"ftp.anonymous": expected}
    assert service.wait_for(lambda: heard[-1] == b"QUIT\r\n")
    assert heard[0] == b"USER anonymous\r\n"
    assert len(heard) == (2 if to_password is None else 3)


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"999\r\n", b"\xff\xfe\r\n", b"12\r\n"])
def test_what_is_no_ftp_tells_nothing(listener, net, answer):
    service = listener(behave=speaks(lambda data: answer, greeting=b"220 FTP\r\n"))
    with pytest.raises(NoAnswer):
        said(ftp.probe(Target(address=LOOPBACK, port=service.port), net))
