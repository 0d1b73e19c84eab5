"""What reached the simulated servers, counted where it arrived."""

from dataclasses import dataclass, field

MOST_KEPT_BYTES = 4_096
"""Payload kept for each port, so that a failing test can show what was sent."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """The counters of one port while it runs. `port` is the described one, `bound` the one really listened on."""

    transport: str
    port: int
    bound: int
    accepted: int = 0
    established: int = 0
    most_established: int = 0
    payload_bytes: int = 0
    datagrams: int = 0
    payload: bytearray = field(default_factory=bytearray)
    events: dict[str, int] = field(default_factory=dict)

    def note(self, event: str) -> None:
        """Counts `event`."""
        self.events[event] = self.events.get(event, 0) + 1

    def heard(self, data: bytes) -> None:
        """Counts received payload."""
        self.payload_bytes += len(data)
        self.payload += data[: MOST_KEPT_BYTES - len(self.payload)]

    def plain(self) -> "PortCount":
        """The counters as they are now."""
        return PortCount(
            transport=self.transport, port=self.port, bound=self.bound, accepted=self.accepted,
            established=self.established, most_established=self.most_established, payload_bytes=self.payload_bytes,
            datagrams=self.datagrams, payload=bytes(self.payload), events=dict(self.events),
        )  # fmt: skip


@dataclass(slots=True, kw_only=True)
class DeviceTally:
    """The counters of one device while it runs. `most_established` is over all its simulated TCP ports together."""

    name: str
    address: str
    established: int = 0
    most_established: int = 0
    ports: list[Tally] = field(default_factory=list)

    def plain(self, kernel: dict[str, int]) -> "DeviceCount":
        """The counters as they are now."""
        return DeviceCount(
            name=self.name, address=self.address, established=self.established, most_established=self.most_established,
            ports=tuple(tally.plain() for tally in self.ports), kernel=kernel,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PortCount:
    """What reached one simulated port. `payload` is the beginning of it, `events` are the server's own words."""

    transport: str
    port: int
    bound: int
    accepted: int
    established: int
    most_established: int
    payload_bytes: int
    datagrams: int
    payload: bytes
    events: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCount:
    """What reached one device.

    `kernel` holds the device's own kernel's counters, so it covers real daemons too, in namespaces only:
    `passive_opens` (connections a listener accepted), `received` and `sent` (packets on its interface).
    """

    name: str
    address: str
    established: int
    most_established: int
    ports: tuple[PortCount, ...]
    kernel: dict[str, int]

    def port(self, port: int, transport: str = "tcp") -> PortCount:
        """The counters of the server described at `port`. Raises `KeyError` where no simulated server is."""
        for one in self.ports:
            if (one.transport, one.port) == (transport, port):
                return one
        raise KeyError(f"{self.name} has no simulated server at {transport} {port}")
