"""An own Wi-Fi does not protect its management frames, so that anybody can send devices away.

| circumstance | severity |
|---|---|
| WPA3 or Enhanced Open without protected management frames, against their rules | medium |
| WPA2 without protected management frames | low |
| protected management frames are offered and not required | info |

One finding for each access point and band. Passes when every access point and band of the network requires them. Unknown
when no Wi-Fi was looked at, none can be told to be yours, or what was used to look cannot tell (netsh, nmcli and
system_profiler never do). Does not apply to open networks, WEP and the first WPA, which have no such frames and have
checks of their own. It errs where an access point announces protection and does not keep to it.
"""

from collections.abc import Iterator

from netguard.checks._contract import Check
from netguard.checks._services import Fine
from netguard.checks._wifi import KEYED, NEWEST, SAFER_WIFI, Air, Unconcerned, Verdict, failed, judge_networks, unseen
from netguard.model.finding import Finding
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import Pmf, Security
from netguard.model.wifi import BasicServiceSet
from netguard.rules.loader import Rules
from netguard.rules.schema import WifiState

WITH_WPA3 = NEWEST | {Security.WPA2_WPA3_PERSONAL, Security.WPA2_WPA3_ENTERPRISE}
"""What has to offer them at least (WPA3 specification, "Transition mode")."""

FIRST_WPA = frozenset({Security.WPA_PERSONAL, Security.WPA_ENTERPRISE})

CHECK = Check(
    id="wifi-no-pmf",
    title="Your Wi-Fi protects its management frames",
    why=(
        "Management frames say who joins and leaves. Unprotected ones can be forged by anybody nearby: a camera or a lock "
        "is thrown off the network at the very moment when it is needed."
    ),
    remedy=SAFER_WIFI,
    references=(
        "OWASP ISVS 1.0, 4.4.3",
        "ETSI EN 303 645 V3.1.3, 5.5-1",
        "CWE-345",
        "IEEE 802.11-2020, 12.6.19",
    ),
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding per access point and band that does not require them, or one per network that says why there is none."""
    air = Air.of(scan)

    def one(bss: BasicServiceSet) -> Verdict:
        if bss.security is Security.UNKNOWN:
            return unseen(bss, "how it is protected")
        if bss.security not in (KEYED | {Security.OWE}) - FIRST_WPA:
            return Unconcerned(because="is older than such protection, or has no encryption at all")
        if bss.pmf is None:
            return unseen(bss, "whether management frames are protected")
        if bss.pmf is Pmf.REQUIRED:
            return Fine(what="requires protected management frames")
        if bss.pmf is Pmf.CAPABLE or bss.security is Security.WPA3_COMPATIBILITY:
            # In the compatibility mode the part for older devices never has them, the other one always.
            return failed(
                CHECK, air, rules, bss, "pmf-optional", "protects management frames only for devices that ask for it"
            )
        state: WifiState = "pmf-none-wpa3" if bss.security in WITH_WPA3 else "pmf-none"
        return failed(CHECK, air, rules, bss, state, "does not protect its management frames")

    yield from judge_networks(CHECK, air, one, passed="requires protected management frames")
