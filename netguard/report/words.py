"""The document's closed word lists as a person reads them. A missing word fails the tests, not the reader."""

from datetime import UTC, date, datetime, timedelta

from netguard.model.declared import LINK_NAMES
from netguard.model.vocabulary import (
    Confidence,
    Depth,
    Link,
    Needs,
    Outcome,
    Pmf,
    PortState,
    Power,
    Role,
    Security,
    Severity,
    WpsMethod,
)
from netguard.model.wifi import Wps
from netguard.report import login_words

ROLES: dict[Role, str] = {
    Role.ROUTER: "router",
    Role.ACCESS_POINT: "Wi-Fi access point",
    Role.LOCK: "smart lock",
    Role.LOCK_HUB: "lock bridge",
    Role.SMART_HOME_HUB: "smart home hub",
    Role.THREAD_BORDER_ROUTER: "Thread border router",
    Role.CAMERA: "camera",
    Role.DOORBELL: "doorbell",
    Role.ALARM: "alarm",
    Role.PRINTER: "printer",
    Role.NAS: "network storage",
    Role.TV: "television",
    Role.SPEAKER: "speaker",
    Role.PHONE: "phone",
    Role.TABLET: "tablet",
    Role.COMPUTER: "computer",
    Role.CONSOLE: "games console",
    Role.APPLIANCE: "appliance",
    Role.LIGHT: "light",
    Role.PLUG: "smart plug",
    Role.THERMOSTAT: "thermostat",
    Role.SENSOR: "sensor",
    Role.VOIP: "internet telephone",
    Role.SWITCH: "network switch",
    Role.UNKNOWN: "not recognised",
}

SEVERITIES: dict[Severity, str] = {
    Severity.CRITICAL: "Critical",
    Severity.HIGH: "High",
    Severity.MEDIUM: "Medium",
    Severity.LOW: "Low",
    Severity.INFO: "Note",
}

CONFIDENCES: dict[Confidence, str] = {
    Confidence.CONFIRMED: "seen for certain",
    Confidence.LIKELY: "likely",
    Confidence.POSSIBLE: "possible",
}

RECOGNISED: dict[Confidence, str] = {
    Confidence.CONFIRMED: "for certain",
    Confidence.LIKELY: "probably",
    Confidence.POSSIBLE: "a guess from little evidence",
}

STATES: dict[PortState, str] = {
    PortState.OPEN: "open",
    PortState.CLOSED: "closed",
    PortState.FILTERED: "no answer (filtered)",
    PortState.OPEN_OR_FILTERED: "no answer (may be open)",
}

NOTHING_THERE = "nothing there now"
"""Of a port that is listed and not open: one that was, mostly."""

EXPECTED: dict[bool | None, str] = {
    True: "expected",
    False: "not expected",
    None: "no record says",
}

VALUES: dict[str, dict[str, str]] = {
    "telnet.login": {
        "prompt": "yes",
        "shell": "no, it gave a command line to anybody",
        "silent": "it said nothing by itself",
    },
    "ssh.login": {"required": "a login", "none": "nothing, it let netguard in without a login"},
    "api.login": {
        "required": "a login",
        "button": "a press of its button",
        "setup": "nothing: it has no owner yet, and whoever sets it up becomes that",
        "none": "nothing, it answers anybody",
    },
    "adb.authentication": {
        "key": "a key that its owner allowed",
        "tls": "a pairing, over TLS",
        "none": "nothing, it obeys anybody",
    },
    "rtsp.describe": {
        "200": "200, it shows its stream without a login",
        "401": "401, it asks for a login",
        "403": "403, it refuses",
        "404": "404, it has no stream of that name",
        "454": "454, it knows no such session",
    },
    "mqtt.code": {
        "0": "0, accepted",
        "1": "1, it does not speak this version",
        "2": "2, it does not take this client name",
        "3": "3, it is not ready",
        "4": "4, wrong user or password",
        "5": "5, not allowed without a login",
    },
    **login_words.VALUES,
}
"""Values of kinds with a closed list (`model/observation.py`; RFC 2326, 7.1.1; MQTT 3.1.1, 3.2.2.3) as a person reads them."""

ON_A_PORT: dict[str, dict[str, str]] = {
    "telnet.login": {"prompt": "it asks for a login", "shell": "it gives a command line to anybody"},
    "ssh.login": {"required": "it asks for a login", "none": "it lets anybody in, without a login"},
    "mqtt.anonymous": {"yes": "it lets anybody in, without a login", "no": "it asks for a login"},
    "rtsp.describe": {"200": "it shows its stream without a login", "401": "it asks for a login"},
    "adb.authentication": {
        "key": "it asks for a key that its owner allowed",
        "tls": "it asks for a pairing",
        "none": "it obeys anybody",
    },
    "ftp.anonymous": {"yes": "it lets anybody in", "no": "it asks for a login"},
    "smb.v1": {"yes": "it accepts SMB 1", "no": "it refuses SMB 1"},
    "winbox.answer": {"yes": "it answers as MikroTik's Winbox"},
    "tr064.answer": {"yes": "programs may set it up from here (TR-064)"},
    "api.login": {
        "required": "it asks for a login",
        "button": "it waits for a press of its button",
        "setup": "it has no owner yet: whoever sets it up becomes that",
        "none": "it answers anybody, without a login",
    },
    "api.encrypted": {"no": "in the clear, without TLS"},
    **login_words.ON_A_PORT,
}
"""What is said of an open port where it was seen there: a kind, and words for those of its values that tell something."""

NEEDS: dict[Needs, str] = {
    Needs.MENU: "a setting in the menu of the device or the router",
    Needs.SEGMENT: "a separate network on your router (a VLAN, or a second Wi-Fi for things)",
    Needs.PURCHASE: "something to buy",
    Needs.APP: "the maker's app",
    Needs.NONE: "nothing but a moment",
}

POWERS: dict[Power, str] = {
    Power.MAINS: "mains-powered",
    Power.BATTERY: "battery-powered, so only its known ports are asked",
}

LINKS: dict[Link, str] = LINK_NAMES

ENCRYPTIONS: dict[Security, str] = {
    Security.OPEN: "open: no password and no encryption",
    Security.OWE: "Enhanced Open (OWE): encrypted, without a password",
    Security.OWE_TRANSITION: "open, beside Enhanced Open (OWE) for devices that know it",
    Security.WEP: "WEP, which is no protection any more",
    Security.WPA_PERSONAL: "the first WPA with a password, which is outdated",
    Security.WPA_WPA2_PERSONAL: "WPA2 with a password, and the first WPA beside it",
    Security.WPA2_PERSONAL: "WPA2 with a password",
    Security.WPA2_WPA3_PERSONAL: "WPA3 with a password, and WPA2 beside it",
    Security.WPA3_PERSONAL: "WPA3 with a password",
    Security.WPA3_COMPATIBILITY: "WPA2 with a password, and WPA3 for devices that know it",
    Security.WPA_ENTERPRISE: "the first WPA with a login for each user, which is outdated",
    Security.WPA_WPA2_ENTERPRISE: "WPA2 with a login for each user, and the first WPA beside it",
    Security.WPA2_ENTERPRISE: "WPA2 with a login for each user",
    Security.WPA2_WPA3_ENTERPRISE: "WPA3 with a login for each user, and WPA2 beside it",
    Security.WPA3_ENTERPRISE: "WPA3 with a login for each user",
    Security.WPA3_ENTERPRISE_192: "WPA3 with a login for each user, 192 bit",
    Security.UNKNOWN: "not visible from here",
}
"""Encryption of a Wi-Fi network said in full; `SECURITIES` says it in a table's word or two."""

MANAGEMENT_FRAMES: dict[Pmf | None, str] = {
    Pmf.NONE: "not protected",
    Pmf.CAPABLE: "protected for devices that ask for it",
    Pmf.REQUIRED: "protected for everybody",
    None: "not visible from here",
}

WPS_METHODS: dict[WpsMethod, str] = {
    WpsMethod.USB: "a USB stick",
    WpsMethod.ETHERNET: "a cable",
    WpsMethod.LABEL: "the PIN on its label",
    WpsMethod.DISPLAY: "a PIN on its display or page",
    WpsMethod.NFC: "holding a device to it (NFC)",
    WpsMethod.PUSH_BUTTON: "its button",
    WpsMethod.KEYPAD: "a PIN typed in",
}

TRANSITIONS: dict[bool | None, str] = {
    True: "let in by an older way beside the newest",
    False: "nothing older beside what it offers",
    None: "not visible from here",
}

CIPHERS: dict[str, str] = {
    "wep-40": "WEP",
    "wep-104": "WEP (104 bit)",
    "tkip": "TKIP",
    "ccmp": "AES (CCMP)",
    "ccmp-256": "AES, 256 bit (CCMP)",
    "gcmp": "AES (GCMP)",
    "gcmp-256": "AES, 256 bit (GCMP)",
    "none": "none",
}
"""Words of the scan document for ciphers; another one is its number."""

NATPMP_RESULTS: dict[int, str] = {
    1: "it does not speak this version",
    2: "it lets nobody open ports this way",
    3: "it has no connection just now",
    4: "it has no room for more just now",
    5: "it does not know this question",
}
"""Result codes of NAT-PMP but 0, success (RFC 6886, 3.5)."""

PCP_RESULTS: dict[int, str] = {
    1: "it does not speak this version",
    2: "it lets nobody open ports this way",
    3: "it could not read the question",
    4: "it does not know this question",
    5: "it does not know an option of the question",
    6: "it could not read an option of the question",
    7: "it has no connection just now",
    8: "it has no room for more just now",
    9: "it does not know this protocol",
    10: "this computer has opened all that it may",
    11: "it cannot give that address",
    12: "it sees another address than the one that asked",
    13: "the question names too many peers",
}
"""Result codes of PCP but 0, success (RFC 6887, 7.4)."""

DEPTHS: dict[Depth, str] = {
    Depth.DISCOVER: "discover (who is here)",
    Depth.QUICK: "quick (who is here, what they are, the risky ports)",
    Depth.STANDARD: "standard (all ports of locks, hubs and the router, the common ones of the rest)",
    Depth.DEEP: "deep (all ports of everything)",
}

OUTCOMES: dict[Outcome, str] = {
    Outcome.DONE: "looked at",
    Outcome.SKIPPED: "left out",
    Outcome.FAILED: "did not work",
}

AUTHORISATIONS: dict[str, str] = {
    "enrolled": "this network was enrolled as yours",
    "asked": "you said that this network is yours",
    "my-network": "you said so with --my-network",
    "demo": "a simulated home, made by netguard",
}

SYSTEMS: dict[str, str] = {
    "linux": "Linux",
    "darwin": "macOS",
    "macos": "macOS",
    "windows": "Windows",
    "win32": "Windows",
}

GRADES: dict[str, str] = {
    "A+": "nothing worth mending stands open, and the networks were tested to be apart",
    "A": "nothing above a low risk stands open",
    "B": "a medium risk stands open, or a lock shares its network with everything else",
    "C": "a high risk stands open, though not on a lock, a hub, the router or its Wi-Fi",
    "D": "a high risk stands open on a lock, a hub, the router or its Wi-Fi, or three of them elsewhere",
    "F": "a critical risk stands open",
}
"""What each letter means, in the order from best to worst (the rule itself lives with the grade)."""

SECURITIES: dict[Security, str] = {
    Security.OPEN: "none, open to everybody",
    Security.OWE: "Enhanced Open (no password)",
    Security.OWE_TRANSITION: "none, open; Enhanced Open beside it",
    Security.WEP: "WEP (broken)",
    Security.WPA_PERSONAL: "WPA (outdated)",
    Security.WPA_WPA2_PERSONAL: "WPA and WPA2",
    Security.WPA2_PERSONAL: "WPA2",
    Security.WPA2_WPA3_PERSONAL: "WPA2 and WPA3",
    Security.WPA3_PERSONAL: "WPA3",
    Security.WPA3_COMPATIBILITY: "WPA2, and WPA3 for new devices",
    Security.WPA_ENTERPRISE: "WPA Enterprise (outdated)",
    Security.WPA_WPA2_ENTERPRISE: "WPA and WPA2 Enterprise",
    Security.WPA2_ENTERPRISE: "WPA2 Enterprise",
    Security.WPA2_WPA3_ENTERPRISE: "WPA2 and WPA3 Enterprise",
    Security.WPA3_ENTERPRISE: "WPA3 Enterprise",
    Security.WPA3_ENTERPRISE_192: "WPA3 Enterprise, 192 bit",
    Security.UNKNOWN: "not told",
}
"""Encryption of a Wi-Fi network. What a source did not tell is not told, and never guessed."""

PMFS: dict[Pmf, str] = {
    Pmf.NONE: "no",
    Pmf.CAPABLE: "optional",
    Pmf.REQUIRED: "required",
}
"""Whether management frames are protected."""

NOT_TOLD = "not told"

PIN_METHODS = frozenset({WpsMethod.LABEL, WpsMethod.DISPLAY, WpsMethod.KEYPAD})
"""Methods of WPS that are a PIN: printed on the device, shown by it, or typed into it."""

_MONTHS = (  # strftime would follow the locale of the machine, and two machines would write two reports
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def wps(said: Wps | None) -> str:
    """WPS in a word or two: `on, PIN`, `on, button only`, `on, methods not told`, `not seen`, `not told`."""
    if said is None or said.present is None:
        return NOT_TOLD
    if not said.present:
        return "not seen"
    if said.methods is None:
        how = "methods not told"
    elif PIN_METHODS & set(said.methods):
        how = "PIN"
    else:
        how = "button only" if WpsMethod.PUSH_BUTTON in said.methods else "no PIN"
    return ", ".join(
        ("on", how, *(["locked"] if said.locked else []), *(["not set up"] if said.configured is False else []))
    )


def moment(when: datetime, now: datetime) -> str:
    """`when` in the time zone of `now`: `21 November 2025, 03:10 UTC`. Naive times are taken as UTC."""
    local = aware(when).astimezone(aware(now).tzinfo)
    return f"{day(local)}, {local:%H:%M} {local.tzname()}"


def day(when: date) -> str:
    """`1 March 2026`."""
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


def local_day(when: datetime, now: datetime) -> str:
    """The day of `when` in the time zone of `now`."""
    return day(aware(when).astimezone(aware(now).tzinfo))


def ago(when: datetime, now: datetime) -> str:
    """How long before `now` that was, in the largest unit that fits: `3 days ago`, `just now`."""
    seconds = (aware(now) - aware(when)).total_seconds()
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{count(int(seconds // size), unit)} ago"
    return "just now"


def duration(length: timedelta) -> str:
    """`2 minutes 14 seconds`; a negative length (a clock that was set back) is `an unknown time`."""
    seconds = round(length.total_seconds())
    if seconds < 0:
        return "an unknown time"
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    parts = [count(n, unit) for n, unit in ((hours, "hour"), (minutes, "minute"), (rest, "second")) if n]
    return " ".join(parts[:2]) or "less than a second"


def another(seconds: int) -> str:
    """`another 6 days`: how long something goes on, in the largest unit that fits."""
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"another {count(seconds // size, unit)}"
    return f"another {count(seconds, 'second')}"


def count(number: int, one: str, many: str | None = None) -> str:
    """`1 device`, `12,000 devices`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(parts: tuple[str, ...]) -> str:
    """Join as a sentence does: `a`, `a and b`, `a, b and c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


def aware(when: datetime) -> datetime:
    """`when` with a time zone; without one it is UTC, as everything in a scan document."""
    return when if when.tzinfo else when.replace(tzinfo=UTC)
