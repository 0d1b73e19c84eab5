"""Next week in the same home: another prefix, other addresses, a phone with another private MAC, and what the person said."""

import dataclasses
import json
import os
import subprocess
import sys

import pytest

from netguard.demo import appliances, catalogue
from netguard.demo.catalogue import build_home
from netguard.model.vocabulary import Role, Status
from tests.lab.conftest import namespaces
from tests.lab.scanning import ROOT, by_address, scan_of

LOCK_MAC = "78:db:2f:4e:5d:21"


def moved(device, by):
    """`device` at another address, as DHCP may have it."""
    return dataclasses.replace(device, host=device.host + by)


def pairing(lock):
    """The lock as it is out of its box: anybody may pair it."""
    (announced,) = lock.announces
    txt = tuple("sf=1" if entry == "sf=0" else entry for entry in announced.txt)
    return dataclasses.replace(lock, announces=(dataclasses.replace(announced, txt=txt),), daemons=("avahi-daemon",))


def netguard(folder, *argv):
    """What `netguard` prints on this computer, with the history of `folder`. It sends nothing."""
    done = subprocess.run(
        [sys.executable, "-m", "netguard", *argv],
        env=os.environ | {"PYTHONPATH": str(ROOT), "HOME": str(folder), "NO_COLOR": "1"},
        cwd=folder, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def weeks(tmp_path_factory):
    """Two scans into one history: the home as it is, and a week later; between them the person named two devices."""
    folder = tmp_path_factory.mktemp("weeks")
    database = ("--database", f"sqlite:///{folder}/history.sqlite")
    phone = dataclasses.replace(appliances.phone(), hostname="Annas-iPhone", announces=(), daemons=("avahi-daemon",))
    with namespaces(build_home(changes={"phone": phone})) as home:
        before = scan_of(home, folder, "--depth", "quick")
        keys = {d.name: by_address(before, home, d.name).key for d in home.home.everyone}
    netguard(folder, "devices", "name", keys["camera"], "Porch", *database)
    netguard(folder, "devices", "role", keys["silent-plug"], "plug", *database)
    changes = {
        name: moved(build_home().device(name), 100)
        for name in ("lock-bridge", "homekit-lock", "light-hub", "camera", "nas", "printer", "silent-plug")
    }
    changes["homekit-lock"] = pairing(changes["homekit-lock"])
    changes["phone"] = moved(dataclasses.replace(phone, mac="7e:00:11:22:33:44"), 65)
    changes["automation-host"] = None
    changes["router"] = catalogue.router(host=1)
    with namespaces(build_home(changes=changes)) as home:
        after = scan_of(home, folder, "--depth", "quick")
        later = {d.name: by_address(after, home, d.name).key for d in home.home.everyone}
    return folder, database, before, after, keys, later


def test_everybody_keeps_their_key_at_another_address(weeks):
    *_, keys, later = weeks
    same = keys.keys() & later.keys()
    assert {name: later[name] for name in same} == {name: keys[name] for name in same}


def test_a_finding_of_last_week_is_the_same_finding(weeks):
    _, _, before, after, keys, _ = weeks
    telnet = [
        {f.fingerprint for f in scan.findings if f.check == "telnet-open" and f.target == keys["lock-bridge"]}
        for scan in (before, after)
    ]
    assert telnet[0] == telnet[1] != set()


def test_what_the_person_said_holds_and_the_document_stays_as_it_was_seen(weeks):
    folder, database, _, after, keys, _ = weeks
    camera = next(d for d in after.devices if d.key == keys["camera"])
    assert camera.name != "Porch"
    listed = {d["key"]: d for d in json.loads(netguard(folder, "devices", "--json", "-", *database))}
    assert listed[keys["camera"]]["said_name"] == "Porch"
    assert listed[keys["silent-plug"]]["said_role"] == "plug"
    assert "Porch" in netguard(folder, "report", "--format", "text", *database)


def test_who_is_away_is_remembered(weeks):
    folder, database, _, _, keys, later = weeks
    assert "automation-host" not in later
    listed = {d["key"] for d in json.loads(netguard(folder, "devices", "--json", "-", *database))}
    assert keys["automation-host"] in listed
    assert len(listed) == len(keys)


def test_a_lock_that_anybody_may_pair_is_found(weeks):
    _, _, before, after, keys, _ = weeks
    found = [
        [f.status for f in scan.findings if f.check == "lock-pairing-open" and f.target == keys["homekit-lock"]]
        for scan in (before, after)
    ]
    assert found == [[Status.PASS], [Status.FAIL]]


def test_of_other_peoples_devices_nothing_is_kept_and_nothing_is_sent_to_them(tmp_path):
    phone = dataclasses.replace(appliances.phone(), hostname="Annas-iPhone", announces=(), daemons=("avahi-daemon",))
    with namespaces(build_home(changes={"phone": phone})) as home:
        acts = tmp_path / "acts"
        scan = scan_of(home, tmp_path, "--depth", "quick", "--infrastructure-only", "--transcript", str(acts))
        lock = by_address(scan, home, "lock-bridge")
        theirs = [home.device(name) for name in ("phone", "nas")]
        asked = [json.loads(line) for line in acts.read_text().splitlines()]
    assert scan.personal_devices == 2
    assert lock.role is Role.LOCK_HUB
    kept = repr((scan.devices, scan.observations, scan.findings, scan.attempts))
    for device in theirs:
        assert str(device.address) not in kept
        assert str(device.mac) not in kept
        sent = {act["act"] for act in asked if act["target"].split(" ")[0] == str(device.address)}
        assert sent <= {"arp-request"}, sent
    assert "Annas" not in kept


def test_a_declared_lock_is_in_the_report_whether_it_shows_itself_or_not(tmp_path):
    with namespaces() as home:
        database = ("--database", f"sqlite:///{tmp_path}/history.sqlite")
        environment = os.environ | {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
        setup = home.run_as_laptop(
            [
                sys.executable, "-m", "netguard", "setup", "--my-network", "-i", home.laptop_interface, *database,
                "--lock", "homekit-lock:Front:wifi", "--lock", "yale-assure:Cellar:z-wave",
            ],
            env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        _, errors = setup.communicate(timeout=60)
        assert setup.returncode == 0, errors
        scan = scan_of(home, tmp_path, "--depth", "quick", "--wait-for", "Front")
        lock = by_address(scan, home, "homekit-lock")
    assert (lock.name, lock.declared, lock.seen) == ("Front", True, True)
    (cellar,) = [d for d in scan.devices if not d.seen]
    assert (cellar.name, cellar.declared, cellar.addresses) == ("Cellar", True, ())
    assert "Z-Wave" in cellar.unseen
    assert "Cellar" in netguard(tmp_path, "report", "--format", "text", *database)
