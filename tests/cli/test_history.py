"""`netguard history` as people run it: thinned out, moved, put back, and what one device went through."""

import dataclasses
import gzip
import json
import os
import stat
import subprocess
import sys
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from netguard.compare.registry import learnt
from netguard.history import backups
from netguard.history.store import History
from netguard.model import codec
from netguard.model.device import Identity
from netguard.model.finding import Finding, fingerprint
from netguard.model.vocabulary import Confidence, Role, Severity, Stability, Status
from tests import builders
from tests.cli.conftest import ROOT

LOCK = builders.device(
    20,
    Role.LOCK,
    name="Nuki",
    identities=(Identity(kind="mac", value="00:00:5e:00:53:14", stability=Stability.PERMANENT),),
    services=(443,),
)


TODAY = datetime.now(UTC).replace(microsecond=0)


def said(done):
    """The lines on standard error, without the one about how long ago the last scan was."""
    return [line for line in done.stderr.splitlines() if not line.startswith("netguard: last scan ")]


def finding(check):
    """`a` stands open; `-a` was looked at and is in order."""
    status, check = (Status.PASS, check[1:]) if check.startswith("-") else (Status.FAIL, check)
    return Finding(
        fingerprint=fingerprint(check, LOCK.key), check=check, status=status, severity=Severity.HIGH,
        confidence=Confidence.CONFIRMED, target=LOCK.key, title="t", why="w", fix="f",
    )  # fmt: skip


def scan(days, *checks, **given):
    """One scan, so many days after the first."""
    start = TODAY - timedelta(days=200 - days)
    fields = {"id": f"scan-{days:03}", "started_at": start, "finished_at": start}
    return builders.scan(LOCK, findings=tuple(map(finding, checks)), **(fields | given))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "h.db"


@pytest.fixture
def url(path):
    return f"sqlite:///{path}"


@pytest.fixture
def home(url):
    """Four scans: a problem comes, another one too, and the first is solved."""
    with History.open(url) as history:
        for days, *checks in ((0, "-a", "-b"), (7, "a", "-b"), (14, "a", "b"), (21, "-a", "b")):
            made = scan(days, *checks)
            history.save(made, lambda known, made=made: learnt(made, known, lambda: uuid.uuid4().hex[:12]))
    return url


def told(done):
    """Each line of the table by its titles."""
    titles, *lines = (line.split() for line in done.stdout.splitlines())
    cut = titles.index("RIGHTS") + 2  # "192.0.2.0/24 on eth0" and the date are of several words
    return [
        dict(zip(titles[titles.index("RIGHTS") :], line[-(len(titles) - cut + 2) :], strict=True)) for line in lines
    ]


def test_each_line_tells_what_is_new_and_what_is_resolved(netguard, home):
    done = netguard("history", "--database", home)
    assert done.returncode == 0, done.stderr
    assert [(line["ID"], line["NEW"], line["RESOLVED"], line["RIGHTS"]) for line in told(done)] == [
        ("scan-021", "0", "1", "limited"),
        ("scan-014", "1", "0", "limited"),
        ("scan-007", "1", "0", "limited"),
        ("scan-000", "0", "0", "limited"),
    ]
    one = json.loads(netguard("history", "--database", home, "--limit", 1, "--json", "-").stdout)
    assert [(line["id"], line["new"], line["resolved"], line["privileged"]) for line in one] == [
        ("scan-021", 0, 1, False)
    ], "compared with one that is not in the list"


def harmed(url, columns, name):
    with History.open(url) as history, history._database.writing() as connection:
        changes = ", ".join(f"{column} = X'FFFF'" for column in columns)
        connection.exec_driver_sql(f"UPDATE scans SET {changes} WHERE id = '{name}'")


def test_a_damaged_summary_is_made_anew_and_a_damaged_scan_leaves_the_list_standing(netguard, home, url):
    before = netguard("history", "--database", home)
    harmed(url, ["summary"], "scan-007")
    done = netguard("history", "--database", home)
    assert (done.stdout, said(done)) == (before.stdout, [])
    harmed(url, ["document"], "scan-007")
    assert netguard("history", "--database", home).stdout == before.stdout, "it was written back"
    harmed(url, ["summary"], "scan-007")
    done = netguard("history", "--database", home)
    lines = told(done)
    assert [(line["ID"], line["NEW"]) for line in lines] == [
        ("scan-021", "0"), ("scan-014", "2"), ("scan-007", "?"), ("scan-000", "0"),
    ]  # fmt: skip
    (remark,) = said(done)
    assert "left out: the saved scan scan-007 cannot be read: it is damaged;" in remark
    way_out = f"netguard history prune --scan scan-007 --database {url}"
    assert f"`{way_out}` takes that scan out" in remark
    rehearsed = netguard(*way_out.split()[1:], "--dry-run")
    assert (len(rehearsed.stdout.splitlines()), rehearsed.returncode) == (2, 0)
    assert netguard(*way_out.split()[1:]).stdout == "1 of 4 scans was taken out; 3 stay.\n"
    done = netguard("history", "--database", home)
    assert ([line["ID"] for line in told(done)], said(done)) == (["scan-021", "scan-014", "scan-000"], [])
    assert "there is no saved scan 'scan-007'" in netguard(*way_out.split()[1:]).stderr
    assert netguard(*way_out.split()[1:], "--keep-all", 1).returncode == 2


def test_old_scans_are_listed_first_and_taken_out_then(netguard, url):
    with History.open(url) as history:
        for days in range(0, 200, 2):
            history.save(scan(days))
    rehearsed = netguard("history", "prune", "--database", url, "--dry-run")
    assert rehearsed.returncode == 0
    assert "scan-002" in rehearsed.stdout
    assert "scan-000" not in rehearsed.stdout, "the oldest stays"
    assert "would be taken out. Nothing was changed." in rehearsed.stderr
    listed = len(rehearsed.stdout.splitlines()) - 1
    done = netguard("history", "prune", "--database", url)
    assert done.stdout == f"{listed} of 100 scans were taken out; {100 - listed} stay.\n"
    again = netguard("history", "--database", url, "prune")
    assert again.stdout == f"Nothing to take out: all {100 - listed} scans stay.\n"
    shorter = netguard("history", "prune", "--database", url, "--keep-all", 10, "--keep-weekly", 20, "--dry-run")
    assert len(shorter.stdout.splitlines()) > 30
    for days in (-1, 9_999_999_999):
        for option in ("--keep-all", "--keep-weekly"):
            refused = netguard("history", "prune", "--database", url, option, days)
            assert refused.returncode == 2
            assert "Traceback" not in refused.stderr
    assert (
        netguard("history", "prune", "--database", url, "--site", "cabin").stdout == "There are no saved scans yet.\n"
    )


def test_a_history_moves_as_one_file(netguard, home, tmp_path):
    file, other = tmp_path / "all.gz", f"sqlite:///{tmp_path / 'other.db'}"
    done = netguard("history", "export", file, "--database", home)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"4 scans and what was learnt from them are in {file} (")
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    first = netguard("history", "import", file, "--database", other)
    assert first.stdout == "New: 4 scans, 1 device.\n"
    assert netguard("history", "import", file, "--database", other).stdout == (
        "There is nothing new in it. 4 scans were here already.\n"
    )
    assert netguard("history", "--database", other).stdout == netguard("history", "--database", home).stdout
    assert netguard("history", "export", file, "--database", home).returncode == 0, "an export may be written anew"
    assert netguard("history", "import", file, "--database", other, "--site", "cabin").stdout.startswith(
        "There is nothing"
    )


def test_an_export_goes_through_pipes(netguard, home, tmp_path):
    file = tmp_path / "all.gz"
    command = [sys.executable, "-m", "netguard", "history", "export", "-", "--database", home]
    with file.open("wb") as output:
        subprocess.run(command, stdout=output, check=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
    text = gzip.decompress(file.read_bytes()).decode()
    done = netguard("history", "import", "-", "--database", f"sqlite:///{tmp_path / 'other.db'}", stdin=text)
    assert done.stdout == "New: 4 scans, 1 device.\n"


def test_an_export_never_takes_the_place_of_something_else(netguard, home, path, tmp_path):
    before = path.read_bytes()
    done = netguard("history", "export", path, "--database", home)
    assert done.returncode == 2
    assert said(done) == [f"netguard: {path} is there already and no export of a history: give another name"]
    assert path.read_bytes() == before
    empty = netguard("history", "export", tmp_path / "x.gz", "--database", home, "--site", "cabin")
    assert (empty.returncode, said(empty)) == (
        3, ["netguard: there is nothing of site 'cabin' to export: run netguard scan"],
    )  # fmt: skip
    assert not (tmp_path / "x.gz").exists()
    nowhere = netguard("history", "export", path / "x.gz", "--database", home)
    assert nowhere.returncode == 3
    assert len(said(nowhere)) == 1


def test_an_edited_file_is_one_line_and_changes_nothing(netguard, home, tmp_path):
    file, other = tmp_path / "all.gz", f"sqlite:///{tmp_path / 'other.db'}"
    netguard("history", "export", file, "--database", home)
    file.write_bytes(gzip.compress(gzip.decompress(file.read_bytes()).replace(b'"high"', b'"info"')))
    done = netguard("history", "import", file, "--database", other)
    assert (done.returncode, done.stdout) == (3, "")
    assert said(done) == [f"netguard: {file}: it was cut short or changed after it was written; nothing was taken over"]
    assert netguard("history", "--database", other).stdout == ""
    gone = netguard("history", "import", tmp_path / "none.gz", "--database", other)
    assert (gone.returncode, len(said(gone))) == (3, 1)


def test_one_scan_document_is_taken_over_with_what_it_teaches(netguard, url, tmp_path):
    file = tmp_path / "scan.json"
    file.write_bytes(codec.dumps(scan(0, "a")))
    done = netguard("history", "import", file, "--database", url)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("New: scan scan-000 of site 'home', ")
    assert "Nuki" in netguard("devices", "--database", url).stdout
    assert netguard("history", "import", file, "--database", url).stdout == "Scan scan-000 is in the history already.\n"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: text.replace('"high"', '"tremendous"'), "it is damaged"),
        (lambda text: text.replace('"high"', '"info"'), "is in the history with other content"),
        (lambda text: text[: len(text) // 2], "it is not JSON"),
        (lambda text: "{}", "no netguard scan"),
        (lambda text: text.replace("netguard.scan/1", "netguard.scan/9"), "update netguard"),
    ],
    ids=["damaged", "edited", "cut", "something else", "newer"],
)
def test_a_scan_document_that_was_edited_is_one_line_and_overwrites_nothing(netguard, url, tmp_path, change, reason):
    with History.open(url) as history:
        history.save(scan(0, "a"))
    file = tmp_path / "scan.json"
    file.write_text(change(codec.dumps(scan(0, "a")).decode()))
    done = netguard("history", "import", file, "--database", url)
    assert (done.returncode, done.stdout, len(said(done))) == (3, "", 1)
    assert reason in done.stderr
    with History.open(url) as history:
        assert history.scan("latest") == scan(0, "a")


def test_a_scan_from_a_time_to_come_and_one_of_another_site_are_refused(netguard, url, tmp_path):
    file = tmp_path / "scan.json"
    ahead = datetime.now(UTC) + timedelta(days=400)
    file.write_bytes(codec.dumps(scan(0, started_at=ahead, finished_at=ahead)))
    done = netguard("history", "import", file, "--database", url)
    assert done.returncode == 3
    assert "which is to come" in done.stderr
    file.write_bytes(codec.dumps(scan(0)))
    done = netguard("history", "import", file, "--database", url, "--site", "cabin")
    assert "it is of site 'home', not of 'cabin'" in done.stderr


def test_a_damaged_history_offers_its_copy_and_gets_it_back(netguard, home, path):
    with History.open(home) as history:
        history.save(scan(28), just_made=True)
    assert backups.copy_of(path).exists()
    path.write_bytes(b"nonsense" * 1000)
    done = netguard("history", "--database", home)
    assert (done.returncode, len(said(done))) == (3, 1)
    assert f"`netguard history restore --database {home}` puts it back" in done.stderr
    back = netguard("history", "restore", "--database", home)
    assert back.returncode == 0, back.stderr
    assert "5 scans, the newest of" in back.stdout
    (kept,) = path.parent.glob("h.db.damaged-*")
    assert back.stdout.splitlines()[-1] == f"The file that was there is kept as {kept}."
    assert "How often router logins were tried since that copy could not be read" in back.stdout
    assert kept.read_bytes() == b"nonsense" * 1000
    assert len(netguard("history", "--database", home).stdout.splitlines()) == 6


def test_a_history_that_can_be_read_is_replaced_only_when_that_is_said(netguard, home, path):
    assert "there is no copy" in netguard("history", "restore", "--database", home).stderr
    with History.open(home) as history:
        history.save(scan(28), just_made=True)
        history.save(scan(35), just_made=True)
    done = netguard("history", "restore", "--database", home)
    assert done.returncode == 2
    assert "can be read: add --yes" in done.stderr
    assert netguard("history", "restore", "--database", home, "--yes").returncode == 0
    assert "scan-035" not in netguard("history", "--database", home).stdout


def test_what_happened_to_a_device_is_told_by_its_id_or_name(netguard, home):
    with History.open(home) as history:
        (lock,) = history.known("home")
    by_id = netguard("devices", lock.id[:8], "--history", "--database", home)
    assert by_id.returncode == 0, by_id.stderr
    lines = by_id.stdout.splitlines()
    assert lines[0].split() == ["WHEN", "WHAT", "BEFORE", "AFTER", "SCAN"]
    assert "seen for the first time" in lines[1]
    assert lines[1].endswith("scan-000")
    assert netguard("devices", "Nuki", "--history", "--database", home).stdout == by_id.stdout
    assert netguard("devices", "show", "Nuki", "--history", "--database", home).stdout == by_id.stdout
    assert (
        netguard("devices", "Nuki", "--database", home).stdout
        == netguard("devices", "show", "Nuki", "--database", home).stdout
    )
    assert netguard("devices", "Nobody", "--history", "--database", home).returncode == 2
    assert "No such command 'Nobody'" in netguard("devices", "Nobody", "else", "--database", home).stderr


def test_a_device_that_no_kept_scan_saw_says_so(netguard, url):
    with History.open(url) as history:
        made = scan(0)
        history.save(made, lambda known: learnt(made, known, lambda: "a" * 12))
        history.let_go([made.id])
        history.save(dataclasses.replace(made, id="without", devices=made.devices[:1]))
    done = netguard("devices", "Nuki", "--history", "--database", url)
    assert done.returncode == 2
    assert "no saved scan has seen Nuki" in done.stderr
    assert Path(url.removeprefix("sqlite:///")).exists()
