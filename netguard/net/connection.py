"""One TCP connection with an absolute deadline, a byte limit and the payload block; TLS on top where asked."""

import contextlib
import errno
import selectors
import socket
import ssl
import struct
from collections.abc import Callable
from dataclasses import dataclass

from netaddr import IPAddress

from netguard.net import limits
from netguard.net.control import SLICE, Cancel, Deadline
from netguard.net.failures import NoAnswer, RefusedByUs, TooMuch
from netguard.net.guard import Guard
from netguard.net.transcript import Transcript

RESET_ON_CLOSE = struct.pack("ii", 1, 0)
"""SO_LINGER with no time: closing sends a reset, so that nothing of the connection lingers on the device."""


class Declined(NoAnswer):
    """The peer said no to the handshake: by an alert (RFC 8446, 6), or by ending the connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFacts:
    """What a handshake showed. The certificate is looked at, never trusted."""

    version: str
    certificate: bytes
    """DER."""


class Connection:
    """Made by `Net.connect`; a context manager that closes politely (FIN), or at once when anything went wrong (RST)."""

    def __init__(
        self,
        sock: socket.socket,
        peer: tuple[IPAddress, int],
        *,
        why: str,
        cancel: Cancel,
        deadline: Deadline,
        transcript: Transcript,
        on_close: Callable[[], None],
    ) -> None:
        self._socket = sock
        self._address, self._port = peer
        self._why = why
        self._cancel = cancel
        self._deadline = deadline
        self._transcript = transcript
        self._on_close: Callable[[], None] | None = on_close
        self._received = 0
        self.at_end = False
        """Whether the peer has ended it: all that it had to say is here."""
        self._tls: ssl.SSLObject | None = None
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, kind: object, value: object, trace: object) -> None:
        if kind is not None and self._on_close is not None:
            # macOS refuses this on a connection that the peer has reset already, which is as good.
            with contextlib.suppress(OSError):
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self.close()

    def close(self) -> None:
        """Close it; a second call does nothing."""
        if self._on_close is not None:
            self._socket.close()
            self._on_close()
            self._on_close = None

    def send(self, data: bytes) -> None:
        """Send all of `data`. Raises `RefusedByUs` on a printing port, `NoAnswer` when the peer went away."""
        Guard.check_payload(self._port)
        if self._tls is not None:
            self._tls.write(data)
            data = self._outgoing.read()
        self._send_raw(data)

    def receive(
        self, *, enough: Callable[[bytes], bool] = lambda _: False, seconds: float = limits.READ_SECONDS
    ) -> bytes:
        """What the peer says until it closes, `enough` is true of all so far, or `seconds` are over.

        Returns what there is, possibly nothing. Raises `TooMuch` past `limits.READ_BYTES`.
        """
        deadline = self._deadline.sooner(seconds)
        answer = b""
        while not enough(answer):
            chunk = self._receive_plain(deadline)
            if chunk is None:
                break
            answer += chunk
        return answer

    def start_tls(self, context: ssl.SSLContext, *, seconds: float = limits.READ_SECONDS) -> TlsFacts:
        """Do a TLS handshake. Raises `Declined` when the peer will not, `NoAnswer` when it says nothing or nonsense."""
        Guard.check_payload(self._port)
        deadline = self._deadline.sooner(seconds)
        tls = context.wrap_bio(self._incoming, self._outgoing, server_side=False)
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self._send_raw(self._outgoing.read())
                chunk = self._receive_raw(deadline)
                if not chunk:
                    failure = Declined if self.at_end else NoAnswer
                    raise failure("it did not finish the TLS handshake") from None
                self._incoming.write(chunk)
            except ssl.SSLError as error:
                failure = Declined if "_ALERT_" in (error.reason or "") else NoAnswer
                raise failure(
                    f"it speaks no TLS that this computer does ({error.reason or 'handshake failed'})"
                ) from error
        self._send_raw(self._outgoing.read())
        self._tls = tls
        return TlsFacts(version=tls.version() or "unknown", certificate=tls.getpeercert(binary_form=True) or b"")

    def receive_some(self, deadline: Deadline) -> bytes:
        """The next bytes, as soon as there are any; none at the deadline or the end. Raises as `receive` does."""
        return self._receive_plain(self._deadline.sooner(deadline.remaining)) or b""

    def _receive_plain(self, deadline: Deadline) -> bytes | None:
        if self._tls is None:
            return self._receive_raw(deadline) or None
        while True:
            try:
                plain = self._tls.read(65536)
            except ssl.SSLWantReadError:
                chunk = self._receive_raw(deadline)
                if not chunk:
                    return None
                self._incoming.write(chunk)
            except ssl.SSLError:
                return None
            else:
                self.at_end = self.at_end or not plain
                return plain or None

    def _send_raw(self, data: bytes) -> None:
        if not data:
            return
        self._transcript.record("tcp-send", f"{self._address} {self._port}", f"{self._why}: {len(data)} bytes")
        view = memoryview(data)
        while view:
            self._wait(selectors.EVENT_WRITE, self._deadline)
            try:
                view = view[self._socket.send(view) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise NoAnswer(f"it closed the connection ({reason(error)})") from error

    def _receive_raw(self, deadline: Deadline) -> bytes:
        while True:
            if not self._wait(selectors.EVENT_READ, deadline):
                return b""
            try:
                chunk = self._socket.recv(65536)
            except (BlockingIOError, InterruptedError):
                continue
            except OSError:
                chunk = b""
            break
        self.at_end = self.at_end or not chunk
        self._received += len(chunk)
        if self._received > limits.READ_BYTES:
            raise TooMuch(f"it sent more than {limits.READ_BYTES // 1024} KiB")
        return chunk

    def _wait(self, event: int, deadline: Deadline) -> bool:
        """Wait until the socket is ready; False when `deadline` passed first."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, event)
            while not deadline:
                self._cancel.check()
                if selector.select(min(SLICE, deadline.remaining)):
                    return True
        self._deadline.check()
        return False


def tls_context(*, outdated: bool = False) -> ssl.SSLContext:
    """A context that shakes hands with anything, old versions and self-signed certificates included.

    With `outdated` it offers nothing newer than TLS 1.1 (RFC 8996), about which Python warns; raises `RefusedByUs` where
    this computer has no version that old. It is for looking only: nothing secret is ever sent through it.
    """
    if outdated and not (ssl.HAS_TLSv1_1 or ssl.HAS_TLSv1):
        raise RefusedByUs("this computer speaks no TLS as old as 1.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    if outdated:
        context.maximum_version = ssl.TLSVersion.TLSv1_1 if ssl.HAS_TLSv1_1 else ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def reason(error: OSError) -> str:
    """A person's words for an operating system error."""
    words = {
        errno.ECONNREFUSED: "connection refused",
        errno.ECONNRESET: "connection reset",
        errno.EHOSTUNREACH: "no route to it",
        errno.ENETUNREACH: "no route to its network",
        errno.ETIMEDOUT: "no answer in time",
        errno.EPIPE: "connection closed",
    }
    return words.get(error.errno or 0, error.strerror or type(error).__name__)
