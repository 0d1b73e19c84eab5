"""What the shape alone cannot say about a rule file. Each problem is `field: reason`; pure."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import get_args

from netguard.model import ports as port_sets
from netguard.model.observation import KINDS, clean
from netguard.rules import globs
from netguard.rules.schema import (
    DeviceRecord,
    Evidence,
    Inbound,
    PolicyRule,
    PortRules,
    Source,
    Verified,
    WifiGrade,
    WifiRules,
    WifiState,
)

EXTRA_KEYS = frozenset({"hostname", "oui", "gateway"})
"""What `match` may ask for besides the kinds of observation."""

OUI_DIGITS = (6, 7, 9)
"""Hexadecimal digits of the IEEE's 24-, 28- and 36-bit blocks."""

COMMON_PORTS = 1000
"""How many ports `common` has: what a person is told will be asked."""

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_DATE = re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?")
_UNTIL = re.compile(r"20[0-9]{2}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?")
_DNSSD = re.compile(r"_[a-z0-9](?:[a-z0-9-]{0,13}[a-z0-9])?\._(?:tcp|udp)")


def oui_prefix(text: str) -> str | None:
    """`54:D2:72` as `54d272`; null when it is no block of the IEEE's sizes."""
    digits = re.sub(r"[:.-]", "", text).lower()
    return digits if len(digits) in OUI_DIGITS and all(c in "0123456789abcdef" for c in digits) else None


def values(wanted: str | tuple[str, ...]) -> tuple[str, ...]:
    """The globs of one key of `match`, one or several."""
    return (wanted,) if isinstance(wanted, str) else wanted


def device(record: DeviceRecord, name: str) -> Iterator[str]:
    """Problems of the record in the file `name` (without its ending)."""
    if record.id != name:
        yield f"id: it is {record.id!r}, it has to be the file's name, {name!r}"
    if not _ID.fullmatch(record.id):
        yield "id: it has to be lower-case words joined by `-`"
    texts = {
        "name": record.name,
        "vendor": record.vendor,
        "notes": record.notes,
        "unscannable": record.unscannable,
        "wake": record.wake,
        **{f"also_called[{number}]": text for number, text in enumerate(record.also_called)},
        **{f"fixes.{check}": text for check, text in record.fixes.items()},
        **{f"security[{number}]": text for number, text in enumerate(record.security)},
    }
    for field, text in texts.items():
        if text is not None and (not text.strip() or clean(text.strip(), 1000) != " ".join(text.strip().splitlines())):
            yield f"{field}: it is empty, longer than 1000 characters or has control characters"
    yield from sources(record.sources)
    yield from verified(record.verified)
    yield from _promises(record)
    if record.ip == "no":
        yield from _without_address(record)
    elif all(line.shared for line in record.evidence):
        yield "evidence: at least one line has to be there that is not shared, or nothing ever matches"
    for number, line in enumerate(record.evidence):
        yield from _evidence(line, f"evidence[{number}]")
    yield from _flows(record)


def _flows(record: DeviceRecord) -> Iterator[str]:
    for number, entry in enumerate(record.expected_inbound or ()):
        yield from _inbound(entry, f"expected_inbound[{number}]")
    for number, flow in enumerate(record.expected_outbound or ()):
        if not all(1 <= port <= 65535 for port in flow.ports):
            yield f"expected_outbound[{number}].ports: a port is not between 1 and 65535"


def _promises(record: DeviceRecord) -> Iterator[str]:
    """What can be done about faults, and what the maker says about mending them."""
    for check in record.fixes:
        if not _ID.fullmatch(check):
            yield f"fixes: {check[:40]!r} is no check's name"
    if record.support is not None:
        if not _UNTIL.fullmatch(record.support.until):
            yield f"support.until: {record.support.until[:20]!r} is no date, write 2028, 2028-12 or 2028-12-31"
        if not record.support.url.startswith("https://"):
            yield f"support.url: {record.support.url[:80]!r} is no https address"
    if record.disclosure is not None and not record.disclosure.startswith("https://"):
        yield f"disclosure: {record.disclosure[:80]!r} is no https address"


def _without_address(record: DeviceRecord) -> Iterator[str]:
    if record.evidence or record.expected_inbound or record.expected_outbound:
        yield "ip: what has no IP address of its own shows no evidence and has no ports"
    if record.unscannable is None:
        yield "unscannable: it has to say what to look at instead, since no scan can see it"


def ports(rules: PortRules) -> Iterator[str]:
    """Problems of `ports.yaml`."""
    yield from sources(rules.sources)
    sets: dict[str, frozenset[int]] = {}
    for field in ("light", "quick", "common"):
        try:
            sets[field] = port_sets.parse(getattr(rules, field))
        except ValueError as error:
            yield f"{field}: {error}"
            return
        if 0 in sets[field]:
            yield f"{field}: port 0 cannot be asked"
    if len(sets["common"]) != COMMON_PORTS:
        yield f"common: it has {len(sets['common'])} ports, it has to have {COMMON_PORTS}"
    for smaller, larger in (("light", "quick"), ("quick", "common")):
        if missing := sets[smaller] - sets[larger]:
            yield f"{larger}: it lacks {port_sets.render(missing)}, which {smaller} has"
    for number, rule in enumerate(rules.services):
        try:
            found = port_sets.parse(rule.ports)
        except ValueError as error:
            yield f"services[{number}].ports: {error}"
            continue
        if not found or 0 in found:
            yield f"services[{number}].ports: it has to name ports from 1 to 65535"


def policy(lines: tuple[PolicyRule, ...]) -> Iterator[str]:
    """Problems of a person's own `ports.yaml`."""
    for number, line in enumerate(lines):
        try:
            found = port_sets.parse(line.ports)
        except ValueError as error:
            yield f"policy[{number}].ports: {error}"
            continue
        if not found or 0 in found:
            yield f"policy[{number}].ports: it has to name ports from 1 to 65535"
        for field, text in (("why", line.why), ("fix", line.fix)):
            if text is not None and (not text.strip() or clean(text.strip(), 1000) != text.strip()):
                yield f"policy[{number}].{field}: it is empty, longer than 1000 characters or has control characters"


def wifi(rules: WifiRules) -> Iterator[str]:
    """Problems of `wifi.yaml`."""
    graded = Counter(grade.state for grade in rules.grades)
    for state in get_args(WifiState):
        if graded[state] != 1:
            yield f"grades: {state} is graded {graded[state]} times, it has to be once"
    for number, grade in enumerate(rules.grades):
        yield from _wifi_grade(grade, rules.sources, f"grades[{number}]")
    for name in rules.sources:
        if not any(name in grade.sources for grade in rules.grades):
            yield f"sources.{name}: nothing rests on it"
    yield from sources(tuple(rules.sources.values()))
    suites = rules.suites
    for field, words in (("wep", suites.wep), ("tkip", suites.tkip), ("psk", suites.psk), ("sae", suites.sae)):
        if not words or not all(_ID.fullmatch(word) for word in words):
            yield f"suites.{field}: it has to have words of the scan document"


def _wifi_grade(grade: WifiGrade, sources: Mapping[str, Source], where: str) -> Iterator[str]:
    if not _ID.fullmatch(grade.check) or not grade.check.startswith(("wifi-", "wps-")):
        yield f"{where}.check: {grade.check[:40]!r} is no check of Wi-Fi"
    for field, text in (("seen", grade.seen), ("why", grade.why), ("fix", grade.fix)):
        if not text.strip() or clean(text, 1000) != text:
            yield f"{where}.{field}: it is empty, longer than 1000 characters or has control characters"
    if not grade.sources:
        yield f"{where}.sources: every statement needs a source"
    for name in grade.sources:
        if name not in sources:
            yield f"{where}.sources: {name[:40]!r} is not in sources"


def sources(given: tuple[Source, ...]) -> Iterator[str]:
    """Problems of a file's sources."""
    if not given:
        yield "sources: every statement needs a source"
    for number, source in enumerate(given):
        if not source.url.startswith(("https://", "http://")):
            yield f"sources[{number}].url: {source.url[:80]!r} is no web address"
        if not _DATE.fullmatch(source.checked):
            yield f"sources[{number}].checked: {source.checked[:20]!r} is no date, write 2026-11-20"


def verified(given: Verified) -> Iterator[str]:
    """Problems of what a file says about how it was checked."""
    if not _DATE.fullmatch(given.when):
        yield f"verified.when: {given.when[:20]!r} is no date, write 2026-11 or 2026-11-20"


def _evidence(line: Evidence, where: str) -> Iterator[str]:
    if not line.match:
        yield f"{where}.match: it is empty, so it would match everything"
    for key, wanted in line.match.items():
        field = f"{where}.match.{key}"
        if key not in KINDS and key not in EXTRA_KEYS:
            yield f"{field}: it is no kind of observation, nor {', '.join(sorted(EXTRA_KEYS))}"
        if not values(wanted):
            yield f"{field}: it has no value"
        for text in values(wanted):
            if key == "oui" and oui_prefix(text) is None:
                yield f"{field}: {text[:40]!r} is not 6, 7 or 9 hexadecimal digits"
            elif key == "gateway" and text not in {"true", "false"}:
                yield f'{field}: it has to be "true" or "false"'
            elif reason := globs.problem(text):
                yield f"{field}: {reason}"


def _inbound(entry: Inbound, where: str) -> Iterator[str]:
    if entry.dnssd is not None and not _DNSSD.fullmatch(entry.dnssd):
        yield f"{where}.dnssd: {entry.dnssd[:40]!r} is no service type such as _hap._tcp"
    elif entry.dnssd is not None and not entry.dnssd.endswith(entry.transport):
        yield f"{where}.dnssd: {entry.dnssd} is not {entry.transport}"
