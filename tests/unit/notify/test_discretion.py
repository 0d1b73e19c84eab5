"""Nothing leaves in a message that the settings do not allow, whatever a device calls itself."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from netguard.config import Notify
from netguard.notify.discretion import HIDDEN, MAX_NAME, Discretion, plain
from tests.hostile.corpus import NASTY

CLOSED = Discretion(Notify(), macs=["00:00:5e:00:53:a1"])
OPEN = Discretion(Notify(addresses=True, macs=True))

ANY_IPV4 = re.compile(r"\d{1,3}[._-]\d{1,3}[._-]\d{1,3}[._-]\d{1,3}")
ANY_IPV6 = re.compile(r"[0-9a-f]*:[0-9a-f]*:[0-9a-f:]*", re.IGNORECASE)
ANY_MAC = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{2}[:._ -]?){5}[0-9a-f]{2}(?![0-9a-f])", re.IGNORECASE)
MARKUP = re.compile(
    r"[<>\[\]{}*_`~|#@\\$=!?^\"]|://|//|www\.|\.[a-z]|[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]",
    re.IGNORECASE,
)

hexes = st.text("0123456789abcdefABCDEF:.-_ ", max_size=40)
names = st.one_of(st.text(max_size=80), hexes, st.lists(st.one_of(hexes, st.text(max_size=5)), max_size=6).map("".join))


@given(names)
@example("a1:b2:c3:d4:e5:f6")
@example("192.168.1.20")
@example("1\u200b92.168.1.20")
@example("fe80::1%eth0")
@example("00<b>:00:5e:00:53:a1")
def test_no_name_carries_an_address_or_markup_by_default(name):
    said = CLOSED.name(name, "a device")
    assert len(said) <= MAX_NAME
    for pattern in (ANY_IPV4, ANY_IPV6, ANY_MAC, MARKUP):
        assert not pattern.search(said), (pattern.pattern, said)


@pytest.mark.parametrize("what", NASTY)
def test_nothing_of_the_hostile_corpus_is_more_than_words(what):
    for said in (CLOSED.name(NASTY[what], "a device"), CLOSED.sentence(NASTY[what]), OPEN.sentence(NASTY[what])):
        assert not MARKUP.search(said), said
        assert said.isprintable() or said == ""


@given(names)
def test_words_stay_words_when_they_are_read_again(name):
    assert plain(plain(name)) == plain(name)


@given(
    st.binary(min_size=6, max_size=6),
    st.sampled_from([":", "-", "", ".", "_", " "]),
    st.text(max_size=8),
    st.booleans(),
)
def test_a_mac_is_found_in_every_spelling(raw, gap, around, upper):
    mac = raw.hex(gap) if gap and gap != "." else raw.hex(".", 2) if gap == "." else raw.hex()
    mac = mac.upper() if upper else mac
    assert mac not in CLOSED.sentence(f"{around} {mac} {around}")


WIDE = {ord(sign): chr(ord(sign) + 0xFEE0) for sign in "0123456789abcdefABCDEF:.-,"}
"""Letters of double width (Unicode, Halfwidth and Fullwidth Forms)."""

DIGITS = ["0123456789", "٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९", "０１２３４５６７８９", "⁰¹²³⁴⁵⁶⁷⁸⁹"]
GAPS = [
    ".",
    "。",
    "．",
    "｡",
    "·",
    "・",
    "•",
    "‧",
    "∙",
    "․",
    ",",
    ", ",
    "，",
    "、",
    " ",
    "  ",
    "\u00a0",
    "\u3000",
    " . ",
    "-",
    "_",
    "/",
    ";",
    "|",
]


def numbers(said):
    """Every number in `said`, in digits of whichever script."""
    return re.findall(r"\d+", said)


@given(
    st.lists(st.integers(0, 255), min_size=4, max_size=4),
    st.sampled_from(GAPS),
    st.sampled_from(DIGITS),
    st.sampled_from(["", "cam ", "hub(", "·"]),
)
@example([192, 168, 1, 20], "·", DIGITS[0], "cam ")
@example([192, 168, 1, 20], "．", DIGITS[3], "")
@example([192, 168, 1, 20], ", ", DIGITS[0], "")
def test_an_ipv4_address_is_found_with_any_signs_between_and_in_any_digits(parts, gap, digits, before):
    spelt = gap.join(str(part) for part in parts).translate(str.maketrans("0123456789", digits))
    for said in (CLOSED.sentence(f"{before}{spelt} end"), CLOSED.name(f"{before}{spelt}", "a device")):
        assert len(numbers(said)) < 4, said
        assert not numbers(said), said
    told = Discretion(Notify(macs=True)).sentence(f"{before}{spelt}")
    assert not numbers(told), "also where MAC addresses may be told"


@given(
    st.binary(min_size=6, max_size=6),
    st.sampled_from([":", "-", ".", " ", " : ", "：", "－", "·", "・", "，", ", ", "‐", "–", "∶", "_", ""]),
    st.booleans(),
    st.booleans(),
)
@example(bytes.fromhex("00005e0053a1"), ":", True, False)
def test_a_mac_is_found_in_double_width_and_with_any_signs_between(raw, gap, wide, upper):
    spelt = gap.join(f"{byte:02x}" for byte in raw)
    spelt = spelt.upper() if upper else spelt
    said = CLOSED.sentence(f"hub {spelt.translate(WIDE) if wide else spelt} end")
    assert said == f"hub {HIDDEN} end"


@given(
    st.sampled_from(["fe80::1", "2001:db8::5", "2001:db8:0:0:0:0:0:5"]),
    st.sampled_from([":", "：", "∶", "ː", "꞉"]),
)
def test_an_ipv6_address_is_found_with_whatever_looks_like_a_colon(spelt, colon):
    said = CLOSED.sentence(f"lamp {spelt.replace(':', colon)}")
    assert said == f"lamp {HIDDEN}"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Front door", "Front door"),
        ("Ｋüche", "Küche"),
        ("Kanal 1, 2 und 3", "Kanal 1, 2 und 3"),
        ("ports 443, 8080, 8443, 9000", "ports 443, 8080, 8443, 9000"),
        ("कमरा २", "कमरा २"),
        ("Küche & Bad (oben)", "Küche & Bad (oben)"),
        ("Eve's phone", "Eve's phone"),
        ("ESP-0053A1", f"ESP-{HIDDEN}"),
        ("shelly00005e0053a1", f"shelly{HIDDEN}"),
        ("printer at 192.168.1.20", f"printer at {HIDDEN}"),
        ("host-192-168-1-20.lan", f"host-{HIDDEN} lan"),
        ("evil.example/login", "evil example login"),
        ("@everyone **free**", "everyone free"),
        ("v1.2.3", "v1.2.3"),
        ("tcp/8443: open", "tcp/8443: open"),
        ("हिन्दी", "हिन्दी"),
        ("deadbeef", "deadbeef"),
    ],
)
def test_what_becomes_of_names(name, said):
    assert CLOSED.name(name, "a device") == said


def test_what_is_allowed_is_told():
    assert OPEN.sentence("hub at 192.168.1.20") == "hub at 192.168.1.20"
    addresses_only = Discretion(Notify(addresses=True), macs=["00:00:5e:00:53:a1"])
    assert addresses_only.sentence("hub at 192.168.1.20, ESP-0053A1") == f"hub at 192.168.1.20, ESP-{HIDDEN}"
    assert Discretion(Notify(macs=True)).sentence("ESP-0053A1 at 192.168.1.20") == f"ESP-0053A1 at {HIDDEN}"
    assert Discretion(Notify(macs=True)).sentence("hub 00-00-5e-00-53-a1") == "hub 00-00-5e-00-53-a1"


def test_without_names_none_is_told():
    assert Discretion(Notify(names=False)).name("Front door", "a lock") == "a lock"
    assert CLOSED.name("\u202e\x00 <> ", "a lock") == "a lock"
