"""What each raw socket may hear, as classic BPF programs: the kernel drops everything else before we see it. Linux only.

The opener attaches one before its socket hears anything and locks it, so that the process that parses cannot widen it,
not even by binding the socket anew. Instructions from linux/filter.h and linux/bpf_common.h; offsets are those of
Ethernet frames (IEEE 802.3), IPv4 (RFC 791), UDP (RFC 768) and IPv6 (RFC 8200, 3).
"""

import ctypes
import socket
import struct
from collections.abc import Sequence

ETH_P_IP, ETH_P_ARP, ETH_P_IPV6 = 0x0800, 0x0806, 0x86DD
"""EtherTypes (linux/if_ether.h)."""

_LOAD_WORD, _LOAD_HALF, _LOAD_BYTE = 0x20, 0x28, 0x30
_LOAD_HALF_AFTER_X, _X_IS_IPV4_HEADER = 0x48, 0xB1
_IF_EQUAL, _IF_ANY_BIT, _RETURN = 0x15, 0x45, 0x06
"""BPF_LD|BPF_{W,H,B}|BPF_ABS, BPF_LD|BPF_H|BPF_IND, BPF_LDX|BPF_B|BPF_MSH, BPF_JMP|BPF_{JEQ,JSET}|BPF_K, BPF_RET|BPF_K."""

_INTERFACE = 0xFFFFF000 + 8
"""SKF_AD_OFF + SKF_AD_IFINDEX: the interface a frame came in by."""

_SO_ATTACH_FILTER, _SO_LOCK_FILTER = 26, 44
"""asm-generic/socket.h; Python has no names for them."""

_WHOLE = 0xFFFF
"""Bytes kept of a frame that passes: all."""

_ICMPV6, _UDP = 58, 17
_DHCP_SERVER, _DHCP_CLIENT = 67, 68
_FRAGMENT = 0x3FFF
"""The flag "more fragments" and the offset (RFC 791, 3.1): whatever is a part of a packet has one of them."""

Instruction = tuple[int, int, int]
"""Code, operand, and 1 where the frame is dropped if the test fails, 2 where it is dropped if it holds, else 0."""


def arp(interface: int) -> bytes:
    """ARP that came in by that interface."""
    return _program([*_came_in_by(interface), *_is_half(12, ETH_P_ARP)])


def ndp(interface: int) -> bytes:
    """ICMPv6 right behind the IPv6 header: neighbour discovery and echo have no extension headers between."""
    return _program([*_came_in_by(interface), *_is_half(12, ETH_P_IPV6), (_LOAD_BYTE, 20, 0), (_IF_EQUAL, _ICMPV6, 1)])


def dhcp(interface: int) -> bytes:
    """Whole UDP datagrams over IPv4 to port 67 or 68."""
    head = [
        *_came_in_by(interface),
        *_is_half(12, ETH_P_IP),
        (_LOAD_BYTE, 23, 0),
        (_IF_EQUAL, _UDP, 1),
        (_LOAD_HALF, 20, 0),
        (_IF_ANY_BIT, _FRAGMENT, 2),
        (_X_IS_IPV4_HEADER, 14, 0),
        (_LOAD_HALF_AFTER_X, 16, 0),
    ]
    return _program(head, either=(_DHCP_SERVER, _DHCP_CLIENT))


def attach(sock: socket.socket, program: bytes) -> None:
    """Let `sock` hear only what `program` lets through, for good. Raises `OSError`."""
    held = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: a count, and after the gap of alignment a pointer.
    sock.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HL", len(program) // 8, ctypes.addressof(held)))
    sock.setsockopt(socket.SOL_SOCKET, _SO_LOCK_FILTER, 1)


def _came_in_by(interface: int) -> list[Instruction]:
    return [(_LOAD_WORD, _INTERFACE, 0), (_IF_EQUAL, interface, 1)]


def _is_half(offset: int, value: int) -> list[Instruction]:
    return [(_LOAD_HALF, offset, 0), (_IF_EQUAL, value, 1)]


def _program(steps: Sequence[Instruction], *, either: Sequence[int] = ()) -> bytes:
    """`steps` one after the other, then a test for one of the values `either`; keep at the end, drop anywhere else."""
    keep, drop = len(steps) + len(either), len(steps) + len(either) + 1
    made = []
    for at, (code, operand, dropped_if) in enumerate(steps):
        away = drop - at - 1
        made.append((code, away if dropped_if == 2 else 0, away if dropped_if == 1 else 0, operand))
    for number, value in enumerate(either):
        at = len(steps) + number
        last = number == len(either) - 1
        made.append((_IF_EQUAL, keep - at - 1, drop - at - 1 if last else 0, value))
    made += [(_RETURN, 0, 0, _WHOLE), (_RETURN, 0, 0, 0)]
    return b"".join(struct.pack("HBBI", *instruction) for instruction in made)
