"""`netguard diff` as people run it: what it prints, where it writes, and its exit codes."""

import json
from dataclasses import replace
from datetime import timedelta

import jsonschema
import pytest

from netguard import pipeline
from netguard.history.store import History
from netguard.model import codec
from netguard.model.acceptance import Acceptance
from netguard.model.past import Past
from netguard.model.scan import Ruleset
from netguard.model.vocabulary import Status
from netguard.rules import loader
from tests import builders

CAMERA = builders.device(77, name="Kitchen camera")


def week(number, *devices, **given):
    at = builders.NOW + timedelta(weeks=number)
    return builders.scan(*devices, **({"id": f"{number:012x}", "started_at": at, "finished_at": at} | given))


@pytest.fixture
def kept(tmp_path, netguard):
    """Puts scans into the history that netguard finds by itself."""

    def keep(*scans):
        with History.open(f"sqlite:///{tmp_path / 'person' / 'netguard' / 'netguard.db'}") as history:
            for scan in scans:
                history.save(scan)

    return keep


def test_nothing_changed_is_one_line_and_exit_0(netguard, kept):
    kept(week(1), week(2))
    done = netguard("diff", "--exit-code")
    assert done.returncode == 0
    assert done.stdout.startswith("Nothing changed since ")
    assert "(scan 000000000001)." in done.stdout.splitlines()[0]
    assert done.stderr == ""


def test_a_difference_is_exit_1_only_where_that_was_asked_for(netguard, kept):
    kept(week(1), week(2, CAMERA))
    plain, strict = netguard("diff"), netguard("diff", "--exit-code", "--quiet")
    assert (plain.returncode, strict.returncode) == (0, 1)
    assert plain.stdout == strict.stdout
    assert plain.stdout.startswith("1 thing changed since ")
    assert "Kitchen camera was never seen here before" in plain.stdout
    assert "\x1b" not in plain.stdout


def test_quiet_says_nothing_when_nothing_changed(netguard, kept, tmp_path):
    kept(week(1), week(2))
    for form in ("text", "markdown"):
        done = netguard("diff", "--quiet", "--format", form)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert json.loads(netguard("diff", "--quiet", "--format", "json").stdout)["changes"] == []
    done = netguard("diff", "--quiet", "-o", tmp_path / "out.txt")
    assert done.stdout == ""
    assert (tmp_path / "out.txt").read_text().startswith("Nothing changed")


def test_json_is_what_its_schema_says(netguard, kept):
    kept(week(1), week(2, CAMERA))
    document = json.loads(netguard("diff", "--format", "json").stdout)
    schema = json.loads(netguard("schema", "diff").stdout)
    jsonschema.validate(document, schema)
    assert document["schema"] == schema["title"] == "netguard.diff/1"
    assert [c["name"] for c in document["changes"]] == ["Kitchen camera"]
    assert json.loads(netguard("schema", "scan").stdout) == json.loads(netguard("schema").stdout)


def test_html_goes_to_the_reports_folder_and_its_path_is_the_result(netguard, kept, tmp_path):
    kept(week(1), week(2, CAMERA))
    done = netguard("diff", "--format", "html")
    path = tmp_path / "person" / "netguard" / done.stdout.strip().rpartition("/")[2]
    assert path.name.endswith("-000000-since-000000.html")
    assert "Kitchen camera" in path.read_text(encoding="utf-8")
    assert netguard("diff", "--format", "html", "-o", "-").stdout.startswith("<!doctype html>")
    mine = tmp_path / "mine.md"
    assert netguard("diff", "--format", "markdown", "-o", mine).stdout == f"{mine}\n"
    assert mine.read_text().startswith("# What changed: home")


def test_two_files_are_compared_on_any_computer(netguard, tmp_path):
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_bytes(codec.dumps(week(1)))
    new.write_bytes(codec.dumps(week(2, CAMERA)))
    nowhere = {"NETGUARD_DATABASE": f"sqlite:///{tmp_path}/no/such/folder/h.db"}
    assert "Kitchen camera" in netguard("diff", old, new, **nowhere).stdout
    assert not (tmp_path / "no").exists()
    again = netguard("diff", old, "-", stdin=new.read_text(), **nowhere)
    assert "Kitchen camera" in again.stdout
    both = netguard("diff", "-", "-")
    assert both.returncode == 2
    assert "one scan only" in both.stderr


def test_the_wrong_way_round_is_put_right_and_said(netguard, kept):
    kept(week(1), week(2, CAMERA))
    done = netguard("diff", "latest", "000000000001")
    assert "Kitchen camera was never seen" in done.stdout
    assert done.stderr == "netguard: 000000000002 is the newer one, so it is compared with 000000000001\n"
    assert netguard("diff", "latest", "000000000001", "--quiet").stderr == ""


def test_facts_that_other_rules_judged_are_judged_by_today_s(netguard, kept):
    telnet = replace(builders.device(20, asked=builders.ALL_TCP), services=(builders.service(23, name="telnet"),))
    kept(week(1, telnet), week(2, telnet, ruleset=Ruleset(digest="1" * 64)))
    done = netguard("diff", "--format", "json")
    document = json.loads(done.stdout)
    assert document["changes"] == []
    assert "telnet-open" in {f["check"] for f in document["findings"]}
    assert not [f for f in document["findings"] if f["cause"] == "network"]


def test_a_decision_that_ended_since_is_told(netguard, kept, tmp_path):
    telnet = replace(builders.device(20, asked=builders.ALL_TCP), services=(builders.service(23, name="telnet"),))
    # Long ago, since a scan of the future counts as made today.
    before, after = week(-60), week(-59)
    judged = pipeline.judge(week(-60, telnet, id="a" * 12), loader.load(), Past())
    (finding,) = [f for f in judged.findings if f.check == "telnet-open" and f.status is Status.FAIL]
    kept(judged, replace(judged, id="b" * 12, started_at=after.started_at, finished_at=after.started_at))
    with History.open(f"sqlite:///{tmp_path / 'person' / 'netguard' / 'netguard.db'}") as history:
        history.accept(
            Acceptance(
                id="0" * 8, site="home", fingerprint=finding.fingerprint, reason="An old printer", owner="Ada",
                accepted_at=before.started_at, until=before.started_at.date(),
            )
        )  # fmt: skip
    done = netguard("diff", "--exit-code")
    assert done.returncode == 1
    assert done.stdout.startswith("1 thing changed since ")
    assert "expired     Medium: unknown 20 offers telnet" in done.stdout
    assert "you had accepted it, and the time for that is over" in " ".join(done.stdout.split())


def test_the_older_one_alone_is_compared_with_the_latest_of_its_own_home(netguard, kept):
    kept(week(1), week(2, CAMERA), week(3, site="cabin"))
    assert "Kitchen camera" in netguard("diff", "000000000001").stdout


@pytest.mark.parametrize(
    ("argv", "code", "says"),
    [
        ([], 3, "first finished one"),
        (["latest", "latest"], 2, "both are scan 000000000001"),
        (["ffff"], 3, "no saved scan"),
        (["missing.json", "latest"], 3, "missing.json: it cannot be read"),
        (["--site", "cabin"], 3, "no saved scans of site 'cabin'"),
    ],
)
def test_what_cannot_be_compared_is_said_in_one_line(netguard, kept, argv, code, says):
    kept(week(1))
    done = netguard("diff", *argv)
    assert done.returncode == code
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_an_edited_document_is_said_and_nothing_written(netguard, kept, tmp_path):
    kept(week(1))
    edited = tmp_path / "edited.json"
    edited.write_bytes(codec.dumps(week(2)).replace(b'"seen": true', b'"seen": 7', 1))
    done = netguard("diff", "latest", edited, "-o", tmp_path / "out.txt")
    assert done.returncode == 3
    assert "damaged" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out.txt").exists()
