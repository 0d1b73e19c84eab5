"""What the report says of the air: own networks by access point, where the locks seem to be, and what could not be seen."""

from dataclasses import replace

import pytest

from netguard.model import address
from netguard.model.attempt import Attempt
from netguard.model.scan import Scan
from netguard.model.vocabulary import DOOR_ROLES, Outcome, Pmf, Security, WpsMethod
from netguard.model.wifi import BasicServiceSet, Wps
from netguard.report.formats import text
from netguard.report.view import view
from netguard.report.wifi import LOOK, MOST_STRANGERS, NAME_THEM, wps_said
from tests.golden.report.air import GUESTS, HOME, NETWORKS, THINGS
from tests.golden.report.residents import mac_of
from tests.golden.report.sample import NOW, sample_scan


@pytest.fixture
def scan() -> Scan:
    return sample_scan()


def said(scan: Scan, *networks: BasicServiceSet):
    return view(replace(scan, wifi=networks), NOW).wifi


def test_own_networks_stand_together_by_the_box_they_come_out_of(scan: Scan) -> None:
    router, other = view(scan, NOW).wifi.points
    assert router.name == "Router", "it is known by its hardware address"
    assert [(n.name, n.place) for n in router.networks] == [
        (HOME, "2.4 GHz, channel 6"),
        (HOME, "5 GHz, channel 44"),
        (GUESTS, "5 GHz, channel 44"),
        (THINGS, "2.4 GHz, channel 6"),
    ]
    assert other.name == "Access point 00:00:5e:00:53:c0"
    assert [(n.connected, n.locks, n.wps) for n in router.networks[:3]] == [
        (False, True, True),
        (True, True, True),
        (False, False, False),
    ]


def test_a_lock_whose_address_is_near_is_not_taken_for_the_access_point(scan: Scan) -> None:
    near = replace(NETWORKS[0], bssid=address.mac("00:00:5e:00:53:15"))
    assert said(scan, near).points[0].name == "Access point 00:00:5e:00:53:15"
    assert said(scan, replace(near, bssid=None)).points[0].name == "An access point"


def test_what_was_found_stands_beside_the_band_it_was_found_on(scan: Scan) -> None:
    old, new, guests, _ = view(scan, NOW).wifi.points[0].networks
    assert [p.title.partition("channel 6 ")[2] for p in old.problems] == [
        "has WPS on and announces its PIN",
        "still lets devices in with the first WPA",
    ]
    assert [p.severity for p in new.problems] == ["medium", "info"]
    assert guests.problems == ()
    placeless = replace(NETWORKS[0], band=None, channel=None)
    assert len(said(scan, placeless).points[0].networks[0].problems) == 4, "without a place all of that name are"
    exact = tuple(replace(f, title=f"Another's ({mac_of(0x99)}) {f.title}") for f in scan.findings)
    assert view(replace(scan, findings=exact), NOW).wifi.points[0].networks[0].problems == ()
    own = tuple(replace(f, title=f"Its ({mac_of(2)}) {f.title}") for f in scan.findings)
    assert len(view(replace(scan, findings=own), NOW).wifi.points[0].networks[0].problems) == 4


def test_what_protects_a_network_is_said_in_words(scan: Scan) -> None:
    old = {d.label: d.text for d in view(scan, NOW).wifi.points[0].networks[0].details}
    assert old == {
        "Encryption": "WPA2 with a password, and the first WPA beside it",
        "Ciphers": "AES (CCMP), TKIP; for broadcasts TKIP",
        "Older devices": "let in by an older way beside the newest",
        "Management frames": "not protected",
        "WPS": "on (version 2.0), announces a PIN; ways in: the PIN on its label and its button",
        "Hardware address": "00:00:5e:00:53:02",
        "Signal": "-48 dBm",
        "Heard by": "nl80211",
    }
    bare = replace(
        NETWORKS[0], security=Security.OPEN, bssid=None, signal_dbm=None, sources=(), transition=None, wps=None
    )
    assert [(d.label, d.text) for d in said(scan, bare).points[0].networks[0].details] == [
        ("Encryption", "open: no password and no encryption"),
        ("Older devices", "not visible from here"),
        ("WPS", "not visible from here"),
    ]
    odd = replace(NETWORKS[0], pairwise=("ccmp", "99"), group=None, pmf=None)
    details = {d.label: d.text for d in said(scan, odd).points[0].networks[0].details}
    assert details["Ciphers"] == "AES (CCMP), number 99; for broadcasts not visible from here"
    assert details["Management frames"] == "not visible from here"


@pytest.mark.parametrize(
    ("wps", "expected"),
    [
        (None, "not visible from here"),
        (Wps(), "not visible from here"),
        (Wps(present=False), "not announced, so off as far as can be seen"),
        (Wps(present=True), "on, whether its PIN is offered is not visible from here"),
        (Wps(present=True, methods=()), "on, announces no PIN"),
        (Wps(present=True, methods=(WpsMethod.PUSH_BUTTON,)), "on, announces no PIN; ways in: its button"),
        pytest.param(
            Wps(present=True, methods=(WpsMethod.KEYPAD,), version="1.0", locked=True, configured=False, active=True),
            "on (version 1.0), announces a PIN; ways in: a PIN typed in, locked just now, never set up, "
            "letting somebody in just now",
        ),
    ],
)
def test_wps_is_said_as_far_as_it_was_announced(wps: Wps | None, expected: str) -> None:
    assert wps_said(wps) == expected


def test_where_the_locks_seem_to_be_rests_on_where_they_answered(scan: Scan) -> None:
    wifi = view(scan, NOW).wifi
    assert wifi.locks is not None
    assert wifi.locks.startswith(f"Hallway lock bridge and Front door seem to be on “{HOME}”")
    unlinked = tuple(replace(n, associated=None) for n in NETWORKS)
    assert said(scan, *unlinked).locks == wifi.locks, "the name of the computer's network says the same"
    here = scan.vantage.segment
    cable = replace(scan, vantage=replace(scan.vantage, segment=replace(here, ssid=None)))
    lines = said(cable, *unlinked)
    assert lines.locks is not None
    assert "are on is not known, because this scan was not made through one of them" in lines.locks
    assert not any(n.locks for p in lines.points for n in p.networks)
    one = tuple(d for d in scan.devices if d.name == "Front door")
    single = view(replace(scan, devices=one), NOW).wifi.locks
    assert single is not None
    assert single.startswith("Front door seems to be on “Sample Wi-Fi”: there it answered")
    none = tuple(d for d in scan.devices if d.role not in DOOR_ROLES or not d.seen)
    assert view(replace(scan, devices=none), NOW).wifi.locks is None


def test_neighbours_are_context_and_counted(scan: Scan) -> None:
    wifi = view(scan, NOW).wifi
    assert [n.name for n in wifi.strangers] == ["00:00:5e:00:53:d8", "DIRECT-a1-TV", "Next door"]
    assert (wifi.strangers_counted, wifi.more_strangers) == ("3 networks", 0)
    assert [n.name for n in wifi.unsure] == [HOME]
    crowd = [replace(NETWORKS[6], bssid=None, ssid=f"n{n:04}\x1b[31m") for n in range(MOST_STRANGERS + 7)]
    many = said(scan, *crowd)
    assert (len(many.strangers), many.more_strangers) == (MOST_STRANGERS, 7)
    assert "\x1b" not in many.strangers[0].name
    assert "and 7 more" in text.render(replace(scan, wifi=tuple(crowd)), NOW)


def test_what_could_not_be_seen_is_said_with_what_would_help(scan: Scan) -> None:
    (gap,) = view(scan, NOW).wifi.unseen
    assert gap.what == (
        f"“{HOME}” at 2.4 GHz, channel 11: its ciphers, whether management frames are protected and whether WPS is on",
        f"“{HOME}” at 5 GHz, channel 44: whether WPS offers a PIN",
    )
    assert "netguard wifi --live" in gap.how
    blind = replace(NETWORKS[0], security=Security.UNKNOWN, band=None, channel=None, wps=Wps(present=True))
    assert said(scan, blind).unseen[0].what == (f"“{HOME}”: its encryption and whether WPS offers a PIN",)
    assert said(scan, replace(NETWORKS[0], pmf=Pmf.REQUIRED)).unseen == ()


def test_without_any_own_network_it_says_why_and_how(scan: Scan) -> None:
    strange = said(scan, *NETWORKS[6:])
    assert (strange.points, strange.locks) == ((), None)
    assert [(g.what, g.how) for g in strange.unseen] == [(("Which of the networks heard is yours",), NAME_THEM)]
    nothing = said(scan)
    assert [(g.what, g.how) for g in nothing.unseen] == [(("No Wi-Fi was looked at",), LOOK)]
    failed = Attempt(stage="wifi", target="wlan0", outcome=Outcome.FAILED, reason="this computer has no Wi-Fi.")
    tried = said(replace(scan, attempts=(*scan.attempts, failed)))
    assert tried.unseen[0].what == ("No Wi-Fi could be looked at: this computer has no Wi-Fi",)


def test_a_finding_about_wifi_is_about_a_network_with_a_name(scan: Scan) -> None:
    problem = next(p for p in view(scan, NOW).problems if p.check == "wifi-tkip")
    assert (problem.who, problem.where, problem.door) == (f"Wi-Fi “{HOME}”", None, False)
    assert problem.rests == "What the access points announce; see “Your Wi-Fi”."
    counted = {g.what: g.counted for g in view(scan, NOW).passed}
    assert counted["No Wi-Fi of yours is open"] == f"Wi-Fi “{THINGS}” and Wi-Fi “{GUESTS}”"
