"""Devices that the person says they have, whether or not a scan can see them."""

from dataclasses import dataclass
from datetime import datetime

from netguard.model.device import Device
from netguard.model.vocabulary import IP_LINKS, Link, Role

KEY_PREFIX = "declared:"
"""What the key of a declared device that was not seen begins with; its declaration's id follows."""

LINK_NAMES: dict[Link, str] = {
    Link.WIFI: "Wi-Fi",
    Link.ETHERNET: "a network cable",
    Link.BRIDGE: "its maker's bridge",
    Link.THREAD: "Thread",
    Link.ZIGBEE: "Zigbee",
    Link.Z_WAVE: "Z-Wave",
    Link.BLUETOOTH: "Bluetooth",
}
"""The links as a person calls them, to be put after "by" or into brackets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """One device that the person declared. It belongs to one site."""

    id: str
    """12 hexadecimal digits; the device's key is `declared:<id>` until it is seen."""
    site: str
    name: str
    """What the person calls it."""
    role: Role
    profile: str | None = None
    """The id of its device record; null for one that no record knows."""
    link: Link | None = None
    known: str | None = None
    """The `id` of the known device it turned out to be; null until it was seen."""
    declared_at: datetime


def without_address(device: Device) -> bool:
    """Whether the person said of `device` that it is connected by something that gives it no IP address of its own."""
    return device.link is not None and device.link not in IP_LINKS
