"""The words in `Vantage.capabilities`: what each is for and how to get it. `netguard doctor` prints this table."""

from collections.abc import Mapping
from dataclasses import dataclass, field

RAW_SOCKETS = "raw-sockets"
NETWORK_ADMIN = "network-admin"
NEIGHBOUR_TABLE = "neighbour-table"
MULTICAST = "multicast"
WIFI_LINK = "wifi-link"
WIFI_SCAN = "wifi-scan"
NMAP = "nmap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """One ability of a vantage."""

    word: str
    what_for: str
    """What netguard can do with it: completes "With it, netguard …"."""
    without: str
    """What happens when it is missing."""
    how: str
    """How to get it, where no system has an own answer."""
    how_on: Mapping[str, str] = field(default_factory=dict)
    """How to get it on `linux`, `macos` or `windows`."""

    def advice(self, system: str) -> str:
        """How to get it on `system`, one sentence."""
        return self.how_on.get(system, self.how)


CAPABILITIES: tuple[Capability, ...] = (
    Capability(
        word=RAW_SOCKETS,
        what_for="asks everybody by ARP and by IPv6 neighbour discovery who is there, so that silent devices answer too, "
        "hears the names that devices tell the router, and probes ports gently, without opening connections",
        without="devices are found by harmless connections and by what they announce; one that stays silent is missed",
        how="Run netguard as administrator.",
        how_on={
            "linux": "Run it with sudo; it opens the sockets first and gives up root before it reads any answer "
            "(CAP_NET_RAW).",
            "macos": "Run it with sudo.",
            "windows": "Not used on Windows: netguard works with ordinary connections there.",
        },
    ),
    Capability(
        word=NETWORK_ADMIN,
        what_for="can build the small network in which firewall rules are tried (`netguard firewall --prove`)",
        without="firewall rules are tried in a network of an ordinary user's own, where this system allows one (see below)",
        how="Only Linux can do this.",
        how_on={"linux": "Run the command that needs it with sudo (CAP_NET_ADMIN)."},
    ),
    Capability(
        word=NEIGHBOUR_TABLE,
        what_for="reads which devices this computer has talked to and recognises your network by its router, "
        "without sending anything",
        without="no network can be recognised as yours, so nothing is scanned",
        how="It is there on every ordinary system; the system's own network tool could not be run.",
        how_on={"linux": "Install iproute2 (the command `ip`)."},
    ),
    Capability(
        word=MULTICAST,
        what_for="asks all devices at once what they offer (mDNS, SSDP)",
        without="devices are asked one by one, and some names and models stay unknown",
        how="Use a wired or Wi-Fi interface; VPNs and some virtual interfaces carry no multicast.",
    ),
    Capability(
        word=WIFI_LINK,
        what_for="sees the Wi-Fi network this computer has joined",
        without="Wi-Fi is not checked from this computer's own connection",
        how="Connect to the network by Wi-Fi and look again.",
    ),
    Capability(
        word=WIFI_SCAN,
        what_for="lists the Wi-Fi networks in the air with their encryption",
        without="the air is not looked at; `netguard wifi FILE` reads what another computer has captured",
        how="Use a computer with a Wi-Fi adapter.",
        how_on={
            "linux": "Use a computer with a Wi-Fi adapter. Where NetworkManager runs (nmcli) it has the adapter look around "
            "for whoever sits at the computer; where wpa_supplicant runs without it, the group netdev may: sudo usermod -aG "
            "netdev YOUR-NAME, log in again, and run netguard without sudo.",
            "macos": "Use a Mac with Wi-Fi; macOS hides the networks until Python is allowed under Location Services, and only "
            "a Python with a signature can be: the one from python.org.",
            "windows": "Use a computer with Wi-Fi; since Windows 11 24H2 the location permission is needed: Settings, Privacy & "
            "security, Location, and there also Let desktop apps access your location.",
        },
    ),
    Capability(
        word=NMAP,
        what_for="names the versions of services in a deep scan",
        without="services are recognised by netguard's own, smaller list",
        how="Install nmap from nmap.org.",
        how_on={
            "linux": "Install the package nmap.",
            "macos": "Install nmap from nmap.org or with Homebrew: brew install nmap",
        },
    ),
)
"""Every word there is, in the order in which doctor shows them."""


WORDS: Mapping[str, Capability] = {c.word: c for c in CAPABILITIES}
"""The same by word."""
