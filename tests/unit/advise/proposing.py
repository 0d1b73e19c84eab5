"""A home with one of everything, and the plan that is proposed for it."""

from dataclasses import replace

import msgspec
from netaddr import IPAddress

from netguard.advise import planfile
from netguard.advise.propose import propose, text
from netguard.model.vocabulary import Role
from netguard.rules import loader
from netguard.rules.schema import Segments
from tests import builders

RULES = loader.load()
ROUTER = builders.device(1, Role.ROUTER, profile="router")
LOCK = builders.device(20, Role.LOCK, services=[443])
HUB = builders.device(21, Role.SMART_HOME_HUB, services=[8123])
BRIDGE = builders.device(22, Role.LOCK_HUB, profile="nuki-bridge", asked=builders.ALL_TCP)
CAMERA = builders.device(30, Role.CAMERA, services=[80, 554])
LIGHT = builders.device(31, Role.LIGHT)
TV = builders.device(32, Role.TV)
PRINTER = builders.device(33, Role.PRINTER, services=[631])
NAS = builders.device(40, Role.NAS, services=[445])
PHONE = builders.device(41, Role.PHONE)
NOBODY = builders.device(50)
HOME = (ROUTER, LOCK, HUB, BRIDGE, CAMERA, LIGHT, TV, PRINTER, NAS, PHONE, NOBODY)


def knowing(**segments):
    """The rules, with a router that can keep these networks apart."""
    record = msgspec.structs.replace(RULES.devices["router"], segments=Segments(**segments))
    return replace(RULES, devices={**RULES.devices, "router": record})


GUEST_ONLY = knowing(vlans=False, guest=True, guest_isolates=True)
NEITHER = knowing(vlans=False, guest=False)


def proposed(*devices, rules=RULES, export=None, **given):
    made = propose(builders.scan(*devices, **given), rules, export)
    assert planfile.read(text(made).encode()) == made.plan
    return made


def homes(made):
    """The segment of each device, by its key."""
    return {made.devices[m.name]: str(m.segment) for m in made.plan.members if m.name in made.devices}


def member(made, device):
    return next(m for m in made.plan.members if made.devices.get(m.name) == device.key)


def said(made, device):
    return " ".join(made.remarks[member(made, device).name])


def with_ipv6(*texts):
    return replace(LOCK, addresses=(*LOCK.addresses, *map(IPAddress, texts)))
