"""The closed word lists of the scan document. Readers and writers use these words and no others."""

from enum import StrEnum


class Ended(StrEnum):
    """How a scan came to its end; only a finished one has looked everywhere it meant to."""

    FINISHED = "finished"
    INTERRUPTED = "interrupted"
    DEADLINE = "deadline"


class Depth(StrEnum):
    """How much is asked, from least to most."""

    DISCOVER = "discover"
    QUICK = "quick"
    STANDARD = "standard"
    DEEP = "deep"

    def at_least(self, other: "Depth") -> bool:
        """Whether this depth includes all that `other` asks."""
        order = tuple(Depth)
        return order.index(self) >= order.index(other)


class Transport(StrEnum):
    """The transport protocol a port belongs to."""

    TCP = "tcp"
    UDP = "udp"


class PortState(StrEnum):
    """Port states as nmap means them (nmap reference guide, "Port Scanning Basics")."""

    OPEN = "open"
    CLOSED = "closed"
    FILTERED = "filtered"
    OPEN_OR_FILTERED = "open|filtered"


class Power(StrEnum):
    """What feeds a device; a battery device is asked about its known ports only."""

    MAINS = "mains"
    BATTERY = "battery"


class Link(StrEnum):
    """How a device is connected, as its owner says or its record knows."""

    WIFI = "wifi"
    ETHERNET = "ethernet"
    BRIDGE = "bridge"
    """Through its maker's own bridge, which is the one on the network."""
    THREAD = "thread"
    ZIGBEE = "zigbee"
    Z_WAVE = "z-wave"
    BLUETOOTH = "bluetooth"


IP_LINKS = frozenset({Link.WIFI, Link.ETHERNET, Link.THREAD})
"""Links on which a device has an IP address of its own; on the others only what speaks for it has one."""


class Confidence(StrEnum):
    """How sure a statement is, from most to least."""

    CONFIRMED = "confirmed"
    LIKELY = "likely"
    POSSIBLE = "possible"


class Stability(StrEnum):
    """How long an identity is expected to stay with its device."""

    PERMANENT = "permanent"
    """Survives a factory reset or a change of address: a hardware MAC, a UPnP UDN."""
    STABLE = "stable"
    """Stays until somebody changes it: a TLS key, a host name."""
    TEMPORARY = "temporary"
    """May be gone tomorrow: a randomised MAC, an address."""


class Role(StrEnum):
    """What a device is to its home."""

    ROUTER = "router"
    ACCESS_POINT = "access-point"
    LOCK = "lock"
    LOCK_HUB = "lock-hub"
    SMART_HOME_HUB = "smart-home-hub"
    THREAD_BORDER_ROUTER = "thread-border-router"
    CAMERA = "camera"
    DOORBELL = "doorbell"
    ALARM = "alarm"
    PRINTER = "printer"
    NAS = "nas"
    TV = "tv"
    SPEAKER = "speaker"
    PHONE = "phone"
    TABLET = "tablet"
    COMPUTER = "computer"
    CONSOLE = "console"
    APPLIANCE = "appliance"
    LIGHT = "light"
    PLUG = "plug"
    THERMOSTAT = "thermostat"
    SENSOR = "sensor"
    VOIP = "voip"
    SWITCH = "switch"
    UNKNOWN = "unknown"


DOOR_ROLES = frozenset({Role.LOCK, Role.LOCK_HUB})
"""What opens a door by itself, or speaks for something that does."""

HUB_ROLES = frozenset({Role.LOCK_HUB, Role.SMART_HOME_HUB})
"""What other devices obey."""

PERSONAL_ROLES = frozenset({Role.PHONE, Role.TABLET, Role.COMPUTER, Role.CONSOLE, Role.NAS})
"""What people keep their own data on, and the machines that malware usually enters by."""

INFRASTRUCTURE_ROLES = frozenset({Role.ROUTER, Role.ACCESS_POINT, Role.SWITCH})
"""What makes up the network itself."""

IOT_ROLES = frozenset(Role) - DOOR_ROLES - PERSONAL_ROLES - INFRASTRUCTURE_ROLES - {Role.UNKNOWN}
"""Things: seldom updated, often cheap, and with no business among the computers."""


class Outcome(StrEnum):
    """Whether netguard managed to look at something."""

    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


class Status(StrEnum):
    """What a check saw. `unknown` means that it could not look."""

    FAIL = "fail"
    PASS = "pass"  # noqa: S105 - no password
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not-applicable"


class Severity(StrEnum):
    """How much it endangers the door or the home, from most to least."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    def at_least(self, other: "Severity") -> bool:
        """Whether this is as severe as `other`, or more."""
        order = tuple(Severity)
        return order.index(self) <= order.index(other)


class Needs(StrEnum):
    """What a person needs to carry an action out."""

    MENU = "menu"
    SEGMENT = "segment"
    PURCHASE = "purchase"
    APP = "app"
    NONE = "none"


class Security(StrEnum):
    """What a Wi-Fi network offers, in the words of the scan document."""

    OPEN = "open"
    OWE = "owe"
    OWE_TRANSITION = "owe-transition"
    WEP = "wep"
    WPA_PERSONAL = "wpa-personal"
    WPA_WPA2_PERSONAL = "wpa-wpa2-personal"
    WPA2_PERSONAL = "wpa2-personal"
    WPA2_WPA3_PERSONAL = "wpa2-wpa3-personal"
    WPA3_PERSONAL = "wpa3-personal"
    WPA3_COMPATIBILITY = "wpa3-compatibility"
    WPA_ENTERPRISE = "wpa-enterprise"
    WPA_WPA2_ENTERPRISE = "wpa-wpa2-enterprise"
    WPA2_ENTERPRISE = "wpa2-enterprise"
    WPA2_WPA3_ENTERPRISE = "wpa2-wpa3-enterprise"
    WPA3_ENTERPRISE = "wpa3-enterprise"
    WPA3_ENTERPRISE_192 = "wpa3-enterprise-192"
    UNKNOWN = "unknown"


class Pmf(StrEnum):
    """Protected management frames (IEEE 802.11-2020, 12.6.19)."""

    NONE = "none"
    CAPABLE = "capable"
    REQUIRED = "required"


class WpsMethod(StrEnum):
    """WPS configuration methods (Wi-Fi Simple Configuration specification, table "Configuration Methods")."""

    USB = "usb"
    ETHERNET = "ethernet"
    LABEL = "label"
    DISPLAY = "display"
    NFC = "nfc"
    PUSH_BUTTON = "push-button"
    KEYPAD = "keypad"
