"""`netguard accept` as a person and a script use it, and that what it decides holds at once for what is saved."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from netguard import exitcodes
from netguard.cli import _accepting, _overlays, _run, report
from netguard.cli.accept import command
from netguard.errors import UsageError
from netguard.history.store import History
from tests import builders
from tests.cli.accepting import (
    BRIDGE,
    ELSEWHERE,
    FINE,
    NOW,
    SECOND,
    SOON,
    TELNET,
    TODAY,
    accept,
    finding,
    keep,
    kept,
    run,
    scan,
)


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/h.sqlite"


@pytest.fixture
def home(url):
    keep(url, scan(7, TELNET, ELSEWHERE, FINE), scan(0, TELNET, SECOND, ELSEWHERE, FINE))
    return url


def latest(url):
    with History.open(url) as history:
        return _overlays.decisions(history, history.latest(), NOW)


def test_a_finding_is_accepted_by_its_fingerprint(home):
    said = accept(home, TELNET.fingerprint).stdout
    (one,) = kept(home)
    assert (one.fingerprint, one.check, one.device) == (TELNET.fingerprint, None, None)
    assert (one.reason, one.owner, str(one.until)) == ("The update comes in spring", "ada", SOON)
    assert said.splitlines() == [
        f"Accepted in site home until {SOON} by ada ({one.id}):",
        "  Telnet is open on Hall bridge at tcp/23",
        "It is open as before, and counts no more: grade D, with 1 accepted risk.",
        f"To take it back: netguard accept remove {one.id}",
    ]
    assert set(latest(home).accepted) == {TELNET.fingerprint}


def test_the_beginning_of_a_fingerprint_is_enough_and_the_whole_one_is_kept(home):
    accept(home, TELNET.fingerprint[:12])
    assert [a.fingerprint for a in kept(home)] == [TELNET.fingerprint]


@pytest.mark.parametrize("device", ["Hall bridge", "hall bridge", "192.0.2.20", BRIDGE.key])
def test_a_check_on_a_device_is_accepted_by_what_people_call_the_device(home, device):
    said = accept(home, f"telnet-open@{device}", "--owner", "Grandmother  Ada").stdout
    (one,) = kept(home)
    assert (one.fingerprint, one.check, one.device) == (None, "telnet-open", BRIDGE.key)
    assert one.owner == "Grandmother Ada"
    assert set(latest(home).accepted) == {TELNET.fingerprint, SECOND.fingerprint}
    assert "grade C, with 2 accepted risks (D if they counted)." in said


def test_what_is_no_device_is_named_as_the_document_names_it(url):
    flat = replace(finding(BRIDGE, "", check="lock-shares-segment"), target="segment:192.0.2.0/24")
    air = replace(finding(BRIDGE, "", check="wifi-tkip"), target="wifi:Home")
    keep(url, scan(0, flat, air))
    accept(url, "lock-shares-segment@segment:192.0.2.0/24")
    accept(url, "wifi-tkip@wifi:Home")
    assert set(latest(url).accepted) == {flat.fingerprint, air.fingerprint}
    with pytest.raises(UsageError, match="nothing to accept"):
        accept(url, "wifi-tkip@wifi:Hom")


def test_options_may_come_first(home):
    run(home, "--until", SOON, "--reason", "x", TELNET.fingerprint)
    assert len(kept(home)) == 1


def test_it_holds_at_once_for_saved_scans_of_any_age_and_so_does_taking_it_back(home):
    def said(reference):
        done = CliRunner(env={"NETGUARD_DATABASE": home}).invoke(report.command, [reference, "--format", "text"])
        return " ".join(done.stdout.split())

    before = said("latest")
    assert "accepted" not in before
    accept(home, TELNET.fingerprint)
    for reference in ("latest", "previous"):
        assert "1 accepted risk is not counted." in said(reference)
        assert "Accepted by ada until" in said(reference)
        assert "The update comes in spring" in said(reference)
    run(home, "remove", kept(home)[0].id[:4])
    assert said("latest") == before


def test_a_document_in_a_file_is_nobodys_decision(home, tmp_path):
    from netguard.model import codec

    accept(home, TELNET.fingerprint)
    (tmp_path / "scan.json").write_bytes(codec.dumps(scan(0, TELNET)))
    done = CliRunner(env={"NETGUARD_DATABASE": home}).invoke(
        report.command, [str(tmp_path / "scan.json"), "--format", "text"]
    )
    assert "accepted" not in done.stdout
    assert "OVER TIME" not in done.stdout


def test_an_accepted_finding_fails_no_scan_and_one_that_has_ended_does(home):
    made = scan(0, TELNET, attempts=(builders.attempt("discover.arp"),))
    request = _run.Request(fail_on="high")
    accept(home, TELNET.fingerprint)
    (one,) = kept(home)

    def code(now):
        with History.open(home) as history:
            return _run._exit_code(request, made, _overlays.decisions(history, made, now))

    assert code(NOW) == exitcodes.DONE
    assert code(NOW + timedelta(days=29)) == exitcodes.DONE
    assert code(NOW + timedelta(days=32)) == exitcodes.FOUND
    run(home, "remove", one.id)
    assert code(NOW) == exitcodes.FOUND


def test_a_history_that_cannot_be_read_lets_everything_count(tmp_path):
    broken = tmp_path / "broken.sqlite"
    broken.write_bytes(b"no database" * 1000)
    overlay, why = _overlays.over_made(scan(0, TELNET), f"sqlite:///{broken}", NOW)
    assert overlay == _overlays.NOTHING
    assert "so all that is open counts" in why


def test_the_same_again_changes_the_decision_that_is_there(home):
    accept(home, TELNET.fingerprint)
    said = run(home, TELNET.fingerprint, "--reason", "Another", "--until", str(TODAY), "--owner", "Ben").stdout
    assert said.startswith("Accepted anew in site home until ")
    assert [(a.reason, a.owner, a.until) for a in kept(home)] == [("Another", "Ben", TODAY)]


@pytest.mark.parametrize(
    ("until", "says"),
    [
        (TODAY - timedelta(days=1), "is over; today is"),
        (TODAY + timedelta(days=367), "more than a year away; the latest day is"),
    ],
)
def test_a_day_that_is_over_or_more_than_a_year_away_is_refused(home, until, says):
    for words in ((TELNET.fingerprint, "--reason", "x"), ("renew", "00000000")):
        with pytest.raises(UsageError, match=says):
            run(home, *words, "--until", str(until))
    assert kept(home) == ()


def test_today_and_this_day_next_year_are_allowed(home):
    for until in (TODAY, _accepting._a_year_after(TODAY)):
        run(home, TELNET.fingerprint, "--reason", "x", "--until", str(until))
        assert kept(home)[0].until == until
    leap = datetime(2028, 2, 29, tzinfo=UTC).date()
    assert str(_accepting._a_year_after(leap)) == "2029-02-28"


@pytest.mark.parametrize("missing", ["--reason", "--until"])
def test_a_reason_and_a_last_day_are_required(home, missing):
    given = {"--reason": "x", "--until": SOON}
    del given[missing]
    done = run(home, TELNET.fingerprint, *(word for pair in given.items() for word in pair))
    assert done.exit_code == 2
    assert f"Missing option '{missing}'" in done.stderr
    assert kept(home) == ()


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("0123456789", "nothing that stands open in the saved scans of site 'home' has the fingerprint 0123456789"),
        (TELNET.fingerprint[:7], "at least 8 of its digits"),
        (TELNET.fingerprint.upper(), "neither a fingerprint"),
        (TELNET.fingerprint + "0", "neither a fingerprint"),
        (FINE.fingerprint, "nothing that stands open"),
        ("telnet@Hall bridge", "no check 'telnet': did you mean telnet-open"),
        ("telnet_open@Hall bridge", "no check 'telnet_open': did you mean telnet-open"),
        ("*@Hall bridge", "no check '\\*'"),
        ("telnet-open@Hall", "no known device is 'Hall'"),
        ("telnet-open@", "no known device is ''"),
        ("ftp-open@Hall bridge", "nothing to accept; what does: telnet-open"),
        ("mqtt-anonymous@network", "nothing to accept"),
        ("\x1b[31m", "neither a fingerprint"),
    ],
)
def test_what_is_not_exactly_something_that_stands_open_is_refused(home, target, says):
    with pytest.raises(UsageError, match=says) as refused:
        accept(home, target)
    assert refused.value.exit_code == 2
    assert "\x1b" not in str(refused.value)
    assert kept(home) == ()


def test_several_findings_of_one_beginning_are_all_named(url):
    twins = tuple(replace(TELNET, fingerprint=f"abcdef01{n:024x}", title=f"Number {n}") for n in (1, 2))
    keep(url, scan(0, *twins))
    with pytest.raises(UsageError, match=r"several findings begin with abcdef01: .*Number 1.*Number 2.*give more"):
        accept(url, "abcdef01")


def test_what_stood_open_before_and_was_not_looked_at_last_time_can_be_accepted(url):
    keep(url, scan(7, TELNET), scan(0, number=1))
    day = (NOW - timedelta(days=7)).astimezone().date()
    for target in (TELNET.fingerprint[:8], "telnet-open@Hall bridge"):
        said = accept(url, target).stdout
        assert f"  {TELNET.title}: not open in the latest scan, but in the one of {day}" in said


@pytest.mark.parametrize("words", [("--reason", " \x07 "), ("--owner", "\u202e"), ("--reason", "x" * 301)])
def test_reasons_and_owners_are_words_that_can_be_read(home, words):
    with pytest.raises(UsageError, match=r"needs a letter or digit|has at most 300"):
        accept(home, TELNET.fingerprint, *words)


def test_who_called_sudo_is_the_owner_and_somebody_is_asked_for_where_nobody_knows(home, monkeypatch):
    accept(home, TELNET.fingerprint)
    run(home, SECOND.fingerprint, "--reason", "x", "--until", SOON, env={"SUDO_USER": "ben"})
    assert [a.owner for a in kept(home)] == ["ada", "ben"]

    def nobody():
        raise OSError("no name")

    monkeypatch.setattr(_accepting.getpass, "getuser", nobody)
    with pytest.raises(UsageError, match="add --owner NAME"):
        accept(home, ELSEWHERE.fingerprint)


def test_without_a_scan_there_is_nothing_to_accept(url):
    with pytest.raises(UsageError, match="run netguard scan"):
        accept(url, TELNET.fingerprint)
    with pytest.raises(UsageError, match="of site 'cabin'"):
        accept(url, TELNET.fingerprint, "--site", "cabin")
    empty = run(url)
    assert (empty.exit_code, empty.stdout) == (0, "")
    assert "Nothing is accepted" in empty.stderr
    assert json.loads(run(url, "list", "--json", "-").stdout) == []


def test_help_says_what_is_to_be_typed():
    done = CliRunner().invoke(command, ["--help"])
    assert "FINGERPRINT|CHECK@DEVICE --reason WHY --until DATE" in done.stdout
    for word in ("--owner", "list", "renew", "remove", "match exactly"):
        assert word in done.stdout
