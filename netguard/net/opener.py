"""The privileged opener: a process of its own that opens raw sockets of fixed kinds and never reads a packet. Linux only."""

import contextlib
import os
import re
import signal
import socket
import threading
from collections.abc import Callable

from netguard.errors import PrivilegeError
from netguard.net import filters, privileges

_INTERFACE = re.compile(r"[^\s/\x00]{1,15}")
"""IFNAMSIZ is 16 with the final zero (linux/if.h)."""

_REQUEST_BYTES = 64
"""Longest request, kind and interface; the opener reads no more than this at once."""


Opening = Callable[[str], socket.socket]


def _hearing(ethertype: int, program: Callable[[int], bytes]) -> Opening:
    """Opens a packet socket on an interface that hears frames of `ethertype` that `program` lets through."""

    def opened(interface: str) -> socket.socket:
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        try:
            # Both before it can hear: without a protocol it hears nothing, and with one but unbound, every interface.
            filters.attach(sock, program(socket.if_nametoindex(interface)))
            sock.bind((interface, ethertype))
        except OSError:
            sock.close()
            raise
        return sock

    return opened


KINDS: dict[str, Opening] = {
    "arp": _hearing(filters.ETH_P_ARP, filters.arp),
    "ndp": _hearing(filters.ETH_P_IPV6, filters.ndp),
    "dhcp": _hearing(filters.ETH_P_IP, filters.dhcp),
}
"""The only sockets there are to be had."""


class Opener:
    """The parsing process's end. `open` may be called at any time and from any thread, also after the interface came back."""

    def __init__(self, channel: socket.socket, pid: int) -> None:
        self._channel = channel
        self._lock = threading.Lock()
        self.pid = pid

    def open(self, kind: str, interface: str) -> socket.socket:
        """A raw socket of `kind` on `interface`. The first call fixes the interface for good.

        Raises `PrivilegeError` with the opener's reason.
        """
        with self._lock:  # or one protocol would get the socket that another one asked for
            self._channel.send(f"{kind} {interface}".encode())
            answer, descriptors, _, _ = socket.recv_fds(self._channel, 256, 1)
        if not descriptors:
            raise PrivilegeError(
                f"no raw socket on {interface}: {answer.decode(errors='replace') or 'the opener is gone'}"
            )
        return socket.socket(fileno=descriptors[0])

    def close(self) -> None:
        """End the opener and wait for it."""
        self._channel.close()
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, 0)


def separate(identity: privileges.Identity) -> Opener:
    """Fork the opener, then drop every right of this process for good.

    Must be called before any thread exists and before anything is parsed. Raises `PrivilegeError`.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            ours.close()
            _serve(theirs, identity)
            code = 0
        finally:
            os._exit(code)
    theirs.close()
    opener = Opener(ours, pid)
    try:
        ready = ours.recv(256)
        if ready != b"ready":
            raise PrivilegeError(
                ready.decode(errors="replace") or "the opener of raw sockets did not start; nothing was sent"
            )
        privileges.drop(identity)
    except BaseException:
        opener.close()
        raise
    return opener


def _serve(channel: socket.socket, identity: privileges.Identity) -> None:
    """Answer requests until the other end closes. The first interface asked for is the only one."""
    # Ctrl-C is the parsing process's to handle; this one ends with the channel.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _close_everything_but(channel.fileno())
    try:
        privileges.drop(identity, keep=frozenset({privileges.CAP_NET_RAW}))
    except PrivilegeError as error:
        channel.send(str(error).encode()[:255])
        return
    channel.send(b"ready")
    enrolled: str | None = None
    while request := channel.recv(_REQUEST_BYTES):
        kind, _, interface = request.decode(errors="replace").partition(" ")
        if kind not in KINDS or not _INTERFACE.fullmatch(interface) or enrolled not in {None, interface}:
            channel.send(b"that is not one of the sockets it opens")
            continue
        enrolled = interface
        try:
            sock = KINDS[kind](interface)
        except OSError as error:
            channel.send((error.strerror or "refused").encode()[:255])
            continue
        with sock:
            socket.send_fds(channel, [b"ok"], [sock.fileno()])


def _close_everything_but(kept: int) -> None:
    """Close what was inherited, standard streams aside: the opener has no business with files of the parent."""
    highest = os.sysconf("SC_OPEN_MAX")
    os.closerange(3, kept)
    os.closerange(kept + 1, min(highest if highest > 0 else 65536, 65536))
