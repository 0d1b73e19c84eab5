"""`netguard upnp remove`: one mapping, read from the router as it is now, shown, deleted, and looked for again."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
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
    remote_host: str = ""
    """As the router wrote it: some know a mapping by exactly that, `*` or `0.0.0.0` included, and by nothing else."""
    listed: bool = True
    """Whether it came from the router's list, which then says whether it is gone; else it answered for this one alone."""
    alone: bool = False
    """Whether no other mapping of that port lets anybody in, so that the standard's empty text can mean no other."""

    def entry(self, remote_host: str | None = None) -> tuple[tuple[str, str], ...]:
        """What UPnP knows it by."""
        return (
            ("NewRemoteHost", self.remote_host if remote_host is None else remote_host),
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
        guard = _session.guard(allowed, settings, replace(around, neighbours=(*around.neighbours, *neighbours())))
        network = stack.enter_context(
            Network(
                source=around.vantage.address,
                guard=guard,
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
        # Whose MAC it is may not have been known before it was spoken with.
        _session.teach(guard, replace(around, neighbours=neighbours()))
        try:
            guard.check(router)
        except Failure as failure:
            raise NetguardError(f"nothing was deleted: {failure}") from failure
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
    services = _services(named.router, _places(named.router, request, site), net)
    listed: list[Kept] = []
    problem: NoAnswer | None = None
    for service in services:
        try:
            listed += _read(service, named, net)
        except NoAnswer as why:
            problem = why
    same = [
        kept for kept in listed if (kept.mapping.protocol, kept.mapping.external_port) == (named.protocol, named.port)
    ]
    meant = _let_in(same, request.remote_host)
    if len(meant) == 1:
        return replace(meant[0], alone=sum(kept.mapping.remote_host is None for kept in same) == 1)
    name = f"{named.protocol}/{named.port}"
    if meant:
        only = ", ".join(repr(clean(kept.remote_host)) for kept in meant)
        raise UsageError(f"{name}: there are {len(meant)} of them; say which with --remote-host: {only}")
    if problem is not None:
        raise problem
    there = ", ".join(f"{k.mapping.protocol}/{k.mapping.external_port}" for k in listed[:MOST_SHOWN])
    more = f" and {len(listed) - MOST_SHOWN} more" if len(listed) > MOST_SHOWN else ""
    at = named.router
    raise UsageError(f"{name} is not there; {at} forwards {f'{there}{more}' if there else 'nothing by UPnP'}")


def _let_in(same: list[Kept], remote_host: str | None) -> list[Kept]:
    """Those that let `remote_host` in, as the router writes it or else as netguard does; all where it is null."""
    if remote_host is None:
        return same
    exact = [kept for kept in same if kept.remote_host == remote_host]
    return exact or [kept for kept in same if (kept.mapping.remote_host or "") == remote_host]


def _listed(service: _wan.WanService, net: Net) -> Iterator[Kept | _wan.End]:
    """The mappings in its list that can be read, and last how the list ended. Raises `Failure`."""
    for told in _wan.as_told(service, net):
        if isinstance(told, _wan.End):
            yield told
        elif isinstance(told, dict):
            with suppress(_wan.Unreadable):
                yield Kept(service=service, mapping=_wan.mapping(told), remote_host=told.get("NewRemoteHost", ""))


def _read(service: _wan.WanService, named: _mappings.Named, net: Net) -> Iterator[Kept]:
    """What one service lists; and the one that is meant, where it lists nothing but answers for it."""
    found = False
    for kept in _listed(service, net):
        if isinstance(kept, Kept):
            found |= (kept.mapping.protocol, kept.mapping.external_port) == (named.protocol, named.port)
            yield kept
    if not found:
        place = {"NewExternalPort": str(named.port), "NewProtocol": named.protocol.upper()}
        try:
            said = service.call(net, "GetSpecificPortMappingEntry", ("NewRemoteHost", ""), *place.items())
            yield Kept(service=service, mapping=_wan.mapping({**said, **place}), listed=False)
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
        taken = _take(kept, net)
    except _soap.Fault as fault:
        raise NetguardError(
            f"{router} does not delete it: {fault}; delete it in the router's own menu, or switch UPnP off there"
        ) from fault
    except Failure as failure:
        raise NetguardError(f"whether it is deleted is not known, because {router}: {failure}; look again") from failure
    said = "said that it is deleted" if taken else "said that it knows no such mapping"
    try:
        still = _is_there(kept, net, taken=taken)
    except Failure as failure:
        raise NetguardError(
            f"{router} {said}, and whether it is gone is not known: {failure}; look in the router's own menu"
        ) from failure
    if still and not taken:
        raise NetguardError(
            f"{router} {said} when it was told to delete it, and lists it still; delete it in the router's own menu, or "
            f"switch UPnP off there"
        )
    if still:
        raise NetguardError(
            f"{router} {said}, and it is there still, or again: what asked for it may have asked at once; "
            f"switch UPnP off in the router's menu"
        )


def _take(kept: Kept, net: Net) -> bool:
    """Have it deleted; false where the router says that there is no such mapping. Raises `_soap.Fault` and other `Failure`s.

    Where "anybody" is written otherwise than the standard has it, and that is not known to the router, the standard's
    empty text is tried, too, unless that could mean another mapping.
    """
    names = [kept.remote_host]
    if kept.remote_host and kept.remote_host in _wan.WILDCARDS and kept.alone:
        names.append("")
    for remote_host in names:
        try:
            kept.service.call(net, "DeletePortMapping", *kept.entry(remote_host))
        except _soap.Fault as fault:
            if fault.code not in NOT_THERE:
                raise
        else:
            return True
    return False


def _is_there(kept: Kept, net: Net, *, taken: bool) -> bool:
    """Whether the router still forwards this port. Raises `Failure` where that is not known.

    Of what came from the list only the list says so, as long as it is whole: a router that compares texts knows nothing of
    a mapping that it is asked for in another spelling, and has it all the same.
    """
    if kept.listed:
        there, whole = _lists(kept, net)
        if there or whole:
            return there
        if not taken:
            raise NoAnswer("its list is not read to its end")
    try:
        kept.service.call(net, "GetSpecificPortMappingEntry", *kept.entry())
    except _soap.Fault as fault:
        if fault.code in NOT_THERE:
            return False
        raise
    return True


def _lists(kept: Kept, net: Net) -> tuple[bool, bool]:
    """Whether the router's list has it, and whether all of that list was read. Raises `Failure`."""
    place = (kept.mapping.protocol, kept.mapping.external_port, kept.remote_host)
    for entry in _listed(kept.service, net):
        if isinstance(entry, _wan.End):
            return False, entry.state == "all"
        if (entry.mapping.protocol, entry.mapping.external_port, entry.remote_host) == place:
            return True, False
    return False, False
