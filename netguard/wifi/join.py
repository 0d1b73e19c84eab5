"""From many announcements to one entry of the scan document for each access point and band.

Raw elements win over what a source worded; of several different announcements of one BSSID the one heard most often counts,
since captures hold frames with errors, and frames that somebody sends in another's name. What nobody told is null.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeVar

from netaddr import EUI, mac_unix_expanded

from netguard.model.observation import clean
from netguard.model.vocabulary import Security
from netguard.model.wifi import BasicServiceSet
from netguard.wifi import agree, channels, elements, multiple, security, wps
from netguard.wifi.agree import View, first, most
from netguard.wifi.elements import Elements
from netguard.wifi.heard import Heard, Told
from netguard.wifi.names import MAX_SSID, has_invisible, is_hidden, safe_ssid

__all__ = ["MAX_BSS", "Joiner", "joined", "safe_ssid"]

MAX_BSS = 2048
"""Networks kept. A street has some hundreds; tools that invent networks by the thousand would fill memory and bury the
person's own. When it is reached, the weaker half of what was heard only once makes room."""

MAX_BLOBS = 64
"""Announcements of one network that are remembered as read already; what changes in every beacon would fill memory."""

MAX_VIEWS = 16
"""Different announcements kept of one network: an honest one has two or three, and whoever changes his in every frame
would fill memory."""

MAX_WORDS = 8
"""Different names, frequencies, channels, notes and wordings kept of one network, against the same."""

GROUP_OWNER = "it is a Wi-Fi Direct group that a device opened for itself, and no network of a home"
ANNOUNCED_BY_ANOTHER = "it is announced in the beacon of another network of the same radio"
PUSH_BUTTON_NOW = "somebody is being let in by WPS push button just now"
PIN_NOW = "somebody is being let in by WPS PIN just now"
INVISIBLE = "its name holds characters or spaces that cannot be seen here"

_FEW = MAX_BSS // 16
"""Networks heard once, below which looking for room is not worth it for every newcomer."""

_LEAST, _MOST = -150.0, 30.0
"""dBm that a radio can mean; drivers without a figure give 0, -256 or worse."""


def joined(heards: Iterable[Heard]) -> tuple[BasicServiceSet, ...]:
    """One `BasicServiceSet` for each network heard, sorted by name, band, BSSID and channel; at most `MAX_BSS`.

    By BSSID, and by name, channel and frequency where a source tells no BSSID. `own` is null: see `netguard.wifi.own`.
    """
    joiner = Joiner()
    for heard in heards:
        joiner.add(heard)
    return joiner.networks()


T = TypeVar("T")
_Key = EUI | tuple[bytes | None, int | None, int | None]


@dataclass(slots=True)
class Joiner:
    """Takes what is heard, one by one, and gives the networks so far at any time. Memory is bounded."""

    left_out: int = 0
    """How often a network was left out because `MAX_BSS` others were there."""
    _patience: int = 0
    """Newcomers to turn away before looking for room again, so that a flood does not make every one of them costly."""
    _networks: "dict[_Key, _Network]" = field(default_factory=dict)

    def add(self, heard: Heard) -> None:
        """Take one announcement."""
        key = heard.bssid if heard.bssid is not None else (heard.ssid, heard.channel, heard.frequency)
        network = self._networks.get(key)
        if network is None:
            if len(self._networks) >= MAX_BSS and not (self._room() or heard.associated):
                self.left_out += 1
                return
            network = self._networks[key] = _Network(heard.bssid)
        for further in network.add(heard):
            self.add(further)

    def networks(self) -> tuple[BasicServiceSet, ...]:
        """What was heard so far."""
        return tuple(sorted((network.entry() for network in self._networks.values()), key=_order))

    def _room(self) -> bool:
        """Whether there is room after dropping the weaker half of what was heard once and is not this computer's own."""
        if self._patience:
            self._patience -= 1
            return False
        once = [key for key, n in self._networks.items() if n.times == 1 and not n.associated]
        once.sort(key=lambda key: self._networks[key].strength())
        for key in once[: (len(once) + 1) // 2]:
            del self._networks[key]
            self.left_out += 1
        self._patience = 0 if len(once) > _FEW else MAX_BSS
        return bool(once)


class _Network:
    """What was heard of one network."""

    __slots__ = (
        "associated", "bssid", "channels", "frequencies", "names", "notes", "read", "signal", "sources", "times",
        "told", "views",
    )  # fmt: skip

    def __init__(self, bssid: EUI | None) -> None:
        self.bssid = bssid
        self.times = 0
        self.signal: float | None = None
        self.associated: bool | None = None
        self.frequencies: Counter[int] = Counter()
        self.channels: Counter[int] = Counter()
        self.names: Counter[bytes] = Counter()
        self.told: Counter[Told] = Counter()
        self.sources: Counter[str] = Counter()
        self.notes: Counter[str] = Counter()
        self.read: dict[int, View] = {}
        self.views: dict[tuple[str, int | None, Elements], View] = {}

    def add(self, heard: Heard) -> Iterable[Heard]:
        """Take one announcement; gives the further networks that are announced in it."""
        self.times += 1
        signal = heard.signal
        if signal is not None and (self.signal is None or signal > self.signal) and _LEAST < signal < _MOST:
            self.signal = signal
        if heard.associated is not None:
            self.associated = self.associated or heard.associated
        _count(self.sources, heard.source)
        if heard.frequency is not None:
            _count(self.frequencies, heard.frequency)
        if heard.channel is not None:
            _count(self.channels, heard.channel)
        if heard.ssid is not None:
            _count(self.names, heard.ssid[:MAX_SSID])
        if heard.told is not None:
            _count(self.told, heard.told)
        for note in heard.notes:
            _count(self.notes, note)
        further: list[Heard] = []
        if heard.beacon is not None:
            further += self._blob("beacon", heard.beacon, heard)
        if heard.response is not None:
            further += self._blob("response", heard.response, heard)
        if heard.elements is not None:
            further += self._blob("either", heard.elements, heard)
        return further

    def strength(self) -> float:
        """Its strongest signal, for comparison."""
        return _LEAST if self.signal is None else self.signal

    def _blob(self, kind: str, data: bytes, heard: Heard) -> Iterable[Heard]:
        """Count one blob of elements; it is read only if the very same was not read before."""
        mark = hash((kind, heard.capability, data))
        view = self.read.get(mark)
        if view is not None:
            view.times += 1
            return ()
        facts = elements.read(data)
        if kind == "either" and facts.beacon:
            kind = "beacon"
        bits = (
            None if heard.capability is None else heard.capability & (security.ESS | security.IBSS | security.PRIVACY)
        )
        view = self.views.get((kind, bits, facts))
        if view is None:
            view = View(facts, bits, kind)
            if len(self.views) >= MAX_VIEWS and not self._forget():
                return ()
            self.views[kind, bits, facts] = view
        view.times += 1
        if len(self.read) >= MAX_BLOBS:
            self.read.clear()
        self.read[mark] = view
        return tuple(_further(data, heard)) if facts.multiple and not facts.not_transmitted else ()

    def _forget(self) -> bool:
        """Whether there is room for another view after dropping those heard once."""
        gone = [key for key, view in self.views.items() if view.times == 1]
        for key in gone:
            del self.views[key]
        self.read.clear()
        return bool(gone)

    def entry(self) -> BasicServiceSet:
        """What all of it comes to."""
        views = list(self.views.values())
        channel, band = self._channel(views)
        announced, others = agree.offered(views, band)
        told = agree.agreed(self.told)
        offer = agree.filled(announced, told, views)
        ssid, names = self._name(views)
        notes = [*offer.notes, *self._notes(views, ssid, names, others)]
        if band is None and channel is not None:
            band = _told_band(channel, offer.security)
        return BasicServiceSet(
            ssid=safe_ssid(ssid) if ssid is not None else None,
            bssid=_address(self.bssid) if self.bssid is not None else None,
            channel=channel,
            band=band,
            security=offer.security,
            akms=offer.akms,
            pairwise=offer.pairwise,
            group=offer.group,
            pmf=offer.pmf,
            wps=agree.setup(views, told.wps),
            transition=offer.transition,
            hidden=self._hidden(views),
            associated=self.associated,
            signal_dbm=self.signal,
            sources=tuple(sorted(filter(None, map(clean, self.sources)))),
            notes=tuple(dict.fromkeys(filter(None, map(clean, notes)))),
        )

    def _channel(self, views: list[View]) -> tuple[int | None, str | None]:
        """Channel and band.

        The band is told by the frequency, the channel by the access point: a radio at 2.4 GHz hears neighbouring channels.
        """
        frequency = most(self.frequencies)
        by_frequency, band = channels.of_frequency(frequency) if frequency is not None else (None, None)
        stated: Counter[tuple[int, bool]] = Counter()
        for view in views:
            if view.facts.channel is not None:
                stated[view.facts.channel, view.facts.six_ghz] += view.times
        fitting = Counter(
            {
                channel: times
                for (channel, six), times in stated.items()
                if channels.fits(channel, "6" if six else band) and (band in {None, "6"} or not six)
            }
        )
        channel = most(fitting)
        if band is None and channel is not None:
            band = "6" if (channel, True) in stated else channels.band_of(channel)
        return first(channel, by_frequency, most(self.channels)), band

    def _name(self, views: list[View]) -> tuple[bytes | None, int]:
        """The name, as most announcements have it, and how many different ones there were; null where it is hidden."""
        sent: Counter[bytes] = Counter()
        for view in views:
            if view.facts.ssid is not None and not is_hidden(view.facts.ssid):
                sent[view.facts.ssid] += view.times
        told = Counter({name: times for name, times in self.names.items() if not is_hidden(name)})
        return first(most(sent), most(told)), len(sent or told)

    def _hidden(self, views: list[View]) -> bool | None:
        """Whether beacons leave the name out; a probe response tells it to whoever knows it, so it proves nothing."""
        sent = [view.facts.ssid for view in views if view.facts.ssid is not None]
        if any(map(is_hidden, sent)):
            return True
        if any(view.kind == "beacon" and view.facts.ssid is not None for view in views):
            return False
        return True if not sent and self.names and all(map(is_hidden, self.names)) else None

    def _notes(self, views: list[View], ssid: bytes | None, names: int, others: tuple[Security, ...]) -> Iterator[str]:
        if others:
            yield f"it was heard with other security, too, less often: {', '.join(others)}"
        if any(view.facts.group_owner for view in views):
            yield GROUP_OWNER
        if names > 1:
            yield f"it was heard under {names} different names; the most common is given"
        if ssid is not None and has_invisible(ssid):
            yield INVISIBLE
        letting_in = {view.facts.wps.password_id for view in views if view.facts.wps and view.facts.wps.selected}
        if wps.PUSH_BUTTON_ID in letting_in:
            yield PUSH_BUTTON_NOW
        if wps.PIN_ID in letting_in:
            yield PIN_NOW
        yield from sorted(self.notes)


def _further(data: bytes, heard: Heard) -> Iterator[Heard]:
    """The networks that are announced in another one's elements, as if each had been heard by itself."""
    if heard.bssid is None:
        return
    for profile in multiple.profiles(data, int(heard.bssid).to_bytes(6, "big")):
        yield replace(
            heard,
            bssid=_address(int.from_bytes(profile.bssid, "big")),
            ssid=None,
            associated=None,
            capability=profile.capability,
            beacon=profile.elements if heard.beacon is data else None,
            response=profile.elements if heard.response is data else None,
            elements=profile.elements if heard.elements is data else None,
            told=None,
            notes=(ANNOUNCED_BY_ANOTHER,),
        )


def _address(number: EUI | int) -> EUI:
    """The address as documents write it, however a source wrote it."""
    return EUI(int(number), version=48, dialect=mac_unix_expanded)


def _told_band(channel: int, word: Security) -> str | None:
    """The band of a channel that was told without a frequency; null where it may be at 6 GHz, too.

    Most numbers are used in one band only, and what offers less than WPA3 or OWE cannot be at 6 GHz.
    """
    if channel in channels.SHARED_WITH_6 and word in _POSSIBLE_AT_6:
        return None
    return channels.band_of(channel)


_POSSIBLE_AT_6 = frozenset(
    {Security.OWE, Security.WPA3_PERSONAL, Security.WPA3_ENTERPRISE, Security.WPA3_ENTERPRISE_192, Security.UNKNOWN}
)


def _count(counter: Counter[T], value: T) -> None:
    if value in counter or len(counter) < MAX_WORDS:
        counter[value] += 1


def _order(network: BasicServiceSet) -> tuple[bool, str, str, int, int, str]:
    return (
        network.ssid is None,
        network.ssid or "",
        network.band or "",
        -1 if network.bssid is None else int(network.bssid),
        network.channel or 0,
        repr(network),
    )
