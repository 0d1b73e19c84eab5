"""What the tests of checks about Wi-Fi share: own networks, and what a check makes of them."""

from dataclasses import replace

from netguard.model import address
from netguard.model.vocabulary import Outcome, Pmf, Role, Security, Status
from netguard.model.wifi import Wps
from tests import builders
from tests.builders import bss
from tests.unit.checks.judging import RULES, judged

SECOND = "00:00:5e:00:53:02"
NO_KEY = frozenset({Security.OPEN, Security.OWE_TRANSITION})


def mine(security=Security.WPA2_PERSONAL, **given):
    """An own network as raw elements show it: WPA2 with AES, protected frames required, no WPS."""
    defaults = {
        "own": True,
        "akms": ("psk",),
        "pairwise": ("ccmp",),
        "group": "ccmp",
        "pmf": Pmf.REQUIRED,
        "wps": Wps(present=False),
        "transition": False,
        "hidden": False,
    }
    return bss(security=security, **(defaults | given))


def stranger(*args, **given):
    return replace(bss(*args, **given), own=False)


def air(judge, *networks, devices=(), **given):
    """What `judge` says of a scan that heard these networks."""
    return judged(judge, *devices, wifi=networks, **given)


def one(judge, *networks, **given):
    """The only finding."""
    (finding,) = air(judge, *networks, **given)
    return finding


def outcome(judge, *networks, **given):
    """Status of the only finding, and the severity of a failed one."""
    found = one(judge, *networks, **given)
    return (found.status, found.severity) if found.status is Status.FAIL else (found.status, None)


def router(number=1, mac="00:00:5e:00:53:01", role=Role.ROUTER, **given):
    return builders.device(number, role, mac=address.mac(mac), **given)


def keeps_the_contract_of_wifi(judge):
    """What every check about Wi-Fi does alike, whatever it judges."""
    nothing = one(judge)
    assert (nothing.status, nothing.target) == (Status.UNKNOWN, "network")
    assert "because no Wi-Fi was looked at" in nothing.title
    assert "netguard wifi --live" in nothing.fix
    assert "netguard doctor" in nothing.fix
    tried = builders.attempt("wifi.nl80211", Outcome.FAILED, "this computer has no Wi-Fi", target="wlan0")
    assert "could be looked at: this computer has no Wi-Fi" in one(judge, attempts=(tried,)).title

    worst = mine(Security.WEP, wps=Wps(present=True, configured=False))
    whose = one(judge, replace(worst, own=None), replace(worst, own=None, ssid="Other"))
    assert whose.status is Status.UNKNOWN
    assert "it cannot be told which of the 2 networks heard is yours" in whose.title
    assert "--ssid" in whose.fix
    assert "the one network" in one(judge, replace(worst, own=None)).title
    theirs = one(judge, replace(worst, own=False))
    assert theirs.status is Status.UNKNOWN, "a neighbour's network is never a finding"
    assert "none of the networks heard is yours" in theirs.title

    blind = bss(security=Security.UNKNOWN, own=True, sources=("system_profiler", "wpa_cli"))
    unclear = one(judge, blind)
    assert unclear.status is Status.UNKNOWN
    assert "not checked on Wi-Fi “Home”, because system_profiler and wpa_cli cannot tell " in unclear.title
    assert unclear.target == "wifi:Home"
    assert "what told of it cannot tell" in one(judge, replace(blind, sources=())).title

    good = mine(Security.WPA3_PERSONAL, akms=("sae",), wps=Wps(present=True, configured=True))
    unsure = [f for f in air(judge, good, replace(good, bssid=None, own=None)) if f.status is Status.UNKNOWN]
    assert ["another one of that name may or may not be yours" in f.title for f in unsure] == [True]
    several = air(judge, good, *[replace(good, bssid=None, own=None)] * 2)
    assert any("2 others of that name" in f.title for f in several)


__all__ = [
    "NO_KEY",
    "RULES",
    "SECOND",
    "air",
    "keeps_the_contract_of_wifi",
    "mine",
    "one",
    "outcome",
    "router",
    "stranger",
]
