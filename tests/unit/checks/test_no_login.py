"""no-login: fail, pass, unknown, not applicable, and how severe."""

from dataclasses import replace

import pytest

from netguard.checks.no_login import FIX, judge
from netguard.model.vocabulary import Role, Severity, Status
from tests import builders
from tests.unit.checks.guarding import KNOWN, came_to_nothing, one, page, router
from tests.unit.checks.judging import judged, with_record

EMPTY = {"tried": "accepted", "account": "root", "empty": True}


@pytest.mark.parametrize("number", [1, 2], ids=["gateway", "another"])
@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"says": "none"}, "says that it has no password"),
        ({"tried": "open"}, "shows its settings to anybody"),
        (EMPTY, "lets in the account “root” without a password"),
        (EMPTY | {"account": ""}, "lets anybody in without a password"),
    ],
)
def test_no_password_is_critical_whoever_it_is(said, words, number):
    device = router(443, number=number)
    finding = one(judge, device, page(device, **said))
    assert (finding.status, finding.severity) == (Status.FAIL, Severity.CRITICAL)
    assert words in finding.title
    assert "Tools > Password" in finding.fix
    assert finding.evidence


@pytest.mark.parametrize(("kind", "value", "port"), [("ssh.login", "none", 22), ("telnet.login", "shell", 23)])
def test_a_command_line_for_anybody_is_told_beside_a_page_that_asks(kind, value, port):
    device = router(port, 443)
    facts = (*page(device, says="set"), builders.observation(30, kind, value, of=device, port=port))
    finding = one(judge, device, facts)
    assert (finding.status, finding.severity, finding.evidence) == (Status.FAIL, Severity.CRITICAL, ("o30",))
    assert f"(tcp/{port})" in finding.title
    asks = builders.observation(30, kind, "required" if port == 22 else "prompt", of=device, port=port)
    assert one(judge, device, (*page(device, says="set"), asks)).status is Status.PASS


def test_each_way_in_is_a_finding_of_its_own():
    device = router(22, 23, 443)
    facts = (
        *page(device, says="none"),
        builders.observation(30, "ssh.login", "none", of=device, port=22),
        builders.observation(31, "telnet.login", "shell", of=device, port=23),
    )
    findings = judged(judge, device, rules=KNOWN, observations=facts)
    assert [f.status for f in findings] == [Status.FAIL] * 3
    assert len({f.fingerprint for f in findings}) == 3


def test_other_devices_shells_are_other_checks_business():
    camera = builders.device(20, Role.CAMERA, services=(23,))
    shell = builders.observation(30, "telnet.login", "shell", of=camera, port=23)
    assert [f.status for f in judged(judge, camera, observations=(shell,))] == [Status.NOT_APPLICABLE]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"says": "set"}, "says that it has a password"),
        ({"says": "factory"}, "says that it has a password"),
        ({"says": "asks", "family": "label"}, "asks for a password"),
        ({"tried": "refused"}, "asks for a password"),
        (EMPTY | {"empty": False}, "asks for a password"),
    ],
)
def test_it_passes_where_a_password_is_asked_for(said, words):
    device = router(443)
    finding = one(judge, device, page(device, **said))
    assert (finding.status, finding.severity) == (Status.PASS, Severity.INFO)
    assert words in finding.title


def test_one_that_nobody_has_set_up_is_another_finding():
    device = router(443)
    finding = one(judge, device, page(device, says="setup"))
    assert finding.status is Status.NOT_APPLICABLE
    assert "default-login" in finding.title


def test_what_is_not_known_is_unknown():
    device = router(443)
    for family, says in (("acme", None), ("mute", None), (None, None), ("acme", "locked")):
        assert one(judge, device, page(device, family=family, says=says)).status is Status.UNKNOWN
    stopped = came_to_nothing("login-attempts", "it answers much later than before")
    finding = one(judge, device, page(device), attempts=(stopped,))
    assert (finding.status, "much later than before" in finding.title) == (Status.UNKNOWN, True)
    both = (*page(device, says="none"), builders.observation(20, "login.family", "mute", of=device, port=443))
    assert one(judge, device, both).status is Status.UNKNOWN
    assert "private window" in one(judge, device, page(device, family=None)).fix


def test_it_does_not_apply_without_a_page():
    assert one(judge, router(22)).status is Status.NOT_APPLICABLE
    assert [f.status for f in judged(judge, builders.device(20, Role.LOCK))] == [Status.NOT_APPLICABLE]
    assert one(judge, router(asked="22")).status is Status.UNKNOWN


def test_its_own_record_comes_first_and_without_any_there_is_a_way():
    device, rules = with_record(router(443), {"no-login": "Press twice."}, base="router")
    assert (
        one(judge, device, page(device, says="none"), rules=replace(KNOWN, devices=rules.devices)).fix == "Press twice."
    )
    shell = router(22)
    facts = (builders.observation(30, "ssh.login", "none", of=shell, port=22),)
    assert one(judge, shell, facts).fix.startswith(FIX)
