"""Finding the matching lines by look-up gives what trying every line of every record would."""

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netguard.identify.evidence import POINTS, decide
from netguard.identify.matching import MAX_TEXTS, Index, Trace, index_of
from netguard.model.address import is_randomised, mac
from netguard.rules import globs
from netguard.rules.loader import load
from netguard.rules.review import oui_prefix, values
from netguard.rules.schema import DeviceRecord

RULES = load()
calm = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=100)


def plain_glob(pattern, rest):
    if not pattern:
        return not rest
    if pattern[0] == "*":
        return plain_glob(pattern[1:], rest) or bool(rest and plain_glob(pattern, rest[1:]))
    return bool(rest) and pattern[0] in ("?", rest[0]) and plain_glob(pattern[1:], rest[1:])


def plain_texts(key, wanted, trace, matches):
    if key == "oui":
        hexes = [f"{int(m):012x}" for m in (trace.mac, *trace.more_macs) if m is not None and not is_randomised(m)]
        return {h for h in hexes if any(h.startswith(oui_prefix(text) or "-") for text in wanted)}
    if key == "gateway":
        return {"true" if trace.is_gateway else "false"} & set(wanted)
    shown = trace.texts.get(key, ())
    if key == "hostname":
        names = [name.rstrip(".").lower() for name in trace.hostnames]
        shown = list(dict.fromkeys(form for name in names for form in (name, name.partition(".")[0])))
    return {text for text in shown[:MAX_TEXTS] if any(matches(glob, text) for glob in wanted)}


def plain(records, trace, matches):
    """Every line of every record tried: {record's place: [(line's place, {key: texts})]}."""
    found = {}
    for number, record in enumerate(records):
        for place, line in enumerate(record.evidence):
            hits = {key: plain_texts(key, values(wanted), trace, matches) for key, wanted in line.match.items()}
            if all(hits.values()):
                found.setdefault(number, []).append((place, hits))
    return found


def looked_up(index, trace):
    return {
        number: [(line.place, {key: set(texts) for key, texts in line.hits.items()}) for line in lines]
        for number, lines in index.shown(trace).items()
    }


KEYS = ("hostname", "dnssd.txt", "http.title", "tls.subject")
pieces = st.text(alphabet="abAB*?. İ", min_size=1, max_size=6)
prefixes = st.sampled_from(["54:D2:72", "54:D2:72:A", "54-d2-72-00-0", "00:11:22", "nonsense"])
matches_ = st.one_of(
    st.dictionaries(st.sampled_from(KEYS), st.one_of(pieces, st.lists(pieces, max_size=3).map(tuple)), max_size=2),
    st.fixed_dictionaries({"oui": st.one_of(prefixes, st.lists(prefixes, max_size=2).map(tuple))}),
    st.fixed_dictionaries({"gateway": st.sampled_from(["true", "false", "True"]), "hostname": pieces}),
)
lines = st.fixed_dictionaries(
    {"match": matches_},
    optional={"weight": st.sampled_from(sorted(POINTS)), "shared": st.booleans(), "model": st.just("M")},
)
records = st.lists(
    st.fixed_dictionaries(
        {
            "role": st.sampled_from(["lock", "nas", "tv", "router"]),
            "generic": st.booleans(),
            "evidence": st.lists(lines, max_size=4),
        }
    ),
    max_size=5,
)
said = st.lists(st.text(alphabet="abAB. İ", max_size=6), max_size=4).map(tuple)
macs = st.sampled_from(
    [None, mac("54:d2:72:00:00:01"), mac("54:d2:72:a0:00:01"), mac("00:11:22:00:00:01"), mac("02:11:22:00:00:01")]
)
traces = st.builds(
    Trace,
    mac=macs,
    more_macs=macs.map(lambda m: () if m is None else (m,)),
    is_gateway=st.booleans(),
    hostnames=said,
    texts=st.dictionaries(st.sampled_from(KEYS[1:]), said.map(lambda texts: tuple(sorted(set(texts)))), max_size=3),
)


def made(number, fields):
    rest = {
        "schema": 1,
        "id": f"r{number}",
        "name": f"r{number}",
        "verified": {"how": "memory", "when": "2026-11"},
        "sources": [],
    }
    return msgspec.convert(rest | fields, DeviceRecord)


@calm
@given(records, traces)
def test_the_same_lines_are_found_as_by_trying_all(given_, trace):
    mine = [made(number, fields) for number, fields in enumerate(given_)]

    def matches(glob, text):
        return plain_glob(glob.lower(), text.lower())

    assert looked_up(Index(mine), trace) == plain(mine, trace, matches)


@calm
@given(records, traces)
def test_the_verdict_does_not_depend_on_how_records_are_given(given_, trace):
    mine = [made(number, fields) for number, fields in enumerate(given_)]
    by_id = {record.id: record for record in mine}

    assert decide(trace, Index(mine)) == decide(trace, mine) == decide(trace, mine[::-1])
    assert decide(trace, index_of(by_id)) == decide(trace, mine)
    assert index_of(by_id) is index_of(by_id)


GLOBS = sorted(
    {
        (key, text)
        for record in RULES.devices.values()
        for line in record.evidence
        for key, wanted in line.match.items()
        for text in values(wanted)
        if key not in {"oui", "gateway"}
    }
)
OUIS = sorted(
    prefix
    for record in RULES.devices.values()
    for line in record.evidence
    for prefix in map(oui_prefix, values(line.match.get("oui", ())))
    if prefix
)


@settings(calm, max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from(GLOBS), st.text(alphabet="a1 ", max_size=2)), max_size=8),
    st.sampled_from(OUIS),
    st.booleans(),
)
def test_the_shipped_records_are_found_as_by_trying_all(shown, prefix, is_gateway):
    texts = {}
    for (key, glob), filler in shown:
        texts.setdefault(key, set()).add(glob.replace("*", filler).replace("?", "x").upper())
    trace = Trace(
        mac=mac(f"{prefix:0<12}"),
        is_gateway=is_gateway,
        hostnames=tuple(sorted(texts.pop("hostname", ()))),
        texts={key: tuple(sorted(found)) for key, found in texts.items()},
    )
    everyone = tuple(RULES.devices.values())

    assert looked_up(index_of(RULES.devices), trace) == plain(everyone, trace, globs.matches)
