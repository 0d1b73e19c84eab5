"""A client of DHCP and of DHCPv6, no more of it than asking for an address takes. The sockets are the caller's."""

import socket
import struct


def four(sock: socket.socket, mac: bytes) -> str:
    """DISCOVER, REQUEST and what the acknowledgement gives (RFC 2131); empty where nothing comes."""
    offered, server = b"\0\0\0\0", b""
    for kind in (1, 3):
        options = b"\x63\x82\x53\x63" + bytes((53, 1, kind))
        if kind == 3:
            options += b"\x32\x04" + offered + b"\x36\x04" + server
        packet = struct.pack("!4BIHH16x6s10x192x", 1, 1, 6, 0, 0x6E6701, 0, 0x8000, mac) + options + b"\xff"
        try:
            sock.sendto(packet, ("255.255.255.255", 67))
            answer = sock.recv(2048)
        except OSError:
            return ""
        offered, rest = answer[16:20], answer[240:]
        while rest and rest[0] != 255:
            if rest[0] == 54:
                server = rest[2 : 2 + rest[1]]
            rest = rest[2 + rest[1] :]
    return socket.inet_ntoa(offered)


def six(sock: socket.socket, mac: bytes, scope: int) -> str:
    """SOLICIT, and the address of the ADVERTISE (RFC 8415); empty where nothing comes."""
    identity = struct.pack("!HHHH", 1, 10, 3, 1) + mac
    wanted = struct.pack("!HHIII", 3, 12, 1, 0, 0)
    try:
        sock.sendto(b"\x01\x6e\x67\x01" + identity + wanted, ("ff02::1:2", 547, 0, scope))
        rest = sock.recv(2048)[4:]
    except OSError:
        return ""
    while len(rest) > 4:
        kind, length = struct.unpack("!HH", rest[:4])
        if kind == 3:
            inner = rest[4 + 12 : 4 + length]
            if struct.unpack("!H", inner[:2])[0] == 5:
                return socket.inet_ntop(socket.AF_INET6, inner[4:20])
        rest = rest[4 + length :]
    return ""
