"""What the tests of checks about services share: one device, what was learnt of one port, and what a check makes of it."""

from dataclasses import replace

import msgspec

from netguard.model.device import Coverage
from netguard.model.past import Past
from netguard.model.vocabulary import Outcome, Transport
from netguard.rules import loader
from tests import builders

RULES = loader.load()


def judged(judge, *devices, rules=RULES, **given):
    """What `judge` says of a scan of `devices`."""
    return list(judge(builders.scan(*devices, **given), rules, Past()))


def exposing(role, port, name=None, *, asked=builders.ALL_TCP, number=20, **given):
    """A device with one open TCP port."""
    return builders.device(number, role, services=[builders.service(port, name=name)], asked=asked, **given)


def facts(device, port, transport=Transport.TCP, first=1, /, **said):
    """Observations about one port; `mqtt_anonymous=True` is `mqtt.anonymous`."""
    return tuple(
        replace(
            builders.observation(first + n, kind.replace("_", ".", 1).replace("_", "-"), value, of=device, port=port),
            transport=transport,
        )
        for n, (kind, value) in enumerate(said.items())
    )


def udp_covered(device, ports="161"):
    """`device`, asked about these UDP ports."""
    at = Coverage(address=device.addresses[0], transport=Transport.UDP, ports=ports, engine="builtin")
    return replace(device, coverage=(*device.coverage, at))


def came_to(probe, reason=None, where="tcp/1", device="192.0.2.20"):
    """An attempt of the probe; it failed where there is a reason."""
    outcome = Outcome.FAILED if reason else Outcome.DONE
    return builders.attempt(f"probe.{probe}", outcome, reason, target=f"{device} {where}")


def with_record(device, fixes, base="nuki-bridge"):
    """`device` known by a record that says what closes what, and the rules that hold it."""
    record = msgspec.structs.replace(RULES.devices[base], fixes=fixes)
    return replace(device, profile=base), replace(RULES, devices={base: record})
