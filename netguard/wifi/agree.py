"""One answer from many: what most announcements say, with what other sources told in the gaps."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from netguard.model.vocabulary import Security
from netguard.model.wifi import Wps
from netguard.wifi import security, wps
from netguard.wifi.elements import Elements
from netguard.wifi.heard import Told
from netguard.wifi.security import Offer
from netguard.wifi.wps import Announced

T = TypeVar("T")


@dataclass(slots=True)
class View:
    """One kind of announcement of a network, and how often it was heard."""

    facts: Elements
    capability: int | None
    kind: str
    """`beacon`, `response`, or `either` where that is not known."""
    times: int = 0


def most(counted: Counter[T]) -> T | None:
    """What was counted most often; of several the first by its representation, so that the order changes nothing."""
    return min(counted, key=lambda value: (-counted[value], repr(value))) if counted else None


def offered(views: Iterable[View], band: str | None) -> tuple[Offer, tuple[Security, ...]]:
    """The offer that was heard most often, one that says something first, and the other classes that were heard."""
    times: Counter[Offer] = Counter()
    for view in views:
        times[security.offer(view.facts, view.capability, band)] += view.times
    if not times:
        return Offer(), ()
    best = min(times, key=lambda o: (o.security is Security.UNKNOWN, -times[o], repr(o)))
    others = {o.security for o in times} - {best.security, Security.UNKNOWN}
    return best, tuple(sorted(others))


def agreed(told: Counter[Told]) -> Told:
    """What the sources without elements say together: of each field what most of them say."""
    return Told(
        security=most(_said(told, "security")),
        akms=most(_said(told, "akms")),
        pairwise=most(_said(told, "pairwise")),
        group=most(_said(told, "group")),
        pmf=most(_said(told, "pmf")),
        wps=most(_said(told, "wps")),
        transition=most(_said(told, "transition")),
    )


def filled(offer: Offer, told: Told, views: Iterable[View]) -> Offer:
    """`offer` with what it leaves null taken from `told`.

    Somebody's word "WEP" or "open" does not count where elements were seen that cannot be read, or not to their end:
    that is how programs name what they do not understand.
    """
    word = told.security
    if word in {Security.WEP, Security.OPEN} and any(_is_doubtful(view.facts) for view in views):
        word = None
    known = offer.security is not Security.UNKNOWN
    transition = told.transition if told.transition is not None or word not in security.TRANSITION else True
    return Offer(
        security=offer.security if known or word is None else word,
        akms=first(offer.akms, told.akms),
        pairwise=first(offer.pairwise, told.pairwise),
        group=first(offer.group, told.group),
        pmf=first(offer.pmf, told.pmf),
        transition=first(offer.transition, transition),
        notes=offer.notes,
    )


def setup(views: Sequence[View], told: Wps | None) -> Wps | None:
    """WPS from beacons and probe responses together, then from what was told; null where nobody tells.

    It is absent where announcements were heard to their end and none has it.
    """
    beacon, response = _announced(views, response=False), _announced(views, response=True)
    if beacon is not None or response is not None:
        seen = wps.joined(beacon, response)
        return wps.filled(seen if not any(_active(views)) else _now(seen), told)
    if any(view.facts.whole and not view.facts.not_transmitted for view in views):
        return Wps(present=False)
    return told


def _announced(views: Iterable[View], *, response: bool) -> Announced | None:
    """What most beacons, or most probe responses, say of WPS; where the frame is not known, its attributes tell."""
    times: Counter[Announced] = Counter()
    for view in views:
        said = view.facts.wps
        if said is not None and response == (view.kind == "response" or (view.kind == "either" and said.response)):
            times[said] += view.times
    return most(times)


def _active(views: Iterable[View]) -> Iterator[bool]:
    return (view.facts.wps is not None and view.facts.wps.selected is True for view in views)


def _now(seen: Wps) -> Wps:
    """Somebody is let in for two minutes at most, so most announcements of a long capture do not say it."""
    return replace(seen, active=True)


def _is_doubtful(facts: Elements) -> bool:
    return (
        not facts.whole or facts.traces or facts.wapi or bool(facts.damaged or facts.rsn or facts.override or facts.wpa)
    )


def _said(told: Counter[Told], name: str) -> Counter[Any]:
    said: Counter[Any] = Counter()
    for one, times in told.items():
        value = getattr(one, name)
        if value is not None and value is not Security.UNKNOWN:
            said[value] += times
    return said


def first(*values: T | None) -> T | None:
    """The first that is not null."""
    return next((value for value in values if value is not None), None)
