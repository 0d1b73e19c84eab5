"""The twin's network: the plan's segments as bridges of a router, everybody in a namespace of their own, an internet.

Nothing has a name outside, and nothing is attached to this computer's own interfaces: when the process that holds it ends,
however it ends, the kernel takes all of it away.
"""

import contextlib
import itertools
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from netaddr import EUI, IPAddress, mac_unix_expanded

from netguard.advise.policy import WAN
from netguard.errors import LabError, RefusedRulesError
from netguard.model.plan import Plan
from netguard.net import namespaces
from netguard.prove.flows import LEFTOVER_PORT, forwarded, forwarded_port
from netguard.prove.people import Cast, Host

CARD = "eth0"
"""The one interface of everybody but the router."""

_NFT_SECONDS = 60

BRIDGE_NETFILTER = ("iptables", "ip6tables", "arptables")
"""Settings under net.bridge that send bridged frames through the router's rules; home routers have them off, and with them
on, packets inside one segment would look blocked (kernel documentation, ip-sysctl, bridge)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """Descriptors of the network namespaces: the router's, the internet's and everybody's by name."""

    router: int
    internet: int
    hosts: Mapping[str, int]

    def of(self, host: Host) -> int:
        """Where `host` lives."""
        return self.internet if host.segment == WAN else self.hosts[host.name]


def build(plan: Plan, people: Cast) -> Twin:
    """The twin's network. The caller has to be in a network namespace of its own already, and is left in the router's.

    Raises `LabError` or `OSError`.
    """
    ip = namespaces.ip_program()
    router = namespaces.network()
    spaces: dict[str, int] = {}
    for host in people.hosts:
        spaces[host.name] = namespaces.new_network()
    internet = namespaces.new_network()
    namespaces.enter(router)
    _kernel(forwarding=True)
    lines = ["link set lo up"]
    for segment in plan.segments:
        lines.append(f"link add {segment.interface} type bridge forward_delay 0 stp_state 0 mcast_snooping 0")
        lines += [
            f"address add {a}/{_length(plan, segment.name, a)} dev {segment.interface}{_nodad(a)}"
            for a in people.router[segment.name]
        ]
        lines.append(f"link set {segment.interface} up")
    used = {plan.wan, *(s.interface for s in plan.segments)}
    cables = (name for number in itertools.count(1) if (name := f"ngp{number}") not in used)
    for host, cable in zip(people.hosts, cables, strict=False):
        bridge = plan.segment(host.segment).interface
        lines.append(
            f"link add {cable} type veth peer name {CARD} address {_mac(host.mac)} netns /proc/self/fd/{spaces[host.name]}"
        )
        lines.append(f"link set {cable} master {bridge} up")
    lines.append(f"link add {plan.wan} type veth peer name {CARD} netns /proc/self/fd/{internet}")
    lines += [f"address add {a}/{32 if a.version == 4 else 128} dev {plan.wan}{_nodad(a)}" for a in people.router[WAN]]
    lines.append(f"link set {plan.wan} up")
    lines += [f"route add {everywhere} dev {plan.wan}" for everywhere in ("0.0.0.0/0", "::/0")]
    namespaces.ip(ip, lines, (*spaces.values(), internet))
    with namespaces.inside(internet, router):
        _kernel(forwarding=False)
        namespaces.ip(ip, _internet(plan, people))
    for host in people.hosts:
        with namespaces.inside(spaces[host.name], router):
            _kernel(forwarding=False)
            namespaces.ip(ip, _card(plan, people, host))
    return Twin(router=router, internet=internet, hosts=spaces)


def open_router(plan: Plan, people: Cast) -> str:
    """The nftables of a router that filters nothing: addresses are translated, and one port forward was forgotten."""
    target = forwarded(plan, people)
    forward = ""
    if target is not None:
        forward = (
            f"add rule ip ngtoday prerouting ip daddr {people.router[WAN][0]} tcp dport {LEFTOVER_PORT} "
            f"dnat to {target.address(4)}:{forwarded_port(target)}\n"
        )
    return (
        "add table ip ngtoday\n"
        "add chain ip ngtoday prerouting { type nat hook prerouting priority dstnat; }\n"
        "add chain ip ngtoday postrouting { type nat hook postrouting priority srcnat; }\n"
        f'add rule ip ngtoday postrouting oifname "{plan.wan}" masquerade\n{forward}'
    )


def load(nft: str, environment: Mapping[str, str], text: str) -> None:
    """Load `text` with the program `nft` in the namespace the caller is in.

    Raises `LabError` where there is no such program, and `RefusedRulesError` with nft's reason.
    """
    try:
        done = subprocess.run(
            [nft, "-f", "-"], input=text, text=True, capture_output=True, check=False, timeout=_NFT_SECONDS, env=dict(environment)
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LabError(f"nft could not be run ({error})") from error
    if done.returncode != 0:
        raise RefusedRulesError(f"nft refuses the rules: {' '.join(done.stderr.split())[:300]}")


def _kernel(*, forwarding: bool) -> None:
    """Settings of the namespace the caller is in; what a container forbids is left as it is."""
    settings: dict[str, int] = {
        "net/ipv4/ip_forward": forwarding,
        "net/ipv6/conf/all/forwarding": forwarding,
        "net/ipv6/conf/all/disable_ipv6": False,
        "net/ipv6/conf/default/disable_ipv6": False,
        "net/ipv6/conf/default/accept_dad": False,
        "net/ipv4/conf/all/rp_filter": False,
        "net/ipv4/conf/default/rp_filter": False,
        # Refusals are not counted out: a question that is refused is done with at once.
        "net/ipv4/icmp_ratemask": False,
        "net/ipv6/icmp/ratemask": 255,  # of a kind that does not exist
        **{f"net/bridge/bridge-nf-call-{name}": False for name in BRIDGE_NETFILTER},
    }
    for name, value in settings.items():
        with contextlib.suppress(OSError):
            Path(f"/proc/sys/{name}").write_text(str(int(value)), encoding="ascii")


def _internet(plan: Plan, people: Cast) -> list[str]:
    addresses = sorted({a for host in people.internet for a in host.addresses})
    lines = ["link set lo up", f"link set {CARD} up"]
    lines += [f"address add {a}/{32 if a.version == 4 else 128} dev {CARD}{_nodad(a)}" for a in addresses]
    for address in people.router[WAN]:
        lines.append(f"route add {address} dev {CARD}")
        # What has come past the router's address translation finds its way back, too: a neighbour may send it anything.
        for segment in plan.segments:
            prefix = segment.prefix_of(address.version)
            if prefix is not None:
                lines.append(f"route add {prefix} via {address} dev {CARD} onlink")
    return lines


def _card(plan: Plan, people: Cast, host: Host) -> list[str]:
    second = () if host.second is None else (host.second,)
    lines = ["link set lo up"]
    lines += [
        f"address add {a}/{_length(plan, host.segment, a)} dev {CARD}{_nodad(a)}" for a in (*host.addresses, *second)
    ]
    lines.append(f"link set {CARD} up")
    for router in people.router[host.segment]:
        if host.address(router.version) is not None:
            lines.append(f"route add {'0.0.0.0/0' if router.version == 4 else '::/0'} via {router} dev {CARD}")
    return lines


def _length(plan: Plan, segment: str, address: IPAddress) -> int:
    prefix = plan.segment(segment).prefix_of(address.version)
    return 64 if prefix is None else int(prefix.prefixlen)


def _nodad(address: IPAddress) -> str:
    """IPv6 addresses are used at once, without the second of waiting whether somebody else has them."""
    return " nodad" if address.version == 6 else ""


def _mac(mac: EUI) -> str:
    return str(EUI(mac, dialect=mac_unix_expanded))
