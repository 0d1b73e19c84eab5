"""By what a device can be recognised again."""

import pytest

from netguard.identify.identity import MAX_IDENTITIES, identities, key, without_shared
from netguard.model.address import ip, mac
from netguard.model.vocabulary import Role, Stability

MAC, RANDOM = mac("54:d2:72:00:00:01"), mac("da:d2:72:00:00:01")
KEY = "a" * 64


def of(hardware=None, addresses=("192.0.2.9",), names=(), vendor=None, role=Role.UNKNOWN, **texts):
    return identities(
        macs=() if hardware is None else (hardware,),
        addresses=tuple(ip(a) for a in addresses),
        hostnames=names,
        texts={k.replace("__", "."): tuple(v) for k, v in texts.items()},
        vendor=vendor,
        role=role,
    )


EVERYTHING = {
    "dnssd__txt": ("_hap._tcp id=AA:BB:CC:DD:EE:FF", "_hue._tcp bridgeid=001788FFFE23BFC2", "_hap._tcp ci=6"),
    "dnssd__instance": ("0123456789ABCDEF-0000000000000001._matter._tcp",),
    "ssdp__usn": ("uuid:2f402f80-da50-11e1-9b23-001788102201::upnp:rootdevice",),
    "tls__key": (KEY,),
    "ssh__key": (KEY,),
}


def test_identities_come_strongest_first():
    found = of(MAC, names=("Box.local",), vendor="Nuki", role=Role.LOCK, **EVERYTHING)

    assert [i.kind for i in found] == ["homekit", "matter", "hue", "upnp", "tls", "ssh", "mac", "name", "address"]
    assert key(found) == "homekit:aa:bb:cc:dd:ee:ff"
    assert found[3].value == "2f402f80-da50-11e1-9b23-001788102201"
    assert found[7].value == "box/nuki/lock"


@pytest.mark.parametrize(
    ("hardware", "names", "expected"),
    [
        (MAC, (), "mac:54:d2:72:00:00:01"),
        (MAC, ("box",), "mac:54:d2:72:00:00:01"),
        (RANDOM, ("Annas-iPhone",), "name:annas-iphone/apple/phone"),
        (RANDOM, (), "random-mac:da:d2:72:00:00:01"),
        (RANDOM, ("localhost",), "random-mac:da:d2:72:00:00:01"),
        (None, ("host-192-0-2-9",), "address:192.0.2.9"),
        (None, (), "address:192.0.2.9"),
    ],
)
def test_the_key_is_the_strongest_there_is(hardware, names, expected):
    assert key(of(hardware, names=names, vendor="Apple", role=Role.PHONE)) == expected


def test_a_name_that_nothing_vouches_for_is_no_identity():
    assert key(of(RANDOM, names=("thing",))) == "random-mac:da:d2:72:00:00:01"


def test_stability_says_what_will_last():
    found = {i.kind: i.stability for i in of(MAC, names=("b",), vendor="N", role=Role.LOCK, **EVERYTHING)}

    assert found["mac"] is Stability.PERMANENT
    assert found["name"] is found["tls"] is Stability.STABLE
    assert found["address"] is of(RANDOM)[0].stability is Stability.TEMPORARY


@pytest.mark.parametrize(
    "texts",
    [
        {"dnssd__txt": ("_hap._tcp id=AA:BB:CC:DD:EE", "_hap._tcp id=<b>", "x_hap._tcp id=AA:BB:CC:DD:EE:FF")},
        {
            "upnp__udn": (
                "uuid:00000000-0000-0000-0000-000000000000",
                "uuid:00000000-0000-0000-0000-000000000002",
                "uuid:",
                "x",
            )
        },
        {"ssdp__usn": ("uuid:" + "x" * 500, "upnp:rootdevice")},
        {"tls__key": ("", "short", "k" * 200, "no\nkey" + "k" * 20)},
        {"dnssd__instance": ("Front Door._hap._tcp", "0123456789ABCDEF._matter._tcp")},
    ],
)
def test_what_has_not_the_form_of_an_id_is_none(texts):
    assert [i.kind for i in of(MAC, **texts)] == ["mac", "address"]


def test_what_two_devices_show_tells_neither_of_them():
    victim, impostor = of(MAC, **EVERYTHING), of(mac("00:66:66:66:66:66"), addresses=("192.0.2.10",), **EVERYTHING)

    first, second = without_shared([victim, impostor])

    assert [i.kind for i in first] == [i.kind for i in second] == ["mac", "address"]


def test_many_ids_are_cut_and_the_hardware_stays():
    found = of(MAC, ssdp__usn=tuple(f"uuid:device-number-{n}::x" for n in range(500)))

    assert len(found) == MAX_IDENTITIES
    assert "mac" in {i.kind for i in found}
    assert "address" in {i.kind for i in found}
