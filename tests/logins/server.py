"""What the fakes share: a web server on loopback with a login, a mood, and a count of the wrong logins that it got."""

import base64
import hashlib
import hmac
import re
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import parse_qsl

from tests.servers import Listener


class Mood(StrEnum):
    """What kind of router it is today."""

    FACTORY = "factory"
    """As it left the factory."""
    CHANGED = "changed"
    """Its owner has set it up with a password of their own."""
    NONE = "none"
    """It has no password, where a router of the family can be so."""
    ANSWERS_ALL = "answers-all"
    """It answers 200 and its login page to everything."""
    SHOWS_ALL = "shows-all"
    """It answers 200 to everything with its login page and all that it would show to who is logged in."""
    LOCKS = "locks"
    """Changed, and refuses everybody after as many wrong logins as its record says, and for good."""


OWNERS = "quiet-harbour-71"
"""The password of owners in these tests."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request; header names in small letters."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> Mapping[str, str]:
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    @property
    def cookies(self) -> Mapping[str, str]:
        pairs = (part.strip().partition("=") for part in self.headers.get("cookie", "").split(";"))
        return {name: value for name, _, value in pairs if name}

    @property
    def basic(self) -> tuple[str, str] | None:
        scheme, _, packed = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        account, _, password = base64.b64decode(packed).decode().partition(":")
        return account, password


@dataclass(frozen=True, kw_only=True)
class Said:
    """One answer."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()
    body: str = ""


class Router:
    """A fake. Each family's says `FACTORY` (account and password that it ships with; the account also of its owner) and:

    - `page(asked)`: what anybody gets, the login page at `/` and what else the family shows without a login;
    - `log_in(asked)`: null where `asked` is no login, else the answer to it (call `self.check` once for each);
    - `inside(asked)`: what who is logged in gets, null for what is no page of theirs;
    - `is_in(asked)`: whether the request is of somebody who is logged in.
    """

    FACTORY: tuple[str, str] = ("admin", "admin")
    LOCKS_AFTER: int | None = None
    """Wrong logins after which it refuses everybody, as its record says; null where it never does."""
    FORGETS = False
    """Whether it forgets them within a day, as a record with `lock.within` says."""
    MOODS = frozenset({Mood.FACTORY, Mood.CHANGED, Mood.NONE, Mood.ANSWERS_ALL, Mood.SHOWS_ALL})
    """Those that a router of the family can be in; `LOCKS` comes on top where `LOCKS_AFTER` is given."""

    def __init__(self, mood: Mood, *, listens: bool = True) -> None:
        self.mood = mood
        self.password = {Mood.FACTORY: self.FACTORY[1], Mood.NONE: ""}.get(mood, OWNERS)
        self.account = self.FACTORY[0]
        self.asked: list[Asked] = []
        self.wrong = 0
        self.forgotten = 0
        self.locked = False
        self.sessions: set[str] = set()
        self._lock = threading.Lock()
        self._listener = Listener(behave=self.serve) if listens else None
        self.port = self._listener.port if self._listener is not None else 0

    def __enter__(self) -> "Router":
        return self

    def __exit__(self, kind: object, error: object, at: object) -> None:
        if self._listener is not None:
            self._listener.close()

    # What a family says -------------------------------------------------------------------------------------------

    def page(self, asked: Asked) -> Said:
        raise NotImplementedError

    def log_in(self, asked: Asked) -> Said | None:
        raise NotImplementedError

    def inside(self, asked: Asked) -> Said | None:
        raise NotImplementedError

    def is_in(self, asked: Asked) -> bool:
        return bool(self.sessions & set(asked.cookies.values()))

    def lock_says(self) -> Said:
        """The answer to a login while it refuses everybody."""
        return Said(status=429, body="Too many attempts")

    # What all do --------------------------------------------------------------------------------------------------

    def check(self, account: str, password: str) -> bool:
        """Whether this login is right; wrong ones are counted, and lock it."""
        if (account, password) == (self.account, self.password) and not self.locked:
            return True
        self.wrong += 1
        if self.mood is Mood.LOCKS and self.LOCKS_AFTER is not None and self._counted >= self.LOCKS_AFTER:
            self.locked = True
        return False

    @property
    def _counted(self) -> int:
        return self.wrong - self.forgotten

    def a_day_later(self) -> None:
        """A day without logins is over."""
        if self.FORGETS:
            self.forgotten = self.wrong

    def check_proof(self, account: str, proves) -> bool:
        """The same where what is sent only proves the password: `proves(password)` says whether it proves this one."""
        right = account == self.account and proves(self.password) and not self.locked
        return self.check(self.account, self.password) if right else self.check(account, f"not {self.password}")

    def new_session(self) -> str:
        made = hashlib.sha256(f"{self.port} {len(self.sessions)}".encode()).hexdigest()[:32]
        self.sessions.add(made)
        return made

    def answer(self, asked: Asked) -> Said:
        if self.mood in {Mood.ANSWERS_ALL, Mood.SHOWS_ALL}:
            return self._to_everything()
        if (said := self.log_in(asked)) is not None:
            return self.lock_says() if self.locked else said
        if self.is_open or self.is_in(asked):
            shown = self.inside(asked)
            if shown is not None:
                return shown
        return self.page(asked)

    @property
    def is_open(self) -> bool:
        """Whether it shows everything to everybody: a family that asks for no login where it has no password says so."""
        return False

    def _to_everything(self) -> Said:
        page = self.page(Asked(method="GET", path="/", query={}, headers={}, body=b""))
        body = page.body
        if self.mood is Mood.SHOWS_ALL:
            body += "\n".join(said.body for said in self.everything())
        return Said(status=200, headers=page.headers, body=body)

    def everything(self) -> list[Said]:
        """What who is logged in may see, in any state: `SHOWS_ALL` shows it to everybody, at every path."""
        return []

    def serve(self, peer: socket.socket) -> None:
        """One connection: one request and its answer."""
        asked = _read(peer)
        if asked is None:
            return
        with self._lock:
            self.asked.append(asked)
            said = self.answer(asked)
        lines = [f"HTTP/1.1 {said.status} {_REASONS.get(said.status, 'Whatever')}"]
        body = said.body.encode()
        headers = {"Content-Type": "text/html", **said.headers, "Content-Length": str(len(body)), "Connection": "close"}
        lines += [f"{name}: {value}" for name, value in headers.items()]
        lines += [f"Set-Cookie: {cookie}" for cookie in said.cookies]
        peer.sendall("\r\n".join((*lines, "", "")).encode() + body)


_REASONS = {200: "OK", 302: "Found", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 429: "Too Many Requests"}


def _read(peer: socket.socket) -> Asked | None:
    data = b""
    while b"\r\n\r\n" not in data:
        more = peer.recv(65536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
    length = int(headers.get("content-length", "0"))
    while len(body) < length:
        more = peer.recv(65536)
        if not more:
            break
        body += more
    method, target, _ = first.split(" ", 2)
    path, _, query = target.partition("?")
    return Asked(
        method=method, path=path, query=dict(parse_qsl(query, keep_blank_values=True)), headers=headers, body=body
    )


def digest_is_right(asked: Asked, account: str, password: str) -> bool:
    """Whether the Authorization header answers a Digest challenge of RFC 7616 (MD5, with or without `auth`) rightly."""
    header = asked.headers.get("authorization", "")
    parts = dict(re.findall(r'(\w+)="?([^",]*)"?', header.partition(" ")[2]))

    def hashed(text: str) -> str:
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    first = hashed(f"{account}:{parts.get('realm', '')}:{password}")
    second = hashed(f"{asked.method}:{parts.get('uri', '')}")
    quality = parts.get("qop")
    middle = (
        f"{parts.get('nonce')}:{parts.get('nc')}:{parts.get('cnonce')}:{quality}" if quality else parts.get("nonce")
    )
    right = hashed(f"{first}:{middle}:{second}")
    return parts.get("username") == account and hmac.compare_digest(right, parts.get("response", ""))
