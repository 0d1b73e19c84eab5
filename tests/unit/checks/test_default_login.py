"""default-login: fail, pass, unknown, not applicable, and how severe."""

from dataclasses import replace

import pytest

from netguard import registry
from netguard.checks import _logins
from netguard.checks._logins import BACK_DOORS
from netguard.checks.default_login import SETUP_FIX, judge
from netguard.model.past import Past
from netguard.model.vocabulary import Confidence, Depth, Ended, Outcome, Role, Severity, Status
from tests import builders
from tests.unit.checks.guarding import KNOWN, came_to_nothing, one, page, router
from tests.unit.checks.judging import RULES, judged, with_record

ACCEPTED = {"tried": "accepted", "account": "boss", "empty": False}


@pytest.mark.parametrize("said", [{"says": "factory"}, {"says": "setup"}, ACCEPTED], ids=str)
@pytest.mark.parametrize(
    ("number", "role", "severity"),
    [
        (1, Role.ROUTER, Severity.CRITICAL),
        (2, Role.ROUTER, Severity.HIGH),
        (2, Role.ACCESS_POINT, Severity.HIGH),
        (2, Role.SWITCH, Severity.HIGH),
    ],
)
def test_severity_by_circumstance(said, number, role, severity):
    device = router(443, number=number, role=role)
    finding = one(judge, device, page(device, **said))
    assert (finding.status, finding.severity, finding.confidence) == (Status.FAIL, severity, Confidence.CONFIRMED)
    assert finding.evidence


def test_the_account_is_named_and_the_menu_of_its_family():
    device = router(443)
    finding = one(judge, device, page(device, **ACCEPTED))
    assert "“boss” with the password it came with (tcp/443)" in finding.title
    assert "Tools > Password" in finding.fix
    assert BACK_DOORS in finding.fix
    nameless = one(judge, device, page(device, tried="accepted", account="", empty=False))
    assert "lets in the password it came with" in nameless.title


def test_no_password_of_any_record_is_in_what_is_said():
    for id_, family in RULES.logins.items():
        passwords = {p.password.reveal() for p in family.attempts.pairs} if family.attempts else set()
        accounts = {p.account for p in family.attempts.pairs} if family.attempts else set()
        device = router(443)
        for account in accounts or {"admin"}:
            said = page(device, family=id_, tried="accepted", account=account, empty=False)
            finding = one(judge, device, said, rules=RULES)
            words = set(f"{finding.title} {finding.fix}".replace(",", " ").replace(".", " ").split())
            assert not {p for p in passwords - accounts if len(p) > 4} & words, id_


def test_its_own_record_comes_before_its_family():
    device, rules = with_record(router(443), {"default-login": "Press twice."}, base="router")
    rules = replace(KNOWN, devices=rules.devices)
    assert one(judge, device, page(device, says="factory"), rules=rules).fix == "Press twice."
    assert one(judge, device, page(device, says="setup"), rules=rules).fix == "Press twice."


def test_nobody_has_set_it_up():
    device = router(443)
    finding = one(judge, device, page(device, says="setup"))
    assert "whoever comes first owns it" in finding.title
    assert finding.fix == SETUP_FIX


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"says": "set"}, "says that its password is no longer the one it came with"),
        ({"tried": "refused"}, "refused the factory's login when it was tried (tcp/443); no other was tried"),
    ],
)
def test_a_pass_says_which_of_the_two(said, words):
    device = router(443)
    finding = one(judge, device, page(device, **said))
    assert (finding.status, finding.severity) == (Status.PASS, Severity.INFO)
    assert words in finding.title
    assert finding.evidence


def test_what_was_tried_counts_more_than_what_it_says():
    device = router(80, 443)
    finding = one(judge, device, page(device, 80, says="set"), page(device, first=9, **ACCEPTED))
    assert finding.status is Status.FAIL


@pytest.mark.parametrize(
    "said", [{"says": "none"}, {"tried": "open"}, {"tried": "accepted", "account": "root", "empty": True}], ids=str
)
def test_no_password_at_all_is_another_finding(said):
    device = router(443)
    finding = one(judge, device, page(device, **said))
    assert finding.status is Status.NOT_APPLICABLE
    assert "no-login" in finding.title


@pytest.mark.parametrize("says", ["asks", "locked", None])
def test_it_does_not_apply_to_a_family_of_which_each_has_a_password_of_its_own(says):
    device = router(443)
    finding = one(judge, device, page(device, family="label", says=says))
    assert finding.status is Status.NOT_APPLICABLE
    assert "no login that others of its kind share: its password is on its own label" in finding.title


def test_of_a_family_that_others_build_on_a_refused_login_of_its_own_is_no_pass():
    device = router(443)
    finding = one(judge, device, page(device, family="base", tried="refused"))
    assert finding.status is Status.UNKNOWN
    assert (
        "it refused the login that Base is known to come with, but others ship the same pages with logins of their own"
        in finding.title
    )
    assert "Tools > Password" in finding.fix


@pytest.mark.parametrize(("came", "words"), [("accepted", "was let in"), ("refused", "was refused")])
def test_what_came_of_it_the_last_time_is_told_where_it_is_not_tried_again(came, words):
    device = router(443)
    earlier = builders.scan(device, observations=page(device, tried=came))
    silent = builders.scan()
    pasts = Past(here=earlier), Past(previous=earlier), Past(here=silent, previous=earlier), Past(here=silent)
    for past, told in zip(pasts, (True, True, True, False), strict=True):
        found = judge(builders.scan(device, observations=page(device)), KNOWN, past)
        (finding,) = [f for f in found if f.target == device.key]
        assert finding.status is Status.UNKNOWN
        assert (f"it {words}; what it is since was not seen" in finding.title) is told


def test_neither_said_nor_tried_is_unknown_with_how_to_try():
    device = router(443)
    finding = one(judge, device, page(device))
    assert finding.status is Status.UNKNOWN
    assert "its factory login was not tried" in finding.title
    assert "netguard scan --logins" in finding.fix
    assert "Tools > Password" in finding.fix


def test_a_family_that_is_never_tried_says_why():
    device = router(443)
    finding = one(judge, device, page(device, family="mute"))
    assert finding.status is Status.UNKNOWN
    assert "never tries logins on Mute: it locks after 3 wrong logins" in finding.title
    assert "--logins" not in finding.fix


@pytest.mark.parametrize(
    ("where", "outcome"), [("tcp/443", Outcome.FAILED), ("login", Outcome.SKIPPED)], ids=["stopped", "declined"]
)
def test_a_try_that_came_to_nothing_gives_its_reason(where, outcome):
    device = router(443)
    attempt = came_to_nothing("login-attempts", "somebody else is logged in", where, outcome)
    finding = one(judge, device, page(device), attempts=(attempt,))
    assert finding.status is Status.UNKNOWN
    assert "somebody else is logged in" in finding.title
    another = came_to_nothing("login-attempts", "somebody else is logged in", where, outcome, at="192.0.2.77")
    assert "somebody" not in one(judge, device, page(device), attempts=(another,)).title


def test_one_that_refuses_everybody_for_a_while_is_unknown():
    device = router(443)
    finding = one(judge, device, page(device, says="locked"))
    assert finding.status is Status.UNKNOWN
    assert "refuses logins for a while" in finding.title
    assert "who tried to log in" in finding.fix


def test_what_it_says_could_not_be_heard():
    device = router(443)
    attempt = came_to_nothing("logins", "it answers alike whatever it is asked")
    finding = one(judge, device, page(device), attempts=(attempt,))
    assert finding.status is Status.UNKNOWN
    assert "it answers alike whatever it is asked" in finding.title


@pytest.mark.parametrize("says", ["factory", "set", "none"])
def test_a_page_of_two_families_is_of_neither(says):
    device = router(443)
    both = (*page(device, says=says), builders.observation(20, "login.family", "mute", of=device, port=443))
    finding = one(judge, device, both)
    assert finding.status is Status.UNKNOWN
    assert "several families (acme and mute)" in finding.title


def test_a_page_that_nobody_recognises_is_looked_at_by_hand():
    device = router(443)
    finding = one(judge, device, page(device, family=None))
    assert finding.status is Status.UNKNOWN
    assert "is of no family that netguard recognises" in finding.title
    assert "Log in with what its label or manual gives" in finding.fix
    failed = one(judge, device, page(device, family=None), attempts=(came_to_nothing("logins", "reset"),))
    assert "came to nothing: reset" in failed.title


def test_a_page_that_nobody_asked_says_why():
    device = router(443)
    quick = one(judge, device, page(device, family=None), depth=Depth.QUICK)
    assert "--depth standard" in quick.fix
    ended = one(judge, device, page(device, family=None), ended=Ended.INTERRUPTED)
    assert "the scan ended" in ended.title
    other = router(443, number=2, confidence=Confidence.POSSIBLE)
    assert "netguard devices role" in one(judge, other, page(other, family=None)).fix
    gateway = router(443, confidence=Confidence.POSSIBLE)
    assert "netguard devices role" not in one(judge, gateway, page(gateway, family=None)).fix


def test_a_family_that_these_rules_do_not_have_is_judged_by_what_it_said():
    device = router(443)
    finding = one(judge, device, page(device, family="of-tomorrow", says="factory"))
    assert finding.status is Status.FAIL
    assert "system, administration or security" in finding.fix
    unknown = one(judge, device, page(device, family="of-tomorrow"))
    assert "no record of of-tomorrow" in unknown.title


def test_it_does_not_apply_without_routers_or_without_a_page():
    (finding,) = judged(judge, builders.device(20, Role.CAMERA, services=(80,)))
    assert (finding.status, finding.target) == (Status.NOT_APPLICABLE, "network")
    assert one(judge, router(22)).status is Status.NOT_APPLICABLE
    left_out = one(judge, router(asked="1-79"))
    assert left_out.status is Status.UNKNOWN


def test_a_port_that_was_not_asked_for_its_page_is_no_missing_page():
    device = router(80)
    assert "was not asked for" in one(judge, device).title
    failed = one(judge, device, attempts=(came_to_nothing("http", "no answer in time", "tcp/80"),))
    assert (failed.status, "no answer in time" in failed.title) == (Status.UNKNOWN, True)
    done = one(judge, device, attempts=(came_to_nothing("http", None, "tcp/80", Outcome.DONE),))
    assert "answered nothing that is a page" in done.title


def test_a_declared_router_that_was_not_seen_is_no_pass():
    absent = router(declared=True, seen=False, unseen="Plug it in.", addresses=())
    assert [f.status for f in judged(judge, absent)] == [Status.UNKNOWN]


def test_a_fingerprint_follows_the_device_and_nothing_else():
    first, second = router(443), router(443, name="renamed")
    prints = {one(judge, d, page(d, says=says)).fingerprint for d in (first, second) for says in ("factory", "setup")}
    assert len(prints) == 1


def test_stages_are_the_probes_own_names():
    names = {f"probe.{name}" for name in registry.names("netguard.probe")}
    assert {_logins.LOOKS, _logins.TRIES} <= names


def test_a_refused_login_of_a_family_that_is_not_known_here_shows_nothing():
    device = router(443)
    assert one(judge, device, page(device, family="gone", tried="refused")).status is Status.UNKNOWN
