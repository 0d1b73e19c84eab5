"""Something about an own Wi-Fi is as no sound access point has it, or somebody else uses its name.

| circumstance | severity |
|---|---|
| at 6 GHz, and with what is forbidden there: no password, WEP, TKIP, WPA2's password, SAE without hash-to-element, or management frames that need no protection | medium |
| two statements of its security (RSN elements) in one announcement | low |
| one name, and several kinds of security among networks that are taken as yours | medium |
| an open network by another maker with the name of a protected one of yours | medium |
| a network by another maker with the name of yours and another kind of security | low |

One finding for each access point and band, and one for each that imitates. The last three are never more than possible.
Passes when all that was announced is as it should be, and nobody uses its name. Unknown when no Wi-Fi was looked at, none
can be told to be yours, or what was used to look does not show the access point's own announcement. It errs where a
neighbour chose the same name, where a repeater of another make is set otherwise, and it does not see an imitation that
copies the maker's prefix and the kind of security, too.
"""

import re
from collections.abc import Iterator

from netguard.checks._contract import Check
from netguard.checks._services import Fine
from netguard.checks._wifi import KEYED, Air, Verdict, address, failed, judge_networks, network, spot, unseen
from netguard.model.access_points import FAMILIES
from netguard.model.action import Remedy
from netguard.model.finding import Finding
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import Confidence, Needs, Pmf, Security
from netguard.model.wifi import BasicServiceSet
from netguard.rules.loader import Rules

_TWO = re.compile(r"\b(two|several|more than one|\d+) RSN elements\b")
"""How `netguard.wifi.security` notes it; the document has no field for it."""

_OLD_SAE = "at 6 GHz it must not be so: it offers SAE without hash-to-element"
"""How it notes that, which has no field either."""

CHECK = Check(
    id="wifi-anomaly",
    title="Nothing is odd about your Wi-Fi",
    why=(
        "Access points of a sound make keep to rules that everybody can check in the air. One that does not runs odd "
        "firmware, is set wrong, or is somebody's imitation that waits for your devices."
    ),
    remedy=Remedy(
        group="wifi-anomaly", title="Find out what is odd about {device}", needs=Needs.MENU, intent="set-wifi-security"
    ),
    references=(
        "ETSI EN 303 645 V3.1.3, 5.5-1",
        "CWE-290",
        "https://www.wi-fi.org/file/wpa3-specification",
        "https://w1.fi/cgit/hostap/tree/src/ap/ap_config.c",
    ),
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding per oddity of each access point and band, or one per network that says why there is none."""
    air = Air.of(scan)
    kinds: dict[str, set[str | None]] = {}
    first: dict[str, BasicServiceSet] = {}
    for mine in air.mine:
        if mine.ssid:
            kinds.setdefault(mine.ssid, set()).add(FAMILIES[mine.security])
            first.setdefault(mine.ssid, mine)
    imitating: dict[str, list[BasicServiceSet]] = {}
    for other in sorted((b for b in scan.wifi if b.own is False), key=lambda b: spot(b, exactly=True)):
        if other.ssid in first:
            imitating.setdefault(other.ssid, []).append(other)

    def one(bss: BasicServiceSet) -> Verdict | tuple[Finding, ...]:
        found = [
            *_six_ghz(air, rules, bss),
            *_two_elements(air, rules, bss),
            *_two_kinds(air, rules, bss, kinds.get(bss.ssid or "", set())),
            *(_imitation(rules, bss, b) for b in imitating.get(bss.ssid or "", ()) if bss is first[bss.ssid or ""]),
        ]
        if found:
            return tuple(found)
        if bss.band is None:
            return unseen(bss, "its band")
        if bss.security is Security.UNKNOWN or (
            bss.security in KEYED | {Security.OWE} and (bss.pmf is None or bss.akms is None)
        ):
            return unseen(bss, "all that it announces")
        return Fine(what="announces nothing odd, and nobody was heard to use its name")

    yield from judge_networks(CHECK, air, one, passed="announces nothing odd")


def _six_ghz(air: Air, rules: Rules, bss: BasicServiceSet) -> Iterator[Finding]:
    if bss.band != "6":
        return
    suites = rules.wifi.suites
    ciphers = {*(bss.pairwise or ()), bss.group}
    wrong = [
        said
        for said, seen in (
            ("without a password", bss.security in {Security.OPEN, Security.OWE_TRANSITION}),
            ("with WEP", bss.security is Security.WEP or ciphers & {*suites.wep}),
            ("with TKIP", bool(ciphers & {*suites.tkip})),
            ("with WPA2's password", bool({*(bss.akms or ())} & {*suites.psk})),
            ("without required protection of management frames", bss.pmf in {Pmf.NONE, Pmf.CAPABLE}),
            ("with SAE of the first kind (without hash-to-element)", any(_OLD_SAE in note for note in bss.notes)),
        )
        if seen
    ]
    if wrong:
        said = f"lets devices in {' and '.join(wrong)}, which is forbidden at 6 GHz"
        yield failed(CHECK, air, rules, bss, "six-ghz", said, also="6 GHz")


def _two_elements(air: Air, rules: Rules, bss: BasicServiceSet) -> Iterator[Finding]:
    if any(_TWO.search(note) for note in bss.notes):
        yield failed(CHECK, air, rules, bss, "two-rsn", "states its security twice in one announcement", also="RSN")


def _two_kinds(air: Air, rules: Rules, bss: BasicServiceSet, kinds: set[str | None]) -> Iterator[Finding]:
    """The weaker ones of a name: those without a password, or with WEP, beside protected ones."""
    mine, others = FAMILIES[bss.security], kinds - {None, FAMILIES[bss.security]}
    if mine in {"open", "wep"} and others - {"open"}:
        said = "asks for less than other access points of its name"
        yield failed(CHECK, air, rules, bss, "two-kinds", said, also="kinds", confidence=Confidence.POSSIBLE)


def _imitation(rules: Rules, bss: BasicServiceSet, other: BasicServiceSet) -> Finding:
    """The finding about `other`, which has the name of `bss` and is not own: then maker and kind of security differ."""
    open_one = FAMILIES[other.security] == "open"
    what = "without a password" if open_one else "with another kind of security"
    grade = rules.wifi.grade("imitation-open" if open_one else "imitation")
    return CHECK.fail(
        network(bss),
        title=f"Another maker's {spot(other, exactly=True)} has the name of yours, {what}",
        severity=grade.severity,
        why=grade.why,
        fix=grade.fix,
        discriminator=address(other) or spot(other),
        confidence=Confidence.POSSIBLE,
    )
