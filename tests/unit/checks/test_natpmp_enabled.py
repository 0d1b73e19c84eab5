"""NAT-PMP and PCP: who opens ports for whoever asks, and when nothing can be said of it."""

from dataclasses import replace

import pytest

from netguard.checks import natpmp_enabled
from netguard.model import address
from netguard.model.device import Coverage
from netguard.model.gateway import Gateway, GatewayServices, NatPmp, Pcp
from netguard.model.past import Past
from netguard.model.vocabulary import Confidence, Depth, Ended, Outcome, Role, Severity, Status, Transport
from tests import builders

ROUTER = builders.device(1, Role.ROUTER, name="Router")
LISTENS = (builders.service(5351, at="192.0.2.1", transport=Transport.UDP),)
COVERED = (Coverage(address=address.ip("192.0.2.1"), transport=Transport.UDP, ports="5351", engine="builtin"),)
LOCK = builders.device(20, Role.LOCK)
TV = builders.device(21, Role.TV)


def judged(*more, natpmp=None, pcp=None, router=ROUTER, gateways=(), **given):
    """What is said of a scan in which the own router answered with these result codes (PCP's with its version)."""
    services = GatewayServices(
        natpmp=None if natpmp is None else NatPmp(result=natpmp),
        pcp=None if pcp is None else Pcp(version=pcp[0], result=pcp[1]),
    )
    first = Gateway(device=router.key if router else None, services=services)
    devices = (*((router,) if router else ()), *more)
    made = builders.scan(*devices, **({"gateways": (first, *gateways)} | given))
    return list(natpmp_enabled.judge(made, None, Past()))


def tried(probe="natpmp", outcome=Outcome.FAILED, reason="it said nothing", target="192.0.2.1 udp/5351"):
    return builders.attempt(f"probe.{probe}", outcome, reason, target)


@pytest.mark.parametrize(
    ("natpmp", "pcp", "spoken"),
    [
        (0, None, "NAT-PMP"),
        (None, (2, 0), "PCP"),
        (0, (2, 0), "NAT-PMP or PCP"),
        (0, (0, 1), "NAT-PMP"),  # it knows nothing newer
        (1, (2, 0), "PCP"),  # it knows nothing older
        (0, (2, 2), "NAT-PMP"),
        (0, (2, 12), "NAT-PMP or PCP"),  # it saw another address of ours
    ],
)
def test_what_it_speaks_is_told(natpmp, pcp, spoken):
    (found,) = judged(LOCK, natpmp=natpmp, pcp=pcp)
    assert (found.status, found.target, found.confidence) == (Status.FAIL, ROUTER.key, Confidence.CONFIRMED)
    assert found.title == f"Router opens ports for whoever asks by {spoken}"


@pytest.mark.parametrize(("natpmp", "pcp"), [(3, None), (4, (0, 1)), (None, (2, 12)), (3, (2, 0)), (1, (2, 12))])
def test_without_a_success_it_is_likely(natpmp, pcp):
    (found,) = judged(LOCK, natpmp=natpmp, pcp=pcp)
    assert (found.status, found.confidence) == (Status.FAIL, Confidence.LIKELY)


@pytest.mark.parametrize(
    ("role", "severity"),
    [
        (Role.LOCK, Severity.MEDIUM),
        (Role.LOCK_HUB, Severity.MEDIUM),
        (Role.SMART_HOME_HUB, Severity.MEDIUM),
        (Role.ALARM, Severity.MEDIUM),
        (Role.CAMERA, Severity.MEDIUM),
        (Role.DOORBELL, Severity.MEDIUM),
        (Role.UNKNOWN, Severity.MEDIUM),
        (Role.TV, Severity.LOW),
        (Role.PRINTER, Severity.LOW),
    ],
)
def test_what_is_at_stake_decides_how_severe_it_is(role, severity):
    (found,) = judged(builders.device(20, role), natpmp=0)
    assert found.severity is severity


def test_a_declared_lock_counts_while_it_sleeps():
    asleep = builders.device(20, Role.LOCK, declared=True, seen=False)
    assert judged(asleep, natpmp=0)[0].severity is Severity.MEDIUM


def test_one_finding_whichever_of_the_two_it_is():
    assert judged(LOCK, natpmp=0)[0].fingerprint == judged(LOCK, pcp=(2, 0))[0].fingerprint


def test_what_it_answered_is_the_evidence():
    said = (
        builders.observation(1, "natpmp.result", 0, of=ROUTER),
        builders.observation(2, "pcp.result", 0, of=ROUTER),
        builders.observation(3, "natpmp.result", 0, of=TV),
        builders.observation(4, "http.status", 200, of=ROUTER),
    )
    (found,) = judged(TV, natpmp=0, pcp=(2, 0), observations=said)
    assert found.evidence == ("o1", "o2")


def test_pcp_that_declines_this_computer_only_may_serve_others():
    (found,) = judged(LOCK, natpmp=1, pcp=(2, 2))
    assert (found.status, found.severity, found.confidence) == (Status.FAIL, Severity.INFO, Confidence.LIKELY)
    assert "for others it may" in found.title


def test_another_device_that_speaks_it_is_told_and_the_own_router_for_itself():
    other = builders.device(30, Role.ACCESS_POINT, name="Attic")
    second = Gateway(device=other.key, services=GatewayServices(natpmp=NatPmp(result=0)))
    silent = Gateway(device=TV.key, services=GatewayServices(natpmp=NatPmp(result=2)))
    closed = replace(ROUTER, coverage=COVERED)
    own, more = judged(LOCK, other, TV, router=closed, gateways=(Gateway(), second, silent))
    assert (own.status, own.target) == (Status.PASS, ROUTER.key)
    assert (more.status, more.target, more.severity) == (Status.FAIL, other.key, Severity.LOW)


def test_a_port_that_is_closed_passes():
    (found,) = judged(LOCK, router=replace(ROUTER, coverage=COVERED))
    assert (found.status, found.title) == (Status.PASS, "Router speaks neither NAT-PMP nor PCP")


def test_both_switched_off_passes():
    router = replace(ROUTER, coverage=COVERED, services=LISTENS)
    (found,) = judged(LOCK, router=router, natpmp=2, pcp=(0, 1))
    assert (found.status, found.title) == (Status.PASS, "Router has NAT-PMP and PCP switched off")


@pytest.mark.parametrize(
    ("given", "because"),
    [
        ({"attempts": (tried(),)}, "it said nothing"),
        ({"attempts": (tried(), tried("pcp", reason="it said nothing either"))}, "it said nothing"),
        ({"attempts": (builders.attempt("probe", Outcome.SKIPPED, "it is on your list of devices never to touch", "192.0.2.1"),)},
         "never to touch"),
        ({"depth": Depth.QUICK}, "depth quick does not ask"),
        ({"ended": Ended.INTERRUPTED}, "the scan ended"),
        ({}, "it was not asked"),
        ({"router": None}, "the router was not seen"),
    ],
)  # fmt: skip
def test_what_was_not_seen_is_no_pass(given, because):
    (found,) = judged(LOCK, **given)
    assert found.status is Status.UNKNOWN
    assert because in found.title


@pytest.mark.parametrize("natpmp", [1, 2])
def test_silence_to_pcp_is_no_pass_although_nat_pmp_declined(natpmp):
    router = replace(ROUTER, coverage=COVERED, services=LISTENS)
    failed = (tried(outcome=Outcome.DONE, reason=None), tried("pcp", reason="it said nothing to PCP"))
    (found,) = judged(LOCK, router=router, natpmp=natpmp, attempts=failed)
    assert found.status is Status.UNKNOWN
    assert "it said nothing to PCP" in found.title


def test_nonsense_is_no_pass():
    router = replace(ROUTER, coverage=COVERED, services=LISTENS)
    failed = (tried(reason="it answered something that is not NAT-PMP"), tried("pcp", reason="not PCP"))
    (found,) = judged(LOCK, router=router, attempts=failed)
    assert found.status is Status.UNKNOWN
    assert "not NAT-PMP" in found.title


def test_a_scan_that_ended_between_the_two_questions_is_no_pass():
    router = replace(ROUTER, coverage=COVERED, services=LISTENS)
    done = (tried(outcome=Outcome.DONE, reason=None),)
    (found,) = judged(LOCK, router=router, natpmp=2, attempts=done, ended=Ended.INTERRUPTED)
    assert found.status is Status.UNKNOWN
    assert "the scan ended" in found.title


def test_one_address_that_is_closed_is_no_pass_while_another_is_silent():
    failed = (tried(target="192.0.2.1 udp/5351", outcome=Outcome.DONE, reason=None), tried(target="192.0.2.2 udp/5351"))
    router = replace(ROUTER, coverage=COVERED, addresses=tuple(map(address.ip, ("192.0.2.1", "192.0.2.2"))))
    (found,) = judged(LOCK, router=router, attempts=failed)
    assert found.status is Status.UNKNOWN


def test_a_network_without_a_way_out_has_none():
    vantage = replace(builders.scan().vantage, gateway=None)
    (found,) = judged(LOCK, vantage=vantage, gateways=(), router=None)
    assert found.status is Status.NOT_APPLICABLE
