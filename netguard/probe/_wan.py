"""The services by which a router forwards ports, and what they list: WANIPConnection:1 and :2, WANPPPConnection:1.

UPnP Forum, WANIPConnection:2 Service (2010), WANPPPConnection:1 Service (2001), WANIPv6FirewallControl:1 Service (2010).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from netaddr import IPAddress

from netguard.model import address as addresses
from netguard.model.gateway import PortMapping
from netguard.model.observation import clean
from netguard.model.vocabulary import Transport
from netguard.net import limits
from netguard.net.access import Net
from netguard.net.failures import NoAnswer
from netguard.probe import _description, _http, _soap
from netguard.probe._contract import Target

MAX_WAN_SERVICES = 8
"""Services asked of one description; a router has one or two connections and a firewall. Stops one that lists hundreds."""

MAX_MAPPINGS = 512
"""Mappings read of one list, and kept of one description and of one gateway; a home has some ten, a seedbox's two hundred.
Stops a router that never comes to an end, and one with eight services of them."""

MAX_BROKEN = 4
"""Answers of one list that are none, after which it is not read on."""

SAMPLES = 4
"""Mappings looked up, besides the last one and the end, where all are known at once: a router may take 0.1 s for each."""

MAX_LEASE = 2**32 - 1
"""PortMappingLeaseDuration is a ui4 (WANIPConnection:2, state variables)."""

LISTING_BYTES = limits.READ_BYTES - 8192
"""Bytes read of one answer with a list in it: 512 mappings of some 450 bytes each, and its head fits into what a connection
may say."""

THE_END = frozenset({713, 714})
"""SpecifiedArrayIndexInvalid and NoSuchEntryInArray (WANIPConnection:1 and :2, common error codes)."""

ALSO_THE_END = frozenset({401, 402, 501})
"""What some routers say in their stead once they have given what there is; where they have given nothing it may mean anything."""

NOT_ALLOWED = 606
"""Action not authorized (WANIPConnection:2, common error codes)."""

NOT_THERE = frozenset({401, 602})
"""Invalid Action, and Optional Action Not Implemented (UPnP Device Architecture 2.0, chapter 3, error codes)."""

NONE_IN_RANGE = 730
"""PortMappingNotFound: it has no mapping of that protocol (WANIPConnection:2, GetListOfPortMappings; so does miniupnpd)."""

WILDCARDS = frozenset({"", "0.0.0.0", "*"})  # noqa: S104 - nothing is bound here
"""How "anybody on the internet" is written: the empty text (WANIPConnection:2, RemoteHost), and what routers make of it."""

CONNECTION = re.compile(r"urn:schemas-upnp-org:service:WAN(?:IP|PPP)Connection:[1-9][0-9]?")
FIREWALL = re.compile(r"urn:schemas-upnp-org:service:WANIPv6FirewallControl:[1-9][0-9]?")


@dataclass(frozen=True, slots=True, kw_only=True)
class WanService:
    """One such service: its whole type, and where it takes actions, at the host that described it."""

    type: str
    place: _description.Place

    @property
    def target(self) -> Target:
        """Whom an action is sent to."""
        return Target(address=self.place.address, port=self.place.port, path=self.place.path)

    @property
    def control(self) -> str:
        """The path an action is sent to."""
        return self.place.path

    @property
    def is_connection(self) -> bool:
        """Whether it forwards ports; else it is the IPv6 firewall's."""
        return CONNECTION.fullmatch(self.type) is not None

    @property
    def version(self) -> int:
        """The last number of its type."""
        return int(self.type.rpartition(":")[2])

    def call(self, net: Net, action: str, *arguments: tuple[str, str], most: int = _http.MAX_BODY) -> dict[str, str]:
        """The out arguments of `action`, from an answer of at most `most` bytes. Raises as `_soap.call` does."""
        return _soap.call(self.target, net, self.control, self.type, action, arguments, most=most)


def services(root: Element, location: str) -> tuple[WanService, ...]:
    """The services of the description at `location` that forward ports or filter IPv6, each control URL once.

    One whose control URL leads to anybody else is left out; `strays` says so.
    """
    found = {each: None for each in _found(root, location) if isinstance(each, WanService)}
    return tuple(found)[:MAX_WAN_SERVICES]


def strays(root: Element, location: str) -> tuple[str, ...]:
    """Why services are left out, a sentence each."""
    said = [each for each in _found(root, location) if isinstance(each, str)]
    beyond = len({each for each in _found(root, location) if isinstance(each, WanService)}) - MAX_WAN_SERVICES
    if beyond > 0:
        said.append(f"it lists {beyond} services more than are asked")
    return tuple(dict.fromkeys(said))[:MAX_WAN_SERVICES]


def _found(root: Element, location: str) -> list[WanService | str]:
    """Each such service, or why it is not asked. Raises `NoAnswer` for a document that is no description."""
    device = _description.device_of(root)
    base = _base(root, location)
    own = {_description.host_of(location)}
    found: list[WanService | str] = []
    for each in _description.devices(device):
        for service in list(_description.services(each))[: _description.MAX_SERVICES]:
            kind = _description.text(service, "serviceType")
            if not (CONNECTION.fullmatch(kind) or FIREWALL.fullmatch(kind)):
                continue
            try:
                where = _control(base, _description.text(service, "controlURL"), own)
            except _description.NotFollowed as why:
                found.append(f"the control URL of {kind.split(':', 3)[3]} is not followed: {why}")
            else:
                found.append(WanService(type=kind, place=where))
    return found


def _control(base: str, control: str, own: set[IPAddress]) -> _description.Place:
    """Where actions go. Raises `_description.NotFollowed`."""
    if not control:
        raise _description.NotFollowed("there is none")
    try:
        return _description.place(urljoin(base, control), own)
    except _description.NotFollowed:
        raise
    except ValueError:
        raise _description.NotFollowed("it is no address") from None


def _base(root: Element, location: str) -> str:
    """What relative URLs are relative to: the URLBase of UDA 1.0 (chapter 2) where it names the host itself, else `location`."""
    base = _description.text(root, "URLBase")
    try:
        return _description.place(base, {_description.host_of(location)}).url if base else location
    except _description.NotFollowed:
        return location


class Unreadable(ValueError):
    """Why an entry of a router's list is not taken for a mapping."""


State = Literal["all", "part", "refused"]
"""As in `Igd.listed`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a list ended: what is known of its wholeness, and what is to be said about that, if anything."""

    state: State
    note: str | None = None


Entry = PortMapping | Unreadable | End
Place = tuple[Transport, int, str, int, str | None]


def one_by_one(service: WanService, net: Net) -> Iterator[Entry]:
    """As `as_told`, each entry read."""
    for told in as_told(service, net):
        yield _entry(told) if isinstance(told, dict) else told


def as_told(service: WanService, net: Net) -> Iterator[dict[str, str] | Unreadable | End]:
    """What GetGenericPortMappingEntry gives, index by index, and last how the list ended. At most `MAX_MAPPINGS`.

    Raises what `_soap.call` raises, but for faults, with which a list ends, and for an entry here and there that is broken.
    """
    seen: set[tuple[tuple[str, str], ...]] = set()
    broken = 0
    for index in range(MAX_MAPPINGS):
        try:
            said = _said_at(service, net, index)
        except _soap.Fault as fault:
            yield _end(fault, index)
            return
        except NoAnswer as failure:
            # Whoever adds a mapping chooses its description: one that breaks the answer must not hide those after it.
            broken += 1
            if broken >= MAX_BROKEN:
                raise
            yield Unreadable(str(failure))
            continue
        same = tuple(sorted((key, value) for key, value in said.items() if key != "NewLeaseDuration"))
        if same in seen:
            yield End(state="part", note=f"its list repeats itself from entry {index} on")
            return
        seen.add(same)
        yield said
    yield End(state="part", note=f"its list goes on after {MAX_MAPPINGS} mappings")


def _said_at(service: WanService, net: Net, index: int) -> dict[str, str]:
    return service.call(net, "GetGenericPortMappingEntry", ("NewPortMappingIndex", str(index)))


def has_just(service: WanService, net: Net, mappings: Mapping[Place, PortMapping]) -> bool:
    """Whether asking index by index gives these mappings and no more, by a few of them and the end of the list.

    Raises what `_soap.call` raises, but for faults.
    """
    count = len(mappings)
    for index in sorted({count * n // SAMPLES for n in range(SAMPLES)} | {count - 1}):
        try:
            entry = _entry(_said_at(service, net, index))
        except _soap.Fault:
            return False
        if not isinstance(entry, PortMapping) or place_of(entry) not in mappings:
            return False
    try:
        _said_at(service, net, count)
    except _soap.Fault as fault:
        return fault.code in THE_END
    return False


def place_of(mapping: PortMapping) -> Place:
    """What makes it the same mapping: its lease runs down, and its description is only a word."""
    leads_to = (mapping.internal_client, mapping.internal_port)
    return (mapping.protocol, mapping.external_port, *leads_to, mapping.remote_host)


def _end(fault: _soap.Fault, index: int) -> End:
    if fault.code in THE_END or (index and fault.code in ALSO_THE_END):
        return End(state="all")
    if not index and (fault.code == NOT_ALLOWED or fault.code in NOT_THERE):
        return End(state="refused", note=f"it does not say which ports it forwards: {fault}")
    return End(state="part", note=f"its list ends after {index} mappings: {fault}")


def at_once(service: WanService, net: Net) -> Iterator[Entry]:
    """What GetListOfPortMappings gives for both protocols, and last how the list ended; nothing where there is no such action.

    It is version 2's (WANIPConnection:2). Raises what `_soap.call` raises, but for faults.
    """
    left = MAX_MAPPINGS
    for protocol in Transport:
        try:
            said = service.call(
                net,
                "GetListOfPortMappings",
                ("NewStartPort", "0"),
                ("NewEndPort", "65535"),
                ("NewProtocol", protocol.upper()),
                ("NewManage", "1"),
                ("NewNumberOfPorts", "0"),
                most=LISTING_BYTES,
            )
        except _soap.Fault as fault:
            if fault.code == NONE_IN_RANGE:
                continue
            if fault.code not in NOT_THERE:
                yield End(state="refused", note=f"it does not list its {protocol.upper()} mappings at once: {fault}")
            return
        root = _description.parsed(said.get("NewPortListing", "").encode(), "its list of mappings")
        entries = [each for each in root if _description.name(each) == "PortMappingEntry"]
        for entry in entries[:left]:
            told = {_description.name(each): _soap.whole_text(each) for each in list(entry)[: _soap.MAX_ARGUMENTS]}
            # The list has its own word for what is NewLeaseDuration elsewhere (WANIPConnection:2, A_ARG_TYPE_PortListing).
            yield _entry({"NewLeaseDuration": told.get("NewLeaseTime", ""), **told})
        left -= len(entries)
        if left < 0:
            yield End(state="part", note=f"its list goes on after {MAX_MAPPINGS} mappings")
            return
    yield End(state="all")


def _entry(said: dict[str, str]) -> PortMapping | Unreadable:
    try:
        return mapping(said)
    except Unreadable as why:
        return why


def mapping(said: dict[str, str]) -> PortMapping:
    """A mapping from an action's arguments (WANIPConnection:2, GetGenericPortMappingEntry). External port 0 stands for every port.

    Raises `Unreadable` for what no mapping can say, `ValueError`s of which it is one.
    """
    protocol = said.get("NewProtocol", "").lower()
    if protocol not in set(Transport):
        raise Unreadable(f"{clean(protocol, 20)!r} is no protocol")
    external = _port(said.get("NewExternalPort", ""), least=0)
    # Where all ports are forwarded, each leads to the same one, and the internal port means nothing (ExternalPort).
    internal = _port(said.get("NewInternalPort", ""), least=0 if external == 0 else 1)
    try:
        client = addresses.ip(said.get("NewInternalClient", ""))
    except ValueError:
        raise Unreadable(f"{clean(said.get('NewInternalClient', ''), 60)!r} is no address") from None
    remote = said.get("NewRemoteHost", "")
    lease = said.get("NewLeaseDuration", "")
    return PortMapping(
        source="igd",
        protocol=Transport(protocol),
        external_port=external,
        internal_client=str(client),
        internal_port=internal,
        remote_host=None if remote in WILDCARDS else clean(remote, 255),
        description=clean(said.get("NewPortMappingDescription", said.get("NewDescription", ""))) or None,
        enabled=flag(said.get("NewEnabled", "")),
        lease_seconds=min(int(lease), MAX_LEASE) if _is_number(lease) else None,
    )


def flag(text: str) -> bool | None:
    """A boolean as UPnP writes them (UDA 2.0, chapter 2, data types: `0`, `false`, `no`; `1`, `true`, `yes`); null for anything else."""
    return {"0": False, "false": False, "no": False, "1": True, "true": True, "yes": True}.get(text.lower())


def _port(text: str, *, least: int) -> int:
    if not _is_number(text) or not least <= int(text) <= 65535:
        raise Unreadable(f"{clean(text, 20)!r} is no port")
    return int(text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 10
