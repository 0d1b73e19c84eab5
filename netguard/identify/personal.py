"""Whose is it: what belongs to the home, and what to the people in it. Pure.

For whoever looks after a home that others live in: their phones and computers are none of his business.
"""

from netguard.model.device import Device
from netguard.model.surroundings import Surroundings
from netguard.model.vocabulary import PERSONAL_ROLES, Role


def is_personal(device: Device, surroundings: Surroundings) -> bool:
    """Whether `device` is somebody's own: a phone, a computer, a console, somebody's storage.

    What nobody recognised and has a made-up MAC is one, too: phones and laptops make theirs up, what is built in does
    not. The computer netguard runs on, the router and what the person declared never are.
    """
    if _of_the_home(device, surroundings):
        return False
    return device.role in PERSONAL_ROLES or (device.role is Role.UNKNOWN and bool(device.mac_randomised))


def may_be_personal(device: Device, surroundings: Surroundings) -> bool:
    """Whether it cannot be told: nobody recognised it, so it may be a laptop that says nothing of itself."""
    return device.role is Role.UNKNOWN and not _of_the_home(device, surroundings)


def _of_the_home(device: Device, surroundings: Surroundings) -> bool:
    vantage = surroundings.vantage
    gateway = vantage.gateway
    return (
        device.declared
        or vantage.address in device.addresses
        or (gateway is not None and gateway.address in device.addresses)
    )
