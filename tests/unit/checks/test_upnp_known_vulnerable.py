"""upnp-known-vulnerable: what a version that a program says itself may mean, on what, and what a test says beyond it."""

from dataclasses import replace

import pytest

from netguard.checks.upnp_known_vulnerable import judge
from netguard.model.gateway import Gateway, GatewayServices, Igd
from netguard.model.vocabulary import Confidence, Outcome, Role, Severity, Status
from tests import builders
from tests.unit.checks.announcing import ROUTER, upnp
from tests.unit.checks.judging import with_record

GUARDING = {
    Role.LOCK,
    Role.LOCK_HUB,
    Role.SMART_HOME_HUB,
    Role.ALARM,
    Role.ROUTER,
    Role.ACCESS_POINT,
    Role.SWITCH,
    Role.UNKNOWN,
}
EXPLOITED = "OS 1.0 UPnP/1.0 Realtek/V1.3"
TAKEOVER = "Debian DLNADOC/1.50 UPnP/1.0 MiniDLNA/1.2.1"
MISUSE = "Linux/3.18 UPnP/1.0 GUPnP/1.2.4"
CRASH = "OpenWRT/23.05 UPnP/1.1 MiniUPnPd/2.3.1"
MENDED = "OpenWRT/24.10 UPnP/1.1 MiniUPnPd/2.3.11"
UNKNOWN_PROGRAM = "FRITZ!Box 7590 UPnP/1.0 AVM FRITZ!Box 7590 154.07.57"


def one(*said, role=Role.ROUTER, devices=None, device=None, **given):
    """The only finding about a device that said these (kind, value)."""
    device = device or builders.device(20, role)
    (finding,) = upnp(judge, *(devices or (device,)), said=[(device, *each) for each in said], **given)
    return finding


def server(text, **given):
    return one(("ssdp.server", text), **given)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(
    ("text", "guarding", "elsewhere"),
    [
        (EXPLOITED, Severity.HIGH, Severity.HIGH),
        (TAKEOVER, Severity.HIGH, Severity.MEDIUM),
        (MISUSE, Severity.MEDIUM, Severity.LOW),
        (CRASH, Severity.LOW, Severity.INFO),
    ],
)
def test_every_cell_of_the_table(role, text, guarding, elsewhere):
    found = server(text, role=role)
    assert (found.status, found.confidence) == (Status.FAIL, Confidence.POSSIBLE)
    assert found.severity is (guarding if role in GUARDING else elsewhere)
    assert found.evidence == ("o0",)
    assert "possibly" in found.title


def test_the_worst_fault_counts_and_all_are_named():
    found = server("Linux, UPnP/1.0, Portable SDK for UPnP devices/1.6.20")
    assert found.severity is Severity.HIGH
    assert found.title.startswith("router 20 runs libupnp 1.6.20, which possibly has known faults (CVE-2016-6255, ")
    for cve in ("CVE-2016-6255", "CVE-2016-8863", "CVE-2020-13848", "CVE-2020-12695", "CVE-2021-28302"):
        assert cve in found.title
        assert cve in found.references
    assert "One packet or request" in found.why
    assert "CVE-2012-5958" not in found.references


def test_a_program_without_known_faults_passes():
    found = server(MENDED)
    assert (found.status, found.target, found.evidence) == (Status.PASS, builders.device(20).key, ("o0",))
    assert found.title == "router 20 runs MiniUPnPd 2.3.11, of which no fault is known to netguard"
    huawei = server("Linux UPnP/1.0 Huawei-ATP-IGD", device=builders.device(20, Role.ROUTER, model="HG8245H"))
    assert huawei.status is Status.PASS


@pytest.mark.parametrize("kind", ["upnp.model", "host.model"])
def test_the_model_decides_where_the_words_are_the_same(kind):
    words = ("ssdp.server", "Linux UPnP/1.0 Huawei-ATP-IGD")
    assert one(words, (kind, "HG532e")).severity is Severity.HIGH
    assert one(words, (kind, "HG8245H")).status is Status.PASS
    assert one(words, device=builders.device(20, Role.ROUTER, model="EchoLife HG532")).severity is Severity.HIGH


@pytest.mark.parametrize("also", [(), (("upnp.model", " "),), (("http.server", "MiniUPnPd/2.3.11"),)])
def test_where_the_model_decides_and_is_not_stated_it_is_not_checked(also):
    found = one(("ssdp.server", "Linux UPnP/1.0 HUAWEI-ATP-IGD"), *also)
    assert found.status is Status.UNKNOWN
    assert "because its model is not known, and some models with" in found.title
    assert "have a fault that is used in attacks (CVE-2017-17215)" in found.title
    assert "label" in found.fix


def test_what_says_no_version_is_not_checked():
    found = server("Linux UPnP/1.0 MiniUPnPd")
    assert found.status is Status.UNKNOWN
    assert "because MiniUPnPd says no version there" in found.title
    assert one(("ssdp.server", "MiniUPnPd"), ("http.server", "MiniUPnPd/2.3.11")).status is Status.PASS


def test_what_netguard_knows_nothing_of_is_not_checked_and_said_once_for_all():
    others = [builders.device(n, Role.TV) for n in (20, 21, 22)]
    said = [
        (others[0], "ssdp.server", UNKNOWN_PROGRAM),
        (others[1], "ssdp.type", "upnp:rootdevice"),
        (others[2], "ssdp.location", "http://192.0.2.22/"),
    ]
    (found,) = upnp(judge, *others, said=said)
    assert (found.status, found.target) == (Status.UNKNOWN, "network")
    assert "not checked on tv 20, tv 21, tv 22, because what speaks UPnP there is no program" in found.title


@pytest.mark.parametrize("kind", ["ssdp.type", "ssdp.usn", "ssdp.server", "ssdp.location", "upnp.service"])
def test_what_speaks_upnp_at_all_is_never_passed_over(kind):
    assert one((kind, "something")).status is Status.UNKNOWN


def test_a_web_server_alone_is_judged_only_where_it_is_one_of_the_programs():
    assert one(("http.server", "RomPager/4.07 UPnP/1.0")).severity is Severity.HIGH
    assert one(("http.server", "RomPager/4.51")).status is Status.PASS
    assert one(("http.server", "nginx")).status is Status.NOT_APPLICABLE


def test_a_router_that_said_it_to_the_igd_probe_alone_is_judged_too():
    igd = Igd(location="http://192.0.2.1/", device_type="urn:x", server=TAKEOVER)
    gateways = (Gateway(device=ROUTER.key, services=GatewayServices(igd=igd)),)
    found = one(device=ROUTER, gateways=gateways)
    assert (found.severity, found.evidence) == (Severity.HIGH, ())
    both = one(("ssdp.server", TAKEOVER), device=ROUTER, gateways=gateways)
    assert (both.fingerprint, both.evidence) == (found.fingerprint, ("o0",))
    silent = (Gateway(device=ROUTER.key, services=GatewayServices(igd=replace(igd, server=None))),)
    assert one(device=ROUTER, gateways=silent).status is Status.NOT_APPLICABLE


def test_two_programs_of_one_device_are_two_findings_and_an_update_is_the_same_one():
    device = builders.device(20, Role.ROUTER)
    said = [(device, "ssdp.server", TAKEOVER), (device, "http.server", CRASH), (device, "ssdp.server", MENDED)]
    found = upnp(judge, device, said=said)
    assert [f.severity for f in found] == [Severity.HIGH, Severity.LOW]
    assert len({f.fingerprint for f in found}) == 2
    older, newer = (server(f"UPnP/1.1 MiniUPnPd/{version}") for version in ("1.0", "2.3.1"))
    assert older.fingerprint == newer.fingerprint


def test_two_versions_of_one_program_are_one_finding():
    found = one(("ssdp.server", "MiniUPnPd/2.3.1"), ("ssdp.server", "MiniUPnPd/1.0"))
    assert found.severity is Severity.HIGH
    assert found.evidence == ("o0", "o1")
    assert "MiniUPnPd 2.3.1 and MiniUPnPd 1.0" in found.title


OLD_LIBUPNP = "Linux, UPnP/1.0, Portable SDK for UPnP devices/1.12.1"


def test_callstranger_is_likely_where_it_was_tested():
    device = builders.device(20, Role.ROUTER)
    alone = one(("upnp.callback", "accepted"))
    assert (alone.status, alone.severity, alone.confidence) == (Status.FAIL, Severity.MEDIUM, Confidence.LIKELY)
    assert "CVE-2020-12695" in alone.references
    assert alone.evidence == ("o0",)
    assert one(("upnp.callback", "accepted"), role=Role.TV).severity is Severity.LOW
    said = [(device, "ssdp.server", OLD_LIBUPNP), (device, "upnp.callback", "accepted")]
    tested, banner = upnp(judge, device, said=said)
    assert tested.fingerprint == alone.fingerprint
    assert "CVE-2020-12695" not in banner.references, "said once, and surely"
    assert "CVE-2021-29462" in banner.references


def test_what_was_tested_and_refused_is_not_possible_any_more():
    found = one(("ssdp.server", OLD_LIBUPNP), ("upnp.callback", "refused"))
    assert "CVE-2020-12695" not in found.references
    assert "CVE-2020-12695" in server(OLD_LIBUPNP).references
    assert one(("upnp.callback", "refused")).status is Status.UNKNOWN
    assert one(("upnp.callback", "something"), ("upnp.callback", 7)).status is Status.NOT_APPLICABLE


def test_one_that_is_broken_does_not_hide_one_that_cannot_be_told():
    bad, other = builders.device(20, Role.ROUTER), builders.device(21, Role.TV)
    found = upnp(judge, bad, other, said=[(bad, "ssdp.server", CRASH), (other, "ssdp.type", "upnp:rootdevice")])
    assert [f.status for f in found] == [Status.FAIL, Status.UNKNOWN]


def test_where_nothing_speaks_upnp_it_does_not_apply_and_where_nobody_listened_it_is_not_checked():
    assert one(devices=(ROUTER,)).status is Status.NOT_APPLICABLE
    failed = builders.attempt("discover.ssdp", Outcome.FAILED, "port 1900 is blocked here")
    found = one(devices=(ROUTER,), attempts=(failed,))
    assert found.status is Status.UNKNOWN
    assert "port 1900 is blocked here" in found.title


def test_the_record_says_what_to_do_on_this_very_device():
    device, rules = with_record(builders.device(20, Role.ROUTER), {"upnp-known-vulnerable": "System, Update: install."})
    assert server(CRASH, device=device, rules=rules).fix == "System, Update: install."
