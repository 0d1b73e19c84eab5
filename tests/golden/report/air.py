"""What is in the air around the sample home: own networks of two access points, one nobody can tell, and neighbours."""

from netguard.model import address
from netguard.model.action import Action, Intent
from netguard.model.finding import Finding, fingerprint
from netguard.model.vocabulary import Confidence, Needs, Pmf, Security, Severity, Status, WpsMethod
from netguard.model.wifi import BasicServiceSet, Wps
from tests.golden.report.residents import mac_of

HOME, THINGS, GUESTS = "Sample Wi-Fi", "Sample things", "Sample guests"
_OFF = Wps(present=False)


def _network(ssid: str | None, last: int, security: Security, **more: object) -> BasicServiceSet:
    fields: dict[str, object] = {
        "bssid": address.mac(mac_of(last)),
        "channel": 6,
        "band": "2.4",
        "akms": ("psk",),
        "pairwise": ("ccmp",),
        "group": "ccmp",
        "pmf": Pmf.CAPABLE,
        "wps": _OFF,
        "transition": False,
        "hidden": False,
        "own": True,
        "associated": False,
        "signal_dbm": -48.0,
        "sources": ("nl80211",),
    }
    return BasicServiceSet(ssid=ssid, security=security, **(fields | more))  # type: ignore[arg-type]


NETWORKS = (
    _network(
        HOME,
        2,
        Security.WPA_WPA2_PERSONAL,
        pairwise=("ccmp", "tkip"),
        group="tkip",
        pmf=Pmf.NONE,
        transition=True,
        wps=Wps(
            present=True,
            configured=True,
            version="2.0",
            locked=False,
            methods=(WpsMethod.LABEL, WpsMethod.PUSH_BUTTON),
            active=False,
        ),
        notes=("it is taken as yours: its hardware address is your router's",),
    ),
    _network(
        HOME,
        3,
        Security.WPA2_WPA3_PERSONAL,
        channel=44,
        band="5",
        akms=("psk", "sae"),
        transition=True,
        associated=True,
        signal_dbm=-41.0,
        wps=Wps(present=True, configured=True, version="2.0", locked=False, active=False),
        notes=("it is taken as yours: this computer is connected through it",),
    ),
    _network(THINGS, 4, Security.WPA2_PERSONAL, pmf=Pmf.NONE, hidden=True),
    _network(GUESTS, 5, Security.WPA3_PERSONAL, akms=("sae",), pmf=Pmf.REQUIRED, channel=44, band="5"),
    _network(
        HOME,
        0xC0,
        Security.WPA2_PERSONAL,
        channel=11,
        akms=None,
        pairwise=None,
        group=None,
        pmf=None,
        wps=None,
        hidden=None,
        transition=None,
        associated=None,
        signal_dbm=-77.0,
        sources=("netsh",),
        notes=("it is taken as yours: it has the name, the kind of security and the maker of one that is",),
    ),
    _network(HOME, 0xE1, Security.OPEN, own=None, akms=(), pairwise=(), group=None, pmf=Pmf.NONE, channel=1),
    _network("Next door", 0xD0, Security.WPA2_PERSONAL, own=False, channel=1, signal_dbm=-80.0),
    _network("DIRECT-a1-TV", 0xD4, Security.WPA2_PERSONAL, own=False, channel=6),
    _network(None, 0xD8, Security.WEP, own=False, channel=11, hidden=True, akms=(), pairwise=(), group=None),
)


def _finding(check: str, status: Status, title: str, *, where: str = "", ssid: str = HOME, **more: object) -> Finding:
    fields: dict[str, object] = {
        "severity": Severity.INFO,
        "confidence": Confidence.CONFIRMED,
        "why": "",
        "fix": "Nothing to do.",
    }
    target = f"wifi:{ssid}"
    name = fingerprint(check, target, where)
    return Finding(fingerprint=name, check=check, status=status, target=target, title=title, **(fields | more))  # type: ignore[arg-type]


_OLD = f"Wi-Fi “{HOME}” at 2.4 GHz, channel 6"
_NEW = f"Wi-Fi “{HOME}” at 5 GHz, channel 44"

PROBLEMS = (
    _finding(
        "wps-enabled",
        Status.FAIL,
        f"{_OLD} has WPS on and announces its PIN",
        where=mac_of(2),
        severity=Severity.HIGH,
        why="The PIN can be tried out from the street in hours, and then the router hands the Wi-Fi password over.",
        fix="Switch WPS off in the router's Wi-Fi settings.",
        references=("CVE-2011-5053", "https://www.kb.cert.org/vuls/id/723755"),
    ),
    _finding(
        "wps-enabled",
        Status.FAIL,
        f"{_NEW} has WPS on; whether its PIN is offered is not visible from here",
        where=mac_of(3),
        severity=Severity.MEDIUM,
        why="A beacon says that WPS is on and not by which ways. Where the PIN is one of them, it can be tried out.",
        fix="Switch WPS off in the router's Wi-Fi settings.",
        references=("CVE-2011-5053", "https://www.kb.cert.org/vuls/id/723755"),
    ),
    _finding(
        "wifi-tkip",
        Status.FAIL,
        f"{_OLD} still lets devices in with the first WPA",
        where=mac_of(2),
        severity=Severity.MEDIUM,
        why="Its withdrawn cipher TKIP is then used for whatever is sent to all devices at once.",
        fix="Set Wi-Fi security to WPA2 (AES) or WPA2/WPA3 instead of WPA/WPA2.",
        references=("CWE-327",),
    ),
    _finding(
        "wifi-transition",
        Status.FAIL,
        f"{_NEW} takes WPA2 beside WPA3",
        where=mac_of(3),
        why="Whoever imitates the network can make new devices fall back to WPA2.",
        fix="Choose WPA3 alone when everything you have knows it.",
        references=("CWE-757",),
    ),
)
FINDINGS = (
    *PROBLEMS,
    _finding("wifi-open", Status.PASS, f"Wi-Fi “{THINGS}” lets nobody join without a password or login", ssid=THINGS),
    _finding("wifi-open", Status.PASS, f"Wi-Fi “{GUESTS}” lets nobody join without a password or login", ssid=GUESTS),
    _finding(
        "wifi-open",
        Status.UNKNOWN,
        f"No Wi-Fi of yours is open: not checked on Wi-Fi “{HOME}”, because another one of that name may or may not be yours",
        fix="If it is yours, say so: netguard wifi --ssid NAME.",
        confidence=Confidence.POSSIBLE,
    ),
    _finding(
        "wifi-no-pmf",
        Status.UNKNOWN,
        f"Your Wi-Fi protects its management frames: not checked on Wi-Fi “{HOME}”, because netsh cannot tell whether "
        "management frames are protected",
        fix="Stand near the access point and run netguard wifi --live.",
        confidence=Confidence.POSSIBLE,
    ),
)
ACTIONS = (
    Action(
        id=f"wps-off:wifi:{HOME}",
        title=f"Switch WPS off on Wi-Fi “{HOME}”",
        closes=tuple(f.fingerprint for f in PROBLEMS[:2]),
        needs=Needs.MENU,
        loses=("New devices join by the password instead of a button.",),
        intents=(Intent(kind="disable-feature", segment=f"wifi:{HOME}", feature="wps"),),
    ),
    Action(
        id=f"wifi-security:wifi:{HOME}",
        title=f"Give Wi-Fi “{HOME}” safer settings",
        closes=tuple(f.fingerprint for f in PROBLEMS[2:]),
        needs=Needs.MENU,
        loses=("A device that knows only the old settings can no longer join.",),
        intents=(Intent(kind="set-wifi-security", segment=f"wifi:{HOME}"),),
    ),
)
