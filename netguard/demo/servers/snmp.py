"""An SNMP agent that knows one thing: sysDescr.0, for one community (RFC 1157, RFC 3418). Read only."""

from netguard.demo.servers._contract import Answer, Context

SYS_DESCR = bytes.fromhex("06082b06010201010100")
"""The object identifier 1.3.6.1.2.1.1.1.0 in BER."""
_GET, _GET_NEXT, _RESPONSE = 0xA0, 0xA1, 0xA2
_NO_SUCH_NAME = 2


class Agent:
    """The agent of one device."""

    group: str | None = None

    def __init__(self, context: Context) -> None:
        self._text = context.server.option("sysdescr", context.device.what).encode()
        self._community = context.server.option("community", "public").encode()
        self._note = context.note

    def announcements(self) -> tuple[bytes, ...]:
        """Nothing."""
        return ()

    def answers(self, data: bytes, sender: tuple[str, int]) -> tuple[Answer, ...]:  # noqa: ARG002 - the contract
        """The description to a GET or GETNEXT that leads to it, `noSuchName` to other reads, nothing to the rest."""
        try:
            _, message, _ = _take(data)
            _, version, rest = _take(message)
            _, community, rest = _take(rest)
            kind, unit, _ = _take(rest)
            _, number, rest = _take(unit)
            _, _, rest = _take(rest)
            _, _, rest = _take(rest)
            _, bindings, _ = _take(rest)
            _, binding, _ = _take(bindings)
            tag, oid, _ = _take(binding)
        except (ValueError, IndexError):
            return ()
        if kind not in (_GET, _GET_NEXT):
            self._note("write-attempt")
            return ()
        if community != self._community:
            return ()
        asked = _put(tag, oid)
        hit = asked == SYS_DESCR or (
            kind == _GET_NEXT and oid in (b"\x2b\x06\x01\x02\x01", b"\x2b\x06\x01\x02\x01\x01")
        )
        value = _put(0x30, SYS_DESCR + _put(4, self._text)) if hit else _put(0x30, asked + b"\x05\x00")
        error = 0 if hit else _NO_SUCH_NAME
        reply = _put(2, number) + _put(2, bytes((error,))) + _put(2, bytes((1 if error else 0,))) + _put(0x30, value)
        body = _put(2, version) + _put(4, community) + _put(_RESPONSE, reply)
        return (Answer(data=_put(0x30, body)),)


def _take(data: bytes) -> tuple[int, bytes, bytes]:
    """(tag, content, what follows) of the first BER element. Raises ValueError or IndexError."""
    tag, length, start = data[0], data[1], 2
    if length & 0x80:
        count = length & 0x7F
        if not 0 < count <= 2:
            raise ValueError("a BER length that no SNMP message needs")
        length, start = int.from_bytes(data[2 : 2 + count]), 2 + count
    if len(data) < start + length:
        raise ValueError("a BER element that ends too early")
    return tag, data[start : start + length], data[start + length :]


def _put(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes((size,)) if size < 0x80 else b"\x82" + size.to_bytes(2)
    return bytes((tag,)) + length + content


def responder(context: Context) -> Agent:
    """The agent. Options: `sysdescr`, and `community`, `public` without it."""
    return Agent(context)
