"""Five scans of one home in which nothing changed but what always does: four differences, all empty."""

import dataclasses
import itertools

import pytest

from netguard.demo import appliances
from netguard.demo.catalogue import build_home
from tests.lab.weeks import History, lossy, rotated

WEEKS = 5


def phones(week):
    """Two phones that tell their names and one that tells nothing at all, with the private MACs of that week."""
    plain = dataclasses.replace(appliances.phone(), daemons=("avahi-daemon",), announces=())
    return {
        "phone": rotated(dataclasses.replace(plain, hostname="Annas-iPhone"), week),
        "tablet": rotated(dataclasses.replace(plain, name="tablet", hostname="Bens-iPad", host=140), week),
        "nameless": rotated(dataclasses.replace(appliances.phone(), name="nameless", host=190), week),
    }


@pytest.fixture(scope="module")
def weeks(tmp_path_factory):
    """Five scans into one history; 2 % of the frames are lost, and phones come with other MACs and addresses."""
    history = History(tmp_path_factory.mktemp("weeks"))
    scans = []
    for week in range(WEEKS):
        carried = phones(week)
        home = build_home(changes={"phone": carried.pop("phone")}, extra=carried.values())
        with lossy(dataclasses.replace(home, prefix6="fd77:1:2:3::/64")) as opened:
            scans.append(history.scan(opened, "--depth", "quick"))
    return history, scans


def test_the_phones_came_with_another_mac_and_other_addresses_each_week(weeks):
    _, scans = weeks
    macs = [{str(d.mac) for d in scan.devices if d.mac_randomised} for scan in scans]
    assert all(len(each) == len(phones(0)) for each in macs)
    assert not any(one & other for one, other in itertools.combinations(macs, 2))


def test_four_differences_are_empty(weeks):
    history, scans = weeks
    for old, new in itertools.pairwise(scans):
        difference = history.difference(old, new)
        assert difference["changes"] == []
        assert {f["fate"] for f in difference["findings"]} <= {"persisting", "unobserved"}
        assert history.says("diff", old.id, new.id, "--exit-code").startswith("Nothing changed")


def test_the_first_and_the_last_differ_in_nothing_either(weeks):
    history, scans = weeks
    assert history.difference(scans[0], scans[-1])["changes"] == []
