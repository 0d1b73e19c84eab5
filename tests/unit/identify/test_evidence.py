"""How evidence is weighed."""

import msgspec
import pytest

from netguard.identify.evidence import decide
from netguard.identify.matching import Trace
from netguard.model.address import mac
from netguard.model.vocabulary import Confidence, Role
from netguard.rules.schema import DeviceRecord


def record(name, role, *evidence, **more):
    return msgspec.convert(
        {
            "schema": 1,
            "id": name,
            "name": name,
            "role": role,
            "evidence": list(evidence),
            "verified": {"how": "device", "when": "2026-11"},
            "sources": [{"url": "https://example.org/", "checked": "2026-11-20"}],
            **more,
        },
        DeviceRecord,
    )


def line(weight=None, **match):
    return {"match": {k.replace("__", ".").replace("_", "-"): v for k, v in match.items()}} | (
        {"weight": weight} if weight else {}
    )


NUKI = mac("54:d2:72:00:00:01")


@pytest.mark.parametrize(
    ("match", "trace", "confidence"),
    [
        ({"tls.subject": "*x*"}, {"tls.subject": ("axb",)}, Confidence.CONFIRMED),
        ({"dnssd.txt": "x"}, {"dnssd.txt": ("x",)}, Confidence.CONFIRMED),
        ({"dnssd.type": "x"}, {"dnssd.type": ("x",)}, Confidence.LIKELY),
        ({"http.title": "x"}, {"http.title": ("x",)}, Confidence.LIKELY),
        ({"hostname": "box", "oui": "54:D2:72"}, {}, Confidence.LIKELY),
        ({"hostname": "box"}, {}, Confidence.POSSIBLE),
        ({"oui": "54:D2:72"}, {}, Confidence.POSSIBLE),
    ],
)
def test_what_is_harder_to_show_by_accident_proves_more(match, trace, confidence):
    found = decide(Trace(mac=NUKI, hostnames=("Box.local",), texts=trace), [record("a", "lock", {"match": match})])

    assert (found.role, found.confidence) == (Role.LOCK, confidence)


def test_lines_add_up():
    rule = record("a", "lock", line(dnssd__type="x"), line(hostname="box", oui="54:D2:72"))

    found = decide(Trace(mac=NUKI, hostnames=("box",), texts={"dnssd.type": ("x",)}), [rule])

    assert found.confidence is Confidence.CONFIRMED


def test_the_same_fact_is_not_counted_twice():
    rule = record(
        "a",
        "lock",
        line(oui="54:D2:72"),
        line(hostname="box"),
        line(hostname="box", oui="54:D2:72"),
        line(hostname="b*"),
    )

    assert decide(Trace(mac=NUKI, hostnames=("box",), texts={}), [rule]).confidence is Confidence.LIKELY


def test_a_shared_line_never_decides_but_adds():
    shared = line(oui="54:D2:72") | {"shared": True}
    rules = [
        record("a", "lock", shared, line("medium", hostname="box")),
        record("b", "lock-hub", line("medium", hostname="box")),
    ]

    assert decide(Trace(mac=NUKI, texts={}), rules).record is None
    assert decide(Trace(mac=NUKI, hostnames=("box",), texts={}), rules).record.id == "a"


def test_all_of_a_line_has_to_be_there():
    rule = record("a", "lock", line(hostname="box", oui="54:D2:72"))

    assert decide(Trace(mac=NUKI, hostnames=("bix",), texts={}), [rule]).role is Role.UNKNOWN
    assert decide(Trace(mac=None, hostnames=("box",), texts={}), [rule]).role is Role.UNKNOWN


def test_a_door_and_something_else_that_weigh_the_same_are_neither():
    rules = [record("a", "lock", line(dnssd__txt="x")), record("b", "nas", line(dnssd__txt="y"))]

    found = decide(Trace(texts={"dnssd.txt": ("x", "y")}), rules)

    assert (found.role, found.record, found.confidence) == (Role.UNKNOWN, None, Confidence.POSSIBLE)
    assert found.note == "not recognised, because two answers weigh the same: lock, nas"


def test_a_strong_second_answer_makes_the_first_less_sure():
    rules = [record("a", "nas", line(dnssd__txt="x")), record("b", "tv", line(dnssd__txt="y"))]

    found = decide(Trace(texts={"dnssd.txt": ("x", "y")}), rules)

    assert (found.record.id, found.confidence) == ("a", Confidence.LIKELY)
    assert "tv" in found.note


def test_a_weak_second_answer_changes_nothing():
    rules = [record("a", "nas", line(dnssd__txt="x")), record("b", "tv", line("weak", dnssd__txt="y"))]

    found = decide(Trace(texts={"dnssd.txt": ("x", "y")}), rules)

    assert (found.record.id, found.confidence, found.note) == ("a", Confidence.CONFIRMED, None)


def test_of_equals_what_doors_obey_comes_first():
    rules = [record("a", "nas", line(dnssd__txt="x")), record("z", "smart-home-hub", line(dnssd__txt="x"))]

    assert decide(Trace(texts={"dnssd.txt": ("x",)}), rules).record.id == "z"


def test_the_order_of_records_does_not_matter():
    rules = [record(name, role, line(dnssd__txt="x")) for name, role in (("b", "tv"), ("a", "tv"), ("c", "nas"))]
    trace = Trace(texts={"dnssd.txt": ("x",)})

    assert decide(trace, rules) == decide(trace, rules[::-1])
    assert decide(trace, rules).record.id in {"a", "c"}


def test_a_makers_record_goes_before_a_generic_one_of_the_same_role():
    generic = record("g", "tv", line(dnssd__txt="x"), line(dnssd__type="y"), generic=True)
    maker = record("m", "tv", line("medium", dnssd__txt="x"))

    assert decide(Trace(texts={"dnssd.txt": ("x",), "dnssd.type": ("y",)}), [generic, maker]).record.id == "m"


def test_a_generic_record_is_likely_at_most_without_certain_evidence():
    generic = record("g", "tv", line(dnssd__type="x"), line(ssdp__type="y"), generic=True)

    found = decide(Trace(texts={"dnssd.type": ("x",), "ssdp.type": ("y",)}), [generic])

    assert found.confidence is Confidence.LIKELY


def test_the_gateway_is_a_router_when_nothing_else_is_known():
    found = decide(Trace(is_gateway=True, texts={}), [])

    assert (found.role, found.record, found.confidence) == (Role.ROUTER, None, Confidence.LIKELY)


def test_what_a_gateway_repeats_or_shares_does_not_make_it_something_else():
    rules = [
        record("g", "lock", line(dnssd__txt="x"), generic=True),
        record("n", "nas", line(dnssd__txt="x"), generic=True),
    ]

    assert decide(Trace(is_gateway=True, texts={"dnssd.txt": ("x",)}), rules).role is Role.ROUTER


def test_names_are_compared_in_full_and_by_their_first_label():
    rules = [record("a", "lock", line(hostname="connect"))]

    for name in ("connect", "CONNECT.", "connect.fritz.box"):
        assert decide(Trace(hostnames=(name,), texts={}), rules).role is Role.LOCK
    assert decide(Trace(hostnames=("x.connect",), texts={}), rules).role is Role.UNKNOWN


def test_a_line_can_name_the_model():
    rule = record("a", "lock", line(dnssd__txt="x") | {"model": "M1"})

    assert decide(Trace(texts={"dnssd.txt": ("x",)}), [rule]).model == "M1"


BRIDGE = record("bridge", "lock-hub", line(hostname="box", oui="54:D2:72"))


def test_what_anything_may_show_does_not_take_a_lock_bridge_its_manners():
    """A lock bridge with a camera's stream on it: as a camera it would be asked to let anybody in."""
    camera = record("camera", "camera", line(rtsp__server="RTSP*"), line(http__title="*camera*"), generic=True)
    trace = Trace(mac=NUKI, hostnames=("box",), texts={"rtsp.server": ("RTSP",), "http.title": ("IP camera",)})

    found = decide(trace, [BRIDGE, camera])

    assert (found.role, found.record.id, found.confidence) == (Role.LOCK_HUB, "bridge", Confidence.LIKELY)


def test_what_another_maker_shows_leaves_it_no_more_than_possible():
    camera = record("camera", "camera", line(dnssd__txt="x"))
    trace = Trace(mac=NUKI, hostnames=("box",), texts={"dnssd.txt": ("x",)})

    found = decide(trace, [BRIDGE, camera])

    assert (found.role, found.record.id, found.confidence) == (Role.CAMERA, "camera", Confidence.POSSIBLE)
    assert "lock-hub" in found.note


def test_a_lock_that_is_no_more_than_possible_changes_nothing():
    weak = record("bridge", "lock-hub", line(oui="54:D2:72"))
    camera = record("camera", "camera", line(rtsp__server="RTSP*"), generic=True)

    found = decide(Trace(mac=NUKI, texts={"rtsp.server": ("RTSP",)}), [weak, camera])

    assert (found.record.id, found.confidence) == ("camera", Confidence.LIKELY)
