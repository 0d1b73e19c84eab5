"""A NetBIOS name service that answers node status requests (RFC 1002, 4.2.17 and 4.2.18), and nothing else."""

import struct

from netguard.demo.servers._contract import Answer, Context

PORT = 137

_HEADER = struct.Struct("!6H")
_QUESTION = b"\x20CK" + b"A" * 30 + b"\0" + struct.pack("!HH", 0x21, 1)
"""The name `*` with type NBSTAT and class IN."""
_ANSWER = 0x8400
"""Flags: a response, authoritative."""
_UNIQUE, _GROUP = 0x0400, 0x8400
"""A name's flags: active, and whether it is a group's."""
_WORKSTATION, _MESSENGER, _FILE_SERVER = 0x00, 0x03, 0x20
_STATISTICS = 46
"""Bytes of the statistics, which begin with the unit id (the MAC)."""
_LONGEST = 15


class NetBios:
    """The name service of one device: the option `name` or its host name, and the group of the option `group`."""

    group: str | None = None

    def __init__(self, context: Context) -> None:
        device = context.device
        name = context.server.option("name") or (device.hostname or device.name).partition(".")[0]
        group = context.server.option("group", "WORKGROUP")
        held = [(name, suffix, _UNIQUE) for suffix in (_WORKSTATION, _MESSENGER, _FILE_SERVER)]
        held.append((group, _WORKSTATION, _GROUP))
        self._body = bytes([len(held)]) + b"".join(
            struct.pack("!15sBH", text.upper().encode()[:_LONGEST].ljust(_LONGEST), suffix, flags)
            for text, suffix, flags in held
        )
        self._body += bytes.fromhex(context.device.mac.replace(":", "")).ljust(_STATISTICS, b"\0")

    def announcements(self) -> tuple[bytes, ...]:
        """Nothing: it is asked."""
        return ()

    def answers(self, data: bytes, sender: tuple[str, int]) -> tuple[Answer, ...]:  # noqa: ARG002 - the contract
        """The names it holds, to a node status request; nothing to anything else."""
        if len(data) < _HEADER.size:
            return ()
        number, flags, questions, *_ = _HEADER.unpack_from(data)
        if flags & 0x8000 or questions != 1 or data[_HEADER.size :] != _QUESTION:
            return ()
        head = _HEADER.pack(number, _ANSWER, 0, 1, 0, 0) + _QUESTION
        return (Answer(data=head + struct.pack("!IH", 0, len(self._body)) + self._body),)


def responder(context: Context) -> NetBios:
    """The device's name service."""
    return NetBios(context)
