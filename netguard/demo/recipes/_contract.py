"""What a recipe is: a module with `DAEMON`, which says where a daemon comes from and how it is run for a simulated device.

A daemon takes its settings from the server that stands in for it (`homes.Server.stands_in_for`): port, pages and options.
So a device is described once, and behaves the same whether the daemon or its stand-in plays it.

All paths below /run and /etc are private to the daemon's own mount namespace. Nothing is ever sent beyond the home.
"""

from collections.abc import Callable
from dataclasses import dataclass

from netguard.demo.homes import Device, Home, Server

PASSWORD = "correct horse battery staple"  # noqa: S105 - it protects nothing but a simulated device from its own tests
"""The password of everything in the lab that has one. Nobody ever enters it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a daemon runs."""

    daemon: str
    """Its name."""
    home: Home
    device: Device
    address: str
    interface: str
    executable: str
    folder: str
    """Where the packages were unpacked, for what a daemon loads besides libraries."""
    tools: dict[str, str]
    """Executables by name that a recipe may need besides its own."""

    @property
    def servers(self) -> tuple[Server, ...]:
        """The simulated servers that it is run in place of."""
        return tuple(server for server in self.device.servers if server.stands_in_for == self.daemon)

    def port(self, default: int) -> int:
        """The port it listens on: that of the first server it is run in place of, or `default`."""
        return next((server.port for server in self.servers), default)

    def option(self, name: str, default: str = "") -> str:
        """Setting `name`: that option of the servers it is run in place of, or `default`."""
        return next((value for server in self.servers for key, value in server.options if key == name), default)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """`ready` has the listening ports and, where there is one, the log text that say the daemon can be used."""

    argv: tuple[str, ...]
    ready: tuple[tuple[str, int], ...]
    ready_log: str = ""
    files: tuple[tuple[str, str | bytes], ...] = ()
    private_etc: bool = False
    first: tuple[tuple[str, ...], ...] = ()
    """Commands that run before it, in the same place; one that fails is no reason to stop."""
    environment: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Daemon:
    """A daemon: what Debian and Ubuntu call its packages, its program, and how it is run."""

    packages: tuple[str, ...]
    executable: str
    recipe: Callable[[Place], Recipe]
    parts: tuple[str, ...] = ()
    """Files, as patterns below the root, that it needs besides its program and its libraries."""
    speaks_ipv6: bool = False
    """Whether it also serves a home's IPv6; for the others a simulated server does that part."""
    needs_root: bool = False
    """Whether it needs rights that an ordinary user's own namespaces do not give."""
    alone: bool = False
    """Whether its packages are taken without what they depend on: the part that is used needs none of it."""
