"""no-login: fail, pass, unknown, not applicable, and how severe."""

from dataclasses import replace

import pytest

from netguard.checks.no_login import judge
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
def test_a_command_line_for_anybody_is_other_checks_business(kind, value, port):
    device = router(port, 443)
    open_to_all = builders.observation(30, kind, value, of=device, port=port)
    assert one(judge, device, (*page(device, says="set"), open_to_all)).status is Status.PASS
    assert one(judge, router(port), (open_to_all,)).status is Status.NOT_APPLICABLE


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


@pytest.mark.parametrize(("family", "status"), [("base", Status.PASS), ("shipped", Status.UNKNOWN)])
def test_of_a_family_that_others_ship_only_a_refused_empty_password_shows_that_there_is_one(family, status):
    device = router(443)
    finding = one(judge, device, page(device, family=family, tried="refused"))
    assert finding.status is status
    if status is Status.UNKNOWN:
        assert "an empty password was not tried" in finding.title
        assert "password left empty" in finding.fix
        assert "Tools > Password" in finding.fix
    accepted = one(judge, device, page(device, family=family, **EMPTY | {"empty": False}))
    assert accepted.status is Status.PASS


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


def test_a_refused_login_of_a_family_that_is_not_known_here_shows_nothing():
    device = router(443)
    assert one(judge, device, page(device, family="gone", tried="refused")).status is Status.UNKNOWN
