"""What lets the internet in to the sample home: its router with four doors, and a TV stick that offers to open some."""

from netaddr import IPAddress

from netguard.model.action import Action, Intent
from netguard.model.device import Device
from netguard.model.finding import Finding, fingerprint
from netguard.model.gateway import Gateway, GatewayServices, Igd, NatPmp, PortMapping
from netguard.model.vocabulary import Confidence, Needs, Severity, Status, Transport
from tests.golden.report.facts import ids
from tests.golden.report.residents import BRIDGE, NAS, ROUTER, STICK, TELEVISION

GONE = "192.168.20.88"
"""An address that nobody in the sample home has."""


def _mapping(port: int, inside: int, device: Device | None, description: str, **more: object) -> PortMapping:
    fields: dict[str, object] = {
        "source": "igd",
        "protocol": Transport.TCP,
        "internal_client": str(device.addresses[0]) if device else GONE,
        "enabled": True,
        "lease_seconds": 0,
        "device": device.key if device else None,
    }
    return PortMapping(
        external_port=port,
        internal_port=inside,
        description=description,
        **(fields | more),  # type: ignore[arg-type]
    )


TO_THE_LOCK = _mapping(8443, 8080, BRIDGE, "lock remote access")
TO_THE_FILES = _mapping(21, 21, NAS, "storage FTP", lease_seconds=518_400)
TO_NOBODY = _mapping(51413, 51413, None, "Torrents", protocol=Transport.UDP)
SWITCHED_OFF = _mapping(7000, 7000, TELEVISION, "AirPlay", enabled=False, remote_host="198.51.100.7")

GATEWAYS = (
    Gateway(
        device=ROUTER.key,
        services=GatewayServices(
            igd=Igd(
                location="http://192.168.20.1:5000/rootDesc.xml",
                device_type="urn:schemas-upnp-org:device:InternetGatewayDevice:2",
                services=(
                    "urn:schemas-upnp-org:service:WANIPConnection:2",
                    "urn:schemas-upnp-org:service:WANIPv6FirewallControl:1",
                ),
                manufacturer="Example Networks",
                model="HomeBox 7",
                server="HomeBox/7.57 UPnP/1.1 ExampleUPnPd/2.3",
                connection_status="Connected",
                nat_enabled=True,
                ipv6_firewall_enabled=True,
                inbound_pinhole_allowed=True,
                listed="all",
            ),
            natpmp=NatPmp(result=0, epoch_seconds=81_234, external_address=IPAddress("203.0.113.77")),
        ),
        external_address=IPAddress("203.0.113.77"),
        mappings=(TO_NOBODY, SWITCHED_OFF, TO_THE_FILES, TO_THE_LOCK),
    ),
    Gateway(
        device=STICK.key,
        services=GatewayServices(
            igd=Igd(
                location="http://192.168.20.43:49152/gatedesc.xml",
                device_type="urn:schemas-upnp-org:device:InternetGatewayDevice:1",
                services=("urn:schemas-upnp-org:service:WANIPConnection:1",),
                manufacturer="Example Media",
                listed="refused",
            )
        ),
    ),
)


def _finding(check: str, device: Device, status: Status, title: str, **more: object) -> Finding:
    fields: dict[str, object] = {
        "severity": Severity.INFO,
        "confidence": Confidence.CONFIRMED,
        "why": "",
        "fix": "Nothing to do.",
        "mark": "",
    } | more
    name = fingerprint(check, device.key, str(fields.pop("mark")))
    return Finding(fingerprint=name, check=check, status=status, target=device.key, title=title, **fields)  # type: ignore[arg-type]


def _about(check: str, device: Device, mapping: PortMapping, severity: Severity, title: str, why: str) -> Finding:
    outside = f"{mapping.protocol}/{mapping.external_port}"
    said = f"{mapping.protocol} {mapping.external_port} -> {mapping.internal_client} {mapping.internal_port}"
    return _finding(
        check,
        device,
        Status.FAIL,
        title,
        severity=severity,
        why=why,
        fix=f"Close it: netguard upnp remove {outside}, or in the router's menu under port forwarding or UPnP.",
        mark=f"{outside}/{mapping.internal_client}/{mapping.internal_port}",
        evidence=ids(ROUTER, "igd.mapping", value=said),
        references=("CWE-668",),
    )


PROBLEMS = (
    _about(
        "upnp-port-mapping-lock",
        BRIDGE,
        TO_THE_LOCK,
        Severity.HIGH,
        "The internet can reach Hallway lock bridge by TCP port 8443 of your router",
        "Anybody in the world can try what the bridge answers there. It has been open since 12 May at least.",
    ),
    _about(
        "upnp-port-mapping",
        NAS,
        TO_THE_FILES,
        Severity.HIGH,
        "The internet can reach storage by TCP port 21 of your router",
        "FTP on the internet is tried by passwords all day long.",
    ),
    _about(
        "upnp-stale-mapping",
        ROUTER,
        TO_NOBODY,
        Severity.MEDIUM,
        f"UDP port 51413 of your router leads to {GONE}, where nobody is",
        "Whoever gets that address next is open to the internet without knowing it.",
    ),
    _about(
        "upnp-port-mapping",
        TELEVISION,
        SWITCHED_OFF,
        Severity.INFO,
        "A port of your router for Living room TV is switched off",
        "It lets nobody in now, and is one click from doing so.",
    ),
    _finding(
        "upnp-igd-enabled",
        ROUTER,
        Status.FAIL,
        "Router lets any device of your home open ports to the internet (UPnP)",
        severity=Severity.LOW,
        why="Any gadget and any program, malware too, can open your home to the internet without asking you.",
        fix="Switch UPnP off in the router's menu, unless a games console needs it.",
    ),
    _finding(
        "natpmp-enabled",
        ROUTER,
        Status.FAIL,
        "Router lets any device of your home open ports to the internet (NAT-PMP)",
        severity=Severity.LOW,
        why="It is UPnP's twin: any program in the home can open a port by it.",
        fix="Switch NAT-PMP off in the router's menu; it is often one switch with UPnP.",
    ),
    _finding(
        "upnp-rogue-igd",
        STICK,
        Status.FAIL,
        "Bedroom TV stick says that it is a way to the internet",
        severity=Severity.MEDIUM,
        confidence=Confidence.LIKELY,
        why="Programs that want a port opened may ask it instead of your router and be led astray.",
        fix="Look in its menu for sharing or hotspot, and switch that off.",
    ),
)
FINDINGS = (
    *PROBLEMS,
    _finding("upnp-known-vulnerable", ROUTER, Status.PASS, "Router runs no UPnP software with known holes"),
    _finding(
        "ipv6-inbound",
        ROUTER,
        Status.UNKNOWN,
        "Nothing is reachable by IPv6 from outside: not checked on Router, because programs may have opened exceptions in "
        "its firewall, and no router lists those",
        fix="Look in the router's menu under IPv6 for exceptions or pinholes.",
        confidence=Confidence.POSSIBLE,
    ),
)


def _shut(finding: Finding, mapping: PortMapping, who: str) -> Action:
    port = f"{mapping.protocol.upper()} {mapping.external_port}"
    return Action(
        id=f"remove-mapping:{ROUTER.key}:{mapping.protocol}/{mapping.external_port}",
        title=f"Close {port}, which leads to {who}, at the router",
        closes=(finding.fingerprint,),
        needs=Needs.MENU,
        intents=(
            Intent(
                kind="remove-mapping",
                device=ROUTER.key,
                peer=mapping.device,
                transport=mapping.protocol,
                port=mapping.external_port,
            ),
        ),
    )


ACTIONS = (
    _shut(PROBLEMS[0], TO_THE_LOCK, "Hallway lock bridge"),
    _shut(PROBLEMS[1], TO_THE_FILES, "storage"),
    _shut(PROBLEMS[2], TO_NOBODY, GONE),
    Action(
        id=f"disable-feature:{ROUTER.key}",
        title="Switch UPnP and NAT-PMP off on Router",
        closes=(PROBLEMS[4].fingerprint, PROBLEMS[5].fingerprint),
        needs=Needs.MENU,
        loses=("Games consoles and some calls need a port that is then to be opened by hand.",),
        intents=(Intent(kind="disable-feature", device=ROUTER.key, feature="upnp"),),
    ),
)
