"""Which TCP ports of a device are said to speak a protocol: by its own announcements, or by its record."""

import re
from collections.abc import Set as AbstractSet

from netguard.model.device import Device
from netguard.model.vocabulary import Transport
from netguard.probe._contract import Ask


def ports(device: Device, ask: Ask, *, types: AbstractSet[str], word: str) -> frozenset[int]:
    """TCP ports announced as one of the DNS-SD `types`, or that the device's record names with the whole `word`.

    `RTSP` is in "web interface and RTSP"; `MQTT` is not in "Zigbee2MQTT".
    """
    announced = {
        fact.port for fact in ask.facts if fact.kind == "dnssd.type" and fact.port is not None and fact.value in types
    }
    record = ask.rules.devices.get(device.profile or "")
    recorded = {
        inbound.port
        for inbound in (record.expected_inbound if record else None) or ()
        if inbound.transport is Transport.TCP
        and inbound.port is not None
        and re.search(rf"\b{re.escape(word)}\b", inbound.name, re.IGNORECASE)
    }
    return frozenset(announced | recorded)
