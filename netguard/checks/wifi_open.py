"""An own Wi-Fi lets anybody join without a password.

| circumstance | severity |
|---|---|
| no password, on the network that the scan was made on, or where that is not known | critical |
| no password, on another name of the same access point: guests', things' or a provider's | medium |

One finding for each access point and band. Enhanced Open (OWE) encrypts without a password and passes; where an open
network stands beside it, wifi-transition says so. Passes when every access point and band of the network asks for a
password, a login or OWE. Unknown when no Wi-Fi was looked at, none can be told to be yours, or nothing told how it is
protected. It errs where a page in the browser asks for a login after joining: the air is in the clear all the same; and
it cannot see whether a guest network leads to the home network.
"""

from collections.abc import Iterator

from netguard.checks._contract import Check
from netguard.checks._services import Fine
from netguard.checks._wifi import SAFER_WIFI, Air, Verdict, failed, judge_networks, unseen
from netguard.model.finding import Finding
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import Security
from netguard.model.wifi import BasicServiceSet
from netguard.rules.loader import Rules

CHECK = Check(
    id="wifi-open",
    title="No Wi-Fi of yours is open",
    why=(
        "Whoever joins the Wi-Fi stands in front of every lock, hub and camera that is on it. Without a password that is "
        "anybody in the street."
    ),
    remedy=SAFER_WIFI,
    references=(
        "OWASP ISVS 1.0, 4.4.2",
        "ETSI EN 303 645 V3.1.3, 5.5-1",
        "CIS Controls v8.1, 12.6",
        "CWE-306",
        "https://www.wi-fi.org/discover-wi-fi/security",
    ),
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding per open access point and band, or one per network that says why there is none."""
    air = Air.of(scan)
    main = {b.ssid for b in air.mine if b.associated} | {scan.vantage.segment.ssid}
    known = main & {b.ssid for b in air.mine}

    def one(bss: BasicServiceSet) -> Verdict:
        if bss.security is Security.UNKNOWN:
            return unseen(bss, "how it is protected")
        if bss.security is Security.OPEN:
            beside = bool(known) and bss.ssid not in known
            return failed(
                CHECK,
                air,
                rules,
                bss,
                "open-beside" if beside else "open",
                "is open: anybody joins without a password",
            )
        if bss.security in {Security.OWE, Security.OWE_TRANSITION}:
            return Fine(what="has no password, and encrypts for what knows Enhanced Open (OWE)")
        return Fine(what="lets nobody join without a password or login")

    yield from judge_networks(CHECK, air, one, passed="is not open")
