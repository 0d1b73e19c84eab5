"""An own Wi-Fi is encrypted with WEP.

| circumstance | severity |
|---|---|
| WEP, with any key | critical |
| WPA or WPA2 whose broadcasts are encrypted with WEP | high |

One finding for each access point and band. Passes when every access point and band of the network announces something
newer, and its cipher for broadcasts is not WEP. Unknown when no Wi-Fi was looked at, none can be told to be yours, or
what was used to look cannot tell the cipher for broadcasts of a network of the first WPA. Does not apply to a network
without any encryption. It errs where an access point announces less than it takes.
"""

from collections.abc import Iterator

from netguard.checks._contract import Check
from netguard.checks._services import Fine
from netguard.checks._wifi import KEYED, SAFER_WIFI, Air, Unconcerned, Verdict, failed, judge_networks, unseen
from netguard.model.finding import Finding
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import Security
from netguard.model.wifi import BasicServiceSet
from netguard.rules.loader import Rules

WITH_WPA = frozenset(
    {
        Security.WPA_PERSONAL,
        Security.WPA_WPA2_PERSONAL,
        Security.WPA_ENTERPRISE,
        Security.WPA_WPA2_ENTERPRISE,
    }
)
"""Where broadcasts may be WEP's: WPA allowed that for the change-over; a network without the first WPA is never so."""

CHECK = Check(
    id="wifi-wep",
    title="No Wi-Fi of yours uses WEP",
    why=(
        "WEP, the encryption of 1999, gives its key away within a minute to anybody who listens. Whoever has it stands in "
        "front of every lock, hub and camera of the home."
    ),
    remedy=SAFER_WIFI,
    references=(
        "OWASP ISVS 1.0, 4.4.2",
        "ETSI EN 303 645 V3.1.3, 5.5-1",
        "CIS Controls v8.1, 12.6",
        "CWE-326",
        "https://eprint.iacr.org/2007/120",
    ),
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding per access point and band with WEP, or one per network that says why there is none."""
    air = Air.of(scan)

    def one(bss: BasicServiceSet) -> Verdict:
        if bss.security is Security.UNKNOWN:
            return unseen(bss, "how it is protected")
        if bss.security is Security.WEP:
            return failed(CHECK, air, rules, bss, "wep", "is encrypted with WEP, which anybody can open in a minute")
        if bss.security not in KEYED | {Security.OWE}:
            return Unconcerned(because="has no encryption at all")
        ciphers = {*(bss.pairwise or ()), bss.group}
        if ciphers & {*rules.wifi.suites.wep}:
            return failed(CHECK, air, rules, bss, "wep-group", "encrypts what it sends to all devices with WEP")
        if bss.group is None and bss.security in WITH_WPA:
            return unseen(bss, "its cipher for broadcasts")
        return Fine(what="uses no WEP")

    yield from judge_networks(CHECK, air, one, passed="uses no WEP")
