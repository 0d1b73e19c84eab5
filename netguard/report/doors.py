"""What the routers let in from the internet, in words: gateways in hop order, and each port with what it leads to. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from netaddr import IPAddress

from netguard.model.device import Device
from netguard.model.finding import Finding
from netguard.model.gateway import Gateway, Igd, is_private, is_shared
from netguard.model.observation import clean
from netguard.model.scan import Scan
from netguard.model.vocabulary import DOOR_ROLES, Status
from netguard.report import judged, words
from netguard.report.mappings import ABOUT_A_MAPPING, let_in, mapping_view, owner_of, weight
from netguard.report.shape import DoorsView, FindingView, Gap, GatewayView, Said
from netguard.report.subjects import address_of, name_of

MOST_MAPPINGS = 64
"""Mappings shown of one gateway, the most severe first; one that lists hundreds of them fills no page."""

MOST_GATEWAYS = 16
"""Gateways shown; stops a document that was written to be shown (`netguard report FILE`) from filling the page."""

ABOUT_A_GATEWAY = frozenset({"upnp-igd-enabled", "upnp-rogue-igd", "natpmp-enabled", "double-nat", "ipv6-inbound"})
"""Checks about what a router lets in, or lets others open."""

ABOUT_ITS_SOFTWARE = frozenset(
    {"upnp-known-vulnerable", "router-end-of-life", "firmware-end-of-life", "router-known-exploited"}
)
"""Checks that say, of a router, how well its software keeps others out; of other devices some of them speak, too."""

BY_HAND = "What was set by hand in its menu need not be in this list, so look there, too."
DEPTH = "Scan with --depth standard or deep."


def doors(scan: Scan, problems: Mapping[str, FindingView]) -> DoorsView:
    """The home's own router first. `problems` is what stands open, by fingerprint."""
    shown = scan.gateways[:MOST_GATEWAYS]
    about = {f.fingerprint: f for f in scan.findings if f.fingerprint in problems and _is_about(scan, f)}
    placed: set[str] = set()
    said = []
    for number, gateway in enumerate(shown):
        mappings = sorted((mapping_view(scan, gateway, m, problems) for m in gateway.mappings), key=weight)
        device = scan.device(gateway.device) if gateway.device is not None else None
        found = tuple(
            name
            for name, finding in about.items()
            if (scan.device(finding.target) == device if device is not None else number == 0)
            or (number == 0 and scan.device(finding.target) is None)
        )
        placed.update(found)
        said.append(
            GatewayView(
                name=_name(scan, number, device),
                place=_place(scan, number, gateway),
                address=address_of(device) if device is not None else None,
                details=tuple(_details(scan, number, gateway, device)) if device is not None else (),
                notes=tuple(_notes(scan, number, gateway, device)),
                mappings=tuple(mappings[:MOST_MAPPINGS]),
                more_mappings=max(0, len(mappings) - MOST_MAPPINGS),
                problems=tuple(problem for name, problem in problems.items() if name in found),
            )
        )
    return DoorsView(
        sentence=_sentence(scan),
        gateways=tuple(said),
        problems=tuple(problem for name, problem in problems.items() if name in about and name not in placed),
        unseen=tuple(_unseen(scan)),
    )


def _is_about(scan: Scan, finding: Finding) -> bool:
    """Whether a finding is about the way in; what is about software counts where it is a gateway's."""
    if finding.check in ABOUT_ITS_SOFTWARE:
        device = scan.device(finding.target)
        return device is not None and any(g.device in (device.key, *device.former_keys) for g in scan.gateways)
    return finding.check in ABOUT_A_GATEWAY


def _sentence(scan: Scan) -> str:
    open_ones = let_in(scan)
    if open_ones:
        whole = all(g.services.igd is None or g.services.igd.listed == "all" for g in scan.gateways)
        number = f"{'' if whole else 'At least '}{words.count(len(open_ones), 'port')}"
        said = f"{number} {'leads' if len(open_ones) == 1 else 'lead'} in from the internet"
        to_doors = [d for m in open_ones if (d := owner_of(scan, m)) is not None and d.role in DOOR_ROLES]
        names = words.listed(tuple(dict.fromkeys(name_of(d) for d in to_doors)))
        if not to_doors:
            return f"{said}."
        some = "one" if len(to_doors) == 1 else f"{len(to_doors)}"
        return f"{said}, {'' if len(to_doors) == len(open_ones) else f'{some} of them '}to {names}."
    if scan.vantage.gateway is None:
        return "This network has no router that leads to the internet, as far as this computer knows."
    return _nothing_known(scan, scan.gateways[0] if scan.gateways else Gateway())


def _nothing_known(scan: Scan, own: Gateway) -> str:
    """What no listed port means: that there is none only where the router named its last one, or has no such list."""
    igd = own.services.igd
    if igd is None:
        if _passes(scan, "upnp-igd-enabled", own):
            return "Your router offers nobody to open ports by UPnP."
        return "What your router lets in from the internet is not known."
    return {
        "all": "Your router lists no port that leads in from the internet.",
        "refused": "Your router would not say which ports lead in from the internet.",
    }.get(
        igd.listed or "",
        "Your router did not say all that leads in from the internet, so nothing is known to be closed.",
    )


def _name(scan: Scan, number: int, device: Device | None) -> str:
    if device is not None:
        return name_of(device)
    return "Your router" if number == 0 and scan.vantage.gateway is not None else "Another router"


def _place(scan: Scan, number: int, gateway: Gateway) -> str:
    if number == 0 and scan.vantage.gateway is not None:
        return "your router, the first on the way to the internet"
    if gateway.device is None:
        return "the next one on the way to the internet"
    return "not on your way to the internet, and offers to open ports all the same"


def _notes(scan: Scan, number: int, gateway: Gateway, device: Device | None) -> Iterator[str]:
    if device is None:
        yield (
            "It was not seen, so nothing in here speaks about what it lets in."
            if number == 0
            else "It was not reached, so nothing in here speaks about it. What the router before it opens is open to the "
            "internet only where this one lets it through."
        )
        return
    igd = gateway.services.igd
    if igd is None:
        return
    if igd.listed == "part":
        yield "It did not name its last mapping: more may be open than is listed here."
    if igd.listed == "refused":
        yield "It refuses to list what it forwards, so nothing is known to be closed."
    if igd.listed in ("all", "part"):
        yield BY_HAND


def _details(scan: Scan, number: int, gateway: Gateway, device: Device) -> Iterator[Said]:
    services, closed = gateway.services, _passes(scan, "natpmp-enabled", gateway)
    own = number == 0 and scan.vantage.gateway is not None
    yield Said(label="UPnP", text=_igd(services.igd, absent=_passes(scan, "upnp-igd-enabled", gateway)))
    if own or services.natpmp:
        result = services.natpmp.result if services.natpmp else None
        yield Said(label="NAT-PMP", text=_answered(result, words.NATPMP_RESULTS, closed=closed))
    if own or services.pcp:
        result = services.pcp.result if services.pcp else None
        yield Said(label="PCP", text=_answered(result, words.PCP_RESULTS, closed=closed))
    if firmware := clean(device.firmware or ""):
        yield Said(label="Firmware", text=firmware)
    if gateway.external_address is not None:
        yield Said(label="Its address outside", text=_external(gateway.external_address))
    if services.igd is None:
        return
    if own or services.igd.ipv6_firewall_enabled is not None:
        yield Said(label="IPv6 from outside", text=_ipv6(services.igd))
    if status := clean(services.igd.connection_status or ""):
        yield Said(label="Connection", text=f"“{status}”, says the router")
    if services.igd.nat_enabled is False:
        yield Said(
            label="Address translation", text="off, says the router: devices may be reached from outside directly"
        )
    if about := " ".join(clean(part) for part in (services.igd.manufacturer, services.igd.model) if part):
        yield Said(label="Says that it is", text=about)
    if server := clean(services.igd.server or ""):
        yield Said(label="Its UPnP software", text=server)


def _igd(igd: Igd | None, *, absent: bool) -> str:
    if igd is None:
        return "not offered: it was asked in every way that netguard knows" if absent else "not known"
    if igd.listed == "refused":
        return "on; it would not list what is open"
    return "on: whatever is in the home can ask it to open a port"


def _answered(result: int | None, meanings: Mapping[int, str], *, closed: bool) -> str:
    if result is None:
        return "off: its port is closed" if closed else "no answer, or it was not asked, which proves nothing"
    if result == 0:
        return "on: whatever is in the home can ask it to open a port this way"
    return f"answers, and refuses: {meanings.get(result, f'reason number {result}')}"


def _external(external: IPAddress) -> str:
    if is_private(external):
        return f"{external}, which is inside another network: there is a second router between it and the internet"
    if is_shared(external):
        return f"{external}, which your provider shares among customers (RFC 6598): what is opened here may end there"
    return str(external)


def _ipv6(igd: Igd) -> str:
    if igd.ipv6_firewall_enabled is None:
        return "the router does not say whether it keeps it out"
    if not igd.ipv6_firewall_enabled:
        return "let in: the router says that its IPv6 firewall is off"
    if igd.inbound_pinhole_allowed is None:
        return "kept out, says the router"
    holes = (
        "whatever is in the home can ask for exceptions"
        if igd.inbound_pinhole_allowed
        else "nobody may ask for exceptions"
    )
    return f"kept out, says the router; {holes}"


def _passes(scan: Scan, check: str, gateway: Gateway) -> bool:
    """Whether a check found this gateway to be all right: what nothing answered to is off only where the check says so."""
    device = scan.device(gateway.device) if gateway.device is not None else None
    found = (f for f in scan.findings if f.check == check and f.status is Status.PASS)
    return device is not None and any(scan.device(f.target) == device for f in found)


def _unseen(scan: Scan) -> Iterator[Gap]:
    """What could not be judged about the way in, and what would help; where nobody judged, that it was not looked at."""
    about = tuple(f for f in scan.findings if f.check in ABOUT_A_GATEWAY | ABOUT_A_MAPPING)
    missing = judged.unchecked(replace(scan, findings=tuple(f for f in about if f.status is Status.UNKNOWN)))
    for group in missing:
        yield Gap(
            what=tuple(
                f"{lacks.text}: not checked{f' on {lacks.label}' if lacks.label else ''}, because {reason.because}"
                for reason in group.reasons
                for lacks in reason.missing
            ),
            how=group.how,
        )
    if not about and scan.vantage.gateway is not None and not any(g.services.igd for g in scan.gateways):
        yield Gap(what=("Your router was not asked what it lets in",), how=DEPTH)
