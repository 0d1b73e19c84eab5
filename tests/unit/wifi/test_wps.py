"""Wi-Fi Protected Setup: attributes, versions, and a beacon and a probe response together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.model.vocabulary import WpsMethod
from netguard.model.wifi import Wps
from netguard.wifi import wps
from netguard.wifi.join import joined
from netguard.wifi.wps import Announced
from tests.unit.wifi import making

LABEL, DISPLAY, PUSH_BUTTON, KEYPAD = WpsMethod.LABEL, WpsMethod.DISPLAY, WpsMethod.PUSH_BUTTON, WpsMethod.KEYPAD


def read(**kwargs):
    return wps.read(making.wps_body(**kwargs))


def together(beacon=None, response=None, **more):
    start = making.ssid() + making.rates() + making.rsn()
    kinds = {"beacon": start + making.TIM + beacon if beacon is not None else None}
    kinds["response"] = start + response if response is not None else None
    (network,) = joined(making.heard(data, kind=kind, **more) for kind, data in kinds.items() if data)
    return network


def test_a_beacon():
    assert read() == Announced(state=2, version="2.0")
    assert read(state=1, version2=False) == Announced(state=1, version="1.0")


def test_a_probe_response():
    assert read(response=True, locked=1, methods=0x0084, selected=0, password=4) == Announced(
        state=2, version="2.0", locked=True, selected=False, password_id=4, config_methods=0x84, response=True
    )


@pytest.mark.parametrize(("version2", "methods", "wanted"), [
    (False, 0x0080, (PUSH_BUTTON,)),  # all that version 1 can do
    (False, 0x0084, (LABEL, PUSH_BUTTON)),
    (False, 0x008C, (DISPLAY, LABEL, PUSH_BUTTON)),
    (False, 0x0000, None),  # not filled in
    (True, 0x0000, ()),  # no PIN for others
    (True, 0x0004, (LABEL,)),
    (True, 0x2008, (DISPLAY,)),  # virtual display
    (True, 0x4000, (DISPLAY,)),
    (True, 0x2388, (DISPLAY, KEYPAD, PUSH_BUTTON)),  # made against the rule
    (True, 0x0280, (PUSH_BUTTON,)),
    (True, 0x1000, ()),  # Wi-Fi Direct's
    (True, 0x0073, (WpsMethod.ETHERNET, WpsMethod.NFC, WpsMethod.USB)),
])  # fmt: skip
def test_methods_by_version(version2, methods, wanted):
    assert wps.methods(read(response=True, version2=version2, methods=methods)) == wanted


def test_a_beacon_tells_no_methods():
    assert wps.methods(read(methods=0x0084)) is None
    assert wps.methods(read(response=True)) is None


def test_beacon_and_probe_response_are_one():
    network = together(making.wps(locked=1), making.wps(response=True, methods=0x0004))

    assert network.wps == Wps(present=True, configured=True, version="2.0", locked=True, methods=(LABEL,), active=False)


@pytest.mark.parametrize(("beacon", "response", "wanted"), [
    (making.wps(), making.wps(response=True), False),
    (making.wps(), None, False),
    (None, making.wps(response=True), None),  # some have it in the beacon only
    (None, making.wps(response=True, locked=1), True),
    (None, making.wps(response=True, locked=0), False),
    (making.wps(), making.wps(response=True, locked=1), True),
])  # fmt: skip
def test_whether_it_is_locked(beacon, response, wanted):
    assert together(beacon, response).wps.locked is wanted


def test_no_wps_is_only_said_of_what_was_heard_to_its_end():
    assert together(b"").wps == Wps(present=False)
    assert together(b"\xdd\x30\x00\x50\xf2\x04").wps is None
    assert together(b"", making.wps(response=True)).wps.present is True


@pytest.mark.parametrize(("password", "note"), [(4, "push button"), (0, "PIN"), (7, None)])
def test_somebody_is_let_in_just_now(password, note):
    network = together(making.wps(selected=1, password=password))

    assert network.wps.active is True
    assert [n for n in network.notes if "just now" in n] == ([n for n in network.notes if note in n] if note else [])
    assert bool(network.notes) is bool(note)


def test_that_somebody_is_let_in_is_not_lost_among_many_beacons():
    start = making.ssid() + making.rates() + making.rsn() + making.TIM
    quiet = making.heard(start + making.wps())
    (network,) = joined([quiet, quiet, making.heard(start + making.wps(selected=1, password=4)), quiet])

    assert network.wps.active is True


def test_where_the_frame_is_not_known_its_attributes_tell():
    start = making.ssid() + making.rates() + making.rsn()
    (response,) = joined([making.heard(start + making.wps(response=True, methods=4), kind="elements", source="x")])
    (beacon,) = joined([making.heard(start + making.TIM + making.wps(), kind="elements", source="x")])

    assert (response.wps.methods, response.wps.locked) == ((LABEL,), None)
    assert (beacon.wps.methods, beacon.wps.locked) == (None, False)


def test_several_elements_are_joined():
    body = making.wps_body(response=True, methods=0x0084, locked=1, more=making.attribute(0x1023, b"x" * 200))
    split = b"".join(making.vendor(making.MICROSOFT, 4, body[i : i + 100]) for i in range(0, len(body), 100))
    (network,) = joined([making.heard(making.ssid() + making.rates() + making.rsn() + split, kind="response")])

    assert network.wps == Wps(
        present=True, configured=True, version="2.0", locked=True, methods=(LABEL, PUSH_BUTTON), active=False
    )


def test_what_is_told_fills_the_gaps_only():
    seen = wps.joined(wps.read(making.wps_body()), None)
    told = Wps(present=True, configured=False, version="1.0", locked=True, methods=(LABEL,), active=True)

    assert wps.filled(seen, told) == Wps(
        present=True, configured=True, version="2.0", locked=False, methods=(LABEL,), active=False
    )
    assert wps.filled(seen, Wps(present=False)) == seen
    assert wps.filled(Wps(), told) == told
    assert wps.filled(seen, None) == seen


def test_the_first_of_a_kind_counts_and_other_makers_extensions_do_not():
    data = making.attribute(0x1049, b"\x00\x01\x02\x00\x01\x99") + making.wps_body(
        more=making.attribute(0x1044, b"\x01")
    )

    assert (wps.read(data).version, wps.read(data).state) == ("2.0", 2)


def test_a_sequence_of_subelements_is_searched_for_version2():
    extension = b"\x00\x37\x2a\x01\x06abcdef\x00\x01\x21"

    assert wps.read(making.attribute(0x1049, extension)).version == "2.1"
    for broken in (b"\x00\x37\x2a", b"\x00\x37\x2a\x00", b"\x00\x37\x2a\x00\x01", b"\x00\x37\x2a\x00\x02\x20\x20"):
        assert wps.read(making.attribute(0x104A, b"\x10") + making.attribute(0x1049, broken)).version == "1.0"


@pytest.mark.parametrize("data", [b"\x10", b"\x10\x44\x00\x05\x02", b"\x10\x44\xff\xff" + bytes(100)])
def test_what_is_cut_is_left_out_and_said(data):
    found = wps.read(making.wps_body(version2=False) + data)

    assert found.damaged
    assert (found.state, found.version) == (2, "1.0")
    assert wps.joined(found, None).locked is None
    assert wps.joined(found, None).active is None


@pytest.mark.parametrize(("kind", "value"), [
    (0x1044, b""), (0x1044, b"\x00\x02"), (0x1044, b"\x07"), (0x1057, b"\x01\x01"), (0x1008, b"\x01"), (0x1041, b""),
])  # fmt: skip
def test_an_attribute_of_a_wrong_form_is_not_known(kind, value):
    found = wps.read(making.attribute(kind, value))

    assert (found.state, found.locked, found.config_methods, found.selected) == (None, None, None, None)


def test_zeros_at_the_end_are_no_damage():
    assert not wps.read(making.wps_body() + bytes(7)).damaged


@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise(data):
    found = wps.read(data)

    assert wps.joined(found, None).present is True
    assert wps.joined(None, found).present is True
    wps.methods(found)
