"""What Apprise makes of a receiver's address: the service that sends, each target by itself, and what a service lacks here.

The only place that asks Apprise for anything but sending. It is an extra (`pip install netguard[notify]`).
"""

import re
from collections.abc import Iterable
from typing import Any

from netguard.errors import NetguardError, UsageError
from netguard.notify.receivers import Receiver, made_of

CONNECT_SECONDS = 30.0
"""How long a connection may take to come about; for mail, also each step of it (Apprise gives SMTP this time only)."""

READ_SECONDS = 60.0
"""How long a receiver's server may take to answer. Apprise waits for 4 seconds, and a gateway to a mobile network, or a
small computer that wakes up first, takes longer: then the message is there, and nobody knows. Together with
`CONNECT_SECONDS` less than what one receiver may take (`sender.SECONDS`)."""

_BETWEEN = re.compile(r"[\s,]+")
_FREEDESKTOP = "on the desktop of the person who is logged in"

DESKTOP = {
    "dbus": f"the Python package dbus-python {_FREEDESKTOP}",
    "kde": f"the Python package dbus-python with the main loop of Qt {_FREEDESKTOP}; dbus:// needs no Qt",
    "qt": f"the Python package dbus-python with the main loop of Qt {_FREEDESKTOP}; dbus:// needs no Qt",
    "glib": f"the Python package PyGObject {_FREEDESKTOP}",
    "gio": f"the Python package PyGObject {_FREEDESKTOP}",
    "gnome": f"the Python package PyGObject and libnotify (its GObject description, Notify 0.7) {_FREEDESKTOP}",
    "macosx": "macOS 10.8 or newer, and the program terminal-notifier (brew install terminal-notifier)",
    "windows": "Windows, and the Python package pywin32",
}
"""Kinds of address that put the message on this computer's own desktop, and what each needs beside Apprise.

From Apprise 2.3: the imports at the head of its plug-ins dbus, glib, gnome, macosx and windows. The packages' names are
those of PyPI; a distribution's own (Debian: python3-dbus, python3-gi, gir1.2-notify-0.7) serve only a netguard that runs
in the distribution's Python."""


class MissingError(NetguardError):
    """Apprise is not installed."""

    def __init__(self) -> None:
        super().__init__("to send messages netguard needs Apprise: pip install netguard[notify]")


class SeveralError(UsageError):
    """An address names several targets at once, and Apprise cannot tell them apart."""


def module() -> Any:
    """Apprise. Raises `MissingError`."""
    try:
        import apprise
    except ImportError as error:
        raise MissingError from error
    return apprise


def make(receiver: Receiver) -> Any:
    """Apprise's own object for exactly this address; null where it knows none. Raises `MissingError`."""
    service = _made(receiver.url)
    if service is not None:
        for name, seconds in (("socket_connect_timeout", CONNECT_SECONDS), ("socket_read_timeout", READ_SECONDS)):
            if getattr(service, name) == getattr(type(service), name):  # the address says nothing else (cto, rto)
                setattr(service, name, max(seconds, getattr(service, name)))
    return service


def each(receivers: Iterable[Receiver]) -> tuple[Receiver, ...]:
    """`receivers`, those with several targets as one for each target; without Apprise as they are.

    A message is taken or not by a receiver as a whole: of two topics in one address the good one would be told again with
    each retry for the bad one. What cannot be taken apart stays whole.
    """
    found: list[Receiver] = []
    for receiver in receivers:
        try:
            found += apart(receiver)
        except (MissingError, SeveralError):
            found.append(receiver)
    return tuple(dict.fromkeys(found))


def apart(receiver: Receiver) -> tuple[Receiver, ...]:
    """One receiver for each target of `receiver`: itself where there is but one.

    Raises `SeveralError` where there are several that cannot be taken apart, and `MissingError`.
    """
    whole = make(receiver)
    if whole is None or len(whole) < 2:
        return (receiver,)
    parts = _parts(receiver)
    if len(parts) == len(whole) and all(len(part) == 1 for part in parts):
        alone = tuple(dict.fromkeys(made_of(part.url()) for part in parts))
        if len(alone) == len(whole) and all(len(again) == 1 for one in alone if (again := make(one)) is not None):
            return alone
    raise SeveralError(
        f"{receiver.label}: this address names {len(whole)} targets at once. When one of them fails, the others would be"
        f" told again: give one address for each"
    )


def lacking(receiver: Receiver) -> str:
    """Why the kind of address that `receiver` has cannot be used on this computer, in words; empty where it can, or is unknown."""
    scheme = receiver.url.partition("://")[0].lower()
    for service in module().Apprise().details(show_requirements=True, show_disabled=True)["schemas"]:
        if scheme in {*(service["protocols"] or ()), *(service["secure_protocols"] or ())}:
            if service["enabled"]:
                return ""
            wanted = service["requirements"]
            packages = ", ".join(map(str, wanted["packages_required"]))
            needs = DESKTOP.get(scheme) or (f"the Python package {packages}" if packages else str(wanted["details"]))
            return f"{scheme}:// needs {needs}, and that is not here"
    return ""


def _parts(receiver: Receiver) -> list[Any]:
    """Apprise's objects for each single target of `receiver`; none where it does not list them."""
    given = module().plugins.url_to_dict(receiver.url) or {}
    targets = given.get("targets") or ()
    texts = [targets] if isinstance(targets, str) else [t for t in targets if isinstance(t, str)]
    single = [target for text in texts for target in _BETWEEN.split(text) if target]
    made = [_made({**given, "targets": [target]}) for target in dict.fromkeys(single)]
    return [part for part in made if part is not None]


def _made(address: str | dict[str, Any]) -> Any:
    apprise = module()
    asset = apprise.AppriseAsset(storage_mode=apprise.PersistentStoreMode.MEMORY)
    asset.app_id, asset.app_desc, asset.app_url = "netguard", "netguard", ""
    asset.image_url_mask = asset.image_url_logo = None  # or the message would point to somebody's server
    return apprise.Apprise.instantiate(address, asset=asset)
