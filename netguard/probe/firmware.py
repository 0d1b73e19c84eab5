"""Routers and access points: model, hardware revision and firmware version that their pages tell without a login.

One page, by what the device's record takes it for; of two makers there are two generations, the second of which is asked
only where the first said nothing. No name, password or token is sent, and of what comes back only model, revision and
version are kept. The pages, and where their form is from:

- FRITZ!Box `jason_boxinfo.xml` (fritzconnection, `core/description.py` and its tests)
- NETGEAR `currentsetting.htm`, lines of `Name=value` (netgear.js, `getCurrentSetting`)
- Linksys JNAP `core/GetDeviceInfo`, which answers without a login, and older ones HNAP (OpenVAS' detection of Linksys
  devices; nmap `hnap-info`)
- D-Link HNAP `GetDeviceSettings`, which a GET of `/HNAP1/` gives (nmap `hnap-info`)
- Xiaomi `xqsystem/init_info`, in two places (integrations of MiWiFi for Home Assistant)
- Huawei HiLink `device/basic_information` (huawei-lte-api)
- Freebox `api_version` (Freebox OS API, "Discovery using HTTP")
- Speedport `data/Status.json`, a list of `varid` and `varvalue` (speedportinfo)
- Google Wifi `api/v1/status` (ddupdate, `onhub`)
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from netguard.model.device import Device, Service
from netguard.model.observation import Fact, clean
from netguard.model.vocabulary import Role
from netguard.net import limits
from netguard.net.access import Net
from netguard.net.failures import NoAnswer
from netguard.probe import _api, _description, _http
from netguard.probe._contract import Ask, Learnt, Target, looked_at, open_tcp, speaks_otherwise

NEEDS = frozenset({"ports", "banners", "tls", "http"})
PROVIDES = frozenset({"firmware"})

ROLES = frozenset({Role.ROUTER, Role.ACCESS_POINT})
PORTS = (80, 443)
"""Where these pages are; 443 where 80 is closed or only leads there."""

MAX_ELEMENTS = 256
"""Elements read of an XML answer; the longest honest one, D-Link's, has under a hundred."""

MAX_LINES = 256
"""Lines or items read of another answer; NETGEAR's has about thirty, a Speedport's about a hundred."""

ACTION = "http://linksys.com/jnap/core/GetDeviceInfo"

Said = Mapping[str, str | None]
"""What an answer says of `host.model`, `host.revision` and `firmware.version`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page: how it is asked for, and what its answer says. `read` raises `NoAnswer` for another page's answer."""

    path: str
    read: Callable[[bytes], Said]
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """One look at a router or access point whose record has a page, in the deep round, once.

    A target's path lists the names of the pages that are asked for one after the other until one tells something.
    """
    names = OF_RECORD.get(device.profile or "")
    if names is None or ask.round != "deep" or device.role not in ROLES:
        return
    services = {s.port: s for s in open_tcp(device) if not speaks_otherwise(ask, s)}
    for port in PORTS:
        service = services.get(port)
        if service is None or port in limits.PAYLOAD_BLOCKED_PORTS or _leads_elsewhere(ask, service, services):
            continue
        if not looked_at(ask, service, "host.model", "firmware.version"):
            secure = port == 443 or looked_at(ask, service, "tls.version")
            yield Target(address=service.address, port=port, secure=secure, path=" ".join(names))
        return


def _leads_elsewhere(ask: Ask, service: Service, services: Mapping[int, Service]) -> bool:
    """Whether the port only sends whoever asks to HTTPS, which is open, too."""
    moved = (f for f in ask.facts if f.kind == "http.redirect" and f.port == service.port)
    return 443 in services and any(str(f.value).startswith("https://") for f in moved)


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """The facts of the first page that tells something. Raises `NoAnswer` when none does, and what `Net.connect` raises."""
    reason: NoAnswer | None = None
    for name in target.path.split():
        try:
            said = _asked(PAGES[name], target, net)
        except NoAnswer as error:
            reason = error
            continue
        for kind, value in said.items():
            yield Fact(kind=kind, value=value, transport=target.transport, port=target.port)
        return
    raise reason or NoAnswer("there is no page to ask for")


def _asked(page: Page, target: Target, net: Net) -> dict[str, str]:
    answer = _http.ask(target, net, page.path, method=page.method, headers=page.headers, body=page.body)
    if answer.status != 200:
        raise NoAnswer(f"it answered {answer.status} when it was asked for {page.path}")
    said = {kind: clean(text, _api.MAX_STATED) for kind, text in page.read(answer.body).items() if text}
    found = {kind: text for kind, text in said.items() if text}
    if not found.keys() & {"host.model", "firmware.version"}:
        raise NoAnswer(f"{page.path} says neither model nor version")
    return found


def _xml(model: str, revision: str | None, version: str | None) -> Callable[[bytes], Said]:
    """A reader of XML in which these elements say it, whatever their namespace and place."""

    def read(body: bytes) -> Said:
        root = _description.parsed(body, "its answer")
        found: dict[str, str] = {}
        for element in islice(root.iter(), MAX_ELEMENTS):
            found.setdefault(_description.name(element), (element.text or "").strip())
        return {
            "host.model": found.get(model),
            "host.revision": found.get(revision or ""),
            "firmware.version": found.get(version or ""),
        }

    return read


def _lines(body: bytes) -> Said:
    """NETGEAR: `Firmware=V1.0.9.88_10.2.88`, `Model=R7000`."""
    lines = body[: _http.MAX_BODY].decode("utf-8", "replace").splitlines()[:MAX_LINES]
    found = {name.strip(): value.strip() for name, mark, value in (line.partition("=") for line in lines) if mark}
    if not found.keys() & {"Model", "SOAPVersion"}:
        raise NoAnswer("its answer is no list of settings, as a NETGEAR's would be")
    return {"host.model": found.get("Model"), "firmware.version": found.get("Firmware")}


def _jnap(body: bytes) -> Said:
    said = _api.decoded(body)
    return {
        "host.model": _api.stated(said, "output", "modelNumber"),
        "host.revision": _api.stated(said, "output", "hardwareVersion"),
        "firmware.version": _api.stated(said, "output", "firmwareVersion"),
    }


def _xiaomi(body: bytes) -> Said:
    """Older firmware says `hardware` and `romversion`, newer has a `hardware` of several parts."""
    said = _api.decoded(body)
    return {
        "host.model": _api.stated(said, "hardware", "displayName") or _api.stated(said, "hardware"),
        "firmware.version": _api.stated(said, "hardware", "version") or _api.stated(said, "romversion"),
    }


def _freebox(body: bytes) -> Said:
    return {"host.model": _api.stated(_api.decoded(body), "box_model_name")}


def _google(body: bytes) -> Said:
    said = _api.decoded(body)
    return {
        "host.model": _api.stated(said, "system", "modelId"),
        "firmware.version": _api.stated(said, "software", "softwareVersion"),
    }


def _speedport(body: bytes) -> Said:
    items = _api.decoded(body)
    if not isinstance(items, list):
        raise NoAnswer("its answer is no list, as a Speedport's would be")
    found = {_api.stated(item, "varid"): _api.stated(item, "varvalue") for item in items[:MAX_LINES]}
    return {
        "host.model": found.get("device_name"),
        "host.revision": found.get("hardware_revision"),
        "firmware.version": found.get("firmware_version"),
    }


PAGES: Mapping[str, Page] = {
    "fritz": Page(path="/jason_boxinfo.xml", read=_xml("Name", None, "Version")),
    "netgear": Page(path="/currentsetting.htm", read=_lines),
    "jnap": Page(
        path="/JNAP/",
        read=_jnap,
        method="POST",
        headers=(("X-JNAP-Action", ACTION), ("Content-Type", "application/json")),
        body=b"{}",
    ),
    "hnap": Page(path="/HNAP1/", read=_xml("ModelName", "HardwareVersion", "FirmwareVersion")),
    "xiaomi": Page(path="/cgi-bin/luci/api/xqsystem/init_info", read=_xiaomi),
    "xiaomi-new": Page(path="/api/xqsystem/init_info", read=_xiaomi),
    "hilink": Page(path="/api/device/basic_information", read=_xml("devicename", "HardwareVersion", "SoftwareVersion")),
    "freebox": Page(path="/api_version", read=_freebox),
    "speedport": Page(path="/data/Status.json", read=_speedport),
    "google": Page(path="/api/v1/status", read=_google),
}
"""The pages by a name of ours."""

OF_RECORD: Mapping[str, tuple[str, ...]] = {
    "fritzbox": ("fritz",),
    "fritz-repeater": ("fritz",),
    "netgear-router": ("netgear",),
    "linksys-router": ("jnap", "hnap"),
    "dlink-router": ("hnap",),
    "xiaomi-router": ("xiaomi", "xiaomi-new"),
    "huawei-router": ("hilink",),
    "freebox": ("freebox",),
    "speedport": ("speedport",),
    "google-wifi": ("google",),
}
"""Which of them a device record's devices have, the likelier first."""
