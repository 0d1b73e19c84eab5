"""HTTPS: `web` behind TLS.

The certificate is self-signed and its key follows from the device's MAC, so that the same device shows the same key
each time its home is built.
"""

import contextlib
import datetime as dt
import functools
import hashlib
import os
import ssl
import tempfile
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from netguard.demo.servers._contract import Context
from netguard.demo.servers.web import Http

_CHUNK = 65_536
_BORN = dt.datetime(2017, 1, 1, tzinfo=dt.UTC)
_DIES = dt.datetime(2038, 1, 1, tzinfo=dt.UTC)


class Https:
    """One TLS connection, without a socket: bytes go in and out of memory."""

    def __init__(self, context: Context, tls: ssl.SSLContext) -> None:
        self.over = False
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = tls.wrap_bio(self._in, self._out, server_side=True)
        self._http = Http(context)
        self._shaken = False

    def opened(self) -> bytes:
        """The client speaks first."""
        return b""

    def received(self, data: bytes) -> bytes:
        """What TLS has to say to `data`: handshake, alert or encrypted answers."""
        self._in.write(data)
        try:
            if not self._shaken:
                self._tls.do_handshake()
                self._shaken = True
            while plain := self._tls.read(_CHUNK):
                if answer := self._http.received(plain):
                    self._tls.write(answer)
                if self._http.over:
                    self.over = True
                    break
        except ssl.SSLWantReadError:
            pass  # the rest of the record comes with the next packet
        except ssl.SSLError:
            self.over = True
        if self.over and self._shaken:
            with contextlib.suppress(ssl.SSLError):  # says goodbye; does not wait for the client's
                self._tls.unwrap()
        return self._out.read()


def certificate(
    common_name: str, organization: str, country: str, seed: str, subject: str = "", issuer: str = ""
) -> tuple[bytes, bytes]:
    """(certificate, private key) as PEM. The P-256 key is derived from `seed`; it protects nothing.

    `subject` and `issuer`, whole names as RFC 4514 writes them, go before the three parts.
    """
    key = ec.derive_private_key(int.from_bytes(hashlib.sha256(seed.encode()).digest()[:31]) + 1, ec.SECP256R1())
    parts = (
        (NameOID.COUNTRY_NAME, country),
        (NameOID.ORGANIZATION_NAME, organization),
        (NameOID.COMMON_NAME, common_name),
    )
    name = x509.Name([x509.NameAttribute(oid, value) for oid, value in parts if value])
    if subject:
        name = x509.Name.from_rfc4514_string(subject)
    by = x509.Name.from_rfc4514_string(issuer) if issuer else name
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(by).public_key(key.public_key())
        .serial_number(int(hashlib.sha256((common_name or subject).encode()).hexdigest()[:16], 16))
        .not_valid_before(_BORN).not_valid_after(_DIES).sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.public_bytes(serialization.Encoding.PEM), private


@functools.cache
def _tls(common_name: str, organization: str, country: str, seed: str, subject: str, issuer: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    handle, path = tempfile.mkstemp(suffix=".pem")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(b"".join(certificate(common_name, organization, country, seed, subject, issuer)))
        context.load_cert_chain(path)
    finally:
        Path(path).unlink()
    return context


def conversation(context: Context) -> Https:
    """A fresh connection. Options: `common-name`, `organization`, `country` or `subject`, `issuer`, and those of `web`."""
    option = context.server.option
    words = (option("common-name"), option("organization"), option("country"))
    tls = _tls(*words, context.device.mac, option("subject"), option("issuer"))
    return Https(context, tls)
