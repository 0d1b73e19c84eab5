"""The shape of every rule file. Literal data only: no expressions, no regular expressions, unknown fields refused.

`schema: 1` is the version of that shape. A field may be added within it when a record without the field keeps
its meaning; anything that changes the meaning of an existing record is `schema: 2`, which an older netguard
refuses by name instead of misreading it.
"""

from typing import Literal

import msgspec

from netguard.model.vocabulary import Link, Power, Role, Severity, Transport

Weight = Literal["certain", "strong", "medium", "weak"]


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a statement comes from, and when somebody last looked."""

    url: str
    checked: str
    """Date, `2026-11-20`."""


class Verified(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a record was verified; the report shows it beside the advice."""

    how: Literal["device", "packets", "reader", "documents", "memory"]
    when: str


class Evidence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of evidence: all of `match` must be there.

    Keys of `match` are observation kinds (`dnssd.txt`, `http.title`, ...) or `hostname`, `oui`, `gateway`;
    values are globs (`*`, `?`), compared without case; several globs mean any of them.
    """

    match: dict[str, str | tuple[str, ...]]
    weight: Weight | None = None
    """How much the line proves; null means what its kinds of fact usually prove (`identify/evidence.py`)."""
    shared: bool = False
    """True when others answer so too (a module maker's OUI): it adds to other evidence and never decides."""
    model: str | None = None
    """The model this line proves, where it proves one."""


class Inbound(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A port this device may listen on. Either `port`, or `dnssd`: whatever port it announces for that type."""

    transport: Transport
    name: str
    port: int | None = None
    dnssd: str | None = None
    optional: bool = True

    def __post_init__(self) -> None:
        if (self.port is None) == (self.dnssd is None):
            raise ValueError("give either port or dnssd")
        if self.port is not None and not 1 <= self.port <= 65535:
            raise ValueError(f"port {self.port} is not between 1 and 65535")


class Outbound(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where this device may call."""

    transport: Transport
    ports: tuple[int, ...]
    names: tuple[str, ...] = ()
    """Host names, `*` for any label; empty means anywhere."""


class Support(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long the maker says that it mends security faults."""

    until: str
    """Date, month or year as the maker says it: `2028-12-31`, `2028-12`, `2028`."""
    url: str
    """Where the maker says it."""


class Segments(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which networks a router of this kind can keep apart. Null where nobody has written that down, or its models differ."""

    vlans: bool | None = None
    """Networks of its owner's making, with rules between them: VLANs on its ports, or Wi-Fi names with a network each."""
    guest: bool | None = None
    """A guest network, which reaches the internet and nothing of the home."""
    guest_isolates: bool | None = None
    """Whether guests are kept from each other as well, as it comes: a hub there does not find its lock."""

    def __post_init__(self) -> None:
        if self.vlans is self.guest is self.guest_isolates is None:
            raise ValueError("it says nothing; leave it out")
        if self.guest_isolates is not None and not self.guest:
            raise ValueError("guest_isolates is about a guest network, and guest does not say that there is one")


class DeviceRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to recognise one kind of device, and what it is expected to do on a network."""

    schema: Literal[1]
    id: str
    name: str
    role: Role
    evidence: tuple[Evidence, ...]
    verified: Verified
    sources: tuple[Source, ...]
    generic: bool = False
    """True for a kind of device that many makers build: it gives way to a maker's own record of the same role,
    and is never more than likely without certain evidence."""
    vendor: str | None = None
    also_called: tuple[str, ...] = ()
    """Other names it is sold under or asked for by, for `netguard setup` and `netguard explain`."""
    power: Power | None = None
    links: tuple[Link, ...] = ()
    """How it can be connected; empty where nobody has written that down."""
    ip: Literal["yes", "maybe", "no"] = "yes"
    """Whether it has an IP address of its own: `maybe` depends on the model or on how it is set up. A record of what
    never has one carries no evidence; it is there so that its owner can say that they have it."""
    expected_inbound: tuple[Inbound, ...] | None = None
    """What may listen; an empty list means nothing at all, null means that it is not known."""
    expected_outbound: tuple[Outbound, ...] | None = None
    segments: Segments | None = None
    """Of a router: which networks it can keep apart."""
    notes: str | None = None
    unscannable: str | None = None
    """What to tell its owner when a scan cannot see it: why, and what to look at instead."""
    wake: str | None = None
    """How its owner makes it show itself on the network."""
    fixes: dict[str, str] = {}
    """What closes a finding on this very device, by check id: `telnet-open: "Menu > Network > Telnet: off"`."""
    security: tuple[str, ...] = ()
    """What its owner should know about its security, a sentence or two each; only what `sources` say."""
    support: Support | None = None
    disclosure: str | None = None
    """Page where the maker says how to report a fault; null where no such page was found."""
    replaces: str | None = None

    def __post_init__(self) -> None:
        if self.segments is not None and self.role is not Role.ROUTER:
            raise ValueError(f"segments is about routers, and this is a {self.role}")


class PortRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A service whose being open matters."""

    transport: Transport
    ports: str
    name: str
    risk: Severity
    """How bad it is on a lock, a hub or a gateway."""
    why: str
    fix: str
    speaks: tuple[str, ...] = ()
    """What a look at the port may recognise there without it being something else, `ssh`; by that it is known on other
    ports, too. `http` says that it lives in a web page, with or without TLS, and tells nothing on other ports."""
    manages: Literal["anything", "things", "provider"] | None = None
    """Of a service for debugging or remote management that no check of its own judges: on what nobody needs it, on
    `anything` at all, on `things` (gadgets, locks and hubs), or on these and towards the home on routers, whose `provider`
    manages them by it from outside. Null for every other service."""


class PortRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """rules/ports.yaml: which TCP ports are asked at which depth, and which services are risky."""

    schema: Literal[1]
    light: str
    """Asked first of every device, to find out what it is."""
    quick: str
    """Asked at depth quick: the risky ones and the commonest."""
    common: str
    """Asked at depth standard of everything: 1,000 ports."""
    services: tuple[PortRule, ...]
    sources: tuple[Source, ...]


class PolicyRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of a person's own policy: devices of `role` must not listen on `ports`."""

    role: Role
    ports: str
    severity: Severity
    why: str
    transport: Transport = Transport.TCP
    fix: str | None = None


class PortPolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person's own `rules/ports.yaml`."""

    schema: Literal[1]
    policy: tuple[PolicyRule, ...]


WifiState = Literal[
    "open",
    "open-beside",
    "wep",
    "wep-group",
    "wpa-only",
    "tkip-only",
    "wpa-mixed",
    "tkip-beside",
    "pmf-none-wpa3",
    "pmf-none",
    "pmf-optional",
    "transition-wpa3",
    "compatibility",
    "transition-owe",
    "six-ghz",
    "two-rsn",
    "two-kinds",
    "imitation-open",
    "imitation",
    "wps-pin",
    "wps-pin-locked",
    "wps-pin-unseen",
    "wps-wire",
    "wps-push-button",
    "wps-no-use",
    "wps-active",
    "wps-unconfigured",
]
"""What the checks of Wi-Fi tell apart. `rules/wifi.yaml` grades each of them, once."""


class WifiSuites(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words of the scan document for ciphers (`wep`, `tkip`) and ways to let devices in (`psk`, `sae`)."""

    wep: tuple[str, ...]
    tkip: tuple[str, ...]
    psk: tuple[str, ...]
    sae: tuple[str, ...]


class WifiGrade(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one state of an own network is graded."""

    state: WifiState
    check: str
    """Id of the check that finds it."""
    severity: Severity
    seen: str
    """What shows it; the check's docstring says the same in its table."""
    why: str
    fix: str
    sources: tuple[str, ...]
    """Names in `sources` of the file."""


class WifiRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """rules/wifi.yaml: how each state of ciphers, keys, management frames and WPS is graded."""

    schema: Literal[1]
    suites: WifiSuites
    grades: tuple[WifiGrade, ...]
    sources: dict[str, Source]

    def grade(self, state: WifiState) -> WifiGrade:
        """How `state` is graded. The loader has seen to it that each is, once."""
        return next(g for g in self.grades if g.state == state)
