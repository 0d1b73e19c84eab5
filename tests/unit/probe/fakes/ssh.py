"""A real SSH server, which is paramiko's other side: one that lets anybody in, and one that asks for a login."""

import socket

import paramiko

from netguard.probe._contract import Target
from tests.servers import LOOPBACK
from tests.unit.probe.moods import Mood, Speak


def target(port: int) -> Target:
    return Target(address=LOOPBACK, port=port, path="ssh-userauth")


class Door(paramiko.ServerInterface):
    """Writes down what it was asked, and answers as it is told to."""

    def __init__(self, methods: str = "publickey,password", none: int = paramiko.AUTH_FAILED) -> None:
        self.methods, self.none = methods, none
        self.asked: list[tuple[str, str]] = []

    def get_allowed_auths(self, username: str) -> str:
        return self.methods

    def check_auth_none(self, username: str) -> int:
        self.asked.append(("none", username))
        return self.none

    def check_auth_password(self, username: str, password: str) -> int:
        self.asked.append(("password", username))
        return paramiko.AUTH_SUCCESSFUL

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        self.asked.append(("publickey", username))
        return paramiko.AUTH_SUCCESSFUL

    def check_channel_request(self, kind: str, chanid: int) -> int:
        self.asked.append(("channel", kind))
        return paramiko.OPEN_SUCCEEDED


def host_key() -> paramiko.PKey:
    from cryptography.hazmat.primitives.asymmetric import ec

    return paramiko.ECDSAKey(vals=(key := ec.generate_private_key(ec.SECP256R1()), key.public_key()))


HOST_KEY = host_key()


def serves(door: Door, key: paramiko.PKey = HOST_KEY, kind: type[paramiko.Transport] = paramiko.Transport) -> Speak:
    """An SSH server behind every connection, until the other side leaves."""

    def behave(peer: socket.socket) -> None:
        transport = kind(peer)
        transport.add_server_key(key)
        try:
            transport.start_server(server=door)
            transport.join()
        except (paramiko.SSHException, EOFError, OSError):
            transport.join()
        finally:
            transport.close()
            # Ends the thread that watches a key exchange which never came to its end.
            transport.packetizer.complete_handshake()

    return behave


RIGHT = Mood(
    tcp=serves(Door(none=paramiko.AUTH_SUCCESSFUL)),
    learns={"ssh.key": ..., "ssh.login": "none"},
    not_learns=("ssh.auth",),
    service="ssh",
)
REFUSING = Mood(
    tcp=serves(Door()),
    learns={"ssh.key": ..., "ssh.login": "required", "ssh.auth": ("publickey", "password")},
    service="ssh",
)
