"""`netguard schedule` and `netguard home` as processes of their own. Nothing is installed: only rehearsals and refusals."""

import json

import pytest


@pytest.mark.parametrize("kind", ["systemd", "systemd-system", "launchd", "cron", "windows"])
def test_a_rehearsal_shows_every_kind_and_writes_none(netguard, tmp_path, kind):
    home = tmp_path / "home"
    home.mkdir()
    done = netguard(
        "schedule", "install", "--dry-run", "--kind", kind, "--notify", "ntfy://hidden-topic", HOME=str(home)
    )
    assert done.returncode == 0, done.stderr
    assert "schedule" in done.stdout
    assert "Then run:" in done.stdout
    assert "hidden-topic" not in done.stdout + done.stderr
    assert not [p for p in home.rglob("*") if p.name.startswith("netguard.") and p.suffix in {".timer", ".plist"}]


@pytest.mark.parametrize(
    ("argv", "code", "says"),
    [
        (("schedule", "install", "--every", "sometimes"), 2, "N-hours"),
        (("schedule", "install", "--kind", "upstart"), 2, "there is cron"),
        (("schedule", "install", "--notify", "nonsense", "--dry-run", "--kind", "cron"), 2, "no URL"),
        (("schedule", "run", "--with", "PATH=/tmp"), 2, "it takes one of"),
        (("home", "forget", "flat", "--yes"), 2, "no network of 'flat' is known"),
        (("home", "moved", "--instead-of", "x", "--yes"), 2, "no MAC address"),
    ],
)
def test_refusals_are_one_sentence(netguard, tmp_path, argv, code, says):
    done = netguard(*argv, HOME=str(tmp_path / "home"))
    assert (done.returncode, done.stdout) == (code, ""), done
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_receivers_may_come_by_standard_input(netguard, tmp_path):
    done = netguard(
        "schedule", "install", "--dry-run", "--kind", "cron", "--notify", "-", stdin="ntfy://a\n\nntfy://b\n",
        HOME=str(tmp_path / "home"),
    )  # fmt: skip
    assert done.stdout.count("ntfy (") == 2


def test_status_and_list_work_where_there_is_nothing(netguard, tmp_path):
    home = {"HOME": str(tmp_path / "home")}
    done = netguard("schedule", "status", "--json", **home)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["schedules"] == []
    assert "No network is known as yours yet" in netguard("home", "list", **home).stdout
    assert json.loads(netguard("home", "list", "--json", **home).stdout) == {"homes": []}
