"""From what was heard to one entry for each access point and band."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.model.vocabulary import Pmf, Security, WpsMethod
from netguard.model.wifi import BasicServiceSet, Wps
from netguard.wifi import channels, join
from netguard.wifi.heard import Heard, Told
from netguard.wifi.join import Joiner, joined, safe_ssid
from tests.unit.wifi import making
from tests.unit.wifi.making import ESS, EXAMPLES

WPA2 = making.ssid() + making.rates() + making.ds() + making.TIM + making.rsn()
HIDDEN = making.ssid(b"\0" * 7) + making.rates() + making.ds() + making.TIM + making.rsn()
OPEN = making.ssid() + making.rates() + making.ds() + making.TIM


def one(*heards):
    (network,) = joined(heards)
    return network


def told(ssid=b"Harbour", bssid=making.BSSID, *, source="nmcli", **words):
    words.setdefault("security", Security.WPA2_PERSONAL)
    return Heard(source=source, bssid=making.eui(bssid) if bssid else None, ssid=ssid, told=Told(**words))


def test_everything_of_one_network():
    network = one(
        making.heard(WPA2, frequency=2437, signal=-70.0),
        making.heard(WPA2 + making.wps(), frequency=2437, signal=-40.5, source="nl80211", associated=True),
        making.heard(
            making.ssid() + making.rates() + making.rsn() + making.wps(response=True, methods=4), kind="response"
        ),
        making.heard(WPA2, frequency=2437, signal=-60.0, notes=("the frame ends too early",)),
    )

    assert network == BasicServiceSet(
        ssid="Harbour",
        bssid=making.eui(),
        channel=6,
        band="2.4",
        security=Security.WPA2_PERSONAL,
        akms=("psk",),
        pairwise=("ccmp",),
        group="ccmp",
        pmf=Pmf.NONE,
        wps=Wps(present=True, configured=True, version="2.0", locked=False, methods=(WpsMethod.LABEL,), active=False),
        transition=False,
        hidden=False,
        own=None,
        associated=True,
        signal_dbm=-40.5,
        sources=("nl80211", "pcap"),
        notes=("the frame ends too early",),
    )


def test_a_source_that_tells_little_leaves_the_rest_null():
    assert one(told()) == BasicServiceSet(
        ssid="Harbour", bssid=making.eui(), security=Security.WPA2_PERSONAL, sources=("nmcli",)
    )
    assert one(Heard(source="x", ssid=b"Harbour")) == BasicServiceSet(ssid="Harbour", bssid=None, sources=("x",))


def test_elements_win_over_words_and_words_fill_the_gaps():
    both = one(told(security=Security.WEP, akms=("sae",), pmf=Pmf.REQUIRED), making.heard(WPA2))
    gap = one(
        told(security=Security.WPA2_WPA3_PERSONAL, akms=("psk", "sae"), wps=Wps(present=True)),
        making.heard(making.ssid() + making.element(48, b"\x01"), kind="elements"),
    )

    assert (both.security, both.akms, both.pmf) == (Security.WPA2_PERSONAL, ("psk",), Pmf.NONE)
    assert (gap.security, gap.akms, gap.transition) == (Security.WPA2_WPA3_PERSONAL, ("psk", "sae"), True)


@pytest.mark.parametrize("word", [Security.WEP, Security.OPEN])
def test_a_word_that_programs_use_for_what_they_do_not_understand_does_not_count(word):
    damaged = making.ssid() + making.rates() + making.element(48, b"\x01")
    plain = making.ssid() + making.rates()

    assert one(told(security=word), making.heard(damaged)).security is Security.UNKNOWN
    assert one(told(security=word), making.heard(plain + b"\xdd\xff")).security is Security.UNKNOWN
    assert one(told(security=word), making.heard(plain, capability=None, kind="elements")).security is word


def test_several_words_for_one_network():
    network = one(
        told(security=Security.WPA2_PERSONAL),
        told(security=Security.WPA2_WPA3_PERSONAL, akms=("psk", "sae"), source="iw"),
        told(security=Security.WPA2_WPA3_PERSONAL, pmf=Pmf.CAPABLE, source="iw"),
        told(security=Security.UNKNOWN),
        told(security=None),
        told(security=None),
        told(security=None),
    )

    assert (network.security, network.akms, network.pmf) == (
        Security.WPA2_WPA3_PERSONAL, ("psk", "sae"), Pmf.CAPABLE,
    )  # fmt: skip
    assert network.sources == ("iw", "nmcli")


def test_without_a_bssid_name_and_channel_tell_networks_apart():
    heards = [
        replace(told(bssid=None), channel=6),
        replace(told(bssid=None), channel=6, signal=-30.0),
        replace(told(bssid=None), channel=36),
        replace(told(b"Other", bssid=None), channel=6),
        told(bssid=None),
    ]

    assert [(n.ssid, n.channel, n.band, n.signal_dbm) for n in joined(heards)] == [
        ("Harbour", None, None, None),
        ("Harbour", 6, "2.4", -30.0),
        ("Harbour", 36, "5", None),
        ("Other", 6, "2.4", None),
    ]


@pytest.mark.parametrize(("channel", "word", "band"), [
    (1, Security.WPA2_PERSONAL, "2.4"),
    (1, Security.WPA3_PERSONAL, None),  # 6 GHz has a channel 1, too
    (3, Security.WPA3_PERSONAL, "2.4"),
    (36, Security.WPA3_PERSONAL, "5"),
    (149, Security.UNKNOWN, None),
    (149, Security.WPA2_WPA3_PERSONAL, "5"),
    (225, Security.WPA3_PERSONAL, None),
    (0, Security.WPA2_PERSONAL, None),
])  # fmt: skip
def test_the_band_of_a_channel_that_was_only_told(channel, word, band):
    assert one(replace(told(security=word), channel=channel)).band == band


@pytest.mark.parametrize(("frequency", "data", "channel", "band"), [
    (2412, making.ds(1), 1, "2.4"),
    (2417, making.ds(1), 1, "2.4"),  # heard on the next channel
    (2484, b"", 14, "2.4"),
    (5180, b"", 36, "5"),
    (5180, making.ds(6), 36, "5"),  # nonsense
    (5885, b"", 177, "5"),
    (4920, b"", 184, "5"),
    (5935, b"", 2, "6"),
    (5955, b"", 1, "6"),
    (7115, b"", 233, "6"),
    (6135, making.he_operation(37), 37, "6"),
    (6135, making.he_operation(36), 37, "6"),
    (2437, making.he_operation(37), 6, "2.4"),
    (None, making.he_operation(37), 37, "6"),
    (None, making.ds(6), 6, "2.4"),
    (None, making.HT, 6, "2.4"),
    (None, making.ds(149), 149, "5"),
    (None, making.ds(250), None, None),
    (None, b"", None, None),
    (2413, b"", None, None),
    (58320, b"", None, None),
])  # fmt: skip
def test_channel_and_band(frequency, data, channel, band):
    network = one(making.heard(making.ssid() + data, frequency=frequency))

    assert (network.channel, network.band) == (channel, band)


def test_channels_of_both_ways_agree():
    for megahertz in range(2400, 7200):
        channel, band = channels.of_frequency(megahertz)
        assert (channel is None) == (band is None)
        if channel is not None and band != "6":
            assert channels.band_of(channel) == band
        if channel in range(1, 234, 4) and band == "6":
            assert channels.fits(channel, "6")


def test_the_frequency_heard_most_often_counts():
    heards = [making.heard(making.ssid(), frequency=f) for f in (5180, 2437, 5180, 2412)]

    assert one(*heards).channel == 36


@pytest.mark.parametrize(("heards", "ssid", "hidden"), [
    ([making.heard(WPA2)], "Harbour", False),
    ([making.heard(HIDDEN)], None, True),
    ([making.heard(making.ssid(b""))], None, True),
    ([making.heard(HIDDEN), making.heard(making.ssid(), kind="response")], "Harbour", True),
    ([making.heard(HIDDEN), told()], "Harbour", True),
    ([making.heard(making.ssid(), kind="response")], "Harbour", None),
    ([making.heard(making.ssid(), kind="elements")], "Harbour", None),
    ([making.heard(making.ssid() + making.TIM, kind="elements")], "Harbour", False),
    ([told()], "Harbour", None),
    ([told(b"")], None, True),
    ([told(None)], None, None),
    ([making.heard(b"")], None, None),
])  # fmt: skip
def test_names_and_hidden_ones(heards, ssid, hidden):
    network = one(*heards)

    assert (network.ssid, network.hidden) == (ssid, hidden)


@pytest.mark.parametrize(("sent", "text"), [
    (b"Harbour", "Harbour"),
    ("Café ☕".encode(), "Café ☕"),
    (b"Caf\xe9", "Caf\\xe9"),
    (b"a\nb\x1b[31m", "a b [31m"),
    (b"\xff\xfe", "\\xff\\xfe"),
    ("x\u202ey".encode(), "x y"),
    (b"a" * 40, "a" * 32),
    (b"", ""),
])  # fmt: skip
def test_how_names_become_text(sent, text):
    assert safe_ssid(sent) == text


def test_a_name_with_what_nobody_can_see_is_noted():
    zero_width = making.heard(making.ssid("Harbour\u200b".encode()) + making.TIM)

    assert one(zero_width).ssid == "Harbour"
    assert join.INVISIBLE in one(zero_width).notes
    assert join.INVISIBLE not in one(making.heard(WPA2)).notes


def test_several_names_of_one_bssid():
    network = one(*[making.heard(WPA2)] * 2, making.heard(making.ssid(b"Imitation") + making.rsn()))

    assert network.ssid == "Harbour"
    assert any("2 different names" in note for note in network.notes)


def test_what_was_heard_most_often_counts_and_the_rest_is_noted():
    open_frame = making.heard(OPEN, capability=ESS)
    network = one(*[making.heard(WPA2)] * 3, open_frame)
    turned = one(*[open_frame] * 3, making.heard(WPA2))

    assert network.security is Security.WPA2_PERSONAL
    assert any(note.endswith("less often: open") for note in network.notes)
    assert turned.security is Security.OPEN
    assert any(note.endswith("less often: wpa2-personal") for note in turned.notes)


def test_a_cut_frame_says_less_than_a_whole_one_however_often():
    cut = making.heard(WPA2[:-6])
    network = one(*[cut] * 5, making.heard(WPA2))

    assert network.security is Security.WPA2_PERSONAL
    assert network.notes == ()


def test_a_wifi_direct_group_is_told_as_such():
    assert join.GROUP_OWNER in one(making.heard(WPA2 + making.p2p())).notes
    assert join.GROUP_OWNER not in one(making.heard(WPA2 + making.P2P_MANAGED)).notes


@pytest.mark.parametrize("signal", [0.0, -256.0, float("nan"), float("-inf"), None])
def test_signals(signal):
    wanted = 0.0 if signal == 0.0 else -50.0

    assert one(making.heard(WPA2, signal=signal), making.heard(WPA2, signal=-50.0)).signal_dbm == wanted
    assert one(making.heard(WPA2, signal=-50.0), making.heard(WPA2, signal=signal)).signal_dbm == wanted


def test_associated():
    assert one(making.heard(WPA2, associated=False)).associated is False
    assert one(making.heard(WPA2, associated=True), making.heard(WPA2, associated=False)).associated is True
    assert one(making.heard(WPA2)).associated is None


def test_the_order_of_what_is_heard_changes_nothing():
    heards = [
        making.heard(e.elements, bssid=bytes([2, 0, 0, 0, 0, i % 20]), frequency=e.frequency, source=f"s{i % 3}")
        for i, e in enumerate(EXAMPLES.values())
    ]
    heards += [told(b"Told %d" % i, bssid=bytes([2, 0, 0, 0, 0, i])) for i in range(30)]
    wanted = joined(heards)

    for seed in range(5):
        random.Random(seed).shuffle(heards)
        assert joined(heards) == wanted


def test_invented_networks_fill_no_memory_and_do_not_push_out_the_own():
    joiner = Joiner()
    joiner.add(making.heard(WPA2, bssid=bytes([2, 0, 0, 0, 0, 1]), associated=True))
    joiner.add(making.heard(WPA2, bssid=bytes([2, 0, 0, 0, 0, 2]), signal=-30.0))
    for _ in range(3):
        joiner.add(making.heard(WPA2, bssid=bytes([2, 0, 0, 0, 0, 3]), signal=-60.0))
    for i in range(20_000):
        joiner.add(making.heard(OPEN, bssid=bytes([6]) + i.to_bytes(5, "big"), signal=-70.0))
    kept = {str(n.bssid) for n in joiner.networks()}

    assert len(kept) <= join.MAX_BSS
    assert joiner.left_out == 20_003 - len(kept)
    assert {"02:00:00:00:00:01", "02:00:00:00:00:02", "02:00:00:00:00:03"} <= kept


def test_invented_networks_that_insist_are_turned_away_and_the_associated_one_is_not():
    joiner = Joiner()
    for i in range(3 * join.MAX_BSS):
        heard = making.heard(OPEN, bssid=bytes([6]) + i.to_bytes(5, "big"))
        joiner.add(heard)
        joiner.add(heard)
    joiner.add(making.heard(WPA2, associated=True))

    assert len(joiner.networks()) <= join.MAX_BSS + 1
    assert any(n.associated for n in joiner.networks())


def test_one_that_changes_in_every_frame_fills_no_memory():
    joiner = Joiner()
    for i in range(5000):
        name = b"%d" % i
        data = making.ssid(name) + making.rates() + making.rsn(akms=(i % 200 + 1, i // 200 + 1))
        joiner.add(making.heard(data, notes=(name.decode(),), source=f"s{i}", frequency=2000 + i))
        if i % 2:
            joiner.add(making.heard(WPA2))
    (network,) = joiner.networks()

    assert (network.ssid, network.security) == ("Harbour", Security.WPA2_PERSONAL)
    assert len(network.notes) <= join.MAX_WORDS + 5


def test_the_same_announcement_is_read_once(monkeypatch):
    times = []
    real = join.elements.read
    monkeypatch.setattr(join.elements, "read", lambda data: times.append(1) or real(data))

    joined(making.heard(bytes(bytearray(WPA2))) for _ in range(500))

    assert len(times) == 1


@given(st.lists(st.builds(
    Heard,
    source=st.sampled_from(["a", "b", ""]),
    bssid=st.sampled_from([None, making.eui(), making.eui(b"\2\0\0\0\0\1")]),
    ssid=st.none() | st.binary(max_size=40),
    frequency=st.none() | st.integers(0, 80_000),
    channel=st.none() | st.integers(-5, 300),
    signal=st.none() | st.floats(),
    associated=st.none() | st.booleans(),
    capability=st.none() | st.integers(0, 0xFFFF),
    beacon=st.none() | st.binary(max_size=60) | st.sampled_from([WPA2, HIDDEN, OPEN]),
    response=st.none() | st.binary(max_size=60),
    elements=st.none() | st.binary(max_size=60),
    told=st.none() | st.builds(Told, security=st.none() | st.sampled_from(Security)),
    notes=st.lists(st.text(max_size=20), max_size=1).map(tuple),
), max_size=6))  # fmt: skip
def test_nothing_that_is_heard_makes_it_raise(heards):
    networks = joined(heards)

    assert networks == joined(reversed(heards))
    assert len(networks) <= len(heards)


def test_only_so_many_kinds_of_announcement_are_kept_and_the_first_stay():
    kinds = [making.heard(making.ssid() + making.rsn(akms=(100 + i,))) for i in range(2 * join.MAX_VIEWS)]
    networks = joined([making.heard(WPA2)] * 3 + [one for kind in kinds for one in (kind, kind)])

    assert [n.security for n in networks] == [Security.WPA2_PERSONAL]


def test_beacons_whose_load_changes_are_one_announcement():
    loads = [making.heard(WPA2 + making.element(11, bytes([i, 0, i, 0, 0]))) for i in range(2 * join.MAX_BLOBS)]
    network = one(*loads, making.heard(OPEN, capability=ESS))

    assert network.security is Security.WPA2_PERSONAL
    assert network.notes == ("it was heard with other security, too, less often: open",)
