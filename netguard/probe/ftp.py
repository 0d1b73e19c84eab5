"""FTP, only with `--logins`: whether it lets in the account that RFC 1635 made for anybody.

No password is guessed: `anonymous` is either there or not, and whoever offers it says so by letting anybody in. Nothing is
listed, read or written; the session ends at once. Never at locks, hubs, alarms or what is not known.
"""

from collections.abc import Iterable, Iterator

from netguard.model.device import Device
from netguard.model.observation import Fact
from netguard.net.access import Net
from netguard.net.connection import Connection
from netguard.net.failures import NoAnswer
from netguard.probe._contract import Ask, Learnt, Target, is_spared, looked_at, open_tcp, speaks_otherwise

NEEDS = frozenset({"ports", "banners"})
PROVIDES = frozenset({"ftp"})

MAX_REPLY = 4096
"""Bytes read of one reply; greetings with a page of conditions have about two thousand."""

USER, PASSWORD, QUIT = b"USER anonymous\r\n", b"PASS guest@\r\n", b"QUIT\r\n"
"""RFC 959, 4.1.1, and RFC 1635: as password a server may ask for an address, of which one without a name is none."""

LET_IN, NEEDS_PASSWORD = "230", "331"
REFUSED = frozenset({"430", "332", "421", "500", "501", "502", "503", "504", "530", "532", "534", "550"})
"""RFC 959, 4.2.2: not logged in, needs an account, not available, not understood; 534 by RFC 2228."""


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """Every port that greeted as FTP, in the deep round, where logins may be tried."""
    if not ask.logins or ask.round != "deep" or is_spared(device):
        return
    for service in open_tcp(device):
        if (
            service.name == "ftp"
            and not speaks_otherwise(ask, service)
            and not looked_at(ask, service, "ftp.anonymous")
        ):
            yield Target(address=service.address, port=service.port)


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """Whether it let `anonymous` in. Raises `NoAnswer` for what is no FTP, and what `Net.connect` raises."""
    assert target.port is not None  # noqa: S101 - wants() gives one
    with net.connect(target.address, target.port) as connection:
        _code(connection)
        connection.send(USER)
        code = _code(connection)
        if code == NEEDS_PASSWORD:
            connection.send(PASSWORD)
            code = _code(connection)
        if code != LET_IN and code not in REFUSED:
            raise NoAnswer(f"it answered {code} to a login, which is neither yes nor no")
        connection.send(QUIT)
    yield Fact(kind="ftp.anonymous", value=code == LET_IN, transport=target.transport, port=target.port)


def _code(connection: Connection) -> str:
    """The code of its next reply (RFC 959, 4.2: three digits, a hyphen where more lines follow)."""
    said = connection.receive(enough=_is_whole)
    lines = said[:MAX_REPLY].decode("utf-8", "replace").splitlines()
    if not lines or len(lines[0]) < 3 or not lines[0][:3].isascii() or not lines[0][:3].isdigit():
        raise NoAnswer("what it said is no reply of FTP's" if lines else "it said nothing in time")
    return lines[0][:3]


def _is_whole(said: bytes) -> bool:
    """Whether the last line of the reply is there: its code, and a blank behind it."""
    if len(said) > MAX_REPLY:
        return True
    *lines, rest = said.split(b"\n")
    return bool(lines) and not rest and lines[-1][3:4] in {b" ", b"\r", b""}
