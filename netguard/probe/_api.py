"""What the probes of local programming interfaces share: where they may ask, and how what they learn is written down.

These interfaces belong to hubs and lock bridges, to which nothing is sent that could count as trying to get in: no token,
no password, no made-up name. What they say to somebody who has none of these is all that is asked.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from netguard.model.device import Device, Service
from netguard.model.observation import Fact, clean
from netguard.model.vocabulary import PortState
from netguard.net import limits
from netguard.net.failures import NoAnswer
from netguard.probe import _http
from netguard.probe._contract import Ask, Target, looked_at, open_tcp, speaks_otherwise
from netguard.rules.globs import matches

MAX_STATED = 120
"""Characters kept of a version, model or serial number; honest ones have about thirty."""

REFUSED = frozenset({401, 403})
"""Unauthorized and Forbidden (RFC 9110, 15.5.2 and 15.5.4)."""


def open_ports(device: Device, ask: Ask) -> Iterator[Service]:
    """The open TCP ports of `device` at which no interface has answered yet, each once; nothing outside the deep round.

    What an interface asks for tells nothing about what the device is, so it can wait until that is known.
    """
    seen: set[int] = set()
    for service in open_tcp(device) if ask.round == "deep" else ():
        if service.port in seen | limits.PAYLOAD_BLOCKED_PORTS or speaks_otherwise(ask, service):
            continue
        if not looked_at(ask, service, "api.name"):
            seen.add(service.port)
            yield service


def at(ask: Ask, service: Service, path: str = "", *, secure: bool = False) -> Target:
    """The target for one look at `service`; through TLS where it is known to speak it, or `secure` says so."""
    spoke_tls = looked_at(ask, service, "tls.version")
    return Target(address=service.address, port=service.port, secure=secure or spoke_tls, path=path)


def says(ask: Ask, service: Service, kind: str, *globs: str) -> bool:
    """Whether a fact of this kind about this very port matches one of `globs`, compared without case."""
    return any(
        f.kind == kind and f.port == service.port and f.transport is service.transport and _matches(f.value, globs)
        for f in ask.facts
    )


def announces(ask: Ask, service: Service, kind: str) -> bool:
    """Whether the device announces the DNS-SD service `kind` at this port."""
    return any(f.kind == "dnssd.type" and f.port == service.port and f.value == kind for f in ask.facts)


def _matches(value: object, globs: tuple[str, ...]) -> bool:
    return isinstance(value, str) and any(matches(glob, value) for glob in globs)


def decoded(text: bytes) -> Any:
    """What JSON says. Raises `NoAnswer` for anything else, and for more than `_http.MAX_BODY`.

    Nesting is bounded by msgspec, which refuses what goes deeper than Python's own recursion.
    """
    if len(text) >= _http.MAX_BODY:
        raise NoAnswer(f"its answer is longer than {_http.MAX_BODY // 1024} KiB")
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise NoAnswer("its answer is no JSON, as the interface's would be") from error


def stated(answer: object, *path: str) -> str | None:
    """The text or whole number at `path` in an answer, cleaned; None where there is none."""
    for name in path:
        answer = answer.get(name) if isinstance(answer, Mapping) else None
    if isinstance(answer, bool) or not isinstance(answer, str | int):
        return None
    if isinstance(answer, int) and abs(answer) > 2**63 - 1:
        return None
    return clean(str(answer), MAX_STATED) or None


def told(
    target: Target,
    name: str,
    *,
    login: str | None,
    service: str | None = None,
    model: str | None = None,
    version: str | None = None,
    serial: str | None = None,
) -> Iterator[Service | Fact]:
    """The facts that an interface called `name` answered at `target`, and the service by the name `service`.

    `login` is null where the interface does not show what it asks for.
    """
    said: dict[str, str | bool | None] = {
        "api.name": name,
        "api.login": login,
        "api.encrypted": target.secure,
        "host.model": model,
        "firmware.version": version,
        "host.serial": serial,
    }
    for kind, value in said.items():
        if value is not None:
            yield Fact(kind=kind, value=value, transport=target.transport, port=target.port)
    yield Service(
        address=target.address,
        transport=target.transport,
        port=target.port or 0,
        state=PortState.OPEN,
        name=service or ("https" if target.secure else "http"),
    )
