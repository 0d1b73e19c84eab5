"""What a difference's closed word lists are called. A missing word fails the tests, not the reader."""

from netguard.model.difference import Fate, Kind, Turn
from netguard.model.vocabulary import Pmf
from netguard.report import words
from netguard.report.difference_shape import Way

KINDS: dict[Kind, str] = {
    Kind.DEVICE: "Device",
    Kind.SERVICE: "Port",
    Kind.ACCESS_POINT: "Wi-Fi",
    Kind.MAPPING: "Way in from the internet",
    Kind.FIRMWARE: "Firmware",
}

TURNS: dict[Turn, Way] = {
    Turn.NEW: "new",
    Turn.GONE: "gone",
    Turn.BACK: "back",
    Turn.CHANGED: "changed",
}
"""The words of the document are what a person reads, too."""

FATES: dict[Fate, tuple[Way, str]] = {
    Fate.NEW: ("new", "new"),
    Fate.WORSENED: ("worse", "worse"),
    Fate.IMPROVED: ("better", "better"),
    Fate.RESOLVED: ("closed", "resolved"),
    Fate.REGRESSED: ("open", "open again"),
    Fate.ACCEPTANCE_EXPIRED: ("open", "expired"),
    Fate.PERSISTING: ("open", "open as before"),
    Fate.UNOBSERVED: ("open", "not checked"),
}
"""How a finding is marked, and what is said of it."""

NOTES: dict[Fate, str] = {
    Fate.ACCEPTANCE_EXPIRED: "you had accepted it, and the time for that is over",
}
"""What a reader has to know of such a finding beside its word."""

ACCEPTED = "accepted"
"""The same of one that the person lives with."""

GOOD_FATES = frozenset({Fate.RESOLVED, Fate.IMPROVED})

SENTENCES: dict[tuple[Kind, Turn], str] = {
    (Kind.DEVICE, Turn.NEW): "{name} was never seen here before",
    (Kind.DEVICE, Turn.GONE): "{name} is gone",
    (Kind.DEVICE, Turn.BACK): "{name} is back",
    (Kind.DEVICE, Turn.CHANGED): "{name} is another than before",
    (Kind.SERVICE, Turn.NEW): "{part} of {name} is open",
    (Kind.SERVICE, Turn.GONE): "{part} of {name} is open no more",
    (Kind.SERVICE, Turn.BACK): "{part} of {name} is open again",
    (Kind.SERVICE, Turn.CHANGED): "{part} of {name} is answered otherwise",
    (Kind.ACCESS_POINT, Turn.NEW): "{name} was never heard here before",
    (Kind.ACCESS_POINT, Turn.GONE): "{name} is in the air no more",
    (Kind.ACCESS_POINT, Turn.BACK): "{name} is in the air again",
    (Kind.ACCESS_POINT, Turn.CHANGED): "{name} is set up otherwise",
    (Kind.MAPPING, Turn.NEW): "{name} lets in {part}",
    (Kind.MAPPING, Turn.GONE): "{name} no longer lets in {part}",
    (Kind.MAPPING, Turn.BACK): "{name} lets in {part} again",
    (Kind.MAPPING, Turn.CHANGED): "{name} lets in {part} otherwise than before",
    (Kind.FIRMWARE, Turn.NEW): "The firmware of {name} is known now",
    (Kind.FIRMWARE, Turn.GONE): "The firmware of {name} is not told any more",
    (Kind.FIRMWARE, Turn.BACK): "The firmware of {name} is told again",
    (Kind.FIRMWARE, Turn.CHANGED): "{name} has another firmware",
}
"""What a change says where it has no attributes that say more."""

ATTRIBUTES: dict[str, str] = {
    "role": "kind",
    "address": "address",
    "mac": "MAC",
    "ports": "open",
    "version": "version",
    "firmware": "firmware",
    "ssid": "network name",
    "security": "encryption",
    "pmf": "protection of management frames",
    "wps": "WPS",
    "seen": "seen",
}
"""What of it is another; a word that is not in here is said as it is."""

VALUES: dict[str, dict[str, str]] = {
    "security": {str(word): said for word, said in words.SECURITIES.items()},
    "pmf": {str(word): words.PMFS[word] for word in Pmf},
    "role": {str(word): said for word, said in words.ROLES.items()},
    "seen": {"between": "by a scan between the two, not by the newer one"},
}
"""Words of the scan document as a person reads them, by attribute."""

NO_VALUE = "not told"
"""In the place of a value that one of the two scans does not have."""
