"""What a finding rests on: the facts, in the words of the list of kinds, gathered where they were learnt alike."""

import re
from datetime import datetime

from netguard.model.finding import Finding
from netguard.model.observation import KINDS, Observation, Value, clean
from netguard.model.scan import Scan
from netguard.report import words
from netguard.report.shape import Evidence
from netguard.report.subjects import name_of, worded

_ASIDE = re.compile(r"[:;]|, `")
"""Where a kind's meaning turns from what it is to how it is written down."""


def evidence(scan: Scan, finding: Finding, facts: dict[str, Observation], now: datetime) -> tuple[Evidence, ...]:
    """Say what `finding` rests on, in its order. `facts` are the document's, by id.

    The same fact learnt of several devices by the same probe is one line with several places, so that a finding about
    a whole network does not become forty lines.
    """
    gathered: dict[tuple[str, str, bool, str], list[str]] = {}
    moments: dict[tuple[str, str, bool, str], list[datetime]] = {}
    for identifier in finding.evidence:
        fact = facts.get(identifier)
        if fact is None:
            missing = ("an observation that this document does not hold", clean(identifier), False, "")
            gathered.setdefault(missing, [])
            continue
        line = (meaning(fact.kind), said(fact.kind, fact.value), _quoted(fact), clean(fact.probe))
        gathered.setdefault(line, []).append(_where(scan, finding, fact))
        moments.setdefault(line, []).append(words.aware(fact.at))
    return tuple(
        Evidence(
            what=line[0],
            value=line[1],
            quoted=line[2],
            where=tuple(dict.fromkeys(filter(None, places))),
            learnt=f"{line[3]}, {words.moment(min(moments[line]), now)}" if line in moments else "",
        )
        for line, places in gathered.items()
    )


def meaning(kind: str) -> str:
    """What a kind of fact is, without how it is written down; the kind itself when this netguard does not know it."""
    known = KINDS.get(kind)
    return worded(_ASIDE.split(known.meaning)[0]) if known else clean(kind)


def said(kind: str, value: Value) -> str:
    """A fact's value in words: those of the kind's closed list, or `yes`, `no`, `nothing`, or what it is."""
    text = value_text(value)
    return words.VALUES.get(kind, {}).get(text, text)


def value_text(value: Value) -> str:
    """Write a fact's value as text: `yes`, `no`, `nothing`, or what it is."""
    if isinstance(value, tuple):
        return ", ".join(value_text(item) for item in value) or "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "nothing" if value is None else clean(str(value)) or "nothing"


def _quoted(fact: Observation) -> bool:
    """Whether the value is the device's own text: no number, no yes or no, and no word of ours."""
    texts = fact.value if isinstance(fact.value, tuple) else (fact.value,)
    own = value_text(fact.value) not in words.VALUES.get(fact.kind, {})
    return own and any(isinstance(text, str) and text for text in texts)


def _where(scan: Scan, finding: Finding, fact: Observation) -> str:
    port = f"{fact.transport.upper()} port {fact.port}" if fact.transport and fact.port is not None else ""
    address = str(fact.address) if fact.address else ""
    device = scan.device(fact.device) if fact.device else None
    if device is not None and scan.device(finding.target) != device:
        name = name_of(device)
        address = f"{name} ({address})" if address and address != name else name
    return " of ".join(filter(None, (port, address)))
