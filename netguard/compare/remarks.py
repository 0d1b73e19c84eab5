"""What a reader must know of a comparison before its changes: other rules, another network, fewer rights. Pure."""

from collections.abc import Iterator

from netguard.compare.changes import Pair
from netguard.compare.unseen import passing
from netguard.model.difference import Background
from netguard.model.scan import Scan
from netguard.model.vocabulary import Ended


def remarks(old: Scan, new: Scan, background: Background, pair: Pair) -> tuple[str, ...]:
    """A sentence each, in a fixed order; none where two scans are alike in how they looked."""
    return tuple(_remarks(old, new, background, pair))


def _remarks(old: Scan, new: Scan, background: Background, pair: Pair) -> Iterator[str]:
    if old.ruleset.digest != new.ruleset.digest:
        if background.rejudged is not None:
            yield (
                "The rules are others than at the time of the older scan. What it saw is judged by the newer rules here; "
                "what only they changed is told as such."
            )
        else:
            yield "The two were judged by different rules: a finding may be new or resolved for that alone."
    if not pair.is_one_place:
        yield (
            f"The older scan looked at {_where(old)}, the newer at {_where(new)}. What is not seen from there is not told "
            f"as gone."
        )
    else:
        yield from _sight(old, new, pair)
    were, are = passing(pair.old, pair.same), passing(pair.new, pair.same)
    if were != are:
        yield (
            f"{_devices(len(are))} (before: {len(were)}) nothing lasting, only a private MAC or an address that may change at any "
            f"time. Whether one of them is new or gone cannot be told."
        )


def _sight(old: Scan, new: Scan, pair: Pair) -> Iterator[str]:
    """How the newer scan could see less, or more, than the older."""
    was, now = pair.old.sight, pair.new.sight
    for scan, called in ((old, "older"), (new, "newer")):
        if scan.ended is not Ended.FINISHED:
            yield f"The {called} scan did not come to its end."
    if was.whole and not now.whole and new.ended is Ended.FINISHED:
        yield "The newer scan did not ask everybody on the network: nobody is missing in it."
    if was.privileged is not now.privileged:
        less, more = ("newer", "older") if was.privileged else ("older", "newer")
        yield f"The {less} scan had fewer rights than the {more} one: what it does not show may have been there."
    if old.depth is not new.depth:
        yield f"The older scan looked with depth {old.depth}, the newer with depth {new.depth}."
    if was.personal is not now.personal:
        less = "newer" if was.personal else "older"
        yield f"The {less} scan left out phones, computers and other personal devices, as asked."


def _where(scan: Scan) -> str:
    hop = scan.vantage.gateway
    router = f" behind the router {hop.address}" if hop is not None else ""
    return f"{scan.vantage.segment.prefix}{router}"


def _devices(number: int) -> str:
    return "1 device shows" if number == 1 else f"{number or 'No'} devices show"
