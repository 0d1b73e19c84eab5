"""The person's settings: config.toml under the system's config folder, or where NETGUARD_CONFIG says."""

import os
import tomllib
from datetime import date
from pathlib import Path

import msgspec
from netaddr import EUI, IPAddress

from netguard.errors import ConfigError
from netguard.model import address as addresses

MAX_CONFIG = 256 * 1024
"""Bytes; settings are a page of text, anything larger is the wrong file."""


class Pause(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A device to leave alone until a day, that day included."""

    device: str
    until: date


class Notify(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is told what changed, and what may stand in such a message, which passes through other people's computers."""

    urls: tuple[str, ...] = ()
    """Receivers, as Apprise writes their addresses; those of `netguard schedule install --notify` come on top."""
    names: bool = True
    """Names of devices, of Wi-Fi networks and of the home."""
    addresses: bool = False
    """IP addresses."""
    macs: bool = False
    """MAC addresses."""
    heartbeat: bool = True
    """Once a month a line that scans were made and nothing was new."""


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that can be set. Devices are given as MAC or IP address."""

    never_touch: tuple[str, ...] = ()
    pause: tuple[Pause, ...] = ()
    logins: tuple[str, ...] = ()
    """Devices on which every scan may try factory logins, as `--logins` does on all that are known well enough."""
    reports: str | None = None
    """Folder for the HTML reports."""
    notify: Notify = Notify()

    def left_alone(self, today: date) -> tuple[tuple[EUI, ...], tuple[IPAddress, ...]]:
        """MACs and addresses that must not be touched today. Raises `ValueError` for what is neither."""
        named = [_device(text) for text in (*self.never_touch, *(p.device for p in self.pause if p.until >= today))]
        return tuple(d for d in named if isinstance(d, EUI)), tuple(d for d in named if isinstance(d, IPAddress))

    def logins_at(self) -> tuple[EUI | IPAddress, ...]:
        """Devices whose factory logins may be tried. Raises `ValueError` for what is neither MAC nor IP address."""
        return tuple(_device(text) for text in self.logins)


def _device(text: str) -> EUI | IPAddress:
    try:
        return addresses.mac(text)
    except ValueError:
        try:
            return addresses.ip(text)
        except ValueError:
            raise ValueError(f"{text!r} is neither a MAC nor an IP address") from None


def folder() -> Path:
    """Where the config file and the person's own rules live."""
    named = os.environ.get("NETGUARD_CONFIG")
    if named:
        return Path(named).expanduser().parent
    import platformdirs

    return platformdirs.user_config_path("netguard", appauthor=False)


def path() -> Path:
    """The config file, which need not exist."""
    named = os.environ.get("NETGUARD_CONFIG")
    return Path(named).expanduser() if named else folder() / "config.toml"


def load() -> Config:
    """The settings; defaults where there is no file. Raises `ConfigError` naming file and key for anything else."""
    where = path()
    try:
        with where.open("rb") as file:
            data = file.read(MAX_CONFIG + 1)
    except FileNotFoundError:
        if os.environ.get("NETGUARD_CONFIG"):
            raise ConfigError(f"{where}: there is no such file, but NETGUARD_CONFIG names it") from None
        return Config()
    except OSError as error:
        raise ConfigError(f"{where}: it cannot be read ({error.strerror})") from error
    if len(data) > MAX_CONFIG:
        raise ConfigError(f"{where}: it is larger than {MAX_CONFIG // 1024} KiB, no configuration is")
    try:
        config = msgspec.convert(tomllib.loads(data.decode()), Config)
        config.left_alone(date.today())  # noqa: DTZ011 - the person's own calendar day
        config.logins_at()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError, ValueError) as error:
        raise ConfigError(f"{where}: {error}") from error
    return config
