"""A million damaged frames: nothing raises, nothing hangs, and no damage is called WEP."""

import random

import pytest

from netguard.model.vocabulary import Security
from netguard.wifi import elements, frames, security
from netguard.wifi.join import Joiner
from tests.unit.wifi import making, truth
from tests.unit.wifi.making import ESS, EXAMPLES, PRIVACY

PARTS, EACH = 8, 125_000
BODY = 36
"""Where the elements begin."""

WORDS = [b"", b"\0", b"\xff", b"\xff\xff", bytes(4), b"\x30", b"\xdd", b"\x47", b"\x00\x0f\xac", b"\x00\x50\xf2\x04"]


def bases():
    """Frames of every class of our own, and those of real access points where they are at hand."""
    made = [
        making.frame(e.elements, capability=ESS | (PRIVACY if e.privacy else 0), kind=kind)
        for e in EXAMPLES.values()
        for kind in (0x80, 0x50)
    ]
    made.append(
        making.beacon(EXAMPLES["wpa2"].elements, making.wps(response=True, methods=0x84, locked=1), making.p2p())
    )
    made.append(
        making.beacon(
            EXAMPLES["wpa2"].elements,
            making.multiple(3, making.profile(1, b"Guests", making.rsn(akms=(8,))), making.profile(2, b"Things")),
        )
    )
    data = truth.folder()
    real = [frame for path in truth.captures(data) for frame, _ in truth.frames(path)] if data else []
    return made + sorted(set(real))[:100]


def damaged(frame, chance):
    """`frame` with a few bytes changed, left out, put in, or doubled; mostly among its elements."""
    data = bytearray(frame)
    for _ in range(1 + int(chance() * 3)):
        size = len(data)
        at = int(chance() * size) if size <= BODY or chance() < 0.1 else BODY + int(chance() * (size - BODY))
        how = chance()
        if how < 0.7 and size:
            data[at] = int(chance() * 256)
        elif how < 0.8:
            del data[at : at + int(chance() * 20)]
        elif how < 0.9:
            data[at:at] = WORDS[int(chance() * len(WORDS))]
        elif how < 0.95:
            data[at:at] = data[at : at + 30]
        else:
            del data[at:]
    return bytes(data)


@pytest.mark.parametrize("part", range(PARTS))
def test_a_million_damaged_frames(part):
    chance = random.Random(part).random
    originals, joiner, heard_at_all, wep = bases(), Joiner(), 0, 0
    for turn in range(EACH):
        frame = damaged(originals[turn % len(originals)], chance)
        heard = frames.heard(frame, source="pcap")
        if heard is None:
            continue
        heard_at_all += 1
        facts = elements.read(heard.beacon if heard.beacon is not None else heard.response)
        found = security.offer(facts, heard.capability, "2.4")
        if found.security is Security.WEP:
            wep += 1
            assert heard.capability & PRIVACY
            assert not any((facts.rsn, facts.wpa, facts.override, facts.damaged, facts.traces))
            assert facts.whole
        elif found.security is Security.OPEN:
            assert not heard.capability & PRIVACY
            assert facts.whole
        if turn % 16 == 0:
            joiner.add(heard)
    joiner.networks()

    assert heard_at_all > EACH / 2
    assert wep < heard_at_all / 20  # some are WEP to begin with


def spans(frame):
    """Where the security elements of a frame are: from each one's length to its end."""
    at, found = BODY, []
    while at + 1 < len(frame):
        stop = at + 2 + frame[at + 1]
        if frame[at] == 48 or frame[at : at + 1] + frame[at + 2 : at + 6] == b"\xdd\x00\x50\xf2\x01":
            found.append((at + 1 if frame[at] == 48 else at + 6, stop))
        at = stop
    return found


SECURED = {
    name: making.frame(e.elements)
    for name, e in EXAMPLES.items()
    if any(word in e.security for word in ("wpa", "owe")) and spans(making.frame(e.elements))
}


@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_rsn_or_wpa_element_is_never_wep_or_open(seed):
    chance = random.Random(seed).random
    for frame in SECURED.values():
        for _ in range(300):
            data = bytearray(frame)
            for start, stop in spans(frame):
                for _ in range(int(chance() * (stop - start + 1))):
                    data[start + int(chance() * (stop - start))] = int(chance() * 256)
            heard = frames.heard(bytes(data), source="pcap")
            for capability in (ESS | PRIVACY, ESS):
                found = security.offer(elements.read(heard.beacon), capability).security
                assert found not in {Security.WEP, Security.OPEN}


@pytest.mark.parametrize("name", SECURED)
def test_no_single_wrong_byte_makes_wep_of_a_secured_network(name):
    frame = SECURED[name]
    for at in range(BODY, len(frame)):
        for value in {0, 1, 0xFF, frame[at] ^ 1, frame[at] ^ 0x80, (frame[at] + 1) & 0xFF}:
            heard = frames.heard(frame[:at] + bytes([value]) + frame[at + 1 :], source="pcap")
            assert security.offer(elements.read(heard.beacon), heard.capability).security is not Security.WEP


@pytest.mark.parametrize("name", SECURED)
def test_no_cut_makes_wep_or_open_of_a_secured_network(name):
    frame = SECURED[name]
    boundaries = {len(frame) - len(rest) for rest in tails(frame[BODY:])}
    for length in range(BODY, len(frame)):
        heard = frames.heard(frame[:length], source="pcap")
        found = security.offer(elements.read(heard.beacon), ESS).security
        if length not in boundaries:  # between two elements nobody can see that it was cut
            assert found is not Security.OPEN
            assert security.offer(elements.read(heard.beacon), heard.capability).security is not Security.WEP


def tails(data):
    """`data` from each element on, and nothing at the end."""
    at = 0
    while at < len(data):
        yield data[at:]
        at += 2 + data[at + 1]
    yield b""
