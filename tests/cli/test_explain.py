"""`netguard explain`: every check and every record has something to say, plainly, and what is meant is found."""

import re
from dataclasses import replace
from types import SimpleNamespace

import pytest

from netguard import registry
from netguard.checks._contract import Check
from netguard.cli import _explain
from netguard.cli._explain import Page, check, found, ids, record, told
from netguard.errors import UsageError
from netguard.model.action import Remedy
from netguard.model.vocabulary import Needs
from netguard.report.words import ROLES
from netguard.rules import loader
from tests.hostile.corpus import NASTY

CHECKS = registry.load_all("netguard.checks", "CHECK", "judge")
RULES = loader.load()
WIDTHS = (_explain.NARROWEST, 80, _explain.WIDEST)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")

OWN_LOCK = """\
schema: 1
id: my-own-lock
name: My own lock
role: lock
vendor: Myself
ip: maybe
evidence:
  - match: {hostname: "my-own-*"}
fixes:
  telnet-open: "Menu > Network > Telnet: off"
security:
  - Its bridge once had a hole.
support: {until: "2031-04", url: "https://example.org/support"}
disclosure: https://example.org/security
notes: It is red.
verified: {how: device, when: "2026-11-20"}
sources:
  - {url: "https://example.org/lock", checked: "2026-11-20"}
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A person's own record, in the folder that the settings name."""
    folder = tmp_path / "rules" / "devices"
    folder.mkdir(parents=True)
    (folder / "my-own-lock.yaml").write_text(OWN_LOCK)
    monkeypatch.setenv("NETGUARD_CONFIG", str(tmp_path / "config.toml"))
    return tmp_path


def sections(lines):
    """The text below each heading, `""` for what stands before the first."""
    parts = {"": []}
    heading, blank = "", False
    for line in lines:
        if blank and line and not line.startswith(" "):
            heading = line
            parts[heading] = []
        else:
            parts[heading].append(line)
        blank = not line
    return {name: " ".join(" ".join(text).split()) for name, text in parts.items()}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", CHECKS)
def test_every_check_is_explained_and_no_part_is_empty(name, width):
    lines = list(check(Page(width=width), CHECKS[name], RULES))
    assert all(len(line) <= width or "://" in line for line in lines)
    assert not any(CONTROL.search(line) for line in lines)
    said = sections(lines)
    about = CHECKS[name].CHECK
    assert name in said[""]
    assert " ".join(about.title.split()) in said[""]
    assert said["Why it matters"] == " ".join(about.why.split())
    what = "your Wi-Fi" if name.startswith(("wifi-", "wps-")) else "the device"
    assert about.remedy.title.format(device=what) in said["What to do"]
    assert all(said.values()), said
    whole = " ".join(said.values())
    for reference in about.references:
        assert reference in whole
    judged = said["How severe it is, and how it judges"]
    assert re.search("critical|high|medium|low|info|severity", judged)
    for label in ("All right", "Not checked", "Does not apply", "It errs"):
        assert not re.search(rf"\b{label}:? *($|\.)", judged)
    assert "Unknown when" not in judged


@pytest.mark.parametrize("name", CHECKS)
def test_no_word_of_a_checks_docstring_is_lost(name):
    said = told(CHECKS[name].__doc__)
    kept = " ".join((said.asks, *said.rest, *said.outcomes, *said.outcomes.values(), *map(repr, said.tables)))
    lost = {w for w in re.findall(r"[a-z]{3,}", CHECKS[name].__doc__) if w not in kept}
    assert lost <= {"nknown", "asses", "applicable"}, "only the leads are said in other words"
    assert {"All right", "Not checked"} <= set(said.outcomes) or "Passes" not in CHECKS[name].__doc__


@pytest.mark.parametrize("id_", RULES.devices)
def test_every_record_is_explained_and_no_part_is_empty(id_):
    device = RULES.devices[id_]
    for width in WIDTHS:
        lines = list(record(Page(width=width), device))
        assert all(len(line) <= width or "://" in line for line in lines)
        assert not any(line.strip() in {"-", ":"} for line in lines)
        said = sections(lines)
        assert all(said.values()), said
        whole = " ".join(said.values())
        assert ROLES[device.role] in whole
        support = device.support and f"{device.support.until}, says {device.support.url}"
        texts = (device.notes, device.unscannable, device.wake, device.disclosure, support, *device.fixes.values())
        for text in (device.name, *device.also_called, *device.security, *texts):
            assert text is None or " ".join(text.split()) in whole
        for source in device.sources:
            assert source.url in whole


@pytest.mark.parametrize("id_", RULES.devices)
def test_every_record_is_found_by_its_id_and_by_its_name_where_that_is_its_own(id_):
    device = RULES.devices[id_]
    assert found(id_, CHECKS, RULES.devices) is device
    assert found(id_.upper().replace("-", " "), CHECKS, RULES.devices) is device
    named = [r for r in RULES.devices.values() if device.name.casefold() in map(str.casefold, (r.name, *r.also_called))]
    if len(named) == 1 and device.name.casefold().replace(" ", "-") not in RULES.devices:
        assert found(device.name, CHECKS, RULES.devices) is device


def test_a_check_is_found_by_its_id_its_old_id_and_words_that_only_it_has():
    old = SimpleNamespace(CHECK=replace(CHECKS["telnet-open"].CHECK, id="no-telnet", aliases=("telnet-2019",)))
    for text in ("no-telnet", "No_Telnet", "no telnet", "TELNET-2019", "telnet"):
        assert found(text, {"no-telnet": old}, RULES.devices) is old
    assert found("telnet_open", CHECKS, RULES.devices) is CHECKS["telnet-open"]


def test_an_old_id_is_said(monkeypatch):
    module = SimpleNamespace(
        CHECK=replace(CHECKS["telnet-open"].CHECK, aliases=("telnet-2019",)), __doc__=CHECKS["telnet-open"].__doc__
    )
    assert "Check telnet-open, once called telnet-2019" in list(check(Page(width=80), module, RULES))


def test_several_are_listed_with_what_to_write_next():
    with pytest.raises(UsageError) as error:
        found("nuki", CHECKS, RULES.devices)
    lines = str(error.value).splitlines()
    assert lines[0] == "nuki: several are called so:"
    assert "  nuki-bridge: Nuki Bridge (lock bridge)" in lines
    assert re.fullmatch(r"Say which one: netguard explain nuki-[a-z-]+", lines[-1])
    with pytest.raises(UsageError, match=r"and \d+ more: say more of the name"):
        found("a", CHECKS, RULES.devices)


def test_checks_and_devices_that_share_a_word_are_listed_together():
    with pytest.raises(UsageError, match=r"(?s)lock-unexpected-port: .*lockly-hub: "):
        found("lock", CHECKS, RULES.devices)


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("telnetopen", "telnet-open"),
        ("fritzbux", "fritzbox"),
        ("nuki-brigde", "nuki-bridge"),
        ("filips hue", "philips"),
    ],
)
def test_what_is_called_alike_is_suggested(text, near):
    with pytest.raises(UsageError, match="neither a check nor a device record of that name; near it: ") as error:
        found(text, CHECKS, RULES.devices)
    assert near in str(error.value)


@pytest.mark.parametrize(
    "text", ["", "  ", "\x1b[2J\x00", "zzqqxxyyzz" * 40, *(v for v in NASTY.values() if v != "- one")]
)
def test_nonsense_is_answered_in_one_clean_line(text):
    with pytest.raises(UsageError) as error:
        found(text, CHECKS, RULES.devices)
    assert "neither a check nor a device record" in str(error.value)
    assert not CONTROL.search(str(error.value))


def test_the_two_layouts_of_a_severity_table():
    text = "Something.\n\n| what | lock | else |\n|---|:--:|---|\n| open | high | low |\n\nSo it is. Passes when shut."
    said = told(text)
    assert said.tables == ((("what", "lock", "else"), ("open", "high", "low")),)
    assert (said.rest, said.outcomes) == (("So it is.",), {"All right": "when shut."})
    about = Check(
        id="x", title="X", why="Y", remedy=Remedy(group="g", title="Shut {device}", needs=Needs.MENU), references=("R",)
    )
    lines = list(check(Page(width=80), SimpleNamespace(CHECK=about, __doc__=text), RULES))
    assert "  - open: high (lock); low (else)" in lines
    two = told("A.\n\n| what | how bad |\n|---|---|\n| open | high |\n")
    assert two.tables == ((("what", "how bad"), ("open", "high")),)


def test_a_narrow_terminal_gets_labels_before_and_a_wide_one_beside():
    device = RULES.devices["nuki-bridge"]
    assert "  Maker: Nuki" in list(record(Page(width=_explain.NARROWEST), device))
    assert f"  {'Maker':<{_explain.LABEL}} Nuki" in list(record(Page(width=80), device))


@pytest.mark.parametrize("nasty", NASTY.values(), ids=NASTY)
def test_no_record_can_move_the_cursor(nasty):
    device = RULES.devices["nuki-bridge"]

    class Evil:
        def __getattr__(self, name):
            value = getattr(device, name)
            return nasty + value if isinstance(value, str) and name in {"name", "vendor", "notes", "wake"} else value

    lines = list(record(Page(width=80), Evil()))
    assert not any(CONTROL.search(line) for line in lines)
    assert all(len(line) <= 80 or "://" in line for line in lines)


def test_headings_are_bold_only_where_that_is_wanted():
    device = RULES.devices["nuki-bridge"]
    plain = list(record(Page(width=80), device))
    assert "\x1b[1mNotes\x1b[0m" in list(record(Page(width=80, bold=True), device))
    assert [re.sub(r"\x1b\[[01]m", "", line) for line in record(Page(width=80, bold=True), device)] == plain


def test_a_persons_own_record_is_explained_with_all_that_it_says(own):
    said = sections(_explain.explained("my own lock"))
    whole = " ".join(said.values())
    for text in (
        "Mends faults until 2031-04, says https://example.org/support",
        "Reporting faults https://example.org/security",
        "IP address depends on the model, or on how it is set up",
        "May listen on not known to netguard",
        "Verified on a device of this kind, 2026-11-20",
    ):
        assert text in whole
    assert str(own / "rules" / "devices" / "my-own-lock.yaml") in whole.replace(" ", "")
    assert said["Security"] == "- Its bridge once had a hole."
    assert said["What to do where a check found something"] == "telnet-open Menu > Network > Telnet: off"


def test_a_check_says_where_its_switch_is_on_devices_that_are_known(own):
    said = sections(_explain.explained("telnet-open"))
    assert "My own lock Menu > Network > Telnet: off" in said["Where to find it on devices that netguard knows"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("fritzbox", "a guest network; not networks of your own making (VLANs); guests from each other, too"),
        (
            "openwrt",
            "networks of your own making (VLANs); a guest network; guests from each other only where you say so",
        ),
        ("router", _explain.NOT_KNOWN),
    ],
)
def test_a_routers_record_says_which_networks_it_can_keep_apart(name, said):
    whole = " ".join(" ".join(record(Page(width=_explain.WIDEST), RULES.devices[name])).split())
    assert f"Can keep apart {said}" in whole


def test_ids_are_those_of_checks_shipped_records_and_ones_own(own):
    assert {*CHECKS, *RULES.devices, "my-own-lock"} == set(ids())


def test_as_a_process_it_answers_on_standard_output_without_colour(netguard):
    done = netguard("explain", "telnet-open", COLUMNS="70")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("No device offers telnet\nCheck telnet-open\n")
    assert "\x1b" not in done.stdout
    assert max(len(line) for line in done.stdout.splitlines() if "://" not in line) <= 70
    model = netguard("explain", "nuki", "bridge", "--", COLUMNS="9999")
    assert model.returncode == 0
    assert model.stdout.startswith("Nuki Bridge\nDevice record nuki-bridge\n")
    assert max(len(line) for line in model.stdout.splitlines() if "://" not in line) <= _explain.WIDEST


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["explain"], "Missing argument"),
        (["explain", "nuki"], "Say which one: netguard explain "),
        (["explain", "telnett-open"], "near it: telnet-open"),
    ],
)
def test_as_a_process_what_is_not_clear_exits_with_two(netguard, argv, says):
    done = netguard(*argv)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_completion_knows_checks_and_records(netguard):
    done = netguard(_NETGUARD_COMPLETE="bash_complete", COMP_WORDS="netguard explain nuki-", COMP_CWORD="2")
    assert "plain,nuki-bridge" in done.stdout
    done = netguard(_NETGUARD_COMPLETE="bash_complete", COMP_WORDS="netguard explain telnet", COMP_CWORD="2")
    assert done.stdout == "plain,telnet-open\n"


def test_a_check_with_several_remedies_names_them_all_and_the_command_that_helps(own):
    advice = sections(_explain.explained("double-nat"))["What to do"]
    assert "bridge mode" in advice
    assert "Nothing has to be done." in advice
    assert "netguard upnp remove tcp/8443" in sections(_explain.explained("upnp-stale-mapping"))["What to do"]
    assert "netguard upnp" not in advice
