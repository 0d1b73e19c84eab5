"""What the loader refuses, and that it says file, field and reason in one line."""

import shutil
import sys
import time

import pytest

from netguard.errors import RulesError
from netguard.rules import literal, loader, location
from netguard.rules.location import data_root

GOOD = """\
schema: 1
id: my-lock
name: My lock
role: lock
evidence:
  - match: {hostname: "my-lock-*", oui: "54:D2:72"}
verified: {how: device, when: "2026-11"}
sources:
  - {url: "https://example.org/", checked: "2026-11-20"}
"""


@pytest.fixture
def overlay(tmp_path):
    (tmp_path / "devices").mkdir()
    return tmp_path


def put(overlay, text, name="my-lock.yaml"):
    path = overlay / "devices" / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refusal(overlay, text, name="my-lock.yaml"):
    """The message without the folder, after checking that it is one line and names the file."""
    path = put(overlay, text, name)
    with pytest.raises(RulesError) as caught:
        loader.load(overlay)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith((f"{path}: ", f"{path.as_posix()}: "))
    return message.partition(f"{name}: ")[2]


def test_the_shipped_rules_load():
    rules = loader.load()

    assert rules.records == len(rules.devices) >= 14
    assert rules.overlays == 0
    assert len(rules.digest) == 64
    assert list(rules.devices) == sorted(rules.devices)


def test_an_own_record_is_added_and_changes_the_digest(overlay):
    put(overlay, GOOD)

    rules = loader.load(overlay)

    assert rules.devices["my-lock"].name == "My lock"
    assert rules.overlays == 1
    assert rules.digest != loader.load().digest


def test_a_folder_of_own_rules_that_is_not_there_adds_nothing(tmp_path):
    assert loader.load(tmp_path / "none").digest == loader.load().digest


def test_dates_and_words_like_no_stay_text(overlay):
    put(overlay, GOOD.replace('"2026-11"', "2026-11").replace("name: My lock", "name: no"))

    assert loader.load(overlay).devices["my-lock"].name == "no"
    assert loader.load(overlay).devices["my-lock"].verified.when == "2026-11"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("id: my-lock", "id: other", "id: it is 'other', it has to be the file's name, 'my-lock'"),
        ("name: My lock", "nmae: My lock", "nmae: it is no field that netguard knows"),
        ("name: My lock\n", "", "name: it is missing"),
        ("name: My lock", "name: 7", "name: expected `str`, got `int`"),
        ("name: My lock", "name: ' '", "name: it is empty, longer than 1000 characters or has control characters"),
        ("role: lock", "role: door", "role: invalid enum value 'door'"),
        ("role: lock", "role: lock\nrole: nas", "line 5: role is there twice"),
        ("{hostname: ", "{hostnmae: ", "evidence[0].match.hostnmae: it is no kind of observation"),
        ("my-lock-*", "*a*b*c*d*", "evidence[0].match.hostname: the glob has more than 4 stars"),
        ("my-lock-*", "x" * 129, "evidence[0].match.hostname: the glob is longer than 128 characters"),
        ("my-lock-*", "", "evidence[0].match.hostname: an empty glob matches nothing"),
        ('"my-lock-*"', "[]", "evidence[0].match.hostname: it has no value"),
        ('"my-lock-*"', "[1]", "evidence[0].match"),
        ("54:D2:72", "54:D2", "evidence[0].match.oui: '54:D2' is not 6, 7 or 9 hexadecimal digits"),
        ("54:D2:72", "54:D2:7G", "evidence[0].match.oui: '54:D2:7G' is not 6, 7 or 9 hexadecimal digits"),
        ('oui: "54:D2:72"', 'gateway: "maybe"', 'evidence[0].match.gateway: it has to be "true" or "false"'),
        ('{hostname: "my-lock-*", oui: "54:D2:72"}', "{}", "evidence[0].match: it is empty"),
        ("verified:", "    shared: true\nverified:", "evidence: at least one line has to be there that is not shared"),
        ("how: device", "how: guess", "verified.how: invalid enum value 'guess'"),
        ('"2026-11"', '"last week"', "verified.when: 'last week' is no date"),
        ("https://example.org/", "javascript:alert(1)", "sources[0].url: 'javascript:alert(1)' is no web address"),
        ('"2026-11-20"', '"soon"', "sources[0].checked: 'soon' is no date"),
        ("id: my-lock", "id: My_Lock", "id: it is 'My_Lock'"),
        ('sources:\n  - {url: "https://example.org/", checked: "2026-11-20"}', "sources: []", "sources: every"),
        ("schema: 1", "schema: 2", "schema: it is for a newer netguard: update netguard to use it"),
        ("schema: 1", "schema: true", "schema: it has to be 1"),
        ("schema: 1\n", "", "schema: it has to be 1"),
        ("role: lock", "role: lock\nexpected_inbound: [{transport: tcp, name: x}]", "expected_inbound[0]: give either"),
        (
            "role: lock",
            "role: lock\nexpected_inbound: [{transport: tcp, name: x, port: 70000}]",
            "expected_inbound[0]: port 70000 is not between 1 and 65535",
        ),
        (
            "role: lock",
            "role: lock\nexpected_inbound: [{transport: tcp, name: x, dnssd: hap}]",
            "expected_inbound[0].dnssd: 'hap' is no service type",
        ),
        (
            "role: lock",
            "role: lock\nexpected_inbound: [{transport: udp, name: x, dnssd: _hap._tcp}]",
            "expected_inbound[0].dnssd: _hap._tcp is not udp",
        ),
        (
            "role: lock",
            "role: lock\nexpected_outbound: [{transport: tcp, ports: [0]}]",
            "expected_outbound[0].ports: a port is not between 1 and 65535",
        ),
        ("name: My lock", "name: &a My lock\nvendor: *a", "line 4: aliases are not allowed, write it out"),
        ("name: My lock", "name: !!python/name:os.system ''", "line 3: types such as "),
        ("name: My lock", "name: !!binary aGk=", "line 3: types such as "),
        ("name: My lock", "? [a]\n: b", "line 3: a field's name has to be text"),
        ("role: lock", "role: [lock", "line "),
        ("name: My lock", "name: My\tlock\x07", "line "),
    ],
)
def test_a_record_nobody_could_have_meant_is_refused(overlay, old, new, expected):
    assert old in GOOD

    assert refusal(overlay, GOOD.replace(old, new)).startswith(expected)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "line 1: the file is empty"),
        (b"- a\n", "line 1: it has to be a record with fields"),
        (b"a: 1\n--- \nb: 2\n", "line "),
        (b"name: \xff\xfe\n", "line 1: it is not UTF-8"),
        (b"a: " + b"[" * 2000, "line 1: it is nested deeper than 32 levels"),
        (b"a: " + b"[" * 200 + b"]" * 200, "line 1: it is nested deeper than 32 levels"),
        (b"a: " + b"{a: " * 8000 + b"}" * 8000, "line 1: it is nested deeper than 32 levels"),
        (b"# " + b"x" * literal.MAX_FILE, "file: it is larger than 64 KiB"),
        (b"a: &x [1]\n" + b"b: [*x, *x]\n", "line 2: aliases are not allowed"),
    ],
)
def test_a_file_made_to_harm_is_refused_quickly(overlay, data, expected):
    begun = time.monotonic()

    assert refusal(overlay, data).startswith(expected)
    assert time.monotonic() - begun < 5


def test_a_shipped_record_never_goes_away_unsaid(overlay):
    text = GOOD.replace("id: my-lock", "id: nuki-bridge")

    assert refusal(overlay, text, "nuki-bridge.yaml").startswith("replaces: netguard has a record nuki-bridge")


def test_an_own_record_replaces_a_shipped_one_when_it_says_so(overlay):
    put(overlay, GOOD.replace("id: my-lock", "id: nuki-bridge\nreplaces: nuki-bridge"), "nuki-bridge.yaml")

    rules = loader.load(overlay)

    assert rules.devices["nuki-bridge"].name == "My lock"
    assert rules.records == loader.load().records


def test_an_own_record_may_replace_one_of_another_name(overlay):
    put(overlay, GOOD + "replaces: nuki-bridge\n")

    assert {"my-lock"} == set(loader.load(overlay).devices) - set(loader.load().devices)
    assert "nuki-bridge" not in loader.load(overlay).devices


def test_replacing_what_is_not_there_is_an_error(overlay):
    assert refusal(overlay, GOOD + "replaces: nothing\n").startswith("replaces: netguard has no record nothing")


def test_replacing_one_record_under_the_name_of_another_is_an_error(overlay):
    text = GOOD.replace("id: my-lock", "id: hubitat\nreplaces: nuki-bridge")

    assert refusal(overlay, text, "hubitat.yaml").startswith("id: netguard has another record hubitat")


def test_two_records_cannot_replace_the_same_one(overlay):
    put(overlay, GOOD + "replaces: nuki-bridge\n")
    put(overlay, GOOD.replace("my-lock", "z-lock") + "replaces: nuki-bridge\n", "z-lock.yaml")

    with pytest.raises(RulesError, match=r"replaces: .*my-lock\.yaml replaces nuki-bridge already"):
        loader.load(overlay)


def test_a_file_that_would_be_passed_over_is_an_error(overlay):
    assert refusal(overlay, GOOD, "my-lock.yml").startswith("file name: it has to end in .yaml")


def test_an_id_is_made_of_plain_words(overlay):
    text = GOOD.replace("id: my-lock", "id: My_Lock")

    assert refusal(overlay, text, "My_Lock.yaml").startswith("id: it has to be lower-case words joined by `-`")


def test_port_zero_is_refused(tmp_path, monkeypatch):
    root = shipped_copy(tmp_path, monkeypatch)
    text = (root / "ports.yaml").read_text(encoding="utf-8")
    (root / "ports.yaml").write_text(text.replace('light: "21-', 'light: "0,21-'), encoding="utf-8")

    with pytest.raises(RulesError, match="light: port 0 cannot be asked"):
        loader.load()


def test_a_folder_with_too_many_files_is_refused(overlay, monkeypatch):
    monkeypatch.setattr(loader, "MAX_RECORDS", 50)
    for number in range(51):
        put(overlay, GOOD, f"lock-{number}.yaml")

    with pytest.raises(RulesError, match="folder: it holds more than 50 files"):
        loader.load(overlay)


def test_a_file_that_cannot_be_read_is_named(overlay):
    (overlay / "devices" / "folder.yaml").mkdir()

    with pytest.raises(RulesError, match=r"folder.yaml: file: it cannot be read"):
        loader.load(overlay)


def test_the_digest_does_not_depend_on_line_ends(overlay):
    put(overlay, GOOD)
    unix = loader.load(overlay).digest
    put(overlay, GOOD.replace("\n", "\r\n"))

    assert loader.load(overlay).digest == unix


def shipped_copy(tmp_path, monkeypatch):
    """A copy of the shipped rules that the loader uses instead."""
    root = tmp_path / "rules"
    shutil.copytree(data_root("rules"), root)
    monkeypatch.setattr(loader, "data_root", lambda _: root)
    return root


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('common: "1-', 'common: "2-', "common: it has 999 ports, it has to have 1000"),
        ('light: "21-23,', 'light: "21-x,', "light: not a range of ports"),
        ('light: "21-23,', 'light: "20-23,', "quick: it lacks 20, which light has"),
        ('ports: "23,2323"', 'ports: "23,x"', "services[0].ports: not a range of ports"),
        ('ports: "23,2323"', 'ports: ""', "services[0].ports: it has to name ports"),
        ("risk: high", "risk: awful", "services[0].risk: invalid enum value 'awful'"),
    ],
)
def test_port_rules_are_checked_too(tmp_path, monkeypatch, old, new, expected):
    root = shipped_copy(tmp_path, monkeypatch)
    text = (root / "ports.yaml").read_text(encoding="utf-8")
    assert old in text
    (root / "ports.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(RulesError) as caught:
        loader.load()

    assert str(caught.value).startswith(f"rules/ports.yaml: {expected}")


def test_any_change_of_a_rule_changes_the_digest(tmp_path, monkeypatch):
    before = loader.load().digest
    root = shipped_copy(tmp_path, monkeypatch)
    assert loader.load().digest == before

    (root / "vendors.csv").write_bytes((root / "vendors.csv").read_bytes() + b"AABBCC,24,Somebody\n")

    assert loader.load().digest != before


def test_rules_without_records_are_an_error(tmp_path, monkeypatch):
    root = shipped_copy(tmp_path, monkeypatch)
    shutil.rmtree(root / "devices")

    with pytest.raises(RulesError, match="devices: there are no records"):
        loader.load()


def test_the_wheels_folder_goes_before_the_checkouts(tmp_path, monkeypatch):
    package = tmp_path / "netguard"
    (package / "_rules").mkdir(parents=True)
    (tmp_path / "rules").mkdir()
    monkeypatch.setattr(location, "files", lambda _: package)

    assert location.data_root("rules") == package / "_rules"
    (package / "_rules").rmdir()
    assert location.data_root("rules") == tmp_path / "rules"
    (tmp_path / "rules").rmdir()
    with pytest.raises(RulesError, match="rules"):
        location.data_root("rules")


def test_loading_opens_no_socket_and_runs_no_program():
    seen = []
    watching = True

    def hook(event, _):
        if watching and event.startswith(("socket.", "subprocess.", "os.exec")):
            seen.append(event)

    sys.addaudithook(hook)
    loader.load()
    watching = False

    assert seen == []


POLICY = """\
schema: 1
policy:
  - {role: camera, ports: "80,8000-8010", severity: high, why: "Our cameras are on HTTPS only."}
"""


def test_a_person_s_own_policy_is_read_and_changes_the_digest(overlay):
    before = loader.load(overlay)
    (overlay / "ports.yaml").write_text(POLICY)
    after = loader.load(overlay)
    assert before.policy == ()
    (line,) = after.policy
    assert (line.role, line.ports, line.severity, line.transport) == ("camera", "80,8000-8010", "high", "tcp")
    assert after.digest != before.digest
    assert after.overlays == before.overlays + 1


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("role: camera", "role: toaster", r"policy[0].role: "),
        ('"80,8000-8010"', '"80,70000"', r"policy[0].ports: "),
        ('"80,8000-8010"', '"0"', r"policy[0].ports: it has to name ports from 1 to 65535"),
        ("severity: high", "severity: worst", r"policy[0].severity: "),
        ('"Our cameras are on HTTPS only."', '" "', r"policy[0].why: it is empty"),
        ("why:", "because:", r"policy[0].because: it is no field"),
        ("schema: 1", "schema: 2", r"schema: it is for a newer netguard"),
    ],
)
def test_a_policy_that_nobody_could_have_meant_is_refused_by_file_and_field(overlay, old, new, said):
    (overlay / "ports.yaml").write_text(POLICY.replace(old, new))
    with pytest.raises(RulesError) as caught:
        loader.load(overlay)
    assert str(caught.value).startswith(f"{(overlay / 'ports.yaml').as_posix()}: {said}")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('fixes: {Telnet: "Switch it off."}', "fixes: 'Telnet' is no check's name"),
        ('fixes: {telnet-open: " "}', "fixes.telnet-open: it is empty"),
        ('security: [""]', "security[0]: it is empty"),
        ('support: {until: "soon", url: "https://example.org/"}', "support.until: 'soon' is no date"),
        ('support: {until: "2028-12", url: "ftp://example.org/"}', "support.url: 'ftp://example.org/' is no https"),
        ('disclosure: "mailto:x@example.org"', "disclosure: 'mailto:x@example.org' is no https address"),
    ],
)
def test_what_a_record_says_about_faults_is_checked(overlay, line, said):
    assert refusal(overlay, f"{GOOD}{line}\n").startswith(said)
