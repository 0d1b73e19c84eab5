"""The class of a network, and what it offers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.model.vocabulary import Pmf, Security
from netguard.wifi import elements, security
from netguard.wifi.join import joined
from tests.unit.wifi import making
from tests.unit.wifi.making import CAPABLE, ESS, EXAMPLES, PRIVACY, REQUIRED


def offer(data, capability=ESS | PRIVACY, band="2.4"):
    return security.offer(elements.read(data), capability, band)


def of(example):
    capability = ESS | (PRIVACY if example.privacy else 0)
    (network,) = joined([making.heard(example.elements, capability=capability, frequency=example.frequency)])
    return network


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_class_and_what_it_offers(name):
    wanted, found = EXAMPLES[name], of(EXAMPLES[name])

    said = (found.security, found.akms, found.pairwise, found.group, found.pmf, found.transition)
    assert said == (wanted.security, wanted.akms, wanted.pairwise, wanted.group, wanted.pmf, wanted.transition)
    for piece in wanted.notes:
        assert any(piece in note for note in found.notes), found.notes
    if not wanted.notes:
        assert found.notes == ()
    assert found.band == ("6" if wanted.frequency > 5925 else "2.4")


def test_every_word_for_security_is_used():
    assert {e.security for e in EXAMPLES.values()} == {s.value for s in Security}


@pytest.mark.parametrize("privacy", [0, PRIVACY])
@pytest.mark.parametrize("damage", [
    making.element(48, b""),
    making.element(48, b"\x01"),
    making.element(48, b"\x02\x00"),
    making.element(48, making.rsn_body()[:4]),
    making.element(48, making.rsn_body()[:7]),
    making.element(48, making.rsn_body()[:-5]),
    making.element(48, b"\x01\x00" + making.suite(4) + b"\xff\xff" + making.suite(4)),
    making.element(48, b"\x01\x00" + making.suite(4) + b"\x00\x00"),
    making.element(221, b"\x00\x50\xf2\x01"),
    making.element(221, b"\x00\x50\xf2\x01\x01\x00\x00"),
    making.element(49, making.rsn_body()),
    making.rsnx(),
    making.vendor(making.WFA, 0x29, b"\x01\x00\x00"),
])  # fmt: skip
def test_what_is_damaged_is_neither_wep_nor_open(privacy, damage):
    found = offer(making.ssid() + making.rates() + damage, ESS | privacy)

    assert found.security is Security.UNKNOWN
    assert (found.akms, found.pairwise, found.group, found.pmf) == (None, None, None, None)


def test_a_damaged_rsn_beside_wpa_makes_no_wpa_of_it():
    found = offer(making.ssid() + making.rates() + making.element(48, b"\x01\x00\x00") + making.wpa())

    assert found.security is Security.UNKNOWN
    assert found.notes == ("its RSN element is damaged and was left out",)


def test_a_damaged_element_beside_a_good_rsn_is_left_out():
    found = offer(making.ssid() + making.rates() + making.element(48, b"\xaa\xbb") + making.rsn())

    assert found.security is Security.WPA2_PERSONAL
    assert found.notes == ("its RSN element is damaged and was left out",)


@pytest.mark.parametrize("data", [
    making.rates() + making.ds(),  # no name
    making.ssid() + making.ds(),  # no rates
    making.ssid() + making.element(1, b"") + making.ds(),
    making.ssid(b"x" * 33) + making.rates(),
    making.ssid() + making.rates() + b"\xdd\x20abc",  # cut
    making.ssid() + making.rates() + making.VHT,
    making.ssid() + making.rates() + making.owe_transition(making.BSSID, b"x"),
    b"",
])  # fmt: skip
def test_wep_needs_a_whole_and_possible_announcement(data):
    assert offer(data).security is Security.UNKNOWN


@pytest.mark.parametrize("capability", [PRIVACY, 0x0002 | PRIVACY, ESS | 0x0002 | PRIVACY])
def test_wep_needs_an_access_point(capability):
    assert offer(making.ssid() + making.rates(), capability).security is Security.UNKNOWN


def test_without_capability_nothing_is_said_of_what_has_no_rsn():
    assert offer(making.ssid() + making.rates(), None) == security.Offer()
    assert offer(making.ssid() + making.rates() + making.rsn(), None).security is Security.WPA2_PERSONAL


def test_a_cut_announcement_is_not_open():
    found = offer(making.ssid() + making.rates() + b"\x30\x14\x01\x00", ESS)

    assert found.security is Security.UNKNOWN
    assert "cut" in found.notes[0]


def test_protection_is_required_only_if_no_way_in_goes_without():
    mixed = offer(making.ssid() + making.rsn(caps=REQUIRED) + making.wpa())
    both = offer(making.ssid() + making.rsn(caps=REQUIRED) + making.rsn(akms=(8,), caps=REQUIRED))

    assert mixed.pmf is Pmf.CAPABLE
    assert both.pmf is Pmf.REQUIRED
    assert offer(making.ssid() + making.rsn() + making.rsn(caps=CAPABLE)).pmf is Pmf.CAPABLE


def test_the_weakest_group_cipher_counts():
    found = offer(making.ssid() + making.rsn(group=4) + making.wpa(group=2))

    assert found.group == "tkip"
    assert any("weakest" in note for note in found.notes)


@pytest.mark.parametrize(("akms", "caps", "wanted"), [
    ((5,), 0, "wpa2-enterprise"),
    ((5,), CAPABLE, "wpa2-wpa3-enterprise"),
    ((5,), REQUIRED, "wpa3-enterprise"),
    ((1,), REQUIRED, "wpa2-enterprise"),
    ((1, 12), CAPABLE, "wpa2-wpa3-enterprise"),
    ((12, 13), 0, "wpa3-enterprise-192"),
    ((23,), REQUIRED, "wpa3-enterprise"),
    ((14, 16), REQUIRED, "wpa2-enterprise"),
])  # fmt: skip
def test_logins(akms, caps, wanted):
    assert offer(making.ssid() + making.rsn(akms=akms, caps=caps)).security == wanted


def test_owe_beside_a_password_is_what_lets_everybody_in():
    found = offer(making.ssid() + making.rsn(akms=(18, 2)))

    assert found.security is Security.OWE
    assert any("without a password" in note for note in found.notes)


@given(
    data=st.binary(max_size=120),
    capability=st.integers(0, 0xFFFF) | st.none(),
    band=st.sampled_from(["2.4", "6", None]),
)
def test_no_bytes_at_all_make_it_raise_or_say_wep_of_what_is_none(data, capability, band):
    read = elements.read(data)
    found = security.offer(read, capability, band)

    if found.security is Security.WEP:
        assert capability & PRIVACY
        assert read.proper
        assert read.whole
        assert not read.damaged
    if found.security is Security.OPEN:
        assert not capability & PRIVACY
        assert read.whole
        assert not read.damaged
