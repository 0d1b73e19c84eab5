"""Which keys are one device's, over all documents and summaries that are compared. Pure.

What the person said later, and what was learnt since, holds for old scans too: the registry comes first, then the keys that
the documents themselves call former.
"""

from collections.abc import Iterable, Sequence

from netguard.model.device import Device
from netguard.model.known import KnownDevice
from netguard.model.timeline import DeviceLine


class Sameness:
    """Names every device by one text, whatever key it had in which scan."""

    def __init__(self, known: Iterable[KnownDevice] = (), documents: Sequence[Iterable[Device]] = ()) -> None:
        """`known` are those of one site; `documents` the devices of scans, the newest first."""
        self._registry = {each.id: each for each in sorted(known, key=lambda k: k.id)}
        self._tokens: dict[str, str] = {}
        self._keys: dict[str, str] = {}
        for each in self._registry.values():
            self._tokens.setdefault(each.key, each.id)
        for each in self._registry.values():
            for former in each.former_keys:
                self._tokens.setdefault(former, each.id)
        for number, devices in enumerate(documents):
            self._read(sorted(devices, key=lambda d: d.key))
            if not number:
                self._keys = {each.id: each.key for each in self._registry.values()} | self._keys

    def of(self, key: str) -> str:
        """The name of the device that has or had this key; the key itself where nothing is known of it."""
        return self._tokens.get(key, key)

    def key(self, name: str) -> str:
        """The key that the device of this name has in the newest document, else in the registry, else had anywhere."""
        each = self._registry.get(name)
        return self._keys.get(name) or (each.key if each is not None else name)

    def current(self, key: str) -> str:
        """The key that the device of this key has now; what is no device's key stays."""
        return self.key(self.of(key))

    def known(self, name: str) -> KnownDevice | None:
        """What the registry remembers of the device of this name."""
        return self._registry.get(name)

    def _read(self, devices: Sequence[Device]) -> None:
        current = {d.key for d in devices}
        mine: dict[str, str] = {}
        for device in devices:
            # A key that another device has now is no former one of this: it was given away.
            former = [key for key in device.former_keys if key not in current]
            name = next((self._tokens[key] for key in (device.key, *former) if key in self._tokens), device.key)
            self._tokens[device.key] = name
            for key in former:
                self._tokens.setdefault(key, name)
            registered = self._registry.get(name)
            if name not in mine or (registered is not None and registered.key == device.key):
                mine[name] = device.key
        for name, key in mine.items():
            self._keys.setdefault(name, key)


def folded(lines: Sequence[DeviceLine]) -> DeviceLine:
    """One line of those (at least one) that a scan has of what is one device; its `asked` is of no meaning then."""
    if len(lines) == 1:
        return lines[0]
    ordered = sorted(lines, key=lambda line: (not line.name, line.mac_randomised is not False, line.key))
    first = ordered[0]
    there = {port for line in lines for port in line.open}
    return DeviceLine(
        key=first.key,
        name=first.name,
        role=next((line.role for line in ordered if line.role is not line.role.UNKNOWN), first.role),
        power=next((line.power for line in ordered if line.power is not None), None),
        mac=next((line.mac for line in ordered if line.mac is not None), None),
        mac_randomised=next((line.mac_randomised for line in ordered if line.mac is not None), None),
        addresses=tuple(sorted({address for line in lines for address in line.addresses})),
        firmware=next((line.firmware for line in ordered if line.firmware is not None), None),
        open=tuple(sorted(there)),
        closed=tuple(sorted({port for line in lines for port in line.closed} - there)),
        versions=tuple(sorted({version for line in lines for version in line.versions})),
    )
