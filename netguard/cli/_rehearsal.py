"""`scan --dry-run`: what would be sent to whom. Sends nothing."""

from netaddr import IPAddress, IPNetwork

from netguard import registry, rounds
from netguard.discover._contract import SMALL_PREFIX6, Ask
from netguard.model import ports as port_text
from netguard.model.surroundings import Surroundings
from netguard.model.vocabulary import Depth
from netguard.net import limits
from netguard.net.guard import BROADCAST, BROADCAST_PORTS, MULTICAST_GROUPS
from netguard.rules.loader import Rules

ALL_NODES = IPAddress("ff02::1")
"""Asked for an echo, which needs raw packets (`discover/ndp.py`)."""


def text(
    around: Surroundings, targets: tuple[IPNetwork, ...], depth: Depth, rules: Rules, *, raw: bool, air: str
) -> str:
    """The rehearsal for people, from the modules that would run and the limits they would run under.

    `air` says what would be sent for Wi-Fi.
    """
    where = ", ".join(map(str, targets))
    ask = Ask(surroundings=around, targets=targets, neighbours=lambda: around.neighbours, raw_packets=raw)
    hosts = len(ask.hosts())
    lines = [
        f"Nothing is sent now. From {around.vantage.interface} ({around.vantage.address}), depth {depth}, this would be:",
        "",
    ]
    lines.append(f"1. To find out who is here ({where}, {hosts:,} addresses):")
    skipped = set()
    for name, module in registry.load_all("netguard.discover", "skip").items():
        if reason := module.skip(ask):
            skipped.add(name)
        lines.append(f"   {name:<15}" + (f"not done, because {reason}" if reason else _first_sentence(module)))
    lines.append(f"   What is asked of everybody at once goes to the groups {_groups(ask, echo='ndp' not in skipped)}.")
    if "mndp" not in skipped:
        ports = port_text.render(BROADCAST_PORTS)
        lines.append(
            f"   MikroTik devices are asked by broadcast, which everybody on the link gets: {BROADCAST}, UDP port {ports}."
        )
    if any(network.version == 6 and network.prefixlen < SMALL_PREFIX6 for network in targets):
        lines.append("   IPv6 addresses are not tried one by one: only those that show themselves are spoken with.")
    if depth.at_least(Depth.QUICK):
        light, quick, common = (port_text.parse(getattr(rules.ports, n)) for n in ("light", "quick", "common"))
        every = {Depth.QUICK: light | quick, Depth.STANDARD: light | quick | common}.get(depth)
        most = "all 65,535" if every is None else f"{len(every):,}"
        lines += [
            "",
            "2. To each device found, but this computer and those you said never to touch:",
            f"   first {len(light)} TCP ports, then {most} in all; to locks, hubs and the router all 65,535 at depth standard;",
            "   to battery-powered ones only the ports they announce or are known for.",
            f"   Until it is known to be sturdy: {limits.GENTLE_ESTABLISHED} connection at a time, at most",
            f"   {limits.GENTLE_IN_FLIGHT} unanswered, {limits.GENTLE_START_PER_SECOND:.0f} a second at first,",
            f"   at most {limits.DEVICE_SECONDS[depth]:.0f} seconds per device.",
        ]
        for name, module in rounds.in_order(registry.load_all("netguard.probe", "NEEDS", "PROVIDES")).items():
            lines.append(f"   {name:<15}{_first_sentence(module)}")
        lines.append(
            f"   Never a byte of payload to ports {port_text.render(limits.PAYLOAD_BLOCKED_PORTS)}: printers print it."
        )
    lines += ["", f"Wi-Fi: {air}"]
    return "\n".join(lines)


def _groups(ask: Ask, *, echo: bool) -> str:
    """The multicast groups that this interface reaches; `echo` is whether all nodes are asked, too."""
    versions = {address.version for address in ask.own_addresses}
    reached = (g for g in MULTICAST_GROUPS if g.version in versions and (g != ALL_NODES or echo))
    return ", ".join(str(group) for group in sorted(reached))


def _first_sentence(module: object) -> str:
    first = (getattr(module, "__doc__", None) or "").strip().splitlines()[0]
    return first.split(". ")[0].rstrip(".")
