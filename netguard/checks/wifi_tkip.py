"""An own Wi-Fi still lets devices in with the first WPA, or encrypts with TKIP.

| circumstance | severity |
|---|---|
| WPA of 2003 alone | high |
| WPA2 with TKIP as its only cipher | high |
| the first WPA beside WPA2 | medium |
| TKIP beside a newer cipher, for single devices or for broadcasts | medium |

One finding for each access point and band. Passes when every access point and band of the network announces its ciphers,
and TKIP is not among them. Unknown when no Wi-Fi was looked at, none can be told to be yours, or what was used to look
cannot tell the ciphers. Does not apply to open networks and to WEP, which have checks of their own. It errs where an
access point announces less than it takes.
"""

from collections.abc import Iterator

from netguard.checks._contract import Check
from netguard.checks._services import Fine
from netguard.checks._wifi import SAFER_WIFI, Air, Unconcerned, Verdict, failed, judge_networks, unseen
from netguard.model.finding import Finding
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import Security
from netguard.model.wifi import BasicServiceSet
from netguard.rules.loader import Rules
from netguard.rules.schema import WifiState

FIRST_WPA = frozenset({Security.WPA_PERSONAL, Security.WPA_ENTERPRISE})
MIXED = frozenset({Security.WPA_WPA2_PERSONAL, Security.WPA_WPA2_ENTERPRISE})

CHECK = Check(
    id="wifi-tkip",
    title="No Wi-Fi of yours uses WPA or TKIP",
    why=(
        "WPA and its cipher TKIP were a stopgap of 2003. Small packets can be read and forged, and the Wi-Fi Alliance has "
        "withdrawn both."
    ),
    remedy=SAFER_WIFI,
    references=(
        "OWASP ISVS 1.0, 4.4.2",
        "ETSI EN 303 645 V3.1.3, 5.5-1",
        "CIS Controls v8.1, 12.6",
        "CWE-327",
        "Wi-Fi Alliance, Technical Note: Removal of TKIP from Wi-Fi Devices, version 1.0",
    ),
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding per access point and band with WPA or TKIP, or one per network that says why there is none."""
    air = Air.of(scan)
    tkip = frozenset(rules.wifi.suites.tkip)

    def one(bss: BasicServiceSet) -> Verdict:
        if bss.security in {Security.OPEN, Security.OWE_TRANSITION}:
            return Unconcerned(because="has no encryption at all")
        if bss.security is Security.WEP:
            return Unconcerned(because="uses WEP, which is older still")
        if bss.security is Security.UNKNOWN:
            return unseen(bss, "how it is protected")
        if found := _found(bss, tkip):
            return failed(CHECK, air, rules, bss, *found)
        if not bss.pairwise or bss.group is None:
            return unseen(bss, "its ciphers")
        return Fine(what="uses no TKIP")

    yield from judge_networks(CHECK, air, one, passed="uses no TKIP")


def _found(bss: BasicServiceSet, tkip: frozenset[str]) -> tuple[WifiState, str] | None:
    """Which state it is in, and what is said of it."""
    pairwise = frozenset(bss.pairwise or ())
    if bss.security in FIRST_WPA:
        return "wpa-only", "knows the first WPA only"
    if pairwise and pairwise <= tkip:
        return "tkip-only", "encrypts with TKIP only"
    if bss.security in MIXED:
        return "wpa-mixed", "still lets devices in with the first WPA"
    if pairwise & tkip:
        return "tkip-beside", "still offers TKIP"
    if bss.group in tkip:
        return "tkip-beside", "encrypts what it sends to all devices with TKIP"
    return None
