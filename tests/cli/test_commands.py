"""Exit codes, what goes to stdout and stderr, and what a wrong call says."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from netguard import config, registry
from netguard.cli import GROUPS
from netguard.history.store import History
from netguard.model import codec
from netguard.net import privileges
from tests import builders

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "reports" / "sample" / "report.json"
HEAVY = (
    "scapy",
    "nmap",
    "jinja2",
    "sqlalchemy",
    "yaml",
    "msgspec",
    "netaddr",
    "rich",
    "cryptography",
    "alembic",
    "asyncio",
)


@pytest.mark.parametrize("argv", [["--help"], ["scan", "--help"], ["history", "--help"], ["--version"]])
def test_help_loads_nothing_heavy(argv):
    program = (
        "import sys\n"
        "from netguard.cli import cli\n"
        f"try: cli.main({argv!r}, standalone_mode=False)\n"
        "except SystemExit: pass\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stderr.splitlines()[-1] == "[]"


def test_help_groups_every_command(netguard):
    text = netguard("--help").stdout
    commands = registry.names("netguard.cli")
    for name in commands:
        assert f"\n  {name} " in text
        assert registry.load("netguard.cli", name).GROUP in GROUPS
    used = [g for g in GROUPS if any(g == registry.load("netguard.cli", n).GROUP for n in commands)]
    positions = [text.index(f"{group}:") for group in used]
    assert positions == sorted(positions)


@pytest.mark.parametrize("name", registry.names("netguard.cli"))
def test_every_command_explains_itself_and_every_option(netguard, name):
    done = netguard(name, "--help")
    assert done.returncode == 0
    command = registry.load("netguard.cli", name).command
    assert command.help
    for option in command.params:
        assert option.param_type_name == "argument" or option.help, f"{name} {option.name} has no help"


@pytest.mark.parametrize(
    ("argv", "code", "says"),
    [
        (["no-such-command"], 2, "No such command"),
        (["scan", "--depth", "abyss"], 2, "abyss"),
        (["scan", "-i", "no-such-if0", "--dry-run"], 2, "no-such-if0"),
        (["scan", "-i", "lo", "--dry-run"], 2, "more than a home has"),
        (["scan", "-i", "lo", "--dry-run", "192.0.2.0/24"], 2, "not on the network of lo"),
        (["scan", "-i", "lo", "--dry-run", "kitchen"], 2, "no address and no network"),
        (["scan", "-i", "lo", "127.77.0.0/24"], 3, "Nothing was sent"),
        (["scan", "-i", "lo", "127.77.0.0/24", "--html", "a", "--no-html"], 2, "contradict"),
        (["report", "nowhere.json"], 3, "nowhere.json"),
        (["report", "abcd1234"], 3, "no saved scan"),
        (["report"], 3, "no saved scan"),
        (["history"], 0, "no saved scans yet"),
    ],
)
def test_what_a_wrong_call_says(netguard, argv, code, says, tmp_path):
    done = netguard(*argv)
    assert (done.returncode, done.stdout) == (code, ""), done
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 4


def test_a_rehearsal_sends_nothing_and_names_who_would_get_what(netguard):
    done = netguard("scan", "-i", "lo", "127.77.0.0/28", "--dry-run")
    assert done.returncode == 0
    assert "Nothing is sent now" in done.stdout
    assert "127.77.0.0/28" in done.stdout
    assert "9100-9107" in done.stdout
    assert "255.255.255.255, UDP port 5678" in done.stdout


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("never_touch = [", "config.toml"),
        ("never_tuoch = []", "never_tuoch"),
        ('never_touch = ["kitchen"]', "kitchen"),
        ('pause = [{device = "192.0.2.1", until = "soon"}]', "until"),
        ("never_touch = 3", "never_touch"),
    ],
)
def test_a_broken_config_is_one_clear_line(netguard, tmp_path, text, says):
    config = tmp_path / "config.toml"
    config.write_text(text)
    done = netguard("scan", "-i", "lo", "127.77.0.0/30", "--dry-run", NETGUARD_CONFIG=str(config))
    assert done.returncode == 2
    assert "config.toml" in done.stderr
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_broken_rule_record_names_file_and_field(netguard, tmp_path):
    (tmp_path / "rules" / "devices").mkdir(parents=True)
    (tmp_path / "config.toml").write_text("")
    (tmp_path / "rules" / "devices" / "my-lock.yaml").write_text("schema: 1\nid: my-lock\nname: Mine\nrole: lokc\n")
    done = netguard("scan", "-i", "lo", "127.77.0.0/30", "--dry-run", NETGUARD_CONFIG=str(tmp_path / "config.toml"))
    assert done.returncode == 3
    assert "my-lock.yaml" in done.stderr
    assert "role" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_document_of_a_newer_netguard_is_refused_kindly(netguard, tmp_path):
    raw = json.loads(SAMPLE.read_text()) | {"schema": "netguard.scan/2"}
    (tmp_path / "new.json").write_text(json.dumps(raw))
    done = netguard("report", "new.json", "--format", "text")
    assert (done.returncode, done.stdout) == (3, "")
    assert "netguard.scan/2" in done.stderr
    assert "update netguard" in done.stderr


def test_a_report_is_written_whole_where_one_asks_or_not_at_all(netguard, tmp_path):
    done = netguard("report", SAMPLE, "-o", tmp_path / "out.html")
    assert done.returncode == 0
    assert done.stdout.strip() == str(tmp_path / "out.html")
    assert "</html>" in (tmp_path / "out.html").read_text()
    (tmp_path / "taken").write_text("a file, no folder")
    failed = netguard("report", SAMPLE, "-o", tmp_path / "taken" / "out.html")
    assert failed.returncode == 3
    assert "could not be written" in failed.stderr
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".out")]


@pytest.mark.parametrize("form", registry.names("netguard.report.formats"))
def test_every_format_goes_to_standard_output_from_standard_input(netguard, form):
    done = netguard("report", "-", "--format", form, "-o", "-", stdin=SAMPLE.read_text())
    assert done.returncode == 0
    assert done.stdout
    assert done.stderr == ""


def test_the_history_keeps_a_scan_and_reports_on_it_by_its_id(netguard, tmp_path):
    database = f"sqlite:///{tmp_path / 'h.sqlite'}"
    with History.open(database) as history:
        history.save(builders.scan())
    listed = netguard("history", "--database", database)
    assert "0123456789ab" in listed.stdout
    reported = netguard("report", "0123", "--format", "json", "--database", database)
    assert codec.loads(reported.stdout.encode()) == builders.scan()


def test_alone_it_shows_the_last_result_and_what_to_do_next(netguard, tmp_path):
    database = f"sqlite:///{tmp_path / 'h.sqlite'}"
    first = netguard(NETGUARD_DATABASE=database)
    assert first.returncode == 0
    assert "Usage: " in first.stdout
    with History.open(database) as history:
        history.save(codec.loads(SAMPLE.read_bytes()))
    then = netguard(NETGUARD_DATABASE=database)
    assert "Last scan of" in then.stdout
    assert "netguard report" in then.stdout


def test_the_schema_is_json(netguard):
    schema = json.loads(netguard("schema").stdout)
    assert schema["title"] == "netguard.scan/1"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_a_script_for_the_shell(netguard, shell):
    done = netguard("completion", shell)
    assert done.returncode == 0
    assert "_NETGUARD_COMPLETE" in done.stdout


def test_completion_completes(netguard):
    done = netguard(_NETGUARD_COMPLETE="bash_complete", COMP_WORDS="netguard his", COMP_CWORD="1")
    assert "history" in done.stdout


def test_the_doctor_says_what_this_computer_can_see(netguard):
    done = netguard("doctor", "-i", "lo")
    assert done.stdout.startswith("What this computer can see")
    assert "127.0.0.0/8" in done.stdout
    assert "raw-sockets" in done.stdout


def test_the_doctor_says_for_each_way_of_hearing_wifi_what_it_lacks(netguard):
    said = netguard("doctor", "-i", "lo").stdout
    hearing = said.partition("What hears Wi-Fi here\n")[2].partition("\n\n")[0].splitlines()
    assert hearing
    assert {line[:5] for line in hearing} <= {"yes  ", "no   ", "     "}
    missing = [line for line in hearing if line.startswith("no   ")]
    assert len([line for line in hearing if line.startswith("     ")]) == len(missing)
    if sys.platform == "linux":
        assert [line[5:] for line in hearing if not line.startswith("     ")] == [
            "the kernel's list of Wi-Fi networks",
            "wpa_supplicant",
        ]


@pytest.mark.skipif(
    not (privileges.supported() and privileges.is_root()), reason="needs root on Linux, to have something to lose"
)
def test_a_root_that_may_open_no_raw_sockets_goes_on_without_them(tmp_path):
    program = (
        "import sys\n"
        "from netguard.net import privileges\n"
        "privileges.drop(privileges.Identity(uid=0, gid=0, why='a test'))\n"
        "from netguard.cli import main\n"
        "sys.argv = ['netguard', 'scan', '-i', 'lo', '127.77.0.0/30', '--dry-run']\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert "may not open raw sockets" in done.stderr
    assert "raw packets need root" in done.stdout


def test_a_pause_ends_by_itself(tmp_path, monkeypatch):
    (tmp_path / "config.toml").write_text('pause = [{device = "192.0.2.20", until = 2026-12-31}]\n')
    monkeypatch.setenv("NETGUARD_CONFIG", str(tmp_path / "config.toml"))
    settings = config.load()
    assert [str(a) for a in settings.left_alone(date(2026, 12, 31))[1]] == ["192.0.2.20"]
    assert settings.left_alone(date(2027, 1, 1)) == ((), ())
