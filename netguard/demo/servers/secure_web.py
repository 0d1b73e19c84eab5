"""HTTPS: `web` behind TLS.

The certificate is self-signed and its key follows from the device's MAC, so that the same device shows the same key
each time its home is built.
"""

import contextlib
import functools
import os
import ssl
import tempfile
import warnings
from pathlib import Path

from netguard.demo.certificates import Wanted, certificate
from netguard.demo.servers._contract import Context
from netguard.demo.servers.web import Http

_CHUNK = 65_536


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


@functools.cache
def _tls(wanted: Wanted, oldest: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if oldest:
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion[oldest.replace(".", "_")]
    handle, path = tempfile.mkstemp(suffix=".pem")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(b"".join(certificate(wanted)))
        context.load_cert_chain(path)
    finally:
        Path(path).unlink()
    return context


def conversation(context: Context) -> Https:
    """A fresh connection. Options: those of `certificates.Wanted.of`, those of `web`, and `oldest`.

    `oldest` is the oldest version of TLS that it takes, `TLSv1`; 1.2 without it, as OpenSSL has it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # an outdated version is what is wanted
        tls = _tls(Wanted.of(context.server, context.device), context.server.option("oldest"))
    return Https(context, tls)
