"""The reader of what was learnt: what it gives, what it refuses with its line, and that nothing gets by it."""

import json
import time
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st
from netaddr import IPAddress

from netguard.advise import egressfile
from netguard.errors import PlanError
from netguard.model.egress import MAX_ALL_FLOWS, MAX_DEVICES, MAX_FLOWS, Egress, Learnt, Source
from netguard.model.observation import clean
from netguard.model.plan import MAX_NAMES, MAX_PORTS
from netguard.model.vocabulary import Transport
from tests.hostile.corpus import NASTY
from tests.unit.advise.learning import learnts

WENT = {
    "names": ["lock-cloud.example"],
    "addresses": ["203.0.113.5", "2001:db8:cafe::5"],
    "transport": "tcp",
    "ports": [8883, 443],
    "seen": 41,
    "first": "2026-11-01T08:00:00Z",
    "last": "2026-11-19T23:59:59+01:00",
    "source": "capture",
}
DEVICE = {
    "mac": "02:00:5e:00:53:20",
    "key": "homekit:AA:BB",
    "from": "2026-11-01T00:00:00Z",
    "until": "2026-11-20T00:00:00Z",
    "flows": [WENT],
}
DOCUMENT = {"schema": "netguard.egress/1", "devices": [DEVICE]}
FLOW = ("devices", 0, "flows", 0)


def changed(*path, to=None, gone=False):
    made = deepcopy(DOCUMENT)
    inside = made
    for step in path[:-1]:
        inside = inside[step]
    if gone:
        del inside[path[-1]]
    else:
        inside[path[-1]] = to
    return made


def refused(document) -> str:
    text = document if isinstance(document, str) else json.dumps(document, indent=1)
    with pytest.raises(PlanError) as caught:
        egressfile.read(text.encode("utf-8", "surrogatepass"))
    return str(caught.value)


def written(egress: Egress) -> dict:
    """The document that means this, as another program would write it."""
    return {
        "schema": egress.schema,
        "devices": [
            {
                **({"mac": str(d.mac)} if d.mac else {}),
                **({"key": d.key} if d.key else {}),
                "from": d.since.isoformat(),
                "until": d.until.isoformat(),
                "flows": [
                    {
                        "names": list(w.names), "addresses": list(map(str, w.addresses)), "transport": w.transport, "ports": list(w.ports),
                        "seen": w.seen, "first": w.first.isoformat(), "last": w.last.isoformat(), "source": w.source,
                    }
                    for w in d.flows
                ],
            }
            for d in egress.devices
        ],
    }  # fmt: skip


def test_it_gives_what_stands_there():
    (device,) = egressfile.read(json.dumps(DOCUMENT).encode()).devices
    (flow,) = device.flows
    assert (str(device.mac), device.key, device.length.days) == ("02:00:5e:00:53:20", "homekit:AA:BB", 19)
    assert (flow.names, flow.transport, flow.ports, flow.seen) == (
        ("lock-cloud.example",),
        Transport.TCP,
        (443, 8883),
        41,
    )
    assert flow.addresses == (IPAddress("203.0.113.5"), IPAddress("2001:db8:cafe::5"))
    assert flow.source is Source.CAPTURE
    assert flow.last.isoformat() == "2026-11-19T23:59:59+01:00"


def test_a_question_alone_has_no_ports_and_nobody_need_have_said_anything():
    asked = {k: v for k, v in WENT.items() if k in {"names", "seen", "first", "last"}} | {"source": "dns-log"}
    (device,) = egressfile.read(json.dumps(changed("devices", 0, "flows", to=[asked])).encode()).devices
    assert (device.flows[0].transport, device.flows[0].ports) == (None, ())
    assert egressfile.read(b'{"schema": "netguard.egress/1"}') == Egress()
    assert egressfile.read(json.dumps(changed("devices", 0, "flows", gone=True)).encode()).devices[0].flows == ()


@pytest.mark.parametrize(
    ("path", "to", "says"),
    [
        (("schema",), "netguard.egress/2", "schema: it has to be netguard.egress/1"),
        (("devices",), {}, "devices: expected `array`"),
        (("devices", 0, "mac"), "ff:ff:ff:ff:ff:ff", "devices[0].mac: ff:ff:ff:ff:ff:ff is no device's MAC"),
        (("devices", 0, "key"), "", "devices[0].key: a key has 1 to"),
        (("devices", 0, "from"), "2026-11-01T00:00:00", "devices[0].from: expected `datetime` with a timezone"),
        (("devices", 0, "until"), "2026-10-01T00:00:00Z", "devices[0].until: it is before from"),
        (("devices", 0, "name"), "hub", "devices[0].name: it is no field of what was learnt"),
        ((*FLOW, "names", 0), "10.0.0.1", "devices[0].flows[0].names[0]: '10.0.0.1' is an address"),
        ((*FLOW, "names", 0), "evil\nset x", "devices[0].flows[0].names[0]: 'evil\\nset x' is no DNS name"),
        ((*FLOW, "addresses", 1), "::ffff:10.0.0.1", "flows[0].addresses[1]: ::ffff:10.0.0.1 is an IPv4 address"),
        ((*FLOW, "transport"), "sctp", "flows[0].transport: it has to be tcp or udp"),
        ((*FLOW, "transport"), None, "flows[0].transport: it is missing beside ports"),
        ((*FLOW, "ports"), [], "flows[0].ports: it is missing beside transport"),
        ((*FLOW, "ports", 1), 65536, "flows[0].ports[1]: 65536 is no port"),
        ((*FLOW, "ports", 0), True, "flows[0].ports[0]: expected `int`, got `bool`"),
        ((*FLOW, "seen"), 0, "flows[0].seen: it has to be 1 to"),
        ((*FLOW, "last"), "2026-10-31T00:00:00Z", "flows[0].last: it is before first"),
        ((*FLOW, "source"), "rumour", "flows[0].source: it has to be capture, dns-log, router-log"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(path, to, says):
    document = changed(*path, to=to)
    said = refused(document)
    assert says in said
    line = int(said.split(": ")[1].removeprefix("line "))
    found = json.dumps(document, indent=1).splitlines()[line - 1]
    if isinstance(path[-1], str) and to is not None:
        assert f'"{path[-1]}":' in found
    elif to is not None:
        assert json.dumps(to) in found


@pytest.mark.parametrize(
    ("path", "says"),
    [
        (("devices", 0, "from"), "line 4: devices[0].from: it is missing"),
        ((*FLOW, "seen"), "line 10: devices[0].flows[0].seen: it is missing"),
    ],
)
def test_what_is_missing_is_looked_for_where_it_would_stand(path, says):
    assert says in refused(changed(*path, gone=True))


def test_whose_flows_they_are_and_where_they_went_has_to_be_said():
    nobody = {k: v for k, v in DEVICE.items() if k not in {"mac", "key"}}
    assert "devices[0].mac: it is missing, and so is key" in refused({**DOCUMENT, "devices": [nobody]})
    nowhere = {k: v for k, v in WENT.items() if k not in {"names", "addresses"}}
    assert "names: it is missing, and so is addresses" in refused(changed(*FLOW, to=nowhere))
    alone = {k: v for k, v in WENT.items() if k not in {"names", "transport", "ports"}}
    assert "transport: it is missing: an address alone says nothing" in refused(changed(*FLOW, to=alone))


def test_each_device_is_there_once():
    assert "devices[1].mac: devices[0] has this mac already" in refused({**DOCUMENT, "devices": [DEVICE, DEVICE]})
    other = {**DEVICE, "mac": "02:00:5e:00:53:21"}
    assert "devices[1].key: devices[0] has this key already" in refused({**DOCUMENT, "devices": [DEVICE, other]})


def test_too_much_is_refused():
    many = [{**DEVICE, "key": f"k{n}", "mac": None, "flows": []} for n in range(MAX_DEVICES + 1)]
    assert f"devices[{MAX_DEVICES}]: there are {MAX_DEVICES + 1}" in refused({**DOCUMENT, "devices": many})
    assert f"flows[{MAX_FLOWS}]: there are" in refused(changed("devices", 0, "flows", to=[WENT] * (MAX_FLOWS + 1)))
    full = [
        {**DEVICE, "key": f"k{n}", "mac": None, "flows": [WENT] * MAX_FLOWS}
        for n in range(MAX_ALL_FLOWS // MAX_FLOWS + 1)
    ]
    assert f"at most {MAX_ALL_FLOWS} flows" in refused(json.dumps({**DOCUMENT, "devices": full}))
    assert f"names[{MAX_NAMES}]: there are" in refused(
        changed(*FLOW, "names", to=[f"n{n}.example" for n in range(MAX_NAMES + 1)])
    )
    assert f"ports[{MAX_PORTS}]: there are" in refused(changed(*FLOW, "ports", to=list(range(1, MAX_PORTS + 2))))
    assert "larger than 8 MiB" in refused(" " * (egressfile.MAX_FILE + 1))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "line 1: learnt: it is not JSON"),
        ("[]", "line 1: learnt: it has to be an object"),
        ('{\n"schema": netguard}', "line 2: learnt: it is not JSON"),
        ('{"schema":\n"netguard.egress/1",\n"schema": "x"}', "line 3: learnt: schema is there twice"),
        ('{"devices": [{"key": "schema"}],\n"devices":\n[]}', "line 3: learnt: devices is there twice"),
        ('{"schema": "netguard.egress/1",\n"devices":\n[NaN]}', "line 3: learnt: NaN is no number"),
        ('{"schema": "NaN",\n"devices": [-Infinity]}', "line 2: learnt: -Infinity is no number"),
        ('{"schema":\n' + "9" * 5000 + "}", "line 2: learnt: a number has at most 20 digits"),
        ("[\n" * 50 + "]" * 50, "line 17: learnt: it is nested deeper than 16 levels"),
        ("[" * 100_000, "line 1: learnt: it is nested deeper than 16 levels"),
        ('{"schema": "' + '\\"' * 200_000, "line 1: learnt: it is not JSON"),
        ('{"schema": "x\ny"}', "line 1: learnt: it is not JSON"),
    ],
)
def test_what_is_no_such_json_is_refused_with_its_line(text, says):
    assert says in refused(text)


def test_what_is_not_utf8_is_refused_with_its_line():
    with pytest.raises(PlanError, match="line 2: learnt: it is not UTF-8"):
        egressfile.read(b'{\n"schema": "\xff"}')


def test_a_file_made_to_keep_it_busy_is_done_in_seconds():
    """Quotes that never end, brackets without end, a complaint at the end of the largest file."""
    began = time.monotonic()
    refused('"\\' * (egressfile.MAX_FILE // 2))
    refused('\\"' * (egressfile.MAX_FILE // 2 - 1))
    padding = ",\n".join(['"x"'] * (egressfile.MAX_FILE // 8))
    count = padding.count("\n") + 1
    assert f"line {count + 1}: devices[0].flows[0].names[{count}]: expected `str`" in refused(
        json.dumps(DOCUMENT).replace('["lock-cloud.example"]', f"[{padding},\n5]")
    )
    assert time.monotonic() - began < 60


@pytest.mark.parametrize("nasty", NASTY.values(), ids=NASTY)
def test_nothing_that_a_device_says_gets_by_or_commands_a_terminal(nasty):
    for path in (
        ("schema",), ("devices", 0, "mac"), ("devices", 0, "from"), (*FLOW, "names", 0), (*FLOW, "addresses", 0), (*FLOW, "transport"),
        (*FLOW, "source"), (*FLOW, "first"), ("devices", 0, nasty), (nasty,), (*FLOW, nasty),
    ):  # fmt: skip
        said = refused(changed(*path, to=nasty))
        assert said == clean(said)
        assert len(said) < 1000
        said.encode()


@given(st.lists(learnts(mac=None), max_size=3))
def test_what_is_written_is_read_as_the_same(devices):
    meant = Egress(
        devices=tuple(
            Learnt(mac=None, key=f"key {n}", since=d.since, until=d.until, flows=d.flows) for n, d in enumerate(devices)
        )
    )
    assert egressfile.read(json.dumps(written(meant), indent=2).encode()) == meant


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from([*NASTY.values()][:12])
    | st.text(max_size=5),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(
            st.sampled_from([*WENT, *DEVICE, "schema", "devices"]) | st.text(max_size=4), inside, max_size=4
        )
    ),
    max_leaves=8,
)


@given(
    st.sampled_from(
        [(), ("devices",), ("devices", 0), *((*FLOW, k) for k in WENT), FLOW, *(("devices", 0, k) for k in DEVICE)]
    ),
    JSON,
)
def test_whatever_stands_somewhere_is_read_or_refused(path, value):
    document = changed(*path, to=value) if path else value
    said = "learnt.json: line "
    try:
        egressfile.read(json.dumps(document, indent=1).encode("utf-8", "surrogatepass"))
    except PlanError as error:
        said = str(error)
    assert said.startswith("learnt.json: line ")
    assert said == clean(said) or said.endswith(" ")


@given(st.binary(max_size=60) | st.text(alphabet='{}[]:,"\\ \n1e-Nx', max_size=40).map(str.encode))
def test_whatever_the_bytes_are_they_are_read_or_refused(data):
    with pytest.raises(PlanError):
        egressfile.read(data)


@given(JSON)
def test_the_line_of_every_value_is_the_one_on_which_it_begins(value):
    text = json.dumps(value, indent=1)
    lines = text.splitlines()
    for path, line in egressfile.places(text):
        inside = value
        for step in path:
            inside = inside[step]
        begins = (
            json.dumps(inside, indent=1).splitlines()[0].rstrip("]}")
            if inside in ([], {})
            else json.dumps(inside, indent=1).splitlines()[0]
        )
        assert begins in lines[line - 1]
