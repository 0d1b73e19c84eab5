"""A small home in a history, and `netguard accept` run on it: what the tests of accepting share."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from click.testing import CliRunner

from netguard.cli.accept import command
from netguard.compare.registry import learnt
from netguard.history.store import History
from netguard.identify.identity import identities
from netguard.model.action import Grade
from netguard.model.finding import Finding, fingerprint
from netguard.model.vocabulary import Confidence, Role, Severity, Status
from tests import builders

NOW = datetime.now(UTC)
TODAY = NOW.astimezone().date()
SOON = str(TODAY + timedelta(days=30))


def device(number, role, name, *services):
    made = builders.device(number, role, name=name, services=services)
    return replace(
        made,
        identities=identities(
            macs=(made.mac,), addresses=made.addresses, hostnames=(), texts={}, vendor=None, role=role
        ),
    )


BRIDGE = device(20, Role.LOCK_HUB, "Hall bridge", 23, 2323)
CAMERA = device(30, Role.CAMERA, "Camera", 23)


def finding(device, mark, status=Status.FAIL, severity=Severity.HIGH, check="telnet-open", title=None):
    return Finding(
        fingerprint=fingerprint(check, device.key, mark),
        check=check,
        status=status,
        severity=severity,
        confidence=Confidence.CONFIRMED,
        target=device.key,
        title=title or f"Telnet is open on {device.name} at {mark}",
        why="Anybody can type commands.",
        fix="Switch it off.",
    )


TELNET, SECOND = finding(BRIDGE, "tcp/23"), finding(BRIDGE, "tcp/2323")
ELSEWHERE = finding(CAMERA, "tcp/23")
FINE = finding(BRIDGE, "", Status.PASS, Severity.INFO, check="ftp-open", title="Hall bridge offers no FTP")


def scan(days=0, *findings, number=None, **more):
    at = NOW - timedelta(days=days)
    fields = {
        "id": f"{days if number is None else number:012x}",
        "started_at": at,
        "finished_at": at,
        "findings": findings,
        "grade": Grade(letter="D", best_possible="A", evaluated=0.9, because=(TELNET.fingerprint,)),
    }
    return builders.scan(BRIDGE, CAMERA, **(fields | more))


def keep(url, *scans):
    with History.open(url) as history:
        for each in scans:
            history.save(each, learn=lambda known, each=each: learnt(each, known, lambda: uuid.uuid4().hex[:12]))


def run(url, *arguments, env=None):
    given = {"NETGUARD_DATABASE": url, "SUDO_USER": "", "LOGNAME": "ada"} | (env or {})
    result = CliRunner(env=given).invoke(command, arguments)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def accept(url, target, *more):
    return run(url, target, "--reason", "The update comes in spring", "--until", SOON, *more)


def kept(url, site="home"):
    with History.open(url) as history:
        return history.acceptances(site)
