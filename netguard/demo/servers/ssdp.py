"""An SSDP responder (UPnP Device Architecture 1.1, section 1): answers searches, and says once that it is there."""

from netguard.demo.servers._contract import Answer, Context

GROUP = "239.255.255.250"
GROUP6 = "ff02::c"
PORT = 1900
_MAX_AGE = 1800
"""Seconds an announcement stays good: the least that the architecture asks for."""


class Ssdp:
    """The responder of one device."""

    group: str | None = GROUP

    def __init__(self, context: Context) -> None:
        self._upnp = upnp = context.device.upnp
        self._host = f"[{GROUP6.upper()}]" if ":" in context.address else GROUP
        if upnp is None:
            self._targets: tuple[str, ...] = ()
            return
        self._location = f"http://{context.url_host}:{context.bound(upnp.port)}{upnp.path}"
        said = ("upnp:rootdevice", f"uuid:{upnp.udn}", upnp.device_type, *upnp.services)
        self._targets = tuple(dict.fromkeys(target for target in said if target))

    def announcements(self) -> tuple[bytes, ...]:
        """One NOTIFY for each thing it could be searched for."""
        return tuple(
            self._message("NOTIFY * HTTP/1.1", f"HOST: {self._host}:{PORT}", f"NT: {t}", "NTS: ssdp:alive", target=t)
            for t in self._targets
        )

    def answers(self, data: bytes, sender: tuple[str, int]) -> tuple[Answer, ...]:  # noqa: ARG002 - the contract
        """One answer for each thing the search matches, to who asked."""
        lines = data.decode("latin-1").split("\r\n")
        headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:])}
        if lines[0] != "M-SEARCH * HTTP/1.1" or headers.get("man") != '"ssdp:discover"':
            return ()
        wanted = headers.get("st", "")
        return tuple(
            Answer(data=self._message("HTTP/1.1 200 OK", "EXT:", f"ST: {target}", target=target))
            for target in self._targets
            if wanted in ("ssdp:all", target)
        )

    def _message(self, *first: str, target: str) -> bytes:
        upnp = self._upnp
        if upnp is None:
            return b""
        usn = f"uuid:{upnp.udn}" + ("" if target.startswith("uuid:") else f"::{target}")
        lines = (
            *first, f"CACHE-CONTROL: max-age={_MAX_AGE}", f"LOCATION: {self._location}", f"SERVER: {upnp.server}",
            f"USN: {usn}", "", "",
        )  # fmt: skip
        return "\r\n".join(lines).encode()


def responder(context: Context) -> Ssdp:
    """The device's responder."""
    return Ssdp(context)
