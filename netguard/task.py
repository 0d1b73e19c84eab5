"""What a scan was asked to do, and how it tells how far it is."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from netaddr import EUI, IPAddress, IPNetwork

from netguard.model.scan import Authorisation
from netguard.model.vocabulary import Depth
from netguard.wifi.heard import Heard


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the person asked for."""

    site: str
    depth: Depth
    targets: tuple[IPNetwork, ...]
    authorisation: Authorisation
    infrastructure_only: bool = False
    """Count phones, computers and other personal devices, and neither name, list nor probe them."""
    wait_for: tuple[str, ...] = ()
    """Names of devices, declared or known, to wait for before anything is probed."""
    upnp_active: bool = False
    """Whether the tests that write to a router, and take back what they wrote, are allowed."""
    logins: bool = False
    """Whether factory logins may be tried on whatever is known well enough."""
    logins_at: tuple[EUI | IPAddress, ...] = ()
    """Devices on which they may be tried in any case: the person's settings say so."""
    ssids: tuple[str, ...] = ()
    """Names of Wi-Fi networks that are the person's own, besides those that show it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Progress, for whoever shows it: so many of so many things of a stage are done."""

    stage: str
    done: int
    total: int
    seconds: float
    note: str = ""


Progress = Callable[[Event], None]

Air = Callable[[list[str]], Iterable[Heard]]
"""Listens to the air, or reads what somebody else has heard. What a person should know of it is put into the list, a
sentence each, and is complete when everything was taken. Raises `VantageError`, `WifiFileError` or `Cancelled`."""


@contextmanager
def stage(progress: Progress, name: str, total: int) -> Iterator[Callable[[], None]]:
    """Progress events around a stage; the value is called once for every thing done."""
    began, done = time.monotonic(), 0

    def tick() -> None:
        nonlocal done
        done += 1
        progress(Event(stage=name, done=done, total=total, seconds=time.monotonic() - began))

    progress(Event(stage=name, done=0, total=total, seconds=0.0))
    yield tick
