"""SSH: the host key, and what it asks for before it lets anybody in. One key exchange; no password and no key is offered.

The login methods are asked for as every SSH client does it: by the method "none" (RFC 4252, 5.2), whose answer is the list
of methods, or an open door. Nothing is done with a door that is open: no channel is asked for, and the connection ends.
"""

import functools
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from netguard.model.device import Device, Service
from netguard.model.observation import Fact
from netguard.model.vocabulary import PortState, Transport
from netguard.net import limits
from netguard.net.access import Net
from netguard.net.failures import Failure, NoAnswer
from netguard.net.stream import Stream
from netguard.probe._contract import Ask, Learnt, Target, is_spared, looked_at, open_tcp, speaks_otherwise

NEEDS = frozenset({"ports", "banners"})
PROVIDES = frozenset({"ssh"})

METHODS = "ssh-userauth"
"""The `path` of a target that is asked for its login methods too: the service's name (RFC 4252, 4)."""

USER = "root"
"""Whom the method "none" is asked for. The answer is about one user, and the one who may do everything matters. `root` is
there on embedded Linux, where often nobody else is, so Dropbear writes no "login attempt for nonexistent user" into the
device's log, and lets an empty password in by "none" (its svr-auth.c). OpenSSH counts a first "none" as no failed attempt
(its auth2.c), so that nobody is locked out by it."""

SECONDS = 8
"""Longest for everything together: five answers, for two of which a small processor computes a second or two. Stops a peer
that drips bytes."""

END_SECONDS = 5.0
"""Longest wait for the library's thread to end, which looks ten times a second whether it should."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What one conversation showed until it ended; `failure` is why it ended early."""

    key: bytes | None = None
    methods: tuple[str, ...] = ()
    login: str | None = None
    failure: Failure | None = None


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """Every port that greeted as SSH, in the deep round: a key tells which device it is, not what.

    Locks, hubs, alarms and what may be one are asked for their key alone: to ask how to log in is a first step of it.
    """
    if ask.round != "deep":
        return
    for service in open_tcp(device):
        if service.port in limits.PAYLOAD_BLOCKED_PORTS or speaks_otherwise(ask, service):
            continue
        greeted = service.name == "ssh" or looked_at(ask, service, "ssh.banner")
        if greeted and not looked_at(ask, service, "ssh.key"):
            path = "" if is_spared(device) else METHODS
            yield Target(address=service.address, port=service.port, path=path)


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """`ssh.key`, and with the path `METHODS` also `ssh.login` and `ssh.auth`.

    Raises `NoAnswer` after what was learnt where the conversation ended early, and what `Net.connect` raises.
    """
    assert target.port is not None  # noqa: S101 - wants() gives one
    with net.connect(target.address, target.port) as connection:
        seen = _converse(Stream(connection, SECONDS), asks_methods=target.path == METHODS)
    yield from read(seen, target)
    if seen.failure is not None:
        raise seen.failure


def read(seen: _Seen, target: Target) -> Iterator[Learnt]:
    """Facts and the service from what was seen; nothing without a key, since only that proves that it speaks SSH."""

    def fact(kind: str, value: str | tuple[str, ...]) -> Fact:
        return Fact(kind=kind, value=value, transport=Transport.TCP, port=target.port)

    if seen.key is None:
        return
    yield fact("ssh.key", hashlib.sha256(seen.key).hexdigest())
    if seen.methods:
        yield fact("ssh.auth", seen.methods)
    if seen.login is not None:
        yield fact("ssh.login", seen.login)
    yield Service(
        address=target.address, transport=Transport.TCP, port=target.port or 0, state=PortState.OPEN, name="ssh"
    )


def _converse(stream: Stream, *, asks_methods: bool) -> _Seen:
    """Exchange keys, ask for methods where wanted, and end; also the library's threads have ended by then."""
    transport = _transport_class()(stream)
    seen = _Seen()
    try:
        transport.start_client()
        if asks_methods:
            seen = _asked(transport)
    except Exception as error:  # noqa: BLE001 - the library raises all sorts of things at hostile answers
        seen = _Seen(failure=stream.failure or NoAnswer(_reason(error, transport)))
    finally:
        transport.close()
        stream.close()
        if transport.is_alive():
            transport.join(END_SECONDS)
        # Only this ends the thread with which the library watches a key exchange that never came to its end.
        transport.packetizer.complete_handshake()
    # The library has checked by its signature that the key is the peer's own, whatever went wrong later.
    return replace(seen, key=None if transport.host_key is None else transport.host_key.asbytes())


def _asked(transport: Any) -> _Seen:
    """What it says to the method "none" for `USER`. Raises as the library does when it says nothing."""
    from paramiko.ssh_exception import AuthenticationException, BadAuthenticationType

    methods: Iterable[str] = ()
    try:
        methods = transport.auth_none(USER)
    except BadAuthenticationType as refused:
        methods = refused.allowed_types
    except AuthenticationException:
        # Refused, and "none" among the methods, against RFC 4252, 5.2; or gone.
        if not transport.is_active():
            raise
    let_in = transport.auth_handler.is_authenticated()
    return _Seen(methods=tuple(filter(None, methods)), login="none" if let_in else "required")


def _reason(error: Exception, transport: Any) -> str:
    """A person's words for what the library raised."""
    from paramiko.ssh_exception import AuthenticationException, IncompatiblePeer, SSHException

    if not transport.remote_version:
        return "it did not greet as an SSH server does"
    if isinstance(error, IncompatiblePeer):
        return "it and this computer have no way to encrypt in common"
    if isinstance(error, EOFError | AuthenticationException):
        return "it ended the connection before it had answered"
    if isinstance(error, SSHException) and "ignature" in str(error):
        return "it did not prove that its host key is its own"
    return f"its SSH answer is broken ({type(error).__name__})"


@functools.cache
def _transport_class() -> Any:
    """The library's transport, made to look at old devices too, and to say nothing to anybody but the peer.

    paramiko gave up what signs with SHA-1 (RFC 8332, 1). Old routers and cameras have nothing else, and their key is only
    looked at here. It is loaded when there is an SSH server, since loading it takes a tenth of a second.
    """
    from cryptography.hazmat.primitives.hashes import SHA1
    from paramiko.kex_group14 import KexGroup14SHA256
    from paramiko.rsakey import RSAKey
    from paramiko.transport import Transport

    class OldRsa(RSAKey):
        """RSA signatures of RFC 4253, 6.6."""

        HASHES = {**RSAKey.HASHES, "ssh-rsa": SHA1}  # noqa: RUF012 - as in the class above it

    class OldGroup14(KexGroup14SHA256):
        """Key exchange of RFC 4253, 8.2."""

        name = "diffie-hellman-group14-sha1"
        hash_algo = hashlib.sha1

    class Looking(Transport):
        """No group that the peer chooses (RFC 4419): computing in one of its own could take us minutes."""

        _CLIENT_ID = "netguard"
        _preferred_kex = (  # type: ignore[assignment]
            *(name for name in Transport._preferred_kex if "group-exchange" not in name),  # noqa: SLF001
            OldGroup14.name,
        )
        _kex_info = {**Transport._kex_info, OldGroup14.name: OldGroup14}  # noqa: RUF012, SLF001
        _preferred_keys = (*Transport._preferred_keys, "ssh-rsa")  # type: ignore[assignment]  # noqa: SLF001
        _key_info = {**Transport._key_info, "ssh-rsa": OldRsa}  # noqa: RUF012, SLF001

        def __init__(self, stream: Stream) -> None:
            super().__init__(stream)  # type: ignore[no-untyped-call]
            self.packetizer.set_log(None)
            self.banner_timeout = self.handshake_timeout = self.auth_timeout = SECONDS

        def _log(self, *_: object) -> None:
            """The library would write what a peer says to standard error."""

    return Looking
