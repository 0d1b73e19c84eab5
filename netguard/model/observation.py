"""Facts: one typed value of a listed kind each, with where and when it was learnt."""

import math
import re
from dataclasses import dataclass
from datetime import datetime

from netaddr import EUI, IPAddress

from netguard.model.vocabulary import Transport

Scalar = str | int | float | bool
Value = Scalar | tuple[Scalar, ...] | None

MAX_TEXT = 512
"""Longest text kept from a device; a peer that sends megabytes of name or title fills no memory and no report."""

MAX_ITEMS = 64
"""Most items kept of one list; stops a peer that announces thousands of services."""

MAX_NUMBER = 2**63 - 1
"""Largest whole number kept from a device; a number of thousands of digits would make the document unreadable."""

_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f"  # control characters
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # direction
    r"\u2028\u2029"  # line and paragraph separators
    r"\u00ad\u200b\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]+"  # what nobody can see
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of fact: its name, what its value means, and whether `--redact` must hide it."""

    name: str
    meaning: str
    sensitive: bool = False


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(name="host.name", meaning="a name the device gives itself or the network gives it", sensitive=True),
        Kind(name="host.address", meaning="an address it says is its own too", sensitive=True),
        Kind(name="host.alive", meaning="whether it answered at the end of the probing"),
        Kind(name="link.reply", meaning="answered to ARP, neighbour discovery or a connection attempt"),
        Kind(name="link.via", meaning="MAC that carried its frames although they named another one", sensitive=True),
        Kind(name="link.router", meaning="whether it says that it is an IPv6 router (RFC 4861, 4.4)"),
        Kind(name="link.flood", meaning="protocol in which it said more than netguard reads of one speaker, `mdns`"),
        Kind(name="netbios.name", meaning="a NetBIOS name it holds, `DISKSTATION<20>`", sensitive=True),
        Kind(name="netbios.group", meaning="a NetBIOS group it belongs to, `WORKGROUP<00>`", sensitive=True),
        Kind(name="dhcp.vendor-class", meaning="DHCP vendor class identifier (option 60), `android-dhcp-13`"),
        Kind(name="dhcp.parameters", meaning="DHCP options it asks for (option 55), `1,3,6,15`"),
        Kind(name="dnssd.type", meaning="a DNS-SD service type it announces, `_hap._tcp`; the port is the SRV port"),
        Kind(name="dnssd.instance", meaning="the instance name of an announced service", sensitive=True),
        Kind(name="dnssd.txt", meaning="one TXT entry of an announced service, `_hap._tcp ci=6`", sensitive=True),
        Kind(name="ssdp.usn", meaning="SSDP unique service name", sensitive=True),
        Kind(name="ssdp.type", meaning="SSDP search target it answered for"),
        Kind(name="ssdp.server", meaning="SSDP SERVER header"),
        Kind(name="ssdp.location", meaning="SSDP LOCATION header", sensitive=True),
        Kind(name="upnp.udn", meaning="unique device name in a UPnP description", sensitive=True),
        Kind(name="upnp.device-type", meaning="device type in a UPnP description"),
        Kind(name="upnp.manufacturer", meaning="manufacturer in a UPnP description"),
        Kind(name="upnp.model", meaning="model name in a UPnP description"),
        Kind(name="tcp.silent", meaning="TCP ports asked in vain of a device that answered on none, as ranges"),
        Kind(name="tcp.banner", meaning="first line a service said by itself"),
        Kind(name="ssh.banner", meaning="SSH identification string (RFC 4253, 4.2)"),
        Kind(name="ssh.key", meaning="SHA-256 of the SSH host key", sensitive=True),
        Kind(name="telnet.banner", meaning="text a telnet service showed, options removed"),
        Kind(name="telnet.login", meaning="whether it asked for a login: `prompt`, `shell` or `silent`"),
        Kind(name="ssh.auth", meaning="SSH authentication methods offered (RFC 4252, 5.1)"),
        Kind(name="ssh.login", meaning="what SSH asks for: `required`, or `none` where it let in without a login"),
        Kind(name="rtsp.server", meaning="RTSP Server header"),
        Kind(name="rtsp.status", meaning="RTSP status code of the answer to OPTIONS, which proves nothing"),
        Kind(
            name="rtsp.describe",
            meaning="RTSP status code of the answer to DESCRIBE without a login: 200 shows the stream",
        ),
        Kind(name="rtsp.path", meaning="path of the stream that DESCRIBE asked for"),
        Kind(name="http.status", meaning="status code of GET /"),
        Kind(name="http.server", meaning="HTTP Server header"),
        Kind(name="http.title", meaning="title of the page at /, or of the one / leads to on the same device"),
        Kind(name="http.realm", meaning="realm of the HTTP authentication asked for"),
        Kind(name="http.redirect", meaning="where / redirects to", sensitive=True),
        Kind(name="http.favicon", meaning="MD5 of its icon, by which fingerprint databases name it"),
        Kind(name="http.marker", meaning="a login page's or API's mark that a rule asked for"),
        Kind(name="tls.version", meaning="negotiated TLS version"),
        Kind(
            name="tls.accepts",
            meaning="newest outdated TLS version it accepts too, `TLSv1.1`; empty where it declines them",
        ),
        Kind(name="tls.subject", meaning="subject of the certificate, RFC 4514 text", sensitive=True),
        Kind(name="tls.issuer", meaning="issuer of the certificate, RFC 4514 text"),
        Kind(name="tls.key", meaning="SHA-256 of the certificate's public key", sensitive=True),
        Kind(name="tls.self-signed", meaning="whether the certificate was issued by its own key"),
        Kind(name="tls.starts", meaning="start of the certificate's validity, RFC 3339"),
        Kind(name="tls.expires", meaning="end of the certificate's validity, RFC 3339"),
        Kind(name="mqtt.anonymous", meaning="whether CONNECT without login was accepted"),
        Kind(name="mqtt.code", meaning="return code of CONNACK (MQTT 3.1.1, 3.2.2.3)"),
        Kind(name="snmp.sysdescr", meaning="SNMP sysDescr.0, answered to community `public`", sensitive=True),
        Kind(name="smb.dialect", meaning="SMB dialect accepted"),
        Kind(name="smb.v1", meaning="whether the dialect NT LM 0.12, which is SMB 1, was accepted"),
        Kind(name="adb.authentication", meaning="what ADB asked for: `key`, `tls`, or `none`"),
        Kind(name="adb.banner", meaning="what an ADB that asked for nothing said of itself"),
        Kind(name="dns.version", meaning="what a name server says to version.bind"),
        Kind(name="dns.recursion", meaning="whether a name server offers to ask others (RFC 1035, 4.1.1, RA)"),
        Kind(name="ntp.version", meaning="NTP version a time server answered in"),
        Kind(name="ntp.stratum", meaning="how many steps a time server is from a clock (RFC 5905, 7.3)"),
        Kind(name="coap.resources", meaning="resources a CoAP server lists (RFC 6690)"),
        Kind(name="upnp.name", meaning="friendly name in a UPnP description", sensitive=True),
        Kind(name="upnp.serial", meaning="serial number in a UPnP description", sensitive=True),
        Kind(name="upnp.service", meaning="service type in a UPnP description"),
        Kind(name="mndp.identity", meaning="name a MikroTik device announces", sensitive=True),
        Kind(name="mndp.version", meaning="RouterOS version a MikroTik device announces"),
        Kind(name="mndp.board", meaning="board a MikroTik device announces, `RB5009`"),
        Kind(name="ubnt.name", meaning="host name a Ubiquiti device says", sensitive=True),
        Kind(name="ubnt.model", meaning="model a Ubiquiti device says"),
        Kind(name="ubnt.version", meaning="firmware version a Ubiquiti device says"),
        Kind(name="winbox.answer", meaning="whether the port answered as MikroTik's Winbox does"),
        Kind(name="tr064.answer", meaning="whether the port has the description of a device of TR-064"),
        Kind(name="api.name", meaning="local programming interface that answered, `Nuki Bridge HTTP API`"),
        Kind(
            name="api.login",
            meaning="what that interface asks for: `required`, `button`, `setup` (no owner yet) or `none`",
        ),
        Kind(name="api.encrypted", meaning="whether that interface is reached through TLS"),
        Kind(name="host.model", meaning="model the device states without login"),
        Kind(name="host.revision", meaning="hardware revision the device states without login, `B1`"),
        Kind(name="host.serial", meaning="serial number or id the device states without login", sensitive=True),
        Kind(name="igd.absent", meaning="whether it was asked for an IGD in every known way and offers none"),
        Kind(name="igd.answer", meaning="an IGD action's answer, `Action Argument=value`", sensitive=True),
        Kind(
            name="igd.mapping",
            meaning="a port it forwards from the internet, `tcp 8443 -> 192.168.1.20 443`",
            sensitive=True,
        ),
        Kind(
            name="igd.self-mapping",
            meaning=(
                "what it said when it was asked to forward a port to this computer: `accepted`, the error's number, or `left` "
                "where that port may still be open"
            ),
        ),
        Kind(
            name="upnp.callback",
            meaning="whether it sends events to an address that is not the asker's own: `accepted` or `refused`",
        ),
        Kind(name="natpmp.result", meaning="NAT-PMP result code of its external address (RFC 6886, 3.5); 0 is success"),
        Kind(name="pcp.result", meaning="PCP result code of ANNOUNCE (RFC 6887, 7.4); 0 is success"),
        Kind(
            name="ftp.anonymous", meaning="whether FTP let in the account `anonymous`, which is for anybody (RFC 1635)"
        ),
        Kind(name="login.family", meaning="whose login page it shows, a family of rules/logins by its id"),
        Kind(name="login.encrypted", meaning="whether that login page is reached through TLS"),
        Kind(
            name="login.says",
            meaning=(
                "what it says of its own login without one: `none` (no password), `factory` (the one it came with), `setup` "
                "(nobody has set it up), `set` (one of its owner's), `asks` (it asks for one, and would not if it had none) or `locked` "
                "(it refuses everybody for a while)"
            ),
        ),
        Kind(name="login.tried", meaning="what came of trying its factory logins: `accepted`, `refused` or `open`"),
        Kind(name="login.account", meaning="the account of the factory login that it accepted"),
        Kind(name="login.empty", meaning="whether that login has no password at all"),
        Kind(name="wifi.element", meaning="a raw information element, hexadecimal"),
        Kind(name="firmware.version", meaning="firmware version the device states without login"),
    )
}
"""Every kind there is. A probe that learns something new adds a line here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What a protocol or probe learnt, before the pipeline knows which device it belongs to."""

    kind: str
    value: Value
    transport: Transport | None = None
    port: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind!r} is no kind of observation; list it in model/observation.py")
        object.__setattr__(self, "value", clean_value(self.value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One unverified announcement from one protocol: somebody at `address` (or with `mac`) said these things."""

    source: str
    detail: str
    address: IPAddress | None = None
    mac: EUI | None = None
    hostnames: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    hearsay: bool = False
    """True for what others remember of it: it says something about a device that is here, and not that it is here."""

    def __post_init__(self) -> None:
        if self.address is None and self.mac is None:
            raise ValueError("a sighting needs an address or a MAC")
        object.__setattr__(self, "detail", clean(self.detail))
        object.__setattr__(self, "hostnames", tuple(n for n in map(clean, self.hostnames[:MAX_ITEMS]) if n))
        object.__setattr__(self, "facts", self.facts[:MAX_ITEMS])


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A fact in the document. `device` is the key of the device it is about, null for the network as a whole."""

    id: str
    device: str | None
    address: IPAddress | None
    transport: Transport | None
    port: int | None
    probe: str
    kind: str
    value: Value
    at: datetime
    sensitive: bool = False


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """`text` on one line, without control, direction-changing or invisible characters, at most `limit` (≥ 1) long.

    Everything a device says goes through here before it is kept: terminals obey control characters,
    direction marks and invisible characters make one name look like another (Unicode TR 36), and half a
    surrogate pair cannot be written as UTF-8. Joiners stay, since scripts and emoji need them.
    """
    scrubbed = _CONTROL.sub(" ", text[: limit * 4].encode("utf-8", "replace").decode("utf-8")).strip()
    return scrubbed if len(scrubbed) <= limit else scrubbed[: limit - 1] + "…"


def clean_value(value: Value) -> Value:
    """`value` with every text in it cleaned and every list cut to `MAX_ITEMS`.

    A number that JSON has no place for (infinite, not a number, longer than `MAX_NUMBER`) becomes null,
    or is left out of its list.
    """
    if isinstance(value, tuple):
        return tuple(c for c in map(_clean_scalar, value[:MAX_ITEMS]) if c is not None)
    return None if value is None else _clean_scalar(value)


def _clean_scalar(value: Scalar) -> Scalar | None:
    if isinstance(value, str):
        return clean(value)
    fits = abs(value) <= MAX_NUMBER if isinstance(value, int) else math.isfinite(value)
    return value if fits else None
