"""DHCP overheard: messages made by scapy and by hand, and what is believed of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether
from scapy.packet import Raw

from netguard.discover import dhcp
from netguard.discover.dhcp import Heard
from netguard.model import address
from netguard.model.observation import MAX_TEXT

OWN, OWN_MAC = "192.0.2.10", address.mac("00:00:5e:00:53:10")
LOCK, LOCK_MAC = address.ip("192.0.2.7"), address.mac("00:00:5e:00:53:20")
WHOLE = ("192.0.2.0/24",)


def packed(mac):
    return address.mac(str(mac)).packed


def message(*options, kind="request", mac=LOCK_MAC, chaddr=None, sport=68, dport=67, ip=None, **bootp):
    head = Ether(src=str(mac), dst="ff:ff:ff:ff:ff:ff") / IP(
        **{"src": "0.0.0.0", "dst": "255.255.255.255"} | (ip or {})
    )
    body = BOOTP(**{"chaddr": packed(chaddr or mac)} | bootp) / DHCP(options=[("message-type", kind), *options, "end"])
    return bytes(head / UDP(sport=sport, dport=dport) / body)


def raw(data, **given):
    """A request whose options are `data`, in place of what scapy would write."""
    whole = message(**given)
    begin = whole.index(b"\x63\x82\x53\x63") + 4
    ip, udp = begin - 236 - 4 - 8 - 20, begin - 236 - 4 - 8
    changed = whole[:begin] + data
    changed = changed[: udp + 4] + (len(changed) - udp).to_bytes(2) + changed[udp + 6 :]
    return changed[: ip + 2] + (len(changed) - ip).to_bytes(2) + changed[ip + 4 :]


def heard(**given):
    return Heard(**{"mac": LOCK_MAC, "kind": dhcp.REQUEST} | given)


def test_what_a_phone_says_when_it_joins():
    said = message(
        ("hostname", b"Pixel-8"),
        ("vendor_class_id", b"android-dhcp-14"),
        ("param_req_list", [1, 3, 6, 15, 26, 28, 51, 58, 59, 43]),
        ("requested_addr", "192.0.2.7"),
        ("server_id", "192.0.2.1"),
    )
    assert dhcp.parse(said) == heard(
        address=LOCK,
        names=("Pixel-8",),
        vendor_class="android-dhcp-14",
        parameters=(1, 3, 6, 15, 26, 28, 51, 58, 59, 43),
    )


def test_an_address_is_one_that_is_used_or_was_offered_and_not_a_mere_wish():
    wish = ("requested_addr", "192.0.2.7")
    assert dhcp.parse(message(wish, kind="discover")) == heard(kind=dhcp.DISCOVER)
    assert dhcp.parse(message(kind="inform", ciaddr="192.0.2.7")) == heard(kind=dhcp.INFORM, address=LOCK)
    assert dhcp.parse(message(ciaddr="192.0.2.7")) == heard(address=LOCK)
    for nobody in ("0.0.0.0", "127.0.0.1", "224.0.0.1"):
        assert dhcp.parse(message(("requested_addr", nobody))) == heard()


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"\x00\x00\x00DESKTOP-1.lan", "DESKTOP-1.lan"),
        (b"\x05\xff\xff\x0bfront-door!\x03lan\x00", "front-door!.lan"),
        (b"\x04\x00\x00\x04half", "half"),
        (b"\x04\x00\x00\xc0\x0c", ""),
        (b"\x04\x00\x00\x3fshort", ""),
        (b"\x04", ""),
        (b"", ""),
    ],
)
def test_full_names_are_read_in_both_spellings(data, name):
    made = raw(bytes((53, 1, 3, 81, len(data))) + data + b"\xff")
    assert dhcp.parse(made) == heard(names=(name,) if name else ())


def test_an_option_in_parts_is_joined_and_padding_is_skipped():
    made = raw(b"\x00\x35\x01\x03\x00\x00\x0c\x05front\x37\x01\x01\x0c\x05-door\xff garbage")
    assert dhcp.parse(made) == heard(names=("front-door",), parameters=(1,))
    assert dhcp.parse(raw(b"\x35\x01\x03")) == heard()  # without an end


def test_names_are_cleaned_and_cut():
    found = dhcp.parse(message(("hostname", b"\x1b[31mlock\xe2\x80\xae\x00"), ("vendor_class_id", b"x" * 255)))
    assert found.names == (address_free(found.names[0]),)
    assert len(found.vendor_class) <= MAX_TEXT


def address_free(name):
    assert "\x1b" not in name
    assert "\u202e" not in name
    return name


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        message()[:50],
        message()[:281],
        message(kind="offer"),
        message(kind="ack", sport=67, dport=68),
        message(op=2),
        message(chaddr="00:00:5e:00:53:66"),  # somebody speaks for somebody else
        message(mac="ff:ff:ff:ff:ff:ff"),
        message(mac="00:00:00:00:00:00"),
        message(giaddr="192.0.2.1"),  # a relay's
        message(htype=6),
        message(hlen=16),
        message(dport=68),
        message(dport=4011),
        message(ip={"flags": "MF"}),
        message(ip={"frag": 3}),
        message(ip={"proto": 6}),
        message(ip={"version": 6}),
        message(ip={"ihl": 4}),
        message(ip={"ihl": 15}),
        message(ip={"len": 20}),
        message(ip={"len": 2000}),
        raw(b"\x35\x01\x03\x0c\x40short"),
        raw(b"\x35\x02\x03\x03\xff"),
        raw(b"\x35"),
        raw(b"\xff"),
        raw(b"\x35\x01\x03" + b"\x0c\x00" * 200),
        bytes(Ether(src=str(LOCK_MAC)) / IP() / UDP(sport=68, dport=67) / Raw(b"x" * 300)),
    ],
)
def test_anything_else_is_nobody(frame):
    assert dhcp.parse(frame) is None


def test_ip_options_do_not_hide_a_message():
    assert dhcp.parse(message(ip={"options": [Raw(b"\x01\x01\x01\x00")]})) == heard()


@given(st.binary(max_size=600))
def test_no_frame_breaks_the_reader(frame):
    dhcp.parse(frame)


@given(st.binary(max_size=300), st.data())
def test_no_almost_right_message_breaks_the_reader(options, data):
    made = bytearray(raw(b"\x35\x01\x03" + options))
    for _ in range(data.draw(st.integers(0, 3))):
        made[data.draw(st.integers(0, len(made) - 1))] = data.draw(st.integers(0, 255))
    found = dhcp.parse(bytes(made))
    assert found is None or found.mac.packed == bytes(made[6:12])


def sightings(net, ask):
    return [
        (str(s.address), str(s.mac), s.hostnames, {f.kind: f.value for f in s.facts}, s.detail)
        for s in dhcp.discover(ask, net)
    ]


def test_each_different_thing_said_is_a_sighting_and_nothing_is_sent(ask, fake_net):
    joined = message(("hostname", b"front-door"), ("param_req_list", [1, 3]), ("requested_addr", "192.0.2.7"))
    net = fake_net(frames=[[joined, joined, message(kind="discover"), b"garbage"]])
    assert sightings(net, ask(targets=WHOLE)) == [
        (
            "192.0.2.7",
            str(LOCK_MAC),
            ("front-door",),
            {"dhcp.parameters": "1,3"},
            "front-door asks for an address",
        ),
        ("None", str(LOCK_MAC), (), {}, f"{LOCK_MAC} looks for a server"),
    ]
    assert net.kinds == ["dhcp"]
    assert (net.sent, net.asked, net.knocked) == ([], [], [])


def test_our_own_and_addresses_that_were_not_asked_for_are_left_out(ask, fake_net):
    frames = [
        message(mac=OWN_MAC),
        message(("requested_addr", "198.51.100.7")),
        message(("requested_addr", OWN), ("hostname", b"x")),
    ]
    assert [at for at, *_ in sightings(fake_net(frames=[frames]), ask(targets=WHOLE))] == ["None", "None"]


def test_made_up_senders_are_believed_up_to_a_number(ask, fake_net, monkeypatch):
    monkeypatch.setattr(dhcp, "MAX_FOUND", 5)
    frames = [message(mac=f"00:00:5e:00:54:{n:02x}") for n in range(20)]
    assert len(sightings(fake_net(frames=[frames]), ask(targets=WHOLE))) == 5


def test_it_ends_when_the_scan_does(ask, fake_net):
    frames = [message(mac=f"00:00:5e:00:54:{n:02x}") for n in range(20)]
    looks = iter(range(100))
    asked = ask(targets=WHOLE, over=lambda: next(looks) >= 3)
    assert len(sightings(fake_net(frames=[frames]), asked)) == 3


def test_it_says_why_it_cannot_run(ask):
    assert dhcp.LISTENS
    assert dhcp.skip(ask(raw_packets=True)) is None
    assert dhcp.skip(ask()) == "raw packets need root"
    assert "no MAC" in dhcp.skip(ask(raw_packets=True, mac=None))
