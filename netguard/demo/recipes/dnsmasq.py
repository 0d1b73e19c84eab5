"""DNS and DHCP: dnsmasq."""

import ipaddress

from netguard.demo.recipes._contract import Daemon, Place, Recipe


def recipe(place: Place) -> Recipe:
    """DNS for the home's names and DHCP; forwards nothing."""
    home = place.home
    named = [(a, d.hostname) for d in home.everyone if d.hostname for a in (home.address(d), home.address6(d)) if a]
    hosts = "".join(f"{address} {name}\n" for address, name in dict.fromkeys(named))
    network = ipaddress.IPv4Network(home.prefix) if home.prefix is not None else None
    large = network is not None and network.num_addresses >= 64
    leases = f"dhcp-range={network[-32]},{network[-3]},{network.netmask},1h" if network is not None and large else ""
    config = f"""
no-resolv
no-hosts
addn-hosts=/run/lab/hosts
interface={place.interface}
bind-interfaces
domain=lan
expand-hosts
local=/lan/
{leases}
dhcp-leasefile=/run/lab/leases
dhcp-authoritative
"""
    return Recipe(
        argv=(place.executable, "--no-daemon", "--conf-file=/run/lab/dnsmasq.conf", "--pid-file=/run/lab/dnsmasq.pid"),
        files=(("/run/lab/dnsmasq.conf", config), ("/run/lab/hosts", hosts)),
        ready=(("udp", 53), ("tcp", 53), *((("udp", 67),) if network is not None else ())),
    )


DAEMON = Daemon(packages=("dnsmasq-base",), executable="dnsmasq", recipe=recipe, speaks_ipv6=True)
