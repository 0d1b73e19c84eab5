"""`netguard firewall`: a folder or nothing, a clear complaint, and no packet to anywhere."""

import html
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from netguard import exitcodes
from netguard.advise import readme
from netguard.cli import _firewall
from netguard.errors import RefusedRulesError
from netguard.prove import proof as proving
from netguard.rules import platforms

SAMPLE = Path(__file__).resolve().parents[2] / "reports" / "sample" / "report.json"

PLAN = """\
schema: netguard.plan/1
wan: {interface: wan0}
segments:
  - {name: home, role: trusted, interface: br-lan, prefix: 192.168.20.0/24}
  - {name: things, role: iot, interface: br-iot, vlan: 20, prefix: 192.168.30.0/24, router: [192.168.30.1]}
members:
  - name: bridge
    mac: "00:00:5e:00:53:15"
    segment: things
    addresses: [192.168.30.21]
    listens: [{transport: tcp, ports: [8443], from: home}]
    talks: [{names: [lock-cloud.example], transport: tcp, ports: [443]}]
  - {name: camera, mac: "00:00:5e:00:53:1f", segment: things, addresses: [192.168.30.31]}
"""


@pytest.fixture
def plan(tmp_path):
    path = tmp_path / "plan.yaml"
    path.write_text(PLAN, encoding="utf-8")
    return path


@pytest.fixture
def firewall(netguard):
    """Run `netguard firewall ARGS` where no program nft is."""

    def run(*argv, **environment):
        return netguard("firewall", *argv, **{"PATH": "/nowhere"} | environment)

    return run


def names(folder):
    return sorted(p.name for p in folder.rglob("*"))


def left(tmp_path):
    return {p.name for p in tmp_path.iterdir()} - {"plan.yaml", "person"}


def test_the_ids_of_all_platforms_a_line_each(firewall):
    done = firewall("--list-platforms")
    assert done.returncode == 0
    assert done.stdout.split() == list(platforms.load())


def test_a_folder_with_the_rules_their_undo_and_what_to_do(firewall, plan, tmp_path):
    done = firewall("--platform", "nftables", "--plan", plan, "-o", "out")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "out\n"
    folder = tmp_path / "out"
    assert {"netguard.nft", "dnsmasq.conf", "undo.sh", "README.md", "plan.yaml"} <= set(names(folder))
    assert (folder / "plan.yaml").read_text(encoding="utf-8") == PLAN
    about = (folder / "README.md").read_text(encoding="utf-8")
    assert about.startswith(readme.MARK)
    for file in folder.iterdir():
        assert f"`{file.name}`" in about or file.name == "README.md"
    assert "packet-tested" in about
    assert "Calculated" not in about


def test_again_is_the_same_and_a_changed_plan_leaves_nothing_behind(firewall, plan, tmp_path):
    firewall("--platform", "nftables", "--plan", plan, "-o", "out")
    first = {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()}
    assert firewall("--platform", "nftables", "--plan", plan, "-o", "out").returncode == 0
    assert {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()} == first
    (tmp_path / "out" / "before-netguard.nft").write_text("the person's backup")
    plan.write_text(PLAN.replace("talks: [{names: [lock-cloud.example], transport: tcp, ports: [443]}]", "talks: []"))
    assert firewall("--platform", "nftables", "--plan", plan, "-o", "out").returncode == 0
    assert "dnsmasq.conf" not in names(tmp_path / "out")
    assert "before-netguard.nft" in names(tmp_path / "out")


def test_everything_can_be_printed_as_one_text(firewall, plan, tmp_path):
    printed = firewall("--platform", "nftables", "--plan", plan)
    assert printed.returncode == 0
    assert printed.stdout == firewall("--platform", "nftables", "--plan", plan, "-o", "-").stdout
    firewall("--platform", "nftables", "--plan", plan, "-o", "out")
    for name in ("netguard.nft", "undo.sh", "dnsmasq.conf"):
        assert f"## {name}\n\n~~~~~~\n{(tmp_path / 'out' / name).read_text().rstrip()}\n~~~~~~\n" in printed.stdout


def test_what_it_closes_of_a_scan_is_named_by_check_and_member_only(firewall, plan, tmp_path):
    done = firewall(SAMPLE, "--platform", "nftables", "--plan", plan, "-o", "out")
    assert done.returncode == 0, done.stderr
    about = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    prints = {f["fingerprint"]: f for f in json.loads(SAMPLE.read_text())["findings"]}
    told = [line for line in about.splitlines() if "(finding " in line]
    assert any(line.endswith(")") and " of bridge " in line for line in told)
    rules = (tmp_path / "out" / "netguard.nft").read_text()
    for line in told:
        finding = line.rpartition(" ")[2].rstrip(")")
        assert prints[finding]["status"] == "fail"
        assert f"`{prints[finding]['check']}`" in line
        assert finding in rules
    for device in json.loads(SAMPLE.read_text())["devices"]:
        if device["name"] and " " in device["name"]:
            assert device["name"] not in about + rules


def test_a_scan_of_another_home_is_refused_with_its_plan(firewall, plan):
    plan.write_text(PLAN.replace("192.168.20.", "10.1.1.").replace("00:00:5e:00:53", "00:00:5e:00:54"))
    done = firewall(SAMPLE, "--platform", "nftables", "--plan", plan)
    assert done.returncode == 2
    assert "the scan is of another network" in done.stderr


def test_without_nft_the_proof_says_that_it_was_calculated(firewall, plan, tmp_path):
    done = firewall("--platform", "nftables", "--plan", plan, "-o", "out", "--prove")
    if sys.platform == "linux" and not any(Path(f, "nft").exists() for f in ("/usr/sbin", "/sbin", "/usr/bin", "/bin")):
        assert "Calculated, not run: the program nft (package nftables) is not installed" in done.stdout
        assert "**Calculated, not run**" in (tmp_path / "out" / "README.md").read_text()
    assert done.returncode == 0, done.stderr
    assert "to home  to things" in done.stdout
    assert done.stdout.endswith("\nout\n")
    assert "bridge to lock-cloud.example: TCP 443" in done.stdout
    assert "anybody else in home to bridge: TCP 8443" in done.stdout


def test_a_platform_without_nftables_rules_is_calculated_with_the_reason(firewall, plan, tmp_path):
    own = tmp_path / "config" / "rules" / "platforms"
    own.mkdir(parents=True)
    intents = "".join(f"  {name}: In its menu.\n" for name in platforms.INTENTS)
    (own / "box.yaml").write_text(
        "schema: 1\nid: box\nname: My box\nlabel: unverified\nverified: {how: documents, when: 2026-11}\n"
        'sources: [{url: "https://example.org/", checked: 2026-11-20}]\nneeds: [A box.]\nsteps: [Click.]\nundo: [Click.]\n'
        f"vlans: true\nintents: {{}}\nunsupported:\n{intents}files: [{{name: box.txt, what: rules, text: x}}]\n"
    )
    config = {"NETGUARD_CONFIG": str(tmp_path / "config" / "config.toml")}
    assert "box" in firewall("--list-platforms", **config).stdout.split()
    done = firewall("--platform", "box", "--plan", plan, "--prove", "--json", "-", **config)
    assert done.returncode == 0, done.stderr
    proof = json.loads(done.stdout)
    assert (proof["schema"], proof["how"], proof["platform"]) == ("netguard.proof/1", "calculated", "box")
    assert proof["reason"] == "the rules of My box run on such a router only"
    assert {row["wanted"] for row in proof["rows"]} == {"allow", "deny", "not-routed"}


def test_the_scans_report_may_come_with_the_rules(firewall, plan, tmp_path):
    done = firewall(SAMPLE, "--platform", "nftables", "--plan", plan, "-o", "out", "--prove", "--html", "report.html")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-2:] == ["report.html", "out"]
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    for text in ("What changes on your router", "lock-cloud.example (TCP 443)", "Calculated, not run", "netguard.nft"):
        assert text in page
    rules = (tmp_path / "out" / "netguard.nft").read_text(encoding="utf-8")
    assert rules in html.unescape(page)
    alone = firewall(SAMPLE, "--platform", "nftables", "--plan", plan, "--html", "alone.html")
    assert (alone.returncode, alone.stdout) == (0, "alone.html\n")
    assert "Not tried" in (tmp_path / "alone.html").read_text(encoding="utf-8")


def test_the_proof_as_json_goes_to_a_file_beside_the_matrix(firewall, plan, tmp_path):
    done = firewall("--platform", "nftables", "--plan", plan, "--prove", "--json", "proof.json")
    assert done.returncode == 0, done.stderr
    assert "questions" in done.stdout
    assert json.loads((tmp_path / "proof.json").read_text())["platform"] == "nftables"


# ---------------------------------------------------------------- complaints, and nothing written


BROKEN = {
    "overlapping prefixes": ("192.168.30.0/24, router: [192.168.30.1]", "192.168.20.0/25", "line 5: segments[1].prefix: 192.168.20.0/25 overlaps"),
    "a member outside its segment": ("[192.168.30.31]", "[192.168.20.31]", "line 13: members[1].addresses[0]: "),
    "an unknown field": ("wan: {interface: wan0}", "wan: {interface: wan0, speed: 9}", "line 2: wan.speed: it is no field of a plan"),
    "no DNS name": ("lock-cloud.example", "lock cloud", "line 12: members[0].talks[0].names[0]: 'lock cloud' is no DNS name"),
    "a name that ends its line": ("name: camera", 'name: "cam\\nera"', "line 13: members[1].name: 'cam\\nera' is no name"),
    "no YAML": ("wan: {", "wan: [{", "plan.yaml: line "),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), BROKEN.values(), ids=BROKEN)
def test_a_plan_that_cannot_be_meant_is_refused_by_line_and_nothing_is_written(
    firewall, plan, tmp_path, old, new, said
):
    assert old in PLAN
    plan.write_text(PLAN.replace(old, new, 1), encoding="utf-8")
    done = firewall("--platform", "nftables", "--plan", "plan.yaml", "-o", "out", "--prove", "--json", "p.json")
    assert done.returncode == 2
    assert f"netguard: {'' if said.startswith('plan') else 'plan.yaml: '}{said}" in done.stderr
    assert done.stdout == ""
    assert left(tmp_path) == set()


def test_five_hundred_members_are_too_many_and_told_by_line(firewall, plan, tmp_path):
    more = "".join(
        f'  - {{name: m{n}, mac: "02:00:00:00:{n >> 8:02x}:{n & 255:02x}", segment: things}}\n' for n in range(500)
    )
    plan.write_text(PLAN + more, encoding="utf-8")
    done = firewall("--platform", "nftables", "--plan", "plan.yaml", "-o", "out")
    assert done.returncode == 2
    assert "plan.yaml: line 268: members[256]: there are 502 members, a plan has at most 256" in done.stderr
    assert left(tmp_path) == set()


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--plan", "plan.yaml"], "which router is it for? Say --platform with one of these"),
        (["--platform", "pfsense", "--plan", "plan.yaml"], "there is no platform 'pfsense'; there are "),
        (["--platform", "nftables", "--plan", "nowhere.yaml"], "nowhere.yaml: it cannot be read"),
        (["--platform", "nftables", "--plan", "."], ".: it cannot be read"),
        (["--platform", "nftables", "--plan", "plan.yaml", "--json", "-"], "add --prove"),
        (
            ["--platform", "nftables", "--plan", "plan.yaml", "--prove", "--json", "-", "-o", "-"],
            "both write to standard",
        ),
        (
            ["--platform", "nftables", "--plan", "plan.yaml", "--html", "report.html"],
            "there is no scan of this network",
        ),
        (["--platform", "nftables", "--plan", "plan.yaml", "--html", "-"], "name a file"),
        (["-", "--platform", "nftables", "--plan", "-"], "cannot both be standard input"),
        (
            ["--platform", "nftables", "--plan", "plan.yaml", "-o", "person"],
            "is not empty, and netguard did not make it",
        ),
        (["--platform", "nftables", "--plan", "plan.yaml", "-o", "plan.yaml"], "plan.yaml is no folder"),
    ],
)
def test_a_wrong_call_is_told_and_nothing_is_written(firewall, plan, tmp_path, argv, said):
    done = firewall(*argv)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stdout == ""
    assert left(tmp_path) == set()


def test_a_platform_file_that_fails_writes_nothing(firewall, plan, tmp_path):
    own = tmp_path / "config" / "rules" / "platforms"
    own.mkdir(parents=True)
    shipped = Path(__file__).resolve().parents[2] / "rules" / "platforms" / "nftables.yaml"
    text = shipped.read_text(encoding="utf-8").replace("id: nftables\n", "id: mine\n").replace("{{ wan }}", "{{ 'x' }}")
    (own / "mine.yaml").write_text(text, encoding="utf-8")
    config = {"NETGUARD_CONFIG": str(tmp_path / "config" / "config.toml")}
    done = firewall("--platform", "mine", "--plan", plan, "-o", "out", **config)
    assert done.returncode == 3
    assert "mine.yaml: template: str is not typed, so it cannot be written" in done.stderr
    assert left(tmp_path) == {"config"}


def test_a_plan_may_come_from_standard_input(netguard):
    done = netguard("firewall", "--platform", "nftables", "--plan", "-", stdin=PLAN)
    assert done.returncode == 0, done.stderr
    assert "## netguard.nft" in done.stdout
    done = netguard("firewall", "--platform", "nftables", "--plan", "-", stdin=PLAN.replace("wan0", "wan 0"))
    assert "netguard: standard input: line 2: wan.interface: 'wan 0' is no interface's name" in done.stderr


def test_without_plan_and_scan_there_is_nothing_to_make_one_of(firewall, tmp_path):
    done = firewall("--platform", "nftables", "-o", "out")
    assert done.returncode == 3
    assert left(tmp_path) == set()
    assert "netguard: " in done.stderr


def test_rules_that_do_other_than_the_plan_says_are_not_written(plan, tmp_path, monkeypatch, capsys):
    """A twin that lets everything through stands in for rules that are wrong."""

    def wrong(plan, text, rules, **given):
        made = proving.calculated(plan, platform=given["platform"], reason="x")
        return replace(made, how="run", reason=None, rows=tuple(replace(row, after=True) for row in made.rows))

    monkeypatch.setattr(proving, "run", wrong)
    monkeypatch.setattr(_firewall.system, "find", lambda program: f"/usr/sbin/{program}")
    monkeypatch.setattr(_firewall.privileges, "is_root", lambda: False)
    monkeypatch.setattr(_firewall.sys, "platform", "linux")
    monkeypatch.setenv("NETGUARD_DATABASE", f"sqlite:///{tmp_path / 'h.sqlite'}")
    request = _firewall.Request(
        scan=None, platform="nftables", plan=str(plan), output=str(tmp_path / "out"), prove=True, html=None, as_json=None,
        site=None, database=f"sqlite:///{tmp_path / 'h.sqlite'}",
    )  # fmt: skip
    assert _firewall.run(request) == 1
    said = capsys.readouterr()
    assert "they were not written" in said.err
    assert "OTHER THAN THE PLAN SAYS" in said.out
    assert not (tmp_path / "out").exists()


def test_rules_that_nft_refuses_are_no_calculated_proof(plan, tmp_path, monkeypatch, capsys):
    def refused(*_, **__):
        raise RefusedRulesError("nft refuses the rules: syntax error")

    monkeypatch.setattr(proving, "run", refused)
    monkeypatch.setattr(_firewall.system, "find", lambda program: f"/usr/sbin/{program}")
    monkeypatch.setattr(_firewall.privileges, "is_root", lambda: False)
    monkeypatch.setattr(_firewall.sys, "platform", "linux")
    request = _firewall.Request(
        scan=None, platform="nftables", plan=str(plan), output=str(tmp_path / "out"), prove=True, html=None,
        as_json=str(tmp_path / "p.json"), site=None, database=f"sqlite:///{tmp_path / 'h.sqlite'}",
    )  # fmt: skip
    with pytest.raises(RefusedRulesError, match=r"syntax error\. .*nothing was written") as told:
        _firewall.run(request)
    assert told.value.exit_code == exitcodes.FOUND
    assert capsys.readouterr().out == ""
    assert not {p.name for p in tmp_path.iterdir()} & {"out", "p.json"}


def test_the_doctor_says_whether_rules_can_be_tried_here(netguard):
    said = netguard("doctor", "-i", "lo", PATH="/nowhere").stdout
    trying = said.partition("(netguard firewall --prove)\n")[2].partition("\n\n")[0].splitlines()
    assert {line[:5] for line in trying} <= {"yes  ", "no   ", "     "}
    assert trying[0][5:] == "nft" if sys.platform == "linux" else "only Linux" in trying[0]
    if trying[0].startswith("no   nft"):
        assert trying[1:] == ["     Install the package nftables."]
