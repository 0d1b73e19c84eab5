"""Which security a network offers, in the words of the scan document, from what its elements and capability say.

The class says who can come in, so it is the weakest way that is offered together with the strongest: WPA2 and WPA3 by
password side by side are `wpa2-wpa3-personal`. Where the elements are damaged or end too early it is `unknown`, never
`wep` and never `open`: those two rest on the absence of something, and absence can only be seen in what is whole.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from netguard.model.vocabulary import Pmf, Security
from netguard.wifi.elements import Elements
from netguard.wifi.names import safe_ssid
from netguard.wifi.rsn import Suites

ESS, IBSS, PRIVACY = 0x0001, 0x0002, 0x0010
"""Bits of the capability field (IEEE 802.11-2020, 9.4.1.4)."""

PSK = frozenset({"psk", "ft-psk", "psk-sha256", "ft-psk-sha384", "psk-sha384"})
SAE = frozenset({"sae", "ft-sae", "sae-ext-key", "ft-sae-ext-key"})
SUITE_B_192 = frozenset({"suite-b-192", "ft-802.1x-sha384"})
WPA3_LOGIN = SUITE_B_192 | {"802.1x-sha256", "suite-b", "22", "23"}
"""Logins that WPA3-Enterprise may use ("WPA3 Specification", version 3.4); 22 and 23 are 802.1X with SHA-384."""
LOGIN = WPA3_LOGIN | {
    "802.1x",
    "ft-802.1x",
    "fils-sha256",
    "fils-sha384",
    "ft-fils-sha256",
    "ft-fils-sha384",
    "00-40-96:0",
}
"""Every suite with a login of one's own; the last is Cisco's CCKM."""

_WEAKEST_FIRST = ("wep-40", "wep-104", "tkip", "ccmp", "gcmp", "ccmp-256", "gcmp-256")
_BROKEN = frozenset({"wep-40", "wep-104", "tkip"})

TRANSITION = frozenset(
    {
        Security.OWE_TRANSITION,
        Security.WPA2_WPA3_PERSONAL,
        Security.WPA2_WPA3_ENTERPRISE,
        Security.WPA3_COMPATIBILITY,
    }
)
"""Classes in which newer devices come in one way and older ones another, weaker way for as long as they are there. (WPA
beside WPA2 has words of its own.)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a network offers. Null is what its elements do not tell."""

    security: Security = Security.UNKNOWN
    akms: tuple[str, ...] | None = None
    pairwise: tuple[str, ...] | None = None
    group: str | None = None
    pmf: Pmf | None = None
    transition: bool | None = None
    notes: tuple[str, ...] = ()


def offer(elements: Elements, capability: int | None, band: str | None = None) -> Offer:
    """What the network with these elements offers. `capability` is null where the source does not tell it."""
    skipped = [f"its {name} element is damaged and was left out" for name in elements.damaged]
    if not elements.whole:
        skipped.append("its announcement was cut: what came after the cut is not known")
    if elements.damaged and not elements.rsn:
        found = Offer()  # what else is there alone would be a claim that the damaged element may refute
    elif elements.rsn or elements.override or elements.wpa:
        found = _secured(elements)
    else:
        found = _bare(elements, capability, band)
    notes = [*found.notes, *skipped]
    if found.security is not Security.UNKNOWN:
        notes += _oddities(elements, capability, found)
        if band == "6":
            notes += [f"at 6 GHz it must not be so: {fault}" for fault in six_ghz_faults(elements, found)]
    return Offer(
        security=found.security,
        akms=found.akms,
        pairwise=found.pairwise,
        group=found.group,
        pmf=found.pmf,
        transition=found.transition,
        notes=tuple(notes),
    )


def six_ghz_faults(elements: Elements, found: Offer) -> tuple[str, ...]:
    """What a network at 6 GHz offers although it must not.

    "WPA3 Specification", version 3.4, and what hostapd refuses (src/ap/ap_config.c, `hostapd_config_check_bss_6g`).
    """
    akms = set(found.akms or ())
    ciphers = {*(found.pairwise or ()), found.group}
    faults = (
        (found.security in {Security.OPEN, Security.OWE_TRANSITION}, "it is open"),
        (bool(elements.wpa), "it offers the first WPA"),
        (bool(akms & PSK), "it offers WPA2 by password"),
        (bool(ciphers & _BROKEN), "it offers WEP's or TKIP's encryption"),
        (bool(akms) and found.pmf is not Pmf.REQUIRED, "it does not require protected management frames"),
        (
            bool(akms & {"sae", "ft-sae"}) and not (elements.h2e or elements.h2e_only),
            "it offers SAE without hash-to-element",
        ),
    )
    return tuple(text for holds, text in faults if holds)


def _bare(elements: Elements, capability: int | None, band: str | None) -> Offer:
    """A network without a readable security element: open, WEP, or nothing that can be said."""
    if elements.wapi:
        return Offer(notes=("it uses WAPI, which netguard does not judge",))
    if capability is None or elements.traces or not elements.whole:
        return Offer()
    if not elements.named:
        return Offer(notes=("it has no name field, so nothing is concluded from what else is missing",))
    if not capability & PRIVACY:
        owe = elements.owe_partner is not None
        security = Security.OWE_TRANSITION if owe else Security.OPEN
        notes = (_partner(elements),) if owe else ()
        return Offer(security=security, akms=(), pairwise=(), pmf=Pmf.NONE, transition=owe, notes=notes)
    possible = elements.proper and not elements.modern and elements.owe_partner is None and band != "6"
    if possible and capability & ESS and not capability & IBSS:
        return Offer(security=Security.WEP, akms=(), pmf=Pmf.NONE, transition=False)
    return Offer(notes=("it says that it is encrypted, and not how",))


def _partner(elements: Elements) -> str:
    partner = elements.owe_partner
    name = safe_ssid(partner.ssid) if partner is not None else ""
    return f"its encrypted half is called {name!r}" if name else "it has an encrypted half"


def _secured(elements: Elements) -> Offer:
    offers = (*elements.rsn, *elements.override, *elements.wpa)
    security = _class(elements)
    return Offer(
        security=security,
        akms=_words(o.akms for o in offers),
        pairwise=_words(o.pairwise for o in offers),
        group=min((o.group for o in offers), key=_strength),
        pmf=_protection(offers),
        transition=security in TRANSITION or (security is Security.OWE and elements.owe_partner is not None),
    )


def _class(elements: Elements) -> Security:
    """The word for what RSN, RSN override and WPA elements offer together."""
    base = {akm for suites in elements.rsn for akm in suites.akms}
    over = {akm for suites in elements.override for akm in suites.akms}
    old = {akm for suites in elements.wpa for akm in suites.akms}
    new = base | over
    if "owe" in new:
        return Security.OWE
    if new & (PSK | SAE) or "psk" in old:
        return _by_password(base, new, old)
    if new & LOGIN or "802.1x" in old:
        return _by_login(elements, new, old)
    return Security.UNKNOWN


def _by_password(base: set[str], new: set[str], old: set[str]) -> Security:
    if "psk" in old:
        return Security.WPA_WPA2_PERSONAL if new & (PSK | SAE) else Security.WPA_PERSONAL
    if not new & SAE:
        return Security.WPA2_PERSONAL
    if not new & PSK:
        return Security.WPA3_PERSONAL
    return Security.WPA2_WPA3_PERSONAL if base & SAE else Security.WPA3_COMPATIBILITY


def _by_login(elements: Elements, new: set[str], old: set[str]) -> Security:
    logins = new & LOGIN
    if "802.1x" in old:
        return Security.WPA_WPA2_ENTERPRISE if logins else Security.WPA_ENTERPRISE
    if logins <= SUITE_B_192:
        return Security.WPA3_ENTERPRISE_192
    protection = _protection((*elements.rsn, *elements.override))
    if not logins & WPA3_LOGIN or protection is Pmf.NONE:
        return Security.WPA2_ENTERPRISE
    return Security.WPA3_ENTERPRISE if protection is Pmf.REQUIRED else Security.WPA2_WPA3_ENTERPRISE


def _protection(offers: Sequence[Suites]) -> Pmf:
    """Required where every way in requires it, none where none has it; else whoever comes in may choose."""
    ways = {(Pmf.REQUIRED if o.required else Pmf.CAPABLE) if o.capable else Pmf.NONE for o in offers}
    return ways.pop() if len(ways) == 1 else Pmf.CAPABLE


def _oddities(elements: Elements, capability: int | None, found: Offer) -> list[str]:
    """What a reader should know besides the class, since it contradicts a standard or another element."""
    offers = (*elements.rsn, *elements.override)
    akms = set(found.akms or ())
    said = (
        (len(elements.rsn) == 2, "it has two RSN elements: what they offer is taken together"),
        (len(elements.rsn) > 2, "it has several RSN elements: what they offer is taken together"),
        (
            bool(offers) and capability is not None and not capability & PRIVACY,
            "it announces encryption (RSN) and says that it has none (privacy bit)",
        ),
        (
            any(o.required and not o.capable for o in offers),
            "it says that protected management frames are required and that it cannot have them; it is taken as having none",
        ),
        (
            bool(akms & SAE) and found.pmf is Pmf.NONE,
            "it offers SAE without protected management frames, which WPA3 forbids",
        ),
        (
            bool(akms & (PSK | SAE)) and bool(akms & LOGIN),
            "it offers both a password and logins; it is judged by the password",
        ),
        (
            found.security is Security.OWE and akms != {"owe"},
            "it offers encryption without a password beside other ways in",
        ),
        (found.security is Security.OWE and elements.owe_partner is not None, "it has an open half for older devices"),
        (
            len({o.group for o in (*offers, *elements.wpa)}) > 1,
            "its elements name different group ciphers; the weakest counts",
        ),
    )
    return [text for holds, text in said if holds]


def _words(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({word for words in lists for word in words}))


def _strength(cipher: str) -> tuple[int, str]:
    """Order of ciphers, weakest first; what is not known stands last."""
    known = cipher in _WEAKEST_FIRST
    return (_WEAKEST_FIRST.index(cipher) if known else len(_WEAKEST_FIRST)), cipher
