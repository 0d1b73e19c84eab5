"""A multicast DNS responder (RFC 6762) with DNS-SD (RFC 6763): answers for its own device only."""

import ipaddress

from netguard.demo import wire
from netguard.demo.servers._contract import Answer, Context

GROUP = "224.0.0.251"
PORT = 5353

_HOST_TTL, _OTHER_TTL = 120, 4500
"""Seconds, as RFC 6762 section 10 recommends."""
_LEGACY_TTL = 10
"""Longest a resolver that knows nothing of multicast DNS may keep an answer (RFC 6762, 6.7)."""

ENUMERATION = wire.name_of("_services._dns-sd._udp.local")


class Multicast:
    """The responder of one device."""

    group: str | None = GROUP

    def __init__(self, context: Context) -> None:
        self._records = records(context)

    def announcements(self) -> tuple[bytes, ...]:
        """One unsolicited response with everything (RFC 6762, 8.3)."""
        return (wire.write(self._records),) if self._records else ()

    def answers(self, data: bytes, sender: tuple[str, int]) -> tuple[Answer, ...]:
        """To the group; to the asker alone where it said so, or where it does not speak from port 5353."""
        try:
            message = wire.read(data)
        except ValueError:
            return ()
        if message.response:
            return ()
        known = message.known
        legacy = sender[1] != PORT
        out = []
        for alone in (True, False):
            asked = tuple(q for q in message.questions if (legacy or q.unicast) is alone)
            found = tuple(
                record for record in self._records
                if any(q.type in (record.type, wire.ANY) and wire.same(q.name, record.name) for q in asked)
                and not any(record.type == wire.PTR and (record.name, record.data) == pair for pair in known)
            )  # fmt: skip
            if not found:
                continue
            more = self._more(found)
            if legacy:
                found, more = _short(found), _short(more)
                reply = wire.write(found, more, id=message.id, questions=asked, plain=True)
            else:
                reply = wire.write(found, more)
            out.append(Answer(data=reply, to="sender" if alone else "group"))
        return tuple(out)

    def _more(self, found: tuple[wire.Record, ...]) -> tuple[wire.Record, ...]:
        """The records that whoever got `found` would ask for next (RFC 6763, 12)."""
        wanted = [r.data for r in found if r.type == wire.PTR]
        wanted += [r.service[1] for r in found if r.type == wire.SRV]
        first = tuple(r for r in self._records if r not in found and r.type != wire.PTR and r.name in wanted)
        targets = [r.service[1] for r in first if r.type == wire.SRV]
        hosts = (
            r
            for r in self._records
            if r.type in (wire.A, wire.AAAA) and r.name in targets and r not in (*found, *first)
        )
        return (*first, *hosts)


def records(context: Context) -> tuple[wire.Record, ...]:
    """Everything the device says about itself by multicast DNS."""
    device = context.device
    label = (device.hostname or device.name).partition(".")[0]
    host: wire.Name = (label, "local")
    out = []
    for address in context.addresses or (context.address,):
        kind, back = wire.address_type(address), wire.name_of(ipaddress.ip_address(address).reverse_pointer)
        out += [
            wire.Record(name=host, type=kind, data=address, ttl=_HOST_TTL, unique=True),
            wire.Record(name=back, type=wire.PTR, data=host, ttl=_HOST_TTL, unique=True),
        ]
    out += [
        wire.Record(name=ENUMERATION, type=wire.PTR, data=wire.name_of(f"{service}.local"), ttl=_OTHER_TTL)
        for service in dict.fromkeys(a.type for a in device.announces)
    ]
    for one in device.announces:
        kind_name = wire.name_of(f"{one.type}.local")
        name = (one.instance, *kind_name)
        out += [
            wire.Record(name=kind_name, type=wire.PTR, data=name, ttl=_OTHER_TTL),
            wire.Record(name=name, type=wire.SRV, data=(context.bound(one.port), host), ttl=_HOST_TTL, unique=True),
            wire.Record(name=name, type=wire.TXT, data=one.txt, ttl=_OTHER_TTL, unique=True),
        ]
    return tuple(out)


def _short(some: tuple[wire.Record, ...]) -> tuple[wire.Record, ...]:
    return tuple(
        wire.Record(name=r.name, type=r.type, data=r.data, ttl=min(r.ttl, _LEGACY_TTL), unique=r.unique) for r in some
    )


def responder(context: Context) -> Multicast:
    """The device's responder."""
    return Multicast(context)
