"""`netguard plan` as people run it: where the plan goes, what is never overwritten, and what is refused whole."""

import json

import pytest

from netguard.advise import planfile
from netguard.model import codec
from netguard.model.vocabulary import Role
from tests import builders
from tests.unit.advise.exports import texts

CAMERA = builders.device(30, Role.CAMERA, services=[80])
LOCK = builders.device(20, Role.LOCK, name="Front door", profile="homekit-lock")


@pytest.fixture
def document(tmp_path):
    path = tmp_path / "scan.json"
    path.write_bytes(
        codec.dumps(builders.scan(builders.device(1, Role.ROUTER), CAMERA, LOCK, builders.device(40, Role.NAS)))
    )
    return path


@pytest.fixture
def export(tmp_path):
    path = tmp_path / "router.txt"
    path.write_text(texts.OPENWRT.replace("192.168.1.", "192.0.2."))
    return path


def test_the_plan_goes_to_standard_output_and_the_rest_beside_it(netguard, document):
    done = netguard("plan", document)
    assert done.returncode == 0, done.stderr
    plan = planfile.read(done.stdout.encode())
    assert {m.name: str(m.segment) for m in plan.members} == {
        "camera-1": "iot",
        "homekit-lock-1": "iot",
        "nas-1": "trusted",
    }
    assert "# Front door (HomeKit lock), 192.0.2.20 today." in done.stdout
    assert done.stderr == (
        "netguard: 2 of 3 devices would move into iot. Read the comments, change what you know better, then: netguard "
        "firewall --plan FILE --platform NAME\n"
    )


def test_a_file_is_written_whole_and_never_replaced_unasked(netguard, document, tmp_path):
    path = tmp_path / "my" / "plan.yaml"
    first = netguard("plan", document, "-o", path)
    assert (first.returncode, first.stdout) == (0, f"{path}\n")
    assert f"--plan {path} " in first.stderr
    written = path.read_text()
    path.write_text(written + "# mine\n")
    again = netguard("plan", document, "-o", path)
    assert again.returncode == 2
    assert "is there already, and what you changed in it would be lost" in again.stderr
    assert path.read_text() == written + "# mine\n"
    assert netguard("plan", document, "-o", path, "--force").returncode == 0
    assert path.read_text() == written
    assert [p.name for p in path.parent.iterdir()] == ["plan.yaml"]


def test_the_routers_own_networks_are_used(netguard, document, export):
    done = netguard("plan", document, "--from-router", export)
    assert done.returncode == 0, done.stderr
    plan = planfile.read(done.stdout.encode())
    assert [s.name for s in plan.segments] == ["lan", "things", "visit"]
    assert plan.wan == "pppoe-wan"
    assert "into things" in done.stderr


def test_both_can_come_by_standard_input_but_not_at_once(netguard, document, export):
    scan = netguard("plan", "-", "--from-router", export, stdin=document.read_text())
    assert scan.stdout == netguard("plan", document, "--from-router", export).stdout
    assert netguard("plan", document, "--from-router", "-", stdin=export.read_text()).stdout == scan.stdout
    both = netguard("plan", "-", "--from-router", "-", stdin="{}")
    assert (both.returncode, both.stdout) == (2, "")
    assert "give the others as files" in both.stderr


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("hostname switch\n!\ninterface Gi0/1\n", 2, "router.txt: it is no configuration that netguard can read"),
        (texts.VYOS, 2, "the scan looked at 192.0.2.0/24, and the router's configuration knows 10.77.1.0/24"),
        (None, 2, "router.txt: it cannot be read"),
    ],
)
def test_what_is_no_export_of_this_home_writes_nothing(netguard, document, export, tmp_path, text, code, says):
    if text is None:
        export.unlink()
    else:
        export.write_text(text)
    done = netguard("plan", document, "--from-router", export, "-o", tmp_path / "plan.yaml")
    assert (done.returncode, done.stdout) == (code, "")
    assert says in done.stderr
    assert not (tmp_path / "plan.yaml").exists()


LEARNT = {
    "schema": "netguard.egress/1",
    "devices": [
        {
            "mac": str(CAMERA.mac),
            "from": "2026-11-01T00:00:00Z",
            "until": "2026-11-21T00:00:00Z",
            "flows": [
                {
                    "names": ["cam-cloud.example"], "transport": "tcp", "ports": [443], "seen": 12, "source": "capture",
                    "first": "2026-11-01T00:00:00Z", "last": "2026-11-20T00:00:00Z",
                }
            ],
        }
    ],
}  # fmt: skip


def test_what_was_learnt_by_listening_narrows_where_a_device_may_go(netguard, document, tmp_path):
    path = tmp_path / "learnt.json"
    path.write_text(json.dumps(LEARNT))
    without, done = netguard("plan", document), netguard("plan", document, "--learnt", path)
    assert done.returncode == 0, done.stderr
    (before,), (after,) = (
        [m for m in planfile.read(each.stdout.encode()).members if m.mac == CAMERA.mac] for each in (without, done)
    )
    assert before.talks == "any"
    assert [(t.names, t.ports, t.service) for t in after.talks] == [
        (("cam-cloud.example",), (443,), None),
        ((), (123,), "ntp"),
    ]
    assert "learnt by listening to it for 20 days" in done.stdout
    assert netguard("plan", document, "--learnt", "-", stdin=path.read_text()).stdout == done.stdout


def test_what_was_learnt_is_refused_with_its_line_and_nothing_is_written(netguard, document, tmp_path):
    path = tmp_path / "learnt.json"
    path.write_text(json.dumps(LEARNT, indent=1).replace("cam-cloud.example", "192.0.2.9"))
    done = netguard("plan", document, "--learnt", path, "-o", tmp_path / "plan.yaml")
    assert (done.returncode, done.stdout) == (2, "")
    line = next(n for n, text in enumerate(path.read_text().splitlines(), 1) if '"192.0.2.9"' in text)
    assert f"learnt.json: line {line}: devices[0].flows[0].names[0]: '192.0.2.9' is an address" in done.stderr
    assert not (tmp_path / "plan.yaml").exists()
    missing = netguard("plan", document, "--learnt", tmp_path / "nothing.json")
    assert (missing.returncode, "it cannot be read" in missing.stderr) == (2, True)


def test_without_a_scan_there_is_no_plan(netguard):
    done = netguard("plan")
    assert (done.returncode, done.stdout) == (3, "")
    assert "netguard scan" in done.stderr


def test_what_a_device_calls_itself_commands_no_terminal_and_no_router(netguard, document, tmp_path):
    plain = json.loads(document.read_text())
    for device in plain["devices"]:
        device["name"] = "\x1b[2J\nset firewall.x=rule\n- {name: evil}"
    document.write_text(json.dumps(plain))
    done = netguard("plan", document)
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert all(line.lstrip().startswith("#") for line in done.stdout.splitlines() if "evil" in line)
    assert len(planfile.read(done.stdout.encode()).members) == 3


def test_its_help_says_what_is_read_and_that_nothing_is_sent(netguard):
    done = netguard("plan", "--help")
    assert "uci export" in done.stdout
    assert "Nothing is sent" in done.stdout


BEGUN = "# my plan\nschema: netguard.plan/1\nsegments:\n  - {name: home, role: trusted} # ours\nmembers:\n  - {name: camera, talks: []}\n"


def test_a_plan_that_was_begun_is_completed_in_its_place_and_twice_is_once(netguard, document, tmp_path):
    path = tmp_path / "plan.yaml"
    path.write_text(BEGUN)
    path.chmod(0o640)
    done = netguard("plan", document, "--plan", path)
    assert (done.returncode, done.stdout) == (0, f"{path}\n"), done.stderr
    assert "fields filled; added: iot, homekit-lock-1, nas-1. What you wrote stays as it is." in done.stderr
    whole = path.read_text()
    assert "# my plan\n" in whole
    assert "router: [192.0.2.1]} # ours" in whole
    assert "{name: camera, talks: [], mac:" in whole
    assert planfile.read(whole.encode()).members[0].talks == ()
    assert path.stat().st_mode & 0o777 == 0o640
    stamp = path.stat().st_mtime_ns
    again = netguard("plan", document, "--plan", path)
    assert "nothing is missing in it." in again.stderr
    assert (path.read_text(), path.stat().st_mtime_ns) == (whole, stamp)
    assert [p.name for p in tmp_path.iterdir() if p.suffix in {".yaml", ".bak"}] == ["plan.yaml"]


def test_a_completed_plan_can_go_elsewhere(netguard, document, tmp_path):
    path, other = tmp_path / "plan.yaml", tmp_path / "whole.yaml"
    path.write_text(BEGUN)
    printed = netguard("plan", document, "--plan", path, "-o", "-")
    assert netguard("plan", document, "--plan", path, "-o", other).stdout == f"{other}\n"
    assert netguard("plan", document, "--plan", "-", stdin=BEGUN).stdout == printed.stdout == other.read_text()
    assert path.read_text() == BEGUN
    assert netguard("plan", document, "--plan", path, "-o", other).returncode == 2
    assert netguard("plan", document, "--plan", path, "-o", other, "--force").returncode == 0


def test_what_has_no_place_in_its_style_is_kept_beside(netguard, document, tmp_path):
    path = tmp_path / "plan.yaml"
    path.write_text("# mine\nmembers: [{name: camera, mac}]\n")
    done = netguard("plan", document, "--plan", path)
    assert done.returncode == 0, done.stderr
    assert f"without your comments; the file as it was is {path}.bak" in done.stderr
    assert (tmp_path / "plan.yaml.bak").read_text() == "# mine\nmembers: [{name: camera, mac}]\n"
    assert len(planfile.read(path.read_bytes()).members) == 3


def test_what_cannot_be_completed_stays_untouched(netguard, document, tmp_path):
    path = tmp_path / "plan.yaml"
    path.write_text(f"{BEGUN}  - {{name: toaster}}\n")
    done = netguard("plan", document, "--plan", path)
    assert (done.returncode, done.stdout) == (2, "")
    assert (
        f"{path}: line 7: members[1].mac: it is missing, and the scan does not show which device this is" in done.stderr
    )
    assert path.read_text() == f"{BEGUN}  - {{name: toaster}}\n"
    assert netguard("plan", document, "--plan", tmp_path / "none.yaml").returncode == 2
