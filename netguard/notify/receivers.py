"""Who is told: addresses as Apprise reads them. They hold passwords and tokens, so they are shown to nobody.

Those of `netguard schedule install --notify URL` are kept in a file of their own beside the settings, one a line, which
nobody but its owner can read; a person may write others into `config.toml` (`[notify]`, `urls`).
"""

import contextlib
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from netguard import config
from netguard.errors import ConfigError, UsageError

MAX_FILE = 64 * 1024
"""Bytes; receivers are a few lines, anything larger is the wrong file."""

MAX_URL = 4096
"""Characters of one address; the longest that a service hands out (a webhook of Teams) has some 500."""

MAX_RECEIVERS = 32
"""Receivers at most; more are a list of somebody else's customers, and each costs a wait of up to two minutes."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,31})://")
"""How an address begins (RFC 3986, 3.1)."""

_OTHERS = 0o077
"""Rights of anybody but the owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """One address that messages go to. Its `repr` does not show it."""

    url: str

    def __repr__(self) -> str:
        """Without the address."""
        return f"<Receiver {self.label}>"

    @property
    def id(self) -> str:
        """What the history knows it by: 16 hexadecimal digits that do not give the address away."""
        return hashlib.sha256(f"netguard receiver\0{self.url}".encode()).hexdigest()[:16]

    @property
    def label(self) -> str:
        """What a person may be shown: the kind, and enough of `id` to tell two of a kind apart: `ntfy (3f2a91)`.

        Not the host: with many services the token or the secret topic stands there.
        """
        found = _SCHEME.match(self.url)
        return f"{found[1].lower() if found else 'receiver'} ({self.id[:6]})"


def path() -> Path:
    """The file, which need not exist."""
    return config.folder() / "receivers"


def add(url: str) -> Receiver:
    """Keep `url`, once, and give it as a receiver. Whether a service answers there is not asked.

    Raises `UsageError` for what is no address or one too many, `ConfigError` when the file cannot be read or written.
    """
    made = made_of(url)
    there = _stored()
    if made in there:
        return made
    if len(there) >= MAX_RECEIVERS:
        raise UsageError(f"there are {MAX_RECEIVERS} receivers already; remove one first")
    _write((*there, made))
    return made


def remove(which: str) -> bool:
    """Take out the receiver that `which` names, by its address, its `id` or its `label`; say whether there was one.

    Without any left the file goes, too. Raises `ConfigError` when the file cannot be read or written.
    """
    there = _stored()
    left = tuple(r for r in there if which.strip() not in {r.url, r.id, r.label})
    if left == there:
        return False
    if left:
        _write(left)
    else:
        with _explained():
            path().unlink(missing_ok=True)
    return True


def stored() -> tuple[Receiver, ...]:
    """Those of the file, in the order they were added: what `add` kept and `remove` takes out."""
    return _stored()


def all(settings: config.Config | None = None) -> tuple[Receiver, ...]:  # noqa: A001 - reads well as receivers.all()
    """Everybody who is told: those of the settings, then those of the file, each once.

    Raises `ConfigError` when either cannot be read, or an address in it is none.
    """
    settings = config.load() if settings is None else settings
    try:
        written = tuple(made_of(url) for url in settings.notify.urls)
    except UsageError as error:
        raise ConfigError(f"{config.path()}: notify.urls: {error}") from error
    everybody = tuple(dict.fromkeys((*written, *_stored())))
    if len(everybody) > MAX_RECEIVERS:
        raise ConfigError(f"{config.path()}: notify.urls: there are more than {MAX_RECEIVERS} receivers")
    return everybody


def made_of(text: str) -> Receiver:
    """The receiver at the address `text`. Raises `UsageError`, without repeating the address, for what is none."""
    url = text.strip()
    if not _SCHEME.match(url) or not url.isprintable() or any(c.isspace() for c in url):
        raise UsageError(
            "the receiver's address is no URL; it has the form ntfy://topic, mailto://user:password@example.org or another"
            " of https://appriseit.com/services/"
        )
    if len(url) > MAX_URL:
        raise UsageError(f"the receiver's address is longer than {MAX_URL} characters")
    return Receiver(url=url)


def _stored() -> tuple[Receiver, ...]:
    where = path()
    with _explained():
        try:
            with where.open("rb") as file:
                if os.name == "posix" and (mode := os.fstat(file.fileno()).st_mode) & _OTHERS:
                    with contextlib.suppress(OSError):  # on a disk that a sandbox shows read-only, say
                        os.fchmod(file.fileno(), mode & ~_OTHERS & 0o777)
                data = file.read(MAX_FILE + 1)
        except FileNotFoundError:
            return ()
    if len(data) > MAX_FILE:
        raise ConfigError(f"{where}: it is larger than {MAX_FILE // 1024} KiB, no list of receivers is")
    try:
        lines = [line.strip() for line in data.decode().splitlines()]
        return tuple(dict.fromkeys(made_of(line) for line in lines if line and not line.startswith("#")))
    except (UnicodeDecodeError, UsageError) as error:
        reason = error if isinstance(error, UsageError) else "it is no text"
        raise ConfigError(f"{where}: {reason}") from error


def _write(receivers: tuple[Receiver, ...]) -> None:
    """Put the file in place whole; it is its owner's alone from the first byte on (mkstemp makes it 0600)."""
    where = path()
    lines = ["# Who netguard tells what changed. An address a line; they are secrets.", *(r.url for r in receivers)]
    with _explained():
        where.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=where.parent, prefix=".receivers.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write("\n".join(lines) + "\n")
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(where)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigError(f"{path()}: it cannot be read or written ({error.strerror})") from error
