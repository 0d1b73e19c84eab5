"""Who made a network card."""

import sys

import pytest
from netaddr.eui import ieee

from netguard.errors import RulesError
from netguard.model.address import mac
from netguard.rules import vendors
from netguard.rules.loader import load

TABLE = load().vendors


def registry(text, prefix):
    data = text.encode()
    return vendors.VendorTable(blocks={}, registry=data, index=b"\n%d,0,%d\n" % (prefix, len(data)))


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("54:d2:72:00:00:01", "Nuki"),
        ("34:e1:d1:80:00:01", "Hubitat"),
        ("70:b3:d5:25:40:01", "Kwikset"),
        ("10:a4:50:00:00:01", "Kwikset"),
        ("00:17:88:00:00:01", "Philips Hue"),
        ("00:80:77:00:00:01", "Brother industries, LTD."),
    ],
)
def test_the_longest_known_prefix_names_the_maker(address, name):
    assert TABLE.name(mac(address)) == name


def test_a_block_that_was_cut_into_smaller_ones_names_nobody():
    assert TABLE.name(mac("34:e1:d1:00:00:01")) is None


@pytest.mark.parametrize(
    "address", ["56:d2:72:00:00:01", "01:00:5e:00:00:fb", "ff:ff:ff:ff:ff:ff", "33:33:00:00:00:01"]
)
def test_randomised_and_group_addresses_have_no_maker(address):
    assert TABLE.name(mac(address)) is None


def test_a_longer_prefix_goes_before_a_shorter_one():
    blocks = {(24, 0xA4DA22): "Whole", (28, 0xA4DA222): "Part", (36, 0xA4DA22212): "Small"}
    table = vendors.VendorTable(blocks=blocks)

    names = [table.name(mac(text)) for text in ("a4:da:22:00:00:00", "a4:da:22:20:00:00", "a4:da:22:21:20:00")]

    assert names == ["Whole", "Part", "Small"]


def test_our_reading_of_the_registry_agrees_with_netaddrs():
    for prefix in sorted(ieee.OUI_INDEX)[:: len(ieee.OUI_INDEX) // 200]:
        address = mac(f"{prefix:06x}000001")
        ours = vendors.VendorTable(blocks={}, registry=TABLE.registry, index=TABLE.index).name(address)
        if ours is not None:
            assert ours == " ".join(address.oui.registration().org.split())[: vendors.MAX_NAME]


def test_an_index_that_does_not_fit_the_registry_gives_no_wrong_name():
    assert registry("10-E9-93   (hex)\t\tSomebody else\n", 0x10E992).name(mac("10:e9:92:00:00:01")) is None
    assert registry("", 0x10E992).name(mac("10:e9:92:00:00:01")) is None
    assert registry("10-E9-92   (hex)\t\tPrivate\n", 0x10E992).name(mac("10:e9:92:00:00:01")) is None
    assert registry("10-E9-92   (hex)\t\tMaker\n", 0x10E992).name(mac("10:e9:92:00:00:01")) == "Maker"


def test_a_look_up_opens_no_file():
    seen = []
    watching = True

    def hook(event, args):
        if watching and event == "open":
            seen.append(args)

    sys.addaudithook(hook)
    assert TABLE.name(mac("00:05:cd:00:00:01"))
    watching = False

    assert seen == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("54D272,25,Nuki", "bits is '25'"),
        ("54D2,24,Nuki", "the prefix is not 6 hexadecimal digits"),
        ("54D27G,24,Nuki", "the prefix is not 6 hexadecimal digits"),
        ("54D272,24,", "the label is missing"),
        ("54D272,24,A\n54D272,24,B", "the prefix is there twice"),
        ("54D272", "bits is ''"),
    ],
)
def test_a_line_that_is_no_prefix_is_refused(line, expected):
    with pytest.raises(RulesError, match=r"vendors.csv: record [12] \(54D2") as caught:
        vendors.blocks(f"# comment\nprefix,bits,label\n{line}\n".encode())

    assert expected in str(caught.value)


def test_a_table_that_is_not_utf8_is_refused():
    with pytest.raises(RulesError, match="not UTF-8"):
        vendors.blocks(b"prefix,bits,label\n54D272,24,\xff\n")
