"""`netguard upnp remove`: one mapping, read from the router as it is now, shown, deleted, and looked for again."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace

import click
from netaddr import IPAddress

from netguard import config, exitcodes
from netguard.cli import _mappings, _session
from netguard.errors import NetguardError, UsageError
from netguard.history.database import default_url
from netguard.history.store import History
from netguard.model.gateway import GatewayAnswer, Igd, PortMapping
from netguard.model.observation import clean
from netguard.model.surroundings import Surroundings
from netguard.net.access import Net, Network
from netguard.net.control import Cancel, Deadline
from netguard.net.failures import Failure, NoAnswer
from netguard.net.transcript import Transcript
from netguard.probe import _description, _http, _soap, _wan, igd
from netguard.probe._contract import Target
from netguard.probe.upnp_active import NOT_THERE

SECONDS = 60.0
"""Longest that all of it may take, without the person's thinking: a slow router reads 500 mappings in fifteen."""

MOST_SHOWN = 12
"""Mappings named where the one that is meant is not there."""

SCANS_LOOKED_AT = 5
"""Latest scans in which the place of the router's description is looked for; it changes when the router starts anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the command line said."""

    mapping: str
    remote_host: str | None = None
    yes: bool = False
    interface: str | None = None
    my_network: bool = False
    user: str | None = None
    site: str | None = None
    database: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A mapping and the service that keeps it."""

    service: _wan.WanService
    mapping: PortMapping

    @property
    def entry(self) -> tuple[tuple[str, str], ...]:
        """What UPnP knows it by."""
        return (
            ("NewRemoteHost", self.mapping.remote_host or ""),
            ("NewExternalPort", str(self.mapping.external_port)),
            ("NewProtocol", self.mapping.protocol.upper()),
        )


def run(request: Request) -> int:
    """Do it and return the exit code. Raises `NetguardError` when the mapping was not deleted, or may still be there."""
    named = _mappings.parsed(request.mapping)
    if not (request.yes or sys.stdin.isatty()):
        raise UsageError("there is nobody to ask whether to delete it; say so with --yes")
    with ExitStack() as stack:
        rights = _session.give_up_root(request.user)
        if rights.opener is not None:
            stack.callback(rights.opener.close)
        settings = config.load()
        around, neighbours = _session.look(request.interface, rights)
        router = _router(named, around)
        allowed = _session.targets((str(router),), around, large=False)
        transcript = Transcript()
        around, site, _ = _session.authorise(
            around,
            request.database,
            site=request.site,
            my_network=request.my_network,
            meet=lambda around: _session.meet_router(around, neighbours, settings, transcript),
        )
        network = stack.enter_context(
            Network(
                source=around.vantage.address,
                guard=_session.guard(allowed, settings),
                transcript=transcript,
                cancel=Cancel(),
                deadline=Deadline(SECONDS),
                interface=around.vantage.interface,
                addresses=_session.own_addresses(around),
            )
        )
        net = network.net("remove a mapping")
        try:
            kept = _found(replace(named, router=router), request, site, net)
        except Failure as failure:
            raise NetguardError(f"{router}: its mappings cannot be read: {failure}") from failure
        click.echo(_told(kept, router, request, site))
        if not request.yes and not click.confirm("Delete it?", default=False, err=True):
            click.echo("Nothing was changed.", err=True)
            return exitcodes.DONE
        # The person may have thought for long.
        net = Net(network, "remove a mapping", Deadline(SECONDS))
        _delete(kept, net)
    click.echo(f"{named} is deleted, and {router} says that it is gone.")
    return exitcodes.DONE


def _router(named: _mappings.Named, around: Surroundings) -> IPAddress:
    if named.router is not None:
        return named.router
    if around.vantage.gateway is None:
        raise UsageError(f"this network has no router that leads to the internet; say whose it is: {named}@ADDRESS")
    return around.vantage.gateway.address


def _found(named: _mappings.Named, request: Request, site: str, net: Net) -> Kept:
    """The one mapping that is meant. Raises `UsageError` where there is none or there are several, and `Failure`."""
    assert named.router is not None  # noqa: S101 - it was filled in
    services, listed = _services(named.router, _places(named.router, request, site), net), []
    problem: NoAnswer | None = None
    for service in services:
        try:
            listed += [Kept(service=service, mapping=m) for m in _read(service, named, net)]
        except NoAnswer as why:
            problem = why
    meant = [
        kept
        for kept in listed
        if (kept.mapping.protocol, kept.mapping.external_port) == (named.protocol, named.port)
        and request.remote_host in {None, kept.mapping.remote_host or ""}
    ]
    if len(meant) == 1:
        return meant[0]
    name = f"{named.protocol}/{named.port}"
    if meant:
        only = ", ".join(repr(clean(kept.mapping.remote_host or "")) for kept in meant)
        raise UsageError(f"{name}: there are {len(meant)} of them; say which with --remote-host: {only}")
    if problem is not None:
        raise problem
    there = ", ".join(f"{k.mapping.protocol}/{k.mapping.external_port}" for k in listed[:MOST_SHOWN])
    more = f" and {len(listed) - MOST_SHOWN} more" if len(listed) > MOST_SHOWN else ""
    at = named.router
    raise UsageError(f"{name} is not there; {at} forwards {f'{there}{more}' if there else 'nothing by UPnP'}")


def _read(service: _wan.WanService, named: _mappings.Named, net: Net) -> Iterator[PortMapping]:
    """What one service lists; and the one that is meant, where it lists nothing but answers for it."""
    found = False
    for entry in _wan.one_by_one(service, net):
        if isinstance(entry, PortMapping):
            found |= (entry.protocol, entry.external_port) == (named.protocol, named.port)
            yield entry
    if not found:
        place = {"NewExternalPort": str(named.port), "NewProtocol": named.protocol.upper()}
        try:
            said = service.call(net, "GetSpecificPortMappingEntry", ("NewRemoteHost", ""), *place.items())
            yield _wan.mapping({**said, **place})
        except (_soap.Fault, _wan.Unreadable):
            return


def _services(router: IPAddress, places: Iterable[_description.Place], net: Net) -> tuple[_wan.WanService, ...]:
    """The services that forward ports, from the first description that can be read. Raises `NoAnswer` where there is none."""
    for place in (*places, None):
        where = place or _announced(router, net)
        try:
            answer = _http.ask(_target(where), net, where.path, until=_description.END)
            found = _wan.services(_description.parsed(answer.body), where.url) if answer.status == 200 else ()
        except NoAnswer:
            if place is None:
                raise
            continue
        if connections := tuple(service for service in found if service.is_connection):
            return connections
    raise NoAnswer("it offers no UPnP service that forwards ports")


def _target(place: _description.Place) -> Target:
    return Target(address=place.address, port=place.port, path=place.path)


def _announced(router: IPAddress, net: Net) -> _description.Place:
    """Where the router says that its description is, when it is asked alone. Raises `NoAnswer`."""
    try:
        for learnt in igd.probe(Target(address=router), net):
            if isinstance(learnt, GatewayAnswer) and isinstance(learnt.said, Igd):
                return _description.place(learnt.said.location, {router})
    except _description.NotFollowed as why:
        raise NoAnswer(f"its description is not followed, because {why}") from why
    raise NoAnswer("it does not answer to UPnP; if it did before, its UPnP is switched off now")


def _places(router: IPAddress, request: Request, site: str) -> Iterator[_description.Place]:
    """Where the last scans read its description."""
    with History.open(request.database or default_url()) as history:
        lines = history.list(site, SCANS_LOOKED_AT)
        scans = [history.scan(line.id) for line in lines]
    seen = set()
    for scan in scans:
        for gateway in scan.gateways:
            if gateway.services.igd is not None and gateway.services.igd.location not in seen:
                seen.add(gateway.services.igd.location)
                try:
                    yield _description.place(gateway.services.igd.location, {router})
                except _description.NotFollowed:
                    continue


def _told(kept: Kept, router: IPAddress, request: Request, site: str) -> str:
    """The mapping as it is now, for the person to agree to."""
    mapping = kept.mapping
    with History.open(request.database or default_url()) as history:
        known = history.known(site)
    owner = next((k for k in known if mapping.client is not None and mapping.client in k.addresses), None)
    name = clean(owner.said_name or owner.name or "") if owner is not None else ""
    called = f", called {clean(mapping.description)!r}" if mapping.description else ""
    time = f", {told}" if (told := _mappings.for_how_long(mapping)) else ""
    who = f" ({name})" if name else ""
    return (
        f"{router} forwards {mapping.protocol.upper()} port {mapping.external_port} from the internet to "
        f"{_mappings.leads_to(mapping)}{who}{called}{time}."
    )


def _delete(kept: Kept, net: Net) -> None:
    """Delete it and see that it is gone. Raises `NetguardError`."""
    router = kept.service.place.address
    try:
        kept.service.call(net, "DeletePortMapping", *kept.entry)
    except _soap.Fault as fault:
        if fault.code not in NOT_THERE:
            raise NetguardError(
                f"{router} does not delete it: {fault}; delete it in the router's own menu, or switch UPnP off there"
            ) from fault
    except Failure as failure:
        raise NetguardError(f"whether it is deleted is not known, because {router}: {failure}; look again") from failure
    try:
        still = _is_there(kept, net)
    except Failure as failure:
        raise NetguardError(f"{router} said that it is deleted, and no more after that: {failure}") from failure
    if still:
        raise NetguardError(
            f"{router} said that it is deleted, and it is there still, or again: what asked for it may have asked at once; "
            f"switch UPnP off in the router's menu"
        )


def _is_there(kept: Kept, net: Net) -> bool:
    """Whether the router still forwards this port. Raises `Failure`."""
    try:
        kept.service.call(net, "GetSpecificPortMappingEntry", *kept.entry)
    except _soap.Fault as fault:
        if fault.code in NOT_THERE:
            return False
    else:
        return True
    # It does not answer for single ones.
    place = (kept.mapping.protocol, kept.mapping.external_port, kept.mapping.remote_host)
    entries = (entry for entry in _wan.one_by_one(kept.service, net) if isinstance(entry, PortMapping))
    return any((entry.protocol, entry.external_port, entry.remote_host) == place for entry in entries)
