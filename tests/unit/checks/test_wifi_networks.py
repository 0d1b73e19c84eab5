"""What all checks of Wi-Fi do, whatever is in the air; and what becomes of their findings."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from netguard import registry
from netguard.advise.actions import actions
from netguard.advise.grade import grade
from netguard.checks._wifi import NEWEST, network, spot
from netguard.model.action import Intent
from netguard.model.past import Past
from netguard.model.vocabulary import Pmf, Security, Severity, Status, WpsMethod
from netguard.model.wifi import Wps
from tests import builders
from tests.unit.checks.airing import SECOND, air, mine
from tests.unit.checks.judging import RULES

CHECKS = {
    name: module
    for name, module in registry.load_all("netguard.checks", "CHECK", "judge").items()
    if name.startswith(("wifi-", "wps-"))
}
CIPHERS = st.none() | st.sets(st.sampled_from(["ccmp", "tkip", "wep-40", "gcmp-256", "99"])).map(sorted).map(tuple)
MAYBE = st.sampled_from([None, True, False])
WPS = st.none() | st.builds(
    Wps,
    present=MAYBE,
    configured=MAYBE,
    version=st.sampled_from([None, "1.0", "2.0"]),
    locked=MAYBE,
    methods=st.none() | st.sets(st.sampled_from(sorted(WpsMethod))).map(sorted).map(tuple),
    active=MAYBE,
)
NETWORK = st.builds(
    builders.bss,
    st.sampled_from([None, "", "Home", "Guests", "\x1b[31m“”`", "x" * 32]),
    st.none() | st.integers(0, 7).map(lambda n: f"00:00:5e:00:53:{n:02x}"),
    st.sampled_from(sorted(Security)),
    band=st.sampled_from([None, "2.4", "5", "6"]),
    channel=st.none() | st.integers(1, 233),
    akms=st.none() | st.sets(st.sampled_from(["psk", "sae", "802.1x", "owe", "21"])).map(sorted).map(tuple),
    pairwise=CIPHERS,
    group=st.sampled_from([None, "ccmp", "tkip", "wep-104"]),
    pmf=st.none() | st.sampled_from(sorted(Pmf)),
    wps=WPS,
    own=MAYBE,
    associated=MAYBE,
    sources=st.sampled_from([(), ("pcap",), ("netsh", "nmcli")]),
    notes=st.sampled_from([(), ("it announces two RSN elements; what either of them offers counts",)]),
)


@given(st.lists(NETWORK, max_size=6), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_whatever_is_in_the_air_each_network_is_judged_once(networks, chance: random.Random):
    shuffled = list(networks)
    chance.shuffle(shuffled)
    scan, again = (builders.scan(wifi=tuple(order)) for order in (networks, shuffled))
    targets = {network(b).target for b in networks if b.own} or {"network"}
    for name, module in CHECKS.items():
        found = list(module.judge(scan, RULES, Past()))
        assert {f.target for f in found} == targets, name
        assert len({f.fingerprint for f in found}) == len(found), name
        assert {f.fingerprint for f in found} == {f.fingerprint for f in module.judge(again, RULES, Past())}, name
        for target in targets:
            statuses = {f.status for f in found if f.target == target}
            assert len(statuses - {Status.UNKNOWN}) <= 1, name
            assert Status.PASS not in statuses or statuses == {Status.PASS}, name
        assert all("\x1b" not in f.title + f.target for f in found)


def test_a_passing_home_passes_all():
    best = mine(Security.WPA3_PERSONAL, akms=("sae",))
    found = [f for module in CHECKS.values() for f in air(module.judge, best)]
    assert {f.check: f.status for f in found} == {
        name: Status.NOT_APPLICABLE if name == "wps-unconfigured" else Status.PASS for name in CHECKS
    }
    assert best.security in NEWEST


def test_the_place_of_a_network_is_said_as_far_as_it_is_known():
    assert spot(mine()) == "Wi-Fi “Home” at 2.4 GHz, channel 6"
    assert spot(mine(), exactly=True) == "Wi-Fi “Home” at 2.4 GHz, channel 6 (00:00:5e:00:53:01)"
    assert spot(mine(channel=None, bssid=None), exactly=True) == "Wi-Fi “Home” at 2.4 GHz"
    assert spot(mine(band=None)) == "Wi-Fi “Home” at channel 6"
    assert spot(mine(ssid=None), exactly=True) == "Wi-Fi “00:00:5e:00:53:01” at 2.4 GHz, channel 6"


def advised(*networks):
    found = [f for module in CHECKS.values() for f in air(module.judge, *networks)]
    return found, actions(found, {name: module.CHECK.remedy for name, module in CHECKS.items()}, ())


def test_several_access_points_and_checks_of_one_network_are_one_step():
    weak = {"pairwise": ("ccmp", "tkip"), "pmf": Pmf.NONE}
    found, steps = advised(mine(**weak), mine(bssid=SECOND, **weak))
    failed = [f for f in found if f.status is Status.FAIL]
    assert len(failed) == 4
    (step,) = steps
    assert step.title == "Give Wi-Fi “Home” safer settings"
    assert set(step.closes) == {f.fingerprint for f in failed}
    assert step.intents == (Intent(kind="set-wifi-security", segment="wifi:Home"),)


def test_wps_has_a_step_of_its_own_and_names_its_feature():
    _, (step,) = advised(mine(Security.WPA3_PERSONAL, akms=("sae",), wps=Wps(present=True, configured=False)))
    assert step.title == "Switch WPS off on Wi-Fi “Home”"
    assert len(step.closes) == 2
    assert step.intents == (Intent(kind="disable-feature", segment="wifi:Home", feature="wps"),)


def test_a_high_finding_on_the_own_wifi_weighs_as_one_on_the_router():
    found, _ = advised(mine(wps=Wps(present=True, configured=True, methods=(WpsMethod.LABEL,))))
    assert [f.severity for f in found if f.status is Status.FAIL] == [Severity.HIGH]
    assert grade(found, ()).letter == "D"
