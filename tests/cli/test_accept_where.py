"""For which site and for which device a risk is accepted: the one that is meant, and never another."""

import re
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

import pytest

from netguard.cli import _overlays
from netguard.cli._known import Book
from netguard.compare import registry
from netguard.errors import UsageError
from netguard.history.store import History
from netguard.model import address
from netguard.model.vantage import Segment
from netguard.report.formats import text
from netguard.report.view import view
from tests import builders
from tests.cli.accepting import (
    BRIDGE,
    CAMERA,
    ELSEWHERE,
    NOW,
    SECOND,
    SOON,
    TELNET,
    accept,
    finding,
    keep,
    kept,
    run,
    scan,
)

FLAT = replace(finding(BRIDGE, "", check="lock-shares-segment", title="Locks share it"), target="network")


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/h.sqlite"


@pytest.fixture
def two(url):
    """Two sites; the last scan is of home. Telnet is open in both, the second port in the cabin only."""
    keep(url, scan(1, TELNET, SECOND, FLAT, number=1, site="cabin"), scan(0, TELNET, FLAT, ELSEWHERE, number=2))
    return url


def command(url, reference, site=None):
    """The command by which the report of that scan says that its telnet could be accepted."""
    document, overlay = _overlays.opened(reference, url, site, NOW)
    return next(p.accept for p in view(document, NOW, overlay=overlay).problems if p.title == TELNET.title)


def test_where_there_are_several_sites_the_command_in_a_report_names_its_own_and_works(two):
    for reference, site in ((f"{1:012x}", "cabin"), (f"{2:012x}", "home")):
        said = command(two, reference)
        assert said == f"netguard accept {TELNET.fingerprint[:12]} --site {site} --reason WHY --until DATE"
        run(two, *said.replace("WHY", "x").replace("DATE", SOON).split()[2:])
        assert [a.site for a in kept(two, site)] == [site]


def test_where_there_is_one_site_no_command_names_it(url):
    keep(url, scan(0, TELNET))
    assert command(url, "latest") == f"netguard accept {TELNET.fingerprint[:12]} --reason WHY --until DATE"


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Grandma's house", "--site 'Grandma'\"'\"'s house'"),
        ("Büro", "--site 'Büro'"),
        ("x; reboot", None),
        ("-x", None),
    ],
)
def test_a_sites_name_is_typed_safely_or_not_at_all(two, name, typed):
    keep(two, scan(0, TELNET, number=3, site=name))
    document, overlay = _overlays.opened(f"{3:012x}", two, None, NOW)
    said = text.render(document, NOW, overlay=overlay)
    assert (typed in " ".join(said.split())) if typed else ("netguard accept" not in said)


@pytest.mark.parametrize("target", [TELNET.fingerprint, "telnet-open@Hall bridge", "lock-shares-segment@network"])
def test_what_stands_open_in_several_sites_needs_one_to_be_named(two, target):
    with pytest.raises(UsageError, match="in several sites: say which is meant with --site home or --site cabin"):
        accept(two, target)
    assert kept(two) == kept(two, "cabin") == ()
    assert accept(two, target, "--site", "cabin").stdout.startswith(f"Accepted in site cabin until {SOON} by ada (")
    assert len(kept(two, "cabin")) == 1
    assert kept(two) == ()


@pytest.mark.parametrize(("target", "site"), [(SECOND.fingerprint, "cabin"), (ELSEWHERE.fingerprint, "home")])
def test_what_stands_open_in_one_site_only_is_accepted_there(two, target, site):
    assert f"Accepted in site {site} until " in accept(two, target).stdout
    assert len(kept(two, site)) == 1


def test_what_is_open_at_home_is_accepted_also_after_a_scan_of_the_guest_network(url):
    guests = replace(scan().vantage, segment=Segment(prefix=address.network("198.51.100.0/24")))
    keep(url, scan(1, TELNET, number=1), scan(0, number=2, vantage=guests))
    said = accept(url, "telnet-open@Hall bridge").stdout
    assert "  Telnet is open on Hall bridge at tcp/23\n" in said
    assert "not open in the latest scan" not in said
    assert "with 1 accepted risk (D if it counted)." in said


def test_what_is_not_open_now_changes_no_grade_and_says_so(url):
    keep(url, scan(7, TELNET), scan(0, number=1))
    said = accept(url, TELNET.fingerprint).stdout
    assert "Nothing of it counts now; nor does it when it is found open again until then.\n" in said


def _taken_apart(url):
    """Merged by mistake, scanned as one, and taken apart again; with names of their own."""
    keep(url, scan(1, TELNET, ELSEWHERE, number=1))
    with History.open(url) as history:
        bridge, camera = (next(k for k in history.known("home") if k.key == d.key) for d in (BRIDGE, CAMERA))
        history.change_known("home", lambda _: registry.joined(bridge, camera))
    at = NOW - timedelta(hours=3)
    merged = replace(BRIDGE, former_keys=(CAMERA.key,))
    keep(
        url,
        builders.scan(merged, id=f"{2:012x}", started_at=at, finished_at=at, findings=(TELNET,), grade=scan().grade),
    )
    with History.open(url) as history:
        history.change_known("home", lambda known: registry.parted(known[0], [CAMERA.key], "f" * 12))
        history.change_known(
            "home",
            lambda known: tuple(replace(k, said_name="Yard" if k.key == CAMERA.key else "Hall") for k in known),
        )


@pytest.mark.parametrize(
    ("name", "own"), [("Yard", CAMERA), (CAMERA.key, CAMERA), ("Hall", BRIDGE), (BRIDGE.key, BRIDGE)]
)
def test_of_devices_taken_apart_the_one_is_accepted_that_is_named(url, name, own):
    """The last scan has the two as one still, under the other's key."""
    _taken_apart(url)
    assert {k.key for k in Book(url, "home").known()} >= {BRIDGE.key, CAMERA.key}
    said = accept(url, f"telnet-open@{name}").stdout
    assert f"  Telnet is open on {own.name} at tcp/23" in said
    assert [a.device for a in kept(url)] == [own.key]
    assert f"  telnet-open on {'Yard' if own is CAMERA else 'Hall'}  " in run(url).stdout
    keep(url, scan(0, TELNET, ELSEWHERE, number=3))
    for reference in (f"{1:012x}", f"{3:012x}"):
        document, overlay = _overlays.opened(reference, url, None, NOW)
        assert {f.target for f in document.findings if f.fingerprint in overlay.decisions.accepted} == {own.key}


def test_a_device_that_only_the_scan_knows_is_found_there(url):
    with History.open(url) as history:
        history.save(scan(0, TELNET))
    accept(url, f"telnet-open@{BRIDGE.key}")
    assert [a.device for a in kept(url)] == [BRIDGE.key]


@pytest.mark.parametrize("several", [True, False])
def test_a_name_that_two_devices_have_is_asked_about(url, several):
    keep(url, scan(0, TELNET, ELSEWHERE))
    book = Book(url, "home")
    if several:
        book.change(book.find("Camera"), lambda known: (replace(known, said_name="Hall bridge"),))
    wanted = pytest.raises(UsageError, match=re.escape("several devices are meant")) if several else nullcontext()
    with wanted:
        accept(url, "telnet-open@Hall bridge")
    assert len(kept(url)) == (0 if several else 1)
