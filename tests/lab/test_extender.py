"""The lab's range extender by itself: what it does to frames, read by the product's own parser of neighbour discovery."""

import struct

import pytest
from netaddr import EUI, IPAddress

from netguard.discover import _icmpv6 as icmpv6
from tests.lab.extender import Extender, rewrite_neighbour_discovery

OWN, CLIENT, LAPTOP = (bytes.fromhex(mac) for mac in ("c02506000005", "245e4fb03a11", "3ca9f4628fe5"))
TRANSLATED = bytes.fromhex("020fb5b03a11")
THERE, HERE, NOBODY = (IPAddress(a).packed for a in ("fe80::265e:4fff:feb0:3a11", "fe80::2", "::"))
ALL_NODES, GROUP = IPAddress("ff02::1").packed, bytes.fromhex("333300000001")
SOURCE_OPTION, TARGET_OPTION, NONCE = 1, 2, 14


def frame(kind, body, options, *, source=THERE, destination=ALL_NODES, sender=CLIENT, to=GROUP):
    """An Ethernet frame with an ICMPv6 message: `body` is what follows the checksum, `options` are (type, content)."""
    message = struct.pack("!BBH", kind, 0, 0) + body
    message += b"".join(bytes((name, (len(data) + 2) // 8)) + data for name, data in options)
    message = message[:2] + struct.pack("!H", icmpv6.checksum(source, destination, message)) + message[4:]
    header = struct.pack("!IHBB16s16s", 6 << 28, len(message), 58, 255, source, destination)
    return bytearray(to + sender + b"\x86\xdd" + header + message)


def advertisement(**more):
    return frame(136, b"\x20\0\0\0" + THERE, ((TARGET_OPTION, CLIENT),), **more)


def solicitation(**more):
    return frame(135, bytes(4) + HERE, ((SOURCE_OPTION, CLIENT), (NONCE, b"abcdef")), **more)


def router_solicitation():
    return frame(133, bytes(4), ((SOURCE_OPTION, CLIENT),))


def is_right(data):
    size = int.from_bytes(data[18:20])
    return icmpv6.checksum(bytes(data[22:38]), bytes(data[38:54]), bytes(data[54 : 54 + size])) == 0


@pytest.mark.parametrize("translates", [False, True])
@pytest.mark.parametrize("made", [advertisement, solicitation, router_solicitation])
def test_what_a_client_says_of_its_mac_goes_out_with_the_extenders(made, translates):
    sent = Extender(OWN, translates=translates).outward(made())
    shown = TRANSLATED if translates else OWN
    assert CLIENT not in bytes(sent)
    assert bytes(sent).count(shown) == 2, "in the frame and in the option"
    assert is_right(sent)
    heard = icmpv6.parse(bytes(sent), 0)
    assert (heard.address, heard.mac, heard.via) == (IPAddress(int.from_bytes(THERE), 6), EUI(shown.hex()), None)


def test_a_checksum_that_was_wrong_stays_wrong():
    broken = advertisement()
    broken[56] ^= 0x10
    assert not is_right(Extender(OWN, translates=False).outward(broken))


def test_whom_a_client_speaks_of_is_left_as_it_is():
    """Only its own MAC is another one outside; an option that names somebody else's, or none, is not touched."""
    foreign = frame(136, b"\0\0\0\0" + HERE, ((TARGET_OPTION, LAPTOP), (NONCE, CLIENT)))
    before = bytes(foreign)
    rewrite_neighbour_discovery(foreign, CLIENT, OWN)
    assert bytes(foreign) == before


@pytest.mark.parametrize("cut", [1, 8, 20, 30])
def test_what_ends_too_early_is_carried_as_it_is(cut):
    short = advertisement()[:-cut]
    sent = Extender(OWN, translates=False).outward(bytearray(short))
    assert bytes(sent[12:]) == bytes(short[12:])


def test_an_option_without_length_ends_the_reading():
    endless = advertisement()
    endless[54 + 25] = 0
    sent = Extender(OWN, translates=False).outward(endless)
    assert CLIENT in bytes(sent)


@pytest.mark.parametrize("translates", [False, True])
def test_what_comes_for_a_client_reaches_it(translates):
    extender = Extender(OWN, translates=translates)
    to = TRANSLATED if translates else OWN
    answer = {"source": HERE, "destination": THERE, "sender": LAPTOP, "to": to}
    assert extender.inward(frame(129, bytes(4), (), **answer)) is None, "nobody is there yet"
    extender.outward(advertisement())
    assert bytes(extender.inward(frame(129, bytes(4), (), **answer))[:6]) == CLIENT


def test_who_asks_whether_its_address_is_free_has_it():
    extender = Extender(OWN, translates=False)
    extender.outward(frame(135, bytes(4) + THERE, (), source=NOBODY))
    answer = frame(136, b"\0\0\0\0" + THERE, (), source=HERE, destination=THERE, sender=LAPTOP, to=OWN)
    assert bytes(extender.inward(answer)[:6]) == CLIENT


def test_who_is_asked_for_does_not_have_the_address_by_that():
    extender = Extender(OWN, translates=False)
    extender.outward(solicitation())
    asked = frame(129, bytes(4), (), source=THERE, destination=HERE, sender=LAPTOP, to=OWN)
    assert extender.inward(asked) is None
