"""UPnP descriptions: whose are read, what is learnt of them, and what hostile ones come to."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.identify import identity
from netguard.identify.devices import devices
from netguard.model import address
from netguard.model.observation import KINDS, Fact, Sighting
from netguard.model.vocabulary import Transport
from netguard.net.failures import NoAnswer
from netguard.probe import _description, _http, upnp
from netguard.probe._contract import Declined, Target
from tests.builders import device, service
from tests.servers import LOOPBACK
from tests.unit.probe.conftest import TARGET, TEXT, make_ask, rules, texts
from tests.unit.probe.fakes.upnp import DESCRIPTION, page
from tests.unit.rules.test_records import HERE

OWN, ULA, LINK_LOCAL = "192.0.2.20", "fd00:77::20", "fe80::20"


def told(*locations):
    return [Fact(kind="ssdp.location", value=each, transport=Transport.UDP, port=1900) for each in locations]


def asked(*locations, at=(OWN,), facts=(), **given):
    found = device(addresses=tuple(map(address.ip, at)))
    ask = make_ask(**{"turn": "light", "facts": [*told(*locations), *facts], **given})
    return list(upnp.wants(found, ask))


def wanted(*locations, **given):
    return [(str(t.address), t.port, t.path) for t in asked(*locations, **given) if isinstance(t, Target)]


def declined(*locations, **given):
    notes = [note for note in asked(*locations, **given) if isinstance(note, Declined)]
    assert all(note.what.partition(" ")[0] == given.get("at", (OWN,))[0] for note in notes)
    return [note.reason for note in notes]


def test_what_the_device_announces_of_itself_is_asked_for_in_the_light_round():
    assert wanted(f"http://{OWN}:49152/desc.xml?x=1") == [(OWN, 49152, "/desc.xml?x=1")]
    assert wanted(f"http://{OWN}") == [(OWN, 80, "/")]
    assert wanted(f"http://{OWN}:49152/desc.xml", turn="deep") == []
    assert wanted() == []


@pytest.mark.parametrize(
    "location",
    [
        "http://192.0.2.21/desc.xml",
        "http://198.51.100.1/desc.xml",
        "http://127.0.0.1/desc.xml",
        "http://169.254.169.254/latest/meta-data",
        "http://router.example/desc.xml",
        "http://localhost/desc.xml",
        f"https://{OWN}/desc.xml",
        f"ftp://{OWN}/desc.xml",
        f"file://{OWN}/etc/passwd",
        f"http://user@{OWN}/desc.xml",
        f"http://{OWN}@192.0.2.21/desc.xml",
        f"http://192.0.2.21@{OWN}/desc.xml",
        f"http://{OWN}:0x50/",
        f"http://{OWN}:99999/",
        f"http://{OWN}/a b",
        f"http://{OWN}/é",
        "http://3221225984/desc.xml",
        "http://0300.0.2.24/desc.xml",
        "http://[fe80::20%25eth0]/desc.xml",
        "http://[::ffff:192.0.2.20]/desc.xml",
        f"//{OWN}/desc.xml",
        "http://[/",
        "desc.xml",
        "",
        "http://",
        f"http://{OWN}:9100/desc.xml",
        f"http://{OWN}:631/ipp.xml",
        f"http://{OWN}:445/",
        f"http://{OWN}/" + "a" * 600,
    ],
)
def test_nobody_else_and_nothing_strange_is_ever_asked(location):
    assert wanted(location, at=(OWN, LINK_LOCAL)) == []


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("http://192.0.2.21/desc.xml", "it names another host, 192.0.2.21"),
        ("http://[fd00::9]/desc.xml", "it names another host, fd00::9"),
        ("http://127.0.0.1/desc.xml", "it names this computer itself"),
        ("http://[::1]:80/desc.xml", "it names this computer itself"),
        ("http://169.254.169.254/latest/meta-data", "it names a link-local IPv4 address"),
        ("http://router.example/desc.xml", "its host is no address written as a number"),
        ("http:///desc.xml", "its host is no address written as a number"),
        (f"https://{OWN}/desc.xml", "it is no plain HTTP address"),
        ("file:///etc/passwd", "it is no plain HTTP address"),
        ("http://[/", "it is no address"),
        (f"http://user@{OWN}/desc.xml", "there is a user name in it"),
        ("http://[fe80::20%25eth0]/desc.xml", "there is an escape or a zone in its host"),
        (f"http://{OWN}:99999/", "its port is none"),
        (f"http://{OWN}:0/", "its port is none"),
        (f"http://{OWN}:9100/desc.xml", "port 9100 prints what it is sent"),
        (f"http://{OWN}:445/", "something else than HTTP is spoken there"),
        (f"http://{OWN}/a b", "characters in its path"),
    ],
)
def test_what_is_not_followed_is_declined_with_its_exact_reason(location, why):
    (reason,) = declined(location)
    assert why in reason
    assert wanted(location) == []


def test_what_is_followed_is_not_declined_and_thousands_of_others_are_few_notes():
    assert declined(f"http://{OWN}:49152/desc.xml") == []
    assert declined(f"http://{OWN}:49152/desc.xml", turn="deep") == []
    assert declined("http://192.0.2.21/d.xml", "http://192.0.2.21/d.xml") == declined("http://192.0.2.21/d.xml")
    assert len(declined(*(f"http://192.0.2.21/{n}.xml" for n in range(5000)))) == upnp.MAX_DECLINED
    assert all(len(reason) < 300 for reason in declined("http://192.0.2.21/" + "x" * 9000))
    (reason,) = declined(*(f"http://{OWN}:5000/{n}.xml" for n in range(9)))
    assert "5 descriptions more than are read" in reason


def test_a_device_without_an_address_is_not_asked():
    assert asked(f"http://{OWN}/d.xml", at=()) == []


def test_an_answer_from_a_link_local_address_may_name_the_device_s_own_other_one():
    assert wanted(f"http://[{ULA}]:5000/rootDesc.xml", at=(LINK_LOCAL, ULA)) == [(ULA, 5000, "/rootDesc.xml")]
    assert wanted(f"http://[{ULA}]:5000/rootDesc.xml", at=(LINK_LOCAL,)) == []


def test_one_description_that_is_announced_at_several_addresses_is_read_once_at_the_first():
    locations = [f"http://[{ULA}]:5000/d.xml", f"http://{OWN}:5000/d.xml", f"http://{OWN}:5000/other.xml"]
    assert wanted(*locations, at=(OWN, ULA)) == [(OWN, 5000, "/d.xml"), (OWN, 5000, "/other.xml")]
    assert wanted(*locations[:1], at=(OWN, ULA)) == [(ULA, 5000, "/d.xml")]


def test_endless_announcements_cost_few_connections():
    many = wanted(*(f"http://{OWN}:{5000 + n}/{n}.xml" for n in range(50)))
    assert len(many) == upnp.MAX_DESCRIPTIONS
    assert many == wanted(*(f"http://{OWN}:{5000 + n}/{n}.xml" for n in reversed(range(50))))


def test_a_homekit_port_stays_untouched():
    hap = Fact(kind="dnssd.type", value="_hap._tcp", transport=Transport.TCP, port=8080)
    assert wanted(f"http://{OWN}:8080/d.xml", facts=[hap]) == []


def learnt(body):
    found: dict[str, list[str]] = {}
    for what in upnp.read(body, TARGET):
        if isinstance(what, Fact):
            assert (what.transport, what.port) == (Transport.TCP, TARGET.port)
            found.setdefault(what.kind, []).append(what.value)
    return found


def described(inner, outer=""):
    return f'<root xmlns="urn:schemas-upnp-org:device-1-0">{outer}<device>{inner}</device></root>'.encode()


def test_one_get_and_nothing_that_the_answer_says_is_followed(net, listener):
    where = b"HTTP/1.1 302 Found\r\nLocation: /other.xml\r\nContent-Length: 0\r\n\r\n"
    for answer, reason in ((page(DESCRIPTION), None), (where, "302"), (page(b"", b"401 x"), "401")):
        asked = listener(answer=answer)
        target = Target(address=LOOPBACK, port=asked.port, path="/description.xml")
        if reason:
            with pytest.raises(NoAnswer, match=reason):
                list(upnp.probe(target, net))
        else:
            assert {each.port for each in upnp.probe(target, net)} == {asked.port}
        assert asked.accepted == 1
        assert asked.received.startswith(b"GET /description.xml HTTP/1.1\r\n")
        assert asked.received.count(b"GET") == 1


@pytest.mark.parametrize("silent", [1, 2])
def test_who_announces_it_and_is_silent_is_asked_once_more_and_no_oftener(net, listener, silent):
    def behave(peer):
        if asked.accepted > silent and peer.recv(65536):
            peer.sendall(page(DESCRIPTION))

    asked = listener(behave=behave)
    target = Target(address=LOOPBACK, port=asked.port, path="/description.xml")
    if silent == 1:
        assert {each.port for each in upnp.probe(target, net)} == {asked.port}
    else:
        with pytest.raises(NoAnswer):
            list(upnp.probe(target, net))
    assert asked.accepted == 2


def test_the_port_counts_as_open_and_as_one_that_speaks_http(net, listener):
    asked = listener(answer=page(DESCRIPTION))
    found = next(upnp.probe(Target(address=LOOPBACK, port=asked.port, path="/d"), net))
    assert found == service(asked.port, at="127.0.0.1", name="http")


ROUTER = described(
    """
<deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:2</deviceType>
<friendlyName>FRITZ!Box 7590</friendlyName><manufacturer>AVM Berlin</manufacturer>
<modelName>FRITZ!Box 7590</modelName><modelNumber>avm</modelNumber><UDN>uuid:75802409-bccb-40e7-8e6c-3C3712000001</UDN>
<serviceList><service><serviceType>urn:schemas-any-com:service:Any:1</serviceType></service></serviceList>
<deviceList><device>
<deviceType>urn:schemas-upnp-org:device:WANDevice:2</deviceType><manufacturer>MiniUPnP</manufacturer>
<modelName>WAN Device</modelName><friendlyName>WANDevice</friendlyName><serialNumber>1</serialNumber>
<UDN>uuid:76802409-bccb-40e7-8e6b-3C3712000001</UDN>
<deviceList><device>
<deviceType>urn:schemas-upnp-org:device:WANConnectionDevice:2</deviceType><UDN>uuid:76802409-bccb-40e7-8e6a-3C3712000001</UDN>
<serviceList><service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:2</serviceType></service></serviceList>
</device></deviceList></device></deviceList>
""",
    outer="<systemVersion><HW>226</HW><Display>154.07.57</Display></systemVersion>",
)


def test_nested_devices_say_their_types_and_services_but_not_whose_they_are():
    found = learnt(ROUTER)
    assert found["upnp.manufacturer"] == ["AVM Berlin"]
    assert found["upnp.model"] == found["host.model"] == ["FRITZ!Box 7590"]
    assert found["upnp.name"] == ["FRITZ!Box 7590"]
    assert "upnp.serial" not in found
    assert [t.split(":")[3] for t in found["upnp.device-type"]] == [
        "InternetGatewayDevice",
        "WANDevice",
        "WANConnectionDevice",
    ]
    assert len(found["upnp.udn"]) == 3
    assert [t.split(":")[3] for t in found["upnp.service"]] == ["Any", "WANIPConnection"]
    assert found["firmware.version"] == ["154.07.57"]


@pytest.mark.parametrize(
    ("inner", "model", "firmware"),
    [
        # Belkin WeMo's and Sonos's additions, as their descriptions have them.
        (
            "<modelName>Insight</modelName><modelNumber>1.0</modelNumber><firmwareVersion>WeMo_WW_2.00</firmwareVersion>",
            "Insight 1.0",
            "WeMo_WW_2.00",
        ),
        (
            "<modelNumber>S18</modelNumber><modelName>Sonos One</modelName><softwareVersion>66.4-23300</softwareVersion>",
            "Sonos One S18",
            "66.4-23300",
        ),
        ("<modelName>Archer C7</modelName><modelNumber>C7</modelNumber>", "Archer C7", None),
        ("<modelName> TV </modelName><modelNumber/>", "TV", None),
        ("<modelNumber>7</modelNumber>", None, None),
    ],
)
def test_model_and_firmware_as_makers_write_them(inner, model, firmware):
    found = learnt(described(inner))
    assert found.get("host.model") == (model and [model])
    assert found.get("firmware.version") == (firmware and [firmware])


@pytest.mark.parametrize(
    "body",
    [
        DESCRIPTION.replace(b' xmlns="urn:schemas-upnp-org:device-1-0"', b""),
        DESCRIPTION.replace(b"urn:schemas-upnp-org:device-1-0", b"urn:dslforum-org:device-1-0"),
        b"\r\n\0" + DESCRIPTION + b"\0\0\r\n",
        b"\xef\xbb\xbf" + DESCRIPTION,
        DESCRIPTION.replace(b"UTF-8", b"ISO-8859-1"),
    ],
)
def test_sloppy_descriptions_are_read_all_the_same(body):
    assert learnt(body)["upnp.manufacturer"] == ["Signify"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "cannot be read"),
        (b"<html><head><title>Sign in</title></head></html>", "is none"),
        (b"<root><specVersion/></root>", "is none"),
        (b"<device><UDN>uuid:12345678</UDN></device>", "is none"),
        (DESCRIPTION[:-30], "cannot be read"),
        (b"\xff\xfe" + DESCRIPTION, "cannot be read"),
        (DESCRIPTION.replace(b"UTF-8", b"x-klingon"), "cannot be read"),
        (b'<?xml version="1.0"?><!DOCTYPE root [<!ENTITY a "aaaa">]>' + DESCRIPTION[39:], "DTDForbidden"),
        (
            b'<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><root><device><UDN>&b;</UDN></device></root>',
            "DTDForbidden",
        ),
        (b'<!DOCTYPE r SYSTEM "http://198.51.100.1/x.dtd"><root><device/></root>', "DTDForbidden"),
        (b"<root><device>" + b"<a>" * 200_000, "cannot be read"),
    ],
)
def test_broken_and_hostile_descriptions_are_reasons(body, reason):
    with pytest.raises(NoAnswer, match=reason):
        learnt(body)


def nested(levels, inner=""):
    for level in range(levels):
        inner = (
            f"<UDN>uuid:device-{level}</UDN><deviceType>t{level}</deviceType>"
            f"<deviceList><device>{inner}</device></deviceList>"
        )
    return described(inner)


def test_depth_and_numbers_are_bounded():
    assert len(learnt(nested(300))["upnp.udn"]) == _description.MAX_DEPTH
    wide = "".join(f"<device><UDN>uuid:{n:08}</UDN></device>" for n in range(500))
    assert len(learnt(described(f"<deviceList>{wide}</deviceList>"))["upnp.udn"]) == _description.MAX_DEVICES - 1
    many = "".join(f"<service><serviceType>s{n}</serviceType></service>" for n in range(500))
    assert len(learnt(described(f"<serviceList>{many}</serviceList>"))["upnp.service"]) == _description.MAX_SERVICES
    deep = b"<root><device>" + b"<x>" * 9000 + b"</x>" * 9000 + b"</device></root>"
    assert learnt(deep) == {}
    assert len(learnt(described(f"<manufacturer>{'M' * 50_000}</manufacturer>"))["upnp.manufacturer"][0]) <= 512


def test_a_description_larger_than_is_read_of_a_page_is_a_reason(net, listener):
    huge = described("<x>" + "y" * _http.MAX_BODY + "</x>")
    with pytest.raises(NoAnswer, match="cannot be read"):
        list(upnp.probe(Target(address=LOOPBACK, port=listener(answer=page(huge)).port, path="/d"), net))


@given(TEXT, st.sampled_from([b"", b"<root><device><UDN>", b"<root><device><modelName>"]))
def test_no_answer_breaks_the_reader(data, start):
    end = b"</UDN></device></root>" if b"UDN" in start else b"</modelName></device></root>" if start else b""
    try:
        found = list(upnp.read(start + data + end, TARGET))
    except NoAnswer:
        return
    for text in texts(found):
        assert not any(unicodedata.category(c) == "Cc" for c in text)


@given(
    st.recursive(
        st.sampled_from(["x", "", "uuid:12345678-1234", "1.0"]),
        lambda inner: st.lists(
            st.tuples(
                st.sampled_from(["device", "deviceList", "UDN", "deviceType", "serviceList", "service", "modelName"]),
                inner,
            ),
            max_size=5,
        ).map(lambda parts: "".join(f"<{name}>{text}</{name}>" for name, text in parts)),
    )
)
def test_no_shape_of_document_breaks_the_reader(inner):
    for kind in learnt(described(inner)):
        assert kind in KINDS


@given(st.text(max_size=80), st.sampled_from(["", "http://", f"http://{OWN}", f"http://{OWN}:", "http://["]))
def test_no_location_leads_to_anybody_else(text, start):
    for where, port, path in wanted(start + text):
        assert where == OWN
        _http.request(Target(address=address.ip(where), port=port), path)


def identified(hardware, *facts):
    """What a device with this MAC becomes when these facts were read from its descriptions."""
    at = address.ip(OWN)
    sighting = Sighting(source="arp", detail="x", address=at, mac=address.mac(hardware))
    found = devices((sighting,), {at: tuple(("upnp", each) for each in facts)}, (), (), HERE, rules())
    return next(each for each in found if at in each.addresses)


def test_the_name_of_a_program_is_no_model():
    program = Fact(kind="upnp.model", value="Windows Media Connect compatible (MiniDLNA)")
    nas = "00:11:32:00:11:22"
    assert identified(nas, program).model is None
    assert identified(nas, program, Fact(kind="upnp.model", value="DS218+")).model == "DS218+"


def test_the_description_is_identified_like_the_announcement_it_belongs_to():
    """The id in both is one identity, nested ones are more, and the facts reach the record."""
    usn = Fact(kind="ssdp.usn", value="uuid:2f402f80-DA50-11e1-9b23-ECB5FA00AABB::upnp:rootdevice")
    at = address.ip(OWN)
    sighting = Sighting(source="ssdp", detail="x", address=at, mac=address.mac("ec:b5:fa:00:aa:bb"), facts=(usn,))
    known = {at: tuple(("upnp", what) for what in upnp.read(DESCRIPTION, TARGET) if isinstance(what, Fact))}
    found = devices((sighting,), known, (), (), HERE, rules())
    bridge = next(each for each in found if at in each.addresses)
    assert bridge.key == "upnp:2f402f80-da50-11e1-9b23-ecb5fa00aabb"
    assert [i.kind for i in bridge.identities].count("upnp") == 1
    assert (bridge.profile, bridge.model) == ("philips-hue-bridge", "Philips hue bridge 2015")
    of_router = identity.told({"upnp.udn": tuple(learnt(ROUTER)["upnp.udn"])})
    assert len({i.value for i in of_router}) == 3
