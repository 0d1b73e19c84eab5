"""A conversation with one login page: what a browser keeps between two requests, and how long each answer took."""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from email.utils import parsedate
from urllib.parse import quote

from netguard.net.access import Net
from netguard.net.failures import NoAnswer
from netguard.probe import _http
from netguard.probe._contract import Target
from netguard.probe._login.steps import filled
from netguard.rules.logins import Request

FORM = "application/x-www-form-urlencoded"

MAX_COOKIES, MAX_COOKIE = 16, 4096
"""Cookies kept of one page, and characters of one (RFC 6265, 6.1, asks for 4,096); login pages set one or two."""

TAKEN_BACK = 2015
"""Programs take a cookie back by a year long ago, 1970 for most. Nothing of now ends before this one."""

_EXPIRES = re.compile(r"(?:^|;)\s*expires\s*=\s*([^;]+)", re.IGNORECASE)
_ENDS = re.compile(r"(?:^|;)\s*max-age\s*=\s*(?:0+|-\d+)\s*(?:;|$)", re.IGNORECASE)
"""A cookie that is taken back (RFC 6265, 5.2.2: a number that is not above zero)."""

Credentials = Callable[[str, str], str | None]
"""Gives the Authorization header for a method and path; null for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer and the seconds that it took."""

    heard: _http.Answer
    seconds: float


class Talk:
    """Requests to one port, each over a connection of its own, with the cookies that it set so far. Nothing is followed."""

    def __init__(self, target: Target, net: Net) -> None:
        """Speak with `target`."""
        self.target, self._net = target, net
        self.cookies: dict[str, str] = {}
        self.credentials: Credentials | None = None
        """What goes with every request; a scheme sets it when it logs in by headers."""
        self.last: Reply | None = None
        """The newest answer."""
        self.notes: dict[str, str] = {}
        """What a scheme learnt while it logged in, and needs to log out: `{session}`."""
        self.tried = False
        """Whether a login was sent in it, or may have been."""

    def anew(self) -> "Talk":
        """The same port, and nothing kept of before."""
        return Talk(self.target, self._net)

    @property
    def net(self) -> Net:
        """By which it speaks."""
        return self._net

    def ask(
        self,
        request: Request,
        things: Mapping[str, str] | None = None,
        *,
        is_login: bool = False,
        most: int = _http.MAX_BODY,
    ) -> Reply:
        """Send `request` with `things` in its places, and read `most` bytes of what it is answered with.

        Raises `NoAnswer` and what `Net.connect` raises.
        """
        host = f"[{self.target.address}]" if self.target.address.version == 6 else str(self.target.address)
        usual = {"host": host, "origin": f"{'https' if self.target.secure else 'http'}://{host}:{self.target.port}"}
        things = usual | self.notes | dict(things or {})
        headers = {name: filled(value, things) for name, value in request.headers.items()}
        body = filled(request.body, things).encode()
        if request.fields:
            fields = ((name, filled(value, things)) for name, value in request.fields.items())
            body = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in fields).encode()
            headers.setdefault("Content-Type", FORM)
        return self.send(
            filled(request.path, things),
            method=request.method,
            headers=headers.items(),
            body=body,
            is_login=is_login,
            most=most,
        )

    def log_in(self, request: Request, things: Mapping[str, str] | None = None) -> Reply:
        """As `ask`, for the request that has the login in it: it counts when it leaves, whether it arrives or not."""
        return self.ask(request, things, is_login=True)

    def _leaves(self) -> None:
        self.tried = True

    def send(
        self,
        path: str,
        *,
        method: str = "GET",
        headers: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
        is_login: bool = False,
        most: int = _http.MAX_BODY,
    ) -> Reply:
        """Send a request as it is. Raises as `ask` does.

        What cannot be written into a request, a token with a blank in a path, is `NoAnswer`: it came from the device.
        """
        sent = dict(headers)
        if self.cookies:
            kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            sent["Cookie"] = f"{sent['Cookie']}; {kept}" if "Cookie" in sent else kept
        credentials = self.credentials(method, path) if self.credentials is not None else None
        if credentials is not None:
            sent["Authorization"] = credentials
        began = time.monotonic()
        try:
            heard = _http.ask(
                self.target,
                self._net,
                path,
                method=method,
                headers=sent.items(),
                body=body,
                most=most,
                sending=self._leaves if is_login else None,
            )
        except ValueError:
            # Nothing of it is told: it may hold a login.
            raise NoAnswer("it gave something to send back that no request can carry") from None
        self._keep(heard.cookies)
        self.last = Reply(heard=heard, seconds=time.monotonic() - began)
        return self.last

    def _keep(self, set_cookies: Iterable[str]) -> None:
        """By RFC 6265, 5.2: name and value end at the first semicolon. What no header could give back is not kept."""
        for line in set_cookies:
            pair, _, attributes = line.partition(";")
            name, equals, value = (part.strip() for part in pair.partition("="))
            fit = (name + value).isprintable() and (name + value).isascii()
            if not (equals and name and len(line) <= MAX_COOKIE and fit):
                continue
            if _ENDS.search(attributes) or _is_over(attributes) or not value:
                self.cookies.pop(name, None)
            elif name in self.cookies or len(self.cookies) < MAX_COOKIES:
                self.cookies[name] = value


def _is_over(attributes: str) -> bool:
    """Whether a cookie's Expires (RFC 6265, 5.2.1) is long past: that is how one is taken back, whatever its value says."""
    given = _EXPIRES.search(attributes)
    when = parsedate(given[1]) if given else None
    return when is not None and when[0] < TAKEN_BACK
