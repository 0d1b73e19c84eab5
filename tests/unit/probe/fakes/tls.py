"""A TLS server with a certificate of its own, which declines outdated versions; and one that wants no TLS from us."""

import functools
import socket
import ssl
import tempfile
from pathlib import Path

from netguard.probe._contract import Target
from tests.servers import LOOPBACK
from tests.unit.probe.moods import Mood, certificate, silent


def target(port: int) -> Target:
    return Target(address=LOOPBACK, port=port, path="newest TLSv1.1")


@functools.cache
def context(minimum: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = minimum
    made.set_ciphers("ALL:@SECLEVEL=0")
    with tempfile.TemporaryDirectory() as folder:
        pair, key = certificate(name="lock.example")
        path = Path(folder) / "both.pem"
        path.write_bytes(pair + key)
        made.load_cert_chain(path)
    return made


def shake(peer: socket.socket) -> None:
    try:
        with context().wrap_socket(peer, server_side=True) as secure:
            silent(secure)
    except ssl.SSLError:  # looked at, and left
        return


def refuse(peer: socket.socket) -> None:
    """A fatal alert, handshake_failure (RFC 8446, 6.2)."""
    if peer.recv(65536):
        peer.sendall(b"\x15\x03\x03\x00\x02\x02\x28")


RIGHT = Mood(
    tcp=shake,
    learns={
        "tls.version": "TLSv1.3",
        "tls.subject": "CN=lock.example",
        "tls.key": ...,
        "tls.self-signed": True,
        "tls.starts": ...,
        "tls.expires": ...,
        "tls.accepts": (),
    },
    service="tls",
)
REFUSING = Mood(tcp=refuse, not_learns=("tls.version", "tls.subject"))
