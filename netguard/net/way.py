"""By which interface packets leave: every socket is tied to the enrolled one, also where another has the same prefix."""

import contextlib
import errno
import socket
import struct
import sys
from dataclasses import dataclass

from netaddr import IPAddress

IP_BOUND_IF, IPV6_BOUND_IF = 25, 125
"""macOS: ties a socket to an interface by its index (netinet/in.h, netinet6/in6.h); Python has no names for them."""

IPV6_UNICAST_IF = 31
"""Windows: the interface that unicast leaves by (ws2ipdef.h; Microsoft Learn, "IPPROTO_IPV6 socket options")."""

IP_BIND_ADDRESS_NO_PORT = 24
"""Linux: `bind` chooses no port yet (ip(7)), so that many connections can share one."""

_NOT_FOR_US = frozenset(
    getattr(errno, name, -1)
    for name in ("EPERM", "EACCES", "ENOPROTOOPT", "ENOSYS", "EINVAL", "WSAEACCES", "WSAENOPROTOOPT", "WSAEINVAL")
)
"""What systems say that do not let an ordinary program tie a socket: Linux before 5.7, for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One interface and this computer's own addresses on it; without an interface the system chooses by itself."""

    interface: str | None = None
    addresses: tuple[IPAddress, ...] = ()
    """The preferred one first."""

    def source(self, version: int) -> IPAddress | None:
        """Our own address of that IP version, link-local last; None when the interface has none."""
        own = [a for a in self.addresses if a.version == version]
        return min(own, key=lambda a: a.version == 6 and a.is_link_local(), default=None)

    @property
    def index(self) -> int:
        """The interface's number, asked anew: it changes when the interface went away and came back.

        0 without an interface. Raises `OSError` when there is none of that name.
        """
        if self.interface is None:
            return 0
        if sys.platform == "win32":
            return _index_of_alias(self.interface)
        return socket.if_nametoindex(self.interface)

    def peer(self, address: IPAddress, port: int) -> tuple[str, int] | tuple[str, int, int, int]:
        """What `connect`, `bind` and `sendto` want, with the interface where an IPv6 address means something else on each.

        Raises `OSError` when the interface is gone.
        """
        if address.version == 4:
            return str(address), port
        scoped = address.is_link_local() or address.is_multicast()
        return str(address), port, 0, self.index if scoped else 0

    def fit(self, sock: socket.socket, address: IPAddress) -> None:
        """Tie `sock`, which is not bound yet, so that what it sends to `address` leaves by this interface.

        Where the system does not let an ordinary program do that, our own address there is bound instead. What goes to
        ourselves goes through no interface and is left as it is. Raises `OSError` when the interface is gone.
        """
        if self.interface is None or address in self.addresses or self.tie(sock, address.version):
            return
        own = self.source(address.version)
        if address.version == 6 and address.is_link_local():
            own = next((a for a in self.addresses if a.version == 6 and a.is_link_local()), own)
        if own is not None:
            if sys.platform == "linux":
                with contextlib.suppress(OSError):
                    sock.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
            sock.bind(self.peer(own, 0))

    def tie(self, sock: socket.socket, version: int) -> bool:
        """Bind `sock` to the interface itself; False where the system does not let an ordinary program do so.

        Raises `OSError` when the interface is gone.
        """
        if self.interface is None:
            return False
        try:
            if sys.platform == "linux":
                # Allowed without rights since Linux 5.7, for a socket that is not tied to another interface yet.
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, self.interface.encode() + b"\0")
            elif sys.platform == "darwin":
                level, option = (
                    (socket.IPPROTO_IP, IP_BOUND_IF) if version == 4 else (socket.IPPROTO_IPV6, IPV6_BOUND_IF)
                )
                sock.setsockopt(level, option, self.index)
            elif sys.platform == "win32" and version == 6:
                sock.setsockopt(socket.IPPROTO_IPV6, IPV6_UNICAST_IF, self.index)
            else:
                # Windows sends IPv4 by the interface whose address is bound (its "strong host model").
                return False
        except OSError as error:
            if error.errno in _NOT_FOR_US:
                return False
            raise
        return True

    def membership(self, group: IPAddress, own: IPAddress) -> bytes:
        """The argument of IP_ADD_MEMBERSHIP (struct ip_mreq) or IPV6_JOIN_GROUP (struct ipv6_mreq, RFC 3493, 5.2)."""
        if group.version == 4:
            return struct.pack("=4s4s", group.packed, own.packed)
        return struct.pack("=16sI", group.packed, self.index)


def _index_of_alias(alias: str) -> int:
    """The number of the Windows interface that people know as `alias`; `if_nametoindex` wants another name there.

    ConvertInterfaceAliasToLuid and ConvertInterfaceLuidToIndex (netioapi.h). Raises `OSError`.
    """
    import ctypes

    helper = ctypes.WinDLL("iphlpapi")  # type: ignore[attr-defined,unused-ignore]  # exists on Windows only
    luid, index = ctypes.c_uint64(), ctypes.c_uint32()
    if helper.ConvertInterfaceAliasToLuid(ctypes.c_wchar_p(alias), ctypes.byref(luid)) or (
        helper.ConvertInterfaceLuidToIndex(ctypes.byref(luid), ctypes.byref(index))
    ):
        raise OSError(errno.ENODEV, "no such interface")
    return index.value
