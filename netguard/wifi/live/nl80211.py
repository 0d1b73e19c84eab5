"""What the Linux kernel's Wi-Fi layer has heard, with the elements as they were sent: nl80211's list of scan results.

Reading the list needs no right (net/wireless/nl80211.c: NL80211_CMD_GET_SCAN has no GENL_ADMIN_PERM). Having the radio
look anew does: NetworkManager does it for whoever sits at the computer; else the kernel asks for CAP_NET_ADMIN, which
netguard gives up before it reads anything. Numbers from include/uapi/linux/nl80211.h.
"""

import re
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto

from netaddr import EUI

from netguard.errors import VantageError
from netguard.net import netlink
from netguard.net.failures import Cancelled, Failure, NoAnswer, NotInstalled, TooMuch
from netguard.wifi import _wpa
from netguard.wifi.heard import Heard
from netguard.wifi.live._contract import SCAN_SECONDS, Means

SYSTEMS = ("linux",)
NAME = "the kernel's list of Wi-Fi networks"
RANK = 1

FAMILY = "nl80211"
SCAN_GROUP = "scan"
"""NL80211_MULTICAST_GROUP_SCAN: hears when a scan is over."""

CMD_GET_INTERFACE = 5
CMD_GET_SCAN, CMD_TRIGGER_SCAN, CMD_NEW_SCAN_RESULTS, CMD_SCAN_ABORTED = 32, 33, 34, 35
ATTR_IFINDEX, ATTR_IFNAME, ATTR_IFTYPE, ATTR_SCAN_SSIDS, ATTR_BSS = 3, 4, 5, 45, 47
IFTYPE_STATION = 2

BSS_BSSID, BSS_FREQUENCY, BSS_CAPABILITY, BSS_ELEMENTS, BSS_SIGNAL_MBM = 1, 2, 5, 6, 7
BSS_STATUS, BSS_SEEN_MS_AGO, BSS_BEACON_ELEMENTS, BSS_PROBE_RESPONSE = 9, 10, 11, 14
STATUS_ASSOCIATED, STATUS_IBSS_JOINED = 1, 2

STALE_MS = 300_000
"""Milliseconds after which a network that this computer is not connected to counts as gone. The kernel itself forgets after
30 s (net/wireless/scan.c, IEEE80211_SCAN_RESULT_EXPIRE), but some drivers keep their own list for hours, and a network
that was switched off must not be judged."""

_NAME = re.compile(r"[^\s/\x00]{1,15}")
"""IFNAMSIZ is 16 with the final zero (linux/if.h)."""

_TOO_SOON = "Scanning not allowed immediately following previous scan"
_ALREADY = "Scanning not allowed while already scanning"
"""NetworkManager's words for a scan that is not needed, and one that is under way (src/core/devices/wifi/nm-device-wifi.c)."""

EBUSY = 16
"""A scan is under way already (net/wireless/nl80211.c, nl80211_trigger_scan)."""

Opener = Callable[[Means], netlink.Channel]


@dataclass(frozen=True, slots=True, kw_only=True)
class Radio:
    """An interface that can be a station in a Wi-Fi network."""

    index: int
    name: str


class Begun(Enum):
    """Whether a scan is under way."""

    YES = auto()
    JUST_OVER = auto()
    NOT = auto()


def _opened(means: Means) -> netlink.Channel:
    return netlink.Channel(cancel=means.cancel, deadline=means.deadline)


def unavailable(interface: str | None, means: Means, *, opened: Opener = _opened) -> str | None:
    """Why the kernel has no list for us, and what would help; null when it has. Sends nothing over the air."""
    try:
        with opened(means) as channel:
            _radios(channel, channel.family(FAMILY), interface)
    except VantageError as error:
        return str(error)
    except Cancelled:
        raise
    except Failure as failure:
        return _why(failure)
    return None


def hear(interface: str | None, means: Means, again: bool, *, opened: Opener = _opened) -> Iterator[Heard]:  # noqa: FBT001 - the contract
    """Everything in the kernel's list for `interface`, or for every radio; see `_contract`."""
    try:
        with opened(means) as channel:
            family = channel.family(FAMILY)
            for radio in _radios(channel, family, interface):
                if again:
                    _look_anew(channel, family, radio, means)
                asked = netlink.attribute(ATTR_IFINDEX, struct.pack("=I", radio.index))
                for answer in channel.dump(family, CMD_GET_SCAN, asked):
                    if answer.command == CMD_NEW_SCAN_RESULTS and (one := heard(answer.attributes)) is not None:
                        yield one
    except Cancelled:
        raise
    except Failure as failure:
        raise VantageError(_why(failure)) from failure


def heard(data: bytes) -> Heard | None:
    """One access point from the attributes of one message, or null where they hold none, or one that is long gone. Pure."""
    outer = dict(netlink.attributes(data))
    bss = dict(netlink.attributes(outer.get(ATTR_BSS, b"")))
    bssid = bss.get(BSS_BSSID, b"")
    if len(bssid) != 6:
        return None
    associated = netlink.unsigned(bss.get(BSS_STATUS)) in {STATUS_ASSOCIATED, STATUS_IBSS_JOINED}
    if not associated and (netlink.unsigned(bss.get(BSS_SEEN_MS_AGO)) or 0) > STALE_MS:
        return None
    signal = netlink.signed(bss.get(BSS_SIGNAL_MBM))
    beacon, response, elements = _wpa.blobs(
        _blob(bss.get(BSS_ELEMENTS)), _blob(bss.get(BSS_BEACON_ELEMENTS)), answered=BSS_PROBE_RESPONSE in bss
    )
    return Heard(
        source=FAMILY,
        bssid=EUI(bssid.hex(), version=48),
        frequency=netlink.unsigned(bss.get(BSS_FREQUENCY)),
        signal=None if signal is None else signal / 100,  # mBm are hundredths of dBm
        associated=associated,
        capability=netlink.unsigned(bss.get(BSS_CAPABILITY)),
        beacon=beacon,
        response=response,
        elements=elements,
    )


def _blob(data: bytes | None) -> bytes | None:
    return data if data and len(data) <= _wpa.ELEMENT_BYTES else None


def _radios(channel: netlink.Channel, family: netlink.Family, interface: str | None) -> tuple[Radio, ...]:
    """The radios that are asked, at least one. Raises `VantageError` where there is none of that name."""
    found = []
    for answer in channel.dump(family, CMD_GET_INTERFACE):
        said = dict(netlink.attributes(answer.attributes))
        index = netlink.unsigned(said.get(ATTR_IFINDEX))
        name = said.get(ATTR_IFNAME, b"").rstrip(b"\0").decode(errors="replace")
        if index is not None and _NAME.fullmatch(name) and netlink.unsigned(said.get(ATTR_IFTYPE)) == IFTYPE_STATION:
            found.append(Radio(index=index, name=name))
    wanted = tuple(radio for radio in sorted(found, key=lambda r: r.index) if interface in {None, radio.name})
    if wanted:
        return wanted
    if interface is None or not found:
        raise VantageError(
            "The kernel knows no Wi-Fi adapter that is a station. Plug one in, or switch Wi-Fi on (rfkill unblock wifi)."
        )
    names = ", ".join(radio.name for radio in found)
    raise VantageError(f"{interface} is no Wi-Fi interface of this computer; there is {names}.")


def _look_anew(channel: netlink.Channel, family: netlink.Family, radio: Radio, means: Means) -> None:
    """Have the radio look around, and wait until it has. What stands in the way is told: the old list is still true."""
    with suppress(NoAnswer):
        if SCAN_GROUP in family.groups:
            channel.join(family.groups[SCAN_GROUP])
    begun = _ask_manager(radio, means)
    if begun is Begun.NOT:
        begun = _ask_kernel(channel, family, radio, means)
    if begun is Begun.YES:
        _wait(channel, radio)


def _ask_manager(radio: Radio, means: Means) -> Begun:
    """Ask NetworkManager, which does it for whoever sits at the computer."""
    try:
        means.run(("nmcli", "device", "wifi", "rescan", "ifname", radio.name))
    except OSError:
        return Begun.NOT
    except VantageError as error:
        said = str(error)
        return Begun.YES if _ALREADY in said else Begun.JUST_OVER if _TOO_SOON in said else Begun.NOT
    return Begun.YES


def _ask_kernel(channel: netlink.Channel, family: netlink.Family, radio: Radio, means: Means) -> Begun:
    """Ask the kernel itself for an active scan on every channel."""
    anyone = netlink.attribute(ATTR_SCAN_SSIDS, netlink.attribute(0, b""))  # an empty name: everybody answers
    try:
        channel.ask(family, CMD_TRIGGER_SCAN, netlink.attribute(ATTR_IFINDEX, struct.pack("=I", radio.index)) + anyone)
    except netlink.Refused as refused:
        if refused.number == EBUSY:
            return Begun.YES
        why = "only NetworkManager or root may" if refused.number in netlink.PERMISSION else str(refused)
        means.not_anew(
            f"{radio.name} was not made to look around anew ({why}); what it heard lately was read, and some networks may "
            f"be missing from it. Where NetworkManager runs, netguard has it look for an ordinary user. sudo does not "
            f"help: netguard gives root up before it reads anything."
        )
        return Begun.NOT
    return Begun.YES


def _wait(channel: netlink.Channel, radio: Radio) -> None:
    """Until the scan is over, or `SCAN_SECONDS`."""
    with suppress(NoAnswer, TooMuch):
        for said in channel.announcements(SCAN_SECONDS):
            index = netlink.unsigned(dict(netlink.attributes(said.attributes)).get(ATTR_IFINDEX))
            if said.command in {CMD_NEW_SCAN_RESULTS, CMD_SCAN_ABORTED} and index == radio.index:
                return


def _why(failure: Failure) -> str:
    if isinstance(failure, NotInstalled):
        return f"The kernel cannot be asked what its radio hears: {failure}."
    if isinstance(failure, netlink.Refused) and failure.number == netlink.NO_SUCH:
        return (
            "The kernel has no Wi-Fi (nl80211): no Wi-Fi adapter is there, or its driver is not loaded. Plug one in, or "
            "run netguard on a computer with Wi-Fi; in a virtual machine or container the adapter must be passed through."
        )
    return f"The kernel was asked what its radio hears, and did not say: {failure}."
