"""What the older scan saw and the newer one does not show, and of which nobody can say yet that it is gone. Pure."""

from collections.abc import Iterator

from netguard.compare.changes import Pair, wifi_name
from netguard.compare.presence import PASSING, expectation, why_not_missed
from netguard.compare.sameness import Sameness
from netguard.compare.series import Moment, was_asked
from netguard.compare.states import Port
from netguard.model.difference import Kind, Unobserved

ELSEWHERE = "the newer scan looked at another network"


def unobserved(pair: Pair) -> Iterator[Unobserved]:
    """Each thing once with why it is not told as gone, in no order."""
    yield from _devices(pair)
    yield from _services(pair)
    yield from _points(pair)
    yield from _mappings(pair)


def passing(moment: Moment, same: Sameness) -> frozenset[str]:
    """The devices of `moment` that show nothing that lasts, so that nobody can tell whether they are new or gone."""
    return frozenset(name for name, line in moment.devices.items() if expectation(line, same.known(name)) is PASSING)


def _devices(pair: Pair) -> Iterator[Unobserved]:
    for name in pair.old.devices:
        known = pair.after.devices.get(name)
        if name not in pair.new.devices and (known is None or not known.presence.gone):
            yield Unobserved(
                kind=Kind.DEVICE, subject=pair.same.key(name), name=pair.called(name), why=_why_no_device(pair, name)
            )


def _why_no_device(pair: Pair, name: str) -> str:
    before = pair.before.devices.get(name)
    if before is None or not pair.is_one_place:
        return ELSEWHERE
    registered = pair.same.known(name)
    reason = why_not_missed(before.presence, registered, pair.new.sight)
    return reason or expectation(before.presence.line, registered).says


def _services(pair: Pair) -> Iterator[Unobserved]:
    for name, line in pair.old.devices.items():
        if name not in pair.new.devices:
            continue
        known = pair.after.devices[name]
        for port in line.open:
            if port not in pair.new.devices[name].open and known.ports.get(port) is not Port.GONE:
                yield Unobserved(
                    kind=Kind.SERVICE,
                    subject=pair.same.key(name),
                    name=pair.called(name),
                    what=port,
                    why=_why_no_port(pair, name, port),
                )


def _why_no_port(pair: Pair, name: str, port: str) -> str:
    if not pair.is_one_place:
        return ELSEWHERE
    if not was_asked(pair.new.asked.get(name, ()), port):
        return "the newer scan did not ask it"
    return "it did not answer this time; it is told as gone when it is silent again"


def _points(pair: Pair) -> Iterator[Unobserved]:
    for bssid, line in pair.old.points.items():
        spot = pair.after.spots.get(bssid)
        if bssid in pair.new.points or bssid in (pair.new.air or ()) or (spot is not None and spot.gone):
            continue
        why = "not heard this time; it is told as gone when it is missing again"
        if not pair.is_one_place:
            why = ELSEWHERE
        elif not pair.new.heard:
            why = "the newer scan heard no Wi-Fi"
        yield Unobserved(kind=Kind.ACCESS_POINT, subject=f"wifi:{bssid}", name=wifi_name(line), why=why)


def _mappings(pair: Pair) -> Iterator[Unobserved]:
    why = "its router did not list all its mappings this time" if pair.is_one_place else ELSEWHERE
    for gateway, door in pair.old.mappings:
        if (gateway, door) not in pair.new.mappings and pair.after.doors.get((gateway, door), True):
            yield Unobserved(
                kind=Kind.MAPPING, subject=pair.same.key(gateway), name=pair.called(gateway), what=door, why=why
            )
