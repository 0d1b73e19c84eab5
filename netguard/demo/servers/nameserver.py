"""The router's name server where dnsmasq is not to be had: it knows the home's names, forwards nothing."""

import ipaddress

from netguard.demo import wire
from netguard.demo.servers._contract import Answer, Context

_TTL = 60
_OK, _NO_SUCH_NAME = 0x8580, 0x8583
"""Flags: response, authoritative, recursion desired and available, with the code for success or NXDOMAIN."""


class Names:
    """Answers A, AAAA and PTR questions about the home."""

    group: str | None = None

    def __init__(self, context: Context) -> None:
        out = []
        for label, address in context.names:
            names = (wire.name_of(label), wire.name_of(f"{label}.lan"))
            out += [wire.Record(name=name, type=wire.address_type(address), data=address, ttl=_TTL) for name in names]
            back = wire.name_of(ipaddress.ip_address(address).reverse_pointer)
            out.append(wire.Record(name=back, type=wire.PTR, data=wire.name_of(f"{label}.lan"), ttl=_TTL))
        self._records = tuple(out)

    def announcements(self) -> tuple[bytes, ...]:
        """Nothing."""
        return ()

    def answers(self, data: bytes, sender: tuple[str, int]) -> tuple[Answer, ...]:  # noqa: ARG002 - the contract
        """One answer for one question."""
        try:
            message = wire.read(data)
        except ValueError:
            return ()
        if message.response or len(message.questions) != 1:
            return ()
        question = message.questions[0]
        named = tuple(r for r in self._records if wire.same(r.name, question.name))
        found = tuple(r for r in named if question.type in (r.type, wire.ANY))
        flags = _OK if named else _NO_SUCH_NAME
        return (Answer(data=wire.write(found, id=message.id, questions=(question,), flags=flags, plain=True)),)


def responder(context: Context) -> Names:
    """The name server."""
    return Names(context)
