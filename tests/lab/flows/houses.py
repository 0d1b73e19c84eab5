"""The home of the 46 flows, as it stands in the issue's plan or drawn from a seed: other addresses, names, members and ports."""

import random
from dataclasses import dataclass, replace
from pathlib import Path

from netaddr import EUI, IPAddress, IPNetwork

from netguard.advise import planfile
from netguard.advise.policy import ROUTER, WAN, Policy, Protocol, Verdict, decides
from netguard.model.plan import Plan
from netguard.prove.flows import LEFTOVER_PORT, Flow, packet_of
from netguard.prove.flows import flows as questions
from netguard.prove.people import Cast, Host, cast

FLOWS = Path(__file__).with_name("flows.tsv")

OLD_PORT = 7443
"""A port of the hub at which connections of the tests begin before the rules; it is forwarded, too."""

REBOUND = "192.168.100.1"
"""Of something on the internet's side of the router that is no internet, as a modem has it; in no house."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One home: its plan, everybody in it, and the 46 flows of it."""

    seed: int | None
    text: str
    plan: Plan
    people: Cast
    flows: tuple[Flow, ...]
    cloud: str
    """The hub's cloud, a DNS name."""
    app: int
    """The hub's port for its app."""
    beside: bool

    def host(self, name: str) -> Host:
        """Who is called so."""
        return next(h for h in (*self.people.hosts, *self.people.internet) if h.name == name)

    def address(self, name: str, version: int) -> IPAddress:
        """Of a host, or of the router: `router.iot`."""
        if name.startswith("router."):
            return next(a for a in self.people.router[name.partition(".")[2]] if a.version == version)
        address = self.host(name).address(version)
        assert address is not None
        return address

    def questions(self) -> tuple[Flow, ...]:
        """Those that `netguard firewall --prove` asks of this plan, in this house."""
        return questions(self.plan, self.people, beside=self.beside)

    @property
    def open_router(self) -> str:
        """A router that filters nothing: IPv4 is translated, and ports to the hub are still forwarded."""
        hub, wan = self.address("hub", 4), self.plan.wan
        return (
            "add table ip mine\n"
            "add chain ip mine pre { type nat hook prerouting priority dstnat; }\n"
            "add chain ip mine post { type nat hook postrouting priority srcnat; }\n"
            f"add rule ip mine pre ip daddr {self.address('router.wan', 4)} tcp dport {{ {self.app}, {LEFTOVER_PORT} }} "
            f"dnat to {hub}:{self.app}\n"
            f"add rule ip mine pre ip daddr {self.address('router.wan', 4)} tcp dport {OLD_PORT} dnat to {hub}\n"
            f'add rule ip mine post oifname "{wan}" masquerade\n'
        )


PLAN = """
schema: netguard.plan/1
wan: {{interface: {wan}}}
segments:
  - {{name: {trusted}, role: trusted, interface: {br1}, prefix: {t4}, prefix6: "{t6}", router: [{tr4}, "{tr6}"]}}
  - {{name: {iot}, role: iot, interface: {br2}, prefix: {i4}, prefix6: "{i6}", router: [{ir4}, "{ir6}"]}}
  - {{name: {guest}, role: guest, interface: {br3}, prefix: {g4}, prefix6: "{g6}", router: [{gr4}, "{gr6}"]}}
members:
  - name: {hub}
    mac: "{hubmac}"
    segment: {iot}
    addresses: [{hub4}, "{hubkept6}"]
    listens: [{{transport: tcp, ports: [{app}], from: {trusted}}}]
    talks: [{{names: [{cloud}], transport: tcp, ports: [{cport}, {mqtt}]}}, {{service: ntp}}]
  - {{name: {camera}, mac: "{cammac}", segment: {iot}, addresses: [{cam4}], talks: []}}
{more}"""


def house(seed: int | None = None, *, beside: bool = False) -> House:
    """The house of this seed; without one, that of the issue. `beside`: what rules beside the router's own have to do in it."""
    given = {
        "wan": "wan0", "trusted": "trusted", "iot": "iot", "guest": "guest", "br1": "br-lan", "br2": "br-iot", "br3": "br-guest",
        "t4": "10.77.1.0/24", "i4": "10.77.2.0/24", "g4": "10.77.3.0/24", "t6": "2001:db8:1::/64", "i6": "2001:db8:2::/64",
        "g6": "2001:db8:3::/64", "hub": "hub", "camera": "camera", "hubmac": "02:77:02:00:00:20", "cammac": "02:77:02:00:00:30",
        "hub4": "10.77.2.20", "hubkept6": "2001:db8:2::20", "cam4": "10.77.2.30", "app": "8443", "cloud": "lock-cloud.example",
        "cport": "443", "mqtt": "8883", "more": "",
    }  # fmt: skip
    if seed is not None:
        given |= _drawn(random.Random(seed))
    for segment, short in (("t", "tr"), ("i", "ir"), ("g", "gr")):
        given |= {f"{short}{v}": str(IPNetwork(given[f"{segment}{v}"])[1]) for v in (4, 6)}
    text = PLAN.format(**given)
    plan = planfile.read(text.encode(), "plan.yaml")
    people = _people(plan, given)
    return House(
        seed=seed, text=text, plan=plan, people=people, cloud=given["cloud"], app=int(given["app"]),
        flows=tuple(_flows(plan, people, given, beside=beside)), beside=beside,
    )  # fmt: skip


def _drawn(dice: random.Random) -> dict[str, str]:
    word = lambda n: "".join(dice.choices("abcdefghijkmnopqrstuvwxyz", k=n))  # noqa: E731
    mac = lambda: str(EUI(0x020000000000 | dice.getrandbits(40), version=48)).replace("-", ":").lower()  # noqa: E731
    words = [f"{word(3)}{n}" for n in range(14)]
    tens = dice.sample(range(20, 250), 3)
    four = [
        dice.choice((f"10.{n}.{dice.randrange(256)}.0/24", f"192.168.{n}.0/24", f"172.{16 + n % 16}.{n}.64/26"))
        for n in tens
    ]
    six = [dice.choice((f"2001:db8:{n:x}:{dice.randrange(1, 999):x}::/64", f"fd{n:02x}:5:{n}::/64")) for n in tens]
    ports = dice.sample([p for p in range(1025, 9000) if p not in (1900, 5000, 5353, 7000, 8080)], 8)
    hosts = dice.sample(range(2, 50), 6)
    iot4, iot6 = IPNetwork(four[1]), IPNetwork(six[1])
    more = []
    for n, number in enumerate(hosts[2:]):
        names = ", ".join(f"{word(5)}.{w}.example" for w in words[9 : 9 + 1 + n % 3])
        talks = dice.choice(
            (
                "any",
                "[]",
                f"[{{names: [{names}], transport: {dice.choice(('tcp', 'udp'))}, ports: [{ports[4 + n]}, 443]}}]",
            )
        )
        address = dice.choice((f"[{iot4[number]}]", f'["::{number:x}"]', f'[{iot4[number]}, "{iot6[number]}"]', "[]"))
        listens = (
            f"[{{transport: {dice.choice(('tcp', 'udp'))}, ports: [{ports[n]}], from: {words[0]}}}]"
            if address != "[]"
            else "[]"
        )
        more.append(
            f'  - {{name: {words[5 + n]}, mac: "{mac()}", segment: {words[1]}, addresses: {address}, listens: {listens}, talks: {talks}}}\n'
        )
    return {
        "wan": f"up{words[12]}", "trusted": words[0], "iot": words[1], "guest": words[2], "br1": f"br-{words[0]}", "br2": f"lan0.{tens[1]}",
        "br3": f"g_{word(4)}", "t4": four[0], "i4": four[1], "g4": four[2], "t6": six[0], "i6": six[1], "g6": six[2], "hub": words[3], "camera": words[4],
        "hubmac": mac(), "cammac": mac(), "hub4": str(iot4[hosts[0]]), "cam4": str(iot4[hosts[1]]),
        "hubkept6": dice.choice((f"::{hosts[0]:x}", str(iot6[hosts[0]]))), "app": str(ports[0] + 20_000), "cloud": f"{word(6)}.{words[13]}.example",
        "cport": str(ports[1] + 10_000), "mqtt": str(ports[2] + 30_000), "more": "".join(more),
    }  # fmt: skip


def _people(plan: Plan, given: dict[str, str]) -> Cast:
    """Everybody of the flows, those of the plan's further members, and an internet with an address for each purpose."""
    drawn = cast(plan)
    called = {given["hub"]: "hub", given["camera"]: "camera"}
    hosts = [replace(h, name=called.get(h.name, h.name)) for h in drawn.hosts]
    for name, segment, number in (("laptop", "trusted", 10), ("phone", "trusted", 11), ("guest", "guest", 12)):
        inside = plan.segment(given[segment])
        addresses = tuple(
            IPAddress(p.last - number, v) for v in (4, 6) if (p := inside.prefix_of(v)) is not None
        )  # fmt: skip
        hosts.append(Host(name=name, segment=inside.name, mac=EUI(0x026E67020000 + number), addresses=addresses))
    *clouds, own = drawn.internet
    extra = [
        Host(
            name=name, segment=WAN, mac=own.mac,
            addresses=tuple(IPAddress(int(a) + 40 + number, a.version) for a in own.addresses),
        )
        for number, name in enumerate(("other", "time", "resolver", "neighbour"))
    ]  # fmt: skip
    modem = Host(name="modem", segment=WAN, mac=own.mac, addresses=(IPAddress(REBOUND),))
    return replace(drawn, hosts=tuple(hosts), internet=(modem, *extra, *clouds, own))


def _flows(plan: Plan, people: Cast, given: dict[str, str], *, beside: bool) -> list[Flow]:
    found = []
    policy = Policy.of(plan)
    ports = {"app": given["app"], "cloud": given["cport"], "mqtt": given["mqtt"]}
    everybody = {h.name: h for h in (*people.hosts, *people.internet)}
    everybody["cloud"] = everybody[given["cloud"]]
    for line in FLOWS.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        name, source, protocol, target, version, port, wanted, why = line.split("\t")
        kind, _, what = target.partition(".")
        if kind in {"router", "forward"}:
            place = WAN if "forward" in kind or what == "wan" else given[what]
            address = next(a for a in people.router[place] if a.version == int(version))
        else:
            address = everybody[target].address(int(version))
        assert address is not None
        asked = None if kind == "router" else everybody[what or kind]
        called: Protocol = "icmpv6" if (protocol, version) == ("icmp", "6") else protocol  # type: ignore[assignment]
        number = int(ports.get(port, port))
        sent = packet_of(people, everybody[source], asked, address, called, number)
        found.append(
            Flow(
                id=name,
                source=source,
                target=asked.name if asked else ROUTER,
                address=address,
                protocol=called,
                port=number,
                wanted=Verdict.NOT_ROUTED if wanted == "aside" else Verdict(wanted),
                why=why,
                packet=sent,
                decided=not beside or decides(policy, sent),
            )
        )
    return found
