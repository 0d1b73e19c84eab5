"""What wpa_supplicant has heard, with the elements as they were sent, from its control socket.

Commands as in wpa_supplicant/ctrl_iface.c (version 2.10). Only these are sent: STATUS and BSS, which read, and, to look
anew, ATTACH, SCAN and DETACH. Nothing that chooses, joins or leaves a network.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from netguard.errors import VantageError
from netguard.net.control import Deadline
from netguard.net.failures import Cancelled, Failure, NoAnswer
from netguard.net.local import LocalSocket, NotAllowed
from netguard.wifi import _wpa
from netguard.wifi.heard import Heard
from netguard.wifi.live._contract import SCAN_SECONDS, Means

SYSTEMS = ("linux",)
NAME = "wpa_supplicant"
RANK = 2

SOURCE = "wpa_supplicant"
FOLDER = "/run/wpa_supplicant"
"""Where Debian, Ubuntu, Fedora and wpa_supplicant's own examples have the sockets, one an interface."""

_NAME = re.compile(r"(?!\.)[^\s/\x00]{1,15}")
"""IFNAMSIZ is 16 with the final zero (linux/if.h); nothing that leads out of the folder."""
_NOT_RADIOS = re.compile(r"p2p-dev-|global$")
"""Sockets in that folder that belong to no station: Wi-Fi Direct's device, and the one for all interfaces."""

MOST_INTERFACES = 8
MOST_ENTRIES = 1024
"""Networks asked for: wpa_supplicant keeps 200 unless it is told otherwise (bss_max_count)."""

_ID, _BSSID, _FREQ, _CAPABILITIES, _LEVEL = 1 << 0, 1 << 1, 1 << 2, 1 << 4, 1 << 7
_ELEMENTS, _DELIMITER, _BEACON_ELEMENTS = 1 << 10, 1 << 17, 1 << 23
"""WPA_BSS_MASK_* (src/common/wpa_ctrl.h)."""
_LIST = _ID | _DELIMITER
_FACTS = _ID | _BSSID | _FREQ | _CAPABILITIES | _LEVEL
_MASKS = (_FACTS | _ELEMENTS | _BEACON_ELEMENTS, _FACTS | _ELEMENTS, _FACTS | _BEACON_ELEMENTS, _FACTS)
"""What is asked of one network, the most first: an answer that does not fit into 4 KiB comes back empty. No field with a
text that a neighbour chose is among them."""

_SCANNED = re.compile(r"<\d>CTRL-EVENT-SCAN-(RESULTS|FAILED)")


def unavailable(interface: str | None, means: Means, *, folder: str = FOLDER) -> str | None:
    """Why wpa_supplicant cannot be asked, and what would help; null when it can. Sends nothing over the air."""
    try:
        for name in _interfaces(interface, folder):
            with LocalSocket(str(Path(folder) / name), cancel=means.cancel, deadline=means.deadline):
                pass
    except VantageError as error:
        return str(error)
    except Cancelled:
        raise
    except Failure as failure:
        return _why(failure)
    return None


def hear(interface: str | None, means: Means, again: bool, *, folder: str = FOLDER) -> Iterator[Heard]:  # noqa: FBT001 - the contract
    """Everything wpa_supplicant knows of on `interface`, or on every one it has; see `_contract`."""
    try:
        for name in _interfaces(interface, folder):
            with LocalSocket(str(Path(folder) / name), cancel=means.cancel, deadline=means.deadline) as asked:
                if again:
                    _look_anew(asked, name, means)
                yield from _heard(asked)
    except Cancelled:
        raise
    except Failure as failure:
        raise VantageError(_why(failure)) from failure


def _interfaces(interface: str | None, folder: str) -> list[str]:
    """The sockets in `folder` that are asked, at least one. Raises `VantageError`, or `NotAllowed`."""
    try:
        names = (socket.name for socket in Path(folder).iterdir())
        found = sorted(name for name in names if _NAME.fullmatch(name) and not _NOT_RADIOS.match(name))
    except PermissionError as error:
        raise NotAllowed(folder) from error
    except OSError:
        found = []
    wanted = [name for name in found if interface in {None, name}][:MOST_INTERFACES]
    if wanted:
        return wanted
    raise VantageError(
        f"wpa_supplicant has no control socket{f' for {interface}' if interface else ''} in {folder}: it does not run here, "
        f"or was started without one. NetworkManager and the kernel's own list do as well."
    )


def _why(failure: Failure) -> str:
    if isinstance(failure, NotAllowed):
        return (
            "wpa_supplicant may be asked by root and the group netdev only. Add yourself to it (sudo usermod -aG netdev "
            "YOUR-NAME), log in again, and run netguard without sudo: it gives root up, and its groups with it."
        )
    return f"wpa_supplicant was asked what it hears, and did not say: {failure}."


def _heard(asked: LocalSocket) -> Iterator[Heard]:
    status = _wpa.fields(asked.ask("STATUS").splitlines())
    connected = status.get("bssid", "") if status.get("wpa_state") == "COMPLETED" else ""
    for number in _numbers(asked):
        for mask in _MASKS:
            said = asked.ask(f"BSS ID-{number} MASK={mask:x}")
            if one := _wpa.heard(_wpa.fields(said.splitlines()), source=SOURCE, associated=connected):
                yield one
                break


def _numbers(asked: LocalSocket) -> list[int]:
    """The id of every network there is; an answer holds as many as fit, and the next one begins after its last."""
    found: list[int] = []
    while len(found) < MOST_ENTRIES:
        after = found[-1] + 1 if found else 0
        said = asked.ask(f"BSS RANGE={after}- MASK={_LIST:x}").splitlines()
        more = [
            n for line in said if line.startswith("id=") and (n := _wpa.number(line[3:])) is not None and n >= after
        ]
        if not more:
            break
        found += sorted(set(more))
        if said[-1] == "####":
            break
    return found[:MOST_ENTRIES]


def _look_anew(asked: LocalSocket, name: str, means: Means) -> None:
    """Have it look around, and wait until it has. What stands in the way is told: the old list is still true."""
    try:
        asked.ask("ATTACH")
        said = asked.ask("SCAN").strip()
        # Busy means that it is looking already.
        if said in {"OK", "FAIL-BUSY"}:
            _wait(asked, Deadline(SCAN_SECONDS))
        else:
            means.not_anew(
                f"wpa_supplicant did not have {name} look around anew ({_printable(said)}); what it heard lately was read."
            )
    finally:
        with suppress(NoAnswer):
            asked.ask("DETACH")


def _wait(asked: LocalSocket, deadline: Deadline) -> None:
    while not deadline:
        said = asked.news(deadline.remaining)
        if said is not None and _SCANNED.match(said):
            return


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)[:80] or "no word"
