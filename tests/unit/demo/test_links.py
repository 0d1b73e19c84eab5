"""Devices with several addresses and cards, devices behind others, and what servers say of themselves through options."""

import pytest
from cryptography import x509

from netguard.demo import catalogue
from netguard.demo.certificates import Wanted, certificate
from netguard.demo.homes import Announcement, Card, Device, Home
from netguard.demo.recipes import avahi_daemon, dropbear
from netguard.demo.recipes._contract import Place
from netguard.errors import LabError


def device(name="thing", host=30, mac="00:11:32:00:00:30", **more):
    return Device(name=name, what="A thing", mac=mac, host=host, **more)


def home(*devices):
    return Home(prefix="10.9.8.0/24", router=catalogue.router(), laptop=catalogue.laptop(), devices=devices)


def place(daemon, of, in_home):
    return Place(
        daemon=daemon,
        home=in_home,
        device=of,
        address=in_home.address(of),
        interface="eth0",
        executable="/bin/x",
        folder="/f",
        tools={},
    )


def test_all_addresses_of_a_device_are_known_the_first_first():
    many = device(more_hosts=(31, 32), cards=(Card(mac="00:11:32:00:00:33", host=33),))
    assert home(many).addresses(many) == ("10.9.8.30", "10.9.8.31", "10.9.8.32", "10.9.8.33")
    assert many.macs == ("00:11:32:00:00:30", "00:11:32:00:00:33")


@pytest.mark.parametrize(
    "other",
    [
        device(name="other", mac="00:11:32:00:00:33", host=40),
        device(name="other", mac="00:11:32:00:00:40", host=33),
        device(name="other", mac="00:11:32:00:00:40", host=40, behind="nobody"),
        device(name="other", mac="00:11:32:00:00:40", host=40, behind="laptop"),
        device(name="other", mac="00:11:32:00:00:40", host=40, cards=(Card(mac="00:11:32:00:00:41", host=300),)),
    ],
)
def test_what_cannot_be_is_refused(other):
    two_cards = device(cards=(Card(mac="00:11:32:00:00:33", host=33),))
    with pytest.raises(LabError):
        home(two_cards, other)


def test_avahi_gets_a_group_for_each_instance_name_and_hexadecimal_where_xml_has_no_way():
    said = device(
        hostname="shelf.local",
        announces=(
            Announcement(instance="Loft #3", type="_http._tcp", port=80, txt=("a=<b>&", "raw=\x01\x1b")),
            Announcement(instance="Loft #3", type="_smb._tcp", port=445),
            Announcement(instance="55OLED806", type="_airplay._tcp", port=7000, txt=("alone",)),
        ),
        cards=(Card(mac="00:11:32:00:00:33", host=33),),
    )
    files = {name: str(content) for name, content in avahi_daemon.recipe(place("avahi-daemon", said, home(said))).files}
    config = files["/etc/avahi/avahi-daemon.conf"]
    assert "host-name=shelf\n" in config
    assert "allow-interfaces=eth0,eth1\n" in config
    groups = [content for name, content in files.items() if name.endswith(".service")]
    assert [group.count("<name>") for group in groups] == [1, 1]
    assert [group.count("<service>") for group in groups] == [2, 1]
    assert "<txt-record>a=&lt;b&gt;&amp;</txt-record>" in groups[0]
    assert '<txt-record value-format="binary-hex">raw=011b</txt-record>' in groups[0]
    assert "<txt-record>alone</txt-record>" in groups[1]


def test_ssh_is_offered_at_every_address():
    many = device(more_hosts=(31,))
    argv = dropbear.recipe(place("dropbear", many, home(many))).argv
    assert [argv[at + 1] for at, word in enumerate(argv) if word == "-p"] == ["10.9.8.30:22", "10.9.8.31:22"]


def test_a_certificate_can_have_any_subject_and_another_issuer():
    subject = "CN=hub,OU=Hub,O=Hubitat\\, Inc.,L=Scottsdale,ST=AZ,C=US"
    made, _ = certificate(Wanted(seed="seed", subject=subject, issuer="CN=Somebody Else"))
    read = x509.load_pem_x509_certificate(made)
    assert read.subject.rfc4514_string() == subject
    assert read.issuer.rfc4514_string() == "CN=Somebody Else"
