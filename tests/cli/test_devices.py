"""`netguard devices` as a person and a script see it."""

import dataclasses
import json
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from netguard.cli import _documents
from netguard.cli.devices import GROUP, command
from netguard.compare.match import recognise
from netguard.compare.registry import learnt
from netguard.errors import HistoryError, NetguardError, UsageError
from netguard.history.store import History
from netguard.identify.identity import identities
from netguard.model.address import ip, mac
from netguard.model.vocabulary import Role
from tests import builders

ROOT = Path(__file__).resolve().parents[2]


def device(number, hardware, role=Role.UNKNOWN, **given):
    hardware = mac(hardware)
    shown = identities(
        macs=(hardware,),
        addresses=(ip(f"192.0.2.{number}"),),
        hostnames=given.get("hostnames", ()),
        texts=given.pop("texts", {}),
        vendor=given.get("vendor"),
        role=role,
    )
    key = f"{shown[0].kind}:{shown[0].value}"
    return builders.device(number, role, mac=hardware, identities=shown, key=key, **given)


LOCK = device(
    20,
    "54:d2:72:4e:11:07",
    Role.LOCK,
    name="Nuki",
    vendor="Nuki",
    model="FooLock 2000",
    hostnames=("Annas-FooLock-4E1107.local",),
    texts={"dnssd.txt": ("_hap._tcp id=AA:BB:CC:DD:EE:01",)},
)
PHONE = device(40, "da:11:22:33:44:01", Role.PHONE, name="Annas-iPhone", vendor="Apple", hostnames=("Annas-iPhone",))
BULB, OTHER_BULB = (device(n, f"d0:73:d5:00:00:{n}", Role.LIGHT, name="Bulb", vendor="LIFX") for n in (50, 51))
FACTS = (
    ("dnssd.txt", "_hap._tcp id=AA:BB:CC:DD:EE:01"),
    ("dnssd.txt", "_hap._tcp ci=6"),
    ("dnssd.txt", "_foo._tcp owner=Anna"),
    ("dnssd.instance", "Annas Haustür._hap._tcp"),
    ("ssdp.usn", "uuid:2f402f80-da50-11e1-9b23-001788102201::upnp:rootdevice"),
    ("ssdp.location", "http://192.0.2.20:49152/AB12CD34/anna.xml"),
    ("upnp.udn", "uuid:2f402f80-da50-11e1-9b23-001788102201"),
    ("upnp.model", "FooLock 2000"),
    ("upnp.manufacturer", "FooLocks Inc."),
    ("tls.subject", "CN=ecb5fafffe00aabb,O=FooLocks,C=NL"),
    ("tls.key", "3f" * 32),
    ("http.title", "Anna's FooLock 2000 at 192.168.1.4"),
    ("http.server", "FooHTTP/1.0 SN12345678"),
    ("http.redirect", "http://fritz.anna.example:8080/login"),
    ("snmp.sysdescr", "FooOS anna@example.com fe80::1234:5678:9abc:def0 54-D2-72-4E-11-07"),
    ("netbios.name", "ANNASPC<20>"),
    ("host.name", "annas-foolock"),
    ("ssh.key", "5e" * 32),
)
PERSONAL = (
    "anna", "haust", "4e1107", "4e:11:07", "4e-11-07", "aa:bb:cc", "192.0.2.20", "192.168", "2f402f80", "001788102201",
    "ecb5fafffe00aabb", "3f3f", "5e5e", "12345678", "ab12cd34", "fe80", "example.com",
)  # fmt: skip


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'h.db'}"


def keep(url, *devices, days=0, facts=(), site="home"):
    """Scan, recognise and save, as the pipeline does."""
    with History.open(url) as history:
        found = tuple(r.device for r in recognise(devices, history.known(site)))
        scan = builders.scan(started_at=builders.NOW + timedelta(days=days), id=f"{site}-{days:04d}", site=site)
        observed = tuple(builders.observation(n, k, v, of=found[0]) for n, (k, v) in enumerate(facts, 1))
        scan = dataclasses.replace(scan, devices=(scan.devices[0], *found), observations=observed)
        ids = (f"{site[0]}{number:011x}".replace("h", "a") for number in range(days * 100 + 1, 10**6))
        history.save(scan, learn=lambda known: learnt(scan, known, lambda: next(ids)))
    return scan


@pytest.fixture
def home(url):
    keep(url, LOCK, PHONE, BULB, OTHER_BULB, facts=FACTS)
    return url


def run(url, *arguments, stdin=None, env=None):
    result = CliRunner(env=env or {}).invoke(command, ["--database", url, *arguments], input=stdin)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def known(url, site="home"):
    with History.open(url) as history:
        return {k.name: k for k in history.known(site)}


def test_the_list_has_locks_first_and_a_line_for_each(home):
    header, *lines = run(home).stdout.splitlines()

    assert header.split() == ["ID", "NAME", "WHAT", "MAKER", "AND", "MODEL", "ADDRESS", "LAST", "SEEN"]
    assert [line.split()[1] for line in lines] == ["Nuki", "Annas-iPhone", "Bulb", "Bulb"]
    assert "Nuki FooLock 2000" in lines[0]
    assert "192.0.2.20" in lines[0]
    assert lines[0].split()[0] == known(home)["Nuki"].id[:8]


def test_the_list_as_json_says_everything(home, tmp_path):
    listed = json.loads(run(home, "--json", "-").stdout)

    assert listed[0]["key"] == "homekit:aa:bb:cc:dd:ee:01"
    assert listed[0]["said_name"] is None
    assert run(home, "--json", str(tmp_path / "out.json")).stdout == ""
    assert json.loads((tmp_path / "out.json").read_text()) == listed


def test_several_sites_are_told_apart(home):
    keep(home, device(20, "54:d2:72:00:00:02", Role.LOCK, name="Cabin lock"), site="cabin")

    assert run(home).stdout.splitlines()[0].endswith("SITE")
    assert "Cabin lock" not in run(home, "--site", "home").stdout
    assert "no" not in run(home, "--site", "cabin").stderr
    with pytest.raises(
        UsageError, match=r"several devices are meant by '192\.0\.2\.20': .*Nuki.*Cabin lock|Cabin.*Nuki"
    ):
        run(home, "show", "192.0.2.20")
    assert "Cabin lock" in run(home, "show", "192.0.2.20", "--site", "cabin").stdout


def test_nothing_known_says_what_to_do(url):
    empty = run(url)
    assert (empty.exit_code, empty.stdout) == (0, "")
    assert "No devices are known yet" in empty.stderr
    assert json.loads(run(url, "--json", "-").stdout) == []
    with pytest.raises(UsageError, match="run netguard scan"):
        run(url, "show", "lock")


def test_a_site_without_devices_says_which_have_some(home):
    assert "There are devices of: home." in run(home, "--site", "cabin").stderr


@pytest.mark.parametrize(
    "reference",
    [
        "Nuki", "nuki", "192.0.2.20", "54:d2:72:4e:11:07", "54-D2-72-4E-11-07", "54d2.724e.1107",
        "homekit:aa:bb:cc:dd:ee:01", "mac:54:d2:72:4e:11:07", "annas-foolock-4e1107.local",
    ],
)  # fmt: skip
def test_a_device_is_found_by_all_that_people_call_it(home, reference):
    assert "homekit:aa:bb:cc:dd:ee:01" in run(home, "show", reference).stdout


def test_a_device_is_found_by_its_id_the_beginning_of_it_and_a_former_key(url):
    keep(url, device(20, "54:d2:72:4e:11:07", Role.LOCK, name="Nuki"))
    keep(url, LOCK, days=7)
    lock = known(url)["Nuki"]
    assert lock.key == "homekit:aa:bb:cc:dd:ee:01"
    for reference in (lock.id, lock.id[:8], lock.former_keys[0]):
        assert lock.id in run(url, "show", reference).stdout
    shown = run(url, "show", lock.id).stdout
    assert "Key before  mac:54:d2:72:4e:11:07" in shown
    assert "2026-11-28" in shown


@pytest.mark.parametrize("reference", ["nothing", "", "a0", "192.0.2.99", "'; DROP TABLE known_devices", "\x1b[31m"])
def test_what_names_no_device_is_answered_kindly(home, reference):
    with pytest.raises(UsageError, match="no known device is") as refused:
        run(home, "show", reference)
    assert refused.value.exit_code == 2
    assert "\x1b" not in str(refused.value)


def test_several_of_one_name_are_all_named(home):
    with pytest.raises(UsageError) as refused:
        run(home, "name", "bulb", "Hall")
    assert str(refused.value).count("Bulb") == 2
    assert "192.0.2.50" in str(refused.value)
    assert "192.0.2.51" in str(refused.value)


def test_a_name_is_used_from_now_on_and_can_be_taken_back(home):
    assert "is called Front door." in run(home, "name", "Nuki", "  Front\x1b door ").stdout
    assert "Front door" in run(home).stdout
    document = _documents.open_scan("latest", home, None)
    assert "Front door" in {d.name for d in document.devices}
    keep(home, LOCK, days=7)
    assert known(home)["Nuki"].said_name == "Front door", "a scan changes nothing that was said"
    assert "you said so; it calls itself Nuki" in run(home, "show", "front DOOR").stdout
    run(home, "name", "front door", "-")
    assert known(home)["Nuki"].said_name is None


def test_a_name_that_nobody_can_see_is_refused_and_one_that_is_taken_remarked(home):
    with pytest.raises(UsageError, match="a name needs"):
        run(home, "name", "Nuki", "\u200b")
    run(home, "name", "192.0.2.50", "Lamp")
    assert "is called so, too" in run(home, "name", "192.0.2.51", "lamp").stderr


def test_a_role_is_said_and_taken_back(home):
    assert "Bulb is a camera." in run(home, "role", "192.0.2.50", "camera").stdout
    said = {d.role for d in _documents.open_scan("latest", home, None).devices}
    assert Role.CAMERA in said
    with History.open(home) as history:
        assert Role.CAMERA not in {d.role for d in history.scan("latest").devices}, "the document stays as it was"
    assert "it looked like: light" in run(home, "show", "192.0.2.50").stdout
    run(home, "role", "192.0.2.50", "-")
    assert all(k.said_role is None for k in known(home).values())
    wrong = run(home, "role", "Nuki", "door")
    assert wrong.exit_code == 2
    assert "lock-hub" in wrong.stderr


def test_a_file_is_reported_as_it_is(home, tmp_path):
    from netguard.model import codec

    run(home, "name", "Nuki", "Front door")
    with History.open(home) as history:
        (tmp_path / "scan.json").write_bytes(codec.dumps(history.scan("latest")))
    document = _documents.open_scan(str(tmp_path / "scan.json"), home, None)
    assert "Front door" not in {d.name for d in document.devices}


def test_two_are_merged_and_stay_one(home):
    said = run(home, "merge", "192.0.2.50", "192.0.2.51").stdout

    assert "are one device from now on" in said
    assert len(run(home).stdout.splitlines()) == 4
    scan = keep(home, BULB, OTHER_BULB, days=7)
    assert len([d for d in scan.devices if d.role is Role.LIGHT]) == 1
    with pytest.raises(UsageError, match="both are Bulb already"):
        run(home, "merge", "192.0.2.50", "192.0.2.51")


def test_devices_of_two_sites_are_not_merged(home):
    keep(home, device(21, "54:d2:72:00:00:02", Role.LOCK, name="Cabin lock"), site="cabin")
    with pytest.raises(UsageError, match="a device belongs to one site"):
        run(home, "merge", "Nuki", "Cabin lock")


def test_one_is_split_and_stays_two(home):
    shown = run(home, "split", "Nuki")
    assert "homekit:aa:bb:cc:dd:ee:01" in shown.stdout
    assert len(known(home)) == 3
    said = run(home, "split", "Nuki", "homekit:aa:bb:cc:dd:ee:01").stdout
    assert "are two devices from now on" in said
    with History.open(home) as history:
        keys = {k.key for k in history.known("home")}
    assert {"mac:54:d2:72:4e:11:07", "homekit:aa:bb:cc:dd:ee:01"} <= keys
    assert "You said not its" in run(home, "show", "Nuki").stdout


@pytest.mark.parametrize("identity", ["mac:00:00:00:00:00:00", "nonsense", "address:192.0.2.20"])
def test_a_split_that_makes_no_sense_shows_what_there_is(home, identity):
    with pytest.raises(UsageError, match="homekit:aa:bb:cc:dd:ee:01") as refused:
        run(home, "split", "Nuki", identity)
    assert refused.value.exit_code == 2
    assert len(known(home)) == 3


def test_forgetting_makes_it_a_new_one(home):
    before = known(home)["Nuki"]
    assert "Nuki is forgotten" in run(home, "forget", "Nuki").stdout
    assert "Nuki" not in known(home)
    keep(home, LOCK, days=7)
    assert known(home)["Nuki"].id != before.id


def test_a_damaged_row_can_be_taken_out_by_its_id(home, tmp_path):
    lock = known(home)["Nuki"]
    connection = sqlite3.connect(tmp_path / "h.db")
    with connection:
        connection.execute("UPDATE known_devices SET body = '{' WHERE id = ?", (lock.id,))
    connection.close()
    with pytest.raises(HistoryError, match=f"netguard devices forget {lock.id}"):
        run(home)
    run(home, "forget", lock.id)
    assert "Nuki" not in run(home).stdout


def test_an_export_has_the_shape_of_a_staged_sighting_and_nothing_personal(home):
    result = run(home, "export", "Nuki")

    told = yaml.safe_load(result.stdout)
    assert (told["record"], told["confidence"], told["mac"]) == (None, "confirmed", "54:d2:72:00:00:00")
    assert told["hostnames"] == ["xxxxx-FooLock-000000.local"]
    values = {fact["kind"]: fact["value"] for fact in told["facts"]}
    assert {"kind": "dnssd.txt", "value": "_hap._tcp ci=6"} in told["facts"]
    assert values["ssdp.usn"] == "uuid:00000000-0000-0000-0000-000000000000::upnp:rootdevice"
    assert values["upnp.model"] == "FooLock 2000"
    assert values["tls.subject"] == "CN=0000000000000000,O=FooLocks,C=NL"
    assert values["http.title"] == "xxxx's FooLock 2000 xx 192.0.2.77"
    for personal in PERSONAL:
        assert personal not in result.stdout.lower(), personal
    assert "Taken out: " in result.stderr
    assert "the MAC's own half" in result.stderr


def test_an_export_is_recognised_by_what_is_left_of_it(home, tmp_path):
    from tests.unit.rules.test_records import recognised

    device_ = recognised(yaml.safe_load(run(home, "export", "Nuki").stdout))

    assert device_.role is Role.LOCK


def test_of_a_private_mac_nothing_is_left(home):
    result = run(home, "export", "Annas-iPhone")

    assert yaml.safe_load(result.stdout)["mac"] == "02:00:00:00:00:00"
    assert yaml.safe_load(result.stdout)["hostnames"] == ["xxxxx-iPhone"]


def test_an_export_is_written_after_yes_only(home, tmp_path):
    target = tmp_path / "out" / "lock.yaml"
    refused = run(home, "export", "Nuki", "-o", str(target), stdin="n\n")
    assert not target.exists()
    assert "Nothing was written" in refused.stderr
    assert run(home, "export", "Nuki", "-o", str(target), stdin="").exit_code == 1
    assert not target.exists()
    shown = run(home, "export", "Nuki", "-o", str(target), stdin="y\n").stdout
    assert target.read_text() == shown
    run(home, "export", "Nuki", "-o", str(tmp_path / "2.yaml"), "--yes")
    assert (tmp_path / "2.yaml").read_text() == shown


def test_a_device_that_no_late_scan_saw_cannot_be_exported(home):
    for day in range(1, 21):
        keep(home, PHONE, days=day)
    with pytest.raises(UsageError, match="in none of the last 20 scans"):
        run(home, "export", "Nuki")


def test_control_characters_of_devices_never_reach_the_terminal(url):
    nasty = device(
        66, "00:e0:4c:66:66:66", Role.CAMERA, name="\x1b]0;owned\x07", vendor="\x1b[31mV", hostnames=("\x1b[2Jh",)
    )
    keep(url, nasty)
    for arguments in ((), ("show", "192.0.2.66"), ("split", "192.0.2.66"), ("export", "192.0.2.66")):
        output = run(url, *arguments).stdout
        assert "\x1b" not in output
        assert "\x07" not in output


def test_every_word_of_it_explains_itself():
    for name, sub in command.commands.items():
        done = CliRunner().invoke(command, [name, "--help"])
        assert done.exit_code == 0
        assert sub.help
        assert all(p.help for p in sub.params if p.param_type_name == "option"), name


def test_the_command_loads_nothing_heavy_before_it_runs():
    program = (
        "import sys, netguard.cli.devices\n"
        "print(sorted({m.partition('.')[0] for m in sys.modules}"
        " & {'sqlalchemy', 'alembic', 'msgspec', 'rich', 'netaddr', 'yaml'}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
    assert GROUP == "Over time"


def test_errors_are_one_line_and_usage_errors_are_two(netguard, home):
    done = netguard("devices", "show", "nobody", "--database", home)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "netguard: no known device is 'nobody'; `netguard devices` lists them\n"
    assert issubclass(UsageError, NetguardError)
    named = netguard("devices", "--database", home, "name", "Nuki", "Front door")
    assert (named.returncode, named.stderr) == (0, "")
    assert "Front door" in netguard("devices", NETGUARD_DATABASE=home).stdout
