"""An own access point says by WPS that nobody has ever set it up.

| circumstance | severity |
|---|---|
| WPS says that the access point was never set up (state 1) | high |

One finding for each access point and band. Passes when every access point and band of the network with WPS says that it
was set up. Unknown when no Wi-Fi was looked at, none can be told to be yours, or what was used to look cannot tell. Does
not apply where WPS is off. It errs on access points that never change that state although their owner set them up.
"""

from collections.abc import Iterator

from netguard.checks._contract import Check
from netguard.checks._services import Fine
from netguard.checks._wifi import WPS_OFF, Air, Unconcerned, Verdict, failed, judge_networks, unseen
from netguard.model.finding import Finding
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.wifi import BasicServiceSet
from netguard.rules.loader import Rules

CHECK = Check(
    id="wps-unconfigured",
    title="No access point waits to be set up by WPS",
    why=(
        "An access point that was never set up takes its name and password from whoever comes first by WPS, and with them "
        "the network that the locks are on."
    ),
    remedy=WPS_OFF,
    references=(
        "OWASP ISVS 1.0, 4.4.4",
        "ETSI EN 303 645 V3.1.3, 5.6-1",
        "CIS Controls v8.1, 4.8",
        "CWE-1188",
        "Wi-Fi Simple Configuration Technical Specification, Wi-Fi Protected Setup State",
    ),
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding per access point and band that was never set up, or one per network that says why there is none."""
    air = Air.of(scan)

    def one(bss: BasicServiceSet) -> Verdict:
        wps = bss.wps
        if wps is None or wps.present is None:
            return unseen(bss, "whether WPS is on")
        if not wps.present:
            return Unconcerned(because="has no WPS")
        if wps.configured is None:
            return unseen(bss, "whether it was set up")
        if wps.configured:
            return Fine(what="says by WPS that it was set up")
        return failed(CHECK, air, rules, bss, "wps-unconfigured", "says by WPS that nobody has set it up")

    yield from judge_networks(CHECK, air, one, passed="was set up")
