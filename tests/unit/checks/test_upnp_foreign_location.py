"""upnp-foreign-location: where a LOCATION leads, and what is the device's own."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.checks.upnp_foreign_location import judge
from netguard.model import address
from netguard.model.vocabulary import Confidence, Outcome, Role, Severity, Status
from tests import builders
from tests.unit.checks.announcing import FLOOD, ROUTER, upnp
from tests.unit.checks.judging import with_record

TV = builders.device(20, Role.TV, hostnames=("livingroom.local",))
CAMERA = builders.device(30, Role.CAMERA)


def one(*locations, devices=(ROUTER, TV, CAMERA), of=TV, **given):
    (finding,) = upnp(judge, *devices, said=[(of, "ssdp.location", text) for text in locations], **given)
    return finding


def outcome(location, **given):
    found = one(location, **given)
    return (found.severity, found.confidence) if found.status is Status.FAIL else found.status


MEDIUM = (Severity.MEDIUM, Confidence.LIKELY)
LOW = (Severity.LOW, Confidence.LIKELY)
POSSIBLE = (Severity.LOW, Confidence.POSSIBLE)


@pytest.mark.parametrize(
    ("location", "expected", "said"),
    [
        ("http://198.51.100.7/desc.xml", MEDIUM, "lies on the internet"),
        ("http://8.8.8.8:80/desc.xml", MEDIUM, "lies on the internet"),
        ("https://[2001:db8:7::1]/desc.xml", MEDIUM, "lies on the internet"),
        ("http://user@198.51.100.7/desc.xml", MEDIUM, "lies on the internet"),
        ("http://192.0.2.20@198.51.100.7/desc.xml", MEDIUM, "lies on the internet"),
        ("file:///etc/passwd", MEDIUM, "no web page"),
        ("ftp://192.0.2.20/desc.xml", MEDIUM, "no web page"),
        ("smb://192.0.2.20/share", MEDIUM, "no web page"),
        ("javascript:alert(1)", MEDIUM, "no web page"),
        ("http://127.0.0.1:8200/rootDesc.xml", MEDIUM, "to their own computer"),
        ("http://127.8.8.8/", MEDIUM, "to their own computer"),
        ("http://[::1]/", MEDIUM, "to their own computer"),
        ("http://0.0.0.0:80/", MEDIUM, "to their own computer"),
        ("http://169.254.169.254/latest/meta-data/", MEDIUM, "to their own computer"),
        ("http://[::ffff:169.254.169.254]/", MEDIUM, "to their own computer"),
        ("http://[::ffff:127.0.0.1]/", MEDIUM, "to their own computer"),
        ("http://239.255.255.250:1900/", MEDIUM, "to everybody"),
        ("http://255.255.255.255/", MEDIUM, "to everybody"),
        ("http://[ff02::c]/", MEDIUM, "to everybody"),
        ("http://192.0.2.30/desc.xml", POSSIBLE, "lies on something else (camera 30)"),
        ("http://[::ffff:192.0.2.30]/desc.xml", POSSIBLE, "lies on something else (camera 30)"),
        (f"http://{builders.OWN}/desc.xml", POSSIBLE, "lies on something else (this computer)"),
        ("http://192.0.2.77/desc.xml", POSSIBLE, "nobody here was seen at"),
        ("http://172.17.0.1:8200/desc.xml", POSSIBLE, "nobody here was seen at"),
        ("http://10.8.0.2/desc.xml", POSSIBLE, "nobody here was seen at"),
        ("http://100.101.102.103/desc.xml", POSSIBLE, "nobody here was seen at"),
        ("http://example.org/desc.xml", LOW, "under a name that is not its own"),
        ("http://localhost:8200/", LOW, "under a name that is not its own"),
        ("http://bedroom.local/", LOW, "under a name that is not its own"),
        ("http://2130706433/", LOW, "under a name that is not its own"),
        ("http://[nonsense]/", LOW, "under a name that is not its own"),
        ("http:///desc.xml", LOW, "cannot be read"),
        ("http:", LOW, "cannot be read"),
        ("//192.0.2.30/desc.xml", LOW, "cannot be read"),
        ("\\\\192.0.2.30\\share", LOW, "cannot be read"),
        ("/desc.xml", LOW, "cannot be read"),
        ("192.0.2.30:80/desc.xml", LOW, "cannot be read"),
    ],
)
def test_every_cell_of_the_table(location, expected, said):
    found = one(location)
    assert (found.severity, found.confidence) == expected
    assert (found.status, found.target, found.evidence) == (Status.FAIL, TV.key, ("o0",))
    assert said in found.title
    assert location not in found.title, "what a device says stands in the evidence, where it can be hidden"


@pytest.mark.parametrize(
    "location",
    [
        "http://192.0.2.20:80/desc.xml",
        "HTTP://192.0.2.20/desc.xml",
        "https://192.0.2.20/",
        "http://192.0.2.20",
        "http://x@192.0.2.20/",
        " http://192.0.2.20/ ",
        "http://[::ffff:192.0.2.20]/",
        "http://livingroom.local:8080/",
        "http://LivingRoom/",
        "http://livingroom.local./",
    ],
)
def test_what_lies_on_the_device_itself_is_all_right(location):
    assert outcome(location) is Status.PASS


def test_an_answer_from_link_local_may_name_the_devices_own_other_address():
    seen = replace(TV, addresses=(address.ip("fe80::20"),))
    own = {"devices": (ROUTER, seen, CAMERA), "of": seen}
    assert outcome("http://[fd00:77::1]:5000/rootDesc.xml", **own) is Status.PASS, (
        "a unique local address nobody else has"
    )
    assert outcome("http://[fe80::20]/", **own) is Status.PASS
    assert outcome("http://[fe80::21%25eth0]/", **own) is Status.PASS
    assert outcome("http://[2001:db8:1::77]/", **own) == MEDIUM, "no home's prefix is known"
    neighbour = replace(CAMERA, addresses=(address.ip("2001:db8:1::30"), address.ip("fd00:77::30")))
    with_prefix = {"devices": (ROUTER, seen, neighbour), "of": seen}
    assert outcome("http://[2001:db8:1::77]/", **with_prefix) is Status.PASS, "this home's own prefix"
    assert outcome("http://[2001:db8:1:1::77]/", **with_prefix) == MEDIUM, "another network's"
    assert outcome("http://[fd00:77::30]/", **with_prefix) == POSSIBLE, "somebody else's"


def test_one_finding_for_each_kind_of_place_and_device():
    second = builders.device(31, Role.NAS)
    places = ("http://198.51.100.7/", "http://198.51.100.8/", "http://192.0.2.30/", "http://192.0.2.31/", "file:///")
    found = upnp(judge, ROUTER, TV, CAMERA, second, said=[(TV, "ssdp.location", p) for p in places])
    assert [(f.severity, f.evidence) for f in found] == [
        (Severity.MEDIUM, ("o0", "o1")),
        (Severity.LOW, ("o2", "o3")),
        (Severity.MEDIUM, ("o4",)),
    ]
    assert "(camera 30, nas 31)" in found[1].title
    assert len({f.fingerprint for f in found}) == 3
    both = upnp(judge, TV, CAMERA, said=[(d, "ssdp.location", "file:///") for d in (TV, CAMERA)])
    assert [f.target for f in both] == [TV.key, CAMERA.key]
    assert len({f.fingerprint for f in both}) == 2


def test_a_new_address_on_the_internet_is_the_same_finding():
    assert one("http://198.51.100.7/a").fingerprint == one("http://203.0.113.9/b").fingerprint


def test_all_that_point_to_themselves_pass_together():
    said = [(TV, "ssdp.location", "http://192.0.2.20/a"), (CAMERA, "ssdp.location", "http://192.0.2.30/b")]
    (found,) = upnp(judge, ROUTER, TV, CAMERA, said=said)
    assert (found.status, found.target, found.evidence) == (Status.PASS, "network", ("o0", "o1"))


def test_nothing_passes_where_somebody_may_have_been_missed():
    failed = builders.attempt("discover.ssdp", Outcome.FAILED, "port 1900 is blocked here")
    found = one("http://192.0.2.20/", attempts=(failed,))
    assert found.status is Status.UNKNOWN
    assert "port 1900 is blocked here" in found.title
    (loud,) = upnp(judge, TV, said=((TV, "ssdp.location", "http://192.0.2.20/"), (TV, *FLOOD)))
    assert (loud.status, loud.target) == (Status.UNKNOWN, TV.key)
    both = upnp(judge, TV, said=((TV, "ssdp.location", "file:///"), (TV, *FLOOD)))
    assert [f.status for f in both] == [Status.FAIL, Status.UNKNOWN]


def test_where_nobody_announces_anything_it_does_not_apply():
    for devices in ((), (ROUTER, TV)):
        (found,) = upnp(judge, *devices)
        assert found.status is Status.NOT_APPLICABLE
    (number,) = upnp(judge, TV, said=((TV, "ssdp.location", 7),))
    assert number.status is Status.NOT_APPLICABLE


def test_the_record_says_what_to_do_on_this_very_device():
    device, rules = with_record(TV, {"upnp-foreign-location": "Menu, Media server: off."})
    assert one("file:///", devices=(device,), of=device, rules=rules).fix == "Menu, Media server: off."


@given(st.one_of(st.text(max_size=80), st.builds("http://{}/".format, st.text(max_size=40))))
def test_whatever_stands_there_there_is_one_answer_that_does_not_repeat_it(location):
    found = one(location)
    assert found.status in {Status.PASS, Status.FAIL}
    assert len(found.title) < 140
