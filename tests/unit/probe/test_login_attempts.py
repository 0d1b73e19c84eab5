"""The probe that tries logins: on what, and every reason for which it does not; what is counted and what is never told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from netguard.errors import HistoryError
from netguard.model.login import Tried
from netguard.model.vocabulary import Confidence, Outcome, Role
from netguard.net.failures import Cancelled, NoAnswer
from netguard.notebook import Notebook
from netguard.probe import login_attempts
from netguard.probe._contract import SPARED_ROLES, Declined
from netguard.probe._login import trying
from netguard.probe._login.schemes import form
from netguard.probe.login_attempts import Login
from netguard.rules.logins import BAD
from tests.builders import device as make_device
from tests.builders import service
from tests.logins import server, trial
from tests.logins.fakes.openwrt import Fake
from tests.logins.trial import MAC, Counted
from tests.servers import LOOPBACK
from tests.unit.probe.conftest import fact, make_ask, rules

FAMILY = rules().logins["openwrt"]


def page(port=80, family="openwrt", *, secure=False, says=None):
    kinds = {"login.family": family, "login.encrypted": secure} | ({"login.says": says} if says else {})
    return tuple(fact(kind, value, port=port) for kind, value in kinds.items())


def asked(facts=None, *, family=FAMILY, role=Role.ROUTER, ports=(80,), **given):
    device = make_device(role=role, services=[service(p) for p in ports], **{"mac": MAC} | given.pop("device", {}))
    known = replace(rules(), logins={FAMILY.id: family} if family is not None else {})
    ask = make_ask(facts=page() if facts is None else facts)
    return list(
        login_attempts.wants(device, replace(ask, **{"rules": known, "logins": True, "ledger": Counted()} | given))
    )


def reason(*args, **given):
    (declined,) = asked(*args, **given)
    assert isinstance(declined, Declined)
    assert declined.what == "192.0.2.20 login"
    return declined.reason


def test_where_the_person_allowed_it_the_login_of_a_known_family_is_tried():
    (login,) = asked()
    assert isinstance(login, Login)
    assert (login.port, login.secure, login.macs, login.family.id) == (80, False, (MAC,), "openwrt")


def test_nothing_is_tried_and_nothing_said_where_nobody_asked_for_it():
    assert asked(logins=False) == []
    assert asked(round="light") == []
    assert asked(facts=()) == [], "a page of no family that is known"
    assert asked(facts=page(81)) == [], "a port that is not open"


def test_of_several_pages_one_is_tried_the_encrypted_one_first():
    (login,) = asked((*page(80), *page(443, secure=True), *page(8080)), ports=(80, 443, 8080))
    assert (login.port, login.secure) == (443, True)
    (login,) = asked((*page(8080), *page(80)), ports=(80, 8080))
    assert login.port == 80


@pytest.mark.parametrize("role", sorted(SPARED_ROLES))
def test_locks_hubs_and_alarms_are_never_tried_whatever_their_page_looks_like(role):
    assert reason(role=role) == f"logins are never tried on what is, or may be, a {role}"


def test_what_may_be_something_else_is_not_tried_either():
    assert "or may be" in reason(role=Role.CAMERA, device={"confidence": Confidence.POSSIBLE})


def test_what_looks_like_two_families_is_neither():
    both = (*page(80), *page(80, "fritzbox"))
    assert reason(both) == "its page looks like those of several families (fritzbox, openwrt)"
    assert "several families" in reason((*both, *page(443, secure=True)), ports=(80, 443)), "at any of its ports"


def test_a_second_page_of_another_kind_keeps_nothing_from_being_tried():
    (login,) = asked((*page(80), *page(443, "fritzbox", secure=True)), ports=(80, 443))
    assert (login.port, login.family.id) == (80, "openwrt")


@pytest.mark.parametrize("says", sorted(BAD | {"locked"}))
def test_what_one_page_says_is_true_of_the_whole_device(says):
    assert reason((*page(80), *page(8080, says=says)), ports=(80, 8080)).startswith("it says")


def test_a_family_without_attempts_says_why():
    named = msgspec.structs.replace(FAMILY, attempts=None, reason="It locks after three wrong logins.")
    assert reason(family=named) == "It locks after three wrong logins."


def test_a_family_without_a_record_is_not_tried():
    assert reason(family=None) == "no record says how its login works"


def test_a_record_of_a_newer_netguard_is_not_tried():
    newer = msgspec.structs.replace(FAMILY, attempts=msgspec.structs.replace(FAMILY.attempts, scheme="telepathy"))
    assert reason(family=newer) == "its record names a way to log in that this netguard does not know"


@pytest.mark.parametrize("says", sorted(BAD))
def test_what_says_by_itself_that_it_stands_open_is_not_tried(says):
    assert reason(page(says=says)) == "it says by itself how its login stands"


def test_what_says_that_it_is_locked_is_left_alone():
    assert reason(page(says="locked")) == "it says that it refuses logins for a while"


def test_that_it_was_set_by_its_owner_is_no_reason_not_to_try():
    (login,) = asked(page(says="set"))
    assert isinstance(login, Login)


def test_without_a_hardware_address_nothing_could_be_counted():
    assert (
        reason(device={"mac": None}) == "its hardware address is not known, so that what is tried could not be counted"
    )


def test_without_a_ledger_nothing_could_be_counted():
    assert reason(ledger=None) == "what is tried could not be counted, since there is no history"


def login(port, ledger, family=FAMILY):
    return Login(address=LOOPBACK, port=port, family=family, macs=(MAC,), ledger=ledger)


@pytest.fixture(autouse=True)
def paused(monkeypatch):
    monkeypatch.setattr(trying, "PAUSE", 0.0)


def kept(one, ledger, net):
    """What is written down of it: the attempt as the document has it, and the facts."""
    book, learnt = Notebook(), []
    with book.attempt("probe.login-attempts", "here"):
        learnt.extend(login_attempts.probe(login(one.port, ledger), net))
    (attempt,) = book.attempts
    return attempt, learnt


def test_it_is_counted_before_the_first_packet(net):
    seen = []

    class Watched(Counted):
        def reserve(self, *args):
            seen.append(len(one.asked))
            return super().reserve(*args)

    ledger = Watched()
    with Fake(server.Mood.CHANGED) as one:
        kept(one, ledger, net)
    assert seen == [0]
    assert one.wrong == ledger.tried[0].tries == 2, "the control and the one factory login; the third is given back"


@pytest.mark.parametrize("mood", [server.Mood.ANSWERS_ALL, server.Mood.SHOWS_ALL])
def test_what_ends_early_gives_back_what_was_not_sent(net, mood):
    ledger = Counted()
    with Fake(mood) as one:
        attempt, _ = kept(one, ledger, net)
    sent = sum(a.method == "POST" for a in one.asked)
    assert (attempt.outcome, ledger.tried[0].tries) == (Outcome.FAILED, sent)


def test_within_a_day_not_one_packet_is_sent(net):
    ledger = Counted()
    ledger.tried.append(Tried(at=datetime.now(UTC) - timedelta(hours=23), tries=2))
    with Fake(server.Mood.FACTORY) as one:
        attempt, learnt = kept(one, ledger, net)
    assert (one.asked, learnt) == ([], [])
    assert "is not tried twice within 24 hours" in attempt.reason


def test_a_ledger_that_fails_is_the_reason_and_not_one_packet_is_sent(net):
    class Broken(Counted):
        def reserve(self, *_):
            raise HistoryError("the history h.db cannot be opened: it is no database")

    with Fake(server.Mood.FACTORY) as one:
        attempt, learnt = kept(one, Broken(), net)
    assert (one.asked, learnt) == ([], [])
    assert (attempt.outcome, attempt.reason) == (
        Outcome.FAILED, "the history h.db cannot be opened: it is no database",
    )  # fmt: skip


def test_a_person_who_interrupts_it_ends_the_scan_and_what_was_sent_counts(net, monkeypatch):
    def pause(self, seconds):
        raise Cancelled("the scan was interrupted")

    monkeypatch.setattr("netguard.net.control.Cancel.pause", pause)
    ledger = Counted()
    with Fake(server.Mood.CHANGED) as one, pytest.raises(Cancelled):
        list(login_attempts.probe(login(one.port, ledger), net))
    assert one.wrong == ledger.tried[0].tries == 1


def test_a_router_that_is_gone_costs_one_try_at_most(net):
    ledger = Counted()
    with Fake(server.Mood.CHANGED) as one:
        port = one.port
    with pytest.raises(NoAnswer):
        list(login_attempts.probe(login(port, ledger), net))
    assert ledger.tried[0].tries == 0


def test_of_a_mistake_of_our_own_only_its_kind_is_told(net, monkeypatch):
    def log_in(talk, attempts, account, password):
        raise ValueError(f"'/login?pw={password.reveal()}' cannot be asked for")

    monkeypatch.setattr(form, "log_in", log_in)
    ledger = Counted()
    with Fake(server.Mood.CHANGED) as one:
        attempt, _ = kept(one, ledger, net)
    assert attempt.outcome is Outcome.FAILED
    assert attempt.reason == "netguard's own mistake: RuntimeError: ValueError while a login was tried"
    assert ledger.tried[0].tries == 1, "it may have been sent"


def test_a_router_that_locks_at_four_is_tried_once_and_then_left_alone(net):
    ledger = Counted()
    with Fake(server.Mood.LOCKS) as router:
        for _ in range(5):
            trial.run("openwrt", router, net, rules(), ledger=ledger)
            ledger.a_day_later()
    assert (router.wrong, router.locked) == (2, False)
