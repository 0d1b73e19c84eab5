"""ARP: frames against RFC 826 written out by hand and against scapy, and what is made of answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.l2 import ARP, Ether

from netguard.discover import arp
from netguard.model import address

OWN, OWN_MAC = address.ip("192.0.2.10"), address.mac("00:00:5e:00:53:10")
HUB, HUB_MAC = address.ip("192.0.2.2"), address.mac("00:00:5e:00:53:02")


def reply(at="192.0.2.2", mac="00:00:5e:00:53:02", **given):
    layer = {"op": 2, "hwsrc": mac, "psrc": at, "hwdst": str(OWN_MAC), "pdst": str(OWN)} | given
    return bytes(Ether(src=mac, dst=str(OWN_MAC)) / ARP(**layer))


def test_a_request_is_what_rfc_826_says_byte_by_byte():
    assert arp.request(OWN_MAC, OWN, HUB).hex(" ") == (
        "ff ff ff ff ff ff 00 00 5e 00 53 10 08 06 "  # to everybody, from us, ARP
        "00 01 08 00 06 04 00 01 "  # Ethernet, IPv4, 6 and 4 bytes, request
        "00 00 5e 00 53 10 c0 00 02 0a "  # our MAC and address
        "00 00 00 00 00 00 c0 00 02 02"  # nobody yet, the address wanted
    )


def test_a_request_reads_the_same_in_scapy():
    frame = Ether(arp.request(OWN_MAC, OWN, HUB))
    assert (frame.dst, frame.src, frame.type) == ("ff:ff:ff:ff:ff:ff", str(OWN_MAC), 0x0806)
    assert (frame[ARP].op, frame[ARP].psrc, frame[ARP].pdst, frame[ARP].hwsrc) == (1, str(OWN), str(HUB), str(OWN_MAC))


def test_a_mac_of_any_notation_is_asked_with():
    from netaddr import EUI, mac_cisco

    assert arp.request(EUI(str(OWN_MAC), dialect=mac_cisco), OWN, HUB) == arp.request(OWN_MAC, OWN, HUB)


def test_replies_and_requests_both_name_their_sender():
    hub = arp.Answer(address=HUB, mac=HUB_MAC)
    assert arp.parse(reply()) == hub
    assert arp.parse(reply(op=1)) == hub
    assert arp.parse(reply() + b"\0" * 18) == hub  # padded to Ethernet's 60 bytes


def test_a_frame_that_somebody_else_carries_names_its_sender_and_the_carrier():
    carried = arp.parse(reply(hwsrc="00:00:5e:00:53:03"))
    assert carried == arp.Answer(address=HUB, mac=address.mac("00:00:5e:00:53:03"), via=HUB_MAC)


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        reply()[:41],
        reply(op=3),
        reply(psrc="0.0.0.0"),  # a probe (RFC 5227) has no address yet
        reply(hwlen=8),
        reply(plen=16),
        reply(hwtype=6),
        reply(ptype=0x86DD),
        reply(hwsrc="01:00:5e:00:00:fb"),
        reply(hwsrc="00:00:00:00:00:00"),
        reply(mac="00:00:00:00:00:00", hwsrc="00:00:5e:00:53:03"),
        reply(mac="01:00:5e:00:00:fb"),  # a group is nobody
        reply(mac="ff:ff:ff:ff:ff:ff"),
        b"\xff" * 42,
        bytes(Ether() / b"not arp, but long enough to be taken for it....."),
    ],
)
def test_anything_else_is_nobody(frame):
    assert arp.parse(frame) is None


@given(st.binary(max_size=128))
def test_no_frame_breaks_the_reader(frame):
    arp.parse(frame)


@given(st.binary(min_size=42, max_size=64), st.sampled_from([b"\0\1\10\0\6\4\0\1", b"\0\1\10\0\6\4\0\2"]))
def test_no_almost_right_frame_breaks_the_reader(frame, head):
    found = arp.parse(frame[:12] + b"\x08\x06" + head + frame[22:])
    assert found is None or (found.via or found.mac).packed == frame[6:12]


def sightings(net, ask):
    return [(str(s.address), str(s.mac)) for s in arp.discover(ask, net)]


def test_everybody_but_ourselves_is_asked_and_who_answered_is_not_asked_again(ask, fake_net):
    net = fake_net(frames=[[reply()], []])
    assert sightings(net, ask()) == [("192.0.2.2", "00:00:5e:00:53:02")]
    asked = [str(about) for _, about in net.asked]
    everybody = {f"192.0.2.{n}" for n in range(1, 15)} - {str(OWN)}
    assert set(asked[:13]) == everybody
    assert set(asked[13:]) == everybody - {"192.0.2.2"}


def test_a_round_that_adds_nobody_ends_it_and_made_up_answers_cannot_go_on_for_ever(ask, fake_net):
    net = fake_net()
    assert sightings(net, ask()) == []
    assert len(net.asked) == 13
    endless = [[reply(mac=f"00:00:5e:00:53:{n:02x}")] for n in range(32, 64)]
    net = fake_net(frames=endless)
    assert len(sightings(net, ask())) == arp.MOST_ROUNDS + 1, "and once more those who are late"


def test_who_answers_for_another_one_and_takes_its_time_is_heard_after_the_last_round(ask, fake_net):
    net = fake_net(frames=[[], [reply()]])
    assert sightings(net, ask()) == [("192.0.2.2", "00:00:5e:00:53:02")]
    assert len(net.asked) == 13, "nobody is asked again for it"


def test_the_same_answer_twice_is_one_and_a_second_mac_for_one_address_is_told(ask, fake_net):
    net = fake_net(frames=[[reply(), reply(), reply(mac="00:00:5e:00:53:66")]])
    assert sightings(net, ask()) == [("192.0.2.2", "00:00:5e:00:53:02"), ("192.0.2.2", "00:00:5e:00:53:66")]


def test_the_carrier_is_a_fact_of_its_own(ask, fake_net):
    extender, camera = "00:00:5e:00:53:66", "00:00:5e:00:53:03"
    frames = [reply(), reply(mac=extender, hwsrc=camera, psrc="192.0.2.3"), reply(mac=extender)]
    found = list(arp.discover(ask(), fake_net(frames=[frames])))
    assert [(str(s.mac), {f.kind: f.value for f in s.facts}) for s in found] == [
        (str(HUB_MAC), {"link.reply": "arp"}),
        (camera, {"link.reply": "arp", "link.via": extender}),
        (extender, {"link.reply": "arp"}),
    ]


def test_who_was_not_asked_for_and_our_own_frames_are_no_sightings(ask, fake_net):
    net = fake_net(
        frames=[
            [
                reply(at="198.51.100.7"),
                reply(at=str(OWN), mac=str(OWN_MAC)),
                b"garbage",
                reply(at=str(OWN), mac="00:00:5e:00:53:66"),
                reply(mac=str(OWN_MAC), hwsrc="00:00:5e:00:53:66"),
                reply(hwsrc=str(OWN_MAC)),
            ]
        ]
    )
    assert sightings(net, ask()) == []


def test_a_device_never_to_touch_is_not_asked(ask, fake_net):
    net = fake_net(untouchable=[HUB])
    sightings(net, ask())
    assert HUB not in {about for _, about in net.asked}


def test_it_says_why_it_cannot_run(ask):
    assert arp.skip(ask(raw_packets=True)) is None
    assert arp.skip(ask()) == "raw packets need root"
    assert "no MAC" in arp.skip(ask(raw_packets=True, mac=None))
    assert arp.skip(ask(raw_packets=True, own=address.ip("fd00::5"))) == "this interface has no IPv4 address"
