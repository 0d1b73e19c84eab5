"""What a probe or protocol gets to reach the network with: `Net`. The scan makes one `Network`, and a `Net` a device."""

import os
import selectors
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netaddr import IPAddress

from netguard.model import ports as port_text
from netguard.model.vocabulary import PortState
from netguard.net import limits, nmap, pacing, sweep
from netguard.net.connection import Connection, reason
from netguard.net.control import SLICE, Bucket, Cancel, Deadline
from netguard.net.datagram import Datagrams
from netguard.net.exchange import exchange
from netguard.net.failures import NoAnswer, NotInstalled, RefusedByUs
from netguard.net.guard import Guard
from netguard.net.pacing import Pace
from netguard.net.raw import RawSocket
from netguard.net.sweep import SweepEngine
from netguard.net.swept import Swept
from netguard.net.transcript import Transcript
from netguard.net.way import Way

if TYPE_CHECKING:
    from netguard.net.deadman import Switch, Written

RawOpener = Callable[[str], socket.socket]
"""Gives an open raw socket of a fixed kind (`arp`, `ndp`, `dhcp`), or raises `PrivilegeError`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How a device is treated; `GENTLE` until it is known to be sturdy."""

    established: int
    rate: float
    pace: Pace


GENTLE = Manners(established=limits.GENTLE_ESTABLISHED, rate=limits.GENTLE_START_PER_SECOND, pace=pacing.GENTLE)
STURDY = Manners(established=limits.STURDY_ESTABLISHED, rate=limits.STURDY_START_PER_SECOND, pace=pacing.STURDY)


class _Turnstile:
    """One device's turn to have connections, shared by every `Net` that reaches it."""

    def __init__(self, manners: Manners) -> None:
        self._condition = threading.Condition()
        self._established = 0
        self.manners = manners
        self.bucket = Bucket(manners.rate)

    def become(self, manners: Manners) -> None:
        with self._condition:
            self.manners = manners
            self.bucket.rate = manners.rate
            self._condition.notify_all()

    def enter(self, cancel: Cancel, deadline: Deadline) -> None:
        with self._condition:
            while self._established >= self.manners.established:
                cancel.check()
                deadline.check()
                self._condition.wait(SLICE)
            self._established += 1

    def leave(self) -> None:
        with self._condition:
            self._established -= 1
            self._condition.notify_all()


class Network:
    """Everything a scan sends goes through here. A context manager; closing it ends the engine's thread."""

    def __init__(
        self,
        *,
        source: IPAddress,
        guard: Guard,
        transcript: Transcript,
        cancel: Cancel,
        deadline: Deadline,
        raw: RawOpener | None = None,
        nmap: str | None = None,
        interface: str | None = None,
        addresses: Iterable[IPAddress] = (),
    ) -> None:
        """`source` is the vantage's address, `addresses` all that this computer has on `interface`; `nmap` is its path.

        Everything leaves by `interface`; without one the system chooses.
        """
        self.source, self.guard, self.transcript = source, guard, transcript
        self.cancel, self.deadline, self.raw, self.nmap = cancel, deadline, raw, nmap
        self.way = Way(interface=interface, addresses=tuple(dict.fromkeys((source, *addresses))))
        self.engine = SweepEngine(guard, transcript, self.way)
        self.all = Bucket(limits.ALL_CONNECTIONS_PER_SECOND)
        self._turnstiles: dict[IPAddress, _Turnstile] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> "Network":
        return self

    def __exit__(self, kind: object, value: object, trace: object) -> None:
        self.engine.close()

    def net(self, why: str, *, seconds: float | None = None) -> "Net":
        """Access for a protocol that speaks to the whole network."""
        return Net(self, why, self.deadline if seconds is None else self.deadline.sooner(seconds))

    def net_for(self, addresses: Iterable[IPAddress], manners: Manners, deadline: Deadline, why: str) -> "Net":
        """Access for probing one device: its addresses share one turnstile, and `deadline` is the device's own."""
        addresses = tuple(addresses)
        with self._lock:
            found = [self._turnstiles[a] for a in addresses if a in self._turnstiles]
            turnstile = found[0] if found else _Turnstile(manners)
            for address in addresses:
                self._turnstiles[address] = turnstile
        if turnstile.manners is not manners:
            turnstile.become(manners)
        return Net(self, why, self.deadline.sooner(deadline.remaining))

    def turnstile(self, address: IPAddress) -> _Turnstile:
        """The one for `address`; a device nobody introduced gets a lock's manners."""
        with self._lock:
            return self._turnstiles.setdefault(address, _Turnstile(GENTLE))


class Net:
    """Blocking access with deadline, cancel token, caps and the port block. The only source of sockets in netguard."""

    def __init__(self, network: Network, why: str, deadline: Deadline) -> None:
        self._network = network
        self._why = why
        self.deadline = deadline
        self.cancel = network.cancel

    @property
    def source(self) -> IPAddress:
        """This computer's own address on the network."""
        return self._network.source

    def within(self, seconds: float) -> "Net":
        """The same access for at most `seconds` from now: for a look that takes many connections, a whole time of its own."""
        return Net(self._network, self._why, self.deadline.sooner(seconds))

    def may_touch(self, address: IPAddress) -> bool:
        """Whether anything may be sent to `address`."""
        try:
            self._network.guard.check(address)
        except RefusedByUs:
            return False
        return True

    def connect(self, address: IPAddress, port: int, *, seconds: float = limits.CONVERSATION_SECONDS) -> Connection:
        """An established TCP connection; waits for the device's turn first.

        Raises `RefusedByUs`, `NoAnswer` (refused, reset, silent), `OutOfTime` or `Cancelled`.
        """
        network = self._network
        network.guard.check(address)
        self._check_time()
        turnstile = network.turnstile(address)
        turnstile.enter(self.cancel, self.deadline)
        try:
            turnstile.bucket.wait(self.cancel, self.deadline)
            network.all.wait(self.cancel, self.deadline)
            network.transcript.record("tcp-connect", f"{address} {port}", self._why)
            sock = _connected(network.way, (address, port), self.cancel, self.deadline.sooner(seconds))
        except BaseException:
            turnstile.leave()
            raise
        return Connection(
            sock,
            (address, port),
            why=self._why,
            cancel=self.cancel,
            deadline=self.deadline,
            transcript=network.transcript,
            on_close=turnstile.leave,
        )

    def exchange(
        self,
        address: IPAddress,
        port: int,
        data: bytes,
        *,
        most: int = 1,
        seconds: float = limits.UDP_ANSWER_SECONDS,
    ) -> tuple[bytes, ...]:
        """One datagram and its answers, at least one and at most `most`; waits for the device's turn first.

        Raises `RefusedByUs`, `Closed` (it says that nobody listens there), `NoAnswer`, `OutOfTime` or `Cancelled`.
        """
        network = self._network
        network.guard.check(address)
        Guard.check_payload(port)
        self._check_time()
        turnstile = network.turnstile(address)
        turnstile.enter(self.cancel, self.deadline)
        try:
            turnstile.bucket.wait(self.cancel, self.deadline)
            network.transcript.record("udp-send", f"{address} {port}", f"{self._why}: {len(data)} bytes")
            deadline = self.deadline.sooner(seconds)
            return exchange(network.way, (address, port), data, most=most, cancel=self.cancel, deadline=deadline)
        finally:
            turnstile.leave()

    def sweep(self, address: IPAddress, ports: Sequence[int]) -> Swept:
        """Ask which TCP ports of one device are open, at the pace its manners allow, in the order given.

        While it runs no other connection to a gently treated device is made. Raises `OutOfTime` or `Cancelled` when
        that is so before the first port; later than that, the result says so.
        """
        self._check_time()
        turnstile = self._network.turnstile(address)
        turnstile.enter(self.cancel, self.deadline)
        try:
            return self._network.engine.sweep(
                [address],
                ports,
                turnstile.manners.pace,
                cancel=self.cancel,
                deadline=self.deadline,
                why=self._why,
            )
        finally:
            turnstile.leave()

    def versions(
        self, address: IPAddress, ports: Sequence[int], *, seconds: float = limits.NMAP_SECONDS
    ) -> tuple[nmap.Version, ...]:
        """What nmap takes the services on these open TCP ports of one device for, with as many connections as its manners allow.

        Raises `RefusedByUs` when one of the ports prints what it is sent, `NotInstalled` where this computer has no nmap,
        and what `nmap.ask` raises.
        """
        network = self._network
        network.guard.check(address)
        for port in ports:
            Guard.check_payload(port)
        if network.nmap is None:
            raise NotInstalled(nmap.WITHOUT)
        self._check_time()
        turnstile = network.turnstile(address)
        turnstile.enter(self.cancel, self.deadline)
        try:
            turnstile.bucket.wait(self.cancel, self.deadline)
            network.transcript.record(
                "nmap", f"{address} {port_text.render(ports)}", f"{self._why}: versions of services"
            )
            return nmap.ask(
                network.nmap,
                network.way,
                address,
                ports,
                # A device's probes come one after the other, so that its whole share is free.
                at_once=turnstile.manners.established,
                cancel=self.cancel,
                deadline=self.deadline.sooner(seconds),
            )
        finally:
            turnstile.leave()

    def knock(self, addresses: Sequence[IPAddress], ports: Sequence[int]) -> dict[tuple[IPAddress, int], PortState]:
        """Ask many addresses at a low rate whether anybody is there: open and closed both mean yes."""
        self._check_time()
        swept = self._network.engine.sweep(
            addresses, ports, pacing.LOOKING_AROUND, cancel=self.cancel, deadline=self.deadline, why=self._why
        )
        return swept.states

    def _check_time(self) -> None:
        """Raise before anything is sent when the scan was interrupted or the time is over."""
        self.cancel.check()
        self.deadline.check()

    @contextmanager
    def datagrams(
        self,
        *,
        group: IPAddress | None = None,
        group_port: int = 0,
        broadcast_port: int = 0,
        ttl: int = 1,
        family: int | None = None,
    ) -> Iterator[Datagrams]:
        """A UDP socket, with `group` also hearing that multicast group; `ttl` is for what is sent to groups.

        With `broadcast_port` it may ask everybody, and hears what is said to everybody at that port; IPv4 only.
        `family` is the IP version, 4 or 6: by itself the group's, and 4 without one. Raises `NoAnswer` when the system
        has none, or this interface no address of that version.
        """
        network = self._network
        with Datagrams(
            way=network.way,
            family=family or (group.version if group is not None else 4),
            group=group,
            group_port=group_port,
            broadcast_port=broadcast_port,
            ttl=ttl,
            guard=network.guard,
            cancel=self.cancel,
            deadline=self.deadline,
            transcript=network.transcript,
            why=self._why,
        ) as datagrams:
            yield datagrams

    def taking_back(
        self, address: IPAddress, port: int, written: "Written | None" = None
    ) -> "AbstractContextManager[Switch]":
        """What is written to this port in the block is taken back at its end, also when netguard is killed in it.

        Raises `RefusedByUs`, `NoAnswer` when nothing may be written since nobody would take it back, and `NotTakenBack`.
        """
        from netguard.net import deadman

        return deadman.switch(deadman.order(self._network, address, port, self._why, written))

    def unheard_port(self, ports: Sequence[int]) -> AbstractContextManager[int]:
        """One of `ports`, of this computer, that nobody listens on while the block runs. Raises `NoAnswer`."""
        from netguard.net.unheard import port_of

        return port_of(self.source, ports)

    def raw(self, kind: str) -> "RawSocket":
        """A raw socket of a fixed kind from the privileged opener. Raises `RefusedByUs` where there is none."""
        if self._network.raw is None:
            raise RefusedByUs("raw packets need root")
        return RawSocket(
            self._network.raw(kind),
            kind,
            guard=self._network.guard,
            transcript=self._network.transcript,
            cancel=self.cancel,
            deadline=self.deadline,
            why=self._why,
        )


def _connected(way: Way, peer: tuple[IPAddress, int], cancel: Cancel, deadline: Deadline) -> socket.socket:
    address, port = peer
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        sock = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise NoAnswer(f"this computer has no connection left to give ({reason(error)})") from error
    sock.setblocking(False)
    try:
        code = _begin(way, sock, address, port)
        if code and code not in sweep.IN_PROGRESS:
            # A failure that is told at once is not told again: the socket would look connected.
            raise NoAnswer(reason(OSError(code, os.strerror(code))))
        with selectors.DefaultSelector() as selector:
            selector.register(sock, selectors.EVENT_WRITE)
            while not selector.select(min(SLICE, deadline.remaining)):
                cancel.check()
                if deadline:
                    raise NoAnswer("no answer in time")
        code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise NoAnswer(reason(OSError(code, os.strerror(code))))
    except BaseException:
        sock.close()
        raise
    return sock


def _begin(way: Way, sock: socket.socket, address: IPAddress, port: int) -> int:
    """Start connecting by `way`; the error number. Raises `NoAnswer` when the interface is gone."""
    try:
        way.fit(sock, address)
        return sock.connect_ex(way.peer(address, port))
    except OSError as error:
        raise NoAnswer(f"the interface {way.interface} cannot be used ({reason(error)})") from error
