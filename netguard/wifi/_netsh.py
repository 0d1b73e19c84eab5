"""The words of netsh in the languages that netguard reads, and how its bytes become the name of a network.

netsh writes in the console's code page: 437 or 850 in western Europe, 1252 or UTF-8 where somebody set it so, UTF-16 where
PowerShell wrote the file. Labels are compared without their accents, so that they are known whatever became of those.
Words: real outputs of Windows 7 to 11 in public issues and test data (English, German, Spanish; French from `netsh wlan
show interfaces`, which has the same words).
"""

import re
from collections.abc import Iterable, Mapping

from netguard.model.vocabulary import Security

_ODD = re.compile(rb"[^\x00-\x7f]+")


def plain(label: bytes) -> str:
    """A label or value to compare: lower case, single spaces, `?` for whatever is not ASCII."""
    return " ".join(_ODD.sub(b"?", label).decode("ascii").lower().split())


LABELS: Mapping[str, str] = {
    "authentication": "security",
    "authentifizierung": "security",
    "autenticaci?n": "security",
    "authentification": "security",
    "encryption": "cipher",
    "verschl?sselung": "cipher",
    "verschl?sselungsverfahren": "cipher",
    "cifrado": "cipher",
    "chiffrement": "cipher",
    "channel": "channel",
    "kanal": "channel",
    "canal": "channel",
    "rssi": "rssi",
    "mfp required": "pmf",
}
"""Labels by what they tell. Signal, band and BSSID are known by the shape of their values."""

_EVIDENCE: Mapping[str, str] = {
    "verschl?sselung": "Verschlüsselung",
    "verschl?sselungsverfahren": "Verschlüsselungsverfahren",
    "autenticaci?n": "Autenticación",
    "se?al": "Señal",
    "type de r?seau": "Type de réseau",
}
"""Labels with accents as they are spelt: they show in which code page the file is."""

_PAGES = (("utf-8",), ("cp850", "cp437"), ("cp1252",))
"""Code pages that western Windows uses; 850 and 437 have the letters of these labels at the same places."""


class Damaged(ValueError):
    """A name has letters, and what became of them is not known."""


def page(label: bytes) -> tuple[str, ...] | None:
    """The code pages in which a label is spelt right: none where its letters are damaged, null where it tells nothing."""
    spelt = _EVIDENCE.get(plain(label))
    if spelt is None:
        return None
    said = b" ".join(label.lower().split())
    return next((pages for pages in _PAGES if said == spelt.encode(pages[0]).lower()), ())


def name(value: bytes, pages: tuple[str, ...] | None) -> bytes:
    """The bytes of a network's name from how it is printed. Raises `Damaged` where they cannot be told.

    Where no label tells the code page, UTF-8 is what looks like it. `?` is what a console prints for letters that its
    code page lacks, so that it only counts as itself in UTF-8.
    """
    if value.isascii():
        if b"?" in value and pages != ("utf-8",):
            raise Damaged
        return value
    texts = set()
    for one in ("utf-8",) if pages is None else pages:
        try:
            texts.add(value.decode(one))
        except UnicodeDecodeError as error:
            raise Damaged from error
    if len(texts) != 1:
        raise Damaged
    return texts.pop().encode()


_OPEN = frozenset({"open", "offen", "abierta", "abierto", "ouvert", "ouverte", "ouvrir"})
_SHARED = frozenset({"shared", "gemeinsam verwendet", "compartida", "partag?", "partag?e"})
_NONE = frozenset({"none", "keine", "ninguno", "ninguna", "aucun", "aucune"})
_KIND = re.compile(
    r"(wpa[23]?) ?- ?(?:(personal|personnel)|(enterprise|entreprise|empresa|unternehmen))( 192[ -]?bits?)?(?: *\([a-z0-9 ]+\))*"
)
_KINDS: Mapping[tuple[str, bool, bool], Security] = {
    ("wpa", False, False): Security.WPA_PERSONAL,
    ("wpa2", False, False): Security.WPA2_PERSONAL,
    ("wpa3", False, False): Security.WPA3_PERSONAL,
    ("wpa", True, False): Security.WPA_ENTERPRISE,
    ("wpa2", True, False): Security.WPA2_ENTERPRISE,
    ("wpa3", True, False): Security.WPA3_ENTERPRISE,
    ("wpa3", True, True): Security.WPA3_ENTERPRISE_192,
}
"""Version of WPA, whether by login, whether with 192 bit."""


def security(authentication: bytes, cipher: bytes) -> Security | None:
    """The class that Windows names; null for words that are not known, or that do not belong together."""
    said, with_ = plain(authentication), plain(cipher)
    if said in _OPEN:
        return Security.OPEN if with_ in _NONE else Security.WEP if with_ == "wep" else None
    if said in _SHARED:
        return Security.WEP if with_ == "wep" else None
    if re.fullmatch(r"owe(?: *\([a-z0-9 ]+\))*", said):
        return Security.OWE
    kind = _KIND.fullmatch(said)
    return _KINDS.get((kind[1], kind[3] is not None, kind[4] is not None)) if kind else None


def known(labels: Iterable[bytes]) -> bool:
    """Whether one of the labels is of a language that is read."""
    return any(LABELS.get(plain(label)) == "security" for label in labels)
