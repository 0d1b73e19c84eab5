"""Networks in the air as something to judge: shared by the checks of Wi-Fi and WPS.

Only what is known to be this home's is judged. A neighbour's network is context and never a finding.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from netaddr import mac_unix_expanded

from netguard.checks._contract import Check, Subject
from netguard.checks._looked import NETWORK, fix_on
from netguard.checks._services import Fine, Unclear
from netguard.model.access_points import akin
from netguard.model.action import Remedy
from netguard.model.device import Device
from netguard.model.finding import Finding
from netguard.model.observation import Observation, clean
from netguard.model.scan import Scan
from netguard.model.vocabulary import INFRASTRUCTURE_ROLES, Confidence, Needs, Outcome, Security, Severity
from netguard.model.wifi import BasicServiceSet
from netguard.rules.loader import Rules
from netguard.rules.schema import WifiState

NEARER = (
    "Stand near the access point and run netguard wifi --live, which hears what it announces itself, or give netguard wifi "
    "a capture file. netguard doctor says what keeps this computer from it."
)
NAME_THEM = "Say which are yours: netguard wifi --ssid NAME, or scan while connected to your Wi-Fi."
LOOK = (
    "Scan from a computer that has Wi-Fi, or stand near the router with one and run netguard wifi --live. netguard doctor "
    "says what it may see."
)

SAFER_WIFI = Remedy(
    group="wifi-security",
    title="Give {device} safer settings",
    needs=Needs.MENU,
    intent="set-wifi-security",
    loses=("a device that knows only the old settings can no longer join, and every device may have to join anew",),
)
WPS_OFF = Remedy(
    group="wps-off",
    title="Switch WPS off on {device}",
    needs=Needs.MENU,
    intent="disable-feature",
    feature="wps",
    loses=("new devices join by the password instead of a button",),
)

KEYED = frozenset(Security) - {
    Security.OPEN,
    Security.OWE,
    Security.OWE_TRANSITION,
    Security.WEP,
    Security.UNKNOWN,
}
"""What has cipher suites of its own: WPA and everything after it."""

NEWEST = frozenset({Security.OWE, Security.WPA3_PERSONAL, Security.WPA3_ENTERPRISE, Security.WPA3_ENTERPRISE_192})
"""What lets in nothing that is older than WPA3 and Enhanced Open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unconcerned:
    """The check has nothing to judge on this network: why."""

    because: str


Verdict = Finding | Fine | Unclear | Unconcerned
One = Callable[[BasicServiceSet], Verdict | tuple[Finding, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Air:
    """The air of one scan, made ready once for all its networks: there may be thousands."""

    scan: Scan
    mine: tuple[BasicServiceSet, ...]
    """The networks that are this home's, by name, band and BSSID."""
    unsure: Mapping[str, int]
    """How many there are, by target, of which nobody can tell whether they are."""
    shared: frozenset[str]
    """What more than one own network would be called without its BSSID."""

    @classmethod
    def of(cls, scan: Scan) -> "Air":
        """The air of `scan`."""
        mine = tuple(sorted((b for b in scan.wifi if b.own), key=_order))
        called = Counter(map(spot, mine))
        return cls(
            scan=scan,
            mine=mine,
            unsure=Counter(network(b).target for b in scan.wifi if b.own is None),
            shared=frozenset(name for name, number in called.items() if number > 1),
        )


def network(bss: BasicServiceSet) -> Subject:
    """The network as a subject: all access points and bands of one name are one, a nameless one is its BSSID."""
    called = clean(bss.ssid or "") or address(bss) or "without a name"
    return Subject(target=f"wifi:{called}", identity=f"wifi:{called}", name=f"Wi-Fi “{called}”")


def address(bss: BasicServiceSet) -> str:
    """The BSSID as people write it; empty where it was not told. It tells findings about one network apart."""
    return bss.bssid.format(mac_unix_expanded) if bss.bssid is not None else ""


def spot(bss: BasicServiceSet, *, exactly: bool = False) -> str:
    """The network, and which band of it: `Wi-Fi “Home” at 2.4 GHz, channel 6`; `exactly` adds the BSSID."""
    parts = [f"{bss.band} GHz"] if bss.band else []
    parts += [f"channel {bss.channel}"] if bss.channel is not None else []
    called, at = network(bss).name, address(bss)
    place = f" at {', '.join(parts)}" if parts else ""
    return f"{called}{place}" + (f" ({at})" if exactly and at and at not in called else "")


def failed(
    check: Check,
    air: Air,
    rules: Rules,
    bss: BasicServiceSet,
    state: WifiState,
    said: str,
    *,
    also: str = "",
    severity: Severity | None = None,
    confidence: Confidence = Confidence.CONFIRMED,
    evidence: tuple[Observation, ...] = (),
) -> Finding:
    """One finding about one BSS in this state of rules/wifi.yaml. `said` follows whom it is about in the title.

    `also` tells two findings about one BSS apart, `severity` stands in for the state's own.
    """
    grade = rules.wifi.grade(state)
    return check.fail(
        network(bss),
        title=f"{spot(bss, exactly=spot(bss) in air.shared)} {said}",
        severity=severity or grade.severity,
        why=grade.why,
        fix=_fix(air.scan, rules, check, bss, grade.fix),
        discriminator=" ".join(filter(None, (address(bss) or spot(bss), also))),
        confidence=confidence,
        evidence=evidence,
    )


def judge_networks(check: Check, air: Air, one: One, *, passed: str) -> Iterator[Finding]:
    """What `one` says of each own BSS: a finding for each failed one, else one for each network.

    A network passes when all its access points and bands were seen to be fine; `passed` follows its name then.
    """
    if not air.mine:
        yield _nothing_own(check, air.scan)
        return
    groups: dict[str, list[BasicServiceSet]] = {}
    for bss in air.mine:
        groups.setdefault(network(bss).target, []).append(bss)
    for target, found in groups.items():
        verdicts = [v for b in found for v in _several(one(b))]
        yield from _conclude(check, found, verdicts, air.unsure.get(target, 0), passed)


def unseen(bss: BasicServiceSet, what: str) -> Unclear:
    """That none of what told of `bss` can tell `what` ("its cipher")."""
    by = " and ".join(bss.sources) or "what told of it"
    return Unclear(because=f"{by} cannot tell {what}", how=NEARER)


def comes_out_of(bss: BasicServiceSet, device: Device) -> bool:
    """Whether the network comes out of this device, by its hardware address."""
    return bss.bssid is not None and device.mac is not None and akin(bss.bssid, device.mac)


def _several(verdict: Verdict | tuple[Finding, ...]) -> tuple[Verdict, ...]:
    return verdict if isinstance(verdict, tuple) else (verdict,)


def _conclude(
    check: Check, found: list[BasicServiceSet], verdicts: list[Verdict], unsure: int, passed: str
) -> Iterator[Finding]:
    subject = network(found[0])
    failures = {v.fingerprint: v for v in verdicts if isinstance(v, Finding)}
    unclear = [v for v in verdicts if isinstance(v, Unclear)]
    fine = [v for v in verdicts if isinstance(v, Fine)]
    if unsure:
        several = f"{unsure} others" if unsure > 1 else "another one"
        because = f"{several} of that name may or may not be yours"
        unclear.append(Unclear(because=because, how="If it is yours, say so: netguard wifi --ssid NAME."))
    yield from failures.values()
    if unclear:
        because = " and ".join(dict.fromkeys(v.because for v in unclear))
        yield check.unknown(subject, because=because, how=" ".join(dict.fromkeys(v.how for v in unclear)))
    elif failures:
        return
    elif fine:
        said = " and ".join(dict.fromkeys(v.what for v in fine)) or passed
        yield check.passed(subject, title=f"{subject.name} {said}", evidence=[o for v in fine for o in v.evidence])
    else:
        because = " and ".join(dict.fromkeys(v.because for v in verdicts if isinstance(v, Unconcerned)))
        yield check.not_applicable(subject, because=f"{subject.name} {because}")


def _nothing_own(check: Check, scan: Scan) -> Finding:
    """Why nothing could be judged, and what would help."""
    unsure = sum(b.own is None for b in scan.wifi)
    if unsure:
        count = f"the {unsure} networks" if unsure > 1 else "the one network"
        return check.unknown(NETWORK, because=f"it cannot be told which of {count} heard is yours", how=NAME_THEM)
    if scan.wifi:
        return check.unknown(NETWORK, because="none of the networks heard is yours", how=NAME_THEM)
    tried = [a for a in scan.attempts if a.stage.split(".")[0] == "wifi" and a.outcome is not Outcome.DONE]
    reason = next((a.reason for a in reversed(tried) if a.reason), None)
    because = f"no Wi-Fi could be looked at: {reason}" if reason else "no Wi-Fi was looked at"
    return check.unknown(NETWORK, because=because, how=LOOK)


def _fix(scan: Scan, rules: Rules, check: Check, bss: BasicServiceSet, otherwise: str) -> str:
    """What closes it on this very access point, where its record knows the menu."""
    boxes = (d for d in scan.devices if d.role in INFRASTRUCTURE_ROLES and comes_out_of(bss, d))
    device = next(boxes, None)
    return fix_on(device, rules, check.id, otherwise) if device else otherwise


def _order(bss: BasicServiceSet) -> tuple[str, str, int, str]:
    return bss.ssid or "", bss.band or "", int(bss.bssid) if bss.bssid is not None else -1, repr(bss)
