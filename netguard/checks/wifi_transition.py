"""An own Wi-Fi offers something older beside WPA3 or Enhanced Open, for devices that know no better.

| circumstance | severity |
|---|---|
| WPA2 beside WPA3 | info |
| WPA2 in front, WPA3 by RSN override for what knows it (WPA3 compatibility mode) | info |
| an open network beside Enhanced Open (OWE transition) | info |

One finding for each access point and band. It is a note and no fault: who can do without the older half is not visible in
the air. Passes when every access point and band of the network offers WPA3 or Enhanced Open alone. Unknown when no Wi-Fi
was looked at, none can be told to be yours, or nothing told how it is protected. Does not apply where no WPA3 is offered
at all. It errs where an access point tells new devices to forget the older half once they have joined (transition
disable), which it says only to them.
"""

from collections.abc import Iterator

from netguard.checks._contract import Check
from netguard.checks._services import Fine
from netguard.checks._wifi import NEWEST, SAFER_WIFI, Air, Unconcerned, Verdict, failed, judge_networks, unseen
from netguard.model.finding import Finding
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import Security
from netguard.model.wifi import BasicServiceSet
from netguard.rules.loader import Rules

CHECK = Check(
    id="wifi-transition",
    title="Your Wi-Fi offers nothing older beside WPA3",
    why=(
        "A network that takes old and new devices is as safe as its older half: whoever imitates it can make a new device "
        "fall back."
    ),
    remedy=SAFER_WIFI,
    references=("OWASP ISVS 1.0, 4.4.5", "CWE-757", "https://www.wi-fi.org/file/wpa3-specification"),
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding per access point and band with an older half, or one per network that says why there is none."""
    air = Air.of(scan)

    def one(bss: BasicServiceSet) -> Verdict:
        if bss.security is Security.UNKNOWN:
            return unseen(bss, "how it is protected")
        if bss.security in {Security.WPA2_WPA3_PERSONAL, Security.WPA2_WPA3_ENTERPRISE}:
            return failed(CHECK, air, rules, bss, "transition-wpa3", "takes WPA2 beside WPA3")
        if bss.security is Security.WPA3_COMPATIBILITY:
            return failed(CHECK, air, rules, bss, "compatibility", "is WPA2 for old devices and WPA3 for new ones")
        if bss.security is Security.OWE_TRANSITION:
            return failed(CHECK, air, rules, bss, "transition-owe", "is open for what does not know Enhanced Open")
        if bss.security in NEWEST:
            return Fine(what="offers nothing older beside WPA3 or Enhanced Open")
        return Unconcerned(because="offers no WPA3 yet")

    yield from judge_networks(CHECK, air, one, passed="offers nothing older")
