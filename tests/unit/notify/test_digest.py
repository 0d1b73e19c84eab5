"""One message: what is worth one, in which words, and nothing in it that the settings do not allow."""

import itertools
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.config import Notify
from netguard.model import address, timeline
from netguard.model.difference import (
    Attribute,
    Cause,
    Change,
    Difference,
    Fate,
    FindingChange,
    Kind,
    Side,
    Turn,
    Unobserved,
)
from netguard.model.vocabulary import Depth, Severity
from netguard.notify import digest as made
from tests import builders
from tests.hostile.corpus import NASTY
from tests.unit.notify.test_discretion import ANY_IPV4, ANY_IPV6, ANY_MAC, MARKUP

MAC, IP = "00:00:5e:00:53:20", "192.0.2.20"
HUB = f"mac:{MAC}"
COUNTER = itertools.count()
WHEN = datetime(2026, 11, 21, 12, 34, tzinfo=UTC)


def moment(time):
    return f"{time.astimezone():%Y-%m-%d at %H:%M}"


def side(grade="B", when=WHEN):
    return Side(
        id="0123456789ab", started_at=when, depth=Depth.STANDARD, interface="eth0",
        prefix=address.network("192.0.2.0/24"), privileged=True, grade=grade, rules="0" * 64,
    )  # fmt: skip


def difference(*, changes=(), findings=(), unobserved=(), site="home", grade="B"):
    return Difference(
        site=site,
        old=side(when=WHEN - timedelta(days=7)),
        new=side(grade),
        changes=tuple(changes),
        findings=tuple(findings),
        unobserved=tuple(unobserved),
    )


def finding(
    fate,
    *,
    title="Front door hub offers telnet on tcp/23",
    cause=Cause.NETWORK,
    was=None,
    name="Front door hub",
    fingerprint=None,
    severity=Severity.HIGH,
):
    return FindingChange(
        fingerprint=fingerprint or f"f{next(COUNTER)}", check="telnet-open", fate=fate, cause=cause, target=HUB, name=name,
        title=title, severity=severity, was=was,
    )  # fmt: skip


def change(
    kind=Kind.DEVICE,
    turn=Turn.NEW,
    *,
    cause=Cause.NETWORK,
    what=None,
    attributes=(),
    findings=(),
    name="Front door hub",
    subject=HUB,
):
    return Change(
        kind=kind,
        turn=turn,
        cause=cause,
        subject=subject,
        name=name,
        what=what,
        attributes=tuple(attributes),
        findings=tuple(findings),
    )


def body(*, allowed=None, **given):
    text = made.digest(difference(**given), allowed or Notify(), roles={HUB: "lock-hub"}, macs=[MAC])
    return None if text is None else text.body.split("\n")


@pytest.mark.parametrize("fate", [Fate.PERSISTING, Fate.UNOBSERVED, Fate.IMPROVED])
def test_nothing_new_is_no_message(fate):
    unobserved = Unobserved(kind=Kind.DEVICE, subject=HUB, name="hub", why="not seen this time")
    assert body(findings=[finding(fate)], unobserved=[unobserved]) is None


def test_what_was_merely_looked_at_otherwise_is_no_message():
    assert body(changes=[change(cause=Cause.VANTAGE), change(Kind.SERVICE, what="tcp/80", cause=Cause.VANTAGE)]) is None


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (finding(Fate.NEW), "New, high: Front door hub offers telnet on tcp/23"),
        (finding(Fate.NEW, cause=Cause.RULES), "New, high: Front door hub offers telnet on tcp/23 (nothing changed at home: netguard's rules are newer)"),
        (finding(Fate.NEW, cause=Cause.VANTAGE), "New, high: Front door hub offers telnet on tcp/23 (it may have been so before: this scan saw more)"),
        (finding(Fate.REGRESSED), "Back again, high: Front door hub offers telnet on tcp/23"),
        (finding(Fate.WORSENED, was=Severity.LOW), "Worse, high (was low): Front door hub offers telnet on tcp/23"),
        (finding(Fate.RESOLVED, was=Severity.HIGH), "Resolved, was high: Front door hub offers telnet on tcp/23"),
        (finding(Fate.ACCEPTANCE_EXPIRED), "No longer accepted, high: Front door hub offers telnet on tcp/23"),
    ],
)  # fmt: skip
def test_findings_in_words(told, said):
    assert body(findings=[told])[0] == said


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (change(), "Device new: Front door hub"),
        (change(turn=Turn.GONE), "Device gone: Front door hub"),
        (change(turn=Turn.CHANGED, attributes=[Attribute(what="mac", before=MAC, after="00:00:5e:00:53:21")]), "Device changed: Front door hub (another MAC address)"),
        (change(turn=Turn.CHANGED, attributes=[Attribute(what="address", before=IP, after="192.0.2.21")]), "Device changed: Front door hub (another IP address)"),
        (change(Kind.SERVICE, what="tcp/23"), "tcp/23 of Front door hub is open now"),
        (change(Kind.SERVICE, Turn.GONE, what="tcp/23"), "tcp/23 of Front door hub is no longer open"),
        (change(Kind.SERVICE, Turn.CHANGED, what="tcp/22", attributes=[Attribute(what="version", before="8.4", after="9.9")]), "What answers on tcp/22 of Front door hub changed (version 8.4 before, 9.9 now)"),
        (change(Kind.FIRMWARE, Turn.CHANGED, attributes=[Attribute(what="firmware", before="1.0", after=None)]), "Firmware of Front door hub changed (firmware 1.0 before, unknown now)"),
        (change(Kind.ACCESS_POINT, Turn.CHANGED, name="Home", subject=f"wifi:{MAC}", attributes=[Attribute(what="security", before="wpa2-personal", after="wpa-wpa2-personal")]), "Access point changed: Home (encryption wpa2-personal before, wpa-wpa2-personal now)"),
        (change(Kind.MAPPING, what=f"tcp/8443/{IP}/443", name="Router"), "Router forwards TCP port 8443 from the internet to port 443 of a device"),
        (change(Kind.MAPPING, Turn.GONE, what="udp/1/2001:db8::1/None", name="Router"), "Router no longer forwards UDP port 1 from the internet"),
    ],
)  # fmt: skip
def test_changes_in_words(told, said):
    assert body(changes=[told])[0] == said


def test_what_is_allowed_is_told_exactly():
    allowed = Notify(addresses=True, macs=True)
    told = [
        change(turn=Turn.CHANGED, attributes=[Attribute(what="mac", before=MAC, after="00:00:5e:00:53:21")]),
        change(turn=Turn.CHANGED, attributes=[Attribute(what="address", before=IP, after="192.0.2.21")]),
        change(Kind.MAPPING, what=f"tcp/8443/{IP}/443", name="Router"),
    ]
    assert body(changes=told, allowed=allowed)[:3] == [
        f"Device changed: Front door hub (MAC address {MAC} before, 00:00:5e:00:53:21 now)",
        f"Device changed: Front door hub (IP address {IP} before, 192.0.2.21 now)",
        f"Router forwards TCP port 8443 from the internet to {IP} port 443",
    ]


def test_without_names_things_are_called_what_they_are():
    allowed = Notify(names=False)
    text = made.digest(
        difference(
            changes=[change(), change(Kind.ACCESS_POINT, name="Home", subject=f"wifi:{MAC}"), change(subject="x")],
            findings=[finding(Fate.NEW)],
            site="Villa Rosa",
        ),
        allowed,
        roles={HUB: "lock-hub"},
    )
    assert text.title == "netguard: 1 new, 2 devices new, 1 access point new"
    assert text.body.split("\n")[:4] == [
        "New, high: telnet-open on a lock hub",
        "Device new: a lock hub",
        "Access point new: a Wi-Fi network of yours",
        "Device new: a device",
    ]
    assert not re.search("Front|Home|Rosa", text.title + text.body)


def test_the_worst_comes_first_and_one_thing_is_told_once():
    findings = [finding(Fate.RESOLVED, was=Severity.LOW), finding(Fate.NEW, fingerprint="telnet")]
    changes = [change(Kind.SERVICE, what="tcp/23", findings=["telnet"]), change(findings=["telnet"])]
    text = made.digest(difference(findings=findings, changes=changes, grade="D"), Notify())
    assert text.title == "netguard at home: 1 new, 1 resolved, 1 device new"
    lines = text.body.split("\n")
    assert [line.partition(":")[0] for line in lines[:3]] == ["New, high", "Resolved, was low", "Device new"]
    assert lines[3:] == [
        "",
        "Grade: D, was B.",
        f"Scanned on {moment(WHEN)}, compared with the scan of {moment(WHEN - timedelta(days=7))}.",
        "All of it: netguard diff, and netguard report, on the computer that scanned.",
    ]


def test_what_is_accepted_is_no_message_and_neither_is_its_port():
    accepted = replace(finding(Fate.REGRESSED, fingerprint="telnet"), accepted=True)
    port = change(Kind.SERVICE, what="tcp/23", findings=["telnet"])
    assert body(findings=[accepted], changes=[port]) is None
    said = body(findings=[accepted, finding(Fate.NEW)], changes=[port])
    assert [line.partition(":")[0] for line in said[:2]] == ["New, high", ""]


def test_a_long_list_is_cut_and_says_so():
    lines = body(findings=[finding(Fate.NEW) for _ in range(40)])
    assert len(lines) == made.MAX_LINES + 4
    assert lines[made.MAX_LINES - 1] == "And 26 more."


nasty = st.one_of(
    st.text(max_size=60),
    st.sampled_from(sorted(NASTY.values())),
    st.sampled_from(
        [
            MAC,
            MAC.upper().replace(":", "-"),
            "0000.5e00.5320",
            "ESP-005320",
            IP,
            "2001:db8::1",
            f"http://{IP}/x",
            "evil.example",
        ]
    ),
    st.tuples(st.text(max_size=8), st.sampled_from([MAC, IP, "fe80::1"]), st.text(max_size=8)).map("".join),
)


@given(nasty, nasty, nasty, st.booleans())
def test_whatever_devices_say_no_address_and_no_markup_leaves(one, two, three, names):
    given_difference = difference(
        changes=[
            change(name=one),
            change(Kind.SERVICE, Turn.CHANGED, what=two, name=three, attributes=[Attribute(what="version", before=one, after=two), Attribute(what=three, before=one, after=two)]),
            change(Kind.MAPPING, what=f"tcp/8443/{one}/{two}", name=three),
            change(Kind.ACCESS_POINT, Turn.CHANGED, name=two, subject=f"wifi:{MAC}", attributes=[Attribute(what=w, before=one, after=two) for w in ("ssid", "mac", "address", "security")]),
            change(Kind.FIRMWARE, Turn.CHANGED, name=one, attributes=[Attribute(what="firmware", before=two, after=three)]),
        ],
        findings=[finding(Fate.NEW, title=f"{one} has {two}", name=three), finding(Fate.RESOLVED, title=three, name=one)],
        site=two,
    )  # fmt: skip
    text = made.digest(given_difference, Notify(names=names), roles={HUB: "camera"}, macs=[MAC])
    own_signs = text.body.replace("?", "")
    lines = [text.title, *own_signs.split("\n")]
    for line, pattern in itertools.product(lines, (ANY_IPV4, ANY_IPV6, ANY_MAC, MARKUP)):
        assert not pattern.search(line), (pattern.pattern, line)
    for line in lines:
        assert len(line) < 600
        assert line.isprintable()
    assert "005320" not in text.title + text.body


def line(number, **given):
    facts = {"grade": "B", "failing": 2, "site": "home", "started_at": WHEN - timedelta(days=7 * number)} | given
    return replace(timeline.line(builders.scan()), **facts)


def test_the_monthly_line_says_of_when_its_scans_are():
    quiet = made.quiet([line(0), line(1)], WHEN - timedelta(days=31), Notify())
    assert quiet.title == "netguard at home: 2 scans, nothing new"
    since = f"{(WHEN - timedelta(days=31)).astimezone():%Y-%m-%d}"
    assert quiet.body == (
        f"Since {since} there were 2 scans (the last on {moment(WHEN)}), and nothing to tell."
        " Grade: B, 2 findings stand open."
    )
    one = made.quiet([line(0, grade=None, failing=0)], WHEN, Notify(names=False))
    assert one.title == "netguard: 1 scan, nothing new"
    assert f"there was 1 scan (on {moment(WHEN)})" in one.body
    assert one.body.endswith("Grade: incomplete, nothing open.")


def test_the_question_names_the_home_where_names_may_be_told():
    away = made.away("home", date(2026, 11, 1), 14, Notify())
    assert away.title == "netguard: not at home for 14 days"
    assert "netguard home moved" in away.body
    assert made.away("cabin", date(2026, 11, 1), 15, Notify()).title == "netguard: not at cabin for 15 days"
    assert made.away("cabin", date(2026, 11, 1), 15, Notify(names=False)).title == "netguard: not at home for 15 days"


def test_that_nothing_could_be_compared_is_said_in_words():
    text = made.uncompared(line(0, failing=1), WHEN - timedelta(days=7), Notify())
    assert text.title == "netguard at home: a scan could not be compared"
    assert f"Scanned on {moment(WHEN)}." in text.body
    assert f"changed since {moment(WHEN - timedelta(days=7))}" in text.body
    assert "Grade: B, 1 finding stands open." in text.body
