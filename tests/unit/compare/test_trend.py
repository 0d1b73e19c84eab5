"""What each scan told, since when each problem stands, and a device's story."""

import dataclasses

from netguard.compare.trend import Event, Since, standing_since, story, told
from netguard.model.vocabulary import Role, Status
from tests import builders
from tests.unit.compare.over_time import (
    WEEK,
    camera,
    closed,
    dated,
    elsewhere,
    entry,
    finding,
    known,
    router,
    scan,
)

CAMERA = camera()
BAD, FINE, UNKNOWN = (finding("x", CAMERA, status) for status in (Status.FAIL, Status.PASS, Status.UNKNOWN))
OTHER = finding("y", CAMERA)


def entries(*scans):
    return [entry(s) for s in dated(scans)]


def judged(*findings):
    return scan(router(), CAMERA, findings=findings)


def test_what_each_scan_told():
    assert told([]) == ()
    assert told(entries(judged(BAD, OTHER), judged(BAD), judged(FINE, OTHER), judged(BAD, OTHER), judged(BAD))) == (
        (2, 0),
        (0, 0),
        (0, 1),
        (1, 0),
        (0, 0),
    )


def test_what_could_not_be_looked_at_is_neither_new_nor_resolved():
    assert told(entries(judged(BAD), judged(UNKNOWN), judged(BAD), judged(UNKNOWN), judged(FINE))) == (
        (1, 0),
        (0, 0),
        (0, 0),
        (0, 0),
        (0, 1),
    )


def test_each_place_has_a_history_of_its_own():
    assert told(entries(judged(BAD), elsewhere(judged(BAD)), judged(BAD), elsewhere(judged(FINE)))) == (
        (1, 0),
        (1, 0),
        (0, 0),
        (0, 1),
    )


def test_an_entry_without_its_router_belongs_to_the_place_and_takes_nothing_from_it():
    nowhere = dataclasses.replace(judged(BAD), vantage=dataclasses.replace(judged().vantage, gateway=None))
    guests = elsewhere(judged(BAD))
    same_prefix = dataclasses.replace(
        judged(BAD), vantage=dataclasses.replace(judged().vantage, gateway=guests.vantage.gateway)
    )
    assert told(entries(nowhere, judged(BAD), same_prefix)) == ((1, 0), (0, 0), (1, 0))


def test_since_when_a_finding_stands():
    series = entries(judged(OTHER), judged(BAD, OTHER), judged(UNKNOWN, OTHER), judged(BAD, OTHER))
    assert standing_since(series) == {
        BAD.fingerprint: Since(first_at=builders.NOW + WEEK, scans=2),
        OTHER.fingerprint: Since(first_at=builders.NOW, scans=4),
    }
    assert standing_since([]) == {}


def test_a_finding_that_was_resolved_stands_since_it_broke_out_anew():
    series = entries(judged(BAD), judged(FINE), judged(BAD), judged(BAD))
    assert standing_since(series) == {BAD.fingerprint: Since(first_at=builders.NOW + 2 * WEEK, scans=2)}


def test_what_is_not_open_in_the_last_scan_is_not_told():
    assert standing_since(entries(judged(BAD), judged(UNKNOWN))) == {}


def test_a_finding_stands_since_before_its_device_had_another_key():
    renamed = camera(key="hue:1")
    series = entries(judged(BAD), scan(router(), renamed, findings=(finding("x", renamed),)))
    registered = known("a", "hue:1", CAMERA.key)
    assert standing_since(series, [registered]) == {
        finding("x", renamed).fingerprint: Since(first_at=builders.NOW, scans=2)
    }
    assert standing_since(series)[finding("x", renamed).fingerprint].scans == 1


def test_the_story_of_a_device():
    mine = known("a", CAMERA.key)
    scans = (
        scan(router()),
        scan(router(), camera(firmware="1.0")),
        scan(router(), camera(firmware="1.1", services=(443, 23)), findings=(BAD,)),
        scan(router(), camera(firmware="1.1", services=(443, closed(23))), findings=(FINE,)),
        scan(router()),
        scan(router()),
        scan(router(), camera(33, key=CAMERA.key, mac=CAMERA.mac, name="Porch", services=())),
        scan(router(), builders.device(33, Role.DOORBELL, key=CAMERA.key, mac=CAMERA.mac, name="Porch")),
    )
    told = [(e.what, e.before, e.after) for e in story(entries(*scans), mine)]
    assert told == [
        ("seen", None, "camera 20"),
        ("port", None, "tcp/443"),
        ("firmware", "1.0", "1.1"),
        ("port", None, "tcp/23"),
        ("finding", None, "x"),
        ("port", "tcp/23", None),
        ("finding", "x", None),
        ("gone", "camera 20", None),
        ("back", None, "Porch"),
        ("address", "192.0.2.20", "192.0.2.33"),
        ("name", "camera 20", "Porch"),
        ("role", "camera", "doorbell"),
    ]
    first = story(entries(*scans), mine)[0]
    assert first == Event(at=builders.NOW + WEEK, scan_id="000000000001", what="seen", before=None, after="camera 20")


def test_the_story_follows_former_keys_and_tells_of_nobody_else():
    mine = known("a", "hue:1", CAMERA.key)
    series = entries(scan(router(), CAMERA), scan(router(), camera(key="hue:1")), scan(router(), camera(77)))
    assert [e.what for e in story(series, mine)] == ["seen", "port"]
    assert story(series, known("b", "mac:none")) == ()


def test_other_versions_and_macs_are_part_of_the_story():
    mine = known("a", "tls:1")

    def having(number, version):
        service = dataclasses.replace(builders.service(22), product="sshd", version=version)
        return scan(
            router(),
            builders.device(number, Role.NAS, key="tls:1", name="Box", mac_randomised=False, services=(service,)),
        )

    events = story(entries(having(20, "1"), having(21, "2")), mine)
    assert [(e.what, e.before, e.after) for e in events[2:]] == [
        ("address", "192.0.2.20", "192.0.2.21"),
        ("mac", "00:00:5e:00:53:14", "00:00:5e:00:53:15"),
        ("port", "tcp/22 sshd 1", "tcp/22 sshd 2"),
    ]


def test_the_story_is_of_who_bears_a_key_today():
    """The key was the hub's once and is another device's now: what that did is none of the hub's story."""
    hub, other = known("a", "hue:1", CAMERA.key), known("b", CAMERA.key)
    series = entries(scan(router(), camera(key="hue:1")), scan(router(), CAMERA), scan(router(), CAMERA))
    assert [e.what for e in story(series, hub, (hub, other))] == ["seen", "port", "gone"]
    assert story(series, hub, (hub, other))[0].scan_id == series[0].line.id
    assert [e.scan_id for e in story(series, other, (hub, other)) if e.what == "seen"] == [series[1].line.id]


def behind_another_router(scanned):
    vantage = dataclasses.replace(scanned.vantage, gateway=elsewhere(scanned).vantage.gateway)
    return dataclasses.replace(scanned, vantage=vantage)


def test_the_story_begins_once_whatever_router_the_device_is_behind():
    before = scan(router(), camera(firmware="1.0"), findings=(BAD,))
    after = behind_another_router(
        scan(router(), camera(firmware="1.1", services=(443, 23)), findings=(BAD, OTHER)),
    )
    events = story(entries(before, after, after), known("a", CAMERA.key))
    assert [(e.what, e.before, e.after, e.scan_id[-1]) for e in events] == [
        ("seen", None, "camera 20", "0"),
        ("port", None, "tcp/443", "0"),
        ("finding", None, "x", "0"),
        ("firmware", "1.0", "1.1", "1"),
        ("port", None, "tcp/23", "1"),
        ("finding", None, "y", "1"),
    ]


def test_the_story_of_a_device_at_two_places_goes_on_at_each():
    guests, gone = elsewhere(scan(router(), CAMERA)), elsewhere(scan(router()))
    home = scan(router(), CAMERA)
    events = story(entries(home, guests, home, gone, gone, home, guests), known("a", CAMERA.key))
    assert [e.what for e in events] == ["seen", "port", "gone", "back"]


def test_the_story_counts_days_by_what_passed_at_each_place():
    """A lock is gone after five scans without it and a fortnight, whatever the clock of the first one said."""
    series = dated([scan(router(), builders.device(20, Role.LOCK)), *[scan(router())] * 5])
    series[0] = dataclasses.replace(series[0], started_at=builders.NOW + 200 * WEEK)
    events = story([entry(s) for s in series], known("a", CAMERA.key))
    assert [(e.what, e.scan_id[-1]) for e in events] == [("seen", "0"), ("gone", "5")]
