"""Twelve homes, each drawn from its own seed: other addresses, names, MACs and devices, and one thing that is special.

Together they replay every record whose sighting can be replayed (`replay.replayable`), each in one home at least.
"""

import dataclasses
import functools
import ipaddress
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from netguard.demo.homes import Card, Device, Home, Server, Upnp
from netguard.demo.parts import MDNS, SSDP
from netguard.model.vocabulary import Role
from tests.lab.replay import WAYS, Replayed, label, replay, replayable, staged, told_name, ways

SEED = 20_261_123
AVAHI = 4
"""Real avahi daemons in each home; what else announces does so by the simulated responder."""

BEHIND = 7
"""Devices behind an extender."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One home: its router's record, prefixes, and in which ways devices may tell their names there."""

    name: str
    router: str
    prefix: str | None
    prefix6: str | None = None
    ways: tuple[str, ...] = WAYS
    pinned: tuple[str, ...] = ()
    """Records that are in this home whatever the draw says."""


@dataclass(slots=True, kw_only=True)
class Drawn:
    """A variant's home, and what a scan of it has to say."""

    variant: Variant
    home: Home
    replayed: tuple[Replayed, ...] = ()
    roles: dict[str, Role] = field(default_factory=dict)
    """Device → what it has to be taken for; `unknown` where what would tell cannot be seen from the laptop."""
    macs: dict[str, str | None] = field(default_factory=dict)
    """Device → MAC under which it is seen; None where it cannot be known."""
    programs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Device → program of tests/lab that runs on it, and its arguments."""
    twice: frozenset[str] = frozenset()
    """Devices of which nothing tells that their IPv4 and their IPv6 addresses are one's, so they are listed with each."""
    more: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Device → IPv6 addresses that it gets besides those of the home's description (RFC 8981)."""
    untold: dict[str, str] = field(default_factory=dict)
    """Address of which nothing tells whose it is → the device that it has to be listed with."""


VARIANTS = (
    Variant(name="plain", router="router", prefix="192.168.178.0/24"),
    Variant(name="other-prefix", router="google-wifi", prefix="172.19.200.0/23"),
    Variant(name="two-routers", router="keenetic", prefix="10.231.17.0/24", pinned=("netgear-router",)),
    Variant(
        name="extender",
        router="plume",
        prefix="192.168.3.0/24",
        prefix6="fd6a:20:e1d7:3::/64",
        pinned=("fritz-repeater",),
    ),
    Variant(
        name="translating-extender",
        router="livebox",
        prefix="192.168.88.0/24",
        prefix6="fd0b:7c:42a9:2::/64",
        pinned=("tplink-access-point",),
    ),
    Variant(
        name="ipv6-only", router="unifi-gateway", prefix=None, prefix6="fd3e:51aa:9c02:7::/64", ways=("mdns", "router")
    ),
    Variant(name="privacy-addresses", router="openwrt", prefix="10.0.5.0/24", prefix6="fdc4:19:7fe1:1::/64"),
    Variant(name="proxy-arp", router="mikrotik", prefix="192.168.64.0/24"),
    Variant(name="dual-homed-nas", router="tplink-deco", prefix="10.77.0.0/24", pinned=("synology-nas",)),
    Variant(name="five-addresses", router="asus-router", prefix="192.168.9.0/24", pinned=("raspberry-pi",)),
    Variant(name="ordinary-user", router="eero", prefix="172.16.44.0/24", ways=("mdns", "router", "netbios")),
    Variant(name="noisy", router="xiaomi-router", prefix="192.168.31.0/24"),
)


@functools.cache
def dealt() -> dict[str, tuple[str, ...]]:
    """The records of each variant besides its router's: every replayable one somewhere, no two that clash in one home."""
    draw = random.Random(SEED)
    hands: dict[str, list[str]] = {v.name: list(v.pinned) for v in VARIANTS}
    taken = {record for v in VARIANTS for record in (v.router, *v.pinned)}
    left = [record for record in replayable(gateway=False) if record not in taken]
    draw.shuffle(left)
    # What few homes can have is dealt first.
    for record in sorted(left, key=_needs_raw, reverse=True):
        able = [v for v in VARIANTS if _fits(record, v) and not _clash(record, hands[v.name])]
        smallest = min(able, key=lambda v: len(hands[v.name]))
        hands[smallest.name].append(record)
    return {name: tuple(records) for name, records in hands.items()}


def _fits(record: str, variant: Variant) -> bool:
    possible = ways(record, gateway=False)
    return "" in possible or bool(set(possible) & set(variant.ways))


def _needs_raw(record: str) -> bool:
    return set(ways(record, gateway=False)) <= {"dhcp", "netbios"}


def _clash(record: str, others: list[str]) -> bool:
    """Whether the record's sighting has a name that another one's has too: on one network they would rename themselves."""
    return any(_names(record) & _names(other) for other in others)


@functools.cache
def _names(record: str) -> frozenset[str]:
    told = staged(record)
    names = {label(told_name(told, "mdns")).lower()} - {""}
    return frozenset(names | {str(f["value"]).lower() for f in told.get("facts", ()) if f["kind"] == "dnssd.instance"})


@functools.cache
def drawn(name: str) -> Drawn:
    """The home of the variant called `name`."""
    (variant,) = [v for v in VARIANTS if v.name == name]
    draw = random.Random(f"{SEED} {name}")
    hosts = iter(draw.sample(range(2, 250), 80))
    router = replay(
        variant.router, draw, next(hosts), way=_way(variant.router, variant, draw, gateway=True), gateway=True
    )
    names = [router.device.hostname or ""]
    replayed = []
    avahis = 0
    for record in dealt()[name]:
        way = _way(record, variant, draw, gateway=False)
        one = replay(record, draw, next(hosts), way=way, avahi=avahis < AVAHI, taken=names)
        avahis += bool(one.device.daemons)
        names.append(one.device.hostname or "")
        replayed.append(one)
    served = dataclasses.replace(
        router.device,
        daemons=("dnsmasq",),
        servers=(
            *router.device.servers, Server(kind="nameserver", port=53, transport="udp", stands_in_for="dnsmasq"),
        ),
    )  # fmt: skip
    laptop = Device(
        name="laptop",
        what="This laptop",
        mac=_mac("3c:a9:f4", draw),
        host=next(hosts),
        hostname=f"laptop-{draw.randrange(100)}",
    )
    home = Home(
        prefix=variant.prefix,
        prefix6=variant.prefix6,
        router=served,
        laptop=laptop,
        devices=tuple(each.device for each in replayed),
    )
    made = Drawn(variant=variant, home=home, replayed=(router, *replayed))
    made.roles = {each.device.name: each.role for each in made.replayed}
    special = SPECIAL.get(name)
    if special is not None:
        special(made, draw, functools.partial(next, hosts))
    made.macs = {d.name: d.mac for d in made.home.everyone} | made.macs
    return made


def _way(record: str, variant: Variant, draw: random.Random, *, gateway: bool) -> str:
    # A home's router asks nobody for an address in it.
    possible = [
        w for w in ways(record, gateway=gateway) if w == "" or (w in variant.ways and not (gateway and w == "dhcp"))
    ]
    return draw.choice([w for w in possible if w] or possible)


def _mac(block: str, draw: random.Random) -> str:
    return f"{block}:" + ":".join(f"{draw.randrange(256):02x}" for _ in range(3))


Next = Callable[[], int]


def _two_routers(made: Drawn, draw: random.Random, host: Next) -> None:
    """The second router answers searches for gateways as well; this computer's packets do not leave through it."""
    gateway = "urn:schemas-upnp-org:device:InternetGatewayDevice:1"
    _change(
        made, "netgear-router", lambda d: _searchable(d, f"9f0865b3-f5da-4ad5-85b7-{d.mac.replace(':', '')}", gateway)
    )


def _searchable(device: Device, udn: str, kind: str) -> Device:
    upnp = Upnp(
        udn=udn, device_type=kind, friendly_name="", manufacturer="", model_name="", model_number="", port=5000,
        path="/root.xml", server="Linux UPnP/1.0",
    )  # fmt: skip
    return dataclasses.replace(device, upnp=upnp, servers=(*(s for s in device.servers if s.kind != "ssdp"), SSDP))


def _extender(made: Drawn, draw: random.Random, host: Next, mode: str = "rewrite") -> None:
    """Seven devices that are told by what they say are behind it, and one that only its MAC could tell: that one is unknown.

    It says nothing over IPv4 nor over IPv6, so where its MAC is rewritten nothing tells that its addresses are one's. The
    Nuki bridge there has an address with no MAC in it (RFC 7217), which it announces; the Nest Connect has one for the
    day (RFC 8981), of which it says nothing.
    """
    carrier = made.variant.pinned[0]
    behind = [
        each
        for each in made.replayed[1:]
        if each.record != carrier and each.way in ways(each.record, mac=False, gateway=False) and each.way != "dhcp"
    ][:BEHIND]
    taken = {each.record for each in made.replayed}
    masked = next(
        r for r in replayable(gateway=False)
        if not ways(r, mac=False, gateway=False) and "" in ways(r, gateway=False) and r not in taken
    )  # fmt: skip
    extra = replay(masked, draw, host(), way="")
    made.home = dataclasses.replace(made.home, devices=(*made.home.devices, extra.device))
    made.roles[extra.device.name] = Role.UNKNOWN
    for device in (*(each.device for each in behind), extra.device):
        _change(made, device.name, lambda d: dataclasses.replace(d, behind=carrier))
        made.macs[device.name] = f"02:0f:b5:{device.mac[9:]}" if mode == "translate" else None
    if mode == "rewrite":
        made.twice = frozenset({extra.device.name})
        _change(made, "nuki-bridge", lambda d: dataclasses.replace(d, host6=draw.getrandbits(63)))
        temporary = str(ipaddress.IPv6Network(made.home.prefix6 or "")[draw.getrandbits(63)])
        made.more["nest-connect"] = (temporary,)
        made.untold[temporary] = carrier
    made.programs[carrier] = ("extender.py", mode, "eth0", "br-far")


def _translating(made: Drawn, draw: random.Random, host: Next) -> None:
    _extender(made, draw, host, "translate")


def _privacy(made: Drawn, draw: random.Random, host: Next) -> None:
    """Some have an address that is made of a secret (RFC 7217), most have one or two that change every day (RFC 8981)."""
    prefix = ipaddress.IPv6Network(made.home.prefix6 or "")
    for device in (made.home.laptop, *made.home.devices):
        if draw.random() < 0.4:
            _change(made, device.name, lambda d: dataclasses.replace(d, host6=draw.getrandbits(63)))
        made.more[device.name] = tuple(str(prefix[draw.getrandbits(63)]) for _ in range(draw.randrange(3)))


def _proxy_arp(made: Drawn, draw: random.Random, host: Next) -> None:
    """Four that answer by unicast are on the router's other side, and it answers ARP for them: their MACs are not known."""
    behind = [
        each
        for each in made.replayed[1:]
        if each.way in {"", "router"}
        and each.way in ways(each.record, mac=False, gateway=False)
        and not each.device.announces
        and each.device.upnp is None
    ][:4]
    for each in behind:
        _change(made, each.device.name, lambda d: dataclasses.replace(d, behind=made.home.router.name))
        made.macs[each.device.name] = None


def _dual_homed(made: Drawn, draw: random.Random, host: Next) -> None:
    """The NAS has two network cards on the segment, one avahi, one SSH server and one TLS key."""
    nas = made.home.device("synology-nas")
    secure = Server(kind="secure-web", port=443, options=(("subject", "CN=shelf"),))
    ssh = Server(kind="ssh", port=22, stands_in_for="dropbear")
    servers = [s for s in nas.servers if s.port not in {22, 443, 5353}]
    mdns = Server(kind=MDNS.kind, port=MDNS.port, transport="udp", stands_in_for="avahi-daemon")
    changed = dataclasses.replace(
        nas,
        cards=(Card(mac=_mac("00:11:32", draw), host=host()),),
        daemons=("avahi-daemon", "dropbear"),
        servers=(*servers, secure, ssh, mdns),
        hostname=told_name(staged(nas.name), "mdns"),
    )
    _change(made, nas.name, lambda _: changed)


def _five_addresses(made: Drawn, draw: random.Random, host: Next) -> None:
    """One network card with five IPv4 addresses, as a computer with containers has."""
    _change(made, "raspberry-pi", lambda d: dataclasses.replace(d, more_hosts=tuple(host() for _ in range(4))))


def _twins(made: Drawn, draw: random.Random, host: Next) -> None:
    """Two hosts say that they are the same UPnP device."""
    udn = "5f9ec1b3-ed59-79bb-4530-745e1c000001"
    twins = tuple(
        _searchable(
            Device(name=name, what="Says the UPnP id of another", mac=_mac("00:1b:21", draw), host=host()),
            udn,
            "urn:schemas-upnp-org:device:Basic:1",
        )
        for name in ("twin-one", "twin-two")
    )
    made.home = dataclasses.replace(made.home, devices=(*made.home.devices, *twins))


def _noisy(made: Drawn, draw: random.Random, host: Next) -> None:
    """One host answers everything with far too much, while two others want to be heard."""
    _twins(made, draw, host)
    noise = Device(name="noise", what="Says far too much", mac=_mac("00:1b:21", draw), host=host())
    made.home = dataclasses.replace(made.home, devices=(*made.home.devices, noise))
    made.programs["noise"] = ("noise.py", made.home.address(noise))


def _change(made: Drawn, name: str, change: Callable[[Device], Device]) -> None:
    if name == made.home.laptop.name:
        made.home = dataclasses.replace(made.home, laptop=change(made.home.laptop))
        return
    devices = tuple(change(d) if d.name == name else d for d in made.home.devices)
    made.home = dataclasses.replace(made.home, devices=devices)


SPECIAL: dict[str, Callable[[Drawn, random.Random, Next], None]] = {
    "other-prefix": _twins,
    "two-routers": _two_routers,
    "extender": _extender,
    "translating-extender": _translating,
    "privacy-addresses": _privacy,
    "proxy-arp": _proxy_arp,
    "dual-homed-nas": _dual_homed,
    "five-addresses": _five_addresses,
    "noisy": _noisy,
}
