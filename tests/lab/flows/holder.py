"""The process that holds a house's network for tests. Each line on standard input calls a method of `Holder`; so is its answer.

The network, and every program started in it, goes with this process.
"""

import contextlib
import json
import os
import socket
import struct
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from netaddr import IPAddress

from netguard.advise.policy import ROUTER
from netguard.errors import NetguardError
from netguard.net import namespaces
from netguard.prove import net
from netguard.prove.asking import ANSWER_SECONDS, Stage
from netguard.prove.flows import Flow
from tests.lab.flows import dhcp
from tests.lab.flows.houses import OLD_PORT, House, house

PATIENCE = 10.0
"""Seconds that a program has to be ready, and a scripted one to end."""

NOTHING = 0.6
"""Seconds after which something that comes at once, or not at all, is taken not to come."""


class Holder:
    """A house, built."""

    def __init__(self, kind: str, seed: int | None, folder: str, tools: dict[str, str], libraries: str) -> None:
        if kind == "user-namespace":
            namespaces.become_root()
        namespaces.isolate(processes=False)
        namespaces.mount("sysfs", "/sys", "sysfs")  # what is there shows the interfaces of another network
        self.house: House = house(seed)
        self.twin = net.build(self.house.plan, self.house.people)
        self.folder = Path(folder)
        for name, place in tools.items():
            wrapper = self.folder / "bin" / name
            wrapper.parent.mkdir(exist_ok=True)
            line = f'export LD_LIBRARY_PATH="{libraries}"\n' if libraries else ""
            wrapper.write_text(f'#!/bin/sh\n{line}exec {place} "$@"\n', encoding="ascii")
            wrapper.chmod(0o755)
        self.environment = {
            "PATH": f"{self.folder}/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "TMPDIR": str(self.folder),
            "NETGUARD_STATE": f"{self.folder}/isolated",
        }  # fmt: skip
        self.flows = {flow.id: flow for flow in (*self.house.flows, *self.house.questions())}
        self.stage = Stage(twin=self.twin, people=self.house.people)
        self.stage.serve(self.flows.values(), {(ROUTER, "udp", 53), (ROUTER, "tcp", 53)})
        self.running: dict[str, subprocess.Popen[str]] = {}
        self.open: dict[str, socket.socket] = {}
        self.times = 0
        self._internet()

    def at(self, who: str) -> contextlib.AbstractContextManager[None]:
        """Inside the namespace of a host, or of the router."""
        space = self.twin.router if who == ROUTER else self.twin.of(self.house.host(who))
        return namespaces.inside(space, self.twin.router)

    def files(self, folder: str, files: dict[str, str]) -> str:
        """Writes `files` and says where."""
        place = self.folder / folder
        place.mkdir(exist_ok=True)
        for name, text in files.items():
            (place / name).write_text(text, encoding="utf-8")
        return str(place)

    def folder_of(self, name: str) -> str:
        """Where `files` wrote."""
        return str(self.folder / name)

    def run(self, argv: list[str], stdin: str = "", at: str = ROUTER, **environment: str) -> list[Any]:
        """[exit code, what it said and complained about]."""
        with self.at(at):
            done = subprocess.run(
                argv, input=stdin, text=True, capture_output=True, check=False, timeout=30,
                env=self.environment | environment,
            )  # fmt: skip
        return [done.returncode, done.stdout + done.stderr]

    def start(self, name: str, argv: list[str], ready: str = "", **environment: str) -> None:
        """Starts a program at the router, and waits until its output has `ready`."""
        self.stop(name)
        log = self.folder / f"{name}.log"
        with log.open("w", encoding="utf-8") as out:
            self.running[name] = subprocess.Popen(
                argv, stdin=subprocess.PIPE, stdout=out, stderr=out, text=True, env=self.environment | environment,
                preexec_fn=namespaces.die_with_parent,  # noqa: PLW1509 - this process has one thread
            )  # fmt: skip
        until = time.monotonic() + PATIENCE
        while ready not in log.read_text(encoding="utf-8", errors="replace"):
            if time.monotonic() > until or self.running[name].poll() is not None:
                raise RuntimeError(f"{name} is not ready: {log.read_text(encoding='utf-8', errors='replace')[-400:]}")
            time.sleep(0.01)

    def stop(self, name: str) -> None:
        """Ends a program, if it runs."""
        program = self.running.pop(name, None)
        if program is not None:
            program.terminate()
            program.wait(PATIENCE)

    def runs(self, name: str) -> bool:
        """Whether a program that was started runs."""
        return name in self.running

    def said(self, name: str) -> str:
        """What a program that was started has said so far."""
        return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def answer(self, name: str, line: str) -> list[Any]:
        """Types `line` into a running program: [exit code, everything it has said]."""
        program = self.running.pop(name)
        program.communicate(line, PATIENCE)
        return [program.returncode, (self.folder / f"{name}.log").read_text(encoding="utf-8")]

    def _internet(self) -> None:
        """The internet's resolver, which knows the clouds' names."""
        known = "".join(
            f"host-record={name},{address}\n"
            for address, names in self.house.people.names.items()
            for name in names
            if name != "nobody-listed.example"
        )
        config = f"no-resolv\nno-hosts\nbind-interfaces\nlisten-address={self.house.address('resolver', 4)}\n{known}"
        self.lie("", config)

    def lie(self, address: str, config: str = "") -> None:
        """Has the internet's resolver answer the cloud's name with `address` (DNS rebinding); with none, rightly."""
        if config:
            self.right = config
        else:
            config = self.right
        if address:
            config = "".join(f"{line}\n" for line in config.splitlines() if "host-record" not in line)
            config += f"host-record={self.house.cloud},{address}\n"
        (self.folder / "internet.conf").write_text(config, encoding="ascii")
        with self.at("resolver"):
            self.start(
                "internet", ["dnsmasq", "--no-daemon", "-C", f"{self.folder}/internet.conf",
                             f"--pid-file={self.folder}/internet.pid"], "started",
            )  # fmt: skip

    def resolver(self, config: str) -> None:
        """The router's own resolver and DHCP server, with netguard's lines. It keeps no answers: each one fills the sets."""
        plan, people = self.house.plan, self.house.people
        ranges = "".join(
            f"dhcp-range={p[-8]},{p[-3]},1h\n" if p.version == 4 else f"dhcp-range={p[0x100]},{p[0x1ff]},{p.prefixlen},1h\n"
            for s in plan.segments for p in (s.prefix, s.prefix6) if p is not None
        )  # fmt: skip
        own = (
            f"no-resolv\nno-hosts\ncache-size=0\nbind-dynamic\nexcept-interface={plan.wan}\ndhcp-authoritative\n{ranges}"
            f"dhcp-leasefile={self.folder}/leases\nserver={self.house.address('resolver', 4)}\n"
        )
        assert people.router
        (self.folder / "router.conf").write_text(own + config, encoding="ascii")
        self.start(
            "resolver", ["dnsmasq", "--no-daemon", "-C", f"{self.folder}/router.conf",
                         f"--pid-file={self.folder}/router.pid"], "started",
        )  # fmt: skip

    def reset(self) -> None:
        """An open router again, that knows nobody and no connection."""
        net.load("nft", self.environment, f"flush ruleset\n{self.house.open_router}")
        self._forget()

    def _forget(self) -> None:
        """Neighbours are looked for anew, so that rules which stop that are noticed."""
        for space in (self.twin.router, *self.twin.hosts.values()):
            with namespaces.inside(space, self.twin.router):
                subprocess.run(["ip", "neigh", "flush", "all"], check=True, capture_output=True, env=self.environment)

    def nft(self, text: str) -> str:
        """Loads `text`; nft's complaint, if there is one."""
        try:
            net.load("nft", self.environment, text)
        except NetguardError as error:
            return str(error)
        return ""

    def listing(self) -> str:
        """The whole rule set."""
        return str(self.run(["nft", "-s", "list", "ruleset"])[1])

    def resolve(self) -> list[str]:
        """The hub asks the router for all clouds' names, the AAAA records too: the names that had an answer."""
        names = sorted({n for names in self.house.people.names.values() for n in names} - {"nobody-listed.example"})
        asked = dict(enumerate((n for n in names for _ in range(2)), 1))
        heard = set()
        with self.at("hub"):
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with sock:
            sock.settimeout(NOTHING)
            iot = self.house.plan.members[0].segment
            sock.connect((str(self.house.address(f"router.{iot}", 4)), 53))
            with contextlib.suppress(OSError):
                for number, name in asked.items():
                    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
                    kind = (1, 28)[number % 2]
                    sock.send(struct.pack("!6H", number, 0x0100, 1, 0, 0, 0) + labels + struct.pack("!B2H", 0, kind, 1))
                for _ in asked:
                    heard.add(struct.unpack("!H", sock.recv(2048)[:2])[0])
        return sorted({asked[number] for number in heard})

    def ask(self, flows: list[str], patience: float = ANSWER_SECONDS) -> dict[str, str]:
        """Flow id → open, refused or silent."""
        return dict(self.stage.ask([self.flows[name] for name in flows], patience=patience))

    def also(self, name: str, source: str, target: str, address: str, port: int) -> None:
        """One more flow, by TCP, of this name."""
        example, where = self.house.flows[0], IPAddress(address)
        packet = replace(example.packet, source=self.house.address(source, where.version), destination=where)
        flow: Flow = replace(
            example, id=name, source=source, target=target, address=where, protocol="tcp", port=port, packet=packet
        )
        self.stage.serve([flow])
        self.flows[name] = flow

    def connect(self, name: str, source: str, target: str, through: str = "") -> None:
        """A connection from a host to another one, or by way of the router's address `through`, that stays open."""
        wanted = str(self.house.address(through or target, 4))
        with self.at(target), socket.create_server(("", OLD_PORT)) as server:
            with self.at(source):
                mine = socket.create_connection((wanted, OLD_PORT), 2)
            server.settimeout(2)
            self.open[name] = mine
            self.open[f"{name}'s other end"] = server.accept()[0]

    def speak(self, name: str) -> bool:
        """Whether something still comes through a connection."""
        mine, other = self.open[name], self.open[f"{name}'s other end"]
        other.settimeout(NOTHING)
        try:
            mine.send(b"still there")
            return bool(other.recv(100))
        except OSError:
            return False

    def lease(self) -> list[str]:
        """What the hub is given by DHCP for its IPv4 and its IPv6; it has no IPv4 address meanwhile."""
        hub = self.house.host("hub")
        own = [
            line
            for line in self.run(["ip", "-4", "address", "show", "dev", net.CARD], at="hub")[1].split("\n")
            if "inet" in line
        ]
        self.run(["ip", "-4", "address", "flush", "dev", net.CARD], at="hub")
        try:
            with self.at("hub"):
                sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            with sock:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, net.CARD.encode())
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
                sock.bind(("0.0.0.0", 68))
                sock.settimeout(NOTHING)
                offered = dhcp.four(sock, int(hub.mac).to_bytes(6, "big"))
        finally:
            for line in own:
                self.run(["ip", "address", "add", line.split()[1], "dev", net.CARD], at="hub")
            gateway = str(self.house.address(f"router.{hub.segment}", 4))
            self.run(["ip", "route", "add", "default", "via", gateway], at="hub")
        with self.at("hub"):
            sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
            scope = socket.if_nametoindex(net.CARD)
        with sock:
            sock.bind(("::", 546))
            sock.settimeout(NOTHING)
            offered6 = dhcp.six(sock, int(hub.mac).to_bytes(6, "big"), scope)
        return [offered, offered6]

    def found(self) -> bool:
        """Whether the phone's question by multicast DNS comes to the hub, and the hub's answer to the phone."""
        question = struct.pack("!6H", 0, 0, 1, 0, 0, 0) + _LOCK + struct.pack("!2H", 12, 1)
        # Of a name of its own each time: the reflector keeps what it has heard.
        self.times += 1
        hub = b"hub%02d" % self.times
        target = b"\x05" + hub + b"\xc0\x0c"
        answer = (
            struct.pack("!6H", 0, 0x8400, 0, 1, 0, 0) + _LOCK + struct.pack("!2HIH", 12, 1, 120, len(target)) + target
        )
        ends = {name: self._multicast(name) for name in ("phone", "hub")}
        try:
            until = time.monotonic() + 2 * NOTHING
            asked = 0.0
            while time.monotonic() < until:
                if time.monotonic() - asked > NOTHING / 2:
                    ends["phone"].sendto(question, ("224.0.0.251", 5353))
                    asked = time.monotonic()
                for name, sock in ends.items():
                    with contextlib.suppress(BlockingIOError):
                        data, _ = sock.recvfrom(2048)
                        if name == "hub" and data[2] & 0x80 == 0 and b"_lock" in data:
                            sock.sendto(answer, ("224.0.0.251", 5353))
                        if name == "phone" and data[2] & 0x80 and hub in data:
                            return True
                time.sleep(0.005)
            return False
        finally:
            for sock in ends.values():
                sock.close()

    def _multicast(self, name: str) -> socket.socket:
        with self.at(name):
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            own = socket.inet_aton(str(self.house.address(name, 4)))
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton("224.0.0.251") + own)
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, own)
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
            sock.bind(("224.0.0.251", 5353))
        sock.setblocking(False)
        return sock

    def reflector(self, config: str) -> None:
        """avahi-daemon at the router, with netguard's lines and what a daemon in a namespace needs."""
        for name in ("passwd", "group"):
            place = self.folder / name
            place.write_text(
                "root:x:0:0::/:/bin/false\navahi:x:0:0::/:/bin/false\n"
                if name == "passwd"
                else "root:x:0:\navahi:x:0:\n"
            )
            namespaces.mount(str(place), f"/etc/{name}", flags=namespaces.MS_BIND)
        config = config.replace("[server]", "[server]\nhost-name=router\nenable-dbus=no\n")
        (self.folder / "avahi.conf").write_text(config, encoding="ascii")
        namespaces.mount("none", "/run", "tmpfs")
        Path("/run/avahi-daemon").mkdir()
        self.start(
            "reflector", ["avahi-daemon", "--no-drop-root", "--no-chroot", "--no-rlimits", "-f", f"{self.folder}/avahi.conf"],
            "startup complete",
        )  # fmt: skip

    def close(self) -> None:
        """Ends everything."""
        for name in list(self.running):
            self.stop(name)


_LOCK = b"\x05_lock\x04_tcp\x05local\x00"


def main() -> None:
    """Builds what the first line asks for, then does what each further line says."""
    namespaces.die_with_parent()

    def say(value: dict[str, Any]) -> None:
        sys.stdout.write(json.dumps(value) + "\n")
        sys.stdout.flush()

    try:
        holder = Holder(**json.loads(sys.stdin.readline()))
    except (NetguardError, OSError) as error:
        say({"failed": str(error)})
        return
    except RuntimeError as error:  # there are namespaces, and something in them does not work
        say({"broken": str(error)})
        return
    say({"done": None})
    for line in sys.stdin:
        order = json.loads(line)
        try:
            say({"done": getattr(holder, order.pop("do"))(**order)})
        except Exception as error:  # noqa: BLE001 - the test is told
            say({"failed": f"{type(error).__name__}: {error}"})
    holder.close()


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)
