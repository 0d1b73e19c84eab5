"""SSH: the host key and the login methods, against paramiko's server side; the lab asks a real dropbear."""

import hashlib
import logging
import struct
import threading
import time

import paramiko
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netguard.model.vocabulary import Confidence, Power, Role
from netguard.net.control import Cancel
from netguard.net.failures import Cancelled, Failure, NoAnswer, TooMuch
from netguard.net.stream import Stream
from netguard.probe import ssh
from netguard.probe._contract import Target
from tests.builders import device
from tests.servers import LOOPBACK, free_port, loopback_network
from tests.unit.probe.conftest import TARGET, fact, make_ask, said
from tests.unit.probe.fakes.ssh import HOST_KEY, Door, serves


def ask_real(net, service, path=ssh.METHODS):
    return said(ssh.probe(Target(address=LOOPBACK, port=service.port, path=path), net))


def sha256(key):
    return hashlib.sha256(key.asbytes()).hexdigest()


def libraries_threads():
    return [t for t in threading.enumerate() if isinstance(t, paramiko.Transport) and not t.server_mode]


def test_the_key_and_the_methods_are_learnt_over_one_connection(net, listener):
    door = Door(methods="publickey,password,keyboard-interactive")
    service = listener(behave=serves(door))
    assert ask_real(net, service) == {
        "ssh.key": sha256(HOST_KEY),
        "ssh.auth": ("publickey", "password", "keyboard-interactive"),
        "ssh.login": "required",
        "service": ("ssh", None, None),
    }
    assert service.accepted == 1
    assert door.asked == [("none", "root")]
    assert not libraries_threads()


def test_who_is_spared_is_not_asked_how_to_log_in(net, listener):
    door = Door()
    assert ask_real(net, listener(behave=serves(door)), path="") == {
        "ssh.key": sha256(HOST_KEY),
        "service": ("ssh", None, None),
    }
    assert door.asked == []


def test_nothing_is_done_with_an_open_door(net, listener):
    door = Door(none=paramiko.AUTH_SUCCESSFUL)
    service = listener(behave=serves(door))
    found = ask_real(net, service)
    assert found["ssh.login"] == "none"
    assert "ssh.auth" not in found
    assert service.wait_for(lambda: service._open == 0)
    assert door.asked == [("none", "root")]


@pytest.mark.parametrize(
    ("door", "methods"),
    [
        (Door(methods="password", none=paramiko.AUTH_PARTIALLY_SUCCESSFUL), ("password",)),
        (Door(methods="", none=paramiko.AUTH_PARTIALLY_SUCCESSFUL), None),
        (Door(methods=""), None),
        (Door(methods="none,password"), None),  # against RFC 4252, 5.2
        (Door(methods="x\x1b[2J,y"), ("x [2J", "y")),
    ],
)
def test_whatever_is_not_yes_is_a_required_login(net, listener, door, methods):
    found = ask_real(net, listener(behave=serves(door)))
    assert (found["ssh.login"], found.get("ssh.auth")) == ("required", methods)


@pytest.mark.parametrize("kind", [paramiko.RSAKey, paramiko.Ed25519Key])
def test_every_kind_of_key_is_hashed_as_its_blob(net, listener, kind):
    key = paramiko.RSAKey.generate(2048)
    if kind is paramiko.Ed25519Key:
        key = ed25519()
    assert ask_real(net, listener(behave=serves(Door(), key)), path="")["ssh.key"] == sha256(key)


def ed25519(cls=paramiko.Ed25519Key):
    import io

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    text = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()
    return cls(file_obj=io.StringIO(text))


class Plain(paramiko.Transport):
    """A server whose algorithms a test chooses."""

    def __init__(self, sock):
        super().__init__(sock)
        self.packetizer.set_log(None)

    def _log(self, *_):
        pass


def test_an_old_server_that_knows_sha_1_only_is_looked_at_too(net, listener):
    looking = ssh._transport_class()

    class Old(Plain):
        _preferred_kex = ("diffie-hellman-group14-sha1",)
        _preferred_keys = ("ssh-rsa",)
        _preferred_macs = ("hmac-sha1",)
        _preferred_ciphers = ("3des-cbc",)
        _kex_info, _key_info = looking._kex_info, looking._key_info

    key = looking._key_info["ssh-rsa"](key=paramiko.RSAKey.generate(2048).key)
    found = ask_real(net, listener(behave=serves(Door(), key, Old)))
    assert (found["ssh.key"], found["ssh.login"]) == (sha256(key), "required")


def test_nothing_in_common_is_a_reason(net, listener):
    class Strange(Plain):
        _preferred_kex = ("diffie-hellman-group-exchange-sha256",)
        _modulus_pack = object()

    service = listener(behave=serves(Door(), HOST_KEY, Strange))
    with pytest.raises(NoAnswer, match="no way to encrypt in common"):
        ask_real(net, service)


def test_a_key_that_is_not_proven_is_no_key(net, listener):
    class Forged(paramiko.Ed25519Key):
        def sign_ssh_data(self, data, algorithm=None):
            return super().sign_ssh_data(b"something else", algorithm)

    learnt = []
    service = listener(behave=serves(Door(), ed25519(Forged), Plain))
    with pytest.raises(NoAnswer, match="did not prove"):
        learnt.extend(ssh.probe(Target(address=LOOPBACK, port=service.port), net))
    assert learnt == []


class Mute(Door):
    """Never says how to log in."""

    def __init__(self):
        super().__init__()
        self.goes_on = threading.Event()

    def check_auth_none(self, username):
        self.goes_on.wait(10)
        return super().check_auth_none(username)


def test_a_key_counts_also_where_the_login_is_never_answered(net, listener, monkeypatch):
    monkeypatch.setattr(ssh, "SECONDS", 1)
    door, learnt = Mute(), []
    service = listener(behave=serves(door))
    began = time.monotonic()
    with pytest.raises(NoAnswer, match="within 1 s"):
        learnt.extend(ssh.probe(Target(address=LOOPBACK, port=service.port, path=ssh.METHODS), net))
    door.goes_on.set()
    assert set(said(learnt)) == {"ssh.key", "service"}
    assert time.monotonic() - began < 8
    assert not libraries_threads()


def test_an_interruption_ends_it_at_once(listener):
    cancel, door = Cancel(), Mute()
    service = listener(behave=serves(door))
    with loopback_network(cancel=cancel) as network:
        threading.Timer(0.3, cancel.set).start()
        with pytest.raises(Cancelled):
            list(ssh.probe(Target(address=LOOPBACK, port=service.port, path=ssh.METHODS), network.net("test")))
    door.goes_on.set()
    assert not libraries_threads()


def test_a_closed_port_is_a_reason(net):
    with pytest.raises(NoAnswer, match="refused"):
        list(ssh.probe(Target(address=LOOPBACK, port=free_port()), net))


@pytest.mark.parametrize("greeting", [b"", b"220 mail ESMTP\r\n", b"\xff\xfe\r\n", b"x\r\n" * 200, b"login: "])
def test_what_does_not_greet_as_ssh_is_a_reason(net, listener, greeting):
    service = listener(greeting, behave=lambda peer: peer.sendall(greeting))
    with pytest.raises(NoAnswer, match="greet as an SSH server"):
        ask_real(net, service)
    assert not libraries_threads()


def packet(payload):
    """One unencrypted packet (RFC 4253, 6)."""
    padding = 4 + (8 - (len(payload) + 9) % 8) % 8
    return struct.pack("!IB", len(payload) + padding + 1, padding) + payload + bytes(padding)


def lists(*names):
    return b"\x14" + bytes(16) + b"".join(struct.pack("!I", len(n)) + n for n in names) + bytes(5)


AGREEABLE = lists(
    b"curve25519-sha256@libssh.org",
    b"ssh-ed25519",
    *[b"aes128-ctr"] * 2,
    *[b"hmac-sha2-256"] * 2,
    *[b"none"] * 2,
    b"",
    b"",
)


@pytest.mark.parametrize(
    "after",
    [
        b"",
        b"\xff" * 64,
        packet(b"\x01\0\0\0\x02\0\0\0\x03bye\0\0\0\0"),
        packet(b"\x14"),
        packet(AGREEABLE),
        packet(AGREEABLE) + packet(b"\x1f" + b"\0\0\0\x04abcd" * 3),
        packet(AGREEABLE) + packet(b"\x1f" + b"\xff" * 40),
        packet(AGREEABLE) + packet(b"\x15"),
        packet(b"\x34"),
        packet(b"\xc8") * 10,
        struct.pack("!I", 2**32 - 1) + b"\x04" + bytes(100),
        packet(b"\x02" + bytes(1000)) * 300,
    ],
)
def test_a_broken_key_exchange_is_a_reason(net, listener, after):
    def behave(peer):
        peer.sendall(b"SSH-2.0-broken\r\n" + after)
        peer.recv(65536)

    service = listener(behave=behave)
    with pytest.raises(Failure, match=r"."):
        ask_real(net, service)
    assert not libraries_threads()


def test_nothing_is_written_to_the_log_or_to_standard_error(net, listener, caplog, capfd):
    with caplog.at_level(logging.DEBUG):
        with pytest.raises(NoAnswer):
            ask_real(net, listener(behave=lambda peer: peer.sendall(b"SSH-2.0-x\x1b[2J\r\n" + b"\xff" * 99)))
        assert ask_real(net, listener(behave=serves(Door(), HOST_KEY, Plain)))["ssh.login"] == "required"
    assert not caplog.records
    assert capfd.readouterr() == ("", "")


class Canned:
    """What a connection says, without one."""

    def __init__(self, *chunks):
        self._chunks = list(chunks)

    @property
    def at_end(self):
        return not self._chunks

    def send(self, data):
        pass

    def receive_some(self, deadline):
        return self._chunks.pop(0) if self._chunks else b""


@settings(max_examples=40)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=60),
            st.binary(min_size=1, max_size=60).map(packet),
            st.sampled_from([packet(AGREEABLE), packet(b"\x1f" + b"\0\0\0\x04abcd" * 3), packet(b"\x15")]),
        ),
        max_size=5,
    ),
    st.sampled_from([b"", b"SSH-2.0-x\r\n", b"hello\r\nSSH-1.99-x\r\n"]),
)
def test_no_answer_breaks_the_conversation_or_proves_a_key(chunks, start):
    seen = ssh._converse(Stream(Canned(start, *chunks), 5.0), asks_methods=True)
    assert seen.key is None
    assert isinstance(seen.failure, NoAnswer | TooMuch)
    assert not libraries_threads()


@given(st.binary(max_size=50), st.lists(st.text(max_size=30), max_size=200).map(tuple))
def test_no_key_and_no_method_breaks_the_reader(key, methods):
    found = said(ssh.read(ssh._Seen(key=key, methods=methods, login="required"), TARGET))
    assert found["ssh.key"] == hashlib.sha256(key).hexdigest()
    assert list(ssh.read(ssh._Seen(methods=methods, login="required"), TARGET)) == []


def wanted(services=(22, 80), of=None, **given):
    known = [fact("ssh.banner", "SSH-2.0-x", 22)]
    found = device(services=services, **(of or {"role": Role.NAS}))
    return [(t.port, t.path) for t in ssh.wants(found, make_ask(facts=[*known, *given.pop("facts", ())], **given))]


def test_what_greeted_as_ssh_is_asked_once_in_the_deep_round():
    assert wanted() == [(22, ssh.METHODS)]
    assert wanted(turn="light") == []
    assert wanted(facts=[fact("ssh.key", "0" * 64, 22)]) == []
    assert wanted(services=(80,)) == []
    assert wanted(services=(9100,), facts=[fact("ssh.banner", "SSH-2.0-x", 9100)]) == []


@pytest.mark.parametrize(
    "of",
    [
        {"role": Role.LOCK, "power": Power.MAINS},
        {"role": Role.LOCK_HUB},
        {"role": Role.SMART_HOME_HUB},
        {"role": Role.ALARM},
        {"role": Role.UNKNOWN},
        {"role": Role.NAS, "confidence": Confidence.POSSIBLE},
    ],
)
def test_locks_hubs_alarms_and_the_unidentified_are_asked_for_their_key_only(of):
    assert wanted(of=of) == [(22, "")]
